//! Models as text.

use gaussmix::covariance::Variance;
use gaussmix::{Diagonal, Full, Gmm, Spherical, Tied};

/// Standard deviations, not variances; of a full covariance the roots of its diagonal.
#[test]
fn a_model_is_printed_with_standard_deviations() {
    let gmm: Gmm<f64, 1, 1> = Gmm::new([1.0], [[2.5]], [[[9.0]].into()]).unwrap();
    assert_eq!(format!("{gmm}"), "0: weight 1.0000  mean [2.5000]  deviation [3.0000]");
    let gmm: Gmm<f32, 2, 2, Diagonal> =
        Gmm::new([0.25, 0.75], [[1.0, -2.0], [0.0, 1e3]], [[4.0, 0.25].into(), [16.0, 1.0].into()]).unwrap();
    let due = "0: weight 0.2500  mean [1.0000, -2.0000]  deviation [2.0000, 0.5000]\n\
               1: weight 0.7500  mean [0.0000, 1000.0000]  deviation [4.0000, 1.0000]";
    assert_eq!(format!("{gmm}"), due);
    let full: Gmm<f64, 2, 1, Full> = Gmm::new([1.0], [[0.0; 2]], [[[4.0, 1.0], [1.0, 9.0]].into()]).unwrap();
    assert!(format!("{full}").ends_with("deviation [2.0000, 3.0000]"), "{full}");
    let tied: Gmm<f64, 2, 2, Tied<Spherical>> =
        Gmm::new([0.5, 0.5], [[0.0; 2], [1.0; 2]], [Variance(0.25)]).unwrap();
    assert!(format!("{tied}").lines().all(|line| line.ends_with("deviation [0.5000, 0.5000]")), "{tied}");
}

#[test]
fn a_component_is_printed_to_the_precision_asked_for() {
    let gmm: Gmm<f64, 2, 1, Diagonal> = Gmm::new([1.0], [[1.26, -2.0]], [[4.0, 2.56].into()]).unwrap();
    let component = gmm.components().next().unwrap();
    assert_eq!(format!("{component:.1}"), "weight 1.0  mean [1.3, -2.0]  deviation [2.0, 1.6]");
    assert_eq!(format!("{component:.0}"), "weight 1  mean [1, -2]  deviation [2, 2]");
    assert_eq!(format!("{component}"), "weight 1.0000  mean [1.2600, -2.0000]  deviation [2.0000, 1.6000]");
}

#[test]
fn a_model_is_printed_to_the_precision_asked_for() {
    let gmm: Gmm<f64, 1, 2> = Gmm::new([0.5, 0.5], [[1.26], [-2.0]], [[[4.0]].into(); 2]).unwrap();
    let due = "0: weight 0.5  mean [1.3]  deviation [2.0]\n1: weight 0.5  mean [-2.0]  deviation [2.0]";
    assert_eq!(format!("{gmm:.1}"), due);
}

#[test]
fn a_dead_slot_is_said_to_be_dead() {
    let gmm: Gmm<f64, 1, 3> = Gmm::from_arrays([0.0, 1.0, 0.0], [[7.0]; 3], [[[1.0]]; 3]).unwrap();
    let due = "0: dead\n1: weight 1.00  mean [7.00]  deviation [1.00]\n2: dead";
    assert_eq!(format!("{gmm:.2}"), due);
    assert_eq!(format!("{}", gmm.components().next().unwrap()), "dead");
}

/// Only matrices that hold products have correlations; a single feature has none.
#[test]
fn the_alternate_form_adds_correlations() {
    let matrix = [[4.0, -3.0, 0.4], [-3.0, 9.0, 0.6], [0.4, 0.6, 1.0]];
    let full: Gmm<f64, 3, 1> = Gmm::from_arrays([1.0], [[0.0; 3]], [matrix]).unwrap();
    assert!(format!("{full:#.2}").ends_with("  correlation [[-0.50], [0.20, 0.20]]"), "{full:#.2}");
    let tied: Gmm<f32, 2, 2, Tied<Full>> =
        Gmm::from_arrays([0.5, 0.5], [[0.0; 2]; 2], [[[1e-30, 5e-31], [5e-31, 1e-30]]]).unwrap();
    assert!(format!("{tied:#.1}").lines().all(|line| line.ends_with("correlation [[0.5]]")), "{tied:#.1}");
    let one: Gmm<f64, 1, 1> = Gmm::from_arrays([1.0], [[0.0]], [[[1.0]]]).unwrap();
    let axes: Gmm<f64, 2, 1, Diagonal> = Gmm::from_arrays([1.0], [[0.0; 2]], [[1.0, 2.0]]).unwrap();
    let balls: Gmm<f64, 2, 1, Spherical> = Gmm::from_arrays([1.0], [[0.0; 2]], [2.0]).unwrap();
    assert_eq!(format!("{one:#}"), format!("{one}"));
    assert_eq!(format!("{axes:#}"), format!("{axes}"));
    assert_eq!(format!("{balls:#}"), format!("{balls}"));
}

/// By hand: of two samples at the mean of a standard normal, ℓ = −ln 2π.
#[test]
fn criteria_are_printed_with_their_names() {
    let gmm: Gmm<f64, 1, 1> = Gmm::from_arrays([1.0], [[0.0]], [[[1.0]]]).unwrap();
    let criteria = gmm.criteria([[0.0], [0.0]]).unwrap();
    let due = "AIC 7.68  BIC 5.06  ICL 5.06  (2 parameters, log-likelihood -1.84, total weight 2)";
    assert_eq!(format!("{criteria}"), due);
    assert!(format!("{criteria:.4}").starts_with("AIC 7.6758  BIC 5.0620"), "{criteria:.4}");
}
