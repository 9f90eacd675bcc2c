//! Batch EM with sample weights.

use super::{Case, Sizes, Start, Tally};
use crate::support::data::{faithful, json, number};
use crate::support::reference::dispatch;
use crate::support::tolerance;

/// The weight of the sample in row `i`.
fn weight(formula: &str, i: usize) -> f64 {
    match formula {
        "int" => (1 + i % 3) as f64,
        "frac" => 0.5 + (7 * i % 11) as f64 / 10.0,
        "zeros" => (i % 4).min(1) as f64,
        _ => panic!("no weights are called {formula}"),
    }
}

#[test]
fn weighted_fits_agree_with_reference() {
    let file = json("faithful_weighted.json");
    let data = faithful();
    let mut tally = Tally::default();
    for case in file["cases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        let formula = case["sample_weights"].as_str().unwrap();
        let weights: Vec<_> = (0..data.len()).map(|i| weight(formula, i)).collect();
        let start = Start::read(&file, case["init"].as_str().unwrap());
        let run = |iterations| {
            let job = Sizes::<2, 3, _>(Case {
                data: data.iter().zip(&weights),
                shown: &data[..5],
                start: &start,
                ridge: number(&case["reg_covar"]),
                iterations,
            });
            let k = start.means.len();
            dispatch(case["structure"].as_str().unwrap(), k, &job).unwrap_or_else(|e| panic!("{id}: {e}"))
        };
        tally.cases += 1;
        tally.compare_trace(id, &run(20), case);
        let end = run(case["final"]["n_iter"].as_u64().unwrap().try_into().unwrap());
        assert!(end.healthy, "{id}");
        tally.compare_end(id, &end, case, &["loglik_mean"], tolerance::GOLDEN_LOG_LIKELIHOOD);
        let numbers = ["weights", "means", "covariances", "responsibilities_first5"];
        tally.compare_end(id, &end, case, &numbers, tolerance::GOLDEN_PARAMETERS);
    }
    tally.finish(36);
}
