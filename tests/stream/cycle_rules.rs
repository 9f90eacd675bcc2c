//! When a life cycle acts beside a run, and what it leaves to the run's M-step.

use gaussmix::fit::Frozen;
use gaussmix::lifecycle::{Birth, LifeCycle, Merging, Pruning, Splitting};
use gaussmix::stream::StepSize;
use gaussmix::{Gmm, OnlineEm};

use super::online_rules::{assert_whole_m_step, samples, under_way};
use crate::support::dense::{Structure, model};
use crate::support::noise::Noise;
use crate::support::structures::for_typical_structures;

const BALL: [[f64; 2]; 2] = [[1.0, 0.0], [0.0, 1.0]];

/// Three components over two features.
fn run<C: Structure>(weights: [f64; 3], means: [[f64; 2]; 3]) -> OnlineEm<f64, 2, 3, C> {
    let gmm: Gmm<f64, 2, 3, C> = model(weights, means, [BALL; 3]);
    OnlineEm::new(gmm, StepSize::constant(0.01).unwrap()).unwrap()
}

fn normal(noise: &mut Noise) -> [f64; 2] {
    [noise.normal(), noise.normal()]
}

/// Steps of 0 freeze everything: no outlier is counted, nothing is born, removed, merged or split.
fn steps_of_zero_freeze_everything<C: Structure>() {
    let mut online = run::<C>([0.99, 0.01, 0.0], [[0.0, 0.0], [0.1, 0.0], [0.0, 3.0]]);
    let mut life = LifeCycle::default()
        .with_birth(Birth::default().with_support(1, 1).unwrap())
        .with_pruning(Pruning::default().with_share(0.05).unwrap())
        .with_merging(Merging::default().with_loss(100.0).unwrap())
        .with_splitting(Splitting::default().with_above(0.0).unwrap())
        .with_interval(1);
    let step = StepSize::constant(0.01).unwrap();
    online.set_step(StepSize::ZERO);
    let before = (online.clone(), life.clone());
    let mut noise = Noise::new(74);
    for t in 0..50 {
        let x = if t % 5 == 0 { [40.0, -30.0] } else { normal(&mut noise) };
        let report = life.observe(&mut online, x).unwrap();
        assert_eq!(report.posterior, online.model().posterior(x).unwrap());
        assert!(!report.withheld && report.born.is_none() && report.changes == Default::default());
        assert_eq!(life.apply(&mut online), Ok(Default::default()));
    }
    assert_eq!((&online, &life), (&before.0, &before.1));
    assert!(life.observe(&mut online, [f64::NAN, 0.0]).is_err());
    online.set_step(step);
    assert!(life.observe(&mut online, [40.0, -30.0]).unwrap().born.is_some());
}

/// The weights that pruning leaves are not the masses: applied at any other time, it would move the model there.
fn policies_act_with_the_m_step_only<C: Structure>() {
    let mut online = run::<C>([0.5, 0.3, 0.2], [[0.0, 0.0], [3.0, 0.0], [0.0, 3.0]]).with_interval(10);
    let mut life = LifeCycle::default()
        .with_pruning(Pruning::default().with_share(0.05).unwrap())
        .with_merging(Merging::default().with_loss(0.0).unwrap())
        .with_interval(1);
    let mut noise = Noise::new(71);
    for t in 1..=60 {
        let before = online.model().clone();
        life.observe(&mut online, normal(&mut noise)).unwrap();
        assert_eq!(*online.model() != before, t % 10 == 0, "sample {t}");
    }
    let pruned: Vec<f64> = online.statistics().masses().iter().map(|w| (w - 0.05) / 0.85).collect();
    for (found, due) in online.model().weights().iter().zip(&pruned) {
        assert!((found - due).abs() < crate::support::tolerance::STEPS_F64, "{found} for {due}");
    }
}

