//! One orientation for several covariances: orthogonal axes along which all are as nearly diagonal as the likelihood
//! wants them.
//!
//! For covariances S_k of mass W_k, let b_kj be the variance of S_k along axis j. With volumes of their own, components
//! want Σ_k W_k Σ_j ln b_kj as small as possible; with one volume, Σ_k W_k (Π_j b_kj)^(1/D). In both cases, for shapes
//! A_k that are given, that is Σ_k W_k Σ_j b_kj/A_kj, which a turn in the plane of two axes minimises exactly: it
//! diagonalises Σ_k W_k (1/A_kp − 1/A_kq) S_k there. After each turn the two entries of A_k take their best values, so no
//! turn raises the objective. Turns use only basic arithmetic and square roots, so the bits are the same on every
//! target.

use super::coupled::{self, Family};
use super::eigen::compose;
use super::{Factor, Full, Inner, Shape};
use crate::real::Real;
use nalgebra::SMatrix;

/// The most sweeps of [`common_axes`], which needs one or two where matrices have common axes.
const SWEEPS: usize = 16;

/// Common axes, and the variances of every component along them.
pub(super) struct Oriented<T, const D: usize, const K: usize> {
    /// Unit vectors.
    pub(super) axes: [[T; D]; D],
    pub(super) values: [[T; D]; K],
    /// Whether the axes rested before the cap on sweeps.
    pub(super) settled: bool,
}

/// The best common axes of covariances, of which only the lower triangle is read, and the variances along them. The
/// axes `before` are turned, or those that nearly diagonalise all.
#[inline(never)]
pub(super) fn estimate<T: Real, const D: usize, const K: usize, F: Family>(
    matrices: &mut [SMatrix<T, D, D>; K],
    masses: &[T; K],
    before: Option<&[Factor<SMatrix<T, D, D>>; K]>,
    inner: &Inner<T>,
) -> Oriented<T, D, K> {
    for matrix in matrices.iter_mut() {
        Full::mirror(matrix);
    }
    let mut turned = match before {
        Some(factors) => factors.map(|factor| Full::covariance(&factor)),
        None => *matrices,
    };
    let mut axes = common_axes(&mut turned, masses);
    // Neither units nor the count of samples matter to the turns.
    let (mut largest, mut total) = (T::ZERO, T::ZERO);
    for ((turned, matrix), mass) in turned.iter_mut().zip(matrices.iter()).zip(masses) {
        *turned = along(matrix, &axes);
        largest = turned.trace().larger(largest);
        total += *mass;
    }
    for turned in &mut turned {
        *turned /= largest;
    }
    let settled = turn::<T, D, K, F>(&mut turned, &masses.map(|mass| mass / total), &mut axes, inner);
    orthonormalise(&mut axes);
    let mut values = [[T::ZERO; D]; K];
    for (values, matrix) in values.iter_mut().zip(matrices.iter()) {
        *values = axes.map(|axis| quadratic(matrix, &axis, &axis));
    }
    Oriented { axes, values, settled }
}

/// The factors of covariances with these axes and variances. `None` if one is not positive definite.
pub(super) fn compose_all<T: Real, const D: usize, const K: usize>(
    matrices: &mut [SMatrix<T, D, D>; K],
    axes: &[[T; D]; D],
    values: &[[T; D]; K],
) -> Option<()> {
    for (matrix, values) in matrices.iter_mut().zip(values) {
        *matrix = compose(axes, values);
    }
    coupled::factorise_all::<T, D, K, Full>(matrices)
}

/// ln (Π_j b_j)^(1/D)
pub(super) fn log_volume<T: Real, const D: usize>(values: &[T; D]) -> T {
    let mut log = T::ZERO;
    for v in values {
        log += v.natural_log();
    }
    log / T::from_count(D as u64)
}

/// Whether covariances have axes in common: along the best ones, nothing off the diagonal exceeds `tolerance` times the
/// largest variance.
pub(super) fn is_common<T: Real, const D: usize, const K: usize>(
    factors: &[Factor<SMatrix<T, D, D>>; K],
    tolerance: T,
) -> bool {
    let mut turned = factors.map(|factor| Full::covariance(&factor));
    common_axes(&mut turned, &[T::ONE; K]);
    turned.iter().all(|SMatrix { data, .. }| {
        let largest = (0..D).fold(T::ZERO, |largest, j| data.0[j][j].larger(largest));
        (0..D).all(|j| (j + 1..D).all(|i| data.0[j][i].abs() <= tolerance * largest))
    })
}

