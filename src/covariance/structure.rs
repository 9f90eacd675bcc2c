//! How the covariances of all components are stored and estimated.

use core::fmt::Debug;

use super::storage::Storage;
use super::update::{CovarianceUpdate, Floors, Outcome, replace_if_definite};
use super::{Extra, Factor, Shape, sealed};
use crate::error::Error;
use crate::real::Real;
use nalgebra::SMatrix;

/// How the covariances of all components are stored and estimated: every [`Shape`] (one independent matrix per
/// component), [`Tied`](crate::Tied) (one matrix for all), or one of the eight in between, such as [`Vve`](super::Vve)
/// (one matrix per component, with a shared volume, shape or orientation, or two of these).
/// [The module](super) lists all fourteen, with the names that scikit-learn and mclust have for them.
///
/// You name a structure as the last parameter of a type, as in `Gmm<f32, 3, 4, Tied<Full>>`. The trait is *sealed*: no
/// other crate can implement it, since its methods are the arithmetic of this one and may change. Write generic code
/// with the bound `C: Covariance`:
/// ```
/// use gaussmix::{Covariance, Error, Gmm};
///
/// fn bic<const D: usize, const K: usize, C: Covariance>(
///     gmm: &Gmm<f64, D, K, C>,
///     data: &[[f64; D]],
/// ) -> Result<f64, Error> {
///     Ok(gmm.criteria(data)?.bic())
/// }
/// ```
#[doc(alias("covariance_type", "modelName", "modelNames"))]
pub trait Covariance: sealed::Sealed + Copy + Debug + PartialEq + Default + Send + Sync + 'static {
    /// The form of one matrix.
    type Shape: Shape;

    /// The structure of some of the features, alone or [once others are known](crate::Gmm::condition): the same, but
    /// [`Full`](super::Full) or [`Diagonal`](super::Diagonal) where components share a part of their covariances only,
    /// since they do not share it in some of the features.
    type Conditional: Covariance<Shape = Self::Shape, Conditional = Self::Conditional>;

    /// The covariances that a user passes: `[Matrix; K]`, or `[Matrix; 1]` when shared.
    type Covariances<T: Real, const D: usize, const K: usize>: Storage<MatrixOf<T, D, Self>>;

    /// The same as nested arrays: `[Array; K]`, or `[Array; 1]` when shared.
    type Arrays<T: Real, const D: usize, const K: usize>: AsRef<[ArrayOf<T, D, Self>]>;

    /// The factors that a model keeps: `[Factor<Matrix>; K]`, or `[Factor<Matrix>; 1]` when shared.
    type Factors<T: Real, const D: usize, const K: usize>: Storage<FactorOf<T, D, Self>>;

    /// The scatters that statistics keep: `[Matrix; K]`, or `[Matrix; 1]` when pooled.
    type Scatters<T: Real, const D: usize, const K: usize>: Storage<MatrixOf<T, D, Self>>;

    /// What a model holds besides: the noise of [`WithNoise`](crate::WithNoise), and otherwise nothing.
    #[doc(hidden)]
    type Extra<T: Real, const D: usize, const K: usize>: Extra<T, D>;

    /// Whether there is a noise slot.
    const NOISE: bool = false;

    /// Whether all components share one matrix.
    const SHARED: bool = false;

    /// Whether components have their own matrices but share a volume, a shape or an orientation. Then no matrix is
    /// estimated or set alone.
    const COUPLED: bool = false;

    /// The code of the structure in stored bytes: the shape in the low three bits, the noise slot in the next, how
    /// components share in the high four.
    #[doc(hidden)]
    const CODE: u8;

    /// Free parameters of the covariances of `k` components over `d` features.
    fn free_parameters(d: usize, k: usize) -> usize;

    /// The covariances of this structure that fit full covariances best: those that the M-step would estimate from
    /// components with these mixing weights, which count in proportion, and full covariances. `None` if one is not positive
    /// definite.
    ///
    /// ```
    /// use gaussmix::nalgebra::SMatrix;
    /// use gaussmix::{Covariance, Diagonal, Tied};
    ///
    /// let full = [[[4.0, 1.0], [1.0, 2.0]], [[2.0, 0.0], [0.0, 6.0]]].map(SMatrix::from);
    /// let [shared] = Tied::<Diagonal>::from_matrices(&[0.5, 0.5], &full).unwrap();
    /// assert_eq!(shared.as_slice(), [3.0, 4.0]);
    /// ```
    fn from_matrices<T: Real, const D: usize, const K: usize>(
        weights: &[T; K],
        matrices: &[SMatrix<T, D, D>; K],
    ) -> Option<Self::Covariances<T, D, K>>;

    /// The index of component `k`'s matrix in `Covariances`, `Factors` and `Scatters`.
    #[doc(hidden)]
    #[inline(always)]
    fn slot(k: usize) -> usize {
        if Self::SHARED { 0 } else { k }
    }

    /// The M-step of all covariances at once.
    #[doc(hidden)]
    fn maximize<T: Real, const D: usize, const K: usize>(
        update: &CovarianceUpdate<'_, T, D, K>,
        scatters: &Self::Scatters<T, D, K>,
        factors: &mut Self::Factors<T, D, K>,
        outcomes: &mut [Outcome; K],
    );

    /// Turns the factors of Σ_k into those of S Σ_k S, in place, for the diagonal matrix S of `scale`. False, and
    /// nothing done, if the structure cannot represent them.
    #[doc(hidden)]
    fn rescale<T: Real, const D: usize, const K: usize>(
        factors: &mut Self::Factors<T, D, K>,
        scale: &[T; D],
    ) -> bool {
        factors.as_mut().iter_mut().all(|factor| Self::Shape::stretch(factor, scale))
    }

    /// Restores the structure after some factors were set one by one. False, and nothing done, if the factors leave the
    /// range of `T`. Components of weight 0 follow the others.
    #[doc(hidden)]
    fn restore<T: Real, const D: usize, const K: usize>(
        _weights: &[T; K],
        _factors: &mut Self::Factors<T, D, K>,
    ) -> bool {
        true
    }

    /// Whether the factors share what the structure requires, except for rounding.
    #[doc(hidden)]
    fn is_member<T: Real, const D: usize, const K: usize>(_factors: &Self::Factors<T, D, K>) -> bool {
        true
    }
}

