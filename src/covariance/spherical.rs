//! One variance for each component.

use super::shape::{axis_of_largest, is_variance};
use super::{Constant, Factor, Floors, Shape};
use crate::real::Real;
use nalgebra::SMatrix;

/// Each component has one variance for all features: balls (scikit-learn's `spherical`, mclust's VII). One
/// parameter per component. Features should be in like units.
#[doc(alias("VII"))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spherical;

/// The only number of a spherical covariance, σ². (Its [`Factor`] holds 1/σ.)
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
#[repr(transparent)]
pub struct Variance<T>(pub T);

impl<T: Real> Constant for Variance<T> {
    const ZERO: Self = Self(T::ZERO);
    const UNIT: Self = Self(T::SQRT_2PI);
}

/// The scatter is summed over features. `normalise` divides it by D and by the mass.
impl Shape for Spherical {
    type Matrix<T: Real, const D: usize> = Variance<T>;
    type Array<T: Real, const D: usize> = T;

    const CODE: u8 = 3;

    fn from_array<T: Real, const D: usize>(variance: &T) -> Variance<T> {
        Variance(*variance)
    }

    fn numbers<T: Real, const D: usize>(matrix: &Variance<T>) -> impl Iterator<Item = &T> {
        core::iter::once(&matrix.0)
    }

    fn numbers_mut<T: Real, const D: usize>(matrix: &mut Variance<T>) -> impl Iterator<Item = &mut T> {
        core::iter::once(&mut matrix.0)
    }

    fn at<T: Real, const D: usize>(matrix: &mut Variance<T>, _i: usize, _j: usize) -> Option<&mut T> {
        Some(&mut matrix.0)
    }

    fn parameter_count(_d: usize) -> usize {
        1
    }

    fn to_matrix<T: Real, const D: usize>(covariance: &Variance<T>) -> SMatrix<T, D, D> {
        SMatrix::from_diagonal_element(covariance.0)
    }

    fn from_matrix<T: Real, const D: usize>(covariance: &SMatrix<T, D, D>) -> Variance<T> {
        // Summed as differences from the first, so that the mean of equal variances is exactly that variance.
        let first = covariance.data.0[0][0];
        let mut sum = T::ZERO;
        for j in 1..D {
            sum += covariance.data.0[j][j] - first;
        }
        Variance(first + sum / T::from_count(D as u64))
    }

    #[inline(always)]
    fn add_outer<T: Real, const D: usize>(scatter: &mut Variance<T>, weight: T, d: &[T; D]) {
        scatter.0 += weight * square_norm(d);
    }

    fn add<T: Real, const D: usize>(scatter: &mut Variance<T>, other: &Variance<T>) {
        scatter.0 += other.0;
    }

    fn clear_negative<T: Real, const D: usize>(scatter: &mut Variance<T>) {
        scatter.0 = scatter.0.larger(T::ZERO);
    }

    fn scale<T: Real, const D: usize>(scatter: &mut Variance<T>, factor: T) {
        scatter.0 *= factor;
    }

    #[inline(always)]
    fn blend<T: Real, const D: usize>(scatter: &mut Variance<T>, share: T, weight: T, d: &[T; D]) {
        scatter.0 += weight * square_norm(d) - share * scatter.0;
    }

    fn feature_scatter<T: Real, const D: usize>(scatter: &Variance<T>, _j: usize) -> T {
        scatter.0 / T::from_count(D as u64)
    }

    fn variance<T: Real, const D: usize>(covariance: &Variance<T>, _j: usize) -> T {
        covariance.0
    }

    fn normalise<T: Real, const D: usize>(scatter: &mut Variance<T>, weight: T, ridge: T) {
        scatter.0 = scatter.0 / T::from_count(D as u64) / weight + ridge;
    }

    fn scatter<T: Real, const D: usize>(Factor(factor): &Factor<Variance<T>>, weight: T) -> Variance<T> {
        let variance: Variance<T> = <Self as Shape>::covariance::<T, D>(&Factor(*factor));
        Variance(variance.0 * weight * T::from_count(D as u64))
    }

    fn factorise<T: Real, const D: usize>(
        covariance: &mut Variance<T>,
        floors: &Floors<T, D>,
    ) -> Option<bool> {
        let floor = common(floors);
        let floored = covariance.0 < floor;
        if floored {
            covariance.0 = floor;
        }
        if !is_variance(covariance.0) {
            return None;
        }
        covariance.0 = T::ONE / covariance.0.root();
        Some(floored)
    }

