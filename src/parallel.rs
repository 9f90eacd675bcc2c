//! Passes, scores and restarts on the threads of a rayon pool: the current one, or the global one outside of any.
//!
//! # The same bits on any number of threads
//! A pass is cut into chunks of a fixed number of samples. Each chunk has its own statistics, and these are merged in
//! the order of the data, so that neither the number of threads nor which of them took which chunk can be told from the
//! result. (rayon's own `fold` and `reduce` cut where a thread happens to be free, and do not have this property.)
//!
//! # Memory
//! Threads take chunks from a queue, one after the other. The statistics of a chunk wait in a slot until those before
//! it are merged; there are slots for some tens or hundreds of chunks, whatever the length of the data, and the queue
//! starts again when they are full.

use core::iter::repeat_with;
use core::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};
use std::vec::Vec;

use crate::covariance::Covariance;
use crate::scoring::check_length;
use crate::statistics::Block;
use crate::{BestOf, Em, Error, Fit, Gmm, Hook, Observation, Posterior, Real, SufficientStats, Workspace};

/// Samples in a chunk, unless there is a reason for another number: several panels or blocks of a pass, some ten
/// microseconds of work at the least, and enough chunks for eight threads from 10⁵ samples on.
///
/// The size of a chunk is part of what a parallel pass means, as the blocks of 64 are of
/// [`observe_all`](SufficientStats::observe_all): another size gives another rounding, another number of threads does
/// not.
pub const CHUNK: usize = 8192;

/// Bytes of statistics that may wait to be merged, unless four chunks a thread need more.
const WAITING: usize = 1 << 20;

/// The statistics of one chunk.
struct Slot<T: Real, const D: usize, const K: usize, C: Covariance> {
    stats: SufficientStats<T, D, K, C>,
    outcome: Result<(), Error>,
}

