//! The form in which a model keeps a covariance.

/// The Cholesky factor of a covariance: L with Σ = L Lᵀ, with the reciprocals of its diagonal stored in place of the
/// diagonal. For a diagonal or spherical covariance it is 1/σ.
///
/// A factor is not a covariance, so the two have different types. [`Gmm::new`](crate::Gmm::new) takes covariances:
/// ```compile_fail,E0271
/// use gaussmix::covariance::Variance;
/// use gaussmix::{Gmm, Spherical};
///
/// let gmm: Gmm<f64, 1, 1, Spherical> = Gmm::new([1.0], [[0.0]], [Variance(4.0)])?;
/// let same: Gmm<f64, 1, 1, Spherical> = Gmm::new([1.0], [[0.0]], *gmm.factors())?;
/// # Ok::<(), gaussmix::Error>(())
/// ```
/// [`Gmm::from_parts`](crate::Gmm::from_parts) takes factors:
/// ```
/// use gaussmix::covariance::{Factor, Variance};
/// use gaussmix::{Gmm, Spherical};
///
/// let gmm: Gmm<f64, 1, 1, Spherical> = Gmm::new([1.0], [[0.0]], [Variance(4.0)])?;
/// assert_eq!(gmm.factors(), &[Factor(Variance(0.5))]);
/// let same: Gmm<f64, 1, 1, Spherical> =
///     Gmm::from_parts(*gmm.weights(), *gmm.offsets(), *gmm.means(), *gmm.factors());
/// assert_eq!(same, gmm);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(transparent)]
pub struct Factor<M>(pub M);
