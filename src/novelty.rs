//! Is this sample like the samples before it? Two tests answer this. Each needs a few operations per sample and stores
//! a few numbers.
//!
//! [`DistanceTest`] asks whether a sample lies beyond a χ² quantile of every component. Its threshold is known
//! beforehand, and is right if the data are Gaussian within components. [`Novelty`] asks whether a sample's log-density
//! is among the lowest. It learns its threshold from the stream, and is right for any data. Where there are training
//! data and no stream, [`threshold`] finds the same threshold from them, exactly.

use crate::chi_squared;
use crate::covariance::Covariance;
use crate::error::{Error, require};
use crate::model::Gmm;
use crate::observation::{Observation, checked_weight, mask};
use crate::real::{Compensated, Real};

/// Whether a sample is farther from every live component than a χ² quantile allows.
///
/// The squared Mahalanobis distance of a sample of component k to k follows χ² with D degrees of freedom, so the sample
/// is called novel with a probability of at most `false_alarm`. The probability is lower where components overlap,
/// since another component may be nearer.
///
/// ```
/// use gaussmix::{Gmm, novelty::DistanceTest};
///
/// let gmm: Gmm<f32, 1, 2> = Gmm::new([0.5, 0.5], [[0.0], [10.0]], [[[1.0]].into(); 2])?;
/// let test = DistanceTest::new(0.01_f32)?;
/// assert!((test.threshold() - 6.634_897).abs() < 1e-5); // 2.58 σ
/// assert!(!test.is_novel(&gmm, &[8.0])?);
/// assert!(test.is_novel(&gmm, &[5.0])?);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[doc(alias("outlier", "anomaly", "EllipticEnvelope"))]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DistanceTest<T, const D: usize> {
    pub(crate) threshold: T,
}

impl<T: Real, const D: usize> DistanceTest<T, D> {
    /// A test with this false-alarm rate. Computing the quantile takes longer than one test.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless 0 ≤ `false_alarm` ≤ 1.
    pub fn new(false_alarm: T) -> Result<Self, Error> {
        require(false_alarm >= T::ZERO && false_alarm <= T::ONE, "false_alarm", "within [0, 1]")?;
        Ok(Self { threshold: chi_squared::threshold(D, false_alarm) })
    }

    /// A test with a given threshold on squared distances.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if `threshold` is negative or NaN.
    pub fn beyond(threshold: T) -> Result<Self, Error> {
        require(threshold >= T::ZERO, "threshold", "0 or more")?;
        Ok(Self { threshold })
    }

    /// The squared Mahalanobis distance above which a sample is novel.
    #[must_use]
    pub fn threshold(&self) -> T {
        self.threshold
    }

    /// Whether a sample lies beyond the threshold from every live component. The search stops at the first component
    /// that is near. A sample with missing features is compared with the quantile of the same rate for the features that
    /// were observed; with none, it is not novel.
    ///
    /// # Errors
    /// [`Error::NonFiniteSample`], [`Error::InvalidSampleWeight`], or [`Error::OutOfRange`] where a squared distance
    /// overflows.
    pub fn is_novel<const K: usize, C: Covariance>(
        &self,
        gmm: &Gmm<T, D, K, C>,
        sample: impl Observation<T, D>,
    ) -> Result<bool, Error> {
        checked_weight(&sample)?;
        let Some(observed) = mask(&sample) else { return self.is_novel_at(gmm, sample.features()) };
        let (known, mut nearest) = (observed.iter().filter(|seen| **seen).count(), T::INFINITY);
        gmm.posterior_of(&sample, &mut nearest)?;
        // Fewer features have the lower quantile. Far out, where both rates are 0, only the distance tells.
        let is_rarer =
            || Ok(chi_squared::survival(known, nearest)? < chi_squared::survival(D, self.threshold)?);
        if known == 0 || nearest > self.threshold { Ok(known > 0) } else { is_rarer() }
    }

