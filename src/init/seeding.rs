//! The spread of the data, and the samples that a start draws from them.

use super::scales::Scales;
use crate::covariance::{Covariance, Diagonal};
use crate::error::Error;
use crate::observation::Observation;
#[cfg(not(feature = "simd"))]
use crate::observation::checked_weight;
use crate::real::{Compensated, Real};
use crate::statistics::SufficientStats;
use rand_core::Rng;

/// The mean and standard deviation of each feature.
#[derive(Debug)]
pub(crate) struct Spread<T, const D: usize> {
    pub(crate) mean: [T; D],
    /// The standard deviations. A feature that does not vary has no part in distances: its reciprocal is 0.
    pub(crate) scales: Scales<T, D>,
}

impl<T: Real, const D: usize> Spread<T, D> {
    #[inline(never)] // so that its memory is free again afterwards
    pub(crate) fn of<I>(data: I) -> Result<Self, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        let mut stats = SufficientStats::<T, D, 1, Diagonal>::new();
        gather(&mut stats, data.clone())?;
        if stats.count() == 0 {
            return Err(Error::EmptyData);
        }
        let mut reciprocals = stats.feature_variances();
        for (feature, v) in reciprocals.iter_mut().enumerate() {
            if *v > T::ZERO {
                *v = T::ONE / v.root();
            } else if varies(data.clone(), feature) {
                // So little that its square underflows.
                return Err(Error::NotPositiveDefinite { component: 0 });
            }
        }
        let [mean] = stats.means();
        Ok(Self { mean, scales: Scales { reciprocals } })
    }
}

/// Whether samples of positive weight differ in a feature.
#[cold]
fn varies<T: Real, const D: usize, I>(data: I, feature: usize) -> bool
where
    I: IntoIterator<Item: Observation<T, D>>,
{
    let mut samples = data.into_iter().filter(|sample| sample.weight().is_none_or(|w| w > T::ZERO));
    let value = |sample: &I::Item| sample.features().get(feature).copied();
    samples.next().is_some_and(|first| samples.any(|sample| value(&sample) != value(&first)))
}

/// What makes a sample more likely to be drawn, besides its weight.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Preference {
    /// Its squared distance to the nearest sample drawn before.
    Far,
    /// Nothing, but it must differ from all samples drawn before.
    Distinct,
}

#[cfg(not(feature = "simd"))]
impl Preference {
    #[inline(always)]
    pub(crate) fn of<T: Real>(self, distance: T) -> T {
        match self {
            Self::Far => distance,
            Self::Distinct if distance > T::ZERO => T::ONE,
            Self::Distinct => T::ZERO,
        }
    }
}

/// Adds the data to the one component of `stats`.
#[inline(always)] // the block's memory is the caller's, and free when that returns
pub(crate) fn gather<T: Real, const D: usize, C: Covariance, I>(
    stats: &mut SufficientStats<T, D, 1, C>,
    data: I,
) -> Result<(), Error>
where
    I: IntoIterator<Item: Observation<T, D>>,
{
    #[cfg(feature = "simd")]
    return crate::wide::assign(stats, data);
    #[cfg(not(feature = "simd"))]
    stats.in_blocks(&mut SufficientStats::new(), data, |block, sample| block.assign(sample, &[T::ONE]))
}

/// Draws `live` samples, K at most. The probability of each is in proportion to its weight times `preference` of its
/// squared distance to the nearest sample drawn before (times 1 for the first draw).
pub(crate) fn seed<T: Real, const D: usize, const K: usize, I, R>(
    data: I,
    live: usize,
    spread: &Spread<T, D>,
    preference: Preference,
    rng: &mut R,
) -> Result<[[T; D]; K], Error>
where
    I: IntoIterator<Item: Observation<T, D>> + Clone,
    R: Rng + ?Sized,
{
    let mut means = [[T::ZERO; D]; K];
    for k in 0..K.min(live) {
        let mut draw = Draw::new(rng);
        #[cfg(feature = "simd")]
        crate::wide::offer::<T, D, I, R>(&mut draw, data.clone(), spread, &means[..k], preference)?;
        #[cfg(not(feature = "simd"))]
        for sample in data.clone() {
            let x = sample.features();
            let interest = match k {
                0 => T::ONE,
                _ => preference.of(spread.scales.nearest(x, means.iter().take(k)).1),
            };
            draw.offer(x, checked_weight(&sample)? * interest);
        }
        means[k] = draw.drawn.ok_or(Error::TooFewDistinctSamples { found: k })?;
    }
    Ok(means)
}

/// Draws one sample from samples that go by, with probability in proportion to their mass: a weighted reservoir of one
/// sample with exponential jumps (Efraimidis & Spirakis 2006, doi:10.1016/j.ipl.2005.11.003).
#[derive(Debug)]
pub(crate) struct Draw<'a, T, const D: usize, R: ?Sized> {
    total: Compensated<T>,
    /// The total up to which the drawn sample stays.
    next: T,
    drawn: Option<[T; D]>,
    rng: &'a mut R,
}

impl<'a, T: Real, const D: usize, R: Rng + ?Sized> Draw<'a, T, D, R> {
    fn new(rng: &'a mut R) -> Self {
        Self { total: Compensated::ZERO, next: T::ZERO, drawn: None, rng }
    }

    #[inline(always)]
    pub(crate) fn offer(&mut self, x: &[T; D], mass: T) {
        if mass > T::ZERO {
            self.total.add(mass);
            if self.total.high >= self.next {
                // This sample replaces the one drawn before. It stays for a random time.
                self.drawn = Some(*x);
                self.next = self.total.high / T::from_random_bits(self.rng.next_u64());
            }
        }
    }

    /// Offers `count` samples with a total mass of `sum`. Calls `sample` only if one of them is drawn.
    #[cfg(feature = "simd")]
    pub(crate) fn offer_panel(&mut self, sum: T, count: usize, sample: impl Fn(usize) -> ([T; D], T)) {
        let before = self.total;
        self.total.add(sum);
        if self.total.high >= self.next {
            self.total = before;
            for n in 0..count {
                let (x, mass) = sample(n);
                self.offer(&x, mass);
            }
        }
    }
}
