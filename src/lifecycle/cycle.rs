//! The policies beside a stepwise run.

use super::{Birth, Merging, Pruning, Splitting, Verdict};
use crate::covariance::Covariance;
use crate::error::{Error, require};
use crate::model::Posterior;
use crate::observation::{Observation, checked_weight};
use crate::real::Real;
use crate::reduce::Closest;
use crate::stream::OnlineEm;

/// The policies of a life cycle, each of them optional, for an [`OnlineEm`] run.
///
/// It is a separate value, so runs that do not use it pay neither memory nor code. It may be replaced by a new one at any
/// time: all that is lost is a candidate that waits to be born.
///
/// ```
/// use gaussmix::lifecycle::{Birth, LifeCycle, Pruning};
/// use gaussmix::stream::StepSize;
/// use gaussmix::{Gmm, OnlineEm};
/// use rand_pcg::Pcg32;
///
/// let gmm: Gmm<f32, 1, 3> = Gmm::new([1.0, 0.0, 0.0], [[0.0]; 3], [[[1.0]].into(); 3])?;
/// let mut online = OnlineEm::new(gmm, StepSize::constant(0.01)?)?;
/// let mut life = LifeCycle::default().with_birth(Birth::default()).with_pruning(Pruning::default());
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
pub struct LifeCycle<T, const D: usize> {
    birth: Option<Birth<T, D>>,
    pruning: Option<Pruning<T>>,
    merging: Option<Merging<T>>,
    splitting: Option<Splitting<T>>,
    interval: u32,
    /// Samples since mergers and splits were last looked for.
    pending: u32,
}

/// What the model said of a sample, and what the sample changed in the set of components.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Report<T, const K: usize> {
    /// What the model said of the sample before it learnt from it.
    pub posterior: Posterior<T, K>,
    /// Whether the sample was withheld as evidence of a new component, and nothing learnt.
    pub withheld: bool,
    /// The slot of a component that was born of the sample.
    pub born: Option<usize>,
    /// What became of the other components.
    pub changes: Changes<T>,
}

/// What the policies other than births changed.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Changes<T> {
    /// How many components were removed.
    pub removed: usize,
    /// Two that became one.
    pub merged: Option<Closest<T>>,
    /// One that became two: its slot and the other's.
    pub split: Option<[usize; 2]>,
}

impl<T: Real, const D: usize> Default for LifeCycle<T, D> {
    /// No policy; mergers and splits, once asked for, are looked for every 100 samples.
    fn default() -> Self {
        Self { birth: None, pruning: None, merging: None, splitting: None, interval: 100, pending: 0 }
    }
}

impl<T: Real, const D: usize> LifeCycle<T, D> {
    /// Births, which are looked for with every sample.
    #[must_use]
    pub fn with_birth(mut self, birth: Birth<T, D>) -> Self {
        self.birth = Some(birth);
        self
    }

    /// Deaths, after every M-step.
    #[must_use]
    pub fn with_pruning(mut self, pruning: Pruning<T>) -> Self {
        self.pruning = Some(pruning);
        self
    }

    /// Mergers.
    #[must_use]
    pub fn with_merging(mut self, merging: Merging<T>) -> Self {
        self.merging = Some(merging);
        self
    }

    /// Splits. They fill every free slot, so that births find one only where a component is light enough to be
    /// displaced.
    #[must_use]
    pub fn with_splitting(mut self, splitting: Splitting<T>) -> Self {
        self.splitting = Some(splitting);
        self
    }

    /// Mergers and splits are looked for at the first M-step after every `n` samples: at most one of each.
    #[must_use]
    pub fn with_interval(mut self, n: u32) -> Self {
        self.interval = n;
        self
    }

    /// [`OnlineEm::observe`], and the policies. The sample is checked and scored once.
    ///
    /// # Errors
    /// What [`OnlineEm::observe`] and the policies refuse, and [`Error::InvalidParameter`] if the run's M-step freezes
    /// anything: components that may not move cannot be born, die or merge. For a bad sample, and where a birth is
    /// refused, run and policies are as before; where another policy refuses, the sample has been learnt from.
    pub fn observe<const K: usize, C: Covariance>(
        &mut self,
        online: &mut OnlineEm<T, D, K, C>,
        sample: impl Observation<T, D>,
    ) -> Result<Report<T, K>, Error> {
        require_free(online)?;
        let weight = checked_weight(&sample)?;
        let x = sample.features();
        let mut nearest = T::INFINITY;
        let posterior = online.score(x, &mut nearest)?;
        let mut report = Report { posterior, withheld: false, born: None, changes: Changes::default() };
        if let Some(birth) = &mut self.birth {
            let is_outlier = birth.is_outlier(nearest) && weight > T::ZERO;
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
        online.take(x, weight, &report.posterior);
        self.pending = self.pending.saturating_add(1);
        if online.is_maximized() {
            report.changes.removed = self.prune(online)?;
            if self.pending >= self.interval {
                self.rearrange(online, &mut report.changes)?;
            }
        }
        Ok(report)
    }

    /// Deaths, a merger and a split, in this order, as far as they are asked for: for a run that learns from batches.
    ///
    /// # Errors
    /// What the policies refuse; those before the one that refused have been applied.
    pub fn apply<const K: usize, C: Covariance>(
        &mut self,
        online: &mut OnlineEm<T, D, K, C>,
    ) -> Result<Changes<T>, Error> {
        require_free(online)?;
        let mut changes = Changes { removed: self.prune(online)?, ..Changes::default() };
        self.rearrange(online, &mut changes)?;
        Ok(changes)
    }

    fn prune<const K: usize, C: Covariance>(
        &self,
        online: &mut OnlineEm<T, D, K, C>,
    ) -> Result<usize, Error> {
        let Some(pruning) = &self.pruning else { return Ok(0) };
        online.edit_factors(|stats, gmm| pruning.apply(stats, gmm), |removed| *removed > 0)
    }

    fn rearrange<const K: usize, C: Covariance>(
        &mut self,
        online: &mut OnlineEm<T, D, K, C>,
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

/// Refuses a run whose M-step freezes anything.
fn require_free<T: Real, const D: usize, const K: usize, C: Covariance>(
    online: &OnlineEm<T, D, K, C>,
) -> Result<(), Error> {
    require(!online.is_frozen(), "frozen", "nothing, beside a life cycle")
}
