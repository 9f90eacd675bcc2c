//! What the clusters hold, and how two models follow a stream that changes.

#[allow(dead_code)]
#[path = "../faithful/pictures/canvas.rs"]
mod canvas;
#[allow(dead_code)]
#[path = "../faithful/pictures/colour.rs"]
mod colour;
#[allow(dead_code)]
#[path = "../faithful/pictures/scale.rs"]
mod scale;

use crate::motions::{ACTIVITIES, RECORDING};
use crate::runs::{Event, Run, START, STRIDE};
use canvas::{Entry, Frame, Mark, sheet};
use colour::{GREY, INK, series};
use scale::Axis;

const DIRECTORY: &str = "activity-output";
/// Windows in a recording, and samples in a second.
const WINDOWS: usize = 17;
const RATE: usize = 10;

pub(crate) fn draw(shuffled: &Run, settling: &Run, without: &Run) -> Result<(), String> {
    let clusters = clusters(shuffled)?;
    let drift = drift(settling, without)?;
    std::fs::create_dir_all(DIRECTORY).map_err(|error| error.to_string())?;
    for (name, svg) in [("clusters.svg", clusters), ("drift.svg", drift)] {
        let path = format!("{DIRECTORY}/{name}");
        std::fs::write(&path, svg).map_err(|error| format!("cannot write {path}: {error}"))?;
        println!("  {path}");
    }
    Ok(())
}

/// A bar for each component, split by activity.
fn clusters(run: &Run) -> Result<String, String> {
    let rows: Vec<_> = run.table().into_iter().filter(|row| row.iter().any(|n| *n > 0)).collect();
    let most = rows.iter().map(|row| row.iter().sum::<u32>()).max().unwrap_or(1);
    let ticks = (0..rows.len()).map(|k| (k as f64 + 0.5, format!("{}", k + 1))).collect();
    let frame = Frame {
        title: "BasicMotions: what the components took as it came".into(),
        subtitle: format!(
            "windows of two seconds in the first of ten orders; adjusted Rand index {:.3}",
            run.index()
        ),
        x: Axis::with_ticks("component", 0.0..=rows.len() as f64, ticks),
        y: Axis::linear("windows", 0.0, 1.05 * f64::from(most), 8),
        legend: (0..ACTIVITIES.len()).map(|a| Entry::new(Mark::Patch(series(a)), ACTIVITIES[a])).collect(),
    };
    sheet(&frame, |plot| {
        for (k, row) in rows.iter().enumerate() {
            let (left, right) = (k as f64 + 0.15, k as f64 + 0.85);
            let mut below = 0.0;
            for (activity, count) in row.iter().enumerate() {
                let above = below + f64::from(*count);
                let corners = vec![(left, below), (right, below), (right, above), (left, above)];
                plot.patch(corners, series(activity))?;
                below = above;
            }
        }
        Ok(())
    })
}

/// The second at which window `t` of the stream ends.
fn second(t: usize) -> f64 {
    (t / WINDOWS * RECORDING + t % WINDOWS * STRIDE) as f64 / RATE as f64 + 2.0
}

/// ln p of windows as they come, and where components are born and die.
fn drift(settling: &Run, without: &Run) -> Result<String, String> {
    const LEAST: f64 = -150.0;
    const MOST: f64 = 40.0;
    let curve = |run: &Run| -> Vec<(f64, f64)> {
        run.came.iter().enumerate().map(|(i, w)| (second(START + i), w.0.max(LEAST))).collect()
    };
    let curves = [curve(settling), curve(without)];
    let length = second(START + settling.came.len() - 1);
    let frame = Frame {
        title: "BasicMotions: one activity after the other".into(),
        subtitle: "log-density of each window before the model learns from it; far below the scale counts as its end"
            .into(),
        x: Axis::linear("seconds", 0.0, length, 8),
        y: Axis::linear("ln p", LEAST, MOST, 8),
        legend: vec![
            Entry::new(Mark::Line(series(0), 2.0), "with births"),
            Entry::new(Mark::Line(series(1), 2.0), "the same start without births"),
            Entry::new(Mark::Gap, ""),
            Entry::new(Mark::Symbol(2, series(2), true), "a component is born"),
            Entry::new(Mark::Symbol(4, series(5), true), "one is merged or removed"),
        ],
    };
    sheet(&frame, |plot| {
        let region = length / ACTIVITIES.len() as f64;
        for (a, name) in ACTIVITIES.into_iter().enumerate() {
            let from = a as f64 * region;
            plot.line(&[(from, LEAST), (from, MOST)], 1.0, GREY, 1.0)?;
            plot.text((from + region / 2.0, 33.0), name, INK)?;
        }
        plot.text((second(START) / 2.0, 0.0), "start", GREY)?;
        plot.line(&curves[1], 2.0, series(1), 1.0)?;
        plot.line(&curves[0], 2.0, series(0), 1.0)?;
        for event in &settling.events {
            match event {
                Event::Born(t) => plot.symbol((second(*t), 22.0), 2, series(2), true)?,
                Event::Gone(t) => plot.symbol((second(*t), 14.0), 4, series(5), true)?,
            }
        }
        Ok(())
    })
}
