//! One fit, or the best of several, with all options.

use core::borrow::BorrowMut;
use core::ops::ControlFlow;

use super::{
    Acceleration, BestOf, Em, Fit, Frozen, Hook, Iteration, Method, Plain, Regularizer, Stop, Update, Usual,
    Workspace,
};
use crate::covariance::{Covariance, Full};
use crate::error::{Error, require};
use crate::model::Gmm;
use crate::observation::Observation;
use crate::real::Real;
use crate::statistics::SufficientStats;

/// The type of the hook that does nothing.
pub type NoHook<T> = fn(&Iteration<T>) -> ControlFlow<Stop>;

/// What a fit may not change, and below what no variance may fall.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Limits<T, const D: usize, const K: usize> {
    pub(super) frozen: Frozen<K>,
    /// The least variance of each feature.
    pub(super) least: Option<[T; D]>,
}

impl<T: Real, const D: usize, const K: usize> Limits<T, D, K> {
    pub(super) const NONE: Self = Self { frozen: Frozen::NONE, least: None };
}

/// A fit to be made: [`Em`] with a hook, a workspace, frozen parameters or the resolution of the data. All of these
/// combine, also with restarts and threads. `M` is how it climbs: [`Plain`], or with M-steps of the caller's.
#[derive(Debug)]
#[must_use = "nothing is fitted before `fit` or `fit_best_of`"]
pub struct Fitting<
    'a,
    T: Real,
    const D: usize,
    const K: usize,
    C: Covariance = Full,
    H = NoHook<T>,
    M = Plain,
    R = (),
> {
    pub(super) em: Em<T, R>,
    pub(super) limits: Limits<T, D, K>,
    pub(super) workspace: Option<&'a mut Workspace<T, D, K, C>>,
    pub(super) hook: H,
    pub(super) method: M,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance, R> Fitting<'_, T, D, K, C, NoHook<T>, Plain, R> {
    pub(super) fn new(em: Em<T, R>) -> Self {
        let hook: NoHook<T> = |_| ControlFlow::Continue(());
        Self { em, limits: Limits::NONE, workspace: None, hook, method: Plain }
    }
}

impl<'a, T: Real, const D: usize, const K: usize, C: Covariance, H, M, R> Fitting<'a, T, D, K, C, H, M, R> {
    /// The parameters that the fit leaves as they are.
    #[doc(alias("equalPro"))]
    pub fn with_frozen(mut self, frozen: Frozen<K>) -> Self {
        self.limits.frozen = frozen;
        self
    }

    /// The unit in which each feature is recorded: 0.1 for readings with one decimal, 0 if not known. No variance falls
    /// below that of rounding to it, a twelfth of its square (Sheppard 1897, doi:10.1112/plms/s1-29.1.353); of a
    /// spherical structure, below the mean of these over features.
    ///
    /// In rounded data many samples have a number in common. Without this a component may rest on its floor with them,
    /// and be the likeliest by far although it says nothing. A feature with a unit may be constant.
    ///
    /// ```
    /// use gaussmix::{Em, Gmm, init};
    ///
    /// // Whole minutes, and seconds to three decimals.
    /// let minutes = [79.0, 54.0, 74.0, 54.0, 54.0, 55.0, 79.0];
    /// let seconds = [3.6, 1.8, 3.333, 2.283, 2.533, 2.883, 4.7];
    /// let data: [[f64; 2]; 7] = core::array::from_fn(|i| [minutes[i], seconds[i]]);
    /// let mut gmm: Gmm<f64, 2, 2> = Gmm::unfitted();
    /// init::farthest_first(&mut gmm, &data)?;
    /// Em::default().fitting().with_resolution([1.0, 0.001])?.fit(&mut gmm, &data)?;
    /// assert!(gmm.covariances().iter().all(|covariance| covariance[(0, 0)] > 0.08));
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if a unit is negative or NaN, or its square leaves the range.
    pub fn with_resolution(mut self, units: [T; D]) -> Result<Self, Error> {
        self.limits.least = Some(rounding_variances(&units)?);
        Ok(self)
    }

    /// The least variance of each feature, as [`with_resolution`](Self::with_resolution) has it of units.
    pub(crate) fn with_least_variances(mut self, least: Option<[T; D]>) -> Self {
        self.limits.least = least;
        self
    }

