//! Maximum a posteriori estimates, and the adaptation of a trained model: parameters after one M-step and at the end, and
//! likelihood and posterior on the way.

use super::{Sizes, Start, Tally};
use crate::support::data::{faithful, iris, json, number, numbers, rows, vector};
use crate::support::dense::Structure;
use crate::support::reference::{Job, dispatch};
use crate::support::tolerance::GOLDEN_MAP;
use gaussmix::fit::{Frozen, Prior, adapt};
use gaussmix::nalgebra::{SMatrix, SVector};
use gaussmix::{Diagonal, Full, Gmm, MStep, SufficientStats};
use serde_json::Value;

/// A matrix as a file has it: a number, a diagonal, or rows.
fn dense<const D: usize>(file: &Value) -> SMatrix<f64, D, D> {
    match numbers(file).as_slice() {
        [number] => SMatrix::from_diagonal_element(*number),
        diagonal if diagonal.len() == D => SMatrix::from_diagonal(&SVector::from_row_slice(diagonal)),
        rows => SMatrix::from_row_slice(rows),
    }
}

fn prior<const D: usize, const K: usize, C: Structure>(file: &Value) -> Prior<f64, D, K, C> {
    let scales = C::from_matrices(&[1.0 / K as f64; K], &[dense(&file["scale_prior"]); K]).unwrap();
    let degrees = number(&file["degrees_of_freedom_prior"]);
    let mean = vector(&file["mean_prior"]);
    let concentration = number(&file["weight_concentration_prior"]);
    let strength = number(&file["mean_precision_prior"]);
    Prior::new([mean; K], strength, Some((scales, degrees)), [concentration; K]).unwrap()
}

/// Compares weights, means and covariances.
fn compare<const D: usize, const K: usize, C: Structure>(
    tally: &mut Tally,
    what: &str,
    gmm: &Gmm<f64, D, K, C>,
    due: &Value,
) {
    tally.compare(&format!("{what}, weights"), gmm.weights(), &numbers(&due["weights"]), GOLDEN_MAP);
    tally.compare(&format!("{what}, means"), gmm.means().as_flattened(), &numbers(&due["means"]), GOLDEN_MAP);
    let ours = C::numbers(gmm.covariances().as_ref());
    tally.compare(&format!("{what}, covariances"), &ours, &numbers(&due["covariances"]), GOLDEN_MAP);
}

/// One case of a file.
struct Case<'a, const D: usize> {
    data: &'a [[f64; D]],
    start: Start<D>,
    case: &'a Value,
}

impl<const D: usize> Job for Case<'_, D> {
    type Output = Tally;

    fn run<const K: usize, C: Structure>(&self) -> Tally {
        let (mut tally, case, end) = (Tally::default(), self.case, &self.case["final"]);
        let id = format!("{}, {D} features", case["id"].as_str().unwrap());
        let prior = prior::<D, K, C>(&case["prior"]);
        let m_step = MStep::exact().with_regularizer(&prior);
        let mut gmm: Gmm<f64, D, K, C> = self.start.model().unwrap();
        // Fraley and Raftery's, which for diagonals has one variance for all columns.
        if case["prior"]["kind"] == "mclust" && !case["structure"].as_str().unwrap().contains("diag") {
            let ours = MStep::exact().with_regularizer(Prior::from_data(self.data).unwrap());
            let due = [m_step.log_prior(&gmm)];
            tally.compare(&format!("{id}, default prior"), &[ours.log_prior(&gmm)], &due, GOLDEN_MAP);
        }
        let steps = end["n_iter"].as_u64().unwrap();
        for n in 0..=steps {
            let mut stats = SufficientStats::new();
            stats.observe_all(&gmm, self.data).unwrap();
            let posterior = stats.log_likelihood() + m_step.log_prior(&gmm);
            let mean = stats.log_likelihood() / stats.total_weight();
            let after = n.to_string();
            if let Some(due) = case["loglik_mean_after"].get(&after) {
                tally.compare(&format!("{id}, ℓ/n after {n}"), &[mean], &[number(due)], GOLDEN_MAP);
                let due = number(&case["log_posterior_after"][&after]);
                tally.compare(&format!("{id}, posterior after {n}"), &[posterior], &[due], GOLDEN_MAP);
            }
            if n == steps {
                let due = [number(&end["loglik_mean"]), number(&end["log_posterior"])];
                tally.compare(&format!("{id}, at the end"), &[mean, posterior], &due, GOLDEN_MAP);
                break;
            }
            assert!(m_step.maximize(&stats, &mut gmm).unwrap().is_healthy(), "{id}");
            if n == 0 {
                compare(&mut tally, &format!("{id}, after 1"), &gmm, &case["after_1"]);
            }
        }
        compare(&mut tally, &format!("{id}, at the end"), &gmm, end);
        tally
    }
}

