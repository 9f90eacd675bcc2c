//! The reports of a fit while it runs and when it ends.

use core::ops::ControlFlow;

use super::Update;
use crate::real::Real;

/// A function that is called after every E-step of a fit. `Break` stops the fit.
pub type Hook<'a, T> = &'a mut dyn FnMut(&Iteration<T>) -> ControlFlow<Stop>;

/// What a hook stops. In both cases the present fit ends with the model it has, which is no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Stop {
    /// The present fit. The other restarts go on.
    Restart,
    /// The whole search. No other restart begins.
    Search,
}

/// The state of a fit after an E-step.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Iteration<T> {
    /// The number of the restart, from 0.
    pub restart: u32,
    /// M-steps made so far.
    pub iteration: u32,
    /// ℓ/n of the present model.
    pub mean_log_likelihood: T,
    /// The amount by which the last M-step changed it; `None` before the first M-step.
    pub gain: Option<T>,
}

/// The report of a fit.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Fit<T, const K: usize> {
    /// ℓ = Σ w ln p(x) under the fitted model.
    pub log_likelihood: T,
    /// Σ w, which is the number of samples if they have no weights.
    pub total_weight: T,
    /// The number of samples of positive weight.
    pub count: u64,
    /// The number of M-steps made.
    pub iterations: u32,
    /// Whether the last iteration gained less than the tolerance. If not, the cap or a hook ended the fit.
    pub converged: bool,
    /// Whether a hook stopped the fit.
    pub stopped: bool,
    /// The outcomes of the last M-step. `None` if the fit ended before its first M-step; the model is then the start.
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

    /// Whether this fit is better: a healthy fit is better than an unhealthy one, otherwise the larger likelihood is.
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
    /// The best fit, whose model was returned.
    pub fit: Fit<T, K>,
    /// The number of its restart, from 0.
    pub restart: u32,
    /// How many restarts were begun: all, unless a hook stopped the search.
    pub attempted: u32,
    /// How many of these ended in an error.
    pub failed: u32,
    /// How many of these ended healthy: without a floored, starved or kept component.
    pub healthy: u32,
    /// Whether a hook stopped the search.
    pub stopped: bool,
}
