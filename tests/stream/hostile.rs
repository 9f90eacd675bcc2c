//! Streams that no sensor should deliver: typed errors or a sound model, never a NaN.

use gaussmix::stream::{Average, StepSize};
use gaussmix::{Covariance, Error, Full, Gmm, OnlineEm, Real};
use proptest::prelude::*;

use crate::support::structures::call_for_typical_structures;

/// A stretch of a stream.
#[derive(Clone, Debug)]
enum Stretch {
    /// Two points in turn.
    Alternating([f64; 2], [f64; 2], usize),
    /// About a centre.
    Cloud([f64; 2], f64, Vec<(f64, f64)>),
    /// With weights from 0 to the largest.
    Weighted([f64; 2], Vec<f64>),
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -3.0..3.0,
        2 => prop::sample::select(vec![0.0, -0.0, 1e15, -1e15, 1e30, -1e30, 1e150, -1e150, f64::MAX]),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
        1 => prop::sample::select(vec![1e-40, -1e-44, 5e-324, -1e-310, 1e-160, 1e-20]),
        1 => prop::sample::select(vec![1e4, 1e7, 1e14, 2.8e14, -2e14]),
    ]
}

fn stretch() -> impl Strategy<Value = Stretch> {
    let point = || [value(), value()];
    prop_oneof![
        (point(), 1..400usize).prop_map(|(x, n)| Stretch::Alternating(x, x, n)),
        (point(), point(), 1..200usize).prop_map(|(a, b, n)| Stretch::Alternating(a, b, n)),
        (point(), value(), prop::collection::vec((-1.0..1.0, -1.0..1.0), 1..100))
            .prop_map(|(centre, scale, at)| Stretch::Cloud(centre, scale, at)),
        (point(), prop::collection::vec(value(), 1..30)).prop_map(|(x, w)| Stretch::Weighted(x, w)),
    ]
}

/// Samples and weights.
fn samples(stream: &[Stretch]) -> Vec<([f64; 2], f64)> {
    let samples = |stretch: &Stretch| -> Vec<_> {
        match stretch {
            Stretch::Alternating(a, b, n) => (0..*n).flat_map(|_| [(*a, 1.0), (*b, 1.0)]).collect(),
            Stretch::Cloud(c, s, at) => at.iter().map(|(x, y)| ([c[0] + s * x, c[1] + s * y], 1.0)).collect(),
            Stretch::Weighted(x, weights) => weights.iter().map(|w| (*x, *w)).collect(),
        }
    };
    stream.iter().flat_map(samples).collect()
}

#[derive(Clone, Copy, Debug)]
struct Settings {
    step: f64,
    decaying: bool,
    inertia: u32,
    interval: u32,
    batch: usize,
}

fn settings() -> impl Strategy<Value = Settings> {
    let step = prop::sample::select(vec![1e-9, 1e-4, 0.005, 0.2, 0.999]);
    (step, any::<bool>(), prop::sample::select(vec![0, 1, 10]), 1..4u32, prop::sample::select(vec![1, 1, 7]))
        .prop_map(|(step, decaying, inertia, interval, batch)| Settings {
            step,
            decaying,
            inertia,
            interval,
            batch,
        })
}

/// Two features, or more that are the two with small changes.
fn spread<T: Real, const D: usize>(x: &[f64; 2], i: usize) -> [T; D] {
    core::array::from_fn(|j| {
        let change = if j < 2 { 0.0 } else { 0.2 * ((i + 1) as f64 * (j as f64).sqrt()).sin() };
        T::narrow(x[j % 2] * (1.0 + change) + change)
    })
}

