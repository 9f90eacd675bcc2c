//! The batch driver: E-step and M-step in turn, to convergence.

use core::ops::ControlFlow;

use super::{MStep, Outcome};
use crate::covariance::{Covariance, Full};
use crate::error::Error;
use crate::model::Gmm;
use crate::observation::Observation;
use crate::real::Real;
use crate::statistics::{Block, SufficientStats};

/// Expectation–maximisation over data that can be read repeatedly (Dempster, Laird & Rubin 1977).
///
/// `n` iterations are `n` M-steps and `n + 1` E-steps: a fit ends after an E-step, so that
/// [`Fit::log_likelihood`] is that of the model it returns.
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Em<T, const K: usize> {
    m_step: MStep<T, K>,
    tolerance: Option<T>,
    max_iterations: u32,
}

impl<T: Real, const K: usize> Default for Em<T, K> {
    /// The default [`MStep`], a tolerance of max(1e-6, 16 ε·max(1, |ℓ/n|)) with ε the machine epsilon, at most 1000
    /// iterations.
    fn default() -> Self {
        Self { m_step: MStep::default(), tolerance: None, max_iterations: 1000 }
    }
}

impl<T: Real, const K: usize> Em<T, K> {
    /// How parameters are estimated, what is floored and what is frozen.
    #[must_use]
    pub fn with_m_step(mut self, m_step: MStep<T, K>) -> Self {
        self.m_step = m_step;
        self
    }

    /// A fit has converged when an iteration raised the mean log-likelihood per sample by less than this. 0 never
    /// stops: all iterations are made.
    #[must_use]
    pub fn with_tolerance(mut self, tolerance: T) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    /// The cap on iterations. A fit that reaches it is no error, but not `converged`.
    #[must_use]
    pub fn with_max_iterations(mut self, max_iterations: u32) -> Self {
        self.max_iterations = max_iterations;
        self
    }

