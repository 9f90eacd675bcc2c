//! Birth: a new component begins where no component explains the samples.

use super::vacant;
use crate::covariance::{Covariance, Shape};
use core::num::NonZeroU32;

use crate::error::{Error, require};
use crate::model::{Gmm, Posterior};
use crate::novelty::DistanceTest;
use crate::observation::{Observation, check_range, checked_weight, mask};
use crate::real::Real;
use crate::reduce::{check_component, has_room, scatter_extent};
use crate::statistics::SufficientStats;

/// Starts component `k` afresh at `x`. Its mixing weight and its share of the mass are `share`. Its covariance is the
/// pooled covariance within the live components, Σ π_k Σ_k; a tied covariance stays as it is. The other components get
/// what the slot held before, and their weights and masses then shrink in proportion.
///
/// ```
/// use gaussmix::{Diagonal, Gmm, SufficientStats, lifecycle};
///
/// let variances = [[4.0].into(), [1.0].into()];
/// let mut gmm: Gmm<f32, 1, 2, Diagonal> = Gmm::new([1.0, 0.0], [[0.0], [0.0]], variances)?;
/// let mut stats = SufficientStats::from_model(&gmm, 50.0)?;
/// lifecycle::seed(&mut stats, &mut gmm, 1, &[9.0], 0.125)?;
/// assert_eq!(gmm.weights(), &[0.875, 0.125]);
/// assert_eq!(gmm.means()[1], [9.0]);
/// assert_eq!(gmm.covariances()[1][0], 4.0);
/// assert_eq!(stats.masses(), [43.75, 6.25]);
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidParameter`] if there is no component `k`, no other component is live, or `share` is not within (0,
/// 1); [`Error::EmptyData`] if the others have no mass, or too little to take over what the slot held;
/// [`Error::NonFiniteSample`] or [`Error::OutOfRange`] for `x`; [`Error::NotPositiveDefinite`] if the pooled
/// covariance, or the scatter of samples with it, leaves the range of `T`. Model and statistics are then as before.
pub fn seed<T: Real, const D: usize, const K: usize, C: Covariance>(
    stats: &mut SufficientStats<T, D, K, C>,
    gmm: &mut Gmm<T, D, K, C>,
    k: usize,
    x: &[T; D],
    share: T,
) -> Result<(), Error> {
    check_component::<K>(k, "k")?;
    require(share > T::ZERO && share < T::ONE, "share", "within (0, 1)")?;
    require(gmm.live().any(|i| i != k), "k", "not the only live component")?;
    let total = stats.total_weight();
    let mass = share * total;
    check_range(x, mass)?;
    if !(stats.mass_beside(k) > T::ZERO && mass > T::ZERO) {
        return Err(Error::EmptyData);
    }
    let others = stats.check_growth(|i| i == k, total - mass)?;
    let factor = gmm.pooled_factor().ok_or(Error::NotPositiveDefinite { component: k })?;
    let (weights, noise) = gmm.reweighed(k, share);
    // The square of `x`, weighted, is that of a sample.
    let extent = others + T::LARGEST_SQUARE + scatter_extent::<T, D, C>(&factor, mass);
    if !has_room(extent) {
        return Err(Error::SumsOutOfRange);
    }
    if !gmm.set_factors([k], &weights, &factor) {
        return Err(Error::NotPositiveDefinite { component: k });
    }
    gmm.means[k] = *x;
    gmm.weights = weights;
    gmm.set_noise_weight(noise);
    gmm.refresh_offsets();
    stats.clear_component(k, total - mass);
    stats.place_component(k, mass, x, &factor);
    Ok(())
}

/// What to do with a sample, as [`Birth`] decides it.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Verdict {
    /// Observe it as usual: a component explains it, or no slot is free for the component that the evidence calls for,
    /// or outliers are common.
    Observe,
    /// Do not observe it: no component explains it, and it counts as evidence of a new one. Components that took in
    /// outliers would stretch towards them.
    Withhold,
    /// The evidence is complete and this component was born. Do not observe the sample: it is already accounted for.
    Born(usize),
}

/// The policy of births: outliers start a new component once several of them have come close together in time and
/// space. An outlier lies beyond a χ² quantile of every live component, or, if the model has [noise](crate::WithNoise),
/// is likelier noise than a sample of any component.
///
/// * The first outlier is the *candidate*. An outlier supports the candidate if it lies within the same quantile of it
///   (by the pooled covariance, and with the threshold doubled, since both scatter). The candidate then moves to the
///   mean of its supporters.
/// * A candidate with enough support is born: [`seed`]ed at its position with weight `share`. A slot must be free for
///   it: a dead slot, or the slot of least mass if that is at most `displaced` of the total. If none is, the outliers
///   that support it are observed.
/// * A candidate is dropped `within` samples after it came, or, without noise, once as many outliers as a birth needs have
///   come elsewhere; the last of these is the next candidate.
/// * Noise learns the outliers. Without it they are withheld from the components: in `within` samples, at most five
///   times the support and at most half of `within`. If outliers are more common than that, the components are too
///   narrow and have to learn them.
///
/// A newborn that no further samples support loses its share by forgetting, and [`Pruning`](super::Pruning) removes it.
///
/// The policy holds a candidate (D numbers and three counters) and two counters beside the settings.
///
/// A sample with missing features founds and supports no birth, since it has no place: the components take it as any other
/// sample.
///
/// By default the quantile leaves 0.1 % of a Gaussian outside, and three outliers within 100 samples make a birth. A
/// newborn begins with a share of 0.01 and displaces no component heavier than that.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Birth<T, const D: usize> {
    pub(crate) test: DistanceTest<T, D>,
    pub(crate) share: T,
    pub(crate) displaced: T,
    pub(crate) support: u32,
    pub(crate) within: u32,
    pub(crate) candidate: Option<Candidate<T, D>>,
    /// Outliers in the last `elapsed` samples.
    pub(crate) outliers: u32,
    pub(crate) elapsed: u32,
}

/// Where a component may be born.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) struct Candidate<T, const D: usize> {
    pub(crate) position: [T; D],
    /// How many outliers support it; `position` is their mean.
    pub(crate) supporters: NonZeroU32,
    /// How many outliers have come since then without supporting it.
    pub(crate) elsewhere: u32,
    /// How many samples have come since then.
    pub(crate) age: u32,
}

/// In `within` samples, at most this many times the support may be withheld.
const PATIENCE: u32 = 5;

impl<T: Real, const D: usize> Default for Birth<T, D> {
    fn default() -> Self {
        Self {
            test: DistanceTest::default(),
            share: T::narrow(0.01),
            displaced: T::narrow(0.01),
            support: 3,
            within: 100,
            candidate: None,
            outliers: 0,
            elapsed: 0,
        }
    }
}

impl<T: Real, const D: usize> Birth<T, D> {
    /// Sets the test that tells whether a sample is an outlier.
    #[must_use]
    pub fn with_test(mut self, test: DistanceTest<T, D>) -> Self {
        self.test = test;
        self
    }

    /// Sets the weight that a newborn begins with: how much its first position counts against the samples that follow.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless 0 < `share` < 1.
    pub fn with_share(mut self, share: T) -> Result<Self, Error> {
        require(share > T::ZERO && share < T::ONE, "share", "within (0, 1)")?;
        self.share = share;
        Ok(self)
    }

    /// Sets the largest share of the mass with which a live component may be displaced by a newborn. With 0, newborns
    /// use dead or starved slots only; with 1, they always find a slot.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless 0 ≤ `displaced` ≤ 1.
    pub fn with_displaced(mut self, displaced: T) -> Result<Self, Error> {
        require(displaced >= T::ZERO && displaced <= T::ONE, "displaced", "within [0, 1]")?;
        self.displaced = displaced;
        Ok(self)
    }

    /// Sets how many outliers make a birth, and within how many samples they must come. A support of 1 trusts a single
    /// outlier.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if `outliers` is 0, or if it is above 1 and larger than `within`: the last outlier
    /// must still find the candidate.
    pub fn with_support(mut self, outliers: u32, within: u32) -> Result<Self, Error> {
        require(outliers > 0, "outliers", "1 or more")?;
        require(outliers == 1 || within >= outliers, "within", "as many as the outliers, or more")?;
        self.support = outliers;
        self.within = within;
        Ok(self)
    }

    /// Looks at the next sample of the stream, before it is observed. Most samples cost one or a few squared distances,
    /// since the search stops at the first component that is near.
    ///
    /// # Errors
    /// [`Error::NonFiniteSample`], [`Error::InvalidSampleWeight`] or [`Error::OutOfRange`], as
    /// [`SufficientStats::observe`], and the other errors of [`seed`]. Policy, model and statistics are then as before.
    pub fn consider<const K: usize, C: Covariance>(
        &mut self,
        stats: &mut SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
        sample: impl Observation<T, D>,
    ) -> Result<Verdict, Error> {
        let weight = checked_weight(&sample)?;
        let x = sample.features();
        let is_outlier = match mask(&sample) {
            None => {
                check_range(x, weight)?;
                let is_novel = if gmm.noise_weight() > T::ZERO {
                    gmm.predict_at(x)? == K
                } else {
                    self.test.is_novel_at(gmm, x)?
                };
                is_novel && weight > T::ZERO
            }
            Some(_) => gmm.posterior_of(&sample, &mut { T::INFINITY }).map(|_| false)?,
        };
        self.judge(stats, gmm, x, is_outlier)
    }

    /// Whether a sample at this squared distance from the nearest live component is an outlier.
    pub(super) fn is_outlier<const K: usize, C: Covariance>(
        &self,
        gmm: &Gmm<T, D, K, C>,
        posterior: &Posterior<T, K>,
        distance: T,
    ) -> bool {
        if gmm.noise_weight() > T::ZERO { gmm.is_noise(posterior) } else { distance > self.test.threshold() }
    }

    /// Decides on a sample that was scored.
    pub(super) fn judge<const K: usize, C: Covariance>(
        &mut self,
        stats: &mut SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
        x: &[T; D],
        is_outlier: bool,
    ) -> Result<Verdict, Error> {
        // Statistics of nothing say nothing.
        if !is_outlier || !(stats.total_weight() > T::ZERO) {
            self.grow_older();
            return Ok(Verdict::Observe);
        }
        let mut next = self.clone();
        next.grow_older();
        let supported = next.take(gmm, x).filter(|candidate| candidate.supporters.get() >= next.support);
        let slot = supported.and_then(|_| vacant(stats, gmm, self.displaced));
        let verdict = if let (Some(slot), Some(candidate)) = (slot, supported) {
            seed(stats, gmm, slot, &candidate.position, next.share)?;
            next.candidate = None;
            Verdict::Born(slot)
        } else if supported.is_some() || gmm.noise_weight() > T::ZERO {
            // No slot is free for what is no accident: the components have to learn it. Noise learns all outliers.
            Verdict::Observe
        } else if next.outliers <= next.support.saturating_mul(PATIENCE).min(next.within / 2) {
            Verdict::Withhold
        } else {
            Verdict::Observe
        };
        *self = next;
        Ok(verdict)
    }

    /// Counts a sample: drops a candidate whose time is up, and begins a new count of outliers every `within` samples.
    fn grow_older(&mut self) {
        if let Some(candidate) = &mut self.candidate {
            candidate.age = candidate.age.saturating_add(1);
        }
        self.candidate = self.candidate.filter(|candidate| candidate.age < self.within);
        self.elapsed = self.elapsed.saturating_add(1);
        if self.elapsed >= self.within {
            (self.elapsed, self.outliers) = (0, 0);
        }
    }

    /// Counts an outlier, which supports the candidate, becomes the candidate, or lies elsewhere. Returns the candidate
    /// after that, unless it lies elsewhere.
    fn take<const K: usize, C: Covariance>(
        &mut self,
        gmm: &Gmm<T, D, K, C>,
        x: &[T; D],
    ) -> Option<Candidate<T, D>> {
        self.outliers = self.outliers.saturating_add(1);
        let first = Candidate { position: *x, supporters: NonZeroU32::MIN, elsewhere: 0, age: 0 };
        let next = match self.candidate {
            None => first,
            Some(mut candidate) if self.reaches(gmm, x, &candidate.position) => {
                candidate.supporters = candidate.supporters.saturating_add(1);
                let gain = T::ONE / T::from_count(u64::from(candidate.supporters.get()));
                for (c, x) in candidate.position.iter_mut().zip(x) {
                    *c += gain * (*x - *c);
                }
                candidate
            }
            Some(mut candidate) => {
                candidate.elsewhere = candidate.elsewhere.saturating_add(1);
                // As many outliers elsewhere as a birth needs: the old candidate stayed alone, this one may not. Where
                // noise takes the outliers, there is time to wait for its supporters, among those of other groups.
                if candidate.elsewhere < self.support || gmm.noise_weight() > T::ZERO {
                    self.candidate = Some(candidate);
                    return None;
                }
                first
            }
        };
        self.candidate = Some(next);
        self.candidate
    }

    /// Whether two samples of one component could lie as far apart as `x` and `position`.
    fn reaches<const K: usize, C: Covariance>(
        &self,
        gmm: &Gmm<T, D, K, C>,
        x: &[T; D],
        position: &[T; D],
    ) -> bool {
        let mut d = *x;
        for (d, c) in d.iter_mut().zip(position) {
            *d -= *c;
        }
        let reach = self.test.threshold() + self.test.threshold();
        gmm.pooled_factor().is_some_and(|factor| C::Shape::squared_distance(&factor, d) <= reach)
    }
}
