//! Starts from samples with missing features.

use gaussmix::init::{Covering, KMeans, Reservoir, Rule, Start};
use gaussmix::{Diagonal, Em, Error, Full, Gmm, Masked, NanIsMissing, init};
use rand_pcg::Pcg32;

use crate::support::noise::Noise;
use crate::support::tolerance::ROUNDING;

type Sample<const D: usize> = Masked<f64, D>;

const RULES: [Rule; 6] = [
    Rule::KMeansPlusPlus,
    Rule::RandomSamples,
    Rule::KMeans(10),
    Rule::FarthestFirst,
    Rule::Agglomerate,
    Rule::Mixed,
];

/// Two clusters, 20 σ apart in each of `D` features, of which three in ten are missing, and by chance all of a sample. The
/// other numbers of a sample are `place`.
fn clusters<const D: usize>(n: usize, place: f64) -> Vec<Sample<D>> {
    let mut noise = Noise::new(60);
    let mut draw = |i: usize| {
        let centre = if i.is_multiple_of(3) { 1020.0 } else { 1000.0 };
        let whole: [f64; D] = core::array::from_fn(|_| centre + noise.normal());
        let observed: [bool; D] = core::array::from_fn(|_| noise.uniform() > 0.3);
        Masked { features: core::array::from_fn(|j| if observed[j] { whole[j] } else { place }), observed }
    };
    (0..n).map(&mut draw).collect()
}

fn started<const D: usize>(rule: Rule, data: &[Sample<D>]) -> Gmm<f64, D, 2> {
    let mut gmm = Gmm::unfitted();
    Start::new(rule).apply(&mut gmm, data, &mut Pcg32::new(3, 60)).unwrap();
    gmm
}

/// With panels, where there are more than four features, and without.
fn every_start_finds_the_clusters_that_a_fit_ends_with<const D: usize>() {
    let data = clusters::<D>(300, f64::NAN);
    for rule in RULES {
        assert_eq!(started(rule, &data), started(rule, &clusters(300, f64::INFINITY)), "{rule:?}");
        // What is drawn may lack the same feature twice, or come from one cluster: a fit starts more than once.
        let (mut gmm, mut rng) = (Gmm::<f64, D, 2>::unfitted(), Pcg32::new(5, 60));
        let best = Em::default().fit_best_of(&mut gmm, 8, Start::new(rule).rule(), &data, &mut rng).unwrap();
        assert!(best.fit.is_healthy() && best.fit.converged, "{rule:?}");
        for (mean, covariance) in gmm.means().iter().zip(&gmm.covariances()) {
            let centre = if mean[0] > 1010.0 { 1020.0 } else { 1000.0 };
            for (j, v) in mean.iter().enumerate() {
                assert!((v - centre).abs() < 0.5, "{rule:?}: {mean:?}");
                assert!((0.6..1.6).contains(&covariance[(j, j)]), "{rule:?}: {covariance}");
            }
        }
    }
}

#[test]
fn every_start_finds_clusters_in_samples_that_lack_features() {
    every_start_finds_the_clusters_that_a_fit_ends_with::<2>();
    every_start_finds_the_clusters_that_a_fit_ends_with::<6>();
}

/// The scale of a feature is that of the samples that have it: where only missing numbers vary, nothing does.
#[test]
fn distances_are_in_units_of_what_was_observed() {
    let row = |a: f64, b: f64| NanIsMissing([a, b]);
    let nan = f64::NAN;
    // The second feature decides: 0 and 1 among equal first ones. Scaled by a unit of 1000 it would not.
    let data = [row(0.0, 0.0), row(nan, 0.0), row(1.0, 0.0), row(0.0, 1.0), row(1.0, 1.0), row(nan, 1.0)];
    let mut gmm: Gmm<f64, 2, 2, Diagonal> = Gmm::unfitted();
    init::from_means(&mut gmm, &[[0.5, 0.0], [0.5, 1.0]], data).unwrap();
    assert_eq!(gmm.weights(), &[0.5, 0.5]);
    // A feature that nobody has takes no part, and is no error of a start.
    let data = [[0.0, nan], [1.0, nan], [10.0, nan], [11.0, nan]];
    let mut gmm: Gmm<f64, 2, 2, Diagonal> = Gmm::unfitted();
    init::farthest_first(&mut gmm, data.map(NanIsMissing)).unwrap();
    assert!(gmm.means().iter().any(|m| m[0] == 10.5) && gmm.validate().is_ok());
    let blank = [NanIsMissing([nan, nan])];
    assert_eq!(init::farthest_first(&mut gmm, blank), Err(Error::EmptyData));
    let bad = [row(0.0, nan), row(nan, 1.0), row(f64::INFINITY, nan)];
    let error = Error::NonFiniteSample { sample: 2, feature: 0 };
    assert_eq!(init::farthest_first(&mut gmm, bad), Err(error));
}

