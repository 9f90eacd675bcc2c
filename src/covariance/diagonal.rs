//! One variance for each feature and component.

use super::shape::{axis_of_largest, is_variance};
use super::{Factor, Floors, Shape};
use crate::real::Real;
use nalgebra::{SMatrix, SVector};

/// Each component has its own variance for each feature: ellipsoids along the axes (scikit-learn's `diag`, mclust's
/// VVI). D parameters per component. Memory and time grow with D, not D².
#[doc(alias("VVI", "diag"))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Diagonal;

/// The vector holds the diagonal. A factor holds 1/σ for each feature.
impl Shape for Diagonal {
    type Matrix<T: Real, const D: usize> = SVector<T, D>;
    type Array<T: Real, const D: usize> = [T; D];

    const CODE: u8 = 2;

    fn from_array<T: Real, const D: usize>(diagonal: &[T; D]) -> SVector<T, D> {
        SVector::from(*diagonal)
    }

    fn numbers<T: Real, const D: usize>(matrix: &SVector<T, D>) -> impl Iterator<Item = &T> {
        matrix.data.0.iter().flatten()
    }

    fn numbers_mut<T: Real, const D: usize>(matrix: &mut SVector<T, D>) -> impl Iterator<Item = &mut T> {
        matrix.data.0.iter_mut().flatten()
    }

    fn at<T: Real, const D: usize>(matrix: &mut SVector<T, D>, i: usize, _j: usize) -> Option<&mut T> {
        matrix.get_mut(i)
    }

    fn parameter_count(d: usize) -> usize {
        d
    }

    fn to_matrix<T: Real, const D: usize>(covariance: &SVector<T, D>) -> SMatrix<T, D, D> {
        SMatrix::from_diagonal(covariance)
    }

    fn from_matrix<T: Real, const D: usize>(covariance: &SMatrix<T, D, D>) -> SVector<T, D> {
        covariance.diagonal()
    }

    #[inline(always)]
    fn add_outer<T: Real, const D: usize>(scatter: &mut SVector<T, D>, weight: T, d: &[T; D]) {
        let [sums] = &mut scatter.data.0;
        for (s, d) in sums.iter_mut().zip(d) {
            *s += weight * *d * *d;
        }
    }

    fn add<T: Real, const D: usize>(scatter: &mut SVector<T, D>, other: &SVector<T, D>) {
        let ([sums], [others]) = (&mut scatter.data.0, &other.data.0);
        for (a, b) in sums.iter_mut().zip(others) {
            *a += *b;
        }
    }

    fn clear_negative<T: Real, const D: usize>(scatter: &mut SVector<T, D>) {
        for v in scatter.iter_mut() {
            *v = v.larger(T::ZERO);
        }
    }

    fn scale<T: Real, const D: usize>(scatter: &mut SVector<T, D>, factor: T) {
        for v in scatter.data.0.iter_mut().flatten() {
            *v *= factor;
        }
    }

    #[inline(always)]
    fn blend<T: Real, const D: usize>(scatter: &mut SVector<T, D>, share: T, weight: T, d: &[T; D]) {
        let [sums] = &mut scatter.data.0;
        for (s, d) in sums.iter_mut().zip(d) {
            *s += weight * *d * *d - share * *s;
        }
    }

    #[inline(always)] // so that the compiler sees that j < D
    fn feature_scatter<T: Real, const D: usize>(scatter: &SVector<T, D>, j: usize) -> T {
        scatter.data.0[0][j]
    }

    #[inline(always)] // so that the compiler sees that j < D
    fn variance<T: Real, const D: usize>(covariance: &SVector<T, D>, j: usize) -> T {
        covariance.data.0[0][j]
    }

    fn normalise<T: Real, const D: usize>(scatter: &mut SVector<T, D>, weight: T, ridge: T) {
        for v in scatter.data.0.iter_mut().flatten() {
            *v = *v / weight + ridge;
        }
    }

    fn scatter<T: Real, const D: usize>(factor: &Factor<SVector<T, D>>, weight: T) -> SVector<T, D> {
        let mut scatter = Self::covariance(factor);
        Self::scale(&mut scatter, weight);
        scatter
    }

    fn factorise<T: Real, const D: usize>(
        covariance: &mut SVector<T, D>,
        floors: &Floors<T, D>,
    ) -> Option<bool> {
        let [variances] = &mut covariance.data.0;
        let mut floored = false;
        for j in 0..D {
            let floor = floors.feature(j);
            if variances[j] < floor {
                variances[j] = floor;
                floored = true;
            }
            if !is_variance(variances[j]) {
                return None;
            }
            variances[j] = T::ONE / variances[j].root();
        }
        Some(floored)
    }

