//! The same job on the host: what an image must say.

use gaussmix::Error;
use gaussmix::detector::Event;
use gaussmix::persist::Persist;

/// What the image says, by what says it: tasks of different priority may say it in another order.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Said {
    /// Of the task that watches.
    pub(crate) watched: Vec<String>,
    /// The digests of what was stored.
    pub(crate) stored: Vec<String>,
    /// At the beginning and at the end.
    pub(crate) others: Vec<String>,
}

/// Halves that are lost: the run that is compared has no gap.
const LOST: u32 = 0;

/// Windows in which the alarm was raised, and whether it stood in the end.
#[derive(Debug, Default)]
pub(crate) struct Alarms {
    pub(crate) raised: Vec<u32>,
    pub(crate) stands: bool,
}

/// Runs the job. Numbers are written in the fewest digits that tell a number from its neighbours, as defmt's decoder
/// writes them, too.
pub(crate) fn run() -> Result<(Said, Alarms), Error> {
    let (mut said, mut alarms) = (Said::default(), Alarms::default());
    let (mut detector, mut windows, mut known) = (job::detector()?, 0_u32, 0);
    let mut stored = detector.clone();
    let readings: Vec<_> = (0..).map_while(job::reading).collect();
    for half in readings.chunks_exact(job::HALF) {
        let mut is_due = false;
        job::mind_gap(&mut detector, &mut known, LOST);
        for reading in half {
            let window = match detector.observe(job::sample(reading)) {
                Ok(Some(window)) => window,
                Ok(None) => continue,
                Err(error) => {
                    said.watched.push(format!("WARN refused: {error:?}"));
                    continue;
                }
            };
            windows += 1;
            let Some(event) = window.event else { continue };
            said.watched.push(format!("INFO window {windows}: {window:?}"));
            is_due |= event != Event::Started;
            if event == Event::Raised {
                alarms.raised.push(windows);
            }
        }
        if is_due {
            said.stored.push(format!("{:016x}", detector.digest()));
            stored = detector.clone();
        }
    }
    alarms.stands = detector.is_alarm();
    said.others.push(format!("INFO {:?}", job::novelty()?));
    let mixture: String = (0..4).map(|k| component(&stored, k)).collect();
    said.others.push(format!("INFO loaded {:016x}", stored.digest()));
    let (state, alarm, threshold) = (stored.state(), stored.is_alarm(), stored.threshold());
    said.others.push(format!("INFO {state:?}, alarm: {alarm}, threshold: {threshold:?}; {mixture}"));
    let steps = stored.run().steps();
    said.others.push(format!("INFO {steps} steps, the next of {:?}; {mixture}", 0.02_f32));
    said.others.push(format!("INFO {:?}", stored.run().last_update()));
    said.others.push(format!("INFO {} readings, {LOST} halves lost", job::READINGS));
    Ok((said, alarms))
}

/// A component of the mixture, as the crate's `defmt::Format` writes it.
fn component(detector: &job::Watch, k: usize) -> String {
    let model = detector.model();
    let covariance = model.covariances()[k];
    let deviations: [f32; 6] = std::array::from_fn(|j| covariance[(j, j)].sqrt());
    format!("{k}: weight {:?}  mean {:?}  deviation {deviations:?}; ", model.weights()[k], model.means()[k])
}
