//! Fits with a noise slot.

use core::ops::ControlFlow;

use gaussmix::covariance::Noise as Slot;
use gaussmix::fit::{
    Acceleration, BoundedWeights, Damped, EqualAlong, Frozen, Iteration, Prior, Watch, adapt,
};
use gaussmix::select::{ColdStart, Search};
use gaussmix::{Covariance, Em, Full, Gmm, MStep, Masked, Real, SufficientStats, WithNoise, init};
use rand_pcg::Pcg64;

use crate::support::closeness::assert_close;
use crate::support::noise::Noise;
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::{FALL_F64, LEFT_ALONE, STAYS_PUT};

const CENTRES: [[f64; 2]; 3] = [[0.0, 0.0], [10.0, 0.0], [5.0, 9.0]];

/// Three groups, of deviation 1.
fn groups(n: usize) -> Vec<[f64; 2]> {
    let mut noise = Noise::new(401);
    (0..n).map(|i| CENTRES[i % 3].map(|c| c + noise.normal())).collect()
}

/// The same, and every tenth sample anywhere.
fn noisy(n: usize) -> Vec<[f64; 2]> {
    let mut noise = Noise::new(402);
    let mut data = groups(n);
    for x in data.iter_mut().step_by(10) {
        *x = x.map(|_| 40.0 * noise.uniform() - 15.0);
    }
    data
}

type Model<T> = Gmm<T, 2, 3, WithNoise<Full>>;

fn unfitted<T: Real>(data: &[[T; 2]]) -> Model<T> {
    let mut gmm = Gmm::unfitted();
    gmm.set_noise(Slot::robust(T::narrow(0.05), data).unwrap()).unwrap();
    gmm
}

/// Without a floor and without an end: no pass may lower ℓ/n by more than rounding.
fn likelihood_never_decreases<C: Covariance>() {
    let data = noisy(300);
    let mut gmm: Gmm<f64, 2, 3, WithNoise<C>> = Gmm::unfitted();
    gmm.set_noise(Slot::new(0.05, 500.0).unwrap()).unwrap();
    init::from_means(&mut gmm, &[[1.0, 1.0], [8.0, 0.0], [5.0, 6.0]], &data).unwrap();
    let mut last = f64::NEG_INFINITY;
    let watch = |iteration: &Iteration<f64>| {
        let now = iteration.mean_log_likelihood;
        assert!(now >= last - FALL_F64 * now.abs().max(1.0), "{last} fell to {now}");
        last = now;
        ControlFlow::Continue(())
    };
    let em = Em::default().with_m_step(MStep::exact()).with_tolerance(0.0).unwrap().with_max_iterations(40);
    em.fitting().with_hook(watch).fit(&mut gmm, &data).unwrap();
    gmm.validate().unwrap();
    assert!((0.05..0.2).contains(&gmm.noise().weight()), "{}", gmm.noise().weight());
}
for_typical_structures!(likelihood_never_decreases);

fn one_reading_leaves_the_groups_alone<T: Real>() {
    let data: Vec<[T; 2]> = groups(300).iter().map(|x| x.map(T::narrow)).collect();
    let mut spoilt = data.clone();
    spoilt.push([T::narrow(9999.0), T::narrow(-9999.0)]);
    let em = Em::default();
    for seed in 0..5 {
        let fit = |data: &[[T; 2]]| {
            let mut gmm = unfitted(data);
            em.fit_best_of(&mut gmm, 10, init::mixed, data, &mut Pcg64::new(seed, 1)).unwrap();
            let order = gmm.canonical_order();
            gmm.permute(&order).unwrap();
            gmm
        };
        let (clean, found) = (fit(&data), fit(&spoilt));
        for k in 0..3 {
            for j in 0..2 {
                assert_close(found.means()[k][j].widen(), clean.means()[k][j].widen(), LEFT_ALONE, "mean");
                let variance = |gmm: &Model<T>| gmm.covariances()[k][(j, j)].widen();
                assert_close(variance(&found), variance(&clean), LEFT_ALONE, "variance");
            }
        }
        assert_eq!(found.predict(spoilt[300]).unwrap(), 3);
        assert!(found.noise().weight().widen() > 0.002);
    }
}

