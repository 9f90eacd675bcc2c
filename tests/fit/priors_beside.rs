//! Priors together with what else a fit or a stream has.

use gaussmix::covariance::Noise as Slot;
use gaussmix::fit::{Acceleration, Frozen, Prior};
use gaussmix::lifecycle::{Birth, LifeCycle};
use gaussmix::nalgebra::SMatrix;
use gaussmix::persist::Persist;
use gaussmix::select::{ColdStart, Search};
use gaussmix::stream::StepSize;
use gaussmix::{Diagonal, Em, Error, Full, Gmm, MStep, OnlineEm, SufficientStats, WithNoise, init};
use rand_pcg::Pcg64;

use super::priors::{MEANS, prior};
use crate::support::closeness::{assert_close, assert_models_close};
use crate::support::clouds::{clouds, guess};
use crate::support::missing::without;
use crate::support::tolerance::{FALL_F64, ROUNDING, STAYS_PUT};

/// A noise slot, missing features and weights, each of which changes the statistics only.
#[test]
fn with_noise_masks_and_weights_no_m_step_lowers_the_posterior() {
    let complete = clouds(150, 53);
    let samples = without(&complete, 0.2, 54);
    let data: Vec<_> = samples.iter().enumerate().map(|(i, x)| (x, 0.5 + (i % 3) as f64)).collect();
    let mut gmm: Gmm<f64, 3, 3, WithNoise<Full>> = Gmm::unfitted();
    gmm.set_noise(Slot::new(0.1, 500.0).unwrap()).unwrap();
    init::from_means(&mut gmm, &MEANS, &complete).unwrap();
    let prior = prior::<WithNoise<Full>>();
    let (m_step, mut last) = (MStep::exact().with_regularizer(&prior), f64::NEG_INFINITY);
    for _ in 0..40 {
        let (mut stats, mut rest) = (SufficientStats::new(), SufficientStats::new());
        stats.observe_all(&gmm, &data[..70]).unwrap();
        rest.observe_all(&gmm, &data[70..]).unwrap();
        stats.merge(&rest);
        let now = (stats.log_likelihood() + m_step.log_prior(&gmm)) / stats.total_weight();
        assert!(now >= last - FALL_F64 * now.abs().max(1.0), "{last} fell to {now}");
        last = now;
        assert!(m_step.maximize(&stats, &mut gmm).unwrap().is_healthy());
        gmm.validate().unwrap();
    }
    assert!(gmm.noise().weight() > 0.001);
}

/// While noise fades, nothing but its weight changes: the density of the weights does not jump where that ends at 0.
#[test]
fn the_density_of_a_prior_does_not_jump_where_noise_fades_to_nothing() {
    let m_step = MStep::exact().with_regularizer(prior::<WithNoise<Full>>());
    let of = |weight| {
        m_step.log_prior(&guess::<f64, Full>().with_noise(Slot::new(weight, 500.0).unwrap()).unwrap())
    };
    assert_close(of(1e-300), of(0.0), ROUNDING, "ln p");
}

