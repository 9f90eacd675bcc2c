//! Situations in which mixture libraries have been reported to go wrong. What is due was computed by other programs.

use gaussmix::covariance::Variance;
use gaussmix::fit::{BestOf, Outcome};
use gaussmix::init::{Rule, Start};
use gaussmix::nalgebra::SMatrix;
use gaussmix::{Covariance, Em, Error, Gmm, MStep, Spherical, init};
use rand_pcg::Pcg64;

use crate::support::data::{constant, refit, spike, tail, two_clusters};

/// What draws at random, and the mixture of them.
const RULES: [Rule; 5] =
    [Rule::KMeansPlusPlus, Rule::RandomSamples, Rule::KMeans(10), Rule::Agglomerate, Rule::Mixed];

fn best<const D: usize, const K: usize, C: Covariance>(
    em: &Em<f64>,
    rule: Rule,
    restarts: u32,
    data: &Vec<[f64; D]>,
    seed: u64,
) -> (Gmm<f64, D, K, C>, BestOf<f64, K>) {
    let mut gmm = Gmm::unfitted();
    let mut rng = Pcg64::new(u128::from(seed), 1);
    let best = em.fit_best_of(&mut gmm, restarts, Start::new(rule).rule(), data, &mut rng).unwrap();
    (gmm, best)
}

#[track_caller]
fn is_near(found: f64, due: f64, tolerance: f64) {
    assert!((found - due).abs() <= tolerance, "{found} for {due}");
}

/// Weights, means and variances of one feature, by mean.
fn sorted<const K: usize>(gmm: &Gmm<f64, 1, K>) -> [[f64; 3]; K] {
    let mut rows =
        core::array::from_fn(|k| [gmm.weights()[k], gmm.means()[k][0], gmm.covariances()[k][(0, 0)]]);
    rows.sort_by(|a, b| a[1].total_cmp(&b[1]));
    rows
}

/// Goes on for long: the parameters due are those of the optimum itself.
fn to_the_end<const D: usize, const K: usize>(gmm: &mut Gmm<f64, D, K>, data: &[[f64; D]], em: &Em<f64>) {
    em.with_tolerance(0.0).unwrap().with_max_iterations(1000).fit(gmm, data).unwrap();
}

/// More passes gain nothing to speak of.
fn has_arrived<const K: usize>(gmm: &Gmm<f64, 1, K>, data: &[[f64; 1]], em: &Em<f64>) {
    let before = gmm.mean_log_likelihood(data).unwrap();
    let endless = em.with_tolerance(0.0).unwrap().with_max_iterations(2000);
    let on = endless.fit(&mut gmm.clone(), data).unwrap();
    assert!(on.mean_log_likelihood() - before < 1e-4);
}

/// Two modes and a long tail: the poorer optimum, with all but the tail in one component, is 71 nats below.
#[test]
fn the_better_optimum_of_a_long_tail_is_found() {
    for rule in RULES {
        for seed in 0..10 {
            let (mut gmm, best) = best::<1, 2, gaussmix::Full>(&Em::default(), rule, 20, &tail(), seed);
            is_near(best.fit.mean_log_likelihood(), -3.675_903, 1e-6);
            to_the_end(&mut gmm, &tail(), &Em::default());
            assert!(best.fit.converged && best.fit.is_healthy());
            let [low, high] = sorted(&gmm);
            for (found, due) in low.into_iter().zip([0.232, 9.917, 1.586]) {
                is_near(found, due, 1e-3 * due.max(1.0));
            }
            for (found, due) in high.into_iter().zip([0.768, 28.01, 99.52]) {
                is_near(found, due, 1e-3 * due.max(1.0));
            }
        }
    }
}

/// Two samples in five are exactly 0. A component that rests on its floor with all of them is what the data are.
#[test]
fn a_spike_of_equal_values_is_a_component() {
    let floor = MStep::default().with_absolute_floor(1.0 / 12.0).unwrap();
    for (em, due) in [(Em::default(), -1.795_590), (Em::default().with_m_step(floor), -2.767_851)] {
        for rule in RULES {
            for seed in 0..4 {
                let mut last = f64::MIN;
                for restarts in [2, 5, 10, 20, 50] {
                    let (gmm, best) = best::<1, 2, gaussmix::Full>(&em, rule, restarts, &spike(), seed);
                    let found = best.fit.mean_log_likelihood();
                    assert!(found >= last && !best.fit.is_spurious());
                    last = found;
                    if restarts >= 20 {
                        is_near(found, due, 1e-6);
                        assert!(best.fit.last_update.unwrap().outcomes.contains(&Outcome::Floored));
                        let [zeros, rest] = sorted(&gmm);
                        is_near(zeros[0], 0.4, 1e-6);
                        is_near(zeros[1], 0.0, 1e-6);
                        is_near(rest[1], 49.444, 1e-3);
                    }
                    if matches!(restarts, 2 | 50) {
                        has_arrived(&gmm, &spike(), &em);
                    }
                }
            }
        }
    }
}

