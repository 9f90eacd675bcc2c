//! The live components of a model, looked up once for many samples.

use crate::covariance::Covariance;
use crate::model::Gmm;
use crate::real::Real;

/// The live components of a model, in order.
#[derive(Clone, Copy, Debug)]
pub struct Live<const K: usize> {
    slots: [usize; K],
    count: usize,
}

impl<const K: usize> Live<K> {
    pub(super) fn of<T: Real, const D: usize, C: Covariance>(gmm: &Gmm<T, D, K, C>) -> Self {
        let mut live = Self { slots: [0; K], count: 0 };
        for (slot, k) in live.slots.iter_mut().zip(gmm.live()) {
            *slot = k;
            live.count += 1;
        }
        live
    }

    #[inline(always)]
    pub(super) fn count(&self) -> usize {
        self.count
    }

    #[inline(always)]
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.slots.iter().take(self.count).copied()
    }

    /// The component of row `row`, which is below [`count`](Self::count).
    #[cfg(not(feature = "simd"))]
    pub(super) fn get(&self, row: usize) -> usize {
        self.slots[row]
    }
}
