//! The units in which data are recorded, and the floors that follow.

use gaussmix::fit::Outcome;
use gaussmix::{Em, Error, Full, Gmm, MStep, init};
use rand_pcg::Pcg64;

use crate::support::clouds::{clouds, guess};
use crate::support::data::iris;
use crate::support::dense::{Structure, covariances};
use crate::support::structures::for_typical_structures;

/// No variance falls below a twelfth of the square of its unit: one for each feature, or their mean if there is one
/// variance for all; whatever the M-step's own floor.
fn no_variance_falls_below_that_of_rounding<C: Structure>() {
    let units = [0.5, 0.0, 2.0];
    let least = units.map(|unit| unit * unit / 12.0);
    let mut data = clouds(200, 171);
    data.iter_mut().for_each(|x| *x = [0.5 * (0.1 * x[0]).round(), x[1], 2.0 * (0.05 * x[2]).round()]);
    for m_step in [MStep::default(), MStep::exact()] {
        let em = Em::default().with_m_step(m_step).with_max_iterations(50);
        let mut gmm = guess::<f64, C>();
        em.fitting().with_resolution(units).unwrap().fit(&mut gmm, &data).unwrap();
        for covariance in covariances(&gmm) {
            if C::SPHERICAL {
                assert!(covariance[0][0] >= 0.999 * (least[0] + least[2]) / 3.0);
            } else {
                assert!((0..3).all(|j| covariance[j][j] >= 0.999 * least[j]), "{covariance:?}");
            }
        }
    }
}

/// A feature that is constant to its unit is as good as any.
fn a_constant_feature_needs_a_unit<C: Structure>() {
    let mut data = clouds(100, 172);
    data.iter_mut().for_each(|x| x[1] = 7.0);
    let em = Em::default().with_max_iterations(20);
    let refused = em.fitting().with_resolution([0.1, 0.0, 0.1]).unwrap().fit(&mut guess::<f64, C>(), &data);
    // Unless one variance serves all features.
    let due = if C::SPHERICAL { Ok(()) } else { Err(Error::ConstantFeature { feature: 1 }) };
    assert_eq!(refused.map(|_| ()), due);
    let mut gmm = guess::<f64, C>();
    em.fitting().with_resolution([0.0, 0.1, 0.0]).unwrap().fit(&mut gmm, &data).unwrap();
    gmm.validate().unwrap();
}
for_typical_structures!(no_variance_falls_below_that_of_rounding, a_constant_feature_needs_a_unit);

/// Of 150 irises 29 have petals of the same width. A component that rests on its floor with these is the likeliest by
/// far, until the fit knows that widths are recorded to a millimetre.
#[test]
fn rounded_data_need_their_unit() {
    let data = iris();
    let best = |fitting: gaussmix::fit::Fitting<'_, f64, 4, 3, Full>| {
        let mut gmm: Gmm<f64, 4, 3> = Gmm::unfitted();
        let best = fitting.fit_best_of(&mut gmm, 40, init::mixed, &data, &mut Pcg64::new(1, 1)).unwrap();
        let floored = best.fit.last_update.unwrap().outcomes.contains(&Outcome::Floored);
        (best.fit.log_likelihood, floored, best.fit.is_spurious())
    };
    let (without, floored, spurious) = best(Em::default().fitting());
    assert!(without > -100.0 && floored && !spurious, "{without}");
    let (with, floored, _) = best(Em::default().fitting().with_resolution([0.1; 4]).unwrap());
    assert!((with + 180.185).abs() < 1e-2 && !floored, "{with}");
}

#[test]
fn units_out_of_range_are_refused() {
    for unit in [-1.0, f64::NAN, f64::INFINITY, 1e200, 1e-170] {
        let refused = Em::default().fitting::<2, 2, Full>().with_resolution([0.1, unit]).map(|_| ());
        let expected = "0 or more, with a square that is neither too small nor too large";
        assert_eq!(refused, Err(Error::InvalidParameter { name: "units", expected }));
    }
}
