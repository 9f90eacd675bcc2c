//! Checks that statistics from elsewhere, such as decoded ones, can be statistics of data.

use super::SufficientStats;
use super::stats::COUNT_LIMIT;
use crate::covariance::{Covariance, ExtraMass, Shape};
use crate::error::{Error, require};
use crate::moments::Moments;
use crate::real::{Compensated, Real};

impl<T: Real, const D: usize, const K: usize, C: Covariance> SufficientStats<T, D, K, C> {
    /// Checks numbers that come from elsewhere; decoding calls it. It requires that
    ///
    /// - masses are not negative,
    /// - means are in the range allowed for samples,
    /// - scatters are not negative on their diagonal,
    /// - the low part of a compensated number is small beside the high part,
    /// - sums, over all components too, are at most half of what 2³² of the largest samples add up to, so that two such
    ///   sets can be merged.
    ///
    /// It does not check that a full scatter is positive semi-definite. Rounding may make it slightly indefinite; the
    /// M-step notices that, and the component then keeps its covariance.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`], which names the quantity that is wrong.
    pub fn validate(&self) -> Result<(), Error> {
        require(self.count <= COUNT_LIMIT, "count", "at most 2^63")?;
        let limit = sum_limit::<T>();
        let is_sum = is_carry(self.log_likelihood) && self.log_likelihood.high.abs() < limit;
        require(is_sum, "log_likelihood", "within the range of sums")?;
        for moments in &self.moments {
            let Compensated { high, low } = moments.weight;
            // Without the allowance of `is_carry`: a low part that cancels the mass would lead to a division by 0 or
            // less.
            let is_mass = high >= T::ZERO && high < limit && low.abs() <= slack(high);
            require(is_mass, "masses", "0 or more and within the range of sums")?;
            require(is_mean(moments), "means", "within the range of samples")?;
        }
        if let Some(Compensated { high, low }) = self.extra.get().copied() {
            let is_mass = high >= T::ZERO && high < limit && low.abs() <= slack(high);
            require(is_mass, "noise_mass", "0 or more and within the range of sums")?;
        }
        for scatter in self.scatters.as_ref() {
            let is_scatter = (0..D).all(|j| C::Shape::feature_scatter(scatter, j) >= T::ZERO)
                && C::Shape::numbers(scatter).all(|v| v.abs() < limit);
            require(is_scatter, "scatters", "0 or more on the diagonal and within the range of sums")?;
        }
        let [squares, scatters] = self.extent(|_| true);
        require(squares + scatters < limit, "masses", "0 or more and within the range of sums")
    }
}

/// What sums have to stay below, so that two of them can be added: what 2³¹ of the largest samples add up to.
pub(crate) fn sum_limit<T: Real>() -> T {
    T::LARGEST_SQUARE * T::narrow(2_147_483_648.0)
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> SufficientStats<T, D, K, C> {
    /// Σ W_k (1 + |m_k|²), and tr S, of the components that `counts`. Together no mass, square or scatter of them is
    /// larger, however they are merged.
    pub(crate) fn extent(&self, counts: impl Fn(usize) -> bool) -> [T; 2] {
        let (mut squares, mut scatters) = (self.noise_mass(), T::ZERO);
        for (k, moments) in self.moments.iter().enumerate() {
            if counts(k) {
                squares += square_of(moments) * moments.mass();
            }
        }
        for (slot, scatter) in self.scatters.as_ref().iter().enumerate() {
            if C::SHARED || counts(slot) {
                for j in 0..D {
                    scatters += C::Shape::feature_scatter(scatter, j);
                }
            }
        }
        [squares, scatters]
    }
}

/// Whether the low part can be a rounding error of the high part: an ulp of it, or somewhat more after discounting.
fn is_carry<T: Real>(sum: Compensated<T>) -> bool {
    // The error of a product that underflows is more than its own ulp.
    sum.low.abs() <= slack(sum.high) + T::SMALLEST_NORMAL
}

fn slack<T: Real>(high: T) -> T {
    T::narrow(4.0) * T::EPSILON * high.abs()
}

/// 1 + |m|²
pub(crate) fn square_of<T: Real, const D: usize>(moments: &Moments<T, D>) -> T {
    let mut square = T::ONE;
    for v in &moments.mean {
        square += *v * *v;
    }
    square
}

/// Whether samples of this mass can have this mean: neither the square of one nor the sum of their squares may
/// overflow.
pub(crate) fn is_mean<T: Real, const D: usize>(moments: &Moments<T, D>) -> bool {
    let square = square_of(moments);
    let mut words = moments.mean.iter().zip(&moments.low);
    square < T::LARGEST_SQUARE + T::LARGEST_SQUARE // a mean may be rounded up
        && square * moments.mass() < sum_limit::<T>()
        && words.all(|(high, low)| is_carry(Compensated { high: *high, low: *low }))
}
