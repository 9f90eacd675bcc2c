//! Scores in integers: within the bound that is computed, monotone, in range for every reading.

use gaussmix::fixed::{FixedComponent, FixedError, FixedGmm, from_nats, to_nats};
use gaussmix::{Covariance, Diagonal, Error, Full, Gmm, Tied, init, strategies};
use proptest::prelude::*;

use crate::support::data::{basic_motions, faithful, iris};
use crate::support::tolerance;

/// What a reading is worth.
fn value<const D: usize>(x: &[i16; D], scale: &[f64; D], offset: &[f64; D]) -> [f64; D] {
    core::array::from_fn(|j| offset[j] + scale[j] * f64::from(x[j]))
}

/// Every reading whose features are each one of these.
fn corners<const D: usize>(ends: [i16; 4]) -> impl Iterator<Item = [i16; D]> {
    (0..4_usize.pow(D as u32)).map(move |n| core::array::from_fn(|j| ends[n >> (2 * j) & 3]))
}

const ENDS: [i16; 4] = [i16::MIN, -1, 0, i16::MAX];

/// A model that must fit, and its largest error as a share of what is allowed, over readings where |ln p| ≤ 300.
fn share_of_bound<const D: usize, const K: usize, const W: usize, C: Covariance>(
    fixed: &FixedGmm<D, K, W>,
    gmm: &Gmm<f64, D, K, C>,
    (scale, offset): (&[f64; D], &[f64; D]),
    readings: impl Iterator<Item = [i16; D]>,
) -> f64 {
    let bound = fixed.error_bound(gmm, scale, offset).unwrap();
    let (worst, mut largest) = (bound.worst(), 0.0_f64);
    for x in readings {
        let exact = gmm.log_density(value(&x, scale, offset)).unwrap();
        let score = to_nats(fixed.log_density(&x));
        if exact.abs() <= 300.0 {
            let error = (score - exact).abs();
            assert!(error <= worst * (1.0 + exact.abs() / 30.0), "{x:?}: {exact} {score} {bound:?}");
            largest = largest.max(error / bound.at(exact));
        } else if exact < -300.0 {
            // Clamped, it is still far below.
            assert!(score < -250.0, "{x:?}: {exact} {score}");
        }
    }
    largest
}

/// Any model, units of 2^−12 to 2^−4 of its standard deviations, any readings, and those near its middle.
fn errors_stay_within_the_bound<const W: usize, C: Covariance>() {
    let readings = prop::collection::vec([any::<i16>(), any::<i16>(), any::<i16>()], 64);
    let scales = [-1.0..1.0_f64, -1.0..1.0, -1.0..1.0];
    let case = (strategies::models::<f64, 3, 3, C>(), scales, 4..12_i32, readings);
    let (accepted, largest) = (core::cell::Cell::new(0), core::cell::Cell::new(0.0_f64));
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) };
    proptest::test_runner::TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    )
    .run(&case, |(gmm, scales, places, readings)| {
        let scale = scales.map(|s| (1.0 + s.abs()).copysign(s) / f64::from(1 << places));
        let offset = scales.map(|s| 3.0 * s);
        let fixed = match FixedGmm::<3, 3, W>::from_model(&gmm, &scale, &offset) {
            Ok(fixed) => fixed,
            Err(FixedError::Inaccurate { bound }) => {
                prop_assert!(bound > tolerance::FIXED);
                return Ok(());
            }
            Err(other) => panic!("{other}"),
        };
        accepted.set(accepted.get() + 1);
        let near = readings.iter().map(|x| x.map(|v| v >> (14 - places).clamp(2, 6)));
        let all = readings.iter().copied().chain(near).chain(corners(ENDS));
        let share = share_of_bound(&fixed, &gmm, (&scale, &offset), all);
        prop_assert!(share <= 1.0, "{share} of the bound");
        largest.set(largest.get().max(share));
        Ok(())
    })
    .unwrap();
    let (accepted, largest) = (accepted.get(), largest.get());
    assert!(accepted > 200, "only {accepted} models fit");
    // A bound of many times the error would refuse models that would do.
    assert!(largest > 0.2, "the bound is {:.1} times what was seen", 1.0 / largest);
}

