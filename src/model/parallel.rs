//! Scores on the threads of a rayon pool: the current pool, or the global pool if there is no current one.

use super::scoring::check_length;
use super::{Gmm, Posterior};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::real::Real;

/// The recommended number of samples in a chunk. A chunk then holds many blocks or panels of a pass and takes at least
/// some ten microseconds, and from 10⁵ samples on there are enough chunks for eight threads.
///
/// The result of a parallel pass depends on the size of a chunk, as that of
/// [`observe_all`](crate::SufficientStats::observe_all) does on its blocks of 64: another size rounds differently. It
/// does not depend on the number of threads.
pub const CHUNK: usize = 8192;

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

/// Scores the data in slices. Each slice begins at a multiple of [`CHUNK`], and so of any panel, and holds at least
/// `CHUNK` samples unless the data is shorter. Scores therefore do not depend on the slices.
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
