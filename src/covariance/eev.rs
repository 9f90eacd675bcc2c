//! One volume and one shape for all components; each has its own orientation.

use super::coupled::{self, Family, Shared, covariance};
use super::eigen::{compose, sorted_eigen};
use super::{Covariance, CovarianceUpdate, Factor, Floors, Full, Inner, Outcome, Shape};
use crate::real::Real;
use nalgebra::SMatrix;

/// Ellipsoids of one volume and one shape, each with its own orientation (mclust's EEV): Σ_k = λ D_k A D_kᵀ with D_k
/// orthogonal, so all have the same eigenvalues. D + K·D(D − 1)/2 parameters. It takes the memory of [`Full`]; the
/// advantage is fewer parameters to estimate.
///
/// Let the scatters be L_k Ω_k L_kᵀ, with eigenvalues in descending order. The estimate is D_k = L_k and
/// λA = Σ_k Ω_k / Σ_k W_k, a closed form (Celeux & Govaert 1995, doi:10.1016/0031-3203(94)00125-6). A component of
/// fewer than D + 1 samples contributes like any other. Eigenvalues mix the units of the features: bring features into
/// like units first. A change of units ([`Gmm::affine`](crate::Gmm::affine)) must be the same for all features.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Eev;

covariance!(
    Eev,
    Full,
    0x40,
    |d, k| d + k * (d * (d - 1) / 2),
    fn rescale<T: Real, const D: usize, const K: usize>(
        factors: &mut Self::Factors<T, D, K>,
        scale: &[T; D],
    ) -> bool {
        coupled::rescale_in_like_units(factors, scale)
    }
);

impl Family for Eev {
    type Shape = Full;
    const OWN_VOLUME: bool = false;

    fn admit<T: Real, const D: usize>(
        estimate: &mut SMatrix<T, D, D>,
        _floors: &Floors<T, D>,
    ) -> Option<bool> {
        estimate.iter().all(|v| v.is_finite()).then_some(false)
    }

    fn share<T: Real, const D: usize, const K: usize>(
        matrices: &mut [SMatrix<T, D, D>; K],
        masses: &[T; K],
        _before: Option<&[Factor<SMatrix<T, D, D>>; K]>,
        floors: &Floors<T, D>,
        _inner: &Inner<T>,
    ) -> Option<Shared> {
        let mut total = T::ZERO;
        for mass in masses {
            total += *mass;
        }
        // Each matrix is replaced by its eigenvectors.
        let (mut values, mut least) = ([T::ZERO; D], [T::ZERO; D]);
        for k in 0..K {
            let own = sorted_eigen(&mut matrices[k].data.0);
            if masses[k] > T::ZERO {
                for (i, axis) in matrices[k].data.0.iter().enumerate() {
                    values[i] += masses[k] / total * own[i];
                    least[i] = least[i].larger(floors.along(axis));
                }
            }
        }
        let mut floored = false;
        for i in 0..D {
            if values[i] < least[i] {
                values[i] = least[i];
                floored = true;
            }
        }
        if !values.iter().all(|v| *v > T::ZERO && *v < T::INFINITY) {
            return None;
        }
        for matrix in matrices.iter_mut() {
            *matrix = compose(&matrix.data.0, &values);
        }
        coupled::factorise_all::<T, D, K, Full>(matrices)?;
        Some(Shared { floored, settled: true })
    }

    fn is_shared<T: Real, const D: usize, const K: usize>(
        factors: &[Factor<SMatrix<T, D, D>>; K],
        tolerance: T,
    ) -> bool {
        coupled::all_agree(factors, |a, b| {
            let [a, b] = [a, b].map(|factor| sorted_eigen(&mut Full::covariance::<T, D>(factor).data.0));
            (0..D).all(|i| (a[i] - b[i]).abs() <= tolerance * a[0])
        })
    }
}
