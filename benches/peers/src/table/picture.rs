//! Time of an iteration over the sizes: a panel for each structure and scalar, a marker for each library.

use std::error::Error;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::results::{GROUPS, OURS, Results};

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// How a library is drawn.
struct Look {
    peer: &'static str,
    /// Of Okabe and Ito (2008), whose colours differ for those who cannot tell red from green.
    colour: RGBColor,
    /// Corners about the middle, in pixels.
    corners: &'static [(i32, i32)],
}

const SQUARE: &[(i32, i32)] = &[(-5, -5), (5, -5), (5, 5), (-5, 5)];
const DIAMOND: &[(i32, i32)] = &[(0, -7), (7, 0), (0, 7), (-7, 0)];
const UP: &[(i32, i32)] = &[(0, -6), (6, 5), (-6, 5)];
const DOWN: &[(i32, i32)] = &[(0, 6), (6, -5), (-6, -5)];
const LEFT: &[(i32, i32)] = &[(-6, 0), (5, -6), (5, 6)];
const RIGHT: &[(i32, i32)] = &[(6, 0), (-5, -6), (-5, 6)];
const BAR: &[(i32, i32)] = &[(-7, -2), (7, -2), (7, 2), (-7, 2)];

/// In the order of the legend.
const LOOKS: [Look; 7] = [
    Look { peer: OURS, colour: RGBColor(0, 0, 0), corners: SQUARE },
    Look { peer: "gaussmix, std", colour: RGBColor(0, 114, 178), corners: DIAMOND },
    Look { peer: "gaussmix", colour: RGBColor(86, 180, 233), corners: UP },
    Look { peer: "daal4py", colour: RGBColor(213, 94, 0), corners: DOWN },
    Look { peer: "scikit-learn", colour: RGBColor(230, 159, 0), corners: LEFT },
    Look { peer: "Armadillo", colour: RGBColor(0, 158, 115), corners: RIGHT },
    Look { peer: "linfa", colour: RGBColor(204, 121, 167), corners: BAR },
];

/// `machine` and `date` say where and when `results` were measured.
pub(crate) fn draw(results: &Results, machine: &str, date: &str, path: &Path) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::new(path, (1000, 800)).into_drawing_area();
    root.fill(&WHITE)?;
    let (legend, rest) = root.split_vertically(64);
    let (panels, footer) = rest.split_vertically(704);
    text(&legend, "ns per sample and iteration of EM, on one core: less is better", (12, 8), 17)?;
    for (look, i) in LOOKS.iter().zip(0..) {
        let x = 20 + 138 * i;
        legend.draw(&Polygon::new(about(look, (x, 46)), look.colour.filled()))?;
        text(&legend, look.peer, (x + 14, 39), 14)?;
    }
    text(&footer, machine, (12, 0), 12)?;
    text(&footer, &format!("{date}. linfa fits full covariances only."), (12, 15), 12)?;
    for (panel, (structure, scalar)) in panels.split_evenly((2, 2)).iter().zip(GROUPS) {
        draw_panel(results, structure, scalar, panel)?;
    }
    root.present()?;
    Ok(())
}

fn text(area: &Area<'_>, text: &str, place: (i32, i32), size: i32) -> Result<(), Box<dyn Error>> {
    area.draw(&Text::new(text.to_owned(), place, ("sans-serif", size).into_font()))?;
    Ok(())
}

fn about(look: &Look, (x, y): (i32, i32)) -> Vec<(i32, i32)> {
    look.corners.iter().map(|(dx, dy)| (x + dx, y + dy)).collect()
}

/// Sizes are categories: markers of one size stand side by side, and no line joins them.
fn draw_panel(
    results: &Results,
    structure: &str,
    scalar: &str,
    panel: &Area<'_>,
) -> Result<(), Box<dyn Error>> {
    let last = results.sizes.len() as f64 - 0.5;
    let mut chart = ChartBuilder::on(panel)
        .caption(format!("{structure}, {scalar}"), ("sans-serif", 15))
        .margin(8)
        .x_label_area_size(28)
        .y_label_area_size(60)
        .build_cartesian_2d(-0.5..last, (1.0..20_000.0).log_scale())?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(RGBColor(244, 244, 244))
        .x_labels(2 * results.sizes.len() + 1)
        .x_label_formatter(&|x| {
            let whole = x.round();
            let size = results.sizes.get(whole as usize).filter(|_| (x - whole).abs() < 1e-6 && whole >= 0.0);
            size.map_or(String::new(), |(d, k)| format!("D={d} K={k}"))
        })
        .y_label_formatter(&|y| format!("{y}"))
        .y_desc("ns")
        .draw()?;
    for (look, place) in LOOKS.iter().zip(0..) {
        let aside = (f64::from(place) - 3.0) * 0.11;
        for (size, i) in results.sizes.iter().zip(0..) {
            let Some(time) = results.median("fit", look.peer, structure, scalar, *size) else { continue };
            chart.draw_series([EmptyElement::at((f64::from(i) + aside, time))
                + Polygon::new(look.corners.to_vec(), look.colour.filled())])?;
        }
    }
    Ok(())
}
