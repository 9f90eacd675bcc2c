//! What both uses of the bootstrap share: fits, draws, and replicates side by side.

use gaussmix::{Em, Error, Gmm, init};
use rand_pcg::Pcg64;

/// Restarts of each fit, of data and of replicates alike: a ratio compares the best of as many.
const RESTARTS: u32 = 4;

/// What a run of the example is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Run {
    pub(crate) seed: u64,
    pub(crate) replicates: u32,
}

impl Default for Run {
    fn default() -> Self {
        Self { seed: 42, replicates: 99 }
    }
}

impl Run {
    /// The generator of one replicate. `stream` keeps apart what is drawn for different ends.
    pub(crate) fn generator(&self, stream: u64, replicate: u32) -> Pcg64 {
        Pcg64::new(u128::from(self.seed), u128::from(stream) << 32 | u128::from(replicate))
    }
}

/// The best of some fits, and its log-likelihood.
pub(crate) fn fit<const K: usize>(
    data: &[[f64; 2]],
    rng: &mut Pcg64,
) -> Result<(Gmm<f64, 2, K>, f64), Error> {
    let mut gmm = Gmm::unfitted();
    let restarts = if K == 1 { 1 } else { RESTARTS };
    let best = Em::default().fit_best_of(&mut gmm, restarts, init::mixed, data, rng)?;
    Ok((gmm, best.fit.log_likelihood))
}

/// As many samples as there are data.
pub(crate) fn draw<const K: usize>(gmm: &Gmm<f64, 2, K>, count: usize, rng: &mut Pcg64) -> Vec<[f64; 2]> {
    (0..count).map(|_| gmm.sample(rng)).collect()
}

/// What `work` makes of replicates 0, 1, …, in this order.
#[cfg(feature = "rayon")]
pub(crate) fn each<R: Send>(
    run: &Run,
    work: impl Fn(u32) -> Result<R, Error> + Send + Sync,
) -> Result<Vec<R>, Error> {
    use rayon::iter::{IntoParallelIterator, ParallelIterator};
    (0..run.replicates).into_par_iter().map(work).collect()
}

/// What `work` makes of replicates 0, 1, …, in this order.
#[cfg(not(feature = "rayon"))]
pub(crate) fn each<R>(run: &Run, work: impl Fn(u32) -> Result<R, Error>) -> Result<Vec<R>, Error> {
    (0..run.replicates).map(work).collect()
}
