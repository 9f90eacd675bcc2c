//! One symmetric matrix for each component.

use super::eigen::{eigen, factor};
use super::shape::is_variance;
use super::{Factor, Floors, Shape, cholesky, conditional};
use crate::real::Real;
use nalgebra::{ArrayStorage, SMatrix};

/// Each component has its own symmetric D×D covariance matrix: ellipsoids of any size, shape and direction
/// (scikit-learn's `full`, mclust's VVV). D(D+1)/2 parameters per matrix.
#[doc(alias("VVV"))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Full;

impl Full {
    /// L⁻ᵀ d
    #[inline(always)] // so that the compiler sees that j < D
    fn whiten_transposed<T: Real, const D: usize>(
        factor: &Factor<SMatrix<T, D, D>>,
        mut d: [T; D],
    ) -> [T; D] {
        let columns = &factor.0.data.0;
        for j in (0..D).rev() {
            for i in j + 1..D {
                d[j] -= columns[j][i] * d[i];
            }
            d[j] *= columns[j][j];
        }
        d
    }

    /// L⁻¹ M L⁻ᵀ, for a symmetric matrix.
    pub(super) fn whiten_matrix<T: Real, const D: usize>(
        factor: &Factor<SMatrix<T, D, D>>,
        matrix: &SMatrix<T, D, D>,
    ) -> SMatrix<T, D, D> {
        let half = matrix.data.0.map(|column| Self::whiten(factor, column));
        let mut whitened = SMatrix::zeros();
        for i in 0..D {
            let mut row = [T::ZERO; D];
            for j in 0..D {
                row[j] = half[j][i];
            }
            whitened.data.0[i] = Self::whiten(factor, row);
        }
        whitened
    }
}

/// Functions work on the columns of the lower triangle from top to bottom, in memory order. The elements above the
/// diagonal are 0 in factors and scatters.
impl Shape for Full {
    type Matrix<T: Real, const D: usize> = SMatrix<T, D, D>;
    type Array<T: Real, const D: usize> = [[T; D]; D];

    const CODE: u8 = 1;

    fn from_array<T: Real, const D: usize>(rows: &[[T; D]; D]) -> SMatrix<T, D, D> {
        SMatrix::<T, D, D>::from(*rows).transpose()
    }

    fn numbers<T: Real, const D: usize>(matrix: &SMatrix<T, D, D>) -> impl Iterator<Item = &T> {
        matrix.data.0.iter().enumerate().flat_map(|(j, column)| column.iter().skip(j))
    }

    fn numbers_mut<T: Real, const D: usize>(matrix: &mut SMatrix<T, D, D>) -> impl Iterator<Item = &mut T> {
        matrix.data.0.iter_mut().enumerate().flat_map(|(j, column)| {
            for v in column.iter_mut().take(j) {
                *v = T::ZERO;
            }
            column.iter_mut().skip(j)
        })
    }

    fn at<T: Real, const D: usize>(matrix: &mut SMatrix<T, D, D>, i: usize, j: usize) -> Option<&mut T> {
        matrix.get_mut((i, j))
    }

    fn parameter_count(d: usize) -> usize {
        d * (d + 1) / 2
    }

    fn to_matrix<T: Real, const D: usize>(covariance: &SMatrix<T, D, D>) -> SMatrix<T, D, D> {
        *covariance
    }

    fn from_matrix<T: Real, const D: usize>(covariance: &SMatrix<T, D, D>) -> SMatrix<T, D, D> {
        *covariance
    }

    #[inline(always)]
    fn add_outer<T: Real, const D: usize>(scatter: &mut SMatrix<T, D, D>, weight: T, d: &[T; D]) {
        for (j, column) in scatter.data.0.iter_mut().enumerate() {
            let scaled = weight * d[j];
            for i in j..D {
                column[i] += scaled * d[i];
            }
        }
    }

    fn add<T: Real, const D: usize>(scatter: &mut SMatrix<T, D, D>, other: &SMatrix<T, D, D>) {
        for (a, b) in scatter.data.0.iter_mut().zip(&other.data.0) {
            for (a, b) in a.iter_mut().zip(b) {
                *a += *b;
            }
        }
    }

    fn clear_negative<T: Real, const D: usize>(scatter: &mut SMatrix<T, D, D>) {
        let columns = &mut scatter.data.0;
        for j in 0..D {
            if columns[j][j] < T::ZERO {
                columns[j] = [T::ZERO; D];
                for column in columns.iter_mut().take(j) {
                    column[j] = T::ZERO;
                }
            }
        }
    }

