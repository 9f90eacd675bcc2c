//! M-steps in parts: the weights, and one component a call.

use gaussmix::covariance::Noise as Uniform;
use gaussmix::fit::{Frozen, Outcome};
use gaussmix::stream::StepSize;
use gaussmix::{Covariance, Diagonal, Error, Full, Gmm, MStep, OnlineEm, Spherical, WithNoise};

use crate::support::clouds::{clouds, guess};

type Run<C> = OnlineEm<f64, 3, 3, C>;

/// A run without M-steps, some samples after its start.
fn begun<C: Covariance>(gmm: Gmm<f64, 3, 3, C>, samples: usize) -> Run<C> {
    let mut run = OnlineEm::new(gmm, StepSize::constant(0.05).unwrap()).unwrap().with_interval(0);
    for x in clouds(samples, 31) {
        run.observe(x).unwrap();
    }
    run
}

fn with_noise() -> Gmm<f64, 3, 3, WithNoise<Full>> {
    guess::<f64, Full>().with_noise(Uniform::in_box(0.1, [20.0; 3]).unwrap()).unwrap()
}

/// All parts, with no sample between them, are a whole M-step, in any order of the components.
#[test]
fn all_parts_are_a_whole_m_step() {
    fn check<C: Covariance>(run: &Run<C>, what: &str) -> [Outcome; 3] {
        let mut whole = run.clone();
        let update = whole.maximize().unwrap();
        assert_ne!(whole.model(), run.model(), "{what}: an M-step that does nothing tells nothing");
        for order in [[0, 1, 2], [2, 0, 1]] {
            let mut parts = run.clone();
            parts.maximize_weights().unwrap();
            for k in order {
                assert_eq!(parts.maximize_component(k).unwrap(), update.outcomes[k], "{what}: component {k}");
            }
            assert_eq!(parts.model(), whole.model(), "{what}");
            assert_eq!(parts.statistics(), whole.statistics(), "{what}");
            // What comes next is the same too: floors have followed the data as far.
            let mut next = whole.clone();
            for run in [&mut parts, &mut next] {
                clouds(5, 32).iter().for_each(|x| _ = run.observe(x).unwrap());
                run.maximize().unwrap();
            }
            assert_eq!(parts.model(), next.model(), "{what}");
        }
        update.outcomes
    }
    check(&begun(guess::<f64, Full>(), 40), "full");
    check(&begun(guess::<f64, Diagonal>(), 40), "diagonal");
    check(&begun(guess::<f64, Spherical>(), 40), "spherical");
    check(&begun(with_noise(), 40), "beside noise");
    let frozen = Frozen::NONE
        .with_weights([true, false, false])
        .with_means([false, true, false])
        .with_covariances([false, true, true]);
    check(&begun(guess::<f64, Full>(), 40).with_frozen(frozen), "partly frozen");
    // The floors are relative to variances that follow those of the data, at each M-step, by the steps since the last.
    let floors = MStep::exact().with_relative_floor(0.6).unwrap();
    let raised = check(&begun(guess::<f64, Full>(), 40).with_m_step(floors), "raised to the floors");
    assert_eq!(raised, [Outcome::Floored; 3]);
    let mut dead = begun(guess::<f64, Full>(), 40);
    dead.edit(|stats, gmm| gaussmix::lifecycle::remove(stats, gmm, 1)).unwrap();
    assert_eq!(check(&dead, "a dead slot")[1], Outcome::Dead);
    // Far from all data the last component has lost nearly all its mass.
    let far =
        Gmm::new([0.5, 0.5, 1e-18], [[0.0; 3], [4.0; 3], [500.0; 3]], guess::<f64, Full>().covariances());
    assert_eq!(check(&begun::<Full>(far.unwrap(), 40), "a starved component")[2], Outcome::Starved);
}

/// A component that has a weight and no mass: the model is the same, and which outcome it has depends on its weight.
#[test]
fn a_component_without_mass_is_dead_once_its_weight_is_gone() {
    let far = Gmm::new([0.5, 0.4, 0.1], [[0.0; 3], [4.0; 3], [1e4; 3]], guess::<f64, Full>().covariances());
    let mut run = begun::<Full>(far.unwrap(), 0);
    run.edit(|stats, gmm| {
        stats.reset();
        stats.observe_all(gmm, clouds(40, 31))
    })
    .unwrap();
    let [mut whole, mut parts, mut last] = [run.clone(), run.clone(), run];
    let [first, second, third] = whole.maximize().unwrap().outcomes;
    parts.maximize_weights().unwrap();
    let outcomes = [0, 1, 2].map(|k| parts.maximize_component(k).unwrap());
    assert_eq!((outcomes, third), ([first, second, Outcome::Dead], Outcome::Starved));
    assert_eq!(parts.model(), whole.model());
    assert_eq!(last.maximize_component(2).unwrap(), Outcome::Starved, "its weight stands yet");
}

/// Each part maximises its own part of the expected log-likelihood.
#[test]
fn no_part_lowers_the_expected_log_likelihood() {
    let mut run = begun(guess::<f64, Full>(), 200);
    let expected = |run: &Run<Full>| run.statistics().expected_log_likelihood(run.model());
    let (mut before, first) = (expected(&run), expected(&run));
    for turn in [2, 0, 3, 1, 1, 0] {
        match turn {
            0 => run.maximize_weights().unwrap(),
            k => assert_eq!(run.maximize_component(k - 1).unwrap(), Outcome::Updated),
        }
        let after = expected(&run);
        assert!(after >= before - 1e-12, "{before} -> {after} by part {turn}");
        before = after;
    }
    assert!(before > first + 0.01, "{first} -> {before}: nothing was learnt");
}

#[test]
fn what_is_refused_changes_nothing() {
    let mut run = begun(guess::<f64, Full>(), 40);
    let before = run.clone();
    assert!(matches!(run.maximize_component(3), Err(Error::InvalidParameter { name: "k", .. })));
    assert_eq!(run, before);
    run.edit(|stats, _| stats.discount(0.0)).unwrap();
    let before = run.clone();
    assert_eq!(run.maximize_component(0), Err(Error::EmptyData));
    assert_eq!(run.maximize_weights(), Err(Error::EmptyData));
    assert_eq!(run, before);
}

/// A component a sample: as good in the end as a whole M-step every K + 1 samples.
#[test]
fn a_run_in_parts_follows_as_well() {
    let start = guess::<f64, Full>();
    let step = StepSize::decaying(0.7, 20.0).unwrap();
    let mut parts = OnlineEm::new(start.clone(), step).unwrap().with_interval(0);
    let mut whole = OnlineEm::new(start.clone(), step).unwrap().with_interval(4);
    let data = clouds(4000, 33);
    for (i, x) in data.iter().enumerate() {
        parts.observe(x).unwrap();
        whole.observe(x).unwrap();
        match i % 4 {
            0 => parts.maximize_weights().unwrap(),
            k => _ = parts.maximize_component(k - 1).unwrap(),
        }
    }
    let mean = |gmm: &Gmm<f64, 3, 3>| gmm.mean_log_likelihood(&data).unwrap();
    let (start, parts, whole) = (mean(&start), mean(parts.model()), mean(whole.model()));
    assert!(whole > start + 0.05, "{start} -> {whole}");
    assert!((parts - whole).abs() < 0.002, "{parts} against {whole}");
}
