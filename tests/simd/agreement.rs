//! The panel kernels against the same sums made sample by sample.

use gaussmix::covariance::{Noise, Variance};
use gaussmix::fit::Workspace;
use gaussmix::init::{Rule, Start};
use gaussmix::{
    Covariance, Diagonal, Em, Error, Full, Gmm, MStep, Observation, Posterior, Real, Spherical,
    SufficientStats, Tied, init,
};
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

use crate::support::structures::call_for_typical_structures;
use crate::support::tolerance::{SIMD_F32, SIMD_F64, SIMD_FAR_F32};

/// Samples in a panel.
pub(super) fn panel<T>() -> usize {
    1280 / size_of::<T>()
}

pub(super) fn tolerance<T>() -> f64 {
    if size_of::<T>() == 4 { SIMD_F32 } else { SIMD_F64 }
}

fn uniform(rng: &mut Pcg32) -> f64 {
    f64::from(rng.next_u32()) / 4_294_967_296.0
}

/// Correlated features of unit size about clusters 3 apart, moved by `offset`.
pub(super) fn samples<T: Real, const D: usize, const K: usize>(
    n: usize,
    offset: f64,
    seed: u64,
) -> Vec<[T; D]> {
    let mut rng = Pcg32::new(seed, 7);
    (0..n)
        .map(|i| {
            let mut last = 0.0;
            core::array::from_fn(|j| {
                let normal = (0..6).map(|_| uniform(&mut rng)).sum::<f64>() - 3.0;
                last = 0.4 * last + normal;
                T::narrow(offset + last + 3.0 * (((i % K) * (j + 2)) % (K + 1)) as f64)
            })
        })
        .collect()
}

/// The maximum likelihood model of labelled samples: any structure.
pub(super) fn model<T: Real, const D: usize, const K: usize, C: Covariance>(offset: f64) -> Gmm<T, D, K, C> {
    let mut stats = SufficientStats::new();
    for (i, x) in samples::<T, D, K>(40 * K * (D + 1), offset, 3).iter().enumerate() {
        let mut r = [T::ZERO; K];
        r[i % K] = T::narrow(0.9);
        r[(i / K) % K] += T::narrow(0.1);
        stats.assign(x, &r).unwrap();
    }
    let mut gmm = Gmm::unfitted();
    MStep::default().with_absolute_floor(T::narrow(1e-3)).unwrap().maximize(&stats, &mut gmm).unwrap();
    gmm
}

/// Statistics in `f64`, sample by sample.
pub(super) fn reference<T: Real, const D: usize, const K: usize, C: Covariance, O: Observation<T, D>>(
    gmm: &Gmm<T, D, K, C>,
    data: impl IntoIterator<Item = O>,
) -> SufficientStats<f64, D, K, C> {
    let (gmm, mut stats) = (gmm.cast::<f64>().unwrap(), SufficientStats::new());
    for x in data {
        let weight = x.weight().map_or(1.0, T::widen);
        stats.observe(&gmm, (x.features().map(T::widen), weight)).unwrap();
    }
    stats
}

/// Masses relative to the total, means in units of the spread, covariances relative to the variances.
pub(super) fn assert_agree<T: Real, const D: usize, const K: usize, C: Covariance>(
    stats: &SufficientStats<T, D, K, C>,
    due: &SufficientStats<f64, D, K, C>,
    tolerance: f64,
) {
    assert_eq!(stats.count(), due.count());
    let total = due.total_weight();
    let near = |a: f64, b: f64, scale: f64, what: &str| {
        assert!(
            (a - b).abs() <= tolerance * scale,
            "{what}: {a} for {b}, D = {D}, K = {K}, {:?}",
            C::default()
        );
    };
    near(stats.log_likelihood().widen(), due.log_likelihood(), due.log_likelihood().abs().max(total), "ℓ");
    for k in 0..K {
        near(stats.masses()[k].widen(), due.masses()[k], total, "weight");
        // Of a mass that is but rounding beside the others, the moments are too.
        if due.masses()[k] <= 1e-2 * total {
            continue;
        }
        for j in 0..D {
            let (a, b) = (stats.means()[k][j].widen(), due.means()[k][j]);
            near(a, b, 10.0 + b.abs(), "mean");
        }
        let (a, b) = (stats.covariance(k).unwrap(), due.covariance(k).unwrap());
        let (a, b) = (numbers::<T, D, C>(a), numbers::<f64, D, C>(b));
        let scale = b.iter().fold(0.0f64, |largest, v| largest.max(v.abs()));
        for (a, b) in a.iter().zip(&b) {
            near(*a, *b, 4.0 * scale, "covariance");
        }
    }
}

