//! One volume for all components; each has its own shape and orientation.

use super::coupled::{self, Family, Shared, covariance};
use super::evi::{are_volumes_equal, common_log};
use super::{Covariance, CovarianceUpdate, Factor, Floors, Full, Inner, Outcome, Shape};
use crate::real::Real;
use nalgebra::SMatrix;

/// Ellipsoids of one volume, each with its own shape and orientation (mclust's EVV): Σ_k = λ C_k with |C_k| = 1.
/// 1 + K(D(D + 1)/2 − 1) parameters. It takes the memory of [`Full`]; the advantage is K − 1 parameters fewer, and that
/// no component collapses by itself.
///
/// Let B_k be component k's scatter. The estimate is C_k = B_k / |B_k|^(1/D) and λ = Σ_k |B_k|^(1/D) / Σ_k W_k, a closed
/// form (Celeux & Govaert 1995, doi:10.1016/0031-3203(94)00125-6). A component of fewer than D + 1 samples has no
/// estimate of its own; without a floor it then keeps its shape and orientation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evv;

covariance!(Evv, Full, 0x70, |d, k| 1 + k * (d * (d + 1) / 2 - 1));

impl Family for Evv {
    type Shape = Full;
    const OWN_VOLUME: bool = false;

    fn admit<T: Real, const D: usize>(
        estimate: &mut SMatrix<T, D, D>,
        floors: &Floors<T, D>,
    ) -> Option<bool> {
        raise_matrix(estimate, floors)
    }

    fn share<T: Real, const D: usize, const K: usize>(
        matrices: &mut [SMatrix<T, D, D>; K],
        masses: &[T; K],
        _before: Option<&[Factor<SMatrix<T, D, D>>; K]>,
        _floors: &Floors<T, D>,
        _inner: &Inner<T>,
    ) -> Option<Shared> {
        coupled::factorise_all::<T, D, K, Full>(matrices)?;
        let log = common_log(&matrices.map(|factor| log_volume(&Factor(factor))), masses);
        set_volumes(matrices, log);
        Some(Shared { floored: false, settled: true })
    }

    fn is_shared<T: Real, const D: usize, const K: usize>(
        factors: &[Factor<SMatrix<T, D, D>>; K],
        tolerance: T,
    ) -> bool {
        are_volumes_equal::<T, D, K, Full>(factors, tolerance)
    }
}

/// Raises a covariance to the floors; returns whether it was below. `None` if it is not positive definite and the floors
/// do not make it so. Only the lower triangle is read.
pub(super) fn raise_matrix<T: Real, const D: usize>(
    covariance: &mut SMatrix<T, D, D>,
    floors: &Floors<T, D>,
) -> Option<bool> {
    let mut factor = *covariance;
    let floored = Full::factorise(&mut factor, floors)?;
    if floored {
        *covariance = Full::covariance(&Factor(factor));
    }
    Some(floored)
}

/// ln |Σ|^(1/D)
pub(super) fn log_volume<T: Real, const D: usize>(factor: &Factor<SMatrix<T, D, D>>) -> T {
    let half = Full::half_log_determinant(factor);
    (half + half) / T::from_count(D as u64)
}

/// Gives all factors the volume |Σ|^(1/D) of this logarithm.
pub(super) fn set_volumes<T: Real, const D: usize, const K: usize>(
    factors: &mut [SMatrix<T, D, D>; K],
    log: T,
) {
    for factor in factors {
        let mut stretched = Factor(*factor);
        let change = ((log - log_volume(&stretched)) * T::HALF).exponential();
        Full::stretch(&mut stretched, &[change; D]);
        *factor = stretched.0;
    }
}
