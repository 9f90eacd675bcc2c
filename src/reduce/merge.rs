//! Merge: two components become one.

use super::operations::{check_component, factor_of};
use crate::covariance::{Covariance, FactorOf, Shape};
use crate::error::{Error, require};
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;

/// Merges component `from` into component `into`, which gets the weight, mean and covariance of the pair. The slot
/// `from` is dead afterwards. The statistics merge exactly.
///
/// A diagonal structure keeps only the diagonal of the pair's covariance, a spherical structure only the mean of the
/// diagonal. A tied covariance grows by the variance between the two means, in proportion to their weight, so that the
/// covariance of the whole mixture stays the same.
///
/// ```
/// use gaussmix::{Gmm, SufficientStats, reduce};
///
/// let mut gmm: Gmm<f64, 1, 2> = Gmm::new([0.5, 0.5], [[-1.0], [1.0]], [[[3.0]].into(); 2])?;
/// let mut stats = SufficientStats::from_model(&gmm, 100.0)?;
/// reduce::merge(&mut stats, &mut gmm, 0, 1)?;
/// assert_eq!(gmm.weights(), &[1.0, 0.0]);
/// assert_eq!(gmm.means()[0], [0.0]);
/// assert!((gmm.covariances()[0][0] - 4.0).abs() < 1e-14);
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidParameter`] if `into` or `from` is not a live component, or both are the same;
/// [`Error::NonFiniteMean`] or [`Error::NotPositiveDefinite`] if the merged mean or covariance leaves the range of `T`.
/// Model and statistics are then as before.
pub fn merge<T: Real, const D: usize, const K: usize, C: Covariance>(
    stats: &mut SufficientStats<T, D, K, C>,
    gmm: &mut Gmm<T, D, K, C>,
    into: usize,
    from: usize,
) -> Result<(), Error> {
    check_component::<K>(into, "into")?;
    check_component::<K>(from, "from")?;
    require(gmm.weights[into] > T::ZERO, "into", "a live component")?;
    require(gmm.weights[from] > T::ZERO && from != into, "from", "another live component")?;
    let pair = Pair::of(gmm, into, from);
    let (mean, factor) = pair.merged(gmm)?;

    let mut weights = gmm.weights;
    (weights[into], weights[from]) = (pair.weight, T::ZERO);
    if !gmm.set_factors([into], &weights, &factor) {
        return Err(Error::NotPositiveDefinite { component: into });
    }
    gmm.means[into] = mean;
    gmm.weights = weights;
    gmm.refresh_offsets();

    stats.merge_component(into, from);
    Ok(())
}

/// Two components of a model, and the numbers that a merger of them needs.
pub(super) struct Pair<T, const D: usize> {
    into: usize,
    from: usize,
    /// The mixing weights of `into` and `from`.
    weights: [T; 2],
    /// The sum of both weights.
    pub(super) weight: T,
    /// That of all Gaussians.
    whole: T,
    /// The share of `from` in this sum.
    share: T,
    /// μ_from − μ_into
    d: [T; D],
}

impl<T: Real, const D: usize> Pair<T, D> {
    #[inline(always)] // so that the compiler sees that both are below K
    pub(super) fn of<const K: usize, C: Covariance>(gmm: &Gmm<T, D, K, C>, into: usize, from: usize) -> Self {
        let weights = [gmm.weights[into], gmm.weights[from]];
        let weight = weights[0] + weights[1];
        let mut d = gmm.means[from];
        for j in 0..D {
            d[j] -= gmm.means[into][j];
        }
        Self { into, from, weights, weight, whole: gmm.gaussian_share(), share: weights[1] / weight, d }
    }

    /// The mean of the pair, and the [factor](Self::factor) of its covariance.
    #[inline(always)]
    pub(super) fn merged<const K: usize, C: Covariance>(
        &self,
        gmm: &Gmm<T, D, K, C>,
    ) -> Result<([T; D], FactorOf<T, D, C>), Error> {
        let component = self.into;
        let factor = self.factor(gmm).ok_or(Error::NotPositiveDefinite { component })?;
        let mut mean = gmm.means[component];
        for j in 0..D {
            mean[j] += self.share * self.d[j];
        }
        if !mean.iter().all(|v| v.is_finite()) {
            return Err(Error::NonFiniteMean { component });
        }
        Ok((mean, factor))
    }

    /// The factor of the merged covariance, (1 − s) Σ_into + s Σ_from + s (1 − s) d dᵀ. A tied structure gets the
    /// factor of Σ + (π_into + π_from) s (1 − s) d dᵀ, where Σ is the common matrix.
    #[inline(always)]
    fn factor<const K: usize, C: Covariance>(&self, gmm: &Gmm<T, D, K, C>) -> Option<FactorOf<T, D, C>> {
        let between = self.share * (T::ONE - self.share);
        let between = if C::SHARED { self.weight / self.whole * between } else { between };
        factor_of::<T, D, C>(gmm.blend(self.into, self.from, self.share, between, &self.d))
    }

    /// The likelihood that the merger loses: ½ [(π_i + π_j) ln |Σ_ij| − π_i ln |Σ_i| − π_j ln |Σ_j|], or
    /// ½ [ln |Σ′| − ln |Σ|] if tied. `None` if the merged covariance is not positive definite.
    #[inline(always)]
    fn loss<const K: usize, C: Covariance>(&self, gmm: &Gmm<T, D, K, C>) -> Option<T> {
        let factors = gmm.factors.as_ref();
        let merged = C::Shape::half_log_determinant::<T, D>(&self.factor(gmm)?);
        // With `get`, since the compiler does not see everywhere that the index is below K.
        let gain = |k: usize| {
            let own = factors.get(C::slot(k))?;
            Some(merged - C::Shape::half_log_determinant::<T, D>(own))
        };
        let loss = if C::SHARED {
            self.whole * gain(self.into)?
        } else {
            self.weights[0] * gain(self.into)? + self.weights[1] * gain(self.from)?
        };
        // Only rounding can make the loss negative: equal components lose nothing.
        Some(loss.larger(T::ZERO))
    }
}

/// The two live components whose merger loses the least likelihood.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Closest<T> {
    /// The lower index.
    pub first: usize,
    /// The higher index.
    pub second: usize,
    /// The likelihood lost, in nats per sample of the whole mixture; at least 0.
    pub loss: T,
}

/// Finds the two live components whose merger loses the least likelihood. `None` if fewer than two components are live,
/// or no merged covariance is positive definite.
///
/// The loss is computed from the moments alone: the bound ½ [(π_i + π_j) ln |Σ_ij| − π_i ln |Σ_i| − π_j ln |Σ_j|] on
/// the Kullback–Leibler divergence of the mixture from the merged mixture (Runnalls 2007,
/// doi:10.1109/TAES.2007.4383588). A tied covariance grows for all components, which costs ½ [ln |Σ′| − ln |Σ|].
///
/// This takes K(K − 1)/2 factorisations.
#[must_use]
pub fn closest<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &Gmm<T, D, K, C>,
) -> Option<Closest<T>> {
    let mut best: Option<Closest<T>> = None;
    // Plain loops: with iterator adaptors the compiler does not see that the indices are below K.
    for first in 0..K {
        for second in first + 1..K {
            if gmm.weights[first] > T::ZERO
                && gmm.weights[second] > T::ZERO
                && let Some(loss) = Pair::of(gmm, first, second).loss(gmm)
                && best.is_none_or(|b| loss < b.loss)
            {
                best = Some(Closest { first, second, loss });
            }
        }
    }
    best
}
