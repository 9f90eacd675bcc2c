//! Signals that no one wants.

use gaussmix::detector::{Detector, State};
use gaussmix::lifecycle::{LifeCycle, Pruning};
use gaussmix::novelty::Novelty;
use gaussmix::{Diagonal, Spherical, Tied};

use crate::support::noise::Noise;

/// All features of one axis.
type One<C> = Detector<f32, 1, 4, 2, C>;

fn learnt<C: gaussmix::Covariance>(signal: impl FnMut(u32) -> f32) -> (One<C>, impl FnMut(u32) -> f32) {
    let mut signal = signal;
    let mut detector = One::new(10).unwrap().with_learning(200).unwrap().with_adaptation(0.01).unwrap();
    // What is withheld from the mixture is from the threshold, too: the learning may take a little longer.
    for t in 0..2500 {
        check(&mut detector, signal(t));
    }
    assert_eq!(detector.state(), State::Watching);
    (detector, signal)
}

/// One more sample; all that comes of it is a number.
fn check<C: gaussmix::Covariance>(detector: &mut One<C>, x: f32) -> Option<bool> {
    let window = detector.observe([x]).unwrap()?;
    assert!(window.features.iter().all(|f| f.is_finite()), "{:?}", window.features);
    assert!(window.log_density.is_none_or(f32::is_finite), "{:?}", window.log_density);
    assert!(detector.model().validate().is_ok());
    Some(window.is_novel)
}

/// A signal that never changes has features, a model and scores; any change is novel.
#[test]
fn a_constant_is_a_signal() {
    for value in [0.0, 1e-30, 1e4, -1e13] {
        let (mut detector, _) = learnt::<gaussmix::Full>(|_| value);
        // The share asked for is novel, whatever the signal.
        let novel = (0..10_000).filter(|_| check(&mut detector, value) == Some(true)).count();
        assert!(novel <= 12, "{value}: {novel} of 1000");
        // One that does not adapt has a threshold at rest: nothing is.
        let mut still = One::<gaussmix::Full>::new(10).unwrap().with_learning(250).unwrap();
        let novel = (0..10_000).filter(|_| check(&mut still, value) == Some(true)).count();
        assert_eq!((novel, still.state()), (0, State::Watching), "{value}");
        let changed =
            (0..200).filter_map(|t| check(&mut detector, value + (1.0 + value.abs()) * (t % 3) as f32));
        assert!(changed.last() == Some(true), "{value}");
    }
}

/// A sensor that is stuck has less noise than usual: that is novel.
#[test]
fn a_stuck_sensor_raises_the_alarm() {
    let mut noise = Noise::new(21);
    let (mut detector, _) = learnt::<Diagonal>(|_| (20.0 + noise.normal()) as f32);
    for _ in 0..50 {
        check(&mut detector, 20.0);
    }
    assert!(detector.is_alarm());
}

/// With the unit of the converter, one that is stuck at times is usual if it was so while it learnt.
#[test]
fn a_unit_makes_coarse_readings_usual() {
    let mut noise = Noise::new(22);
    let mut coarse = move || (20.0 + 0.2 * noise.normal()).round() as f32;
    let detector = One::<Diagonal>::new(10).unwrap().with_learning(200).unwrap();
    let mut detector = detector.with_resolution(1.0).unwrap();
    for _ in 0..2500 {
        check(&mut detector, coarse());
    }
    assert_eq!(detector.state(), State::Watching);
    let novel = (0..10_000).filter(|_| check(&mut detector, coarse()) == Some(true)).count();
    assert!(novel < 60, "{novel} of 1000");
    let least = detector.model().means()[0][1];
    assert!(
        least > -1.3 && least < 0.0,
        "the deviation is that of rounding, √(1/12), or a little more: {least}"
    );
}

/// Impulses, steps, ramps and silence at any scale, one after the other.
#[test]
fn no_signal_makes_a_number_go_wrong() {
    fn law<C: gaussmix::Covariance>() {
        let mut noise = Noise::new(23);
        for scale in [1e-38, 1e-20, 1.0, 1e6, 2e13] {
            let (mut detector, mut signal) = learnt::<C>({
                let mut noise = noise.clone();
                move |_| scale * noise.normal() as f32
            });
            for t in 0..4000 {
                let usual = signal(t);
                let x = match noise.uniform() {
                    u if u < 0.9 => usual,
                    u if u < 0.92 => 2.6e14,
                    u if u < 0.94 => -2.6e14,
                    u if u < 0.96 => 0.0,
                    u if u < 0.98 => f32::MIN_POSITIVE,
                    _ => (scale * t as f32).min(1e14),
                };
                check(&mut detector, x);
            }
            detector.learn(100);
            for t in 0..2000 {
                check(&mut detector, signal(t));
            }
        }
    }
    law::<gaussmix::Full>();
    law::<Tied<Spherical>>();
}

