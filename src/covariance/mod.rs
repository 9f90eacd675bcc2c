//! Covariance structures as types: what one matrix looks like ([`Shape`]) and whether components share it
//! ([`Covariance`], [`Tied`]).
//!
//! Both traits are sealed and their methods are the crate's own business; users name the types.

mod diagonal;
mod full;
mod spherical;
mod tied;
mod update;

pub use diagonal::Diagonal;
pub use full::Full;
pub use spherical::{Spherical, Variance};
pub use tied::Tied;
pub use update::Outcome;
pub(crate) use update::{CovarianceUpdate, Floors};
pub(crate) use update::{larger, replace_if_definite};

use core::fmt::Debug;

use crate::error::Error;
use crate::real::Real;
use nalgebra::{ArrayStorage, SMatrix};

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Full {}
    impl Sealed for super::Diagonal {}
    impl Sealed for super::Spherical {}
    impl<S> Sealed for super::Tied<S> {}
}

/// What the feature `simd` asks of a shape beside the arithmetic of one sample: without it, nothing.
mod tiles {
    #[cfg(not(feature = "simd"))]
    pub trait Tiles {}
    #[cfg(not(feature = "simd"))]
    impl<S> Tiles for S {}
    #[cfg(feature = "simd")]
    pub(super) use crate::simd::Tiles;
}

/// The bit that a tied structure's code has beside its shape's.
pub(crate) const TIED: u8 = 0x10;

/// Constant values that memory can be reserved with.
#[doc(hidden)]
pub trait Constant: Copy + Debug + PartialEq + Send + Sync {
    /// All numbers 0.
    const ZERO: Self;
    /// The factor of I/2π, whose density has the constant 1.
    const UNIT: Self;
}

impl<T: Real, const R: usize, const C: usize> Constant for SMatrix<T, R, C> {
    const ZERO: Self = SMatrix::from_array_storage(ArrayStorage([[T::ZERO; R]; C]));
    const UNIT: Self = {
        // A vector holds a diagonal. A square matrix of one column is the same either way.
        let mut columns = [[if C == 1 { T::SQRT_2PI } else { T::ZERO }; R]; C];
        let mut i = 0;
        while i < R && i < C {
            columns[i][i] = T::SQRT_2PI;
            i += 1;
        }
        SMatrix::from_array_storage(ArrayStorage(columns))
    };
}

impl<M: Constant, const N: usize> Constant for [M; N] {
    const ZERO: Self = [M::ZERO; N];
    const UNIT: Self = [M::UNIT; N];
}

/// The matrices of a model or of its statistics: one per component, or one for all.
#[doc(hidden)]
pub trait Storage<M>: Constant + AsRef<[M]> + AsMut<[M]> {}
impl<M: Constant, const N: usize> Storage<M> for [M; N] {}

/// The axis of the feature that is largest in `sizes`, the first of equals.
pub(crate) fn axis_of_largest<T: Real, const D: usize>(sizes: &[T; D]) -> [T; D] {
    let (mut largest, mut axis) = (T::NEG_INFINITY, [T::ZERO; D]);
    for j in 0..D {
        if sizes[j] > largest {
            largest = sizes[j];
            axis = [T::ZERO; D];
            axis[j] = T::ONE;
        }
    }
    axis
}

