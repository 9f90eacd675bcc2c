//! Distances, mergers and reductions against 60-digit arithmetic, and the hard ones against 80 digits.

use super::Tally;
use crate::support::data::{json, matrix, number, rows, vector};
use crate::support::tolerance;
use gaussmix::covariance::Factor;
use gaussmix::nalgebra::SMatrix;
use gaussmix::{Gmm, Real, reduce};
use rand_pcg::Pcg64;
use serde_json::Value;

fn one<const D: usize>(value: &Value) -> Gmm<f64, D, 1> {
    Gmm::new([1.0], [vector(&value["mean"])], [matrix(&value["covariance"])]).unwrap()
}

fn compare_moments<const D: usize>(tally: &mut Tally, what: &str, ours: &Gmm<f64, D, 1>, theirs: &Value) {
    let due = one::<D>(theirs);
    tally.compare(what, &ours.means()[0], &due.means()[0], tolerance::GOLDEN_DISTANCE);
    let [ours, theirs] = [ours, &due].map(|gmm| gmm.covariances()[0]);
    tally.compare(what, ours.as_slice(), theirs.as_slice(), tolerance::GOLDEN_DISTANCE);
}

fn check_pair<const D: usize>(case: &Value, tally: &mut Tally) {
    tally.cases += 1;
    let id = case["id"].as_str().unwrap();
    let (p, q) = (one::<D>(&case["p"]), one::<D>(&case["q"]));
    for (name, found) in [
        ("kl_pq", p.kl_divergence(&q)),
        ("kl_qp", q.kl_divergence(&p)),
        ("symmetric_kl", p.symmetric_kl(&q)),
        ("bhattacharyya_distance", p.bhattacharyya(&q)),
        ("hellinger", p.hellinger(&q)),
        ("wasserstein2_squared", p.wasserstein(&q).powi(2)),
    ] {
        let due = number(&case[name]);
        tally.compare(&format!("{id}, {name}"), &[found], &[due], tolerance::GOLDEN_DISTANCE);
    }

    let weights = [number(&case["p"]["weight"]), number(&case["q"]["weight"])];
    let whole = weights[0] + weights[1];
    let [p_covariance, q_covariance] = [&p, &q].map(|gmm| gmm.covariances()[0]);
    let means = [p.means()[0], q.means()[0]];
    let pair: Gmm<f64, D, 2> =
        Gmm::new(weights.map(|w| w / whole), means, [p_covariance, q_covariance]).unwrap();
    let loss = reduce::closest(&pair).unwrap().loss * whole;
    let due = number(&case["runnalls_cost"]);
    tally.compare(&format!("{id}, cost"), &[loss], &[due], tolerance::GOLDEN_DISTANCE);
    let merged = pair.reduce::<1>().unwrap();
    compare_moments(tally, &format!("{id}, merged"), &merged, &case["merged"]);
}

#[test]
fn distances_between_two_gaussians_agree_with_sixty_digits() {
    let mut tally = Tally::default();
    for case in json("distance.json")["pairs"].as_array().unwrap() {
        match case["p"]["mean"].as_array().unwrap().len() {
            1 => check_pair::<1>(case, &mut tally),
            2 => check_pair::<2>(case, &mut tally),
            3 => check_pair::<3>(case, &mut tally),
            d => panic!("{d} features have no check"),
        }
    }
    tally.finish(8);
}

fn filed<const D: usize, const K: usize>(dataset: &str, id: &str) -> Gmm<f64, D, K> {
    let file = json(&format!("{dataset}.json"));
    let case = file["cases"].as_array().unwrap().iter().find(|case| case["id"] == id).unwrap();
    let fitted = &case["final"];
    let covariances: Vec<_> = fitted["covariances"].as_array().unwrap().iter().map(matrix).collect();
    Gmm::new(vector(&fitted["weights"]), rows(&fitted["means"]), covariances.try_into().unwrap()).unwrap()
}

fn check_reduction<const D: usize>(case: &Value, tally: &mut Tally) {
    tally.cases += 1;
    let id = case["dataset"].as_str().unwrap();
    let gmm: Gmm<f64, D, 3> = filed(id, case["case"].as_str().unwrap());
    for i in 0..3 {
        for j in 0..3 {
            let found = gmm.gaussian(i).unwrap().kl_divergence(&gmm.gaussian(j).unwrap());
            let due = number(&case["kl_matrix"][i][j]);
            tally.compare(&format!("{id}, KL {i} {j}"), &[found], &[due], tolerance::GOLDEN_DISTANCE);
        }
    }
    let merges = case["greedy_merges"].as_array().unwrap();
    let (first, second) = (&merges[0], &merges[1]);
    // In both files the last two merge first, and then all.
    assert_eq!([&first["merge"][0][0], &first["merge"][1][0]], [1, 2]);
    let two = gmm.reduce::<2>().unwrap();
    let losses = [reduce::closest(&gmm).unwrap().loss, reduce::closest(&two).unwrap().loss];
    let due = [number(&first["cost"]), number(&second["cost"])];
    tally.compare(&format!("{id}, costs"), &losses, &due, tolerance::GOLDEN_DISTANCE);
    let weights = [number(&case["runnalls_cost_matrix"][1][2]), number(&first["weight"])];
    tally.compare(
        &format!("{id}, pair"),
        &[losses[0], two.weights()[1]],
        &weights,
        tolerance::GOLDEN_DISTANCE,
    );
    assert_eq!((two.weights()[0], two.means()[0]), (gmm.weights()[0], gmm.means()[0]));
    compare_moments(tally, id, &as_one(&two, 1), first);
    compare_moments(tally, id, &gmm.reduce::<1>().unwrap(), second);
    compare_moments(tally, id, &gmm.reduce::<1>().unwrap(), &case["collapsed"]);
    compare_moments(tally, id, &gmm.collapse().unwrap(), &case["collapsed"]);
}

