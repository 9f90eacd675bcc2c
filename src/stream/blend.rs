//! Statistics that take a step towards those of what was just seen.

use crate::covariance::{Covariance, MatrixOf, Shape};
use crate::model::Posterior;
use crate::moments::Moments;
use crate::real::Real;
use crate::statistics::SufficientStats;

/// One step of stepwise EM: statistics s become (1 − g) s + g ŝ, where ŝ are those of what was just seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blend<T> {
    /// g
    pub(crate) step: T,
    /// 1 − g
    pub(crate) kept: T,
    /// How many samples mean and covariance of a component are worth at least, against one sample.
    pub(crate) inertia: T,
}

/// What a step does to the scatter of a component about its mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blended<T> {
    /// The share that the scatter loses; below 0, far, where a component wakes that had no mass.
    pub(crate) share: T,
    /// The mass that what was just seen has now: the weight of its own covariance.
    pub(crate) mass: T,
    /// The weight of the outer product of the two means' deviation d.
    pub(crate) between: T,
    /// γ: the mean moves by γ d, and of a single sample Σ becomes (1 − γ) Σ + γ (1 − γ) d dᵀ.
    pub(crate) gain: T,
}

impl<T: Real> Blend<T> {
    /// A step of `step`, at most 1 − 64 ε, so that nothing vanishes; `None` if it is 0.
    #[inline(always)]
    pub(crate) fn new(step: T, inertia: u32) -> Option<Self> {
        let largest = T::ONE - T::narrow(64.0) * T::EPSILON;
        let step = step.smaller(largest);
        let inertia = T::from_count(u64::from(inertia));
        (step > T::ZERO).then(|| Self { step, kept: T::ONE - step, inertia })
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

    /// A pooled covariance never rests on a few samples, so there means need no inertia.
    #[inline(always)]
    fn for_structure<const K: usize, C: Covariance>(mut self) -> Self {
        if K > 1 && C::SHARED {
            self.inertia = T::ZERO;
        }
        self
    }
}

impl<T: Real, const D: usize> Moments<T, D> {
    /// Takes a step towards what was just seen: `count` samples, of which `share` are this component's, their mean `d`
    /// from this one. `None` if nothing changes, since too little mass would be left.
    ///
    /// W + g·(r − W) is (1 − g) W + g r without the rounding error of the product, which would add up to ε/g.
    ///
    /// Stepwise EM moves mean and covariance by the gain g r/W, here at most count / (inertia + count).
    #[inline(always)]
    pub(crate) fn approach(
        &mut self,
        blend: &Blend<T>,
        share: T,
        count: T,
        d: &[T; D],
    ) -> Option<Blended<T>> {
        let before = self.mass();
        let change = blend.step * (share - before);
        if !(before + change > T::ONE / T::LARGEST_SQUARE) {
            return None;
        }
        self.weight.add(change);
        if share == T::ZERO {
            return Some(Blended { share: blend.step, mass: T::ZERO, between: T::ZERO, gain: T::ZERO });
        }
        let after = self.mass();
        let (mut gain, mut lost, mut scale) = (blend.step * share / after, blend.step, blend.kept);
        // A mass below the limit of sleep, which only an edit or a decoded run can hold, is worth nothing.
        if before >= T::ONE / T::LARGEST_SQUARE && gain * (blend.inertia + count) > count {
            gain = count / (blend.inertia + count);
            scale = after * (T::ONE - gain) / before;
            lost = T::ONE - scale;
        }
        self.shift(gain, d);
        Some(Blended { share: lost, mass: gain * after, between: scale * before * gain, gain })
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> SufficientStats<T, D, K, C> {
    /// A step towards one sample, of which `weight` were seen. Tells `moved` of each component that moves: k, its gain,
    /// and the sample's deviation from its mean before.
    #[inline(always)]
    pub(crate) fn approach_sample(
        &mut self,
        blend: &Blend<T>,
        x: &[T; D],
        weight: T,
        posterior: &Posterior<T, K>,
        mut moved: impl FnMut(usize, T, &[T; D]),
    ) {
        let blend = blend.for_structure::<K, C>();
        let mut pooled = self.pooled_change(&blend);
        for k in 0..K {
            let r = posterior.responsibilities[k];
            let d = self.moments[k].deviation(x);
            let Some(change) = self.moments[k].approach(&blend, r, weight, &d) else {
                continue;
            };
            match &mut pooled {
                Some(pooled) => C::Shape::add_outer(pooled, change.between, &d),
                None => {
                    let scatter = &mut self.scatters.as_mut()[C::slot(k)];
                    C::Shape::blend(scatter, change.share, change.between, &d);
                }
            }
            if change.gain > T::ZERO {
                moved(k, change.gain, &d);
            }
        }
        self.add_pooled(pooled.as_ref());
        blend.log_likelihood(self, posterior.log_density);
        self.count_on(1);
    }

    /// A step towards other statistics, whatever their mass, which must not be 0.
    pub(crate) fn approach(&mut self, blend: &Blend<T>, seen: &Self) {
        let total = seen.total_weight();
        let blend = blend.for_structure::<K, C>();
        let mut pooled = self.pooled_change(&blend);
        if let Some(pooled) = &mut pooled {
            for other in seen.scatters.as_ref() {
                let mut gained = *other;
                C::Shape::scale(&mut gained, blend.step / total);
                C::Shape::add(pooled, &gained);
            }
        }
        for k in 0..K {
            let (other, mass) = (&seen.moments[k], seen.moments[k].mass());
            let d = self.moments[k].deviation_of(other);
            let Some(change) = self.moments[k].approach(&blend, mass / total, total, &d) else {
                continue;
            };
            if let Some(pooled) = &mut pooled {
                C::Shape::add_outer(pooled, change.between, &d);
                continue;
            }
            let scatter = &mut self.scatters.as_mut()[C::slot(k)];
            let mut gained = *scatter;
            C::Shape::scale(&mut gained, -change.share);
            C::Shape::add_outer(&mut gained, change.between, &d);
            if mass > T::ZERO {
                let mut own = seen.scatters.as_ref()[C::slot(k)];
                C::Shape::scale(&mut own, change.mass / mass);
                C::Shape::add(&mut gained, &own);
            }
            C::Shape::add(scatter, &gained);
        }
        self.add_pooled(pooled.as_ref());
        blend.log_likelihood(self, seen.log_likelihood.high / total);
        self.count_on(seen.count);
    }

    /// What a scatter that all components share loses: it fades with the total mass. `None` if there is none.
    #[inline(always)]
    fn pooled_change(&self, blend: &Blend<T>) -> Option<MatrixOf<T, D, C>> {
        if !(K > 1 && C::SHARED) {
            return None;
        }
        let mut change = *self.scatters.as_ref().first()?;
        C::Shape::scale(&mut change, -blend.step);
        Some(change)
    }

    #[inline(always)]
    fn add_pooled(&mut self, change: Option<&MatrixOf<T, D, C>>) {
        if let Some((scatter, change)) = self.scatters.as_mut().first_mut().zip(change) {
            C::Shape::add(scatter, change);
        }
    }
}
