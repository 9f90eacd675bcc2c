//! Statistics, stored: the count, ℓ, then for each component mass and mean, then scatters; every compensated number
//! with its low word.

use super::Persist;
use super::value::{Layout, Sink, Source, Value};
use crate::covariance::{Covariance, Shape};
use crate::moments::Moments;
use crate::real::Compensated;
use crate::statistics::COUNT_LIMIT;
use crate::{Error, Real, SufficientStats};

impl<T: Real, const D: usize, const K: usize, C: Covariance> Persist for SufficientStats<T, D, K, C> {}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Value for SufficientStats<T, D, K, C> {
    type Scalar = T;

    const LAYOUT: Layout = {
        let reals = 2 + K * (2 + 2 * D) + Layout::matrices(C::CODE, D, K);
        Layout::new::<T, D, K>(2, C::CODE, reals, [1, 0, 0])
    };

    fn blank() -> Self {
        Self::new()
    }

    fn clear(&mut self) {
        self.reset();
    }

    fn give<S: Sink<T>>(&self, sink: &mut S) -> Result<(), S::Error> {
        sink.count(self.count)?;
        sink.reals([&self.log_likelihood.high, &self.log_likelihood.low])?;
        for moments in &self.moments {
            sink.reals([&moments.weight.high, &moments.weight.low])?;
            sink.reals(&moments.mean)?;
            sink.reals(&moments.low)?;
        }
        self.scatters.as_ref().iter().try_for_each(|scatter| sink.reals(C::Shape::numbers(scatter)))
    }

    fn take<S: Source<T>>(&mut self, source: &mut S) -> Result<(), S::Error> {
        self.count = source.count()?;
        source.reals([&mut self.log_likelihood.high, &mut self.log_likelihood.low])?;
        for moments in &mut self.moments {
            source.reals([&mut moments.weight.high, &mut moments.weight.low])?;
            source.reals(&mut moments.mean)?;
            source.reals(&mut moments.low)?;
        }
        self.scatters.as_mut().iter_mut().try_for_each(|scatter| source.reals(C::Shape::numbers_mut(scatter)))
    }

    fn check(&self) -> Result<(), Error> {
        self.validate()
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> SufficientStats<T, D, K, C> {
    /// Checks numbers that come from elsewhere, as decoding does: masses are not negative, means lie where samples may,
    /// scatters are not negative on their diagonal, what a compensated number carries along is small beside it, and
    /// sums leave room for two such sets to be merged (half of what 2³² of the largest samples add up to).
    ///
    /// Whether a full scatter is positive semi-definite is for the M-step to find: rounding may push it over that edge,
    /// and then the component keeps its covariance.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`], which names what is wrong.
    pub fn validate(&self) -> Result<(), Error> {
        let wrong = |name| Err(Error::InvalidParameter { name });
        if self.count > COUNT_LIMIT {
            return wrong("count");
        }
        let limit = T::LARGEST_SQUARE * T::narrow(2_147_483_648.0);
        if !(is_carry(self.log_likelihood) && self.log_likelihood.high.abs() < limit) {
            return wrong("log_likelihood");
        }
        for moments in &self.moments {
            let Compensated { high, low } = moments.weight;
            // Strictly, since a mass that its low word makes 0 or less divides by that.
            if !(high >= T::ZERO && high < limit && low.abs() <= slack(high)) {
                return wrong("weights");
            }
            if !is_mean(moments, limit) {
                return wrong("means");
            }
        }
        for scatter in self.scatters.as_ref() {
            let mut features = 0..D;
            if !(features.all(|j| C::Shape::feature_scatter(scatter, j) >= T::ZERO)
                && C::Shape::numbers(scatter).all(|v| v.abs() < limit))
            {
                return wrong("scatters");
            }
        }
        Ok(())
    }
}

/// Whether the low word is a rounding error of the high one: an ulp of it, and some more after discounting.
fn is_carry<T: Real>(sum: Compensated<T>) -> bool {
    // A product that underflows is off by more than its own ulp.
    sum.low.abs() <= slack(sum.high) + T::SMALLEST_NORMAL
}

fn slack<T: Real>(high: T) -> T {
    T::narrow(4.0) * T::EPSILON * high.abs()
}

/// Whether samples of the mass given can have the mean: their squares may overflow neither one by one nor together.
fn is_mean<T: Real, const D: usize>(moments: &Moments<T, D>, limit: T) -> bool {
    let mut square = T::ONE;
    for v in &moments.mean {
        square += *v * *v;
    }
    let mut words = moments.mean.iter().zip(&moments.low);
    square < T::LARGEST_SQUARE + T::LARGEST_SQUARE // a mean may be rounded up
        && square * moments.mass() < limit
        && words.all(|(high, low)| is_carry(Compensated { high: *high, low: *low }))
}
