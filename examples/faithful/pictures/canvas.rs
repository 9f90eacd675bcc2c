//! A sheet with a title, one plot and a legend beside it, as SVG.

use std::io;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::*;
use plotters::style::RGBColor as Colour;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::colour::{GREY, INK, PALE};
use super::scale::{Axis, clipped};

/// The backend places everything at whole units: several to a pixel make curves smooth.
const UNITS: f64 = 8.0;
const WIDTH: u32 = 980;
const HEIGHT: u32 = 640;
const TITLE_HEIGHT: f64 = 74.0;
const LEGEND_WIDTH: f64 = 236.0;

type Area<'s> = DrawingArea<SVGBackend<'s>, Shift>;
type Coordinates = Cartesian2d<Axis, Axis>;
pub(crate) type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;

fn units(pixels: f64) -> i32 {
    (pixels * UNITS).round() as i32
}

/// What stands around a plot.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) title: String,
    pub(crate) subtitle: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) legend: Vec<Entry>,
}

/// A line of the legend.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) mark: Mark,
    pub(crate) text: String,
}

impl Entry {
    pub(crate) fn new(mark: Mark, text: impl Into<String>) -> Self {
        Self { mark, text: text.into() }
    }
}

/// How something looks in the legend.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mark {
    None,
    Heading,
    Gap,
    Dot(Colour),
    Line(Colour, f64),
    Patch(Colour),
    Symbol(usize, Colour, bool),
    Ring,
    Cross,
}

/// Draws a sheet, `content` within its axes.
pub(crate) fn sheet(
    frame: &Frame,
    content: impl FnOnce(&mut Plot<'_, '_>) -> Drawn,
) -> Result<String, String> {
    let mut svg = String::new();
    paint(&mut svg, frame, content).map_err(|error| error.to_string())?;
    // Shown in pixels, drawn in units.
    let (wide, high) = (units(WIDTH.into()), units(HEIGHT.into()));
    let drawn = format!("width=\"{wide}\" height=\"{high}\"");
    Ok(svg.replacen(&drawn, &format!("width=\"{WIDTH}\" height=\"{HEIGHT}\""), 1))
}

fn paint(svg: &mut String, frame: &Frame, content: impl FnOnce(&mut Plot<'_, '_>) -> Drawn) -> Drawn {
    let size = (units(WIDTH.into()) as u32, units(HEIGHT.into()) as u32);
    let root = SVGBackend::with_string(svg, size).into_drawing_area();
    root.fill(&WHITE)?;
    let (head, body) = root.split_vertically(units(TITLE_HEIGHT));
    let left = units(24.0);
    head.draw(&Text::new(shortened(&frame.title, 90), (left, units(20.0)), font(20.0, INK, true)))?;
    head.draw(&Text::new(shortened(&frame.subtitle, 140), (left, units(48.0)), font(13.5, GREY, false)))?;
    let (main, side) = body.split_horizontally(units(f64::from(WIDTH) - LEGEND_WIDTH));
    let mut plot = Plot { chart: axes(&main, frame)?, frame };
    content(&mut plot)?;
    plot.border()?;
    legend(&side, &frame.legend)?;
    root.present()
}

fn axes<'s, 'c>(
    area: &'c Area<'s>,
    frame: &Frame,
) -> Result<ChartContext<'c, SVGBackend<'s>, Coordinates>, DrawingAreaErrorKind<io::Error>> {
    let mut chart = ChartBuilder::on(area)
        .margin_left(units(16.0))
        .margin_right(units(14.0))
        .margin_bottom(units(14.0))
        .x_label_area_size(units(56.0))
        .y_label_area_size(units(72.0))
        .build_cartesian_2d(frame.x.clone(), frame.y.clone())?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(PALE.stroke_width(units(1.0) as u32))
        .axis_style(GREY.stroke_width(units(1.0) as u32))
        .set_all_tick_mark_size(units(5.0))
        .label_style(font(12.5, INK, false))
        .axis_desc_style(font(14.0, INK, false))
        .x_desc(shortened(&frame.x.title, 80))
        .y_desc(shortened(&frame.y.title, 60))
        .draw()?;
    Ok(chart)
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let share = (value - self.least) / (self.most - self.least);
        limit.0 + (share * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _hint: Hint) -> Vec<f64> {
        self.ticks.iter().map(|(place, _)| *place).collect()
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.least..self.most
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        self.ticks.iter().find(|(at, _)| at == value).map(|(_, label)| label.clone()).unwrap_or_default()
    }
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.into();
    }
    let kept: String = text.chars().take(most - 1).collect();
    kept + "\u{2026}"
}

