//! Online runs, stored whole: the counters and settings, then for each component what is frozen and what its last
//! update did (one byte), then model and statistics. Averages: how many, then the statistics.

use super::Persist;
use super::value::{Layout, Sink, Source, Value};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::fit::{MStep, Outcome, Update};
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;
use crate::stream::{Average, OnlineEm, REFRESH, StepSize};

impl<T: Real, const D: usize, const K: usize, C: Covariance> Persist for OnlineEm<T, D, K, C> {}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Value for OnlineEm<T, D, K, C> {
    type Scalar = T;

    const LAYOUT: Layout = Layout::new::<T, D, K>(3, C::CODE, D + 7, [2, 4, K])
        .and(&Gmm::<T, D, K, C>::LAYOUT)
        .and(&SufficientStats::<T, D, K, C>::LAYOUT);

    fn blank() -> Self {
        Self::unfitted()
    }

    fn clear(&mut self) {
        self.gmm.clear();
        self.stats.clear();
        self.least = [T::ZERO; D];
        (self.m_step, self.step) = (MStep::DEFAULT, StepSize::ZERO);
        (self.t, self.warm_up) = (0, 0);
        (self.interval, self.pending, self.fresh, self.inertia) = (1, 0, 0, 10);
        self.update = None;
    }

    fn give<S: Sink<T>>(&self, sink: &mut S) -> Result<(), S::Error> {
        sink.count(self.t)?;
        sink.count(self.warm_up)?;
        sink.small(self.interval)?;
        sink.small(self.pending)?;
        sink.small(self.fresh)?;
        sink.small(self.inertia)?;
        for k in 0..K {
            sink.byte(self.component_byte(k))?;
        }
        sink.reals([&self.step.constant, &self.step.exponent, &self.step.shift])?;
        let m_step = &self.m_step;
        sink.reals([&m_step.relative_floor, &m_step.absolute_floor, &m_step.ridge, &m_step.least_share])?;
        sink.reals(&self.least)?;
        self.gmm.give(sink)?;
        self.stats.give(sink)
    }

    fn take<S: Source<T>>(&mut self, source: &mut S) -> Result<(), S::Error> {
        self.t = source.count()?;
        self.warm_up = source.count()?;
        self.interval = source.small()?;
        self.pending = source.small()?;
        self.fresh = source.small()?;
        self.inertia = source.small()?;
        self.update = None;
        for k in 0..K {
            let byte = source.byte()?;
            self.set_component_byte(k, byte).map_err(|error| source.refuse(error))?;
        }
        source.reals([&mut self.step.constant, &mut self.step.exponent, &mut self.step.shift])?;
        let m_step = &mut self.m_step;
        source.reals([&mut m_step.relative_floor, &mut m_step.absolute_floor])?;
        source.reals([&mut m_step.ridge, &mut m_step.least_share])?;
        source.reals(&mut self.least)?;
        self.gmm.take(source)?;
        self.stats.take(source)
    }

    fn check(&self) -> Result<(), Error> {
        let StepSize { constant, exponent, shift } = self.step;
        let made = if exponent == T::ZERO && shift == T::ZERO {
            StepSize::constant(constant)?
        } else {
            StepSize::decaying(exponent, shift)?
        };
        if made != self.step {
            return Err(Error::InvalidParameter { name: "step" });
        }
        self.m_step.validate()?;
        if self.fresh > REFRESH {
            return Err(Error::InvalidParameter { name: "fresh" });
        }
        if !self.least.iter().all(|floor| *floor >= T::ZERO && *floor < T::INFINITY) {
            return Err(Error::InvalidParameter { name: "floor" });
        }
        self.gmm.validate()?;
        self.stats.validate()
    }
}

/// What the last update did, in the order of its codes from 1; 0 if there was none.
const OUTCOMES: [Outcome; 4] = [Outcome::Updated, Outcome::Floored, Outcome::Starved, Outcome::Kept];

impl<T: Real, const D: usize, const K: usize, C: Covariance> OnlineEm<T, D, K, C> {
    /// Bits 0 to 2: weight, mean, covariance frozen; from bit 3: the outcome.
    #[inline(always)] // so that a compiler sees that k < K
    fn component_byte(&self, k: usize) -> u8 {
        let m_step = &self.m_step;
        let frozen = [m_step.frozen_weights[k], m_step.frozen_means[k], m_step.frozen_covariances[k]];
        let [weight, mean, covariance] = frozen.map(u8::from);
        let outcome = self.update.map_or(0, |update| match update.outcomes[k] {
            Outcome::Updated => 1,
            Outcome::Floored => 2,
            Outcome::Starved => 3,
            Outcome::Kept => 4,
        });
        weight | mean << 1 | covariance << 2 | outcome << 3
    }

    #[inline(always)]
    fn set_component_byte(&mut self, k: usize, byte: u8) -> Result<(), Error> {
        let m_step = &mut self.m_step;
        m_step.frozen_weights[k] = byte & 1 != 0;
        m_step.frozen_means[k] = byte & 2 != 0;
        m_step.frozen_covariances[k] = byte & 4 != 0;
        let refusal = Error::InvalidParameter { name: "outcome" };
        let outcome = match byte >> 3 {
            0 => None,
            code => Some(*OUTCOMES.get(usize::from(code) - 1).ok_or(refusal)?),
        };
        // An update is one of all components.
        if k > 0 && outcome.is_some() != self.update.is_some() {
            return Err(refusal);
        }
        if let Some(outcome) = outcome {
            self.update.get_or_insert(Update { outcomes: [outcome; K] }).outcomes[k] = outcome;
        }
        Ok(())
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Persist for Average<T, D, K, C> {}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Value for Average<T, D, K, C> {
    type Scalar = T;

    const LAYOUT: Layout =
        Layout::new::<T, D, K>(4, C::CODE, 0, [1, 0, 0]).and(&SufficientStats::<T, D, K, C>::LAYOUT);

    fn blank() -> Self {
        Self::new()
    }

    fn clear(&mut self) {
        self.reset();
    }

    fn give<S: Sink<T>>(&self, sink: &mut S) -> Result<(), S::Error> {
        sink.count(self.count)?;
        self.stats.give(sink)
    }

    fn take<S: Source<T>>(&mut self, source: &mut S) -> Result<(), S::Error> {
        self.count = source.count()?;
        self.stats.take(source)
    }

    fn check(&self) -> Result<(), Error> {
        self.stats.validate()
    }
}
