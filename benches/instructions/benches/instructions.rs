//! Instructions of single calls and of passes, counted by callgrind: `run.sh` compares them with `counts.txt`.

use core::hint::black_box;
use gaussmix::{Covariance, Diagonal, Em, Full, Gmm, MStep, NanIsMissing, SufficientStats, init};
use gungraun::prelude::*;
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

/// Fifteen panels of `f32` and a tail.
const SAMPLES: usize = 4000;

/// What is counted. Made before the counting begins, and dropped after it.
type Work = Box<dyn FnMut()>;

/// Correlated features about K centres.
fn samples<const D: usize, const K: usize>() -> Vec<[f32; D]> {
    let mut rng = Pcg32::new(7, 11);
    let mut uniform = || rng.next_u32() as f32 / 4_294_967_296.0;
    (0..SAMPLES)
        .map(|i| {
            let common = uniform();
            core::array::from_fn(|j| {
                let apart = if (i % K + j).is_multiple_of(3) { 0.0 } else { (i % K) as f32 };
                common + uniform() + uniform() + apart
            })
        })
        .collect()
}

/// Fitted a little, so that components overlap as they do in use.
fn fitted<const D: usize, const K: usize, C: Covariance>(data: &[[f32; D]]) -> Gmm<f32, D, K, C> {
    let mut gmm = Gmm::unfitted();
    init::farthest_first(&mut gmm, data).expect("a start");
    Em::default().with_max_iterations(3).fit(&mut gmm, data).expect("a fit");
    gmm
}

/// The same components in the third and the last but one of eight slots; the others are dead.
fn two_of_eight<const D: usize, C: Covariance>(two: &Gmm<f32, D, 2, C>) -> Gmm<f32, D, 8, C> {
    let (mut weights, mut offsets, mut means) = ([0.0; 8], [f32::NEG_INFINITY; 8], [[0.0; D]; 8]);
    let mut factors = *Gmm::<f32, D, 8, C>::unfitted().factors();
    for (k, slot) in [2, 6].into_iter().enumerate() {
        (weights[slot], offsets[slot], means[slot]) = (two.weights()[k], two.offsets()[k], two.means()[k]);
        factors.as_mut()[slot] = two.factors().as_ref()[k];
    }
    Gmm::from_parts(weights, offsets, means, factors)
}

fn pass_of_few<const D: usize, C: Covariance>() -> Work {
    let data = samples::<D, 2>();
    let gmm = two_of_eight(&fitted::<D, 2, C>(&data));
    let mut stats = Box::new(SufficientStats::new());
    Box::new(move || stats.observe_all(black_box(&gmm), &data).expect("a pass"))
}

fn scores_of_few<const D: usize, C: Covariance>() -> Work {
    let data = samples::<D, 2>();
    let gmm = two_of_eight(&fitted::<D, 2, C>(&data));
    let mut out = vec![0.0; SAMPLES];
    Box::new(move || gmm.log_densities(black_box(&data), &mut out).expect("scores"))
}

fn pass<const D: usize, const K: usize, C: Covariance>() -> Work {
    let data = samples::<D, K>();
    let gmm = fitted::<D, K, C>(&data);
    let mut stats = Box::new(SufficientStats::new());
    Box::new(move || stats.observe_all(black_box(&gmm), &data).expect("a pass"))
}

/// Rows of which every `nth` lacks the feature in the middle; none, if that is 0.
fn pass_by_nan<const D: usize, const K: usize, C: Covariance>(nth: usize) -> Work {
    let mut data = samples::<D, K>();
    let gmm = fitted::<D, K, C>(&data);
    for row in data.iter_mut().step_by(nth.max(1)).filter(|_| nth > 0) {
        row[D / 2] = f32::NAN;
    }
    let mut stats = Box::new(SufficientStats::new());
    Box::new(move || stats.observe_all(black_box(&gmm), data.iter().map(NanIsMissing)).expect("a pass"))
}

fn scores<const D: usize, const K: usize, C: Covariance>() -> Work {
    let data = samples::<D, K>();
    let gmm = fitted::<D, K, C>(&data);
    let mut out = vec![0.0; SAMPLES];
    Box::new(move || gmm.log_densities(black_box(&data), &mut out).expect("scores"))
}

fn log_density<const D: usize, const K: usize, C: Covariance>() -> Work {
    let data = samples::<D, K>();
    let gmm = fitted::<D, K, C>(&data);
    Box::new(move || {
        black_box(gmm.log_density(black_box(&data[5]))).expect("a score");
    })
}

