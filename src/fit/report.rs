//! What fits report while they run and when they end.

use core::ops::ControlFlow;

use super::Update;
use crate::real::Real;

/// Sees every iteration of a fit; `Break` stops it.
pub type Hook<'a, T> = &'a mut dyn FnMut(&Iteration<T>) -> ControlFlow<Stop>;

/// What a hook stops. Either way the fit at hand ends where it stands, which is no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Stop {
    /// The fit at hand; other restarts go on.
    Restart,
    /// The whole search: no other restart begins.
    Search,
}

/// The state of a fit after an E-step.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Iteration<T> {
    /// Which start, from 0.
    pub restart: u32,
    /// M-steps made so far.
    pub iteration: u32,
    /// ℓ/n of the model as it stands.
    pub mean_log_likelihood: T,
    /// What the last M-step added to it; none before the first.
    pub gain: Option<T>,
}

/// The report of a fit.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Fit<T, const K: usize> {
    /// ℓ = Σ w ln p(x) under the fitted model.
    pub log_likelihood: T,
    /// Σ w, the number of samples if they have no weights.
    pub total_weight: T,
    /// Samples of positive weight.
    pub count: u64,
    /// M-steps made.
    pub iterations: u32,
    /// Whether the last iteration gained less than the tolerance; false at the cap.
    pub converged: bool,
    /// Whether a hook stopped it.
    pub stopped: bool,
    /// What the last M-step did; none if the fit ended before its first, so that the model is the start.
    pub last_update: Option<Update<K>>,
}

impl<T: Real, const K: usize> Fit<T, K> {
    /// ℓ / Σ w
    #[must_use]
    pub fn mean_log_likelihood(&self) -> T {
        self.log_likelihood / self.total_weight
    }

    /// Whether the last M-step updated every component without a floor or a fallback. A fit without an M-step is not
    /// healthy.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.last_update.is_some_and(|update| update.is_healthy())
    }

    /// Healthy before unhealthy, then the larger likelihood.
    pub(super) fn is_better_than(&self, other: &Self) -> bool {
        if self.is_healthy() == other.is_healthy() {
            self.log_likelihood > other.log_likelihood
        } else {
            self.is_healthy()
        }
    }
}

/// The report of several fits.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct BestOf<T, const K: usize> {
    /// The best one, whose model was returned.
    pub fit: Fit<T, K>,
    /// Which one that was, from 0.
    pub restart: u32,
    /// How many were begun: all that were asked for, unless a hook stopped the search.
    pub attempted: u32,
    /// How many of them ended in an error.
    pub failed: u32,
    /// How many ended without a floored, starved or kept component.
    pub healthy: u32,
    /// Whether a hook stopped the search.
    pub stopped: bool,
}
