//! The values that property tests are given: valid, various, and simple when they shrink.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

use gaussmix::covariance::Vve;
use gaussmix::nalgebra::SMatrix;
use gaussmix::strategies::{
    extreme_numbers, hostile_samples, live_models, matrices, mixing_weights, models, samples, statistics,
    weighted_samples,
};
use gaussmix::{Covariance, Diagonal, Full, Gmm, Real, SufficientStats, Tied};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

#[path = "../support"]
mod support {
    pub(crate) mod for_all;
    pub(crate) mod structures;
}
use support::for_all::for_all;
use support::structures::{for_every_structure, for_typical_structures};

/// The first value, and what it shrinks to if it always fails.
fn simplest<S: Strategy>(strategy: S) -> (S::Value, S::Value) {
    let mut tree = strategy.new_tree(&mut TestRunner::deterministic()).unwrap();
    let first = tree.current();
    while tree.simplify() {}
    (first, tree.current())
}

/// Some of `cases` values have the property, and some have not.
fn now_and_then<S: Strategy>(cases: usize, strategy: S, property: impl Fn(&S::Value) -> bool) {
    let mut runner = TestRunner::deterministic();
    let values = (0..cases).map(|_| strategy.new_tree(&mut runner).unwrap().current());
    let count = values.filter(property).count();
    assert!(0 < count && count < cases, "{count} of {cases}");
}

fn every_model_is_valid<C: Covariance>() {
    for_all(200, models::<f64, 2, 3, C>(), &|gmm| assert_eq!(gmm.validate(), Ok(())));
}

fn every_live_model_is_valid_and_so_are_statistics<C: Covariance>() {
    are_valid::<f64, 2, 3, C>();
}

fn are_valid<T: Real, const D: usize, const K: usize, C: Covariance>() {
    for_all(50, live_models::<T, D, K, C>(), &|gmm| {
        assert_eq!(gmm.validate(), Ok(()));
        assert_eq!(gmm.live().count(), K);
    });
    for_all(50, statistics::<T, D, K, C>(), &|stats| assert_eq!(stats.validate(), Ok(())));
}

#[test]
fn models_of_other_sizes_are_valid_in_single_precision() {
    are_valid::<f32, 1, 1, Full>();
    are_valid::<f32, 6, 2, Full>();
    are_valid::<f32, 6, 2, Vve>();
    are_valid::<f32, 6, 2, Tied<Diagonal>>();
}

fn a_model_shrinks_to_equal_round_components<C: Covariance>() {
    let (first, last) = simplest(models::<f64, 2, 3, C>());
    assert_ne!(first, last);
    assert_eq!(last.means(), &[[0.0; 2]; 3]);
    assert!(last.weights().iter().all(|w| *w == 1.0 / 3.0), "{:?}", last.weights());
    for component in last.components() {
        let difference = component.covariance_matrix() - SMatrix::identity();
        assert!(difference.abs().max() < 1e-14, "{last:#}");
    }
    let (_, nothing) = simplest(statistics::<f64, 2, 3, C>());
    assert_eq!(nothing, SufficientStats::new());
}

for_every_structure!(every_model_is_valid);
for_typical_structures!(
    every_live_model_is_valid_and_so_are_statistics,
    a_model_shrinks_to_equal_round_components
);

#[test]
fn values_are_various() {
    now_and_then(100, models::<f64, 2, 3, Full>(), |gmm: &Gmm<_, 2, 3>| gmm.live().count() < 3);
    now_and_then(100, weighted_samples::<f32, 2>(5), |rows| rows.iter().any(|(_, w)| *w == 0.0));
    now_and_then(100, extreme_numbers::<f64>(), |v| v.is_nan());
    now_and_then(100, extreme_numbers::<f32>(), |v| v.is_infinite());
    now_and_then(200, hostile_samples::<f32, 2>(20), |rows| rows.iter().any(|(_, w)| !(*w >= 0.0)));
    now_and_then(200, hostile_samples::<f64, 2>(20), |rows| {
        rows.iter().flat_map(|(x, _)| x).all(|v| v.is_finite())
    });
}

#[test]
fn weights_sum_to_one_and_shrink_to_equal_ones() {
    for_all(200, mixing_weights::<f64, 4>(true), &|weights| {
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-15);
    });
    for_all(200, mixing_weights::<f32, 4>(false), &|weights| assert!(weights.iter().all(|w| *w > 0.0)));
    assert_eq!(simplest(mixing_weights::<f64, 4>(true)).1, [0.25; 4]);
}

#[test]
fn samples_and_matrices_shrink_to_the_simplest() {
    assert_eq!(simplest(samples::<f64, 3>(2..50)).1, [[0.0; 3]; 2]);
    let (_, rows) = simplest(weighted_samples::<f64, 1>(3));
    assert!(rows.iter().all(|(x, _)| *x == [0.0]), "{rows:?}");
    for_all(200, matrices::<f32, 4>(), &|matrix| {
        assert_eq!(matrix, matrix.transpose());
        assert!(matrix.cholesky().is_some());
    });
    assert_eq!(simplest(matrices::<f64, 3>()).1, SMatrix::<f64, 3, 3>::identity());
}
