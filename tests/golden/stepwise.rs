//! Stepwise EM by the recipe of the reference files (`convention` in them says which), and how near it comes to batch.

use gaussmix::nalgebra::SMatrix;
use gaussmix::stream::{Average, StepSize};
use gaussmix::{Diagonal, Full, Gmm, MStep, OnlineEm};
use serde_json::Value;

use super::Sizes;
use crate::support::data::{basic_motions, faithful, json, matrix, number, numbers, vector};
use crate::support::dense::Structure;
use crate::support::reference::{Job, dispatch};
use crate::support::tolerance::{AVERAGED_K2, AVERAGED_K3, MOTIONS_DIAGONAL, MOTIONS_FULL, STEPWISE};

/// Where a reference run starts.
struct Start<const D: usize> {
    weights: Vec<f64>,
    means: Vec<[f64; D]>,
    covariances: Vec<SMatrix<f64, D, D>>,
}

impl<const D: usize> Start<D> {
    fn read(file: &Value, id: &str) -> Self {
        let start = file["inits"].as_array().unwrap().iter().find(|start| start["id"] == id).unwrap();
        let list = |name: &str| start[name].as_array().unwrap().clone();
        Self {
            weights: numbers(&start["weights"]),
            means: list("means").iter().map(vector).collect(),
            covariances: list("covariances_full").iter().map(matrix).collect(),
        }
    }

    fn model<const K: usize, C: Structure>(&self) -> Gmm<f64, D, K, C> {
        let weights = self.weights.clone().try_into().unwrap();
        let covariances = C::from_matrices(&weights, &self.covariances.clone().try_into().unwrap()).unwrap();
        Gmm::new(weights, self.means.clone().try_into().unwrap(), covariances).unwrap()
    }
}

/// The rows of a pass.
fn ordered<const D: usize>(data: &[[f64; D]], file: &Value, order: &str) -> Vec<[f64; D]> {
    let stride = if order == "stride" { file["stride"].as_u64().unwrap() as usize } else { 1 };
    (0..data.len()).map(|j| data[j * stride % data.len()]).collect()
}

/// A case of a reference file: parameters after 1, 2 and 10 passes.
struct Recipe<'a, const D: usize> {
    case: &'a Value,
    start: Start<D>,
    data: &'a [[f64; D]],
    rows: Vec<[f64; D]>,
}

impl<const D: usize> Job for Recipe<'_, D> {
    /// The largest difference, relative to the larger of 1 and the number.
    type Output = f64;

    fn run<const K: usize, C: Structure>(&self) -> f64 {
        let m_step = MStep::exact().with_ridge(1e-6).unwrap().with_least_share(0.0).unwrap();
        let mut online =
            OnlineEm::<f64, D, K, C>::new(self.start.model(), StepSize::decaying(0.6, 2.0).unwrap())
                .unwrap()
                .with_m_step(m_step)
                .with_warm_up(50)
                .with_inertia(0);
        let mut worst = 0.0f64;
        for pass in 1..=10 {
            for x in &self.rows {
                online.observe(x).unwrap();
            }
            let Some(due) = self.case.get(format!("passes_{pass}")) else { continue };
            let gmm = online.model();
            let mut compare = |found: &[f64], due: &[f64]| {
                assert_eq!(found.len(), due.len());
                for (a, b) in found.iter().zip(due) {
                    let difference = (a - b).abs() / b.abs().max(1.0);
                    // A NaN must not be lost in a maximum.
                    worst = if difference <= worst { worst } else { difference };
                }
            };
            compare(&[gmm.mean_log_likelihood(self.data).unwrap()], &[number(&due["loglik_mean"])]);
            compare(gmm.weights(), &numbers(&due["weights"]));
            compare(gmm.means().as_flattened(), &numbers(&due["means"]));
            compare(&C::numbers(gmm.covariances().as_ref()), &numbers(&due["covariances"]));
        }
        worst
    }
}

