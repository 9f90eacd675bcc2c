//! What several threads gain: wall-clock time of passes, scores and restarts in pools of 1, 2, 4 … threads, against
//! the serial calls.
//!
//! `cargo bench --bench cores --features rayon,simd`

#![allow(clippy::expect_used, clippy::unwrap_used)] // a bench that cannot go on should stop

use gaussmix::{CHUNK, Diagonal, Em, Full, Gmm, init};
use rand_pcg::Pcg32;

mod shared;
use shared::{Source, median, timed, wall_time};

const SAMPLES: usize = 1_000_000;

fn measure<const D: usize, const K: usize, C: gaussmix::Covariance>(structure: &str) {
    let source = Source::<f32, D, K>::new();
    let data: Vec<_> = source.samples().take(SAMPLES).collect();
    let mut start: Gmm<f32, D, K, C> = Gmm::unfitted();
    init::from_means(&mut start, source.means(), &data).expect("a start");
    let em = |iterations| Em::default().with_tolerance(0.0).unwrap().with_max_iterations(iterations);
    let few = &data[..50_000];
    let mut scores = vec![0.0; SAMPLES];
    let mut row = |threads: Option<usize>| -> [f64; 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(1)).build().expect("a pool");
        let pass = || {
            let mut gmm = start.clone();
            let time = timed(wall_time, || match threads {
                None => em(4).fit(&mut gmm, &data).map(|_| ()),
                Some(_) => pool.install(|| em(4).fitting().par_fit(&mut gmm, &data, CHUNK)).map(|_| ()),
            });
            time / 5.0
        };
        let pass = median((0..7).map(|_| pass()).collect());
        let mut score = || {
            timed(wall_time, || match threads {
                None => start.log_densities(&data, &mut scores),
                Some(_) => pool.install(|| start.par_log_densities(&data, &mut scores)),
            })
        };
        let score = median((0..9).map(|_| score()).collect());
        let restarts = || {
            let mut gmm = start.clone();
            timed(wall_time, || match threads {
                None => em(10)
                    .fit_best_of(&mut gmm, 16, init::random_samples, few, &mut Pcg32::new(1, 1))
                    .map(|_| ()),
                Some(_) => pool
                    .install(|| {
                        let rng = |restart| Pcg32::new(1, u64::from(restart));
                        em(10).fitting().par_fit_best_of(&mut gmm, 16, init::random_samples, few, rng)
                    })
                    .map(|_| ()),
            })
        };
        let restarts = median((0..5).map(|_| restarts()).collect());
        [pass, score, restarts].map(|time| time * 1e3)
    };
    let serial = row(None);
    println!("{structure} f32 D={D} K={K}, N={SAMPLES} (restarts: 16 × 10 iterations over {})", few.len());
    println!(
        "  serial       pass {:8.2} ms         scores {:8.2} ms         restarts {:8.1} ms",
        serial[0], serial[1], serial[2]
    );
    let mut threads = 1;
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    while threads <= cores {
        let times = row(Some(threads));
        let gain: [f64; 3] = core::array::from_fn(|i| serial[i] / times[i]);
        println!(
            "  {threads:2} threads   pass {:8.2} ms × {:4.2}  scores {:8.2} ms × {:4.2}  restarts {:8.1} ms × {:4.2}",
            times[0], gain[0], times[1], gain[1], times[2], gain[2]
        );
        threads *= 2;
    }
}

fn main() {
    measure::<8, 8, Full>("full");
    measure::<8, 8, Diagonal>("diagonal");
    measure::<2, 3, Full>("full");
}
