//! One of six sensors fails. What would it have read, and is anything else amiss?
//!
//! ```text
//! cargo run --release --example sensor
//! ```
//! BasicMotions (`tests/data`): an accelerometer and a gyroscope of three axes each. A mixture of eight full components
//! is fitted to the first half of the recordings of four activities. In those of the other half, one sensor fails after
//! three seconds: it sticks to its last reading, gives no number, or one out of its range.
//!
//! - Its reading is *imputed* from the five others: the mean of the sensor given these, with its standard deviation
//!   (`Gmm::impute` of a `Masked` sample).
//! - The *alarm* goes on with five sensors. A reading is novel if its squared distance to every component is above a
//!   χ² quantile (`DistanceTest`), of six degrees of freedom for six sensors. Without the sensor that failed it is the
//!   distance over the five others, and the quantile of five degrees of freedom. To judge a reading with the imputed
//!   number in it by six would be too lenient, since that number is where the model wants it.
//!
//! An alarm that is quiet may be deaf, too. So a second model knows standing and walking only, and the wearer runs.

// A program for hosts need not spell out which part of std a name comes from.
#![allow(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

mod monitor;
#[allow(dead_code)] // windows of samples are for other examples
#[path = "../motions/mod.rs"]
mod motions;
mod picture;
mod trial;

use gaussmix::Error;
use motions::{ACTIVITIES, D, Sample};
use std::process::ExitCode;
use trial::{FAULTS, Fault, Outcome};

const SENSORS: [&str; D] =
    ["acceleration x", "acceleration y", "acceleration z", "rotation x", "rotation y", "rotation z"];
const STANDING: usize = 0;
const RUNNING: usize = 1;
const WALKING: usize = 2;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("sensor: {message}");
            ExitCode::FAILURE
        }
    }
}

/// All that the program finds out.
struct Report {
    /// Of each sensor without a number.
    sensors: [Outcome; D],
    /// The mean share of alarms of each fault.
    alarms: [[f64; 3]; FAULTS.len()],
    /// That of running without a number, under the model that does not know it.
    running: [f64; 3],
}

fn report(samples: &[Sample]) -> Result<Report, Error> {
    let everything: Vec<usize> = (0..ACTIVITIES.len()).collect();
    let [training, held_out] = trial::halves(samples, &everything);
    let gmm = trial::fitted(&training)?;
    let mut sensors = [Outcome::default(); D];
    for (sensor, outcome) in sensors.iter_mut().enumerate() {
        *outcome = trial::trial(&gmm, &held_out, sensor, Fault::NoNumber)?;
    }
    let mut alarms = [[0.0; 3]; FAULTS.len()];
    for (alarms, (_, fault)) in alarms.iter_mut().zip(FAULTS) {
        *alarms = trial::alarms(&gmm, &held_out, fault)?;
    }
    let [calm, _] = trial::halves(samples, &[STANDING, WALKING]);
    let [_, running] = trial::halves(samples, &[RUNNING]);
    let running = trial::alarms(&trial::fitted(&calm)?, &running, Fault::NoNumber)?;
    Ok(Report { sensors, alarms, running })
}

fn run() -> Result<(), String> {
    let samples = motions::load()?;
    let report = report(&samples).map_err(|error| error.to_string())?;
    println!("root mean squared error of what stands for the reading, from the failure on");
    println!(
        "{:<16}{:>9}{:>9}{:>14}{:>28}",
        "", "imputed", "mean", "last reading", "truth within 2 deviations"
    );
    for (name, Outcome { errors: [imputed, mean, last], within, .. }) in SENSORS.iter().zip(&report.sensors) {
        println!("{name:<16}{imputed:>9.2}{mean:>9.2}{last:>14.2}{:>26.1} %", 100.0 * within);
    }
    println!(
        "\nreadings with an alarm, in the mean over the sensors that fail; {} % are due",
        100.0 * monitor::RATE
    );
    println!("{:<28}{:>9}{:>13}{:>13}", "", "before", "by all six", "by the five");
    let running = ("no number, and running is new", report.running);
    for (name, alarms) in FAULTS.map(|(name, _)| name).into_iter().zip(report.alarms).chain([running]) {
        let [before, six, five] = alarms.map(|share| 100.0 * share);
        println!("{name:<29}{before:>6.2} %{six:>11.2} %{five:>11.2} %");
    }
    picture::draw(&samples)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_reading_that_failed_is_imputed_and_its_alarm_is_quiet_but_not_deaf() {
        let report = report(&motions::load().unwrap()).unwrap();
        let percent = |share: f64| (100.0 * share).round() as u32;
        let ends = |shares: [f64; D]| {
            let of = |f: fn(f64, f64) -> f64| percent(shares.into_iter().reduce(f).unwrap());
            (of(f64::min), of(f64::max))
        };
        // What the README and `guide::stream` say.
        assert_eq!(ends(report.sensors.map(|o| o.errors[0] / o.errors[1])), (53, 92), "of the mean's error");
        assert_eq!(ends(report.sensors.map(|o| o.within)), (93, 96), "within two deviations");
        for (name, outcome) in SENSORS.iter().zip(&report.sensors) {
            let [imputed, _, last] = outcome.errors;
            assert!(imputed < 0.67 * last, "{name}: {imputed} {last}");
        }
        for ((name, fault), [before, six, five]) in FAULTS.iter().zip(report.alarms) {
            assert_eq!(percent(100.0 * before), 0, "{name}: {before}");
            if *fault == Fault::Stuck {
                // It reads what it may read: only its neighbours say that it does not fit.
                assert!(six > five && six < 0.005, "{name}: {six} {five}");
            } else {
                assert_eq!((six, percent(100.0 * five)), (1.0, 2), "{name}: {five}"); // 0.02 %
            }
        }
        // It is not deaf: of running, which it does not know, it hears as much before the failure and after.
        let [before, _, five] = report.running;
        assert_eq!((percent(before), percent(five)), (90, 99), "{before} {five}");
    }

    /// The picture in the README.
    #[test]
    fn the_picture_is_drawn_again() {
        let drawn = picture::running(&motions::load().unwrap()).unwrap();
        assert!(drawn == include_str!("running.svg"), "draw it again, and copy it from sensor-output");
    }
}
