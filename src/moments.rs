//! Mass and mean of one component, with twice the digits of the scalar.

use crate::real::{Compensated, Real, carry};

/// Responsibility mass and weighted mean of one component.
///
/// The mean is an unevaluated sum of two numbers, `mean + low`. A single `f32` would resolve a mean of 10⁵ σ only to
/// 0.004 σ, and late in a stream the steps of the mean are smaller than its last digit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moments<T, const D: usize> {
    pub(crate) weight: Compensated<T>,
    pub(crate) mean: [T; D],
    pub(crate) low: [T; D],
}

impl<T: Real, const D: usize> Moments<T, D> {
    pub(crate) const ZERO: Self = Self { weight: Compensated::ZERO, mean: [T::ZERO; D], low: [T::ZERO; D] };

    /// W_k
    #[inline(always)]
    pub(crate) fn mass(&self) -> T {
        self.weight.high
    }

    /// m_k − `point`
    #[inline(always)]
    pub(crate) fn mean_less(&self, point: &[T; D]) -> [T; D] {
        let mut d = [T::ZERO; D];
        for j in 0..D {
            d[j] = (self.mean[j] - point[j]) + self.low[j];
        }
        d
    }

    /// Adds a sample of responsibility `r` > 0 (West 1979, doi:10.1145/359146.359153). Returns (w, d): the scatter
    /// about the mean gains w d dᵀ. Here d is the sample's deviation from the mean before the sample was added.
    #[inline(always)]
    pub(crate) fn absorb(&mut self, r: T, x: &[T; D]) -> (T, [T; D]) {
        let before = self.weight.high;
        self.weight.add(r);
        let gain = r / self.weight.high;
        let mut d = [T::ZERO; D];
        for j in 0..D {
            d[j] = (x[j] - self.mean[j]) - self.low[j];
        }
        self.shift(gain, &d);
        (before * gain, d)
    }

    /// Adds the moments of other data (Chan, Golub & LeVeque 1983, doi:10.1080/00031305.1983.10483115). Returns (w, d):
    /// besides the other scatter, the scatter gains w d dᵀ, where d is the deviation of the other mean. `None` if one
    /// of them has no mass.
    pub(crate) fn merge(&mut self, other: &Self) -> Option<(T, [T; D])> {
        let (before, added) = (self.mass(), other.mass());
        if added == T::ZERO {
            return None;
        }
        if before == T::ZERO {
            *self = *other;
            return None;
        }
        self.weight.merge(&other.weight);
        let gain = added / self.mass();
        let mut d = [T::ZERO; D];
        for j in 0..D {
            d[j] = (other.mean[j] - self.mean[j]) + (other.low[j] - self.low[j]);
        }
        self.shift(gain, &d);
        Some((before * gain, d))
    }

    /// `x` minus the mean.
    #[inline(always)]
    pub(crate) fn deviation(&self, x: &[T; D]) -> [T; D] {
        let mut d = [T::ZERO; D];
        for j in 0..D {
            d[j] = (x[j] - self.mean[j]) - self.low[j];
        }
        d
    }

    /// The mean of `other` minus this mean.
    pub(crate) fn deviation_of(&self, other: &Self) -> [T; D] {
        let mut d = [T::ZERO; D];
        for j in 0..D {
            d[j] = (other.mean[j] - self.mean[j]) + (other.low[j] - self.low[j]);
        }
        d
    }

    /// `mean += gain · d`
    #[inline(always)]
    pub(crate) fn shift(&mut self, gain: T, d: &[T; D]) {
        for j in 0..D {
            (self.mean[j], self.low[j]) = carry(self.mean[j], self.low[j] + gain * d[j]);
        }
    }
}