/// Orthogonal axes along which the matrices have the smallest squares off their diagonals (Cardoso & Souloumiac 1996,
/// doi:10.1137/S0895479893259546), as far as these have mass. Matrices that have common axes become diagonal. They are
/// scaled first, so that a large one does not outweigh the others.
fn common_axes<T: Real, const D: usize, const K: usize>(
    matrices: &mut [SMatrix<T, D, D>; K],
    masses: &[T; K],
) -> [[T; D]; D] {
    for matrix in matrices.iter_mut() {
        let trace = matrix.trace();
        if trace > T::ZERO {
            *matrix /= trace;
        }
    }
    let mut axes = identity();
    for _ in 0..SWEEPS {
        let mut turned = false;
        for p in 0..D {
            for q in p + 1..D {
                turned |= diagonalise(matrices, masses, &mut axes, p, q);
            }
        }
        if !turned {
            break;
        }
    }
    axes
}

/// Turns axes `p` and `q` so that the squares of elements (p, q) become smallest. False, and nothing done, if they are
/// negligible. With h_k = (S_pp − S_qq, 2 S_pq), the angle is half that of the first eigenvector of Σ_k h_k h_kᵀ.
#[inline(always)] // so that the compiler sees that p < D and q < D
fn diagonalise<T: Real, const D: usize, const K: usize>(
    matrices: &mut [SMatrix<T, D, D>; K],
    masses: &[T; K],
    axes: &mut [[T; D]; D],
    p: usize,
    q: usize,
) -> bool {
    let two = T::ONE + T::ONE;
    let (mut along, mut across, mut off, mut size) = (T::ZERO, T::ZERO, T::ZERO, T::ZERO);
    for (SMatrix { data: a, .. }, mass) in matrices.iter().zip(masses) {
        if !(*mass > T::ZERO) {
            continue;
        }
        let (difference, double) = (a.0[p][p] - a.0[q][q], two * a.0[q][p]);
        along += difference * difference - double * double;
        across += two * difference * double;
        off += double * double;
        size += a.0[p][p] * a.0[q][q];
    }
    let least = T::narrow(8.0) * T::EPSILON;
    let largest = along.abs().larger(across.abs());
    if !(off > least * least * size && largest > T::ZERO) {
        return false;
    }
    (along, across) = (along / largest, across / largest);
    let length = (along * along + across * across).root();
    // The eigenvector (x, y), without cancellation, and x ≥ 0.
    let (x, y) = if along >= T::ZERO {
        (along + length, across)
    } else {
        (across.abs(), if across < T::ZERO { along - length } else { length - along })
    };
    let norm = (x * x + y * y).root();
    let cosine = ((T::ONE + x / norm) * T::HALF).root();
    Turn { cosine, sine: y / norm / (two * cosine) }.apply(matrices, axes, p, q);
    true
}

/// Sweeps of turns, each to the best angle in its plane. Returns whether nothing was left to turn.
fn turn<T: Real, const D: usize, const K: usize, F: Family>(
    matrices: &mut [SMatrix<T, D, D>; K],
    masses: &[T; K],
    axes: &mut [[T; D]; D],
    inner: &Inner<T>,
) -> bool {
    // Turns that are lost in the rounding of the others are none.
    let tolerance = inner.tolerance.larger(T::narrow(16.0) * T::EPSILON);
    let mut shapes = [[T::ONE; D]; K];
    for _ in 0..inner.cap {
        if !F::OWN_VOLUME {
            // The best shapes of determinant 1. With volumes of their own, shapes are the variances.
            for (shape, SMatrix { data: a, .. }) in shapes.iter_mut().zip(matrices.iter()) {
                for j in 0..D {
                    shape[j] = a.0[j][j];
                }
                let change = (-log_volume(shape)).exponential();
                *shape = shape.map(|a| a * change);
            }
        }
        let mut turned = false;
        for p in 0..D {
            for q in p + 1..D {
                turned |= turn_in_plane::<T, D, K, F>(matrices, &mut shapes, masses, axes, tolerance, p, q);
            }
        }
        if !turned {
            return true;
        }
    }
    false
}

