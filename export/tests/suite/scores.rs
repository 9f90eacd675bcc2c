//! What a written model says of samples, against scikit-learn (`tests/data/sklearn_models.py`).

use gaussmix::{Covariance, Gmm, Real};
use serde_json::Value;

use super::{generated as models, text};

/// Log-densities against scikit-learn's, relative, at least to 1; responsibilities to as much, since they are
/// exponentials of differences of log-densities.
const F64: f64 = 1e-12;
/// A rounded mean, factor and sample are each off by half an ulp, of a feature that lies some σ from 0.
const F32: f64 = 1e-5;

fn json(file: &str) -> Value {
    serde_json::from_str(&text(&format!("tests/data/{file}"))).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn vector<const N: usize>(value: &Value) -> [f64; N] {
    numbers(value).try_into().unwrap()
}

/// Both types of one model, against the reference of that name.
fn agree<const D: usize, const K: usize, C: Covariance>(
    case: &str,
    narrow: &'static Gmm<f32, D, K, C>,
    wide: &'static Gmm<f64, D, K, C>,
) {
    let reference = reference(case);
    agree_to(F32, narrow, &reference);
    agree_to(F64, wide, &reference);
}

fn reference(case: &str) -> Value {
    let models = json("sklearn_scores.json")["models"].take();
    let file = format!("sklearn_{case}.json");
    models.as_array().unwrap().iter().find(|model| model["file"] == *file).unwrap().clone()
}

/// Relative to the log-density, which is lower than scikit-learn's by the logarithm of the scales' product: theirs
/// is the density of the standardised sample, ours of the raw one.
fn agree_to<T: Real, const D: usize, const K: usize, C: Covariance>(
    tolerance: f64,
    gmm: &Gmm<T, D, K, C>,
    reference: &Value,
) {
    let shift: f64 = numbers(&reference["log_scales"]).iter().sum();
    let rows = |name: &str| reference[name].as_array().unwrap().clone();
    let (samples, shares) = (rows("samples"), rows("predict_proba"));
    let scores = numbers(&reference["score_samples"]);
    assert!(scores.len() >= 13 && samples.len() == scores.len() && shares.len() == scores.len());
    for ((sample, score), shares) in samples.iter().zip(scores).zip(&shares) {
        let x: [f64; D] = vector(sample);
        let posterior = gmm.posterior(x.map(T::narrow)).unwrap();
        let (ours, theirs) = (posterior.log_density.widen(), score - shift);
        let slack = tolerance * theirs.abs().max(1.0);
        assert!((ours - theirs).abs() <= slack, "{}: {ours} for {theirs} at {x:?}", reference["file"]);
        let expected: [f64; K] = vector(shares);
        for (r, expected) in posterior.responsibilities.iter().zip(expected) {
            assert!(
                (r.widen() - expected).abs() <= slack,
                "{}: {r} for {expected} at {x:?}",
                reference["file"]
            );
        }
    }
}

#[test]
fn full_covariances_score_as_in_scikit_learn() {
    agree("full", &models::FULL_F32, &models::FULL_F64);
    agree("one_feature", &models::ONE_FEATURE_F32, &models::ONE_FEATURE_F64);
}

#[test]
fn tied_covariances_score_as_in_scikit_learn() {
    agree("tied", &models::TIED_F32, &models::TIED_F64);
}

#[test]
fn diagonal_covariances_score_as_in_scikit_learn() {
    agree("diag", &models::DIAG_F32, &models::DIAG_F64);
}

#[test]
fn spherical_covariances_score_as_in_scikit_learn() {
    agree("spherical", &models::SPHERICAL_F32, &models::SPHERICAL_F64);
}

#[test]
fn pipelines_score_raw_samples_lower_by_the_log_scales() {
    agree("pipeline_full", &models::PIPELINE_FULL_F32, &models::PIPELINE_FULL_F64);
    agree("pipeline_tied", &models::PIPELINE_TIED_F32, &models::PIPELINE_TIED_F64);
    agree("pipeline_diag", &models::PIPELINE_DIAG_F32, &models::PIPELINE_DIAG_F64);
    agree("pipeline_spherical", &models::PIPELINE_SPHERICAL_F32, &models::PIPELINE_SPHERICAL_F64);
}

#[test]
fn halves_of_a_scaler_and_chains_of_them_are_folded() {
    agree("mean_only", &models::MEAN_ONLY_F32, &models::MEAN_ONLY_F64);
    agree("scale_only", &models::SCALE_ONLY_F32, &models::SCALE_ONLY_F64);
    agree("two_scalers", &models::TWO_SCALERS_F32, &models::TWO_SCALERS_F64);
}

#[test]
fn other_scalers_of_single_features_are_folded() {
    agree("min_max", &models::MIN_MAX_F32, &models::MIN_MAX_F64);
    agree("max_abs", &models::MAX_ABS_F32, &models::MAX_ABS_F64);
    agree("robust", &models::ROBUST_F32, &models::ROBUST_F64);
}

/// As the mixture of its weights, means and covariances, which predicts these data as the posterior does.
#[test]
fn a_bayesian_mixture_scores_as_its_mixture() {
    agree("bayesian", &models::BAYESIAN_F32, &models::BAYESIAN_F64);
    assert_eq!(reference("bayesian")["own_agreement"], 1.0);
}

#[test]
fn twelve_features_and_nine_components_are_no_limit() {
    agree("wide", &models::WIDE_F32, &models::WIDE_F64);
}

#[test]
fn a_component_of_weight_zero_has_no_share() {
    agree("dead_component", &models::DEAD_COMPONENT_F32, &models::DEAD_COMPONENT_F64);
    assert_eq!(models::DEAD_COMPONENT_F32.offsets()[1], f32::NEG_INFINITY);
}

/// scikit-learn computes in `float32` what was fitted in it, so more cannot be asked of either type.
#[test]
fn a_model_fitted_in_float32_scores_to_single_precision() {
    agree_to(F32, &models::FLOAT32_F32, &reference("float32"));
    agree_to(F32, &models::FLOAT32_F64, &reference("float32"));
}

/// The reference itself: a pipeline's shift is that of its scalers' `scale_`.
#[test]
fn the_shift_is_the_sum_of_the_logarithms_of_the_scales() {
    let scales = numbers(&json("sklearn_pipeline_full.json")["steps"][0]["scale_"]);
    let due: f64 = scales.iter().map(|s| s.natural_log()).sum();
    let shift = number(&reference("pipeline_full")["log_scales"][0]);
    assert!(shift > 2.0 && (shift - due).abs() <= F64 * shift);
}
