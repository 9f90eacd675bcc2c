//! Where the two tests of novelty draw their lines, to the sample.

use gaussmix::novelty::{DistanceTest, Novelty, threshold};
use gaussmix::{Error, Gmm, Real};
use proptest::collection::vec;
use proptest::prelude::*;

/// Nothing is novel in the first 1/rate samples, however low they lie; the next one may be.
fn calibration<T: Real>() {
    for (rate, first) in [(0.5, 2), (0.25, 4), (0.1, 10), (0.01, 100)] {
        let mut novelty = Novelty::new(T::narrow(rate)).unwrap();
        for t in 0..first {
            assert_eq!(novelty.threshold(), T::NEG_INFINITY, "after {t} of {first}");
            assert_eq!(novelty.observe(T::narrow(-1e3 * f64::from(t))), Ok(false), "{t} of {first}");
        }
        assert!(novelty.threshold().is_finite(), "after {first}");
        assert_eq!(novelty.observe(T::narrow(-1e6)), Ok(true), "rate {rate}");
    }
}

#[test]
fn nothing_is_novel_before_the_threshold_is_known() {
    calibration::<f32>();
    calibration::<f64>();
}

/// Novel is what lies below the threshold, or beyond the distance: not what lies on it.
#[test]
fn what_lies_on_the_line_is_not_novel() {
    let mut novelty = Novelty::new(0.5f64).unwrap().with_step(0.25).unwrap();
    for x in [-2.0, -3.0, -1.0, -2.0] {
        novelty.observe(x).unwrap();
    }
    let line = novelty.threshold();
    assert_eq!(novelty.clone().observe(line), Ok(false));
    assert_eq!(novelty.observe(line - 0.25), Ok(true));

    let gmm: Gmm<f64, 1, 2> = Gmm::new([0.5, 0.5], [[0.0], [10.0]], [[[1.0]].into(); 2]).unwrap();
    let test = DistanceTest::beyond(4.0).unwrap();
    for (x, is_novel) in [(2.0, false), (2.001, true), (-2.0, false), (8.0, false), (7.9, true)] {
        assert_eq!(test.is_novel(&gmm, [x]), Ok(is_novel), "{x}");
    }
    // A distance of 0 is on the line of a test that takes nothing else.
    assert_eq!(DistanceTest::beyond(0.0).unwrap().is_novel(&gmm, [10.0]), Ok(false));
}

/// By sorting, which is not how it is found.
fn is_that_of_the_sorted<T: Real>(scores: &[f64], rate: f64) {
    let scores: Vec<T> = scores.iter().map(|v| T::narrow(*v)).collect();
    let mut sorted = scores.clone();
    sorted.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let found = threshold(&scores, T::narrow(rate)).unwrap();
    let before = (T::narrow(rate) * T::from_count(scores.len() as u64)).widen() as usize;
    assert_eq!(found, sorted[before]);
    assert!(scores.iter().filter(|v| **v < found).count() <= before);
}

#[test]
fn a_threshold_is_the_quantile_of_the_scores_however_they_lie() {
    let score = prop_oneof![
        4 => -9.0..9.0_f64,
        1 => -1e30..1e30_f64,
        1 => prop::sample::select(vec![0.0, -0.0, 1.0, -7.5, f64::INFINITY, f64::NEG_INFINITY, 5e-324, -1e-45]),
    ];
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    runner
        .run(&(vec(score, 1..60), 0.0..1.0_f64), |(scores, rate)| {
            is_that_of_the_sorted::<f64>(&scores, rate);
            is_that_of_the_sorted::<f32>(&scores, rate);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_threshold_leaves_as_many_below_as_the_rate_allows() {
    let scores: Vec<f32> = (0..100).map(|i| (i * 37 % 100) as f32).collect();
    for (rate, due) in [(0.0, 0.0), (0.01, 1.0), (0.05, 5.0), (0.055, 5.0), (0.999, 99.0)] {
        assert_eq!(threshold(&scores, rate), Ok(due), "{rate}");
    }
    assert_eq!(threshold(&[-3.0_f64], 0.9), Ok(-3.0));
    assert_eq!(threshold::<f64>(&[], 0.1), Err(Error::EmptyData));
    for rate in [-0.1, 1.0, f64::NAN] {
        let refused = threshold(&[0.0], rate);
        assert!(matches!(refused, Err(Error::InvalidParameter { name: "rate", .. })), "{refused:?}");
    }
    let refused = threshold(&[0.0, f64::NAN], 0.1);
    assert!(matches!(refused, Err(Error::InvalidParameter { name: "log_densities", .. })), "{refused:?}");
}
