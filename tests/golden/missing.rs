//! EM on data with missing features, and on the same data in other ways.

use super::{Sizes, Start, Tally};
use crate::support::data::{basic_motions, faithful, iris, json, number, numbers};
use crate::support::dense::Structure;
use crate::support::reference::{Job, dispatch};
use crate::support::tolerance::{GOLDEN_LOG_LIKELIHOOD, GOLDEN_PARAMETERS};
use gaussmix::{Em, Gmm, MStep, Masked, Observation, SufficientStats};
use serde_json::Value;

/// The rows with their masks, a bit for each number: 1 where it is missing. No call may read what stands there.
fn masked<const D: usize>(rows: &[[f64; D]], file: &Value) -> Vec<Masked<f64, D>> {
    let bits = file["missing_bits"].as_str().unwrap().as_bytes();
    assert_eq!(bits.len(), rows.len() * D);
    let with_mask = |(row, bits): (&[f64; D], &[u8])| {
        let observed: [bool; D] = core::array::from_fn(|j| bits[j] == b'0');
        Masked { features: core::array::from_fn(|j| if observed[j] { row[j] } else { f64::NAN }), observed }
    };
    rows.iter().zip(bits.chunks(D)).map(with_mask).collect()
}

struct Fit<'a, const D: usize> {
    file: &'a Value,
    case: &'a Value,
    data: &'a [Masked<f64, D>],
    complete: &'a [[f64; D]],
}

impl<const D: usize> Job for Fit<'_, D> {
    type Output = Tally;

    fn run<const K: usize, C: Structure>(&self) -> Tally {
        let Self { case, data, .. } = self;
        let mut tally = Tally { cases: 1, ..Tally::default() };
        let what = |of: &str| format!("{}, {D} features: {of}", case["id"]);
        let start = Start::<D>::read(self.file, case["init"].as_str().unwrap());
        let mut gmm: Gmm<f64, D, K, C> = start.model().unwrap();
        let live = start.weights.len();
        for (x, due) in data.iter().zip(numbers(&case["start_log_density_first8"])) {
            tally.compare(&what("density"), &[gmm.log_density(x).unwrap()], &[due], GOLDEN_LOG_LIKELIHOOD);
        }
        let responsibilities = numbers(&case["start_responsibilities_first3"]);
        for (x, due) in data.iter().zip(responsibilities.chunks(live)) {
            let found = gmm.posterior(x).unwrap().responsibilities;
            tally.compare(&what("responsibilities"), &found[..live], due, GOLDEN_PARAMETERS);
        }
        let end = &case["final"];
        let iterations = end["n_iter"].as_u64().unwrap();
        for n in 0..=iterations {
            let mut stats = SufficientStats::new();
            stats.observe_all(&gmm, *data).unwrap();
            let found = [stats.log_likelihood() / data.len() as f64];
            if let Some(due) = case["loglik_mean_after"].get(n.to_string()) {
                tally.compare(&what(&format!("after {n}")), &found, &[number(due)], GOLDEN_LOG_LIKELIHOOD);
            }
            for (at, due) in [(1, &case["after_1"]), (iterations, end)] {
                if n == at {
                    let matrices = gmm.covariances();
                    let matrices = matrices.as_ref();
                    let found = [
                        &gmm.weights()[..live],
                        gmm.means()[..live].as_flattened(),
                        &C::numbers(matrices.get(..live).unwrap_or(matrices)),
                    ]
                    .concat();
                    let due = ["weights", "means", "covariances"].map(|name| numbers(&due[name])).concat();
                    tally.compare(&what(&format!("parameters after {n}")), &found, &due, GOLDEN_PARAMETERS);
                }
            }
            if n == iterations {
                tally.compare(
                    &what("at the end"),
                    &found,
                    &[number(&end["loglik_mean"])],
                    GOLDEN_LOG_LIKELIHOOD,
                );
                for (x, due) in data.iter().zip(numbers(&end["log_density_first8"])) {
                    let found = [gmm.log_density(x).unwrap()];
                    tally.compare(&what("density at the end"), &found, &[due], GOLDEN_PARAMETERS);
                }
                let due = number(&case["complete_data_loglik_mean_of"]["this_fit"]);
                let found = [gmm.mean_log_likelihood(self.complete).unwrap()];
                tally.compare(&what("of complete data"), &found, &[due], GOLDEN_PARAMETERS);
            } else {
                assert!(MStep::exact().maximize(&stats, &mut gmm).unwrap().is_healthy());
            }
        }
        tally
    }
}

fn check<const D: usize>(tally: &mut Tally, set: &str, rows: &[[f64; D]]) {
    let file = json(&format!("{set}_missing.json"));
    let data = masked(rows, &file);
    for case in file["cases"].as_array().unwrap() {
        let k = case["k"].as_u64().unwrap() as usize;
        let job = Sizes::<3, 3, _>(Fit { file: &file, case, data: &data, complete: rows });
        let found = dispatch(case["structure"].as_str().unwrap(), k, &job);
        tally.cases += found.cases;
        tally.compared += found.compared;
        tally.off.extend(found.off);
        if found.worst.0 > tally.worst.0 {
            tally.worst = found.worst;
        }
    }
}

