//! The order of sums in a pass: blocks of 64 samples, each summed about samples of its own.
//!
//! A block depends on its samples and the model alone, and not on what was observed before. So blocks may be summed
//! apart, anywhere, and merged in order: the bits are those of one pass. "The sums of a pass" in DESIGN.md has the
//! definition, and why its sums do not cancel.

use super::SufficientStats;
use crate::covariance::{Constant, Covariance, ExtraMass, MassOf, Shape};
use crate::error::Error;
use crate::model::Gmm;
use crate::moments::Moments;
#[cfg(not(feature = "simd"))]
use crate::observation::mask;
use crate::observation::{Observation, check_range, checked_weight};
use crate::real::{Compensated, Real, carry};

/// Samples in a block of a pass. The size determines how a pass rounds: sums are formed within blocks, in the order of
/// the samples, and blocks are merged in order.
pub(crate) const BLOCK: usize = 64;

/// How many running sums and products the log-likelihood of a block has: sample n of the block belongs to number n mod
/// 4.
pub(crate) const LANES: usize = 4;

/// What one component has of a block.
#[derive(Clone, Copy, Debug)]
#[allow(unreachable_pub)] // a trait of the panels names it
pub struct Part<T, const D: usize> {
    /// The anchor c: the sample about which the component's sums are.
    pub(crate) anchor: [T; D],
    /// A sample of a larger share becomes the anchor.
    limit: T,
    /// Σ r
    pub(crate) mass: T,
    /// Σ r (x − c)
    pub(crate) first: [T; D],
}

/// The sums of one block. Between blocks all numbers are 0.
#[derive(Clone, Debug)]
#[repr(align(8))] // as statistics: a board then clears both with the same function
pub(crate) struct Sums<T: Real, const D: usize, const K: usize, C: Covariance> {
    pub(crate) parts: [Part<T, D>; K],
    /// Σ r (x − c)(x − c)ᵀ
    pub(crate) second: C::Scatters<T, D, K>,
    /// Σ r of the noise.
    pub(crate) extra: MassOf<T, D, K, C>,
    /// Sums of the largest joint log-densities, and of what became of products.
    pub(crate) peaks: [T; LANES],
    /// Products of the sums Σ e^(l − max), of which each has one factor for every sample.
    pub(crate) products: [T; LANES],
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Sums<T, D, K, C> {
    pub(crate) const ZERO: Self = Self {
        parts: [Part { anchor: [T::ZERO; D], limit: T::ZERO, mass: T::ZERO, first: [T::ZERO; D] }; K],
        second: Constant::ZERO,
        extra: Constant::ZERO,
        peaks: [T::ZERO; LANES],
        products: [T::ZERO; LANES],
    };

    /// After how many samples a product ends. A factor is at most K, with noise K + 1.
    pub(crate) const SPAN: usize = {
        let most = K + C::NOISE as usize;
        let span = match most {
            0..256 => BLOCK,
            256..65_536 => BLOCK / 2,
            _ => BLOCK / 4,
        };
        let (mut product, mut factors) = (1.0f32, 0);
        while factors < span / LANES {
            product *= most as f32;
            factors += 1;
        }
        assert!(product < f32::MAX, "a product of this many factors could overflow");
        span
    };

    /// Adds one sample to a block of `count`. Returns how many samples it counts as: none, if it has no weight.
    #[inline(always)]
    pub(crate) fn take(
        &mut self,
        gmm: &Gmm<T, D, K, C>,
        sample: &impl Observation<T, D>,
        count: usize,
    ) -> Result<usize, Error> {
        let weight = checked_weight(sample)?;
        let x = sample.features();
        let (terms, noise, largest, sum) = gmm.joint_exponentials(x)?;
        check_range(x, weight)?;
        // ℓ gains w (max + ln Σ). For a weight of 1 the logarithm waits until the product ends.
        let (peak, factor) = match weight == T::ONE {
            true => (largest, sum),
            false => (weight * (largest + sum.natural_log()), T::ONE),
        };
        if !(peak.abs() < T::LARGEST_SQUARE) {
            return Err(Error::OutOfRange { sample: 0 });
        }
        if weight == T::ZERO {
            return Ok(0);
        }
        if count.is_multiple_of(Self::SPAN) {
            self.end_products(count);
        }
        self.peaks[count % LANES] += peak;
        self.products[count % LANES] *= factor;
        let reciprocal = T::ONE / sum;
        if let Some(mass) = self.extra.get_mut() {
            mass.high += weight * (noise * reciprocal);
        }
        for k in 0..K {
            let r = weight * (terms[k] * reciprocal);
            if r > T::ZERO {
                self.parts[k].add::<C::Shape>(&mut self.second.as_mut()[C::slot(k)], r, x);
            }
        }
        Ok(1)
    }
}

/// Whole passes, where no wide kernel does them.
#[cfg(not(feature = "simd"))]
impl<T: Real, const D: usize, const K: usize, C: Covariance> Sums<T, D, K, C> {
    /// Adds a sample whole to component `k`. Returns how many samples it counts as.
    #[inline(always)]
    fn assign(&mut self, k: usize, sample: &impl Observation<T, D>) -> Result<usize, Error> {
        let weight = checked_weight(sample)?;
        let x = sample.features();
        check_range(x, weight)?;
        if weight == T::ZERO {
            return Ok(0);
        }
        if let Some(part) = self.parts.get_mut(k) {
            part.add::<C::Shape>(&mut self.second.as_mut()[C::slot(k)], weight, x);
        }
        Ok(1)
    }

