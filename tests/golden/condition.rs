//! Conditional mixtures, and what they predict, against 50 digits, from within the data to 1e6 standard deviations out.

use super::Tally;
use crate::support::data::{json, matrix, number, numbers, rows, vector};
use crate::support::tolerance::GOLDEN_CONDITION;
use gaussmix::nalgebra::SMatrix;
use gaussmix::{Covariance, Full, Gmm, Tied};
use serde_json::Value;

/// The model that a case names.
fn filed<const D: usize, const K: usize, C: Covariance>(case: &Value) -> Gmm<f64, D, K, C> {
    let file = json(&format!("{}.json", case["dataset"].as_str().unwrap()));
    let cases = file["cases"].as_array().unwrap();
    let fitted = &cases.iter().find(|filed| filed["id"] == case["case"]).unwrap()["final"];
    let mut matrices: Vec<SMatrix<f64, D, D>> =
        numbers(&fitted["covariances"]).chunks(D * D).map(SMatrix::from_row_slice).collect();
    matrices.resize(K, matrices[0]);
    let matrices: [SMatrix<f64, D, D>; K] = matrices.try_into().unwrap();
    let symmetric = matrices.map(|m| (m + m.transpose()) / 2.0);
    let weights = vector(&fitted["weights"]);
    Gmm::new(weights, rows(&fitted["means"]), C::from_matrices(&weights, &symmetric).unwrap()).unwrap()
}

fn check<const D: usize, const K: usize, const A: usize, const B: usize, C: Covariance>(
    case: &Value,
    tally: &mut Tally,
) {
    tally.cases += 1;
    let gmm: Gmm<f64, D, K, C> = filed(case);
    let of = |value: &Value| numbers(value).into_iter().map(|v| v as usize).collect::<Vec<_>>();
    let (given, wanted): ([usize; A], [usize; B]) =
        (of(&case["given"]).try_into().unwrap(), of(&case["out"]).try_into().unwrap());
    let alone = gmm.marginal(given).unwrap();
    let due: [[f64; A]; K] = rows(&case["marginal_means"]);
    assert_eq!((alone.means(), alone.weights()), (&due, gmm.weights()));
    for at in case["at"].as_array().unwrap() {
        let what = format!("{} {} {given:?} {}", case["dataset"], case["case"], at["at"]);
        let x: [f64; A] = vector(&at["x"]);
        let log_density = number(&at["log_density"]);
        let found = alone.log_density(x).unwrap();
        tally.compare(&format!("{what}, density"), &[found], &[log_density], GOLDEN_CONDITION);

        let conditional = gmm.condition(given, x, wanted).unwrap();
        let due: [f64; K] = vector(&at["log_weights"]);
        let distances = alone.mahalanobis_squared(x).unwrap();
        for k in 0..K {
            // Of the components that are dead too, whose logarithm only the marginal knows.
            let log = alone.offsets()[k] - 0.5 * distances[k] - found;
            let unit = due[k].abs().max(log_density.abs()).max(1.0);
            tally.compare(&format!("{what}, log-weight"), &[log / unit], &[due[k] / unit], GOLDEN_CONDITION);
            let weight = conditional.weights()[k];
            tally.compare(&format!("{what}, weight"), &[weight], &[due[k].exp()], GOLDEN_CONDITION);
            assert_eq!(weight == 0.0, due[k] < -708.0, "{what}: {weight:e} for {}", due[k]);
            if weight > 0.0 {
                // Of a weight near 1 the logarithm has lost digits.
                tally.compare(&format!("{what}, ln"), &[weight.ln()], &[due[k]], GOLDEN_CONDITION);
            }
        }
        let means: [[f64; B]; K] = rows(&at["means"]);
        tally.compare(
            &format!("{what}, means"),
            conditional.means().as_flattened(),
            means.as_flattened(),
            GOLDEN_CONDITION,
        );
        for (component, due) in conditional.components().zip(at["covariances"].as_array().unwrap()) {
            let (found, due) = (component.covariance_matrix(), matrix::<B>(due));
            let name = format!("{what}, covariance");
            tally.compare(&name, found.as_slice(), due.as_slice(), GOLDEN_CONDITION);
        }
        conditional.validate().unwrap();

        let predicted = gmm.regress(given, x, wanted).unwrap();
        let due: [f64; B] = vector(&at["predicted_mean"]);
        tally.compare(&format!("{what}, prediction"), &predicted.means()[0], &due, GOLDEN_CONDITION);
        let (found, due) = (predicted.covariances()[0], matrix::<B>(&at["predicted_covariance"]));
        tally.compare(&format!("{what}, spread"), found.as_slice(), due.as_slice(), GOLDEN_CONDITION);
    }
}

#[test]
fn conditional_mixtures_agree_with_fifty_digits_however_far_out() {
    let mut tally = Tally::default();
    for case in json("condition.json")["cases"].as_array().unwrap() {
        let sizes = ["given", "out"].map(|list| case[list].as_array().unwrap().len());
        match (case["case"].as_str().unwrap(), sizes) {
            ("full_k2_reg0_A2", [1, 1]) => check::<2, 2, 1, 1, Full>(case, &mut tally),
            ("full_k3_reg0_A3", [1, 1]) => check::<2, 3, 1, 1, Full>(case, &mut tally),
            ("full_k3_reg0_A3", [2, 2]) => check::<4, 3, 2, 2, Full>(case, &mut tally),
            ("full_k3_reg0_A3", [3, 1]) => check::<4, 3, 3, 1, Full>(case, &mut tally),
            ("full_k3_reg0_A3", [1, 3]) => check::<4, 3, 1, 3, Full>(case, &mut tally),
            ("tied_k3_reg0_A3", [2, 1]) => check::<4, 3, 2, 1, Tied<Full>>(case, &mut tally),
            (name, sizes) => panic!("{name} {sizes:?} has no check"),
        }
    }
    tally.finish(7);
}
