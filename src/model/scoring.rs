//! Scoring of slices. The scores are those of single samples. The feature `simd` makes scoring several times faster,
//! with other rounding.

use super::{Gmm, Live, Posterior};
use crate::covariance::Covariance;
use crate::error::{Error, require};
use crate::real::Real;

impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// ln p(x) of every sample, as [`log_density`](Self::log_density).
    ///
    /// ```
    /// use gaussmix::Gmm;
    ///
    /// let gmm: Gmm<f64, 1, 2> = Gmm::new([0.5, 0.5], [[-1.0], [1.0]], [[[1.0]].into(); 2])?;
    /// let data = [[-1.0], [0.0], [5.0]];
    /// let mut scores = [0.0; 3];
    /// gmm.log_densities(&data, &mut scores)?;
    /// assert!((scores[1] - gmm.log_density(&data[1])?).abs() < 1e-14);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`log_density`](Self::log_density), with the index of the first bad sample. The samples before it are scored;
    /// the rest of `out` is unspecified. [`Error::InvalidParameter`] if `out` is not as long as `data`.
    pub fn log_densities(&self, data: &[[T; D]], out: &mut [T]) -> Result<(), Error> {
        check_length(data.len(), out.len())?;
        #[cfg(feature = "simd")]
        if data.len() >= crate::simd::WORTHWHILE {
            return crate::simd::log_densities(self, data, out);
        }
        let (live, mut terms) = (Live::of(self), [T::ZERO; K]);
        if live.is_few() {
            return one_by_one(data, out, |x| Ok(self.log_sum_over(&live, x, &mut terms)?.0));
        }
        one_by_one(data, out, |x| self.log_density_at(x))
    }

    /// Log-density and responsibilities of every sample, as [`posterior`](Self::posterior).
    ///
    /// # Errors
    /// As [`log_densities`](Self::log_densities).
    pub fn posteriors(&self, data: &[[T; D]], out: &mut [Posterior<T, K>]) -> Result<(), Error> {
        check_length(data.len(), out.len())?;
        #[cfg(feature = "simd")]
        if data.len() >= crate::simd::WORTHWHILE {
            return crate::simd::posteriors(self, data, out);
        }
        let live = Live::of(self);
        if live.is_few() {
            return each(data, out, |x, place| self.posterior_over(&live, x, place));
        }
        one_by_one(data, out, |x| self.posterior_at(x))
    }

    /// The component of the largest responsibility of every sample, as [`predict`](Self::predict).
    ///
    /// # Errors
    /// As [`log_densities`](Self::log_densities).
    pub fn predictions(&self, data: &[[T; D]], out: &mut [usize]) -> Result<(), Error> {
        check_length(data.len(), out.len())?;
        #[cfg(feature = "simd")]
        if data.len() >= crate::simd::WORTHWHILE {
            return crate::simd::predictions(self, data, out);
        }
        let live = Live::of(self);
        one_by_one(data, out, |x| self.predict_over(&live, x))
    }
}

pub(crate) fn check_length(samples: usize, places: usize) -> Result<(), Error> {
    require(samples == places, "out", "as long as the data")
}

/// Writes the `score` of each sample to `out`. Stops at the first sample that is refused.
pub(crate) fn one_by_one<T: Real, const D: usize, O>(
    data: &[[T; D]],
    out: &mut [O],
    mut score: impl FnMut(&[T; D]) -> Result<O, Error>,
) -> Result<(), Error> {
    each(data, out, |x, place| score(x).map(|score| *place = score))
}

/// The same, where `score` writes in place.
fn each<T: Real, const D: usize, O>(
    data: &[[T; D]],
    out: &mut [O],
    mut score: impl FnMut(&[T; D], &mut O) -> Result<(), Error>,
) -> Result<(), Error> {
    for (index, (x, place)) in data.iter().zip(out).enumerate() {
        score(x, place).map_err(|error| error.at(index as u64))?;
    }
    Ok(())
}
