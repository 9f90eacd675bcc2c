//! Divergences between two Gaussians.

use crate::covariance::{Covariance, Factor, Full, Shape};
use crate::error::{Error, require};
use crate::model::Gmm;
use crate::real::Real;
use nalgebra::SMatrix;

impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// Component `component` by itself: a mixture of this one Gaussian. [`distance`](crate::distance) says how far it
    /// is from another one.
    ///
    /// ```
    /// use gaussmix::Gmm;
    ///
    /// let covariances = [[[1.0]], [[4.0]]];
    /// let gmm: Gmm<f64, 1, 2> = Gmm::from_arrays([0.5, 0.5], [[0.0], [3.0]], covariances)?;
    /// let one = gmm.gaussian(1)?;
    /// assert_eq!((one.means(), one.covariances()[0][0]), (&[[3.0]], 4.0));
    /// assert!(gmm.gaussian(2).is_err());
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if `component` is not a live component.
    pub fn gaussian(&self, component: usize) -> Result<Gmm<T, D, 1, C::Shape>, Error> {
        let live = self.weights.get(component).is_some_and(|weight| *weight > T::ZERO);
        require(live, "component", "a live component")?;
        let mut one: Gmm<T, D, 1, C::Shape> = Gmm::unfitted();
        if let (Some(mean), Some(factor)) =
            (self.means.get(component), self.factors.as_ref().get(C::slot(component)))
        {
            (one.means, one.factors) = ([*mean], [*factor]);
        }
        one.refresh_offsets();
        Ok(one)
    }
}

/// Mixtures of one component, which are Gaussians: [distances](crate::distance) between two of them, of any structures.
impl<T: Real, const D: usize, C: Covariance> Gmm<T, D, 1, C> {
    /// The Kullback–Leibler divergence KL(p‖q) of this Gaussian p from the other Gaussian q, in nats (Kullback &
    /// Leibler 1951, doi:10.1214/aoms/1177729694): ½ [tr(Σ_q⁻¹ Σ_p) − D − ln |Σ_q⁻¹ Σ_p| + dᵀ Σ_q⁻¹ d] with d = μ_p −
    /// μ_q. It is what a sample of p loses, on average, of its log-density if q is taken for p.
    ///
    /// [`distance`](crate::distance#precision) says how precise it is. The result is ∞ beyond the range of `T`.
    ///
    /// ```
    /// use gaussmix::Gmm;
    ///
    /// let covariances = [[[1.0]], [[4.0]]];
    /// let gmm: Gmm<f64, 1, 2> = Gmm::from_arrays([0.5, 0.5], [[0.0], [1.0]], covariances)?;
    /// let (p, q) = (gmm.gaussian(0)?, gmm.gaussian(1)?);
    /// assert!((p.kl_divergence(&q) - 0.443_147_180_559_945_3).abs() < 1e-15);
    /// assert!((q.kl_divergence(&p) - 1.306_852_819_440_054_6).abs() < 1e-15);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    #[doc(alias("Kullback-Leibler", "relative entropy"))]
    #[must_use]
    pub fn kl_divergence<S: Covariance>(&self, other: &Gmm<T, D, 1, S>) -> T {
        let (p, q) = (Gaussian::of(self), Gaussian::of(other));
        let between = Full::squared_distance(&q.factor, p.deviation(&q));
        in_range(T::HALF * (excess(&p.factor, &q.factor) + between))
    }

    /// KL(p‖q) + KL(q‖p), in nats, without a factor ½ (Jeffreys 1946, doi:10.1098/rspa.1946.0056).
    #[doc(alias("Jeffreys divergence"))]
    #[must_use]
    pub fn symmetric_kl<S: Covariance>(&self, other: &Gmm<T, D, 1, S>) -> T {
        self.kl_divergence(other) + other.kl_divergence(self)
    }

