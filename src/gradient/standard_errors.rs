//! How well data determine weights and means.

use super::Unconstrained;
use crate::covariance::Covariance;
use crate::error::{Error, require};
use crate::model::Gmm;
use crate::observation::{Observation, checked_weight, mask};
use crate::real::Real;
use crate::statistics::SufficientStats;

/// Standard errors of the mixing weights and the means of a fitted model.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StandardErrors<T, const D: usize, const K: usize> {
    /// Of π_k.
    pub weights: [T; K],
    /// Of μ_k, in the units of the features.
    pub means: [[T; D]; K],
}

impl<T: Real, const D: usize, const K: usize> StandardErrors<T, D, K> {
    /// How many numbers of memory [`estimate`](Self::estimate) needs for a structure: n(n + 2), with n the model's
    /// [`parameter_count`](Gmm::parameter_count).
    #[must_use]
    pub fn memory<C: Covariance>() -> usize {
        let n = Gmm::<T, D, K, C>::parameter_count();
        n * (n + 2)
    }

    /// The standard errors at `gmm`, a fit to `data`, by the empirical Fisher information: the inverse of Σ w s sᵀ, with s
    /// the gradient of one sample's log-density in all parameters, and from log-ratios to weights by their derivatives
    /// (McLachlan & Peel 2000, section 2.15). They hold for many samples a component, at a maximum within the parameter
    /// space: not for a component on a floor, nor for one that few samples made. The sums are plain ones: in `f32`, take no
    /// more than some 10⁶ samples.
    ///
    /// `memory` has [`memory`](Self::memory) numbers or more, for the information matrix.
    ///
    /// ```
    /// use gaussmix::gradient::StandardErrors;
    /// use gaussmix::{Em, Gmm, Spherical, init};
    ///
    /// let value = |i| f64::from(i * i % 17 + 40 * (i % 2));
    /// let data: Vec<[f64; 1]> = (0..200).map(|i| [value(i)]).collect();
    /// let mut gmm: Gmm<f64, 1, 2, Spherical> = Gmm::unfitted();
    /// init::farthest_first(&mut gmm, &data)?;
    /// Em::default().fit(&mut gmm, &data)?;
    /// let mut memory = [0.0; 5 * 7];
    /// let errors = StandardErrors::estimate(&gmm, &data, &mut memory)?;
    /// // A binomial share and the mean of 100 samples.
    /// assert!((errors.weights[0] - (0.25_f64 / 200.0).sqrt()).abs() < 1e-6);
    /// let variance = gmm.covariances()[0].0;
    /// assert!((errors.means[0][0] / (variance / 100.0).sqrt() - 1.0).abs() < 0.1);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// Missing features tell as much as their row does. A [prior](crate::fit::Prior) is not counted: beside one, the errors
    /// are those of the likelihood, and too large where it is strong.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if `memory` is too short, a component is dead, or the information is singular (fewer
    /// different samples than parameters, say); otherwise as [`SufficientStats::observe`].
    pub fn estimate<C: Covariance, I>(gmm: &Gmm<T, D, K, C>, data: I, memory: &mut [T]) -> Result<Self, Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        let n = Gmm::<T, D, K, C>::parameter_count();
        let is_live = gmm.weights.iter().all(|weight| *weight > T::ZERO);
        require(is_live, "gmm", "a model without dead components")?;
        let too_short = Error::InvalidParameter {
            name: "memory",
            expected: "as many numbers as StandardErrors::memory says",
        };
        let (information, rest) = memory.split_at_mut_checked(n * n).ok_or(too_short)?;
        let (score, rest) = rest.split_at_mut_checked(n).ok_or(too_short)?;
        let (least, _) = rest.split_at_mut_checked(n).ok_or(too_short)?;
        information.fill(T::ZERO);
        let mut one = SufficientStats::new();
        for (index, sample) in data.into_iter().enumerate() {
            let at = |error: Error| error.at(index as u64);
            let weight = checked_weight(&sample).map_err(at)?;
            one.reset();
            match mask(&sample) {
                None => one.observe(gmm, *sample.features()),
                Some(observed) => one.observe_partial(gmm, sample.features(), &observed, T::ONE),
            }
            .map_err(at)?;
            let gradient: Unconstrained<T, D, K, C> = one.gradient(gmm);
            // The last log-ratio is fixed.
            let free = gradient.numbers().enumerate().filter(|(i, _)| *i != K - 1);
            for (to, (_, from)) in score.iter_mut().zip(free) {
                *to = *from;
            }
            for (row, a) in information.chunks_exact_mut(n.max(1)).zip(score.iter()) {
                for (sum, b) in row.iter_mut().zip(score.iter()) {
                    *sum += weight * *a * *b;
                }
            }
        }
        for (p, (least, row)) in least.iter_mut().zip(information.chunks_exact(n.max(1))).enumerate() {
            *least = T::EPSILON.root() * row.get(p).copied().unwrap_or(T::ZERO);
        }
        let singular =
            Error::InvalidParameter { name: "data", expected: "enough samples for every parameter" };
        invert(information, score, least).ok_or(singular)?;
        Ok(Self::of(gmm, information, n))
    }

    /// From the covariance of K − 1 log-ratios, the means and the rest.
    fn of<C: Covariance>(gmm: &Gmm<T, D, K, C>, covariance: &[T], n: usize) -> Self {
        let at = |i: usize, j: usize| covariance.get(i * n + j).copied().unwrap_or(T::ZERO);
        let mut errors = Self { weights: [T::ZERO; K], means: [[T::ZERO; D]; K] };
        for k in 0..K {
            // ∂π_k/∂z_j = π_k (δ_kj − π_j)
            let mut slopes = gmm.weights.map(|weight| -gmm.weights[k] * weight);
            slopes[k] = gmm.weights[k] * (T::ONE - gmm.weights[k]);
            let mut variance = T::ZERO;
            for i in 0..K - 1 {
                for j in 0..K - 1 {
                    variance += slopes[i] * slopes[j] * at(i, j);
                }
            }
            errors.weights[k] = variance.larger(T::ZERO).root();
            for j in 0..D {
                let place = K - 1 + k * D + j;
                errors.means[k][j] = at(place, place).larger(T::ZERO).root();
            }
        }
        errors
    }
}

/// Replaces a positive definite matrix by its inverse, by Gauss–Jordan elimination. `row` is memory for one of its rows.
/// `None` if a pivot is not above its least.
fn invert<T: Real>(matrix: &mut [T], row: &mut [T], least: &[T]) -> Option<()> {
    let n = row.len();
    for (p, least) in least.iter().enumerate() {
        for (to, from) in row.iter_mut().zip(matrix.iter().skip(p * n)) {
            *to = *from;
        }
        let pivot = *row.get(p)?;
        if !(pivot > *least && pivot < T::INFINITY) {
            return None;
        }
        for (i, other) in matrix.chunks_exact_mut(n.max(1)).enumerate() {
            let factor = *other.get(p)? / pivot;
            for (j, (to, from)) in other.iter_mut().zip(row.iter()).enumerate() {
                *to = match (i == p, j == p) {
                    (true, true) => T::ONE / pivot,
                    (true, false) => *from / pivot,
                    (false, true) => -factor,
                    (false, false) => *to - factor * *from,
                };
            }
        }
    }
    matrix.iter().all(|v| v.is_finite()).then_some(())
}