/// A matrix of any shape as numbers, through its text.
pub(super) fn numbers<T: Real, const D: usize, C: Covariance>(
    matrix: <C::Shape as gaussmix::covariance::Shape>::Matrix<T, D>,
) -> Vec<f64> {
    let text = format!("{matrix:?}");
    text.split(|c: char| !(c.is_ascii_digit() || "+-.e".contains(c)))
        .filter_map(|word| word.parse().ok())
        .collect()
}

fn simd_equals_scalar<T: Real, const D: usize, const K: usize, C: Covariance>() {
    let n = panel::<T>();
    let gmm = model::<T, D, K, C>(0.0);
    for count in [0, 1, n - 1, n, n + 1, 2 * n + 3, 17 * n + 5] {
        let data = samples::<T, D, K>(count, 0.0, count as u64);
        let mut stats = SufficientStats::new();
        stats.observe_all(&gmm, &data).unwrap();
        assert_agree(&stats, &reference(&gmm, &data), tolerance::<T>());
        scores_equal_scalar(&gmm, &data);
    }
    // Weights, a third of them 0, and into statistics that are not empty.
    let data = samples::<T, D, K>(2 * n + 31, 0.0, 11);
    let weighted = || data.iter().enumerate().map(|(i, x)| (x, T::narrow((i * 5 % 3) as f64 * 0.75)));
    let mut stats = SufficientStats::new();
    stats.observe_all(&gmm, &data[..7]).unwrap();
    stats.observe_all(&gmm, weighted()).unwrap();
    let mut due = reference(&gmm, &data[..7]);
    due.merge(&reference(&gmm, weighted()));
    assert_agree(&stats, &due, tolerance::<T>());
    // What weight 0 excludes leaves no trace, not even in rounding.
    let (mut with, mut without) = (SufficientStats::new(), SufficientStats::new());
    with.observe_all(&gmm, weighted()).unwrap();
    without.observe_all(&gmm, weighted().filter(|(_, w)| *w > T::ZERO)).unwrap();
    assert_eq!(with, without);
}

pub(super) fn scores_equal_scalar<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &Gmm<T, D, K, C>,
    data: &[[T; D]],
) {
    let single = gmm.cast::<f64>().unwrap();
    let (mut densities, mut components) = (vec![T::ZERO; data.len()], vec![K; data.len()]);
    let empty = Posterior { log_density: T::ZERO, responsibilities: [T::ZERO; K] };
    let mut posteriors = vec![empty; data.len()];
    gmm.log_densities(data, &mut densities).unwrap();
    gmm.posteriors(data, &mut posteriors).unwrap();
    gmm.predictions(data, &mut components).unwrap();
    for (i, x) in data.iter().enumerate() {
        let due = single.posterior(x.map(T::widen)).unwrap();
        let slack = tolerance::<T>() * (1.0 + due.log_density.abs());
        assert!((densities[i].widen() - due.log_density).abs() <= slack);
        assert!((posteriors[i].log_density.widen() - due.log_density).abs() <= slack);
        let best = due.responsibilities[components[i]];
        for k in 0..K {
            let r = posteriors[i].responsibilities[k].widen();
            assert!((r - due.responsibilities[k]).abs() <= slack);
            assert!(due.responsibilities[k] <= best + slack);
        }
    }
}

fn every_structure<T: Real, const D: usize, const K: usize>() {
    call_for_typical_structures!(simd_equals_scalar, [T, D, K]());
    // A shared scatter of each shape has tiles of its own.
    simd_equals_scalar::<T, D, K, Tied<Diagonal>>();
    simd_equals_scalar::<T, D, K, Tied<Spherical>>();
}

#[test]
fn simd_equals_scalar_in_f64() {
    every_structure::<f64, 2, 3>();
    simd_equals_scalar::<f64, 1, 1, Full>();
    simd_equals_scalar::<f64, 9, 2, Full>();
    simd_equals_scalar::<f64, 3, 16, Diagonal>();
}

