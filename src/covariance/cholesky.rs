//! Cholesky's decomposition of a covariance that lies above floors.
//!
//! Let F be the diagonal matrix of the floors. A covariance Σ lies above them if Σ − F has no negative eigenvalue: no
//! combination of features varies less than it would if features were independent, each at its floor. So neither the
//! order of the features nor their units matter. Of all covariances above F, the likelihood of a scatter is largest for
//! this one: in units of the floors' roots it has the scatter's eigenvectors, and each eigenvalue below 1 raised to 1.

use core::f64::consts::E;

use super::Floors;
use super::eigen::eigen;
use super::shape::is_variance;
use crate::real::Real;

/// [`Shape::factorise`](super::Shape::factorise) for [`Full`](super::Full). Only the lower triangle is read.
pub(super) fn factorise<T: Real, const D: usize>(
    columns: &mut [[T; D]; D],
    floors: &Floors<T, D>,
) -> Option<bool> {
    let bounded = (0..D).any(|j| floors.feature(j) > T::ZERO);
    // A smaller share of a variance is lost in the rounding errors of D elements. Without floors, only what is surely
    // lost is refused.
    let share = T::EPSILON * if bounded { T::from_count(D as u64) } else { T::ONE };
    // The upper triangle and `variances` keep the covariance.
    let (mut variances, mut least) = ([T::ZERO; D], [T::ZERO; D]);
    for j in 0..D {
        variances[j] = columns[j][j];
        least[j] = floors.feature(j).larger(share * variances[j]);
        for i in j + 1..D {
            columns[i][j] = columns[j][i];
        }
    }
    let mut floored = false;
    let found = decompose(columns, &variances, &least, false);
    if !found.is_some_and(|inverse_determinant| is_above(inverse_determinant, &variances, floors)) {
        if !bounded {
            return None;
        }
        for j in 0..D {
            columns[j][j] = variances[j];
            for i in j + 1..D {
                columns[j][i] = columns[i][j];
            }
        }
        floored = raise(columns, &least);
        for j in 0..D {
            variances[j] = columns[j][j];
        }
        decompose(columns, &variances, &least, true)?;
    }
    for j in 0..D {
        for i in 0..j {
            columns[j][i] = T::ZERO;
        }
    }
    let finite = columns.iter().flatten().all(|v| v.is_finite());
    finite.then_some(floored)
}

/// Whether a matrix is certainly above the floors, by the determinant of its correlations R. The smallest eigenvalue of
/// R is at least |R|/e: the eigenvalues have the sum D, so that, by the inequality of the means, all but the smallest
/// have at most the product (D/(D − 1))^(D − 1), which is below e.
fn is_above<T: Real, const D: usize>(
    inverse_determinant: T,
    variances: &[T; D],
    floors: &Floors<T, D>,
) -> bool {
    let bound = T::narrow(E) * inverse_determinant;
    // Without a floor, an infinite bound is none.
    (0..D).all(|j| !(floors.feature(j) * bound > variances[j]))
}

/// Cholesky's decomposition by columns, in place in the lower triangle: L, with the reciprocals of its diagonal elements
/// in their place. Returns 1/|R|, with R the correlations. A pivot is the variance of a feature given the features
/// before it. Where one is below the least, it is raised to that with `clamp`, and there is no result without.
#[inline(never)]
fn decompose<T: Real, const D: usize>(
    columns: &mut [[T; D]; D],
    variances: &[T; D],
    least: &[T; D],
    clamp: bool,
) -> Option<T> {
    let mut inverse_determinant = T::ONE;
    for j in 0..D {
        let mut pivot = columns[j][j];
        if pivot < least[j] {
            if !clamp {
                return None;
            }
            pivot = least[j];
        }
        // The variance of a feature is at least its pivot.
        if !(is_variance(pivot) && is_variance(variances[j])) {
            return None;
        }
        let reciprocal = T::ONE / pivot.root();
        inverse_determinant *= variances[j] * reciprocal * reciprocal;
        columns[j][j] = reciprocal;
        for i in j + 1..D {
            columns[j][i] *= reciprocal;
        }
        let column = columns[j];
        for c in j + 1..D {
            for i in c..D {
                columns[c][i] -= column[c] * column[i];
            }
        }
    }
    Some(inverse_determinant)
}

/// Raises a covariance, given as its lower triangle, to floors above 0. Returns whether it was below.
#[inline(never)]
fn raise<T: Real, const D: usize>(columns: &mut [[T; D]; D], floors: &[T; D]) -> bool {
    let mut rest = *columns;
    // Whether it is well above. For a few features, the eigenvalues are as quickly computed.
    if D > 4 {
        let mut variances = [T::ZERO; D];
        for j in 0..D {
            rest[j][j] -= floors[j];
            variances[j] = rest[j][j];
        }
        if decompose(&mut rest, &variances, floors, false).is_some() {
            return false;
        }
    }
    let mut scales = [T::ZERO; D];
    for j in 0..D {
        scales[j] = floors[j].root();
    }
    for j in 0..D {
        for i in j..D {
            rest[j][i] = columns[j][i] / scales[j] / scales[i];
        }
    }
    let values = eigen(&mut rest);
    let mut raised = false;
    for (value, axis) in values.iter().zip(&rest) {
        let lack = T::ONE - *value;
        if lack > T::ZERO {
            raised = true;
            for j in 0..D {
                let scaled = lack * scales[j] * axis[j];
                for i in j..D {
                    columns[j][i] += scaled * (scales[i] * axis[i]);
                }
            }
        }
    }
    raised
}
