//! What a sample does to an [`OnlineEm`].

use super::online::{OnlineEm, REFRESH};
use crate::covariance::{Covariance, Shape};
use crate::error::{Error, require};
use crate::fit::{Base, Regularizer, Terms, Update};
use crate::model::{Posterior, checked_gain};
use crate::observation::{Observation, check_range, checked_weight, mask};
use crate::real::Real;
use crate::statistics::SufficientStats;
use crate::wide::Block;

impl<T: Real, const D: usize, const K: usize, C: Covariance, R> OnlineEm<T, D, K, C, R>
where
    R: Regularizer<T, D, K, C>,
{
    /// Takes one step towards `sample`. Returns its posterior under the model before the step, from which an alarm can
    /// be raised.
    ///
    /// # Errors
    /// As [`SufficientStats::observe`]. The run is then as before.
    #[doc(alias("partial_fit", "learn_one"))]
    #[inline]
    pub fn observe(&mut self, sample: impl Observation<T, D>) -> Result<Posterior<T, K>, Error> {
        let weight = checked_weight(&sample)?;
        let x = sample.features();
        if let Some(observed) = mask(&sample) {
            return self.observe_partial(x, &observed, weight);
        }
        let posterior = self.score(x, &mut { T::INFINITY })?;
        self.take(x, weight, &posterior);
        Ok(posterior)
    }

    /// [`observe`](Self::observe) of a sample with missing features: a batch of one.
    #[inline(never)]
    pub(crate) fn observe_partial(
        &mut self,
        x: &[T; D],
        observed: &[bool; D],
        weight: T,
    ) -> Result<Posterior<T, K>, Error> {
        let mut seen = SufficientStats::new();
        // As of a complete sample, its weight says how far to step, and sums need no room for it.
        let unit = if weight > T::ZERO { T::ONE } else { T::ZERO };
        let posterior = seen.observe_partial(&self.gmm, x, observed, unit)?;
        self.take_batch(&seen, weight);
        Ok(posterior)
    }

    /// The posterior of a sample. Lowers `nearest` to the squared distance to the nearest live component. Refuses a
    /// sample that cannot be [taken](Self::take).
    #[inline(always)]
    pub(crate) fn score(&self, x: &[T; D], nearest: &mut T) -> Result<Posterior<T, K>, Error> {
        let posterior = self.gmm.posterior_and_nearest(x, nearest)?;
        check_range(x, T::ONE)?;
        checked_gain(T::ONE, posterior.log_density)?;
        Ok(posterior)
    }

    /// Takes one step towards a sample that was scored.
    #[inline]
    pub(crate) fn take(&mut self, x: &[T; D], weight: T, posterior: &Posterior<T, K>) {
        if let Some(blend) = self.blend(weight) {
            let follow = self.may_follow() && self.is_steady(&blend, weight);
            let noise = self.gmm.noise_share(posterior.log_density);
            let factors = self.gmm.factors.as_mut();
            self.stats.approach_sample(&blend, x, weight, posterior, noise, |k, gain, d| {
                if follow {
                    let kept = T::ONE - gain;
                    C::Shape::rank_one(&mut factors[C::slot(k)], kept, gain * kept, d);
                }
            });
            self.advance(follow);
        }
    }

    /// Takes one step towards a batch of any number of samples. A batch without weight is ignored.
    ///
    /// # Errors
    /// As [`observe`](Self::observe), with the sample's index. The run is then as before.
    #[doc(alias("partial_fit", "learn_many", "MiniBatch"))]
    pub fn observe_batch<I>(&mut self, data: I) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        let mut seen = SufficientStats::new();
        seen.observe_blocks(&mut Block::new(), &self.gmm, data)?;
        self.take_batch(&seen, seen.total_weight() / T::from_count(seen.count.max(1)));
        Ok(())
    }

    /// Takes one step towards statistics of samples that were seen, of this mean weight.
    #[inline(always)]
    fn take_batch(&mut self, seen: &SufficientStats<T, D, K, C>, weight: T) {
        if seen.count > 0
            && let Some(blend) = self.blend(weight)
        {
            self.stats.approach(&blend, seen);
            self.advance(false);
        }
    }

    /// Makes an M-step now, whether it is due or not.
    ///
    /// # Errors
    /// As [`MStep::maximize`](crate::MStep::maximize). [`Error::InvalidParameter`] under a [prior](crate::fit::Prior) if
    /// steps are 0, and so do not say how many samples the statistics stand for. The run is then as before.
    pub fn maximize(&mut self) -> Result<Update<K>, Error> {
        let spread = self.next_spread();
        let unit = if R::HAS_PRIOR { self.step.at(self.t.max(1)) } else { T::ONE };
        require(unit > T::ZERO, "step", "above 0 for an M-step under a prior")?;
        let base = Base::Variances(&spread);
        let terms = Terms { base: &base, frozen: &self.frozen, unit };
        let update = self.m_step.maximize_on(&terms, &self.stats, &mut self.gmm)?;
        self.spread = spread;
        self.pending = 0;
        self.fresh = if self.is_followed(&update) { REFRESH } else { 0 };
        Ok(update)
    }
}
