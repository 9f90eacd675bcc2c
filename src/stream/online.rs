//! EM on a stream: one sample at a time, in fixed memory, for ever.

use super::StepSize;
use crate::covariance::{Covariance, Full, Shape};
use crate::error::Error;
use crate::fit::{Frozen, MStep, Update};
use crate::model::{Gmm, Posterior, checked_gain};
use crate::observation::{Observation, check_range, checked_weight};
use crate::real::Real;
use crate::statistics::{Block, SufficientStats};

/// Steps between two M-steps that factorise anew, where those between only update the factors: the rounding of so many
/// updates is a few ε, and the cost of one factorisation in so many does not count.
pub(crate) const REFRESH: u32 = 64;

/// EM on a stream, one sample at a time (Cappé & Moulines 2009, doi:10.1111/j.1467-9868.2009.00698.x).
///
/// # How it works
/// Batch EM alternates a pass over all data with an M-step. All that the M-step reads are the mean statistics of the
/// samples, so a stream needs no second pass: let the statistics take a step towards those of each sample as it comes,
///
/// S ← (1 − g_t) S + g_t s(x_t), with s(x) the sample's responsibilities, and x and its square weighted by them,
///
/// and maximise again. Each step is noisy. Its mean is a step of batch EM, and where the data no longer change, steps
/// that shrink slowly enough (Σ g_t = ∞, Σ g_t² < ∞) lead to a stationary point of the likelihood of what the stream
/// comes from. The [`StepSize`] decides:
///
/// * **constant** g: the last 1/g samples count. The model follows a stream that changes, and its noise never ends: with
///   p free parameters it costs about p g/4 of mean log-density, and a drift of v σ a sample lags v/g σ behind. The
///   [default](StepSize::default) of 0.005 forgets fast; for three components in the plane that move by 5 σ in 50,000
///   samples 0.002 does best (0.009 lost, the default loses 0.021).
/// * **decaying** (t + t₀)^−α: the model settles. Take α from 0.6 to 0.7: an α near 1 forgets the start, and what the poor
///   first models made of the first samples, only after ages. Much noise stays with a small α; an
///   [`Average`](crate::stream::Average) of the statistics removes it. With α = 0.7 and t₀ = 100, one pass over 4000 samples of a smart watch (six features, four
///   full covariances) ends 0.2 below the batch fit, ten passes 0.01.
///
/// Statistics are held centred, and of mass 1: masses are shares, sums cannot grow, and
/// [`log_likelihood`](SufficientStats::log_likelihood) is the running mean of ln p(x), which falls when the stream
/// leaves the model. The start counts as one sample, which the first steps replace.
///
/// ```
/// use gaussmix::stream::StepSize;
/// use gaussmix::{Gmm, OnlineEm};
///
/// // A sensor whose zero drifts: readings of 0 and 10, and both rise by 20 in the course of 10,000 samples.
/// let start: Gmm<f32, 1, 2> = Gmm::new([0.5, 0.5], [[0.0], [10.0]], [[[1.0]].into(); 2])?;
/// let mut online = OnlineEm::new(start, StepSize::constant(0.01)?)?.with_interval(5);
/// for i in 0..10_000u16 {
///     let (drift, noise) = (f32::from(i) / 500.0, f32::from(i % 101 * 37 % 101) / 25.0 - 2.0);
///     let x = [drift + noise + if i % 2 == 0 { 0.0 } else { 10.0 }];
///     let posterior = online.observe(x)?;
///     assert!(posterior.log_density > -10.0, "an alarm: {x:?}");
/// }
/// let means = online.model().means();
/// assert!((means[0][0] - 20.0).abs() < 1.0 && (means[1][0] - 30.0).abs() < 1.0);
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// # Weights and batches
/// The step of a sample of weight w is 1 − (1 − g)^w: what w samples there would do with no M-step between. A sample of
/// weight 0 is as if it were absent. [`observe_batch`](Self::observe_batch) takes one step towards the mean of a batch,
/// whatever its length (its mean weight in the place of w): less noise, fewer M-steps. t counts steps, not samples; it is
/// a `u64`, so at a million steps a second it lasts 600,000 years, and then it stays.
///
/// # What keeps it alive
/// A run over months meets what no batch holds. Beyond the published recursion:
///
/// * **Inertia.** A component that has seen little for long has next to no mass, and stepwise EM lets the next sample
///   that is its own replace its mean and covariance altogether: a spike, from which it may never recover. Here a sample
///   replaces at most 1/(n + 1) of them, n = 10 by [default](Self::with_inertia); masses follow the recursion. On the
///   smart watch's data it is what makes the difference between 0.4 below batch and 0.01. (A covariance that components
///   share needs none.) 0 is the recursion as published; components of at least (n + 1) g of the mass never
///   notice.
/// * **Sleep.** A mass is not reduced to less than 10⁻²⁹ (`f32`) or 10⁻²⁹⁹ (`f64`): mean and covariance wait there for
///   their samples to come back.
/// * **Floors.** A sensor that is stuck shows no variance, and a floor relative to that would let covariances shrink until
///   nothing else is accepted. The relative floor of the [`MStep`] is here at least ε (the machine epsilon) times the
///   variances that the run started with, so that a constant stretch is survived, and is no error. A floor of the
///   sensor's own resolution ([`MStep::with_absolute_floor`]) is better still.
/// * An **M-step that is refused** leaves the model, and is no error of the sample, which has been taken in: only a
///   run without a start or without relative floors meets it. [`last_update`](Self::last_update) tells.
///
/// It finds local maxima, as EM does. After a jump, components may come to share a cluster while another has none.
///
/// # Cost
/// All loops are of fixed length, so a sample never takes longer than another by more than an M-step. The E-step and the
/// statistics are about K(D²/2 + 3D) and K(D² + 4D) multiply-adds (full), K exponentials and a logarithm; the M-step is
/// K(D³/6 + D²), K(D + 1) logarithms and KD square roots. With full covariances of six or more features the M-step after
/// every sample updates the factors in 2KD² instead, and makes them anew at every 65th, so that rounding stays within
/// some ε.
///
/// Most of that is the M-step: on a desktop processor a sample takes 3.8 times as long with it as without at D = 3, K = 4
/// (`f32`, full), with one in ten 1.3 times; 5.1 and 1.8 times at D = K = 8 (`cargo bench --bench online`). Within a tenth
/// of its memory, [an interval](Self::with_interval) of 0.1/g, a model hardly changes: that is the one to take where time
/// counts.
///
/// Memory: the model, its statistics, D numbers and about 100 bytes. On the stack besides: one posterior and the scratch
/// of an M-step (two matrices); [`observe_batch`](Self::observe_batch) two statistics.
#[derive(Clone, Debug, PartialEq)]
pub struct OnlineEm<T: Real, const D: usize, const K: usize, C: Covariance = Full> {
    pub(crate) gmm: Gmm<T, D, K, C>,
    pub(crate) stats: SufficientStats<T, D, K, C>,
    /// Lowest relative floors: ε times the variances that the model began with.
    pub(crate) least: [T; D],
    pub(crate) m_step: MStep<T>,
    pub(crate) frozen: Frozen<K>,
    pub(crate) step: StepSize<T>,
    /// Steps taken.
    pub(crate) t: u64,
    pub(crate) warm_up: u64,
    pub(crate) interval: u32,
    /// Steps since the last M-step.
    pub(crate) pending: u32,
    pub(crate) inertia: u32,
    /// How many more steps may update factors; 0 where they do not belong to the statistics.
    pub(crate) fresh: u32,
    pub(crate) update: Option<Update<K>>,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> OnlineEm<T, D, K, C> {
    /// A run that starts from `gmm`, its statistics those of one sample that follows the model exactly.
    ///
    /// By default the default [`MStep`] follows every step, there is no warm-up, and an inertia of 10 samples.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if the square of a mean, or a variance, could overflow a sum.
    pub fn new(gmm: Gmm<T, D, K, C>, step: StepSize<T>) -> Result<Self, Error> {
        let stats = Self::start_statistics(&gmm)?;
        let mut online = Self { gmm, stats, step, ..Self::unfitted() };
        online.least = online.start_floors();
        Ok(online)
    }

    /// Memory for a run (in a `static`, say), to be filled in place by [`reset`](Self::reset). It has the
    /// [unfitted](Gmm::unfitted) model, no statistics and steps of 0.
    ///
    /// ```
    /// use gaussmix::stream::StepSize;
    /// use gaussmix::{Gmm, OnlineEm};
    /// use std::sync::Mutex;
    ///
    /// static RUN: Mutex<OnlineEm<f32, 1, 2>> = Mutex::new(OnlineEm::unfitted().with_interval(10));
    ///
    /// let start = Gmm::new([0.5, 0.5], [[0.0], [10.0]], [[[1.0]].into(); 2])?;
    /// let mut run = RUN.lock().unwrap();
    /// run.reset(&start)?;
    /// run.set_step(StepSize::default());
    /// run.observe([9.5])?;
    /// assert_eq!(run.steps(), 1);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    #[must_use]
    pub const fn unfitted() -> Self {
        Self {
            gmm: Gmm::unfitted(),
            stats: SufficientStats::new(),
            least: [T::ZERO; D],
            m_step: MStep::DEFAULT,
            frozen: Frozen::NONE,
            step: StepSize::ZERO,
            t: 0,
            warm_up: 0,
            interval: 1,
            pending: 0,
            inertia: 10,
            fresh: 0,
            update: None,
        }
    }

    /// Begins again from `gmm`, at t = 0; the settings stay.
    ///
    /// # Errors
    /// As [`new`](Self::new); the run is then as before.
    pub fn reset(&mut self, gmm: &Gmm<T, D, K, C>) -> Result<(), Error> {
        self.stats = Self::start_statistics(gmm)?;
        self.gmm.copy_from(gmm);
        self.least = self.start_floors();
        (self.t, self.pending, self.fresh, self.update) = (0, 0, 0, None);
        Ok(())
    }

    /// Those of one sample that follows the model. A component of next to no weight sleeps.
    fn start_statistics(gmm: &Gmm<T, D, K, C>) -> Result<SufficientStats<T, D, K, C>, Error> {
        SufficientStats::from_model_above(gmm, T::ONE, T::ONE / T::LARGEST_SQUARE)
    }

    fn start_floors(&self) -> [T; D] {
        self.stats.feature_variances().map(|variance| T::EPSILON * variance)
    }

    /// How parameters are estimated, and what is floored.
    #[must_use]
    pub fn with_m_step(mut self, m_step: MStep<T>) -> Self {
        self.m_step = m_step;
        self.fresh = 0;
        self
    }

    /// What stays as it is.
    #[must_use]
    pub fn with_frozen(mut self, frozen: Frozen<K>) -> Self {
        self.frozen = frozen;
        self.fresh = 0;
        self
    }

    /// An M-step after every `n` steps, 1 by default; 0 for none but those [called for](Self::maximize).
    #[must_use]
    pub const fn with_interval(mut self, n: u32) -> Self {
        self.interval = n;
        self
    }

    /// No M-step during the first `n` steps, none by default: a start of equal components needs some samples to tell them
    /// apart.
    #[must_use]
    pub const fn with_warm_up(mut self, n: u64) -> Self {
        self.warm_up = n;
        self
    }

    /// Mean and covariance of a component are worth at least `n` samples against the next, 10 by default: a sample
    /// of weight w replaces at most w/(n + w) of them. 0 is stepwise EM as published.
    #[must_use]
    pub const fn with_inertia(mut self, n: u32) -> Self {
        self.inertia = n;
        self
    }

    /// Other steps from now on; t goes on. [`StepSize::ZERO`] freezes the run: no bit of it changes.
    pub fn set_step(&mut self, step: StepSize<T>) {
        self.step = step;
    }

    /// Takes one step towards `sample`. Returns what the model said of it before: an alarm can be raised on that.
    ///
    /// # Errors
    /// As [`SufficientStats::observe`]. The run is then as before.
    #[inline]
    pub fn observe(&mut self, sample: impl Observation<T, D>) -> Result<Posterior<T, K>, Error> {
        let weight = checked_weight(&sample)?;
        let x = sample.features();
        let posterior = self.score(x, &mut { T::INFINITY })?;
        self.take(x, weight, &posterior);
        Ok(posterior)
    }

    /// What the model says of a sample; lowers `nearest` to the squared distance to the nearest live component. Refuses
    /// what cannot be [taken](Self::take).
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
            let factors = self.gmm.factors.as_mut();
            self.stats.approach_sample(&blend, x, weight, posterior, |k, gain, d| {
                if follow {
                    let kept = T::ONE - gain;
                    C::Shape::rank_one(&mut factors[C::slot(k)], kept, gain * kept, d);
                }
            });
            self.advance(follow);
        }
    }

    /// Takes one step towards a batch of samples, whatever their number; none towards a batch without weight.
    ///
    /// # Errors
    /// As [`observe`](Self::observe), with the sample's index. The run is then as before.
    pub fn observe_batch<I>(&mut self, data: I) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        let mut seen = SufficientStats::new();
        seen.observe_blocks(&mut Block::new(), &self.gmm, data)?;
        if seen.count == 0 {
            return Ok(());
        }
        if let Some(blend) = self.blend(seen.total_weight() / T::from_count(seen.count)) {
            self.stats.approach(&blend, &seen);
            self.advance(false);
        }
        Ok(())
    }

    /// An M-step now, due or not.
    ///
    /// # Errors
    /// As [`MStep::maximize`]; the run is then as before.
    pub fn maximize(&mut self) -> Result<Update<K>, Error> {
        let update =
            self.m_step.maximize_above(Some(&self.least), &self.frozen, &self.stats, &mut self.gmm)?;
        self.pending = 0;
        self.fresh = if self.is_followed(&update) { REFRESH } else { 0 };
        Ok(update)
    }

    /// Changes statistics and model together, as the operations of [`lifecycle`](crate::lifecycle) do: `edit` is handed
    /// both, and the run goes on from what it leaves.
    ///
    /// ```
    /// use gaussmix::stream::StepSize;
    /// use gaussmix::{Diagonal, Gmm, OnlineEm, lifecycle};
    ///
    /// let gmm: Gmm<f32, 1, 2, Diagonal> = Gmm::new([1.0, 0.0], [[0.0]; 2], [[1.0].into(); 2])?;
    /// let mut online = OnlineEm::new(gmm, StepSize::default())?;
    /// online.edit(|stats, gmm| lifecycle::seed(stats, gmm, 1, &[9.0], 0.25))?;
    /// assert_eq!(online.model().weights(), &[0.75, 0.25]);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of `edit`.
    pub fn edit<R, E>(
        &mut self,
        edit: impl FnOnce(&mut SufficientStats<T, D, K, C>, &mut Gmm<T, D, K, C>) -> Result<R, E>,
    ) -> Result<R, E> {
        self.fresh = 0; // also where `edit` refuses after it changed something
        edit(&mut self.stats, &mut self.gmm)
    }

    /// [`edit`](Self::edit), of which `moved` says whether it changed means and covariances. Where it refuses, it must have
    /// changed nothing.
    pub(crate) fn edit_factors<R, E>(
        &mut self,
        edit: impl FnOnce(&mut SufficientStats<T, D, K, C>, &mut Gmm<T, D, K, C>) -> Result<R, E>,
        moved: impl FnOnce(&R) -> bool,
    ) -> Result<R, E> {
        let outcome = edit(&mut self.stats, &mut self.gmm)?;
        if moved(&outcome) {
            // Factors can be updated only from those that an M-step on these statistics made.
            self.fresh = 0;
        }
        Ok(outcome)
    }

    /// Whether any parameter stays as it is.
    pub(crate) fn is_frozen(&self) -> bool {
        !self.frozen.is_none()
    }

    /// Whether the last sample ended with an M-step.
    pub(crate) fn is_maximized(&self) -> bool {
        self.pending == 0
    }

    /// The model as it stands.
    #[must_use]
    pub fn model(&self) -> &Gmm<T, D, K, C> {
        &self.gmm
    }

    /// The statistics as they stand: of mass 1, their log-likelihood the running mean of ln p(x), their count that of all
    /// samples.
    #[must_use]
    pub fn statistics(&self) -> &SufficientStats<T, D, K, C> {
        &self.stats
    }

    /// t, the number of steps taken: one a sample of positive weight, one a batch.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.t
    }

    /// What the last M-step did; all [`Kept`](Outcome::Kept) if it was refused and the model stayed, `None` before the
    /// first.
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
