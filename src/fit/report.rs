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
    /// ℓ/n of the present model; under a prior (ℓ + ln p(θ))/n.
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
    #[doc(alias("loglik"))]
    pub log_likelihood: T,
    /// Σ w, which is the number of samples if they have no weights.
    pub total_weight: T,
    /// The number of samples of positive weight.
    pub count: u64,
    /// The number of M-steps made.
    #[doc(alias("n_iter_"))]
    pub iterations: u32,
    /// Whether it arrived, by the rule of [`Em::with_tolerance`](crate::Em::with_tolerance). If not, the cap or a hook
    /// ended the fit.
    #[doc(alias("converged_"))]
    pub converged: bool,
    /// How much ℓ/n is believed to be below its limit: what the gains of the last two iterations add up to if they go
    /// on shrinking at their rate. A gain lost in rounding counts as the largest that it can be. `None` if they do not
    /// shrink, or the first of them is lost in rounding.
    pub remaining: Option<T>,
    /// Whether a hook stopped the fit.
    pub stopped: bool,
    /// The outcomes of the last M-step. `None` if the fit ended before its first M-step; the model is then the start.
    pub last_update: Option<Update<K>>,
    /// Which components owe their likelihood to a few samples that happen to lie close together: those of at most D + 1
    /// samples (responsibility mass in units of the mean weight) that rest on a floor, kept their covariance, or have a
    /// variance, given all other features, below a thousandth of the feature's. Such maxima of the likelihood mean
    /// nothing (Day 1969, doi:10.1093/biomet/56.3.463; McLachlan & Peel 2000, *Finite Mixture Models*, 3.10). If all
    /// components share one covariance, none is spurious.
    pub spurious: [bool; K],
}

impl<T: Real, const K: usize> Fit<T, K> {
    /// ℓ / Σ w
    #[doc(alias("lower_bound_"))]
    #[must_use]
    pub fn mean_log_likelihood(&self) -> T {
        self.log_likelihood / self.total_weight
    }

    /// Whether no component is spurious, starved or kept. A floor that many samples rest on is not ill health: a spike
    /// of equal values is what the data are. A fit without an M-step is not healthy.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        !self.is_spurious() && self.last_update.is_some_and(|update| update.is_sound())
    }

    /// Whether any component is [spurious](Self::spurious).
    #[must_use]
    pub fn is_spurious(&self) -> bool {
        self.spurious.contains(&true)
    }

    /// Whether it ranks behind others whatever its likelihood: a fit without an M-step is no fit, and ranks with the
    /// spurious ones.
    pub(super) fn is_doubtful(&self) -> bool {
        self.is_spurious() || self.last_update.is_none()
    }

    /// The largest ℓ of the spurious fits so far, of which the largest was `so_far`.
    pub(super) fn likeliest_spurious(&self, so_far: Option<T>) -> Option<T> {
        if self.is_spurious() {
            Some(so_far.map_or(self.log_likelihood, |so_far| so_far.larger(self.log_likelihood)))
        } else {
            so_far
        }
    }

    /// [`BestOf::passed_over`] where this is the best fit, and `spurious` the largest ℓ of the spurious ones.
    pub(super) fn passed_over(&self, spurious: Option<T>) -> Option<T> {
        spurious.filter(|spurious| *spurious > self.log_likelihood)
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
    /// How many of these ended [healthy](Fit::is_healthy).
    pub healthy: u32,
    /// Whether a hook stopped the search.
    pub stopped: bool,
    /// The largest ℓ of the restarts that rank behind the best fit only because a component is
    /// [spurious](Fit::spurious). `None` if no spurious one is likelier than the best fit.
    pub passed_over: Option<T>,
}
