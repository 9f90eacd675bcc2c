//! Densities and posteriors against 60-digit arithmetic, far tails included.

use super::Tally;
use crate::support::data::{json, matrix, number, numbers, rows, vector};
use crate::support::tolerance;
use gaussmix::{Gmm, Real};
use serde_json::Value;

/// What is checked of one model in one scalar type.
struct Precision {
    /// Allowed error, relative to the largest term.
    tolerance: f64,
    /// The natural logarithm of the smallest normal number.
    least_exponent: f64,
}

const DOUBLE: Precision = Precision { tolerance: tolerance::GOLDEN_DENSITY, least_exponent: -708.0 };
const SINGLE: Precision = Precision { tolerance: tolerance::GOLDEN_DENSITY_F32, least_exponent: -87.0 };

fn check<T: Real, const D: usize, const K: usize>(case: &Value, precision: &Precision, tally: &mut Tally) {
    let covariances = case["covariances_full"].as_array().unwrap();
    let gmm: Gmm<T, D, K> = Gmm::new(
        vector::<K>(&case["weights"]).map(T::narrow),
        rows::<D, K>(&case["means"]).map(|mean| mean.map(T::narrow)),
        core::array::from_fn(|k| matrix::<D>(&covariances[k]).map(T::narrow)),
    )
    .unwrap();
    for point in case["points"].as_array().unwrap() {
        tally.cases += 1;
        let what = format!("{} at {}", case["name"], point["x"]);
        let x = vector::<D>(&point["x"]).map(T::narrow);
        let posterior = gmm.posterior(x).unwrap();
        assert_eq!(gmm.log_density(x), Ok(posterior.log_density));
        let log_density = number(&point["log_density"]);
        tally.compare(&what, &[posterior.log_density.widen()], &[log_density], precision.tolerance);
        let components = numbers(&point["component_log_density"]);
        check_components(&gmm, &x, &components, precision, tally, &what);
        let sum: f64 = posterior.responsibilities.iter().map(|r| r.widen()).sum();
        tally.compare(&what, &[sum], &[1.0], precision.tolerance);
        for (k, log_r) in numbers(&point["log_responsibilities"]).into_iter().enumerate() {
            let r = posterior.responsibilities[k].widen();
            if log_r < precision.least_exponent {
                assert!(r.ln() < precision.least_exponent, "{what}: responsibility {k}");
                continue;
            }
            // A responsibility is the exponential of a difference of terms of this size.
            let size = components[k].abs().max(log_density.abs()).max(1.0);
            tally.compare(&format!("{what}, r{k}"), &[r.ln() / size], &[log_r / size], precision.tolerance);
        }
    }
}

/// ln N(x; μ_k, Σ_k), from the squared distance and the constant.
fn check_components<T: Real, const D: usize, const K: usize>(
    gmm: &Gmm<T, D, K>,
    x: &[T; D],
    components: &[f64],
    precision: &Precision,
    tally: &mut Tally,
    what: &str,
) {
    let distances = gmm.mahalanobis_squared(x).unwrap();
    for k in 0..K {
        let constant = gmm.offsets()[k].widen() - gmm.weights()[k].widen().ln();
        let ours = constant - distances[k].widen() / 2.0;
        tally.compare(&format!("{what}, component {k}"), &[ours], &[components[k]], precision.tolerance);
    }
}

fn check_all<T: Real>(precision: &Precision) {
    let file = json("density.json");
    let mut tally = Tally::default();
    for case in file["cases"].as_array().unwrap() {
        match case["name"].as_str().unwrap() {
            "d1_two" => check::<T, 1, 2>(case, precision, &mut tally),
            "d2_three" => check::<T, 2, 3>(case, precision, &mut tally),
            name => panic!("{name} has no check"),
        }
    }
    tally.finish(15);
}

#[test]
fn densities_agree_with_high_precision() {
    check_all::<f64>(&DOUBLE);
}

#[test]
fn densities_in_f32_agree_with_high_precision() {
    check_all::<f32>(&SINGLE);
}
