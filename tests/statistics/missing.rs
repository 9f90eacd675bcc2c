//! Samples with missing features.

use gaussmix::fit::{Outcome, Prior};
use gaussmix::select::ColdStart;
use gaussmix::{Diagonal, Em, Error, Full, Gmm, MStep, Masked, NanIsMissing, SufficientStats, Tied, init};

use crate::support::closeness::{
    assert_close, assert_matrices_close, assert_same_statistics, assert_stats_close,
};
use crate::support::clouds::{clouds, guess, narrowed, pass};
use crate::support::dense::{Structure, covariances, model, spread};
use crate::support::missing::{Sample, without};
use crate::support::naive::Mixture;
use crate::support::noise::Noise;
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::{FALL_F64, MISSING_F32, NAIVE_F64, ROUNDING};

/// Three features, of which each is missing in a third of the samples, and now and then all are.
fn holes(n: usize) -> Vec<Sample<3>> {
    without(&clouds(n, 90), 1.0 / 3.0, 91)
}

fn observed<T: gaussmix::Real, const D: usize, const K: usize, C: Structure>(
    gmm: &Gmm<T, D, K, C>,
    data: impl IntoIterator<Item: gaussmix::Observation<T, D>>,
) -> SufficientStats<T, D, K, C> {
    let mut stats = SufficientStats::new();
    stats.observe_all(gmm, data).unwrap();
    stats
}

/// Statistics, scores and distances against inverses of blocks, with weights and with a dead component; then the M-steps
/// of ten passes, none of which may lower the likelihood.
fn a_pass_is_that_of_the_formulas_and_climbs<C: Structure>() {
    let mut gmm = guess::<f64, C>();
    if !C::common().is_coupled() {
        gmm = model([0.6, 0.0, 0.4], *gmm.means(), covariances(&gmm));
    }
    let data: Vec<(Sample<3>, f64)> =
        holes(60).into_iter().zip([1.0, 0.25, 3.0].into_iter().cycle()).collect();
    assert!(data.iter().any(|(x, _)| !x.observed.contains(&true)), "a sample without any feature");
    let slow = Mixture::of(&gmm);
    let (found, due) = (observed(&gmm, &data), slow.statistics_of(&data, true));
    assert_close(found.log_likelihood(), due.log_likelihood, NAIVE_F64, "log-likelihood");
    for k in 0..3 {
        assert_close(found.masses()[k], due.weights[k], NAIVE_F64, "mass");
        for j in 0..3 {
            assert_close(found.means()[k][j], due.means[k][j], NAIVE_F64, "mean");
        }
        if found.masses()[k] > 0.0 {
            assert_matrices_close(&spread(&found, k), &due.covariance::<3, C>(k), NAIVE_F64, "covariance");
        }
    }
    for (x, _) in &data {
        let (log_density, responsibilities) = slow.posterior_of(x);
        let posterior = gmm.posterior(x).unwrap();
        assert_close(posterior.log_density, log_density, NAIVE_F64, "log-density");
        assert_eq!(gmm.log_density(x).unwrap(), posterior.log_density);
        let best = gmm.predict(x).unwrap();
        let distances = gmm.mahalanobis_squared(x).unwrap();
        for (k, conditional) in slow.conditionals(x).iter().enumerate() {
            assert_close(posterior.responsibilities[k], responsibilities[k], NAIVE_F64, "responsibility");
            assert_close(distances[k], conditional.distance, NAIVE_F64, "distance");
            assert!(posterior.responsibilities[k] <= posterior.responsibilities[best]);
        }
    }

    let (mut gmm, data) = (guess::<f64, C>(), holes(200));
    let mut before = f64::NEG_INFINITY;
    for _ in 0..10 {
        let stats = observed(&gmm, &data);
        let now = stats.log_likelihood() / stats.total_weight();
        assert!(now - before >= -FALL_F64 * now.abs().max(1.0), "{before} fell to {now}");
        before = now;
        let update = MStep::exact().maximize(&stats, &mut gmm).unwrap();
        assert!(update.outcomes.iter().all(|o| matches!(o, Outcome::Updated | Outcome::Improved)));
    }
}
for_typical_structures!(a_pass_is_that_of_the_formulas_and_climbs);