    /// Adds the data to `totals`, each sample whole to the component that `choose` names.
    #[inline(always)]
    pub(crate) fn assign_all<I>(
        &mut self,
        totals: &mut SufficientStats<T, D, K, C>,
        data: I,
        choose: impl Fn(&[T; D]) -> usize,
        partial: impl FnMut(&mut SufficientStats<T, D, K, C>, &I::Item, &[bool; D]) -> Result<(), Error>,
    ) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        let take = |sums: &mut Self, sample: &I::Item, _| sums.assign(choose(sample.features()), sample);
        self.in_blocks(totals, data, take, partial, Self::settle_parts)
    }

    /// Takes the data in blocks, each of which `settle` adds to `totals`. Samples with missing features belong to none:
    /// `partial` adds each to `totals` when it comes.
    #[inline(always)]
    pub(crate) fn in_blocks<I>(
        &mut self,
        totals: &mut SufficientStats<T, D, K, C>,
        data: I,
        mut take: impl FnMut(&mut Self, &I::Item, usize) -> Result<usize, Error>,
        mut partial: impl FnMut(&mut SufficientStats<T, D, K, C>, &I::Item, &[bool; D]) -> Result<(), Error>,
        settle: impl Fn(&mut Self, &mut SufficientStats<T, D, K, C>, usize),
    ) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        let mut outcome = Ok(());
        let mut count = 0;
        for (index, sample) in data.into_iter().enumerate() {
            let outcome_of_one = match mask(&sample) {
                None => take(self, &sample, count),
                Some(observed) => partial(totals, &sample, &observed).map(|()| 0),
            };
            match outcome_of_one {
                Ok(taken) => count += taken,
                Err(error) => {
                    outcome = Err(error.at(index as u64));
                    break;
                }
            }
            if count == BLOCK {
                settle(self, totals, count);
                count = 0;
            }
        }
        if count > 0 {
            settle(self, totals, count);
        }
        outcome
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Sums<T, D, K, C> {
    /// Turns the products of `count` samples into sums, and begins new ones.
    #[inline(always)]
    pub(crate) fn end_products(&mut self, count: usize) {
        for lane in 0..LANES {
            if count > 0 {
                self.peaks[lane] += self.products[lane].natural_log();
            }
            self.products[lane] = T::ONE;
        }
    }

    /// Makes statistics of the block's `count` samples, merges them into `totals`, and begins anew.
    #[inline(never)]
    pub(crate) fn settle(&mut self, totals: &mut SufficientStats<T, D, K, C>, count: usize) {
        let mut log_likelihood = T::ZERO;
        for lane in 0..LANES {
            log_likelihood += self.peaks[lane] + self.products[lane].natural_log();
        }
        if log_likelihood != T::ZERO {
            totals.log_likelihood.merge(&Compensated { high: log_likelihood, low: T::ZERO });
        }
        self.settle_parts(totals, count);
    }

    /// [`settle`](Self::settle) without ℓ.
    #[inline(never)]
    pub(crate) fn settle_parts(&mut self, totals: &mut SufficientStats<T, D, K, C>, count: usize) {
        for k in 0..K {
            if self.parts[k].mass > T::ZERO {
                self.parts[k].centre::<C::Shape>(&mut self.second.as_mut()[C::slot(k)]);
            }
        }
        // From here on as `SufficientStats::merge_block`.
        for k in 0..K {
            if let Some((mass, d)) = totals.moments[k].merge(&self.parts[k].moments()) {
                add_outer::<C::Shape, T, D>(&mut self.second.as_mut()[C::slot(k)], mass, &d);
            }
        }
        for (total, gained) in totals.scatters.as_mut().iter_mut().zip(self.second.as_ref()) {
            C::Shape::add(total, gained);
        }
        if let (Some(total), Some(gained)) = (totals.extra.get_mut(), self.extra.get()) {
            total.merge(gained);
        }
        totals.count_on(count as u64);
        *self = Self::ZERO;
    }
}

impl<T: Real, const D: usize> Part<T, D> {
    /// How many times its anchor's share the share of a sample may be, before the sample becomes the anchor.
    pub(crate) const OUTWEIGHS: f64 = 4.0;

