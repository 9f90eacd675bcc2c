//! One orientation for all components; each has its own volume and shape.

use super::coupled::{self, Family, Shared, covariance};
use super::evv::raise_matrix;
use super::orientation::{self, Oriented};
use super::{Covariance, CovarianceUpdate, Factor, Floors, Full, Inner, Outcome, Shape};
use crate::real::Real;
use nalgebra::SMatrix;

/// Ellipsoids of one orientation, each with its own volume and shape (mclust's VVE): Σ_k = D A_k Dᵀ with D orthogonal and
/// A_k diagonal: common principal components (Flury 1984, doi:10.1080/01621459.1984.10477108). K·D + D(D − 1)/2
/// parameters. It takes the memory of [`Full`]; the advantage is fewer parameters to estimate.
///
/// Let B_k be component k's scatter. Then A_k is the diagonal of DᵀB_kD/W_k, and D is turned in one plane after another,
/// each time to the maximum of the likelihood (after Flury & Gautschi 1986, doi:10.1137/0907013), from the orientation
/// that the model had. No turn lowers the likelihood, so the sweeps may end at the cap of
/// [`MStep::with_inner_iterations`](crate::MStep::with_inner_iterations);
/// [`Outcome::Improved`](crate::fit::Outcome::Improved) reports that. The likelihood can have several maxima over D, and
/// which one a fit finds depends on its start. A component of fewer than D + 1 samples has no estimate of its own;
/// without a floor it then keeps its variances along the axes. Eigenvalues mix the units of the features: bring features
/// into like units first. A change of units ([`Gmm::affine`](crate::Gmm::affine)) must be the same for all features.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vve;

covariance!(
    Vve,
    Full,
    0x80,
    |d, k| k * d + d * (d - 1) / 2,
    fn rescale<T: Real, const D: usize, const K: usize>(
        factors: &mut Self::Factors<T, D, K>,
        scale: &[T; D],
    ) -> bool {
        coupled::rescale_in_like_units(factors, scale)
    }
);

impl Family for Vve {
    type Shape = Full;
    const OWN_VOLUME: bool = true;
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
        orientation::compose_all(matrices, &axes, &values)?;
        Some(Shared { floored: false, settled })
    }

    fn is_shared<T: Real, const D: usize, const K: usize>(
        factors: &[Factor<SMatrix<T, D, D>>; K],
        tolerance: T,
    ) -> bool {
        orientation::is_common(factors, tolerance)
    }
}