    fn scale<T: Real, const D: usize>(scatter: &mut SMatrix<T, D, D>, factor: T) {
        for v in scatter.data.0.iter_mut().flatten() {
            *v *= factor;
        }
    }

    #[inline(always)]
    fn blend<T: Real, const D: usize>(scatter: &mut SMatrix<T, D, D>, share: T, weight: T, d: &[T; D]) {
        for (j, column) in scatter.data.0.iter_mut().enumerate() {
            let scaled = weight * d[j];
            for i in j..D {
                column[i] += scaled * d[i] - share * column[i];
            }
        }
    }

    #[inline(always)] // so that the compiler sees that j < D
    fn feature_scatter<T: Real, const D: usize>(scatter: &SMatrix<T, D, D>, j: usize) -> T {
        scatter.data.0[j][j]
    }

    #[inline(always)] // so that the compiler sees that j < D
    fn variance<T: Real, const D: usize>(covariance: &SMatrix<T, D, D>, j: usize) -> T {
        covariance.data.0[j][j]
    }

    fn normalise<T: Real, const D: usize>(scatter: &mut SMatrix<T, D, D>, weight: T, ridge: T) {
        for (j, column) in scatter.data.0.iter_mut().enumerate() {
            for i in j..D {
                column[i] /= weight;
            }
            column[j] += ridge;
        }
    }

    fn scatter<T: Real, const D: usize>(factor: &Factor<SMatrix<T, D, D>>, weight: T) -> SMatrix<T, D, D> {
        let mut scatter = Self::covariance(factor);
        Self::scale(&mut scatter, weight);
        for (j, column) in scatter.data.0.iter_mut().enumerate() {
            for v in column.iter_mut().take(j) {
                *v = T::ZERO;
            }
        }
        scatter
    }

    fn factorise<T: Real, const D: usize>(
        covariance: &mut SMatrix<T, D, D>,
        floors: &Floors<T, D>,
    ) -> Option<bool> {
        cholesky::factorise(&mut covariance.data.0, floors)
    }

    fn eigen<T: Real, const D: usize>(covariance: &mut SMatrix<T, D, D>) -> [T; D] {
        eigen(&mut covariance.data.0)
    }

    fn from_eigen<T: Real, const D: usize>(
        axes: &SMatrix<T, D, D>,
        values: &[T; D],
        least: T,
    ) -> Factor<SMatrix<T, D, D>> {
        factor(&axes.data.0, values, least)
    }

    /// Measured against factorising anew: 1.2 times as long at D = 4, a third at 6, half at 8, a fifth at 32.
    #[inline(always)]
    fn has_rank_one<const D: usize>() -> bool {
        D >= 6
    }

    /// One rotation for each column adds the sample, in about 2.5 D² multiplications (Gill, Golub, Murray & Saunders
    /// 1974, doi:10.1090/S0025-5718-1974-0343558-6).
    #[inline(never)]
    fn rank_one<T: Real, const D: usize>(
        factor: &mut Factor<SMatrix<T, D, D>>,
        kept: T,
        weight: T,
        d: &[T; D],
    ) {
        let (scale, root) = (kept.root(), weight.root());
        let mut x = *d;
        for v in &mut x {
            *v *= root;
        }
        for (j, column) in factor.0.data.0.iter_mut().enumerate() {
            let diagonal = scale / column[j];
            let reciprocal = T::ONE / (diagonal * diagonal + x[j] * x[j]).root();
            let (cosine, sine) = (diagonal * reciprocal, x[j] * reciprocal);
            column[j] = reciprocal;
            for i in j + 1..D {
                let old = scale * column[i];
                column[i] = cosine * old + sine * x[i];
                x[i] = cosine * x[i] - sine * old;
            }
        }
    }

    fn has_room<T: Real, const D: usize>(factor: &Factor<SMatrix<T, D, D>>) -> bool {
        factor.0.data.0.iter().enumerate().all(|(j, column)| column[j] * column[j] < T::LARGEST_SQUARE)
    }