    fn eigen<T: Real, const D: usize>(covariance: &mut SVector<T, D>) -> [T; D] {
        let [variances] = covariance.data.0;
        variances
    }

    fn from_eigen<T: Real, const D: usize>(
        _axes: &SVector<T, D>,
        values: &[T; D],
        _least: T,
    ) -> Factor<SVector<T, D>> {
        Factor(SVector::from(values.map(|value| T::ONE / value.root())))
    }

    fn shortfall<T: Real, const D: usize>(factor: &Factor<SVector<T, D>>, floors: &Floors<T, D>) -> T {
        let ([reciprocals], mut most) = (&factor.0.data.0, T::ZERO);
        for j in 0..D {
            most = (floors.feature(j) * reciprocals[j] * reciprocals[j]).larger(most);
        }
        most
    }

    fn is_factor<T: Real, const D: usize>(factor: &Factor<SVector<T, D>>) -> bool {
        factor.0.iter().all(|v| *v > T::ZERO && is_variance(*v * *v))
    }

    fn covariance<T: Real, const D: usize>(factor: &Factor<SVector<T, D>>) -> SVector<T, D> {
        factor.0.map(|v| T::ONE / (v * v))
    }

    #[inline(always)]
    fn squared_distance<T: Real, const D: usize>(factor: &Factor<SVector<T, D>>, d: [T; D]) -> T {
        let [reciprocals] = &factor.0.data.0;
        let mut sum = T::ZERO;
        for (d, r) in d.iter().zip(reciprocals) {
            let y = *d * *r;
            sum += y * y;
        }
        sum
    }

    fn whiten<T: Real, const D: usize>(factor: &Factor<SVector<T, D>>, mut d: [T; D]) -> [T; D] {
        for (d, r) in d.iter_mut().zip(factor.0.data.0.iter().flatten()) {
            *d *= *r;
        }
        d
    }

    fn column<T: Real, const D: usize>(factor: &Factor<SVector<T, D>>, j: usize) -> [T; D] {
        let mut column = [T::ZERO; D];
        if let (Some(v), Some(r)) = (column.get_mut(j), factor.0.get(j)) {
            *v = T::ONE / *r;
        }
        column
    }

    fn arrange<T: Real, const D: usize>(
        factor: &Factor<SVector<T, D>>,
        features: &[usize; D],
    ) -> Factor<SVector<T, D>> {
        let [reciprocals] = &factor.0.data.0;
        let mut arranged = *factor;
        for (r, j) in arranged.0.iter_mut().zip(features) {
            *r = reciprocals.get(*j).copied().unwrap_or(*r);
        }
        arranged
    }

    fn solve<T: Real, const D: usize>(factor: &Factor<SVector<T, D>>, mut d: [T; D]) -> [T; D] {
        for (d, r) in d.iter_mut().zip(factor.0.data.0.iter().flatten()) {
            *d *= *r * *r;
        }
        d
    }

    /// S_jj/σ_j² − W
    fn gradient<T: Real, const D: usize>(
        Factor(factor): &Factor<SVector<T, D>>,
        scatter: &SVector<T, D>,
        mass: T,
    ) -> SVector<T, D> {
        SVector::from_fn(|j, _| scatter[j] * factor[j] * factor[j] - mass)
    }

    fn half_log_determinant<T: Real, const D: usize>(factor: &Factor<SVector<T, D>>) -> T {
        let mut sum = T::ZERO;
        for v in factor.0.data.0.iter().flatten() {
            sum -= v.natural_log();
        }
        sum
    }

    fn colour<T: Real, const D: usize>(factor: &Factor<SVector<T, D>>, z: &[T; D]) -> [T; D] {
        let mut x = *z;
        for (x, r) in x.iter_mut().zip(factor.0.data.0.iter().flatten()) {
            *x /= *r;
        }
        x
    }

    fn principal_axis<T: Real, const D: usize>(covariance: &SVector<T, D>, variances: &[T; D]) -> [T; D] {
        let [mut ratios] = covariance.data.0;
        for (ratio, variance) in ratios.iter_mut().zip(variances) {
            *ratio /= *variance;
        }
        axis_of_largest(&ratios)
    }

    fn stretch<T: Real, const D: usize>(factor: &mut Factor<SVector<T, D>>, scale: &[T; D]) -> bool {
        for (v, s) in factor.0.data.0.iter_mut().flatten().zip(scale) {
            *v /= s.abs();
        }
        true
    }

    fn cast<T: Real, U: Real, const D: usize>(matrix: &SVector<T, D>) -> SVector<U, D> {
        matrix.map(|v| U::narrow(v.widen()))
    }
}
