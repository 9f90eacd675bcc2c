//! False-alarm rates, with and without drift.

use gaussmix::novelty::{DistanceTest, Novelty};
use gaussmix::stream::EffectiveSize;
use gaussmix::{Error, Full, Gmm, Real, SufficientStats};
use proptest::collection::vec;
use proptest::prelude::*;
use rand_pcg::Pcg64;

use super::p_squared::PSquared;
use crate::support::noise::Noise;
use crate::support::tolerance::{FALSE_ALARMS, REARRANGED};

const RATE: f64 = 0.01;

fn gmm<T: Real>() -> Gmm<T, 2, 3> {
    let m = |rows: [[f64; 2]; 2]| gaussmix::nalgebra::SMatrix::from_fn(|i, j| T::narrow(rows[i][j]));
    let means = [[0.0, 0.0], [6.0, 1.0], [-2.0, 7.0]].map(|m| m.map(T::narrow));
    let covariances =
        [m([[1.0, 0.3], [0.3, 0.8]]), m([[0.6, -0.1], [-0.1, 1.5]]), m([[2.0, 0.5], [0.5, 1.0]])];
    Gmm::new([0.5, 0.3, 0.2].map(T::narrow), means, covariances).unwrap()
}

/// Within the tolerance of the nominal rate.
#[track_caller]
fn assert_nominal(rate: f64) {
    assert!((rate / RATE - 1.0).abs() <= FALSE_ALARMS, "{rate}");
}

/// Samples of the model itself: χ² knows the rate. Well separated components, so that the nearest is the own one.
fn distance<T: Real>() {
    let gmm = gmm::<T>();
    let test = DistanceTest::new(T::narrow(RATE)).unwrap();
    let mut rng = Pcg64::new(1, 1);
    let n = 200_000;
    let alarms = (0..n).filter(|_| test.is_novel(&gmm, gmm.sample(&mut rng)).unwrap()).count();
    assert_nominal(alarms as f64 / f64::from(n));
}

#[test]
fn the_distance_test_has_its_nominal_rate() {
    distance::<f64>();
    distance::<f32>();
}

#[test]
fn the_distance_test_skips_dead_components_and_refuses_what_it_should() {
    let gmm: Gmm<f64, 1, 2> = Gmm::new([1.0, 0.0], [[0.0], [50.0]], [[[1.0]].into(); 2]).unwrap();
    let test = DistanceTest::new(1e-3).unwrap();
    assert_eq!(test.is_novel(&gmm, [50.0]), Ok(true));
    assert_eq!(test.is_novel(&gmm, [1.0]), Ok(false));
    assert_eq!(test.is_novel(&gmm, [1e200]), Err(Error::OutOfRange { sample: 0 }));
    let bad = Error::NonFiniteSample { sample: 0, feature: 0 };
    assert_eq!(test.is_novel(&gmm, [f64::NAN]), Err(bad));
    for rate in [-0.1, 1.1, f64::NAN] {
        let (name, expected) = ("false_alarm", "within [0, 1]");
        assert_eq!(DistanceTest::<f64, 1>::new(rate), Err(Error::InvalidParameter { name, expected }));
    }
}

/// Shares of novel samples in the first and second half, of `Novelty` and of P², on the log-densities given.
fn rates<T: Real>(log_densities: impl Iterator<Item = f64>, n: usize) -> [[f64; 2]; 2] {
    let mut novelty = Novelty::new(T::narrow(RATE)).unwrap();
    let mut p_squared = PSquared::new(RATE);
    let mut alarms = [[0.0; 2]; 2];
    for (t, l) in log_densities.take(n).enumerate() {
        let half = usize::from(t >= n / 2);
        let is_novel = novelty.observe(T::narrow(l)).unwrap();
        alarms[0][half] += f64::from(u8::from(is_novel));
        alarms[1][half] += f64::from(u8::from(t > 100 && l < p_squared.quantile()));
        p_squared.add(l);
    }
    alarms.map(|halves| halves.map(|count| count / (n / 2) as f64))
}

/// Log-densities of samples under the model, the data moved by `drift` σ by the end.
fn drifting(drift: f64, n: usize, seed: u64) -> impl Iterator<Item = f64> {
    let gmm = gmm::<f64>();
    let mut rng = Pcg64::new(seed.into(), 3);
    (0..n).map(move |t| {
        let [x, y] = gmm.sample(&mut rng);
        let moved = drift * t as f64 / n as f64;
        gmm.log_density([x - moved, y - moved]).unwrap()
    })
}

fn on_stationary_data<T: Real>() {
    let n = 200_000;
    for seed in 0..3 {
        let [novelty, p_squared] = rates::<T>(drifting(0.0, n, seed), n);
        novelty.into_iter().for_each(assert_nominal);
        // P² would do here.
        p_squared.into_iter().for_each(assert_nominal);
    }
}

#[test]
fn novelty_has_its_nominal_rate_on_stationary_data() {
    on_stationary_data::<f64>();
    on_stationary_data::<f32>();
}

