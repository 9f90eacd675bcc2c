//! Awkward data: shifted, scaled, repeated, constant, too few, not a number.

use super::{Case, Run, Sizes, Start, Tally};
use crate::support::data::{faithful, json, number, numbers};
use crate::support::reference::dispatch;
use crate::support::tolerance;
use gaussmix::nalgebra::SMatrix;
use gaussmix::{Em, Error, Gmm, init};
use serde_json::Value;

/// Data and start of a variant of Old Faithful.
pub(super) struct Variant<const D: usize> {
    pub(super) data: Vec<[f64; D]>,
    start: Start<D>,
}

impl Variant<2> {
    fn base() -> Self {
        Self { data: faithful(), start: Start::read(&json("faithful.json"), "A2") }
    }

    pub(super) fn named(name: &str) -> Self {
        let Self { mut data, mut start } = Self::base();
        match name {
            "base" => {}
            "offset_1e+06" => {
                for v in data.iter_mut().chain(&mut start.means).flatten() {
                    *v += 1e6;
                }
            }
            "scale_1e-06" => {
                for v in data.iter_mut().chain(&mut start.means).flatten() {
                    *v *= 1e-6;
                }
                for covariance in &mut start.covariances {
                    *covariance *= 1e-12;
                }
            }
            "rows_twice" => data.extend_from_within(..),
            "one_nan" => data[7][0] = f64::NAN,
            "n_less_than_k" => data.truncate(1),
            "dead_component" => {
                for j in 0..2 {
                    start.means[0][j] += 1e6 * start.covariances[0][(j, j)].sqrt();
                }
            }
            _ => panic!("no variant is called {name}"),
        }
        Self { data, start }
    }
}

impl Variant<3> {
    fn constant_column() -> Self {
        let Variant { data, start } = Variant::base();
        let widen = |rows: &[[f64; 2]]| rows.iter().map(|[x, y]| [*x, *y, 5.0]).collect();
        let widened = |two: &SMatrix<f64, 2, 2>| {
            SMatrix::from_fn(|i, j| if i < 2 && j < 2 { two[(i, j)] } else { 0.0 })
                + SMatrix::identity() * 1e-3
        };
        let covariances = start.covariances.iter().map(widened).collect();
        Self {
            data: widen(&data),
            start: Start { weights: start.weights, means: widen(&start.means), covariances },
        }
    }
}

impl<const D: usize> Variant<D> {
    /// 20 M-steps, as the case says.
    fn run(&self, case: &Value) -> Result<Run, Error> {
        let job = Sizes::<2, 2, _>(Case {
            data: self.data.as_slice(),
            shown: &[],
            start: &self.start,
            ridge: number(&case["reg_covar"]),
            iterations: 20,
        });
        let run = dispatch(case["structure"].as_str().unwrap(), 2, &job);
        assert!(run.as_ref().is_ok_and(Run::is_finite) || run.is_err(), "{case}");
        run
    }
}

/// The twelve cases of a variant.
fn cases(name: &str) -> Vec<Value> {
    let file = json("faithful_robust.json");
    let mut variants = file["variants"].as_array().unwrap().iter();
    let variant = variants.find(|variant| variant["name"] == name).unwrap();
    variant["results"].as_array().unwrap().clone()
}

/// All cases that `sound` selects must succeed and agree with the reference; others may be refused.
fn check<const D: usize>(name: &str, variant: &Variant<D>, sound: impl Fn(&Value) -> bool, count: usize) {
    let mut tally = Tally::default();
    for case in cases(name) {
        let run = variant.run(&case);
        if sound(&case) {
            let what = format!("{name} {case}");
            let run = run.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert!(run.healthy, "{what}");
            let theirs = number(&case["numpy"]["loglik_mean"]);
            tally.cases += 1;
            tally.compare(&what, &[run.mean_log_likelihood], &[theirs], tolerance::GOLDEN_ROBUST);
            tally.compare(&what, &run.weights, &numbers(&case["numpy"]["weights"]), tolerance::GOLDEN_ROBUST);
        } else {
            assert!(run.is_ok_and(|run| !run.healthy), "{name} {case}");
        }
    }
    tally.finish(count);
}

fn has_ridge(case: &Value) -> bool {
    number(&case["reg_covar"]) > 0.0
}

#[test]
fn shifted_scaled_and_repeated_data_agree_with_reference() {
    for name in ["base", "offset_1e+06", "scale_1e-06", "rows_twice"] {
        check(name, &Variant::named(name), |_| true, 12);
    }
}

/// A constant feature has no variance: without a ridge, only a spherical structure, which has one variance for all
/// features, can be updated.
#[test]
fn constant_column_agrees_with_reference_or_is_reported() {
    let spherical = |case: &Value| case["structure"].as_str().unwrap().ends_with("spherical");
    let variant = Variant::constant_column();
    check("constant_column", &variant, |case| has_ridge(case) || spherical(case), 8);
}

#[test]
fn constant_column_is_refused_by_default() {
    let Variant { data, .. } = Variant::constant_column();
    let refused = Err(Error::ConstantFeature { feature: 2 });
    let mut gmm: Gmm<f64, 3, 2> = Variant::constant_column().start.model().unwrap();
    let before = gmm.clone();
    assert_eq!(Em::default().fit(&mut gmm, &data).map(|_| ()), refused);
    assert_eq!(gmm, before);
    // A start accepts it, for M-steps that do.
    init::farthest_first(&mut gmm, &data).unwrap();
    assert_eq!(Em::default().fit(&mut gmm, &data).map(|_| ()), refused);
}

#[test]
fn one_sample_for_two_components_agrees_with_reference_or_is_reported() {
    check("n_less_than_k", &Variant::named("n_less_than_k"), has_ridge, 6);
}

#[test]
fn not_a_number_is_refused_in_its_place() {
    let variant = Variant::named("one_nan");
    let cases = cases("one_nan");
    assert_eq!(cases.len(), 12);
    for case in cases {
        let error = variant.run(&case).err();
        assert_eq!(error, Some(Error::NonFiniteSample { sample: 7, feature: 0 }), "{case}");
    }
}

/// What is left of two components when one has no sample is a single Gaussian.
#[test]
fn dead_component_leaves_the_others_their_fit() {
    let variant = Variant::named("dead_component");
    let file = json("faithful.json");
    let mut tally = Tally::default();
    for case in cases("dead_component") {
        let run = variant.run(&case).unwrap_or_else(|error| panic!("{case}: {error}"));
        let same = |single: &&Value| {
            single["k"] == 1
                && single["structure"] == case["structure"]
                && single["reg_covar"] == case["reg_covar"]
        };
        let single = file["cases"].as_array().unwrap().iter().find(same).unwrap();
        let theirs = number(&single["final"]["loglik_mean"]);
        tally.cases += 1;
        assert_eq!(run.weights, [0.0, 1.0], "{case}");
        assert!(!run.healthy, "{case}");
        tally.compare(
            &case.to_string(),
            &[run.mean_log_likelihood],
            &[theirs],
            tolerance::GOLDEN_LOG_LIKELIHOOD,
        );
    }
    tally.finish(12);
}
