//! One feature: a histogram by component, with the density over it.

use super::canvas::{Entry, Frame, Mark, sheet};
use super::colour::{INK, blend, series};
use super::marginal::Marginal;
use super::scale::{Axis, extremes};
use super::title;
use crate::dataset::Dataset;
use crate::fit::{Component, Fitted};
use crate::report::plural;
use plotters::style::RGBColor as Colour;

const CURVE_POINTS: usize = 600;

pub(crate) fn draw(dataset: &Dataset, chosen: &Fitted) -> Result<String, String> {
    let x = Axis::of_values(&dataset.titles[0], dataset.table.column(0));
    let bars = bars(dataset, chosen)?;
    let marginal = Marginal::new(&chosen.components, [0]).map_err(|error| error.to_string())?;
    let (from, to) = (x.least, x.most);
    let at = |i: usize| from + (to - from) * i as f64 / CURVE_POINTS as f64;
    let curve = |f: &dyn Fn(f64) -> f64| (0..=CURVE_POINTS).map(|i| (at(i), f(at(i)))).collect::<Vec<_>>();
    let total = curve(&|v| marginal.log_density(&[v]).exp());
    let (_, highest) = extremes(total.iter().map(|p| p.1).chain(bars.iter().map(Bar::height)));
    let frame = Frame {
        title: title(dataset, chosen, "density"),
        subtitle: plural(dataset.table.rows().len(), "sample"),
        y: Axis::linear("density", 0.0, 1.08 * highest, 6),
        legend: legend(chosen),
        x,
    };
    sheet(&frame, |plot| {
        for bar in &bars {
            let mut below = 0.0;
            for (k, part) in bar.parts.iter().enumerate() {
                let (a, b) = (below, below + part);
                let corners = vec![(bar.from, a), (bar.to, a), (bar.to, b), (bar.from, b)];
                plot.patch(corners, pale(k))?;
                below = b;
            }
        }
        plot.line(&total, 3.6, INK, 1.0)?;
        for k in 0..chosen.components.len() {
            plot.line(&curve(&|v| marginal.part(k, &[v])), 1.6, series(k), 1.0)?;
        }
        Ok(())
    })
}

/// A bin, its height split among the components by responsibility.
struct Bar {
    from: f64,
    to: f64,
    parts: Vec<f64>,
}

impl Bar {
    fn height(&self) -> f64 {
        self.parts.iter().sum()
    }
}

fn bars(dataset: &Dataset, chosen: &Fitted) -> Result<Vec<Bar>, String> {
    let values: Vec<f64> = dataset.table.column(0).collect();
    let (least, most) = extremes(values.iter().copied());
    let count = bins(chosen, values.len(), most - least);
    let width = (most - least) / count as f64;
    let edge = |i: usize| least + width * i as f64;
    // A gap of a twelfth keeps neighbours apart.
    let mut bars: Vec<Bar> = (0..count)
        .map(|i| Bar {
            from: edge(i) + width / 24.0,
            to: edge(i + 1) - width / 24.0,
            parts: vec![0.0; chosen.job.k],
        })
        .collect();
    let density = 1.0 / (values.len() as f64 * width);
    for value in values {
        let bin = (((value - least) / width) as usize).min(count - 1);
        let shares = chosen.model.score(&[value]).map_err(|error| error.to_string())?.responsibilities;
        for (part, share) in bars[bin].parts.iter_mut().zip(shares) {
            *part += share * density;
        }
    }
    Ok(bars)
}

/// How many bins: of width 3.5 σ / n^(1/3) (Scott 1979) for the component that asks for the least, but 8 to 80.
fn bins(chosen: &Fitted, samples: usize, range: f64) -> usize {
    let width = |c: &Component| 3.5 * c.covariance_of(0, 0).sqrt() / (samples as f64 * c.weight).cbrt();
    let least = chosen.components.iter().map(width).fold(f64::INFINITY, f64::min);
    (range / least).ceil().clamp(8.0, 80.0) as usize
}

fn legend(chosen: &Fitted) -> Vec<Entry> {
    let mut entries = vec![
        Entry::new(Mark::Line(INK, 3.6), "density of the mixture"),
        Entry::new(Mark::Gap, ""),
        Entry::new(Mark::Heading, "components"),
    ];
    for (k, component) in chosen.components.iter().enumerate() {
        let text = format!("{} (weight {:.3})", k + 1, component.weight);
        entries.push(Entry::new(Mark::Line(series(k), 1.6), text));
    }
    entries.push(Entry::new(Mark::Gap, ""));
    entries.push(Entry::new(Mark::Patch(pale(0)), "samples, by responsibility"));
    entries
}

fn pale(k: usize) -> Colour {
    blend(&[(series(k), 0.45), (Colour(255, 255, 255), 0.55)])
}
