//! A model that adapts for ever: 10⁹ samples in `f32`, three features, four components, far from zero or not.
//!
//! `cargo bench --bench endurance [-- SAMPLES [INTERVAL]]`
//!
//! The report has a line per decade: the mean log-likelihood of samples that the run never sees, less that of the
//! truth; how far statistics and weights are from a mass of 1; the extreme variances of a feature. It ends with a
//! verdict: at the end as good as after 10⁶ samples, within 0.01.
//!
//! Of 10⁹ samples (x86-64, M-step every tenth): the same at offset 0 and 10⁴; masses off 1 by 1.2e-7 throughout; with a
//! step of 1e-3, 0.0083 below the truth after 10⁶ and 0.0097 after 10⁹ samples; with decaying steps, 0.0006 and 0.0001.

#![allow(clippy::expect_used, clippy::panic)] // a bench that cannot go on should stop

use gaussmix::nalgebra::SMatrix;
use gaussmix::stream::StepSize;
use gaussmix::{Gmm, OnlineEm};
use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng, SeedableRng};

type Model = Gmm<f32, 3, 4>;

const WEIGHTS: [f32; 4] = [0.4, 0.3, 0.2, 0.1];
const MEANS: [[f32; 3]; 4] = [[0.0, 0.0, 0.0], [4.0, 1.0, -2.0], [-1.0, 5.0, 3.0], [2.0, -4.0, 4.0]];
/// Rows of the factors, lower triangle.
const FACTORS: [[[f32; 3]; 3]; 4] = [
    [[1.0, 0.0, 0.0], [0.3, 0.9, 0.0], [-0.2, 0.1, 1.1]],
    [[0.8, 0.0, 0.0], [-0.1, 1.2, 0.0], [0.2, 0.4, 0.9]],
    [[1.4, 0.0, 0.0], [0.5, 1.0, 0.0], [0.3, 0.2, 0.8]],
    [[0.6, 0.0, 0.0], [0.0, 0.7, 0.0], [0.1, -0.2, 0.5]],
];

/// Standard normal numbers from a table, read from random places: fast, and good to the table's 2²⁰ entries.
struct Source {
    rng: Pcg64,
    table: Vec<f32>,
    offset: f32,
}

impl Source {
    fn new(offset: f32) -> Self {
        let mut rng = Pcg64::seed_from_u64(11);
        let mut uniform = || ((rng.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        let mut normal = || (-2.0 * uniform().ln()).sqrt() * (core::f64::consts::TAU * uniform()).cos();
        let table = (0..1 << 20).map(|_| normal() as f32).collect();
        Self { rng, table, offset }
    }

    fn draw(&mut self) -> [f32; 3] {
        let bits = self.rng.next_u64();
        let u = (bits >> 40) as f32 / (1u64 << 24) as f32;
        let k = usize::from(u >= 0.4) + usize::from(u >= 0.7) + usize::from(u >= 0.9);
        let at = bits as usize & ((1 << 20) - 4);
        let z: [f32; 3] = core::array::from_fn(|j| self.table[at + j]);
        core::array::from_fn(|i| {
            let mut x = MEANS[k][i];
            for j in 0..=i {
                x += FACTORS[k][i][j] * z[j];
            }
            self.offset + x
        })
    }
}

/// The truth, or a start near it.
fn model(offset: f32, shift: f32, spread: f32) -> Model {
    let means = MEANS.map(|mean| mean.map(|m| m + offset + shift));
    let covariances = FACTORS.map(|rows| {
        let l = SMatrix::<f32, 3, 3>::from_fn(|i, j| spread * rows[i][j]);
        let mut covariance = l * l.transpose();
        covariance.fill_upper_triangle_with_lower_triangle();
        covariance
    });
    Gmm::new(WEIGHTS, means, covariances).expect("a mixture")
}

fn run(offset: f32, name: &str, step: StepSize<f32>, samples: u64, interval: u32) -> bool {
    let mut source = Source::new(offset);
    let held_out: Vec<_> = (0..100_000).map(|_| source.draw()).collect();
    let due = model(offset, 0.0, 1.0).mean_log_likelihood(&held_out).expect("finite samples");
    let mut online = OnlineEm::new(model(offset, 0.5, 1.3), step).expect("a start").with_interval(interval);
    let (mut next, mut early, mut last, mut stray) = (10_000, 0.0, 0.0, 0.0f32);
    for i in 1..=samples {
        let posterior = online.observe(source.draw()).expect("a finite sample");
        assert!(posterior.log_density.is_finite(), "sample {i}");
        if i % 1000 == 0 {
            stray = stray.max((online.statistics().total_weight() - 1.0).abs());
            let sum: f32 = online.model().weights().iter().sum();
            stray = stray.max((sum - 1.0).abs());
        }
        if i == next || i == samples {
            next = next.saturating_mul(10);
            let gmm = online.model();
            gmm.validate().unwrap_or_else(|error| panic!("after {i}: {error}"));
            last = gmm.mean_log_likelihood(&held_out).expect("finite samples") - due;
            if i == 1_000_000 {
                early = last;
            }
            let variances =
                gmm.components().flat_map(|c| (0..3).map(move |j| c.covariance[(j, j)])).collect::<Vec<_>>();
            let least = variances.iter().copied().fold(f32::INFINITY, f32::min);
            let most = variances.iter().copied().fold(0.0, f32::max);
            println!(
                "{name}, offset {offset}, {i} samples: {last:+.5} against the truth, mass off {stray:.1e}, \
                 variances {least:.3} to {most:.3}"
            );
        }
    }
    let good = last >= early - 0.01 && stray <= 1e-5;
    println!(
        "{name}, offset {offset}: {}",
        if good { "as good as after 10⁶" } else { "WORSE than after 10⁶" }
    );
    good
}

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<u64>().ok());
    let samples = numbers.next().unwrap_or(1_000_000_000);
    let interval = numbers.next().and_then(|n| n.try_into().ok()).unwrap_or(10);
    let mut good = true;
    for offset in [0.0, 1e4] {
        let constant = StepSize::constant(1e-3).expect("a step");
        let decaying = StepSize::decaying(0.7, 100.0).expect("a step");
        good &= run(offset, "step 1e-3", constant, samples, interval);
        good &= run(offset, "decaying step", decaying, samples, interval);
    }
    assert!(good, "not as good at the end as after 10⁶ samples");
}