/// The best turn of axes `p` and `q`. False, and nothing done, if it is negligible.
#[inline(always)] // so that the compiler sees that p < D and q < D
fn turn_in_plane<T: Real, const D: usize, const K: usize, F: Family>(
    matrices: &mut [SMatrix<T, D, D>; K],
    shapes: &mut [[T; D]; K],
    masses: &[T; K],
    axes: &mut [[T; D]; D],
    tolerance: T,
    p: usize,
    q: usize,
) -> bool {
    let (mut off, mut gap, mut size) = (T::ZERO, T::ZERO, T::ZERO);
    let (mut are_alike, mut are_tilted) = (true, false);
    for k in 0..K {
        let a = &matrices[k].data.0;
        let (first, second, cross) = (a[p][p], a[q][q], a[q][p]);
        if !(masses[k] > T::ZERO) {
            continue;
        }
        let mut strength = masses[k];
        if !F::OWN_VOLUME {
            // A_p and A_q in the ratio of the variances, of the product that they had.
            let (roots, shape) = ([first.root(), second.root()], &mut shapes[k]);
            let product = shape[p].root() * shape[q].root();
            strength *= roots[0] * roots[1] / product;
            (shape[p], shape[q]) = (product * (roots[0] / roots[1]), product * (roots[1] / roots[0]));
        }
        let weight = strength * ((second - first) / first / second);
        off += weight * cross;
        gap += weight * (second - first);
        let middle = first.root() * second.root();
        size += weight.abs() * middle;
        let least = T::narrow(64.0) * T::EPSILON * (first + second);
        are_alike &= (first - second).abs() <= least;
        are_tilted |= cross.abs() > least;
    }
    let turn = if are_alike && are_tilted {
        // Every component is widest between the axes: no first derivative shows it.
        let half_root = T::HALF.root();
        Turn { cosine: half_root, sine: half_root }
    } else if off.abs() > tolerance * size {
        let theta = gap / (off + off);
        let size = T::ONE / (theta.abs() + (theta * theta + T::ONE).root());
        let tangent = if theta < T::ZERO { size } else { -size };
        let cosine = T::ONE / (tangent * tangent + T::ONE).root();
        Turn { cosine, sine: tangent * cosine }
    } else {
        return false;
    };
    turn.apply(matrices, axes, p, q);
    true
}

/// A turn in the plane of two axes: the first becomes cosine · first + sine · second.
#[derive(Clone, Copy)]
struct Turn<T> {
    cosine: T,
    sine: T,
}

impl<T: Real> Turn<T> {
    /// Turns the axes, and the matrices with them.
    #[inline(always)] // so that the compiler sees that p < D and q < D
    fn apply<const D: usize, const K: usize>(
        &self,
        matrices: &mut [SMatrix<T, D, D>; K],
        axes: &mut [[T; D]; D],
        p: usize,
        q: usize,
    ) {
        for SMatrix { data: a, .. } in matrices.iter_mut() {
            for i in 0..D {
                (a.0[p][i], a.0[q][i]) = self.of(a.0[p][i], a.0[q][i]);
            }
            for column in &mut a.0 {
                (column[p], column[q]) = self.of(column[p], column[q]);
            }
        }
        for i in 0..D {
            (axes[p][i], axes[q][i]) = self.of(axes[p][i], axes[q][i]);
        }
    }

    #[inline(always)]
    fn of(&self, first: T, second: T) -> (T, T) {
        (self.cosine * first + self.sine * second, self.cosine * second - self.sine * first)
    }
}

/// Makes nearly orthonormal axes orthonormal (Gram & Schmidt).
fn orthonormalise<T: Real, const D: usize>(axes: &mut [[T; D]; D]) {
    for j in 0..D {
        let mut axis = axes[j];
        for other in axes.iter().take(j) {
            let product = dot(other, &axis);
            for i in 0..D {
                axis[i] -= product * other[i];
            }
        }
        let length = dot(&axis, &axis).root();
        axes[j] = axis.map(|v| v / length);
    }
}

/// A symmetric matrix in other axes.
fn along<T: Real, const D: usize>(matrix: &SMatrix<T, D, D>, axes: &[[T; D]; D]) -> SMatrix<T, D, D> {
    let mut turned = SMatrix::zeros();
    for j in 0..D {
        for i in 0..D {
            turned.data.0[j][i] = quadratic(matrix, &axes[i], &axes[j]);
        }
    }
    turned
}

/// aᵀ M b
fn quadratic<T: Real, const D: usize>(matrix: &SMatrix<T, D, D>, a: &[T; D], b: &[T; D]) -> T {
    let mut sum = T::ZERO;
    for j in 0..D {
        sum += dot(&matrix.data.0[j], a) * b[j];
    }
    sum
}

fn dot<T: Real, const D: usize>(a: &[T; D], b: &[T; D]) -> T {
    let mut sum = T::ZERO;
    for i in 0..D {
        sum += a[i] * b[i];
    }
    sum
}

fn identity<T: Real, const D: usize>() -> [[T; D]; D] {
    let mut axes = [[T::ZERO; D]; D];
    for j in 0..D {
        axes[j][j] = T::ONE;
    }
    axes
}

#[cfg(test)]
mod tests {
    use super::super::{Eve, Vve};
    use super::*;
    use rand_pcg::Pcg32;
    use rand_pcg::rand_core::{Rng, SeedableRng};

