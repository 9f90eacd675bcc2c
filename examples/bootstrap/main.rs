//! How many clusters has Old Faithful, and how well are they known? Both by the parametric bootstrap.
//!
//! ```text
//! cargo run --release --example bootstrap
//! cargo run --release --features rayon --example bootstrap -- --replicates 999 --seed 7
//! ```
//! Samples are drawn from the fitted model, as many as there are data, and fitted anew: again and again, which is what
//! one would see if the model were the truth.
//!
//! - **The likelihood-ratio test** of K against K + 1 components (McLachlan 1987, doi:10.2307/2347790). The usual χ²
//!   does not hold here, since K components are a singular case of K + 1. So the ratio's distribution under K
//!   components is taken from the replicates. K rises until K + 1 components are no better than chance makes them.
//! - **Standard errors** of weights and means: their standard deviations over the replicates. Fits name clusters in any
//!   order, so each replicate's components are matched with those of the model, at the least sum of Hellinger
//!   distances.
//!
//! Each replicate has a generator of its own. So the numbers are the same on any number of threads, and without any.

// A program for hosts need not spell out which part of std a name comes from.
#![allow(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

mod errors;
mod pictures;
mod ratio;
mod replicate;

use errors::Errors;
use gaussmix::Error;
use ratio::Test;
use replicate::Run;
use std::process::ExitCode;

/// Eruptions of the Old Faithful geyser, Yellowstone (Azzalini & Bowman 1990, doi:10.2307/2347385).
const FAITHFUL: &str = include_str!("../../tests/data/faithful.csv");

/// K + 1 components are accepted if chance does as well in less than one of so many replicates.
const LEVEL: f64 = 0.05;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("bootstrap: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let run = arguments()?;
    let data = load()?;
    let tests = tests(&data, &run).map_err(|error| error.to_string())?;
    let errors = errors(tests.len(), &data, &run).map_err(|error| error.to_string())?;
    print!("{}", report(&data, &run, &tests, &errors));
    pictures::draw(&data, &run, &tests, &errors)
}

fn arguments() -> Result<Run, String> {
    let mut run = Run::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        let number = |parser: &mut lexopt::Parser| -> Result<u32, lexopt::Error> {
            use lexopt::ValueExt;
            parser.value()?.parse()
        };
        match argument {
            lexopt::Arg::Long("replicates") => {
                run.replicates = number(&mut parser).map_err(|error| error.to_string())?;
            }
            lexopt::Arg::Long("seed") => {
                run.seed = number(&mut parser).map_err(|error| error.to_string())?.into();
            }
            other => return Err(other.unexpected().to_string() + "; known are --replicates and --seed"),
        }
    }
    // The standard deviation of one number is none.
    if run.replicates < 2 { Err("--replicates: at least 2".into()) } else { Ok(run) }
}

fn load() -> Result<Vec<[f64; 2]>, String> {
    let rows = csv::Reader::from_reader(FAITHFUL.as_bytes()).into_deserialize();
    rows.collect::<Result<_, csv::Error>>().map_err(|error| error.to_string())
}

/// Tests of 1, 2, … against one more, up to the first that is not rejected. It is the number of clusters.
fn tests(data: &[[f64; 2]], run: &Run) -> Result<Vec<Test>, Error> {
    type Step = fn(&[[f64; 2]], &Run) -> Result<Test, Error>;
    let steps: [Step; 4] =
        [ratio::test::<1, 2>, ratio::test::<2, 3>, ratio::test::<3, 4>, ratio::test::<4, 5>];
    let mut tests = Vec::new();
    for step in steps {
        tests.push(step(data, run)?);
        if tests.last().is_some_and(|test| test.p_value() > LEVEL) {
            break;
        }
    }
    Ok(tests)
}

fn errors(components: usize, data: &[[f64; 2]], run: &Run) -> Result<Errors, Error> {
    match components {
        1 => errors::of::<1>(data, run),
        2 => errors::of::<2>(data, run),
        3 => errors::of::<3>(data, run),
        _ => errors::of::<4>(data, run),
    }
}

