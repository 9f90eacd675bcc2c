//! When a fit has converged.

use super::{Outcome, Update};
use crate::real::Real;

/// For so many M-steps ℓ/n must rest where its rounding error is as large as the tolerance.
const PATIENCE: f64 = 8.0;

/// What the last iterations gained, and whether floors or fallbacks came into force.
#[derive(Clone, Debug)]
pub(super) struct Progress<T, const K: usize> {
    /// ℓ/n after the last E-step; ∞ before the first.
    mean_log_likelihood: T,
    /// The sum of the sizes of its terms: ℓ/n, and those of ln p(θ)/n.
    size: T,
    /// What the last M-steps gained, the last one first. ∞ stands for one that was not made.
    gains: [T; 4],
    /// ℓ/n where it last moved by more than its rounding error, and for how many M-steps it has not since.
    rest: T,
    resting: T,
    /// The outcomes of the last M-step.
    update: Option<Update<K>>,
    /// Whether the last M-step floored, starved or kept a component that the one before did not.
    is_restrained_anew: bool,
}

impl<T: Real, const K: usize> Progress<T, K> {
    pub(super) const START: Self = Self {
        mean_log_likelihood: T::INFINITY,
        size: T::ONE,
        gains: [T::INFINITY; 4],
        rest: T::INFINITY,
        resting: T::ZERO,
        update: None,
        is_restrained_anew: false,
    };

    /// Takes what an E-step found, a sum of numbers of this size.
    pub(super) fn expect(&mut self, mean_log_likelihood: T, size: T) {
        if let Some(last) = self.last() {
            let [first, second, third, _] = self.gains;
            self.gains = [mean_log_likelihood - last, first, second, third];
        }
        (self.mean_log_likelihood, self.size) = (mean_log_likelihood, size);
        self.resting += T::ONE;
        if !((mean_log_likelihood - self.rest).abs() <= self.noise()) {
            (self.rest, self.resting) = (mean_log_likelihood, T::ZERO);
        }
    }

    /// Takes what an E-step found of a model that no M-step led to: gains begin anew.
    pub(super) fn jump(&mut self, mean_log_likelihood: T, size: T) {
        self.gains = [T::INFINITY; 4];
        (self.mean_log_likelihood, self.size) = (mean_log_likelihood, size);
        (self.rest, self.resting) = (mean_log_likelihood, T::ZERO);
    }

    /// ℓ/n after the last E-step.
    pub(super) fn last(&self) -> Option<T> {
        (self.mean_log_likelihood < T::INFINITY).then_some(self.mean_log_likelihood)
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
    /// ratio a sum to g a/(1 − a) (Böhning, Dietz, Schaub, Schlattmann & Lindsay 1994, doi:10.1007/BF01720593). A gain
    /// that is lost in rounding counts as the largest that it can be. `None` where gains do not shrink, or the one
    /// before is lost too.
    pub(super) fn remaining(&self) -> Option<T> {
        let [gain, before, ..] = self.gains;
        let noise = self.noise();
        let most = if gain.abs() > noise { gain } else { gain.abs() + noise };
        let ratio = most / before;
        let is_geometric = before.abs() > noise && ratio > T::ZERO && ratio < T::ONE;
        is_geometric.then(|| most * (ratio / (T::ONE - ratio)))
    }

    /// The rounding error of ℓ/n. In `f32`, single gains of 576 fits to eight sets were off by up to 1.2 to 5.8 ε, with
    /// a standard deviation of at most 1.7 ε.
    fn noise(&self) -> T {
        T::narrow(4.0) * T::EPSILON * self.size.larger(T::ONE)
    }

    /// Whether the gains are lost in rounding, and not only the last one: ℓ/n has stayed where it was for so many M-steps
    /// that its rounding error, shared out to them, is an eighth of the tolerance. That is one in `f64`, and up to
    /// eight in `f32`, where the rounding error is about as large as the default tolerance.
    fn is_lost(&self, tolerance: T) -> bool {
        let patience = T::narrow(PATIENCE);
        self.resting > T::ZERO
            && (self.resting >= patience || self.resting * tolerance >= patience * self.noise())
    }

    /// Whether the fit has arrived. `tolerance` is the caller's, or `None` for the default.
    ///
    /// The first M-step proves nothing: it may lead past a floor that the start did not know. And a small gain proves
    /// little: many of them add up, and near a saddle, between components that are still alike, they fall before they
    /// grow.
    pub(super) fn is_converged(&self, tolerance: Option<T>) -> bool {
        let [gain, before, ..] = self.gains;
        let tolerance = self.tolerance(tolerance);
        if self.is_restrained_anew || !(gain.abs() < tolerance && before < T::INFINITY) {
            return false;
        }
        if self.is_lost(tolerance) {
            return true;
        }
        self.remaining().is_some_and(|remaining| remaining.abs() < tolerance) && !self.leaves_a_saddle()
    }

    /// Whether plain passes have to go on, to tell what the last gains mean: they look like an arrival, or the last one is
    /// lost in rounding.
    pub(super) fn needs_more(&self, tolerance: Option<T>) -> bool {
        let tolerance = self.tolerance(tolerance);
        let gain = self.gains[0].abs();
        let looks_near = || gain < tolerance && self.remaining().is_some_and(|left| left.abs() < tolerance);
        gain <= self.noise() || looks_near()
    }

    /// The caller's tolerance, or the default.
    fn tolerance(&self, tolerance: Option<T>) -> T {
        tolerance.unwrap_or_else(|| self.noise().larger(T::narrow(1e-6)))
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
            progress.expect(*l, l.abs());
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

    /// The state after E-steps in `f32` that found −2 plus these, in units of ε.
    fn in_f32(found: &[f32]) -> Progress<f32, 1> {
        let mut progress = Progress::START;
        for above in found {
            let l = -2.0 + above * f32::EPSILON;
            progress.expect(l, l.abs());
            progress.maximize(PLAIN);
        }
        progress
    }

    #[test]
    fn a_gain_lost_in_rounding_is_convergence_only_where_it_is_small_beside_the_tolerance() {
        // A gain of 6 ε, then gains of 2 ε each: lost in 8 ε, but four of them add up to as much.
        let creeping = [0.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0, 20.0, 22.0, 24.0];
        for n in 3..=creeping.len() {
            assert!(!in_f32(&creeping[..n]).is_converged(None), "{n}");
        }
        assert!(
            in_f32(&creeping[..10]).is_converged(Some(1e-5)),
            "one gain is enough for a coarse tolerance"
        );
        let resting = [0.0, 8.1, 10.0, 10.0, 12.0, 10.0, 12.0, 10.0, 10.0, 12.0];
        assert!(!in_f32(&resting[..9]).is_converged(None));
        assert!(in_f32(&resting).is_converged(None), "eight M-steps stay within 4 ε");
        // After a gain 1e5 times as large, one that is lost leaves nothing.
        assert!(in_f32(&[0.0, 1e6, 1e6]).is_converged(None));
        assert!(after(&[-2.0, -1.9, -1.9], &[PLAIN]).is_converged(None), "f64 takes one gain");
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