/// Every case of a file, which has `A` or `B` components.
fn reproduces<const D: usize, const A: usize, const B: usize>(name: &str, data: &[[f64; D]], cases: usize) {
    let file = json(name);
    let mut seen = 0;
    for case in file["cases"].as_array().unwrap() {
        seen += 1;
        let text = |field: &str| case[field].as_str().unwrap();
        let recipe = Sizes::<A, B, _>(Recipe {
            case,
            start: Start::read(&file, text("init")),
            data,
            rows: ordered(data, &file, text("order")),
        });
        let worst = dispatch(text("structure"), case["k"].as_u64().unwrap().try_into().unwrap(), &recipe);
        println!("{name} {}: off by {worst:.1e}", text("id"));
        assert!(worst <= STEPWISE, "{name} {}: off by {worst}", text("id"));
    }
    assert_eq!(seen, cases, "cases of {name}");
}

#[test]
fn stepwise_recipe_on_faithful() {
    reproduces::<2, 2, 3>("faithful_stepwise.json", &faithful(), 12);
}

#[test]
fn stepwise_recipe_on_basic_motions() {
    reproduces::<6, 4, 4>("basic_motions_stepwise.json", &basic_motions(), 6);
}

/// How far the averaged model of ten passes over Old Faithful, averaged from the second on, is from batch.
fn averaged<const K: usize>(case: usize) -> f64 {
    let (file, data) = (json("faithful_stepwise.json"), faithful());
    let case = &file["cases"][case];
    let start = Start::read(&file, case["init"].as_str().unwrap());
    let step = StepSize::decaying(0.6, 2.0).unwrap();
    let mut online =
        OnlineEm::<f64, 2, K>::new(start.model(), step).unwrap().with_warm_up(50).with_inertia(0);
    let mut average = Average::new();
    for pass in 1..=10 {
        for x in &data {
            online.observe(x).unwrap();
            if pass > 1 {
                average.observe(online.statistics());
            }
        }
    }
    assert_eq!(average.count(), 9 * 272);
    let mut gmm = online.into_model();
    MStep::default().maximize(average.statistics(), &mut gmm).unwrap();
    let loss = number(&case["batch_em_converged_loglik_mean"]) - gmm.mean_log_likelihood(&data).unwrap();
    println!("faithful, K = {K}: averaged {loss:.1e} below batch");
    loss
}

#[test]
fn averaging_comes_near_batch() {
    assert!(averaged::<2>(0).abs() <= AVERAGED_K2);
    assert!(averaged::<3>(6).abs() <= AVERAGED_K3);
}

/// Below batch after one and after ten passes of the strided stream, with the settings that the documentation gives.
fn motions<C: Structure>(id: &str, inertia: Option<u32>) -> [f64; 2] {
    let (file, data) = (json("basic_motions_stepwise.json"), basic_motions());
    let case = file["cases"].as_array().unwrap().iter().find(|case| case["id"] == id).unwrap();
    let rows = ordered(&data, &file, "stride");
    let (start, step) = (Start::read(&file, "A4").model(), StepSize::decaying(0.7, 100.0).unwrap());
    let mut online = OnlineEm::<f64, 6, 4, C>::new(start, step).unwrap().with_warm_up(50);
    if let Some(inertia) = inertia {
        online = online.with_inertia(inertia);
    }
    let mut losses = [0.0; 2];
    for pass in 1..=10 {
        for x in &rows {
            online.observe(x).unwrap();
        }
        losses[usize::from(pass > 1)] = number(&case["batch_em_converged_loglik_mean"])
            - online.model().mean_log_likelihood(&data).unwrap();
    }
    println!("{id}, inertia {inertia:?}: {losses:.4?} below batch after one and ten passes");
    losses
}

#[test]
fn basic_motions_comes_near_batch() {
    let [_, diagonal] = motions::<Diagonal>("diag_k4_stride", None);
    let [first, full] = motions::<Full>("full_k4_stride", None);
    assert!(diagonal <= MOTIONS_DIAGONAL && full <= MOTIONS_FULL);
    // As the documentation says.
    assert!(first <= 0.25 && full <= 0.01);
    let [_, spiked] = motions::<Full>("full_k4_stride", Some(0));
    assert!(spiked > 0.3, "inertia makes no difference: {spiked}");
}