    /// [`is_novel`](Self::is_novel) for the features of a sample whose weight was checked.
    pub(crate) fn is_novel_at<const K: usize, C: Covariance>(
        &self,
        gmm: &Gmm<T, D, K, C>,
        x: &[T; D],
    ) -> Result<bool, Error> {
        for k in 0..K {
            if gmm.weights[k] > T::ZERO && gmm.distance_to(x, k)? <= self.threshold {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl<T: Real, const D: usize> Default for DistanceTest<T, D> {
    /// A false-alarm rate of 0.001.
    fn default() -> Self {
        Self { threshold: chi_squared::threshold(D, T::narrow(1e-3)) }
    }
}

/// Learns a threshold on log-densities such that a chosen share of the stream lies below it, and follows the stream as
/// it changes.
///
/// Each sample moves the threshold q. If the sample's log-density is below q, the sample is novel and q falls by
/// η·(1 − α); otherwise q rises by η·α. α is the rate of novel samples, η the step (a stochastic approximation: Robbins
/// & Monro 1951, doi:10.1214/aoms/1177729586). The test stores five numbers and assumes nothing about the data.
///
/// One property holds for every sequence of samples, even a drifting or hostile one: after n samples at a constant
/// step, the share of novel samples is α − (q_n − q_0)/(η n), since each sample moved q by a known amount (the argument
/// is Gibbs & Candès', 2021, arXiv:2106.00170). As long as q stays within bounds, the rate tends to α.
///
/// The step is in nats. It needs no scaling, since the log-densities of a Gaussian spread by √(D/2) nats in any units
/// of the data. A large step follows changes quickly, but the rate swings; a small step keeps the rate steady, but
/// follows slowly. At α = 0.01 the default follows a change within about 500 samples. The first samples take larger
/// steps, 1/(αt) up to 1.
///
/// Log-densities of samples that lack different features do not compare: each is a density over other features, in other
/// units. Give it complete samples, keep one for each set of missing features, or use [`DistanceTest`].
///
/// The other well-known estimator of constant memory, P² (Jain & Chlamtac 1985, doi:10.1145/4372.4378), gives all
/// samples the same weight for ever. Its markers come to rest, so under drift its rate goes wrong for good.
///
/// ```
/// use gaussmix::{Gmm, novelty::Novelty};
/// use rand_pcg::Pcg32;
///
/// let covariance = [[1.0, 0.0], [0.0, 1.0]].into();
/// let gmm: Gmm<f32, 2, 1> = Gmm::new([1.0], [[0.0, 0.0]], [covariance])?;
/// let mut novelty = Novelty::new(0.01)?;
/// let mut rng = Pcg32::new(1, 1);
/// for _ in 0..5000 {
///     novelty.observe(gmm.log_density(&gmm.sample(&mut rng))?)?;
/// }
/// assert!(novelty.observe(gmm.log_density(&[4.0, 4.0])?)?);
/// assert!(!novelty.observe(gmm.log_density(&[1.0, 1.0])?)?);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[doc(alias("anomaly", "outlier", "alarm"))]
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Novelty<T> {
    pub(crate) rate: T,
    pub(crate) step: T,
    /// Compensated, since `f32` loses a step of 0.002 when it is added to a threshold of 40,000.
    pub(crate) threshold: Compensated<T>,
    pub(crate) count: u64,
}

impl<T: Real> Novelty<T> {
    /// A detector that calls the share `rate` of the samples novel, with a step of 0.2 nats.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless 0 < `rate` < 1.
    pub fn new(rate: T) -> Result<Self, Error> {
        require(rate > T::ZERO && rate < T::ONE, "rate", "within (0, 1)")?;
        Ok(Self::at(rate))
    }

    pub(crate) fn at(rate: T) -> Self {
        Self { rate, step: T::narrow(0.2), threshold: Compensated::ZERO, count: 0 }
    }

    /// Sets the step η, in nats.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless `step` is above 0 and its sums cannot overflow.
    pub fn with_step(mut self, step: T) -> Result<Self, Error> {
        require(
            step > T::ZERO && step < T::LARGEST_SQUARE,
            "step",
            "above 0, and small enough for sums not to overflow",
        )?;
        self.step = step;
        Ok(self)
    }

    /// Whether a sample with this log-density is novel. The test learns from the sample in either case. Nothing is
    /// novel during the first 1/`rate` samples. A log-density beyond half of the largest number, which no model gives,
    /// counts as that half, so that the threshold stays finite.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if `log_density` is not finite; the detector is then as before.
    pub fn observe(&mut self, log_density: T) -> Result<bool, Error> {
        require(log_density.is_finite(), "log_density", "finite")?;
        let limit = T::LARGEST_SQUARE * T::narrow(2_147_483_648.0);
        let log_density = log_density.smaller(limit).larger(-limit);
        if self.count == 0 {
            self.threshold = Compensated { high: log_density, low: T::ZERO };
        }
        let is_calibrated = self.is_calibrated();
        self.count = self.count.saturating_add(1);
        let step = self.step_now();
        let is_below = log_density < self.threshold.high;
        self.threshold.add(if is_below { -(step * (T::ONE - self.rate)) } else { step * self.rate });
        Ok(is_below && is_calibrated)
    }

    /// The log-density below which a sample is novel: −∞ during the first 1/`rate` samples.
    #[must_use]
    pub fn threshold(&self) -> T {
        if self.is_calibrated() { self.threshold.high } else { T::NEG_INFINITY }
    }

    /// How many samples it has learnt from.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The step of the last sample.
    fn step_now(&self) -> T {
        let first = T::ONE / (self.rate * T::from_count(self.count));
        self.step.larger(first.smaller(T::ONE))
    }

    /// By how much a sample that is not novel raises the threshold now.
    pub(crate) fn rise(&self) -> T {
        self.step_now() * self.rate
    }

    fn is_calibrated(&self) -> bool {
        T::from_count(self.count) * self.rate >= T::ONE
    }
}

/// The threshold below which no more than the share `rate` of `log_densities` lie: the one of them that exactly
/// ⌊`rate` · n⌋ others precede in order (the product rounded in `T`). So a new sample of the same distribution scores
/// below it with a probability of at most (⌊`rate` · n⌋ + 1)/(n + 1), whatever the distribution (Wilks 1941,
/// doi:10.1214/aoms/1177731788).
///
/// Take the log-densities of samples that the model was not fitted to, if there are enough: those of the training data
/// are a little too high.
///
/// The search halves the range of bit patterns, so it takes at most 66 passes over the slice and neither moves nor copies
/// a number.
///
/// ```
/// use gaussmix::{Gmm, novelty};
///
/// let gmm: Gmm<f32, 1, 1> = Gmm::from_arrays([1.0], [[0.0]], [[[1.0]]])?;
/// let data: [[f32; 1]; 200] = core::array::from_fn(|i| [(i as f32 - 99.5) / 50.0]);
/// let mut scores = [0.0; 200];
/// gmm.log_densities(&data, &mut scores)?;
/// let threshold = novelty::threshold(&scores, 0.05)?;
/// assert_eq!(scores.iter().filter(|score| **score < threshold).count(), 10);
/// assert!(gmm.log_density([3.0])? < threshold);
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidParameter`] unless 0 ≤ `rate` < 1, or if a log-density is NaN; [`Error::EmptyData`] if there are
/// none.
#[doc(alias("anomaly", "outlier", "contamination", "quantile"))]
pub fn threshold<T: Real>(log_densities: &[T], rate: T) -> Result<T, Error> {
    require(rate >= T::ZERO && rate < T::ONE, "rate", "within [0, 1)")?;
    require(log_densities.iter().all(|v| v.partial_cmp(v).is_some()), "log_densities", "numbers")?;
    if log_densities.is_empty() {
        return Err(Error::EmptyData);
    }
    let n = log_densities.len() as u64;
    let before = ((rate * T::from_count(n)).widen() as u64).min(n - 1);
    // The smallest place in order at which more than `before` numbers have begun.
    let (mut least, mut most) = (0, u64::MAX);
    while least < most {
        let middle = least + (most - least) / 2;
        let begun = log_densities.iter().filter(|v| place(**v) <= middle).count();
        if begun as u64 > before { most = middle } else { least = middle + 1 }
    }
    log_densities.iter().copied().find(|v| place(*v) == least).ok_or(Error::EmptyData)
}

/// A number that is larger for larger numbers.
fn place<T: Real>(v: T) -> u64 {
    let bits = v.widen().to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}
