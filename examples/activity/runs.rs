//! Models of windows: a batch fit, and runs that meet one recording after the other.

use crate::index::adjusted_rand;
use crate::motions::{ACTIVITIES, FEATURES, RECORDING, Sample, Window, windows};
use gaussmix::lifecycle::{Birth, LifeCycle, Merging, Pruning};
use gaussmix::novelty::DistanceTest;
use gaussmix::select::ColdStart;
use gaussmix::stream::StepSize;
use gaussmix::{Diagonal, Em, Error, Gmm, MStep, OnlineEm, init};
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

/// Room for components: twice as many as there are activities.
pub(crate) const SLOTS: usize = 8;
/// Windows that a run starts from: six recordings of 40.
pub(crate) const START: usize = 102;
/// Samples from one window to the next: half a second.
pub(crate) const STRIDE: usize = 5;
/// What is added to every variance. People differ: the few of the start say too little about how much.
const RIDGE: f64 = 0.02;

type Table = [[u32; ACTIVITIES.len()]; SLOTS];

/// The windows of each recording, in the order of the file.
pub(crate) fn recordings(samples: &[Sample]) -> Vec<Vec<Window>> {
    samples.chunks(RECORDING).map(|recording| windows(recording, STRIDE).collect()).collect()
}

/// The adjusted Rand index of a batch fit of four diagonal components, which sees all the data again and again.
pub(crate) fn batch<const D: usize>(data: &[([f64; D], usize)]) -> Result<f64, Error> {
    let x: Vec<[f64; D]> = data.iter().map(|row| row.0).collect();
    let mut gmm: Gmm<f64, D, 4, Diagonal> = Gmm::unfitted();
    Em::default().fit_best_of(&mut gmm, 20, init::mixed, &x, &mut Pcg32::new(1, 1))?;
    let pairs = data.iter().map(|(x, activity)| Ok((gmm.predict(x)?, *activity)));
    let pairs: Vec<(usize, usize)> = pairs.collect::<Result<_, Error>>()?;
    Ok(adjusted_rand::<4, { ACTIVITIES.len() }>(pairs.into_iter()))
}

/// Numbers below `n` in an order that `seed` chooses (Fisher & Yates 1938).
pub(crate) fn shuffled(n: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    let mut rng = Pcg32::new(seed, 7);
    for i in (1..n).rev() {
        order.swap(i, rng.next_u32() as usize % (i + 1));
    }
    order
}

/// What happened to the set of components, and after how many windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Born(usize),
    /// Removed, or merged with another.
    Gone(usize),
}

/// A run over a stream of windows.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// How many components the start found.
    pub(crate) at_first: usize,
    /// Of each window after the start: ln p before the model learnt from it, its component, and its activity.
    pub(crate) came: Vec<(f64, usize, usize)>,
    pub(crate) events: Vec<Event>,
    pub(crate) last: Gmm<f64, FEATURES, SLOTS, Diagonal>,
}

/// Starts from the first [`START`] windows, and learns from the others as they come. With `births`, components come
/// and go.
pub(crate) fn run<'a>(
    stream: impl Iterator<Item = &'a Window>,
    step: StepSize<f64>,
    births: bool,
) -> Result<Run, Error> {
    let m_step = MStep::default().with_ridge(RIDGE)?;
    let em = Em::default().with_m_step(m_step);
    let mut cold: ColdStart<f64, FEATURES, START> = ColdStart::new().with_em(em);
    let mut online: OnlineEm<f64, FEATURES, SLOTS, Diagonal> = OnlineEm::unfitted().with_m_step(m_step);
    online.set_step(step);
    let mut life = LifeCycle::default();
    if births {
        let birth = Birth::default().with_test(DistanceTest::new(1e-6)?);
        life = life
            .with_birth(birth.with_share(0.1)?.with_support(3, 60)?)
            .with_pruning(Pruning::default())
            .with_merging(Merging::default().with_loss(0.1)?)
            .with_interval(10);
    }
    let (mut at_first, mut came, mut events) = (0, Vec::new(), Vec::new());
    for (t, window) in stream.enumerate() {
        if t < START {
            if cold.observe(window.x)? {
                let mut gmm = Gmm::unfitted();
                at_first = cold.start(&mut gmm)?.best.components;
                online.reset(&gmm)?;
            }
            continue;
        }
        let report = life.observe(&mut online, window.x)?;
        let component = report.born.unwrap_or(likeliest(&report.posterior.responsibilities));
        came.push((report.posterior.log_density, component, window.activity));
        events.extend(report.born.map(|_| Event::Born(t)));
        let gone = report.changes.removed + usize::from(report.changes.merged.is_some());
        events.extend((0..gone).map(|_| Event::Gone(t)));
    }
    Ok(Run { at_first, came, events, last: online.into_model() })
}

fn likeliest(responsibilities: &[f64; SLOTS]) -> usize {
    (1..SLOTS).fold(0, |best, k| if responsibilities[k] > responsibilities[best] { k } else { best })
}

impl Run {
    /// The adjusted Rand index of the components that windows had when they came.
    pub(crate) fn index(&self) -> f64 {
        adjusted_rand::<SLOTS, { ACTIVITIES.len() }>(self.came.iter().map(|(_, k, activity)| (*k, *activity)))
    }

    /// Windows of each activity in each component as they came.
    pub(crate) fn table(&self) -> Table {
        let mut table = Table::default();
        for (_, k, activity) in &self.came {
            table[*k][*activity] += 1;
        }
        table
    }

    pub(crate) fn births(&self) -> usize {
        self.events.iter().filter(|event| matches!(event, Event::Born(_))).count()
    }

    pub(crate) fn deaths(&self) -> usize {
        self.events.len() - self.births()
    }

    /// Median ln p of each activity's windows before the model learnt from them.
    pub(crate) fn as_they_came(&self) -> [f64; ACTIVITIES.len()] {
        medians(self.came.iter().map(|(log_density, _, activity)| (*log_density, *activity)))
    }

    /// Median ln p of each activity's windows under the last model.
    pub(crate) fn at_the_end(&self, windows: &[Window]) -> Result<[f64; ACTIVITIES.len()], Error> {
        let scores = windows.iter().map(|w| Ok((self.last.log_density(w.x)?, w.activity)));
        Ok(medians(scores.collect::<Result<Vec<_>, Error>>()?.into_iter()))
    }
}

/// Medians, which a few windows of something new do not move.
fn medians(scores: impl Iterator<Item = (f64, usize)>) -> [f64; ACTIVITIES.len()] {
    let mut of_each: [Vec<f64>; ACTIVITIES.len()] = Default::default();
    scores.for_each(|(score, activity)| of_each[activity].push(score));
    of_each.map(|mut scores| {
        scores.sort_by(f64::total_cmp);
        scores[scores.len() / 2]
    })
}