/// The samples after which two of three equal components merged.
fn mergers<C: Structure>(m_step_every: u32, look_every: u32, apply_after: Option<usize>) -> Vec<usize> {
    let mut online = run::<C>([0.5, 0.3, 0.2], [[0.0; 2]; 3]).with_interval(m_step_every);
    let merging = Merging::default().with_loss(1.0).unwrap();
    let mut life = LifeCycle::default().with_merging(merging).with_interval(look_every);
    let mut noise = Noise::new(72);
    let mut merged = Vec::new();
    for t in 1..=60 {
        let mut changes = life.observe(&mut online, normal(&mut noise)).unwrap().changes;
        if apply_after == Some(t) {
            changes = life.apply(&mut online).unwrap();
        }
        assert!(changes.split.is_none() && changes.removed == 0);
        if changes.merged.is_some() {
            merged.push(t);
        }
    }
    merged
}

/// One pair at a time, at the first M-step after every so many samples.
fn mergers_are_looked_for_once_in_an_interval<C: Structure>() {
    assert_eq!(mergers::<C>(1, 10, None), [10, 20]);
    assert_eq!(mergers::<C>(1, 1, None), [1, 2]);
    assert_eq!(mergers::<C>(4, 10, None), [12, 24]);
    assert_eq!(mergers::<C>(10, 4, None), [10, 20]);
    assert_eq!(mergers::<C>(5, 5, None), [5, 10]);
    // Looking by hand counts as well.
    assert_eq!(mergers::<C>(1, 10, Some(7)), [7, 17]);
}

/// A sample that is withheld has not been learnt: it is no sample of the run, and brings no look nearer.
fn a_withheld_sample_is_not_learnt<C: Structure>() {
    let mut online = run::<C>([0.7, 0.3, 0.0], [[0.0; 2]; 3]);
    let mut life = LifeCycle::default()
        .with_birth(Birth::default().with_support(2, 100).unwrap())
        .with_merging(Merging::default().with_loss(1.0).unwrap())
        .with_interval(3);
    let mut noise = Noise::new(73);
    for t in 1..=2 {
        assert_eq!(life.observe(&mut online, normal(&mut noise)).unwrap().changes.merged, None, "{t}");
    }
    let before = online.clone();
    let report = life.observe(&mut online, [30.0, 30.0]).unwrap();
    assert!(report.withheld && report.born.is_none() && report.changes.merged.is_none());
    assert_eq!(report.posterior, before.model().posterior([30.0, 30.0]).unwrap());
    assert_eq!(online, before);
    let report = life.observe(&mut online, normal(&mut noise)).unwrap();
    assert!(report.changes.merged.is_some(), "the third that was learnt");
    // An outlier that is the last of its birth: born, not withheld, and no step of the run.
    let (steps, before) = (online.steps(), online.model().posterior([31.0, 30.0]));
    let report = life.observe(&mut online, [31.0, 30.0]).unwrap();
    assert_eq!(Ok(report.posterior), before, "what the model said before the birth");
    assert_eq!((report.withheld, report.born.is_some(), online.steps()), (false, true, steps));
}

/// A death and a merger after one sample are both told.
fn deaths_are_reported_beside_mergers<C: Structure>() {
    let start = run::<C>([0.6, 0.39, 0.01], [[0.0; 2], [0.0; 2], [30.0; 2]]);
    let mut life = LifeCycle::default()
        .with_pruning(Pruning::default().with_share(0.05).unwrap())
        .with_merging(Merging::default().with_loss(1.0).unwrap())
        .with_interval(1);
    let (mut online, mut by_hand) = (start.clone(), start);
    let changes = life.observe(&mut online, [0.0, 0.5]).unwrap().changes;
    assert_eq!((changes.removed, changes.merged.map(|pair| (pair.first, pair.second))), (1, Some((0, 1))));
    assert_eq!(online.model().weights(), &[1.0, 0.0, 0.0]);
    let changes = life.apply(&mut by_hand).unwrap();
    assert_eq!((changes.removed, changes.merged.is_some()), (1, true));
}

