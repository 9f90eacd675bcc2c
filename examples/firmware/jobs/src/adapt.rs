//! A model that follows what a sensor delivers, one sample at a time.

use crate::data::{Activity, RECORDING, recordings};
use gaussmix::{Em, Error, Gmm, MStep, SufficientStats, Update, init};

/// Samples between M-steps.
const INTERVAL: u32 = 50;
/// What an M-step leaves of the mass of all samples before: with 50 samples between two, a memory of about 500.
const KEPT: f32 = 0.9;

/// What a sensor's interrupt handler would own.
#[derive(Clone, Debug)]
pub struct Adaptive {
    gmm: Gmm<f32, 6, 4>,
    stats: SufficientStats<f32, 6, 4>,
    due: u32,
}

impl Adaptive {
    /// Starts from a model, which counts as much as 500 samples.
    ///
    /// # Errors
    /// None.
    pub fn new(gmm: Gmm<f32, 6, 4>) -> Result<Self, Error> {
        let stats = SufficientStats::from_model(&gmm, INTERVAL as f32 / (1.0 - KEPT))?;
        Ok(Self { gmm, stats, due: INTERVAL })
    }

    /// Takes in one sample; every so often the model moves, and the report says how.
    ///
    /// # Errors
    /// As [`SufficientStats::observe`]; the sample is then lost, and nothing else.
    pub fn take(&mut self, x: &[f32; 6]) -> Result<Option<Update<4>>, Error> {
        self.stats.observe(&self.gmm, x)?;
        self.due -= 1;
        if self.due > 0 {
            return Ok(None);
        }
        self.due = INTERVAL;
        let update = MStep::default().maximize(&self.stats, &mut self.gmm)?;
        self.stats.discount(KEPT)?;
        Ok(Some(update))
    }

    /// The model as it stands.
    #[must_use]
    pub fn model(&self) -> &Gmm<f32, 6, 4> {
        &self.gmm
    }
}

/// How well a model knew the last recording before and after it followed the wearer there.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// Mean log-density of the last recording under the model of standing.
    pub before: f32,
    /// The same under the model that followed.
    pub after: f32,
    /// M-steps made.
    pub updates: u32,
}

/// Fits a model to standing, then lets it follow the wearer, who runs and then walks.
///
/// # Errors
/// None, unless something is broken.
pub fn follow(adaptive: &mut Adaptive) -> Result<Report, Error> {
    let walking = recordings(Activity::Walking);
    let last = walking.rchunks(RECORDING).next().unwrap_or_default();
    let before = adaptive.model().mean_log_likelihood(last)?;
    let mut updates = 0;
    for x in recordings(Activity::Running).iter().chain(walking) {
        updates += u32::from(adaptive.take(x)?.is_some());
    }
    Ok(Report { before, after: adaptive.model().mean_log_likelihood(last)?, updates })
}

/// A model of standing.
///
/// # Errors
/// None, unless the fit is broken.
pub fn standing() -> Result<Gmm<f32, 6, 4>, Error> {
    let mut gmm = Gmm::unfitted();
    let data = recordings(Activity::Standing);
    init::farthest_first(&mut gmm, data)?;
    Em::default().with_max_iterations(50).fit(&mut gmm, data)?;
    Ok(gmm)
}