/// Where α < 1 would leave no Gaussian, weights stay, with noise as without it. Where the data do, noise gets all.
#[test]
fn a_prior_does_not_leave_the_noise_alone() {
    let start = guess::<f64, Full>().with_noise(Slot::new(0.2, 500.0).unwrap()).unwrap();
    let few = |share: f64| {
        let mut stats = SufficientStats::<f64, 3, 3, WithNoise<Full>>::new();
        for (k, mean) in MEANS.iter().enumerate() {
            stats.assign(mean, &core::array::from_fn(|i| if i == k { share } else { 0.0 })).unwrap();
        }
        stats
    };
    let with = |concentrations| {
        let prior = Prior::new(MEANS, 1.0, Some(([SMatrix::identity(); 3], 5.0)), concentrations).unwrap();
        MStep::exact().with_regularizer(prior)
    };
    let mut gmm = start.clone();
    with([0.5; 3]).maximize(&few(0.4), &mut gmm).unwrap();
    assert_eq!((gmm.weights(), gmm.noise()), (start.weights(), start.noise()), "none would be left");
    let free = Frozen::NONE.with_weights([true, false, false]);
    with([0.5; 3]).maximize_with(&free, &few(0.4), &mut gmm).unwrap();
    assert_eq!((gmm.weights(), gmm.noise()), (start.weights(), start.noise()), "of those that are free");
    with([0.5, 0.5, 0.9]).maximize(&few(0.4), &mut gmm).unwrap();
    assert_close(gmm.weights()[2], 0.3 / (1.8 + 0.3), ROUNDING, "one is left");
    assert_eq!(gmm.weights()[..2], [0.0; 2]);
    gmm.validate().unwrap();
    let mut gmm = start.clone();
    with([1.0; 3]).maximize(&few(0.0), &mut gmm).unwrap();
    assert_eq!((gmm.weights(), gmm.noise().weight()), (&[0.0; 3], 1.0), "as without a prior");
}

/// With steps 1/(t + 1), a run's statistics are the mean of a start and t samples: its end is the batch's. With constant
/// steps, the prior counts against a memory of 1/g.
#[test]
fn in_a_run_a_prior_counts_samples_and_does_not_fade() {
    let prior: Prior<f64, 1, 1> =
        Prior::new([[2.0]], 3.0, Some(([SMatrix::from([[8.0]])], 4.0)), [1.0]).unwrap();
    let start: Gmm<f64, 1, 1> = Gmm::new([1.0], [[5.0]], [[[4.0]].into()]).unwrap();
    let data: Vec<[f64; 1]> = clouds(300, 50).iter().map(|x| [x[0]]).collect();
    let m_step = MStep::exact().with_regularizer(&prior);
    let run = |step, samples: &[[f64; 1]]| {
        let mut run = OnlineEm::new(start.clone(), step).unwrap().with_m_step(m_step).with_inertia(0);
        for x in samples {
            run.observe(x).unwrap();
        }
        run
    };
    let decaying = run(StepSize::decaying(1.0, 1.0).unwrap(), &data);
    let mut stats = SufficientStats::from_model(&start, 1.0).unwrap();
    stats.observe_all(&start, &data).unwrap();
    let mut due = start.clone();
    m_step.maximize(&stats, &mut due).unwrap();
    assert_models_close(decaying.model(), &due, ROUNDING);
    // A sensor that is stuck: without a prior the variance would vanish.
    let stuck = run(StepSize::constant(0.01).unwrap(), &[[6.0]; 10_000]);
    let [mean] = stuck.model().means();
    assert_close(mean[0], (3.0 * 2.0 + 100.0 * 6.0) / 103.0, ROUNDING, "mean");
    let variance = (8.0 + 300.0 / 103.0 * 16.0) / (100.0 + 4.0 + 3.0);
    assert_close(stuck.model().covariances()[0][0], variance, ROUNDING, "variance");
}

/// A run whose steps are 0 does not say how many samples its statistics stand for.
#[test]
fn no_prior_vanishes_in_a_run_that_does_not_step() {
    let prior: Prior<f64, 1, 1> =
        Prior::new([[2.0]], 3.0, Some(([SMatrix::from([[8.0]])], 4.0)), [1.0]).unwrap();
    let start: Gmm<f64, 1, 1> = Gmm::new([1.0], [[6.0]], [[[4.0]].into()]).unwrap();
    let m_step = MStep::exact().with_regularizer(&prior);
    let of = |step| OnlineEm::new(start.clone(), step).unwrap().with_m_step(m_step);
    // Before the first sample: a memory of ten.
    let mut run = of(StepSize::constant(0.1).unwrap());
    run.maximize().unwrap();
    assert_close(run.model().means()[0][0], (3.0 * 2.0 + 10.0 * 6.0) / 13.0, ROUNDING, "mean");
    let mut first = of(StepSize::decaying(1.0, 0.0).unwrap());
    first.maximize().unwrap();
    assert_close(first.model().means()[0][0], (3.0 * 2.0 + 6.0) / 4.0, ROUNDING, "mean");
    let before = run.clone();
    run.set_step(StepSize::ZERO);
    assert_eq!(
        run.maximize().unwrap_err(),
        Error::InvalidParameter { name: "step", expected: "above 0 for an M-step under a prior" }
    );
    assert_eq!(run.model(), before.model());
    // Without a prior, nothing depends on it.
    let mut plain = OnlineEm::new(start.clone(), StepSize::ZERO).unwrap();
    plain.maximize().unwrap();
    assert_models_close(plain.model(), &start, ROUNDING);
}

