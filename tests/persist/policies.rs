//! What stands beside a run, stored: an alarm and a life cycle.

use gaussmix::lifecycle::{Birth, LifeCycle, Merging, Pruning, Splitting};
use gaussmix::novelty::{DistanceTest, Novelty};
use gaussmix::persist::{Persist, PersistError};
use gaussmix::stream::StepSize;
use gaussmix::{Error, Gmm, OnlineEm, Real};
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

use super::seal;

type Run<T> = OnlineEm<T, 2, 4>;
type Life<T> = LifeCycle<T, 2>;

/// Three groups, of which the run knows one, and a stray now and then.
fn stream<T: Real>(n: usize) -> Vec<[T; 2]> {
    let world: Gmm<f64, 2, 3> = Gmm::from_arrays(
        [0.5, 0.3, 0.2],
        [[0.0, 0.0], [9.0, 1.0], [-3.0, 12.0]],
        [[[1.0, 0.3], [0.3, 1.0]], [[2.0, 0.0], [0.0, 1.0]], [[1.0, -0.5], [-0.5, 1.0]]],
    )
    .unwrap();
    let mut rng = Pcg32::new(5, 60);
    let mut draw = |_| {
        let x = world.sample(&mut rng);
        let stray = rng.next_u32().is_multiple_of(40);
        x.map(|v| T::narrow(if stray { 40.0 + 3.0 * v } else { v }))
    };
    (0..n).map(&mut draw).collect()
}

fn start<T: Real>() -> (Run<T>, Life<T>, Novelty<T>) {
    let [zero, one] = [T::ZERO, T::ONE];
    let gmm =
        Gmm::from_arrays([one, zero, zero, zero], [[zero; 2]; 4], [[[one, zero], [zero, one]]; 4]).unwrap();
    let run = OnlineEm::new(gmm, StepSize::constant(T::narrow(0.02)).unwrap()).unwrap();
    let birth = Birth::default().with_share(T::narrow(0.02)).unwrap().with_support(4, 60).unwrap();
    let life = LifeCycle::default()
        .with_birth(birth.with_test(DistanceTest::new(T::narrow(0.002)).unwrap()))
        .with_pruning(Pruning::default().with_share(T::narrow(0.004)).unwrap())
        .with_merging(Merging::default())
        .with_splitting(Splitting::default().with_starved(T::ZERO).unwrap())
        .with_interval(37);
    (run, life, Novelty::new(T::narrow(0.02)).unwrap())
}

fn back<V: Persist + PartialEq + core::fmt::Debug>(value: &V) -> V {
    let mut buffer = vec![0; V::ENCODED_LEN];
    value.encode(&mut buffer).unwrap();
    let read = V::decode(&buffer).unwrap();
    assert_eq!(&read, value);
    assert_eq!(read.digest(), value.digest());
    read
}

/// After a reset at any sample, also in the midst of a candidate's time, all goes on with the same bits.
fn a_reset_is_not_noticed<T: Real>() {
    let data = stream::<T>(900);
    let (mut run, mut life, mut novelty) = start::<T>();
    let (mut again, mut again_life, mut again_novelty) = start::<T>();
    let (mut born, mut candidates) = (0, 0);
    for x in &data {
        let report = life.observe(&mut run, x).unwrap();
        assert_eq!(again_life.observe(&mut again, x), Ok(report));
        let alarm = novelty.observe(report.posterior.log_density);
        assert_eq!(again_novelty.observe(report.posterior.log_density), alarm);
        born += u32::from(report.born.is_some());
        let before = again_life.clone();
        (again, again_life, again_novelty) = (back(&again), back(&again_life), back(&again_novelty));
        candidates += u32::from(format!("{before:?}").contains("candidate: Some"));
    }
    assert_eq!((run, life, novelty), (again, again_life, again_novelty));
    assert!(born >= 2 && candidates > 20, "{born} births, {candidates} samples with a candidate");
}

#[test]
fn a_reset_is_not_noticed_in_f32() {
    a_reset_is_not_noticed::<f32>();
}

#[test]
fn a_reset_is_not_noticed_in_f64() {
    a_reset_is_not_noticed::<f64>();
}

#[test]
fn infinite_thresholds_and_what_is_off_come_back() {
    let never = DistanceTest::new(0.0).unwrap();
    let always = Merging::default().with_loss(f64::INFINITY).unwrap();
    let none = Splitting::default().with_above(f64::INFINITY).unwrap();
    back(&LifeCycle::<f64, 3>::default());
    // What is off has zeros: one byte of parts, the interval, and nothing else.
    let mut buffer = [0; LifeCycle::<f64, 3>::ENCODED_LEN];
    LifeCycle::<f64, 3>::default().encode(&mut buffer).unwrap();
    let (head, rest) = buffer[16..buffer.len() - 4].split_at(5);
    assert_eq!((head, rest.iter().all(|byte| *byte == 0)), (&[0, 100, 0, 0, 0][..], true));
    back(&LifeCycle::<f64, 3>::default().with_birth(Birth::default().with_test(never)));
    back(&LifeCycle::<f64, 3>::default().with_merging(always).with_splitting(none));
    back(&Novelty::<f32>::new(0.5).unwrap());
    assert_eq!((Novelty::<f32>::ENCODED_LEN, LifeCycle::<f32, 3>::ENCODED_LEN), (28 + 16, 57 + 44));
}