#[test]
fn simd_equals_scalar_in_f32() {
    every_structure::<f32, 5, 2>();
    simd_equals_scalar::<f32, 1, 5, Full>();
    simd_equals_scalar::<f32, 4, 4, Full>();
    simd_equals_scalar::<f32, 7, 8, Full>();
    simd_equals_scalar::<f32, 8, 16, Full>();
    simd_equals_scalar::<f32, 16, 1, Full>();
    simd_equals_scalar::<f32, 33, 1, Diagonal>();
}

/// Full covariances of few features, and of so many that responsibilities are kept as roots.
fn noise_equals_scalar<const D: usize>() {
    let gmm = model::<f32, D, 2, Full>(0.0).with_noise(Noise::in_box(0.3, [8.0; D]).unwrap()).unwrap();
    let n = panel::<f32>();
    let data = samples::<f32, D, 2>(2 * n + 31, 0.0, 11);
    let weighted = || data.iter().enumerate().map(|(i, x)| (x, (i * 5 % 3) as f32 * 0.75));
    let mut stats = SufficientStats::new();
    stats.observe_all(&gmm, weighted()).unwrap();
    let due = reference(&gmm, weighted());
    assert_agree(&stats, &due, tolerance::<f32>());
    let mass = f64::from(stats.noise_mass());
    assert!((mass - due.noise_mass()).abs() < tolerance::<f32>() * due.total_weight(), "{mass}");
    assert!(mass > 0.01 * due.total_weight(), "{mass}");
    let (mut densities, mut labels) = (vec![0.0; data.len()], vec![0; data.len()]);
    gmm.log_densities(&data, &mut densities).unwrap();
    gmm.predictions(&data, &mut labels).unwrap();
    for (x, (density, label)) in data.iter().zip(densities.iter().zip(&labels)) {
        let due = gmm.log_density(x).unwrap();
        assert!((density - due).abs() < tolerance::<f32>() as f32 * (1.0 + due.abs()));
        let posterior = gmm.posterior(x).unwrap();
        let r = |k: usize| posterior.responsibilities.get(k).copied();
        let best = r(*label).unwrap_or(gmm.noise_responsibility(&posterior));
        assert!(best > 0.333);
    }
    assert!(labels.contains(&2), "some are noise");
}

#[test]
fn simd_equals_scalar_with_noise() {
    noise_equals_scalar::<3>();
    noise_equals_scalar::<6>();
}

/// The data lie 1000 σ from the model's means, and both far from 0.
fn far_start<T: Real, C: Covariance>(tolerance: f64) {
    for offset in [0.0, 1e5] {
        let data = samples::<T, 3, 1>(20 * panel::<T>() + 9, offset + 1000.0, 5);
        let gmm = model::<T, 3, 1, C>(offset);
        let mut stats = SufficientStats::new();
        stats.observe_all(&gmm, &data).unwrap();
        let due = reference(&gmm, &data);
        for j in 0..3 {
            let d = (stats.means()[0][j].widen() - due.means()[0][j]).abs();
            assert!(d <= tolerance + f64::from(f32::EPSILON) * due.means()[0][j].abs());
        }
        let a = numbers::<T, 3, C>(stats.covariance(0).unwrap());
        let b = numbers::<f64, 3, C>(due.covariance(0).unwrap());
        for (a, b) in a.iter().zip(&b) {
            assert!((a - b).abs() <= tolerance, "{a} for {b} at {offset}");
        }
    }
}

#[test]
fn simd_statistics_from_a_far_start_keep_their_digits() {
    far_start::<f32, Full>(SIMD_FAR_F32);
    far_start::<f32, Diagonal>(SIMD_FAR_F32);
    far_start::<f32, Spherical>(SIMD_FAR_F32);
    far_start::<f32, Tied<Full>>(SIMD_FAR_F32);
    far_start::<f64, Full>(SIMD_F64 * 1e3);
}