    fn clears<T: Real, const D: usize>(factor: &Factor<SMatrix<T, D, D>>, floors: &Floors<T, D>) -> bool {
        factor.0.data.0.iter().enumerate().all(|(j, column)| {
            let precision = column[j] * column[j];
            column[j] > T::ZERO && is_variance(precision) && precision * floors.feature(j) <= T::ONE
        })
    }

    fn shortfall<T: Real, const D: usize>(factor: &Factor<SMatrix<T, D, D>>, floors: &Floors<T, D>) -> T {
        let mut most = T::ZERO;
        for j in 0..D {
            let mut axis = [T::ZERO; D];
            axis[j] = T::ONE;
            // The precision of a feature is the reciprocal of its variance given all others.
            most = (floors.feature(j) * Self::squared_distance(factor, axis)).larger(most);
        }
        most
    }

    fn is_symmetric<T: Real, const D: usize>(covariance: &SMatrix<T, D, D>) -> bool {
        let a = &covariance.data.0;
        let slack = T::narrow(64.0) * T::EPSILON;
        let is_nan = |v: T| !(v <= T::INFINITY);
        (0..D).all(|j| {
            (0..j).all(|i| {
                let (upper, lower) = (a[j][i], a[i][j]);
                let scale = a[i][i].root() * a[j][j].root();
                // Two NaN pass here, and the factorisation refuses them.
                upper == lower
                    || (lower - upper).abs() <= slack * scale && scale < T::INFINITY
                    || is_nan(upper) && is_nan(lower)
            })
        })
    }

    fn mirror<T: Real, const D: usize>(scatter: &mut SMatrix<T, D, D>) {
        scatter.fill_upper_triangle_with_lower_triangle();
    }

    fn is_factor<T: Real, const D: usize>(factor: &Factor<SMatrix<T, D, D>>) -> bool {
        let mut variances = [T::ZERO; D];
        for (j, column) in factor.0.data.0.iter().enumerate() {
            let precision = column[j] * column[j];
            if !(column[j] > T::ZERO && is_variance(precision)) {
                return false;
            }
            variances[j] += T::ONE / precision;
            for i in j + 1..D {
                variances[i] += column[i] * column[i];
            }
        }
        // At least the last of its squares, and, as a sum of several, perhaps rounded up.
        let slack = T::ONE + T::narrow(64.0) * T::EPSILON;
        variances.iter().all(|v| *v * T::SMALLEST_NORMAL <= slack)
    }

    fn covariance<T: Real, const D: usize>(factor: &Factor<SMatrix<T, D, D>>) -> SMatrix<T, D, D> {
        let mut columns = factor.0.data.0;
        for j in 0..D {
            columns[j][j] = T::ONE / columns[j][j];
        }
        SMatrix::from_fn(|i, j| {
            let mut sum = T::ZERO;
            for column in columns.iter().take(if i < j { i + 1 } else { j + 1 }) {
                sum += column[i] * column[j];
            }
            sum
        })
    }

    /// Forward substitution by columns: each finished element is subtracted from the rows below it.
    #[inline(always)]
    fn squared_distance<T: Real, const D: usize>(factor: &Factor<SMatrix<T, D, D>>, mut d: [T; D]) -> T {
        let mut sum = T::ZERO;
        for (j, column) in factor.0.data.0.iter().enumerate() {
            let y = d[j] * column[j];
            sum += y * y;
            for i in j + 1..D {
                d[i] -= column[i] * y;
            }
        }
        sum
    }

    /// Forward substitution.
    fn whiten<T: Real, const D: usize>(factor: &Factor<SMatrix<T, D, D>>, mut d: [T; D]) -> [T; D] {
        for (j, column) in factor.0.data.0.iter().enumerate() {
            d[j] *= column[j];
            for i in j + 1..D {
                d[i] -= column[i] * d[j];
            }
        }
        d
    }

    fn column<T: Real, const D: usize>(factor: &Factor<SMatrix<T, D, D>>, j: usize) -> [T; D] {
        let mut column = factor.0.data.0.get(j).copied().unwrap_or([T::ZERO; D]);
        if let Some(v) = column.get_mut(j) {
            *v = T::ONE / *v;
        }
        column
    }

    fn arrange<T: Real, const D: usize>(
        factor: &Factor<SMatrix<T, D, D>>,
        features: &[usize; D],
    ) -> Factor<SMatrix<T, D, D>> {
        let columns = conditional::arrange(&factor.0.data.0, features);
        Factor(SMatrix::from_array_storage(ArrayStorage(columns)))
    }

