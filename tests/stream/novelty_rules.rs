//! Where the two tests of novelty draw their lines, to the sample.

use gaussmix::novelty::{DistanceTest, Novelty};
use gaussmix::{Gmm, Real};

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
