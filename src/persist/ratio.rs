//! The eigenvalue ratio of a run, stored: a code (1), then c. Text formats have no number for ∞, only
//! for −∞, which stands for it.

use super::value::{Part, Sink, Source};
use crate::error::{Error, require};
use crate::fit::EigenvalueRatio;
use crate::real::Real;

impl<T: Real> Part<T> for EigenvalueRatio<T> {
    const REALS: usize = 1;
    const BYTES: usize = 1;

    fn blank() -> Self {
        Self { ratio: T::ONE }
    }

    fn give<S: Sink<T>>(&self, sink: &mut S) -> Result<(), S::Error> {
        sink.byte(1)?;
        sink.real(if self.ratio == T::INFINITY { T::NEG_INFINITY } else { self.ratio })
    }

    fn take<S: Source<T>>(&mut self, source: &mut S) -> Result<(), S::Error> {
        let code = source.byte()?;
        require(code == 1, "regularizer", "an eigenvalue ratio").map_err(|error| source.refuse(error))?;
        let ratio = source.real()?;
        self.ratio = if ratio == T::NEG_INFINITY { T::INFINITY } else { ratio };
        Ok(())
    }

    fn check(&self) -> Result<(), Error> {
        Self::new(self.ratio).map(|_| ())
    }
}
