//! What holds of every value, whatever happened to it: its numbers are finite, weights sum to 1, it is what `validate`
//! admits, and what was stored is loaded.

use core::fmt::Debug;

use gaussmix::persist::Persist;
use gaussmix::{Gmm, OnlineEm, Real, SufficientStats};

use crate::support::dense::{Structure, factors, spread};
use crate::support::tolerance::SUM_OF_WEIGHTS_ULPS;

fn finite<T: Real>(v: T, what: &str) {
    assert!(v.widen().is_finite(), "{what} is {v}");
}

pub(super) fn model<T: Real, const D: usize, const K: usize, C: Structure>(gmm: &Gmm<T, D, K, C>) {
    gmm.validate().unwrap();
    gmm.means().iter().flatten().for_each(|m| finite(*m, "mean"));
    factors(gmm).iter().flatten().flatten().for_each(|f| finite(*f, "factor"));
    for (weight, offset) in gmm.weights().iter().zip(gmm.offsets()) {
        assert!(*weight > T::ZERO || *offset == T::NEG_INFINITY, "offset {offset} of a dead component");
        assert!(*weight == T::ZERO || offset.widen().is_finite(), "offset {offset} of a live component");
    }
    let sum: f64 = gmm.weights().iter().map(|w| w.widen()).sum();
    assert!((sum - 1.0).abs() <= SUM_OF_WEIGHTS_ULPS * T::EPSILON.widen(), "weights sum to {sum}");
    stored(gmm);
}

pub(super) fn statistics<T: Real, const D: usize, const K: usize, C: Structure>(
    stats: &SufficientStats<T, D, K, C>,
) {
    stats.validate().unwrap();
    finite(stats.total_weight(), "mass");
    for k in 0..K {
        stats.means()[k].iter().for_each(|m| finite(*m, "mean"));
        spread(stats, k).iter().flatten().for_each(|c| finite(*c, "covariance"));
    }
    stored(stats);
}

pub(super) fn run<T: Real, const D: usize, const K: usize, C: Structure>(run: &OnlineEm<T, D, K, C>) {
    model(run.model());
    statistics(run.statistics());
    stored(run);
}

/// What was stored is loaded.
pub(super) fn stored<P: Persist + PartialEq + Debug>(value: &P) {
    let mut bytes = vec![0; P::ENCODED_LEN];
    value.encode(&mut bytes).unwrap();
    assert_eq!(P::decode(&bytes).as_ref(), Ok(value));
}
