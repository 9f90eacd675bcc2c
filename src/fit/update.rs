//! The report of an M-step.

use super::Outcome;

/// The report of an M-step.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Update<const K: usize> {
    /// One outcome per component.
    pub outcomes: [Outcome; K],
}

impl<const K: usize> Update<K> {
    /// The report of an M-step of the caller's ([`Fitting::with_m_step`](super::Fitting::with_m_step)).
    #[must_use]
    pub const fn new(outcomes: [Outcome; K]) -> Self {
        Self { outcomes }
    }

    /// Whether every component that is not dead was updated or improved, without a floor or a fallback.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.outcomes.iter().all(|o| matches!(o, Outcome::Updated | Outcome::Improved | Outcome::Dead))
    }

    /// Whether no component starved or kept its covariance.
    pub(super) fn is_sound(&self) -> bool {
        !self.outcomes.iter().any(|outcome| matches!(outcome, Outcome::Starved | Outcome::Kept))
    }

    /// The report of a fit, before which only these components were dead: if others are now, they starved.
    pub(super) fn of_fit(mut self, dead: &[bool; K]) -> Self {
        for k in 0..K {
            if self.outcomes[k] == Outcome::Dead && !dead[k] {
                self.outcomes[k] = Outcome::Starved;
            }
        }
        self
    }
}