/// A support that is lowered on the way leaves counters above it.
#[test]
fn a_support_that_was_lowered_comes_back() {
    let (run, _, _) = start::<f64>();
    let (mut gmm, mut stats) = (run.model().clone(), run.statistics().clone());
    let mut birth = Birth::default();
    for x in stream::<f64>(60) {
        birth.consider(&mut stats, &mut gmm, [0.01 * x[0], 0.01 * x[1]]).unwrap();
    }
    back(&LifeCycle::default().with_birth(birth.with_support(3, 50).unwrap()));
}

/// What is refused when `write` has changed the payload.
fn refusal<V: Persist>(value: &V, write: impl Fn(&mut [u8])) -> Option<&'static str> {
    let mut stored = vec![0; V::ENCODED_LEN];
    value.encode(&mut stored).unwrap();
    write(&mut stored[16..]);
    seal(&mut stored);
    match V::decode(&stored) {
        Ok(_) => None,
        Err(PersistError::Invalid(Error::InvalidParameter { name, .. })) => Some(name),
        Err(PersistError::Invalid(Error::NonFiniteSample { .. })) => Some("position"),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn numbers_of_no_alarm_are_refused() {
    let mut novelty = Novelty::new(0.1).unwrap();
    novelty.observe(-3.0).unwrap();
    let with = |n: usize, v: f64| refusal(&novelty, |p| p[8 * n..][..8].copy_from_slice(&v.to_le_bytes()));
    assert_eq!((with(1, 0.0), with(1, 1.0), with(1, f64::NAN)), (Some("rate"), Some("rate"), Some("rate")));
    assert_eq!((with(2, 0.0), with(2, f64::INFINITY)), (Some("step"), Some("step")));
    assert_eq!((with(3, f64::NAN), with(4, 0.1)), (Some("threshold"), Some("threshold")));
    assert_eq!(
        (with(3, f64::MAX), with(3, -f64::MAX)),
        (Some("threshold"), Some("threshold")),
        "ends as NaN"
    );
    assert_eq!(refusal(&novelty, |p| p[..8].fill(0)), Some("threshold"), "learnt of nothing");
    assert_eq!((with(1, 0.2), with(3, -7.0)), (None, None));
}

#[test]
fn numbers_of_no_life_cycle_are_refused() {
    let (mut run, mut life, _) = start::<f64>();
    life.observe(&mut run, [30.0, 30.0]).unwrap();
    // A byte of parts, nine counters, then numbers.
    let count = |n: usize, v: u32| refusal(&life, |p| p[1 + 4 * n..][..4].copy_from_slice(&v.to_le_bytes()));
    let real = |n: usize, v: f64| refusal(&life, |p| p[37 + 8 * n..][..8].copy_from_slice(&v.to_le_bytes()));
    assert_eq!((count(2, 0), count(3, 3)), (Some("outliers"), Some("within")));
    assert_eq!(count(6, 0), Some("supporters"));
    assert_eq!((real(0, -1.0), real(0, f64::NAN)), (Some("threshold"), Some("threshold")));
    assert_eq!((real(1, 0.0), real(2, 1.5)), (Some("share"), Some("displaced")));
    assert_eq!(real(3, f64::NAN), Some("position"));
    assert_eq!((real(5, 1.0), real(6, f64::NAN)), (Some("share"), Some("loss")));
    assert_eq!(
        (real(7, f64::NAN), real(8, 0.0), real(9, 2.0)),
        (Some("above"), Some("separation"), Some("starved"))
    );
    for parts in [2, 32, 255] {
        assert_eq!(refusal(&life, |p| p[0] = parts), Some("policies"), "{parts}");
    }
    assert_eq!((refusal(&life, |p| p[0] = 0), refusal(&life, |p| p[0] = 29)), (None, None));
}

#[cfg(feature = "serde")]
#[test]
fn serde_gives_the_same_bits() {
    let (mut run, mut life, mut novelty) = start::<f32>();
    for x in stream::<f32>(300) {
        novelty.observe(life.observe(&mut run, x).unwrap().posterior.log_density).unwrap();
        if format!("{life:?}").contains("candidate: Some") {
            let mut buffer = [0; 256];
            assert_eq!(
                postcard::from_bytes(postcard::to_slice(&life, &mut buffer).unwrap()),
                Ok(life.clone())
            );
            let text = serde_json::to_string(&(&life, &novelty)).unwrap();
            assert_eq!(
                serde_json::from_str::<(Life<f32>, Novelty<f32>)>(&text).unwrap(),
                (life.clone(), novelty.clone())
            );
        }
    }
    let never =
        Life::<f32>::default().with_birth(Birth::default().with_test(DistanceTest::new(0.0).unwrap()));
    let text = serde_json::to_string(&never).unwrap();
    assert!(text.contains(r#""kind":"life cycle""#) && text.contains(r#""structure":"none""#), "{text}");
    assert_eq!(serde_json::from_str::<Life<f32>>(&text).unwrap(), never);
}
