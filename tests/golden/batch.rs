//! Batch EM on real data, all structures, one to six components, with and without a ridge.

use super::{Case, Sizes, Start, Tally};
use crate::support::data::{basic_motions, faithful, iris, json, narrow, number};
use crate::support::dense::Structure;
use crate::support::reference::{Job, dispatch};
use crate::support::tolerance;
use gaussmix::Error;
use gaussmix::fit::Trace;
use serde_json::Value;

/// A case of a reference file.
struct Reference<'a, const D: usize> {
    case: &'a Value,
    start: Start<D>,
}

impl<'a, const D: usize> Reference<'a, D> {
    fn read(file: &Value, case: &'a Value) -> Self {
        Self { case, start: Start::read(file, case["init"].as_str().unwrap()) }
    }

    fn id(&self) -> &str {
        self.case["id"].as_str().unwrap()
    }

    fn case<'b, T>(&'b self, data: &'b [[T; D]], iterations: u64) -> Case<'b, T, D, &'b [[T; D]]> {
        Case {
            data,
            shown: &data[..5],
            start: &self.start,
            ridge: number(&self.case["reg_covar"]),
            iterations: iterations.try_into().unwrap(),
        }
    }

    fn run<const A: usize, J: Job>(&self, job: J) -> J::Output {
        let k = self.case["k"].as_u64().unwrap();
        dispatch(self.case["structure"].as_str().unwrap(), k.try_into().unwrap(), &Sizes::<A, 6, J>(job))
    }
}

/// The log-likelihood that a case ends with in `f32`.
struct Glance<'a, const D: usize>(Case<'a, f32, D, &'a [[f32; D]]>);

impl<const D: usize> Job for Glance<'_, D> {
    type Output = Result<f64, Error>;

    fn run<const K: usize, C: Structure>(&self) -> Result<f64, Error> {
        let (gmm, fit) = self.0.fit::<K, C>(&mut Trace::new())?;
        let numbers = C::numbers(gmm.covariances().as_ref());
        assert!(numbers.iter().all(|v| v.is_finite()) && gmm.validate().is_ok());
        Ok(fit.mean_log_likelihood().into())
    }
}

/// Every case in `f64`: `sound` ones number for number, `degenerate` ones only as finite or refused.
fn check<const D: usize>(name: &str, data: &[[f64; D]], sound: usize, degenerate: usize) {
    let file = json(name);
    let (mut tally, mut ill) = (Tally::default(), 0);
    for case in file["cases"].as_array().unwrap() {
        let reference = Reference::read(&file, case);
        let id = reference.id();
        if case["degenerate"] == true {
            ill += 1;
            let run = reference.run::<3, _>(reference.case(data, 100));
            assert!(run.is_err() || run.is_ok_and(|run| run.is_finite()), "{id}");
            continue;
        }
        tally.cases += 1;
        let run = |iterations| {
            let run = reference.run::<3, _>(reference.case(data, iterations));
            run.unwrap_or_else(|error| panic!("{id}: {error}"))
        };
        tally.compare_trace(id, &run(20), case);
        let end = run(case["final"]["n_iter"].as_u64().unwrap());
        assert!(end.healthy, "{id}");
        let scores = ["loglik_mean", "aic", "bic"];
        tally.compare_end(id, &end, case, &scores, tolerance::GOLDEN_LOG_LIKELIHOOD);
        let numbers = ["weights", "means", "covariances", "responsibilities_first5", "log_density_first5"];
        tally.compare_end(id, &end, case, &numbers, tolerance::GOLDEN_PARAMETERS);
    }
    assert_eq!(ill, degenerate, "degenerate cases");
    tally.finish(sound);
}

/// Every sound case in `f32`: the log-likelihood after 20 M-steps.
fn check_f32<const D: usize>(name: &str, data: &[[f64; D]], sound: usize) {
    let file = json(name);
    let data = narrow::<f32, D>(data);
    let mut tally = Tally::default();
    for case in file["cases"].as_array().unwrap() {
        let reference = Reference::read(&file, case);
        let id = reference.id();
        let ours = reference.run::<6, _>(Glance(reference.case(&data, 20)));
        if case["degenerate"] == true {
            assert!(ours.is_err() || ours.is_ok_and(f64::is_finite), "{id}");
            continue;
        }
        tally.cases += 1;
        let ours = ours.unwrap_or_else(|error| panic!("{id}: {error}"));
        let theirs = number(&case["loglik_mean_after"]["20"]);
        tally.compare(id, &[ours], &[theirs], tolerance::GOLDEN_LOG_LIKELIHOOD_F32);
    }
    tally.finish(sound);
}

#[test]
fn faithful_agrees_with_reference() {
    check("faithful.json", &faithful(), 72, 0);
}

#[test]
fn iris_agrees_with_reference() {
    check("iris.json", &iris(), 70, 2);
}

#[test]
fn basic_motions_agrees_with_reference() {
    check("basic_motions.json", &basic_motions(), 72, 0);
}

#[test]
fn faithful_in_f32_agrees_with_reference() {
    check_f32("faithful.json", &faithful(), 72);
}

#[test]
fn iris_in_f32_agrees_with_reference() {
    check_f32("iris.json", &iris(), 70);
}

#[test]
fn basic_motions_in_f32_agrees_with_reference() {
    check_f32("basic_motions.json", &basic_motions(), 72);
}
