//! The divergence of mixtures, which has no closed form, from draws.

use crate::covariance::Covariance;
use crate::error::{Error, require};
use crate::model::Gmm;
use crate::moments::Moments;
use crate::real::{Compensated, Real};
use rand_core::Rng;

/// A number that draws estimate.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Estimate<T> {
    /// The mean over the draws, which is right on average.
    pub mean: T,
    /// The standard deviation of [`mean`](Self::mean), estimated from the same draws.
    pub standard_error: T,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// Estimates the Kullback–Leibler divergence KL(p‖q) of this mixture p from the other mixture q, in nats: the mean
    /// of ln p(x) − ln q(x) over `draws` [samples](Self::sample) of p (Hershey & Olsen 2007,
    /// doi:10.1109/ICASSP.2007.366913, section 2). Between mixtures it has no closed form. Between two Gaussians it
    /// has: [`kl_divergence`](Gmm::kl_divergence).
    ///
    /// The error falls with the root of the number of draws. The divergence is never negative; the estimate of a small
    /// one can be, within its error. The two mixtures may differ in structure and number of components.
    ///
    /// ```
    /// use gaussmix::Gmm;
    /// use rand_pcg::Pcg32;
    ///
    /// let means = [[0.0], [4.0], [5.0]];
    /// let gmm: Gmm<f64, 1, 3> = Gmm::from_arrays([0.5, 0.3, 0.2], means, [[[1.0]]; 3])?;
    /// let lost = gmm.monte_carlo_kl(&gmm.reduce::<2>()?, 10_000, &mut Pcg32::new(1, 1))?;
    /// assert!(lost.mean.abs() < 4.0 * lost.standard_error && lost.standard_error < 0.001);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for fewer than two draws. [`Error::OutOfRange`] or [`Error::NonFiniteSample`], with
    /// the number of the draw, if a sample of p leaves the range of `T` or lies too far from q.
    #[doc(alias("Kullback-Leibler", "relative entropy"))]
    pub fn monte_carlo_kl<const L: usize, S: Covariance, R: Rng + ?Sized>(
        &self,
        other: &Gmm<T, D, L, S>,
        draws: u32,
        rng: &mut R,
    ) -> Result<Estimate<T>, Error> {
        require(draws >= 2, "draws", "at least 2")?;
        let (mut moments, mut scatter) = (Moments::ZERO, Compensated::ZERO);
        for draw in 0..draws {
            let x = self.sample(rng);
            let at = |error: Error| error.at(u64::from(draw));
            let lost = self.log_density_at(&x).map_err(at)? - other.log_density_at(&x).map_err(at)?;
            let (weight, [d]) = moments.absorb(T::ONE, &[lost]);
            scatter.add(weight * d * d);
        }
        let [mean] = moments.mean;
        let draws = u64::from(draws);
        let variance = scatter.high / T::from_count(draws - 1);
        Ok(Estimate { mean, standard_error: (variance / T::from_count(draws)).root() })
    }
}
