//! Windows of a signal: features, learning, votes, adaptation.

use gaussmix::detector::{Detector, Event, State, Window};
use gaussmix::lifecycle::LifeCycle;
use gaussmix::novelty::Novelty;
use gaussmix::persist::Persist;
use gaussmix::{Error, NanIsMissing};

use crate::support::noise::Noise;

mod accuracy;
mod hostile;

/// Two axes, their means and ln standard deviations.
type Two = Detector<f32, 2, 4, 3>;

/// Windows of 8 samples, of which 60 are learnt.
fn detector() -> Two {
    Two::new(8).unwrap().with_learning(60).unwrap().with_novelty(Novelty::new(0.05).unwrap())
}

/// A sample about `level`, with standard deviations of 1 and 2.
fn sample(noise: &mut Noise, level: f64) -> [f32; 2] {
    [level + noise.normal(), 3.0 - level + 2.0 * noise.normal()].map(|x| x as f32)
}

/// So many whole windows.
fn windows(detector: &mut Two, noise: &mut Noise, level: f64, count: usize) -> Vec<Window<f32, 4>> {
    (0..8 * count).filter_map(|_| detector.observe(sample(noise, level)).unwrap()).collect()
}

fn events(windows: &[Window<f32, 4>]) -> Vec<(usize, Event)> {
    windows.iter().enumerate().filter_map(|(i, window)| window.event.map(|event| (i, event))).collect()
}

#[test]
fn it_learns_and_then_watches() {
    let (mut detector, mut noise) = (detector(), Noise::new(1));
    for i in 0..59 {
        let window = windows(&mut detector, &mut noise, 0.0, 1)[0];
        assert_eq!(detector.state(), State::Learning);
        assert_eq!(window.log_density.is_some(), i >= 10, "window {i}");
        assert_eq!(window.event, (i == 9).then_some(Event::Started), "window {i}");
        assert!(!window.is_novel && !window.is_alarm);
    }
    let last = windows(&mut detector, &mut noise, 0.0, 1)[0];
    assert_eq!((last.event, detector.state()), (Some(Event::Learnt), State::Watching));
    // The second half of 60 windows is more than 1/0.05.
    assert!(detector.threshold() > f32::NEG_INFINITY);
    // All windows weigh the same, and the start as ten.
    assert_eq!(detector.model().live().count(), 1);
}

/// The mean over all windows learnt: no window counts more than another.
#[test]
fn learning_is_the_mean_over_windows() {
    let (mut detector, mut noise) = (detector().with_life_cycle(LifeCycle::default()), Noise::new(2));
    let seen = windows(&mut detector, &mut noise, 0.0, 60);
    for j in 0..4 {
        let mean = seen.iter().map(|window| f64::from(window.features[j])).sum::<f64>() / 60.0;
        assert!((f64::from(detector.model().means()[0][j]) - mean).abs() < 2e-6, "feature {j}");
    }
}

/// The score is the log-density of the features, and the threshold is what is compared with.
#[test]
fn the_score_is_the_models() {
    let (mut detector, mut noise) = (detector(), Noise::new(3));
    windows(&mut detector, &mut noise, 0.0, 60);
    let (model, threshold) = (detector.model().clone(), detector.threshold());
    let mut novel = 0;
    for window in windows(&mut detector, &mut noise, 0.6, 100) {
        let log_density = model.log_density(window.features).unwrap();
        assert_eq!(window.log_density, Some(log_density));
        assert_eq!(window.is_novel, log_density < threshold);
        novel += u32::from(window.is_novel);
    }
    assert!(novel > 10 && novel < 90, "{novel}");
    // It was not told to adapt.
    assert_eq!((detector.model(), detector.threshold()), (&model, threshold));
}

/// m of the last n windows, counted anew each time, over windows of which many are novel.
#[test]
fn the_alarm_is_a_vote() {
    for (m, n) in [(1, 1), (2, 3), (3, 5), (5, 5), (1, 32), (17, 32), (32, 32)] {
        let (mut detector, mut noise) = (detector().with_votes(m, n).unwrap(), Noise::new(4));
        windows(&mut detector, &mut noise, 0.0, 60);
        let mut novel = Vec::new();
        let (mut alarm, mut changes) = (false, 0);
        for block in 0..40 {
            for window in windows(&mut detector, &mut noise, if block % 4 > 0 { 1.5 } else { 0.0 }, 5) {
                novel.push(window.is_novel);
                let votes = novel.iter().rev().take(n as usize).filter(|is| **is).count();
                let stands = votes >= m as usize;
                assert_eq!(window.is_alarm, stands);
                let event = (stands != alarm).then_some(if stands { Event::Raised } else { Event::Cleared });
                assert_eq!(window.event, event);
                changes += u32::from(stands != alarm);
                alarm = stands;
            }
        }
        assert_eq!(detector.is_alarm(), alarm);
        assert!(changes > 0 || (m, n) == (32, 32) || (m, n) == (1, 32), "{m} of {n} saw nothing");
    }
}

