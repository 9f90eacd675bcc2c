//! Parameters that do not move (Kaldi's flags test; the fixed parameters of xd; pomegranate #1054).

use core::ops::ControlFlow;
use gaussmix::fit::{Frozen, Iteration};
use gaussmix::{Em, Gmm, MStep, SufficientStats};

use crate::support::closeness::{assert_close, assert_matrices_close};
use crate::support::clouds::{COVARIANCES, MEANS, clouds, guess, pass};
use crate::support::dense::{Common, Structure, covariances, factors, model, spread};
use crate::support::structures::{for_every_structure, for_typical_structures};
use crate::support::together::{m_step, maximum_of};
use crate::support::tolerance::{FALL_F64, ROUNDING};

type Model<C> = Gmm<f64, 3, 3, C>;
type Stats<C> = SufficientStats<f64, 3, 3, C>;

fn only(k: usize) -> [bool; 3] {
    core::array::from_fn(|i| i == k)
}

/// Every way of freezing two or three at once too.
fn subsets() -> impl Iterator<Item = [bool; 3]> {
    (1..8).map(|bits: u8| core::array::from_fn(|k| bits >> k & 1 == 1))
}

fn updated<C: Structure>(frozen: Frozen<3>, stats: &Stats<C>) -> Model<C> {
    let mut gmm = guess();
    assert!(m_step().maximize_with(&frozen, stats, &mut gmm).unwrap().is_healthy());
    gmm
}

fn frozen_weights_do_not_move_the_rest_equals_the_full_update<C: Structure>() {
    let (old, stats) = (guess::<f64, C>(), pass(&guess::<f64, C>(), &clouds(300, 81)));
    let full = updated(Frozen::NONE, &stats);
    for frozen in subsets() {
        let gmm = updated(Frozen::NONE.with_weights(frozen), &stats);
        assert_eq!((gmm.means(), gmm.factors()), (full.means(), full.factors()));
        let free = |k: &usize| !frozen[*k];
        let mass: f64 = (0..3).filter(free).map(|k| stats.masses()[k]).sum();
        let share: f64 = (0..3).filter(free).map(|k| old.weights()[k]).sum();
        for k in 0..3 {
            if frozen[k] {
                assert_eq!(gmm.weights()[k], old.weights()[k]);
            } else {
                let due = share * stats.masses()[k] / mass;
                assert_close(gmm.weights()[k], due, ROUNDING, "weight");
            }
        }
        gmm.validate().unwrap();
    }
}

fn frozen_means_do_not_move_the_rest_equals_the_full_update<C: Structure>() {
    let (old, stats) = (guess::<f64, C>(), pass(&guess::<f64, C>(), &clouds(300, 82)));
    let full = updated(Frozen::NONE, &stats);
    for frozen in subsets() {
        let gmm = updated(Frozen::NONE.with_means(frozen), &stats);
        assert_eq!(gmm.weights(), full.weights());
        for k in 0..3 {
            let source = if frozen[k] { &old } else { &full };
            assert_eq!(gmm.means()[k], source.means()[k]);
            if C::common() == Common::Nothing && !frozen[k] {
                assert_eq!(factors(&gmm)[k], factors(&full)[k]);
            }
        }
    }
}

/// S/W + (m − μ)(m − μ)ᵀ, or both summed over components and divided by the whole mass; what components have in common
/// comes of all of these.
fn a_covariance_about_a_frozen_mean_adds_its_square<C: Structure>() {
    let (old, stats) = (guess::<f64, C>(), pass(&guess::<f64, C>(), &clouds(300, 83)));
    for frozen in subsets() {
        let gmm = updated(Frozen::NONE.with_means(frozen), &stats);
        let mut own = [[[0.0; 3]; 3]; 3];
        for k in 0..3 {
            let share = |i: usize| match (C::SHARED, frozen[i]) {
                (true, true) => stats.masses()[i] / stats.total_weight(),
                (false, true) if i == k => 1.0,
                _ => 0.0,
            };
            let mut added = [[0.0; 3]; 3];
            for i in 0..3 {
                let d: [f64; 3] = core::array::from_fn(|j| stats.means()[i][j] - old.means()[i][j]);
                for (row, a) in added.iter_mut().zip(d) {
                    for (entry, b) in row.iter_mut().zip(d) {
                        *entry += share(i) * a * b;
                    }
                }
            }
            let (within, added) = (spread(&stats, k), C::restrict(&added));
            own[k] = core::array::from_fn(|i| core::array::from_fn(|j| within[i][j] + added[i][j]));
        }
        let due = maximum_of::<3, 3, C>(&stats.masses(), &own);
        for (found, due) in covariances(&gmm).iter().zip(&due) {
            assert_matrices_close(found, due, ROUNDING, "covariance");
        }
    }
}