fn under_drift<T: Real>() {
    let n = 400_000;
    let [novelty, p_squared] = rates::<T>(drifting(3.0, n, 7), n);
    println!("drift: {novelty:?}, P² {p_squared:?}");
    novelty.into_iter().for_each(assert_nominal);
    // What a threshold that never forgets makes of drift: more than three times the alarms.
    assert!(p_squared[1] > 3.0 * RATE);
    // The other way round, the model learning: none.
    let levels: Vec<f64> = drifting(3.0, n, 8).collect();
    let [novelty, p_squared] = rates::<T>(levels.into_iter().rev(), n);
    println!("back: {novelty:?}, P² {p_squared:?}");
    novelty.into_iter().for_each(assert_nominal);
    assert!(p_squared[1] < 0.2 * RATE);
    // A jump by 20 nats at half time is forgotten before long.
    let mut jump = drifting(0.0, n, 9).enumerate().map(|(t, l)| if t < n / 4 { l } else { l - 20.0 });
    assert_nominal(rates::<T>(&mut jump, n)[0][1]);
}

#[test]
fn novelty_keeps_its_rate_under_drift_where_p_squared_does_not() {
    under_drift::<f64>();
    under_drift::<f32>();
}

/// A step of 0.002 nats is less than the last digit of 40,000 in `f32`.
#[test]
fn novelty_does_not_stall_in_f32() {
    let n = 200_000;
    let far = |l| l - 40_000.0;
    let single = rates::<f32>(drifting(0.0, n, 11).map(far), n)[0];
    single.into_iter().for_each(assert_nominal);
    // Up to the rounding of what is compared it is what `f64` does.
    let double = rates::<f64>(drifting(0.0, n, 11).map(far), n)[0];
    assert!((single[1] / double[1] - 1.0).abs() < 0.5 * FALSE_ALARMS, "{single:?} {double:?}");
}

/// Of any sequence whatever: every sample moves the threshold by its known amount.
fn accounts<T: Real>(values: &[f64]) {
    let (rate, step) = (T::narrow(0.05), T::narrow(0.5));
    let mut novelty = Novelty::new(rate).unwrap().with_step(step).unwrap();
    // From then on 1/(αt) is below the step.
    (0..50).for_each(|_| assert!(!novelty.observe(T::ZERO).is_ok_and(|novel| novel && novelty.count() < 20)));
    let mut due = novelty.threshold().widen();
    for (i, value) in values.iter().enumerate() {
        if i % 5 == 0 {
            let before = novelty.clone();
            for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                let (name, expected) = ("log_density", "finite");
                assert_eq!(novelty.observe(T::narrow(bad)), Err(Error::InvalidParameter { name, expected }));
            }
            assert_eq!(novelty, before);
        }
        let is_novel = novelty.observe(T::narrow(*value)).unwrap();
        due += if is_novel { -0.5 * 0.95 } else { 0.5 * 0.05 };
        let found = novelty.threshold().widen();
        assert!((found - due).abs() <= 64.0 * T::EPSILON.widen() * due.abs().max(1.0), "{found} {due}");
    }
}

#[test]
fn every_sample_moves_the_threshold_by_its_known_amount() {
    let wild = prop_oneof![-30.0..5.0f64, Just(1e30), Just(-1e30), Just(-1e-40), Just(0.0), -1e6..1e6f64];
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    runner
        .run(&vec(wild, 0..300), |values| {
            accounts::<f64>(&values);
            accounts::<f32>(&values);
            Ok(())
        })
        .unwrap();
}

/// Log-densities and steps as large as they may be move the threshold, and never beyond what a scalar holds.
fn largest<T: Real>(step: f64, extreme: f64) {
    for rate in [0.9, 0.1] {
        for sign in [1.0, -1.0] {
            let mut novelty = Novelty::new(T::narrow(rate)).unwrap().with_step(T::narrow(step)).unwrap();
            for t in 0..3000 {
                let value = if sign * rate < 0.0 && t % 7 == 0 { 0.0 } else { sign * extreme };
                novelty.observe(T::narrow(value)).unwrap();
                let threshold = novelty.threshold();
                let early = T::from_count(novelty.count()) * T::narrow(rate) < T::ONE;
                assert!(threshold.is_finite() || early && threshold == T::NEG_INFINITY, "{t}: {threshold}");
            }
        }
    }
}

#[test]
fn a_threshold_stays_finite_whatever_the_log_densities() {
    largest::<f32>(1e28, f64::from(f32::MAX));
    largest::<f64>(1e290, f64::MAX);
}

#[test]
fn a_setting_out_of_range_is_refused() {
    for rate in [0.0, 1.0, -1.0, f32::NAN] {
        let refusal = Error::InvalidParameter { name: "rate", expected: "within (0, 1)" };
        assert_eq!(Novelty::new(rate), Err(refusal));
    }
    for step in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let expected = "above 0, and small enough for sums not to overflow";
        let refusal = Error::InvalidParameter { name: "step", expected };
        assert_eq!(Novelty::new(0.01).unwrap().with_step(step), Err(refusal));
    }
}