    fn eigen<T: Real, const D: usize>(covariance: &mut Variance<T>) -> [T; D] {
        [covariance.0; D]
    }

    fn from_eigen<T: Real, const D: usize>(
        _axes: &Variance<T>,
        values: &[T; D],
        least: T,
    ) -> Factor<Variance<T>> {
        // All are equal.
        Factor(Variance(T::ONE / values.iter().fold(least, |_, value| *value).root()))
    }

    fn shortfall<T: Real, const D: usize>(Factor(factor): &Factor<Variance<T>>, floors: &Floors<T, D>) -> T {
        common(floors) * factor.0 * factor.0
    }

    fn is_factor<T: Real, const D: usize>(Factor(factor): &Factor<Variance<T>>) -> bool {
        factor.0 > T::ZERO && is_variance(factor.0 * factor.0)
    }

    fn covariance<T: Real, const D: usize>(Factor(factor): &Factor<Variance<T>>) -> Variance<T> {
        Variance(T::ONE / (factor.0 * factor.0))
    }

    #[inline(always)]
    fn squared_distance<T: Real, const D: usize>(Factor(factor): &Factor<Variance<T>>, mut d: [T; D]) -> T {
        // Scaled before squaring, so that only the distance itself can overflow.
        for d in &mut d {
            *d *= factor.0;
        }
        square_norm(&d)
    }

    fn whiten<T: Real, const D: usize>(Factor(factor): &Factor<Variance<T>>, d: [T; D]) -> [T; D] {
        d.map(|d| d * factor.0)
    }

    fn column<T: Real, const D: usize>(Factor(factor): &Factor<Variance<T>>, j: usize) -> [T; D] {
        let mut column = [T::ZERO; D];
        if let Some(v) = column.get_mut(j) {
            *v = T::ONE / factor.0;
        }
        column
    }

    fn arrange<T: Real, const D: usize>(
        factor: &Factor<Variance<T>>,
        _features: &[usize; D],
    ) -> Factor<Variance<T>> {
        *factor
    }

    fn solve<T: Real, const D: usize>(Factor(factor): &Factor<Variance<T>>, d: [T; D]) -> [T; D] {
        d.map(|d| d * (factor.0 * factor.0))
    }

    /// tr(S)/σ² − W D
    fn gradient<T: Real, const D: usize>(
        Factor(factor): &Factor<Variance<T>>,
        scatter: &Variance<T>,
        mass: T,
    ) -> Variance<T> {
        Variance(scatter.0 * factor.0 * factor.0 - mass * T::from_count(D as u64))
    }

    fn half_log_determinant<T: Real, const D: usize>(Factor(factor): &Factor<Variance<T>>) -> T {
        -(T::from_count(D as u64) * factor.0.natural_log())
    }

    fn colour<T: Real, const D: usize>(Factor(factor): &Factor<Variance<T>>, z: &[T; D]) -> [T; D] {
        z.map(|z| z / factor.0)
    }

    fn principal_axis<T: Real, const D: usize>(_covariance: &Variance<T>, variances: &[T; D]) -> [T; D] {
        axis_of_largest(variances)
    }

    fn stretch<T: Real, const D: usize>(factor: &mut Factor<Variance<T>>, scale: &[T; D]) -> bool {
        let first = scale[0].abs();
        let uniform = scale.iter().all(|s| s.abs() == first);
        if uniform {
            factor.0.0 /= first;
        }
        uniform
    }

    fn cast<T: Real, U: Real, const D: usize>(matrix: &Variance<T>) -> Variance<U> {
        Variance(U::narrow(matrix.0.widen()))
    }
}

/// The floor of a variance that all features share.
fn common<T: Real, const D: usize>(floors: &Floors<T, D>) -> T {
    let mut relative = T::ZERO;
    for v in &floors.relative {
        relative += *v;
    }
    (relative / T::from_count(D as u64)).larger(floors.absolute)
}

#[inline(always)]
fn square_norm<T: Real, const D: usize>(d: &[T; D]) -> T {
    let mut sum = T::ZERO;
    for d in d {
        sum += *d * *d;
    }
    sum
}
