//! One fit, or the best of several, with all options.

use core::ops::ControlFlow;

use super::{BestOf, Em, Fit, Frozen, Hook, Iteration, Stop, Workspace};
use crate::covariance::{Covariance, Full};
use crate::error::Error;
use crate::model::Gmm;
use crate::observation::Observation;
use crate::real::Real;
use crate::statistics::SufficientStats;

/// The type of the hook that does nothing.
pub type NoHook<T> = fn(&Iteration<T>) -> ControlFlow<Stop>;

/// A fit to be made: [`Em`] with a hook, a workspace or frozen parameters. All of these combine, also with restarts and
/// threads.
#[derive(Debug)]
#[must_use = "nothing is fitted before `fit` or `fit_best_of`"]
pub struct Fitting<'a, T: Real, const D: usize, const K: usize, C: Covariance = Full, H = NoHook<T>> {
    pub(super) em: Em<T>,
    pub(super) frozen: Frozen<K>,
    pub(super) workspace: Option<&'a mut Workspace<T, D, K, C>>,
    pub(super) hook: H,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Fitting<'_, T, D, K, C> {
    pub(super) fn new(em: Em<T>) -> Self {
        Self { em, frozen: Frozen::NONE, workspace: None, hook: |_| ControlFlow::Continue(()) }
    }
}

impl<'a, T: Real, const D: usize, const K: usize, C: Covariance, H> Fitting<'a, T, D, K, C, H> {
    /// The parameters that the fit leaves as they are.
    pub fn with_frozen(mut self, frozen: Frozen<K>) -> Self {
        self.frozen = frozen;
        self
    }

    /// Memory that the caller owns, in a `static` or on a heap, for models that are too large for the stack.
    pub fn with_workspace(mut self, workspace: &'a mut Workspace<T, D, K, C>) -> Self {
        self.workspace = Some(workspace);
        self
    }

    /// A hook that is called after every E-step, for progress, a [`Trace`](super::Trace) or a time limit. It may
    /// [stop](Stop) the present restart or the whole search.
    pub fn with_hook<F>(self, hook: F) -> Fitting<'a, T, D, K, C, F>
    where
        F: FnMut(&Iteration<T>) -> ControlFlow<Stop>,
    {
        Fitting { em: self.em, frozen: self.frozen, workspace: self.workspace, hook }
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance, H> Fitting<'_, T, D, K, C, H>
where
    H: FnMut(&Iteration<T>) -> ControlFlow<Stop>,
{
    /// [`Em::fit`]
    ///
    /// # Errors
    /// As [`Em::fit`].
    pub fn fit<I>(mut self, gmm: &mut Gmm<T, D, K, C>, data: I) -> Result<Fit<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        let Self { em, frozen, workspace, hook } = &mut self;
        match workspace {
            Some(workspace) => em.fit_in(workspace, frozen, gmm, data, hook),
            None => em.fit_on_stack(frozen, gmm, data, hook),
        }
    }

    /// [`Em::fit_best_of`]
    ///
    /// # Errors
    /// As [`Em::fit_best_of`].
    pub fn fit_best_of<I, R: ?Sized>(
        mut self,
        gmm: &mut Gmm<T, D, K, C>,
        restarts: u32,
        init: impl FnMut(&mut Gmm<T, D, K, C>, I, &mut R) -> Result<(), Error>,
        data: I,
        rng: &mut R,
    ) -> Result<BestOf<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        let Self { em, frozen, workspace, hook } = &mut self;
        match workspace {
            Some(workspace) => em.fit_best_in(workspace, frozen, gmm, restarts, init, data, rng, hook),
            None => em.fit_best_on_stack(frozen, gmm, restarts, init, data, rng, hook),
        }
    }
}

impl<T: Real> Em<T> {
    /// [`fit_in`](Self::fit_in) a new workspace on the stack. A separate function, so that a caller with a workspace
    /// does not need that stack.
    #[inline(never)]
    pub(super) fn fit_on_stack<const D: usize, const K: usize, C: Covariance, I>(
        &self,
        frozen: &Frozen<K>,
        gmm: &mut Gmm<T, D, K, C>,
        data: I,
        hook: Hook<'_, T>,
    ) -> Result<Fit<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        self.fit_in(&mut Workspace::new(), frozen, gmm, data, hook)
    }

    fn fit_in<const D: usize, const K: usize, C: Covariance, I>(
        &self,
        workspace: &mut Workspace<T, D, K, C>,
        frozen: &Frozen<K>,
        gmm: &mut Gmm<T, D, K, C>,
        data: I,
        hook: Hook<'_, T>,
    ) -> Result<Fit<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        workspace.model.copy_from(gmm);
        let Workspace { model, totals, block } = workspace;
        let pass = |totals: &mut SufficientStats<T, D, K, C>, gmm: &_| {
            totals.observe_blocks(block, gmm, data.clone())
        };
        match self.climb(frozen, gmm, totals, pass, 0, hook) {
            Ok((fit, _)) => Ok(fit),
            Err(error) => {
                gmm.copy_from(model);
                Err(error)
            }
        }
    }

    /// [`fit_best_in`](Self::fit_best_in) a new workspace on the stack.
    #[allow(clippy::too_many_arguments)] // the fields of a `Fitting` and the arguments of its caller
    #[inline(never)]
    pub(super) fn fit_best_on_stack<const D: usize, const K: usize, C: Covariance, I, R: ?Sized>(
        &self,
        frozen: &Frozen<K>,
        gmm: &mut Gmm<T, D, K, C>,
        restarts: u32,
        init: impl FnMut(&mut Gmm<T, D, K, C>, I, &mut R) -> Result<(), Error>,
        data: I,
        rng: &mut R,
        hook: Hook<'_, T>,
    ) -> Result<BestOf<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        self.fit_best_in(&mut Workspace::new(), frozen, gmm, restarts, init, data, rng, hook)
    }

    /// The best of several fits, in a workspace; `gmm` is as before if none succeeds.
    #[allow(clippy::too_many_arguments)] // as above
    fn fit_best_in<const D: usize, const K: usize, C: Covariance, I, R: ?Sized>(
        &self,
        workspace: &mut Workspace<T, D, K, C>,
        frozen: &Frozen<K>,
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
        let Workspace { model, totals, block } = workspace;
        model.copy_from(gmm);
        let mut best: Option<(u32, Fit<T, K>)> = None;
        let mut refused = Error::InvalidParameter { name: "restarts", expected: "1 or more" };
        let (mut attempted, mut failed, mut healthy, mut stopped) = (0, 0, 0, false);
        while attempted < restarts && !stopped {
            let restart = attempted;
            attempted += 1;
            let fit = init(model, data.clone(), rng).and_then(|()| {
                let pass = |totals: &mut SufficientStats<T, D, K, C>, gmm: &_| {
                    totals.observe_blocks(block, gmm, data.clone())
                };
                self.climb(frozen, model, totals, pass, restart, hook)
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
            if best.as_ref().is_none_or(|(_, best)| fit.is_better_than(best)) {
                gmm.copy_from(model);
                best = Some((restart, fit));
            }
        }
        best.map(|(restart, fit)| BestOf { fit, restart, attempted, failed, healthy, stopped }).ok_or(refused)
    }
}
