//! The model over a sample of the rows.

use std::error::Error;
use std::f64::consts::TAU;
use std::path::Path;

use gaussmix_datafusion::models::Parameters;
use plotters::prelude::*;

/// What a picture shows: two features of some rows, and the components as ellipses that hold 95 % of theirs.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// Rows, and the component that each is likeliest of.
    pub rows: &'a [(Vec<f64>, usize)],
    /// The model.
    pub model: &'a Parameters,
    /// The names of the features.
    pub names: &'a [String],
}

/// A colour for each component (Okabe & Ito 2008), without the yellow, which is faint.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(80, 80, 80),
    RGBColor(120, 94, 40),
];

fn colour(k: usize) -> RGBColor {
    COLOURS[k % COLOURS.len()]
}

/// √(χ² of two degrees of freedom, 95 %)
const RADIUS: f64 = 2.447_746_830_680_816;

impl Scene<'_> {
    /// Draws the first two features.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn draw(&self, path: &Path) -> Result<(), Box<dyn Error>> {
        let second = usize::from(self.names.len() > 1);
        let at = |row: &[f64], j: usize| row.get(j).copied().unwrap_or(0.0);
        let points: Vec<(f64, f64)> =
            self.rows.iter().map(|(row, _)| (at(row, 0), at(row, second))).collect();
        let range = |of: fn(&(f64, f64)) -> f64| {
            let (low, high) =
                points.iter().map(of).fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)));
            let margin = 0.05 * (high - low).max(1e-9);
            low - margin..high + margin
        };
        let root = SVGBackend::new(path, (900, 640)).into_drawing_area();
        root.fill(&WHITE)?;
        let (width, height) = (range(|p| p.0), range(|p| p.1));
        let mut chart = ChartBuilder::on(&root)
            .margin(16)
            .x_label_area_size(44)
            .y_label_area_size(56)
            .build_cartesian_2d(width, height)?;
        let name = |j: usize| self.names.get(j).map_or("", String::as_str);
        chart.configure_mesh().light_line_style(TRANSPARENT).x_desc(name(0)).y_desc(name(second)).draw()?;
        for (point, (_, label)) in points.iter().zip(self.rows) {
            let colour = colour(*label).mix(0.35);
            chart.draw_series([Circle::new(*point, 2, colour.filled())])?;
        }
        for k in 0..self.model.means.len() {
            let colour = colour(k).stroke_width(3);
            chart.draw_series(LineSeries::new(self.ellipse(k, second), colour))?;
        }
        root.present()?;
        Ok(())
    }

    fn ellipse(&self, k: usize, second: usize) -> Vec<(f64, f64)> {
        let (Some(mean), Some(covariance)) = (self.model.means.get(k), self.model.covariances.get(k)) else {
            return Vec::new();
        };
        let entry = |i: usize, j: usize| covariance.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0.0);
        let at = |j: usize| mean.get(j).copied().unwrap_or(0.0);
        // The Cholesky factor of the two features.
        let first = entry(0, 0).sqrt();
        let below = entry(second, 0) / first;
        let last = (entry(second, second) - below * below).max(0.0).sqrt();
        let point = |i: u32| {
            let (sin, cos) = (TAU * f64::from(i) / 120.0).sin_cos();
            (at(0) + RADIUS * first * cos, at(second) + RADIUS * (below * cos + last * sin))
        };
        (0..=120).map(point).collect()
    }
}
