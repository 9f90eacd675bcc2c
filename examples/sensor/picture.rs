//! What a failed sensor would have read, and what the others said of it.

#[allow(dead_code)]
#[path = "../faithful/pictures/canvas.rs"]
mod canvas;
#[allow(dead_code)]
#[path = "../faithful/pictures/colour.rs"]
mod colour;
#[allow(dead_code)]
#[path = "../faithful/pictures/scale.rs"]
mod scale;

use crate::motions::{ACTIVITIES, Sample};
use crate::trial::{self, FAILURE, Fault, Step};
use crate::{RUNNING, SENSORS};
use canvas::{Entry, Frame, Mark, sheet};
use colour::{GREY, INK, PALE, series};
use scale::{Axis, extremes};

const DIRECTORY: &str = "sensor-output";
const SENSOR: usize = 0;
/// Samples in a second.
const RATE: f64 = 10.0;

pub(crate) fn draw(samples: &[Sample]) -> Result<(), String> {
    std::fs::create_dir_all(DIRECTORY).map_err(|error| error.to_string())?;
    let path = format!("{DIRECTORY}/running.svg");
    std::fs::write(&path, running(samples)?).map_err(|error| format!("cannot write {path}: {error}"))?;
    println!("  {path}");
    Ok(())
}

/// A recording of running in which a sensor fails.
pub(crate) fn running(samples: &[Sample]) -> Result<String, String> {
    let everything: Vec<usize> = (0..ACTIVITIES.len()).collect();
    let [training, _] = trial::halves(samples, &everything);
    let [_, running] = trial::halves(samples, &[RUNNING]);
    let steps = trial::fitted(&training)
        .and_then(|gmm| trial::follow(&gmm, running[0], SENSOR, Fault::NoNumber))
        .map_err(|error| error.to_string())?;
    recording(&steps)
}

fn recording(steps: &[Step]) -> Result<String, String> {
    let time = |t: usize| t as f64 / RATE;
    let (least, most) = extremes(steps.iter().map(|step| step.truth));
    let (six, five) = (least - 0.2 * (most - least), least - 0.32 * (most - least));
    let last = steps[FAILURE - 1].truth;
    let truth: Vec<_> = steps.iter().enumerate().map(|(t, step)| (time(t), step.truth)).collect();
    let after = || steps.iter().enumerate().skip(FAILURE).map(|(t, step)| (time(t), step.judged));
    let imputed: Vec<_> = after().map(|(t, judged)| (t, judged.x[SENSOR])).collect();
    let band = |sign: f64| {
        after().map(move |(t, judged)| (t, judged.x[SENSOR] + sign * 2.0 * judged.spread[SENSOR]))
    };
    let upper = band(1.0);
    let around: Vec<_> = upper.chain(band(-1.0).collect::<Vec<_>>().into_iter().rev()).collect();
    let count = |rings: fn(&Step) -> bool| steps.iter().filter(|step| rings(step)).count();
    let frame = Frame {
        title: format!("BasicMotions: {} fails after {} s of running", SENSORS[SENSOR], time(FAILURE)),
        subtitle:
            "its reading, as the five other sensors let expect it; a recording that the model does not know"
                .into(),
        x: Axis::linear("time (s)", 0.0, time(steps.len()), 10),
        y: Axis::linear(
            "acceleration along x",
            five - 0.08 * (most - least),
            most + 0.25 * (most - least),
            8,
        ),
        legend: vec![
            Entry::new(Mark::Line(INK, 1.5), "what it would have read"),
            Entry::new(Mark::Line(series(0), 2.5), "imputed"),
            Entry::new(Mark::Patch(PALE), "± 2 standard deviations"),
            Entry::new(Mark::Line(series(1), 1.5), "the last reading"),
            Entry::new(Mark::Gap, ""),
            Entry::new(Mark::Heading, "alarms"),
            Entry::new(
                Mark::Symbol(0, series(5), true),
                format!("by all six: {}", count(|step| step.by_six)),
            ),
            Entry::new(
                Mark::Symbol(1, series(0), true),
                format!("by the five: {}", count(|step| step.judged.is_novel)),
            ),
        ],
    };
    sheet(&frame, |plot| {
        plot.patch(around, PALE)?;
        plot.line(&[(time(FAILURE), frame.y.least), (time(FAILURE), frame.y.most)], 1.0, GREY, 1.0)?;
        plot.line(&[(time(FAILURE - 1), last), (time(steps.len()), last)], 1.5, series(1), 1.0)?;
        plot.line(&truth, 1.5, INK, 1.0)?;
        plot.line(&imputed, 2.5, series(0), 1.0)?;
        for (t, step) in steps.iter().enumerate() {
            if step.by_six {
                plot.symbol((time(t), six), 0, series(5), true)?;
            }
            if step.judged.is_novel {
                plot.symbol((time(t), five), 1, series(0), true)?;
            }
        }
        Ok(())
    })
}