/// One matrix of structure `C`.
pub(crate) type MatrixOf<T, const D: usize, C> = <<C as Covariance>::Shape as Shape>::Matrix<T, D>;

/// The same as an array.
pub(crate) type ArrayOf<T, const D: usize, C> = <<C as Covariance>::Shape as Shape>::Array<T, D>;

/// The factor of one matrix of structure `C`.
pub(crate) type FactorOf<T, const D: usize, C> = Factor<MatrixOf<T, D, C>>;

impl<S: Shape> Covariance for S {
    type Shape = S;
    type Conditional = S;
    type Covariances<T: Real, const D: usize, const K: usize> = [S::Matrix<T, D>; K];
    type Arrays<T: Real, const D: usize, const K: usize> = [S::Array<T, D>; K];
    type Factors<T: Real, const D: usize, const K: usize> = [Factor<S::Matrix<T, D>>; K];
    type Scatters<T: Real, const D: usize, const K: usize> = [S::Matrix<T, D>; K];
    type Extra<T: Real, const D: usize, const K: usize> = ();

    const CODE: u8 = <S as Shape>::CODE;

    fn free_parameters(d: usize, k: usize) -> usize {
        k * S::parameter_count(d)
    }

    fn from_matrices<T: Real, const D: usize, const K: usize>(
        _weights: &[T; K],
        matrices: &[SMatrix<T, D, D>; K],
    ) -> Option<[S::Matrix<T, D>; K]> {
        let covariances = matrices.map(|matrix| S::from_matrix(&matrix));
        covariances.iter().all(is_definite::<T, D, S>).then_some(covariances)
    }

    fn maximize<T: Real, const D: usize, const K: usize>(
        update: &CovarianceUpdate<'_, T, D, K>,
        scatters: &Self::Scatters<T, D, K>,
        factors: &mut Self::Factors<T, D, K>,
        outcomes: &mut [Outcome; K],
    ) {
        for k in 0..K {
            if outcomes[k] == Outcome::Starved || update.frozen[k] {
                continue;
            }
            let mut matrix = scatters[k];
            S::add_outer(&mut matrix, update.moments[k].mass(), &update.deviation(k));
            S::normalise(&mut matrix, update.divisor(k), update.ridge);
            outcomes[k] = replace_if_definite::<T, D, S>(&mut factors[k], &mut matrix, update.floors);
        }
    }
}

/// Whether a covariance has a factor.
pub(super) fn is_definite<T: Real, const D: usize, S: Shape>(covariance: &S::Matrix<T, D>) -> bool {
    S::factorise(&mut { *covariance }, &Floors::NONE).is_some()
}

/// Checks covariances that a user passes, and computes their factors.
pub(crate) fn factorise_all<T: Real, const D: usize, S: Shape>(
    covariances: &[S::Matrix<T, D>],
    factors: &mut [Factor<S::Matrix<T, D>>],
) -> Result<(), Error> {
    for (component, (matrix, Factor(factor))) in covariances.iter().zip(factors).enumerate() {
        if !S::is_symmetric(matrix) {
            return Err(Error::NotSymmetric { component });
        }
        *factor = *matrix;
        if S::factorise(factor, &Floors::NONE).is_none() {
            return Err(Error::NotPositiveDefinite { component });
        }
    }
    Ok(())
}