    /// Adds a sample of the share `r` > 0.
    #[inline(always)]
    pub(crate) fn add<S: Shape>(&mut self, second: &mut S::Matrix<T, D>, r: T, x: &[T; D]) {
        if r > self.limit {
            self.move_to::<S>(second, r, x);
            return;
        }
        let mut d = [T::ZERO; D];
        for j in 0..D {
            d[j] = x[j] - self.anchor[j];
        }
        self.mass += r;
        for j in 0..D {
            self.first[j] += r * d[j];
        }
        S::add_outer(second, r, &d);
    }

    /// Moves the sums to the sample `x`, and adds it with the share `r`. About itself, it adds only to the mass.
    #[inline(never)]
    fn move_to<S: Shape>(&mut self, second: &mut S::Matrix<T, D>, r: T, x: &[T; D]) {
        if self.mass > T::ZERO {
            self.centre::<S>(second);
            for j in 0..D {
                self.first[j] += self.anchor[j] - x[j];
            }
            add_outer::<S, T, D>(second, self.mass, &self.first);
            for j in 0..D {
                // The sum with 0 is never −0, so that a share of 0 would change no bit.
                self.first[j] = self.mass * self.first[j] + T::ZERO;
            }
        }
        self.mass += r;
        self.limit = T::narrow(Self::OUTWEIGHS) * r;
        self.anchor = *x;
    }

    /// Turns sums of some mass about the anchor into those about the mean, and `first` into the mean less the anchor.
    #[inline(never)]
    fn centre<S: Shape>(&mut self, second: &mut S::Matrix<T, D>) {
        for v in &mut self.first {
            *v /= self.mass;
        }
        add_outer::<S, T, D>(second, -self.mass, &self.first);
        S::clear_negative(second);
    }

    /// Mass and mean, after [`centre`](Self::centre).
    #[inline(always)]
    fn moments(&self) -> Moments<T, D> {
        let weight = Compensated { high: self.mass, low: T::ZERO };
        let mut moments = Moments { weight, mean: self.anchor, low: self.first };
        for j in 0..D {
            (moments.mean[j], moments.low[j]) = carry(self.anchor[j], self.first[j]);
        }
        moments
    }
}

/// [`Shape::add_outer`], for what happens a few times a block: one copy in flash.
#[inline(never)]
fn add_outer<S: Shape, T: Real, const D: usize>(scatter: &mut S::Matrix<T, D>, weight: T, d: &[T; D]) {
    S::add_outer(scatter, weight, d);
}
