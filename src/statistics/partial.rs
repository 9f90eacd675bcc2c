//! Samples with missing features.

use super::SufficientStats;
use crate::covariance::{Covariance, ExtraMass, Shape};
use crate::error::Error;
use crate::model::{Gmm, Partial, Posterior, checked_gain, posterior_of, share_of};
use crate::observation::{Observation, check_range, checked_weight};
use crate::real::Real;

impl<T: Real, const D: usize, const K: usize, C: Covariance> SufficientStats<T, D, K, C> {
    /// [`observe`](Self::observe) of a sample with missing features (Ghahramani & Jordan 1994, *Supervised learning from
    /// incomplete data via an EM approach*).
    #[inline(never)]
    pub(crate) fn observe_partial(
        &mut self,
        gmm: &Gmm<T, D, K, C>,
        x: &[T; D],
        observed: &[bool; D],
        weight: T,
    ) -> Result<Posterior<T, K>, Error> {
        let partial = Partial::new(gmm, x, observed);
        let noise = gmm.noise_offset_of(observed);
        let posterior = posterior_of(partial.joint(&mut { T::INFINITY })?, noise);
        check_range(&partial.known, weight)?;
        let gained = checked_gain(weight, posterior.log_density)?;
        let shares = posterior.responsibilities.map(|r| weight * r);
        let mut expected = [[T::ZERO; D]; K];
        for k in 0..K {
            if shares[k] > T::ZERO {
                expected[k] = partial.expected(k);
                partial.check(k, &expected[k], weight)?;
            }
        }
        if weight > T::ZERO {
            self.log_likelihood.add(gained);
            self.count_on(1);
            if let Some((mass, noise)) = self.extra.get_mut().zip(noise) {
                mass.add(weight * share_of(noise, posterior.log_density));
            }
            for k in 0..K {
                if shares[k] > T::ZERO {
                    let scatter = &mut self.scatters.as_mut()[C::slot(k)];
                    let (mass, d) = self.moments[k].absorb(shares[k], &expected[k]);
                    C::Shape::add_outer(scatter, mass, &d);
                    for column in partial.columns(k) {
                        C::Shape::add_outer(scatter, shares[k], &column);
                    }
                }
            }
        }
        Ok(posterior)
    }

    /// The same, where a pass meets the sample.
    #[inline(always)]
    pub(crate) fn add_partial(
        &mut self,
        gmm: &Gmm<T, D, K, C>,
        sample: &impl Observation<T, D>,
        observed: &[bool; D],
    ) -> Result<(), Error> {
        let weight = checked_weight(sample)?;
        self.observe_partial(gmm, sample.features(), observed, weight).map(|_| ())
    }
}
