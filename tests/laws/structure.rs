//! What generic laws need of a covariance structure: matrices in and out, as plain `f64` arrays.

use gaussmix::{Covariance, Diagonal, Full, Gmm, Real, Shape, Spherical, SufficientStats, Tied, Variance};

/// A symmetric matrix, spelled out.
pub(crate) type Dense<const D: usize> = [[f64; D]; D];

/// One matrix of a shape, from and to [`Dense`].
pub(crate) trait Look: Shape {
    fn dense<T: Real, const D: usize>(matrix: &Self::Matrix<T, D>) -> Dense<D>;
    /// The nearest matrix of this shape.
    fn of<T: Real, const D: usize>(dense: &Dense<D>) -> Self::Matrix<T, D>;
    /// The nearest matrix of this shape, spelled out: what the maximum likelihood estimate does to a covariance.
    fn restrict<const D: usize>(dense: &Dense<D>) -> Dense<D> {
        Self::dense::<f64, D>(&Self::of::<f64, D>(dense))
    }
}

impl Look for Full {
    fn dense<T: Real, const D: usize>(matrix: &Self::Matrix<T, D>) -> Dense<D> {
        core::array::from_fn(|i| core::array::from_fn(|j| matrix[(i, j)].widen()))
    }
    fn of<T: Real, const D: usize>(dense: &Dense<D>) -> Self::Matrix<T, D> {
        gaussmix::nalgebra::SMatrix::from_fn(|i, j| T::narrow(dense[i][j]))
    }
}

impl Look for Diagonal {
    fn dense<T: Real, const D: usize>(matrix: &Self::Matrix<T, D>) -> Dense<D> {
        core::array::from_fn(|i| core::array::from_fn(|j| if i == j { matrix[i].widen() } else { 0.0 }))
    }
    fn of<T: Real, const D: usize>(dense: &Dense<D>) -> Self::Matrix<T, D> {
        gaussmix::nalgebra::SVector::from_fn(|i, _| T::narrow(dense[i][i]))
    }
}

impl Look for Spherical {
    fn dense<T: Real, const D: usize>(matrix: &Self::Matrix<T, D>) -> Dense<D> {
        core::array::from_fn(|i| core::array::from_fn(|j| if i == j { matrix.0.widen() } else { 0.0 }))
    }
    fn of<T: Real, const D: usize>(dense: &Dense<D>) -> Self::Matrix<T, D> {
        let trace: f64 = (0..D).map(|j| dense[j][j]).sum();
        Variance(T::narrow(trace / D as f64))
    }
}

/// A covariance structure under test.
pub(crate) trait Structure: Covariance<Shape: Look> {
    const TIED: bool;
    const SPHERICAL: bool;

    fn restrict<const D: usize>(dense: &Dense<D>) -> Dense<D> {
        <Self::Shape as Look>::restrict(dense)
    }
}

impl<S: Look + Covariance<Shape = S>> Structure for S {
    const TIED: bool = false;
    const SPHERICAL: bool = is_spherical::<S>();
}

impl<S: Look> Structure for Tied<S> {
    const TIED: bool = true;
    const SPHERICAL: bool = is_spherical::<S>();
}

/// A spherical matrix is as large as its number.
const fn is_spherical<S: Shape>() -> bool {
    size_of::<S::Matrix<f64, 2>>() == size_of::<f64>()
}

/// A model of the structure nearest to the numbers given; a tied one takes the first covariance.
pub(crate) fn model<T: Real, const D: usize, const K: usize, C: Structure>(
    weights: [f64; K],
    means: [[f64; D]; K],
    covariances: [Dense<D>; K],
) -> Gmm<T, D, K, C> {
    let mut matrices = Gmm::<T, D, K, C>::unfitted().covariances();
    for (to, from) in matrices.as_mut().iter_mut().zip(&covariances) {
        *to = <C::Shape as Look>::of(from);
    }
    Gmm::new(weights.map(T::narrow), means.map(|m| m.map(T::narrow)), matrices).unwrap()
}

/// Σ_k of every component, spelled out.
pub(crate) fn covariances<T: Real, const D: usize, const K: usize, C: Structure>(
    gmm: &Gmm<T, D, K, C>,
) -> [Dense<D>; K] {
    let matrices = gmm.covariances();
    let matrices = matrices.as_ref();
    core::array::from_fn(|k| <C::Shape as Look>::dense(&matrices[k % matrices.len()]))
}

/// The factors of every component, spelled out as they are stored.
pub(crate) fn factors<T: Real, const D: usize, const K: usize, C: Structure>(
    gmm: &Gmm<T, D, K, C>,
) -> [Dense<D>; K] {
    let matrices = gmm.factors().as_ref();
    core::array::from_fn(|k| <C::Shape as Look>::dense(&matrices[k % matrices.len()]))
}

/// S_k/W_k (S/W if tied), spelled out; zeros where there is no mass.
pub(crate) fn spread<T: Real, const D: usize, const K: usize, C: Structure>(
    stats: &SufficientStats<T, D, K, C>,
    k: usize,
) -> Dense<D> {
    stats.covariance(k).map_or([[0.0; D]; D], |m| <C::Shape as Look>::dense(&m))
}