/// What one covariance matrix looks like: [`Full`], [`Diagonal`] or [`Spherical`].
///
/// A matrix of this shape holds one of three things, told apart by name: a `covariance` Σ, a `scatter` Σ w d dᵀ, or
/// a `factor`, which is L with Σ = L Lᵀ and the reciprocals of its diagonal in the diagonal's place.
pub trait Shape:
    sealed::Sealed + tiles::Tiles + Copy + Debug + PartialEq + Default + Send + Sync + 'static
{
    /// `SMatrix<T, D, D>`, `SVector<T, D>` (the diagonal) or [`Variance<T>`].
    type Matrix<T: Real, const D: usize>: Constant;

    /// What stands for the shape in stored bytes.
    #[doc(hidden)]
    const CODE: u8;

    /// The numbers of a matrix that are stored: those of the lower triangle, or all.
    #[doc(hidden)]
    fn numbers<T: Real, const D: usize>(matrix: &Self::Matrix<T, D>) -> impl Iterator<Item = &T>;

    /// The same, to be filled in; what is not stored is 0 then.
    #[doc(hidden)]
    fn numbers_mut<T: Real, const D: usize>(matrix: &mut Self::Matrix<T, D>) -> impl Iterator<Item = &mut T>;

    /// Free parameters of one matrix over `d` features.
    #[doc(hidden)]
    fn parameter_count(d: usize) -> usize;

    /// `scatter += weight · d dᵀ`, as far as the shape keeps it.
    #[doc(hidden)]
    fn add_outer<T: Real, const D: usize>(scatter: &mut Self::Matrix<T, D>, weight: T, d: &[T; D]);

    /// `scatter += other`.
    #[doc(hidden)]
    fn add<T: Real, const D: usize>(scatter: &mut Self::Matrix<T, D>, other: &Self::Matrix<T, D>);

    /// `scatter *= factor`.
    #[doc(hidden)]
    fn scale<T: Real, const D: usize>(scatter: &mut Self::Matrix<T, D>, factor: T);

    /// Scatter of feature `j` alone (its share of the total, where only that is kept).
    #[doc(hidden)]
    fn feature_scatter<T: Real, const D: usize>(scatter: &Self::Matrix<T, D>, j: usize) -> T;

    /// Variance of feature `j`.
    #[doc(hidden)]
    fn variance<T: Real, const D: usize>(covariance: &Self::Matrix<T, D>, j: usize) -> T;

    /// `scatter += weight · d dᵀ − share · scatter`, the change rounded once into the sum. (1 − share) times the scatter
    /// would be rounded the same way in step after step as long as it hardly changes, and be off by ε/share in the end.
    #[doc(hidden)]
    fn blend<T: Real, const D: usize>(scatter: &mut Self::Matrix<T, D>, share: T, weight: T, d: &[T; D]);

    /// The maximum likelihood covariance of a scatter of mass `weight`, in place, with `ridge` on its diagonal.
    #[doc(hidden)]
    fn normalise<T: Real, const D: usize>(scatter: &mut Self::Matrix<T, D>, weight: T, ridge: T);

    /// The scatter of mass `weight` that [`normalise`](Shape::normalise) turns into the covariance of `factor`.
    #[doc(hidden)]
    fn scatter<T: Real, const D: usize>(factor: &Self::Matrix<T, D>, weight: T) -> Self::Matrix<T, D>;

    /// Covariance to factor, in place, its pivots raised to the floors; says whether one was.
    /// `None` where it is not positive definite: the matrix is then rubbish.
    #[doc(hidden)]
    fn factorise<T: Real, const D: usize>(
        covariance: &mut Self::Matrix<T, D>,
        floors: &Floors<T, D>,
    ) -> Option<bool>;

    /// Whether [`rank_one`](Shape::rank_one) is there and takes less time than factorising `D` features anew.
    #[doc(hidden)]
    #[inline(always)]
    fn has_rank_one<const D: usize>() -> bool {
        false
    }

    /// The factor of `kept` · Σ + `weight` · d dᵀ, in place.
    #[doc(hidden)]
    fn rank_one<T: Real, const D: usize>(
        _factor: &mut Self::Matrix<T, D>,
        _kept: T,
        _weight: T,
        _d: &[T; D],
    ) {
    }

    /// Whether no pivot of a factor lies below its floor.
    #[doc(hidden)]
    fn clears<T: Real, const D: usize>(_factor: &Self::Matrix<T, D>, _floors: &Floors<T, D>) -> bool {
        false
    }

    /// Whether the matrix equals its transpose but for rounding.
    #[doc(hidden)]
    fn is_symmetric<T: Real, const D: usize>(_covariance: &Self::Matrix<T, D>) -> bool {
        true
    }

    /// Completes a matrix of which only the lower triangle was worked on.
    #[doc(hidden)]
    fn mirror<T: Real, const D: usize>(_scatter: &mut Self::Matrix<T, D>) {}

    /// Whether all numbers are finite and the diagonal is positive.
    #[doc(hidden)]
    fn is_factor<T: Real, const D: usize>(factor: &Self::Matrix<T, D>) -> bool;

    /// Factor to covariance: Σ = L Lᵀ.
    #[doc(hidden)]
    fn covariance<T: Real, const D: usize>(factor: &Self::Matrix<T, D>) -> Self::Matrix<T, D>;

    /// |L⁻¹ d|²
    #[doc(hidden)]
    fn squared_distance<T: Real, const D: usize>(factor: &Self::Matrix<T, D>, d: [T; D]) -> T;

    /// ½ ln |Σ|
    #[doc(hidden)]
    fn half_log_determinant<T: Real, const D: usize>(factor: &Self::Matrix<T, D>) -> T;

    /// L z
    #[doc(hidden)]
    fn colour<T: Real, const D: usize>(factor: &Self::Matrix<T, D>, z: &[T; D]) -> [T; D];

    /// A direction in which `covariance` is widest in units of the roots of `variances`, which are above 0: its
    /// principal axis in those units, of any length and sign. Where the shape knows no direction, the feature that
    /// varies most.
    #[doc(hidden)]
    fn principal_axis<T: Real, const D: usize>(covariance: &Self::Matrix<T, D>, variances: &[T; D])
    -> [T; D];

    /// The factor of S Σ S for the diagonal matrix S of `scale`; `None` if the shape cannot hold it.
    #[doc(hidden)]
    fn rescale<T: Real, const D: usize>(
        factor: &Self::Matrix<T, D>,
        scale: &[T; D],
    ) -> Option<Self::Matrix<T, D>>;

    /// The same numbers in another scalar type.
    #[doc(hidden)]
    fn cast<T: Real, U: Real, const D: usize>(matrix: &Self::Matrix<T, D>) -> Self::Matrix<U, D>;
}

