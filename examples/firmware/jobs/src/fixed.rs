//! Acceleration as a sensor's registers give it, scored in integers by models in flash.

#[rustfmt::skip] // as the host program writes it
mod model;

pub use crate::fleet::MODEL as FULL;
pub use model::{DIAGONAL, FIXED_DIAGONAL, FIXED_FULL};

use crate::data::MOTIONS;
use crate::digest::Digest;
use gaussmix::fixed::{FixedGmm, to_nats};
use gaussmix::{Covariance, Error, Gmm};

/// What one unit of a reading is worth.
pub const SCALE: [f32; 3] = [0.001; 3];
/// What the reading 0 is worth.
pub const OFFSET: [f32; 3] = [0.0; 3];

/// All that the watch measured, as readings.
pub fn readings() -> impl Iterator<Item = [i16; 3]> + Clone {
    let unit = |v: f32| (v * 1000.0 + if v < 0.0 { -0.5 } else { 0.5 }) as i16;
    MOTIONS.iter().map(move |[x, y, z, ..]| [unit(*x), unit(*y), unit(*z)])
}

/// What a reading is worth.
#[must_use]
pub fn value(reading: &[i16; 3]) -> [f32; 3] {
    reading.map(|v| f32::from(v) * 0.001)
}

/// The digest of all scores and components of a model in integers.
pub fn digest<const W: usize>(model: &FixedGmm<3, 4, W>) -> u64 {
    let mut digest = Digest::default();
    for reading in readings() {
        digest.add(f64::from(model.log_density(&reading)));
        digest.add(f64::from(model.predict(&reading) as u32));
    }
    digest.value()
}

/// The mean and the largest error against `f32` in nats, over every `nth` reading.
///
/// # Errors
/// As [`Gmm::log_density`], which takes every reading of an `i16`.
pub fn errors<const W: usize, C: Covariance>(
    fixed: &FixedGmm<3, 4, W>,
    gmm: &Gmm<f32, 3, 4, C>,
    nth: usize,
) -> Result<[f32; 2], Error> {
    let (mut sum, mut largest, mut count) = (0.0_f32, 0.0_f32, 0.0_f32);
    for reading in readings().step_by(nth) {
        let exact = gmm.log_density(value(&reading))?;
        let error = (to_nats(fixed.log_density(&reading)) as f32 - exact).abs();
        (sum, largest, count) = (sum + error, largest.max(error), count + 1.0);
    }
    Ok([sum / count, largest])
}
