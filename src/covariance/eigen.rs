//! Eigenvectors of a symmetric matrix.

use super::{Factor, Full, Shape};
use crate::real::Real;
use nalgebra::SMatrix;

/// The most sweeps that it makes; six to nine are usual.
const SWEEPS: usize = 16;

/// The eigenvalues of a symmetric matrix, in descending order, else as [`eigen`].
pub(super) fn sorted_eigen<T: Real, const D: usize>(columns: &mut [[T; D]; D]) -> [T; D] {
    let mut values = eigen(columns);
    sort(&mut values, columns);
    values
}

/// The matrix with these eigenvectors and eigenvalues: Σ λ_i v_i v_iᵀ. Its upper triangle is 0.
#[inline(always)]
pub(super) fn compose<T: Real, const D: usize>(axes: &[[T; D]; D], values: &[T; D]) -> SMatrix<T, D, D> {
    let mut matrix = SMatrix::zeros();
    for (axis, value) in axes.iter().zip(values) {
        Full::add_outer(&mut matrix, *value, axis);
    }
    matrix
}

/// The factor of that matrix, where no eigenvalue is below `least`. Every axis is added to a ball of that size, by
/// rotations. So no pivot is below it, however far the eigenvalues lie apart: the matrix itself, which would square the
/// condition, is never formed.
pub(super) fn factor<T: Real, const D: usize>(
    axes: &[[T; D]; D],
    values: &[T; D],
    least: T,
) -> Factor<SMatrix<T, D, D>> {
    let mut factor = Factor(SMatrix::from_diagonal_element(T::ONE / least.root()));
    for (axis, value) in axes.iter().zip(values) {
        if *value > least {
            Full::rank_one(&mut factor, T::ONE, *value - least, axis);
        }
    }
    factor
}

/// The eigenvalues of a symmetric matrix, in any order. The matrix is replaced by its eigenvectors, as columns in the
/// same order: A = V diag(λ) Vᵀ. Only the lower triangle is read.
///
/// Cyclic rotations (Jacobi 1846, doi:10.1515/crll.1846.30.51). They use only basic arithmetic and square roots, so
/// the bits are the same on every target. An element is rotated while it exceeds ε times the geometric mean of the
/// two diagonal elements in its row and column. This keeps the digits of small eigenvalues of a positive definite
/// matrix (Demmel & Veselić 1992, doi:10.1137/0613074).
pub(super) fn eigen<T: Real, const D: usize>(columns: &mut [[T; D]; D]) -> [T; D] {
    let mut a = *columns;
    for j in 0..D {
        for i in 0..j {
            a[j][i] = a[i][j];
        }
        columns[j] = [T::ZERO; D];
        columns[j][j] = T::ONE;
    }
    for _ in 0..SWEEPS {
        let mut rotated = false;
        for p in 0..D {
            for q in p + 1..D {
                rotated |= rotate(&mut a, columns, p, q);
            }
        }
        if !rotated {
            break;
        }
    }
    let mut values = [T::ZERO; D];
    for j in 0..D {
        values[j] = a[j][j];
    }
    values
}

/// Makes element (p, q) of `a` 0 and rotates the eigenvectors with it. False, and nothing done, if the element is
/// negligible.
#[inline(always)] // so that the compiler sees that p < D and q < D
fn rotate<T: Real, const D: usize>(
    a: &mut [[T; D]; D],
    vectors: &mut [[T; D]; D],
    p: usize,
    q: usize,
) -> bool {
    let (off, least) = (a[p][q], T::EPSILON * a[p][p].abs().root() * a[q][q].abs().root());
    if !(off.abs() > least) {
        return false;
    }
    let theta = (a[q][q] - a[p][p]) / (off + off);
    let size = T::ONE / (theta.abs() + (theta * theta + T::ONE).root());
    let tangent = if theta < T::ZERO { -size } else { size };
    let cosine = T::ONE / (tangent * tangent + T::ONE).root();
    let sine = tangent * cosine;
    a[p][p] -= tangent * off;
    a[q][q] += tangent * off;
    (a[p][q], a[q][p]) = (T::ZERO, T::ZERO);
    for i in 0..D {
        if i != p && i != q {
            let (x, y) = (a[i][p], a[i][q]);
            (a[i][p], a[i][q]) = (cosine * x - sine * y, sine * x + cosine * y);
            (a[p][i], a[q][i]) = (a[i][p], a[i][q]);
        }
        let (x, y) = (vectors[p][i], vectors[q][i]);
        (vectors[p][i], vectors[q][i]) = (cosine * x - sine * y, sine * x + cosine * y);
    }
    true
}

/// Sorts the eigenvalues in descending order, each with its column.
fn sort<T: Real, const D: usize>(values: &mut [T; D], columns: &mut [[T; D]; D]) {
    for j in 0..D {
        let mut largest = j;
        for i in j + 1..D {
            if values[i] > values[largest] {
                largest = i;
            }
        }
        values.swap(j, largest);
        columns.swap(j, largest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_is_the_product_of_its_eigenvectors_and_values() {
        let a = [[4.0, 1.0, -2.0], [1.0, 2.0, 0.5], [-2.0, 0.5, 3.0]];
        let mut vectors = a;
        let values = sorted_eigen(&mut vectors);
        assert!(values.windows(2).all(|pair| pair[0] >= pair[1]), "{values:?}");
        for i in 0..3 {
            for j in 0..3 {
                let of = |f: &dyn Fn(usize) -> f64| (0..3).map(f).sum::<f64>();
                let product = of(&|m| vectors[m][i] * values[m] * vectors[m][j]);
                let angle = of(&|m| vectors[i][m] * vectors[j][m]);
                assert!((product - a[i][j]).abs() < 1e-14, "{product} for {}", a[i][j]);
                assert!((angle - f64::from(u8::from(i == j))).abs() < 1e-15, "{angle}");
            }
        }
    }

    #[test]
    fn a_small_eigenvalue_beside_large_ones_keeps_its_digits() {
        // Σ scaled by s from both sides: eigenvalues near 1e12 and 3/4·1e-12 (the determinant is 3/4).
        let mut vectors = [[1e12, 0.5], [0.5, 1e-12]];
        let values = sorted_eigen::<f64, 2>(&mut vectors);
        assert!((values[1] / 0.75e-12 - 1.0).abs() < 1e-12, "{values:?}");
    }

    #[test]
    fn a_singular_and_a_zero_matrix_have_eigenvectors() {
        let mut ones = [[1.0f32; 3]; 3];
        let values = sorted_eigen(&mut ones);
        assert!((values[0] - 3.0).abs() < 1e-6 && values[1].abs() < 1e-6 && values[2].abs() < 1e-6);
        assert_eq!(eigen(&mut [[0.0f32; 3]; 3]), [0.0; 3]);
    }
}
