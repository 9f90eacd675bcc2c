//! The fleet's model fits itself to one machine with 200 samples: relevance adaptation, with the trained model as prior.

use crate::data::{Activity, RECORDING, recordings};
use gaussmix::fit::{Frozen, adapt};
use gaussmix::{Em, Error, Gmm, SufficientStats, init};

/// What the fleet knows: acceleration in all activities.
pub type Model = Gmm<f32, 3, 4>;

/// Mean log-densities of what the machine reads later.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// Under the fleet's model.
    pub fleet: f32,
    /// Under a model fitted to the 200 samples alone, from the fleet's.
    pub alone: f32,
    /// Under the adapted model.
    pub adapted: f32,
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

/// The fleet's model: a fit of all recordings but the last two of each activity.
///
/// # Errors
/// None, unless the fit is broken.
pub fn trained() -> Result<Model, Error> {
    let mut gmm = Gmm::unfitted();
    init::farthest_first(&mut gmm, motions(&ALL, 0, 8))?;
    Em::default().with_max_iterations(50).fit(&mut gmm, motions(&ALL, 0, 8))?;
    Ok(gmm)
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
pub fn compare(gmm: &mut Model) -> Result<Report, Error> {
    let fleet = gmm.mean_log_likelihood(later())?;
    let mut alone = gmm.clone();
    Em::default().fit(&mut alone, seen())?;
    fit_to_machine(gmm)?;
    let [alone, adapted] = [&alone, &*gmm].map(|gmm| gmm.mean_log_likelihood(later()));
    Ok(Report { fleet, alone: alone?, adapted: adapted? })
}
