//! Values as bytes: round trips, refusals, stored files, hostile bytes; places in flash.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

use gaussmix::fit::Frozen;
use gaussmix::stream::{Average, StepSize};
use gaussmix::{Covariance, Em, Gmm, MStep, OnlineEm, Real, SufficientStats, init};

use crate::support::data::{basic_motions, narrow};

mod detector;
mod fixture;
mod hostile;
mod noise_slot;
mod policies;
#[cfg(feature = "serde")]
mod readable;
mod refusals;
mod round_trip;
#[cfg(feature = "serde")]
mod serde;
mod slots;
mod validity;

#[path = "../support"]
mod support {
    pub(crate) mod data;
    pub(crate) mod structures;
}

/// Makes a module of tests of a generic function `law<T, C>()`, one per scalar, under the law's name. Bytes are those of
/// scalar, shape and size; that each structure has its own code, and comes back, is a law of `covariance`.
macro_rules! for_every_type {
    ($($law:ident),* $(,)?) => {$(
        mod $law {
            use super::$law;
            use crate::support::structures::call_for_typical_structures;
            #[test]
            fn single() {
                call_for_typical_structures!($law, [f32]());
            }
            #[test]
            fn double() {
                $law::<f64, gaussmix::Full>();
                $law::<f64, gaussmix::Tied<gaussmix::Diagonal>>();
            }
        }
    )*};
}
pub(crate) use for_every_type;

/// Readings of a smart watch.
pub(crate) fn readings<T: Real>() -> Vec<[T; 6]> {
    narrow(&basic_motions()[..600])
}

/// A model that was fitted, so that no number of it is round.
pub(crate) fn fitted<T: Real, C: Covariance>() -> Gmm<T, 6, 3, C> {
    let mut gmm = Gmm::unfitted();
    init::farthest_first(&mut gmm, &readings::<T>()).unwrap();
    Em::default().with_max_iterations(4).fit(&mut gmm, &readings::<T>()).unwrap();
    gmm
}

/// The statistics of the data under that model, taken up one by one and discounted, so that low words are filled.
pub(crate) fn observed<T: Real, C: Covariance>() -> SufficientStats<T, 6, 3, C> {
    let gmm = fitted();
    let mut stats = SufficientStats::new();
    for x in &readings::<T>() {
        stats.discount(T::narrow(0.999)).unwrap();
        stats.observe(&gmm, x).unwrap();
    }
    stats
}

/// A run in the middle of a stream, no setting at its default, and the average of what it went through.
pub(crate) fn running<T: Real, C: Covariance>() -> (OnlineEm<T, 6, 3, C>, Average<T, 6, 3, C>) {
    let m_step = MStep::default()
        .with_relative_floor(T::narrow(1e-4))
        .unwrap()
        .with_absolute_floor(T::narrow(1e-9))
        .unwrap()
        .with_ridge(T::narrow(1e-7))
        .unwrap()
        .with_least_share(T::narrow(1e-5))
        .unwrap()
        .with_inner_tolerance(T::narrow(1e-3))
        .unwrap()
        .with_inner_iterations(7)
        .unwrap();
    let frozen = Frozen::NONE.with_weights([true, false, false]).with_means([false, false, true]);
    let step = StepSize::decaying(T::narrow(0.7), T::narrow(3.0)).unwrap();
    let online = OnlineEm::new(fitted(), step).unwrap().with_m_step(m_step).with_frozen(frozen);
    let mut online = online.with_interval(7).with_warm_up(20).with_inertia(4);
    let mut average = Average::new();
    for x in &readings::<T>()[..300] {
        online.observe(x).unwrap();
        average.observe(online.statistics());
    }
    (online, average)
}

/// CRC-32 bit by bit.
pub(crate) fn crc(bytes: &[u8]) -> u32 {
    let mut remainder = u32::MAX;
    for byte in bytes {
        remainder ^= u32::from(*byte);
        for _ in 0..8 {
            remainder = if remainder & 1 == 1 { (remainder >> 1) ^ 0xEDB8_8320 } else { remainder >> 1 };
        }
    }
    !remainder
}

/// Gives changed bytes the checksum that goes with them.
pub(crate) fn seal(bytes: &mut [u8]) {
    let (covered, checksum) = bytes.split_at_mut(bytes.len() - 4);
    checksum.copy_from_slice(&crc(covered).to_le_bytes());
}
