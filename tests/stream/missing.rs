//! Streams whose samples lack features.

use gaussmix::lifecycle::{Birth, LifeCycle, Pruning};
use gaussmix::novelty::DistanceTest;
use gaussmix::stream::StepSize;
use gaussmix::{Gmm, Masked, OnlineEm};

use crate::support::dense::covariances;
use crate::support::noise::Noise;
use crate::support::tolerance::{FALSE_ALARMS, ROUNDING};

type Sample = Masked<f64, 2>;

fn world() -> Gmm<f64, 2, 2> {
    let covariances = [[[1.0, 0.6], [0.6, 1.0]], [[2.0, -0.5], [-0.5, 1.0]]];
    Gmm::from_arrays([0.4, 0.6], [[0.0, 0.0], [12.0, 9.0]], covariances).unwrap()
}

/// Samples of a model, each without a feature in a third of all cases.
fn stream<const K: usize>(of: &Gmm<f64, 2, K>, n: usize, seed: u64) -> Vec<Sample> {
    let mut noise = Noise::new(seed);
    let mut draw = |_| {
        let x = of.sample(&mut noise.0);
        let observed = [[true, true], [false, true], [true, false]][(3.0 * noise.uniform()) as usize];
        Masked { features: core::array::from_fn(|j| if observed[j] { x[j] } else { f64::NAN }), observed }
    };
    (0..n).map(&mut draw).collect()
}

#[test]
fn a_sample_that_lacks_features_is_a_batch_of_one() {
    let start: Gmm<f64, 2, 2> =
        Gmm::from_arrays([0.5; 2], [[1.0, 1.0], [9.0, 9.0]], [[[2.0, 0.0], [0.0, 2.0]]; 2]).unwrap();
    let mut single = OnlineEm::new(start, StepSize::constant(0.01).unwrap()).unwrap();
    let mut batch = single.clone();
    for (t, x) in stream(&world(), 200, 80).into_iter().enumerate() {
        let weight = [1.0, 2.5, 0.0][t % 3];
        let due = single.model().posterior(x).unwrap();
        assert_eq!(single.observe((x, weight)), Ok(due));
        if x.observed == [true; 2] {
            batch.observe((x, weight)).unwrap();
        } else {
            batch.observe_batch([(x, weight)]).unwrap();
        }
        // Their masses are shares of 1, and of the sum of responsibilities.
        let numbers = |run: &OnlineEm<f64, 2, 2>| {
            let gmm = run.model();
            [&gmm.weights()[..], &gmm.means()[0], &gmm.means()[1], &covariances(gmm).concat().concat()]
                .concat()
        };
        let gaps = numbers(&single).into_iter().zip(numbers(&batch)).map(|(a, b)| (a - b).abs());
        assert!(gaps.fold(0.0, f64::max) < ROUNDING);
    }
}

/// Its weight says how far to step. A sum of squares that it multiplies would overflow.
#[test]
fn a_sample_that_lacks_features_may_weigh_what_a_complete_one_may() {
    let mut run = OnlineEm::new(world(), StepSize::constant(0.01).unwrap()).unwrap();
    let x = Masked { features: [3.0, f64::NAN], observed: [true, false] };
    for weight in [1e-300, 1e200, f64::MAX] {
        let due = run.model().posterior(x).unwrap();
        assert_eq!(run.observe((x, weight)), Ok(due));
        run.observe(([3.0, 4.0], weight)).unwrap();
        run.maximize().unwrap();
        run.model().validate().unwrap();
    }
    // The last step went all the way.
    assert!((run.model().means()[0][0] - 3.0).abs() < 1e-9);
}

