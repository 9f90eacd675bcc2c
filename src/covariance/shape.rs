//! The form of one covariance matrix.

use core::fmt::Debug;

use super::storage::Constant;
use super::{Factor, Floors, sealed};
use crate::real::Real;
use crate::wide::Kernel;
use nalgebra::SMatrix;

/// The axis of the feature with the largest of `sizes`; the first if several are equal.
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

/// Of the `count` numbers that a matrix stores, in their order: the row, and whether it lies on the diagonal.
pub(crate) fn places<const D: usize>(count: usize) -> impl Iterator<Item = (usize, bool)> {
    let is_full = count > D;
    (0..D).flat_map(move |j| (j..if is_full { D } else { j + 1 }).map(move |i| (i, i == j)))
}

/// Whether a variance and its reciprocal are normal numbers. Such a variance can be turned into a factor and back any
/// number of times: both ends of the range are even powers of two, whose roots are exact.
#[inline(always)]
pub(super) fn is_variance<T: Real>(variance: T) -> bool {
    variance >= T::SMALLEST_NORMAL && variance <= T::ONE / T::SMALLEST_NORMAL
}

/// The form of one covariance matrix: [`Full`](crate::Full), [`Diagonal`](crate::Diagonal) or
/// [`Spherical`](crate::Spherical).
///
/// The trait is *sealed*: these three are all its types, and no other crate can implement it. You need it by name only
/// to turn matrices into dense ones and back, or in code that is generic over
/// [`init::Covering`](crate::init::Covering).
///
/// A matrix of this shape is a `covariance` Σ, or a `scatter` Σ w d dᵀ about a mean. A model keeps a [`Factor`]
/// instead.
///
/// [`to_matrix`](Shape::to_matrix) makes a dense matrix and [`from_matrix`](Shape::from_matrix) reads one:
/// ```
/// use gaussmix::nalgebra::SMatrix;
/// use gaussmix::covariance::{Shape, Variance};
/// use gaussmix::{Diagonal, Spherical};
///
/// let dense: SMatrix<f64, 2, 2> = [[4.0, 1.0], [1.0, 2.0]].into();
/// assert_eq!(Diagonal::from_matrix(&dense).as_slice(), [4.0, 2.0]);
/// assert_eq!(Spherical::from_matrix(&dense), Variance(3.0));
/// let ball: SMatrix<f64, 2, 2> = Spherical::to_matrix(&Variance(3.0));
/// assert_eq!(ball, [[3.0, 0.0], [0.0, 3.0]].into());
/// ```
pub trait Shape:
    sealed::Sealed + Kernel + Copy + Debug + PartialEq + Default + Send + Sync + 'static
{
    /// `SMatrix<T, D, D>`, `SVector<T, D>` (the diagonal) or [`Variance<T>`](super::Variance).
    type Matrix<T: Real, const D: usize>: Constant;

    /// A matrix as an array: its rows `[[T; D]; D]`, the diagonal `[T; D]`, or one variance `T`.
    type Array<T: Real, const D: usize>: Copy + Debug;

    /// A matrix from an array.
    #[doc(hidden)]
    fn from_array<T: Real, const D: usize>(array: &Self::Array<T, D>) -> Self::Matrix<T, D>;

    /// The code of the shape in stored bytes.
    #[doc(hidden)]
    const CODE: u8;

    /// The numbers of a matrix that are stored: the lower triangle of a full matrix, otherwise all.
    #[doc(hidden)]
    fn numbers<T: Real, const D: usize>(matrix: &Self::Matrix<T, D>) -> impl Iterator<Item = &T>;

    /// The same numbers, to be written. Sets the numbers that are not stored to 0.
    #[doc(hidden)]
    fn numbers_mut<T: Real, const D: usize>(matrix: &mut Self::Matrix<T, D>) -> impl Iterator<Item = &mut T>;

    /// The number of a covariance at row `i` and column `j` of a full matrix, at `i` of a diagonal, or the only one.
    #[doc(hidden)]
    fn at<T: Real, const D: usize>(matrix: &mut Self::Matrix<T, D>, i: usize, j: usize) -> Option<&mut T>;

    /// Free parameters of one matrix over `d` features.
    fn parameter_count(d: usize) -> usize;

    /// A covariance as a dense matrix.
    fn to_matrix<T: Real, const D: usize>(covariance: &Self::Matrix<T, D>) -> SMatrix<T, D, D>;

    /// The maximum likelihood estimate of this shape, if the estimate of a full covariance is `covariance`: the whole
    /// matrix, its diagonal, or the mean of its diagonal.
    fn from_matrix<T: Real, const D: usize>(covariance: &SMatrix<T, D, D>) -> Self::Matrix<T, D>;

    /// `scatter += weight · d dᵀ`, for the elements that the shape keeps.
    #[doc(hidden)]
    fn add_outer<T: Real, const D: usize>(scatter: &mut Self::Matrix<T, D>, weight: T, d: &[T; D]);

    /// `scatter += other`.
    #[doc(hidden)]
    fn add<T: Real, const D: usize>(scatter: &mut Self::Matrix<T, D>, other: &Self::Matrix<T, D>);

    /// Raises what rounding left below 0 on the diagonal of a scatter to 0, and that feature's products with it.
    #[doc(hidden)]
    fn clear_negative<T: Real, const D: usize>(scatter: &mut Self::Matrix<T, D>);

    /// `scatter *= factor`.
    #[doc(hidden)]
    fn scale<T: Real, const D: usize>(scatter: &mut Self::Matrix<T, D>, factor: T);

    /// The scatter of feature `j`. A spherical shape keeps only the total over features, and returns total / D.
    #[doc(hidden)]
    fn feature_scatter<T: Real, const D: usize>(scatter: &Self::Matrix<T, D>, j: usize) -> T;

    /// Variance of feature `j`.
    #[doc(hidden)]
    fn variance<T: Real, const D: usize>(covariance: &Self::Matrix<T, D>, j: usize) -> T;

    /// `scatter += weight · d dᵀ − share · scatter`, with the change added in one rounding. A scatter multiplied by
    /// (1 − share) instead would, while it hardly changes, be rounded in the same direction step after step, to an
    /// error of ε/share in the end.
    #[doc(hidden)]
    fn blend<T: Real, const D: usize>(scatter: &mut Self::Matrix<T, D>, share: T, weight: T, d: &[T; D]);

    /// Turns a scatter of mass `weight` into its maximum likelihood covariance, plus `ridge` on the diagonal, in place.
    #[doc(hidden)]
    fn normalise<T: Real, const D: usize>(scatter: &mut Self::Matrix<T, D>, weight: T, ridge: T);

    /// The scatter of mass `weight` that [`normalise`](Shape::normalise) turns into the covariance of `factor`.
    #[doc(hidden)]
    fn scatter<T: Real, const D: usize>(factor: &Factor<Self::Matrix<T, D>>, weight: T)
    -> Self::Matrix<T, D>;

    /// Replaces a covariance by its factor. Raises it to the floors first, and returns whether it did. `None` if the
    /// covariance is not positive definite: its numbers are then overwritten.
    #[doc(hidden)]
    fn factorise<T: Real, const D: usize>(
        covariance: &mut Self::Matrix<T, D>,
        floors: &Floors<T, D>,
    ) -> Option<bool>;

    /// The eigenvalues of a covariance, in any order. It is replaced by what [`from_eigen`](Shape::from_eigen) takes.
    #[doc(hidden)]
    fn eigen<T: Real, const D: usize>(covariance: &mut Self::Matrix<T, D>) -> [T; D];

    /// The factor of the covariance with these axes and eigenvalues, of which none is below `least`.
    #[doc(hidden)]
    fn from_eigen<T: Real, const D: usize>(
        axes: &Self::Matrix<T, D>,
        values: &[T; D],
        least: T,
    ) -> Factor<Self::Matrix<T, D>>;

    /// Whether [`rank_one`](Shape::rank_one) is implemented and takes less time than factorising `D` features anew.
    #[doc(hidden)]
    #[inline(always)]
    fn has_rank_one<const D: usize>() -> bool {
        false
    }

    /// Turns the factor of Σ into that of `kept` · Σ + `weight` · d dᵀ, in place.
    #[doc(hidden)]
    fn rank_one<T: Real, const D: usize>(
        _factor: &mut Factor<Self::Matrix<T, D>>,
        _kept: T,
        _weight: T,
        _d: &[T; D],
    ) {
    }

    /// Whether pivots are so far from 0 that a [`rank_one`](Shape::rank_one) update which keeps more than 1024 ε of
    /// them leaves a factor.
    #[doc(hidden)]
    fn has_room<T: Real, const D: usize>(_factor: &Factor<Self::Matrix<T, D>>) -> bool {
        false
    }

    /// Whether no pivot of a factor lies below its floor. So a covariance above the floors passes, and one that does not
    /// pass is below.
    #[doc(hidden)]
    fn clears<T: Real, const D: usize>(_factor: &Factor<Self::Matrix<T, D>>, _floors: &Floors<T, D>) -> bool {
        false
    }

    /// The largest ratio of a floor to the variance of its feature given all others.
    #[doc(hidden)]
    fn shortfall<T: Real, const D: usize>(factor: &Factor<Self::Matrix<T, D>>, floors: &Floors<T, D>) -> T;

    /// Whether the matrix equals its transpose but for rounding.
    #[doc(hidden)]
    fn is_symmetric<T: Real, const D: usize>(_covariance: &Self::Matrix<T, D>) -> bool {
        true
    }

    /// Copies the lower triangle of a matrix to its upper triangle.
    #[doc(hidden)]
    fn mirror<T: Real, const D: usize>(_scatter: &mut Self::Matrix<T, D>) {}

    /// Whether it is the factor of a covariance whose variances, those of a feature given others too, are normal
    /// numbers and have reciprocals that are: so that the covariance has this factor, but for rounding.
    #[doc(hidden)]
    fn is_factor<T: Real, const D: usize>(factor: &Factor<Self::Matrix<T, D>>) -> bool;

    /// Factor to covariance: Σ = L Lᵀ.
    #[doc(hidden)]
    fn covariance<T: Real, const D: usize>(factor: &Factor<Self::Matrix<T, D>>) -> Self::Matrix<T, D>;

    /// |L⁻¹ d|²
    #[doc(hidden)]
    fn squared_distance<T: Real, const D: usize>(factor: &Factor<Self::Matrix<T, D>>, d: [T; D]) -> T;

    /// L⁻¹ d
    #[doc(hidden)]
    fn whiten<T: Real, const D: usize>(factor: &Factor<Self::Matrix<T, D>>, d: [T; D]) -> [T; D];

    /// Column `j` < D of L.
    #[doc(hidden)]
    fn column<T: Real, const D: usize>(factor: &Factor<Self::Matrix<T, D>>, j: usize) -> [T; D];

    /// The factor of the covariance with its features in another order: at each place stands the feature that `features`
    /// names there. Each has to stand there once.
    #[doc(hidden)]
    fn arrange<T: Real, const D: usize>(
        factor: &Factor<Self::Matrix<T, D>>,
        features: &[usize; D],
    ) -> Factor<Self::Matrix<T, D>>;

    /// Σ⁻¹ d
    fn solve<T: Real, const D: usize>(factor: &Factor<Self::Matrix<T, D>>, d: [T; D]) -> [T; D];

    /// The gradient of the log-likelihood, of which a scatter of mass W about the mean has a part, in the elements of
    /// the factor below its diagonal and in the logarithms of those on it.
    #[doc(hidden)]
    fn gradient<T: Real, const D: usize>(
        factor: &Factor<Self::Matrix<T, D>>,
        scatter: &Self::Matrix<T, D>,
        mass: T,
    ) -> Self::Matrix<T, D>;

    /// ½ ln |Σ|
    #[doc(hidden)]
    fn half_log_determinant<T: Real, const D: usize>(factor: &Factor<Self::Matrix<T, D>>) -> T;

    /// L z
    #[doc(hidden)]
    fn colour<T: Real, const D: usize>(factor: &Factor<Self::Matrix<T, D>>, z: &[T; D]) -> [T; D];

    /// The principal axis of `covariance` in units of the square roots of `variances`, which are above 0. Its length
    /// and sign are arbitrary. A spherical covariance has no principal axis: the result is then the axis of the feature
    /// with the largest of `variances`.
    #[doc(hidden)]
    fn principal_axis<T: Real, const D: usize>(covariance: &Self::Matrix<T, D>, variances: &[T; D])
    -> [T; D];

    /// Turns the factor of Σ into that of S Σ S, in place, for the diagonal matrix S of `scale`. False, and nothing
    /// done, if the shape cannot represent S Σ S.
    #[doc(hidden)]
    fn stretch<T: Real, const D: usize>(factor: &mut Factor<Self::Matrix<T, D>>, scale: &[T; D]) -> bool;

    /// The same numbers in another scalar type.
    #[doc(hidden)]
    fn cast<T: Real, U: Real, const D: usize>(matrix: &Self::Matrix<T, D>) -> Self::Matrix<U, D>;
}
