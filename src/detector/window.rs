//! What a window of samples is known by, summed up sample by sample.

use crate::real::Real;

/// Samples that are summed up plainly; sums of more would lose digits.
const BLOCK: u32 = 64;

/// The sums of one axis over a window that is not yet full.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Axis<T> {
    /// The mean of the blocks before this one, and the sum of squares about it.
    pub(crate) mean: T,
    pub(crate) scatter: T,
    /// The first sample, or the mean of the blocks before. Sums are of differences from it, so that an offset cancels
    /// little: one of 64 samples is no farther from their mean than √64 of their standard deviations, and how far a later
    /// block is from the mean adds to the scatter.
    pub(crate) first: T,
    pub(crate) sum: T,
    pub(crate) squares: T,
    pub(crate) least: T,
    pub(crate) most: T,
    /// The sample before the next one.
    pub(crate) last: T,
    /// The mean of the window before, which crossings are counted about.
    pub(crate) level: T,
    pub(crate) crossings: u32,
}

impl<T: Real> Axis<T> {
    const ZERO: Self = Self {
        mean: T::ZERO,
        scatter: T::ZERO,
        first: T::ZERO,
        sum: T::ZERO,
        squares: T::ZERO,
        least: T::ZERO,
        most: T::ZERO,
        last: T::ZERO,
        level: T::ZERO,
        crossings: 0,
    };

    #[inline(always)]
    fn begin(&mut self, x: T) {
        *self = Self { first: x, least: x, most: x, last: x, level: self.level, ..Self::ZERO };
    }

    /// Merges the block of the last `added` of `count` samples with those before (Chan, Golub & LeVeque 1983,
    /// doi:10.1080/00031305.1983.10483115), and begins the next.
    #[inline(never)]
    fn fold(&mut self, count: u32, added: u32) {
        let [before, added, count] = [count - added, added, count].map(|n| T::from_count(u64::from(n)));
        let shift = self.sum / added;
        let d = (self.first - self.mean) + shift;
        self.scatter += (self.squares - shift * self.sum).larger(T::ZERO) + d * d * (before / count * added);
        self.mean += d * (added / count);
        (self.sum, self.squares, self.first) = (T::ZERO, T::ZERO, self.mean);
    }

    #[inline(always)]
    fn add(&mut self, x: T, features: usize) {
        let d = x - self.first;
        self.sum += d;
        self.squares += d * d;
        if features > 2 {
            self.least = self.least.smaller(x);
            self.most = self.most.larger(x);
        }
        if features > 3 {
            self.crossings += u32::from((x < self.level) != (self.last < self.level));
            self.last = x;
        }
    }

    /// Mean, ln standard deviation, ln (1 + crest factor), crossings a sample: as many of them as asked for.
    #[inline(always)]
    fn features(&self, count: usize, share: T, rounding: T) -> [T; 4] {
        let mean = self.mean;
        // Of samples that are all equal no more is known than how finely they are written.
        let written = T::EPSILON * mean;
        let variance = (self.scatter * share).larger(written * written);
        let variance = variance.larger(rounding).larger(T::SMALLEST_NORMAL);
        let mut features = [mean, T::ZERO, T::ZERO, T::ZERO];
        if count > 1 {
            features[1] = T::HALF * variance.natural_log();
        }
        if count > 2 {
            let peak = (self.most - mean).larger(mean - self.least).larger(T::ZERO);
            features[2] = (T::ONE + peak / variance.root()).natural_log();
        }
        if count > 3 {
            features[3] = T::from_count(u64::from(self.crossings)) * share;
        }
        features
    }
}

/// The sums of all axes over a window that is not yet full.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sums<T, const AXES: usize> {
    pub(crate) axes: [Axis<T>; AXES],
    /// The samples in them.
    pub(crate) count: u32,
}

impl<T: Real, const AXES: usize> Sums<T, AXES> {
    pub(crate) const EMPTY: Self = Self { axes: [Axis::ZERO; AXES], count: 0 };

    #[inline(always)]
    pub(super) fn add(&mut self, sample: &[T; AXES], features: usize) {
        for (axis, x) in self.axes.iter_mut().zip(sample) {
            if self.count == 0 { axis.begin(*x) } else { axis.add(*x, features) }
        }
        self.count += 1;
        if self.count.is_multiple_of(BLOCK) {
            self.axes.iter_mut().for_each(|axis| axis.fold(self.count, BLOCK));
        }
    }

    /// Begins the window anew.
    pub(super) fn discard(&mut self) {
        self.axes.iter_mut().for_each(|axis| *axis = Axis { level: axis.level, ..Axis::ZERO });
        self.count = 0;
    }

    /// The features of the window, which the next sample begins anew: those of one kind, axis by axis, and then those of
    /// the next kind. `rounding` is the variance of rounding a sample to its unit.
    pub(super) fn take<const D: usize>(&mut self, rounding: T) -> [T; D] {
        let mut features = [T::ZERO; D];
        let share = T::ONE / T::from_count(u64::from(self.count.max(1)));
        let rest = self.count % BLOCK;
        if rest > 0 {
            self.axes.iter_mut().for_each(|axis| axis.fold(self.count, rest));
        }
        for (j, axis) in self.axes.iter_mut().enumerate() {
            let of_axis = axis.features(D / AXES, share, rounding);
            for (place, feature) in features.iter_mut().skip(j).step_by(AXES).zip(of_axis) {
                *place = feature;
            }
            axis.level = of_axis[0];
        }
        self.discard();
        features
    }
}
