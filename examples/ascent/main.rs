//! Climb the likelihood by its gradient, or by EM? Both from the same starts, on Old Faithful and iris.
//!
//! ```text
//! cargo run --release --example ascent
//! cargo run --release --example ascent -- --times
//! ```
//! ℓ/n and its gradient come from the statistics of one pass over the data, as an M-step does, so methods are compared by
//! their passes. From each start of k-means++:
//!
//! - EM, and [accelerated](gaussmix::fit::Acceleration) EM, with exact M-steps.
//! - Plain gradient ascent with a line search that halves the step (Armijo 1966).
//! - L-BFGS (Nocedal 1980) with ten pairs and the same line search. Pairs of wrong curvature are left out.
//! - L-BFGS after 30 passes of EM, and L-BFGS without standardised features.
//!
//! What climbs by gradients does so in [`Unconstrained`](gaussmix::gradient::Unconstrained) parameters, which keeps the
//! constraints: log-ratios of weights, means, and Cholesky factors with the logarithms of their diagonals. EM gives the
//! same models in any units; gradients do not, so the features are standardised, but for the last row.
//!
//! Nothing keeps a covariance from becoming singular here: no floor, no ridge. Where one does, it is counted.

// A program for hosts need not spell out which part of std a name comes from.
#![allow(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

mod climb;
mod methods;
mod pictures;
mod table;

use gaussmix::Error;
use methods::{CAP, Data};
use std::process::ExitCode;
use table::{Case, GAP, STARTS};

/// Eruptions of the Old Faithful geyser, Yellowstone (Azzalini & Bowman 1990, doi:10.2307/2347385).
const FAITHFUL: &str = include_str!("../../tests/data/faithful.csv");
/// Flowers of three species of iris (Anderson 1935; Fisher 1936, doi:10.1111/j.1469-1809.1936.tb02137.x).
const IRIS: &str = include_str!("../../tests/data/iris.csv");

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("ascent: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let times = arguments()?;
    let cases = cases()?;
    print!("{}", report(&cases, times));
    pictures::draw(&cases)
}

fn arguments() -> Result<bool, String> {
    let mut times = false;
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        match argument {
            lexopt::Arg::Long("times") => times = true,
            other => return Err(other.unexpected().to_string() + "; known is --times"),
        }
    }
    Ok(times)
}

/// The first `D` columns of a table.
fn load<const D: usize>(text: &str) -> Result<Data<D>, String> {
    let mut rows = Vec::new();
    for record in csv::Reader::from_reader(text.as_bytes()).records() {
        let record = record.map_err(|error| error.to_string())?;
        let mut row = [0.0; D];
        for (to, from) in row.iter_mut().zip(&record) {
            *to = from.parse().map_err(|_| format!("{from} is no number"))?;
        }
        rows.push(row);
    }
    Ok(Data::new(rows))
}

fn cases() -> Result<Vec<Case>, String> {
    let (faithful, iris) = (load::<2>(FAITHFUL)?, load::<4>(IRIS)?);
    let cases = || {
        Ok(vec![
            Case::new::<2, 2>("Old Faithful", &faithful)?,
            Case::new::<2, 3>("Old Faithful", &faithful)?,
            Case::new::<2, 4>("Old Faithful", &faithful)?,
            Case::new::<4, 2>("iris", &iris)?,
            Case::new::<4, 3>("iris", &iris)?,
        ])
    };
    cases().map_err(|error: Error| error.to_string())
}

