//! Axes: ranges, ticks, and a logarithmic scale that holds 0.

use std::ops::RangeInclusive;

pub(crate) const MINUS: &str = "\u{2212}";

/// One axis of a plot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    pub(crate) title: String,
    pub(crate) least: f64,
    pub(crate) most: f64,
    /// Places and labels, from the least.
    pub(crate) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// An axis with about `count` ticks at round numbers.
    pub(crate) fn linear(title: &str, least: f64, most: f64, count: usize) -> Self {
        let step = round_step((most - least) / count as f64);
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        let (first, last) = ((least / step).ceil() as i64, (most / step).floor() as i64);
        let label = |at: f64| {
            let text = if at.abs() < 1e7 { format!("{at:.decimals$}") } else { format!("{at:e}") };
            text.replace('-', MINUS)
        };
        let ticks = (first..=last).map(|i| (i as f64 * step, label(i as f64 * step))).collect();
        Self { title: title.into(), least, most, ticks }
    }

    /// The axis of a feature: all of `values`, with some air.
    pub(crate) fn of_values(title: &str, values: impl Iterator<Item = f64>) -> Self {
        let (least, most) = extremes(values);
        let air = 0.04 * (most - least);
        Self::linear(title, least - air, most + air, 8)
    }

    pub(crate) fn with_ticks(title: &str, range: RangeInclusive<f64>, ticks: Vec<(f64, String)>) -> Self {
        Self { title: title.into(), least: *range.start(), most: *range.end(), ticks }
    }
}

/// Of 1, 2, 5, 10 times a power of ten, the one next to `step` by ratio.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let multiple = match step / power {
        m if m < 2_f64.sqrt() => 1.0,
        m if m < 10_f64.sqrt() => 2.0,
        m if m < 50_f64.sqrt() => 5.0,
        _ => 10.0,
    };
    multiple * power
}

pub(crate) fn extremes(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)))
}

/// sign(v) · log10(1 + |v|/unit): linear near 0, logarithmic far from it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignedLog {
    pub(crate) unit: f64,
}

impl SignedLog {
    pub(crate) fn place(self, value: f64) -> f64 {
        (value.abs() / self.unit).ln_1p() / std::f64::consts::LN_10 * value.signum()
    }

    /// 0 and the powers of ten from `unit` within the places given; also their threefold if there is room.
    pub(crate) fn ticks(self, places: RangeInclusive<f64>, zero: &str) -> Vec<(f64, String)> {
        let threes = places.end() - places.start() < 4.0;
        let mut ticks = vec![(0.0, zero.to_string())];
        for decade in 0..12 {
            for multiple in [1.0, 3.0] {
                let value = self.unit * 10_f64.powi(decade) * multiple;
                if multiple == 1.0 || threes {
                    ticks.push((self.place(value), format!("+{}", short(value))));
                    ticks.push((self.place(-value), format!("{MINUS}{}", short(value))));
                }
            }
        }
        ticks.retain(|(place, _)| places.contains(place));
        ticks.sort_by(|a, b| a.0.total_cmp(&b.0));
        ticks
    }
}

/// Without the dust of binary fractions.
fn short(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    format!("{rounded}")
}

type Point = (f64, f64);

/// The parts of a polyline within a rectangle (Liang & Barsky 1984).
pub(crate) fn clipped(points: &[Point], x: (f64, f64), y: (f64, f64)) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = Vec::new();
    let mut open = false;
    for pair in points.windows(2) {
        let Some((from, to)) = clipped_segment(pair[0], pair[1], x, y) else {
            open = false;
            continue;
        };
        match parts.last_mut().filter(|part| open && part.last() == Some(&from)) {
            Some(part) => part.push(to),
            None => parts.push(vec![from, to]),
        }
        open = to == pair[1];
    }
    parts
}

fn clipped_segment(a: Point, b: Point, x: (f64, f64), y: (f64, f64)) -> Option<(Point, Point)> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (p, q) in [(-dx, a.0 - x.0), (dx, x.1 - a.0), (-dy, a.1 - y.0), (dy, y.1 - a.1)] {
        if p == 0.0 {
            if q < 0.0 {
                return None;
            }
        } else if p < 0.0 {
            enter = enter.max(q / p);
        } else {
            leave = leave.min(q / p);
        }
    }
    let at = |t: f64| (a.0 + t * dx, a.1 + t * dy);
    (enter <= leave)
        .then(|| (if enter == 0.0 { a } else { at(enter) }, if leave == 1.0 { b } else { at(leave) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(
            labels(&Axis::linear("", 1.4, 5.3, 8)),
            ["1.5", "2.0", "2.5", "3.0", "3.5", "4.0", "4.5", "5.0"]
        );
        assert_eq!(labels(&Axis::linear("", -60.0, 104.0, 3)), ["\u{2212}50", "0", "50", "100"]);
        assert_eq!(labels(&Axis::linear("", 0.0, 3e9, 3)), ["0", "1e9", "2e9", "3e9"]);
    }

    #[test]
    fn signed_log_keeps_zero_order_and_sign() {
        let scale = SignedLog { unit: 0.01 };
        assert_eq!(scale.place(0.0), 0.0);
        assert!((scale.place(0.09) - 1.0).abs() < 1e-12);
        assert_eq!(scale.place(-5.0), -scale.place(5.0));
        let ticks = scale.ticks(-1.5..=0.5, "best");
        let labels: Vec<&str> = ticks.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["\u{2212}0.3", "\u{2212}0.1", "\u{2212}0.03", "\u{2212}0.01", "best", "+0.01"]);
    }

    #[test]
    fn a_line_is_cut_at_the_border_and_taken_up_again() {
        let line = [(0.5, 0.5), (0.5, 2.0), (0.7, 2.0), (0.7, 0.5), (0.8, 0.5)];
        let parts = clipped(&line, (0.0, 1.0), (0.0, 1.0));
        assert_eq!(parts, [vec![(0.5, 0.5), (0.5, 1.0)], vec![(0.7, 1.0), (0.7, 0.5), (0.8, 0.5)]]);
    }

    #[test]
    fn what_lies_outside_is_dropped_and_what_crosses_is_kept() {
        assert!(clipped(&[(-1.0, 2.0), (2.0, 2.0)], (0.0, 1.0), (0.0, 1.0)).is_empty());
        let across = clipped(&[(-1.0, 0.5), (2.0, 0.5)], (0.0, 1.0), (0.0, 1.0));
        assert_eq!(across.len(), 1);
        assert!((across[0][0].0, across[0][1].0).0.abs() < 1e-12 && (across[0][1].0 - 1.0).abs() < 1e-12);
    }
}
