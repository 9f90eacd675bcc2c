//! The doubling algorithm, step by step.

use gaussmix::covariance::Shape;
use gaussmix::init::Covering;
use gaussmix::{Diagonal, Full, Gmm, Spherical};

use crate::support::noise::Noise;
use crate::support::tolerance::REARRANGED;

/// Each growth at least doubles the radius, so that what every sample was moved adds up to no more than the last; and
/// no sample is farther than twice the radius from the nearest centre.
fn keeps_its_promise<const M: usize, S: Shape>(mut next: impl FnMut(&[[f64; 1]], f64, usize) -> f64) {
    let mut covering: Covering<f64, 1, M, S> = Covering::new();
    let (mut seen, mut growths) = (Vec::new(), 0);
    for t in 0..60 {
        let before = covering.radius();
        let x = next(covering.centres(), before, t);
        covering.observe([x]).unwrap();
        seen.push(x);
        let radius = covering.radius();
        if radius != before {
            growths += 1;
            assert!(radius >= 2.0 * before, "the radius grew from {before} to {radius} only");
        }
        for x in &seen {
            let nearest = covering.centres().iter().map(|[c]| (x - c).abs()).fold(f64::INFINITY, f64::min);
            assert!(nearest <= 2.0 * radius * (1.0 + REARRANGED), "{x} is {nearest} away, radius {radius}");
        }
        let centres = covering.centres();
        for (i, [a]) in centres.iter().enumerate() {
            assert!(centres[..i].iter().all(|[b]| (a - b).abs() > radius), "{centres:?}, radius {radius}");
        }
    }
    assert!(growths >= 3, "the stream made the radius grow {growths} times");
}

/// Streams that always stay just outside: the next sample lies a little more than the radius beyond the last centre.
#[test]
fn each_growth_of_a_covering_doubles_its_radius() {
    for factor in [1.01, 1.2, 1.5, 1.9, 2.1, 5.0] {
        let beyond = move |centres: &[[f64; 1]], radius: f64, t: usize| match centres.last() {
            Some([last]) if radius > 0.0 => last + factor * radius,
            _ => t as f64,
        };
        keeps_its_promise::<2, Full>(beyond);
        keeps_its_promise::<3, Diagonal>(beyond);
        keeps_its_promise::<5, Spherical>(beyond);
        // To and fro.
        keeps_its_promise::<4, Full>(move |centres, radius, t| {
            let ends = centres.iter().fold([0.0f64; 2], |[a, b], [c]| [a.min(*c), b.max(*c)]);
            let step = if radius > 0.0 { factor * radius } else { 1.0 };
            if t % 2 == 0 { ends[1] + step } else { ends[0] - step }
        });
    }
    let mut noise = Noise::new(51);
    keeps_its_promise::<4, Full>(|_, _, t| noise.normal() * (1.0 + t as f64));
}

/// A ball's share is the weight of its samples, not their number.
#[test]
fn the_share_of_a_ball_is_the_weight_of_its_samples() {
    fn check<S: Shape>(weights: [f64; 4]) {
        let mut covering: Covering<f64, 1, 4, S> = Covering::new();
        for (x, weight) in [[0.0], [0.5], [10.0], [10.5]].into_iter().zip(weights) {
            covering.observe((x, weight)).unwrap();
        }
        let mut gmm: Gmm<f64, 1, 2, S> = Gmm::unfitted();
        assert_eq!(covering.start(&mut gmm), Ok(2));
        let total: f64 = weights.iter().sum();
        let share = (weights[2] + weights[3]) / total;
        let k = usize::from(gmm.means()[1][0] > gmm.means()[0][0]);
        assert!((gmm.weights()[k] - share).abs() < REARRANGED, "{:?}", gmm.weights());
        let mean = (10.0 * weights[2] + 10.5 * weights[3]) / (weights[2] + weights[3]);
        assert!((gmm.means()[k][0] - mean).abs() < 10.0 * REARRANGED, "{:?}", gmm.means());
    }
    for weights in [[1.0; 4], [1.0, 1.0, 3.0, 3.0], [0.25, 1.0, 2.0, 6.0]] {
        check::<Full>(weights);
        check::<Diagonal>(weights);
        check::<Spherical>(weights);
    }
}

/// Distances count in units of the scales: what is near in one is far in the other.
#[test]
fn a_covering_measures_in_its_scales() {
    let centres = |scales: [f64; 2]| {
        let mut covering: Covering<f64, 2, 2, Diagonal> = Covering::new().with_scales(scales).unwrap();
        for x in [[0.0, 0.0], [1.0, 0.0], [0.0, 3.0]] {
            covering.observe(x).unwrap();
        }
        covering.centres().to_vec()
    };
    assert_eq!(centres([1.0, 1.0]), [[0.0, 0.0], [0.0, 3.0]], "the nearest two merged");
    assert_eq!(centres([1.0, 10.0]), [[0.0, 0.0], [1.0, 0.0]]);
    assert_eq!(centres([0.1, 1.0]), [[0.0, 0.0], [1.0, 0.0]]);
}

/// Of so little weight that it counts as starved: its mean is then where its centre is, not at 0.
#[test]
fn a_ball_of_next_to_no_weight_keeps_its_centre() {
    let mut covering: Covering<f64, 1, 4, Diagonal> = Covering::new();
    for sample in [([1.0], 1.0), ([2.0], 1.0), ([50.0], 1e-17)] {
        covering.observe(sample).unwrap();
    }
    let mut gmm: Gmm<f64, 1, 3, Diagonal> = Gmm::unfitted();
    // Each is a ball of its own, so within them nothing varies: the floor is between them.
    assert_eq!(covering.start(&mut gmm), Ok(3));
    assert_eq!(gmm.means(), &[[1.0], [2.0], [50.0]]);
    assert!(gmm.weights()[2] > 0.0 && gmm.weights()[2] < f64::EPSILON);
}
