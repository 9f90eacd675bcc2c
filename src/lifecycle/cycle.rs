//! The policies of a life cycle, applied to a stepwise run.

use super::{Birth, Merging, Pruning, Splitting, Verdict};
use crate::covariance::Covariance;
use crate::error::{Error, require};
use crate::fit::Regularizer;
use crate::model::Posterior;
use crate::observation::{Observation, checked_weight, mask};
use crate::real::Real;
use crate::reduce::Closest;
use crate::stream::OnlineEm;

/// The policies of a life cycle, each of them optional, for an [`OnlineEm`] run.
///
/// It is a separate value, so runs that do not use it pay neither memory nor code. A new life cycle may replace it at
/// any time; only a candidate for a birth and the counters are lost.
///
/// ```
/// use gaussmix::lifecycle::{Birth, LifeCycle, Pruning};
/// use gaussmix::stream::StepSize;
/// use gaussmix::{Gmm, OnlineEm};
/// use rand_pcg::Pcg32;
///
/// let gmm: Gmm<f32, 1, 3> = Gmm::new([1.0, 0.0, 0.0], [[0.0]; 3], [[[1.0]].into(); 3])?;
/// let mut online = OnlineEm::new(gmm, StepSize::constant(0.01)?)?;
/// let mut life =
///     LifeCycle::default().with_birth(Birth::default()).with_pruning(Pruning::default());
///
/// let world: Gmm<f32, 1, 2> = Gmm::new([0.7, 0.3], [[0.0], [9.0]], [[[1.0]].into(); 2])?;
/// let mut rng = Pcg32::new(1, 1);
/// let mut births = 0;
/// for _ in 0..1000 {
///     let report = life.observe(&mut online, &world.sample(&mut rng))?;
///     births += u32::from(report.born.is_some());
/// }
/// assert_eq!(births, 1);
/// assert_eq!(online.model().live().count(), 2);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct LifeCycle<T, const D: usize> {
    pub(crate) birth: Option<Birth<T, D>>,
    pub(crate) pruning: Option<Pruning<T>>,
    pub(crate) merging: Option<Merging<T>>,
    pub(crate) splitting: Option<Splitting<T>>,
    pub(crate) interval: u32,
    /// Samples since the last search for mergers and splits.
    pub(crate) pending: u32,
}

/// The posterior of a sample, and the changes that the sample caused in the set of components.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Report<T, const K: usize> {
    /// The posterior of the sample under the model before it learnt from it.
    pub posterior: Posterior<T, K>,
    /// Whether the sample was withheld as evidence of a new component; the model then learnt nothing from it.
    pub withheld: bool,
    /// The slot of the component that was born with this sample, if any.
    pub born: Option<usize>,
    /// What the other policies changed.
    pub changes: Changes<T>,
}

/// What the policies other than births changed.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Changes<T> {
    /// How many components were removed.
    pub removed: usize,
    /// The two components that became one.
    pub merged: Option<Closest<T>>,
    /// The component that became two: its slot and the slot of its second half.
    pub split: Option<[usize; 2]>,
}

impl<T: Real, const D: usize> Default for LifeCycle<T, D> {
    /// [`LifeCycle::NONE`]
    fn default() -> Self {
        Self::none()
    }
}

impl<T: Real, const D: usize> LifeCycle<T, D> {
    /// No policy. Mergers and splits, if they are switched on, are searched for every 100 samples.
    pub const NONE: Self = Self::none();

    /// A constant would lie in flash, to be copied where a program makes one when it runs.
    #[inline]
    const fn none() -> Self {
        Self { birth: None, pruning: None, merging: None, splitting: None, interval: 100, pending: 0 }
    }

    /// Switches births on: every sample is examined.
    #[must_use]
    pub const fn with_birth(mut self, birth: Birth<T, D>) -> Self {
        self.birth = Some(birth);
        self
    }

    /// Switches removals on: they follow every M-step.
    #[must_use]
    pub const fn with_pruning(mut self, pruning: Pruning<T>) -> Self {
        self.pruning = Some(pruning);
        self
    }

    /// Switches mergers on.
    #[must_use]
    pub const fn with_merging(mut self, merging: Merging<T>) -> Self {
        self.merging = Some(merging);
        self
    }

    /// Switches splits on. They fill every free slot, so births find a slot only if a component is light enough to be
    /// displaced.
    #[must_use]
    pub const fn with_splitting(mut self, splitting: Splitting<T>) -> Self {
        self.splitting = Some(splitting);
        self
    }