    type Matrices<const D: usize> = [SMatrix<f64, D, D>; 3];

    /// Scatters of 4 D normal vectors each, of unequal variances and correlated.
    fn problem<const D: usize>(seed: u64) -> Matrices<D> {
        let mut rng = Pcg32::seed_from_u64(seed);
        let mut normal = move || {
            let sum: f64 = (0..12).map(|_| f64::from(rng.next_u32()) / f64::from(u32::MAX)).sum();
            sum - 6.0
        };
        core::array::from_fn(|_| {
            let mix = SMatrix::<f64, D, D>::from_fn(|_, _| normal());
            let mut scatter = SMatrix::zeros();
            for _ in 0..4 * D {
                let x = nalgebra::SVector::<f64, D>::from_fn(|j, _| (1.0 + j as f64) * normal());
                let x = mix * x;
                scatter += x * x.transpose() / (4 * D) as f64;
            }
            scatter
        })
    }

    const MASSES: [f64; 3] = [0.2, 0.5, 0.3];

    /// Σ_k W_k Σ_j ln b_kj, or Σ_k W_k (Π_j b_kj)^(1/D).
    fn objective<const D: usize, F: Family>(matrices: &Matrices<D>) -> f64 {
        let of = |matrix: &SMatrix<f64, D, D>| {
            let log: f64 = (0..D).map(|j| matrix[(j, j)].ln()).sum();
            if F::OWN_VOLUME { log } else { (log / D as f64).exp() }
        };
        matrices.iter().zip(MASSES).map(|(matrix, mass)| mass * of(matrix)).sum()
    }

    /// Sweeps from the identity until one changes the objective by less than 1e-12 of it. No sweep raises it.
    fn sweeps<const D: usize, F: Family>(seed: u64) -> u32 {
        let (mut matrices, mut axes) = (problem::<D>(seed), identity());
        let once = Inner { tolerance: 0.0, cap: 1 };
        let mut before = objective::<D, F>(&matrices);
        for sweep in 0..5000 {
            turn::<f64, D, 3, F>(&mut matrices, &MASSES, &mut axes, &once);
            let now = objective::<D, F>(&matrices);
            assert!(now <= before + 1e-13 * before.abs(), "seed {seed}, sweep {sweep}: {before} to {now}");
            if before - now < 1e-12 * before.abs() {
                return sweep + 1;
            }
            before = now;
        }
        5000
    }

    fn median<const D: usize, F: Family>() -> u32 {
        let mut all: [u32; 10] = core::array::from_fn(|seed| sweeps::<D, F>(seed as u64));
        all.sort_unstable();
        std::println!("D = {D}, own volumes {}: median {} of {all:?}", F::OWN_VOLUME, all[5]);
        all[5]
    }

    /// Over ten problems a size, medians.
    #[test]
    fn axes_rest_after_some_dozens_of_sweeps_and_no_sweep_raises_the_objective() {
        let medians = [median::<4, Vve>(), median::<4, Eve>(), median::<6, Vve>(), median::<6, Eve>()];
        assert!(medians.iter().all(|median| *median < 100), "{medians:?}");
    }

    /// Correlated features of equal variances: along the features, every first derivative is 0.
    #[test]
    fn axes_leave_the_features_where_all_variances_are_equal() {
        let mut matrices = [0.9, -0.5, 0.2].map(|r| SMatrix::from([[2.0, 2.0 * r], [2.0 * r, 2.0]]));
        let mut axes = identity();
        let inner = Inner { tolerance: 1e-12, cap: 50 };
        assert!(turn::<f64, 2, 3, Vve>(&mut matrices, &MASSES, &mut axes, &inner));
        assert!(matrices.iter().all(|matrix| matrix[(1, 0)].abs() < 1e-15), "{matrices:?}");
    }

    #[test]
    fn axes_that_matrices_have_in_common_are_recovered() {
        let mut axes = problem::<4>(3)[0].data.0;
        super::super::eigen::eigen(&mut axes);
        // Two of them vary equally along two axes, and not along the same two.
        let values = [[4.0, 4.0, 1.0, 2.0], [1.0, 3.0, 3.0, 2.0], [1.0, 1.0, 1.0, 1.0]];
        let mut matrices = values.map(|values| compose(&axes, &values));
        matrices.iter_mut().for_each(Full::mirror);
        common_axes(&mut matrices, &MASSES);
        for matrix in matrices {
            for (i, j) in (0..16).map(|n| (n / 4, n % 4)).filter(|(i, j)| i != j) {
                assert!(matrix[(i, j)].abs() < 1e-15, "{matrix}");
            }
        }
    }
}
