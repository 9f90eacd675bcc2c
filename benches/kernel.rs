//! ns per sample and pass of the E-step with all statistics, through `Em::fit`, and of scoring a slice; each as a
//! multiple of what the arithmetic alone would take on this core. Beside them a pass over `Columns`, as a share of one
//! over rows.
//!
//! `taskset -c 1 cargo bench --bench kernel --features simd [-- FILTER]`
//!
//! A pass is (time of a long fit − time of a short one) / (iterations between them), in CPU time of the process: the
//! least and the median of several such pairs. The bound counts multiply-adds (full: K·(P + 2D) for the E-step and
//! again for the statistics, P = D(D+1)/2; diagonal: 5KD + D; scoring: the E-step's) at the rate that this core is
//! measured to do them in AVX2, and K exponentials at the rate of one like the crate's over a resident array, in AVX2
//! or AVX-512, whichever is faster. Loads, transposition, logarithm, maximum and normalisation are left out, so it
//! cannot be reached.

#![allow(clippy::expect_used, clippy::unwrap_used)] // a bench that cannot go on should stop

use core::hint::black_box;
use gaussmix::{Columns, Covariance, Diagonal, Em, Full, Gmm, Real, Spherical, SufficientStats, init};
use rand_pcg::Pcg32;

mod shared;
use shared::cpu_time as now;

const SAMPLES: usize = 100_000;

/// What the core does, in ns: one multiply-add (a lane of it), one exponential.
#[derive(Clone, Copy)]
struct Machine {
    fma: f64,
    exp: f64,
}

