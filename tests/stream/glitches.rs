//! Corrupt readings, and what must survive them.

use gaussmix::covariance::{Eev, Vei};
use gaussmix::lifecycle::{Birth, LifeCycle, Pruning};
use gaussmix::novelty::DistanceTest;
use gaussmix::stream::StepSize;
use gaussmix::{Diagonal, Full, Gmm, OnlineEm, Real, Spherical, Tied};

use crate::support::data::glitch;
use crate::support::dense::{Structure, covariances, model};
use crate::support::noise::Noise;

/// Two clusters at 10 and 50 of deviation 1, in two slots.
fn two<T: Real>() -> OnlineEm<T, 1, 2, Diagonal> {
    let gmm = model([0.5; 2], [[10.0], [50.0]], [[[1.0]]; 2]);
    OnlineEm::new(gmm, StepSize::default()).unwrap()
}

/// Row 1000 of the file is 65535; then 2999 rows, twice.
fn readings<T: Real>(corrupt: f64) -> Vec<[T; 1]> {
    let mut rows = glitch();
    assert_eq!(rows[1000], [65535.0]);
    rows[1000] = [corrupt];
    rows.extend_from_within(1001..);
    rows.into_iter().map(|[x]| [T::narrow(x)]).collect()
}

fn both_clusters_come_back<T: Real>() {
    for corrupt in [-127.0, 999.0, 4095.0, 32767.0, 65535.0] {
        let mut run = two::<T>();
        for x in readings::<T>(corrupt) {
            run.observe(x).unwrap();
        }
        let [low, high] = run.model().means().map(|[m]| m.widen());
        let (low, high) = (low.min(high), low.max(high));
        assert!((low - 10.0).abs() < 0.5 && (high - 50.0).abs() < 0.5, "{corrupt}: {low} {high}");
        for covariance in covariances(run.model()) {
            assert!(covariance[0][0] < 2.0, "{corrupt}: {covariance:?}");
        }
    }
}

/// One corrupt reading makes the data's variance enormous. A floor relative to that would melt two clusters into one.
#[test]
fn a_run_recovers_from_a_corrupt_reading() {
    both_clusters_come_back::<f32>();
    both_clusters_come_back::<f64>();
}

/// With births beside the run and no slot free, a stray is held back: 200 readings later a 20 is novel.
#[test]
fn a_stray_is_held_back_where_no_slot_is_free() {
    for corrupt in [-127.0, 999.0, 4095.0, 32767.0, 65535.0] {
        let mut run = two::<f32>();
        let mut life = LifeCycle::default().with_birth(Birth::default()).with_pruning(Pruning::default());
        let test = DistanceTest::new(0.001).unwrap();
        for (t, x) in readings::<f32>(corrupt).iter().enumerate() {
            life.observe(&mut run, x).unwrap();
            if t >= 1200 && t % 100 == 0 {
                assert!(test.is_novel(run.model(), [20.0]).unwrap(), "{corrupt}, reading {t}");
            }
        }
        assert_eq!(run.model().live().count(), 2);
    }
}

/// A stray is no evidence for the cluster that others call for, so it is held back although that one has to be learnt.
#[test]
fn a_stray_beside_supported_outliers_is_held_back() {
    let mut run = two::<f32>();
    let mut life = LifeCycle::default().with_birth(Birth::default());
    for t in 0..60 {
        let (x, is_withheld) = match t {
            10 | 14 => (30.0, true),
            20 => (30.0, false), // supported, and no slot is free
            40 | 50 => (65535.0, true),
            _ => ([10.0, 50.0][t % 2], false),
        };
        let report = life.observe(&mut run, [x]).unwrap();
        assert_eq!(report.withheld, is_withheld, "{t}");
    }
}

/// What was right stays: if one of two clusters jumps and no slot is free, the run follows within 600 readings.
#[test]
fn a_jump_is_followed_although_no_slot_is_free() {
    let mut run = OnlineEm::<f32, 1, 2, Full>::new(
        model([0.5; 2], [[10.0], [50.0]], [[[1.0]]; 2]),
        StepSize::constant(0.01).unwrap(),
    )
    .unwrap();
    let mut life = LifeCycle::default().with_birth(Birth::default()).with_pruning(Pruning::default());
    let mut noise = Noise::new(91);
    for t in 0..1600 {
        let high = if t < 1000 { 50.0 } else { 80.0 };
        let x = if t % 2 == 0 { 10.0 } else { high } + noise.normal();
        life.observe(&mut run, [x as f32]).unwrap();
    }
    let nearest =
        run.model().live().map(|k| (run.model().means()[k][0] - 80.0).abs()).fold(f32::MAX, f32::min);
    assert!(nearest < 2.0, "{}", run.model());
}

/// A reading far off in one feature, and what the model says of the data before and long after.
fn recovers<C: Structure>() {
    let means = [[10.0, -3.0], [50.0, 4.0]];
    let unit = [[1.0, 0.0], [0.0, 1.0]];
    let start: Gmm<f32, 2, 2, C> = model([0.5; 2], means, [unit; 2]);
    let mut run = OnlineEm::new(start.clone(), StepSize::constant(0.01).unwrap()).unwrap();
    let mut noise = Noise::new(92);
    let mut next = |t: usize| means[t % 2].map(|m| (m + noise.normal()) as f32);
    for t in 0..8000 {
        let x = if t == 1000 { [65535.0, -3.0] } else { next(t) };
        run.observe(x).unwrap();
    }
    let fresh: Vec<[f32; 2]> = (0..1000).map(&mut next).collect();
    let [before, after] = [&start, run.model()].map(|gmm| gmm.mean_log_likelihood(&fresh).unwrap());
    assert!(after > before - 0.2, "{before} {after}\n{}", run.model());
}

/// Not EVI, whose components have one volume: the one that took in the glitch becomes a needle, and starves.
#[test]
fn structures_recover_from_a_corrupt_reading() {
    recovers::<Full>();
    recovers::<Diagonal>();
    recovers::<Tied<Full>>();
    recovers::<Tied<Spherical>>();
    #[cfg(every_structure)]
    recovers::<Tied<Diagonal>>();
    #[cfg(every_structure)]
    recovers::<Spherical>();
    recovers::<Vei>();
    recovers::<Eev>();
}
