//! Steps of the statistics towards those of the newest samples.

use super::StepSize;
use crate::covariance::{Covariance, ExtraMass, MatrixOf, Shape};
use crate::model::Posterior;
use crate::moments::Moments;
use crate::real::Real;
use crate::statistics::SufficientStats;

/// One step of stepwise EM: statistics s become (1 − g) s + g ŝ, where ŝ are the statistics of the newest sample or
/// batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blend<T> {
    /// g
    pub(crate) step: T,
    /// 1 − g
    pub(crate) kept: T,
    /// A component's mean and covariance count for at least this many samples against a new one.
    pub(crate) inertia: T,
    /// The mass that the step leaves to noise that has it.
    pub(crate) least_noise: T,
}

/// What a step does to the scatter of a component about its mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blended<T> {
    /// The share that the scatter loses. It is far below 0 if the component had next to no mass and gets some now.
    pub(crate) share: T,
    /// The mass that the newest samples have in the component: the weight of their own covariance.
    pub(crate) mass: T,
    /// The weight of d dᵀ, where d is the deviation between the two means.
    pub(crate) between: T,
    /// γ: the mean moves by γ d; after a single sample, Σ becomes (1 − γ) Σ + γ (1 − γ) d dᵀ.
    pub(crate) gain: T,
}

impl<T: Real> Blend<T> {
    /// A step of `step`, but at most 1 − 64 ε, so that no statistic vanishes. `None` if `step` is 0.
    ///
    /// It leaves g/4 of the whole to noise, which is half a sample of the 2/g that count, as Jeffreys' prior for a share
    /// has it: noise that faded to nothing would not be there when the first outlier comes.
    #[inline(always)]
    pub(crate) fn new(step: T, inertia: u32) -> Option<Self> {
        let largest = T::ONE - StepSize::<T>::least();
        let step = step.smaller(largest);
        let inertia = T::from_count(u64::from(inertia));
        let least_noise = T::narrow(0.25) * step;
        (step > T::ZERO).then(|| Self { step, kept: T::ONE - step, inertia, least_noise })
    }

    /// Takes the step for the log-likelihood: (1 − g) s + g ŝ.
    #[inline(always)]
    fn log_likelihood<const D: usize, const K: usize, C: Covariance>(
        &self,
        stats: &mut SufficientStats<T, D, K, C>,
        seen: T,
    ) {
        stats.log_likelihood.add(self.step * (seen - stats.log_likelihood.high));
    }

    /// Drops the inertia where all components share one covariance: a pooled covariance never rests on a few samples,
    /// so means need none.
    #[inline(always)]
    fn for_structure<const K: usize, C: Covariance>(mut self) -> Self {
        if K > 1 && C::SHARED {
            self.inertia = T::ZERO;
        }
        self
    }
}

/// The gain that inertia allows, and what the scatter is then multiplied by. A function of its own, or a processor without
/// predictions would divide for every component, to no purpose for most.
#[cold]
#[inline(never)]
fn held_back<T: Real>(inertia: T, count: T, before: T, after: T) -> (T, T) {
    let gain = count / (inertia + count);
    (gain, after * (T::ONE - gain) / before)
}

impl<T: Real, const D: usize> Moments<T, D> {
    /// Takes a step towards the newest samples: `count` samples, of which the share `share` belongs to this component,
    /// and whose mean deviates by `d` from this one. Returns `None`, and changes nothing, if too little mass would be
    /// left.
    ///
    /// W + g·(r − W) equals (1 − g) W + g r, but without the rounding error of the product, which would add up to ε/g.
    ///
    /// Stepwise EM moves mean and covariance by the gain g r/W. Here the gain is at most count / (inertia + count).
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
            (gain, scale) = held_back(blend.inertia, count, before, after);
            lost = T::ONE - scale;
        }
        self.shift(gain, d);
        Some(Blended { share: lost, mass: gain * after, between: scale * before * gain, gain })
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> SufficientStats<T, D, K, C> {
    /// Takes a step towards one sample of weight `weight`, of which the share `noise` is noise. Calls `moved` for each
    /// component that moves, with k, its gain, and the sample's deviation from its old mean.
    #[inline(always)]
    pub(crate) fn approach_sample(
        &mut self,
        blend: &Blend<T>,
        x: &[T; D],
        weight: T,
        posterior: &Posterior<T, K>,
        noise: T,
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
        self.approach_noise(&blend, noise);
        blend.log_likelihood(self, posterior.log_density);
        self.count_on(1);
    }

    /// Takes a step towards other statistics, of any mass but 0.
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
        self.approach_noise(&blend, seen.noise_mass() / total);
        blend.log_likelihood(self, seen.log_likelihood.high / total);
        self.count_on(seen.count);
    }

    /// Takes the step for the mass of the noise. What it keeps comes on top: with a constant g the mass of the whole is
    /// 1 to 1 + g/4. That does no harm, since weights are shares of the whole, and gains are relative to a component's
    /// mass.
    #[inline(always)]
    fn approach_noise(&mut self, blend: &Blend<T>, share: T) {
        if let Some(mass) = self.extra.get_mut() {
            let least = blend.least_noise.smaller(mass.high);
            mass.add((blend.step * (share - mass.high)).larger(least - mass.high));
        }
    }

    /// What a scatter loses that all components share: it decays with the total mass. `None` if each component has its
    /// own scatter.
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