/// Owned, it is stored with its run, whose restored copy goes on with the same bits. A model is stored as such.
#[test]
fn a_run_is_stored_with_its_prior() {
    let start: Gmm<f64, 1, 2> =
        Gmm::new([0.5; 2], [[-1.0], [3.0]], [[[2.0]].into(), [[1.0]].into()]).unwrap();
    let scales = ([SMatrix::from([[0.5]]), SMatrix::from([[0.7]])], 3.0);
    let conjugate = Prior::new([[-2.0], [4.0]], 9.0, Some(scales), [2.0, 1.5]).unwrap();
    for prior in [conjugate, Prior::from_model(&start, 16.0).unwrap()] {
        let m_step = MStep::default().with_regularizer(prior.clone());
        let mut run = OnlineEm::new(start.clone(), StepSize::default()).unwrap().with_m_step(m_step);
        let data: Vec<[f64; 1]> = clouds(40, 51).iter().map(|x| [x[0]]).collect();
        for x in &data[..20] {
            run.observe(x).unwrap();
        }
        let mut bytes = [0; OnlineEm::<f64, 1, 2, Full, Prior<f64, 1, 2>>::ENCODED_LEN];
        run.encode(&mut bytes).unwrap();
        let mut restored = OnlineEm::decode(&bytes).unwrap();
        assert_eq!(run, restored);
        for x in &data[20..] {
            assert_eq!(run.observe(x), restored.observe(x));
        }
        assert_eq!(run.model(), restored.model());
    }
}

/// Steps of SQUAREM climb the posterior, and end where plain passes end.
#[test]
fn acceleration_climbs_the_posterior() {
    let data = clouds(100, 52);
    let prior = prior::<Full>();
    let m_step = MStep::exact().with_regularizer(&prior);
    let em = Em::default().with_m_step(m_step).with_tolerance(1e-12).unwrap();
    let (mut plain, mut fast, mut memory) = (guess(), guess(), Acceleration::new());
    let slow = em.fit(&mut plain, &data).unwrap();
    let fit = em.fitting().with_acceleration(&mut memory).fit(&mut fast, &data).unwrap();
    assert!(slow.converged && fit.converged);
    let [a, b] = [(slow, &plain), (fit, &fast)].map(|(fit, gmm)| fit.log_likelihood + m_step.log_prior(gmm));
    assert_close(a, b, STAYS_PUT, "posterior");
}