/// Without noise it takes a component, or melts two.
#[test]
fn one_reading_of_9999_leaves_three_groups_alone() {
    one_reading_leaves_the_groups_alone::<f64>();
    one_reading_leaves_the_groups_alone::<f32>();
}

/// Choosing K, and a cold start: three groups are found, whatever outliers there are.
#[test]
fn outliers_are_no_components() {
    let data = noisy(300);
    let mut gmm: Gmm<f64, 2, 5, WithNoise<Full>> = Gmm::unfitted();
    let slot = Slot::in_box(0.1, [40.0, 40.0]).unwrap();
    gmm.set_noise(slot).unwrap();
    let search = Search::new(1..=5).unwrap();
    let selection = Em::default().select(&mut gmm, &search, &data, |k| Pcg64::new(7, k as u128)).unwrap();
    assert_eq!((selection.chosen(), gmm.live().count()), (Some(3), 3));
    assert_eq!(gmm.noise().log_ranges(), slot.log_ranges());
    gmm.validate().unwrap();

    let mut cold: ColdStart<f64, 2, 64> = ColdStart::new();
    for x in &data[..64] {
        cold.observe(*x).unwrap();
    }
    let mut gmm: Gmm<f64, 2, 4, WithNoise<Full>> = Gmm::unfitted();
    gmm.set_noise(slot).unwrap();
    cold.start(&mut gmm).unwrap();
    assert_close(gmm.noise().log_volume(), slot.log_volume(), 1e-12, "ln V");
    assert_eq!(gmm.live().count(), 3);
}

/// Noise of weight 0 changes no bit; of next to no density, no digit.
#[test]
fn noise_without_weight_is_none() {
    let data = groups(200);
    let mut plain: Gmm<f64, 2, 3> = Gmm::unfitted();
    init::farthest_first(&mut plain, &data).unwrap();
    let mut none = plain.with_noise(Slot::new(0.0, 3.0).unwrap()).unwrap();
    let mut thin = plain.with_noise(Slot::new(0.3, 1e300).unwrap()).unwrap();
    let fit = Em::default().fit(&mut plain, &data).unwrap();
    assert_eq!(Em::default().fit(&mut none, &data).unwrap(), fit);
    assert_eq!((none.means(), none.weights()), (plain.means(), plain.weights()));
    Em::default().fit(&mut thin, &data).unwrap();
    assert_eq!(thin.noise().weight(), 0.0);
    assert_close(thin.means()[1][0], plain.means()[1][0], STAYS_PUT, "mean");
}

/// The same end in fewer passes.
#[test]
fn acceleration_moves_the_weight_of_the_noise_too() {
    let data = noisy(400);
    let mut plain = unfitted(&data);
    init::from_means(&mut plain, &[[4.0, 3.0], [5.0, 3.0], [5.0, 4.0]], &data).unwrap();
    let mut fast = plain.clone();
    let em = Em::default().with_tolerance(1e-9).unwrap();
    let slow = em.fit(&mut plain, &data).unwrap();
    let mut acceleration = Acceleration::new();
    let fit = em.fitting().with_acceleration(&mut acceleration).fit(&mut fast, &data).unwrap();
    assert!(acceleration.taken() > 0 && fit.converged, "{acceleration:?}");
    assert!(fit.iterations < slow.iterations, "{} {}", fit.iterations, slow.iterations);
    assert_close(fit.log_likelihood / 400.0, slow.log_likelihood / 400.0, 1e-7, "likelihood");
    assert_close(fast.noise().weight(), plain.noise().weight(), 1e-4, "weight");
    fast.validate().unwrap();
}

