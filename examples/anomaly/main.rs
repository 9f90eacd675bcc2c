//! Which of four activities can be told from the others by a model of itself alone?
//!
//! ```text
//! cargo run --release --example anomaly
//! ```
//! BasicMotions (`tests/data`): each activity in turn is normal. Four components are fitted to the first five of its
//! ten recordings; the other five are the held-out normal, all recordings of the other activities the anomalies. Three
//! scores:
//!
//! - ln p of *single samples* (full components),
//! - its *mean* over the twenty samples of two seconds,
//! - ln p of *windows' features*: the mean and the logarithm of the standard deviation of each axis over two seconds
//!   (diagonal components).
//!
//! Samples of one activity lie among those of a livelier one, so a sample alone, or a mean of samples' scores, does not
//! say which it is; how much a window moves does.
//!
//! Five recordings show too little of how people differ. So each of them is left out in turn: the ridge that makes
//! left-out windows likeliest is added to all variances, and the threshold is the 1 % quantile of the left-out windows'
//! log-densities. The held-out half and the anomalies have no part in either.

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
    println!(
        "{:<10} {:>14} {:>14} {:>17}",
        "normal", "single samples", "mean of twenty", "windows' features"
    );
    for (name, report) in ACTIVITIES.iter().zip(&reports) {
        let [samples, means, windows] = report.areas();
        println!("{name:<10} {samples:>14.3} {means:>14.3} {windows:>17.3}");
    }
    println!("\nwindows below the 1 % quantile of the left-out training windows' log-densities");
    println!("{:<10} {:>15} {:>16}", "normal", "held-out normal", "other activities");
    for (name, report) in ACTIVITIES.iter().zip(&reports) {
        let [false_alarms, alarms] = report.alarms().map(|share| 100.0 * share);
        println!("{name:<10} {false_alarms:>13.1} % {alarms:>14.1} %");
    }
    pictures::draw(&reports)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn windows_tell_what_samples_cannot() {
        let samples = motions::load().unwrap();
        for normal in 0..ACTIVITIES.len() {
            let report = scores::report(&samples, normal).unwrap();
            let ([single, mean, windows], [false_alarms, alarms]) = (report.areas(), report.alarms());
            let name = ACTIVITIES[normal];
            assert!(windows >= 0.97, "{name}: {windows}");
            // Only who stands is told by single samples.
            assert!(
                normal == 0 || (windows > single + 0.25 && windows > mean + 0.25),
                "{name}: {single} {mean}"
            );
            assert!(false_alarms <= 0.05 && alarms >= 0.5, "{name}: {false_alarms} {alarms}");
        }
    }
}
