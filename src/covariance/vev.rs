//! One shape for all components; each has its own volume and orientation.

use super::coupled::{self, Family, Shared, covariance};
use super::eigen::{compose, sorted_eigen};
use super::vee::raise_if_flat;
use super::vei::one_shape;
use super::{Covariance, CovarianceUpdate, Factor, Floors, Full, Inner, Outcome, Shape};
use crate::real::Real;
use nalgebra::{SMatrix, SVector};

/// Ellipsoids of one shape, each with its own volume and orientation (mclust's VEV): Σ_k = λ_k D_k A D_kᵀ with D_k
/// orthogonal, so all have the same eigenvalues up to a factor. K + D − 1 + K·D(D − 1)/2 parameters. It takes the memory
/// of [`Full`]; the advantage is fewer parameters to estimate.
///
/// Let the scatters be L_k Ω_k L_kᵀ, with eigenvalues in descending order. Then D_k = L_k, and inner iterations compute
/// λ_k = tr(Ω_k A⁻¹)/(D W_k) and A ∝ Σ_k Ω_k/λ_k in turn (Celeux & Govaert 1995, doi:10.1016/0031-3203(94)00125-6), as
/// in [`Vei`](super::Vei). A component of fewer than D + 1 samples contributes like any other. Eigenvalues mix the units
/// of the features: bring features into like units first. A change of units ([`Gmm::affine`](crate::Gmm::affine)) must be
/// the same for all features.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vev;

covariance!(
    Vev,
    Full,
    0x60,
    |d, k| k + d - 1 + k * (d * (d - 1) / 2),
    fn rescale<T: Real, const D: usize, const K: usize>(
        factors: &mut Self::Factors<T, D, K>,
        scale: &[T; D],
    ) -> bool {
        coupled::rescale_in_like_units(factors, scale)
    }
);

impl Family for Vev {
    type Shape = Full;
    const OWN_VOLUME: bool = true;

    fn admit<T: Real, const D: usize>(
        estimate: &mut SMatrix<T, D, D>,
        floors: &Floors<T, D>,
    ) -> Option<bool> {
        raise_if_flat(estimate, floors)
    }

    fn share<T: Real, const D: usize, const K: usize>(
        matrices: &mut [SMatrix<T, D, D>; K],
        masses: &[T; K],
        before: Option<&[Factor<SMatrix<T, D, D>>; K]>,
        _floors: &Floors<T, D>,
        inner: &Inner<T>,
    ) -> Option<Shared> {
        // Each matrix is replaced by its eigenvectors. Rounding may leave a singular one a little below 0.
        let mut values = [SVector::zeros(); K];
        for k in 0..K {
            values[k] = SVector::from(sorted_eigen(&mut matrices[k].data.0)).map(|v| v.larger(T::ZERO));
        }
        let before = before
            .map(|factors| SVector::from(sorted_eigen(&mut Full::covariance::<T, D>(&factors[0]).data.0)));
        let settled = one_shape(&mut values, masses, before, inner)?;
        for k in 0..K {
            matrices[k] = compose(&matrices[k].data.0, &values[k].into());
        }
        coupled::factorise_all::<T, D, K, Full>(matrices)?;
        Some(Shared { floored: false, settled })
    }

    fn is_shared<T: Real, const D: usize, const K: usize>(
        factors: &[Factor<SMatrix<T, D, D>>; K],
        tolerance: T,
    ) -> bool {
        coupled::all_agree(factors, |a, b| {
            let [a, b] = [a, b].map(|factor| sorted_eigen(&mut Full::covariance::<T, D>(factor).data.0));
            (0..D).all(|i| (a[i] / a[0] - b[i] / b[0]).abs() <= tolerance)
        })
    }
}
