//! EM on a stream: one sample at a time, in fixed memory, for ever.

use crate::covariance::{Covariance, Full};
use crate::m_step::Outcome;
use crate::moments::Blend;
use crate::observation::{check_range, checked_weight};
use crate::statistics::Block;
use crate::{Error, Gmm, MStep, Observation, Posterior, Real, StepSize, SufficientStats, Update};

/// Stepwise EM (Cappé & Moulines 2009, doi:10.1111/j.1467-9868.2009.00698.x).
#[derive(Clone, Debug, PartialEq)]
pub struct OnlineEm<T: Real, const D: usize, const K: usize, C: Covariance = Full> {
    pub(crate) gmm: Gmm<T, D, K, C>,
    pub(crate) stats: SufficientStats<T, D, K, C>,
    /// Lowest relative floors: ε times the variances that the model began with.
    pub(crate) least: [T; D],
    pub(crate) m_step: MStep<T, K>,
    pub(crate) step: StepSize<T>,
    /// Steps taken.
    pub(crate) t: u64,
    pub(crate) warm_up: u64,
    pub(crate) interval: u32,
    /// Steps since the last M-step.
    pub(crate) pending: u32,
    pub(crate) inertia: u32,
    pub(crate) update: Option<Update<K>>,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> OnlineEm<T, D, K, C> {
    /// A run that starts from `gmm`, its statistics those of one sample that follows the model exactly.
    ///
    /// The default [`MStep`] after every step, no warm-up, an inertia of 10 samples.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if the square of a mean overflows a sum.
    pub fn new(gmm: Gmm<T, D, K, C>, step: StepSize<T>) -> Result<Self, Error> {
        let stats = SufficientStats::from_model(&gmm, T::ONE)?;
        let mut online = Self { gmm, stats, step, ..Self::unfitted() };
        online.least = online.start_floors();
        Ok(online)
    }

    /// Memory for a run (in a `static`, say), to be filled in place by [`restart`](Self::restart). It has the
    /// [unfitted](Gmm::unfitted) model, no statistics and steps of 0.
    #[must_use]
    pub const fn unfitted() -> Self {
        Self {
            gmm: Gmm::unfitted(),
            stats: SufficientStats::new(),
            least: [T::ZERO; D],
            m_step: MStep::DEFAULT,
            step: StepSize::ZERO,
            t: 0,
            warm_up: 0,
            interval: 1,
            pending: 0,
            inertia: 10,
            update: None,
        }
    }

    /// Starts again from `gmm`, at t = 0; the settings stay.
    ///
    /// # Errors
    /// As [`new`](Self::new); the run is then as before.
    pub fn restart(&mut self, gmm: &Gmm<T, D, K, C>) -> Result<(), Error> {
        self.stats = SufficientStats::from_model(gmm, T::ONE)?;
        self.gmm.copy_from(gmm);
        self.least = self.start_floors();
        (self.t, self.pending, self.update) = (0, 0, None);
        Ok(())
    }

    fn start_floors(&self) -> [T; D] {
        self.stats.feature_variances().map(|variance| T::EPSILON * variance)
    }

    /// How parameters are estimated, what is floored and what is frozen.
    #[must_use]
    pub fn with_m_step(mut self, m_step: MStep<T, K>) -> Self {
        self.m_step = m_step;
        self
    }

    /// An M-step after every `n` steps; 0 for none but those [called for](Self::maximize).
    #[must_use]
    pub const fn with_interval(mut self, n: u32) -> Self {
        self.interval = n;
        self
    }

    /// No M-step during the first `n` steps.
    #[must_use]
    pub const fn with_warm_up(mut self, n: u64) -> Self {
        self.warm_up = n;
        self
    }

    /// Mean and covariance of a component are worth at least `n` samples; 0 is stepwise EM as published.
    #[must_use]
    pub const fn with_inertia(mut self, n: u32) -> Self {
        self.inertia = n;
        self
    }

    /// Other steps from now on; t goes on.
    pub fn set_step(&mut self, step: StepSize<T>) {
        self.step = step;
    }

    /// Takes one step towards `sample`. Returns what the model said of it before: an alarm can be raised on that.
    ///
    /// # Errors
    /// As [`SufficientStats::observe`], and [`Error::InvalidParameter`] for a setting of the [`MStep`]. The run is then
    /// as before.
    #[inline]
    pub fn observe(&mut self, sample: impl Observation<T, D>) -> Result<Posterior<T, K>, Error> {
        self.m_step.validate()?;
        let weight = checked_weight(&sample)?;
        let x = sample.features();
        let posterior = self.gmm.posterior(x)?;
        check_range(x, T::ONE)?;
        if !(posterior.log_density.abs() < T::LARGEST_SQUARE) {
            return Err(Error::OutOfRange { sample: 0 });
        }
        if let Some(blend) = self.blend(weight) {
            self.stats.approach_sample(&blend, x, weight, &posterior);
            self.advance();
        }
        Ok(posterior)
    }

    /// Takes one step towards a batch of samples, whatever their number.
    ///
    /// # Errors
    /// As [`observe`](Self::observe), with the sample's index. The run is then as before.
    pub fn observe_batch<I>(&mut self, data: I) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        self.m_step.validate()?;
        let mut seen = SufficientStats::new();
        seen.observe_blocks(&mut Block::new(), &self.gmm, data)?;
        if seen.count == 0 {
            return Ok(());
        }
        if let Some(blend) = self.blend(seen.weight() / T::from_count(seen.count)) {
            self.stats.approach(&blend, &seen);
            self.advance();
        }
        Ok(())
    }

    /// The next step, for a weight of `weight`; `None` if it changes nothing.
    #[inline(always)]
    fn blend(&self, weight: T) -> Option<Blend<T>> {
        let step = self.step.at(self.t.saturating_add(1));
        Blend::new(if weight == T::ONE { step } else { step.compound(weight) }, self.inertia)
    }

    /// What follows a step.
    #[inline(always)]
    fn advance(&mut self) {
        self.t = self.t.saturating_add(1);
        self.pending = self.pending.saturating_add(1);
        if self.interval > 0 && self.pending >= self.interval && self.t > self.warm_up {
            let failed = Update { outcomes: [Outcome::Kept; K] };
            self.update = Some(self.maximize().unwrap_or(failed));
        }
    }

    /// An M-step now.
    ///
    /// # Errors
    /// As [`MStep::maximize`]; the model is then as before.
    pub fn maximize(&mut self) -> Result<Update<K>, Error> {
        self.pending = 0;
        self.m_step.maximize_above(&self.least, &self.stats, &mut self.gmm)
    }

    /// The model as it stands.
    #[must_use]
    pub fn model(&self) -> &Gmm<T, D, K, C> {
        &self.gmm
    }

    /// The statistics as they stand.
    #[must_use]
    pub fn statistics(&self) -> &SufficientStats<T, D, K, C> {
        &self.stats
    }

    /// t, the number of steps taken.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.t
    }

    /// What the last M-step did; all [`Kept`](Outcome::Kept) if it was refused and the model stayed.
    #[must_use]
    pub fn last_update(&self) -> Option<Update<K>> {
        self.update
    }

    /// The model, without the rest.
    #[must_use]
    pub fn into_model(self) -> Gmm<T, D, K, C> {
        self.gmm
    }
}
