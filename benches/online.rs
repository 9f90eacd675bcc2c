//! ns per sample of `OnlineEm::observe`: with an M-step after every sample, after every tenth, and with none.
//!
//! `taskset -c 1 cargo bench --bench online`

#![allow(clippy::expect_used, clippy::unwrap_used)] // a bench that cannot go on should stop

use core::hint::black_box;
use gaussmix::stream::StepSize;
use gaussmix::{Covariance, Diagonal, Full, Gmm, MStep, OnlineEm, Real, SufficientStats, Tied};
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;
use std::time::Instant;

const SAMPLES: usize = 4096;

/// Overlapping clusters, so that every component is responsible for something of every sample.
fn samples<T: Real, const D: usize, const K: usize>() -> Vec<[T; D]> {
    let mut rng = Pcg32::new(5, 7);
    let mut uniform = || f64::from(rng.next_u32()) / 4_294_967_296.0;
    let mut draw = |i: usize| {
        core::array::from_fn(|j| {
            let normal = (0..6).map(|_| uniform()).sum::<f64>() - 3.0;
            T::narrow(normal + 2.0 * (((i % K) * (j + 2)) % (K + 1)) as f64 / (D as f64).sqrt())
        })
    };
    (0..SAMPLES).map(&mut draw).collect()
}

/// The maximum likelihood model of labelled samples: any structure.
fn model<T: Real, const D: usize, const K: usize, C: Covariance>(data: &[[T; D]]) -> Gmm<T, D, K, C> {
    let mut stats = SufficientStats::new();
    for (i, x) in data.iter().enumerate() {
        let mut r = [T::ZERO; K];
        r[i % K] = T::ONE;
        stats.assign(x, &r).expect("a finite sample");
    }
    let mut gmm = Gmm::unfitted();
    MStep::default().maximize(&stats, &mut gmm).expect("enough samples");
    gmm
}

/// Median of passes.
fn time<T: Real, const D: usize, const K: usize, C: Covariance>(interval: u32) -> f64 {
    let data = samples::<T, D, K>();
    let step = StepSize::constant(T::narrow(1e-3)).expect("a step");
    let mut online =
        OnlineEm::<T, D, K, C>::new(model(&data), step).expect("a start").with_interval(interval);
    let mut times: Vec<f64> = (0..25)
        .map(|_| {
            let start = Instant::now();
            for x in &data {
                black_box(online.observe(black_box(x)).expect("a finite sample"));
            }
            start.elapsed().as_secs_f64() * 1e9 / SAMPLES as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[12]
}

fn row<T: Real, const D: usize, const K: usize, C: Covariance>(name: &str) {
    let [never, tenth, always] = [0, 10, 1].map(time::<T, D, K, C>);
    println!(
        "{name} D={D} K={K}: {always:.0} ns every sample, {tenth:.0} every tenth, {never:.0} without ({:.2}, {:.2})",
        always / never,
        tenth / never
    );
}

fn main() {
    row::<f32, 2, 3, Full>("f32 full");
    row::<f32, 3, 4, Full>("f32 full");
    row::<f32, 8, 8, Full>("f32 full");
    row::<f32, 16, 8, Full>("f32 full");
    row::<f32, 32, 8, Full>("f32 full");
    row::<f64, 3, 4, Full>("f64 full");
    row::<f64, 8, 8, Full>("f64 full");
    row::<f64, 32, 8, Full>("f64 full");
    row::<f32, 3, 4, Diagonal>("f32 diagonal");
    row::<f32, 32, 8, Diagonal>("f32 diagonal");
    row::<f32, 3, 4, Tied<Full>>("f32 tied");
    row::<f32, 32, 8, Tied<Full>>("f32 tied");
}
