//! Time of an iteration over the sizes: a panel for each structure and scalar, a line for each library.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

use crate::results::{GROUPS, OURS, Results};

/// Libraries in the order of the legend, and their colours.
const COLOURS: [(&str, RGBColor); 6] = [
    (OURS, RGBColor(200, 30, 30)),
    ("gaussmix", RGBColor(235, 140, 120)),
    ("daal4py", RGBColor(30, 90, 170)),
    ("scikit-learn", RGBColor(230, 150, 20)),
    ("Armadillo", RGBColor(60, 150, 70)),
    ("linfa", RGBColor(120, 80, 160)),
];

pub(crate) fn draw(results: &Results, path: &Path) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::new(path, (960, 760)).into_drawing_area();
    root.fill(&WHITE)?;
    let (legend, panels) = root.split_vertically(60);
    legend.draw(&Text::new(
        "ns per sample and iteration of EM on one core (less is better)",
        (12, 8),
        ("sans-serif", 17).into_font(),
    ))?;
    for (i, (peer, colour)) in COLOURS.iter().enumerate() {
        let x = 12 + 150 * i as i32;
        legend.draw(&PathElement::new([(x, 46), (x + 22, 46)], colour.stroke_width(3)))?;
        legend.draw(&Text::new(*peer, (x + 28, 39), ("sans-serif", 14).into_font()))?;
    }
    for (panel, (structure, scalar)) in panels.split_evenly((2, 2)).iter().zip(GROUPS) {
        let last = results.sizes.len() as f64 - 0.5;
        let mut chart = ChartBuilder::on(panel)
            .caption(format!("{structure}, {scalar}"), ("sans-serif", 15))
            .margin(8)
            .x_label_area_size(28)
            .y_label_area_size(52)
            .build_cartesian_2d(-0.5..last, (1.0..20_000.0).log_scale())?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(RGBColor(244, 244, 244))
            .x_labels(2 * results.sizes.len() + 1)
            .x_label_formatter(&|x| {
                let whole = x.round();
                let size =
                    results.sizes.get(whole as usize).filter(|_| (x - whole).abs() < 1e-6 && whole >= 0.0);
                size.map_or(String::new(), |(d, k)| format!("D={d} K={k}"))
            })
            .y_label_formatter(&|y| format!("{y}"))
            .y_desc("ns")
            .draw()?;
        for (peer, colour) in COLOURS {
            let points: Vec<(f64, f64)> = (0..results.sizes.len())
                .filter_map(|i| {
                    let time = results.median("fit", peer, structure, scalar, results.sizes[i])?;
                    Some((i as f64, time))
                })
                .collect();
            let width = if peer == OURS { 3 } else { 2 };
            chart.draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(width)))?;
            chart.draw_series(points.iter().map(|p| Circle::new(*p, width + 1, colour.filled())))?;
        }
    }
    root.present()?;
    Ok(())
}