/// The likeliest of some restarts is not that of the largest posterior, and the latter is kept.
#[test]
fn restarts_are_ranked_by_the_posterior() {
    let data = clouds(60, 55);
    let prior = prior::<Full>();
    let m_step = MStep::exact().with_regularizer(&prior);
    let em = Em::default().with_m_step(m_step).with_max_iterations(3);
    let mut differ = 0;
    for seed in 0..20 {
        let mut rng = Pcg64::new(seed, 1);
        let fits: [_; 6] = core::array::from_fn(|_| {
            let mut gmm: Gmm<f64, 3, 3> = Gmm::unfitted();
            init::random_samples(&mut gmm, &data, &mut rng).unwrap();
            let fit = em.fit(&mut gmm, &data).unwrap();
            assert!(!fit.is_spurious());
            (fit.log_likelihood, fit.log_likelihood + m_step.log_prior(&gmm), gmm)
        });
        let likeliest = fits.iter().max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
        let due = fits.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        let mut gmm = Gmm::unfitted();
        em.fit_best_of(&mut gmm, 6, init::random_samples, &data, &mut Pcg64::new(seed, 1)).unwrap();
        assert_eq!(gmm, due.2, "seed {seed}");
        differ += u32::from(likeliest.2 != due.2);
    }
    assert!(differ >= 3, "{differ} of 20 tell likelihood and posterior apart");
}

/// What a choice of the number of components ends at is a mode: another M-step with the prior does not move it, one
/// without does.
#[test]
fn chosen_models_are_modes() {
    let data = clouds(64, 56);
    let prior = Prior::from_data(&data).unwrap();
    let m_step = MStep::exact().with_regularizer(&prior);
    let em = Em::default().with_m_step(m_step).with_tolerance(1e-10).unwrap();
    let stays = |gmm: &Gmm<f64, 3, 3>| {
        let (mut stats, mut plain, mut with_prior) = (SufficientStats::new(), gmm.clone(), gmm.clone());
        stats.observe_all(gmm, &data).unwrap();
        m_step.maximize(&stats, &mut with_prior).unwrap();
        MStep::exact().maximize(&stats, &mut plain).unwrap();
        let largest = |other: &Gmm<f64, 3, 3>| {
            let gaps = gmm.covariances().into_iter().zip(other.covariances());
            gaps.fold(0.0, |most: f64, (a, b)| most.max((a - b).amax() / a.amax()))
        };
        assert!(
            largest(&with_prior) < 1e-3 && largest(&plain) > 0.01,
            "{}, {}",
            largest(&with_prior),
            largest(&plain)
        );
    };
    let mut gmm = Gmm::unfitted();
    let search = Search::new(1..=3).unwrap().with_restarts(5).unwrap();
    em.select(&mut gmm, &search, &data, |k| Pcg64::new(k as u128, 1)).unwrap();
    stays(&gmm);
    let mut cold: ColdStart<f64, 3, 64, _> = ColdStart::new().with_em(em);
    for x in &data {
        cold.observe(x).unwrap();
    }
    let mut gmm = Gmm::unfitted();
    cold.start(&mut gmm).unwrap();
    stays(&gmm);
}

/// A component is born of readings that are all equal: the prior alone gives it a variance.
#[test]
fn a_component_that_is_born_has_the_prior_of_its_slot() {
    let prior = Prior::new([[0.0]; 2], 0.0, Some(([[0.5].into(); 2], 3.0)), [1.0; 2]).unwrap();
    let start: Gmm<f64, 1, 2, Diagonal> =
        Gmm::new([1.0, 0.0], [[0.0], [0.0]], [[1.0].into(), [1.0].into()]).unwrap();
    let m_step = MStep::exact().with_regularizer(prior);
    let mut run = OnlineEm::new(start, StepSize::constant(0.01).unwrap()).unwrap().with_m_step(m_step);
    let mut life = LifeCycle::default().with_birth(Birth::default());
    for (i, x) in clouds(9000, 57).iter().enumerate() {
        life.observe(&mut run, [if i % 3 == 0 { 20.0 } else { x[0] }]).unwrap();
    }
    run.maximize().unwrap();
    let gmm = run.model();
    assert_close(gmm.means()[1][0], 20.0, ROUNDING, "mean");
    // A flat prior of the mean takes one from the n_k + ν₀ + D + 2 of the mode.
    let mass = 100.0 * run.statistics().masses()[1] / run.statistics().total_weight();
    assert_close(gmm.covariances()[1][0], 0.5 / (mass + 3.0 + 2.0), ROUNDING, "variance");
}
