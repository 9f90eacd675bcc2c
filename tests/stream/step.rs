//! Step sizes by themselves.

use gaussmix::Error;
use gaussmix::stream::StepSize;

#[test]
fn steps_out_of_range_are_refused() {
    for step in [-0.1, 1.0, 2.0, f64::NAN, f64::INFINITY] {
        assert_eq!(
            StepSize::constant(step),
            Err(Error::InvalidParameter { name: "step", expected: "within [0, 1)" })
        );
    }
    for alpha in [0.5, 0.0, 1.01, f64::NAN, f64::INFINITY] {
        assert_eq!(
            StepSize::decaying(alpha, 2.0),
            Err(Error::InvalidParameter { name: "alpha", expected: "within (1/2, 1]" })
        );
    }
    for t0 in [-1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(
            StepSize::decaying(0.6, t0),
            Err(Error::InvalidParameter { name: "t0", expected: "finite, 0 or more" })
        );
    }
}

#[test]
fn steps_never_leave_their_range() {
    for alpha in [0.500_001, 0.6, 1.0] {
        for t0 in [0.0, 1.0, 1e30] {
            for t in [0, 1, 2, 1 << 20, 1 << 53, u64::MAX] {
                let single = StepSize::decaying(alpha as f32, t0 as f32).unwrap().at(t);
                let double = StepSize::decaying(alpha, t0).unwrap().at(t);
                assert!((64.0 * f32::EPSILON..=1.0).contains(&single));
                assert!((64.0 * f64::EPSILON..=1.0).contains(&double));
                let due = (t as f64 + t0).max(1.0).powf(-alpha).max(64.0 * f64::EPSILON);
                assert!((double / due - 1.0).abs() < 1e-13, "{double} for {due}");
            }
        }
    }
}