#[test]
fn errors_stay_within_the_bound_full() {
    errors_stay_within_the_bound::<3, Full>();
}

#[test]
fn errors_stay_within_the_bound_diagonal() {
    errors_stay_within_the_bound::<1, Diagonal>();
}

/// With one feature the bound is what happens: half a unit of each deviation, the factor's rounding, and little else.
#[test]
fn the_bound_of_one_feature_is_reached() {
    for deviation in [3.0, 50.0, 777.0, 6000.0] {
        let gmm: Gmm<f64, 1, 1> = Gmm::new([1.0], [[0.3]], [[[deviation * deviation]].into()]).unwrap();
        let fixed = FixedGmm::<1, 1>::from_model(&gmm, &[1.0], &[0.0]).unwrap();
        let worst = fixed.error_bound(&gmm, &[1.0], &[0.0]).unwrap().worst();
        assert!(worst < tolerance::FIXED_ONE_FEATURE, "{worst}");
        let all = (i16::MIN..=i16::MAX).map(|x| [x]);
        let share = share_of_bound(&fixed, &gmm, (&[1.0], &[0.0]), all);
        assert!(share > 0.9 && share <= 1.0, "{deviation}: {share}");
    }
}

/// On data whose readings span the range of a converter.
fn real_data<const D: usize, const W: usize, C: Covariance>(data: &[[f64; D]]) {
    let mut gmm: Gmm<f64, D, 3, C> = Gmm::unfitted();
    init::farthest_first(&mut gmm, data).unwrap();
    let ends = |j: usize, pick: fn(f64, f64) -> f64| data.iter().map(|x| x[j]).reduce(pick).unwrap();
    let scale = core::array::from_fn(|j| (ends(j, f64::max) - ends(j, f64::min)) / 65_000.0);
    let offset = core::array::from_fn(|j| (ends(j, f64::max) + ends(j, f64::min)) / 2.0);
    let fixed = FixedGmm::<D, 3, W>::from_model(&gmm, &scale, &offset).unwrap();
    let mut sum = 0.0;
    for x in data {
        let raw = core::array::from_fn(|j| ((x[j] - offset[j]) / scale[j]).round() as i16);
        let exact = gmm.log_density(value(&raw, &scale, &offset)).unwrap();
        sum += (to_nats(fixed.log_density(&raw)) - exact).abs();
        let posterior = gmm.posterior(value(&raw, &scale, &offset)).unwrap();
        let lead = posterior.responsibilities[fixed.predict(&raw)];
        assert!(
            posterior.responsibilities.iter().all(|r| *r < lead + 0.01),
            "another component: {posterior:?}"
        );
    }
    let mean = sum / data.len() as f64;
    assert!(mean < tolerance::FIXED_MEAN, "mean error {mean}");
}

#[test]
fn real_data_is_scored_to_a_five_hundredth_of_a_nat() {
    real_data::<2, 2, Full>(&faithful());
    real_data::<2, 1, Diagonal>(&faithful());
    real_data::<4, 4, Full>(&iris());
    real_data::<4, 1, Diagonal>(&iris());
    real_data::<6, 6, Full>(&basic_motions());
    real_data::<6, 1, Diagonal>(&basic_motions());
}

