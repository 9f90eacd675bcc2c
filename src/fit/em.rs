//! The batch driver: alternates E-step and M-step until convergence.

use core::ops::ControlFlow;

use super::convergence::Progress;
use super::fitting::Limits;
use super::health::spurious;
use super::{
    BestOf, Fit, Fitting, Frozen, Hook, Iteration, MStep, Method, NoHook, Plain, Regularizer, Stop, Update,
    Usual,
};
use crate::covariance::{Covariance, Full};
use crate::error::{Error, require};
use crate::model::Gmm;
use crate::observation::Observation;
use crate::real::Real;
use crate::statistics::SufficientStats;
use crate::wide::Block;

/// Expectation–maximisation over data that can be read repeatedly (Dempster, Laird & Rubin 1977).
///
/// `n` iterations are `n` M-steps and `n + 1` E-steps. A fit ends after an E-step, so [`Fit::log_likelihood`] is the
/// log-likelihood of the model that it returns.
///
/// ```
/// use gaussmix::{Em, Gmm, init};
///
/// let data = [[-2.1], [-1.9], [-2.0], [2.2], [1.7], [2.4]];
/// let mut gmm: Gmm<f64, 1, 2> = Gmm::unfitted();
/// init::farthest_first(&mut gmm, &data)?;
/// let fit = Em::default().fit(&mut gmm, &data)?;
/// assert!(fit.converged && fit.is_healthy());
/// assert!((gmm.weights()[0] - 0.5).abs() < 1e-6);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[doc(alias("GaussianMixture", "Mclust", "emControl", "expectation maximization"))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Em<T, R = ()> {
    pub(crate) m_step: MStep<T, R>,
    pub(super) tolerance: Option<T>,
    pub(super) max_iterations: u32,
}

impl<T: Real> Default for Em<T> {
    /// The default [`MStep`], a [tolerance](Self::with_tolerance) of max(1e-6, 4 ε·max(1, |ℓ/n|)) with ε the machine
    /// epsilon, and at most 1000 iterations.
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<T: Real> Em<T> {
    pub(crate) const DEFAULT: Self = Self { m_step: MStep::DEFAULT, tolerance: None, max_iterations: 1000 };
}

impl<T: Real, R> Em<T, R> {
    /// Sets the M-step, which estimates the parameters and applies floors.
    #[must_use]
    pub fn with_m_step<S>(self, m_step: MStep<T, S>) -> Em<T, S> {
        Em { m_step, tolerance: self.tolerance, max_iterations: self.max_iterations }
    }

    /// A fit has converged when the mean log-likelihood per sample is nearer than this to its limit, as far as can be
    /// told: the last iteration changed it by less; gains shrink so fast that what is [left](Fit::remaining) is less;
    /// and no component was newly floored, starved or kept. A loss is no convergence (unless losses shrink
    /// towards a limit, as with a ridge), nor is a small gain that grows, as near a saddle. Gains lost in the rounding
    /// of ℓ/n tell nothing more and count as arrival. In `f32`, where the default tolerance is about as large, up to
    /// eight together must be lost; in a study of 3840 fits from single starts, 1 in 75 that said `converged` had more
    /// than 1e-3 left, and 1 in 253 in `f64`. It takes two M-steps at least. With 0 no fit converges, and all iterations
    /// are made.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if it is negative or NaN.
    #[doc(alias("tol"))]
    pub fn with_tolerance(mut self, tolerance: T) -> Result<Self, Error> {
        require(tolerance >= T::ZERO, "tolerance", "0 or more")?;
        self.tolerance = Some(tolerance);
        Ok(self)
    }

    /// The cap on iterations. A fit that reaches it without converging is no error, but not `converged`.
    #[doc(alias("max_iter", "itmax"))]
    #[must_use]
    pub fn with_max_iterations(mut self, max_iterations: u32) -> Self {
        self.max_iterations = max_iterations;
        self
    }

    /// Fits `gmm`, starting from its present parameters.
    ///
    /// It takes one model, two statistics and 1.5 KB on the stack (and four numbers for each component beyond eight),
    /// and for D > 3 seven more D×D matrices (less on a Cortex-M4F). Under an operating system, panels of 64 samples
    /// take the place of the 1.5 KB: at most 64 (8D + 2K + 40) numbers. With a [workspace](Fitting::with_workspace) the
    /// caller owns the large part.
    ///
    /// # Errors
    /// As [`SufficientStats::observe_all`] and [`MStep::maximize`], and [`Error::EmptyData`] or [`Error::Unfitted`].
    /// The model is then as before.
    #[doc(alias("warm_start"))]
    pub fn fit<const D: usize, const K: usize, C: Covariance, I>(
        &self,
        gmm: &mut Gmm<T, D, K, C>,
        data: I,
    ) -> Result<Fit<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
        R: Regularizer<T, D, K, C>,
    {
        self.fit_on_stack(&mut Plain, &Limits::NONE, gmm, data, &mut |_| ControlFlow::Continue(()))
    }

