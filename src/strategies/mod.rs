//! With the feature `proptest`: strategies of the crate [`proptest`](https://docs.rs/proptest) for valid models,
//! samples, weights and statistics, of any size, structure and scalar, and for what no sensor should deliver.
//!
//! They shrink towards what is simple: fewer samples, at 0; equal weights, and no dead slot; means at 0; round
//! covariances of variance 1. The laws of this crate's own tests take their values from here.
//!
//! | strategy | value |
//! |---|---|
//! | [`samples`] | a vector of samples within ±6 |
//! | [`weighted_samples`] | the same with weights up to 10, now and then 0 |
//! | [`mixing_weights`] | weights that sum to 1; some may be 0 |
//! | [`matrices`] | symmetric positive definite matrices |
//! | [`models`], [`live_models`] | a model, with dead slots or without |
//! | [`noisy_models`] | a model with a noise slot |
//! | [`statistics`] | the statistics of a pass of a model over samples |
//! | [`extreme_numbers`], [`hostile_samples`] | what breaks sums, squares, quotients or roots |
//!
//! `cargo add --dev gaussmix --features proptest` adds them where tests are built, and nowhere else.
//! [`guide::device`](crate::guide::device#tests-on-the-host) has a test of a firmware's logic.

mod hostile;
mod model;

pub use hostile::{extreme_numbers, hostile_samples};
pub use model::{live_models, matrices, mixing_weights, models, noisy_models, statistics};

use std::vec::Vec;

use crate::real::Real;
use proptest::array;
use proptest::collection::{SizeRange, vec};
use proptest::strategy::{Just, Strategy, Union};

/// How far from 0 samples and means lie, so that samples fall between the components of [`models`].
const REACH: f64 = 6.0;

/// A vector of as many samples as `size` says, each feature uniform within ±6.
///
/// ```
/// use gaussmix::strategies;
/// use proptest::{strategy::{Strategy, ValueTree}, test_runner::TestRunner};
///
/// let samples = strategies::samples::<f32, 2>(3..100);
/// let mut tree = samples.new_tree(&mut TestRunner::deterministic()).unwrap();
/// while tree.simplify() {}
/// assert_eq!(tree.current(), [[0.0; 2]; 3]);
/// ```
pub fn samples<T: Real, const D: usize>(size: impl Into<SizeRange>) -> impl Strategy<Value = Vec<[T; D]>> {
    vec(point::<T, D>(), size)
}

/// As [`samples`], each with a weight within 0 and 10, one in ten exactly 0. They shrink to the weight 1.
pub fn weighted_samples<T: Real, const D: usize>(
    size: impl Into<SizeRange>,
) -> impl Strategy<Value = Vec<([T; D], T)>> {
    let weight = Union::new_weighted(std::vec![
        (4, Just(1.0).boxed()),
        (5, (0.0..10.0_f64).boxed()),
        (1, Just(0.0).boxed()),
    ]);
    vec((point::<T, D>(), weight.prop_map(T::narrow)), size)
}

/// One sample, or one mean.
fn point<T: Real, const D: usize>() -> impl Strategy<Value = [T; D]> {
    array::uniform::<_, D>(-REACH..REACH).prop_map(|x: [f64; D]| x.map(T::narrow))
}