/// M-steps under constraints keep weights that sum to 1, and do not lower Q once the constraint is met.
#[test]
fn steps_under_constraints_count_the_noise() {
    let data = noisy(300);
    let mut start = unfitted(&data);
    init::from_means(&mut start, &CENTRES, &data).unwrap();
    let em = Em::default().with_m_step(MStep::exact()).with_max_iterations(30);
    let mut watch = Watch::new().always();
    let bounds = BoundedWeights::new(0.1, 0.25).unwrap();
    let mut bounded = start.clone();
    em.with_max_iterations(1).fitting().with_m_step(bounds.step()).fit(&mut bounded, &data).unwrap();
    em.fitting().with_m_step(watch.over(bounds.step())).fit(&mut bounded, &data).unwrap();
    assert!(bounded.weights().iter().all(|w| (0.1..=0.25).contains(w)), "{:?}", bounded.weights());
    assert_close(bounded.noise().weight(), 1.0 - bounded.weights().iter().sum::<f64>(), 1e-12, "rest");
    let mut damped = start.clone();
    em.fitting().with_m_step(watch.over(Damped::new(0.4).unwrap().step())).fit(&mut damped, &data).unwrap();
    let mut equal = start.clone();
    let along = EqualAlong::new([1.0, -1.0]).unwrap();
    em.with_max_iterations(1).fitting().with_m_step(along.step()).fit(&mut equal, &data).unwrap();
    em.fitting().with_m_step(watch.over(along.step())).fit(&mut equal, &data).unwrap();
    assert!(watch.checked() > 50 && watch.lowered() == 0, "{watch:?}");
    for gmm in [&bounded, &damped, &equal] {
        gmm.validate().unwrap();
    }
    // Frozen weights leave their share to the others, noise among them.
    let frozen = Frozen::NONE.with_weights([true, false, false]);
    let mut fixed = start.clone();
    em.fitting().with_frozen(frozen).fit(&mut fixed, &data).unwrap();
    assert_eq!(fixed.weights()[0], start.weights()[0]);
    assert!(fixed.noise().weight() != start.noise().weight());
    fixed.validate().unwrap();
    let mut all = start.clone();
    em.fitting().with_frozen(Frozen::NONE.with_weights([true; 3])).fit(&mut all, &data).unwrap();
    assert_eq!(all.noise(), start.noise(), "what all others leave");
}

/// What weights lack of 1 by rounding is no noise, and no negative one, whichever step sets the weights.
#[test]
fn no_step_makes_noise_of_rounding() {
    let data = groups(90);
    let matrices = [[[1.0, 0.0], [0.0, 1.0]]; 3];
    for weights in [[0.1, 0.2, 0.7], [0.7, 0.2, 0.1], [0.9, 0.1, 0.0], [1.0 / 3.0; 3]] {
        for own in [0.0, 1e-30] {
            let start: Gmm<f64, 2, 3> = Gmm::from_arrays(weights, CENTRES, matrices).unwrap();
            let start = start.with_noise(Slot::new(own, 500.0).unwrap()).unwrap();
            let mut stats = SufficientStats::new();
            stats.observe_all(&start, &data).unwrap();
            let step = BoundedWeights::new(0.0, 1.0).unwrap().step();
            let frozen = Frozen::NONE.with_weights([true; 3]);
            let em = Em::default().with_max_iterations(4);
            let mut bounded = start.clone();
            em.fitting().with_frozen(frozen).with_m_step(step).fit(&mut bounded, &data).unwrap();
            let mut adapted = start.clone();
            adapt(&mut adapted, &stats, 16.0, &frozen).unwrap();
            let (mut fast, mut acceleration) = (start.clone(), Acceleration::new());
            let em = em.with_max_iterations(12).with_tolerance(0.0).unwrap();
            em.fitting()
                .with_frozen(frozen)
                .with_acceleration(&mut acceleration)
                .fit(&mut fast, &data)
                .unwrap();
            for gmm in [bounded, adapted, fast] {
                gmm.validate().unwrap();
                assert_eq!(gmm.noise(), start.noise(), "{weights:?}");
                assert_eq!(gmm.weights(), start.weights());
            }
            if own > 0.0 {
                continue;
            }
            // What is free takes its share, and noise of no weight none: not of the weights that the prior knows either.
            let mut adapted = start.clone();
            adapt(&mut adapted, &stats, 16.0, &Frozen::NONE).unwrap();
            assert_eq!(adapted.noise(), start.noise(), "{weights:?}");
        }
    }
}