    /// The Bhattacharyya distance −ln ∫ √(p q), in nats (Kailath 1967, doi:10.1109/TCOM.1967.1089532):
    /// ⅛ dᵀ Σ⁻¹ d + ½ ln (|Σ| / √(|Σ_p| |Σ_q|)) with Σ = ½ (Σ_p + Σ_q) and d = μ_p − μ_q.
    ///
    /// It bounds how well the two can be told apart: of samples drawn from either with equal chance, the best
    /// classifier mistakes at most ½ exp(−distance).
    ///
    /// ```
    /// use gaussmix::Gmm;
    ///
    /// let gmm: Gmm<f64, 1, 2> = Gmm::from_arrays([0.5, 0.5], [[0.0], [2.0]], [[[1.0]]; 2])?;
    /// let (p, q) = (gmm.gaussian(0)?, gmm.gaussian(1)?);
    /// assert!((p.bhattacharyya(&q) - 0.5).abs() < 1e-15);
    /// assert!((p.hellinger(&q) - (1.0 - (-0.5_f64).exp()).sqrt()).abs() < 1e-15);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    #[must_use]
    pub fn bhattacharyya<S: Covariance>(&self, other: &Gmm<T, D, 1, S>) -> T {
        let (p, q) = (Gaussian::of(self), Gaussian::of(other));
        let (middle, covariances) = if p.factor == q.factor {
            (p.factor, T::ZERO)
        } else {
            // ½ ln (|Σ|/√(|Σ_p||Σ_q|)) is the mean of the divergences of N(0, Σ_p) and N(0, Σ_q) from N(0, Σ), whose
            // traces add up to 2D.
            let middle = mean_factor(&p.factor, &q.factor);
            (middle, excess(&p.factor, &middle) + excess(&q.factor, &middle))
        };
        let between = Full::squared_distance(&middle, p.deviation(&q));
        in_range(T::HALF * T::HALF * (covariances + T::HALF * between))
    }

    /// The Hellinger distance √(1 − ∫ √(p q)), between 0 and 1 (Hellinger 1909, doi:10.1515/crll.1909.136.210):
    /// √(1 − exp(−b)), with the distance b of [`bhattacharyya`](Self::bhattacharyya). It is a metric.
    #[must_use]
    pub fn hellinger<S: Covariance>(&self, other: &Gmm<T, D, 1, S>) -> T {
        let distance = self.bhattacharyya(other);
        let overlap = (-distance).exp_nonpositive();
        if overlap == T::ZERO {
            return T::ONE;
        }
        // 1 − exp(−b), with the digits of b where b is small (Kahan's way in Higham 2002, *Accuracy and Stability of
        // Numerical Algorithms*, 1.14.1).
        let squared = if overlap == T::ONE {
            distance
        } else {
            (T::ONE - overlap) * (distance / -overlap.natural_log())
        };
        squared.root().smaller(T::ONE)
    }
}

/// A Gaussian of any structure, with the factor of a full covariance.
pub(super) struct Gaussian<T, const D: usize> {
    mean: [T; D],
    pub(super) factor: Factor<SMatrix<T, D, D>>,
}

impl<T: Real, const D: usize> Gaussian<T, D> {
    /// A factor becomes that of a full covariance as a covariance becomes a matrix: 1/σ on the diagonal is in its
    /// place.
    pub(super) fn of<C: Covariance>(gmm: &Gmm<T, D, 1, C>) -> Self {
        const { assert!(!C::NOISE, "with noise it is no Gaussian: take `Gmm::gaussian` out of it") };
        Self { mean: gmm.means[0], factor: Factor(C::Shape::to_matrix(&gmm.factors.as_ref()[0].0)) }
    }

    /// μ − μ′
    pub(super) fn deviation(&self, from: &Self) -> [T; D] {
        let mut d = self.mean;
        for j in 0..D {
            d[j] -= from.mean[j];
        }
        d
    }
}

