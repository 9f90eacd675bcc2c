//! One of six sensors fails: what would it have read, and is anything else amiss? A model of all activities lies in flash.

#[rustfmt::skip] // as the host program writes it
mod model;

pub use model::MODEL;

use crate::data::{Activity, RECORDING, recordings};
use crate::digest::Digest;
use gaussmix::novelty::DistanceTest;
use gaussmix::{Error, NanIsMissing};

/// Sensors.
pub const D: usize = 6;
/// Recordings of each activity that the model was fitted to; the others are held out.
pub const TRAINING: usize = 5;
/// The reading at which a sensor fails: three seconds into a recording.
pub const FAILURE: usize = 30;
/// The share of readings for which an alarm is due, if the model is right.
const RATE: f32 = 1e-3;

/// What was measured of an activity and the model was fitted to, and what is held out.
#[must_use]
pub fn halves(activity: Activity) -> (&'static [[f32; D]], &'static [[f32; D]]) {
    recordings(activity).split_at_checked(TRAINING * RECORDING).unwrap_or_default()
}

/// What came of failures, one in every recording held out, of each sensor in turn.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// Readings after failures.
    pub readings: u16,
    /// Mean squared errors in units of the sensors' variances: of the imputed reading, of the mean, and of the last
    /// reading before the failure.
    pub errors: [f32; 3],
    /// Alarms before the failure, and after it: by all six sensors, and by the five that work.
    pub alarms: [u16; 3],
    /// Of all imputed numbers.
    pub digest: u64,
}

/// Lets a sensor fail in every recording held out: it gives no number any more.
///
/// # Errors
/// None.
pub fn fail() -> Result<Report, Error> {
    let (mut report, mut digest) = (Report::default(), Digest::default());
    let test = DistanceTest::new(RATE)?;
    let whole = MODEL.collapse()?;
    let ([mean], [covariance]) = (whole.means(), whole.covariances());
    let activities = [Activity::Standing, Activity::Running, Activity::Walking, Activity::Badminton];
    let held_out = activities.into_iter().flat_map(|activity| halves(activity).1.chunks(RECORDING));
    for (i, recording) in held_out.enumerate() {
        let sensor = i % D;
        let variance = covariance.get((sensor, sensor)).copied().unwrap_or(1.0);
        let mut last = 0.0;
        for (t, complete) in recording.iter().enumerate() {
            let truth = complete[sensor];
            if t < FAILURE {
                last = truth;
                report.alarms[0] += u16::from(test.is_novel(&MODEL, complete)?);
                continue;
            }
            let mut x = *complete;
            x[sensor] = f32::NAN;
            // A reading that the model refuses is an alarm.
            report.alarms[1] += u16::from(test.is_novel(&MODEL, x).unwrap_or(true));
            report.alarms[2] += u16::from(test.is_novel(&MODEL, NanIsMissing(x))?);
            let imputed = MODEL.impute(NanIsMissing(x))?.mean[sensor];
            digest.add(imputed);
            if t == FAILURE {
                digest.add(regressed(complete, sensor)?);
            }
            for (sum, value) in report.errors.iter_mut().zip([imputed, mean[sensor], last]) {
                *sum += (value - truth) * (value - truth) / variance;
            }
            report.readings += 1;
        }
    }
    report.errors = report.errors.map(|sum| sum / f32::from(report.readings));
    report.digest = digest.value();
    Ok(report)
}

/// The same by naming the sensors that are known and the one that is wanted.
fn regressed(x: &[f32; D], sensor: usize) -> Result<f32, Error> {
    let others: [usize; D - 1] = core::array::from_fn(|i| if i < sensor { i } else { i + 1 });
    let known = others.map(|j| x.get(j).copied().unwrap_or_default());
    let expected = MODEL.regress(others, known, [sensor])?;
    let ([[mean]], [covariance]) = (expected.means(), expected.covariances());
    Ok(*mean + covariance.x)
}
