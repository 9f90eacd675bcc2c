//! The scores of windows under each model, as histograms.

#[allow(dead_code)]
#[path = "../faithful/pictures/canvas.rs"]
mod canvas;
#[allow(dead_code)]
#[path = "../faithful/pictures/colour.rs"]
mod colour;
#[allow(dead_code)]
#[path = "../faithful/pictures/scale.rs"]
mod scale;

use crate::motions::ACTIVITIES;
use crate::scores::Report;
use canvas::{Entry, Frame, Mark, sheet};
use colour::{GREY, series};
use scale::{Axis, SignedLog};

const DIRECTORY: &str = "anomaly-output";

pub(crate) fn draw(reports: &[Report]) -> Result<(), String> {
    std::fs::create_dir_all(DIRECTORY).map_err(|error| error.to_string())?;
    for report in reports {
        let path = format!("{DIRECTORY}/{}.svg", ACTIVITIES[report.normal]);
        std::fs::write(&path, shares(report)?).map_err(|error| format!("cannot write {path}: {error}"))?;
        println!("  {path}");
    }
    Ok(())
}

/// How many of each activity's windows lie below which log-density. The axis is logarithmic on both sides of the
/// threshold: other activities lie from tens to many thousands of nats below it.
fn shares(report: &Report) -> Result<String, String> {
    let scale = SignedLog { unit: 3.0 };
    let place = |score: f64| scale.place(score - report.threshold);
    let mut curves: Vec<Vec<(f64, f64)>> = Vec::new();
    for windows in &report.windows {
        let mut sorted: Vec<f64> = windows.iter().map(|score| place(*score)).collect();
        sorted.sort_by(f64::total_cmp);
        let share = |i: usize| i as f64 / sorted.len() as f64;
        curves.push(
            sorted.iter().enumerate().flat_map(|(i, at)| [(*at, share(i)), (*at, share(i + 1))]).collect(),
        );
    }
    let (least, most) = scale::extremes(curves.iter().flatten().map(|p| p.0));
    let (least, most) = (least - 0.1, most.max(0.3) + 0.1);
    for curve in &mut curves {
        curve.insert(0, (least, 0.0));
        curve.push((most, 1.0));
    }
    let name = ACTIVITIES[report.normal];
    let [single, mean, windows] = report.areas();
    let mut legend: Vec<Entry> = (0..ACTIVITIES.len())
        .map(|a| {
            let role = if a == report.normal { " (normal, held out)" } else { "" };
            Entry::new(Mark::Line(series(a), 2.5), format!("{}{role}", ACTIVITIES[a]))
        })
        .collect();
    legend.push(Entry::new(Mark::Line(GREY, 1.0), "1 % of left-out windows"));
    let frame = Frame {
        title: format!("BasicMotions: windows' features under a model of {name}"),
        subtitle: format!(
            "area under the ROC curve {windows:.3}; by single samples {single:.3}, by means of twenty {mean:.3}"
        ),
        x: Axis::with_ticks(
            "ln p less the threshold, in nats (linear near 0, logarithmic beyond)",
            least..=most,
            scale.ticks(least..=most, "0"),
        ),
        y: Axis::linear("share of the windows below", 0.0, 1.02, 6),
        legend,
    };
    sheet(&frame, |plot| {
        plot.line(&[(0.0, 0.0), (0.0, 1.02)], 1.0, GREY, 1.0)?;
        for a in (0..ACTIVITIES.len()).filter(|a| *a != report.normal).chain([report.normal]) {
            plot.line(&curves[a], 2.5, series(a), 1.0)?;
        }
        Ok(())
    })
}
