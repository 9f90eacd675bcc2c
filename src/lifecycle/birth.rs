//! Birth: where no component explains the samples, a new one begins.

use super::vacant;
use crate::covariance::{Covariance, Shape};
use crate::error::Error;
use crate::model::Gmm;
use crate::novelty::DistanceTest;
use crate::observation::{Observation, check_range, checked_weight};
use crate::real::Real;
use crate::reduce::check_component;
use crate::statistics::SufficientStats;

/// Starts component `k` afresh at `x`: its mixing weight and share of the mass are `share`, its covariance is the pooled
/// one within the live components, Σ π_k Σ_k (a tied covariance stays as it is). What the slot held before goes to the
/// others, whose weights and masses shrink in proportion.
///
/// ```
/// use gaussmix::{Diagonal, Gmm, SufficientStats, lifecycle};
///
/// let mut gmm: Gmm<f32, 1, 2, Diagonal> = Gmm::new([1.0, 0.0], [[0.0], [0.0]], [[4.0].into(), [1.0].into()])?;
/// let mut stats = SufficientStats::from_model(&gmm, 50.0)?;
/// lifecycle::seed(&mut stats, &mut gmm, 1, &[9.0], 0.125)?;
/// assert_eq!(gmm.weights(), &[0.875, 0.125]);
/// assert_eq!(gmm.means()[1], [9.0]);
/// assert_eq!(gmm.covariances()[1][0], 4.0);
/// assert_eq!(stats.weights(), [43.75, 6.25]);
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidParameter`] if there is no component `k`, nothing else lives, or `share` is not within (0, 1);
/// [`Error::EmptyData`] if the others have no mass; [`Error::NonFiniteSample`] or [`Error::OutOfRange`] for `x`;
/// [`Error::NotPositiveDefinite`] if the pooled covariance left the range of `T`. Model and statistics are then as
/// before.
pub fn seed<T: Real, const D: usize, const K: usize, C: Covariance>(
    stats: &mut SufficientStats<T, D, K, C>,
    gmm: &mut Gmm<T, D, K, C>,
    k: usize,
    x: &[T; D],
    share: T,
) -> Result<(), Error> {
    check_component::<K>(k, "component")?;
    if !(share > T::ZERO && share < T::ONE) {
        return Err(Error::InvalidParameter { name: "share" });
    }
    if !gmm.live().any(|i| i != k) {
        return Err(Error::InvalidParameter { name: "component" });
    }
    let total = stats.weight();
    let mass = share * total;
    check_range(x, mass)?;
    if !(stats.mass_beside(k) > T::ZERO && mass > T::ZERO) {
        return Err(Error::EmptyData);
    }
    let factor = gmm.pooled_factor().ok_or(Error::NotPositiveDefinite { component: k })?;
    stats.clear_component(k, total - mass);
    stats.place_component(k, mass, x, &factor);
    gmm.means[k] = *x;
    gmm.factors.as_mut()[C::slot(k)] = factor;
    gmm.reweigh(k, share);
    Ok(())
}

/// What [`Birth`] makes of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Verdict {
    /// Some component explains it, no slot is free, or strays are common: observe it as ever.
    Known,
    /// Nothing explains it; it is held back as evidence of something new. Do not observe it: components that took in
    /// strays would stretch towards them.
    Held,
    /// It completed the evidence, and this component was born. It is accounted for.
    Born(usize),
}

/// The policy of births: samples beyond a χ² quantile of every live component found a new component, once several of
/// them have come close together in time and space.
///
/// A slot must be free for that: a dead one, or the one of least mass if it has no more than `displaced` of it. The
/// first stray is the candidate; strays within the same quantile of it (of the pooled covariance, doubled, since both
/// scatter) support it and move it to their mean. With enough support it is [seed](seed)ed there with weight `share`;
/// without, it is forgotten `within` samples after it came, or when as many strays have come elsewhere. All these are
/// held back, since most strays are outliers; but no more of them than five times the support in that time, nor half of
/// it: where strays are common, it is the components that are too narrow, and they have to learn them. A newborn that no
/// further samples support loses its share by forgetting, and [`Pruning`](super::Pruning) ends it.
///
/// Holds a candidate: D numbers and five counters beside the settings.
///
/// By default the quantile leaves 0.1 % of a Gaussian outside, three strays within 100 samples make a birth, and a
/// newborn begins with a share of 0.01, displacing nothing heavier than that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Birth<T, const D: usize> {
    test: DistanceTest<T, D>,
    share: T,
    displaced: T,
    support: u32,
    within: u32,
    candidate: [T; D],
    supporters: u32,
    /// Strays since, elsewhere.
    loners: u32,
    age: u32,
    /// Strays held back in the last so many samples.
    held: u32,
    elapsed: u32,
}

/// How many times the support may be held back within the time for it.
const PATIENCE: u32 = 5;

impl<T: Real, const D: usize> Default for Birth<T, D> {
    fn default() -> Self {
        Self {
            test: DistanceTest::new(T::narrow(1e-3)),
            share: T::narrow(0.01),
            displaced: T::narrow(0.01),
            support: 3,
            within: 100,
            candidate: [T::ZERO; D],
            supporters: 0,
            loners: 0,
            age: 0,
            held: 0,
            elapsed: 0,
        }
    }
}

impl<T: Real, const D: usize> Birth<T, D> {
    /// How far from every component a sample is a stray.
    #[must_use]
    pub fn with_test(mut self, test: DistanceTest<T, D>) -> Self {
        self.test = test;
        self
    }

    /// The weight that a newborn begins with, within (0, 1): how much its first position counts against the samples
    /// that follow.
    #[must_use]
    pub fn with_share(mut self, share: T) -> Self {
        self.share = share;
        self
    }

    /// The largest share of the mass that a live component may have to be displaced by a newborn; 0 uses dead or starved
    /// slots only, 1 always finds one.
    #[must_use]
    pub fn with_displaced(mut self, displaced: T) -> Self {
        self.displaced = displaced;
        self
    }

    /// How many strays make a birth, and in how many samples they must come, which are as many at least. A support of
    /// 1 trusts a single stray.
    #[must_use]
    pub fn with_support(mut self, strays: u32, within: u32) -> Self {
        self.support = strays;
        self.within = within;
        self
    }

    /// Looks at the next sample of the stream, before it is observed. Most samples cost one squared distance or a few:
    /// the first component that is near decides.
    ///
    /// # Errors
    /// [`Error::NonFiniteSample`], [`Error::InvalidSampleWeight`] or [`Error::OutOfRange`], as
    /// [`SufficientStats::observe`]; [`Error::InvalidParameter`] if a setting is out of its range, and what else [`seed`]
    /// refuses. Policy, model and statistics are then as before.
    pub fn consider<const K: usize, C: Covariance>(
        &mut self,
        stats: &mut SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
        sample: impl Observation<T, D>,
    ) -> Result<Verdict, Error> {
        match self.slot_for(stats, gmm, &sample)? {
            None => Ok(Verdict::Known),
            Some(slot) => self.hold(stats, gmm, sample.features(), slot),
        }
    }

    /// The slot that a stray may have; none if the sample is known, or counts for nothing, or all slots are taken.
    pub(super) fn slot_for<const K: usize, C: Covariance>(
        &mut self,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &Gmm<T, D, K, C>,
        sample: &impl Observation<T, D>,
    ) -> Result<Option<usize>, Error> {
        self.validate()?;
        let x = sample.features();
        let weight = checked_weight(sample)?;
        check_range(x, weight)?;
        let is_stray = self.test.is_novel(gmm, x)? && weight > T::ZERO;
        let slot = if is_stray { vacant(stats, gmm, self.displaced) } else { None };
        if slot.is_none() {
            self.grow_older();
        }
        Ok(slot)
    }

    /// Holds a stray back; with it, the component in `slot` may be born.
    pub(super) fn hold<const K: usize, C: Covariance>(
        &mut self,
        stats: &mut SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
        x: &[T; D],
        slot: usize,
    ) -> Result<Verdict, Error> {
        let mut next = *self;
        next.grow_older();
        let is_held = next.take(gmm, x);
        let verdict = if next.supporters >= next.support {
            seed(stats, gmm, slot, &next.candidate, next.share)?;
            next.supporters = 0;
            Verdict::Born(slot)
        } else if is_held {
            Verdict::Held
        } else {
            Verdict::Known
        };
        *self = next;
        Ok(verdict)
    }

    fn validate(&self) -> Result<(), Error> {
        self.test.validate()?;
        for (name, is_valid) in [
            ("share", self.share > T::ZERO && self.share < T::ONE),
            ("displaced", self.displaced >= T::ZERO && self.displaced <= T::ONE),
            ("support", self.support > 0),
            // The last stray must still find the candidate, and half of the time strays are held back.
            ("within", self.support == 1 || self.within >= self.support),
        ] {
            if !is_valid {
                return Err(Error::InvalidParameter { name });
            }
        }
        Ok(())
    }

    /// One sample later; a candidate whose time is up is forgotten, and strays may be held back again.
    fn grow_older(&mut self) {
        self.age = self.age.saturating_add(1);
        if self.age >= self.within {
            self.supporters = 0;
        }
        self.elapsed = self.elapsed.saturating_add(1);
        if self.elapsed >= self.within {
            (self.elapsed, self.held) = (0, 0);
        }
    }

    /// A stray supports the candidate, becomes it, or is alone. Says whether it is to be held back.
    fn take<const K: usize, C: Covariance>(&mut self, gmm: &Gmm<T, D, K, C>, x: &[T; D]) -> bool {
        if self.supporters > 0 && self.reaches(gmm, x) {
            self.supporters = self.supporters.saturating_add(1);
            let gain = T::ONE / T::from_count(u64::from(self.supporters));
            for (c, x) in self.candidate.iter_mut().zip(x) {
                *c += gain * (*x - *c);
            }
        } else {
            self.loners = self.loners.saturating_add(1);
            // As many elsewhere as it takes for a birth: it was an outlier, and this one may not be.
            if self.supporters == 0 || self.loners >= self.support {
                self.candidate = *x;
                (self.supporters, self.loners, self.age) = (1, 0, 0);
            }
        }
        self.held = self.held.saturating_add(1);
        self.held <= self.support.saturating_mul(PATIENCE).min(self.within / 2)
    }

    /// Whether two samples of one component could lie as far apart as `x` and the candidate.
    fn reaches<const K: usize, C: Covariance>(&self, gmm: &Gmm<T, D, K, C>, x: &[T; D]) -> bool {
        let mut d = *x;
        for (d, c) in d.iter_mut().zip(&self.candidate) {
            *d -= *c;
        }
        let reach = self.test.threshold() + self.test.threshold();
        gmm.pooled_factor().is_some_and(|factor| C::Shape::squared_distance(&factor, d) <= reach)
    }
}
