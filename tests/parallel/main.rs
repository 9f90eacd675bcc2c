//! What runs on several threads must not show it: the same bits from pools of one, two and three threads, and from the
//! serial calls that define them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

use core::fmt::Debug;
use core::ops::ControlFlow;
use gaussmix::covariance::Noise;
use gaussmix::fit::{Acceleration, BestOf, Damped, Fit, Stop, Usual};
use gaussmix::init::{Rule, Start};
use gaussmix::select::Search;
use gaussmix::{
    CHUNK, Covariance, Diagonal, Em, Error, Full, Gmm, MStep, Observation, Posterior, Real, Spherical,
    SufficientStats, Tied, WithNoise, init,
};
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

/// The same laws as without features, over threads, with `simd` in panels, with `serde` from text.
#[path = "../fit/compose.rs"]
mod compose;
mod searches;

#[path = "../support"]
mod support {
    pub(crate) mod closeness;
    pub(crate) mod composed;
    pub(crate) mod dense;
    pub(crate) mod missing;
    pub(crate) mod naive;
    pub(crate) mod noise;
    pub(crate) mod structures;
    pub(crate) mod together;
    pub(crate) mod tolerance;
}
use support::structures::call_for_typical_structures;

const D: usize = 3;
const K: usize = 2;

/// What `work` gives in each pool, if it is always the same.
#[track_caller]
fn in_every_pool<V: PartialEq + Debug + Send>(work: impl Fn() -> V + Sync) -> V {
    let mut results = [1, 2, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(&work)
    });
    assert_eq!(results[0], results[1], "one thread and two");
    assert_eq!(results[0], results[2], "one thread and three");
    results[0] = work(); // in the global pool, which has as many as the machine
    assert_eq!(results[0], results[1], "the global pool");
    let [result, ..] = results;
    result
}

/// Two clusters that overlap a little, correlated features.
fn samples<T: Real>(n: usize) -> Vec<[T; D]> {
    let mut rng = Pcg32::new(5, 7);
    let mut uniform = || f64::from(rng.next_u32()) / 4_294_967_296.0;
    (0..n)
        .map(|i| {
            let common = uniform() + uniform() - 1.0;
            core::array::from_fn(|j| {
                let own = uniform() + uniform() + uniform() - 1.5;
                T::narrow(100.0 + common + (j + 1) as f64 * own + if i % 5 < 2 { 4.0 } else { 0.0 })
            })
        })
        .collect()
}

/// The noise of a pass, and the noise with which each restart begins.
#[test]
fn noise_does_not_show_threads() {
    let mut data = samples::<f64>(4000);
    for x in data.iter_mut().step_by(20) {
        x[0] = -500.0;
    }
    let mut gmm: Gmm<f64, D, K, WithNoise<Full>> = Gmm::unfitted();
    gmm.set_noise(Noise::robust(0.1, &data).unwrap()).unwrap();
    let given = gmm.clone();
    let best = in_every_pool(|| {
        let mut gmm = given.clone();
        let rng = |restart| Pcg32::new(3, u64::from(restart));
        Em::default().fitting().par_fit_best_of(&mut gmm, 6, init::mixed, &data, rng).map(|best| (best, gmm))
    });
    let (best, fitted) = best.unwrap();
    assert!((0.05..0.25).contains(&fitted.noise().weight()), "{fitted}");
    // The same restart by itself, one after another.
    let mut gmm = given.clone();
    init::mixed(&mut gmm, &data, &mut Pcg32::new(3, u64::from(best.restart))).unwrap();
    let fit = Em::default().fit(&mut gmm, &data).unwrap();
    assert_eq!((fit, &gmm), (best.fit, &fitted));
    let stats = in_every_pool(|| {
        let mut stats = SufficientStats::new();
        stats.par_observe_all(&fitted, &data, 130).unwrap();
        stats
    });
    assert!((stats.noise_mass() / 4000.0 - fitted.noise().weight()).abs() < 0.01);
    assert!((stats.total_weight() - 4000.0).abs() < 1e-6);
}

fn start<T: Real, C: Covariance>(data: &[[T; D]]) -> Gmm<T, D, K, C> {
    let mut gmm = Gmm::unfitted();
    init::farthest_first(&mut gmm, data).unwrap();
    gmm
}

/// What a parallel pass is defined to be.
fn chunk_by_chunk<T: Real, C: Covariance, O: Observation<T, D>>(
    totals: &mut SufficientStats<T, D, K, C>,
    gmm: &Gmm<T, D, K, C>,
    data: &[O],
    chunk: usize,
) -> Result<(), Error> {
    for part in data.chunks(chunk) {
        let mut stats = SufficientStats::new();
        let outcome = stats.observe_all(gmm, part);
        totals.merge(&stats);
        outcome?;
    }
    Ok(())
}

