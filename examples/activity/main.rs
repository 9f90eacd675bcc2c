//! Clusters of what a watch measures, found as its windows come, beside what its wearer did.
//!
//! ```text
//! cargo run --release --example activity
//! ```
//! BasicMotions (`tests/data`): four activities, ten recordings of ten seconds each. A single sample says little: at
//! some moment of every stride a runner's wrist is as still as that of someone who stands. So two seconds are
//! described together, by the mean of each axis and the logarithm of its standard deviation; a window begins every
//! half second. Labels are only used to judge.
//!
//! - *As they come*: ten orders of the recordings. A run starts from the first [`START`](runs::START) windows by
//!   `ColdStart`, which also chooses how many components there are. Each later window is assigned before it is learnt
//!   from; components are born, merged and removed on the way. The settings were chosen on forty other orders.
//! - *One activity after the other*: the file's order. How likely a run finds what comes next, with births and without,
//!   and, at the end, what was long ago.

// A program for hosts need not spell out which part of std a name comes from.
#![allow(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

mod index;
#[path = "../motions/mod.rs"]
mod motions;
mod pictures;
mod runs;

use gaussmix::Error;
use gaussmix::stream::StepSize;
use motions::{ACTIVITIES, Window};
use runs::{Run, START};
use std::process::ExitCode;

/// The step of runs that forget: the last fifty windows count most.
const STEP: f64 = 0.02;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("activity: {message}");
            ExitCode::FAILURE
        }
    }
}

/// A run over the recordings in one of many orders.
fn shuffled(recordings: &[Vec<Window>], seed: u64) -> Result<Run, Error> {
    let order = runs::shuffled(recordings.len(), seed);
    runs::run(order.iter().flat_map(|i| &recordings[*i]), StepSize::constant(STEP)?, true)
}

/// Runs over the file's order: one whose steps weigh all windows alike, the same without births, and one that forgets.
fn sorted(recordings: &[Vec<Window>]) -> Result<[Run; 3], Error> {
    let stream = || recordings.iter().flatten();
    let settling = StepSize::decaying(1.0, START as f64)?;
    Ok([
        runs::run(stream(), settling, true)?,
        runs::run(stream(), settling, false)?,
        runs::run(stream(), StepSize::constant(STEP)?, true)?,
    ])
}

fn run() -> Result<(), String> {
    let samples = motions::load()?;
    let wrong = |error: Error| error.to_string();
    let recordings = runs::recordings(&samples);
    let windows = recordings.concat();
    let by_sample: Vec<_> = samples.iter().map(|s| (s.x, s.activity)).collect();
    let by_window: Vec<_> = windows.iter().map(|w| (w.x, w.activity)).collect();
    println!("adjusted Rand index of a batch fit, 4 diagonal components");
    println!(
        "  {:.3} of single samples, {:.3} of windows' features\n",
        runs::batch(&by_sample).map_err(wrong)?,
        runs::batch(&by_window).map_err(wrong)?
    );

    println!("windows as they come, started from the first {START} of {}, step {STEP}", windows.len());
    println!("order  index  components at first  born  merged or removed  at the end");
    let ten: Vec<Run> = (0..10).map(|i| shuffled(&recordings, i).map_err(wrong)).collect::<Result<_, _>>()?;
    for (i, run) in ten.iter().enumerate() {
        let (live, index) = (run.last.live().count(), run.index());
        let (at_first, born, gone) = (run.at_first, run.births(), run.deaths());
        println!("{i:>5}  {index:>5.3}  {at_first:>19}  {born:>4}  {gone:>17}  {live:>10}");
    }
    let (mean, least) = mean_and_least(&ten);
    println!("mean {mean:.3}, least {least:.3}\n");

    let sorted = sorted(&recordings).map_err(wrong)?;
    println!("one activity after the other: index of all, median log-density of each activity's windows");
    println!("{:<38}{:>6}{}", "", "index", ACTIVITIES.map(|name| format!("{name:>11}")).concat());
    let names = ["step 1/(t + 102)", "the same without births", "step 0.02"];
    for (name, run) in names.into_iter().zip(&sorted) {
        let row = |values: [f64; 4]| values.map(|v| format!("{v:>11.2}")).concat();
        let index = run.index();
        println!("{:<38}{index:>6.3}{}", format!("{name}, as they came"), row(run.as_they_came()));
        println!("{:<44}{}", format!("{name}, at the end"), row(run.at_the_end(&windows).map_err(wrong)?));
    }
    let [settling, without, _] = &sorted;
    pictures::draw(&ten[0], settling, without)
}

fn mean_and_least(runs: &[Run]) -> (f64, f64) {
    let indices = runs.iter().map(Run::index);
    (indices.clone().sum::<f64>() / runs.len() as f64, indices.fold(f64::INFINITY, f64::min))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use runs::Event;

    #[test]
    fn windows_tell_activities_apart_where_samples_do_not() {
        let samples = motions::load().unwrap();
        let windows = runs::recordings(&samples).concat();
        let by_sample: Vec<_> = samples.iter().map(|s| (s.x, s.activity)).collect();
        let by_window: Vec<_> = windows.iter().map(|w| (w.x, w.activity)).collect();
        assert!(runs::batch(&by_window).unwrap() >= 0.92);
        assert!(runs::batch(&by_sample).unwrap() <= 0.5);
    }

    #[test]
    fn windows_as_they_come_are_clustered_by_activity() {
        let recordings = runs::recordings(&motions::load().unwrap());
        let ten: Vec<Run> = (0..10).map(|i| shuffled(&recordings, i).unwrap()).collect();
        let (mean, least) = mean_and_least(&ten);
        println!("mean {mean}, least {least}");
        assert!(mean >= 0.80 && least >= 0.5);
    }

    /// Six recordings of the first activity are the start; the other three have to be born.
    #[test]
    fn what_is_new_is_born_and_found_likely() {
        let recordings = runs::recordings(&motions::load().unwrap());
        let [settling, without, forgetting] = sorted(&recordings).unwrap();
        assert!(without.events.is_empty());
        assert!(without.index() < 0.2 && settling.index() > 0.75);
        // Running begins at window 170, and each recording has 17.
        assert!(settling.events.iter().any(|event| matches!(event, Event::Born(170..187))));
        for activity in 1..4 {
            assert!(settling.as_they_came()[activity] > without.as_they_came()[activity], "{activity}");
        }
        let windows = recordings.concat();
        let [kept, forgotten] = [settling, forgetting].map(|run| run.at_the_end(&windows).unwrap()[0]);
        assert!(forgotten < kept - 10.0, "{forgotten} {kept}");
    }
}
