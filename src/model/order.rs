//! The order of components.

use super::{Component, Gmm};
use crate::covariance::Covariance;
use crate::error::{Error, require};
use crate::real::Real;

impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// The order of components by a key, smallest first; equal components stay in their order, those whose
    /// key is NaN and dead ones come last.
    /// [`permute`](Self::permute) brings a model into it, and
    /// [`SufficientStats::permute`](crate::SufficientStats::permute) the statistics that go with it.
    ///
    /// A fit gives its components in no particular order: another start may exchange them. A key makes the labels of
    /// two fits comparable, for example the negative weight (heaviest first) or the first feature's mean.
    ///
    /// ```
    /// use gaussmix::covariance::Variance;
    /// use gaussmix::{Gmm, Spherical};
    ///
    /// let means = [[5.0], [0.0], [-5.0]];
    /// let weights = [0.25, 0.0, 0.75];
    /// let mut gmm: Gmm<f64, 1, 3, Spherical> = Gmm::new(weights, means, [Variance(1.0); 3])?;
    /// let heaviest_first = gmm.order_by(|component| -component.weight);
    /// assert_eq!(heaviest_first, [2, 0, 1]);
    /// gmm.permute(&heaviest_first)?;
    /// assert_eq!((gmm.weights(), gmm.means()), (&[0.75, 0.25, 0.0], &[[-5.0], [5.0], [0.0]]));
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    pub fn order_by(&self, mut key: impl FnMut(Component<'_, T, D, C>) -> T) -> [usize; K] {
        let mut keys = [T::INFINITY; K];
        for (place, component) in keys.iter_mut().zip(self.components()) {
            *place = key(component).smaller(T::INFINITY); // ∞ for NaN
        }
        self.sorted(|a, b| keys.get(a) < keys.get(b))
    }

    /// The canonical order of components: by the mean of the first feature, then of the next, and so on; by weight,
    /// heaviest first, if all means are equal; dead ones last. Means of separated components hardly change from fit to
    /// fit, weights may.
    #[doc(alias("label switching"))]
    #[must_use]
    pub fn canonical_order(&self) -> [usize; K] {
        self.sorted(|a, b| {
            let (Some(first), Some(second)) = (self.means.get(a), self.means.get(b)) else { return false };
            for (x, y) in first.iter().zip(second) {
                if x != y {
                    return x < y;
                }
            }
            self.weights.get(a) > self.weights.get(b)
        })
    }

    /// Puts component `order[k]` at place k, for all k. No number changes.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if `order` does not name every component once. The model is then as before.
    pub fn permute(&mut self, order: &[usize; K]) -> Result<(), Error> {
        check_order(order)?;
        let old = self.clone();
        for k in 0..K {
            let from = order[k];
            let Some(weight) = old.weights.get(from) else { continue };
            self.weights[k] = *weight;
            if let (Some(offset), Some(mean)) = (old.offsets.get(from), old.means.get(from)) {
                (self.offsets[k], self.means[k]) = (*offset, *mean);
            }
            if let Some(factor) = old.factors.as_ref().get(C::slot(from)) {
                self.factors.as_mut()[C::slot(k)] = *factor;
            }
        }
        Ok(())
    }

    /// A stable order in which `before` puts the live components; the dead ones follow. Each component's place is the
    /// number of those before it. Indices go through `get`, since not every compiler sees in a closure that they are
    /// below K.
    fn sorted(&self, before: impl Fn(usize, usize) -> bool) -> [usize; K] {
        let precedes = |a: usize, b: usize| {
            let [a_dead, b_dead] = [a, b].map(|k| self.weights.get(k).is_none_or(|w| *w == T::ZERO));
            if a_dead || b_dead { !a_dead && b_dead } else { before(a, b) }
        };
        let mut order = [0; K];
        for k in 0..K {
            let mut place = 0;
            for i in 0..K {
                place += usize::from(precedes(i, k) || (i < k && !precedes(k, i)));
            }
            if let Some(entry) = order.get_mut(place) {
                *entry = k;
            }
        }
        order
    }
}

/// Refuses an order that does not name every component once.
pub(crate) fn check_order<const K: usize>(order: &[usize; K]) -> Result<(), Error> {
    let is_order = (0..K).all(|k| order.contains(&k));
    require(is_order, "order", "every component once")
}