#[test]
fn k_means_moves_centres_to_the_mean_of_what_was_observed() {
    let nan = f64::NAN;
    let rows = [[0.0, 0.0], [2.0, nan], [nan, 1.0], [10.0, 20.0], [nan, 22.0], [12.0, nan]];
    let mut centres = [[0.0, 0.0], [10.0, 20.0]];
    let k_means = KMeans::default();
    let fit = k_means.fit(&mut centres, rows.map(NanIsMissing)).unwrap();
    assert!(fit.converged);
    // Of each feature, the mean of the two that have it; and their squares about it.
    let due = [[1.0, 0.5], [11.0, 21.0]];
    for (found, due) in centres.as_flattened().iter().zip(due.as_flattened()) {
        assert!((found - due).abs() < 1e-6, "{centres:?}");
    }
    assert!((fit.inertia - (2.0 + 0.5 + 2.0 + 2.0)).abs() < 1e-6, "{}", fit.inertia);
    assert_eq!(fit.masses, [3.0, 3.0]);
    assert_eq!(k_means.nearest(&centres, NanIsMissing([nan, 15.0])), 1);
    assert_eq!(k_means.nearest(&centres, NanIsMissing([2.0, nan])), 0);
}

#[test]
fn a_covering_and_a_reservoir_take_samples_that_lack_features() {
    let data = clusters::<2>(400, f64::NAN);
    let mut covering: Covering<f64, 2, 8, Full> = Covering::new();
    let first = data.iter().position(|x| x.observed == [true; 2]).unwrap();
    for x in &data[..first] {
        covering.observe(x).unwrap();
        assert_eq!(covering.centres().len(), 0, "none of them can be a centre");
    }
    for x in &data[first..] {
        covering.observe(x).unwrap();
    }
    let mut gmm: Gmm<f64, 2, 2> = Gmm::unfitted();
    assert_eq!(covering.start(&mut gmm), Ok(2));
    let counted = data[first..].iter().filter(|x| x.observed != [false; 2]).count() as f64;
    let high = gmm.means().iter().position(|m| m[0] > 1010.0).unwrap();
    assert!(gmm.means()[high].iter().all(|v| (v - 1020.0).abs() < 1.0), "{:?}", gmm.means());
    assert!((gmm.weights()[high] - 1.0 / 3.0).abs() < 0.1, "{counted} counted: {:?}", gmm.weights());

    let mut reservoir: Reservoir<f64, 2, 32> = Reservoir::new();
    let mut rng = Pcg32::new(4, 60);
    for x in &clusters::<2>(400, 7.0) {
        reservoir.observe(x, &mut rng).unwrap();
    }
    let held = reservoir.samples();
    assert!(held.iter().flatten().all(|v| v.is_nan() || *v > 990.0), "what was missing is NaN");
    assert!(held.iter().any(|x| x[0].is_nan()) && held.iter().any(|x| x[1].is_nan()));
    let mut gmm: Gmm<f64, 2, 2> = Gmm::unfitted();
    init::k_means_plus_plus(&mut gmm, held.iter().map(NanIsMissing), &mut rng).unwrap();
    assert!((gmm.weights()[0] + gmm.weights()[1] - 1.0).abs() < ROUNDING);
}

#[test]
fn a_cold_start_takes_complete_samples() {
    let mut cold: gaussmix::select::ColdStart<f64, 2, 8> = gaussmix::select::ColdStart::new();
    let error = Error::MissingFeature { sample: 0, feature: 1 };
    assert_eq!(cold.observe(NanIsMissing([1.0, f64::NAN])), Err(error));
    assert_eq!(cold.samples().len(), 0);
}