/// Kish's formula from all weights, stored.
#[test]
fn effective_size_is_that_of_the_stored_weights() {
    let mut noise = Noise::new(23);
    let (mut size, mut stored) = (EffectiveSize::new(), Vec::new());
    for t in 0..500 {
        let weight = if t % 7 == 0 { 0.0 } else { 3.0 * noise.uniform() };
        size.observe(weight).unwrap();
        stored.push(weight);
        let factor = 0.9 + 0.1 * noise.uniform();
        size.discount(factor).unwrap();
        stored.iter_mut().for_each(|w| *w *= factor);
    }
    let (sum, squares) = stored.iter().fold((0.0, 0.0), |(s, q), w| (s + w, q + w * w));
    assert!(
        (size.total_weight() / sum - 1.0).abs() < REARRANGED
            && (size.value() * squares / (sum * sum) - 1.0).abs() < REARRANGED
    );

    let mut other = EffectiveSize::new();
    (0..10).for_each(|_| other.observe(1.0).unwrap());
    assert_eq!(other.value(), 10.0);
    size.merge(&other);
    let due = (sum + 10.0f64).powi(2) / (squares + 10.0);
    assert!((size.value() / due - 1.0).abs() < REARRANGED);

    // In `f32` beyond 2²⁴ samples, where ones no longer count one by one.
    let mut single = EffectiveSize::<f32>::new();
    (0..20_000_000).for_each(|_| single.observe(1.0).unwrap());
    assert_eq!((single.value(), single.total_weight()), (2e7, 2e7));

    let before = single.clone();
    for bad in [-1.0, f32::NAN, f32::INFINITY, 1e30] {
        assert_eq!(single.observe(bad), Err(Error::InvalidSampleWeight { sample: 0 }));
    }
    for bad in [-0.1, 1.1, f32::NAN] {
        assert_eq!(
            single.discount(bad),
            Err(Error::InvalidParameter { name: "factor", expected: "within [0, 1]" })
        );
    }
    assert_eq!(single, before);
    assert_eq!(EffectiveSize::<f32>::default().value(), 0.0);
}

/// The ratio has no unit: weights of any size, or discounted to any size, are worth as many samples.
#[test]
fn effective_size_does_not_depend_on_the_unit_of_weights() {
    for unit in [1e-44f32, 1e-38, 1e-23, 1e-10, 1.0, 1e14] {
        let mut size = EffectiveSize::new();
        size.observe(unit).unwrap();
        assert_eq!((size.value(), size.total_weight()), (1.0, unit));
        (0..3).for_each(|_| size.observe(unit).unwrap());
        assert_eq!(size.value(), 4.0, "{unit}");
    }
    let mut faded = EffectiveSize::<f32>::new();
    (0..4).for_each(|_| faded.observe(1.0).unwrap());
    (0..100).for_each(|_| faded.discount(0.5).unwrap());
    assert_eq!(faded.value(), 4.0);
    // A weight of another order of magnitude, before or after, is all that counts.
    for [first, second] in [[1e-30, 1.0], [1.0, 1e-30]] {
        let (mut size, mut other) = (EffectiveSize::<f32>::new(), EffectiveSize::<f32>::new());
        size.observe(first).unwrap();
        other.observe(second).unwrap();
        size.merge(&other);
        assert_eq!(size.value(), 1.0);
        size.discount(0.0).unwrap();
        assert_eq!((size.value(), size.total_weight()), (0.0, 0.0));
        size.observe(first).unwrap();
        assert_eq!(size.value(), 1.0);
    }
}

/// What it reads beside discounted statistics: their mass, and the samples that they are worth. The variance of the
/// mean of that many samples is the variance of the discounted mean.
#[test]
fn discounted_statistics_rest_on_the_effective_size() {
    let gmm: Gmm<f64, 1, 1, Full> = Gmm::new([1.0], [[0.0]], [[[1.0]].into()]).unwrap();
    let mut noise = Noise::new(29);
    let (mut stats, mut size) = (SufficientStats::new(), EffectiveSize::new());
    let (mut sum, mut n) = (0.0, 0.0);
    for t in 0..400_000 {
        stats.discount(0.98).unwrap();
        size.discount(0.98).unwrap();
        stats.observe(&gmm, [noise.normal()]).unwrap();
        size.observe(1.0).unwrap();
        if t > 1000 && t % 100 == 0 {
            sum += stats.means()[0][0].powi(2);
            n += 1.0;
        }
    }
    assert!((stats.total_weight() / size.total_weight() - 1.0).abs() < REARRANGED);
    assert!((size.value() - 1.98 / 0.02).abs() < 99.0 * REARRANGED);
    let standard_error = (2.0 * 2.0f64 / n).sqrt();
    assert!((sum / n * size.value() - 1.0).abs() < 2.5 * standard_error, "{}", sum / n * size.value());
}
