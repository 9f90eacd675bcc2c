//! A model that follows what a sensor delivers, one sample at a time, tells what is new to it, and makes room for it.

use crate::data::{Activity, RECORDING, recordings};
use gaussmix::init::Covering;
use gaussmix::lifecycle::{Birth, LifeCycle, Pruning, Report as Learnt};
use gaussmix::novelty::Novelty;
use gaussmix::stream::StepSize;
use gaussmix::{Em, Error, Full, Gmm, OnlineEm};

/// What a sensor's interrupt handler would own.
#[derive(Clone, Debug)]
pub struct Adaptive {
    online: OnlineEm<f32, 3, 4>,
    life: LifeCycle<f32, 3>,
    novelty: Novelty<f32>,
}

impl Adaptive {
    /// Starts from a model: the last 100 samples count, and the rate of alarms is 1 %.
    ///
    /// # Errors
    /// None.
    pub fn new(gmm: Gmm<f32, 3, 4>) -> Result<Self, Error> {
        Ok(Self {
            online: OnlineEm::new(gmm, StepSize::constant(0.01)?)?.with_interval(10),
            life: LifeCycle::default().with_birth(Birth::default()).with_pruning(Pruning::default()),
            novelty: Novelty::new(0.01)?,
        })
    }

    /// Takes in one sample; says whether it is new, and what it changed.
    ///
    /// # Errors
    /// As [`OnlineEm::observe`]; the sample is then lost, and nothing else.
    #[inline(never)]
    pub fn take(&mut self, x: &[f32; 3]) -> Result<(bool, Learnt<f32, 4>), Error> {
        let learnt = self.life.observe(&mut self.online, x)?;
        Ok((self.novelty.observe(learnt.posterior.log_density)?, learnt))
    }

    /// The model as it stands.
    #[must_use]
    pub fn model(&self) -> &Gmm<f32, 3, 4> {
        self.online.model()
    }
}

/// What happened while the wearer stood, ran and walked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// Mean log-density of the last recording of running under the model of standing.
    pub before: f32,
    /// The same under the model when the running ends.
    pub after: f32,
    /// Novel samples while standing, after the first recording.
    pub false_alarms: u32,
    /// Novel samples in the first recording of running.
    pub alarms: u32,
    /// Components born.
    pub births: usize,
    /// Components that died.
    pub deaths: usize,
}

/// The accelerometer's part of the recordings of an activity.
fn acceleration(activity: Activity) -> impl Iterator<Item = [f32; 3]> + Clone {
    recordings(activity).iter().map(|[x, y, z, ..]| [*x, *y, *z])
}

/// Lets a model of standing follow the wearer, who stands, runs, and walks.
///
/// # Errors
/// None, unless something is broken.
pub fn follow(adaptive: &mut Adaptive) -> Result<Report, Error> {
    let mut report = Report::default();
    let last = || acceleration(Activity::Running).skip(RECORDING * 9);
    report.before = adaptive.model().mean_log_likelihood(last())?;
    for activity in [Activity::Standing, Activity::Running, Activity::Walking] {
        for (t, x) in acceleration(activity).enumerate() {
            let (is_novel, learnt) = adaptive.take(&x)?;
            report.births += usize::from(learnt.born.is_some());
            report.deaths += learnt.changes.removed;
            match activity {
                Activity::Standing if t >= RECORDING => report.false_alarms += u32::from(is_novel),
                Activity::Running if t < RECORDING => report.alarms += u32::from(is_novel),
                _ => {}
            }
        }
        if activity == Activity::Running {
            report.after = adaptive.model().mean_log_likelihood(last())?;
        }
    }
    Ok(report)
}

/// A model of standing: two components from one pass over it and EM, and two free slots.
///
/// # Errors
/// None, unless the fit is broken.
pub fn standing() -> Result<Gmm<f32, 3, 4>, Error> {
    let mut covering: Covering<f32, 3, 8, Full> = Covering::new();
    for x in acceleration(Activity::Standing) {
        covering.observe(x)?;
    }
    let mut two: Gmm<f32, 3, 2> = Gmm::unfitted();
    covering.start(&mut two)?;
    Em::default().with_max_iterations(50).fit(&mut two, acceleration(Activity::Standing))?;
    let ([a, b], [m, n], [s, t]) = (*two.weights(), *two.means(), two.covariances());
    Gmm::new([a, b, 0.0, 0.0], [m, n, m, n], [s, t, s, t])
}
