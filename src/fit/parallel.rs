//! Fits on the threads of a rayon pool: the passes of one fit, or several restarts at the same time.

use core::iter::repeat_with;
use core::ops::{ControlFlow, Range};
use core::sync::atomic::{AtomicBool, Ordering};
use std::boxed::Box;
use std::sync::{Mutex, PoisonError};
use std::vec::Vec;

use super::fitting::Limits;
use super::{BestOf, Em, Fit, Fitting, Hook, Iteration, Method, Regularizer, Stop, Workspace};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::model::Gmm;
use crate::observation::Observation;
use crate::real::Real;
use crate::statistics::{SufficientStats, Team, next};

impl<T: Real, const D: usize, const K: usize, C: Covariance, H, M, R> Fitting<'_, T, D, K, C, H, M, R>
where
    H: FnMut(&Iteration<T>) -> ControlFlow<Stop>,
    M: Method<T, D, K, C, R>,
    R: Regularizer<T, D, K, C>,
{
    /// [`fit`](Self::fit) with the passes of [`par_observe_all`](SufficientStats::par_observe_all), for much data and
    /// one start. The bits are the same on any number of threads.
    ///
    /// ```
    /// use gaussmix::{CHUNK, Em, Gmm, init};
    ///
    /// let far = |i| if i % 2 == 0 { 30.0 } else { 0.0 };
    /// let data: Vec<[f32; 1]> = (0..20_000).map(|i| [(i % 7) as f32 + far(i)]).collect();
    /// let mut gmm: Gmm<f32, 1, 2> = Gmm::unfitted();
    /// init::farthest_first(&mut gmm, &data)?;
    /// let fit = Em::default().fitting().par_fit(&mut gmm, &data, CHUNK)?;
    /// assert!(fit.converged && fit.count == 20_000);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and [`Error::InvalidParameter`] if `chunk` is 0. The model is then as before.
    pub fn par_fit<O>(self, gmm: &mut Gmm<T, D, K, C>, data: &[O], chunk: usize) -> Result<Fit<T, K>, Error>
    where
        O: Observation<T, D> + Sync,
    {
        let mut team = Team::new(data.len(), chunk)?;
        let Self { em, limits, workspace, mut hook, mut method } = self;
        let mut own = None;
        let Workspace { model, totals, .. } = match workspace {
            Some(workspace) => workspace,
            None => &mut **own.insert(Box::new(Workspace::new())),
        };
        em.check_gaps::<D, K, C, M, _>(&limits, data)?;
        model.clone_from(gmm);
        let pass = |totals: &mut SufficientStats<T, D, K, C>, gmm: &_| team.observe(totals, gmm, data);
        match method.climb(&em, &limits, gmm, totals, pass, 0, &mut hook) {
            Ok((fit, _)) => Ok(fit),
            Err(error) => {
                gmm.clone_from(model);
                Err(error)
            }
        }
    }

    /// The best of several fits, as [`fit_best_of`](Self::fit_best_of). Each restart, with its start, runs on one
    /// thread. With more than a few restarts this gains more than [`par_fit`](Self::par_fit).
    ///
    /// `rng` makes the generator of each restart from the restart's number; two restarts should not share a stream.
    /// `init` receives the model as `gmm` was given. Restarts differ in nothing else, so the same restart wins, with
    /// the same bits, on any number of threads; the first of equals. The hook sees the iterations of all restarts, one
    /// at a time, in no fixed order. If it stops the search, the restarts attempted depend on the threads.
    ///
    /// Allocates a [`Workspace`] and a model for each thread; a workspace that was given replaces one of them.
    ///
    /// ```
    /// use gaussmix::{Em, Gmm, init};
    /// use rand_pcg::Pcg32;
    ///
    /// let data = [[-2.1], [-1.9], [-2.0], [2.2], [1.7], [2.4]];
    /// let mut gmm: Gmm<f64, 1, 2> = Gmm::unfitted();
    /// let rng = |restart| Pcg32::new(1, u64::from(restart));
    /// let best = Em::default().fitting().par_fit_best_of(&mut gmm, 5, init::mixed, &data, rng)?;
    /// assert_eq!((best.attempted, best.failed), (5, 0));
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`fit_best_of`](Self::fit_best_of). The model is then as before.
    pub fn par_fit_best_of<I, G>(
        mut self,
        gmm: &mut Gmm<T, D, K, C>,
        restarts: u32,
        init: impl Fn(&mut Gmm<T, D, K, C>, I, &mut G) -> Result<(), Error> + Sync,
        data: I,
        rng: impl Fn(u32) -> G + Sync,
    ) -> Result<BestOf<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone + Sync,
        H: Send,
        M: Clone + Send,
        R: Sync,
    {
        self.par_search(gmm, restarts, init, data, rng)
    }

    /// [`par_fit_best_of`](Self::par_fit_best_of), for more than one search.
    pub(crate) fn par_search<I, G>(
        &mut self,
        gmm: &mut Gmm<T, D, K, C>,
        restarts: u32,
        init: impl Fn(&mut Gmm<T, D, K, C>, I, &mut G) -> Result<(), Error> + Sync,
        data: I,
        rng: impl Fn(u32) -> G + Sync,
    ) -> Result<BestOf<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone + Sync,
        H: Send,
        M: Clone + Send,
        R: Sync,
    {
        let Self { em, limits, workspace, hook, method } = self;
        em.check_gaps::<D, K, C, M, _>(limits, data.clone())?;
        let workspace = workspace.as_deref_mut();
        let threads = rayon::current_num_threads().min(restarts as usize);
        let owned = threads.saturating_sub(usize::from(workspace.is_some()));
        let mut workspaces: Vec<Workspace<T, D, K, C>> = repeat_with(Workspace::new).take(owned).collect();
        let own = workspaces.iter_mut().chain(workspace).take(threads);
        let mut climbers: Vec<_> = own.map(|workspace| Climber::new(workspace, method.clone())).collect();
        let search = Search { queue: Mutex::new(0..restarts), hook: Mutex::new(hook), stopped: false.into() };
        let given = &*gmm;
        rayon::scope(|scope| {
            for climber in &mut climbers {
                scope.spawn(|_| {
                    while let Some(restart) = search.next() {
                        climber.workspace.model.clone_from(given);
                        let start = init(&mut climber.workspace.model, data.clone(), &mut rng(restart));
                        climber.climb(em, limits, start, data.clone(), restart, &mut |i| search.see(i));
                    }
                });
            }
        });
        let sum = |count: fn(&Climber<'_, T, D, K, C, M>) -> u32| climbers.iter().map(count).sum();
        let (attempted, failed, healthy) = (sum(|c| c.attempted), sum(|c| c.failed), sum(|c| c.healthy));
        let refused = climbers.iter().filter_map(|climber| climber.refused).max_by_key(|refused| refused.0);
        let spurious = climbers.iter().filter_map(|climber| climber.spurious).reduce(Real::larger);
        let best = climbers.iter().filter_map(|climber| Some((climber.best?, &climber.model)));
        let best = best.reduce(|a, b| if ranks_before(em, &b, &a) { b } else { a });
        match (best, refused) {
            (Some(((restart, fit), model)), _) => {
                let stopped = search.stopped.load(Ordering::Relaxed);
                gmm.clone_from(model);
                let passed_over = fit.passed_over(spurious);
                Ok(BestOf { fit, restart, attempted, failed, healthy, stopped, passed_over })
            }
            (None, Some((_, error))) => Err(error),
            (None, None) => Err(Error::InvalidParameter { name: "restarts", expected: "1 or more" }),
        }
    }
}