fn as_one<const D: usize>(gmm: &Gmm<f64, D, 2>, k: usize) -> Gmm<f64, D, 1> {
    gmm.gaussian(k).unwrap()
}

#[test]
fn greedy_reductions_agree_with_sixty_digits() {
    let file = json("distance.json");
    let mut tally = Tally::default();
    for case in file["reductions"].as_array().unwrap() {
        match case["dataset"].as_str().unwrap() {
            "faithful" => check_reduction::<2>(case, &mut tally),
            _ => check_reduction::<4>(case, &mut tally),
        }
    }
    tally.finish(2);
}

/// Ours and theirs are within four standard errors of their difference.
fn check_draws<const D: usize, const K: usize, const L: usize>(
    what: &str,
    p: &Gmm<f64, D, K>,
    q: &Gmm<f64, D, L>,
    theirs: &Value,
) {
    const DRAWS: u32 = 50_000;
    let ours = p.monte_carlo_kl(q, DRAWS, &mut Pcg64::new(1, 1)).unwrap();
    let (mean, error) = (number(&theirs["mean"]), number(&theirs["standard_error"]));
    let off = (ours.mean - mean).abs() / ours.standard_error.hypot(error);
    assert!(off < tolerance::STANDARD_ERRORS, "{what}: {ours:?} {mean} {off}");
    // They have 200,000 draws: half the error.
    let ratio = ours.standard_error / error / (200_000.0 / f64::from(DRAWS)).sqrt();
    println!("{what}: {off} {ratio}");
    assert!((ratio - 1.0).abs() < tolerance::STANDARD_ERROR, "{what}: {ratio}");
}

#[test]
fn divergences_of_mixtures_agree_with_two_hundred_thousand_draws() {
    let file = json("distance.json");
    let cases = file["mixture_pairs"].as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let (dataset, p) = (case["dataset"].as_str().unwrap(), case["p"].as_str().unwrap());
        let theirs = &case["monte_carlo_kl"];
        let (two, four) = ("full_k2_reg0_A2", "full_k4_reg0_A4");
        match (dataset, p == two) {
            ("faithful", true) => {
                check_draws::<2, 2, 4>(dataset, &filed(dataset, two), &filed(dataset, four), theirs)
            }
            ("faithful", false) => {
                check_draws::<2, 4, 2>(dataset, &filed(dataset, four), &filed(dataset, two), theirs)
            }
            (_, true) => check_draws::<4, 2, 4>(dataset, &filed(dataset, two), &filed(dataset, four), theirs),
            (_, false) => {
                check_draws::<4, 4, 2>(dataset, &filed(dataset, four), &filed(dataset, two), theirs)
            }
        }
    }
}

/// The Gaussian whose stored factor is given.
fn stored<T: Real, const D: usize>(value: &Value) -> Gmm<T, D, 1> {
    let factor: SMatrix<f64, D, D> = matrix(&value["factor"]);
    let mean = vector::<D>(&value["mean"]).map(T::narrow);
    Gmm::from_parts([T::ONE], [T::ZERO], [mean], [Factor(factor.map(T::narrow))])
}

/// Errors in units of what is promised: ε·κ·(√v + v) for divergences, with the condition number κ of the factors, and
/// ε·(size + distance) for the Wasserstein distance.
fn check_hard<T: Real, const D: usize>(case: &Value, tally: &mut Tally) {
    tally.cases += 1;
    let id = format!("{} in {}", case["id"].as_str().unwrap(), core::any::type_name::<T>());
    let (p, q) = (stored::<T, D>(&case["p"]), stored::<T, D>(&case["q"]));
    let (epsilon, conditions) = (T::EPSILON.widen(), number(&case["root_condition"]));
    let size = number(&case["size"]);
    for (name, found) in [
        ("kl_pq", p.kl_divergence(&q)),
        ("kl_qp", q.kl_divergence(&p)),
        ("bhattacharyya", p.bhattacharyya(&q)),
        ("bhattacharyya", q.bhattacharyya(&p)),
        ("hellinger", p.hellinger(&q)),
        ("wasserstein", p.wasserstein(&q)),
        ("wasserstein", q.wasserstein(&p)),
    ] {
        let (found, due) = (found.widen(), number(&case[name]));
        let unit = match name {
            "wasserstein" => epsilon * (size + due),
            "hellinger" => epsilon * conditions,
            _ => epsilon * conditions * (due.sqrt() + due + epsilon * conditions),
        };
        let off = (found - due).abs() / unit;
        println!("{id}, {name}: {due:e}, off by {off:.2} units");
        let what = format!("{id}, {name}: {found:e} for {due:e}, in units");
        tally.compare(&what, &[off], &[0.0], tolerance::HARD_DISTANCE_UNITS);
    }
}

#[test]
fn hard_distances_are_as_precise_as_promised() {
    let mut tally = Tally::default();
    for case in json("distance_hard.json")["pairs"].as_array().unwrap() {
        let single = case["single"].as_bool().unwrap();
        match (case["d"].as_u64().unwrap(), single) {
            (2, true) => check_hard::<f32, 2>(case, &mut tally),
            (3, true) => check_hard::<f32, 3>(case, &mut tally),
            (5, true) => check_hard::<f32, 5>(case, &mut tally),
            _ => {}
        }
        match case["d"].as_u64().unwrap() {
            2 => check_hard::<f64, 2>(case, &mut tally),
            3 => check_hard::<f64, 3>(case, &mut tally),
            5 => check_hard::<f64, 5>(case, &mut tally),
            d => panic!("{d} features have no check"),
        }
    }
    tally.finish(25);
}