/// One component, σ of some 1000 readings, all ways from its mean to the ends of the range.
fn score_along_rays<const W: usize, C: Covariance>(covariance: C::Covariances<f64, 2, 1>, mean: [f64; 2]) {
    let gmm: Gmm<f64, 2, 1, C> = Gmm::new([1.0], [mean], covariance).unwrap();
    let fixed = FixedGmm::<2, 1, W>::from_model(&gmm, &[1.0; 2], &[0.0; 2]).unwrap();
    // Odd directions, so that a ray from half a reading meets whole ones.
    for (v, w) in
        (-21..=21).step_by(2).flat_map(|v| (-21..=21).step_by(2).map(move |w| [v, w])).map(|d| (d[0], d[1]))
    {
        let at = |m: f64, v: i32, t: i32| (m + f64::from(t * v) * 0.5 * (2.0 - 2.0 * m.fract().abs())) as i32;
        let (mut last, mut steps) = (i32::MAX, 0);
        for t in (1..).step_by(2) {
            let x = [at(mean[0], v, t), at(mean[1], w, t)].map(i16::try_from);
            let [Ok(x), Ok(y)] = x else { break };
            let score = fixed.log_density(&[x, y]);
            assert!(score <= last, "({v}, {w}): rises at {x}, {y}");
            (last, steps) = (score, steps + 1);
        }
        assert!(steps > 100);
    }
}

#[test]
fn a_score_never_rises_along_a_ray_from_the_mean() {
    for mean in [[100.0, -3000.0], [12.5, -7.5]] {
        for shrink in [1.0, 0.01, 0.0003] {
            let (a, b, c) = (1e6 * shrink, 0.9e6 * shrink, 1.2e6 * shrink);
            score_along_rays::<2, Full>([[[a, b], [b, c]].into()], mean);
            score_along_rays::<2, Full>([[[a, -b], [-b, c]].into()], mean);
            score_along_rays::<1, Diagonal>([[a, c].into()], mean);
        }
    }
}

/// The logarithm of the sum of two components, one of which is up to 12 nats below the other: with it, an entry of the
/// table that is off is seen.
#[test]
fn two_components_add_up() {
    let (mut last, mut highest) = (i32::MAX, 0);
    let flat = |offset| FixedComponent { offset, ..FixedComponent::<1>::DEAD };
    let near_the_end = (19 << 15..13 << 16).filter(|apart| apart % 4096 < 3 || apart % 4096 > 4093);
    for apart in (0..19 << 15).step_by(101).chain(near_the_end) {
        let fixed = FixedGmm::from_parts([flat((1 << 16) - apart), flat(1 << 16)]).unwrap();
        let score = fixed.log_density(&[5]);
        let exact = 1.0 + (-to_nats(apart)).exp().ln_1p();
        assert!((to_nats(score) - exact).abs() < tolerance::FIXED_SUM, "{apart}");
        assert!(score <= last && score >= 1 << 16);
        last = score;
        let raised = FixedGmm::from_parts([flat(0), flat(apart)]).unwrap().log_density(&[5]);
        assert!(raised >= highest, "falls though the larger term rises: {apart}");
        highest = raised;
    }
}

