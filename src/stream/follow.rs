//! What an [`OnlineEm`] does between a sample and its M-step: the step, and whether factors can be updated.

use super::OnlineEm;
use super::blend::Blend;
use crate::covariance::{Covariance, Shape};
use crate::fit::{Outcome, Regularizer, Update, is_dead};
use crate::real::Real;

impl<T: Real, const D: usize, const K: usize, C: Covariance, R> OnlineEm<T, D, K, C, R>
where
    R: Regularizer<T, D, K, C>,
{
    /// The next step, for a sample of weight `weight`; `None` if it changes nothing.
    #[inline(always)]
    pub(super) fn blend(&self, weight: T) -> Option<Blend<T>> {
        let step = self.step.at(self.t.saturating_add(1));
        Blend::new(if weight == T::ONE { step } else { step.compound(weight) }, self.inertia)
    }

    /// Whether the M-step after the next sample can update the factors of the last M-step.
    #[inline(always)]
    pub(super) fn may_follow(&self) -> bool {
        R::IS_PLAIN
            && C::Shape::has_rank_one::<D>()
            && !C::COUPLED
            && !(K > 1 && C::SHARED)
            && self.fresh > 0
            && self.pending == 0
            && self.is_due()
    }

    /// Whether a step towards a sample of weight `weight` lets no live component starve and leaves its factor valid.
    /// Where it does not, the factors must not be updated: if the M-step then could not follow, the old ones would be
    /// lost.
    #[inline(always)]
    pub(super) fn is_steady(&self, blend: &Blend<T>, weight: T) -> bool {
        // The share that a component keeps of itself is a difference from 1, and must be good to three digits. Inertia
        // ensures this, or else the component's own mass.
        let known = T::narrow(1024.0) * T::EPSILON;
        let light = if blend.inertia > known * weight { T::ONE / T::LARGEST_SQUARE } else { known };
        let least = (self.m_step.least_share * self.stats.total_weight()).larger(light) * (T::ONE + T::ONE);
        let factors = self.gmm.factors.as_ref();
        let is_steady = self.stats.moments.iter().enumerate().all(|(k, moments)| {
            let (mass, slot) = (moments.mass(), C::slot(k));
            let part = self.stats.scatters.as_ref().get(slot).zip(factors.get(slot));
            let is_sound = |(scatter, factor): (&_, &_)| {
                (0..D).all(|j| C::Shape::feature_scatter::<T, D>(scatter, j) < T::LARGEST_SQUARE * mass)
                    && C::Shape::has_room::<T, D>(factor)
            };
            is_dead(&self.stats, &self.gmm, k) || mass > least && part.is_some_and(is_sound)
        });
        blend.step <= T::HALF && is_steady
    }

    /// Whether the next step ends with an M-step.
    #[inline(always)]
    pub(super) fn is_due(&self) -> bool {
        self.interval.is_some_and(|n| self.pending >= n.get() - 1) && self.t >= self.warm_up
    }

    /// Ends a step, after the statistics took it: makes the M-step if it is due. With `follow`, the factors are updated
    /// already.
    #[inline(always)]
    pub(super) fn advance(&mut self, follow: bool) {
        let due = self.is_due();
        self.t = self.t.saturating_add(1);
        self.pending = self.pending.saturating_add(1);
        if !due {
            return;
        }
        let spread = self.next_spread();
        if follow && self.m_step.follow(&spread, &self.stats, &mut self.gmm) {
            self.spread = spread;
            self.pending = 0;
            self.fresh -= 1;
            return;
        }
        self.fresh = 0;
        let refused = Update { outcomes: [Outcome::Kept; K] };
        self.update = Some(self.maximize().unwrap_or(refused));
        // An M-step that is refused was due all the same.
        self.pending = 0;
    }

    /// The variances that floors refer to, moved towards those of the data for the steps since the last M-step.
    #[inline(always)]
    pub(super) fn next_spread(&self) -> [T; D] {
        let share = self.step.at(self.t) * T::from_count(u64::from(self.pending));
        let share = share.smaller(T::ONE) * T::narrow(1.0 / 8.0);
        let mut spread = self.spread;
        for (spread, now) in spread.iter_mut().zip(&self.stats.feature_variances()) {
            let most = share * *spread;
            if *spread == T::ZERO {
                *spread = *now; // a run that was filled without a start
            } else if *now > T::EPSILON * *spread {
                *spread += (share * (*now - *spread)).smaller(most).larger(-most);
            }
        }
        spread
    }

    /// Whether the factors are those of the statistics, except for dead components, so that they can be updated.
    pub(super) fn is_followed(&self, update: &Update<K>) -> bool {
        let mut outcomes = update.outcomes;
        for k in 0..K {
            if is_dead(&self.stats, &self.gmm, k) {
                outcomes[k] = Outcome::Updated;
            }
        }
        Update { outcomes }.is_healthy() && self.m_step.ridge == T::ZERO && self.frozen.is_none()
    }
}