/// Debug text tells all bits.
fn text(value: &impl core::fmt::Debug) -> String {
    format!("{value:?}")
}

#[test]
fn what_stands_in_the_place_of_a_missing_feature_is_never_read() {
    let gmm = guess::<f64, Full>();
    let data = holes(300);
    let due = text(&observed(&gmm, &data));
    let (fitted, report) = fit(&data);
    for v in [0.0, f64::INFINITY, 1e300, -7.5] {
        let other: Vec<Sample<3>> = data
            .iter()
            .map(|x| Masked { features: x.features.map(|f| if f.is_nan() { v } else { f }), ..*x })
            .collect();
        assert_eq!(text(&observed(&gmm, &other)), due, "{v}");
        let (again, same) = fit(&other);
        assert_eq!((again, text(&same)), (fitted.clone(), text(&report)), "{v}");
        for (x, y) in data.iter().zip(&other) {
            assert_eq!(gmm.posterior(x), gmm.posterior(y));
            assert_eq!(gmm.mahalanobis_squared(x), gmm.mahalanobis_squared(y));
            assert_eq!(gmm.predict(x), gmm.predict(y));
        }
        assert_eq!(text(&gmm.criteria(&data)), text(&gmm.criteria(&other)));
        assert_eq!(gmm.lower_bound(&data, &fitted), gmm.lower_bound(&other, &fitted));
    }
    let rows: Vec<[f64; 3]> = data.iter().map(|x| x.features).collect();
    assert_eq!(text(&observed(&gmm, rows.iter().map(NanIsMissing))), due, "NaN says the same as the mask");
    // But where nothing says that it is missing, it is an error.
    let feature = rows[0].iter().position(|v| v.is_nan()).unwrap_or(0);
    let nan = core::array::from_fn(|j| if j == feature { f64::NAN } else { 0.0 });
    assert_eq!(gmm.log_density(nan), Err(Error::NonFiniteSample { sample: 0, feature }));
}

fn fit(data: &[Sample<3>]) -> (Gmm<f64, 3, 3>, gaussmix::fit::Fit<f64, 3>) {
    let mut gmm = guess();
    let report = Em::default().with_max_iterations(5).fit(&mut gmm, data).unwrap();
    (gmm, report)
}

#[test]
fn a_mask_of_complete_samples_changes_no_bit() {
    let (gmm, data) = (guess::<f64, Full>(), clouds(200, 92));
    let masked: Vec<Sample<3>> = data.iter().map(|x| Masked { features: *x, observed: [true; 3] }).collect();
    assert_same_statistics(&observed(&gmm, &masked), &pass(&gmm, &data));
    assert_same_statistics(&observed(&gmm, data.iter().map(NanIsMissing)), &pass(&gmm, &data));
    assert_eq!(gmm.posterior(masked[7]), gmm.posterior(data[7]));
}

#[test]
fn complete_samples_form_the_same_blocks_whatever_comes_between_them() {
    // All that a sample with missing features adds, it adds by itself: with next to no weight, next to nothing.
    let (gmm, data) = (guess::<f64, Full>(), clouds(400, 93));
    let alone = pass(&gmm, &data);
    let mixed = data.iter().enumerate().flat_map(|(i, x)| {
        let missing = Masked { features: *x, observed: [true, i % 2 == 0, false] };
        let whole = Masked { features: *x, observed: [true; 3] };
        [(whole, 1.0), (missing, if i % 3 == 0 { 1e-300 } else { 0.0 })]
    });
    assert_stats_close(&observed(&gmm, mixed.clone().filter(|(_, w)| *w == 1.0 || *w == 0.0)), &alone, 0.0);
    let found = observed(&gmm, mixed);
    assert_eq!(found.count(), 400 + 134);
    assert_eq!((found.masses(), found.log_likelihood()), (alone.masses(), alone.log_likelihood()));
}