    /// Memory that the caller owns, in a `static` or on a heap, for models that are too large for the stack.
    pub fn with_workspace(mut self, workspace: &'a mut Workspace<T, D, K, C>) -> Self {
        self.workspace = Some(workspace);
        self
    }

    /// A hook that is called after every E-step, for progress, a [`Trace`](super::Trace) or a time limit. It may
    /// [stop](Stop) the present restart or the whole search.
    #[doc(alias("verbose", "callback", "cancel"))]
    pub fn with_hook<F>(self, hook: F) -> Fitting<'a, T, D, K, C, F, M, R>
    where
        F: FnMut(&Iteration<T>) -> ControlFlow<Stop>,
    {
        let Self { em, limits, workspace, method, .. } = self;
        Fitting { em, limits, workspace, hook, method }
    }
}

impl<'a, T: Real, const D: usize, const K: usize, C: Covariance, H, R> Fitting<'a, T, D, K, C, H, Plain, R> {
    /// An M-step of the caller's, in place of the usual one: by Newton's method or a gradient where there is no closed
    /// form, under constraints, or the usual one with something after it (generalised EM, Dempster, Laird & Rubin 1977,
    /// doi:10.1111/j.2517-6161.1977.tb01600.x).
    ///
    /// `step` receives the [usual M-step](Usual) of this fit, the statistics of the last pass, and the model under which
    /// they were made, which it changes. If no step lowers
    /// [Q](SufficientStats::expected_log_likelihood), no pass lowers the likelihood; a [`Watch`](super::Watch) checks
    /// that. The crate has three such steps: [`BoundedWeights`](super::BoundedWeights),
    /// [`EqualAlong`](super::EqualAlong) and [`Damped`](super::Damped).
    ///
    /// Starts are not asked: a constraint holds from the first M-step on, which may lower the likelihood. Of several
    /// threads each needs a step of its own, so `par_fit_best_of` takes a `step` that is
    /// `Clone`: one that changes nothing outside.
    ///
    /// A gradient step on the means, half of the way that is best if covariances stay:
    /// ```
    /// use gaussmix::fit::{Frozen, Update};
    /// use gaussmix::{Em, Gmm, init};
    ///
    /// let data = [[-2.1], [-1.9], [-2.0], [2.2], [1.7], [2.4]];
    /// let mut gmm: Gmm<f64, 1, 2> = Gmm::unfitted();
    /// init::farthest_first(&mut gmm, &data)?;
    /// let fit = Em::default()
    ///     .fitting()
    ///     .with_m_step(|usual, stats, gmm| {
    ///         let mut means = *gmm.means();
    ///         for (mean, target) in means.iter_mut().zip(stats.means()) {
    ///             mean[0] += 0.5 * (target[0] - mean[0]);
    ///         }
    ///         *gmm = Gmm::new(*gmm.weights(), means, gmm.covariances())?;
    ///         // Weights and covariances as usual, about these means.
    ///         let frozen = Frozen::NONE.with_means([true; 2]);
    ///         usual.m_step().maximize_with(&frozen, stats, gmm)
    ///     })
    ///     .fit(&mut gmm, &data)?;
    /// assert!(fit.converged);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// None here. An error of `step` ends the fit, and the model is then as before.
    #[doc(alias("GEM", "ECM", "generalized EM"))]
    pub fn with_m_step<F>(self, step: F) -> Fitting<'a, T, D, K, C, H, F, R>
    where
        F: FnMut(
            &Usual<'_, T, D, K, R>,
            &SufficientStats<T, D, K, C>,
            &mut Gmm<T, D, K, C>,
        ) -> Result<Update<K>, Error>,
    {
        let Self { em, limits, workspace, hook, .. } = self;
        Fitting { em, limits, workspace, hook, method: step }
    }

    /// Fewer passes where EM is slow: [`Acceleration`] says how, and what it promises. `memory` is an `Acceleration`, or a
    /// mutable reference to one, which then also tells how many steps there were. It goes with everything but an M-step of
    /// the caller's, whose constraints it does not know. Of several threads each needs a memory of its own, so
    /// `par_fit_best_of` takes no reference.
    ///
    /// A hook sees the models that plain passes begin from, also those that a step led to; it does not see a model that
    /// is refused.
    pub fn with_acceleration<A>(self, memory: A) -> Fitting<'a, T, D, K, C, H, A, R>
    where
        A: BorrowMut<Acceleration<T, D, K, C>>,
    {
        let Self { em, limits, workspace, hook, .. } = self;
        Fitting { em, limits, workspace, hook, method: memory }
    }
}

