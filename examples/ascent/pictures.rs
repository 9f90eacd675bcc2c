//! How near each method is to the top after so many passes, from one start.

#[allow(dead_code)]
#[path = "../faithful/pictures/canvas.rs"]
mod canvas;
#[allow(dead_code)]
#[path = "../faithful/pictures/colour.rs"]
mod colour;
#[allow(dead_code)]
#[path = "../faithful/pictures/scale.rs"]
mod scale;

use crate::methods::{CAP, METHODS};
use crate::table::{Case, GAP, Verdict, best};
use canvas::{Entry, Frame, Mark, sheet};
use colour::{GREY, series};
use scale::Axis;

const DIRECTORY: &str = "ascent-output";

/// The smallest gap that is drawn, in powers of ten.
const LOWEST: f64 = -9.0;

pub(crate) fn draw(cases: &[Case]) -> Result<(), String> {
    std::fs::create_dir_all(DIRECTORY).map_err(|error| error.to_string())?;
    let path = format!("{DIRECTORY}/gaps.svg");
    std::fs::write(&path, gaps(cases)?).map_err(|error| format!("cannot write {path}: {error}"))?;
    println!("Pictures to open: how ℓ/n closes in on the best, {path};");
    println!("paths on the surface of a likelihood, src/guide/theory/ascent.svg.");
    Ok(())
}

/// Of the starts from which both EMs and L-BFGS arrive, that which takes EM the longest.
fn slowest(cases: &[Case]) -> Option<(&Case, usize)> {
    let mut found = None;
    for case in cases {
        for (i, verdicts) in case.verdicts().iter().enumerate() {
            if let [Verdict::Arrived(passes), Verdict::Arrived(_), _, Verdict::Arrived(_), ..] = verdicts
                && found.is_none_or(|(_, _, most)| *passes > most)
            {
                found = Some((case, i, *passes));
            }
        }
    }
    found.map(|(case, i, _)| (case, i))
}

fn gaps(cases: &[Case]) -> Result<String, String> {
    let (case, i) = slowest(cases).ok_or("no start is slow")?;
    let runs = &case.starts[i];
    let (top, most) = (best(runs), f64::from(CAP).log10());
    let mut legend = Vec::new();
    for (m, (name, verdict)) in METHODS.iter().zip(case.verdicts()[i]).enumerate() {
        legend.push(Entry::new(Mark::Line(series(m), 2.5), *name));
        let words = match verdict {
            Verdict::Arrived(passes) => format!("arrives after {passes} passes"),
            Verdict::Elsewhere => format!("rests {:.1e} lower", top - runs[m].last()),
            Verdict::Stuck => "line search fails".into(),
            Verdict::Singular => "becomes singular".into(),
            Verdict::Late => format!("{:.0e} below after {CAP}", top - runs[m].last()),
        };
        legend.push(Entry::new(Mark::None, words));
        legend.push(Entry::new(Mark::Gap, ""));
    }
    legend.push(Entry::new(Mark::Line(GREY, 1.0), "arrived"));
    let powers = [1, 10, 100, 1000].map(|n| (f64::from(n).log10(), n.to_string()));
    let digits = ["⁻⁸", "⁻⁶", "⁻⁴", "⁻²", "⁰"].iter().zip([-8.0, -6.0, -4.0, -2.0, 0.0]);
    let frame = Frame {
        title: format!("{}: EM, and the gradient of ℓ", case.name),
        subtitle: format!("start {}, the slowest for EM; features standardised unless said", i + 1),
        x: Axis::with_ticks("passes over the data", 0.0..=most, powers.to_vec()),
        y: Axis::with_ticks(
            "ℓ/n below the best of the methods",
            LOWEST..=0.5,
            digits.map(|(power, at)| (at, format!("10{power}"))).collect(),
        ),
        legend,
    };
    sheet(&frame, |plot| {
        plot.line(&[(0.0, GAP.log10()), (most, GAP.log10())], 1.0, GREY, 1.0)?;
        for (m, run) in runs.iter().enumerate() {
            let gap = |value: f64| (top - value).max(10_f64.powf(LOWEST)).log10();
            let line: Vec<_> =
                run.trace.iter().map(|(passes, value)| (f64::from(*passes).log10(), gap(*value))).collect();
            plot.line(&line, 2.5, series(m), 1.0)?;
        }
        Ok(())
    })
}
