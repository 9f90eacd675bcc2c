//! gaussmix, as a user calls it.

use std::error::Error;
use std::hint::black_box;

use gaussmix::{Covariance, Diagonal, Em, Full, Gmm, Real};
use peers::case::{Case, Task};
use peers::clock::{LEAST, repeat, seconds};
use peers::for_size;
use peers::line::Line;

const PEER: &str = if cfg!(feature = "simd") {
    "gaussmix, simd"
} else if cfg!(feature = "std") {
    "gaussmix, std"
} else {
    "gaussmix"
};

fn main() -> Result<(), Box<dyn Error>> {
    let case = Case::from_arguments()?;
    for_size!(case.size, size(&case))
}

fn size<const D: usize, const K: usize>(case: &Case) -> Result<(), Box<dyn Error>> {
    fits::<f32, D, K, Full>(case, "full", "f32")?;
    fits::<f64, D, K, Full>(case, "full", "f64")?;
    fits::<f32, D, K, Diagonal>(case, "diagonal", "f32")?;
    fits::<f64, D, K, Diagonal>(case, "diagonal", "f64")
}

fn fits<T: Real, const D: usize, const K: usize, C: Covariance>(
    case: &Case,
    structure: &str,
    scalar: &str,
) -> Result<(), Box<dyn Error>> {
    let data: Vec<[T; D]> = case.samples()?;
    let start: Gmm<T, D, K, C> = case.start()?;
    let n = data.len() as f64;
    let fit = |em: Em<T>| -> Result<_, gaussmix::Error> {
        let mut gmm = start.clone();
        let (time, fit) = seconds(|| em.fit(&mut gmm, &data));
        Ok((time, fit?.iterations, gmm))
    };
    let line = |task: &str, values, iterations, gmm: Option<&Gmm<T, D, K, C>>| -> Result<_, Box<dyn Error>> {
        let mean_log_likelihood = match gmm {
            Some(gmm) => Some(gmm.cast::<f64>()?.mean_log_likelihood(&case.samples::<f64, D>()?)?),
            None => None,
        };
        Line {
            task: task.into(),
            peer: PEER.into(),
            structure: structure.into(),
            scalar: scalar.into(),
            d: D,
            k: K,
            values,
            iterations,
            mean_log_likelihood,
            reference: None,
        }
        .print()
    };

    let (mut iterations, mut gmm) = (0, start.clone());
    if case.task == Task::Whole {
        let em = Em::default().with_tolerance(T::narrow(case.tolerance))?;
        let values = repeat(case.budget, 1, || {
            let time;
            (time, iterations, gmm) = fit(em)?;
            Ok::<_, gaussmix::Error>(time)
        })?;
        return line("whole", values, Some(iterations), Some(&gmm));
    }
    let fixed = |iterations| fit(Em::default().with_tolerance(T::ZERO)?.with_max_iterations(iterations));
    let between = f64::from(case.long - case.short) * n;
    let values = repeat(case.budget, LEAST, || {
        let short = fixed(case.short)?.0;
        let long;
        (long, iterations, gmm) = fixed(case.long)?;
        Ok::<_, gaussmix::Error>((long - short) / between * 1e9)
    })?;
    line("fit", values, Some(iterations), Some(&gmm))?;

    let mut scores = vec![T::ZERO; data.len()];
    let values = repeat(case.budget, LEAST, || {
        let (time, done) = seconds(|| gmm.log_densities(&data, black_box(&mut scores)));
        done.map(|()| time / n * 1e9)
    })?;
    line("score", values, None, None)
}