/// The variances of rounding to these units.
pub(crate) fn rounding_variances<T: Real, const D: usize>(units: &[T; D]) -> Result<[T; D], Error> {
    let least = units.map(|unit| unit * unit / T::narrow(12.0));
    let has_square = |j: usize| least[j] >= T::SMALLEST_NORMAL && least[j] < T::LARGEST_SQUARE;
    let is_sound = |j: usize| units[j] == T::ZERO || units[j] > T::ZERO && has_square(j);
    require(
        (0..D).all(is_sound),
        "units",
        "0 or more, with a square that is neither too small nor too large",
    )?;
    Ok(least)
}

impl<T: Real, const D: usize, const K: usize, C: Covariance, H, M, R> Fitting<'_, T, D, K, C, H, M, R>
where
    H: FnMut(&Iteration<T>) -> ControlFlow<Stop>,
    M: Method<T, D, K, C, R>,
    R: Regularizer<T, D, K, C>,
{
    /// [`Em::fit`]
    ///
    /// # Errors
    /// As [`Em::fit`].
    pub fn fit<I>(mut self, gmm: &mut Gmm<T, D, K, C>, data: I) -> Result<Fit<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        let Self { em, limits, workspace, hook, method } = &mut self;
        match workspace {
            Some(workspace) => em.fit_in(workspace, method, limits, gmm, data, hook),
            None => em.fit_on_stack(method, limits, gmm, data, hook),
        }
    }

    /// [`Em::fit_best_of`]
    ///
    /// # Errors
    /// As [`Em::fit_best_of`].
    pub fn fit_best_of<I, G: ?Sized>(
        mut self,
        gmm: &mut Gmm<T, D, K, C>,
        restarts: u32,
        init: impl FnMut(&mut Gmm<T, D, K, C>, I, &mut G) -> Result<(), Error>,
        data: I,
        rng: &mut G,
    ) -> Result<BestOf<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        self.search(gmm, restarts, init, data, rng)
    }

    /// [`fit_best_of`](Self::fit_best_of), for more than one search.
    pub(crate) fn search<I, G: ?Sized>(
        &mut self,
        gmm: &mut Gmm<T, D, K, C>,
        restarts: u32,
        init: impl FnMut(&mut Gmm<T, D, K, C>, I, &mut G) -> Result<(), Error>,
        data: I,
        rng: &mut G,
    ) -> Result<BestOf<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        let Self { em, limits, workspace, hook, method } = self;
        match workspace {
            Some(workspace) => {
                em.fit_best_in(workspace, method, limits, gmm, restarts, init, data, rng, hook)
            }
            None => em.fit_best_on_stack(method, limits, gmm, restarts, init, data, rng, hook),
        }
    }
}

impl<T: Real, R> Em<T, R> {
    /// [`fit_in`](Self::fit_in) a new workspace on the stack. A separate function, so that a caller with a workspace
    /// does not need that stack.
    #[inline(never)]
    pub(super) fn fit_on_stack<const D: usize, const K: usize, C: Covariance, M, I>(
        &self,
        method: &mut M,
        limits: &Limits<T, D, K>,
        gmm: &mut Gmm<T, D, K, C>,
        data: I,
        hook: Hook<'_, T>,
    ) -> Result<Fit<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
        M: Method<T, D, K, C, R>,
        R: Regularizer<T, D, K, C>,
    {
        self.fit_in(&mut Workspace::new(), method, limits, gmm, data, hook)
    }

    fn fit_in<const D: usize, const K: usize, C: Covariance, M, I>(
        &self,
        workspace: &mut Workspace<T, D, K, C>,
        method: &mut M,
        limits: &Limits<T, D, K>,
        gmm: &mut Gmm<T, D, K, C>,
        data: I,
        hook: Hook<'_, T>,
    ) -> Result<Fit<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
        M: Method<T, D, K, C, R>,
        R: Regularizer<T, D, K, C>,
    {
        self.check_gaps::<D, K, C, M, _>(limits, data.clone())?;
        workspace.model.clone_from(gmm);
        let Workspace { model, totals, block } = workspace;
        let pass = |totals: &mut SufficientStats<T, D, K, C>, gmm: &_| {
            totals.observe_blocks(block, gmm, data.clone())
        };
        match method.climb(self, limits, gmm, totals, pass, 0, hook) {
            Ok((fit, _)) => Ok(fit),
            Err(error) => {
                gmm.clone_from(model);
                Err(error)
            }
        }
    }