    /// Fits `gmm`, from the parameters that it has.
    ///
    /// On the stack: one model, two statistics and 1.5 KB, and for D > 3 two D×D matrices more (a Cortex-M4F needs less).
    /// [`fit_in`](Self::fit_in) has the caller own the large part.
    ///
    /// # Errors
    /// What [`SufficientStats::observe_all`] and [`MStep::maximize`] refuse, [`Error::EmptyData`], and
    /// [`Error::InvalidParameter`] for a negative or NaN tolerance. The model is then as before.
    pub fn fit<const D: usize, C: Covariance, I>(
        &self,
        gmm: &mut Gmm<T, D, K, C>,
        data: I,
    ) -> Result<Fit<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        self.fit_with(gmm, data, &mut |_| ControlFlow::Continue(()))
    }

    /// [`fit`](Self::fit), with a hook that sees every iteration (progress, a [`Trace`](crate::Trace), a time limit)
    /// and may stop the fit where it stands, which is no error.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_with<const D: usize, C: Covariance, I>(
        &self,
        gmm: &mut Gmm<T, D, K, C>,
        data: I,
        hook: Hook<'_, T>,
    ) -> Result<Fit<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        self.fit_in(&mut Workspace::new(), gmm, data, hook)
    }

    /// [`fit_with`](Self::fit_with), in memory that the caller owns: for models larger than the stack, in a `static` or
    /// on a heap.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_in<const D: usize, C: Covariance, I>(
        &self,
        workspace: &mut Workspace<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
        data: I,
        hook: Hook<'_, T>,
    ) -> Result<Fit<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        workspace.model.copy_from(gmm);
        let Workspace { model, totals, block } = workspace;
        self.climb(gmm, totals, |totals, gmm| totals.observe_blocks(block, gmm, data.clone()), 0, hook)
            .inspect_err(|_| gmm.copy_from(model))
    }

    /// The best of several fits from different starts, since EM finds local maxima only.
    ///
    /// `init` sets a start each time: one of [`init`](crate::init), or a closure, which has to set every parameter since
    /// what it is handed is what the restart before left. The best is the healthy fit (no
    /// component floored, starved or kept at its end) of the largest log-likelihood; only if there is none, the largest
    /// of the others. The likelihood of a mixture is unbounded, and a collapsed component is how a fit gets there.
    ///
    /// A start or fit that fails is counted and spoils nothing. Starts differ in what they are good at: k-means++ finds
    /// separated clusters, random samples overlapping ones; alternating them finds either.
    ///
    /// On the stack: two models, two statistics and 1.5 KB, and for D > 3 six D×D matrices more.
    ///
    /// ```
    /// use gaussmix::{Em, Gmm, init};
    /// use rand_pcg::Pcg32;
    ///
    /// let data = [[-2.1], [-1.9], [-2.0], [2.2], [1.7], [2.4]];
    /// let mut gmm: Gmm<f64, 1, 2> = Gmm::unfitted();
    /// let mut rng = Pcg32::new(1, 1);
    /// let best = Em::default().fit_best_of(&mut gmm, 5, init::k_means_plus_plus, &data, &mut rng)?;
    /// assert_eq!((best.attempted, best.failed), (5, 0));
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// If no fit succeeds, the last one's error; [`Error::InvalidParameter`] for 0 restarts or a negative or NaN
    /// tolerance. The model is then as before.
    pub fn fit_best_of<const D: usize, C: Covariance, I, R: ?Sized>(
        &self,
        gmm: &mut Gmm<T, D, K, C>,
        restarts: u32,
        init: impl FnMut(&mut Gmm<T, D, K, C>, I, &mut R) -> Result<(), Error>,
        data: I,
        rng: &mut R,
    ) -> Result<BestOf<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        self.fit_best_of_with(gmm, restarts, init, data, rng, &mut |_| ControlFlow::Continue(()))
    }

    /// [`fit_best_of`](Self::fit_best_of) with a hook as in [`fit_with`](Self::fit_with); stopping ends the restart at
    /// hand, not the others.
    ///
    /// # Errors
    /// As [`fit_best_of`](Self::fit_best_of).
    pub fn fit_best_of_with<const D: usize, C: Covariance, I, R: ?Sized>(
        &self,
        gmm: &mut Gmm<T, D, K, C>,
        restarts: u32,
        mut init: impl FnMut(&mut Gmm<T, D, K, C>, I, &mut R) -> Result<(), Error>,
        data: I,
        rng: &mut R,
        hook: Hook<'_, T>,
    ) -> Result<BestOf<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        self.validate()?;
        let mut workspace = Workspace::new();
        let Workspace { model, totals, block } = &mut workspace;
        model.copy_from(gmm);
        let mut best: Option<BestOf<T, K>> = None;
        let mut refused = Error::InvalidParameter { name: "restarts" };
        let (mut failed, mut healthy) = (0, 0);
        for restart in 0..restarts {
            let fit = init(model, data.clone(), rng).and_then(|()| {
                let pass = |totals: &mut SufficientStats<T, D, K, C>, gmm: &_| {
                    totals.observe_blocks(block, gmm, data.clone())
                };
                self.climb(model, totals, pass, restart, hook)
            });
            let fit = match fit {
                Ok(fit) => fit,
                Err(error) => {
                    refused = error;
                    failed += 1;
                    continue;
                }
            };
            healthy += u32::from(fit.is_healthy());
            if best.as_ref().is_none_or(|b| fit.is_better_than(&b.fit)) {
                gmm.copy_from(model);
                best = Some(BestOf { fit, restart, attempted: restarts, failed: 0, healthy: 0 });
            }
        }
        best.map(|b| BestOf { failed, healthy, ..b }).ok_or(refused)
    }

    /// E and M in turn, on `gmm` itself. `pass` adds the data to empty statistics.
    pub(crate) fn climb<const D: usize, C: Covariance>(
        &self,
        gmm: &mut Gmm<T, D, K, C>,
        totals: &mut SufficientStats<T, D, K, C>,
        mut pass: impl FnMut(&mut SufficientStats<T, D, K, C>, &Gmm<T, D, K, C>) -> Result<(), Error>,
        restart: u32,
        hook: Hook<'_, T>,
    ) -> Result<Fit<T, K>, Error> {
        self.validate()?;
        let mut outcomes = [Outcome::Updated; K];
        let mut last = None;
        let mut iteration = 0;
        loop {
            totals.reset();
            pass(totals, gmm)?;
            let weight = totals.weight();
            if !(weight > T::ZERO) {
                return Err(Error::EmptyData);
            }
            let log_likelihood = totals.log_likelihood();
            let mean_log_likelihood = log_likelihood / weight;
            let gain = last.map(|last| mean_log_likelihood - last);
            let converged = gain.is_some_and(|gain| self.is_converged(gain, mean_log_likelihood));
            let flow = hook(&Iteration { restart, iteration, mean_log_likelihood, gain });
            if converged || iteration == self.max_iterations || flow.is_break() {
                return Ok(Fit {
                    log_likelihood,
                    weight,
                    count: totals.count(),
                    iterations: iteration,
                    converged,
                    outcomes,
                });
            }
            last = Some(mean_log_likelihood);
            outcomes = self.m_step.maximize(totals, gmm)?.outcomes;
            iteration += 1;
        }
    }

    pub(crate) fn validate(&self) -> Result<(), Error> {
        match self.tolerance {
            Some(tolerance) if !(tolerance >= T::ZERO) => Err(Error::InvalidParameter { name: "tolerance" }),
            _ => Ok(()),
        }
    }

    fn is_converged(&self, gain: T, mean_log_likelihood: T) -> bool {
        let tolerance = self.tolerance.unwrap_or_else(|| {
            let size = mean_log_likelihood.abs();
            let scale = if size > T::ONE { size } else { T::ONE };
            let rounding = T::narrow(16.0) * T::EPSILON * scale;
            let usual = T::narrow(1e-6);
            if rounding > usual { rounding } else { usual }
        });
        tolerance > T::ZERO && gain < tolerance
    }
}

