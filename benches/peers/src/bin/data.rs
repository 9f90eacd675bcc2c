//! Writes the data and the start of one size.
//!
//! `data DIRECTORY D K N`
//!
//! Components are spherical, of variance 1, 3 to 4 σ from their nearest neighbours; samples come in mixed order and are
//! rounded to `f32`, so that a fit in either precision sees the same numbers.

use std::error::Error;
use std::fs;
use std::path::Path;

use gaussmix::covariance::Variance;
use gaussmix::rand_core::Rng;
use gaussmix::{Full, Gmm, Spherical, SufficientStats};
use peers::case::{COVARIANCE, MEANS, SAMPLES, write};
use peers::for_size;
use rand_pcg::Pcg32;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [directory, d, k, n] = arguments.as_slice() else {
        return Err("usage: DIRECTORY D K N".into());
    };
    for_size!((d.parse()?, k.parse()?), generate(Path::new(directory), n.parse()?))
}

fn generate<const D: usize, const K: usize>(directory: &Path, n: usize) -> Result<(), Box<dyn Error>> {
    let mut rng = Pcg32::new(7, 11);
    let normal: Gmm<f64, D, 1, Spherical> = Gmm::new([1.0], [[0.0; D]], [Variance(1.0)])?;
    // Two such means lie 4.9 σ from each other on average; the nearest of K, less.
    let spread = 4.9 / (2.0 * D as f64).sqrt();
    let means: [[f64; D]; K] = core::array::from_fn(|_| normal.sample(&mut rng).map(|v| v * spread));
    let samples: Vec<[f64; D]> = (0..n)
        .map(|i| {
            let mean = &means[(i * 7919) % K];
            let z = normal.sample(&mut rng);
            core::array::from_fn(|j| f64::from((mean[j] + z[j]) as f32))
        })
        .collect();
    let mut rng = Pcg32::new(3, 5);
    let start: [[f64; D]; K] = core::array::from_fn(|_| samples[rng.next_u32() as usize % n]);
    let mut stats = SufficientStats::<f64, D, 1, Full>::new();
    for x in &samples {
        stats.assign(x, &[1.0])?;
    }
    // A quarter of the data's: components that are nearly alike would begin next to a saddle of the likelihood, where
    // rounding decides which way a fit goes.
    let covariance = stats.covariance(0).ok_or("no samples")? * 0.25;

    fs::create_dir_all(directory)?;
    write(&directory.join(SAMPLES), &samples)?;
    write(&directory.join(MEANS), &start)?;
    write(&directory.join(COVARIANCE), &covariance.data.0)
}
