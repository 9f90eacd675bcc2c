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
    /// Checks numbers that come from elsewhere, as decoding does: masses are finite and not negative, means lie where
    /// samples may, scatters are finite and not negative on their diagonal, and what a compensated number carries
    /// along is small beside it. Whether a full scatter is positive semi-definite is for the M-step to find: rounding
    /// may push it over that edge, and then the component keeps its covariance.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`], which names what is wrong.
    pub fn validate(&self) -> Result<(), Error> {
        let wrong = |name| Err(Error::InvalidParameter { name });
        if self.count > COUNT_LIMIT {
            return wrong("count");
        }
        if !is_compensated(&self.log_likelihood) {
            return wrong("log_likelihood");
        }
        for moments in &self.moments {
            if !(moments.mass() >= T::ZERO && is_compensated(&moments.weight)) {
                return wrong("weights");
            }
            if !is_mean(moments) {
                return wrong("means");
            }
        }
        for scatter in self.scatters.as_ref() {
            let mut features = 0..D;
            if !(features.all(|j| C::Shape::feature_scatter(scatter, j) >= T::ZERO)
                && C::Shape::numbers(scatter).all(|v| v.is_finite()))
            {
                return wrong("scatters");
            }
        }
        Ok(())
    }
}

/// Whether the low word is a rounding error of the high one: an ulp of it, and some more after discounting.
fn is_carry<T: Real>(high: T, low: T) -> bool {
    // A product that underflows is off by more than its own ulp.
    let slack = T::narrow(4.0) * T::EPSILON * high.abs() + T::SMALLEST_NORMAL;
    high.is_finite() && low.abs() <= slack
}

fn is_compensated<T: Real>(sum: &Compensated<T>) -> bool {
    is_carry(sum.high, sum.low)
}

/// Whether samples of the mass given can have the mean: their squares may neither overflow one by one nor together.
fn is_mean<T: Real, const D: usize>(moments: &Moments<T, D>) -> bool {
    let mut square = T::ONE;
    for v in &moments.mean {
        square += *v * *v;
    }
    let limit = T::LARGEST_SQUARE + T::LARGEST_SQUARE; // a mean may be rounded up
    square < limit
        && square * moments.mass() < T::INFINITY
        && moments.mean.iter().zip(&moments.low).all(|(high, low)| is_carry(*high, *low))
}