    /// [`fit_best_in`](Self::fit_best_in) a new workspace on the stack.
    #[allow(clippy::too_many_arguments)] // the fields of a `Fitting` and the arguments of its caller
    #[inline(never)]
    pub(super) fn fit_best_on_stack<const D: usize, const K: usize, C: Covariance, M, I, G: ?Sized>(
        &self,
        method: &mut M,
        limits: &Limits<T, D, K>,
        gmm: &mut Gmm<T, D, K, C>,
        restarts: u32,
        init: impl FnMut(&mut Gmm<T, D, K, C>, I, &mut G) -> Result<(), Error>,
        data: I,
        rng: &mut G,
        hook: Hook<'_, T>,
    ) -> Result<BestOf<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
        M: Method<T, D, K, C, R>,
        R: Regularizer<T, D, K, C>,
    {
        self.fit_best_in(&mut Workspace::new(), method, limits, gmm, restarts, init, data, rng, hook)
    }

    /// Whether a fit with its model is better than another. One without spurious components is better than one with
    /// them; otherwise the one with the larger likelihood is, or, under a prior, the larger posterior density.
    #[inline(always)]
    pub(super) fn ranks_above<const D: usize, const K: usize, C: Covariance>(
        &self,
        (fit, model): (&Fit<T, K>, &Gmm<T, D, K, C>),
        (other, others): (&Fit<T, K>, &Gmm<T, D, K, C>),
    ) -> bool
    where
        R: Regularizer<T, D, K, C>,
    {
        if fit.is_doubtful() == other.is_doubtful() {
            let objective =
                |fit: &Fit<T, K>, model| self.m_step.objective(fit.log_likelihood, model, T::ONE).0;
            objective(fit, model) > objective(other, others)
        } else {
            other.is_doubtful()
        }
    }

    /// The best of several fits, in a workspace; `gmm` is as before if none succeeds.
    #[allow(clippy::too_many_arguments)] // as above
    fn fit_best_in<const D: usize, const K: usize, C: Covariance, M, I, G: ?Sized>(
        &self,
        workspace: &mut Workspace<T, D, K, C>,
        method: &mut M,
        limits: &Limits<T, D, K>,
        gmm: &mut Gmm<T, D, K, C>,
        restarts: u32,
        mut init: impl FnMut(&mut Gmm<T, D, K, C>, I, &mut G) -> Result<(), Error>,
        data: I,
        rng: &mut G,
        hook: Hook<'_, T>,
    ) -> Result<BestOf<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
        M: Method<T, D, K, C, R>,
        R: Regularizer<T, D, K, C>,
    {
        self.check_gaps::<D, K, C, M, _>(limits, data.clone())?;
        let Workspace { model, totals, block } = workspace;
        model.clone_from(gmm);
        let extra = gmm.extra;
        let mut best: Option<(u32, Fit<T, K>)> = None;
        let mut refused = Error::InvalidParameter { name: "restarts", expected: "1 or more" };
        let (mut attempted, mut failed, mut healthy, mut stopped, mut spurious) = (0, 0, 0, false, None);
        while attempted < restarts && !stopped {
            let restart = attempted;
            attempted += 1;
            // A start leaves the noise as it is, and each begins with that of the caller.
            model.extra = extra;
            let fit = init(model, data.clone(), rng).and_then(|()| {
                let pass = |totals: &mut SufficientStats<T, D, K, C>, gmm: &_| {
                    totals.observe_blocks(block, gmm, data.clone())
                };
                method.climb(self, limits, model, totals, pass, restart, hook)
            });
            let (fit, stop) = match fit {
                Ok(fit) => fit,
                Err(error) => {
                    refused = error;
                    failed += 1;
                    continue;
                }
            };
            stopped = stop == Some(Stop::Search);
            healthy += u32::from(fit.is_healthy());
            spurious = fit.likeliest_spurious(spurious);
            if best.as_ref().is_none_or(|(_, best)| self.ranks_above((&fit, model), (best, gmm))) {
                gmm.clone_from(model);
                best = Some((restart, fit));
            }
        }
        let (restart, fit) = best.ok_or(refused)?;
        let passed_over = fit.passed_over(spurious);
        Ok(BestOf { fit, restart, attempted, failed, healthy, stopped, passed_over })
    }
}
