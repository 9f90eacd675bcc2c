//! Scoring of slices: the scores of single samples, under an operating system in panels. The feature `simd` makes it
//! two to four times faster still, with other rounding.

use super::{Gmm, Posterior};
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
    #[doc(alias("score_samples", "anomaly scores", "dens", "densityMclust"))]
    pub fn log_densities(&self, data: &[[T; D]], out: &mut [T]) -> Result<(), Error> {
        check_length(data.len(), out.len())?;
        crate::wide::log_densities(self, data, out)
    }

    /// Log-density and responsibilities of every sample, as [`posterior`](Self::posterior).
    ///
    /// # Errors
    /// As [`log_densities`](Self::log_densities).
    #[doc(alias("predict_proba"))]
    pub fn posteriors(&self, data: &[[T; D]], out: &mut [Posterior<T, K>]) -> Result<(), Error> {
        check_length(data.len(), out.len())?;
        crate::wide::posteriors(self, data, out)
    }

    /// The component of the largest responsibility of every sample, as [`predict`](Self::predict).
    ///
    /// # Errors
    /// As [`log_densities`](Self::log_densities).
    #[doc(alias("predict", "fit_predict", "labels_", "classification"))]
    pub fn predictions(&self, data: &[[T; D]], out: &mut [usize]) -> Result<(), Error> {
        check_length(data.len(), out.len())?;
        crate::wide::predictions(self, data, out)
    }
}

pub(crate) fn check_length(samples: usize, places: usize) -> Result<(), Error> {
    require(samples == places, "out", "as long as the data")
}

/// Writes the `score` of each sample to `out`. Stops at the first sample that is refused.
pub(crate) fn one_by_one<T: Real, const D: usize, O>(
    data: &[[T; D]],
    out: &mut [O],
    score: impl Fn(&[T; D]) -> Result<O, Error>,
) -> Result<(), Error> {
    for (index, (x, place)) in data.iter().zip(out).enumerate() {
        *place = score(x).map_err(|error| error.at(index as u64))?;
    }
    Ok(())
}