#[test]
fn a_run_learns_the_model_from_samples_that_lack_features() {
    let start: Gmm<f64, 2, 2> =
        Gmm::from_arrays([0.5; 2], [[2.0, -1.0], [9.0, 7.0]], [[[4.0, 0.0], [0.0, 4.0]]; 2]).unwrap();
    let mut run = OnlineEm::new(start, StepSize::decaying(0.7, 100.0).unwrap()).unwrap();
    let mut life = LifeCycle::default().with_birth(Birth::default()).with_pruning(Pruning::default());
    for x in stream(&world(), 20_000, 81) {
        let report = life.observe(&mut run, x).unwrap();
        assert!(report.born.is_none() || x.observed == [true; 2]);
        assert!(!report.withheld || x.observed == [true; 2], "only a complete sample is evidence of a birth");
    }
    let (found, due) = (covariances(run.model()), covariances(&world()));
    for k in 0..2 {
        assert!((run.model().weights()[k] - world().weights()[k]).abs() < 0.02);
        for (i, j) in [(0, 0), (1, 0), (1, 1)] {
            assert!((run.model().means()[k][i] - world().means()[k][i]).abs() < 0.1);
            // Without the conditional covariance a third of the variances would be missing.
            assert!((found[k][i][j] - due[k][i][j]).abs() < 0.15, "{k} {i} {j}: {}", found[k][i][j]);
        }
    }
}

#[test]
fn a_still_run_learns_nothing_from_a_sample_that_lacks_features() {
    let mut run = OnlineEm::new(world(), StepSize::ZERO).unwrap();
    let mut life = LifeCycle::default().with_birth(Birth::default());
    let (before, policies) = (run.clone(), life.clone());
    for x in stream(&world(), 20, 82) {
        let due = world().posterior(x).unwrap();
        assert_eq!(life.observe(&mut run, x).unwrap().posterior, due);
        assert_eq!(run.observe(x), Ok(due));
    }
    assert_eq!((run, life), (before, policies));
}

#[test]
fn births_look_at_complete_samples_only() {
    let one: Gmm<f64, 2, 2> =
        Gmm::from_arrays([1.0, 0.0], [[0.0, 0.0]; 2], [[[1.0, 0.0], [0.0, 1.0]]; 2]).unwrap();
    let mut run = OnlineEm::new(one, StepSize::constant(1e-3).unwrap()).unwrap();
    let mut life = LifeCycle::default().with_birth(Birth::default().with_support(2, 50).unwrap());
    let far = Masked { features: [f64::NAN, 50.0], observed: [false, true] };
    for _ in 0..10 {
        let report = life.observe(&mut run, far).unwrap();
        assert!(report.born.is_none() && !report.withheld);
    }
    let whole = Masked { features: [50.0, 50.0], observed: [true; 2] };
    assert!(life.observe(&mut run, whole).unwrap().withheld);
    assert_eq!(life.observe(&mut run, whole).unwrap().born, Some(1));
}

#[test]
fn the_distance_test_keeps_its_rate_whatever_is_missing() {
    const RATE: f64 = 0.01;
    let one: Gmm<f64, 2, 1> = Gmm::from_arrays([1.0], [[3.0, -2.0]], [[[1.0, 0.7], [0.7, 2.0]]]).unwrap();
    for test in [DistanceTest::new(RATE).unwrap(), DistanceTest::beyond(-2.0 * RATE.ln()).unwrap()] {
        let n = 100_000;
        let (mut alarms, mut count) = (0u32, 0u32);
        for x in stream(&one, n, 83).iter().filter(|x| x.observed != [true; 2]) {
            count += 1;
            alarms += u32::from(test.is_novel(&one, x).unwrap());
        }
        let rate = f64::from(alarms) / f64::from(count);
        assert!((rate / RATE - 1.0).abs() <= FALSE_ALARMS, "{rate}");
    }
    // Beyond fifteen deviations the rates of both underflow in single precision.
    let narrow: Gmm<f32, 2, 1> = one.cast().unwrap();
    let far = Masked { features: [23.0, f32::NAN], observed: [true, false] };
    assert_eq!(DistanceTest::beyond(225.0).unwrap().is_novel(&narrow, far), Ok(true));
    let blank = Masked { features: [f64::NAN; 2], observed: [false; 2] };
    assert_eq!(DistanceTest::new(1.0).unwrap().is_novel(&one, blank), Ok(false));
    assert_eq!(DistanceTest::beyond(f64::INFINITY).unwrap().is_novel(&one, [1e9, 1e9]), Ok(false));
}
