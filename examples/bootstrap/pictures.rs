//! The ratios of the replicates, and where their means lie.

#[allow(dead_code)]
#[path = "../faithful/pictures/canvas.rs"]
mod canvas;
#[allow(dead_code)]
#[path = "../faithful/pictures/colour.rs"]
mod colour;
#[allow(dead_code)]
#[path = "../faithful/pictures/scale.rs"]
mod scale;

use crate::errors::Errors;
use crate::ratio::Test;
use crate::replicate::Run;
use canvas::{Entry, Frame, Mark, sheet};
use colour::{GREY, series};
use scale::{Axis, SignedLog, extremes};

const DIRECTORY: &str = "bootstrap-output";

pub(crate) fn draw(data: &[[f64; 2]], run: &Run, tests: &[Test], errors: &Errors) -> Result<(), String> {
    std::fs::create_dir_all(DIRECTORY).map_err(|error| error.to_string())?;
    for (name, picture) in [("ratios", ratios(run, tests)?), ("means", means(data, run, errors)?)] {
        let path = format!("{DIRECTORY}/{name}.svg");
        std::fs::write(&path, picture).map_err(|error| format!("cannot write {path}: {error}"))?;
        println!("  {path}");
    }
    Ok(())
}

/// The share of replicates below each ratio, and the ratio of the data as an upright line.
fn ratios(run: &Run, tests: &[Test]) -> Result<String, String> {
    let scale = SignedLog { unit: 3.0 };
    let all = || tests.iter().flat_map(|test| test.replicates.iter().chain([&test.observed]));
    let (_, most) = extremes(all().map(|ratio| scale.place(*ratio)));
    let ticks = scale.ticks(0.0..=most + 0.1, "0");
    let plain = ticks.into_iter().map(|(at, label)| (at, label.replace('+', "")));
    let mut legend = Vec::new();
    for (i, test) in tests.iter().enumerate() {
        let (k, p) = (test.components, test.p_value());
        legend.push(Entry::new(Mark::Heading, format!("{k} against {}: p = {p:.3}", k + 1)));
        legend.push(Entry::new(Mark::Line(series(i), 2.5), format!("samples of {k}")));
        legend.push(Entry::new(Mark::Symbol(i, series(i), true), format!("the data: {:.1}", test.observed)));
        legend.push(Entry::new(Mark::Gap, ""));
    }
    legend.push(Entry::new(Mark::Line(GREY, 1.0), "95 % of the samples"));
    let frame = Frame {
        title: "Old Faithful: is one component more than chance?".into(),
        subtitle: format!(
            "likelihood ratios of {} samples from the smaller model, and of the data",
            run.replicates
        ),
        x: Axis::with_ticks("−2 ln λ (linear near 0, logarithmic beyond)", 0.0..=most + 0.1, plain.collect()),
        y: Axis::linear("share of the samples below", 0.0, 1.02, 6),
        legend,
    };
    sheet(&frame, |plot| {
        plot.line(&[(0.0, 0.95), (most + 0.1, 0.95)], 1.0, GREY, 1.0)?;
        for (i, test) in tests.iter().enumerate() {
            let share = |i: usize| i as f64 / test.replicates.len() as f64;
            let steps = test.replicates.iter().enumerate();
            let mut curve = vec![(0.0, 0.0)];
            curve.extend(
                steps.flat_map(|(i, at)| [(i, at), (i + 1, at)]).map(|(i, at)| (scale.place(*at), share(i))),
            );
            curve.push((most + 0.1, 1.0));
            plot.line(&curve, 2.5, series(i), 1.0)?;
            let at = scale.place(test.observed);
            plot.line(&[(at, 0.0), (at, 1.0)], 1.5, series(i), 1.0)?;
            plot.symbol((at, 0.5), i, series(i), true)?;
        }
        Ok(())
    })
}

/// The data, and around each mean those of the replicates.
fn means(data: &[[f64; 2]], run: &Run, errors: &Errors) -> Result<String, String> {
    let mut legend = vec![Entry::new(Mark::Dot(GREY), "an eruption")];
    for (k, component) in errors.components.iter().enumerate() {
        let weight = component.weight;
        legend.push(Entry::new(Mark::Gap, ""));
        legend.push(Entry::new(Mark::Heading, format!("cluster {}", k + 1)));
        legend.push(Entry::new(Mark::Dot(series(k)), "mean of a replicate"));
        legend.push(Entry::new(Mark::None, format!("weight {:.3} ± {:.3}", weight.value, weight.error)));
        for (name, of) in ["eruption", "waiting"].iter().zip(&component.mean) {
            legend.push(Entry::new(Mark::None, format!("{name} {:.2} ± {:.2}", of.value, of.error)));
        }
    }
    legend.push(Entry::new(Mark::Gap, ""));
    legend.push(Entry::new(Mark::Cross, "mean of the data's fit"));
    let frame = Frame {
        title: format!("Old Faithful: how well are the means of {} clusters known?", errors.components.len()),
        subtitle: format!("{} samples from the fitted model, fitted anew", run.replicates),
        x: Axis::of_values("eruption (minutes)", data.iter().map(|x| x[0])),
        y: Axis::of_values("waiting time to the next one (minutes)", data.iter().map(|x| x[1])),
        legend,
    };
    sheet(&frame, |plot| {
        for x in data {
            plot.dot((x[0], x[1]), 3.0, GREY, 0.35)?;
        }
        for means in &errors.replicates {
            for (k, mean) in means.iter().enumerate() {
                plot.dot((mean[0], mean[1]), 2.5, series(k), 0.6)?;
            }
        }
        for component in &errors.components {
            let [eruption, waiting] = component.mean;
            plot.cross((eruption.value, waiting.value))?;
        }
        Ok(())
    })
}
