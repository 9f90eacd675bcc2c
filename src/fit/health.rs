//! Which components of a fit mean nothing.

use super::{Frozen, Outcome, Update};
use crate::covariance::{Covariance, Floors, Shape};
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;

/// A variance given all other features, below this share of the feature's variance in the data, is close to singular.
const NEAR: f64 = 1e-3;

/// Which components are [spurious](super::Fit::spurious). `stats` are those of the data under `gmm`, `update` is that
/// of the M-step before.
#[inline(never)] // its memory is not that of the passes before it
pub(super) fn spurious<T: Real, const D: usize, const K: usize, C: Covariance>(
    stats: &SufficientStats<T, D, K, C>,
    gmm: &Gmm<T, D, K, C>,
    update: Option<&Update<K>>,
    frozen: &Frozen<K>,
) -> [bool; K] {
    let mut spurious = [false; K];
    let Some(update) = update.filter(|_| !C::SHARED) else {
        return spurious;
    };
    // Masses count in units of the mean weight of a sample: a common factor on all weights changes nothing.
    let unit = stats.total_weight() / T::from_count(stats.count().max(1));
    let few = T::from_count(D as u64 + 1) * unit;
    let floors = Floors {
        relative: stats.feature_variances().map(|variance| T::narrow(NEAR) * variance),
        absolute: T::ZERO,
    };
    for k in 0..K {
        let mass = stats.moments[k].mass();
        let is_restrained = matches!(update.outcomes[k], Outcome::Floored | Outcome::Kept);
        let is_estimated = !frozen.covariances[k] && gmm.weights[k] > T::ZERO && mass > T::ZERO;
        spurious[k] = is_estimated
            && mass <= few
            && (is_restrained || C::Shape::shortfall(&gmm.factors.as_ref()[C::slot(k)], &floors) > T::ONE);
    }
    spurious
}
