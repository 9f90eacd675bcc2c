//! What becomes of a window that is full.

use super::{Detector, Event, State, Window};
use crate::covariance::{Covariance, Shape, factorise_all};
use crate::error::Error;
use crate::model::Gmm;
use crate::real::{Compensated, Real};
use crate::stream::StepSize;
use core::slice::{from_mut, from_ref};
use nalgebra::SMatrix;

/// How many windows make the start. Their variances say little with fewer; regimes would mix with more.
pub(super) const START: u64 = 10;

impl<T: Real, const AXES: usize, const D: usize, const K: usize, C: Covariance> Detector<T, AXES, D, K, C> {
    /// All windows weigh the same, and the start as ten.
    pub(super) fn equal_steps(&self) -> StepSize<T> {
        StepSize::decaying(T::ONE, T::from_count(START)).unwrap_or(StepSize::ZERO)
    }

    /// One of the windows of the start. They are summed up in the statistics of the run.
    #[inline(never)] // its memory is not that of the windows to come
    pub(super) fn begin(&mut self, window: &mut Window<T, D>) {
        let mut first = [T::ZERO; K];
        first[0] = T::ONE;
        // One whose square is too large for sums is passed over.
        if self.run.edit(|stats, _| stats.assign(window.features, &first)).is_err() {
            return;
        }
        self.count_down();
        if self.run.statistics().count() < START {
            return;
        }
        if self.start(first).is_ok() {
            window.event = Some(Event::Started);
        } else {
            // Their variances are too large: ten others.
            self.run.stats.reset();
            self.run.gmm = Gmm::unfitted();
        }
    }

    /// Begins the run, with a component of the mean and the variances of the windows so far.
    fn start(&mut self, weights: [T; K]) -> Result<(), Error> {
        let stats = self.run.statistics();
        let means = [stats.means()[0]; K];
        let mut variances = SMatrix::<T, D, D>::zeros();
        let found = stats.feature_variances();
        for j in 0..D {
            let written = T::EPSILON * means[0][j];
            // What never varied may yet: by as much as it is rounded, or by a hundredth of a nat.
            let floor = if j < AXES { self.rounding.larger(written * written) } else { T::narrow(1e-4) };
            let variance = T::narrow(11.0 / 7.0) * found[j];
            variances.data.0[j][j] = variance.larger(floor).larger(T::SMALLEST_NORMAL);
        }
        let covariance = C::Shape::from_matrix(&variances);
        // In place: a second model does not lie on the stack.
        self.run.edit(|_, gmm| {
            for factor in gmm.factors.as_mut() {
                factorise_all::<T, D, C::Shape>(from_ref(&covariance), from_mut(factor))?;
            }
            (gmm.weights, gmm.means) = (weights, means);
            gmm.refresh_offsets();
            gmm.validate()
        })?;
        self.run.begin()?;
        self.run.set_step(self.equal_steps());
        Ok(())
    }

    /// Scores a window, and learns it.
    pub(super) fn teach(&mut self, window: &mut Window<T, D>) {
        let scored = self.run.score(&window.features, &mut { T::INFINITY });
        let log_density = scored.map_or(Self::lowest(), |posterior| posterior.log_density);
        window.log_density = Some(log_density);
        let [windows, left] = self.learning;
        // A policy that refuses changes nothing. What is too far away to be scored, or was withheld, says nothing of usual
        // windows.
        let report = self.life.observe(&mut self.run, window.features).ok();
        let is_usual = report.is_none_or(|report| !report.withheld && report.born.is_none());
        if left <= windows / 2 && log_density > Self::lowest() && is_usual {
            self.calibrate(log_density);
        }
        window.born = report.and_then(|report| report.born);
        self.count_down();
        if self.state() == State::Watching {
            window.event = Some(Event::Learnt);
        }
    }

    /// Scores a window, votes, and adapts.
    pub(super) fn watch(&mut self, window: &mut Window<T, D>) {
        let scored = self.run.score(&window.features, &mut { T::INFINITY });
        let log_density = scored.as_ref().map_or(Self::lowest(), |posterior| posterior.log_density);
        window.log_density = Some(log_density);
        let adapts = self.adapts();
        let is_open = adapts && !self.is_alarm;
        let is_novel = if is_open { self.calibrate(log_density) } else { log_density < self.threshold() };
        if let Ok(posterior) = scored
            && adapts
            && !self.is_alarm
            && !is_novel
        {
            self.run.set_step(self.adaptation);
            self.run.take(&window.features, T::ONE, &posterior);
        }
        let [m, n] = self.votes;
        self.history = (self.history << 1 | u32::from(is_novel)) & (u32::MAX >> (32 - n));
        let is_alarm = self.history.count_ones() >= m;
        window.is_novel = is_novel;
        window.event = match (self.is_alarm, is_alarm) {
            (false, true) => Some(Event::Raised),
            (true, false) => Some(Event::Cleared),
            _ => None,
        };
        self.is_alarm = is_alarm;
    }

    /// Lets the threshold learn. Returns whether the window is novel.
    fn calibrate(&mut self, log_density: T) -> bool {
        // A threshold that begins too high falls by a nat a window; one that begins at a glitch would never come back.
        if self.novelty.count < START && log_density > self.novelty.threshold.high {
            self.novelty.threshold = Compensated { high: log_density, low: T::ZERO };
        }
        self.novelty.observe(log_density).unwrap_or(true)
    }

    fn count_down(&mut self) {
        let [_, left] = &mut self.learning;
        *left = left.saturating_sub(1);
    }

    /// Stands for the log-density of a window so far away that its distance overflows.
    fn lowest() -> T {
        -T::LARGEST_SQUARE
    }
}