    /// Forward substitution, then backward.
    fn solve<T: Real, const D: usize>(factor: &Factor<SMatrix<T, D, D>>, d: [T; D]) -> [T; D] {
        Self::whiten_transposed(factor, Self::whiten(factor, d))
    }

    /// With L the factor, ∂ℓ/∂L is the lower triangle of L⁻ᵀ (L⁻¹ S L⁻ᵀ − W I).
    fn gradient<T: Real, const D: usize>(
        factor: &Factor<SMatrix<T, D, D>>,
        scatter: &SMatrix<T, D, D>,
        mass: T,
    ) -> SMatrix<T, D, D> {
        let mut matrix = *scatter;
        Self::mirror(&mut matrix);
        let mut inner = Self::whiten_matrix(factor, &matrix);
        for j in 0..D {
            inner.data.0[j][j] -= mass;
        }
        let mut gradient = inner.data.0.map(|column| Self::whiten_transposed(factor, column));
        for j in 0..D {
            gradient[j][j] /= factor.0.data.0[j][j];
            for i in 0..j {
                gradient[j][i] = T::ZERO;
            }
        }
        SMatrix::from_array_storage(ArrayStorage(gradient))
    }

    fn half_log_determinant<T: Real, const D: usize>(factor: &Factor<SMatrix<T, D, D>>) -> T {
        let mut sum = T::ZERO;
        for (j, column) in factor.0.data.0.iter().enumerate() {
            sum -= column[j].natural_log();
        }
        sum
    }

    fn colour<T: Real, const D: usize>(factor: &Factor<SMatrix<T, D, D>>, z: &[T; D]) -> [T; D] {
        let mut x = [T::ZERO; D];
        for (j, column) in factor.0.data.0.iter().enumerate() {
            x[j] += z[j] / column[j];
            for i in j + 1..D {
                x[i] += column[i] * z[j];
            }
        }
        x
    }

    /// The matrix is squared six times. Each column is then the result of 64 steps of the power method (von Mises &
    /// Pollaczek-Geiringer 1929, doi:10.1002/zamm.19290090105), begun from one feature's axis. At least one of these
    /// axes has a component of 1/√D or more along the principal axis. The column with the largest diagonal element is
    /// the result.
    fn principal_axis<T: Real, const D: usize>(covariance: &SMatrix<T, D, D>, variances: &[T; D]) -> [T; D] {
        let mut scales = *variances;
        for s in &mut scales {
            *s = s.root();
        }
        let mut columns = covariance.data.0;
        for j in 0..D {
            for i in 0..D {
                columns[j][i] = columns[j][i] / scales[i] / scales[j];
            }
        }
        for _ in 0..6 {
            square(&mut columns);
        }
        let (mut largest, mut axis) = (T::NEG_INFINITY, scales);
        for j in 0..D {
            if columns[j][j] > largest {
                largest = columns[j][j];
                for i in 0..D {
                    axis[i] = columns[j][i] * scales[i];
                }
            }
        }
        axis
    }

    fn stretch<T: Real, const D: usize>(factor: &mut Factor<SMatrix<T, D, D>>, scale: &[T; D]) -> bool {
        for (j, column) in factor.0.data.0.iter_mut().enumerate() {
            // A negative scale changes the sign of its row. Changing the sign of its column too keeps the diagonal
            // positive.
            let sign = if scale[j] < T::ZERO { -T::ONE } else { T::ONE };
            column[j] /= scale[j].abs();
            for i in j + 1..D {
                column[i] *= sign * scale[i];
            }
        }
        true
    }

    fn cast<T: Real, U: Real, const D: usize>(matrix: &SMatrix<T, D, D>) -> SMatrix<U, D, D> {
        matrix.map(|v| U::narrow(v.widen()))
    }
}

/// Divides a symmetric matrix by its trace, then squares it.
fn square<T: Real, const D: usize>(columns: &mut [[T; D]; D]) {
    let mut trace = T::ZERO;
    for j in 0..D {
        trace += columns[j][j];
    }
    let mut scaled = *columns;
    for v in scaled.iter_mut().flatten() {
        *v /= trace;
    }
    for j in 0..D {
        for i in 0..D {
            let mut sum = T::ZERO;
            for m in 0..D {
                sum += scaled[i][m] * scaled[m][j];
            }
            columns[j][i] = sum;
        }
    }
}
