//! Which of four activities can be told from the others by a model of itself alone?
//!
//! ```text
//! cargo run --release --example anomaly
//! ```
//! BasicMotions (`tests/data`): each activity in turn is normal. Four full components are fitted to the first five of
//! its ten recordings; the other five are the held-out normal, all recordings of the other activities the anomalies.
//! The score is ln p(x): of single samples, and its mean over ten in a row of one recording. A third score asks whether
//! a window is *typical*: minus the distance of its mean from the median of the training windows' means. It finds
//! anomalies that are likelier than the normal, where the normal is varied.

// A program for hosts need not spell out which part of std a name comes from.
#![allow(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

mod auc;
#[path = "../motions/mod.rs"]
mod motions;
mod pictures;
mod scores;

use motions::ACTIVITIES;
use scores::Report;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("anomaly: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let samples = motions::load()?;
    let reports: Vec<Report> = (0..ACTIVITIES.len())
        .map(|normal| scores::report(&samples, normal).map_err(|error| error.to_string()))
        .collect::<Result<_, _>>()?;
    println!("area under the ROC curve, held-out recordings of the normal against the other activities");
    println!("{:<10} {:>7} {:>8} {:>16}", "normal", "samples", "windows", "typical windows");
    for (name, report) in ACTIVITIES.iter().zip(&reports) {
        let [samples, windows, typical] = report.areas();
        println!("{name:<10} {samples:>7.3} {windows:>8.3} {typical:>16.3}");
    }
    println!("\nmean ln p of samples under the model of each activity (held out, where it is the normal)");
    println!("{:<10}{}", "model", ACTIVITIES.map(|name| format!("{name:>11}")).concat());
    for (name, report) in ACTIVITIES.iter().zip(&reports) {
        let means = report.samples.each_ref().map(|values| values.iter().sum::<f64>() / values.len() as f64);
        println!("{name:<10}{}", means.map(|mean| format!("{mean:>11.2}")).concat());
    }
    pictures::draw(&reports)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_a_mixture_of_samples_can_tell_and_what_it_cannot() {
        let samples = motions::load().unwrap();
        let areas = [0, 1, 2, 3].map(|activity| scores::report(&samples, activity).unwrap().areas());
        let [standing, running, walking, badminton] = areas;
        println!("{areas:?}");
        assert!(standing[0] >= 0.97 && standing[1] >= 0.99);
        assert!(walking[0] >= 0.7 && walking[2] >= 0.85);
        // Running is told from nothing by chance; badminton's others are likelier than itself, but not typical of it.
        assert!(running[2] >= 0.55);
        assert!(badminton[0] < 0.5 && badminton[1] < 0.5 && badminton[2] > badminton[1] + 0.2);
    }
}
