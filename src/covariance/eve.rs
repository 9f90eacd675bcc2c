//! One volume and one orientation for all components; each has its own shape.

use super::coupled::{self, Family, Shared, covariance};
use super::evi::{are_volumes_equal, common_log};
use super::evv::{raise_matrix, set_volumes};
use super::orientation::{self, Oriented};
use super::{Covariance, CovarianceUpdate, Factor, Floors, Full, Inner, Outcome, Shape};
use crate::real::Real;
use nalgebra::SMatrix;

/// Ellipsoids of one volume and one orientation, each with its own shape (mclust's EVE): Σ_k = λ D A_k Dᵀ with D
/// orthogonal, A_k diagonal and |A_k| = 1. 1 + K(D − 1) + D(D − 1)/2 parameters. It takes the memory of [`Full`]; the
/// advantage is fewer parameters to estimate, and that no component collapses by itself.
///
/// Let B_k be component k's scatter and b_k the diagonal of DᵀB_kD. Then A_k = b_k / |b_k|^(1/D) and
/// λ = Σ_k |b_k|^(1/D) / Σ_k W_k (Celeux & Govaert 1995, doi:10.1016/0031-3203(94)00125-6). D is turned as in
/// [`Vve`](super::Vve), where the rest is said too: the cap, several maxima, few samples, units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Eve;

covariance!(
    Eve,
    Full,
    0x90,
    |d, k| 1 + k * (d - 1) + d * (d - 1) / 2,
    fn rescale<T: Real, const D: usize, const K: usize>(
        factors: &mut Self::Factors<T, D, K>,
        scale: &[T; D],
    ) -> bool {
        coupled::rescale_in_like_units(factors, scale)
    }
);

impl Family for Eve {
    type Shape = Full;
    const OWN_VOLUME: bool = false;
    const TURNS: bool = true;

    fn admit<T: Real, const D: usize>(
        estimate: &mut SMatrix<T, D, D>,
        floors: &Floors<T, D>,
    ) -> Option<bool> {
        raise_matrix(estimate, floors)
    }

    fn share<T: Real, const D: usize, const K: usize>(
        matrices: &mut [SMatrix<T, D, D>; K],
        masses: &[T; K],
        before: Option<&[Factor<SMatrix<T, D, D>>; K]>,
        _floors: &Floors<T, D>,
        inner: &Inner<T>,
    ) -> Option<Shared> {
        let Oriented { axes, values, settled } =
            orientation::estimate::<T, D, K, Self>(matrices, masses, before, inner);
        let log = common_log(&values.map(|own| orientation::log_volume(&own)), masses);
        orientation::compose_all(matrices, &axes, &values)?;
        set_volumes(matrices, log);
        Some(Shared { floored: false, settled })
    }

    fn is_shared<T: Real, const D: usize, const K: usize>(
        factors: &[Factor<SMatrix<T, D, D>>; K],
        tolerance: T,
    ) -> bool {
        are_volumes_equal::<T, D, K, Full>(factors, tolerance) && orientation::is_common(factors, tolerance)
    }
}
