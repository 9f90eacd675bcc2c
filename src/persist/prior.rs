//! The prior of a run, stored: a code (2, or 3 for a model), then m₀, κ₀, Ψ₀, ν₀ (0 if there is none) and α.

use super::value::{Layout, Part, Sink, Source};
use crate::covariance::{Constant, Covariance, Shape};
use crate::error::{Error, require};
use crate::fit::Prior;
use crate::real::Real;

impl<T: Real, const D: usize, const K: usize, C: Covariance> Part<T> for Prior<T, D, K, C> {
    const REALS: usize = K * D + 1 + Layout::matrices::<C>(D, K) + 1 + K;
    const BYTES: usize = 1;

    fn blank() -> Self {
        Self::from_parts([[T::ZERO; D]; K], T::ZERO, Constant::ZERO, None, [T::ONE; K])
    }

    fn give<S: Sink<T>>(&self, sink: &mut S) -> Result<(), S::Error> {
        sink.byte(2 + u8::from(self.is_model))?;
        sink.reals(self.means.as_flattened())?;
        sink.real(self.strength)?;
        self.scales.as_ref().iter().try_for_each(|scale| sink.reals(C::Shape::numbers(scale)))?;
        sink.real(self.degrees.unwrap_or(T::ZERO))?;
        sink.reals(&self.concentrations)
    }

    fn take<S: Source<T>>(&mut self, source: &mut S) -> Result<(), S::Error> {
        let code = source.byte()?;
        require(code == 2 || code == 3, "regularizer", "a prior").map_err(|error| source.refuse(error))?;
        self.is_model = code == 3;
        source.reals(self.means.as_flattened_mut())?;
        self.strength = source.real()?;
        let scales = self.scales.as_mut();
        scales.iter_mut().try_for_each(|scale| source.reals(C::Shape::numbers_mut(scale)))?;
        self.degrees = Some(source.real()?).filter(|degrees| *degrees != T::ZERO);
        source.reals(&mut self.concentrations)
    }

    fn check(&self) -> Result<(), Error> {
        self.validate()
    }
}