    /// Searches for mergers and splits at the first M-step after every `n` samples, and makes at most one of each.
    #[must_use]
    pub const fn with_interval(mut self, n: u32) -> Self {
        self.interval = n;
        self
    }

    /// Observes a sample as [`OnlineEm::observe`] does, and applies the policies. The sample is checked and scored
    /// once. With [steps of 0](OnlineEm::set_step), neither run nor policies change.
    ///
    /// # Errors
    /// The errors of [`OnlineEm::observe`] and of the policies, and [`Error::InvalidParameter`] if the run freezes any
    /// parameter: frozen components cannot be born, removed or merged. After a bad sample or a refused birth, run and
    /// policies are as before. If another policy refuses, the sample has been learnt.
    pub fn observe<const K: usize, C: Covariance, R>(
        &mut self,
        online: &mut OnlineEm<T, D, K, C, R>,
        sample: impl Observation<T, D>,
    ) -> Result<Report<T, K>, Error>
    where
        R: Regularizer<T, D, K, C>,
    {
        require_free(online)?;
        let weight = checked_weight(&sample)?;
        let x = sample.features();
        let mut nearest = T::INFINITY;
        let observed = mask(&sample);
        let posterior = match &observed {
            None => online.score(x, &mut nearest)?,
            Some(observed) => online.observe_partial(x, observed, weight)?,
        };
        let mut report = Report { posterior, withheld: false, born: None, changes: Changes::default() };
        if online.is_still() {
            return Ok(report);
        }
        if let Some(birth) = &mut self.birth {
            let is_outlier = || birth.is_outlier(online.model(), &posterior, nearest) && weight > T::ZERO;
            let is_outlier = observed.is_none() && is_outlier();
            let verdict = online.edit_factors(
                |stats, gmm| birth.judge(stats, gmm, x, is_outlier),
                |verdict| matches!(verdict, Verdict::Born(_)),
            )?;
            match verdict {
                Verdict::Observe => {}
                Verdict::Withhold => return Ok(Report { withheld: true, ..report }),
                Verdict::Born(k) => return Ok(Report { born: Some(k), ..report }),
            }
        }
        if observed.is_none() {
            online.take(x, weight, &report.posterior);
        }
        self.pending = self.pending.saturating_add(1);
        if online.is_maximized() {
            report.changes.removed = self.prune(online)?;
            if self.pending >= self.interval {
                self.rearrange(online, &mut report.changes)?;
            }
        }
        Ok(report)
    }

    /// Applies removals, a merger and a split, in this order, as far as they are switched on. For a run that learns
    /// from batches, or whose M-steps the caller makes.
    ///
    /// # Errors
    /// The errors of the policies. The policies before the one that refused have been applied.
    pub fn apply<const K: usize, C: Covariance, R>(
        &mut self,
        online: &mut OnlineEm<T, D, K, C, R>,
    ) -> Result<Changes<T>, Error> {
        require_free(online)?;
        if online.is_still() {
            return Ok(Changes::default());
        }
        let mut changes = Changes { removed: self.prune(online)?, ..Changes::default() };
        self.rearrange(online, &mut changes)?;
        Ok(changes)
    }

    fn prune<const K: usize, C: Covariance, R>(
        &self,
        online: &mut OnlineEm<T, D, K, C, R>,
    ) -> Result<usize, Error> {
        let Some(pruning) = &self.pruning else { return Ok(0) };
        online.edit_factors(|stats, gmm| pruning.apply(stats, gmm), |removed| *removed > 0)
    }

    fn rearrange<const K: usize, C: Covariance, R>(
        &mut self,
        online: &mut OnlineEm<T, D, K, C, R>,
        changes: &mut Changes<T>,
    ) -> Result<(), Error> {
        self.pending = 0;
        online.edit(|stats, gmm| {
            if let Some(merging) = &self.merging {
                changes.merged = merging.apply(stats, gmm)?;
            }
            if let Some(splitting) = &self.splitting {
                changes.split = splitting.apply(stats, gmm)?;
            }
            Ok(())
        })
    }
}

/// Refuses a run that freezes any parameter.
fn require_free<T: Real, const D: usize, const K: usize, C: Covariance, R>(
    online: &OnlineEm<T, D, K, C, R>,
) -> Result<(), Error> {
    require(!online.is_frozen(), "online", "a run that freezes nothing")
}
