//! What a run leaves to be looked at.

use crate::frame::{Frame, HEIGHT, Mask, WIDTH};
use crate::video::write;
use plotters::prelude::*;
use std::path::Path;

/// A picture of one frame's size.
type Tile = Vec<[u8; 3]>;

pub(crate) fn of_mask(mask: &[bool]) -> Tile {
    mask.iter().map(|m| if *m { [255; 3] } else { [0; 3] }).collect()
}

/// Where two masks agree (white), only the first is marked (orange), only the second (blue).
pub(crate) fn of_difference(first: &[bool], second: &[bool]) -> Tile {
    let colour = |(a, b): (&bool, &bool)| match (*a, *b) {
        (true, true) => [255, 255, 255],
        (true, false) => [230, 159, 0],
        (false, true) => [0, 114, 178],
        (false, false) => [0, 0, 0],
    };
    first.iter().zip(second).map(colour).collect()
}

/// Rows of tiles, beside each other and below each other, as a PNG.
pub(crate) fn save_sheet(path: &Path, rows: &[Vec<Tile>]) -> Result<(), String> {
    const GAP: usize = 4;
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = columns * (WIDTH + GAP) - GAP;
    let height = rows.len() * (HEIGHT + GAP) - GAP;
    let mut sheet = vec![[255_u8; 3]; width * height];
    for (i, row) in rows.iter().enumerate() {
        for (j, tile) in row.iter().enumerate() {
            for (y, line) in tile.chunks_exact(WIDTH).enumerate() {
                let at = (i * (HEIGHT + GAP) + y) * width + j * (WIDTH + GAP);
                sheet[at..at + WIDTH].copy_from_slice(line);
            }
        }
    }
    let mut bytes = Vec::new();
    encode(&mut bytes, width, height, sheet.as_flattened()).map_err(|error| error.to_string())?;
    write(path, &bytes)
}

fn encode(out: &mut Vec<u8>, width: usize, height: usize, rgb: &[u8]) -> Result<(), png::EncodingError> {
    let mut encoder = png::Encoder::new(out, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(rgb)
}

/// Frame, truth if any, mask: of the frames numbered.
pub(crate) fn masks_of(
    frames: &[Frame],
    truth: Option<&[Mask]>,
    masks: &[Mask],
    numbers: &[usize],
) -> Vec<Vec<Tile>> {
    let row = |i: &usize| {
        let truth = truth.map(|truth| of_mask(&truth[*i]));
        [Some(frames[*i].clone()), truth, Some(of_mask(&masks[*i]))].into_iter().flatten().collect()
    };
    numbers.iter().map(row).collect()
}

/// One line of values a frame for each series, from 0 to 1.
pub(crate) fn save_curves(path: &Path, title: &str, series: &[(String, Vec<f64>)]) -> Result<(), String> {
    const COLOURS: [RGBColor; 5] = [
        RGBColor(0, 114, 178),
        RGBColor(213, 94, 0),
        RGBColor(0, 158, 115),
        RGBColor(204, 121, 167),
        RGBColor(86, 180, 233),
    ];
    let mut svg = String::new();
    let draw = |svg: &mut String| -> Result<(), Box<dyn std::error::Error>> {
        let root = SVGBackend::with_string(svg, (980, 460)).into_drawing_area();
        root.fill(&WHITE)?;
        let last = series.iter().map(|s| s.1.len()).max().unwrap_or(1) as f64 - 1.0;
        let mut chart = ChartBuilder::on(&root)
            .caption(title, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(46)
            .build_cartesian_2d(0.0..last, 0.0..1.0)?;
        chart
            .configure_mesh()
            .x_desc("frame")
            .y_desc("F1")
            .x_label_formatter(&|x| format!("{x:.0}"))
            .draw()?;
        for ((name, values), colour) in series.iter().zip(COLOURS) {
            let line = values.iter().enumerate().map(|(i, v)| (i as f64, *v));
            chart
                .draw_series(LineSeries::new(line, colour.stroke_width(2)))?
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 22, y)], colour.stroke_width(2)));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerRight)
            .background_style(WHITE.mix(0.8))
            .draw()?;
        root.present()?;
        Ok(())
    };
    draw(&mut svg).map_err(|error| error.to_string())?;
    write(path, svg.as_bytes())
}
