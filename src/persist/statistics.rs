//! Statistics, stored: the count, ℓ, then for each component mass and mean, then scatters; every compensated number
//! with its low word, and that of the noise.

use super::Persist;
use super::value::{Layout, Sink, Source, Value};
use crate::covariance::{Covariance, ExtraMass, Shape};
use crate::error::Error;
use crate::real::Real;
use crate::statistics::SufficientStats;

impl<T: Real, const D: usize, const K: usize, C: Covariance> Persist for SufficientStats<T, D, K, C> {}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Value for SufficientStats<T, D, K, C> {
    type Scalar = T;

    const LAYOUT: Layout = {
        let noise = if C::NOISE { 2 } else { 0 };
        let reals = 2 + K * (2 + 2 * D) + Layout::matrices::<C>(D, K) + noise;
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
        self.scatters.as_ref().iter().try_for_each(|scatter| sink.reals(C::Shape::numbers(scatter)))?;
        self.extra.get().map_or(Ok(()), |mass| sink.reals([&mass.high, &mass.low]))
    }

    fn take<S: Source<T>>(&mut self, source: &mut S) -> Result<(), S::Error> {
        self.count = source.count()?;
        source.reals([&mut self.log_likelihood.high, &mut self.log_likelihood.low])?;
        for moments in &mut self.moments {
            source.reals([&mut moments.weight.high, &mut moments.weight.low])?;
            source.reals(&mut moments.mean)?;
            source.reals(&mut moments.low)?;
        }
        self.scatters
            .as_mut()
            .iter_mut()
            .try_for_each(|scatter| source.reals(C::Shape::numbers_mut(scatter)))?;
        self.extra.get_mut().map_or(Ok(()), |mass| source.reals([&mut mass.high, &mut mass.low]))
    }

    fn check(&self) -> Result<(), Error> {
        self.validate()
    }
}