#[test]
fn a_sample_without_any_feature_counts_as_absent() {
    let gmm = guess::<f64, Tied<Full>>();
    let data = holes(100);
    let blank = Masked { features: [f64::NAN; 3], observed: [false; 3] };
    let seen = |x: &&Sample<3>| x.observed.contains(&true);
    let with: Vec<Sample<3>> = data.iter().flat_map(|x| [*x, blank]).collect();
    let without: Vec<Sample<3>> = data.iter().filter(seen).copied().collect();
    assert_same_statistics(&observed(&gmm, &with), &observed(&gmm, &without));
    assert_eq!(gmm.mean_log_likelihood(&with), gmm.mean_log_likelihood(&without));
    assert_eq!(gmm.criteria(&with), gmm.criteria(&without));
    assert_eq!(gmm.mean_log_likelihood([blank]), Err(Error::EmptyData));
    // Of itself it says nothing: a density of 1, and the weights.
    let posterior = gmm.posterior(blank).unwrap();
    assert_close(posterior.log_density, 0.0, ROUNDING, "log-density");
    for (r, weight) in posterior.responsibilities.iter().zip(gmm.weights()) {
        assert_close(*r, *weight, ROUNDING, "responsibility");
    }
    assert_eq!(gmm.mahalanobis_squared(blank), Ok([0.0; 3]));
}

#[test]
fn a_weight_counts_how_often_a_sample_with_missing_features_was_seen() {
    let (gmm, data) = (guess::<f64, Full>(), holes(60));
    let weight = |i: usize| [2.0, 0.0, 1.0][i % 3];
    let weighted = observed(&gmm, data.iter().enumerate().map(|(i, x)| (x, weight(i))));
    let repeated =
        observed(&gmm, data.iter().enumerate().flat_map(|(i, x)| (0..weight(i) as usize).map(move |_| x)));
    for k in 0..3 {
        assert_close(weighted.masses()[k], repeated.masses()[k], ROUNDING, "mass");
        assert_matrices_close(&spread(&weighted, k), &spread(&repeated, k), ROUNDING, "covariance");
    }
    assert_close(weighted.log_likelihood(), repeated.log_likelihood(), ROUNDING, "log-likelihood");
    // A common factor changes nothing, and a weight goes inside or outside of NanIsMissing.
    let rows: Vec<[f64; 3]> = data.iter().map(|x| x.features).collect();
    let inside = observed(&gmm, rows.iter().map(|x| NanIsMissing((x, 0.5))));
    assert_same_statistics(&inside, &observed(&gmm, rows.iter().map(|x| (NanIsMissing(x), 0.5))));
    assert_close(2.0 * inside.log_likelihood(), observed(&gmm, &data).log_likelihood(), ROUNDING, "half");
}

#[test]
fn parts_with_missing_features_merge_to_the_whole() {
    let (gmm, data) = (guess::<f64, Full>(), holes(300));
    let whole = observed(&gmm, &data);
    let mut merged = observed(&gmm, &data[200..]);
    merged.merge(&observed(&gmm, &data[..130]));
    merged.observe_all(&gmm, &data[130..200]).unwrap();
    assert_stats_close(&merged, &whole, ROUNDING);
    let mut single = SufficientStats::new();
    for x in &data {
        single.observe(&gmm, x).unwrap();
    }
    assert_stats_close(&single, &whole, ROUNDING);
    merged.discount(0.5).unwrap();
    assert_close(merged.total_weight(), 0.5 * whole.total_weight(), ROUNDING, "half");
    assert_matrices_close(&spread(&merged, 1), &spread(&whole, 1), ROUNDING, "discounted");
}