/// The error and the samples before it, wherever in a panel the bad one stands.
fn bad_sample_is_found<T: Real, C: Covariance>() {
    let gmm = model::<T, 3, 2, C>(0.0);
    let n = panel::<T>();
    let huge = T::narrow(if size_of::<T>() == 4 { 1e15 } else { 1e155 });
    for (bad, error) in [
        (T::narrow(f64::NAN), Error::NonFiniteSample { sample: 0, feature: 1 }),
        (T::INFINITY, Error::NonFiniteSample { sample: 0, feature: 1 }),
        (huge, Error::OutOfRange { sample: 0 }),
    ] {
        for at in [0, 1, n - 1, n, 2 * n + 5] {
            let mut data = samples::<T, 3, 2>(2 * n + 8, 0.0, 1);
            data[at][1] = bad;
            let mut stats = SufficientStats::new();
            let due = match error {
                Error::OutOfRange { .. } => Error::OutOfRange { sample: at as u64 },
                _ => Error::NonFiniteSample { sample: at as u64, feature: 1 },
            };
            assert_eq!(stats.observe_all(&gmm, &data), Err(due));
            assert_agree(&stats, &reference(&gmm, &data[..at]), tolerance::<T>());
            // The same with weights, of which one before it and its own are 0.
            let weights = |i: usize| T::narrow(if i == at || i + 4 == at { 0.0 } else { 2.0 });
            let weighted = || data.iter().enumerate().map(|(i, x)| (x, weights(i)));
            let mut stats = SufficientStats::new();
            let outcome = stats.observe_all(&gmm, weighted());
            let mut scalar = SufficientStats::<T, 3, 2, C>::new();
            let refused = weighted().find_map(|x| scalar.observe(&gmm, x).err());
            assert_eq!(outcome.is_err(), refused.is_some());
            let last = if refused.is_some() { at } else { data.len() };
            assert!(outcome.is_ok() || outcome == Err(due));
            let before: Vec<_> = weighted().take(last).filter(|(_, w)| *w > T::ZERO).collect();
            assert_eq!(stats.count(), before.len() as u64);
            let mut scores = vec![T::ZERO; data.len()];
            if gmm.log_density(data[at]).is_err() {
                assert_eq!(gmm.log_densities(&data, &mut scores), Err(due));
            }
        }
    }
    let data = samples::<T, 3, 2>(n + 8, 0.0, 1);
    for weight in [T::narrow(-1.0), T::narrow(f64::NAN), T::INFINITY] {
        let weights = |i: usize| if i == n + 3 { weight } else { T::ONE };
        let mut stats = SufficientStats::new();
        let outcome = stats.observe_all(&gmm, data.iter().enumerate().map(|(i, x)| (x, weights(i))));
        assert_eq!(outcome, Err(Error::InvalidSampleWeight { sample: n as u64 + 3 }));
        assert_eq!(stats.count(), n as u64 + 3);
    }
}

#[test]
fn simd_finds_the_bad_sample() {
    bad_sample_is_found::<f32, Full>();
    bad_sample_is_found::<f64, Diagonal>();
    bad_sample_is_found::<f32, Tied<Spherical>>();
}

#[test]
fn simd_takes_what_is_merely_large() {
    // Squared distances of 1e26 in f32: every panel is checked sample by sample, none refused.
    let gmm: Gmm<f32, 2, 2, Spherical> =
        Gmm::new([0.5; 2], [[0.0, 0.0], [1.0, 1.0]], [Variance(1.0); 2]).unwrap();
    let data: Vec<[f32; 2]> = (0..700).map(|i| [1e13 + i as f32 * 1e9, -1e13]).collect();
    let mut stats = SufficientStats::new();
    stats.observe_all(&gmm, &data).unwrap();
    assert_eq!(stats.count(), 700);
    assert!((stats.total_weight() - 700.0).abs() < 1e-2);
}

/// Its scatter must be exactly 0, however far the start is and however small the masses.
fn constant_feature_is_refused<T: Real, C: Covariance>() {
    for count in [3, panel::<T>() + 5, 40 * panel::<T>()] {
        let mut data = samples::<T, 2, 2>(count, 0.0, 9);
        for x in &mut data {
            x[1] = T::narrow(0.1);
        }
        let mut gmm = model::<T, 2, 2, C>(3.0);
        let before = gmm.clone();
        assert_eq!(Em::default().fit(&mut gmm, &data), Err(Error::ConstantFeature { feature: 1 }));
        assert_eq!(gmm, before);
    }
}

#[test]
fn simd_knows_a_constant_feature() {
    constant_feature_is_refused::<f32, Full>();
    constant_feature_is_refused::<f64, Diagonal>();
    constant_feature_is_refused::<f32, Tied<Full>>();
}