fn frozen_covariances_do_not_move_the_rest_equals_the_full_update<C: Structure>() {
    let (old, stats) = (guess::<f64, C>(), pass(&guess::<f64, C>(), &clouds(300, 84)));
    let full = updated(Frozen::NONE, &stats);
    for frozen in subsets() {
        let gmm = updated(Frozen::NONE.with_covariances(frozen), &stats);
        assert_eq!((gmm.weights(), gmm.means()), (full.weights(), full.means()));
        for k in 0..3 {
            // A covariance that components have a part in is frozen for all as soon as for one.
            let source = if frozen[k] || C::common() != Common::Nothing { &old } else { &full };
            assert_eq!(factors(&gmm)[k], factors(source)[k]);
        }
    }
}

fn freezing_everything_changes_no_bit<C: Structure>() {
    let stats = pass(&guess::<f64, C>(), &clouds(300, 85));
    let all = [true; 3];
    let everything = Frozen::NONE.with_weights(all).with_means(all).with_covariances(all);
    assert_eq!(updated(everything, &stats), guess::<f64, C>());
}

fn a_fit_with_frozen_parameters_still_climbs<C: Structure>() {
    let data = clouds(300, 86);
    for k in 0..3 {
        let ways = [
            Frozen::NONE.with_weights(only(k)),
            Frozen::NONE.with_means(only(k)),
            Frozen::NONE.with_covariances(only(k)),
            Frozen::NONE.with_means(only(k)).with_covariances(only((k + 1) % 3)),
        ];
        for frozen in ways {
            let mut gmm = guess::<f64, C>();
            let em = Em::default()
                .with_m_step(MStep::exact())
                .with_tolerance(0.0)
                .unwrap()
                .with_max_iterations(30);
            let climbs = |i: &Iteration<f64>| {
                let slack = FALL_F64 * i.mean_log_likelihood.abs().max(1.0);
                assert!(i.gain.is_none_or(|g| g >= -slack));
                ControlFlow::Continue(())
            };
            em.fitting().with_frozen(frozen).with_hook(climbs).fit(&mut gmm, &data).unwrap();
        }
    }
}

/// A component whose weight is frozen and which has no mass leaves the others their share.
fn frozen_weights_of_a_starved_component_stay<C: Structure>() {
    let means = [MEANS[0], MEANS[1], [900.0; 3]];
    let mut gmm: Model<C> = model([0.5, 0.4, 0.1], means, COVARIANCES);
    let stats = pass(&gmm, &clouds(200, 87));
    MStep::exact().maximize_with(&Frozen::NONE.with_weights(only(2)), &stats, &mut gmm).unwrap();
    assert_eq!(gmm.weights()[2], 0.1);
    assert_close(gmm.weights().iter().sum(), 1.0, ROUNDING, "sum of weights");
    let unmoved = gmm.clone();
    // Where only the component without mass is free, there is nothing to share out.
    MStep::exact().maximize_with(&Frozen::NONE.with_weights([true, true, false]), &stats, &mut gmm).unwrap();
    assert_eq!(gmm.weights(), unmoved.weights());
}

for_every_structure!(
    a_covariance_about_a_frozen_mean_adds_its_square,
    frozen_covariances_do_not_move_the_rest_equals_the_full_update,
    a_fit_with_frozen_parameters_still_climbs,
);
for_typical_structures!(
    frozen_weights_do_not_move_the_rest_equals_the_full_update,
    frozen_means_do_not_move_the_rest_equals_the_full_update,
    freezing_everything_changes_no_bit,
    frozen_weights_of_a_starved_component_stay,
);
