//! A model of one activity, and what it says of all.

use crate::auc::auc;
use crate::motions::{ACTIVITIES, D, RECORDING, Sample};
use gaussmix::{Em, Error, Gmm, MStep, init};
use rand_pcg::Pcg32;

const K: usize = 4;
/// Recordings that the model is fitted to.
const TRAINING: usize = 5;
/// Samples in a window: one second.
const WINDOW: usize = 10;

/// Scores by activity; of the normal one, only held-out recordings.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) normal: usize,
    /// ln p of samples.
    pub(crate) samples: [Vec<f64>; ACTIVITIES.len()],
    /// Its means over windows.
    pub(crate) windows: [Vec<f64>; ACTIVITIES.len()],
    /// The median of the training windows' means.
    pub(crate) typical: f64,
}

pub(crate) fn report(samples: &[Sample], normal: usize) -> Result<Report, Error> {
    let recordings = |activity: usize| {
        samples.chunks(RECORDING).filter(move |recording| recording[0].activity == activity)
    };
    let training: Vec<[f64; D]> = recordings(normal).take(TRAINING).flatten().map(|s| s.x).collect();
    let mut gmm: Gmm<f64, D, K> = Gmm::unfitted();
    // The best fits would give three far samples a component of their own.
    let em = Em::default().with_m_step(MStep::default().with_ridge(1e-6)?);
    em.fit_best_of(&mut gmm, 10, init::mixed, &training, &mut Pcg32::new(1, 1))?;
    let mut report =
        Report { normal, samples: Default::default(), windows: Default::default(), typical: 0.0 };
    for activity in 0..ACTIVITIES.len() {
        let seen = if activity == normal { TRAINING } else { 0 };
        for recording in recordings(activity).skip(seen) {
            let scores = log_densities(&gmm, recording)?;
            report.windows[activity].extend(means(&scores));
            report.samples[activity].extend(scores);
        }
    }
    let mut trained = Vec::new();
    for recording in recordings(normal).take(TRAINING) {
        trained.extend(means(&log_densities(&gmm, recording)?));
    }
    trained.sort_by(f64::total_cmp);
    report.typical = trained[trained.len() / 2];
    Ok(report)
}

fn log_densities(gmm: &Gmm<f64, D, K>, recording: &[Sample]) -> Result<Vec<f64>, Error> {
    recording.iter().map(|sample| gmm.log_density(sample.x)).collect()
}

/// The means of all windows of a recording.
fn means(scores: &[f64]) -> impl Iterator<Item = f64> {
    scores.windows(WINDOW).map(|window| window.iter().sum::<f64>() / WINDOW as f64)
}

impl Report {
    /// The areas by sample, by window, and by how typical a window is.
    pub(crate) fn areas(&self) -> [f64; 3] {
        let typical = self.windows.each_ref().map(|w| w.iter().map(|m| -(m - self.typical).abs()).collect());
        [&self.samples, &self.windows, &typical].map(|scores| {
            let others = (0..ACTIVITIES.len()).filter(|a| *a != self.normal);
            let others: Vec<f64> = others.flat_map(|a| &scores[a]).copied().collect();
            auc(&scores[self.normal], &others)
        })
    }
}