/// While the alarm stands, neither mixture nor threshold move; before it, both do.
#[test]
fn nothing_is_learnt_while_the_alarm_stands() {
    let mut detector = detector().with_adaptation(0.01).unwrap();
    let mut noise = Noise::new(5);
    windows(&mut detector, &mut noise, 0.0, 60);
    let before = (detector.model().clone(), detector.threshold());
    windows(&mut detector, &mut noise, 0.0, 20);
    assert!(!detector.is_alarm());
    assert!(before.0 != *detector.model() && before.1 != detector.threshold(), "it did not adapt");

    // A failure that lasts: 500 windows later it is still one.
    assert!(events(&windows(&mut detector, &mut noise, 30.0, 5)).contains(&(2, Event::Raised)));
    let (model, threshold) = (detector.model().clone(), detector.threshold());
    let later = windows(&mut detector, &mut noise, 30.0, 500);
    assert!(later.iter().all(|window| window.is_novel && window.is_alarm));
    assert_eq!((detector.model(), detector.threshold()), (&model, threshold));

    // Mended, it clears, once two of five windows are novel, and adapts again.
    let mended = windows(&mut detector, &mut noise, 0.0, 5);
    assert_eq!(events(&mended), [(2, Event::Cleared)]);
    assert!(*detector.model() != model);
}

/// Someone says that what raised the alarm is normal.
#[test]
fn what_is_learnt_later_is_usual_too() {
    let (mut detector, mut noise) = (detector(), Noise::new(6));
    windows(&mut detector, &mut noise, 0.0, 60);
    windows(&mut detector, &mut noise, 12.0, 8);
    assert!(detector.is_alarm());
    detector.learn(60);
    assert!(detector.state() == State::Learning && !detector.is_alarm());
    let learning = windows(&mut detector, &mut noise, 12.0, 60);
    // Three windows far from all others are a component, the second of them the candidate's.
    assert_eq!(events(&learning), [(2, Event::Born(1)), (59, Event::Learnt)]);
    let calm = [0.0, 12.0].map(|level| {
        windows(&mut detector, &mut noise, level, 100).iter().filter(|window| window.is_novel).count()
    });
    assert!(calm.iter().all(|novel| *novel <= 15), "{calm:?}");
    assert!(windows(&mut detector, &mut noise, 6.0, 20).iter().all(|window| window.is_novel));
}

/// A regime that the start did not show.
#[test]
fn regimes_are_components() {
    let (mut detector, mut noise) = (detector().with_learning(240).unwrap(), Noise::new(7));
    for level in [0.0, 15.0, -15.0, 0.0, 15.0, -15.0] {
        windows(&mut detector, &mut noise, level, 40);
    }
    assert_eq!((detector.state(), detector.model().live().count()), (State::Watching, 3));
    let mut levels = detector.model().means().map(|mean| mean[0]);
    levels.sort_by(f32::total_cmp);
    for (found, due) in levels.iter().zip([-15.0_f32, 0.0, 15.0]) {
        assert!((found - due).abs() < 0.5, "{levels:?}");
    }
}

#[test]
fn a_bad_sample_changes_nothing() {
    let (mut detector, mut noise) = (detector(), Noise::new(8));
    for t in 0..800 {
        detector.observe(sample(&mut noise, 0.0)).unwrap();
        let before = detector.digest();
        let refused = [
            detector.observe([f32::NAN, 0.0]),
            detector.observe([0.0, f32::INFINITY]),
            detector.observe([1e30, 0.0]),
            detector.observe(([0.0, 1.0], -1.0)),
            detector.observe(NanIsMissing([1.0, f32::NAN])),
        ];
        assert!(matches!(refused[0], Err(Error::NonFiniteSample { .. })));
        assert!(refused.iter().all(Result::is_err), "{t}: {refused:?}");
        assert_eq!(detector.observe(([7.0, 7.0], 0.0)), Ok(None));
        assert_eq!(detector.digest(), before, "sample {t}");
    }
}

#[test]
fn settings_are_checked() {
    assert!(Two::new(1).is_err() && Two::new(65_537).is_err());
    assert!(Two::new(2).is_ok() && Two::new(65_536).is_ok());
    let new = || Two::new(8).unwrap();
    assert!(new().with_learning(10).is_err() && new().with_learning(11).is_ok());
    for (m, n) in [(0, 1), (2, 1), (1, 33), (33, 33)] {
        assert!(new().with_votes(m, n).is_err(), "{m} of {n}");
    }
    for step in [-0.1, 1.0, f32::NAN] {
        assert!(new().with_adaptation(step).is_err());
    }
    for unit in [-1.0, f32::NAN, f32::INFINITY, 1e-30] {
        assert!(new().with_resolution(unit).is_err());
    }
}
