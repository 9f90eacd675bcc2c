//! Free slots: a mixture of fewer components than there is room for.

use gaussmix::covariance::Variance;
use gaussmix::fit::Outcome;
use gaussmix::{Em, Gmm, Spherical};

use crate::support::closeness::assert_close;
use crate::support::clouds::{COVARIANCES, MEANS, clouds, guess};
use crate::support::data::two_clusters;
use crate::support::dense::{Structure, covariances, model};
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::ROUNDING;

/// The model of [`guess`], with a free slot between its components, and two behind them.
fn with_free_slots<C: Structure>() -> Gmm<f64, 3, 6, C> {
    let three = guess::<f64, C>();
    let (w, m, own) = (three.weights(), three.means(), covariances(&three));
    let means = [m[0], [50.0; 3], m[1], m[2], [0.0; 3], [0.0; 3]];
    model([w[0], 0.0, w[1], w[2], 0.0, 0.0], means, [own[0], own[0], own[1], own[2], own[0], own[0]])
}

/// A free slot changes no density, is not charged by criteria, and is neither filled, starved nor unhealthy in a fit.
fn a_free_slot_is_no_component<C: Structure>() {
    let data = clouds(300, 301);
    let (mut three, mut six) = (guess::<f64, C>(), with_free_slots::<C>());
    assert_eq!(six.free_parameters(), three.free_parameters());
    assert_eq!(three.free_parameters(), Gmm::<f64, 3, 3, C>::parameter_count());
    let (found, due) = (six.criteria(&data).unwrap(), three.criteria(&data).unwrap());
    assert_eq!(found.parameter_count, due.parameter_count);
    assert_close(found.bic(), due.bic(), ROUNDING, "BIC");
    assert_close(found.icl(), due.icl(), ROUNDING, "ICL");

    let em = Em::default().with_max_iterations(30);
    let (found, due) = (em.fit(&mut six, &data).unwrap(), em.fit(&mut three, &data).unwrap());
    assert_close(found.log_likelihood, due.log_likelihood, 1e-9, "log-likelihood");
    let update = found.last_update.unwrap();
    assert_eq!(update.outcomes.map(|o| o == Outcome::Dead), [false, true, false, false, true, true]);
    assert_eq!((found.is_healthy(), update.is_healthy()), (due.is_healthy(), due.is_healthy()));
    assert_eq!((six.weights()[1], six.weights()[4], six.means()[1]), (0.0, 0.0, [50.0; 3]));
}

/// A component that a fit starves to nothing is not a slot that was free.
fn a_component_that_dies_in_a_fit_starved<C: Structure>() {
    let data = clouds(200, 302);
    let means = [MEANS[0], MEANS[1], [900.0; 3]];
    let mut gmm = model::<f64, 3, 3, C>([0.5, 0.4, 0.1], means, COVARIANCES);
    let fit = Em::default().with_max_iterations(5).fit(&mut gmm, &data).unwrap();
    assert_eq!(gmm.weights()[2], 0.0);
    assert_eq!(fit.last_update.unwrap().outcomes[2], Outcome::Starved);
    assert!(!fit.is_healthy());
    // Another fit from here finds it dead.
    let again = Em::default().with_max_iterations(5).fit(&mut gmm, &data).unwrap();
    assert_eq!(again.last_update.unwrap().outcomes[2], Outcome::Dead);
}

/// Numbers that were never checked may have no live component at all.
#[test]
fn no_component_has_no_free_parameter() {
    let gmm: Gmm<f64, 1, 2, Spherical> = Gmm::from_parts(
        [0.0; 2],
        [f64::NEG_INFINITY; 2],
        [[0.0]; 2],
        [gaussmix::covariance::Factor(Variance(1.0)); 2],
    );
    assert!(gmm.validate().is_err());
    assert_eq!(gmm.free_parameters(), 0);
}

/// Figures from the NumPy program.
#[test]
fn two_clusters_in_four_slots_have_five_parameters() {
    let data = two_clusters();
    let means = [[-1.0], [1.0], [0.0], [0.0]];
    let mut gmm: Gmm<f64, 1, 4, Spherical> =
        Gmm::new([0.5, 0.5, 0.0, 0.0], means, [Variance(0.0625); 4]).unwrap();
    let criteria = gmm.criteria(&data).unwrap();
    assert_eq!(criteria.parameter_count, 5);
    assert!((criteria.bic() - 611.727).abs() < 1e-3, "{}", criteria.bic());
    assert!(Em::default().fit(&mut gmm, &data).unwrap().is_healthy());
    assert_eq!(gmm.weights()[2..], [0.0; 2]);
}

for_typical_structures!(a_free_slot_is_no_component, a_component_that_dies_in_a_fit_starved);