/// Months at 100 Hz: drift, faults that come and go, strays, silence; never a NaN, and the false alarms stay what they were.
#[test]
fn a_long_run_stays_sound() {
    let samples = if cfg!(every_structure) { 100_000_000 } else { 2_000_000 };
    let mut noise = Noise::new(24);
    let detector = Detector::<f32, 2, 4, 3, Diagonal>::new(16).unwrap().with_learning(300).unwrap();
    let mut detector = detector.with_adaptation(0.005).unwrap();
    let (mut novel, mut usual) = (0_u64, 0_u64);
    for t in 0..samples {
        let level = 1e4 + 20.0 * (f64::from(t) * 1e-6).sin();
        let is_fault = t % 300_000 > 299_000;
        let x = match t % 1_000_000 {
            999_000 => [65_535.0, -65_535.0],
            500_000..500_500 => [0.0, 0.0],
            _ if is_fault => [level + 9.0 * noise.normal(), noise.normal()],
            _ => [level + noise.normal(), 0.1 * noise.normal()],
        };
        if let Some(window) = detector.observe(x.map(|x| x as f32)).unwrap()
            && let Some(log_density) = window.log_density
        {
            assert!(log_density.is_finite() && window.features.iter().all(|f| f.is_finite()), "{t}");
            if !is_fault && t % 300_000 > 10_000 && !window.is_alarm {
                usual += 1;
                novel += u64::from(window.is_novel);
            }
        }
    }
    assert!(detector.model().validate().is_ok());
    let rate = novel as f64 / usual as f64;
    assert!(rate > 0.005 && rate < 0.015, "{rate} of {usual}");
}

/// A second regime, or one corrupt reading, at any window of the learning: the threshold stays near the scores, and a
/// failure is found.
#[test]
fn whatever_comes_while_it_learns_a_failure_is_found() {
    for at in 11..120 {
        for (glitch, births) in [
            (None, true),
            (Some(1000.0), true),
            (Some(65_535.0), true),
            (Some(65_535.0), false),
            (Some(1e10), true),
        ] {
            let mut noise = Noise::new(25);
            let mut detector =
                Detector::<f32, 1, 2, 3, Diagonal>::new(16).unwrap().with_learning(120).unwrap();
            detector = detector.with_novelty(Novelty::new(0.05).unwrap());
            if !births {
                detector = detector.with_life_cycle(LifeCycle::default());
            }
            for window in 0..121 {
                let level = if glitch.is_none() && window >= at { 40.0 } else { 0.0 };
                for t in 0..16 {
                    let x = level + noise.normal();
                    let x = glitch.filter(|_| window == at && t == 7).unwrap_or(x);
                    detector.observe([x as f32]).unwrap();
                }
            }
            assert_eq!(detector.state(), State::Watching);
            assert!(detector.threshold() > -20.0, "{at}, {glitch:?}: {}", detector.threshold());
            for _ in 0..16 * 5 {
                detector.observe([(20.0 + 3.0 * noise.normal()) as f32]).unwrap();
            }
            assert!(detector.is_alarm(), "{at}, {glitch:?}");
        }
    }
}

/// A policy that refuses the mixture is no alarm, and does not make the detector deaf.
#[test]
fn a_policy_that_refuses_changes_nothing() {
    let refusing = LifeCycle::default().with_pruning(Pruning::default().with_share(0.6).unwrap());
    let mut noise = Noise::new(26);
    let mut detector = Detector::<f32, 1, 2, 4>::new(16).unwrap().with_learning(250).unwrap();
    detector = detector.with_life_cycle(refusing);
    for _ in 0..16 * 251 {
        detector.observe([noise.normal() as f32]).unwrap();
    }
    assert!(detector.state() == State::Watching && detector.threshold() > -20.0);
    for _ in 0..16 * 5 {
        detector.observe([(3.0 * noise.normal()) as f32]).unwrap();
    }
    assert!(detector.is_alarm());
}
