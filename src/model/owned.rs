//! Scores of slices as vectors.

use std::vec;
use std::vec::Vec;

use super::{Gmm, Posterior};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::real::Real;

/// With the feature `std`: scores in vectors of their own, one for each sample.
impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// [`log_densities`](Self::log_densities) in a new vector, with the same bits.
    ///
    /// ```
    /// use gaussmix::Gmm;
    ///
    /// let gmm: Gmm<f64, 1, 2> = Gmm::from_arrays([0.5, 0.5], [[-1.0], [1.0]], [[[1.0]]; 2])?;
    /// let data = [[-1.0], [0.1], [5.0]];
    /// let scores = gmm.log_densities_of(&data)?;
    /// assert!(scores[1] > scores[2]);
    /// assert_eq!(gmm.predictions_of(&data)?, [0, 1, 1]);
    /// assert!(gmm.posteriors_of(&data)?[0].responsibilities[0] > 0.8);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`log_density`](Self::log_density), with the index of the first bad sample.
    #[doc(alias("score_samples"))]
    pub fn log_densities_of(&self, data: &[[T; D]]) -> Result<Vec<T>, Error> {
        let mut out = vec![T::ZERO; data.len()];
        self.log_densities(data, &mut out)?;
        Ok(out)
    }

    /// [`posteriors`](Self::posteriors) in a new vector, with the same bits.
    ///
    /// # Errors
    /// As [`log_densities_of`](Self::log_densities_of).
    #[doc(alias("predict_proba"))]
    pub fn posteriors_of(&self, data: &[[T; D]]) -> Result<Vec<Posterior<T, K>>, Error> {
        let mut out = vec![Posterior::default(); data.len()];
        self.posteriors(data, &mut out)?;
        Ok(out)
    }

    /// [`predictions`](Self::predictions) in a new vector.
    ///
    /// # Errors
    /// As [`log_densities_of`](Self::log_densities_of).
    #[doc(alias("predict", "fit_predict"))]
    pub fn predictions_of(&self, data: &[[T; D]]) -> Result<Vec<usize>, Error> {
        let mut out = vec![0; data.len()];
        self.predictions(data, &mut out)?;
        Ok(out)
    }
}