fn pass_is_that_of_its_chunks<T: Real, C: Covariance>() {
    let data = samples::<T>(3001);
    let gmm = start::<T, C>(&data);
    let weighted: Vec<_> =
        data.iter().enumerate().map(|(i, x)| (*x, T::narrow(0.75 * (i * 7 % 4) as f64))).collect();
    for chunk in [1, 64, 250, 700, 3000, 3001, usize::MAX] {
        let stats = in_every_pool(|| {
            let mut stats = SufficientStats::new();
            stats.par_observe_all(&gmm, &data, chunk).unwrap();
            // Into statistics that are not empty.
            stats.par_observe_all(&gmm, &weighted, chunk).unwrap();
            stats
        });
        let mut due = SufficientStats::new();
        chunk_by_chunk(&mut due, &gmm, &data, chunk).unwrap();
        chunk_by_chunk(&mut due, &gmm, &weighted, chunk).unwrap();
        assert_eq!(stats, due);
    }
    // One chunk is the serial pass.
    let (mut one, mut serial) = (SufficientStats::new(), SufficientStats::new());
    one.par_observe_all(&gmm, &data, data.len()).unwrap();
    serial.observe_all(&gmm, &data).unwrap();
    assert_eq!(one, serial);
    // The size of a chunk shows, or the comparisons above compare nothing.
    let mut other = SufficientStats::new();
    other.par_observe_all(&gmm, &data, 250).unwrap();
    assert_ne!(one, other);
}

fn fit_is_that_of_its_passes<T: Real, C: Covariance>() {
    let data = samples::<T>(2000);
    let begin = start::<T, C>(&data);
    let em = Em::default().with_max_iterations(4).with_tolerance(T::ZERO).unwrap();
    let (gmm, fit) = in_every_pool(|| {
        let mut gmm = begin.clone();
        let fit = em.fitting().par_fit(&mut gmm, &data, 300).unwrap();
        (gmm, fit)
    });
    let (mut due, mut stats) = (begin.clone(), SufficientStats::new());
    chunk_by_chunk(&mut stats, &due, &data, 300).unwrap();
    for _ in 0..4 {
        MStep::default().maximize(&stats, &mut due).unwrap();
        stats.reset();
        chunk_by_chunk(&mut stats, &due, &data, 300).unwrap();
    }
    assert_eq!(gmm, due);
    assert_eq!((fit.log_likelihood, fit.count, fit.iterations), (stats.log_likelihood(), 2000, 4));
    // In one chunk it is the serial fit.
    let (mut one, mut serial) = (begin.clone(), begin);
    assert_eq!(em.fitting().par_fit(&mut one, &data, CHUNK), em.fit(&mut serial, &data));
    assert_eq!(one, serial);
}

fn passes_and_fits<T: Real, C: Covariance>() {
    pass_is_that_of_its_chunks::<T, C>();
    fit_is_that_of_its_passes::<T, C>();
}

#[test]
fn threads_do_not_show_in_f32() {
    passes_and_fits::<f32, Full>();
}

#[test]
fn threads_do_not_show_in_f64() {
    call_for_typical_structures!(passes_and_fits, [f64]());
}

/// More chunks than there are slots, so that the queue starts again.
#[test]
fn threads_do_not_show_over_many_waves() {
    let data = samples::<f32>(25_000);
    let gmm = start::<f32, Diagonal>(&data);
    let slots = (1 << 20) / size_of::<SufficientStats<f32, D, K, Diagonal>>();
    assert!(data.len() > 2 * slots, "the data is one wave");
    let stats = in_every_pool(|| {
        let mut stats = SufficientStats::new();
        stats.par_observe_all(&gmm, &data, 1).unwrap();
        stats
    });
    let mut due = SufficientStats::new();
    chunk_by_chunk(&mut due, &gmm, &data, 1).unwrap();
    assert_eq!(stats, due);
}

/// Refused with the index of the first of two bad samples; those before it count, the model stays.
fn first_bad_sample_is_found<T: Real, C: Covariance>() {
    let clean: Vec<_> = samples::<T>(1000).into_iter().map(|x| (x, T::ONE)).collect();
    let gmm = start::<T, C>(&samples(1000));
    for at in [0, 99, 100, 555, 998] {
        let mut far = clean.clone();
        far[at].0[1] = T::narrow(f64::NAN);
        let mut heavy = clean.clone();
        heavy[at].1 = T::narrow(-1.0);
        let sample = at as u64;
        for (mut data, due) in [
            (far, Error::NonFiniteSample { sample, feature: 1 }),
            (heavy, Error::InvalidSampleWeight { sample }),
        ] {
            data[999].0[0] = T::INFINITY;
            let (outcome, stats) = in_every_pool(|| {
                let mut stats = SufficientStats::new();
                (stats.par_observe_all(&gmm, &data, 100), stats)
            });
            assert_eq!(outcome, Err(due));
            let mut before = SufficientStats::new();
            assert!(chunk_by_chunk(&mut before, &gmm, &data, 100).is_err());
            assert_eq!((stats.count(), &stats), (sample, &before));
            let mut fitted = gmm.clone();
            assert_eq!(Em::default().fitting().par_fit(&mut fitted, &data, 100), Err(due));
            assert_eq!(fitted, gmm);
        }
    }
}

