//! The noise slot of a model.

use super::{Gmm, Posterior};
use crate::covariance::{Covariance, Extra, Noise, WithNoise, rest_of};
use crate::error::{Error, require};
use crate::real::Real;

impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// This mixture with a noise slot: the Gaussians have the weight that the noise leaves them, in proportion.
    ///
    /// ```
    /// use gaussmix::covariance::Noise;
    /// use gaussmix::{Gmm, WithNoise, Full};
    ///
    /// let gmm: Gmm<f64, 1, 2> = Gmm::from_arrays([0.5, 0.5], [[0.0], [9.0]], [[[1.0]]; 2])?;
    /// let gmm: Gmm<f64, 1, 2, WithNoise<Full>> = gmm.with_noise(Noise::new(0.1, 20.0)?)?;
    /// assert_eq!(gmm.weights(), &[0.45, 0.45]);
    /// // Far out there is nothing but the noise, of density 0.1/20.
    /// assert_eq!(gmm.log_density(&[77.0])?, 0.005_f64.ln());
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Noise::in_box`]: [`Noise::from_parts`] and the fit of a model may make noise of weight 1. The offset of `noise`
    /// is computed anew.
    #[doc(alias("noise", "Vinv"))]
    pub fn with_noise(&self, noise: Noise<T, D>) -> Result<Gmm<T, D, K, WithNoise<C>>, Error> {
        let mut gmm: Gmm<T, D, K, WithNoise<C>> =
            Gmm::from_parts(self.weights, self.offsets, self.means, self.factors);
        gmm.set_noise(noise)?;
        Ok(gmm)
    }

    /// Σ π_k, which is 1 without a noise slot.
    #[inline(always)]
    pub(crate) fn gaussian_share(&self) -> T {
        if !C::NOISE {
            return T::ONE;
        }
        self.weights.iter().fold(T::ZERO, |sum, weight| sum + *weight)
    }

    /// π_0, 0 without a noise slot.
    #[inline(always)]
    pub(crate) fn noise_weight(&self) -> T {
        self.extra.noise().map_or(T::ZERO, |noise| noise.weight)
    }

    /// ln (π_0/V), if there is a noise slot.
    #[inline(always)]
    pub(crate) fn noise_offset(&self) -> Option<T> {
        self.extra.noise().map(|noise| noise.offset)
    }

    /// The same for a sample of which these features were observed: V is the product of their ranges.
    #[inline(always)]
    pub(crate) fn noise_offset_of(&self, observed: &[bool; D]) -> Option<T> {
        self.extra.noise().map(|noise| noise.offset_of(observed))
    }

    /// r_0 of a complete sample of this log-density, 0 without a noise slot.
    #[inline(always)]
    pub(crate) fn noise_share(&self, log_density: T) -> T {
        self.noise_offset().map_or(T::ZERO, |noise| share_of(noise, log_density))
    }

    /// Refuses a model that is nothing but noise.
    #[inline(always)]
    pub(crate) fn require_gaussians(&self) -> Result<(), Error> {
        require(!C::NOISE || self.live().next().is_some(), "gmm", "a model with a live component")
    }

    /// Takes this noise, and gives the Gaussians the weight that it leaves.
    pub(crate) fn take_share(&mut self, extra: C::Extra<T, D, K>) {
        let share = self.gaussian_share();
        self.extra = extra;
        let due = T::ONE - self.noise_weight();
        for weight in &mut self.weights {
            *weight = *weight / share * due;
        }
        self.refresh_offsets();
    }

    /// Sets π_0, if there is a noise slot. Its offset is to be refreshed.
    #[inline(always)]
    pub(crate) fn set_noise_weight(&mut self, weight: T) {
        if let Some(noise) = self.extra.noise_mut() {
            noise.weight = weight;
        }
    }

    /// Whether the noise is likelier than any component to have produced the sample of this posterior.
    #[inline(always)]
    pub(crate) fn is_noise(&self, posterior: &Posterior<T, K>) -> bool {
        let r = self.noise_share(posterior.log_density);
        posterior.responsibilities.iter().all(|other| r > *other)
    }
}

/// Models with a noise slot.
impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, WithNoise<C>> {
    /// As [`from_parts`](Self::from_parts), with noise: `weights` and its weight sum to 1.
    ///
    /// ```
    /// use gaussmix::covariance::{Factor, Noise, Variance};
    /// use gaussmix::{Gmm, Spherical, WithNoise};
    ///
    /// static MODEL: Gmm<f32, 1, 1, WithNoise<Spherical>> = Gmm::from_parts_with_noise(
    ///     [0.9],
    ///     [-1.024_299],
    ///     [[0.0]],
    ///     [Factor(Variance(1.0))],
    ///     Noise::from_parts(0.1, -2.302_585, [0.0]),
    /// );
    /// assert!(MODEL.validate().is_ok());
    /// ```
    #[must_use]
    pub const fn from_parts_with_noise(
        weights: [T; K],
        offsets: [T; K],
        means: [[T; D]; K],
        factors: C::Factors<T, D, K>,
        noise: Noise<T, D>,
    ) -> Self {
        let mut gmm = Self::from_parts(weights, offsets, means, factors);
        gmm.extra = noise;
        gmm
    }

    /// Sets weight and volume of the noise. The weights of the Gaussians shrink or grow in proportion. A start (a
    /// function of [`init`](crate::init)) and a fit leave the volume; a start leaves the weight too.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if no component is live, so that nothing can take what the noise leaves, and as
    /// [`with_noise`](Gmm::with_noise). The model is then as before.
    pub fn set_noise(&mut self, noise: Noise<T, D>) -> Result<(), Error> {
        self.require_gaussians()?;
        self.take_share(Noise::of(noise.weight, noise.log_ranges)?);
        Ok(())
    }

    /// The noise: π_0 and V.
    #[must_use]
    pub fn noise(&self) -> &Noise<T, D> {
        &self.extra
    }

    /// The mixture without its noise slot: what remains if no sample is an outlier.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if no component is live.
    pub fn without_noise(&self) -> Result<Gmm<T, D, K, C>, Error> {
        self.require_gaussians()?;
        let share = self.gaussian_share();
        let weights = self.weights.map(|weight| weight / share);
        let mut gmm = Gmm::from_parts(weights, self.offsets, self.means, self.factors);
        gmm.refresh_offsets();
        Ok(gmm)
    }

    /// r_0(x), the probability that the noise produced the sample of this posterior: what the responsibilities lack of 1,
    /// to their rounding error; 0 if that is K ε at most.
    ///
    /// ```
    /// use gaussmix::{Gmm, covariance::Noise};
    ///
    /// let gmm: Gmm<f64, 1, 1> = Gmm::from_arrays([1.0], [[0.0]], [[[1.0]]])?;
    /// let gmm = gmm.with_noise(Noise::new(0.01, 100.0)?)?;
    /// let [near, far] = [gmm.posterior(&[1.0])?, gmm.posterior(&[6.0])?];
    /// assert!(gmm.noise_responsibility(&near) < 0.001);
    /// assert!(gmm.noise_responsibility(&far) > 0.999);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    #[must_use]
    pub fn noise_responsibility(&self, posterior: &Posterior<T, K>) -> T {
        rest_of(&posterior.responsibilities)
    }
}

/// The responsibility of the noise, from its log-density and that of the whole.
#[inline(always)]
pub(crate) fn share_of<T: Real>(noise: T, log_density: T) -> T {
    (noise - log_density).smaller(T::ZERO).exp_nonpositive()
}
