//! The fleet's model, which lies in flash, fits itself to one machine with 200 samples: relevance adaptation, with the
//! trained model as prior.

#[rustfmt::skip] // as the host program writes it
mod model;

pub use model::MODEL;

use crate::data::{Activity, RECORDING, recordings};
use crate::digest;
use gaussmix::fit::{Frozen, adapt};
use gaussmix::{Em, Error, Gmm, SufficientStats};

/// What the fleet knows: acceleration in all activities.
pub type Model = Gmm<f32, 3, 4>;

/// Mean log-densities of what the machine reads later.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// Under the fleet's model.
    pub fleet: f32,
    /// Under the adapted model.
    pub adapted: f32,
    /// Of the adapted model.
    pub digest: u64,
}

/// The recordings from `first` to before `end` of these activities, in turn.
fn motions(
    activities: &'static [Activity],
    first: usize,
    end: usize,
) -> impl Iterator<Item = [f32; 3]> + Clone {
    activities.iter().flat_map(move |activity| {
        let some = recordings(*activity).iter().take(end * RECORDING).skip(first * RECORDING);
        some.map(|[x, y, z, ..]| [*x, *y, *z])
    })
}

const ALL: [Activity; 4] = [Activity::Standing, Activity::Running, Activity::Walking, Activity::Badminton];

/// What a machine reads whose sensor has another zero on every axis.
fn machine(motions: impl Iterator<Item = [f32; 3]> + Clone) -> impl Iterator<Item = [f32; 3]> + Clone {
    motions.map(|[x, y, z]| [x + 0.5, y - 1.0, z + 1.5])
}

/// The samples that the machine sees: a recording each of standing and walking.
fn seen() -> impl Iterator<Item = [f32; 3]> + Clone {
    machine(motions(&[Activity::Standing, Activity::Walking], 8, 9))
}

/// What the fleet's model was fitted to: all recordings but the last two of each activity.
pub fn known() -> impl Iterator<Item = [f32; 3]> + Clone {
    motions(&ALL, 0, 8)
}

/// What the machine reads later, in all activities.
fn later() -> impl Iterator<Item = [f32; 3]> + Clone {
    machine(motions(&ALL, 9, 10))
}

/// What the device does: one pass over its samples, and one M-step.
///
/// # Errors
/// None.
#[inline(never)]
pub fn fit_to_machine(gmm: &mut Model) -> Result<(), Error> {
    let mut stats = SufficientStats::new();
    stats.observe_all(gmm, seen())?;
    adapt(gmm, &stats, 16.0, &Frozen::NONE)?;
    Ok(())
}

/// Adapts the fleet's model, and compares.
///
/// # Errors
/// None.
pub fn compare() -> Result<Report, Error> {
    let fleet = MODEL.mean_log_likelihood(later())?;
    let mut gmm = MODEL.clone();
    fit_to_machine(&mut gmm)?;
    Ok(Report { fleet, adapted: gmm.mean_log_likelihood(later())?, digest: digest::of(&gmm) })
}

/// The mean log-density of the same under a model fitted to the 200 samples alone, from the fleet's.
///
/// # Errors
/// None.
pub fn alone() -> Result<f32, Error> {
    let mut gmm = MODEL.clone();
    Em::default().fit(&mut gmm, seen())?;
    gmm.mean_log_likelihood(later())
}
