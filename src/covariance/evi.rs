//! One volume for all components and axes along the features; each component has its own shape.

use super::coupled::{self, Family, Shared, covariance};
use super::{Covariance, CovarianceUpdate, Diagonal, Factor, Floors, Inner, Outcome, Shape};
use crate::real::Real;
use nalgebra::{SMatrix, SVector};

/// Ellipsoids along the axes, all of one volume, each with its own shape (mclust's EVI): Σ_k = λ A_k with A_k diagonal
/// and |A_k| = 1. 1 + K(D − 1) parameters. It takes the memory of [`Diagonal`]; the advantage is fewer parameters to
/// estimate.
///
/// Let B_k be the diagonal of component k's scatter. The estimate is A_k = B_k / |B_k|^(1/D) and
/// λ = Σ_k |B_k|^(1/D) / Σ_k W_k, a closed form (Celeux & Govaert 1995, doi:10.1016/0031-3203(94)00125-6). If a feature
/// does not vary within a component, the shape cannot be estimated; without a floor the component then keeps its shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evi;

covariance!(Evi, Diagonal, 0x20, |d, k| 1 + k * (d - 1));

impl Family for Evi {
    type Shape = Diagonal;
    const OWN_VOLUME: bool = false;

    fn admit<T: Real, const D: usize>(estimate: &mut SVector<T, D>, floors: &Floors<T, D>) -> Option<bool> {
        raise_variances(estimate, floors)
            .filter(|_| estimate.iter().all(|v| *v > T::ZERO && *v < T::INFINITY))
    }

    fn share<T: Real, const D: usize, const K: usize>(
        matrices: &mut [SVector<T, D>; K],
        masses: &[T; K],
        _before: Option<&[Factor<SVector<T, D>>; K]>,
        _floors: &Floors<T, D>,
        _inner: &Inner<T>,
    ) -> Option<Shared> {
        let mut logs = [T::ZERO; K];
        for k in 0..K {
            for v in &matrices[k] {
                logs[k] += v.natural_log();
            }
            logs[k] /= T::from_count(D as u64);
        }
        let volume = common_log(&logs, masses);
        for k in 0..K {
            let change = (volume - logs[k]).exponential();
            for v in matrices[k].iter_mut() {
                *v *= change;
            }
        }
        coupled::factorise_all::<T, D, K, Diagonal>(matrices)?;
        Some(Shared { floored: false, settled: true })
    }

    fn is_shared<T: Real, const D: usize, const K: usize>(
        factors: &[Factor<SVector<T, D>>; K],
        tolerance: T,
    ) -> bool {
        are_volumes_equal::<T, D, K, Diagonal>(factors, tolerance)
    }
}

/// The logarithm of the mean of volumes with these logarithms, weighted by mass.
pub(super) fn common_log<T: Real, const K: usize>(logs: &[T; K], masses: &[T; K]) -> T {
    let (mut largest, mut total) = (T::NEG_INFINITY, T::ZERO);
    for k in 0..K {
        if masses[k] > T::ZERO {
            largest = logs[k].larger(largest);
            total += masses[k];
        }
    }
    // In units of the largest.
    let mut mean = T::ZERO;
    for k in 0..K {
        if masses[k] > T::ZERO {
            mean += masses[k] / total * (logs[k] - largest).exp_nonpositive();
        }
    }
    largest + mean.natural_log()
}

/// Whether all covariances have one determinant.
pub(super) fn are_volumes_equal<T: Real, const D: usize, const K: usize, S: Shape>(
    factors: &[Factor<S::Matrix<T, D>>; K],
    tolerance: T,
) -> bool {
    coupled::all_agree(factors, |a, b| {
        let (a, b) = (S::half_log_determinant::<T, D>(a), S::half_log_determinant::<T, D>(b));
        // Each is a sum of the logarithms of D standard deviations; the tolerance allows a relative error in each.
        (a - b).abs() <= tolerance * (T::from_count(D as u64) + a.abs())
    })
}

/// Raises variances to their floors; returns whether it raised any. `None` if one is NaN or infinite.
pub(super) fn raise_variances<T: Real, const D: usize>(
    variances: &mut SVector<T, D>,
    floors: &Floors<T, D>,
) -> Option<bool> {
    let mut floored = false;
    for (v, relative) in variances.iter_mut().zip(&floors.relative) {
        if !v.is_finite() {
            return None;
        }
        let floor = relative.larger(floors.absolute);
        if *v < floor {
            *v = floor;
            floored = true;
        }
    }
    Some(floored)
}
