//! Recordings of people whom the model does not know, in which one sensor fails.

use crate::monitor::{Judged, K, Monitor, RATE};
use crate::motions::{D, RECORDING, Sample};
use gaussmix::novelty::DistanceTest;
use gaussmix::{Em, Error, Gmm, MStep, init};
use rand_pcg::Pcg32;

/// Recordings of each activity; models are fitted to the first half.
const RECORDINGS: usize = 10;
/// The reading at which a sensor fails: three seconds into a recording.
pub(crate) const FAILURE: usize = 30;

/// What a sensor reads once it has failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    /// The last number, for ever.
    Stuck,
    NoNumber,
    /// A number beyond its range.
    OutOfRange,
}

pub(crate) const FAULTS: [(&str, Fault); 3] =
    [("stuck", Fault::Stuck), ("no number", Fault::NoNumber), ("out of range", Fault::OutOfRange)];

impl Fault {
    /// The reading of a sensor that read `last` before it failed.
    fn reading(self, last: f64) -> f64 {
        match self {
            Self::Stuck => last,
            Self::NoNumber => f64::NAN,
            Self::OutOfRange => 9999.0,
        }
    }
}

/// The recordings that models are fitted to, and those held out, of some activities.
pub(crate) fn halves<'a>(samples: &'a [Sample], activities: &[usize]) -> [Vec<&'a [Sample]>; 2] {
    let (mut halves, mut count) = ([Vec::new(), Vec::new()], 0);
    for recording in samples.chunks(RECORDING) {
        if activities.contains(&recording[0].activity) {
            halves[usize::from(count % RECORDINGS >= RECORDINGS / 2)].push(recording);
        }
        count += 1;
    }
    halves
}

/// The best of ten fits.
pub(crate) fn fitted(training: &[&[Sample]]) -> Result<Gmm<f64, D, K>, Error> {
    let data: Vec<[f64; D]> = training.iter().flat_map(|recording| recording.iter()).map(|s| s.x).collect();
    let mut gmm = Gmm::unfitted();
    let em = Em::default().with_m_step(MStep::default().with_ridge(1e-6)?);
    em.fit_best_of(&mut gmm, 10, init::mixed, &data, &mut Pcg32::new(1, 1))?;
    Ok(gmm)
}

/// One reading.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// What the sensor would have read.
    pub(crate) truth: f64,
    pub(crate) judged: Judged,
    /// Whether there is an alarm without a monitor. A reading that the model refuses is one.
    pub(crate) by_six: bool,
}

/// A recording whose sensor fails at [`FAILURE`].
pub(crate) fn follow(
    gmm: &Gmm<f64, D, K>,
    recording: &[Sample],
    sensor: usize,
    fault: Fault,
) -> Result<Vec<Step>, Error> {
    let six = DistanceTest::new(RATE)?;
    let mut monitor = Monitor::new(gmm)?;
    let mut steps = Vec::new();
    for (t, sample) in recording.iter().enumerate() {
        let mut x = sample.x;
        if t >= FAILURE {
            x[sensor] = fault.reading(recording[FAILURE - 1].x[sensor]);
        }
        let by_six = six.is_novel(gmm, x).unwrap_or(true);
        steps.push(Step { truth: sample.x[sensor], judged: monitor.observe(x)?, by_six });
    }
    Ok(steps)
}

/// What came of failures, one in every recording.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outcome {
    /// Root mean squared errors, in the units of the sensor: of the imputed reading, of the sensor's mean, and of the
    /// last reading before the failure.
    pub(crate) errors: [f64; 3],
    /// The share of true readings within two standard deviations of the imputed one.
    pub(crate) within: f64,
    /// The share of readings with an alarm: before the failure; after it without a monitor, and with.
    pub(crate) alarms: [f64; 3],
}

pub(crate) fn trial(
    gmm: &Gmm<f64, D, K>,
    recordings: &[&[Sample]],
    sensor: usize,
    fault: Fault,
) -> Result<Outcome, Error> {
    let mean = gmm.collapse()?.means()[0][sensor];
    let (mut sums, mut working, mut lost) = (Outcome::default(), 0.0, 0.0);
    for recording in recordings {
        let steps = follow(gmm, recording, sensor, fault)?;
        let (before, after) = steps.split_at(FAILURE);
        let last = before[FAILURE - 1].truth;
        working += before.len() as f64;
        lost += after.len() as f64;
        sums.alarms[0] += before.iter().filter(|step| step.judged.is_novel).count() as f64;
        for step in after {
            let imputed = step.judged.x[sensor];
            for (sum, value) in sums.errors.iter_mut().zip([imputed, mean, last]) {
                *sum += (value - step.truth).powi(2);
            }
            sums.within += f64::from((imputed - step.truth).abs() <= 2.0 * step.judged.spread[sensor]);
            sums.alarms[1] += f64::from(step.by_six);
            sums.alarms[2] += f64::from(step.judged.is_novel);
        }
    }
    let [before, six, monitor] = sums.alarms;
    Ok(Outcome {
        errors: sums.errors.map(|sum| (sum / lost).sqrt()),
        within: sums.within / lost,
        alarms: [before / working, six / lost, monitor / lost],
    })
}

/// The mean share of alarms over all sensors.
pub(crate) fn alarms(
    gmm: &Gmm<f64, D, K>,
    recordings: &[&[Sample]],
    fault: Fault,
) -> Result<[f64; 3], Error> {
    let mut alarms = [0.0; 3];
    for sensor in 0..D {
        for (sum, share) in alarms.iter_mut().zip(trial(gmm, recordings, sensor, fault)?.alarms) {
            *sum += share;
        }
    }
    Ok(alarms.map(|sum| sum / D as f64))
}
