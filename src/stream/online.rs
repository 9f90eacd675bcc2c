//! EM on a stream: one sample at a time, in fixed memory, for ever.

use super::StepSize;
use crate::covariance::{Covariance, Full};
use crate::error::Error;
use crate::fit::{Frozen, MStep, Update};
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;
use core::num::NonZeroU32;

/// How many M-steps in a row may update the factors before one factorises anew. The rounding of so many updates is a
/// few ε, and one factorisation among so many M-steps costs next to nothing.
pub(crate) const REFRESH: u32 = 64;

/// EM on a stream, one sample at a time (Cappé & Moulines 2009, doi:10.1111/j.1467-9868.2009.00698.x).
///
/// # How it works
/// Batch EM alternates a pass over all data with an M-step. The M-step reads only the mean statistics of the samples,
/// so a stream needs no second pass. For each sample, the statistics take a step towards the statistics of that sample,
///
/// S ← (1 − g_t) S + g_t s(x_t),
///
/// and an M-step follows. Here s(x) stands for the sample's responsibilities, and for x and its square weighted by
/// them. Each step is noisy, but on average it is a step of batch EM. If the data no longer change, steps that shrink
/// slowly enough (Σ g_t = ∞, Σ g_t² < ∞) lead to a stationary point of the likelihood under the distribution of the
/// stream. The [`StepSize`] decides how the run behaves:
///
/// * **constant** g: the last 1/g samples count. The model follows a stream that changes, but its noise never ends:
///   with p free parameters it costs about p g/4 of mean log-density. If the data drift by v σ per sample, the model
///   lags v/g σ behind. The [default](StepSize::default) of 0.005 forgets fast. For three components in the plane that
///   move by 5 σ in 50,000 samples, 0.002 does best: it loses 0.009, the default 0.021.
/// * **decaying** (t + t₀)^−α: the model settles. Take α from 0.6 to 0.7. With α near 1, the start and the first, badly
///   assigned samples influence the model for a very long time. With a small α much noise stays; an
///   [`Average`](crate::stream::Average) of the statistics removes it. With α = 0.7 and t₀ = 100, one pass over 4000
///   samples of a smart watch (six features, four full covariances) ends 0.2 below the batch fit, ten passes end 0.01
///   below it.
///
/// Do not feed a *sorted* stream: constant steps, and decaying ones with α < 1, forget all but its last clusters.
/// [`StepSize`] says what to do.
///
/// The statistics are centred and have mass 1. Masses are therefore shares, sums cannot grow, and
/// [`log_likelihood`](SufficientStats::log_likelihood) is the running mean of ln p(x), which falls when the stream
/// leaves the model. The start counts as one sample, which the first steps replace.
///
/// ```
/// use gaussmix::stream::StepSize;
/// use gaussmix::{Gmm, OnlineEm};
///
/// // A sensor whose zero drifts: readings of 0 and 10 rise by 20 in 10,000 samples.
/// let start: Gmm<f32, 1, 2> = Gmm::new([0.5, 0.5], [[0.0], [10.0]], [[[1.0]].into(); 2])?;
/// let mut online = OnlineEm::new(start, StepSize::constant(0.01)?)?.with_interval(5);
/// for i in 0..10_000u16 {
///     let drift = f32::from(i) / 500.0;
///     let noise = f32::from(i % 101 * 37 % 101) / 25.0 - 2.0;
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
/// A sample of weight w takes the step 1 − (1 − g)^w, as w samples at the same place would with no M-step between them.
/// A sample of weight 0 is ignored. [`observe_batch`](Self::observe_batch) takes one step towards the mean of a batch
/// of any length, with the batch's mean weight as w: less noise, fewer M-steps. t counts steps, not samples. It is a
/// `u64`: at a million steps a second it lasts 600,000 years, and then stays at its maximum.
///
/// # Long runs
/// A run over months meets cases that no batch contains. Five rules go beyond the published recursion:
///
/// * **Inertia.** A component that has long seen few samples has next to no mass. In stepwise EM, its next sample then
///   replaces its mean and covariance altogether: the component becomes a spike, and may never recover. Here one sample
///   replaces at most 1/(n + 1) of them, n = 10 by [default](Self::with_inertia); masses follow the recursion. On the
///   smart watch's data, the run ends 0.4 below the batch fit without inertia, and 0.01 below it with inertia. A
///   covariance that components share needs no inertia. n = 0 is the recursion as published. Inertia does not affect
///   components that have at least (n + 1) g of the mass.
/// * **Sleep.** No step reduces a mass to less than 10⁻²⁹ (`f32`) or 10⁻²⁹⁹ (`f64`): the component keeps its mean and
///   covariance until its samples come back.
/// * **Floors.** One corrupt reading, a 65535 among tens, makes the variance of the data so large that a floor relative
///   to it would lift all components, and melt two clusters into one. A sensor that is stuck shows no variance, and a
///   floor relative to that would let covariances shrink until no other sample fits. So the relative floor of the
///   [`MStep`] refers to variances with an inertia of their own: they begin with those of the start, and follow those
///   of the data by at most an eighth of a step each step, up or down, as long as these are above ε (the machine
///   epsilon) times them. A floor at the sensor's own resolution ([`MStep::with_absolute_floor`]) is better still.
/// * **Noise.** A [noise slot](crate::WithNoise) takes the corrupt readings, so that no component does. It keeps at least
///   g/4 of the mass: in a long time without outliers it would fade, and the next would find none.
/// * **Refused M-steps.** A refused M-step leaves the model as it was. It is not an error of the sample, which has been
///   learnt; [`last_update`](Self::last_update) reports it. It happens only in a run without a start or without
///   relative floors.
///
/// Like EM, the run finds local maxima. After a jump of the data, several components may share one cluster while
/// another cluster has none.
///
/// # Cost
/// The times of two samples differ by at most an M-step. With full covariances the E-step takes about K(D²/2 + 3D)
/// multiply-adds, K exponentials and a logarithm; the statistics take about K(D² + 4D) multiply-adds. The
/// M-step takes K(D³/6 + D²) multiply-adds, K(D + 1) logarithms and KD square roots, if all covariances are clearly above
/// their floors. One that is not takes up to three decompositions and one computation of eigenvectors: sweeps of
/// rotations until none is left to do, 16 at most. With full covariances of six or more features, an M-step after every
/// sample updates the factors with 2KD² multiply-adds instead. Every 65th M-step factorises anew, so that rounding stays
/// within a few ε.
///
/// The M-step takes most of the time. On a desktop processor (`f32`, full, D = 3, K = 4) a sample with an M-step takes
/// 3.8 times as long as one without; with one M-step in ten samples, 1.3 times. For D = K = 8 it is 5.1 and 1.8
/// times (`cargo bench --bench online`). If time counts, choose [an interval](Self::with_interval) of 0.1/g: within a
/// tenth of its memory, a model hardly changes.
///
/// The run holds the model, its statistics, D numbers and about 100 bytes. It needs one posterior and the scratch of an
/// M-step on the stack: two matrices, or up to six where a full covariance is raised to its floors.
/// [`observe_batch`](Self::observe_batch) needs two statistics there.
#[doc(alias("partial_fit", "incremental", "streaming"))]
#[derive(Clone, Debug, PartialEq)]
pub struct OnlineEm<T: Real, const D: usize, const K: usize, C: Covariance = Full, R = ()> {
    pub(crate) gmm: Gmm<T, D, K, C>,
    pub(crate) stats: SufficientStats<T, D, K, C>,
    /// What the relative floors are relative to: the variances of features, with more inertia than the statistics.
    pub(crate) spread: [T; D],
    pub(crate) m_step: MStep<T, R>,
    pub(crate) frozen: Frozen<K>,
    pub(crate) step: StepSize<T>,
    /// Steps taken.
    pub(crate) t: u64,
    pub(crate) warm_up: u64,
    /// Steps from one M-step to the next; without, M-steps come by [`maximize`](Self::maximize) only.
    pub(crate) interval: Option<NonZeroU32>,
    /// Steps since the last M-step.
    pub(crate) pending: u32,
    pub(crate) inertia: u32,
    /// How many more steps may update the factors; 0 if the factors do not belong to the statistics.
    pub(crate) fresh: u32,
    pub(crate) update: Option<Update<K>>,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> OnlineEm<T, D, K, C> {
    /// A run that starts from `gmm`. Its statistics are those of one sample that follows the model exactly.
    ///
    /// By default, the default [`MStep`] follows every step, there is no warm-up, and the inertia is 10 samples.
    ///
    /// # Errors
    /// [`Error::Unfitted`] for a model that is a placeholder: its unit variance would be a guess at that of the data.
    /// From nothing, begin with a [`ColdStart`](crate::select::ColdStart). [`Error::SumsOutOfRange`] if the square of a
    /// mean, or a variance, is too large for sums.
    pub fn new(gmm: Gmm<T, D, K, C>, step: StepSize<T>) -> Result<Self, Error> {
        let stats = Self::start_statistics(&gmm)?;
        let mut online = Self { gmm, stats, step, ..Self::unfitted() };
        online.spread = online.stats.feature_variances();
        Ok(online)
    }

    /// An empty run, say in a `static`, which [`reset`](Self::reset) fills in place. It has the
    /// [unfitted](Gmm::unfitted) model, no statistics and steps of 0. Settings are `const`, except numbers that
    /// have to be checked, which a `const` function cannot compare: set these when the program starts.
    ///
    /// ```
    /// use gaussmix::stream::StepSize;
    /// use gaussmix::{Gmm, MStep, OnlineEm};
    /// use std::sync::Mutex;
    ///
    /// static RUN: Mutex<OnlineEm<f32, 1, 2>> =
    ///     Mutex::new(OnlineEm::unfitted().with_m_step(MStep::exact()).with_interval(10));
    ///
    /// let start = Gmm::new([0.5, 0.5], [[0.0], [10.0]], [[[1.0]].into(); 2])?;
    /// let mut run = RUN.lock().unwrap();
    /// run.reset(&start)?;
    /// run.set_step(StepSize::constant(0.01)?);
    /// // A sensor that is stuck reads one value for ever.
    /// run.set_m_step(MStep::exact().with_absolute_floor(1e-4)?);
    /// run.observe([9.5])?;
    /// assert_eq!(run.steps(), 1);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    #[must_use]
    pub const fn unfitted() -> Self {
        Self {
            gmm: Gmm::unfitted(),
            stats: SufficientStats::new(),
            spread: [T::ZERO; D],
            m_step: MStep::DEFAULT,
            frozen: Frozen::NONE,
            step: StepSize::ZERO,
            t: 0,
            warm_up: 0,
            interval: Some(NonZeroU32::MIN),
            pending: 0,
            inertia: 10,
            fresh: 0,
            update: None,
        }
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance, R> OnlineEm<T, D, K, C, R> {
    /// Begins again from `gmm`, at t = 0; the settings stay.
    ///
    /// # Errors
    /// As [`new`](Self::new); the run is then as before.
    pub fn reset(&mut self, gmm: &Gmm<T, D, K, C>) -> Result<(), Error> {
        let stats = Self::start_statistics(gmm)?;
        self.gmm.clone_from(gmm);
        self.begin_with(stats);
        Ok(())
    }

    /// [`reset`](Self::reset) from the model that it has.
    pub(crate) fn begin(&mut self) -> Result<(), Error> {
        let stats = Self::start_statistics(&self.gmm)?;
        self.begin_with(stats);
        Ok(())
    }

    fn begin_with(&mut self, stats: SufficientStats<T, D, K, C>) {
        self.stats = stats;
        self.spread = self.stats.feature_variances();
        (self.t, self.pending, self.fresh, self.update) = (0, 0, 0, None);
    }

    /// Those of one sample that follows the model. A component of next to no weight sleeps.
    fn start_statistics(gmm: &Gmm<T, D, K, C>) -> Result<SufficientStats<T, D, K, C>, Error> {
        if gmm.is_unfitted() {
            return Err(Error::Unfitted);
        }
        SufficientStats::from_model_above(gmm, T::ONE, T::ONE / T::LARGEST_SQUARE)
    }

    /// Sets how parameters are estimated, and which floors apply.
    #[must_use]
    pub const fn with_m_step<S>(self, m_step: MStep<T, S>) -> OnlineEm<T, D, K, C, S> {
        // Copies, since a `const` function cannot take a part out of what it would have to drop.
        let Gmm { weights, offsets, means, factors, extra } = self.gmm;
        let gmm = Gmm { weights, offsets, means, factors, extra };
        let SufficientStats { moments, scatters, extra, log_likelihood, count } = self.stats;
        let stats = SufficientStats { moments, scatters, extra, log_likelihood, count };
        let Self { spread, frozen, step, t, warm_up, interval, pending, inertia, update, .. } = self;
        core::mem::forget(self); // no regularizer has anything to drop
        OnlineEm {
            gmm,
            stats,
            spread,
            m_step,
            frozen,
            step,
            t,
            warm_up,
            interval,
            pending,
            inertia,
            fresh: 0,
            update,
        }
    }

    /// Sets the parameters that stay as they are.
    #[must_use]
    pub const fn with_frozen(mut self, frozen: Frozen<K>) -> Self {
        self.frozen = frozen;
        self.fresh = 0;
        self
    }

    /// Makes an M-step after every `n` steps; 1 by default. With 0, only [`maximize`](Self::maximize) makes M-steps.
    #[must_use]
    pub const fn with_interval(mut self, n: u32) -> Self {
        self.interval = NonZeroU32::new(n);
        self
    }

    /// Makes no M-step during the first `n` steps; 0 by default. A start of equal components needs some samples to tell
    /// them apart.
    #[must_use]
    pub const fn with_warm_up(mut self, n: u64) -> Self {
        self.warm_up = n;
        self
    }

    /// Lets a component's mean and covariance count for at least `n` samples against the next, 10 by default: a sample
    /// of weight w replaces at most w/(n + w) of them. 0 is stepwise EM as published.
    #[must_use]
    pub const fn with_inertia(mut self, n: u32) -> Self {
        self.inertia = n;
        self
    }

    /// Changes the steps from now on; t continues. [`StepSize::ZERO`] freezes the run: no sample changes a bit of it,
    /// whatever [life cycle](crate::lifecycle::LifeCycle) stands beside it.
    pub const fn set_step(&mut self, step: StepSize<T>) {
        self.step = step;
    }

    /// Changes how parameters are estimated from now on: what [`with_m_step`](Self::with_m_step) sets, for a run that lies
    /// in a `static`.
    ///
    /// ```
    /// # use gaussmix::{Error, MStep, OnlineEm};
    /// # use std::sync::Mutex;
    /// static RUN: Mutex<OnlineEm<f32, 3, 4>> = Mutex::new(OnlineEm::unfitted());
    ///
    /// // A sensor that is stuck reads one value for ever.
    /// let mut run = RUN.lock().unwrap();
    /// run.set_m_step(MStep::default().with_absolute_floor(1e-4)?);
    /// run.set_interval(10);
    /// # Ok::<(), Error>(())
    /// ```
    pub const fn set_m_step(&mut self, m_step: MStep<T, R>) {
        core::mem::forget(core::mem::replace(&mut self.m_step, m_step)); // as above
        self.fresh = 0;
    }

    /// Changes after how many steps an M-step is made, as [`with_interval`](Self::with_interval).
    pub const fn set_interval(&mut self, n: u32) {
        self.interval = NonZeroU32::new(n);
    }

    /// Changes statistics and model together, as the operations of [`lifecycle`](crate::lifecycle) do: `edit` gets
    /// both, and the run goes on from the result.
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
    pub fn edit<O, E>(
        &mut self,
        edit: impl FnOnce(&mut SufficientStats<T, D, K, C>, &mut Gmm<T, D, K, C>) -> Result<O, E>,
    ) -> Result<O, E> {
        self.fresh = 0; // also where `edit` refuses after it changed something
        edit(&mut self.stats, &mut self.gmm)
    }

    /// [`edit`](Self::edit), where `moved` says whether the result of `edit` calls for new factors. If `edit` refuses,
    /// it must have changed nothing.
    pub(crate) fn edit_factors<O, E>(
        &mut self,
        edit: impl FnOnce(&mut SufficientStats<T, D, K, C>, &mut Gmm<T, D, K, C>) -> Result<O, E>,
        moved: impl FnOnce(&O) -> bool,
    ) -> Result<O, E> {
        let outcome = edit(&mut self.stats, &mut self.gmm)?;
        if moved(&outcome) {
            // The next M-step can update factors only if the last M-step made them, from these statistics.
            self.fresh = 0;
        }
        Ok(outcome)
    }

    /// Whether steps are 0.
    pub(crate) fn is_still(&self) -> bool {
        self.step == StepSize::ZERO
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

    /// The statistics as they stand. Their mass is 1 (unless an [`edit`](Self::edit) changed it), their log-likelihood
    /// is the running mean of ln p(x), and their count is the number of all samples.
    #[must_use]
    pub fn statistics(&self) -> &SufficientStats<T, D, K, C> {
        &self.stats
    }

    /// t, the number of steps taken: one for each sample of positive weight, one for each batch.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.t
    }

    /// What the last M-step after a sample or batch did; a call of [`maximize`](Self::maximize) returns its own report.
    /// All [`Kept`](crate::fit::Outcome::Kept) if the M-step was refused and the model stayed, `None` before the first.
    #[must_use]
    pub fn last_update(&self) -> Option<Update<K>> {
        self.update
    }

    /// Returns the model and drops the rest.
    #[must_use]
    pub fn into_model(self) -> Gmm<T, D, K, C> {
        self.gmm
    }
}
