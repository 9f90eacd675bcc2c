//! Numbers, models and statistics that agree to a tolerance.
#![allow(dead_code)] // no room uses all of it

use gaussmix::{Gmm, Real, SufficientStats};

use super::dense::{Dense, Structure, covariances, spread};
use super::tolerance::ROUNDING;

/// Whether two numbers agree to `tolerance`, relative to the larger of them and 1.
pub(crate) fn is_close(a: f64, b: f64, tolerance: f64) -> bool {
    a == b || (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
}

#[track_caller]
pub(crate) fn assert_close(a: f64, b: f64, tolerance: f64, what: &str) {
    assert!(is_close(a, b, tolerance), "{what}: {a} and {b} differ by {:e}", (a - b).abs());
}

#[track_caller]
pub(crate) fn assert_matrices_close<const D: usize>(a: &Dense<D>, b: &Dense<D>, tolerance: f64, what: &str) {
    for i in 0..D {
        for j in 0..D {
            assert_close(a[i][j], b[i][j], tolerance, what);
        }
    }
}

/// All that two models say agrees to `tolerance`.
#[track_caller]
pub(crate) fn assert_models_close<T: Real, const D: usize, const K: usize, C: Structure>(
    a: &Gmm<T, D, K, C>,
    b: &Gmm<T, D, K, C>,
    tolerance: f64,
) {
    for k in 0..K {
        assert_close(a.weights()[k].widen(), b.weights()[k].widen(), tolerance, "weight");
        for j in 0..D {
            assert_close(a.means()[k][j].widen(), b.means()[k][j].widen(), tolerance, "mean");
        }
        assert_matrices_close(&covariances(a)[k], &covariances(b)[k], tolerance, "covariance");
    }
}

/// Mass, mean and scatter of every component agree to `tolerance`.
#[track_caller]
pub(crate) fn assert_moments_close<T: Real, const D: usize, const K: usize, C: Structure>(
    a: &SufficientStats<T, D, K, C>,
    b: &SufficientStats<T, D, K, C>,
    tolerance: f64,
) {
    for k in 0..K {
        assert_close(a.masses()[k].widen(), b.masses()[k].widen(), tolerance, "mass");
        for j in 0..D {
            assert_close(a.means()[k][j].widen(), b.means()[k][j].widen(), tolerance, "mean");
        }
        assert_matrices_close(&spread(a, k), &spread(b, k), tolerance, "scatter");
    }
}

/// All that two sets of statistics hold agrees to `tolerance`, and the counts agree.
#[track_caller]
pub(crate) fn assert_stats_close<T: Real, const D: usize, const K: usize, C: Structure>(
    a: &SufficientStats<T, D, K, C>,
    b: &SufficientStats<T, D, K, C>,
    tolerance: f64,
) {
    assert_moments_close(a, b, tolerance);
    assert_close(a.log_likelihood().widen(), b.log_likelihood().widen(), tolerance, "log-likelihood");
    assert_eq!(a.count(), b.count());
}

/// Two ways to the same bits. With `simd` sums run lane by lane, in an order that depends on where panels end and
/// through roots of weights: there the ways agree to rounding.
#[track_caller]
pub(crate) fn assert_same_statistics<T: Real, const D: usize, const K: usize, C: Structure>(
    a: &SufficientStats<T, D, K, C>,
    b: &SufficientStats<T, D, K, C>,
) {
    if cfg!(feature = "simd") {
        assert_stats_close(a, b, ROUNDING);
    } else {
        assert_eq!(a, b);
    }
}