#[test]
fn without_the_conditional_covariance_variances_come_out_too_small() {
    // Two correlated features, of which two in five numbers are missing: 2000 samples tell the variances to 0.03.
    let mut noise = Noise::new(94);
    let draw = |_| {
        let z = [noise.normal(), noise.normal()];
        [z[0], 0.28 * z[0] + 0.96 * z[1]]
    };
    let data: Vec<(Sample<2>, f64)> =
        without(&(0..2000).map(draw).collect::<Vec<_>>(), 0.4, 95).into_iter().map(|x| (x, 1.0)).collect();
    let start: Gmm<f64, 2, 1> = model([1.0], [[0.1, -0.1]], [[[1.5, 0.0], [0.0, 1.5]]]);
    let (mut exact, mut naive) = (start.clone(), Mixture::of(&start));
    for _ in 0..60 {
        MStep::exact().maximize(&observed(&exact, &data), &mut exact).unwrap();
        naive = naive.statistics_of(&data, false).maximize::<2, Full>();
    }
    for j in 0..2 {
        let (found, low) = (covariances(&exact)[0][j][j], naive.covariances[0][j][j]);
        assert!((found - 1.0).abs() < 0.1, "the exact estimate of 1 is {found}");
        assert!(low < 0.85, "the estimate without it is {low}");
    }
}

#[test]
fn a_feature_that_nobody_has_keeps_its_marginal() {
    let mut gmm = guess::<f64, Full>();
    let before = gmm.clone();
    let data: Vec<Sample<3>> =
        clouds(200, 96).iter().map(|x| Masked { features: *x, observed: [true, false, true] }).collect();
    for _ in 0..3 {
        MStep::exact().maximize(&observed(&gmm, &data), &mut gmm).unwrap();
    }
    assert!(gmm.validate().is_ok());
    // Given the others, nothing is known of it: the conditional variance is what the model says from the start.
    let given = |gmm: &Gmm<f64, 3, 3>, k| {
        let m: [[f64; 3]; 3] = covariances(gmm)[k];
        let [a, b, c] = [m[0][0], m[0][2], m[2][2]];
        let [p, q] = [m[1][0], m[1][2]];
        m[1][1] - (p * p * c - 2.0 * p * q * b + q * q * a) / (a * c - b * b)
    };
    for k in 0..3 {
        assert_close(given(&gmm, k), given(&before, k), NAIVE_F64, "conditional variance");
    }
}

#[test]
fn one_feature_is_there_or_not() {
    let gmm: Gmm<f64, 1, 2, Diagonal> =
        Gmm::from_arrays([0.25, 0.75], [[-1.0], [2.0]], [[1.0], [4.0]]).unwrap();
    let here = |v: f64| Masked { features: [v], observed: [!v.is_nan()] };
    let data = [0.5, f64::NAN, -2.0, f64::NAN, 3.0];
    let found = observed(&gmm, data.map(here));
    assert_same_statistics(&found, &observed(&gmm, [[0.5], [-2.0], [3.0]]));
}

#[test]
fn single_precision_far_from_zero_agrees_with_double() {
    let shift = |x: &[f64; 3]| x.map(|v| v + 1e4);
    let far: Vec<[f64; 3]> = clouds(2000, 97).iter().map(shift).collect();
    let near = guess::<f64, Full>();
    let gmm: Gmm<f64, 3, 3> = model([0.4, 0.35, 0.25], near.means().map(|m| shift(&m)), covariances(&near));
    let gmm_f32: Gmm<f32, 3, 3> = gmm.cast().unwrap();
    let narrow: Vec<[f32; 3]> = narrowed(&far);
    let masks = without(&far, 0.3, 98);
    let same = |x: &[f32; 3], mask: &Sample<3>| Masked { features: *x, observed: mask.observed };
    let widened =
        |x: &[f32; 3], mask: &Sample<3>| Masked { features: x.map(f64::from), observed: mask.observed };
    let found = observed(&gmm_f32, narrow.iter().zip(&masks).map(|(x, m)| same(x, m)));
    let due =
        observed(&gmm_f32.cast::<f64>().unwrap(), narrow.iter().zip(&masks).map(|(x, m)| widened(x, m)));
    for k in 0..3 {
        let (a, b) = (spread(&found, k), spread(&due, k));
        for (i, j) in (0..9).map(|n| (n / 3, n % 3)) {
            let scale = (b[i][i] * b[j][j]).sqrt();
            assert!((a[i][j] - b[i][j]).abs() < MISSING_F32 * scale, "{} {}", a[i][j], b[i][j]);
        }
    }
}

