//! Fits on the threads of a rayon pool: the passes of one fit, or restarts side by side.

use core::iter::repeat_with;
use core::ops::ControlFlow;
use std::sync::Mutex;
use std::vec::Vec;

use super::{BestOf, Em, Fit, Hook, Workspace};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::model::Gmm;
use crate::observation::Observation;
use crate::real::Real;
use crate::statistics::{SufficientStats, Team, next};

impl<T: Real, const K: usize> Em<T, K> {
    /// [`fit`](Self::fit) with the passes of [`par_observe_all`](SufficientStats::par_observe_all): for much data and
    /// one start. The same bits on any number of threads.
    ///
    /// ```
    /// use gaussmix::{CHUNK, Em, Gmm, init};
    ///
    /// let data: Vec<[f32; 1]> = (0..20_000).map(|i| [(i % 7) as f32 + if i % 2 == 0 { 30.0 } else { 0.0 }]).collect();
    /// let mut gmm: Gmm<f32, 1, 2> = Gmm::unfitted();
    /// init::farthest_first(&mut gmm, &data)?;
    /// let fit = Em::default().par_fit(&mut gmm, &data, CHUNK)?;
    /// assert!(fit.converged && fit.count == 20_000);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and [`Error::InvalidParameter`] if `chunk` is 0. The model is then as before.
    pub fn par_fit<const D: usize, C: Covariance, O>(
        &self,
        gmm: &mut Gmm<T, D, K, C>,
        data: &[O],
        chunk: usize,
    ) -> Result<Fit<T, K>, Error>
    where
        O: Observation<T, D> + Sync,
    {
        self.par_fit_with(gmm, data, chunk, &mut |_| ControlFlow::Continue(()))
    }

    /// [`par_fit`](Self::par_fit) with a hook as in [`fit_with`](Self::fit_with).
    ///
    /// # Errors
    /// As [`par_fit`](Self::par_fit).
    pub fn par_fit_with<const D: usize, C: Covariance, O>(
        &self,
        gmm: &mut Gmm<T, D, K, C>,
        data: &[O],
        chunk: usize,
        hook: Hook<'_, T>,
    ) -> Result<Fit<T, K>, Error>
    where
        O: Observation<T, D> + Sync,
    {
        let mut team = Team::new(data.len(), chunk)?;
        let mut totals = SufficientStats::new();
        let mut before = Gmm::BLANK;
        before.copy_from(gmm);
        self.climb(gmm, &mut totals, |totals, gmm| team.observe(totals, gmm, data), 0, hook)
            .inspect_err(|_| gmm.copy_from(&before))
    }

    /// The best of several fits, as [`fit_best_of`](Self::fit_best_of), each [fitted](Self::fit) on a thread of its own:
    /// more gain than [`par_fit`](Self::par_fit) from more than a few restarts, starts included.
    ///
    /// `rng` makes the generator of each restart, from its number; two restarts should not share a stream. `init` is
    /// handed the model as it was given. Restarts differ in nothing else, so the same one wins, with the same bits, on
    /// any number of threads; of equals the first.
    ///
    /// Allocates a [`Workspace`] and a model for each thread.
    ///
    /// ```
    /// use gaussmix::{Em, Gmm, init};
    /// use rand_pcg::Pcg32;
    ///
    /// let data = [[-2.1], [-1.9], [-2.0], [2.2], [1.7], [2.4]];
    /// let mut gmm: Gmm<f64, 1, 2> = Gmm::unfitted();
    /// let rng = |restart| Pcg32::new(1, u64::from(restart));
    /// let best = Em::default().par_fit_best_of(&mut gmm, 5, init::k_means_plus_plus, &data, rng)?;
    /// assert_eq!((best.attempted, best.failed), (5, 0));
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`fit_best_of`](Self::fit_best_of). The model is then as before.
    pub fn par_fit_best_of<const D: usize, C: Covariance, I, R>(
        &self,
        gmm: &mut Gmm<T, D, K, C>,
        restarts: u32,
        init: impl Fn(&mut Gmm<T, D, K, C>, I, &mut R) -> Result<(), Error> + Sync,
        data: I,
        rng: impl Fn(u32) -> R + Sync,
    ) -> Result<BestOf<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone + Sync,
    {
        self.validate()?;
        let threads = rayon::current_num_threads().min(restarts as usize);
        let mut climbers: Vec<Climber<T, D, K, C>> = repeat_with(Climber::new).take(threads).collect();
        let queue = Mutex::new(0..restarts);
        let given = &*gmm;
        rayon::scope(|scope| {
            for climber in &mut climbers {
                scope.spawn(|_| {
                    while let Some(restart) = next(&queue) {
                        climber.workspace.model.copy_from(given);
                        let start = init(&mut climber.workspace.model, data.clone(), &mut rng(restart));
                        climber.climb(self, start, data.clone(), restart);
                    }
                });
            }
        });
        let failed = climbers.iter().map(|climber| climber.failed).sum();
        let healthy = climbers.iter().map(|climber| climber.healthy).sum();
        let refused = climbers.iter().filter_map(|climber| climber.refused).max_by_key(|refused| refused.0);
        let best = climbers.iter().filter_map(|climber| Some((climber.best?, &climber.model)));
        let best = best.reduce(|a, b| if ranks_before(&b.0, &a.0) { b } else { a });
        match (best, refused) {
            (Some(((restart, fit), model)), _) => {
                gmm.copy_from(model);
                Ok(BestOf { fit, restart, attempted: restarts, failed, healthy })
            }
            (None, Some((_, error))) => Err(error),
            (None, None) => Err(Error::InvalidParameter { name: "restarts" }),
        }
    }
}

/// A restart's number and its fit.
type Ranked<T, const K: usize> = (u32, Fit<T, K>);

/// The better fit first, then the lower number: one order, in whichever order they are compared.
fn ranks_before<T: Real, const K: usize>(a: &Ranked<T, K>, b: &Ranked<T, K>) -> bool {
    a.1.is_better_than(&b.1) || (a.0 < b.0 && !b.1.is_better_than(&a.1))
}

/// What one thread knows of the restarts that it made.
struct Climber<T: Real, const D: usize, const K: usize, C: Covariance> {
    workspace: Workspace<T, D, K, C>,
    /// Of the best.
    model: Gmm<T, D, K, C>,
    best: Option<Ranked<T, K>>,
    /// The last failure.
    refused: Option<(u32, Error)>,
    failed: u32,
    healthy: u32,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Climber<T, D, K, C> {
    fn new() -> Self {
        Self {
            workspace: Workspace::new(),
            model: Gmm::BLANK,
            best: None,
            refused: None,
            failed: 0,
            healthy: 0,
        }
    }

    /// Fits the workspace's model, unless its start failed, and keeps it if it is the best so far.
    fn climb<I>(&mut self, em: &Em<T, K>, start: Result<(), Error>, data: I, restart: u32)
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        let Workspace { model, totals, block } = &mut self.workspace;
        let pass = |totals: &mut SufficientStats<T, D, K, C>, gmm: &Gmm<T, D, K, C>| {
            totals.observe_blocks(block, gmm, data.clone())
        };
        let hook: Hook<'_, T> = &mut |_| ControlFlow::Continue(());
        match start.and_then(|()| em.climb(model, totals, pass, restart, hook)) {
            Ok(fit) => {
                self.healthy += u32::from(fit.is_healthy());
                let fit = (restart, fit);
                if self.best.as_ref().is_none_or(|best| ranks_before(&fit, best)) {
                    self.model.copy_from(model);
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
