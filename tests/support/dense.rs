//! What generic laws need of a covariance structure: matrices in and out, as plain `f64` arrays.
//!
//! Closures inherit the type parameters of the function around them: what is written as a loop here, or stands in a
//! function with fewer parameters, is compiled once and not for every structure.
#![allow(dead_code)] // no room uses all of it

use core::any::TypeId;

use gaussmix::covariance::{Eev, Eve, Evi, Evv, Shape, Vee, Vei, Vev, Vve};
use gaussmix::nalgebra::SMatrix;
use gaussmix::{Covariance, Gmm, Real, SufficientStats};

/// A symmetric matrix, spelled out.
pub(crate) type Dense<const D: usize> = [[f64; D]; D];

/// A matrix of any structure, spelled out.
pub(crate) fn dense<T: Real, const D: usize, S: Shape>(matrix: &S::Matrix<T, D>) -> Dense<D> {
    let full = S::to_matrix(matrix);
    core::array::from_fn(|i| core::array::from_fn(|j| full[(i, j)].widen()))
}

/// The nearest matrix of a shape.
pub(crate) fn nearest<T: Real, const D: usize, S: Shape>(dense: &Dense<D>) -> S::Matrix<T, D> {
    S::from_matrix(&SMatrix::from_fn(|i, j| T::narrow(dense[i][j])))
}

/// What the covariances of all components have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Common {
    Nothing,
    /// The whole matrix.
    Matrix,
    /// |Σ|
    Volume,
    /// The matrix up to a factor.
    Shape,
    /// The eigenvalues.
    Eigenvalues,
    /// The eigenvalues up to a factor.
    Ratios,
    /// The eigenvectors.
    Axes,
    /// The eigenvectors and |Σ|.
    AxesAndVolume,
}

impl Common {
    /// Whether components have matrices of their own that are not estimated one by one.
    pub(crate) fn is_coupled(self) -> bool {
        !matches!(self, Self::Nothing | Self::Matrix)
    }
}

/// A covariance structure under test.
pub(crate) trait Structure: Covariance {
    /// A matrix is as large as its number.
    const SPHERICAL: bool = size_of::<Matrix<Self, f64, 2>>() == size_of::<f64>();

    /// What components share, by the name of the structure: not by what the structure says of itself.
    fn common() -> Common {
        let this = TypeId::of::<Self>();
        let common = [
            (TypeId::of::<Evi>(), Common::Volume),
            (TypeId::of::<Evv>(), Common::Volume),
            (TypeId::of::<Vei>(), Common::Shape),
            (TypeId::of::<Vee>(), Common::Shape),
            (TypeId::of::<Eev>(), Common::Eigenvalues),
            (TypeId::of::<Vev>(), Common::Ratios),
            (TypeId::of::<Vve>(), Common::Axes),
            (TypeId::of::<Eve>(), Common::AxesAndVolume),
        ];
        match common.iter().find(|(other, _)| *other == this) {
            Some((_, common)) => *common,
            None if Self::SHARED => Common::Matrix,
            None => Common::Nothing,
        }
    }

    /// Whether |Σ| is a mean over all components, so that none collapses by itself.
    fn has_common_volume() -> bool {
        matches!(
            Self::common(),
            Common::Matrix | Common::Volume | Common::Eigenvalues | Common::AxesAndVolume
        )
    }

    /// Whether the features of its models must keep to one unit: spheres are no ellipsoids, and eigenvalues mix
    /// features.
    fn has_one_unit() -> bool {
        let mixes = [Common::Eigenvalues, Common::Ratios, Common::Axes, Common::AxesAndVolume];
        Self::SPHERICAL || mixes.contains(&Self::common())
    }

    /// The nearest matrix of the structure's shape, spelled out: what the maximum likelihood estimate does to a
    /// covariance by itself.
    fn restrict<const D: usize>(full: &Dense<D>) -> Dense<D> {
        dense::<f64, D, Self::Shape>(&nearest::<f64, D, Self::Shape>(full))
    }

    /// All numbers of matrices in the order of the reference files: of each its rows, its diagonal, or its one number.
    fn numbers<T: Real, const D: usize>(matrices: &[Matrix<Self, T, D>]) -> Vec<f64> {
        let of_one = |matrix| {
            let dense = dense::<T, D, Self::Shape>(matrix);
            match size_of::<Matrix<Self, f64, 2>>() / size_of::<f64>() {
                4 => dense.concat(),
                2 => (0..D).map(|j| dense[j][j]).collect(),
                _ => vec![dense[0][0]],
            }
        };
        matrices.iter().flat_map(of_one).collect()
    }
}

type Matrix<C, T, const D: usize> = <<C as Covariance>::Shape as Shape>::Matrix<T, D>;

impl<C: Covariance> Structure for C {}

/// A model of the structure nearest to the numbers given; a shared covariance is the first.
pub(crate) fn model<T: Real, const D: usize, const K: usize, C: Structure>(
    weights: [f64; K],
    means: [[f64; D]; K],
    covariances: [Dense<D>; K],
) -> Gmm<T, D, K, C> {
    let (weights, means, mut full) = narrowed::<T, D, K>(weights, means, &covariances);
    if C::SHARED {
        full = [full[0]; K];
    }
    let matrices = C::from_matrices(&weights, &full).unwrap();
    Gmm::new(weights, means, matrices).unwrap()
}

/// The numbers in another scalar type, once for all structures.
fn narrowed<T: Real, const D: usize, const K: usize>(
    weights: [f64; K],
    means: [[f64; D]; K],
    covariances: &[Dense<D>; K],
) -> ([T; K], [[T; D]; K], [SMatrix<T, D, D>; K]) {
    let full = core::array::from_fn(|k| SMatrix::from_fn(|i, j| T::narrow(covariances[k][i][j])));
    (weights.map(T::narrow), means.map(|m| m.map(T::narrow)), full)
}

/// Σ_k of every component, spelled out.
pub(crate) fn covariances<T: Real, const D: usize, const K: usize, C: Structure>(
    gmm: &Gmm<T, D, K, C>,
) -> [Dense<D>; K] {
    spelled_out::<T, D, K, C>(gmm.covariances().as_ref().iter())
}

/// The factors of every component, spelled out as they are stored.
pub(crate) fn factors<T: Real, const D: usize, const K: usize, C: Structure>(
    gmm: &Gmm<T, D, K, C>,
) -> [Dense<D>; K] {
    spelled_out::<T, D, K, C>(gmm.factors().as_ref().iter().map(|factor| &factor.0))
}

/// Those of every component: a shared one for each.
fn spelled_out<'a, T: Real, const D: usize, const K: usize, C: Structure>(
    matrices: impl Iterator<Item = &'a Matrix<C, T, D>> + Clone,
) -> [Dense<D>; K] {
    let mut each = [[[0.0; D]; D]; K];
    for (place, matrix) in each.iter_mut().zip(matrices.cycle()) {
        *place = dense::<T, D, C::Shape>(matrix);
    }
    each
}

/// S_k/W_k (S/W if tied), spelled out; zeros where there is no mass.
pub(crate) fn spread<T: Real, const D: usize, const K: usize, C: Structure>(
    stats: &SufficientStats<T, D, K, C>,
    k: usize,
) -> Dense<D> {
    stats.covariance(k).map_or([[0.0; D]; D], |m| dense::<T, D, C::Shape>(&m))
}
