//! A model of one activity, and what it says of all.

use crate::auc::auc;
use crate::motions::{ACTIVITIES, RECORDING, Sample, WINDOW, windows};
use gaussmix::{Covariance, Diagonal, Em, Error, Full, Gmm, MStep, init, novelty};
use rand_pcg::Pcg32;

const K: usize = 4;
/// Recordings that a model is fitted to.
const TRAINING: usize = 5;
/// What is added to every variance of a model of samples. The best fits would give three far samples a component of
/// their own.
const RIDGE: f64 = 1e-6;
/// Of which of these is added to every variance of a model of windows, the training recordings decide.
const RIDGES: [f64; 5] = [1e-4, 1e-3, 1e-2, 1e-1, 1.0];
/// The share of the left-out training windows that the threshold calls anomalies.
const RATE: f64 = 0.01;

/// A score for each sample or window of an activity; of the normal one, only of held-out recordings.
pub(crate) type Scores = [Vec<f64>; ACTIVITIES.len()];

#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) normal: usize,
    /// ln p of single samples.
    pub(crate) samples: Scores,
    /// Its means over the samples of a window.
    pub(crate) means: Scores,
    /// ln p of windows' features.
    pub(crate) windows: Scores,
    /// The [`RATE`] quantile of ln p of the training windows, each under a model that its recording had no part in.
    pub(crate) threshold: f64,
}

pub(crate) fn report(samples: &[Sample], normal: usize) -> Result<Report, Error> {
    let recordings: Vec<&[Sample]> = samples.chunks(RECORDING).collect();
    let by_sample: Vec<_> =
        recordings.iter().map(|r| (r[0].activity, r.iter().map(|s| s.x).collect())).collect();
    let by_window: Vec<_> =
        recordings.iter().map(|r| (r[0].activity, windows(r, 1).map(|w| w.x).collect())).collect();
    let of_samples = scores::<_, Full>(&by_sample, normal, RIDGE)?;
    let training: Vec<_> =
        by_window.iter().filter(|(activity, _)| *activity == normal).take(TRAINING).collect();
    let mut best: Option<(f64, f64, Vec<f64>)> = None;
    for ridge in RIDGES {
        let scores = left_out(&training, ridge)?;
        let sum = scores.iter().sum();
        if best.as_ref().is_none_or(|(most, ..)| sum > *most) {
            best = Some((sum, ridge, scores));
        }
    }
    let (_, ridge, trained) = best.ok_or(Error::EmptyData)?;
    let of_windows = scores::<_, Diagonal>(&by_window, normal, ridge)?;
    let mean = |scores: &[f64]| scores.iter().sum::<f64>() / scores.len() as f64;
    let means = |recording: &Vec<f64>| recording.windows(WINDOW).map(mean).collect::<Vec<f64>>();
    Ok(Report {
        normal,
        means: of_samples.each_ref().map(|recordings| recordings.iter().flat_map(means).collect()),
        samples: of_samples.map(|recordings| recordings.concat()),
        windows: of_windows.map(|recordings| recordings.concat()),
        threshold: novelty::threshold(&trained, RATE)?,
    })
}

/// An activity, and what its recording consists of.
type Recording<const D: usize> = (usize, Vec<[f64; D]>);

/// Fits a model to the first recordings of the normal activity. Returns ln p of all others, by activity and recording.
fn scores<const D: usize, C: Covariance>(
    recordings: &[Recording<D>],
    normal: usize,
    ridge: f64,
) -> Result<[Vec<Vec<f64>>; ACTIVITIES.len()], Error> {
    let (mut training, mut others) = (Vec::new(), Vec::new());
    for recording in recordings {
        let is_training = recording.0 == normal && training.len() < TRAINING;
        if is_training { training.push(recording) } else { others.push(recording) }
    }
    let gmm: Gmm<f64, D, K, C> = fitted(training.into_iter(), ridge)?;
    let mut by_activity: [Vec<Vec<f64>>; ACTIVITIES.len()] = Default::default();
    for (activity, x) in others {
        by_activity[*activity].push(log_densities(&gmm, x)?);
    }
    Ok(by_activity)
}

/// ln p of each recording's windows under a model of the others.
fn left_out<const D: usize>(recordings: &[&Recording<D>], ridge: f64) -> Result<Vec<f64>, Error> {
    let mut scores = Vec::new();
    for (i, (_, x)) in recordings.iter().enumerate() {
        let others = recordings.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, recording)| *recording);
        let gmm: Gmm<f64, D, K, Diagonal> = fitted(others, ridge)?;
        scores.extend(log_densities(&gmm, x)?);
    }
    Ok(scores)
}

fn fitted<'a, const D: usize, C: Covariance>(
    recordings: impl Iterator<Item = &'a Recording<D>>,
    ridge: f64,
) -> Result<Gmm<f64, D, K, C>, Error> {
    let data: Vec<[f64; D]> = recordings.flat_map(|(_, x)| x).copied().collect();
    let mut gmm = Gmm::unfitted();
    let em = Em::default().with_m_step(MStep::default().with_ridge(ridge)?);
    em.fit_best_of(&mut gmm, 10, init::mixed, &data, &mut Pcg32::new(1, 1))?;
    Ok(gmm)
}

fn log_densities<const D: usize, C: Covariance>(
    gmm: &Gmm<f64, D, K, C>,
    data: &[[f64; D]],
) -> Result<Vec<f64>, Error> {
    let mut scores = vec![0.0; data.len()];
    gmm.log_densities(data, &mut scores)?;
    Ok(scores)
}

impl Report {
    /// The areas under the ROC curve by single samples, by their means over a window, and by windows' features.
    pub(crate) fn areas(&self) -> [f64; 3] {
        [&self.samples, &self.means, &self.windows]
            .map(|scores| auc(&scores[self.normal], &self.others(scores)))
    }

    /// The share of windows that the threshold calls anomalies: of the normal ones, and of all others.
    pub(crate) fn alarms(&self) -> [f64; 2] {
        let share = |scores: &[f64]| {
            scores.iter().filter(|score| **score < self.threshold).count() as f64 / scores.len() as f64
        };
        [share(&self.windows[self.normal]), share(&self.others(&self.windows))]
    }

    fn others(&self, scores: &Scores) -> Vec<f64> {
        let others = (0..ACTIVITIES.len()).filter(|a| *a != self.normal);
        others.flat_map(|a| &scores[a]).copied().collect()
    }
}