/// The backend writes sizes divided by 1.24.
fn font(pixels: f64, colour: Colour, bold: bool) -> TextStyle<'static> {
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    let family = "Helvetica, Arial, sans-serif";
    (family, pixels * UNITS * 1.24, style).into_font().color(&colour)
}

fn legend(area: &Area<'_>, entries: &[Entry]) -> Drawn {
    let (middle, text_at) = (18.0, 38.0);
    let mut y = 12.0;
    for entry in entries {
        let at = (units(middle), units(y));
        match entry.mark {
            Mark::None | Mark::Heading | Mark::Gap => {}
            Mark::Dot(colour) => area.draw(&Circle::new(at, units(5.0), colour.filled()))?,
            Mark::Line(colour, width) => {
                let ends = vec![(units(middle - 12.0), at.1), (units(middle + 12.0), at.1)];
                area.draw(&PathElement::new(ends, colour.stroke_width(units(width) as u32)))?;
            }
            Mark::Patch(colour) => {
                let corners =
                    [(units(middle - 10.0), units(y - 7.0)), (units(middle + 10.0), units(y + 7.0))];
                area.draw(&Rectangle::new(corners, colour.filled()))?;
            }
            Mark::Symbol(shape, colour, filled) => {
                let ends = vec![(units(middle - 12.0), at.1), (units(middle + 12.0), at.1)];
                area.draw(&PathElement::new(ends, colour.stroke_width(units(1.5) as u32)))?;
                for (outline, fill) in symbol(shape, colour, filled) {
                    let corners: Vec<_> = outline.iter().map(|(dx, dy)| (at.0 + dx, at.1 + dy)).collect();
                    area.draw(&Polygon::new(corners, fill.filled()))?;
                }
            }
            Mark::Ring => area.draw(&Circle::new(at, units(8.0), INK.stroke_width(units(1.5) as u32)))?,
            Mark::Cross => {
                for arm in cross() {
                    let ends: Vec<_> = arm.iter().map(|(dx, dy)| (at.0 + dx, at.1 + dy)).collect();
                    area.draw(&PathElement::new(ends, INK.stroke_width(units(2.0) as u32)))?;
                }
            }
        }
        let is_heading = matches!(entry.mark, Mark::Heading);
        let x = if is_heading { middle - 12.0 } else { text_at };
        let style = font(13.0, INK, is_heading).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(shortened(&entry.text, 34), (units(x), units(y)), style))?;
        y += if matches!(entry.mark, Mark::Gap) { 12.0 } else { 23.0 };
    }
    Ok(())
}

/// The axes, with what is drawn in them. Sizes are in pixels.
pub(crate) struct Plot<'c, 's> {
    chart: ChartContext<'c, SVGBackend<'s>, Coordinates>,
    frame: &'c Frame,
}

impl Plot<'_, '_> {
    pub(crate) fn dot(&mut self, at: (f64, f64), radius: f64, colour: Colour, opacity: f64) -> Drawn {
        let dot = Circle::new(at, units(radius), colour.mix(opacity).filled());
        self.chart.draw_series([dot]).map(|_| ())
    }