for_typical_structures!(
    steps_of_zero_freeze_everything,
    deaths_are_reported_beside_mergers,
    policies_act_with_the_m_step_only,
    mergers_are_looked_for_once_in_an_interval,
    a_withheld_sample_is_not_learnt,
);

/// Pruning makes weights that are not the masses, so a merger leaves the model's covariance another than the
/// statistics'. The M-step that follows goes by the statistics; it must not take the model's for theirs.
#[test]
fn the_m_step_after_a_merger_and_a_split_is_whole() {
    for seed in 0..3 {
        let mut run = under_way([0.6, 0.25, 0.15], 1.0);
        let mut life = LifeCycle::default()
            .with_pruning(Pruning::default().with_share(0.08).unwrap())
            .with_merging(Merging::default().with_loss(1.0).unwrap())
            .with_splitting(Splitting::default().with_above(0.0).unwrap())
            .with_interval(1000);
        // Of the first cluster only, so that its component is the one that splits.
        for x in samples(180, 1.0, 80 + seed).into_iter().step_by(3) {
            life.observe(&mut run, x).unwrap();
        }
        let changes = life.apply(&mut run).unwrap();
        let merged = changes.merged.map(|pair| (pair.first, pair.second));
        assert_eq!((merged, changes.split.map(|[k, _]| k)), (Some((1, 2)), Some(0)));
        for x in samples(4, 1.0, 90 + seed) {
            assert_whole_m_step(&mut run, x);
        }
    }
}

/// Whatever is born, dies, merges or splits: the model after a sample is that of the statistics.
#[test]
fn a_life_cycle_never_takes_the_factors_from_the_run() {
    let policies = || LifeCycle::default().with_interval(20);
    let lives = [
        policies().with_birth(
            Birth::default()
                .with_support(1, 1)
                .unwrap()
                .with_displaced(1.0)
                .unwrap()
                .with_share(0.3)
                .unwrap(),
        ),
        policies().with_pruning(Pruning::default().with_share(0.32).unwrap()),
        policies().with_merging(Merging::default().with_loss(10.0).unwrap()),
        policies().with_splitting(Splitting::default().with_above(0.0).unwrap().with_starved(1.0).unwrap()),
    ];
    for (i, mut life) in lives.into_iter().enumerate() {
        let mut run = under_way([0.4, 0.3, 0.3], 2.0);
        let mut changes = 0;
        for (t, mut x) in samples(200, 2.0, 100).into_iter().enumerate() {
            if i == 0 && t % 40 == 39 {
                x = x.map(|v| v + 60.0);
            }
            // Pruning's weights are not the masses; the run's own M-step says what it makes of the sample.
            let mut whole = run.clone().with_interval(0);
            let report = life.observe(&mut run, x).unwrap();
            changes += report.changes.removed
                + usize::from(
                    report.born.is_some()
                        || report.changes.merged.is_some()
                        || report.changes.split.is_some(),
                );
            if report.born.is_some() || report.changes != Default::default() {
                assert_whole_m_step(&mut run, x);
                continue;
            }
            whole.observe(x).unwrap();
            whole.maximize().unwrap();
            assert_eq!(run.model().means(), whole.model().means(), "policy {i}, sample {t}");
            let off = (run.model().covariances()[0] - whole.model().covariances()[0]).abs().max();
            assert!(off < crate::support::tolerance::STEPS_F64 * 10.0, "policy {i}, sample {t}: {off:.1e}");
        }
        assert!(changes > 0, "policy {i} never acted");
    }
    // A run with frozen parameters has no policies.
    let frozen = Frozen::NONE.with_weights([true, false, false]);
    let mut run = under_way([0.4, 0.3, 0.3], 2.0).with_frozen(frozen);
    assert!(policies().observe(&mut run, [0.0; 6]).is_err());
}