    /// The best of several fits from different starts, since EM finds only local maxima.
    ///
    /// `init` sets each start. It is one of the functions of [`init`](crate::init), or a closure. A closure must set
    /// every parameter, since the model that it receives is what the previous restart left. The best fit is the one
    /// with the largest log-likelihood among those without a [spurious](Fit::spurious) component. Only if all have one,
    /// it is the one with the largest log-likelihood of all. The reason: a component that collapses on a few samples
    /// makes the likelihood of a mixture very large, and without a floor infinite.
    ///
    /// The first restarts of a longer search are the same as those of a shorter one, so more restarts never give a
    /// worse fit. A start or fit that fails is counted, and the others go on. Starts have different strengths, and
    /// [`init::mixed`](crate::init::mixed) has those of four.
    ///
    /// It takes two models, two statistics and 1.5 KB (or panels) on the stack, for D > 3 eight more D×D matrices, and
    /// for a start of [`init`](crate::init) two statistics of a [tied](crate::Tied) structure. A start that agglomerates,
    /// such as [`init::mixed`](crate::init::mixed), takes 128 (D + 1) numbers more.
    ///
    /// ```
    /// use gaussmix::{Em, Gmm, init};
    /// use rand_pcg::Pcg32;
    ///
    /// let data = [[-2.1], [-1.9], [-2.0], [2.2], [1.7], [2.4]];
    /// let mut gmm: Gmm<f64, 1, 2> = Gmm::unfitted();
    /// let mut rng = Pcg32::new(1, 1);
    /// let best = Em::default().fit_best_of(&mut gmm, 5, init::mixed, &data, &mut rng)?;
    /// assert_eq!((best.attempted, best.failed), (5, 0));
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// If no fit succeeds, the error of the last one. [`Error::InvalidParameter`] for 0 restarts. The model is then as
    /// before.
    #[doc(alias("n_init", "random_state", "fit_predict"))]
    pub fn fit_best_of<const D: usize, const K: usize, C: Covariance, I, G: ?Sized>(
        &self,
        gmm: &mut Gmm<T, D, K, C>,
        restarts: u32,
        init: impl FnMut(&mut Gmm<T, D, K, C>, I, &mut G) -> Result<(), Error>,
        data: I,
        rng: &mut G,
    ) -> Result<BestOf<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
        R: Regularizer<T, D, K, C>,
    {
        let hook: Hook<'_, T> = &mut |_| ControlFlow::Continue(());
        self.fit_best_on_stack(&mut Plain, &Limits::NONE, gmm, restarts, init, data, rng, hook)
    }

    /// A fit with options: a hook, the caller's memory, frozen parameters and threads, in any combination.
    ///
    /// ```
    /// use core::ops::ControlFlow;
    /// use gaussmix::fit::Workspace;
    /// use gaussmix::{Em, Gmm, init};
    /// use rand_pcg::Pcg32;
    ///
    /// let data = [[-2.1], [-1.9], [-2.0], [2.2], [1.7], [2.4]];
    /// let (mut gmm, mut memory): (Gmm<f64, 1, 2>, _) = (Gmm::unfitted(), Workspace::new());
    /// let mut passes = 0;
    /// let best = Em::default()
    ///     .fitting()
    ///     .with_workspace(&mut memory)
    ///     .with_hook(|_| {
    ///         passes += 1;
    ///         ControlFlow::Continue(())
    ///     })
    ///     .fit_best_of(&mut gmm, 5, init::random_samples, &data, &mut Pcg32::new(1, 1))?;
    /// assert!(best.fit.converged && passes > 5);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    pub fn fitting<'a, const D: usize, const K: usize, C: Covariance>(
        &self,
    ) -> Fitting<'a, T, D, K, C, NoHook<T>, Plain, R>
    where
        R: Clone,
    {
        Fitting::new(self.clone())
    }

    /// Refuses a feature that does not vary in the samples that have it, if others lack some. Statistics cannot tell: where
    /// it is missing they have the variance of the model, and each M-step would shrink that and the floor relative to it.
    pub(super) fn check_gaps<const D: usize, const K: usize, C: Covariance, M, I>(
        &self,
        limits: &Limits<T, D, K>,
        data: I,
    ) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
        R: Regularizer<T, D, K, C>,
        M: Method<T, D, K, C, R>,
    {
        let step = &self.m_step;
        if <I::Item>::IS_COMPLETE
            || !M::IS_USUAL
            || self.max_iterations == 0
            || step.relative_floor == T::ZERO
            || step.absolute_floor.larger(step.ridge) > T::ZERO
            || step.regularizer.props_variances()
        {
            return Ok(());
        }
        let (mut first, mut varies) = ([None; D], limits.least.unwrap_or([T::ZERO; D]).map(|v| v > T::ZERO));
        for sample in data.into_iter().filter(|sample| sample.weight() != Some(T::ZERO)) {
            let (x, observed) = (sample.features(), sample.observed().unwrap_or([true; D]));
            for j in 0..D {
                let d = if observed[j] { *first[j].get_or_insert(x[j]) - x[j] } else { T::ZERO };
                varies[j] |= d * d > T::ZERO || !d.is_finite(); // which the pass refuses
            }
            if varies == [true; D] {
                break;
            }
        }
        let flat = (0..D).find(|j| first[*j].is_some() && !varies[*j]);
        flat.map_or(Ok(()), |feature| Err(Error::ConstantFeature { feature }))
    }