/// Sees every iteration of a fit; `Break` stops it.
pub type Hook<'a, T> = &'a mut dyn FnMut(&Iteration<T>) -> ControlFlow<()>;

/// The state of a fit after an E-step.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Iteration<T> {
    /// Which start, from 0.
    pub restart: u32,
    /// M-steps made so far.
    pub iteration: u32,
    /// ℓ/n of the model as it stands.
    pub mean_log_likelihood: T,
    /// What the last M-step added to it; none before the first.
    pub gain: Option<T>,
}

/// The report of a fit.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Fit<T, const K: usize> {
    /// ℓ = Σ w ln p(x) under the fitted model.
    pub log_likelihood: T,
    /// Σ w, the number of samples if they have no weights.
    pub weight: T,
    /// Samples of positive weight.
    pub count: u64,
    /// M-steps made.
    pub iterations: u32,
    /// Whether the last iteration gained less than the tolerance; false at the cap or when a hook stopped it.
    pub converged: bool,
    /// What the last M-step did to each component.
    pub outcomes: [Outcome; K],
}

impl<T: Real, const K: usize> Fit<T, K> {
    /// ℓ / Σ w
    #[must_use]
    pub fn mean_log_likelihood(&self) -> T {
        self.log_likelihood / self.weight
    }

    /// Whether the last M-step updated every component without a floor or a fallback.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.outcomes.iter().all(|o| *o == Outcome::Updated)
    }

    /// Healthy before unhealthy, then the larger likelihood.
    pub(crate) fn is_better_than(&self, other: &Self) -> bool {
        if self.is_healthy() == other.is_healthy() {
            self.log_likelihood > other.log_likelihood
        } else {
            self.is_healthy()
        }
    }
}

/// The report of several fits.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct BestOf<T, const K: usize> {
    /// The best one, whose model was returned.
    pub fit: Fit<T, K>,
    /// Which one that was, from 0.
    pub restart: u32,
    /// How many there were.
    pub attempted: u32,
    /// How many of them ended in an error.
    pub failed: u32,
    /// How many ended without a floored, starved or kept component.
    pub healthy: u32,
}

/// The memory of a fit: a copy of the model, to go back to, and two sets of statistics.
///
/// ```
/// use core::ops::ControlFlow;
/// use gaussmix::{Em, Gmm, Workspace, init};
/// use std::sync::Mutex;
///
/// static MEMORY: Mutex<Workspace<f64, 1, 2>> = Mutex::new(Workspace::new());
///
/// let data = [[-2.1], [-1.9], [2.2], [1.7]];
/// let mut gmm = Gmm::unfitted();
/// init::farthest_first(&mut gmm, &data)?;
/// let mut memory = MEMORY.lock().unwrap();
/// Em::default().fit_in(&mut memory, &mut gmm, &data, &mut |_| ControlFlow::Continue(()))?;
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Workspace<T: Real, const D: usize, const K: usize, C: Covariance = Full> {
    pub(crate) model: Gmm<T, D, K, C>,
    pub(crate) totals: SufficientStats<T, D, K, C>,
    pub(crate) block: Block<T, D, K, C>,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Workspace<T, D, K, C> {
    /// Ready for any fit of its shape.
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