#[test]
fn a_sample_far_outside_has_finite_scores_and_statistics() {
    let gmm = guess::<f64, Full>();
    let far = Masked { features: [1e6, f64::NAN, -1e6], observed: [true, false, true] };
    let posterior = gmm.posterior(far).unwrap();
    assert!(posterior.log_density.is_finite());
    assert_close(posterior.responsibilities.iter().sum(), 1.0, ROUNDING, "sum");
    let imputed = gmm.impute(far).unwrap();
    assert!(imputed.mean.iter().chain(imputed.covariance.iter()).all(|v| v.is_finite()));
    let stats = observed(&gmm, [far]);
    assert!(stats.means().iter().flatten().all(|v| v.is_finite()));
    // Beyond the range of sums it is refused, and nothing changed.
    let mut stats = SufficientStats::<f64, 3, 3>::new();
    let wide = Masked { features: [1e155, f64::NAN, 0.0], ..far };
    assert_eq!(stats.observe_all(&gmm, [wide]), Err(Error::OutOfRange { sample: 0 }));
    assert_same_statistics(&stats, &SufficientStats::new());
}

#[test]
fn a_conditional_mean_beyond_the_range_of_sums_is_refused() {
    let gmm: Gmm<f32, 2, 1> = Gmm::from_arrays([1.0], [[0.0, 1e18]], [[[1.0, 0.0], [0.0, 1.0]]]).unwrap();
    let x = Masked { features: [0.0, f32::NAN], observed: [true, false] };
    assert!(gmm.log_density(x).is_ok());
    let mut stats = SufficientStats::new();
    assert_eq!(stats.observe(&gmm, x), Err(Error::OutOfRange { sample: 0 }));
    assert_same_statistics(&stats, &SufficientStats::new());
}

#[test]
fn what_is_wrong_with_a_sample_is_said_by_its_place() {
    let gmm = guess::<f64, Full>();
    let good = Masked { features: [0.0, f64::NAN, 1.0], observed: [true, false, true] };
    let mut stats = SufficientStats::<f64, 3, 3>::new();
    let bad = Masked { features: [0.0, f64::NAN, f64::INFINITY], ..good };
    let error = Error::NonFiniteSample { sample: 2, feature: 2 };
    assert_eq!(stats.observe_all(&gmm, [good, good, bad, good]), Err(error));
    assert_eq!(stats.count(), 2);
    let error = Error::InvalidSampleWeight { sample: 1 };
    assert_eq!(stats.observe_all(&gmm, [(good, 1.0), (good, -1.0)]), Err(error));
    // Complete samples after it do not count either, nor does it count before one that is refused.
    let whole = Masked { features: [0.0; 3], observed: [true; 3] };
    let wide = Masked { features: [1e200; 3], observed: [true; 3] };
    for order in [[whole, bad, whole, whole], [whole, wide, good, good]] {
        let mut stats = SufficientStats::<f64, 3, 3>::new();
        assert!(stats.observe_all(&gmm, order).is_err());
        assert_same_statistics(&stats, &observed(&gmm, [whole]));
    }
    let error = Error::MissingFeature { sample: 0, feature: 1 };
    assert_eq!(stats.assign(good, &[1.0, 0.0, 0.0]), Err(error));
    assert_eq!(ColdStart::<f64, 3, 8>::new().observe(good), Err(error));
    let error = Error::MissingFeature { sample: 1, feature: 1 };
    assert_eq!(Prior::<f64, 3, 3>::from_data([whole, good]), Err(error));
    let rows = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
    assert_eq!(init::from_responsibilities(&mut { gmm }, [whole, good], rows), Err(error));
}

