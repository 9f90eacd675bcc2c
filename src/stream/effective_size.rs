//! The effective sample size of an estimate that forgets.

use crate::error::{Error, require};
use crate::real::{Compensated, Real};
use crate::statistics::sum_limit;

/// More samples than were ever counted, as in statistics.
const LIMIT: u64 = 1 << 63;

/// The effective sample size of weighted or discounted data: n = (Σw)²/Σw² (Kish 1965, *Survey Sampling*). An average
/// over the data has the variance of an average over n samples of equal weight.
///
/// It keeps three numbers. Give it the same weights and discounts as the statistics. With a constant factor λ per
/// sample and equal weights, n tends to (1 + λ)/(1 − λ). This is about twice the mass at which the statistics settle,
/// 1/(1 − λ).
///
/// ```
/// use gaussmix::stream::EffectiveSize;
///
/// let mut size = EffectiveSize::new();
/// for _ in 0..2000 {
///     size.discount(0.99)?;
///     size.observe(1.0)?;
/// }
/// assert!((size.total_weight() - 100.0f64).abs() < 1e-6);
/// assert!((size.value() - 199.0).abs() < 1e-5);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct EffectiveSize<T> {
    sum: Compensated<T>,
    /// The largest weight.
    largest: T,
    /// Σw² in units of the square of the largest, since the squares of tiny weights would vanish.
    squares: Compensated<T>,
}

impl<T: Real> EffectiveSize<T> {
    /// The size of no data.
    #[must_use]
    pub const fn new() -> Self {
        Self { sum: Compensated::ZERO, largest: T::ZERO, squares: Compensated::ZERO }
    }

    /// Counts a sample of weight `weight`.
    ///
    /// # Errors
    /// [`Error::InvalidSampleWeight`] if the weight is negative, not finite, or its square overflows.
    pub fn observe(&mut self, weight: T) -> Result<(), Error> {
        if !(weight >= T::ZERO && weight * weight < T::LARGEST_SQUARE) {
            return Err(Error::InvalidSampleWeight { sample: 0 });
        }
        if weight > T::ZERO {
            self.sum.add(weight);
            self.admit(weight);
            let share = weight / self.largest;
            self.squares.add(share * share);
        }
        Ok(())
    }

    /// Multiplies all weights so far by `factor`, as [`SufficientStats::discount`](crate::SufficientStats::discount)
    /// does.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless 0 ≤ `factor` ≤ 1.
    pub fn discount(&mut self, factor: T) -> Result<(), Error> {
        require(factor >= T::ZERO && factor <= T::ONE, "factor", "within [0, 1]")?;
        self.sum.scale(factor);
        self.largest *= factor;
        Ok(())
    }

    /// Makes room for weights up to `weight`.
    fn admit(&mut self, weight: T) {
        if weight > self.largest {
            let ratio = self.largest / weight;
            self.squares.scale(ratio);
            self.squares.scale(ratio);
            self.largest = weight;
        }
    }

    /// Adds the weights of other data. Where a sum would leave the range of `T`, all weights so far are halved, and
    /// once n is at its limit of 2⁶³, their number is.
    pub fn merge(&mut self, other: &Self) {
        if !(other.largest > T::ZERO) {
            return;
        }
        self.sum.merge(&other.sum);
        self.admit(other.largest);
        let (mut squares, ratio) = (other.squares, other.largest / self.largest);
        squares.scale(ratio);
        squares.scale(ratio);
        self.squares.merge(&squares);
        let limit = sum_limit::<T>() * T::HALF;
        if !(self.sum.high < limit && self.squares.high < limit) {
            let is_full = self.unlimited() * T::HALF >= T::from_count(LIMIT);
            self.sum.scale(T::HALF);
            if is_full {
                self.squares.scale(T::HALF);
            } else {
                self.largest *= T::HALF;
            }
        }
    }

    /// Σw
    #[must_use]
    pub fn total_weight(&self) -> T {
        self.sum.high
    }

    /// (Σw)²/Σw², 0 for no data, 2⁶³ at most.
    #[must_use]
    pub fn value(&self) -> T {
        self.unlimited().smaller(T::from_count(LIMIT))
    }

    fn unlimited(&self) -> T {
        if self.largest > T::ZERO {
            let sum = self.sum.high / self.largest;
            // The division comes first: the square of the sum may overflow where the ratio does not.
            sum * (sum / self.squares.high)
        } else {
            T::ZERO
        }
    }
}

impl<T: Real> Default for EffectiveSize<T> {
    fn default() -> Self {
        Self::new()
    }
}