/// Column `j` of L. Its elements are read from the lower triangle only.
#[inline(always)] // so that the compiler sees that j < D
pub(super) fn column<T: Real, const D: usize>(factor: &Factor<SMatrix<T, D, D>>, j: usize) -> [T; D] {
    let mut column = factor.0.data.0[j];
    for v in column.iter_mut().take(j) {
        *v = T::ZERO;
    }
    column[j] = T::ONE / column[j];
    column
}

/// tr(Σ_q⁻¹ Σ_p) − D − ln |Σ_q⁻¹ Σ_p|, twice the divergence of N(0, Σ_p) from N(0, Σ_q). With A = L_q⁻¹ L_p, a lower
/// triangle, it is Σ_j (a_jj² − 1 − ln a_jj²) + Σ_{i>j} a_ij²: no term is negative, so nothing cancels.
fn excess<T: Real, const D: usize>(p: &Factor<SMatrix<T, D, D>>, q: &Factor<SMatrix<T, D, D>>) -> T {
    let mut sum = T::ZERO;
    for j in 0..D {
        // Factors hold reciprocals: a_jj is q's number over p's, and exactly 1 between equals.
        let (ours, theirs) = (&p.0.data.0[j], &q.0.data.0[j]);
        sum += excess_of_ratio(theirs[j], ours[j]);
        let mut rest = [T::ZERO; D];
        for i in j + 1..D {
            rest[i] = ours[i] - theirs[i] * (theirs[j] / ours[j]);
        }
        let a = Full::whiten(q, rest);
        for i in j + 1..D {
            sum += a[i] * a[i];
        }
    }
    sum
}

/// λ − 1 − ln λ for λ = (a/b)², with a few ulp of relative error however near λ is to 1.
fn excess_of_ratio<T: Real>(a: T, b: T) -> T {
    /// λ within ¼ of 1 needs this many terms for the digits of an `f64`: each is below 1/49 of the one before.
    const TERMS: u64 = 10;
    let two = T::ONE + T::ONE;
    let ratio = a / b;
    let x = (a - b) / b * (ratio + T::ONE);
    if !(x.abs() < T::HALF * T::HALF) {
        return x - two * ratio.natural_log();
    }
    // ln(1 + x) = 2 (t + t³/3 + t⁵/5 + …) with t = x/(2 + x), and x − 2t = x t.
    let t = x / (two + x);
    let mut series = T::ZERO;
    for n in (0..TERMS).rev() {
        series = series * (t * t) + T::ONE / T::from_count(2 * n + 3);
    }
    t * (x - two * t * t * series)
}

/// The factor of ½ (Σ_p + Σ_q): one rotation for each column and element of L_q, so that small variances keep their
/// digits.
fn mean_factor<T: Real, const D: usize>(
    p: &Factor<SMatrix<T, D, D>>,
    q: &Factor<SMatrix<T, D, D>>,
) -> Factor<SMatrix<T, D, D>> {
    let mut mean = *p;
    for j in 0..D {
        let kept = if j == 0 { T::HALF } else { T::ONE };
        Full::rank_one(&mut mean, kept, T::HALF, &column(q, j));
    }
    mean
}

/// ∞ where a number of its computation overflowed.
pub(super) fn in_range<T: Real>(distance: T) -> T {
    if distance <= T::INFINITY { distance } else { T::INFINITY }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_excess_of_a_ratio_has_its_digits_on_both_sides_of_the_switch() {
        // By mpmath, 40 digits, of the `a` that the rounded sum is.
        for (h, due) in [
            (1e-12, 2.000_355_618_135_324_3e-24),
            (-1e-6, 2.000_000_666_782_189_4e-12),
            (0.118, 0.026_841_250_534_185_114),
            (0.1181, 0.026_885_977_657_629_303),
            (-0.1339, 0.037_639_017_290_275_91),
            (-0.134, 0.037_696_740_839_403_796),
            (9.0, 94.394_829_814_011_91),
        ] {
            let b = 1.0 / 64.0;
            let found: f64 = excess_of_ratio(b + b * h, b);
            assert!((found - due).abs() <= 8.0 * f64::EPSILON * due, "{h}: {found} {due}");
        }
    }
}
