//! The spread of the data, and the samples that a start draws from them.

#[cfg(not(feature = "simd"))]
use super::scales::Blank;
use super::scales::Scales;
use crate::covariance::Diagonal;
use crate::error::Error;
use crate::observation::{Observation, check_finite, check_range, checked_weight, filled, mask};
use crate::real::{Compensated, Real};
use crate::statistics::SufficientStats;
use crate::wide::assign_to_nearest;
#[cfg(not(feature = "simd"))]
use crate::wide::each_nearest;
use rand_core::Rng;

/// The mean and standard deviation of each feature, of the samples that have it.
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
        let mut is_partial = false;
        assign_to_nearest(&mut stats, data.clone(), &[origin(data.clone())], &Scales::ONE, |_, _, _| {
            is_partial = true;
            Ok(())
        })?;
        if is_partial {
            return Self::of_columns(data);
        }
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

    /// Of data with missing features: each feature by itself, over the samples that have it.
    #[inline(never)]
    fn of_columns<I>(data: I) -> Result<Self, Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        let mut columns = [const { SufficientStats::<T, 1, 1, Diagonal>::new() }; D];
        for (index, sample) in data.into_iter().enumerate() {
            let at = |error: Error| error.at(index as u64);
            let (observed, weight) = (mask(&sample), checked_weight(&sample).map_err(at)?);
            let x = filled(sample.features(), &observed.unwrap_or([true; D]), &[T::ZERO; D]);
            check_range(&x, weight).map_err(at)?;
            for ((column, x), is_seen) in columns.iter_mut().zip(&x).zip(&observed.unwrap_or([true; D])) {
                if *is_seen {
                    column.assign_to(0, &[*x], weight)?;
                }
            }
        }
        if columns.iter().all(|column| column.count() == 0) {
            return Err(Error::EmptyData);
        }
        let reciprocals = columns.each_ref().map(|column| match column.feature_variances() {
            [v] if v > T::ZERO => T::ONE / v.root(),
            _ => T::ZERO,
        });
        Ok(Self { mean: columns.map(|column| column.moments[0].mean[0]), scales: Scales { reciprocals } })
    }
}

/// A point near the data, if any: sums about it lose few digits. A sample that is not finite is refused in its turn.
fn origin<T: Real, const D: usize>(data: impl IntoIterator<Item: Observation<T, D>>) -> [T; D] {
    if !cfg!(feature = "simd") {
        return [T::ZERO; D]; // a block has points of its own
    }
    let first = data.into_iter().next().filter(|first| mask(first).is_none()).map(|first| *first.features());
    first.filter(|x| check_finite(x).is_ok()).unwrap_or([T::ZERO; D])
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

/// Draws `live` samples, K at most. The probability of each is in proportion to its weight times `preference` of its
/// squared distance to the nearest sample drawn before (times 1 for the first draw).
#[inline(never)] // its memory is free again afterwards
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
        let before = means.get(..k).unwrap_or_default();
        #[cfg(not(feature = "simd"))]
        let blank = Blank::Filled(&spread.mean);
        #[cfg(feature = "simd")]
        crate::wide::offer(&mut draw, data.clone(), spread, before, preference)?;
        #[cfg(not(feature = "simd"))]
        each_nearest(data.clone(), before, &spread.scales, blank, false, |x, weight, (_, distance)| {
            let interest = if k == 0 { T::ONE } else { preference.of(distance) };
            draw.offer(x, weight * interest);
            Ok(())
        })?;
        let drawn = draw.drawn.ok_or(Error::TooFewDistinctSamples { found: k })?;
        if let Some(mean) = means.get_mut(k) {
            *mean = drawn;
        }
    }
    Ok(means)
}

/// Samples whose masses are summed before they enter the total.
const BLOCK: u32 = 64;

/// Draws one sample from samples that go by, with probability in proportion to their mass: a weighted reservoir of one
/// sample with exponential jumps (Efraimidis & Spirakis 2006, doi:10.1016/j.ipl.2005.11.003).
#[derive(Debug)]
pub(crate) struct Draw<'a, T, const D: usize, R: ?Sized> {
    /// The mass of whole blocks.
    total: Compensated<T>,
    /// The mass of the samples after them, and how many these are.
    part: T,
    count: u32,
    /// The total up to which the drawn sample stays.
    next: T,
    drawn: Option<[T; D]>,
    rng: &'a mut R,
}

impl<'a, T: Real, const D: usize, R: Rng + ?Sized> Draw<'a, T, D, R> {
    fn new(rng: &'a mut R) -> Self {
        Self { total: Compensated::ZERO, part: T::ZERO, count: 0, next: T::ZERO, drawn: None, rng }
    }

    #[inline(always)]
    pub(crate) fn offer(&mut self, x: &[T; D], mass: T) {
        if mass > T::ZERO {
            self.part += mass;
            let total = self.total.high + self.part;
            if total >= self.next {
                // This sample replaces the one drawn before. It stays for a random time.
                self.drawn = Some(*x);
                self.next = total / T::from_random_bits(self.rng.next_u64());
            }
            self.count += 1;
            if self.count == BLOCK {
                self.end_block();
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
            self.end_block();
        }
    }

    #[inline(always)]
    fn end_block(&mut self) {
        self.total.add(self.part);
        (self.part, self.count) = (T::ZERO, 0);
    }
}