fn report(cases: &[Case], times: bool) -> String {
    let mut text = format!(
        "Passes over the data until ℓ/n is within {GAP:e} of the best that any of the methods came to from the\n\
         same start; {STARTS} starts of k-means++ each, at most {CAP} passes, full covariances without a floor.\n\n"
    );
    text += &table::head(times);
    for case in cases {
        text += &case.lines(times);
    }
    text += &Case::whole(cases).lines(times);
    text += "\nmedian, most: of the starts from which the method arrived. EM/own: EM's passes over the method's,\n\
             the median where both arrived; below 1 it took more. elsewhere: rests at a lower optimum. stuck:\n\
             no step of the line search gained. singular: a covariance collapsed. late: not yet arrived.\n\
             Gradients climb log-ratios of weights, means and log-Cholesky factors of standardised features.\n\n";
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test that cannot go on should stop
    use super::*;
    use climb::{Point, steepest};
    use gaussmix::{Gmm, init};
    use table::Verdict;

    fn faithful() -> Data<2> {
        load(FAITHFUL).unwrap()
    }

    #[test]
    fn gradient_ascent_never_lowers_the_likelihood() {
        let data = faithful();
        for seed in 0..3 {
            let mut start: Gmm<f64, 2, 3> = Gmm::unfitted();
            init::random_samples(&mut start, &data.standard, &mut rand_pcg::Pcg32::new(seed, 1)).unwrap();
            let begin = start.mean_log_likelihood(&data.standard).unwrap();
            let climb = steepest(Point::of(&start).unwrap(), 400, &methods::likelihood(&data.standard));
            let values: Vec<f64> =
                [begin].into_iter().chain(climb.trace.iter().map(|(_, value)| *value)).collect();
            assert!(values.len() > 100 && values.windows(2).all(|pair| pair[1] >= pair[0] - 1e-14));
            let end = climb.point.to_model().unwrap().mean_log_likelihood(&data.standard).unwrap();
            assert!((end - climb.trace.last().unwrap().1).abs() < 1e-12);
            assert!(end > begin + 0.05, "{begin} to {end}");
        }
    }

    /// Two clusters that lie apart: all methods find them, and EM is the fastest.
    #[test]
    fn with_two_components_all_find_old_faithfuls_two_kinds() {
        let case = Case::new::<2, 2>("Old Faithful", &faithful()).unwrap();
        let raw = Data::gain_of_units(&faithful());
        for (runs, verdicts) in case.starts.iter().zip(case.verdicts()) {
            // ℓ of the best two components, as scikit-learn has it (`tests/data/faithful.json`).
            let best = table::best(runs) - raw;
            assert!((best + 1_130.263_960_184_752 / 272.0).abs() < 1e-7, "{best}");
            let passes = verdicts.map(|verdict| match verdict {
                Verdict::Arrived(passes) => passes,
                other => unreachable!("{other:?}"),
            });
            let [em, accelerated, gradient, lbfgs, after, in_raw_units] = passes;
            assert!(em == after && accelerated <= em && em < lbfgs.max(30), "{passes:?}");
            assert!(lbfgs < gradient && lbfgs < in_raw_units, "{passes:?}");
        }
        let lines = case.lines(false);
        assert_eq!(
            lines,
            Case::new::<2, 2>("Old Faithful", &faithful()).unwrap().lines(false),
            "another run"
        );
        for line in report(&[case], true).lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }

    /// What the guide says of the table (`src/guide/theory/ascent.md`).
    #[test]
    fn the_gradient_pays_only_where_em_is_slow_and_only_with_curvature() {
        let cases = cases().unwrap();
        let arrived = |case: &Case, m: usize| {
            case.verdicts().iter().filter(|verdicts| matches!(verdicts[m], Verdict::Arrived(_))).count()
        };
        for (case, em_is_slow) in cases.iter().zip([false, true, true, false, false]) {
            let ratio = |m: usize| case.ratio(m).unwrap();
            assert_eq!(ratio(0), 1.0);
            assert!(ratio(2) < 0.1, "the gradient takes over ten times EM's passes: {}", case.name);
            // Iris has one unit for all features, Old Faithful has not.
            let units_differ = case.name.starts_with("Old");
            assert!(ratio(5) < 0.5 * ratio(3) || !units_differ, "raw units take more: {}", case.name);
            if em_is_slow {
                assert!(ratio(1) > 2.5 && ratio(3) > 1.5, "{}", case.name);
            } else {
                assert!(ratio(1) >= 1.0 && ratio(3) < 0.5, "{}", case.name);
            }
        }
        let whole = Case::whole(&cases);
        assert_eq!(whole.starts.len(), 50);
        let all: [usize; 4] = core::array::from_fn(|m| arrived(&whole, m));
        let [em, accelerated, gradient, lbfgs] = all;
        assert!(em.min(accelerated) >= lbfgs && lbfgs > gradient, "{all:?}");
        #[cfg(not(feature = "simd"))] // other bits
        {
            let rounded =
                |case: &Case| [1, 2, 3, 5].map(|m| (case.ratio(m).unwrap() * 1000.0).round() as u32);
            assert_eq!((all, arrived(&whole, 5)), ([42, 43, 33, 40], 40));
            let medians: Vec<f64> = cases.iter().map(|case| case.median(0).unwrap()).collect();
            assert_eq!(medians, [5.0, 77.0, 203.0, 3.0, 25.5]);
            let due = [
                [1000, 81, 455, 181],
                [3050, 32, 2121, 434],
                [3119, 29, 2015, 646],
                [1000, 7, 65, 79],
                [1428, 18, 300, 276],
            ];
            assert_eq!(cases.iter().map(rounded).collect::<Vec<_>>(), due);
        }
    }
}