#[test]
fn fits_to_data_with_missing_features_agree_with_reference() {
    let mut tally = Tally::default();
    check(&mut tally, "faithful", &faithful());
    check(&mut tally, "iris", &iris());
    let thinned: Vec<_> = basic_motions().into_iter().step_by(10).collect();
    check(&mut tally, "basic_motions", &thinned);
    tally.finish(42);
}

/// How far two labellings agree: 1 if they are the same partition, 0 as by chance (Hubert & Arabie 1985).
fn adjusted_rand_index(a: &[usize], b: &[usize]) -> f64 {
    let pairs = |n: usize| (n * n.saturating_sub(1)) as f64 / 2.0;
    let count = |f: &dyn Fn(usize) -> bool| pairs((0..a.len()).filter(|i| f(*i)).count());
    let (mut both, mut first, mut second) = (0.0, 0.0, 0.0);
    for k in 0..3 {
        first += count(&|i| a[i] == k);
        second += count(&|i| b[i] == k);
        both += (0..3).map(|l| count(&|i| a[i] == k && b[i] == l)).sum::<f64>();
    }
    let chance = first * second / pairs(a.len());
    (both - chance) / ((first + second) / 2.0 - chance)
}

/// A fit of three full components from another model.
fn fitted<const D: usize, I>(from: &Gmm<f64, D, 3>, data: I) -> Gmm<f64, D, 3>
where
    I: IntoIterator<Item: Observation<f64, D>> + Clone,
{
    let mut gmm = from.clone();
    assert!(Em::default().with_max_iterations(2000).fit(&mut gmm, data).unwrap().converged);
    gmm
}

/// For each way to treat rows that lack numbers: ℓ a sample on the complete rows, agreement of the labels with those of
/// the complete fit, distance of the means from its means (root mean square, in its standard deviations), and the mean
/// ratio of standard deviations. All fits begin where the complete one ends, so that they tell of the data and not of
/// starts.
fn table<const D: usize>(set: &str, rows: &[[f64; D]]) -> Vec<[f64; 4]> {
    let file = json(&format!("{set}_missing.json"));
    let data = masked(rows, &file);
    let means: [f64; D] = core::array::from_fn(|j| {
        let column: Vec<f64> = data.iter().filter(|x| x.observed[j]).map(|x| x.features[j]).collect();
        column.iter().sum::<f64>() / column.len() as f64
    });
    let imputed = |x: &Masked<f64, D>| -> [f64; D] {
        core::array::from_fn(|j| if x.observed[j] { x.features[j] } else { means[j] })
    };
    let complete = fitted(&Start::read(&file, "A3").model().unwrap(), rows);
    let labels =
        |gmm: &Gmm<f64, D, 3>| -> Vec<usize> { rows.iter().map(|x| gmm.predict(x).unwrap()).collect() };
    let due = labels(&complete);
    let fits = [
        ("complete rows", complete.clone()),
        ("missing features", fitted(&complete, &data)),
        ("column means", fitted(&complete, &data.iter().map(imputed).collect::<Vec<_>>())),
        ("rows left out", fitted(&complete, data.iter().filter(|x| x.observed == [true; D]))),
    ];
    let row = |(name, gmm): &(&str, Gmm<f64, D, 3>)| {
        let (mut square, mut ratio, n) = (0.0, 0.0, (3 * D) as f64);
        for (k, j) in (0..3 * D).map(|n| (n / D, n % D)) {
            let variance = complete.covariances()[k][(j, j)];
            square += (gmm.means()[k][j] - complete.means()[k][j]).powi(2) / variance;
            ratio += (gmm.covariances()[k][(j, j)] / variance).sqrt();
        }
        let log_likelihood = gmm.mean_log_likelihood(rows).unwrap();
        let row = [log_likelihood, adjusted_rand_index(&labels(gmm), &due), (square / n).sqrt(), ratio / n];
        println!("{set}, {name}: {row:.3?}");
        row
    };
    fits.iter().map(row).collect()
}

/// The table in the guide for hosts, to the digits that it shows.
#[test]
fn a_fit_to_what_was_observed_is_nearest_to_that_of_complete_data() {
    let thinned: Vec<_> = basic_motions().into_iter().step_by(10).collect();
    let due = [
        [
            [-1.244, 1.0, 0.0, 1.0],
            [-1.520, 0.82, 0.20, 1.00],
            [-2.365, 0.66, 0.42, 1.04],
            [-2.014, 0.74, 0.22, 0.97],
        ],
        [
            [-10.918, 1.0, 0.0, 1.0],
            [-11.035, 0.93, 0.06, 1.02],
            [-11.300, 0.92, 0.31, 0.99],
            [-11.355, 0.90, 0.17, 1.03],
        ],
    ];
    for (found, due) in [table("iris", &iris()), table("basic_motions", &thinned)].iter().zip(&due) {
        for (found, due) in found.iter().zip(due) {
            let digits = [0.0006, 0.006, 0.006, 0.006];
            let is_shown = (0..4).all(|n| (found[n] - due[n]).abs() < digits[n]);
            assert!(is_shown, "{found:?} for {due:?}");
        }
        let [complete, exact, means, left_out] = found[..] else { panic!("{found:?}") };
        for worse in [means, left_out] {
            assert!(complete[0] >= exact[0] && exact[0] > worse[0], "log-likelihood {exact:?}, {worse:?}");
            assert!(exact[1] >= worse[1], "labels {exact:?}, {worse:?}");
        }
    }
}
