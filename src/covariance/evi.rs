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
        _before: Option<&SVector<T, D>>,
        _floors: &Floors<T, D>,
        _inner: &Inner<T>,
    ) -> Option<Shared> {
        // ln |B_k/W_k|^(1/D), and the mean of these volumes, weighted by mass, in units of the largest.
        let (mut logs, mut largest, mut total) = ([T::ZERO; K], T::NEG_INFINITY, T::ZERO);
        for k in 0..K {
            for v in &matrices[k] {
                logs[k] += v.natural_log();
            }
            logs[k] /= T::from_count(D as u64);
            if masses[k] > T::ZERO {
                largest = logs[k].larger(largest);
                total += masses[k];
            }
        }
        let mut mean = T::ZERO;
        for k in 0..K {
            if masses[k] > T::ZERO {
                mean += masses[k] / total * (logs[k] - largest).exp_nonpositive();
            }
        }
        let volume = largest + mean.natural_log();
        for k in 0..K {
            let change = (volume - logs[k]).exponential();
            for v in matrices[k].iter_mut() {
                *v *= change;
            }
        }
        Some(Shared { floored: false, settled: true })
    }

    fn agree<T: Real, const D: usize>(
        a: &Factor<SVector<T, D>>,
        b: &Factor<SVector<T, D>>,
        tolerance: T,
    ) -> bool {
        let (a, b) = (Diagonal::half_log_determinant::<T, D>(a), Diagonal::half_log_determinant::<T, D>(b));
        // Each is a sum of the logarithms of D standard deviations; the tolerance allows a relative error in each.
        (a - b).abs() <= tolerance * (T::from_count(D as u64) + a.abs())
    }
}

/// Raises variances to their floors; returns whether it raised any. `None` if one is NaN or infinite.
pub(super) fn raise_variances<T: Real, const D: usize>(
    variances: &mut SVector<T, D>,
    floors: &Floors<T, D>,
) -> Option<bool> {
    let mut floored = false;
    for (j, v) in variances.iter_mut().enumerate() {
        if !v.is_finite() {
            return None;
        }
        let floor = floors.feature(j);
        if *v < floor {
            *v = floor;
            floored = true;
        }
    }
    Some(floored)
}
