//! The live components of a model, looked up once for many samples, and scores that touch no other.

use super::posterior::refusal;
use super::{Gmm, Posterior};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::real::Real;

/// The live components of a model, in order.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "simd"), allow(unreachable_pub))] // a trait of the kernels names it
pub struct Live<const K: usize> {
    slots: [usize; K],
    count: usize,
}

impl<const K: usize> Live<K> {
    pub(crate) fn of<T: Real, const D: usize, C: Covariance>(gmm: &Gmm<T, D, K, C>) -> Self {
        let mut live = Self { slots: [0; K], count: 0 };
        for (slot, k) in live.slots.iter_mut().zip(gmm.live()) {
            *slot = k;
            live.count += 1;
        }
        live
    }

    /// Whether loops over these components are worth their code. If none is dead, loops of fixed length are faster.
    /// Where addresses are short, flash is scarce: there the loops over all slots pass over the dead ones.
    #[inline(always)]
    pub(crate) fn is_few(&self) -> bool {
        cfg!(target_pointer_width = "64") && self.count < K
    }

    #[cfg(feature = "simd")]
    #[inline(always)]
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    #[inline(always)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        self.slots.iter().take(self.count).copied()
    }
}

/// Scores with the bits of those of a single sample, whose loops go over all slots.
impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// Writes ln π_k N(x; μ_k, Σ_k) of the live components to the first of `terms`. Returns the largest, and its
    /// component.
    #[inline(always)]
    fn joint_over(&self, live: &Live<K>, x: &[T; D], terms: &mut [T; K]) -> Result<(T, usize), Error> {
        let (mut total, mut largest, mut best) = (T::ZERO, T::NEG_INFINITY, 0);
        for (term, k) in terms.iter_mut().zip(live.iter()) {
            let distance = self.squared_distance(x, k);
            total += distance;
            *term = self.offsets[k] - T::HALF * distance;
            if *term > largest {
                (largest, best) = (*term, k);
            }
        }
        let mut terms = terms.iter().take(live.count);
        if total < T::INFINITY || terms.all(|term| *term > T::NEG_INFINITY) {
            Ok((largest, best))
        } else {
            Err(refusal(x))
        }
    }

    /// Returns ln p(x) and Σ eᵗ⁻ᵐᵃˣ over the terms t, and leaves eᵗ⁻ᵐᵃˣ in the first of `terms`.
    ///
    /// One loop makes the exponentials and their sum. By itself the first would become vector code, which loads several
    /// terms at once. They were stored one by one, so such a load waits until all samples before are done.
    #[inline(always)]
    pub(crate) fn log_sum_over(
        &self,
        live: &Live<K>,
        x: &[T; D],
        terms: &mut [T; K],
    ) -> Result<(T, T), Error> {
        let (largest, _) = self.joint_over(live, x, terms)?;
        let mut sum = T::ZERO;
        for term in terms.iter_mut().take(live.count) {
            *term = if *term == largest { T::ONE } else { (*term - largest).exp_nonpositive() };
            sum += *term;
        }
        Ok((largest + sum.natural_log(), sum))
    }

    /// [`posterior`](Self::posterior), written in place.
    pub(super) fn posterior_over(
        &self,
        live: &Live<K>,
        x: &[T; D],
        place: &mut Posterior<T, K>,
    ) -> Result<(), Error> {
        let mut terms = [T::ZERO; K];
        let (log_density, sum) = self.log_sum_over(live, x, &mut terms)?;
        let reciprocal = T::ONE / sum;
        place.log_density = log_density;
        place.responsibilities = [T::ZERO; K];
        for (term, k) in terms.iter().zip(live.iter()) {
            place.responsibilities[k] = *term * reciprocal;
        }
        Ok(())
    }

    /// [`predict`](Self::predict). It is no slower than that where no component is dead.
    pub(super) fn predict_over(&self, live: &Live<K>, x: &[T; D]) -> Result<usize, Error> {
        self.joint_over(live, x, &mut [T::ZERO; K]).map(|(_, best)| best)
    }
}
