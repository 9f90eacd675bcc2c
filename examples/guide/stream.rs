//! The picture of `guide::stream`: clusters that drift, come and go.

use crate::svg::{COLOURS, Page};
use gaussmix::lifecycle::{Birth, LifeCycle, Pruning};
use gaussmix::select::ColdStart;
use gaussmix::stream::StepSize;
use gaussmix::{Diagonal, Error, Gmm, OnlineEm};
use rand_pcg::Pcg32;

const SAMPLES: u32 = 6000;
const SLOTS: usize = 4;

/// The sensor: one cluster drifts, one stands still and ends at 4000, one begins at 2000.
fn sensor(t: u32, rng: &mut Pcg32) -> Result<[f32; 1], Error> {
    let drift = 20.0 + 15.0 * t as f32 / SAMPLES as f32;
    let shares = [0.5, if t < 4000 { 0.3 } else { 0.0 }, if t < 2000 { 0.0 } else { 0.3 }];
    let sum: f32 = shares.iter().sum();
    let world: Gmm<f32, 1, 3, Diagonal> = Gmm::new(
        shares.map(|s| s / sum),
        [[drift], [50.0], [75.0]],
        [[4.0].into(), [2.0].into(), [6.0].into()],
    )?;
    Ok(world.sample(rng))
}

/// A stretch of time in which a slot was live: time, mean, standard deviation.
type Life = (usize, Vec<[f64; 3]>);

pub(crate) fn stream() -> Result<String, Error> {
    let mut rng = Pcg32::new(11, 1);
    let mut page = Page::new([640.0, 320.0], "Readings over time with the components that follow them");
    let mut plot = page.plot([0.0, f64::from(SAMPLES)], [5.0, 90.0]);
    plot.frame("One sample at a time: a cluster drifts, one is born, one dies", "sample", "reading");
    plot.ticks(&[0.0, 1000.0, 2000.0, 3000.0, 4000.0, 5000.0, 6000.0], &[20.0, 40.0, 60.0, 80.0], 0);

    let mut cold: ColdStart<f32, 1, 64> = ColdStart::new();
    let mut run: OnlineEm<f32, 1, SLOTS, Diagonal> = OnlineEm::unfitted();
    run.set_step(StepSize::constant(0.005)?);
    let mut life = LifeCycle::default().with_birth(Birth::default()).with_pruning(Pruning::default());
    let (mut open, mut lives): ([Option<Life>; SLOTS], Vec<Life>) = (Default::default(), Vec::new());
    let (mut marks, mut readings) = (Vec::new(), Vec::new());
    for t in 0..SAMPLES {
        let reading = sensor(t, &mut rng)?;
        if t % 8 == 0 {
            readings.push([f64::from(t), f64::from(reading[0])]);
        }
        if run.steps() > 0 {
            let report = life.observe(&mut run, reading)?;
            if let Some(k) = report.born {
                marks.push((t, run.model().means()[k][0], "born"));
            }
        } else if cold.observe(reading)? {
            let mut gmm = Gmm::unfitted();
            cold.start(&mut gmm)?;
            run.reset(&gmm)?;
            run.observe(reading)?;
        }
        if run.steps() == 0 {
            continue;
        }
        let live: Vec<usize> = run.model().live().collect();
        let deviations = run.model().covariances();
        for k in 0..SLOTS {
            if live.contains(&k) {
                let (mean, deviation) = (run.model().means()[k][0], deviations[k][0].sqrt());
                let (_, points) = open[k].get_or_insert_with(|| (k, Vec::new()));
                if points.is_empty() || t % 40 == 0 {
                    points.push([f64::from(t), f64::from(mean), f64::from(deviation)]);
                }
            } else if let Some(past) = open[k].take() {
                if let Some([_, mean, _]) = past.1.last() {
                    marks.push((t, *mean as f32, "died"));
                }
                lives.push(past);
            }
        }
    }
    lives.extend(open.into_iter().flatten());
    plot.cloud("#888", &readings);
    for (k, points) in &lives {
        let edge = |side: f64| points.iter().map(|[t, m, s]| [*t, m + side * s]).collect::<Vec<_>>();
        plot.band(COLOURS[*k], &edge(-2.0), &edge(2.0));
        plot.curve(COLOURS[*k], "stroke-width=\"2\"", points.iter().map(|[t, m, _]| [*t, *m]));
    }
    for (t, mean, word) in marks {
        plot.dot("#222", 4.0, [f64::from(t), f64::from(mean)]);
        let (side, anchor) = if t > SAMPLES * 3 / 4 { (-60.0, "end") } else { (60.0, "start") };
        let at = [f64::from(t) + side, f64::from(mean) + 7.0];
        plot.label(at, anchor, "#222", &format!("{word} at {t}"));
    }
    Ok(page.finish())
}
