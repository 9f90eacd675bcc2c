//! The policies beside a stepwise run.

use super::{Birth, Merging, Pruning, Splitting, Verdict};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::model::Posterior;
use crate::observation::Observation;
use crate::real::Real;
use crate::reduce::Closest;
use crate::stream::OnlineEm;

/// The policies of a life cycle, each of them optional, for an [`OnlineEm`] run.
///
/// It stands beside the run, so that a run without one is no larger and its program holds no code for it. It may be
/// made anew at any time: all that is lost is a candidate that waits to be born.
///
/// ```
/// use gaussmix::lifecycle::{Birth, LifeCycle, Pruning};
/// use gaussmix::{Gmm, OnlineEm, StepSize};
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
///     let seen = life.observe(&mut online, &world.sample(&mut rng))?;
///     births += u32::from(seen.born.is_some());
/// }
/// assert_eq!(births, 1);
/// assert_eq!(online.model().live().count(), 2);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LifeCycle<T, const D: usize> {
    birth: Option<Birth<T, D>>,
    pruning: Option<Pruning<T>>,
    merging: Option<Merging<T>>,
    splitting: Option<Splitting<T>>,
    interval: u32,
    /// Samples since mergers and splits were last looked for.
    pending: u32,
}

/// What a sample was to the model, and what it changed in the set of components.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Seen<T, const K: usize> {
    /// What the model said of the sample before it learnt from it.
    pub posterior: Posterior<T, K>,
    /// Whether it was held back as evidence of a new component, and nothing learnt.
    pub held: bool,
    /// The slot of a component that was born of it.
    pub born: Option<usize>,
    /// What became of the rest.
    pub tended: Tended<T>,
}

/// What [`LifeCycle::tend`] changed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Tended<T> {
    /// How many components died.
    pub died: usize,
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

    /// [`OnlineEm::observe`], and what the policies make of it.
    ///
    /// # Errors
    /// What [`OnlineEm::observe`] and the policies refuse, and [`Error::InvalidParameter`] if the run's M-step freezes
    /// anything: components that may not move cannot be born, die or merge. For a bad sample and a bad setting of the birth policy the
    /// run is as before; for a bad setting of another policy the sample has been learnt from.
    pub fn observe<const K: usize, C: Covariance>(
        &mut self,
        online: &mut OnlineEm<T, D, K, C>,
        sample: impl Observation<T, D>,
    ) -> Result<Seen<T, K>, Error> {
        refuse_frozen(online)?;
        if let Some(birth) = &mut self.birth
            && let Some(slot) = birth.slot_for(&online.stats, &online.gmm, &sample)?
        {
            let x = sample.features();
            let posterior = online.gmm.posterior(x)?;
            let verdict = birth.hold(&mut online.stats, &mut online.gmm, x, slot)?;
            let born = if let Verdict::Born(k) = verdict { Some(k) } else { None };
            if born.is_some() {
                online.fresh = 0;
            }
            if verdict != Verdict::Known {
                return Ok(Seen { posterior, held: born.is_none(), born, tended: Tended::default() });
            }
        }
        let posterior = online.observe(sample)?;
        self.pending = self.pending.saturating_add(1);
        let mut seen = Seen { posterior, held: false, born: None, tended: Tended::default() };
        if online.pending == 0 {
            seen.tended.died = self.prune(online)?;
            if self.pending >= self.interval {
                seen.tended = self.rearrange(online, seen.tended)?;
            }
        }
        Ok(seen)
    }

    /// Deaths, a merger and a split, in this order, as far as they are asked for: for a run that learns from batches.
    ///
    /// # Errors
    /// What the policies refuse; those before the one that refused have been applied.
    pub fn tend<const K: usize, C: Covariance>(
        &mut self,
        online: &mut OnlineEm<T, D, K, C>,
    ) -> Result<Tended<T>, Error> {
        refuse_frozen(online)?;
        let died = self.prune(online)?;
        self.rearrange(online, Tended { died, ..Tended::default() })
    }

    fn prune<const K: usize, C: Covariance>(
        &self,
        online: &mut OnlineEm<T, D, K, C>,
    ) -> Result<usize, Error> {
        let Some(pruning) = &self.pruning else { return Ok(0) };
        let died = pruning.apply(&mut online.stats, &mut online.gmm)?;
        if died > 0 {
            online.fresh = 0;
        }
        Ok(died)
    }

    fn rearrange<const K: usize, C: Covariance>(
        &mut self,
        online: &mut OnlineEm<T, D, K, C>,
        mut tended: Tended<T>,
    ) -> Result<Tended<T>, Error> {
        self.pending = 0;
        online.fresh = 0;
        if let Some(merging) = &self.merging {
            tended.merged = merging.apply(&mut online.stats, &mut online.gmm)?;
        }
        if let Some(splitting) = &self.splitting {
            tended.split = splitting.apply(&mut online.stats, &mut online.gmm)?;
        }
        Ok(tended)
    }
}

/// Refuses a run whose M-step freezes anything.
fn refuse_frozen<T: Real, const D: usize, const K: usize, C: Covariance>(
    online: &OnlineEm<T, D, K, C>,
) -> Result<(), Error> {
    let m_step = &online.m_step;
    let kinds = [&m_step.frozen_weights, &m_step.frozen_means, &m_step.frozen_covariances];
    match kinds.iter().any(|kind| kind.contains(&true)) {
        true => Err(Error::InvalidParameter { name: "frozen" }),
        false => Ok(()),
    }
}
