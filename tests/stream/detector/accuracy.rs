//! What a detector finds, and how often it is wrong.

use gaussmix::detector::{Detector, State};
use gaussmix::novelty::Novelty;
use gaussmix::{Covariance, Full};

use crate::support::data::{basic_motions, narrow};
use crate::support::noise::Noise;
use crate::support::tolerance::FALSE_ALARMS;

/// How often a usual window scores above another: the area under the ROC curve.
fn area(usual: &[f32], other: &[f32]) -> f64 {
    let wins = |a: &f32| {
        other.iter().map(|b| if a > b { 1.0 } else { f64::from(u8::from(a == b)) / 2.0 }).sum::<f64>()
    };
    usual.iter().map(wins).sum::<f64>() / (usual.len() * other.len()) as f64
}

/// Learns one activity from five of its ten recordings, in one pass of 25 windows of 2 s, and tells its other five from
/// all recordings of the other three activities.
fn areas<const D: usize, C: Covariance>(learnt: core::ops::Range<usize>) -> [f64; 4] {
    let data: Vec<[f32; 6]> = narrow(&basic_motions());
    core::array::from_fn(|activity| {
        let recordings: Vec<_> = data.chunks(100).collect();
        let own = 10 * activity..10 * activity + 10;
        let is_learnt = |i: usize| own.contains(&i) && learnt.contains(&(i - own.start));
        let mut detector: Detector<f32, 6, D, 4, C> = Detector::new(20).unwrap();
        // As many as there are; in half of them the threshold is learnt, for a rate that they can tell.
        detector = detector.with_learning(24).unwrap().with_novelty(Novelty::new(0.2).unwrap());
        for i in (0..40).filter(|i| is_learnt(*i)) {
            for x in recordings[i] {
                detector.observe(x).unwrap();
            }
        }
        assert_eq!(detector.state(), State::Watching);
        let score = |i: usize| {
            let mut detector = detector.clone();
            recordings[i].iter().filter_map(move |x| detector.observe(x).unwrap()?.log_density)
        };
        let scores = |is_own: bool| -> Vec<f32> {
            (0..40).filter(|i| own.contains(i) == is_own && !is_learnt(*i)).flat_map(score).collect()
        };
        area(&scores(true), &scores(false))
    })
}

/// Standing, running, walking, badminton. The scores of single samples reach 0.998, 0.771, 0.692 and 0.343.
#[test]
fn activities_are_told_apart() {
    let at_least = |areas: [f64; 4], bars: [f64; 4]| {
        assert!(areas.iter().zip(bars).all(|(area, bar)| *area >= bar), "{areas:?} against {bars:?}");
    };
    at_least(areas::<12, Full>(0..5), [0.995, 0.995, 0.995, 0.985]);
    // The other half learnt: the first recording of standing begins with a movement.
    at_least(areas::<12, Full>(5..10), [0.98, 0.995, 0.99, 0.96]);
}

/// Features against their definitions over the window as a whole, in `f64`, far from 0.
#[test]
fn features_are_those_of_the_whole_window() {
    type Four = Detector<f32, 3, 12, 1>;
    let mut noise = Noise::new(11);
    let mut detector = Four::new(40).unwrap();
    let mut level = [0.0; 3];
    for _ in 0..50 {
        let samples: Vec<[f32; 3]> = (0..40)
            .map(|t| {
                let wave = f64::from(t) * 0.7 + noise.normal();
                [1e4 + noise.normal(), 3.0 * wave.sin(), -700.0 + 0.1 * noise.normal().powi(3)]
                    .map(|x| x as f32)
            })
            .collect();
        let window = samples.iter().filter_map(|x| detector.observe(x).unwrap()).next().unwrap();
        for j in 0..3 {
            let axis: Vec<f64> = samples.iter().map(|x| f64::from(x[j])).collect();
            let mean = axis.iter().sum::<f64>() / 40.0;
            let deviation = (axis.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 40.0).sqrt();
            let peak = axis.iter().map(|x| (x - mean).abs()).fold(0.0, f64::max);
            let crossings =
                axis.windows(2).filter(|pair| (pair[0] < level[j]) != (pair[1] < level[j])).count();
            let due = [mean, deviation.ln(), (1.0 + peak / deviation).ln(), crossings as f64 / 40.0];
            level[j] = f64::from(window.features[j]);
            for (f, due) in due.into_iter().enumerate() {
                let found = f64::from(window.features[3 * f + j]);
                // A mean to its last digit, what is relative to the deviation to some of 2⁻¹⁰, the spacing at 1e4.
                let tolerance = if f == 0 { 2.0 * f64::from(f32::EPSILON) * due.abs() } else { 0.0 }
                    + 1e-3 * f64::from(u8::from(j != 1))
                    + 2e-6;
                assert!((found - due).abs() <= tolerance, "axis {j}, feature {f}: {found} for {due}");
            }
        }
    }
}