/// The state that the threads of a search share.
struct Search<H> {
    queue: Mutex<Range<u32>>,
    hook: Mutex<H>,
    /// Whether the hook stopped the search.
    stopped: AtomicBool,
}

impl<H> Search<H> {
    /// The next restart, if there is one.
    fn next(&self) -> Option<u32> {
        if self.stopped.load(Ordering::Relaxed) { None } else { next(&self.queue) }
    }

    /// Shows an iteration to the hook.
    fn see<T>(&self, iteration: &Iteration<T>) -> ControlFlow<Stop>
    where
        H: FnMut(&Iteration<T>) -> ControlFlow<Stop>,
    {
        // A hook that panicked on another thread poisons the lock. Its panic ends the search in any case.
        let mut hook = self.hook.lock().unwrap_or_else(PoisonError::into_inner);
        if self.stopped.load(Ordering::Relaxed) {
            return ControlFlow::Break(Stop::Search);
        }
        let flow = hook(iteration);
        if flow == ControlFlow::Break(Stop::Search) {
            self.stopped.store(true, Ordering::Relaxed);
        }
        flow
    }
}

/// A restart's number and its fit.
type Ranked<T, const K: usize> = (u32, Fit<T, K>);

/// Whether `a` ranks before `b`: the better fit first, then the lower number. The winner does not depend on the order
/// of comparisons.
fn ranks_before<T: Real, const D: usize, const K: usize, C: Covariance, R>(
    em: &Em<T, R>,
    ((i, a), model): &(Ranked<T, K>, &Gmm<T, D, K, C>),
    ((j, b), other): &(Ranked<T, K>, &Gmm<T, D, K, C>),
) -> bool
where
    R: Regularizer<T, D, K, C>,
{
    em.ranks_above((a, model), (b, other)) || (i < j && !em.ranks_above((b, other), (a, model)))
}