/// The first two seeds of many draws: how often the far cluster of a tenth of the samples is the second, given a first
/// in the near one. In proportion to squared distances that is nearly always, at random a tenth of the time.
#[test]
fn starts_in_panels_draw_in_proportion() {
    let data: Vec<[f32; 2]> = (0..3000)
        .map(|i| {
            let far = if i % 10 == 0 { 1000.0 } else { 0.0 };
            [1e4 + far + (i % 7) as f32, far + (i % 11) as f32]
        })
        .collect();
    let far = |x: &[f32; 2]| x[0] > 1e4 + 500.0;
    let (mut near_first, mut by_distance, mut at_random) = (0, 0, 0);
    for seed in 0..200 {
        let draw = |rule| -> [[f32; 2]; 2] {
            let means = Start::new(rule).means(&data, &mut Pcg32::new(seed, 1)).unwrap();
            assert!(means.iter().all(|m| data.contains(m)) && means[0] != means[1]);
            means
        };
        let means = draw(Rule::KMeansPlusPlus);
        if !far(&means[0]) {
            near_first += 1;
            by_distance += u32::from(far(&means[1]));
        }
        at_random += u32::from(far(&draw(Rule::RandomSamples)[1]));
    }
    assert!((160..196).contains(&near_first), "{near_first}");
    assert!(by_distance + 2 >= near_first, "{by_distance} of {near_first}");
    assert!((5..40).contains(&at_random), "{at_random}");
}

#[test]
fn starts_in_panels_refuse_what_single_samples_are_refused_for() {
    let start = |data: &[([f64; 2], f64)]| {
        let mut gmm: Gmm<f64, 2, 3> = Gmm::unfitted();
        init::k_means_plus_plus(&mut gmm, data.iter().copied(), &mut Pcg32::new(1, 1))
    };
    let mut data: Vec<_> = (0..300).map(|i| ([f64::from(i % 2), f64::from(i / 2 % 2)], 1.0)).collect();
    assert_eq!(start(&data), Ok(()));
    // Only two of the four places have weight.
    for (x, weight) in &mut data {
        *weight = if x[0] == x[1] { 2.0 } else { 0.0 };
    }
    assert_eq!(start(&data), Err(Error::TooFewDistinctSamples { found: 2 }));
    data[177].1 = -1.0;
    assert_eq!(start(&data), Err(Error::InvalidSampleWeight { sample: 177 }));
    data[177] = ([0.0, f64::NAN], 0.0);
    assert_eq!(start(&data), Err(Error::NonFiniteSample { sample: 177, feature: 1 }));
    data[0].0[0] = f64::INFINITY;
    assert_eq!(start(&data), Err(Error::NonFiniteSample { sample: 0, feature: 0 }));
    assert_eq!(start(&[]), Err(Error::EmptyData));
}

#[test]
fn sixty_four_features_and_components_fit_in_a_small_thread() {
    let data = samples::<f64, 64, 64>(1300, 0.0, 1);
    let mut memory = boxed(Workspace::<f64, 64, 64>::new);
    let mut gmm = boxed(Gmm::<f64, 64, 64>::unfitted);
    boxed_start(&mut gmm, &data);
    let fit = std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(move || {
            let em = Em::default()
                .with_max_iterations(2)
                .with_m_step(MStep::default().with_absolute_floor(1e-2).unwrap());
            em.fitting().with_workspace(&mut memory).fit(&mut gmm, &data).unwrap()
        })
        .unwrap()
        .join()
        .unwrap();
    assert_eq!((fit.iterations, fit.count), (2, 1300));
}

/// On the heap, built by a thread whose stack holds it.
fn boxed<V: Send + 'static>(new: impl FnOnce() -> V + Send + 'static) -> Box<V> {
    std::thread::Builder::new().stack_size(64 << 20).spawn(move || Box::new(new())).unwrap().join().unwrap()
}

/// Means from the first samples, unit covariances.
fn boxed_start(gmm: &mut Box<Gmm<f64, 64, 64>>, data: &[[f64; 64]]) {
    let means: [[f64; 64]; 64] = core::array::from_fn(|k| data[k]);
    *gmm = boxed(move || {
        let unit = gaussmix::nalgebra::SMatrix::identity();
        Gmm::new([1.0 / 64.0; 64], means, [unit; 64]).unwrap()
    });
}