#[test]
fn no_reading_overflows() {
    // 32767·2¹⁵ + 32767·2¹⁵ + 65535 = 2³¹ − 1
    let largest = [[32767, 0], [32767, -32767]];
    let rows = |constant| {
        let constants = [constant; 2];
        FixedGmm::<2, 1>::from_parts([FixedComponent {
            offset: 0,
            constants,
            factors: largest,
            shifts: [0, 24],
        }])
    };
    for x in corners(ENDS) {
        for constant in [65535, -65535] {
            let score = rows(constant).unwrap().log_density(&x);
            assert!((-1024 << 16..=0).contains(&score), "{x:?}: {score}");
        }
    }
    assert_eq!(rows(65536), Err(FixedError::OutOfRange { component: 0 }));
    assert_eq!(rows(i32::MIN), Err(FixedError::OutOfRange { component: 0 }));

    // The most features there are, all of them clamped, from the lowest and the highest offset.
    for offset in [1 << 27, -(1 << 27)] {
        let one = FixedComponent { offset, factors: [[32767]; 32], ..FixedComponent::<32, 1>::DEAD };
        let many = FixedGmm::from_parts([one]).unwrap();
        assert_eq!(many.log_density(&[i16::MIN; 32]), offset - (1 << 30));
        assert_eq!(many.log_density(&[i16::MAX; 32]), offset - (1 << 30));
        assert_eq!(many.log_density(&[0; 32]), offset);
    }
    // Sizes at which squares begin to lose places.
    fn clamped<const D: usize>() {
        let one = FixedComponent { offset: 0, factors: [[-32767]; D], ..FixedComponent::<D, 1>::DEAD };
        let one = FixedGmm::from_parts([one]).unwrap();
        assert_eq!(one.log_density(&[i16::MIN; D]), (-512 * D as i32) << 16);
    }
    clamped::<3>();
    clamped::<4>();
    clamped::<15>();
    clamped::<16>();
    clamped::<31>();

    let parts = |offset, shift| {
        FixedGmm::<1, 1>::from_parts([FixedComponent { offset, shifts: [shift], ..FixedComponent::DEAD }])
    };
    assert!(parts(1 << 27, 24).is_ok());
    assert!(parts((1 << 27) + 1, 24).is_err() && parts(0, 25).is_err() && parts(i32::MIN, 0).is_err());
    // One that is dead, alone, or with a row that would take its score out of range.
    let dead = FixedComponent::<32, 1>::DEAD;
    let with_rows = FixedComponent { factors: [[32767]; 32], ..dead };
    let live = FixedComponent { offset: 0, ..dead };
    assert!(parts(dead.offset, 0).is_err());
    assert!(FixedGmm::<32, 2, 1>::from_parts([dead, live]).is_ok());
    let found = FixedGmm::<32, 2, 1>::from_parts([with_rows, live]);
    assert_eq!(found, Err(FixedError::OutOfRange { component: 0 }));
}

#[test]
fn a_dead_slot_never_wins_and_changes_nothing() {
    let (means, variances) = ([[1.0, 2.0], [-3.0, 0.5]], [[0.5, 1.0], [2.0, 0.1]]);
    let two: Gmm<f64, 2, 2, Diagonal> = Gmm::from_arrays([0.3, 0.7], means, variances).unwrap();
    let [scale, offset] = [[0.001; 2], [0.5; 2]];
    let without = FixedGmm::<2, 2, 1>::from_model(&two, &scale, &offset).unwrap();
    let four: Gmm<f64, 2, 4, Diagonal> = Gmm::from_arrays(
        [0.0, 0.3, 0.7, 0.0],
        [[9.0, 9.0], means[0], means[1], [0.0; 2]],
        [[1e9, 1e9], variances[0], variances[1], [1e-9, 1e-9]],
    )
    .unwrap();
    let with = FixedGmm::<2, 4, 1>::from_model(&four, &scale, &offset).unwrap();
    for x in corners([i16::MIN, -3000, 900, i16::MAX]) {
        assert_eq!(with.log_density(&x), without.log_density(&x));
        assert_eq!(with.predict(&x), without.predict(&x) + 1);
    }
    assert_eq!(with.error_bound(&four, &scale, &offset), without.error_bound(&two, &scale, &offset));
}

