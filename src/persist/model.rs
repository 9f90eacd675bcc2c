//! Models, stored: weights, offsets, means, factors, noise.

use super::Persist;
use super::value::{Layout, Sink, Source, Value};
use crate::covariance::{Constant, Covariance, Extra, Shape};
use crate::error::Error;
use crate::model::Gmm;
use crate::real::Real;

impl<T: Real, const D: usize, const K: usize, C: Covariance> Persist for Gmm<T, D, K, C> {}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Value for Gmm<T, D, K, C> {
    type Scalar = T;

    const LAYOUT: Layout = {
        let noise = if C::NOISE { 2 + D } else { 0 };
        let reals = 2 * K + K * D + Layout::matrices::<C>(D, K) + noise;
        Layout::new::<T, D, K>(1, C::CODE, reals, [0; 3])
    };

    fn blank() -> Self {
        Self::unfitted()
    }

    fn clear(&mut self) {
        self.weights = [T::ZERO; K];
        self.weights[0] = T::ONE;
        self.offsets = [T::NEG_INFINITY; K];
        self.offsets[0] = T::ZERO;
        self.means = [[T::ZERO; D]; K];
        for factor in self.factors.as_mut() {
            *factor = Constant::UNIT;
        }
        self.extra = Constant::ZERO;
    }

    fn give<S: Sink<T>>(&self, sink: &mut S) -> Result<(), S::Error> {
        sink.reals(&self.weights)?;
        sink.reals(&self.offsets)?;
        sink.reals(self.means.iter().flatten())?;
        self.factors.as_ref().iter().try_for_each(|factor| sink.reals(C::Shape::numbers(&factor.0)))?;
        if let Some(noise) = self.extra.noise() {
            sink.reals([&noise.weight, &noise.offset])?;
            sink.reals(&noise.log_ranges)?;
        }
        Ok(())
    }

    fn take<S: Source<T>>(&mut self, source: &mut S) -> Result<(), S::Error> {
        source.reals(&mut self.weights)?;
        source.reals(&mut self.offsets)?;
        source.reals(self.means.iter_mut().flatten())?;
        self.factors
            .as_mut()
            .iter_mut()
            .try_for_each(|factor| source.reals(C::Shape::numbers_mut(&mut factor.0)))?;
        if let Some(noise) = self.extra.noise_mut() {
            source.reals([&mut noise.weight, &mut noise.offset])?;
            source.reals(&mut noise.log_ranges)?;
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Error> {
        self.validate()
    }
}