/// How the covariances of all components are stored and estimated: every [`Shape`] (one matrix per component), or
/// [`Tied`] (one matrix for all).
pub trait Covariance: sealed::Sealed + Copy + Debug + PartialEq + Default + Send + Sync + 'static {
    /// What one matrix looks like.
    type Shape: Shape;

    /// A model's matrices: `[Matrix; K]`, or `[Matrix; 1]` when tied.
    type Factors<T: Real, const D: usize, const K: usize>: Storage<MatrixOf<T, D, Self>>;

    /// The scatters in a model's statistics: `[Matrix; K]`, or `[Matrix; 1]` when tied.
    type Scatters<T: Real, const D: usize, const K: usize>: Storage<MatrixOf<T, D, Self>>;

    /// What stands for the structure in stored bytes.
    #[doc(hidden)]
    const CODE: u8;

    /// The place of component `k`'s matrix in `Factors` and `Scatters`.
    #[doc(hidden)]
    fn slot(k: usize) -> usize;

    /// The closed-form M-step of all covariances at once.
    #[doc(hidden)]
    fn maximize<T: Real, const D: usize, const K: usize>(
        update: &CovarianceUpdate<'_, T, D, K>,
        scatters: &Self::Scatters<T, D, K>,
        factors: &mut Self::Factors<T, D, K>,
        outcomes: &mut [Outcome; K],
    );
}

/// One matrix of structure `C`.
pub(crate) type MatrixOf<T, const D: usize, C> = <<C as Covariance>::Shape as Shape>::Matrix<T, D>;

impl<S: Shape> Covariance for S {
    type Shape = S;
    type Factors<T: Real, const D: usize, const K: usize> = [S::Matrix<T, D>; K];
    type Scatters<T: Real, const D: usize, const K: usize> = [S::Matrix<T, D>; K];

    const CODE: u8 = <S as Shape>::CODE;

    #[inline(always)]
    fn slot(k: usize) -> usize {
        k
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
            let weight = update.moments[k].mass();
            let mut matrix = scatters[k];
            S::add_outer(&mut matrix, weight, &update.deviation(k));
            S::normalise(&mut matrix, weight, update.ridge);
            outcomes[k] = replace_if_definite::<T, D, S>(&mut factors[k], &mut matrix, update.floors);
        }
    }
}

/// Covariances as a user states them, to factors, in place.
pub(crate) fn factorise_all<T: Real, const D: usize, S: Shape>(
    covariances: &mut [S::Matrix<T, D>],
) -> Result<(), Error> {
    for (component, matrix) in covariances.iter_mut().enumerate() {
        if !S::is_symmetric(matrix) {
            return Err(Error::NotSymmetric { component });
        }
        if S::factorise(matrix, &Floors::NONE).is_none() {
            return Err(Error::NotPositiveDefinite { component });
        }
    }
    Ok(())
}
