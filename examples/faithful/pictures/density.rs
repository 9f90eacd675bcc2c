//! The density as regions that hold a given share of the probability.

use super::View;
use super::canvas::{Entry, Frame, Mark, sheet};
use super::colour::{INK, shade};
use super::contour::{Grid, Loop};
use super::marginal::Marginal;
use super::scale::Axis;
use plotters::style::RGBColor as Colour;

/// Percent of the probability within each region, outermost first.
const SHARES: [u32; 6] = [99, 95, 90, 75, 50, 25];
const CELLS: usize = 240;

pub(crate) fn draw(view: &View<'_>) -> Result<String, String> {
    let [x, y] = view.features;
    let (title, subtitle) = view.caption("density");
    let frame = Frame { title, subtitle, x: view.axis(x, 3.0), y: view.axis(y, 3.0), legend: legend() };
    let marginal = Marginal::new(&view.chosen.components, [x, y]).map_err(|error| error.to_string())?;
    let grid = Grid::of(nodes(&frame.x), nodes(&frame.y), |x, y| marginal.log_density(&[x, y]));
    let (regions, size) = (regions(&grid), view.dot_size());
    sheet(&frame, |plot| {
        for (band, region) in &regions {
            plot.patch(
                region.points.clone(),
                band.map_or(Colour(255, 255, 255), |i| shade(i, SHARES.len())),
            )?;
        }
        for (_, region) in &regions {
            let mut closed = region.points.clone();
            closed.push(region.points[0]);
            plot.line(&closed, 0.8, shade(SHARES.len() - 1, SHARES.len()), 0.8)?;
        }
        for at in view.points().step_by(view.stride()) {
            plot.dot(at, 2.1 * size + 0.8 * size * size, Colour(255, 255, 255), 0.85)?;
            plot.dot(at, 2.1 * size, INK, 0.85)?;
        }
        Ok(())
    })
}

fn legend() -> Vec<Entry> {
    let mut entries = vec![Entry::new(Mark::Heading, "region of highest density")];
    for (i, share) in SHARES.iter().enumerate() {
        let text = format!("{share} % of the probability");
        entries.push(Entry::new(Mark::Patch(shade(i, SHARES.len())), text));
    }
    entries.push(Entry::new(Mark::Gap, ""));
    entries.push(Entry::new(Mark::Dot(INK), "sample"));
    entries
}

fn nodes(axis: &Axis) -> Vec<f64> {
    (0..=CELLS).map(|i| axis.least + (axis.most - axis.least) * i as f64 / CELLS as f64).collect()
}

/// The borders of all regions with the band that lies just within them, the largest first: painted in that order each
/// covers what it should.
fn regions(grid: &Grid) -> Vec<(Option<usize>, Loop)> {
    let mut regions = Vec::new();
    for (band, level) in levels(grid).into_iter().enumerate() {
        for region in grid.loops(level) {
            let within = if region.signed_area() > 0.0 { Some(band) } else { band.checked_sub(1) };
            regions.push((within, region));
        }
    }
    regions.sort_by(|(_, a), (_, b)| b.signed_area().abs().total_cmp(&a.signed_area().abs()));
    regions
}

/// The log-densities above which the shares lie, as far as the grid holds so much.
fn levels(grid: &Grid) -> Vec<f64> {
    let cell = (grid.xs[1] - grid.xs[0]) * (grid.ys[1] - grid.ys[0]);
    let mut heights = grid.heights.clone();
    heights.sort_by(|a, b| b.total_cmp(a));
    let mut held = 0.0;
    let sums: Vec<f64> = heights
        .iter()
        .map(|height| {
            held += height.exp() * cell;
            held
        })
        .collect();
    SHARES
        .iter()
        .filter_map(|share| {
            let at = sums.partition_point(|sum| *sum < f64::from(*share) / 100.0);
            heights.get(at).copied()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_hold_their_share_of_a_gaussian() {
        let nodes: Vec<f64> = (0..=200).map(|i| -5.0 + f64::from(i) / 20.0).collect();
        let grid = Grid::of(nodes.clone(), nodes, |x, y| -0.5 * (x * x + y * y) - std::f64::consts::TAU.ln());
        for (share, level) in SHARES.iter().zip(levels(&grid)) {
            // A Gaussian of two features holds 1 − exp(−d²/2) within distance d.
            let expected = (1.0 - f64::from(*share) / 100.0).ln() - std::f64::consts::TAU.ln();
            assert!((level - expected).abs() < 0.02, "{share}: {level} {expected}");
        }
    }
}
