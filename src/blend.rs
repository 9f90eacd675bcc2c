//! Statistics that take a step towards those of what was just seen.

use crate::covariance::{Covariance, Shape};
use crate::moments::Blend;
use crate::{Posterior, Real, SufficientStats};

impl<T: Real> Blend<T> {
    /// A step of `step`, at most 1 − 64 ε, so that nothing vanishes; `None` if it is nothing beside 1. It is rounded
    /// so that 1 − g is exact, since else old and new would not balance.
    #[inline(always)]
    pub(crate) fn new(step: T, inertia: u32) -> Option<Self> {
        let largest = T::ONE - T::narrow(64.0) * T::EPSILON;
        let kept = T::ONE - if step < largest { step } else { largest };
        let step = T::ONE - kept;
        (step > T::ZERO).then(|| Self { step, kept, inertia: T::from_count(u64::from(inertia)) })
    }

    /// (1 − g) s + g ŝ
    #[inline(always)]
    fn log_likelihood<const D: usize, const K: usize, C: Covariance>(
        &self,
        stats: &mut SufficientStats<T, D, K, C>,
        seen: T,
    ) {
        stats.log_likelihood.add(self.step * (seen - stats.log_likelihood.high));
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> SufficientStats<T, D, K, C> {
    /// A step towards one sample, of which `weight` were seen.
    #[inline(always)]
    pub(crate) fn approach_sample(
        &mut self,
        blend: &Blend<T>,
        x: &[T; D],
        weight: T,
        posterior: &Posterior<T, K>,
    ) {
        self.fade_pooled(blend);
        let blend = blend.for_structure::<D, K, C>();
        for k in 0..K {
            let r = posterior.responsibilities[k];
            let d = self.moments[k].deviation(x);
            let Some(change) = self.moments[k].approach(&blend, r, r * weight, &d) else {
                continue;
            };
            let scatter = &mut self.scatters.as_mut()[C::slot(k)];
            if is_pooled::<T, D, K, C>() {
                C::Shape::add_outer(scatter, change.between, &d);
            } else {
                C::Shape::blend(scatter, change.scale, change.between, &d);
            }
        }
        blend.log_likelihood(self, posterior.log_density);
        self.count += 1;
    }

    /// A step towards other statistics, whatever their mass, which must not be 0.
    pub(crate) fn approach(&mut self, blend: &Blend<T>, seen: &Self) {
        let total = seen.weight();
        self.fade_pooled(blend);
        let blend = blend.for_structure::<D, K, C>();
        if is_pooled::<T, D, K, C>() {
            for (scatter, other) in self.scatters.as_mut().iter_mut().zip(seen.scatters.as_ref()) {
                let mut gained = *other;
                C::Shape::scale(&mut gained, blend.step / total);
                C::Shape::add(scatter, &gained);
            }
        }
        for k in 0..K {
            let (other, mass) = (&seen.moments[k], seen.moments[k].mass());
            let d = self.moments[k].deviation_of(other);
            let Some(change) = self.moments[k].approach(&blend, mass / total, mass, &d) else {
                continue;
            };
            let scatter = &mut self.scatters.as_mut()[C::slot(k)];
            if is_pooled::<T, D, K, C>() {
                C::Shape::add_outer(scatter, change.between, &d);
                continue;
            }
            C::Shape::blend(scatter, change.scale, change.between, &d);
            if mass > T::ZERO {
                let mut gained = seen.scatters.as_ref()[C::slot(k)];
                C::Shape::scale(&mut gained, change.mass / mass);
                C::Shape::add(scatter, &gained);
            }
        }
        blend.log_likelihood(self, seen.log_likelihood.high / total);
        self.count += seen.count;
    }

    /// A scatter that all components share is no one's to keep: it fades with the total mass.
    #[inline(always)]
    fn fade_pooled(&mut self, blend: &Blend<T>) {
        if is_pooled::<T, D, K, C>() {
            for scatter in self.scatters.as_mut() {
                C::Shape::scale(scatter, blend.kept);
            }
        }
    }
}

impl<T: Real> Blend<T> {
    /// A pooled covariance never rests on a few samples, so there means need no inertia.
    #[inline(always)]
    fn for_structure<const D: usize, const K: usize, C: Covariance>(mut self) -> Self {
        if is_pooled::<T, D, K, C>() {
            self.inertia = T::ZERO;
        }
        self
    }
}

/// Whether several components share one scatter.
#[inline(always)]
fn is_pooled<T: Real, const D: usize, const K: usize, C: Covariance>() -> bool {
    K > 1 && C::slot(K - 1) == 0
}
