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

use crate::START;
use crate::motions::ACTIVITIES;
use crate::runs::{K, Mixed, Sorted};
use canvas::{Entry, Frame, Mark, sheet};
use colour::{GREY, series};
use scale::Axis;

const DIRECTORY: &str = "activity-output";

pub(crate) fn draw(runs: &[Mixed], forgetting: &Sorted, settling: &Sorted) -> Result<(), String> {
    let clusters = clusters(&runs[0])?;
    let drift = drift(forgetting, settling)?;
    std::fs::create_dir_all(DIRECTORY).map_err(|error| error.to_string())?;
    for (name, svg) in [("clusters.svg", clusters), ("drift.svg", drift)] {
        let path = format!("{DIRECTORY}/{name}");
        std::fs::write(&path, svg).map_err(|error| format!("cannot write {path}: {error}"))?;
        println!("  {path}");
    }
    Ok(())
}

/// A bar for each cluster, split by activity.
fn clusters(run: &Mixed) -> Result<String, String> {
    let most = run.table.iter().map(|row| row.iter().sum::<u32>()).max().unwrap_or(1);
    let ticks = (0..K).map(|k| (k as f64 + 0.5, format!("{}", k + 1))).collect();
    let frame = Frame {
        title: "BasicMotions: what the clusters hold at the end of the mixed stream".into(),
        subtitle: format!("first run, adjusted Rand index {:.3}", run.at_the_end),
        x: Axis::with_ticks("cluster", 0.0..=K as f64, ticks),
        y: Axis::linear("samples", 0.0, 1.05 * f64::from(most), 8),
        legend: (0..ACTIVITIES.len()).map(|a| Entry::new(Mark::Patch(series(a)), ACTIVITIES[a])).collect(),
    };
    sheet(&frame, |plot| {
        for (k, row) in run.table.iter().enumerate() {
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

/// ln p of samples as they come, in means of 50.
fn drift(forgetting: &Sorted, settling: &Sorted) -> Result<String, String> {
    const WINDOW: usize = 50;
    let curve = |run: &Sorted| -> Vec<(f64, f64)> {
        let windows = run.log_densities.chunks(WINDOW).enumerate();
        let at = |i: usize| (START + i * WINDOW + WINDOW / 2) as f64;
        windows.map(|(i, w)| (at(i), w.iter().sum::<f64>() / w.len() as f64)).collect()
    };
    let curves = [curve(forgetting), curve(settling)];
    let frame = Frame {
        title: "BasicMotions: one activity after the other".into(),
        subtitle: "mean log-density of 50 samples, each before the model learns from it; lines where the activity changes".into(),
        x: Axis::linear("sample: standing, running, walking, badminton", 0.0, 4000.0, 8),
        y: Axis::of_values("mean ln p", curves.iter().flatten().map(|p| p.1.max(-60.0))),
        legend: vec![
            Entry::new(Mark::Line(series(0), 2.5), "step 0.01: follows, forgets"),
            Entry::new(Mark::Line(series(1), 2.5), "step 1/(t + 200): settles"),
        ],
    };
    let (least, most) = (frame.y.least, frame.y.most);
    sheet(&frame, |plot| {
        for change in [1000.0, 2000.0, 3000.0] {
            plot.line(&[(change, least), (change, most)], 1.0, GREY, 1.0)?;
        }
        plot.line(&curves[1], 2.5, series(1), 1.0)?;
        plot.line(&curves[0], 2.5, series(0), 1.0)
    })
}