#[test]
fn a_model_that_does_not_fit_is_refused() {
    let one = |variance: f64, mean: f64| {
        let gmm: Gmm<f64, 1, 1> = Gmm::new([1.0], [[mean]], [[[variance]].into()]).unwrap();
        FixedGmm::<1, 1>::from_model(&gmm, &[1.0], &[0.0])
    };
    assert!(one(9.0, 0.3).is_ok());
    // σ of a thousandth of a reading, a mean far from all of them, a density above e^2048.
    assert_eq!(one(1e-6, 0.0), Err(FixedError::OutOfRange { component: 0 }));
    assert_eq!(one(1.0, 1e9), Err(FixedError::OutOfRange { component: 0 }));
    let peak: Gmm<f64, 20, 1, Diagonal> = Gmm::from_arrays([1.0], [[0.0; 20]], [[1e-100; 20]]).unwrap();
    let found = FixedGmm::<20, 1, 1>::from_model(&peak, &[1e-52; 20], &[0.0; 20]);
    assert_eq!(found, Err(FixedError::OutOfRange { component: 0 }));

    // Two features that are nearly one: what is left of the second has few bits.
    let pair = |rest: f64| {
        let covariance = [[[1e8, 1.3e8 * (1.0 - rest)], [1.3e8 * (1.0 - rest), 1.69e8]].into()];
        let gmm: Gmm<f64, 2, 1> = Gmm::new([1.0], [[0.0; 2]], covariance).unwrap();
        FixedGmm::<2, 1>::from_model(&gmm, &[1.0; 2], &[0.0; 2])
    };
    assert!(pair(1e-2).is_ok());
    let found = pair(1e-8);
    assert!(matches!(found, Err(FixedError::Inaccurate { bound }) if bound > tolerance::FIXED), "{found:?}");

    let gmm: Gmm<f64, 1, 1> = Gmm::new([1.0], [[0.0]], [[[1.0]].into()]).unwrap();
    for (scale, offset) in [(0.0, 0.0), (f64::NAN, 0.0), (1.0, f64::INFINITY)] {
        let found = FixedGmm::<1, 1>::from_model(&gmm, &[scale], &[offset]);
        assert!(matches!(found, Err(FixedError::Invalid(Error::InvalidParameter { .. }))), "{found:?}");
    }
    let blank: Gmm<f64, 1, 1> = Gmm::from_parts([0.0], [f64::NEG_INFINITY], [[0.0]], *gmm.factors());
    assert!(FixedGmm::<1, 1>::from_model(&blank, &[1.0], &[0.0]).is_err(), "all components dead");
}

/// The bound is that of the numbers at hand: with others it is larger, and still true.
#[test]
fn the_bound_sees_numbers_that_are_off() {
    let covariance = [[[4.0, 1.0], [1.0, 2.0]].into()];
    let gmm: Gmm<f64, 2, 2, Tied<Full>> =
        Gmm::new([0.4, 0.6], [[0.0, 1.0], [3.0, -2.0]], covariance).unwrap();
    let place = (&[0.002; 2], &[0.0; 2]);
    let fixed = FixedGmm::<2, 2>::from_model(&gmm, place.0, place.1).unwrap();
    assert_eq!(FixedGmm::from_parts(*fixed.components()).as_ref(), Ok(&fixed));
    let before = fixed.error_bound(&gmm, place.0, place.1).unwrap().worst();
    assert!(before < 0.01);
    let mut others = [*fixed.components(); 4];
    others[0][1].offset += from_nats(0.05);
    others[1][0].constants[1] += 3 << (others[1][0].shifts[1] - 1);
    others[2][1].factors[0][0] += 20;
    others[3][0].factors[1][0] -= 20;
    for components in others {
        let other = FixedGmm::from_parts(components).unwrap();
        assert!(other.error_bound(&gmm, place.0, place.1).unwrap().worst() > 1.2 * before);
        let grid = (-90..90).flat_map(|i| (-90..90).map(move |j| [i * 99, j * 99]));
        let share = share_of_bound(&other, &gmm, place, grid.chain(corners(ENDS)));
        assert!(share > 0.2 && share <= 1.0, "{share}");
    }
}

#[test]
fn nats_go_there_and_back() {
    const THRESHOLD: i32 = from_nats(-12.5);
    assert_eq!((THRESHOLD, to_nats(THRESHOLD)), (-12 * 65536 - 32768, -12.5));
    assert_eq!([from_nats(1e9), from_nats(-1e9), from_nats(f64::NAN)], [i32::MAX, i32::MIN, 0]);
}