#[test]
fn the_first_bad_sample_is_found_on_any_thread() {
    first_bad_sample_is_found::<f32, Full>();
    first_bad_sample_is_found::<f64, Tied<Diagonal>>();
}

#[test]
fn a_parallel_fit_refuses_what_a_fit_refuses() {
    let data = samples::<f64>(100);
    let begin = start::<f64, Full>(&data);
    let none: [[f64; D]; 0] = [];
    let mut gmm = begin.clone();
    assert_eq!(Em::default().fitting().par_fit(&mut gmm, &none, 10), Err(Error::EmptyData));
    assert_eq!(
        Em::default().fitting().par_fit(&mut gmm, &data, 0),
        Err(Error::InvalidParameter { name: "chunk", expected: "1 or more" })
    );
    let mut stats = SufficientStats::new();
    assert_eq!(stats.par_observe_all(&gmm, &none, 10), Ok(()));
    assert_eq!(
        stats.par_observe_all(&gmm, &data, 0),
        Err(Error::InvalidParameter { name: "chunk", expected: "1 or more" })
    );
    assert_eq!(stats, SufficientStats::new());
    // A fit that fails in its second pass goes back to the model from before the first.
    let constant = [[1.0, 2.0, 3.0]; 50];
    assert_eq!(
        Em::default().fitting().par_fit(&mut gmm, &constant, 7),
        Err(Error::ConstantFeature { feature: 0 })
    );
    let mut passes = 0;
    let em = Em::default().with_tolerance(0.0).unwrap();
    let third = |_: &_| {
        passes += 1;
        if passes == 3 { ControlFlow::Break(Stop::Restart) } else { ControlFlow::Continue(()) }
    };
    let fit = em.fitting().with_hook(third).par_fit(&mut begin.clone(), &data, 10);
    assert_eq!((fit.unwrap().iterations, passes), (2, 3));
    assert_eq!(gmm, begin);
}

/// Lengths about the cuts, and a last part that is shorter than a panel.
fn scores_are_the_serial_ones<T: Real, C: Covariance>() {
    let all = samples::<T>(4 * CHUNK + 5);
    let gmm = start::<T, C>(&all[..1000]);
    let empty = Posterior { log_density: T::ZERO, responsibilities: [T::ZERO; K] };
    for n in [0, 1, 23, CHUNK, 2 * CHUNK - 1, 2 * CHUNK, 3 * CHUNK + 7, 4 * CHUNK + 5] {
        let data = &all[..n];
        let (densities, posteriors, predictions) = in_every_pool(|| {
            let mut scores = (vec![T::ZERO; n], vec![empty; n], vec![K; n]);
            gmm.par_log_densities(data, &mut scores.0).unwrap();
            gmm.par_posteriors(data, &mut scores.1).unwrap();
            gmm.par_predictions(data, &mut scores.2).unwrap();
            scores
        });
        let mut due = (vec![T::ZERO; n], vec![empty; n], vec![K; n]);
        gmm.log_densities(data, &mut due.0).unwrap();
        gmm.posteriors(data, &mut due.1).unwrap();
        gmm.predictions(data, &mut due.2).unwrap();
        assert!(densities == due.0 && posteriors == due.1 && predictions == due.2, "{n} samples");
    }
}

#[test]
fn scores_of_threads_are_the_serial_ones() {
    scores_are_the_serial_ones::<f32, Full>();
    scores_are_the_serial_ones::<f64, Diagonal>();
}

#[test]
fn scores_of_threads_are_refused_at_the_first_bad_sample() {
    let mut data = samples::<f64>(5 * CHUNK);
    let gmm = start::<f64, Full>(&data[..100]);
    let mut out = vec![0.0; data.len()];
    assert_eq!(
        gmm.par_log_densities(&data, &mut out[1..]),
        Err(Error::InvalidParameter { name: "out", expected: "as long as the data" })
    );
    for at in [4 * CHUNK + 11, 3 * CHUNK, 2 * CHUNK - 1, 5] {
        data[at][2] = f64::NAN;
        let due = Error::NonFiniteSample { sample: at as u64, feature: 2 };
        assert_eq!(gmm.par_log_densities(&data, &mut out), Err(due));
    }
}
