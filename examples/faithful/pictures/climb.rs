//! The log-likelihood of every restart, iteration by iteration.

use super::canvas::{Entry, Frame, Mark, sheet};
use super::colour::{GREY, INK, series};
use super::scale::{Axis, MINUS, SignedLog, extremes};
use super::title;
use crate::dataset::Dataset;
use crate::fit::{Fitted, START_NAMES};
use crate::report::plural;

/// Differences below a hundredth are drawn linearly.
const SCALE: SignedLog = SignedLog { unit: 0.01 };
const ONE: SignedLog = SignedLog { unit: 1.0 };

/// A restart that ended above the best has a spurious component, or it would be the best.
fn ended_above(trace: &[f64], best: f64) -> bool {
    trace.last().is_some_and(|end| *end > best + 1e-12 * best.abs())
}

/// Where the best restart ended.
fn best_of(chosen: &Fitted) -> f64 {
    let trace = chosen.traces.get(chosen.best_restart as usize);
    trace.and_then(|trace| trace.last()).copied().unwrap_or(chosen.criteria.log_likelihood)
}

pub(crate) fn draw(dataset: &Dataset, chosen: &Fitted) -> Result<String, String> {
    let best = best_of(chosen);
    let lines: Vec<Vec<(f64, f64)>> = chosen
        .traces
        .iter()
        .map(|trace| thinned((0..).zip(trace).map(|(i, l)| (ONE.place(f64::from(i)), SCALE.place(l - best)))))
        .collect();
    let (_, last) = extremes(lines.iter().flatten().map(|p| p.0));
    let (least, most) = extremes(lines.iter().flatten().map(|p| p.1));
    let air = 0.04 * (most - least).max(1.0);
    let y = least - air..=most + air;
    let restarts = plural(chosen.traces.len(), "restart");
    let frame = Frame {
        title: title(dataset, chosen, "the likelihood climbs"),
        subtitle: format!("{restarts}; the scale is logarithmic in the distance to the best, {best:.2}")
            .replace('-', MINUS),
        x: Axis::with_ticks("iteration", 0.0..=(last * 1.03).max(0.3), iterations(last)),
        y: Axis::with_ticks("log-likelihood, relative to the best", y.clone(), SCALE.ticks(y, "best")),
        legend: legend(chosen),
    };
    sheet(&frame, |plot| {
        for (restart, line) in lines.iter().enumerate() {
            let colour = if ended_above(&chosen.traces[restart], best) {
                GREY
            } else {
                series(chosen.starts[restart])
            };
            plot.line(line, 1.3, colour, 0.55)?;
        }
        plot.line(&lines[chosen.best_restart as usize], 3.2, INK, 1.0)
    })
}

/// The first, the last and every point that is a little way from the one before.
fn thinned(points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    const STEP: f64 = 0.004;
    let mut kept: Vec<(f64, f64)> = Vec::new();
    let mut skipped = None;
    for point in points {
        skipped = match kept.last() {
            Some(last) if (point.0 - last.0).abs() < STEP && (point.1 - last.1).abs() < STEP => Some(point),
            _ => {
                kept.push(point);
                None
            }
        };
    }
    kept.extend(skipped);
    kept
}

fn iterations(last: f64) -> Vec<(f64, String)> {
    let decades = (0..7).flat_map(|d| [1, 2, 5].map(|m| m * 10_u32.pow(d)));
    let ticks = std::iter::once(0).chain(decades).map(|i| (ONE.place(f64::from(i)), i.to_string()));
    ticks.take_while(|(place, _)| *place <= last * 1.03).collect()
}

fn legend(chosen: &Fitted) -> Vec<Entry> {
    let mut entries = vec![Entry::new(Mark::Heading, "restarts, by kind of start")];
    for (i, name) in START_NAMES.iter().enumerate().filter(|(i, _)| chosen.starts.contains(i)) {
        entries.push(Entry::new(Mark::Line(series(i), 1.6), *name));
    }
    if chosen.traces.iter().any(|trace| ended_above(trace, best_of(chosen))) {
        entries.push(Entry::new(Mark::Line(GREY, 1.6), "spurious, ranked last"));
    }
    entries.push(Entry::new(Mark::Gap, ""));
    entries.push(Entry::new(Mark::Line(INK, 3.2), format!("the best, restart {}", chosen.best_restart + 1)));
    entries
        .push(Entry::new(Mark::None, format!("after {}", plural(chosen.iterations as usize, "iteration"))));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_the_ends_and_what_moves() {
        let still = (0..1000).map(|i| (f64::from(i) * 1e-5, 1.0));
        assert_eq!(thinned(still).len(), 4);
        let steep = thinned((0..5).map(|i| (0.0, f64::from(i))));
        assert_eq!(steep.len(), 5);
        assert_eq!(thinned([(0.0, 0.0), (0.001, 0.0)].into_iter()), [(0.0, 0.0), (0.001, 0.0)]);
    }
}