/// A start above what the floor allows loses likelihood in its first M-step. That is no convergence.
#[test]
fn a_fit_goes_on_from_a_start_that_the_floor_does_not_allow() {
    let mut gmm: Gmm<f64, 1, 3> = Gmm::new(
        [0.4, 0.3, 0.3],
        [[0.0], [47.0], [50.0]],
        [1e-6, 120.0, 120.0].map(SMatrix::<f64, 1, 1>::from_element),
    )
    .unwrap();
    let em = Em::default().with_m_step(MStep::default().with_absolute_floor(1.0 / 12.0).unwrap());
    let fit = em.fit(&mut gmm, &refit()).unwrap();
    assert!(fit.converged && fit.is_healthy());
    has_arrived(&gmm, &refit(), &em);
    is_near(fit.mean_log_likelihood(), -2.672_261, 1e-6);
    to_the_end(&mut gmm, &refit(), &em);
    let due = [[0.400, 0.0, 0.083_33], [0.384, 39.286, 17.77], [0.216, 59.331, 29.75]];
    for (found, due) in sorted(&gmm).as_flattened().iter().zip(due.as_flattened()) {
        is_near(*found, *due, 5e-3 * due.max(0.1));
    }
}

/// With a floor, a feature that does not vary is no error, for any start.
#[test]
fn a_floor_allows_a_constant_feature_from_every_start() {
    let em = Em::default().with_m_step(MStep::default().with_absolute_floor(1e-3).unwrap());
    let due = -3.334_531 + 2.534_939;
    let check = |gmm: &Gmm<f64, 3, 2>, mean_log_likelihood: f64| {
        is_near(mean_log_likelihood, due, 1e-5);
        let second = usize::from(gmm.means()[0][0] > 0.0);
        is_near(gmm.weights()[second], 0.4997, 1e-4);
        for (k, due) in [(1 - second, [2.870, 0.006, 1.0]), (second, [-3.034, -0.112, 1.0])] {
            for (found, due) in gmm.means()[k].into_iter().zip(due) {
                is_near(found, due, 2e-3);
            }
            let covariance = gmm.covariances()[k];
            is_near(covariance[(2, 2)], 1e-3, 1e-12);
            is_near(covariance[(2, 0)], 0.0, 1e-12);
        }
    };
    for rule in RULES {
        for seed in 0..10 {
            let (gmm, best) = best::<3, 2, gaussmix::Full>(&em, rule, 5, &constant(), seed);
            assert!(best.fit.is_healthy() && best.failed == 0);
            check(&gmm, best.fit.mean_log_likelihood());
        }
    }
    let mut gmm = Gmm::unfitted();
    init::farthest_first(&mut gmm, &constant()).unwrap();
    let fit = em.fit(&mut gmm, &constant()).unwrap();
    check(&gmm, fit.mean_log_likelihood());
    init::from_means(&mut gmm, &[[3.0, 0.0, 1.0], [-3.0, 0.0, 1.0]], &constant()).unwrap();
    let fit = em.fit(&mut gmm, &constant()).unwrap();
    check(&gmm, fit.mean_log_likelihood());
    // Without a floor it is an error, and the fit's.
    let refused = Em::default().fit(&mut gmm, &constant()).map(|_| ());
    assert_eq!(refused, Err(Error::ConstantFeature { feature: 2 }));
}

/// Two live components and two free slots are two components.
#[test]
fn dead_slots_are_neither_charged_nor_starved() {
    let data = two_clusters();
    let variance = Variance(0.0625);
    let two: Gmm<f64, 1, 2, Spherical> = Gmm::new([0.5; 2], [[-1.0], [1.0]], [variance; 2]).unwrap();
    let means = [[-1.0], [1.0], [0.0], [0.0]];
    let mut four: Gmm<f64, 1, 4, Spherical> = Gmm::new([0.5, 0.5, 0.0, 0.0], means, [variance; 4]).unwrap();
    let (criteria, due) = (four.criteria(&data).unwrap(), two.criteria(&data).unwrap());
    assert_eq!(criteria, due);
    assert_eq!((criteria.parameter_count, four.free_parameters()), (5, 5));
    is_near(criteria.bic(), 611.727, 1e-3);
    let fit = Em::default().fit(&mut four, &data).unwrap();
    assert!(fit.is_healthy() && fit.last_update.unwrap().is_healthy());
    assert_eq!(fit.last_update.unwrap().outcomes[2..], [Outcome::Dead; 2]);
    assert_eq!(four.weights()[2..], [0.0; 2]);
}