/// A prior that knows of noise does not revive it, as it revives no component.
#[test]
fn noise_of_no_weight_stays_dead_under_a_prior() {
    let matrices = [[[1.0, 0.0], [0.0, 1.0]]; 3];
    let gmm: Gmm<f64, 2, 3> = Gmm::from_arrays([0.1, 0.2, 0.7], CENTRES, matrices).unwrap();
    let mut gmm = gmm.with_noise(Slot::new(0.1, 500.0).unwrap()).unwrap();
    let prior = Prior::from_model(&gmm, 16.0).unwrap();
    gmm.set_noise(Slot::new(0.0, 500.0).unwrap()).unwrap();
    let mut stats = SufficientStats::new();
    stats.observe_all(&gmm, groups(90)).unwrap();
    MStep::exact().with_regularizer(&prior).maximize(&stats, &mut gmm).unwrap();
    assert_eq!(gmm.noise().weight(), 0.0);
    gmm.validate().unwrap();
}

/// Labels of all samples leave the noise as it is; rows that lack something of 1 give it to the noise.
#[test]
fn a_start_from_labels_keeps_the_noise() {
    let data = groups(90);
    let mut gmm = unfitted(&data);
    let rows =
        |lack: f64| (0..90).map(move |i| core::array::from_fn(|k| if i % 3 == k { 1.0 - lack } else { 0.0 }));
    init::from_responsibilities(&mut gmm, &data, rows(0.0)).unwrap();
    assert_close(gmm.noise().weight(), 0.05, 1e-12, "kept");
    gmm.validate().unwrap();
    init::from_responsibilities(&mut gmm, &data, rows(0.2)).unwrap();
    assert_close(gmm.noise().weight(), 0.2, 1e-12, "given");
    gmm.validate().unwrap();
}

/// Missing features, a prior and noise at once: no pass lowers ℓ + ln prior, and the groups are found.
#[test]
fn noise_composes_with_masks_and_priors() {
    let mut data: Vec<_> =
        noisy(300).into_iter().map(|features| Masked { features, observed: [true; 2] }).collect();
    for (i, sample) in data.iter_mut().enumerate().filter(|(i, _)| i % 5 == 1) {
        sample.observed[i % 2] = false;
        sample.features[i % 2] = f64::NAN;
    }
    let mut gmm: Model<f64> = Gmm::unfitted();
    gmm.set_noise(Slot::robust(0.05, &data).unwrap()).unwrap();
    init::from_means(&mut gmm, &CENTRES, &data).unwrap();
    let prior = Prior::from_data(noisy(300)).unwrap();
    let mut last = f64::NEG_INFINITY;
    let watch = |iteration: &Iteration<f64>| {
        let now = iteration.mean_log_likelihood;
        assert!(now >= last - FALL_F64 * now.abs().max(1.0), "{last} fell to {now}");
        last = now;
        ControlFlow::Continue(())
    };
    let step = MStep::exact().with_regularizer(prior);
    let em = Em::default().with_m_step(step).with_tolerance(0.0).unwrap().with_max_iterations(40);
    em.fitting().with_hook(watch).fit(&mut gmm, &data).unwrap();
    for (mean, due) in gmm.means().iter().flatten().zip(CENTRES.iter().flatten()) {
        assert!((mean - due).abs() < 0.5, "{gmm}");
    }
    gmm.validate().unwrap();
}