    /// A line, as far as it lies within the axes.
    pub(crate) fn line(&mut self, points: &[(f64, f64)], width: f64, colour: Colour, opacity: f64) -> Drawn {
        let (x, y) = (&self.frame.x, &self.frame.y);
        let style = colour.mix(opacity).stroke_width(units(width) as u32);
        let parts = clipped(points, (x.least, x.most), (y.least, y.most));
        self.chart.draw_series(parts.into_iter().map(|part| PathElement::new(part, style))).map(|_| ())
    }

    /// The inside of a closed line within the axes.
    pub(crate) fn patch(&mut self, corners: Vec<(f64, f64)>, colour: Colour) -> Drawn {
        self.chart.draw_series([Polygon::new(corners, colour.filled())]).map(|_| ())
    }

    /// Words in the middle of a place.
    #[allow(dead_code)] // the pictures of `activity` have some
    pub(crate) fn text(&mut self, at: (f64, f64), words: &str, colour: Colour) -> Drawn {
        let style = font(13.0, colour, false).pos(Pos::new(HPos::Center, VPos::Center));
        self.chart.draw_series([Text::new(words.to_string(), at, style)]).map(|_| ())
    }

    /// One of six small shapes; hollow if not `filled`.
    pub(crate) fn symbol(&mut self, at: (f64, f64), shape: usize, colour: Colour, filled: bool) -> Drawn {
        for (outline, fill) in symbol(shape, colour, filled) {
            self.chart.draw_series([EmptyElement::at(at) + Polygon::new(outline, fill.filled())])?;
        }
        Ok(())
    }

    pub(crate) fn ring(&mut self, at: (f64, f64), radius: f64) -> Drawn {
        let ring = Circle::new(at, units(radius), INK.stroke_width(units(1.5) as u32));
        self.chart.draw_series([ring]).map(|_| ())
    }

    /// A cross with a light edge, to be seen on any ground.
    pub(crate) fn cross(&mut self, at: (f64, f64)) -> Drawn {
        for (colour, width) in [(WHITE, 5.0), (INK, 2.0)] {
            for arm in cross() {
                let path = PathElement::new(arm.to_vec(), colour.stroke_width(units(width) as u32));
                self.chart.draw_series([EmptyElement::at(at) + path])?;
            }
        }
        Ok(())
    }

    fn border(&mut self) -> Drawn {
        let (x, y) = (&self.frame.x, &self.frame.y);
        let (a, b) = ((x.least, y.least), (x.most, y.most));
        let style = GREY.stroke_width(units(1.0) as u32);
        let path = PathElement::new(vec![a, (b.0, a.1), b, (a.0, b.1), a], style);
        self.chart.draw_series([path]).map(|_| ())
    }
}

type Outline = Vec<(i32, i32)>;

/// Outline and fill of a shape, and of the white inside if it is hollow.
fn symbol(shape: usize, colour: Colour, filled: bool) -> Vec<(Outline, Colour)> {
    let mut layers = vec![(outline(shape, 6.0), colour)];
    if !filled {
        layers.push((outline(shape, 3.6), Colour(255, 255, 255)));
    }
    layers
}

/// A disc, a square, a triangle up, a diamond, a triangle down or a hexagon of about the same area.
fn outline(shape: usize, size: f64) -> Outline {
    let (corners, turn, radius) = [
        (32.0, 0.0, 0.92),
        (4.0, 0.125, 1.12),
        (3.0, 0.25, 1.3),
        (4.0, 0.0, 1.2),
        (3.0, 0.75, 1.3),
        (6.0, 0.0, 1.02),
    ][shape % 6];
    (0..corners as u32)
        .map(|i| {
            let angle = std::f64::consts::TAU * (turn + f64::from(i) / corners);
            (units(size * radius * angle.cos()), units(-size * radius * angle.sin()))
        })
        .collect()
}

fn cross() -> [[(i32, i32); 2]; 2] {
    let r = units(5.5);
    [[(-r, 0), (r, 0)], [(0, -r), (0, r)]]
}