fn check_all<const D: usize>(tally: &mut Tally, data: &[[f64; D]], file: &Value) {
    for case in file["cases"].as_array().unwrap() {
        let k = case["k"].as_u64().unwrap() as usize;
        let start = Start::read(file, case["init"].as_str().unwrap());
        let job = Sizes::<2, 3, _>(Case { data, start, case });
        dispatch(case["structure"].as_str().unwrap(), k, &job).add_to(tally);
    }
}

#[test]
fn estimates_under_a_prior_are_the_exact_modes() {
    let mut tally = Tally::default();
    check_all(&mut tally, &faithful(), &json("faithful_map.json"));
    check_all(&mut tally, &iris(), &json("iris_map.json"));
    tally.finish(48);
}

/// Five iterations of the adaptation of one model, for each set of what adapts.
fn check_adaptation<const D: usize, const K: usize, C: Structure>(
    tally: &mut Tally,
    rows_of: &[[f64; D]],
    case: &Value,
) {
    let id = format!("{}, {D} features", case["id"].as_str().unwrap());
    let (ubm, relevance) = (&case["ubm"], number(&case["relevance"]));
    let (weights, means): ([f64; K], [[f64; D]; K]) = (vector(&ubm["weights"]), rows(&ubm["means"]));
    let full: [_; K] = core::array::from_fn(|k| dense(&ubm["covariances"][k]));
    let trained: Gmm<f64, D, K, C> =
        Gmm::new(weights, means, C::from_matrices(&weights, &full).unwrap()).unwrap();
    let prior = Prior::from_model(&trained, relevance).unwrap();
    for result in case["results"].as_array().unwrap() {
        let adapts = |kind: &str| result["adapt"].as_array().unwrap().iter().any(|name| name == kind);
        let frozen = Frozen::NONE
            .with_weights([!adapts("weights"); K])
            .with_means([!adapts("means"); K])
            .with_covariances([!adapts("variances"); K]);
        let what = format!("{id}, {}", result["adapt"]);
        let mut gmm = trained.clone();
        for n in 0..=5 {
            let mut stats = SufficientStats::new();
            stats.observe_all(&gmm, rows_of).unwrap();
            if let Some(due) = result["loglik_mean_of_adaptation_rows_after"].get(n.to_string()) {
                let mean = stats.log_likelihood() / stats.total_weight();
                tally.compare(&format!("{what}, ℓ/n after {n}"), &[mean], &[number(due)], GOLDEN_MAP);
            }
            if n == 0 {
                tally.compare(&what, &stats.masses(), &numbers(&result["n_k"]), GOLDEN_MAP);
                adapt(&mut gmm, &stats, relevance, &frozen).unwrap();
                compare(tally, &format!("{what}, after 1"), &gmm, &result["after_1"]);
            } else if n < 5 {
                let m_step = MStep::default().with_regularizer(&prior);
                m_step.maximize_with(&frozen, &stats, &mut gmm).unwrap();
            }
        }
        compare(tally, &format!("{what}, after 5"), &gmm, &result["after_5"]);
        tally.cases += 1;
    }
}

fn check_adaptations<const D: usize>(tally: &mut Tally, data: &[[f64; D]], file: &Value) {
    for case in file["relevance"]["cases"].as_array().unwrap() {
        // "last 55 rows", "first 27 rows"
        let mut words = case["rows"].as_str().unwrap().split(' ');
        let (end, count) = (words.next().unwrap(), words.next().unwrap().parse::<usize>().unwrap());
        let part = if end == "last" { &data[data.len() - count..] } else { &data[..count] };
        match (case["structure"].as_str().unwrap(), case["k"].as_u64().unwrap()) {
            ("full", 3) => check_adaptation::<D, 3, Full>(tally, part, case),
            ("diag", 3) => check_adaptation::<D, 3, Diagonal>(tally, part, case),
            ("diag", 2) => check_adaptation::<D, 2, Diagonal>(tally, part, case),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_adapted_model_is_that_of_the_formulas() {
    let mut tally = Tally::default();
    check_adaptations(&mut tally, &faithful(), &json("faithful_map.json"));
    check_adaptations(&mut tally, &iris(), &json("iris_map.json"));
    tally.finish(18);
}
