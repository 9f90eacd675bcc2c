//! What a model says of one sample: its density, responsibilities, component and distances.

use super::Gmm;
use crate::covariance::{Covariance, Shape};
use crate::error::Error;
use crate::observation::{Observation, check_finite, checked_weight, mask};
use crate::real::Real;

/// Log-density and responsibilities of one sample.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Posterior<T, const K: usize> {
    /// ln p(x)
    pub log_density: T,
    /// r_k(x), the probability that component k produced the sample. They sum to 1, with a noise slot to 1 −
    /// [r_0](Gmm::noise_responsibility).
    pub responsibilities: [T; K],
}

impl<T: Real, const K: usize> Default for Posterior<T, K> {
    /// All 0, for [`Gmm::posteriors`] to overwrite.
    fn default() -> Self {
        Self { log_density: T::ZERO, responsibilities: [T::ZERO; K] }
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// ln π_k N(x; μ_k, Σ_k) for every component, −∞ for dead ones.
    #[inline(always)]
    fn joint_log_densities(&self, x: &[T; D]) -> Result<[T; K], Error> {
        self.joint_and_nearest(x, &mut { T::INFINITY })
    }

    /// The same. It also lowers `nearest` to the squared distance to the nearest live component.
    #[inline(always)]
    fn joint_and_nearest(&self, x: &[T; D], nearest: &mut T) -> Result<[T; K], Error> {
        let mut joint = [T::NEG_INFINITY; K];
        let mut total = T::ZERO;
        for k in 0..K {
            let offset = self.offsets[k];
            if offset > T::NEG_INFINITY {
                let distance = self.squared_distance(x, k);
                total += distance;
                *nearest = distance.smaller(*nearest);
                joint[k] = offset - T::HALF * distance;
            }
        }
        // One test for all components. Only if it fails, each distance is checked: the sum alone may have overflowed.
        if !(total < T::INFINITY) {
            self.check_distances(x, &joint)?;
        }
        Ok(joint)
    }

    /// Refuses a sample whose squared distance to a live component is not finite.
    #[cold]
    fn check_distances(&self, x: &[T; D], joint: &[T; K]) -> Result<(), Error> {
        let mut live = self.offsets.iter().zip(joint).filter(|(offset, _)| **offset > T::NEG_INFINITY);
        if live.all(|(_, joint)| *joint > T::NEG_INFINITY) { Ok(()) } else { Err(refusal(x)) }
    }

    #[inline(always)]
    pub(super) fn squared_distance(&self, x: &[T; D], k: usize) -> T {
        let mut d = *x;
        for (d, m) in d.iter_mut().zip(&self.means[k]) {
            *d -= *m;
        }
        C::Shape::squared_distance(&self.factors.as_ref()[C::slot(k)], d)
    }

    /// ln p(x), with the same bits as in [`posterior`](Self::posterior) but in less time.
    ///
    /// # Errors
    /// [`Error::NonFiniteSample`], [`Error::InvalidSampleWeight`], or [`Error::OutOfRange`] if the squared distance to
    /// a live component overflows.
    #[doc(alias("score_samples", "anomaly score", "logpdf"))]
    #[inline(always)]
    pub fn log_density(&self, sample: impl Observation<T, D>) -> Result<T, Error> {
        checked_weight(&sample)?;
        self.log_density_of(&sample)
    }

    /// [`log_density`](Self::log_density) of a sample's features.
    #[inline]
    pub(crate) fn log_density_at(&self, x: &[T; D]) -> Result<T, Error> {
        Ok(score_of(self.joint_log_densities(x)?, self.noise_offset()))
    }

    /// ln p(x) and the responsibilities r_k(x) = π_k N(x; μ_k, Σ_k) / p(x): the E-step of one sample. Unless a squared
    /// distance overflows, the log-density is finite and the responsibilities sum to 1, however far the sample lies.
    ///
    /// # Errors
    /// As [`log_density`](Self::log_density).
    #[doc(alias("predict_proba", "responsibilities", "estep"))]
    #[inline(always)]
    pub fn posterior(&self, sample: impl Observation<T, D>) -> Result<Posterior<T, K>, Error> {
        checked_weight(&sample)?;
        match mask(&sample) {
            None => self.posterior_at(sample.features()),
            Some(_) => self.posterior_of(&sample, &mut { T::INFINITY }),
        }
    }

    /// [`posterior`](Self::posterior) of a sample's features.
    #[inline]
    pub(crate) fn posterior_at(&self, x: &[T; D]) -> Result<Posterior<T, K>, Error> {
        self.posterior_and_nearest(x, &mut { T::INFINITY })
    }

    /// The same. It also lowers `nearest` to the squared distance to the nearest live component.
    #[inline(always)]
    pub(crate) fn posterior_and_nearest(
        &self,
        x: &[T; D],
        nearest: &mut T,
    ) -> Result<Posterior<T, K>, Error> {
        Ok(posterior_of(self.joint_and_nearest(x, nearest)?, self.noise_offset()))
    }

    /// Every eᵗ⁻ᵐᵃˣ, that of the noise (or 0), max and Σ eᵗ⁻ᵐᵃˣ, where t are the joint log-densities: r_k(x) is eᵗ⁻ᵐᵃˣ/Σ,
    /// and ln p(x) is max + ln Σ. For passes, which take the logarithm of several sums at once.
    #[inline(always)]
    pub(crate) fn joint_exponentials(&self, x: &[T; D]) -> Result<([T; K], T, T, T), Error> {
        let mut terms = self.joint_log_densities(x)?;
        let (noise, largest, sum) = exponentials(&mut terms, self.noise_offset());
        Ok((terms, noise, largest, sum))
    }

    /// ln p(x), and every ln r_k(x), which is at most 0; last that of the noise.
    pub(crate) fn log_responsibilities(&self, x: &[T; D]) -> Result<(T, [T; K], T), Error> {
        Ok(log_responsibilities_of(self.joint_log_densities(x)?, self.noise_offset()))
    }

    /// The index of the component with the largest responsibility; the lowest if several are equal. With a noise slot, K
    /// stands for the noise.
    ///
    /// # Errors
    /// As [`log_density`](Self::log_density).
    #[doc(alias("classification"))]
    #[inline(always)]
    pub fn predict(&self, sample: impl Observation<T, D>) -> Result<usize, Error> {
        checked_weight(&sample)?;
        match mask(&sample) {
            None => self.predict_at(sample.features()),
            Some(observed) => self.predict_partial(sample.features(), &observed),
        }
    }

    /// [`predict`](Self::predict) for a sample's features.
    pub(crate) fn predict_at(&self, x: &[T; D]) -> Result<usize, Error> {
        Ok(likeliest(&self.joint_log_densities(x)?, self.noise_offset()))
    }

    /// (x − μ_k)ᵀ Σ_k⁻¹ (x − μ_k) for every component, including dead ones. For samples that component k produced, it
    /// follows the χ² distribution with D degrees of freedom.
    ///
    /// # Errors
    /// [`Error::NonFiniteSample`], [`Error::InvalidSampleWeight`], or [`Error::OutOfRange`] if one overflows.
    #[doc(alias("outlier"))]
    #[inline(always)]
    pub fn mahalanobis_squared(&self, sample: impl Observation<T, D>) -> Result<[T; K], Error> {
        checked_weight(&sample)?;
        match mask(&sample) {
            None => self.distances_to(sample.features()),
            Some(observed) => self.distances_partial(sample.features(), &observed),
        }
    }

    /// The squared distances of `x` to all components.
    fn distances_to(&self, x: &[T; D]) -> Result<[T; K], Error> {
        let mut distances = [T::ZERO; K];
        for k in 0..K {
            distances[k] = self.distance_to(x, k)?;
        }
        Ok(distances)
    }

    /// (x − μ_k)ᵀ Σ_k⁻¹ (x − μ_k) for one k < K.
    #[inline(always)]
    pub(crate) fn distance_to(&self, x: &[T; D], k: usize) -> Result<T, Error> {
        let distance = self.squared_distance(x, k);
        if distance < T::INFINITY { Ok(distance) } else { Err(refusal(x)) }
    }
}

/// The error for a squared distance to `x` that is not finite.
#[cold]
pub(crate) fn refusal<T: Real, const D: usize>(x: &[T; D]) -> Error {
    check_finite(x).err().unwrap_or(Error::OutOfRange { sample: 0 })
}

/// ln p(x) from the joint log-densities of the components, and that of the noise.
#[inline(always)]
pub(super) fn score_of<T: Real, const K: usize>(mut joint: [T; K], noise: Option<T>) -> T {
    let (log_density, _) = log_sum_exp(&mut joint, noise);
    log_density
}

/// ln p(x) and the responsibilities from the joint log-densities.
#[inline(always)]
pub(crate) fn posterior_of<T: Real, const K: usize>(joint: [T; K], noise: Option<T>) -> Posterior<T, K> {
    let mut responsibilities = joint;
    let (log_density, sum) = log_sum_exp(&mut responsibilities, noise);
    let reciprocal = T::ONE / sum;
    for r in &mut responsibilities {
        *r *= reciprocal;
    }
    Posterior { log_density, responsibilities }
}

/// ln p(x), every ln r_k(x) and that of the noise, from the joint log-densities.
#[inline(always)]
pub(super) fn log_responsibilities_of<T: Real, const K: usize>(
    joint: [T; K],
    noise: Option<T>,
) -> (T, [T; K], T) {
    let log_density = score_of(joint, noise);
    let share = |j| if j < log_density { j - log_density } else { T::ZERO };
    (log_density, joint.map(share), noise.map_or(T::NEG_INFINITY, share))
}

/// The component of the largest joint log-density, the first of equals; K for the noise.
#[inline(always)]
pub(super) fn likeliest<T: Real, const K: usize>(joint: &[T; K], noise: Option<T>) -> usize {
    // The largest beside its index, since the compiler does not see everywhere that the index is below K.
    let (mut best, mut largest) = (0, joint[0]);
    for k in 1..K {
        if joint[k] > largest {
            (best, largest) = (k, joint[k]);
        }
    }
    if noise.is_some_and(|noise| noise > largest) { K } else { best }
}

/// Returns (ln Σ eᵗ, Σ eᵗ⁻ᵐᵃˣ) for the terms t, without overflow or underflow, and replaces each t by eᵗ⁻ᵐᵃˣ. At least
/// one term, or that of the noise, must be above −∞.
#[inline(always)]
fn log_sum_exp<T: Real, const K: usize>(terms: &mut [T; K], noise: Option<T>) -> (T, T) {
    let (_, largest, sum) = exponentials(terms, noise);
    (largest + sum.natural_log(), sum)
}

/// Returns (eᵗ⁻ᵐᵃˣ of the noise, max, Σ eᵗ⁻ᵐᵃˣ) for the terms t, and replaces each by eᵗ⁻ᵐᵃˣ.
#[inline(always)]
pub(super) fn exponentials<T: Real, const K: usize>(terms: &mut [T; K], noise: Option<T>) -> (T, T, T) {
    let mut largest = terms[0];
    for t in terms.iter().skip(1) {
        if *t > largest {
            largest = *t;
        }
    }
    let (mut sum, mut own) = (T::ZERO, T::ZERO);
    if let Some(t) = noise {
        largest = t.larger(largest);
        own = (t - largest).exp_nonpositive();
        sum = own;
    }
    for t in terms.iter_mut() {
        *t = if *t == largest { T::ONE } else { (*t - largest).exp_nonpositive() };
        sum += *t;
    }
    (own, largest, sum)
}
