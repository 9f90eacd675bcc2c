//! Components come and go: what birth and death must keep.

use gaussmix::lifecycle::{self, LifeCycle, Pruning};
use gaussmix::stream::StepSize;
use gaussmix::{OnlineEm, SufficientStats};

use crate::support::dense::{Dense, Structure, covariances, model, spread};
use crate::support::noise::Noise;
use crate::support::rearranged::{COVARIANCES, assert_models_close, close, samples, three};
use crate::support::structures::for_typical_structures;
use crate::support::together::{m_step, maximum_of};
use crate::support::tolerance::REARRANGED;

/// What is removed takes along its own scatter, or the expected share of the pooled one; the mass stays.
fn removal_takes_the_expected_share<C: Structure>() {
    let mut gmm = three::<f64, C>(0.0);
    let mut stats = SufficientStats::new();
    stats.observe_all(&gmm, samples(&gmm, 300)).unwrap();
    let (before, weights) = (stats.clone(), *gmm.weights());
    lifecycle::remove(&mut stats, &mut gmm, 1).unwrap();
    gmm.validate().unwrap();
    assert_eq!(stats.masses()[1], 0.0);
    assert_eq!(gmm.offsets()[1], f64::NEG_INFINITY);
    close(stats.total_weight(), 300.0, REARRANGED, "mass");
    let growth = 300.0 / (300.0 - before.masses()[1]);
    for k in [0, 2] {
        close(gmm.weights()[k], weights[k] / 0.7, REARRANGED, "weight");
        close(stats.masses()[k], growth * before.masses()[k], REARRANGED, "mass");
        assert_eq!(stats.means()[k], before.means()[k]);
        // Covariances stay: own ones, and the pooled one by its expectation.
        for (a, b) in spread(&stats, k).iter().flatten().zip(spread(&before, k).iter().flatten()) {
            close(*a, *b, REARRANGED, "covariance");
        }
    }
    let mut again = gmm.clone();
    m_step().maximize(&stats, &mut again).unwrap();
    assert!(again.live().eq([0, 2]));
}

/// A newborn has the place, weight and covariance that are promised, in the model and in the statistics.
fn a_newborn_has_the_pooled_covariance<C: Structure>() {
    let mut gmm = three::<f64, C>(0.0);
    let before = gmm.clone();
    let mut stats = SufficientStats::from_model(&gmm, 8.0).unwrap();
    let x = [9.0, -8.0, 7.0];
    lifecycle::seed(&mut stats, &mut gmm, 3, &x, 0.04).unwrap();
    gmm.validate().unwrap();
    assert_eq!((gmm.weights()[3], gmm.means()[3]), (0.04, x));
    close(gmm.weights()[0], 0.48, REARRANGED, "weight");
    close(stats.total_weight(), 8.0, REARRANGED, "mass");
    let (mut full, weights) = (covariances(&before), before.weights());
    let pooled = |i: usize, j: usize| (0..3).map(|k| weights[k] * full[k][i][j]).sum();
    let newborn: Dense<3> = core::array::from_fn(|i| core::array::from_fn(|j| pooled(i, j)));
    full[3] = newborn;
    // Where components share something in part, the newborn has a part in it.
    let due = maximum_of::<3, 4, C>(gmm.weights(), &full);
    for (found, due) in
        covariances(&gmm).as_flattened().as_flattened().iter().zip(due.iter().flatten().flatten())
    {
        close(*found, *due, REARRANGED, "covariance");
    }
    let mut again = gmm.clone();
    m_step().maximize(&stats, &mut again).unwrap();
    assert_models_close(&gmm, &again, REARRANGED);
    // In the place of a live one.
    lifecycle::seed(&mut stats, &mut gmm, 0, &x, 0.5).unwrap();
    gmm.validate().unwrap();
    close(stats.masses()[0], 4.0, REARRANGED, "mass");
    assert_eq!(gmm.weights()[0], 0.5);
}

/// Of two components on one cluster the lighter dies, and only where pruning is on.
fn of_two_on_one_cluster_one_dies<C: Structure>() {
    let mut noise = Noise::new(17);
    let data: Vec<[f64; 3]> =
        (0..30_000).map(|t| core::array::from_fn(|_| noise.normal() + 9.0 * f64::from(t % 2))).collect();
    let unit = COVARIANCES.map(|_| COVARIANCES[3]);
    let means = [[0.1, 0.0, 0.0], [9.0, 9.0, 9.0], [-0.1, 0.0, 0.0], [0.0; 3]];
    let mut live = [0, 0];
    for (pruned, live) in live.iter_mut().enumerate() {
        let start = model::<f64, 3, 4, C>([0.3, 0.5, 0.2, 0.0], means, unit);
        let mut online = OnlineEm::new(start, StepSize::constant(0.005).unwrap()).unwrap();
        let mut life = LifeCycle::default();
        if pruned == 1 {
            life = life.with_pruning(Pruning::default().with_share(0.02).unwrap());
        }
        for x in &data {
            life.observe(&mut online, x).unwrap();
        }
        *live = online.model().live().count();
        online.model().validate().unwrap();
    }
    assert_eq!(live, [3, 2]);
}

for_typical_structures!(
    removal_takes_the_expected_share,
    a_newborn_has_the_pooled_covariance,
    of_two_on_one_cluster_one_dies,
);
