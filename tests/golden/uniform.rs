//! mclust's noise component: the parameters after one M-step from given responsibilities, the likelihood that EM climbs,
//! and where it ends. Two components are three slots of which one is dead.

use super::Tally;
use crate::support::data::{faithful, iris, json, number, numbers, vector};
use crate::support::tolerance::GOLDEN_MODELS;
use gaussmix::covariance::{Eev, Noise};
use gaussmix::{Covariance, Diagonal, Full, Gmm, MStep, Spherical, SufficientStats, Tied, WithNoise};
use serde_json::Value;

/// The share of every row that the file's start gives to the noise.
const NOISE: f64 = 0.05;

fn check<const D: usize, const K: usize, C: Covariance>(
    tally: &mut Tally,
    data: &[[f64; D]],
    labels: &str,
    case: &Value,
) {
    let what = |of: &str| format!("{}, {D} features, {of}", case["id"]);
    let components = case["k"].as_u64().unwrap() as usize;
    let other = (1.0 - NOISE) * 0.2 / (components - 1) as f64;
    let mut stats = SufficientStats::new();
    for (x, label) in data.iter().zip(labels.bytes()) {
        let mut responsibilities = core::array::from_fn(|k| if k < components { other } else { 0.0 });
        responsibilities[usize::from(label - b'0')] = (1.0 - NOISE) * 0.8;
        stats.assign(x, &responsibilities).unwrap();
    }
    let mut gmm: Gmm<f64, D, K, WithNoise<C>> = Gmm::unfitted();
    gmm.set_noise(Noise::new(0.5, 1.0 / number(&case["vinv"])).unwrap()).unwrap();

    let mut compare = |gmm: &Gmm<f64, D, K, WithNoise<C>>, when: &str| {
        let live = gmm.weights()[..components].iter().copied();
        let weights: Vec<f64> = live.chain([gmm.noise().weight()]).collect();
        tally.compare(&what("weights"), &weights, &numbers(&case[when]["weights"]), GOLDEN_MODELS);
        let means = gmm.means()[..components].as_flattened();
        tally.compare(&what("means"), means, &numbers(&case[when]["means"]), GOLDEN_MODELS);
    };
    MStep::exact().maximize(&stats, &mut gmm).unwrap();
    let parameters = case["n_parameters"].as_u64().unwrap();
    assert_eq!(gmm.free_parameters() as u64, parameters, "{}", what("parameters"));
    compare(&gmm, "after_1");
    let end = case["final"]["n_iter"].as_u64().unwrap();
    let mut found = Vec::new();
    for n in 1..=end {
        stats.reset();
        stats.observe_all(&gmm, data).unwrap();
        if let Some(due) = case["loglik_after"].get(n.to_string()) {
            found.push((format!("after {n}"), stats.log_likelihood(), number(due)));
        }
        if n < end {
            MStep::exact().maximize(&stats, &mut gmm).unwrap();
        }
    }
    compare(&gmm, "final");
    found.push(("at the end".to_owned(), stats.log_likelihood(), number(&case["final"]["loglik"])));
    for (when, ours, due) in found {
        tally.compare(&what(&when), &[ours], &[due], GOLDEN_MODELS);
    }
    tally.cases += 1;
}

fn check_all<const D: usize, const K: usize>(tally: &mut Tally, data: &[[f64; D]], file: &Value) {
    let mut data = data.to_vec();
    data.extend(file["extra_rows"].as_array().unwrap().iter().map(vector::<D>));
    for case in file["cases"].as_array().unwrap() {
        let labels = file["labels"][case["k"].to_string()].as_str().unwrap();
        assert_eq!(labels.len(), data.len());
        match case["model"].as_str().unwrap() {
            "EII" => check::<D, K, Tied<Spherical>>(tally, &data, labels, case),
            "VII" => check::<D, K, Spherical>(tally, &data, labels, case),
            "EEI" => check::<D, K, Tied<Diagonal>>(tally, &data, labels, case),
            "VVI" => check::<D, K, Diagonal>(tally, &data, labels, case),
            "EEE" => check::<D, K, Tied<Full>>(tally, &data, labels, case),
            "VVV" => check::<D, K, Full>(tally, &data, labels, case),
            "EEV" => check::<D, K, Eev>(tally, &data, labels, case),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn a_noise_slot_is_mclusts_noise_component() {
    let mut tally = Tally::default();
    check_all::<2, 3>(&mut tally, &faithful(), &json("faithful_uniform.json"));
    check_all::<4, 3>(&mut tally, &iris(), &json("iris_uniform.json"));
    tally.finish(42);
}