fn report(data: &[[f64; 2]], run: &Run, tests: &[Test], errors: &Errors) -> String {
    let mut text = format!(
        "Old Faithful: {} eruptions, full covariances; {} replicates, seed {}\n\n",
        data.len(),
        run.replicates,
        run.seed
    );
    text += "likelihood-ratio test of K against K + 1 components\n";
    text += " K   −2 ln λ   5 % of the replicates above       p\n";
    for test in tests {
        let (observed, bound, p) = (test.observed, test.quantile(1.0 - LEVEL), test.p_value());
        text += &format!("{:>2}{observed:>10.2}{bound:>28.2}{p:>8.3}\n", test.components);
    }
    let least = 1.0 / f64::from(run.replicates + 1);
    text += &format!("(p is at least 1/{} = {least:.3})\n", run.replicates + 1);
    text += &format!("\nstandard errors with {} components\n", errors.components.len());
    text += "cluster            weight     eruption (min)      waiting (min)\n";
    for (k, component) in errors.components.iter().enumerate() {
        let [weight, eruption, waiting] = [component.weight, component.mean[0], component.mean[1]];
        text += &format!(
            "{:>7}{:>10.3} ± {:.3}{:>11.3} ± {:.3}{:>11.2} ± {:.2}\n",
            k + 1,
            weight.value,
            weight.error,
            eruption.value,
            eruption.error,
            waiting.value,
            waiting.error
        );
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test that cannot go on should stop
    use super::*;

    /// One Gaussian cannot have the two kinds of eruptions; and the errors of two are those of separate samples.
    #[test]
    fn old_faithful_has_two_kinds_of_eruptions() {
        let (data, run) = (load().unwrap(), Run { replicates: 39, ..Run::default() });
        let one = ratio::test::<1, 2>(&data, &run).unwrap();
        assert_eq!(one.p_value(), 1.0 / 40.0);
        // ℓ of the best one and two components, as scikit-learn has them (`tests/data/faithful.json`).
        assert!((one.observed - 2.0 * (1_289.796_745_052_613_5 - 1_130.263_960_184_752)).abs() < 1e-3);
        assert!(one.replicates.windows(2).all(|pair| pair[0] <= pair[1]) && one.replicates[0] >= 0.0);
        let errors = errors::of::<2>(&data, &run).unwrap();
        let [a, b] = &errors.components[..] else { unreachable!() };
        assert!((a.weight.error - b.weight.error).abs() < 1e-9, "weights sum to 1");
        // √(π₁π₂/n) = 0.029 if each eruption said what it is.
        assert!((0.02..0.045).contains(&a.weight.error), "{}", a.weight.error);
        let report = report(&data, &run, &[one], &errors);
        assert!(report.lines().all(|line| line.chars().count() < 80), "{report}");
    }

    /// For one Gaussian, the error of a mean is known: σ/√n. With 199 replicates it is known to 5 %.
    #[test]
    fn the_error_of_a_mean_is_that_of_the_textbook() {
        let (data, run) = (load().unwrap(), Run { replicates: 199, ..Run::default() });
        let errors = errors::of::<1>(&data, &run).unwrap();
        let n = data.len() as f64;
        for j in 0..2 {
            let estimate = errors.components[0].mean[j];
            let variance = data.iter().map(|x| (x[j] - estimate.value).powi(2)).sum::<f64>() / n;
            let ratio = estimate.error / (variance / n).sqrt();
            assert!((ratio - 1.0).abs() < 0.2, "{ratio}");
        }
        assert_eq!(errors.components[0].weight.error, 0.0);
    }

    /// Samples of two Gaussians are no better fitted by three, more often than not.
    #[test]
    fn two_clusters_are_not_three() {
        let truth = gaussmix::Gmm::<f64, 2, 2>::from_arrays(
            [0.4, 0.6],
            [[0.0, 0.0], [4.0, 1.0]],
            [[[1.0, 0.3], [0.3, 1.0]], [[0.5, -0.2], [-0.2, 1.5]]],
        )
        .unwrap();
        let mut rng = rand_pcg::Pcg64::new(9, 9);
        let data: Vec<[f64; 2]> = (0..200).map(|_| truth.sample(&mut rng)).collect();
        let run = Run { replicates: 19, ..Run::default() };
        let tests = tests(&data, &run).unwrap();
        assert_eq!(tests.len(), 2, "K = 1 is rejected, and K = 2 is not");
        assert!(tests[1].p_value() > LEVEL);
    }

    #[test]
    fn the_number_of_threads_changes_no_number() {
        let (data, run) = (load().unwrap(), Run { replicates: 9, ..Run::default() });
        let both = || (ratio::test::<1, 2>(&data, &run).unwrap().replicates, errors::of::<2>(&data, &run));
        let (ratios, errors) = both();
        #[cfg(feature = "rayon")]
        {
            let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
            for n in [1, 3] {
                let (again, same) = pool(n).install(both);
                assert_eq!((&again, same.unwrap()), (&ratios, errors.clone().unwrap()));
            }
        }
        // Alone, one replicate after the other.
        let alone: Vec<f64> = (0..9).map(|i| ratio::replicate::<1, 2>(&data, &run, i).unwrap()).collect();
        let mut sorted = alone.clone();
        sorted.sort_by(f64::total_cmp);
        assert_eq!(sorted, ratios);
        assert_eq!(errors.unwrap().replicates.len(), 9);
    }
}
