//! What an interrupt scores and the main program learns: an accelerometer while its wearer stands.

use crate::data::{Activity, recordings};
use gaussmix::init::farthest_first;
use gaussmix::stream::StepSize;
use gaussmix::{Error, Gmm, OnlineEm};

/// The log-density below which a reading raises an alarm.
pub const THRESHOLD: f32 = -8.0;

/// The first three of the watch's sensors.
#[must_use]
pub fn accelerometer(x: &[f32; 6]) -> [f32; 3] {
    let [x, y, z, ..] = *x;
    [x, y, z]
}

/// The run, from the first hundred readings.
///
/// # Errors
/// None.
pub fn start() -> Result<OnlineEm<f32, 3, 3>, Error> {
    let mut gmm = Gmm::unfitted();
    farthest_first(&mut gmm, recordings(Activity::Standing).iter().take(100).map(accelerometer))?;
    OnlineEm::new(gmm, StepSize::constant(0.01)?)
}