/// The memory of parallel passes.
struct Team<T: Real, const D: usize, const K: usize, C: Covariance> {
    /// One for each thread.
    blocks: Vec<Block<T, D, K, C>>,
    /// One for each chunk that is taken or waits to be merged.
    slots: Vec<Slot<T, D, K, C>>,
    chunk: usize,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Team<T, D, K, C> {
    /// For passes over so many samples.
    fn new(samples: usize, chunk: usize) -> Result<Self, Error> {
        if chunk == 0 {
            return Err(Error::InvalidParameter { name: "chunk" });
        }
        let chunks = samples.div_ceil(chunk).max(1);
        let threads = rayon::current_num_threads().min(chunks);
        let slots = (WAITING / size_of::<SufficientStats<T, D, K, C>>()).max(4 * threads).min(chunks);
        Ok(Self {
            blocks: repeat_with(Block::new).take(threads).collect(),
            slots: repeat_with(|| Slot { stats: SufficientStats::new(), outcome: Ok(()) })
                .take(slots)
                .collect(),
            chunk,
        })
    }

    /// Adds `data` to `totals`.
    fn observe<O: Observation<T, D> + Sync>(
        &mut self,
        totals: &mut SufficientStats<T, D, K, C>,
        gmm: &Gmm<T, D, K, C>,
        data: &[O],
    ) -> Result<(), Error> {
        let mut first = 0;
        for wave in data.chunks(self.slots.len().saturating_mul(self.chunk)) {
            self.observe_wave(gmm, wave);
            for (slot, chunk) in self.slots.iter().zip(wave.chunks(self.chunk)) {
                totals.merge(&slot.stats);
                slot.outcome.map_err(|error| error.offset_by(first))?;
                first += chunk.len() as u64;
            }
        }
        Ok(())
    }

    /// Fills a slot with each chunk of `wave`, which has no more chunks than there are slots.
    fn observe_wave<O: Observation<T, D> + Sync>(&mut self, gmm: &Gmm<T, D, K, C>, wave: &[O]) {
        let queue = Mutex::new(wave.chunks(self.chunk).zip(&mut self.slots));
        rayon::scope(|scope| {
            for block in &mut self.blocks {
                scope.spawn(|_| {
                    while let Some((chunk, slot)) = next(&queue) {
                        slot.stats.reset();
                        slot.outcome = slot.stats.observe_blocks(block, gmm, chunk);
                    }
                });
            }
        });
    }
}

/// The next item of a queue that threads share.
fn next<I: Iterator>(queue: &Mutex<I>) -> Option<I::Item> {
    // Nothing panics while it is locked.
    queue.lock().unwrap_or_else(PoisonError::into_inner).next()
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> SufficientStats<T, D, K, C> {
    /// E-step of a whole pass on several threads: [`observe_all`](Self::observe_all) for every `chunk` samples
    /// ([`CHUNK`] is a good number), merged in order. The same bits on any number of threads.
    ///
    /// Allocates: a block for each thread, and at most 1 MiB, or four a thread, of statistics.
    ///
    /// ```
    /// use gaussmix::{CHUNK, Gmm, SufficientStats};
    ///
    /// let gmm: Gmm<f64, 1, 2> = Gmm::new([0.5, 0.5], [[0.0], [10.0]], [[[1.0]].into(); 2])?;
    /// let data: Vec<[f64; 1]> = (0..50_000).map(|i| [f64::from(i % 11)]).collect();
    /// let (mut parallel, mut serial) = (SufficientStats::new(), SufficientStats::new());
    /// parallel.par_observe_all(&gmm, &data, CHUNK)?;
    /// for chunk in data.chunks(CHUNK) {
    ///     let mut part = SufficientStats::new();
    ///     part.observe_all(&gmm, chunk)?;
    ///     serial.merge(&part);
    /// }
    /// assert_eq!(parallel, serial);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`observe_all`](Self::observe_all): the first bad sample's index, and those before it count.
    /// [`Error::InvalidParameter`] if `chunk` is 0.
    pub fn par_observe_all<O>(&mut self, gmm: &Gmm<T, D, K, C>, data: &[O], chunk: usize) -> Result<(), Error>
    where
        O: Observation<T, D> + Sync,
    {
        Team::new(data.len(), chunk)?.observe(self, gmm, data)
    }
}

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

impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// [`log_densities`](Self::log_densities) on several threads, with the same bits.
    ///
    /// ```
    /// use gaussmix::Gmm;
    ///
    /// let gmm: Gmm<f64, 1, 2> = Gmm::new([0.5, 0.5], [[-1.0], [1.0]], [[[1.0]].into(); 2])?;
    /// let data: Vec<[f64; 1]> = (0..50_000).map(|i| [f64::from(i % 9)]).collect();
    /// let (mut parallel, mut serial) = (vec![0.0; 50_000], vec![0.0; 50_000]);
    /// gmm.par_log_densities(&data, &mut parallel)?;
    /// gmm.log_densities(&data, &mut serial)?;
    /// assert_eq!(parallel, serial);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`log_densities`](Self::log_densities).
    pub fn par_log_densities(&self, data: &[[T; D]], out: &mut [T]) -> Result<(), Error> {
        check_length(data.len(), out.len())?;
        halves(data, out, &|data, out| self.log_densities(data, out))
    }

    /// [`posteriors`](Self::posteriors) on several threads, with the same bits.
    ///
    /// # Errors
    /// As [`posteriors`](Self::posteriors).
    pub fn par_posteriors(&self, data: &[[T; D]], out: &mut [Posterior<T, K>]) -> Result<(), Error> {
        check_length(data.len(), out.len())?;
        halves(data, out, &|data, out| self.posteriors(data, out))
    }

    /// [`predictions`](Self::predictions) on several threads, with the same bits.
    ///
    /// # Errors
    /// As [`predictions`](Self::predictions).
    pub fn par_predictions(&self, data: &[[T; D]], out: &mut [usize]) -> Result<(), Error> {
        check_length(data.len(), out.len())?;
        halves(data, out, &|data, out| self.predictions(data, out))
    }
}

/// Scores slices that begin a multiple of [`CHUNK`], and so of any panel, from the start, and are no shorter: no score
/// knows that the data was cut.
fn halves<T: Real, const D: usize, S: Send>(
    data: &[[T; D]],
    out: &mut [S],
    score: &(impl Fn(&[[T; D]], &mut [S]) -> Result<(), Error> + Sync),
) -> Result<(), Error> {
    if data.len() < 2 * CHUNK {
        return score(data, out);
    }
    let middle = data.len() / (2 * CHUNK) * CHUNK;
    let (front, back) = data.split_at(middle);
    let (front_out, back_out) = out.split_at_mut(middle);
    let (front, back) = rayon::join(|| halves(front, front_out, score), || halves(back, back_out, score));
    front.and(back.map_err(|error| error.offset_by(middle as u64)))
}
