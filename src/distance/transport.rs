//! The least cost of carrying one Gaussian into another.

use super::gaussian::{Gaussian, column, in_range};
use crate::covariance::Covariance;
use crate::model::Gmm;
use crate::real::Real;

/// The most sweeps that it makes; three to seven are usual.
const SWEEPS: usize = 16;

/// Mixtures of one component, which are Gaussians: what it takes to carry one into another.
impl<T: Real, const D: usize, C: Covariance> Gmm<T, D, 1, C> {
    /// The 2-Wasserstein distance between two Gaussians, in units of the data: the root of
    /// |μ_p − μ_q|² + tr(Σ_p + Σ_q − 2 (Σ_p^½ Σ_q Σ_p^½)^½) (Dowson & Landau 1982, doi:10.1016/0047-259X(82)90077-X;
    /// Olkin & Pukelsheim 1982, doi:10.1016/0024-3795(82)90112-4). It is a metric, and depends on the units of
    /// features.
    ///
    /// The trace is computed as the least ‖L_p − L_q Q‖² over all orthogonal matrices Q. That is a sum of squares, so
    /// the result is good to about ε σ where the two hardly differ; the difference of traces is good to √ε σ only.
    ///
    /// ```
    /// use gaussmix::Gmm;
    ///
    /// let (means, covariance) = ([[0.0, 0.0], [3.0, 4.0]], [[2.0, 1.0], [1.0, 2.0]]);
    /// let gmm: Gmm<f64, 2, 2> = Gmm::from_arrays([0.5, 0.5], means, [covariance; 2])?;
    /// assert_eq!(gmm.gaussian(0)?.wasserstein(&gmm.gaussian(1)?), 5.0);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    #[doc(alias("Frechet distance", "earth mover", "optimal transport", "Bures"))]
    #[must_use]
    pub fn wasserstein<S: Covariance>(&self, other: &Gmm<T, D, 1, S>) -> T {
        let (p, q) = (Gaussian::of(self), Gaussian::of(other));
        let mut differences = [[T::ZERO; D]; D];
        if p.factor != q.factor {
            let mut theirs = differences;
            for j in 0..D {
                (differences[j], theirs[j]) = (column(&p.factor, j), column(&q.factor, j));
            }
            align(&mut differences, &theirs);
        }
        let means = p.deviation(&q);
        in_range(norm(differences.iter().flatten().chain(&means)))
    }
}

/// Replaces L_p, given by columns, by L_p V − L_q U, where U S Vᵀ = L_qᵀ L_p is a singular value decomposition. The
/// orthogonal Q nearest to L_qᵀ L_p is U Vᵀ, and ‖L_p − L_q Q‖ = ‖L_p V − L_q U‖.
///
/// Rotations make the columns of L_qᵀ L_p V orthogonal (Hestenes 1958, doi:10.1137/0106005): basic arithmetic and
/// square roots only, and small singular values keep their digits (Demmel & Veselić 1992, doi:10.1137/0613074).
fn align<T: Real, const D: usize>(ours: &mut [[T; D]; D], theirs: &[[T; D]; D]) {
    // In units of the largest elements, so that products stay in range.
    let (unit, their_unit) = (largest(ours.iter().flatten()), largest(theirs.iter().flatten()));
    let mut product = [[T::ZERO; D]; D];
    for j in 0..D {
        for i in 0..D {
            for m in 0..D {
                product[j][i] += theirs[i][m] / their_unit * (ours[j][m] / unit);
            }
        }
    }
    for _ in 0..SWEEPS {
        let mut rotated = false;
        for p in 0..D {
            for q in p + 1..D {
                rotated |= rotate(&mut product, ours, p, q);
            }
        }
        if !rotated {
            break;
        }
    }
    for j in 0..D {
        let length = norm(product[j].iter());
        // A length of 0 has underflowed: what such a column says is lost in the rounding of others.
        if length > T::ZERO {
            for i in 0..D {
                let share = product[j][i] / length;
                for m in 0..D {
                    ours[j][m] -= share * theirs[i][m];
                }
            }
        }
    }
}

/// Makes columns p and q of `product` orthogonal, and rotates those of `ours` with them. False, and nothing done, if
/// they are orthogonal but for rounding.
#[inline(always)] // so that the compiler sees that p < D and q < D
fn rotate<T: Real, const D: usize>(
    product: &mut [[T; D]; D],
    ours: &mut [[T; D]; D],
    p: usize,
    q: usize,
) -> bool {
    let (mut a, mut b, mut between) = (T::ZERO, T::ZERO, T::ZERO);
    for i in 0..D {
        a += product[p][i] * product[p][i];
        b += product[q][i] * product[q][i];
        between += product[p][i] * product[q][i];
    }
    if !(between.abs() > T::from_count(D as u64) * T::EPSILON * a.root() * b.root()) {
        return false;
    }
    let theta = (b - a) / (between + between);
    let size = T::ONE / (theta.abs() + (theta * theta + T::ONE).root());
    let tangent = if theta < T::ZERO { -size } else { size };
    let cosine = T::ONE / (tangent * tangent + T::ONE).root();
    let sine = tangent * cosine;
    for columns in [product, ours] {
        for i in 0..D {
            let (x, y) = (columns[p][i], columns[q][i]);
            (columns[p][i], columns[q][i]) = (cosine * x - sine * y, sine * x + cosine * y);
        }
    }
    true
}

fn largest<'a, T: Real>(numbers: impl Iterator<Item = &'a T>) -> T {
    let mut largest = T::ZERO;
    for v in numbers {
        largest = v.abs().larger(largest);
    }
    largest
}

/// √Σ v², without overflow or underflow of the squares.
fn norm<'a, T: Real>(numbers: impl Iterator<Item = &'a T> + Clone) -> T {
    let unit = largest(numbers.clone());
    if unit == T::ZERO {
        return T::ZERO;
    }
    let mut sum = T::ZERO;
    for v in numbers {
        sum += (*v / unit) * (*v / unit);
    }
    unit * sum.root()
}