#[test]
fn a_sample_without_any_feature_is_absent_where_samples_must_be_complete() {
    let nothing = NanIsMissing([f64::NAN; 3]);
    let mut stats = SufficientStats::<f64, 3, 3>::new();
    assert_eq!(stats.assign(nothing, &[1.0, 0.0, 0.0]), Ok(()));
    let error = Error::InvalidResponsibility { sample: 0, component: 1 };
    assert_eq!(stats.assign(nothing, &[1.0, -1.0, 0.0]), Err(error));
    assert_eq!(stats, SufficientStats::new());
    let mut cold = ColdStart::<f64, 3, 8>::new();
    assert_eq!((cold.observe(nothing), cold.samples().len()), (Ok(false), 0));
    let rows = [[1.0, 0.0, 2.0], [0.0, 1.0, 5.0], [2.0, 2.0, 3.0], [3.0, 2.0, 2.5], [1.0, 1.0, 1.0]];
    let beside = rows.iter().map(|row| NanIsMissing(*row)).chain([nothing]);
    assert_eq!(Prior::<f64, 3, 3>::from_data(beside).unwrap(), Prior::from_data(rows).unwrap());
}

#[test]
fn an_imputation_is_that_of_the_mixture() {
    let gmm = guess::<f64, Full>();
    let slow = Mixture::of(&gmm);
    for x in holes(40) {
        let imputed = gmm.impute(x).unwrap();
        let ((_, r), each) = (slow.posterior_of(&x), slow.conditionals(&x));
        let mean: [f64; 3] = core::array::from_fn(|j| (0..3).map(|k| r[k] * each[k].mean[j]).sum());
        for (i, j) in (0..9).map(|n| (n / 3, n % 3)) {
            let due: f64 = (0..3)
                .map(|k| {
                    let (a, b) = (each[k].mean[i] - mean[i], each[k].mean[j] - mean[j]);
                    r[k] * (each[k].covariance[i][j] + a * b)
                })
                .sum();
            assert_close(imputed.covariance[(i, j)], due, NAIVE_F64, "covariance");
        }
        for j in 0..3 {
            assert_close(imputed.mean[j], mean[j], NAIVE_F64, "mean");
            assert!(!x.observed[j] || imputed.mean[j] == x.features[j], "what was observed stays");
        }
    }
    let x = [0.5, -1.0, 2.0];
    let imputed = gmm.impute(x).unwrap();
    assert_eq!((imputed.mean, imputed.covariance.iter().all(|v| *v == 0.0)), (x, true));
}

#[test]
fn draws_of_missing_features_have_the_moments_of_the_imputation() {
    let gmm = guess::<f64, Full>();
    let x = Masked { features: [1.5, f64::NAN, f64::NAN], observed: [true, false, false] };
    let imputed = gmm.impute(x).unwrap();
    let mut noise = Noise::new(99);
    let n = 40_000;
    let draws: Vec<[f64; 3]> = (0..n).map(|_| gmm.sample_missing(x, &mut noise.0).unwrap()).collect();
    assert!(draws.iter().all(|d| d[0] == 1.5));
    let mean: [f64; 3] = core::array::from_fn(|j| draws.iter().map(|d| d[j]).sum::<f64>() / f64::from(n));
    for j in 1..3 {
        // Five standard errors.
        let sigma = imputed.covariance[(j, j)].sqrt();
        assert!((mean[j] - imputed.mean[j]).abs() < 5.0 * sigma / f64::from(n).sqrt());
    }
    let product = draws.iter().map(|d| (d[1] - mean[1]) * (d[2] - mean[2])).sum::<f64>() / f64::from(n);
    let scale = (imputed.covariance[(1, 1)] * imputed.covariance[(2, 2)]).sqrt();
    assert!((product - imputed.covariance[(1, 2)]).abs() < 0.03 * scale);
}
