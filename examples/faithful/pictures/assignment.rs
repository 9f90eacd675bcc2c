//! Every sample in the mixed colours of the components that claim it.

use std::f64::consts::TAU;

use plotters::style::RGBColor as Colour;

use super::View;
use super::canvas::{Entry, Frame, Mark, sheet};
use super::colour::{blend, series};
use crate::fit::Component;

pub(crate) fn draw(view: &View<'_>) -> Result<String, String> {
    let [x, y] = view.features;
    let components = &view.chosen.components;
    let (title, subtitle) = view.caption("soft assignment");
    let frame =
        Frame { title, subtitle, x: view.axis(x, 2.5), y: view.axis(y, 2.5), legend: legend(components) };
    let (colours, size) = (colours(view)?, view.dot_size());
    sheet(&frame, |plot| {
        for (at, colour) in view.points().step_by(view.stride()).zip(colours) {
            plot.dot(at, 3.8 * size + 0.8 * size * size, Colour(255, 255, 255), 1.0)?;
            plot.dot(at, 3.8 * size, colour, 0.9)?;
        }
        for (k, component) in components.iter().enumerate() {
            plot.line(&ellipse(component, [x, y], radius(0.95)), 1.3, series(k), 1.0)?;
            plot.line(&ellipse(component, [x, y], radius(0.5)), 2.6, series(k), 1.0)?;
        }
        for component in components {
            plot.cross((component.mean[x], component.mean[y]))?;
        }
        Ok(())
    })
}

fn colours(view: &View<'_>) -> Result<Vec<Colour>, String> {
    let mix = |row: &[f64]| {
        let shares = view.chosen.model.score(row).map_err(|error| error.to_string())?.responsibilities;
        let parts: Vec<(Colour, f64)> = shares.into_iter().enumerate().map(|(k, r)| (series(k), r)).collect();
        Ok(blend(&parts))
    };
    view.dataset.table.rows().step_by(view.stride()).map(mix).collect()
}

fn legend(components: &[Component]) -> Vec<Entry> {
    let mut entries = vec![Entry::new(Mark::Heading, "components")];
    for (k, component) in components.iter().enumerate() {
        entries.push(Entry::new(Mark::Dot(series(k)), format!("{} (weight {:.3})", k + 1, component.weight)));
    }
    entries.push(Entry::new(Mark::Gap, ""));
    entries.push(Entry::new(Mark::Cross, "mean"));
    entries.push(Entry::new(Mark::Line(series(0), 2.6), "half of a component"));
    entries.push(Entry::new(Mark::Line(series(0), 1.3), "95 % of a component"));
    if components.len() > 1 {
        entries.push(Entry::new(Mark::Gap, ""));
        entries.push(Entry::new(Mark::None, "mixed colour: unsure"));
    }
    entries
}

/// The Mahalanobis distance within which a Gaussian of two features has this share: 1 − exp(−d²/2).
fn radius(share: f64) -> f64 {
    (-2.0 * (1.0 - share).ln()).sqrt()
}

/// The points at `deviations` standard deviations from a component's mean, over two features.
fn ellipse(component: &Component, [x, y]: [usize; 2], deviations: f64) -> Vec<(f64, f64)> {
    let a = component.covariance_of(x, x).sqrt();
    let b = component.covariance_of(x, y) / a;
    let c = (component.covariance_of(y, y) - b * b).max(0.0).sqrt();
    (0..=180)
        .map(|i| {
            let (sine, cosine) = (TAU * f64::from(i) / 180.0).sin_cos();
            let (u, v) = (deviations * cosine, deviations * sine);
            (component.mean[x] + a * u, component.mean[y] + b * u + c * v)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_of_an_ellipse_is_as_far_from_the_mean() {
        let component =
            Component { weight: 1.0, mean: vec![1.0, -2.0], covariance: vec![4.0, 1.2, 1.2, 1.0] };
        let gaussian: gaussmix::Gmm<f64, 2, 1> =
            gaussmix::Gmm::new([1.0], [[1.0, -2.0]], [[[4.0, 1.2], [1.2, 1.0]].into()]).expect("definite");
        for (x, y) in ellipse(&component, [0, 1], 2.0) {
            let [squared] = gaussian.mahalanobis_squared([x, y]).expect("finite");
            assert!((squared - 4.0).abs() < 1e-9);
        }
    }
}
