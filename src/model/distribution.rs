//! A model as a distribution of the crate `rand`.

use super::Gmm;
use crate::covariance::Covariance;
use crate::real::Real;
use rand::distr::Distribution;
use rand_core::Rng;

/// With the feature `rand`: draws as [`Gmm::sample`] does, so that what takes a distribution takes a model.
///
/// ```
/// use gaussmix::{Gmm, Spherical};
/// use rand::RngExt;
/// use rand_pcg::Pcg32;
///
/// let gmm: Gmm<f64, 2, 2, Spherical> =
///     Gmm::from_arrays([0.5, 0.5], [[-3.0, 0.0], [3.0, 0.0]], [1.0, 1.0])?;
/// let mut rng = Pcg32::new(1, 1);
/// let samples: Vec<[f64; 2]> = (&mut rng).sample_iter(&gmm).take(100).collect();
/// assert_eq!(samples[0], gmm.sample(&mut Pcg32::new(1, 1)));
/// # Ok::<(), gaussmix::Error>(())
/// ```
impl<T: Real, const D: usize, const K: usize, C: Covariance> Distribution<[T; D]> for Gmm<T, D, K, C> {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> [T; D] {
        Gmm::sample(self, rng)
    }
}