fn survives<T: Real, const D: usize, C: Covariance>(stream: &[([f64; 2], f64)], settings: Settings) {
    let gmm: Gmm<T, D, 3, C> = {
        // Any structure, from the statistics of three clusters.
        let mut stats = gaussmix::SufficientStats::new();
        for (i, x) in [[0.0, 1.0], [1.0, -1.0], [-1.0, 0.5]].iter().cycle().take(30).enumerate() {
            let mut r = [T::narrow(0.2); 3];
            r[i / 10] = T::ONE;
            stats.assign(spread::<T, D>(x, i), &r).unwrap();
        }
        let mut gmm = Gmm::unfitted();
        gaussmix::MStep::default().maximize(&stats, &mut gmm).unwrap();
        gmm
    };
    let step = if settings.decaying {
        StepSize::decaying(T::narrow(0.6), T::ZERO).unwrap()
    } else {
        StepSize::constant(T::narrow(settings.step)).unwrap()
    };
    let mut online =
        OnlineEm::new(gmm, step).unwrap().with_interval(settings.interval).with_inertia(settings.inertia);
    let mut average = Average::new();
    let sound = |online: &OnlineEm<T, D, 3, C>| {
        online.model().validate().unwrap();
        let stats = online.statistics();
        assert!(
            (stats.total_weight() - T::ONE).abs() <= T::WEIGHT_TOLERANCE,
            "mass {}",
            stats.total_weight()
        );
        assert!(stats.means().as_flattened().iter().all(|m| m.is_finite()));
        assert!(stats.log_likelihood().is_finite());
    };
    for (i, chunk) in stream.chunks(settings.batch).enumerate() {
        let narrow = chunk.iter().map(|(x, w)| (spread::<T, D>(x, i), T::narrow(*w)));
        let before = online.clone();
        let outcome = if settings.batch > 1 {
            online.observe_batch(narrow).map(|()| None)
        } else {
            narrow.map(|x| online.observe(x).map(Some)).next().unwrap()
        };
        match outcome {
            Ok(Some(posterior)) => {
                assert!(posterior.log_density.is_finite());
                let sum = posterior.responsibilities.iter().fold(T::ZERO, |sum, r| sum + *r);
                assert!((sum - T::ONE).abs() <= T::narrow(4.0) * T::EPSILON);
            }
            Ok(None) => {}
            Err(
                Error::NonFiniteSample { .. } | Error::OutOfRange { .. } | Error::InvalidSampleWeight { .. },
            ) => assert_eq!(online, before),
            Err(other) => panic!("{other}"),
        }
        average.observe(online.statistics());
        if i % 16 == 0 {
            sound(&online);
        }
    }
    sound(&online);
    assert!(average.statistics().means().as_flattened().iter().all(|m| m.is_finite()));
}

/// In `f32` for the structures, in `f64` for one: what a structure does in `f64`, it does in `f32` at closer limits.
fn all_survive(stream: &[([f64; 2], f64)], settings: Settings) {
    call_for_typical_structures!(survives, [f32, 3](stream, settings));
    survives::<f32, 6, Full>(stream, settings);
    survives::<f64, 3, Full>(stream, settings);
    survives::<f64, 6, Full>(stream, settings);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_stream_leaves_a_sound_model(
        stream in prop::collection::vec(stretch(), 1..8),
        settings in settings(),
    ) {
        all_survive(&samples(&stream), settings);
    }
}

/// By name, each long enough for variances to fall to their floors, and then something else.
#[test]
fn named_streams_leave_a_sound_model() {
    let constant = |x: f64, n| Stretch::Alternating([x; 2], [x; 2], n);
    let alternating = |x: f64| Stretch::Alternating([x, -x], [-x, x], 500);
    let streams = [
        vec![constant(0.0, 5000), constant(1.0, 10), constant(1e14, 100)],
        vec![constant(7.5, 5000), constant(-7.5, 5000)],
        vec![alternating(1e15), constant(0.0, 1000), alternating(1e30)],
        vec![alternating(1e-40), constant(5e-324, 1000), alternating(1.0)],
        vec![constant(f64::NAN, 100), alternating(1.0), constant(f64::NAN, 100), alternating(2.0)],
        vec![Stretch::Alternating([1.0, 1e14], [1.0, -1e14], 2000), constant(1.0, 2000)],
    ];
    for stream in streams {
        for step in [0.005, 0.2, 0.999] {
            for inertia in [0, 10] {
                let settings = Settings { step, decaying: false, inertia, interval: 1, batch: 1 };
                all_survive(&samples(&stream), settings);
            }
        }
    }
}
