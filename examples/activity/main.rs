//! Clusters of what a watch measures, found one sample at a time, beside what its wearer did.
//!
//! ```text
//! cargo run --release --example activity
//! ```
//! BasicMotions (`tests/data`): 4000 samples of six features, four activities, 1000 samples each. Labels are only used
//! to judge. Two streams:
//!
//! - *mixed*: row (1597 j) mod 4000 for j = 0, 1, …, so that activities alternate. Ten runs that begin at ten places of
//!   it. A model starts from its first [`START`] samples and goes on by stepwise EM with steps (t + 200)^−0.7; each
//!   later sample is assigned before it is learnt from. The adjusted Rand index compares clusters and activities.
//! - *sorted*: the file's order, one activity after the other. A constant step of 0.01 forgets, steps of 1/(t + 200)
//!   weigh all samples alike: how likely each finds what comes next, and, at the end, what was long ago.

// A program for hosts need not spell out which part of std a name comes from.
#![allow(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

mod index;
#[path = "../motions/mod.rs"]
mod motions;
mod pictures;
mod runs;

use gaussmix::Error;
use gaussmix::stream::StepSize;
use motions::ACTIVITIES;
use std::process::ExitCode;

/// Samples that a model starts from.
pub(crate) const START: usize = 200;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("activity: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let samples = motions::load()?;
    let wrong = |error: Error| error.to_string();
    println!("mixed stream, 4 diagonal components, steps (t + 200)^-0.7, start from {START} samples");
    println!("run  index as they came  index at the end  ns/sample");
    let runs: Vec<runs::Mixed> =
        (0..10).map(|i| runs::mixed(&samples, i).map_err(wrong)).collect::<Result<_, _>>()?;
    for (i, run) in runs.iter().enumerate() {
        println!("{i:>3}  {:>18.3}  {:>16.3}  {:>9.0}", run.as_they_came, run.at_the_end, run.nanoseconds);
    }
    let least = runs.iter().map(|run| run.as_they_came).fold(f64::INFINITY, f64::min);
    let mean = runs.iter().map(|run| run.as_they_came).sum::<f64>() / runs.len() as f64;
    println!("as they came: mean {mean:.3}, least {least:.3}\n");

    let forgetting = runs::sorted(&samples, StepSize::constant(0.01).map_err(wrong)?).map_err(wrong)?;
    let settling = runs::sorted(&samples, StepSize::decaying(1.0, 200.0).map_err(wrong)?).map_err(wrong)?;
    println!("sorted stream: mean log-density of each activity's samples");
    println!("{:<30}{}", "", ACTIVITIES.map(|name| format!("{name:>11}")).concat());
    for (name, run) in [("step 0.01", &forgetting), ("step 1/(t + 200)", &settling)] {
        let row = |values: [f64; 4]| values.map(|v| format!("{v:>11.2}")).concat();
        println!("{:<30}{}", format!("{name}, as they came"), row(run.as_they_came));
        println!("{:<30}{}", format!("{name}, at the end"), row(run.at_the_end));
    }
    pictures::draw(&runs, &forgetting, &settling)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The index of MiniBatchKMeans is 0.09, that of the batch mixture 0.42.
    #[test]
    fn clusters_are_activities_as_well_as_of_a_batch_fit() {
        let samples = motions::load().unwrap();
        for i in 0..10 {
            let run = runs::mixed(&samples, i).unwrap();
            assert!(run.as_they_came >= 0.37 && run.at_the_end >= 0.37, "run {i}: {run:?}");
        }
    }

    #[test]
    fn a_constant_step_follows_and_forgets() {
        let samples = motions::load().unwrap();
        let forgetting = runs::sorted(&samples, StepSize::constant(0.01).unwrap()).unwrap();
        let settling = runs::sorted(&samples, StepSize::decaying(1.0, 200.0).unwrap()).unwrap();
        for activity in 1..4 {
            assert!(forgetting.as_they_came[activity] > settling.as_they_came[activity], "{activity}");
        }
        assert!(forgetting.at_the_end[0] < settling.at_the_end[0]);
    }
}
