//! What surrounds the passes must be cheap beside them: the M-step, a k-means++ start, and the bookkeeping of restarts.
//!
//! `taskset -c 1 cargo bench --bench around --features simd [-- FILTER]`
//!
//! CPU time, medians, N = 100,000. Each line gives the ratio, the bar it should keep below, and whether it does.

#![allow(clippy::expect_used, clippy::unwrap_used)] // a bench that cannot go on should stop

use gaussmix::{Covariance, Diagonal, Em, Full, Gmm, MStep, Real, SufficientStats, init};
use rand_pcg::Pcg32;

mod shared;
use shared::{Source, cpu_time, median, timed};

const SAMPLES: usize = 100_000;
const RESTARTS: u32 = 4;

/// `work` timed `rounds` times.
fn repeated(rounds: usize, mut work: impl FnMut()) -> f64 {
    median((0..rounds).map(|_| timed(cpu_time, &mut work)).collect())
}

fn report(name: &str, ratio: f64, bar: f64) {
    println!("  {name:<34} {ratio:8.4}   ≤ {bar:<5} {}", if ratio <= bar { "reached" } else { "MISSED" });
}

/// Restarts together, and the same starts and fits one by one: (together, apart).
fn restarts<T: Real, const D: usize, const K: usize, C: Covariance>(data: &[[T; D]]) -> (f64, f64) {
    let em = Em::default().with_tolerance(T::ZERO).unwrap().with_max_iterations(4);
    let mut gmm: Gmm<T, D, K, C> = Gmm::unfitted();
    let mut rng = Pcg32::new(3, 5);
    let together = timed(cpu_time, || {
        em.fit_best_of(&mut gmm, RESTARTS, init::k_means_plus_plus, data, &mut rng).expect("fits")
    });
    let mut rng = Pcg32::new(3, 5);
    let mut apart = 0.0;
    for _ in 0..RESTARTS {
        apart += timed(cpu_time, || init::k_means_plus_plus(&mut gmm, data, &mut rng).expect("a start"));
        apart += timed(cpu_time, || em.fit(&mut gmm, data).expect("a fit"));
    }
    (together, apart)
}

fn measure<T: Real, const D: usize, const K: usize, C: Covariance>(name: &str, starts: f64) {
    let name = format!("{name} D={D} K={K}");
    let filter = std::env::args().skip(1).find(|a| !a.starts_with("--"));
    if filter.is_some_and(|filter| !name.contains(&filter)) {
        return;
    }
    let data: Vec<[T; D]> = Source::<T, D, K>::new().samples().take(SAMPLES).collect();
    let mut gmm: Gmm<T, D, K, C> = Gmm::unfitted();
    init::k_means_plus_plus(&mut gmm, &data, &mut Pcg32::new(3, 5)).expect("a start");
    let mut stats = SufficientStats::new();
    let pass = repeated(7, || {
        stats.reset();
        stats.observe_all(&gmm, &data).expect("a pass");
    });
    let mut next = gmm.clone();
    let m_step = repeated(7, || {
        for _ in 0..10 {
            MStep::default().maximize(&stats, &mut next).expect("an M-step");
        }
    }) / 10.0;
    let mut rng = Pcg32::new(3, 5);
    let start = repeated(5, || init::k_means_plus_plus(&mut next, &data, &mut rng).expect("a start"));
    let ratios = (0..3).map(|_| restarts::<T, D, K, C>(&data)).map(|(together, apart)| together / apart);
    println!("{name}: a pass takes {:.2} ms", pass * 1e3);
    report("M-step / pass", m_step / pass, 0.01);
    report("k-means++ / pass", start / pass, starts);
    report("best of 4 / its starts and fits", median(ratios.collect()), 1.02);
}

fn sizes<T: Real, C: Covariance>(name: &str, starts: f64) {
    measure::<T, 2, 3, C>(name, starts);
    measure::<T, 4, 4, C>(name, starts);
    measure::<T, 8, 8, C>(name, starts);
    measure::<T, 16, 8, C>(name, starts);
    measure::<T, 32, 16, C>(name, starts);
}

fn main() {
    sizes::<f32, Full>("full f32", 0.6);
    sizes::<f32, Diagonal>("diagonal f32", 3.0);
    sizes::<f64, Full>("full f64", 0.6);
    sizes::<f64, Diagonal>("diagonal f64", 3.0);
}
