//! The policy of mergers.

use crate::covariance::Covariance;
use crate::error::{Error, require};
use crate::model::Gmm;
use crate::real::Real;
use crate::reduce::{Closest, closest, merge};
use crate::statistics::SufficientStats;

/// The policy of mergers: the two closest components become one if that loses no more likelihood than a given limit.
///
/// The default limit is 0.001 nats per sample: two components of weight 0.1 and equal covariance merge if their means
/// are at most 0.2 σ apart, two components twice as heavy if they are at most 0.14 σ apart.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Merging<T> {
    pub(crate) loss: T,
}

impl<T: Real> Default for Merging<T> {
    /// [`Merging::DEFAULT`]
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<T: Real> Merging<T> {
    /// A loss of 0.001 nats per sample.
    pub const DEFAULT: Self = Self { loss: T::THOUSANDTH };

    /// Sets the largest loss, in nats per sample.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if `loss` is negative or NaN.
    pub fn with_loss(mut self, loss: T) -> Result<Self, Error> {
        require(loss >= T::ZERO, "loss", "0 or more")?;
        self.loss = loss;
        Ok(self)
    }

    /// Merges the two closest components if they are close enough, at most one pair per call. The pair gets the slot of
    /// the heavier component, or the lower slot if both weigh the same. Returns the pair.
    ///
    /// # Errors
    /// As [`merge`].
    pub fn apply<const D: usize, const K: usize, C: Covariance>(
        &self,
        stats: &mut SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Result<Option<Closest<T>>, Error> {
        let Some(pair) = closest(gmm).filter(|pair| pair.loss <= self.loss) else {
            return Ok(None);
        };
        let (mut into, mut from) = (pair.first, pair.second);
        if gmm.weights.get(from) > gmm.weights.get(into) {
            (into, from) = (from, into);
        }
        merge(stats, gmm, into, from).map(|()| Some(pair))
    }
}