/// The share of windows called novel is the one asked for, while the signal drifts by 0.1 σ in 1000 windows. Before the
/// vote, so that a vote of 3 of 5 raises an alarm in less than one of 10,000 windows.
#[test]
fn false_alarms_are_as_many_as_asked_for() {
    let mut noise = Noise::new(12);
    let detector = Detector::<f32, 1, 2, 2>::new(8).unwrap().with_learning(200).unwrap();
    let mut detector = detector.with_adaptation(0.005).unwrap();
    let (mut novel, mut raised) = (0_u32, 0_u32);
    for t in 0..1_000_000_u32 {
        let level = 100.0 + 1e-4 * f64::from(t);
        for _ in 0..8 {
            if let Some(window) = detector.observe([(level + noise.normal()) as f32]).unwrap() {
                novel += u32::from(window.is_novel);
                raised += u32::from(window.event == Some(gaussmix::detector::Event::Raised));
            }
        }
    }
    let rate = f64::from(novel) / 1e6;
    assert!((rate / 0.01 - 1.0).abs() <= FALSE_ALARMS, "{rate}");
    assert!(raised < 100, "{raised}");
}

/// Without adaptation, the threshold comes of 2/rate windows, or of 10/rate: the mean share of many detectors, and between
/// what nine in ten of them are above and below.
#[test]
fn a_threshold_at_rest_is_near_the_share_asked_for() {
    for (learning, most, spread) in [(400, 0.015, [0.0025, 0.03]), (2000, 0.014, [0.003, 0.025])] {
        let mut shares: Vec<f64> = (0..40)
            .map(|seed| {
                let mut noise = Noise::new(100 + seed);
                let detector = Detector::<f32, 1, 2, 2>::new(8).unwrap();
                let mut detector = detector.with_learning(learning).unwrap();
                let mut novel = 0;
                for _ in 0..8 * (learning + 3000) {
                    let window = detector.observe([noise.normal() as f32]).unwrap();
                    novel += u32::from(window.is_some_and(|window| window.is_novel));
                }
                f64::from(novel) / 3000.0
            })
            .collect();
        shares.sort_by(f64::total_cmp);
        let mean = shares.iter().sum::<f64>() / 40.0;
        assert!(mean > 0.007 && mean < most, "{learning}: {mean}");
        assert!(
            shares[4] > spread[0] && shares[35] < spread[1],
            "{learning}: {} to {}",
            shares[4],
            shares[35]
        );
    }
}

/// Windows of any length, an outlier first: deviations to a thousandth of a nat.
#[test]
fn a_long_window_keeps_its_digits() {
    for length in [2, 63, 64, 65, 4096, 65_536] {
        for glitch in [20.0, 1e3, 65_535.0] {
            let mut noise = Noise::new(15);
            let mut detector = Detector::<f32, 1, 3, 1>::new(length).unwrap();
            let mut samples = vec![glitch];
            samples.extend((1..length).map(|_| f64::from((20.0 + noise.normal()) as f32)));
            let window =
                samples.iter().filter_map(|x| detector.observe([*x as f32]).unwrap()).next().unwrap();
            let n = f64::from(length);
            let mean = samples.iter().sum::<f64>() / n;
            let deviation = (samples.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
            let peak = samples.iter().map(|x| (x - mean).abs()).fold(0.0, f64::max);
            let due = [mean / deviation, deviation.ln(), (1.0 + peak / deviation).ln()];
            let [found, rest @ ..] = window.features.map(f64::from);
            for (found, due) in [found / deviation, rest[0], rest[1]].into_iter().zip(due) {
                assert!((found - due).abs() < 1e-3, "{length}, {glitch}: {found} for {due}");
            }
        }
    }
}

/// A shift of six standard deviations of the mean is found at any offset whose last digit is finer than it.
#[test]
fn an_offset_hides_no_shift() {
    for offset in [0.0, 1e4, 1e5, 1e6] {
        let mut noise = Noise::new(16);
        let mut detector = Detector::<f32, 1, 2, 2>::new(100).unwrap().with_learning(300).unwrap();
        let mut last = false;
        for t in 0..100 * 400 {
            let level = if t < 100 * 350 { 0.0 } else { 0.6 };
            let window = detector.observe([(offset + level + noise.normal()) as f32]).unwrap();
            last = window.map_or(last, |window| window.is_alarm);
            assert!(t >= 100 * 350 || !last, "{offset}: an alarm at {t}");
        }
        assert!(last, "{offset}");
    }
}