    /// What a fit does after a pass, whose statistics are `totals`: it ends, or makes an M-step on `gmm`.
    #[allow(clippy::too_many_arguments)] // what belongs to one fit, in parts that are borrowed apart
    #[inline(always)]
    pub(super) fn advance<const D: usize, const K: usize, C: Covariance>(
        &self,
        limits: &Limits<T, D, K>,
        course: &mut Course<T, K>,
        gmm: &mut Gmm<T, D, K, C>,
        totals: &SufficientStats<T, D, K, C>,
        restart: u32,
        hook: Hook<'_, T>,
        mut maximize: impl FnMut(
            &Usual<'_, T, D, K, R>,
            &SufficientStats<T, D, K, C>,
            &mut Gmm<T, D, K, C>,
        ) -> Result<Update<K>, Error>,
    ) -> Climbed<T, K>
    where
        R: Regularizer<T, D, K, C>,
    {
        let Course { progress, iteration, .. } = &mut *course;
        let total_weight = totals.total_weight();
        if !(total_weight > T::ZERO) {
            return Err(Error::EmptyData);
        }
        let (mean_log_likelihood, size) = self.m_step.objective(totals.log_likelihood(), gmm, total_weight);
        progress.expect(mean_log_likelihood, size);
        let converged = progress.is_converged(self.tolerance);
        let gain = progress.gain();
        let flow = hook(&Iteration { restart, iteration: *iteration, mean_log_likelihood, gain });
        if converged || *iteration == self.max_iterations || flow.is_break() {
            let fit = course.report(&limits.frozen, gmm, totals, converged, flow.is_break());
            return Ok(ControlFlow::Break((fit, flow.break_value())));
        }
        progress.maximize(maximize(&Usual { m_step: &self.m_step, limits }, totals, gmm)?);
        *iteration += 1;
        Ok(ControlFlow::Continue(()))
    }
}

/// What a fit knows between two passes.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Course<T, const K: usize> {
    /// Which slots the start left dead.
    pub(super) dead: [bool; K],
    pub(super) progress: Progress<T, K>,
    /// M-steps so far.
    pub(super) iteration: u32,
}

impl<T: Real, const K: usize> Course<T, K> {
    /// That of a fit that begins from `gmm`.
    #[inline(always)]
    pub(super) fn from<const D: usize, C: Covariance>(gmm: &Gmm<T, D, K, C>) -> Result<Self, Error> {
        if gmm.is_unfitted() {
            return Err(Error::Unfitted);
        }
        let dead = gmm.weights.map(|weight| weight == T::ZERO);
        Ok(Self { dead, progress: Progress::START, iteration: 0 })
    }

    /// The report of a fit that ends after a pass under `gmm` that gave `totals`.
    #[inline(always)]
    pub(super) fn report<const D: usize, C: Covariance>(
        &self,
        frozen: &Frozen<K>,
        gmm: &Gmm<T, D, K, C>,
        totals: &SufficientStats<T, D, K, C>,
        converged: bool,
        stopped: bool,
    ) -> Fit<T, K> {
        let update = self.progress.update();
        Fit {
            log_likelihood: totals.log_likelihood(),
            total_weight: totals.total_weight(),
            count: totals.count(),
            iterations: self.iteration,
            converged,
            remaining: self.progress.remaining(),
            stopped,
            last_update: update.map(|update| update.of_fit(&self.dead)),
            spurious: spurious(totals, gmm, update.as_ref(), frozen),
        }
    }
}

/// Whether a climb goes on; when it ends, its report, and what a hook stopped.
pub(super) type Climbed<T, const K: usize> = Result<ControlFlow<(Fit<T, K>, Option<Stop>)>, Error>;

/// The memory of a fit: a second model and two sets of statistics.
///
/// ```
/// use gaussmix::fit::Workspace;
/// use gaussmix::{Em, Gmm, init};
/// use std::sync::Mutex;
///
/// static MEMORY: Mutex<Workspace<f64, 1, 2>> = Mutex::new(Workspace::new());
///
/// let data = [[-2.1], [-1.9], [2.2], [1.7]];
/// let mut gmm = Gmm::unfitted();
/// init::farthest_first(&mut gmm, &data)?;
/// let mut memory = MEMORY.lock().unwrap();
/// Em::default().fitting().with_workspace(&mut memory).fit(&mut gmm, &data)?;
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Workspace<T: Real, const D: usize, const K: usize, C: Covariance = Full> {
    pub(crate) model: Gmm<T, D, K, C>,
    pub(crate) totals: SufficientStats<T, D, K, C>,
    pub(crate) block: Block<T, D, K, C>,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Workspace<T, D, K, C> {
    /// A workspace for any fit of this type.
    #[must_use]
    pub const fn new() -> Self {
        Self { model: Gmm::BLANK, totals: SufficientStats::new(), block: Block::new() }
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Default for Workspace<T, D, K, C> {
    fn default() -> Self {
        Self::new()
    }
}
