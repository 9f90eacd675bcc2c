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
use scale::Axis;

const DIRECTORY: &str = "anomaly-output";
const BINS: usize = 60;

pub(crate) fn draw(reports: &[Report]) -> Result<(), String> {
    std::fs::create_dir_all(DIRECTORY).map_err(|error| error.to_string())?;
    for report in reports {
        let path = format!("{DIRECTORY}/{}.svg", ACTIVITIES[report.normal]);
        std::fs::write(&path, histogram(report)?).map_err(|error| format!("cannot write {path}: {error}"))?;
        println!("  {path}");
    }
    Ok(())
}

/// How often windows of each activity have which mean log-density. What is less likely than the scale shows counts in
/// its first bin.
fn histogram(report: &Report) -> Result<String, String> {
    let mut all: Vec<f64> = report.windows.iter().flatten().copied().collect();
    all.sort_by(f64::total_cmp);
    let (most, least) = (all[all.len() - 1] + 1.0, all[0].max(report.typical - 40.0));
    let width = (most - least) / BINS as f64;
    let curves = report.windows.each_ref().map(|windows| {
        let mut shares = vec![0.0; BINS];
        for window in windows {
            shares[((window - least).max(0.0) / width) as usize] += 1.0 / windows.len() as f64;
        }
        steps(&shares, least, width)
    });
    let highest = curves.iter().flatten().map(|p| p.1).fold(0.0, f64::max);
    let name = ACTIVITIES[report.normal];
    let area = |i: usize| report.areas()[i];
    let mut legend: Vec<Entry> = (0..ACTIVITIES.len())
        .map(|a| {
            let role = if a == report.normal { " (normal, held out)" } else { "" };
            Entry::new(Mark::Line(series(a), 2.5), format!("{}{role}", ACTIVITIES[a]))
        })
        .collect();
    legend.push(Entry::new(Mark::Line(GREY, 1.0), "median of training windows"));
    let frame = Frame {
        title: format!("BasicMotions: windows under a model of {name}"),
        subtitle: format!(
            "area under the ROC curve: samples {:.3}, windows {:.3}, typical windows {:.3}",
            area(0),
            area(1),
            area(2)
        ),
        x: Axis::linear(
            "mean ln p of ten samples (what lies farther left is in the first bin)",
            least,
            most,
            8,
        ),
        y: Axis::linear("share of the windows", 0.0, 1.05 * highest, 6),
        legend,
    };
    sheet(&frame, |plot| {
        plot.line(&[(report.typical, 0.0), (report.typical, highest)], 1.0, GREY, 1.0)?;
        for a in (0..ACTIVITIES.len()).filter(|a| *a != report.normal).chain([report.normal]) {
            plot.line(&curves[a], 2.5, series(a), 1.0)?;
        }
        Ok(())
    })
}

/// The outline of bars beside each other.
fn steps(heights: &[f64], least: f64, width: f64) -> Vec<(f64, f64)> {
    let edges = |(i, height): (usize, &f64)| {
        let left = least + i as f64 * width;
        [(left, *height), (left + width, *height)]
    };
    heights.iter().enumerate().flat_map(edges).collect()
}
