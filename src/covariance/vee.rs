//! One shape and one orientation for all components; each has its own volume.

use super::coupled::{self, Family, Shared, covariance};
use super::evv::{log_volume, raise_matrix};
use super::{Covariance, CovarianceUpdate, Factor, Floors, Full, Inner, Outcome, Shape};
use crate::real::Real;
use nalgebra::SMatrix;

/// Ellipsoids of one shape and one orientation, each with its own volume (mclust's VEE): Σ_k = λ_k C with |C| = 1.
/// K + D(D + 1)/2 − 1 parameters. It takes the memory of [`Full`]; the advantage is fewer parameters to estimate.
///
/// Let B_k be component k's scatter. Inner iterations compute λ_k = tr(B_k C⁻¹)/(D W_k) and C ∝ Σ_k B_k/λ_k in turn
/// (Celeux & Govaert 1995, doi:10.1016/0031-3203(94)00125-6), from the covariances that the model had. No step lowers
/// the likelihood, so the iterations may end at the cap of
/// [`MStep::with_inner_iterations`](crate::MStep::with_inner_iterations);
/// [`Outcome::Improved`](crate::fit::Outcome::Improved) reports that. A component of fewer than D + 1 samples contributes
/// like any other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vee;

covariance!(Vee, Full, 0x50, |d, k| k + d * (d + 1) / 2 - 1);

impl Family for Vee {
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
        let tolerance = inner.tolerance.larger(T::narrow(16.0) * T::EPSILON);
        let (mut volumes, mut total) = ([T::ZERO; K], T::ZERO);
        for k in 0..K {
            Full::mirror(&mut matrices[k]);
            if masses[k] > T::ZERO {
                volumes[k] = T::ONE;
                total += masses[k];
            }
        }
        // The mean of all covariances, each over its volume: volumes of a mean of 1 for the C before.
        let pooled = |volumes: &[T; K]| {
            let mut sum = SMatrix::zeros();
            for k in 0..K {
                if volumes[k] > T::ZERO {
                    sum += matrices[k] * (masses[k] / total / volumes[k]);
                }
            }
            sum
        };
        let start = before.map_or_else(|| pooled(&volumes), |factors| Full::covariance(&factors[0]));
        let mut common = Common::new(start)?;
        let mut settled = false;
        for _ in 0..inner.cap {
            common.find_volumes(matrices, masses, &mut volumes)?;
            let next = Common::new(pooled(&volumes))?;
            settled = next.is_close(&common, tolerance);
            common = next;
            if settled {
                break;
            }
        }
        common.find_volumes(matrices, masses, &mut volumes)?;
        let log = log_volume(&common.factor);
        for k in 0..K {
            if !(masses[k] > T::ZERO) {
                Full::factorise(&mut matrices[k], &Floors::NONE)?;
                // It keeps its determinant.
                volumes[k] = (log_volume(&Factor(matrices[k])) - log).exponential();
            }
            let mut factor = common.factor;
            Full::stretch(&mut factor, &[volumes[k].root(); D]);
            matrices[k] = factor.0;
        }
        Some(Shared { floored: false, settled })
    }

    fn is_shared<T: Real, const D: usize, const K: usize>(
        factors: &[Factor<SMatrix<T, D, D>>; K],
        tolerance: T,
    ) -> bool {
        coupled::all_agree(factors, |a, b| {
            let [a, b] = [a, b].map(|factor| Full::covariance::<T, D>(factor));
            let (ratio, a, b) = (a.trace() / b.trace(), a.data.0, b.data.0);
            for j in 0..D {
                for i in j..D {
                    if !((a[j][i] - ratio * b[j][i]).abs() <= tolerance * (a[i][i].root() * a[j][j].root())) {
                        return false;
                    }
                }
            }
            true
        })
    }
}

/// Raises a covariance to the floors, if there are any, and returns whether it was below. Without floors, one that is not
/// positive definite will do too, since the components are taken together. `None` if it is 0, infinite or NaN.
pub(super) fn raise_if_flat<T: Real, const D: usize>(
    covariance: &mut SMatrix<T, D, D>,
    floors: &Floors<T, D>,
) -> Option<bool> {
    raise_matrix(covariance, floors).or_else(|| {
        let is_extended = covariance.iter().all(|v| v.is_finite()) && covariance.trace() > T::ZERO;
        is_extended.then_some(false)
    })
}

/// C, up to its scale.
struct Common<T, const D: usize> {
    matrix: SMatrix<T, D, D>,
    factor: Factor<SMatrix<T, D, D>>,
}

impl<T: Real, const D: usize> Common<T, D> {
    /// `None` if the matrix is not positive definite.
    fn new(matrix: SMatrix<T, D, D>) -> Option<Self> {
        let mut factor = Factor(matrix);
        Full::factorise(&mut factor.0, &Floors::NONE)?;
        Some(Self { matrix, factor })
    }

    /// The volumes tr(Σ_k C⁻¹)/D of components with mass. `None` if one is 0 or infinite.
    fn find_volumes<const K: usize>(
        &self,
        covariances: &[SMatrix<T, D, D>; K],
        masses: &[T; K],
        volumes: &mut [T; K],
    ) -> Option<()> {
        for k in 0..K {
            if masses[k] > T::ZERO {
                let whitened = Full::whiten_matrix(&self.factor, &covariances[k]);
                volumes[k] = whitened.trace() / T::from_count(D as u64);
                if !(volumes[k] > T::ZERO && volumes[k] < T::INFINITY) {
                    return None;
                }
            }
        }
        Some(())
    }

    /// Whether, up to scale, no element differs by more than `tolerance` of the roots of the variances in its row and
    /// column.
    fn is_close(&self, other: &Self, tolerance: T) -> bool {
        let (a, b) = (&self.matrix.data.0, &other.matrix.data.0);
        let ratio = self.matrix.trace() / other.matrix.trace();
        (0..D).all(|j| {
            (j..D).all(|i| (a[j][i] - ratio * b[j][i]).abs() <= tolerance * a[i][i].root() * a[j][j].root())
        })
    }
}