fn observe<const D: usize, const K: usize, C: Covariance>() -> Work {
    let data = samples::<D, K>();
    let gmm = fitted::<D, K, C>(&data);
    let mut stats = Box::new(SufficientStats::new());
    stats.observe_all(&gmm, &data).expect("a pass");
    Box::new(move || {
        black_box(stats.observe(black_box(&gmm), data[5])).expect("a sample");
    })
}

fn maximize<const D: usize, const K: usize, C: Covariance>() -> Work {
    let data = samples::<D, K>();
    let mut gmm = fitted::<D, K, C>(&data);
    let mut stats = Box::new(SufficientStats::new());
    stats.observe_all(&gmm, &data).expect("a pass");
    Box::new(move || {
        black_box(MStep::default().maximize(black_box(&stats), &mut gmm)).expect("an M-step");
    })
}

fn k_means_plus_plus<const D: usize, const K: usize>() -> Work {
    let data = samples::<D, K>();
    let mut gmm: Gmm<f32, D, K, Diagonal> = Gmm::unfitted();
    let mut rng = Pcg32::new(1, 1);
    Box::new(move || init::k_means_plus_plus(&mut gmm, black_box(&data), &mut rng).expect("a start"))
}

#[library_benchmark]
#[bench::pass_full_2_3(pass::<2, 3, Full>())]
#[bench::pass_full_8_8(pass::<8, 8, Full>())]
#[bench::pass_diagonal_2_3(pass::<2, 3, Diagonal>())]
#[bench::pass_diagonal_8_8(pass::<8, 8, Diagonal>())]
#[bench::pass_full_3_2(pass::<3, 2, Full>())]
#[bench::pass_full_3_2_of_8(pass_of_few::<3, Full>())]
#[bench::pass_diagonal_3_2(pass::<3, 2, Diagonal>())]
#[bench::pass_diagonal_3_2_of_8(pass_of_few::<3, Diagonal>())]
#[bench::pass_by_nan_full_2_3(pass_by_nan::<2, 3, Full>(0))]
#[bench::pass_by_nan_full_8_8(pass_by_nan::<8, 8, Full>(0))]
#[bench::pass_by_nan_diagonal_8_8(pass_by_nan::<8, 8, Diagonal>(0))]
#[bench::pass_of_gaps_full_2_3(pass_by_nan::<2, 3, Full>(1))]
#[bench::pass_of_gaps_full_8_8(pass_by_nan::<8, 8, Full>(1))]
#[bench::pass_of_gaps_diagonal_8_8(pass_by_nan::<8, 8, Diagonal>(1))]
#[bench::scores_full_2_3(scores::<2, 3, Full>())]
#[bench::scores_full_8_8(scores::<8, 8, Full>())]
#[bench::scores_diagonal_2_3(scores::<2, 3, Diagonal>())]
#[bench::scores_diagonal_8_8(scores::<8, 8, Diagonal>())]
#[bench::scores_full_3_2(scores::<3, 2, Full>())]
#[bench::scores_full_3_2_of_8(scores_of_few::<3, Full>())]
#[bench::scores_diagonal_3_2(scores::<3, 2, Diagonal>())]
#[bench::scores_diagonal_3_2_of_8(scores_of_few::<3, Diagonal>())]
#[bench::log_density_full_2_3(log_density::<2, 3, Full>())]
#[bench::log_density_full_8_8(log_density::<8, 8, Full>())]
#[bench::log_density_diagonal_8_8(log_density::<8, 8, Diagonal>())]
#[bench::observe_full_2_3(observe::<2, 3, Full>())]
#[bench::observe_full_8_8(observe::<8, 8, Full>())]
#[bench::observe_diagonal_8_8(observe::<8, 8, Diagonal>())]
#[bench::maximize_full_2_3(maximize::<2, 3, Full>())]
#[bench::maximize_full_8_8(maximize::<8, 8, Full>())]
#[bench::maximize_diagonal_8_8(maximize::<8, 8, Diagonal>())]
#[bench::k_means_plus_plus_2_3(k_means_plus_plus::<2, 3>())]
#[bench::k_means_plus_plus_8_8(k_means_plus_plus::<8, 8>())]
fn count(mut work: Work) -> Work {
    work();
    work
}

library_benchmark_group!(name = calls, benchmarks = [count]);
main!(library_benchmark_groups = [calls]);
