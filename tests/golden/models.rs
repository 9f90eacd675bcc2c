//! The structures that mclust has, from given responsibilities: the parameters after one M-step, then the likelihood
//! that EM climbs.

use super::Tally;
use crate::support::data::{faithful, iris, json, number, numbers};
use crate::support::tolerance::{GOLDEN_INNER, GOLDEN_MODELS};
use gaussmix::covariance::{Eev, Eve, Evi, Evv, Vee, Vei, Vev, Vve};
use gaussmix::nalgebra::{SMatrix, SVector};
use gaussmix::{Covariance, Diagonal, Em, Full, Gmm, MStep, Spherical, SufficientStats, Tied};
use serde_json::Value;

/// EM with inner iterations run to rounding.
fn m_step() -> MStep<f64> {
    MStep::exact().with_inner_tolerance(f64::EPSILON).unwrap().with_inner_iterations(10_000).unwrap()
}

/// The model of `k` components after the first M-step: each row has 0.8 of the component of its label, and equal shares
/// of the others. Dead slots change no bit, so that one size does for two components and for three.
fn start<const D: usize, const K: usize, C: Covariance>(
    data: &[[f64; D]],
    labels: &str,
    k: usize,
) -> Gmm<f64, D, K, C> {
    let mut stats = SufficientStats::new();
    for (x, label) in data.iter().zip(labels.bytes()) {
        let mut responsibilities = [0.0; K];
        responsibilities[..k].fill(0.2 / (k - 1) as f64);
        responsibilities[usize::from(label - b'0')] = 0.8;
        stats.assign(x, &responsibilities).unwrap();
    }
    let mut gmm = Gmm::unfitted();
    assert!(m_step().maximize(&stats, &mut gmm).unwrap().is_healthy());
    gmm
}

/// A covariance as a file has it: a variance, a diagonal, or rows.
fn dense<const D: usize>(file: &Value) -> SMatrix<f64, D, D> {
    match numbers(file).as_slice() {
        [variance] => SMatrix::from_diagonal_element(*variance),
        diagonal if diagonal.len() == D => SMatrix::from_diagonal(&SVector::from_row_slice(diagonal)),
        rows => SMatrix::from_row_slice(rows),
    }
}

fn check<const D: usize, const K: usize, C: Covariance>(
    tally: &mut Tally,
    data: &[[f64; D]],
    labels: &str,
    case: &Value,
    tolerance: f64,
) {
    let (name, weights) = (case["model"].as_str().unwrap(), numbers(&case["mstep"]["weights"]));
    let live = weights.len();
    let what = |of: &str| format!("{name}, {D} features, {live} components, {of}");
    let mut gmm = start::<D, K, C>(data, labels, live);
    let parameters = case["n_parameters"].as_u64().unwrap();
    assert_eq!(gmm.free_parameters() as u64, parameters, "{}", what("parameters"));
    tally.compare(&what("weights"), &gmm.weights()[..live], &weights, tolerance);
    let means = gmm.means()[..live].as_flattened();
    tally.compare(&what("means"), means, &numbers(&case["mstep"]["means"]), tolerance);
    for (k, component) in gmm.components().take(live).enumerate() {
        let due = &case["mstep"]["covariances"];
        let due: SMatrix<f64, D, D> = dense(if C::SHARED { due } else { &due[k] });
        let ours = component.covariance_matrix();
        tally.compare(&what("covariance"), ours.as_slice(), due.as_slice(), tolerance);
    }
    for n in 1..=20 {
        let mut stats = SufficientStats::new();
        stats.observe_all(&gmm, data).unwrap();
        if let Some(due) = case["exact"]["loglik_after"].get(n.to_string()) {
            tally.compare(&what(&format!("after {n}")), &[stats.log_likelihood()], &[number(due)], tolerance);
        }
        assert!(m_step().maximize(&stats, &mut gmm).unwrap().is_healthy());
    }
    let em = Em::default().with_m_step(m_step()).with_tolerance(1e-14).unwrap().with_max_iterations(20_000);
    let fit = em.fit(&mut gmm, data).unwrap();
    let end = &case["final"];
    if !case["degenerate"].as_bool().unwrap_or(false) {
        tally.compare(&what("at the end"), &[fit.log_likelihood], &[number(&end["loglik"])], tolerance);
        // mclust's VVE takes the orientation of EVE, and ends 0.07 to 0.4 lower.
        let theirs = number(&case["mclust_tight"]["converged"]["loglik"]);
        assert!(fit.log_likelihood >= theirs - 1e-5 * theirs.abs(), "{}", what("below mclust's end"));
        assert!(name != "VVE" || fit.log_likelihood > theirs + 0.05, "{}", what("above mclust's end"));
    }
    tally.cases += 1;
}

fn check_all<const D: usize>(tally: &mut Tally, data: &[[f64; D]], set: &Value) {
    let labels = set["labels"].as_str().unwrap();
    assert_eq!(labels.len(), data.len());
    for case in set["cases"].as_array().unwrap() {
        match case["model"].as_str().unwrap() {
            "EII" => check::<D, 3, Tied<Spherical>>(tally, data, labels, case, GOLDEN_MODELS),
            "VII" => check::<D, 3, Spherical>(tally, data, labels, case, GOLDEN_MODELS),
            "EEI" => check::<D, 3, Tied<Diagonal>>(tally, data, labels, case, GOLDEN_MODELS),
            "VEI" => check::<D, 3, Vei>(tally, data, labels, case, GOLDEN_INNER),
            "EVI" => check::<D, 3, Evi>(tally, data, labels, case, GOLDEN_MODELS),
            "VVI" => check::<D, 3, Diagonal>(tally, data, labels, case, GOLDEN_MODELS),
            "EEE" => check::<D, 3, Tied<Full>>(tally, data, labels, case, GOLDEN_MODELS),
            "EEV" => check::<D, 3, Eev>(tally, data, labels, case, GOLDEN_MODELS),
            "VVV" => check::<D, 3, Full>(tally, data, labels, case, GOLDEN_MODELS),
            "VEE" => check::<D, 3, Vee>(tally, data, labels, case, GOLDEN_INNER),
            "VVE" => check::<D, 3, Vve>(tally, data, labels, case, GOLDEN_INNER),
            "EVE" => check::<D, 3, Eve>(tally, data, labels, case, GOLDEN_INNER),
            "VEV" => check::<D, 3, Vev>(tally, data, labels, case, GOLDEN_INNER),
            "EVV" => check::<D, 3, Evv>(tally, data, labels, case, GOLDEN_MODELS),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn one_m_step_and_the_way_from_there_are_those_of_the_formulas() {
    let mut tally = Tally::default();
    let (faithful, iris) = (faithful(), iris());
    let file = json("faithful_models.json");
    check_all::<2>(&mut tally, &faithful, &file["sets"][0]);
    check_all::<2>(&mut tally, &faithful, &file["sets"][1]);
    let file = json("iris_models.json");
    check_all::<4>(&mut tally, &iris, &file["sets"][0]);
    check_all::<4>(&mut tally, &iris, &file["sets"][1]);
    tally.finish(56);
}
