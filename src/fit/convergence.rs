//! When a fit has converged.

use super::{Outcome, Update};
use crate::real::Real;

/// What the last iterations gained, and whether floors or fallbacks came into force.
#[derive(Debug)]
pub(super) struct Progress<T, const K: usize> {
    /// ℓ/n after the last E-step.
    mean_log_likelihood: Option<T>,
    /// What the last M-steps gained, the last one first. ∞ stands for one that was not made.
    gains: [T; 4],
    /// The outcomes of the last M-step.
    update: Option<Update<K>>,
    /// Whether the last M-step floored, starved or kept a component that the one before did not.
    is_restrained_anew: bool,
}

impl<T: Real, const K: usize> Progress<T, K> {
    pub(super) const START: Self =
        Self { mean_log_likelihood: None, gains: [T::INFINITY; 4], update: None, is_restrained_anew: false };

    /// Takes what an E-step found.
    pub(super) fn expect(&mut self, mean_log_likelihood: T) {
        if let Some(last) = self.mean_log_likelihood {
            let [first, second, third, _] = self.gains;
            self.gains = [mean_log_likelihood - last, first, second, third];
        }
        self.mean_log_likelihood = Some(mean_log_likelihood);
    }

    /// Takes what an M-step did.
    pub(super) fn maximize(&mut self, update: Update<K>) {
        self.is_restrained_anew = self.update.is_none_or(|last| {
            let restrained = |outcome| !matches!(outcome, Outcome::Updated | Outcome::Improved);
            let mut pairs = update.outcomes.iter().zip(&last.outcomes);
            pairs.any(|(now, before)| restrained(*now) && now != before)
        });
        self.update = Some(update);
    }

    /// What the last M-step gained.
    pub(super) fn gain(&self) -> Option<T> {
        (self.gains[0] < T::INFINITY).then_some(self.gains[0])
    }

    pub(super) fn update(&self) -> Option<Update<K>> {
        self.update
    }

    /// What is believed to be left, by Aitken's rule for sequences that converge linearly: gains that shrink by the
    /// ratio a sum to g a/(1 − a) (Böhning, Dietz, Schaub, Schlattmann & Lindsay 1994, doi:10.1007/BF01720593). `None`
    /// where gains do not shrink, or are no larger than their rounding errors.
    pub(super) fn remaining(&self) -> Option<T> {
        let [gain, before, ..] = self.gains;
        let noise = self.noise();
        let ratio = gain / before;
        let is_geometric = gain.abs() > noise && before.abs() > noise && ratio > T::ZERO && ratio < T::ONE;
        is_geometric.then(|| gain * (ratio / (T::ONE - ratio)))
    }

    /// The rounding error of ℓ/n.
    fn noise(&self) -> T {
        let scale = self.mean_log_likelihood.unwrap_or(T::ONE).abs().larger(T::ONE);
        T::narrow(16.0) * T::EPSILON * scale
    }

    /// Whether the fit has arrived. `tolerance` is the caller's, or `None` for the default.
    ///
    /// The first M-step proves nothing: it may lead past a floor that the start did not know. And a small gain proves
    /// little: many of them add up, and near a saddle, between components that are still alike, they fall before they
    /// grow.
    pub(super) fn is_converged(&self, tolerance: Option<T>) -> bool {
        let [gain, before, ..] = self.gains;
        let noise = self.noise();
        let tolerance = tolerance.unwrap_or_else(|| noise.larger(T::narrow(1e-6)));
        if self.is_restrained_anew || !(gain.abs() < tolerance && before < T::INFINITY) {
            return false;
        }
        if gain.abs() <= noise {
            return true;
        }
        self.remaining().is_some_and(|remaining| remaining.abs() < tolerance) && !self.leaves_a_saddle()
    }

    /// Whether the ratios of gains grow, and would come to 1 or more. They grow on the way to an optimum too, but to a
    /// limit below 1.
    fn leaves_a_saddle(&self) -> bool {
        let [first, second, third, fourth] = self.gains;
        let [last, middle, early] = [first / second, second / third, third / fourth];
        let (growth, before) = (last - middle, middle - early);
        // Differences that shrink by the ratio q = growth/before add up to growth q/(1 − q), by Aitken's rule again.
        growth > T::ZERO && !(growth < before && last + growth * (growth / (before - growth)) < T::ONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Update<1> = Update { outcomes: [Outcome::Updated] };
    const FLOORED: Update<1> = Update { outcomes: [Outcome::Floored] };

    /// The state after E-steps that found these, with M-steps of these outcomes between them.
    fn after(found: &[f64], updates: &[Update<1>]) -> Progress<f64, 1> {
        let mut progress = Progress::START;
        for (index, l) in found.iter().enumerate() {
            if index > 0 {
                progress.maximize(updates[(index - 1).min(updates.len() - 1)]);
            }
            progress.expect(*l);
        }
        progress
    }

    #[test]
    fn what_is_left_is_the_sum_of_a_geometric_series() {
        // Gains 0.08, 0.04, 0.02: 0.02 are left.
        let progress = after(&[-2.0, -1.92, -1.88, -1.86], &[PLAIN]);
        assert!(progress.remaining().is_some_and(|left| (left - 0.02).abs() < 1e-12));
        assert!(progress.is_converged(Some(0.03)) && !progress.is_converged(Some(0.019)));
    }

    #[test]
    fn neither_a_first_step_nor_a_loss_nor_a_gain_that_grows_is_convergence() {
        assert!(!after(&[-2.0, -1.99], &[PLAIN]).is_converged(Some(0.1)), "one step");
        assert!(!after(&[-2.0, -2.5], &[PLAIN]).is_converged(Some(1.0)), "one loss");
        assert!(!after(&[-2.0, -1.99, -2.0], &[PLAIN]).is_converged(Some(0.1)), "a loss after a gain");
        assert!(!after(&[-2.0, -1.999, -1.997], &[PLAIN]).is_converged(Some(0.1)), "gains grow");
        assert!(!after(&[-2.0, -2.0, -1.99], &[PLAIN]).is_converged(Some(0.1)), "a gain out of rounding");
        assert!(after(&[-2.0, -1.9, -1.9], &[PLAIN]).is_converged(Some(0.1)), "no gain");
        assert!(!after(&[-2.0, -1.9, -1.9], &[PLAIN]).is_converged(Some(0.0)), "tolerance 0");
        // Ratios 0.5, 0.6, 0.75 grow to 1 and beyond.
        assert!(!after(&[-2.0, -1.9, -1.85, -1.82, -1.7975], &[PLAIN]).is_converged(Some(0.1)), "a saddle");
    }

    #[test]
    fn a_floor_that_has_just_come_into_force_is_no_convergence() {
        let found = [-2.0, -1.92, -1.88, -1.865, -1.86]; // ratios fall
        assert!(!after(&found, &[PLAIN, PLAIN, PLAIN, FLOORED]).is_converged(Some(0.03)));
        assert!(after(&found, &[PLAIN, PLAIN, FLOORED, FLOORED]).is_converged(Some(0.03)));
        assert!(
            after(&found, &[FLOORED, FLOORED, FLOORED, PLAIN]).is_converged(Some(0.03)),
            "left its floor"
        );
    }
}