/// The results of the restarts that one thread made.
struct Climber<'a, T: Real, const D: usize, const K: usize, C: Covariance, M> {
    method: M,
    workspace: &'a mut Workspace<T, D, K, C>,
    /// The model of the best fit.
    model: Gmm<T, D, K, C>,
    best: Option<Ranked<T, K>>,
    /// The largest ℓ of the fits with a spurious component.
    spurious: Option<T>,
    /// The number and the error of the last restart that failed.
    refused: Option<(u32, Error)>,
    attempted: u32,
    failed: u32,
    healthy: u32,
}

impl<'a, T: Real, const D: usize, const K: usize, C: Covariance, M> Climber<'a, T, D, K, C, M> {
    fn new(workspace: &'a mut Workspace<T, D, K, C>, method: M) -> Self {
        Self {
            method,
            workspace,
            model: Gmm::BLANK,
            best: None,
            spurious: None,
            refused: None,
            attempted: 0,
            failed: 0,
            healthy: 0,
        }
    }

    /// Fits the workspace's model, unless its start failed, and keeps it if it is the best so far.
    fn climb<I, R>(
        &mut self,
        em: &Em<T, R>,
        limits: &Limits<T, D, K>,
        start: Result<(), Error>,
        data: I,
        restart: u32,
        hook: Hook<'_, T>,
    ) where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
        M: Method<T, D, K, C, R>,
        R: Regularizer<T, D, K, C>,
    {
        self.attempted += 1;
        let Self { method, workspace, .. } = self;
        let Workspace { model, totals, block } = &mut **workspace;
        let pass = |totals: &mut SufficientStats<T, D, K, C>, gmm: &Gmm<T, D, K, C>| {
            totals.observe_blocks(block, gmm, data.clone())
        };
        match start.and_then(|()| method.climb(em, limits, model, totals, pass, restart, hook)) {
            Ok((fit, _)) => {
                self.healthy += u32::from(fit.is_healthy());
                self.spurious = fit.likeliest_spurious(self.spurious);
                let fit = (restart, fit);
                let ranks = |best| ranks_before(em, &(fit, &*model), &(best, &self.model));
                if self.best.is_none_or(ranks) {
                    self.model.clone_from(model);
                    self.best = Some(fit);
                }
            }
            Err(error) => {
                self.failed += 1;
                self.refused = Some((restart, error));
            }
        }
    }
}
