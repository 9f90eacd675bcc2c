//! A detector, stored whole: what it was told, the window that is half full, votes, threshold, life cycle, run.

use core::num::NonZeroU32;

use super::Persist;
use super::online::{step_numbers, step_of};
use super::value::{Layout, Sink, Source, Value};
use crate::covariance::Covariance;
use crate::detector::{Detector, State, Sums};
use crate::error::{Error, require};
use crate::lifecycle::LifeCycle;
use crate::novelty::Novelty;
use crate::observation::check_range;
use crate::real::Real;
use crate::stream::OnlineEm;

impl<T: Real, const AXES: usize, const D: usize, const K: usize, C: Covariance> Persist
    for Detector<T, AXES, D, K, C>
{
}

impl<T: Real, const AXES: usize, const D: usize, const K: usize, C: Covariance> Value
    for Detector<T, AXES, D, K, C>
{
    type Scalar = T;

    const LAYOUT: Layout = Layout::new::<T, D, K>(8, C::CODE, 4 + 9 * AXES, [0, 9 + AXES, 1])
        .and(&Novelty::<T>::LAYOUT)
        .and(&LifeCycle::<T, D>::LAYOUT)
        .and(&OnlineEm::<T, D, K, C>::LAYOUT);

    fn blank() -> Self {
        Self::unset()
    }

    fn clear(&mut self) {
        // In place: a second run does not lie on the stack.
        self.run.clear();
        (self.life, self.novelty) = (LifeCycle::default(), Novelty::blank());
        (self.sums, self.window) = (Sums::EMPTY, 2);
        (self.rounding, self.adaptation) = (T::ZERO, crate::stream::StepSize::ZERO);
        (self.settling, self.learning, self.votes) = (1, [1; 2], [1; 2]);
        (self.history, self.is_alarm) = (0, false);
    }

    fn give<S: Sink<T>>(&self, sink: &mut S) -> Result<(), S::Error> {
        sink.byte(u8::from(self.is_alarm))?;
        let settings = [AXES as u32, self.window, self.history, self.sums.count, self.settling];
        for n in settings.into_iter().chain(self.learning).chain(self.votes) {
            sink.small(n)?;
        }
        sink.reals(&[self.rounding])?;
        sink.reals(&step_numbers(self.adaptation))?;
        for axis in &self.sums.axes {
            sink.small(axis.crossings)?;
            sink.reals([&axis.mean, &axis.scatter])?;
            sink.reals([&axis.first, &axis.sum, &axis.squares, &axis.least, &axis.most, &axis.last])?;
            sink.real(axis.level)?;
        }
        self.novelty.give(sink)?;
        self.life.give(sink)?;
        self.run.give(sink)
    }

    fn take<S: Source<T>>(&mut self, source: &mut S) -> Result<(), S::Error> {
        let alarm = source.byte()?;
        require(alarm < 2, "alarm", "0 or 1").map_err(|e| source.refuse(e))?;
        self.is_alarm = alarm == 1;
        let mut numbers = [0; 9];
        for n in &mut numbers {
            *n = source.small()?;
        }
        let [axes, window, history, count, settling, windows, left, m, n] = numbers;
        require(axes == AXES as u32, "axes", "those of the detector").map_err(|e| source.refuse(e))?;
        (self.window, self.history, self.sums.count) = (window, history, count);
        (self.settling, self.learning, self.votes) = (settling, [windows, left], [m, n]);
        self.rounding = source.real()?;
        let mut step = [T::ZERO; 3];
        source.reals(&mut step)?;
        self.adaptation = step_of(step).map_err(|error| source.refuse(error))?;
        for axis in &mut self.sums.axes {
            axis.crossings = source.small()?;
            source.reals([&mut axis.mean, &mut axis.scatter])?;
            source.reals([&mut axis.first, &mut axis.sum, &mut axis.squares, &mut axis.least])?;
            source.reals([&mut axis.most, &mut axis.last, &mut axis.level])?;
        }
        self.novelty.take(source)?;
        self.life.take(source)?;
        Value::take(&mut self.run, source)
    }

    fn check(&self) -> Result<(), Error> {
        let [m, n] = self.votes;
        Self::require_window(self.window)?;
        Self::require_votes(m, n)?;
        require(self.history.checked_shr(n).unwrap_or(0) == 0, "votes", "of the last n windows")?;
        let is_voted = self.history == 0 || self.state() == State::Watching;
        let stands = self.history.count_ones() >= m;
        require(is_voted && stands == self.is_alarm, "alarm", "that of the votes")?;
        let [windows, left] = self.learning;
        require(left <= windows, "learning", "no more windows to come than it takes")?;
        let Sums { axes, count } = &self.sums;
        require(*count < self.window, "samples", "fewer than the window takes")?;
        let is_variance = self.rounding >= T::ZERO && self.rounding < T::LARGEST_SQUARE;
        require(is_variance, "resolution", "a unit in range")?;
        for numbers in
            [axes.map(|a| a.mean), axes.map(|a| a.first), axes.map(|a| a.least), axes.map(|a| a.most)]
        {
            check_range(&numbers, T::ONE)?;
        }
        check_range(&axes.map(|a| a.last), T::ONE)?;
        check_range(&axes.map(|a| a.level), T::ONE)?;
        let (n, reach) = (T::from_count(u64::from(*count)), T::LARGEST_SQUARE.root());
        for axis in axes {
            let in_reach = axis.sum.abs() <= (n + n + n) * reach;
            let in_square = axis.squares >= T::ZERO && axis.squares <= (n + n + n) * (reach + reach) * reach;
            let in_order = axis.least <= axis.most && axis.scatter >= T::ZERO && axis.scatter < T::INFINITY;
            let are_sums = in_reach && in_square && in_order && axis.crossings <= *count;
            require(are_sums, "sums", "of as many samples as there are")?;
        }
        let is_plain = !self.run.is_frozen() && self.run.interval == Some(NonZeroU32::MIN);
        require(is_plain && self.run.warm_up == 0, "run", "one that a detector makes")?;
        self.novelty.check()?;
        self.life.check()?;
        self.run.check()
    }
}
