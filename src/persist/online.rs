//! Online runs, stored whole: the counters and settings, then for each component what is frozen and what its last
//! update did (one byte), then model and statistics. Averages: how many statistics were added, then their mean.

use super::Persist;
use super::value::{Layout, Part, Sink, Source, Value};
use crate::covariance::Covariance;
use crate::error::{Error, require};
use crate::fit::{Frozen, MStep, Outcome, Update};
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;
use crate::stream::{Average, OnlineEm, REFRESH, Schedule, StepSize};
use core::num::NonZeroU32;

impl<T: Real, const D: usize, const K: usize, C: Covariance, R: Part<T>> Persist for OnlineEm<T, D, K, C, R> {}

impl<T: Real, const D: usize, const K: usize, C: Covariance, R: Part<T>> Value for OnlineEm<T, D, K, C, R> {
    type Scalar = T;

    const LAYOUT: Layout = Layout::new::<T, D, K>(R::KIND, C::CODE, D + 8 + R::REALS, [2, 5, K + R::BYTES])
        .and(&Gmm::<T, D, K, C>::LAYOUT)
        .and(&SufficientStats::<T, D, K, C>::LAYOUT);

    fn blank() -> Self {
        OnlineEm::unfitted().with_m_step(MStep::DEFAULT.with_regularizer(R::blank()))
    }

    fn clear(&mut self) {
        self.gmm.clear();
        self.stats.clear();
        self.spread = [T::ZERO; D];
        self.m_step = MStep::DEFAULT.with_regularizer(R::blank());
        (self.frozen, self.step) = (Frozen::NONE, StepSize::ZERO);
        (self.t, self.warm_up) = (0, 0);
        (self.interval, self.pending) = (Some(NonZeroU32::MIN), 0);
        (self.fresh, self.inertia) = (0, 10);
        self.update = None;
    }

    fn give<S: Sink<T>>(&self, sink: &mut S) -> Result<(), S::Error> {
        sink.count(self.t)?;
        sink.count(self.warm_up)?;
        sink.small(self.interval.map_or(0, NonZeroU32::get))?;
        sink.small(self.pending)?;
        sink.small(self.fresh)?;
        sink.small(self.inertia)?;
        sink.small(self.m_step.inner.cap)?;
        for k in 0..K {
            sink.byte(self.component_byte(k))?;
        }
        sink.reals(&step_numbers(self.step))?;
        let m_step = &self.m_step;
        sink.reals([&m_step.relative_floor, &m_step.absolute_floor, &m_step.ridge])?;
        sink.reals([&m_step.least_share, &m_step.inner.tolerance])?;
        m_step.regularizer.give(sink)?;
        sink.reals(&self.spread)?;
        self.gmm.give(sink)?;
        self.stats.give(sink)
    }

    fn take<S: Source<T>>(&mut self, source: &mut S) -> Result<(), S::Error> {
        self.t = source.count()?;
        self.warm_up = source.count()?;
        self.interval = NonZeroU32::new(source.small()?);
        self.pending = source.small()?;
        self.fresh = source.small()?;
        self.inertia = source.small()?;
        self.m_step.inner.cap = source.small()?;
        self.update = None;
        for k in 0..K {
            let byte = source.byte()?;
            self.set_component_byte(k, byte).map_err(|error| source.refuse(error))?;
        }
        let mut step = [T::ZERO; 3];
        source.reals(&mut step)?;
        self.step = step_of(step).map_err(|error| source.refuse(error))?;
        let m_step = &mut self.m_step;
        source.reals([&mut m_step.relative_floor, &mut m_step.absolute_floor])?;
        source.reals([&mut m_step.ridge, &mut m_step.least_share, &mut m_step.inner.tolerance])?;
        m_step.regularizer.take(source)?;
        source.reals(&mut self.spread)?;
        self.gmm.take(source)?;
        self.stats.take(source)
    }

    fn check(&self) -> Result<(), Error> {
        self.m_step.validate()?;
        self.m_step.regularizer.check()?;
        require(self.fresh <= REFRESH, "steps since the last factorisation", "at most 64")?;
        let are_variances = self.spread.iter().all(|v| *v >= T::ZERO && *v < T::INFINITY);
        require(are_variances, "variance of a feature", "finite, 0 or more")?;
        self.gmm.validate()?;
        self.stats.validate()
    }
}

/// A step as three numbers: constant, α, t₀. For a constant step, α and t₀ are 0; for a decaying step, the constant is
/// 0.
pub(super) fn step_numbers<T: Real>(step: StepSize<T>) -> [T; 3] {
    match step.0 {
        Schedule::Constant(step) => [step, T::ZERO, T::ZERO],
        Schedule::Decaying { alpha, t0 } => [T::ZERO, alpha, t0],
    }
}

/// The step of these three numbers.
pub(super) fn step_of<T: Real>(numbers: [T; 3]) -> Result<StepSize<T>, Error> {
    let [constant, alpha, t0] = numbers;
    let step = if alpha == T::ZERO { StepSize::constant(constant)? } else { StepSize::decaying(alpha, t0)? };
    require(step_numbers(step) == numbers, "step", "constant or decaying, not both")?;
    Ok(step)
}

/// What the last update did, in the order of the codes from 1. Code 0 stands for no update.
const OUTCOMES: [Outcome; 6] =
    [Outcome::Updated, Outcome::Floored, Outcome::Starved, Outcome::Kept, Outcome::Improved, Outcome::Dead];

impl<T: Real, const D: usize, const K: usize, C: Covariance, R> OnlineEm<T, D, K, C, R> {
    /// Bits 0 to 2: weight, mean, covariance frozen; from bit 3: the outcome.
    #[inline(always)] // so that a compiler sees that k < K
    fn component_byte(&self, k: usize) -> u8 {
        let frozen = [self.frozen.weights[k], self.frozen.means[k], self.frozen.covariances[k]];
        let [weight, mean, covariance] = frozen.map(u8::from);
        // Not by a closure, into which the bound does not reach everywhere.
        let outcome = match &self.update {
            None => 0,
            Some(update) => match update.outcomes[k] {
                Outcome::Updated => 1,
                Outcome::Floored => 2,
                Outcome::Starved => 3,
                Outcome::Kept => 4,
                Outcome::Improved => 5,
                Outcome::Dead => 6,
            },
        };
        weight | mean << 1 | covariance << 2 | outcome << 3
    }

    #[inline(always)]
    fn set_component_byte(&mut self, k: usize, byte: u8) -> Result<(), Error> {
        self.frozen.weights[k] = byte & 1 != 0;
        self.frozen.means[k] = byte & 2 != 0;
        self.frozen.covariances[k] = byte & 4 != 0;
        let refusal =
            Error::InvalidParameter { name: "outcome", expected: "known, and of all components or of none" };
        let outcome = match byte >> 3 {
            0 => None,
            code => Some(*OUTCOMES.get(usize::from(code) - 1).ok_or(refusal)?),
        };
        // An update reports all components, or there is none.
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
