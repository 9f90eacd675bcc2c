//! Scores on the threads of a rayon pool: the current one, or the global one outside of any.

use super::scoring::check_length;
use super::{Gmm, Posterior};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::real::Real;

/// Samples in a chunk, unless there is a reason for another number: several panels or blocks of a pass, some ten
/// microseconds of work at the least, and enough chunks for eight threads from 10⁵ samples on.
///
/// The size of a chunk is part of what a parallel pass means, as the blocks of 64 are of
/// [`observe_all`](crate::SufficientStats::observe_all): another size gives another rounding, another number of threads does
/// not.
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