macro_rules! machine {
    ($name:ident, $t:ty, $lanes:expr, $terms:expr, $round:expr, $shift:expr, $ln2:expr, $cutoff:expr) => {
        mod $name {
            use super::*;

            /// Ten independent chains of vectors: enough for two units of latency 4 and 5.
            #[inline(always)]
            fn chains(sums: &mut [[$t; $lanes]; 10], a: $t, b: $t, rounds: usize) {
                for _ in 0..rounds {
                    for sum in sums.iter_mut() {
                        for s in sum {
                            *s = s.mul_add(a, b);
                        }
                    }
                }
            }

            #[inline(always)]
            fn exponentials(x: &[$t; 1024], out: &mut [$t; 1024]) {
                for (x, out) in x.iter().zip(out) {
                    let shifted = x.mul_add(core::f64::consts::LOG2_E as $t, $round);
                    let n = shifted - $round;
                    let r = n.mul_add(-$ln2.1, n.mul_add(-$ln2.0, *x));
                    let mut p: $t = 0.0;
                    for term in $terms {
                        p = p.mul_add(r, term);
                    }
                    let e = <$t>::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << $shift));
                    *out = if *x < $cutoff { 0.0 } else { e };
                }
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn chains_avx2(sums: &mut [[$t; $lanes]; 10], a: $t, b: $t, rounds: usize) {
                chains(sums, a, b, rounds);
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn exponentials_avx2(x: &[$t; 1024], out: &mut [$t; 1024]) {
                exponentials(x, out);
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
            fn exponentials_avx512(x: &[$t; 1024], out: &mut [$t; 1024]) {
                exponentials(x, out);
            }

            pub(crate) fn measure() -> Machine {
                let mut sums = [[0.0; $lanes]; 10];
                let (mut x, mut out) = ([-1.5; 1024], [0.0; 1024]);
                let mut machine = Machine { fma: f64::INFINITY, exp: f64::INFINITY };
                for _ in 0..20 {
                    let (a, b) = black_box((0.999, 0.001));
                    let start = now();
                    #[cfg(target_arch = "x86_64")]
                    // SAFETY: `main` stops on a machine without these features.
                    unsafe {
                        chains_avx2(&mut sums, a, b, 200_000);
                    }
                    #[cfg(not(target_arch = "x86_64"))]
                    chains(&mut sums, a, b, 200_000);
                    black_box(&mut sums);
                    machine.fma = machine.fma.min((now() - start) * 1e9 / (2e6 * $lanes as f64));
                    let begin = now();
                    for _ in 0..2000 {
                        #[cfg(target_arch = "x86_64")]
                        // SAFETY: as above.
                        unsafe {
                            exponentials_avx2(black_box(&mut x), &mut out);
                        }
                        #[cfg(not(target_arch = "x86_64"))]
                        exponentials(black_box(&mut x), &mut out);
                        black_box(&mut out);
                    }
                    machine.exp = machine.exp.min((now() - begin) * 1e9 / (2000.0 * 1024.0));
                    #[cfg(target_arch = "x86_64")]
                    if is_x86_feature_detected!("avx512f")
                        && is_x86_feature_detected!("avx512dq")
                        && is_x86_feature_detected!("avx512bw")
                        && is_x86_feature_detected!("avx512vl")
                    {
                        let begin = now();
                        for _ in 0..2000 {
                            // SAFETY: the features were detected in the lines above, the others by `main`.
                            unsafe {
                                exponentials_avx512(black_box(&mut x), &mut out);
                            }
                            black_box(&mut out);
                        }
                        machine.exp = machine.exp.min((now() - begin) * 1e9 / (2000.0 * 1024.0));
                    }
                }
                machine
            }
        }
    };
}
machine!(
    single,
    f32,
    8,
    [0.00138, 0.00837, 0.0417, 0.1667, 0.5, 1.0, 1.0f32],
    12_582_912.0,
    23,
    (0.693_359_4, -2.121_944_4e-4),
    -87.0
);
machine!(
    double,
    f64,
    4,
    [2.5e-8, 2.8e-7, 2.8e-6, 2.5e-5, 2e-4, 1.4e-3, 8.3e-3, 4.2e-2, 0.17, 0.5, 1.0, 1.0f64],
    6_755_399_441_055_744.0,
    52,
    (0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10),
    -708.0
);

/// Components about 3.5 sigma from their neighbours, in random order.
fn samples<T: Real, const D: usize, const K: usize>() -> Vec<[T; D]> {
    let mut rng = Pcg32::new(7, 11);
    let mut means = [[0.0; D]; K];
    let normal: Gmm<f64, D, 1, Spherical> =
        Gmm::new([1.0], [[0.0; D]], [gaussmix::covariance::Variance(1.0)]).expect("valid");
    for mean in &mut means {
        *mean = normal.sample(&mut rng).map(|v| v * 3.5 / (2.0 * D as f64).sqrt() * 1.4);
    }
    (0..SAMPLES)
        .map(|i| {
            let mean = &means[(i * 7919) % K];
            let z = normal.sample(&mut rng);
            core::array::from_fn(|j| T::narrow(f64::from((mean[j] + z[j]) as f32)))
        })
        .collect()
}

fn least_and_median(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    (times[0], times[times.len() / 2])
}

struct Bench {
    filter: Option<String>,
    machine: Machine,
    scalar: &'static str,
}

impl Bench {
    fn report(&self, name: &str, samples: f64, bound: f64, times: Vec<f64>) {
        let (least, median) = least_and_median(times.iter().map(|t| t * 1e9 / samples).collect());
        println!(
            "{name:<36} {least:9.2} {median:9.2} ns   bound {bound:7.2}   × {:5.2} {:5.2}",
            least / bound,
            median / bound
        );
    }

    fn size<T: Real, const D: usize, const K: usize, C: Covariance>(&self, structure: &str, shape: &str) {
        let name = format!("{structure} {} D={D} K={K}", self.scalar);
        if self.filter.as_ref().is_some_and(|f| !name.contains(f.as_str())) {
            return;
        }
        let (d, k) = (D as f64, K as f64);
        let step = if shape == "full" { k * (d * (d + 1.0) / 2.0 + 2.0 * d) } else { 3.0 * k * d };
        let sums = if shape == "full" { step } else { 2.0 * k * d + d };
        let score = step * self.machine.fma + k * self.machine.exp;
        let data = samples::<T, D, K>();
        let mut start: Gmm<T, D, K, C> = Gmm::unfitted();
        init::k_means_plus_plus(&mut start, &data, &mut Pcg32::new(3, 5)).expect("a start");
        let fit = |iterations| {
            let mut gmm = start.clone();
            let begin = now();
            let em = Em::default().with_tolerance(T::ZERO).unwrap().with_max_iterations(iterations);
            black_box(em.fit(&mut gmm, &data).expect("a fit"));
            now() - begin
        };
        let between = if D < 8 { 20 } else { 8 };
        let passes = (0..9).map(|_| (fit(2 + between) - fit(2)) / f64::from(between)).collect();
        self.report(&name, SAMPLES as f64, score + sums * self.machine.fma, passes);
        self.columns(&name, &start, &data);
        let mut scores = vec![T::ZERO; SAMPLES];
        let times = (0..15)
            .map(|_| {
                let begin = now();
                start.log_densities(&data, &mut scores).expect("scores");
                black_box(&mut scores);
                now() - begin
            })
            .collect();
        self.report(&format!("  scoring {name}"), SAMPLES as f64, score, times);
    }

    /// A pass over samples that are held feature by feature, and the same over rows, in turn.
    fn columns<T: Real, const D: usize, const K: usize, C: Covariance>(
        &self,
        name: &str,
        gmm: &Gmm<T, D, K, C>,
        data: &[[T; D]],
    ) {
        let features: [Vec<T>; D] = core::array::from_fn(|j| data.iter().map(|x| x[j]).collect());
        let columns = Columns::new(core::array::from_fn(|j| features[j].as_slice())).expect("even");
        let mut stats = SufficientStats::new();
        let (mut by_row, mut by_column) = (Vec::new(), Vec::new());
        for _ in 0..15 {
            stats.reset();
            let begin = now();
            stats.observe_all(gmm, data).expect("a pass");
            let between = now();
            black_box(&mut stats).reset();
            let start = now();
            stats.observe_columns(gmm, columns).expect("a pass");
            by_column.push(now() - start);
            by_row.push(between - begin);
            black_box(&mut stats);
        }
        let ((row, typical_row), (column, typical)) = (least_and_median(by_row), least_and_median(by_column));
        println!(
            "{:<36} {:9.2} {:9.2} of a pass over rows",
            format!("  columns {name}"),
            column / row,
            typical / typical_row
        );
    }

    fn sizes<T: Real, C: Covariance>(&self, structure: &str, shape: &str) {
        self.size::<T, 2, 3, C>(structure, shape);
        self.size::<T, 4, 4, C>(structure, shape);
        self.size::<T, 8, 8, C>(structure, shape);
        self.size::<T, 16, 8, C>(structure, shape);
        self.size::<T, 32, 16, C>(structure, shape);
    }

    fn structures<T: Real>(&self) {
        println!(
            "{}: {:.1} G multiply-adds a second, exponential {:.3} ns",
            self.scalar,
            1.0 / self.machine.fma,
            self.machine.exp
        );
        self.sizes::<T, Full>("full", "full");
        self.sizes::<T, Diagonal>("diagonal", "diagonal");
    }
}

fn main() {
    #[cfg(target_arch = "x86_64")]
    if !(is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")) {
        println!("the bound is that of AVX2 with FMA, which this machine lacks");
        return;
    }
    let filter = std::env::args().skip(1).find(|a| !a.starts_with("--"));
    Bench { filter: filter.clone(), machine: single::measure(), scalar: "f32" }.structures::<f32>();
    Bench { filter, machine: double::measure(), scalar: "f64" }.structures::<f64>();
}
