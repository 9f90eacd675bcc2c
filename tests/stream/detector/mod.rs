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
    // The first is passed over.
    let first = windows(&mut detector, &mut noise, 40.0, 1)[0];
    assert_eq!((first.log_density, first.event, detector.run().statistics().count()), (None, None, 0));
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
    let seen = windows(&mut detector, &mut noise, 0.0, 61).split_off(1);
    for j in 0..4 {
        let mean = seen.iter().map(|window| f64::from(window.features[j])).sum::<f64>() / 60.0;
        assert!((f64::from(detector.model().means()[0][j]) - mean).abs() < 2e-6, "feature {j}");
    }
}

/// The score is the log-density of the features, and the threshold is what is compared with.
#[test]
fn the_score_is_the_models() {
    let (mut detector, mut noise) = (detector(), Noise::new(3));
    windows(&mut detector, &mut noise, 0.0, 61);
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
        windows(&mut detector, &mut noise, 0.0, 61);
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
    windows(&mut detector, &mut noise, 0.0, 61);
    let before = (detector.model().clone(), detector.threshold());
    windows(&mut detector, &mut noise, 0.0, 20);
    assert!(!detector.is_alarm());
    assert!(before.0 != *detector.model() && before.1 != detector.threshold(), "it did not adapt");

    // A failure that lasts: 500 windows later it is still one.
    let failing = windows(&mut detector, &mut noise, 30.0, 5);
    assert!(failing[4].is_alarm, "{failing:?}");
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
    windows(&mut detector, &mut noise, 0.0, 61);
    windows(&mut detector, &mut noise, 12.0, 8);
    assert!(detector.is_alarm());
    detector.learn(60);
    assert!(detector.state() == State::Learning && !detector.is_alarm());
    let learning = windows(&mut detector, &mut noise, 12.0, 60);
    // Three windows far from all others are a component, the second of them the candidate's.
    assert_eq!(events(&learning), [(59, Event::Learnt)]);
    assert_eq!(learning.iter().position(|window| window.born.is_some()), Some(2));
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
    windows(&mut detector, &mut noise, 0.0, 1);
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

/// With adaptation, what was learnt before counts as the memory; without, as the windows that it came from.
#[test]
fn learning_again_forgets_no_more_than_was_asked_for() {
    for (step, due) in [(0.0, 8.0 * 60.0 / 130.0), (0.01, 8.0 * 60.0 / 170.0), (0.1, 8.0 * 60.0 / 80.0)] {
        let detector = detector().with_life_cycle(LifeCycle::default()).with_adaptation(step).unwrap();
        let (mut detector, mut noise) = (detector, Noise::new(9));
        windows(&mut detector, &mut noise, 0.0, if step > 0.0 { 400 } else { 61 });
        detector.learn(60);
        windows(&mut detector, &mut noise, 8.0, 60);
        let mean = f64::from(detector.model().means()[0][0]);
        assert!((mean - due).abs() < 0.6, "step {step}: {mean} for {due}");
    }
}

/// A few windows to learn: it says that it is learning until there is a threshold, and then raises an alarm.
#[test]
fn it_learns_until_it_has_a_threshold() {
    for windows_to_learn in [0, 1, 5, 20] {
        let (mut detector, mut noise) = (detector().with_adaptation(0.005).unwrap(), Noise::new(10));
        windows(&mut detector, &mut noise, 0.0, 600);
        windows(&mut detector, &mut noise, 20.0, 10);
        assert!(detector.is_alarm());
        detector.learn(windows_to_learn);
        let seen = windows(&mut detector, &mut noise, 20.0, 400);
        let learnt = events(&seen).iter().position(|(_, event)| *event == Event::Learnt);
        assert_eq!(learnt, Some(0), "{windows_to_learn}: {:?}", events(&seen));
        let at = events(&seen)[0].0;
        assert!((19..60).contains(&at), "{windows_to_learn}: {at}");
        // What was learnt is usual; what was not, is not.
        let calm = seen[at + 1..].iter().filter(|window| window.is_alarm).count();
        assert!(calm < 40, "{windows_to_learn}: alarm in {calm} windows");
        assert!(windows(&mut detector, &mut noise, -20.0, 5)[4].is_alarm);
    }
}

/// Votes are those of the new rule at once, and a record of them is read.
#[test]
fn votes_may_change_at_any_time() {
    let (mut detector, mut noise) = (detector().with_votes(3, 5).unwrap(), Noise::new(13));
    windows(&mut detector, &mut noise, 0.0, 61);
    windows(&mut detector, &mut noise, 30.0, 2);
    windows(&mut detector, &mut noise, 0.0, 2);
    assert!(!detector.is_alarm());
    for (m, n, stands) in [(2, 4, true), (1, 3, true), (1, 1, false), (1, 5, false)] {
        detector = detector.with_votes(m, n).unwrap();
        assert_eq!(detector.is_alarm(), stands, "{m} of {n}");
        let mut bytes = [0; Two::ENCODED_LEN];
        detector.encode(&mut bytes).unwrap();
        assert_eq!(Two::decode(&bytes), Ok(detector.clone()));
    }
}

/// After a gap, the window begins anew.
#[test]
fn a_window_can_be_discarded() {
    let (mut gap, mut whole) = (detector(), detector());
    let mut noise = Noise::new(14);
    for t in 0..2000 {
        if t % 70 == 3 {
            let lost = t % 5;
            for _ in 0..lost {
                gap.observe([50.0, 50.0]).unwrap();
            }
            gap.discard_window();
            whole.discard_window();
        }
        let x = sample(&mut noise, 0.0);
        if t % 70 > 3 {
            assert_eq!(gap.observe(x), whole.observe(x), "{t}");
        }
    }
    assert_eq!(gap, whole);
}

/// One window that is novel raises no alarm. It lowers the threshold, and teaches the mixture nothing; nor does one that is
/// withheld while it learns, and that does not teach the threshold either.
#[test]
fn strays_teach_no_mixture() {
    let (mut detector, mut noise) = (detector().with_adaptation(0.01).unwrap(), Noise::new(17));
    windows(&mut detector, &mut noise, 0.0, 52);
    let (mut withheld, mut novel) = (0, 0);
    // Each somewhere else, so that none is born; rare, so that they are withheld.
    for i in 0..60 {
        let level = if i % 6 == 1 { 100.0 * f64::from(i) } else { 0.0 };
        let (model, threshold, state) = (detector.model().clone(), detector.threshold(), detector.state());
        let window = windows(&mut detector, &mut noise, level, 1)[0];
        let is_taught = *detector.model() != model;
        let is_raised = detector.threshold() > threshold;
        match state {
            State::Learning if level != 0.0 && !is_taught => {
                assert_eq!(detector.threshold(), threshold);
                withheld += 1;
            }
            State::Watching if window.is_novel && !window.is_alarm => {
                assert!(!is_taught && !is_raised && detector.threshold() < threshold);
                novel += 1;
            }
            _ => {}
        }
    }
    assert!(withheld > 0, "nothing was withheld");
    let _ = windows(&mut detector, &mut noise, 0.0, 40);
    for _ in 0..10 {
        let (model, threshold) = (detector.model().clone(), detector.threshold());
        assert!(windows(&mut detector, &mut noise, -500.0, 1)[0].is_novel && !detector.is_alarm());
        assert!(*detector.model() == model && detector.threshold() < threshold);
        let calm = windows(&mut detector, &mut noise, 0.0, 6);
        assert!(calm.iter().any(|window| !window.is_novel));
        novel += 1;
    }
    assert!(novel >= 10);
}

/// A component of the mean of ten windows, and of the variance with which the eleventh comes: (n + 1)/(n − 3) of theirs.
#[test]
fn the_start_foresees_the_next_window() {
    let (mut detector, mut noise) = (detector(), Noise::new(18));
    let seen = windows(&mut detector, &mut noise, 0.0, 11).split_off(1);
    assert_eq!(seen[9].event, Some(Event::Started));
    for j in 0..4 {
        let features = || seen.iter().map(|window| f64::from(window.features[j]));
        let mean = features().sum::<f64>() / 10.0;
        let variance = features().map(|f| (f - mean).powi(2)).sum::<f64>() / 10.0;
        let found = detector.model().covariances()[0];
        assert!((f64::from(found[(j, j)]) / (11.0 / 7.0 * variance) - 1.0).abs() < 1e-5, "feature {j}");
        assert!((0..j).all(|i| found[(i, j)] == 0.0));
        assert!((f64::from(detector.model().means()[0][j]) - mean).abs() < 1e-6, "feature {j}");
    }
}

/// At rest, the threshold is lower by its last rise: 1/n after n windows that calibrated, 30 or a few less.
#[test]
fn a_threshold_at_rest_is_lower_by_a_rise() {
    let (mut still, mut noise) = (detector(), Noise::new(19));
    let mut adapting = detector().with_adaptation(0.01).unwrap();
    for _ in 0..8 * 61 {
        let x = sample(&mut noise, 0.0);
        still.observe(x).unwrap();
        adapting.observe(x).unwrap();
    }
    let rise = adapting.threshold() - still.threshold();
    assert!(rise > 0.99 / 30.0 && rise < 1.01 / 20.0, "{rise}");
}
