//! A detector learns standing, walking and running, loses power, and watches: their other recordings, then badminton.

use crate::data::{Activity, RECORDING, recordings};
use crate::digest::Digest;
use gaussmix::detector::Detector;
use gaussmix::novelty::Novelty;
use gaussmix::{Covariance, Error};

/// Samples of a window: two seconds.
pub const WINDOW: u32 = 20;
/// Windows of the learning: 25 of each of three activities, but the first.
pub const LEARNING: u32 = 74;

/// Mean and ln standard deviation of an accelerometer.
pub type Three<C> = Detector<f32, 3, 6, 4, C>;
/// The same of an accelerometer and a gyroscope.
pub type Six<C> = Detector<f32, 6, 12, 4, C>;

/// What came of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// Components after the learning.
    pub components: usize,
    /// In how many windows the alarm stood: of what it had learnt, and of badminton.
    pub alarms: [u32; 2],
    /// Of all scores.
    pub digest: u64,
}

/// A detector that follows what changes slowly.
///
/// # Errors
/// None.
pub fn new<const AXES: usize, const D: usize, C: Covariance>() -> Result<Detector<f32, AXES, D, 4, C>, Error>
{
    let detector = Detector::new(WINDOW)?.with_novelty(Novelty::new(0.04)?);
    detector.with_learning(LEARNING)?.with_adaptation(0.02)
}

/// The samples of three activities in turn, of the recordings that are learnt; or those of all four, of the others.
pub fn signal<const AXES: usize>(is_learnt: bool) -> impl Iterator<Item = [f32; AXES]> {
    let activities = [Activity::Standing, Activity::Walking, Activity::Running, Activity::Badminton];
    let halves = activities.into_iter().take(if is_learnt { 3 } else { 4 }).flat_map(move |activity| {
        let (first, second) = recordings(activity).split_at_checked(5 * RECORDING).unwrap_or_default();
        if is_learnt { first } else { second }
    });
    halves.map(|x| {
        let mut axes = [0.0; AXES];
        axes.iter_mut().zip(x).for_each(|(axis, value)| *axis = *value);
        axes
    })
}

/// Learns, and watches; `reset` comes between, in the midst of a window.
///
/// # Errors
/// None.
pub fn follow<const AXES: usize, const D: usize, C: Covariance>(
    detector: &mut Detector<f32, AXES, D, 4, C>,
    reset: impl FnOnce(&mut Detector<f32, AXES, D, 4, C>),
) -> Result<Report, Error> {
    let (mut report, mut digest, mut windows) = (Report::default(), Digest::default(), 0);
    let mut observe = |detector: &mut Detector<f32, AXES, D, 4, C>, x: [f32; AXES]| {
        if let Some(window) = detector.observe(x)? {
            digest.add(window.log_density.unwrap_or_default());
            let [learnt, other] = &mut report.alarms;
            windows += 1;
            *if windows <= LEARNING + 1 + 3 * 25 { learnt } else { other } += u32::from(window.is_alarm);
        }
        Ok::<_, Error>(())
    };
    signal(true).try_for_each(|x| observe(detector, x))?;
    report.components = detector.model().live().count();
    let middle = WINDOW as usize / 2;
    signal(false).take(middle).try_for_each(|x| observe(detector, x))?;
    reset(detector);
    signal(false).skip(middle).try_for_each(|x| observe(detector, x))?;
    report.digest = digest.value();
    Ok(report)
}
