//! Passes on the threads of a rayon pool: the current pool, or the global pool if there is no current one.
//!
//! # The same bits on any number of threads
//! A pass is cut into chunks of a fixed number of samples. Each chunk has its own statistics, and these are merged in
//! the order of the data. So the result depends neither on the number of threads nor on which thread took which chunk.
//! (rayon's own `fold` and `reduce` cut where a thread happens to be free, and do not have this property.)
//!
//! # Memory
//! Threads take chunks from a queue, one after the other. The statistics of a chunk wait in a slot until the chunks
//! before it are merged. The number of slots is limited, whatever the length of the data ([`WAITING`]). When all slots
//! are filled they are merged, and a new queue begins.

use core::iter::repeat_with;
use std::sync::{Mutex, PoisonError};
use std::vec::Vec;

use super::SufficientStats;
use crate::covariance::Covariance;
use crate::error::{Error, require};
use crate::model::Gmm;
use crate::observation::Observation;
use crate::real::Real;
use crate::wide::Block;

/// Bytes of statistics that may wait to be merged, unless four chunks per thread need more.
const WAITING: usize = 1 << 20;

/// The statistics of one chunk.
struct Slot<T: Real, const D: usize, const K: usize, C: Covariance> {
    stats: SufficientStats<T, D, K, C>,
    outcome: Result<(), Error>,
}

/// The memory of parallel passes.
pub(crate) struct Team<T: Real, const D: usize, const K: usize, C: Covariance> {
    /// One for each thread.
    blocks: Vec<Block<T, D, K, C>>,
    /// One for each chunk that is taken or waits to be merged.
    slots: Vec<Slot<T, D, K, C>>,
    chunk: usize,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Team<T, D, K, C> {
    /// Memory for passes over this number of samples.
    pub(crate) fn new(samples: usize, chunk: usize) -> Result<Self, Error> {
        require(chunk > 0, "chunk", "1 or more")?;
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

    /// Adds the statistics of `data` to `totals`.
    pub(crate) fn observe<O: Observation<T, D> + Sync>(
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

    /// Fills one slot with the statistics of each chunk of `wave`, which has at most as many chunks as there are slots.
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
pub(crate) fn next<I: Iterator>(queue: &Mutex<I>) -> Option<I::Item> {
    // Nothing panics while the queue is locked.
    queue.lock().unwrap_or_else(PoisonError::into_inner).next()
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> SufficientStats<T, D, K, C> {
    /// E-step of a whole pass on several threads: [`observe_all`](Self::observe_all) for every `chunk` samples
    /// ([`CHUNK`](crate::CHUNK) is a good number), merged in order. The bits are the same on any number of threads.
    ///
    /// Allocates a block for each thread, and statistics: at most 1 MiB or four per thread, whichever is more.
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
    /// As [`observe_all`](Self::observe_all), with the index of the first bad sample. The samples before it count.
    /// [`Error::InvalidParameter`] if `chunk` is 0.
    pub fn par_observe_all<O>(&mut self, gmm: &Gmm<T, D, K, C>, data: &[O], chunk: usize) -> Result<(), Error>
    where
        O: Observation<T, D> + Sync,
    {
        Team::new(data.len(), chunk)?.observe(self, gmm, data)
    }
}
