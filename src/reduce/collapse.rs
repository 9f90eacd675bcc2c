//! Collapse: all components become one.

use crate::covariance::{Constant, Covariance, Extra, Shape};
use crate::error::Error;
use crate::model::Gmm;
use crate::real::Real;

use super::operations::factor_of;

impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// Collapses the mixture into the Gaussian that has the mean and covariance of the whole,
    /// Σ π_k (Σ_k + (μ_k − μ)(μ_k − μ)ᵀ). Noise stays as it is, beside this Gaussian.
    ///
    /// A diagonal structure keeps only the diagonal of this covariance, a spherical structure only the mean of the
    /// diagonal.
    ///
    /// ```
    /// use gaussmix::Gmm;
    /// let gmm: Gmm<f64, 1, 2> = Gmm::new([0.5, 0.5], [[-2.0], [2.0]], [[[1.0]].into(); 2])?;
    /// let one = gmm.collapse()?;
    /// assert_eq!(one.means(), &[[0.0]]);
    /// assert!((one.covariances()[0][0] - 5.0).abs() < 1e-14);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotPositiveDefinite`] or [`Error::NonFiniteMean`] if the result leaves the range of `T`.
    pub fn collapse(&self) -> Result<Gmm<T, D, 1, C>, Error> {
        // Sums are taken about one of the means, so that an offset of the data costs no digits.
        let reference = self.live().next().and_then(|k| self.means.get(k).copied()).unwrap_or([T::ZERO; D]);
        let deviation = |k: usize, from: &[T; D]| {
            let mut d = self.means[k];
            for j in 0..D {
                d[j] = (d[j] - reference[j]) - from[j];
            }
            d
        };
        let share = self.gaussian_share();
        let mut centre = [T::ZERO; D];
        for k in 0..K {
            if self.weights[k] > T::ZERO {
                let d = deviation(k, &[T::ZERO; D]);
                for j in 0..D {
                    centre[j] += self.weights[k] / share * d[j];
                }
            }
        }
        let mut scatter = Constant::ZERO;
        for k in 0..K {
            if self.weights[k] > T::ZERO {
                let (factor, weight) = (&self.factors.as_ref()[C::slot(k)], self.weights[k] / share);
                C::Shape::add(&mut scatter, &C::Shape::scatter(factor, weight));
                C::Shape::add_outer(&mut scatter, weight, &deviation(k, &centre));
            }
        }
        let mut one: Gmm<T, D, 1, C> = Gmm::unfitted();
        one.factors.as_mut()[0] =
            factor_of::<T, D, C>(scatter).ok_or(Error::NotPositiveDefinite { component: 0 })?;
        for j in 0..D {
            one.means[0][j] = reference[j] + centre[j];
        }
        if let (Some(to), Some(from)) = (one.extra.noise_mut(), self.extra.noise()) {
            *to = *from;
            one.weights[0] = share;
        }
        one.refresh_offsets();
        one.validate().map(|()| one)
    }
}
