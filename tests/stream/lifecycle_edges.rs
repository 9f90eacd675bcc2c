//! What the operations refuse, what they do to odd models, and streams made to break them.

use gaussmix::lifecycle::{self, Birth, LifeCycle, Merging, Pruning, Splitting, Verdict};
use gaussmix::novelty::DistanceTest;
use gaussmix::reduce;
use gaussmix::stream::{EffectiveSize, StepSize};
use gaussmix::{Em, Error, Full, Gmm, OnlineEm, Real, SufficientStats, Tied};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::dense::{Structure, model};
use crate::support::noise::Noise;
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::{HOSTILE_MASS, REARRANGED, RECOVERED};

const BALL: [[f64; 2]; 2] = [[1.0, 0.0], [0.0, 1.0]];

/// Two live components of three.
fn pair<T: Real, C: Structure>() -> (SufficientStats<T, 2, 3, C>, Gmm<T, 2, 3, C>) {
    let gmm = model([0.75, 0.25, 0.0], [[0.0, 0.0], [6.0, 0.0], [0.0, 0.0]], [BALL; 3]);
    (SufficientStats::from_model(&gmm, T::ONE).unwrap(), gmm)
}

type Operation<'a, C> =
    &'a dyn Fn(&mut SufficientStats<f64, 2, 3, C>, &mut Gmm<f64, 2, 3, C>) -> Result<(), Error>;

/// A refusal leaves no trace.
fn refused<C: Structure>(error: Error, operation: Operation<'_, C>) {
    let (mut stats, mut gmm) = pair::<f64, C>();
    assert_eq!(operation(&mut stats, &mut gmm), Err(error));
    assert_eq!((stats, gmm), pair::<f64, C>());
}

fn refusals_leave_no_trace<C: Structure>() {
    let bad = |name, expected| Error::InvalidParameter { name, expected };
    let (slot, inside) = ("a component, less than K", "within (0, 1)");
    let x = [9.0, 9.0];
    refused::<C>(bad("k", slot), &|s, g| lifecycle::seed(s, g, 3, &x, 0.1));
    for share in [0.0, 1.0, f64::NAN, -0.5] {
        refused::<C>(bad("share", inside), &|s, g| lifecycle::seed(s, g, 2, &x, share));
    }
    refused::<C>(Error::NonFiniteSample { sample: 0, feature: 1 }, &|s, g| {
        lifecycle::seed(s, g, 2, &[0.0, f64::NAN], 0.1)
    });
    refused::<C>(Error::OutOfRange { sample: 0 }, &|s, g| lifecycle::seed(s, g, 2, &[1e200, 0.0], 0.1));
    refused::<C>(bad("k", slot), &|s, g| lifecycle::remove(s, g, 3));
    refused::<C>(bad("k", slot), &|s, g| lifecycle::split(s, g, 3, 2, 0.5));
    refused::<C>(bad("into", slot), &|s, g| lifecycle::split(s, g, 0, 3, 0.5));
    refused::<C>(bad("into", "another component than `k`"), &|s, g| lifecycle::split(s, g, 0, 0, 0.5));
    refused::<C>(bad("k", "a live component"), &|s, g| lifecycle::split(s, g, 2, 0, 0.5));
    for separation in [0.0, 1.0, f64::NAN] {
        refused::<C>(bad("separation", inside), &|s, g| lifecycle::split(s, g, 0, 2, separation));
    }
    refused::<C>(bad("into", "a live component"), &|s, g| reduce::merge(s, g, 2, 0));
    refused::<C>(bad("from", "another live component"), &|s, g| reduce::merge(s, g, 0, 2));
    refused::<C>(bad("from", slot), &|s, g| reduce::merge(s, g, 0, 3));
    refused::<C>(bad("from", "another live component"), &|s, g| reduce::merge(s, g, 1, 1));

    // The one setting whose range depends on K.
    refused::<C>(bad("share", "less than 1/K"), &|s, g| {
        Pruning::default().with_share(0.4).unwrap().apply(s, g).map(|_| ())
    });
    for (x, error) in [
        ([f64::NAN, 0.0], Error::NonFiniteSample { sample: 0, feature: 0 }),
        ([1e200, 0.0], Error::OutOfRange { sample: 0 }),
    ] {
        let (mut stats, mut gmm) = pair::<f64, C>();
        let mut birth = Birth::default();
        assert_eq!(birth.consider(&mut stats, &mut gmm, [9.0, 9.0]), Ok(Verdict::Withhold));
        let before = birth.clone();
        assert_eq!(birth.consider(&mut stats, &mut gmm, x), Err(error));
        assert_eq!(birth, before);
    }
    // The last one lives on.
    let mut gmm: Gmm<f64, 2, 3, C> = model([0.0, 1.0, 0.0], [[0.0, 0.0]; 3], [BALL; 3]);
    let mut stats = SufficientStats::from_model(&gmm, 1.0).unwrap();
    let before = (stats.clone(), gmm.clone());
    assert_eq!(lifecycle::remove(&mut stats, &mut gmm, 1), Err(bad("k", "not the only live component")));
    assert_eq!(
        lifecycle::seed(&mut stats, &mut gmm, 1, &x, 0.1),
        Err(bad("k", "not the only live component"))
    );
    assert_eq!(Pruning::default().apply(&mut stats, &mut gmm), Ok(0));
    assert_eq!(Merging::default().apply(&mut stats, &mut gmm), Ok(None));
    assert_eq!((stats, gmm), before);
    // Statistics of nothing say nothing.
    let (mut stats, mut gmm) = (SufficientStats::new(), pair::<f64, C>().1);
    assert_eq!(lifecycle::seed(&mut stats, &mut gmm, 2, &x, 0.1), Err(Error::EmptyData));
    assert_eq!(Pruning::default().apply(&mut stats, &mut gmm), Err(Error::EmptyData));
    assert_eq!(Birth::default().consider(&mut stats, &mut gmm, x), Ok(Verdict::Observe));
    assert_eq!((stats, gmm), (SufficientStats::new(), pair::<f64, C>().1));
}

#[test]
fn policies_refuse_settings_out_of_their_range() {
    fn is<P: core::fmt::Debug + PartialEq>(
        made: Result<P, Error>,
        name: &'static str,
        expected: &'static str,
    ) {
        assert_eq!(made, Err(Error::InvalidParameter { name, expected }));
    }
    for share in [-0.1, 1.0, f64::NAN] {
        is(Pruning::default().with_share(share), "share", "within [0, 1)");
    }
    for share in [0.0, 1.0, f64::NAN] {
        is(Birth::<f64, 2>::default().with_share(share), "share", "within (0, 1)");
        is(Splitting::default().with_separation(share), "separation", "within (0, 1)");
    }
    for below in [-0.1, f64::NAN] {
        is(Merging::default().with_loss(below), "loss", "0 or more");
        is(Splitting::default().with_above(below), "above", "0 or more");
        is(Splitting::default().with_starved(below), "starved", "within [0, 1]");
        is(Birth::<f64, 2>::default().with_displaced(below), "displaced", "within [0, 1]");
        is(DistanceTest::<f64, 2>::new(below), "false_alarm", "within [0, 1]");
        is(DistanceTest::<f64, 2>::beyond(below), "threshold", "0 or more");
    }
    is(Birth::<f64, 2>::default().with_displaced(1.1), "displaced", "within [0, 1]");
    is(Splitting::default().with_starved(1.1), "starved", "within [0, 1]");
    is(DistanceTest::<f64, 2>::new(1.1), "false_alarm", "within [0, 1]");
    is(Birth::<f64, 2>::default().with_support(0, 9), "outliers", "1 or more");
    is(Birth::<f64, 2>::default().with_support(3, 2), "within", "as many as the outliers, or more");
}

/// Evidence gathers from neighbours in space and time, and from nothing else.
fn births_need_support<C: Structure>() {
    let (mut stats, mut gmm) = pair::<f64, C>();
    let mut birth = Birth::default().with_support(3, 10).unwrap().with_share(0.125).unwrap();
    let mut consider = |x: [f64; 2]| birth.consider(&mut stats, &mut gmm, x).unwrap();
    assert_eq!(consider([1.0, 1.0]), Verdict::Observe);
    assert_eq!(consider([0.0, 20.0]), Verdict::Withhold);
    assert_eq!(consider([0.0, -20.0]), Verdict::Withhold, "alone");
    assert_eq!(consider([1.5, 20.0]), Verdict::Withhold);
    (0..9).for_each(|_| assert_eq!(consider([0.5, 0.5]), Verdict::Observe));
    assert_eq!(consider([0.0, 20.0]), Verdict::Withhold, "too late: a candidate again");
    assert_eq!(consider([3.0, 20.0]), Verdict::Withhold);
    assert_eq!(consider([0.0, 23.0]), Verdict::Born(2));
    assert_eq!(consider([0.5, 21.0]), Verdict::Observe);
    // No slot is free, and nothing is light enough: a stray is held back all the same, a cluster has to be learnt.
    assert_eq!(consider([-30.0, -30.0]), Verdict::Withhold);
    assert_eq!(consider([-30.0, -29.0]), Verdict::Withhold);
    assert_eq!(consider([-29.0, -30.0]), Verdict::Observe);
    let mean = gmm.means()[2];
    assert!((mean[0] - 1.0).abs() < REARRANGED && (mean[1] - 21.0).abs() < REARRANGED, "their mean");
    assert_eq!(gmm.weights()[2], 0.125);
    // Unless it may be displaced: the lightest.
    let mut bold = Birth::default().with_support(1, 1).unwrap().with_displaced(0.2).unwrap();
    assert_eq!(bold.consider(&mut stats, &mut gmm, ([-30.0, -30.0], 0.0)), Ok(Verdict::Observe), "weight 0");
    assert_eq!(bold.consider(&mut stats, &mut gmm, [-30.0, -30.0]), Ok(Verdict::Born(2)));
    gmm.validate().unwrap();
}

/// Outliers that come in numbers and far apart found nothing, and the components have to learn them.
fn common_outliers_are_learnt<C: Structure>() {
    let (_, gmm) = pair::<f64, C>();
    let mut online = OnlineEm::new(gmm, StepSize::constant(0.01).unwrap()).unwrap();
    let mut life = LifeCycle::default().with_birth(Birth::default().with_support(3, 10).unwrap());
    let mut noise = Noise::new(43);
    let data: Vec<[f64; 2]> = (0..3000).map(|_| [300.0 * noise.normal(), 300.0 * noise.normal()]).collect();
    let held = data.iter().filter(|x| life.observe(&mut online, x).unwrap().withheld).count();
    assert!(held > 0 && held <= data.len() / 2, "{held}");
    let mut one: Gmm<f64, 2, 1, C::Shape> = Gmm::unfitted(); // of one component
    gaussmix::init::farthest_first(&mut one, &data).unwrap();
    Em::default().fit(&mut one, &data).unwrap();
    let (found, due) = (online.model().mean_log_likelihood(&data), one.mean_log_likelihood(&data));
    assert!(found.unwrap() > due.unwrap() - RECOVERED);
}

/// A dead component is not scored: where its distance would overflow or be no number, nothing happens.
fn dead_slots_are_skipped<C: Structure>() {
    let (_, gmm) = pair::<f64, C>();
    let means = [gmm.means()[0], gmm.means()[1], [f64::NAN, f64::INFINITY]];
    let odd = Gmm::<f64, 2, 3, C>::from_parts(*gmm.weights(), *gmm.offsets(), means, *gmm.factors());
    for x in [[0.5, 0.5], [40.0, -3.0]] {
        assert_eq!(odd.posterior(x), gmm.posterior(x));
        assert_eq!(odd.predict(x), gmm.predict(x));
        assert_eq!(
            DistanceTest::new(0.01).unwrap().is_novel(&odd, x),
            DistanceTest::new(0.01).unwrap().is_novel(&gmm, x)
        );
    }
    assert!(odd.live().eq([0, 1]));
    assert_eq!(odd.collapse(), gmm.collapse());
}

/// The heaviest gives half to a free slot, and to one that starves; splits stop when all are taken.
fn starved_slots_are_reseeded<C: Structure>() {
    let (mut stats, mut gmm) = pair::<f64, C>();
    let splitting = Splitting::default();
    assert_eq!(splitting.apply(&mut stats, &mut gmm), Ok(Some([0, 2])));
    assert_eq!(gmm.weights(), &[0.375, 0.25, 0.375]);
    assert_eq!(splitting.with_above(0.0).unwrap().apply(&mut stats, &mut gmm), Ok(None));
    gmm.validate().unwrap();
    let mut gmm: Gmm<f64, 2, 3, C> =
        model([0.6, 0.399_95, 5e-5], [[0.0; 2], [6.0, 0.0], [3.0, 9.0]], [BALL; 3]);
    let mut stats = SufficientStats::from_model(&gmm, 3.0).unwrap();
    assert_eq!(splitting.with_starved(1e-5).unwrap().apply(&mut stats, &mut gmm), Ok(None));
    assert_eq!(splitting.with_above(0.7).unwrap().apply(&mut stats, &mut gmm), Ok(None));
    assert_eq!(splitting.apply(&mut stats, &mut gmm), Ok(Some([0, 2])));
    assert!((stats.total_weight() - 3.0).abs() < REARRANGED);
    assert_eq!(gmm.weights()[0], gmm.weights()[2]);
    gmm.validate().unwrap();
}

for_typical_structures!(
    refusals_leave_no_trace,
    births_need_support,
    common_outliers_are_learnt,
    dead_slots_are_skipped,
    starved_slots_are_reseeded,
    hostile_streams_leave_a_valid_model,
);

/// Along the long axis of an ellipse, whatever the units of its features.
#[test]
fn what_is_frozen_is_not_born_nor_merged() {
    let gmm: Gmm<f64, 1, 2> = Gmm::new([1.0, 0.0], [[0.0]; 2], [[[1.0]].into(); 2]).unwrap();
    let frozen = gaussmix::fit::Frozen::NONE.with_means([true, false]);
    let mut online =
        gaussmix::OnlineEm::new(gmm, gaussmix::stream::StepSize::default()).unwrap().with_frozen(frozen);
    let mut life = LifeCycle::default().with_birth(Birth::default());
    let before = online.clone();
    let refusal =
        Err(gaussmix::Error::InvalidParameter { name: "online", expected: "a run that freezes nothing" });
    assert_eq!(life.observe(&mut online, [9.0]).map(|_| ()), refusal);
    assert_eq!(life.apply(&mut online).map(|_| ()), refusal);
    assert_eq!(online, before);
}

/// A stepwise run weighs samples by its steps.
#[test]
fn effective_size_of_stepwise_runs() {
    let mut size = EffectiveSize::new();
    for _ in 0..10_000 {
        size.discount(1.0 - 0.01).unwrap();
        size.observe(0.01).unwrap();
    }
    assert!((size.value() - 199.0f64).abs() < 199.0 * REARRANGED);
    assert_eq!(Pruning::for_samples::<2, Full>(199.0), Pruning::default().with_share(5.0 / 398.0));
}

/// Everything at once, as eager as it can be set.
fn eager<T: Real>() -> LifeCycle<T, 2> {
    LifeCycle::default()
        .with_birth(
            Birth::default()
                .with_support(1, 1)
                .unwrap()
                .with_displaced(T::ONE)
                .unwrap()
                .with_share(T::HALF)
                .unwrap(),
        )
        .with_pruning(Pruning::default().with_share(T::narrow(0.05)).unwrap())
        .with_merging(Merging::default().with_loss(T::narrow(0.1)).unwrap())
        .with_splitting(
            Splitting::default()
                .with_above(T::narrow(0.1))
                .unwrap()
                .with_separation(T::narrow(0.999))
                .unwrap(),
        )
        .with_interval(1)
}

fn survives<T: Real, C: Structure>(samples: &[[f64; 2]]) {
    let (_, gmm) = pair::<T, C>();
    for life in [eager(), LifeCycle::default().with_birth(Birth::default()).with_pruning(Pruning::default())]
    {
        let mut life = life.clone();
        let mut online = OnlineEm::new(gmm.clone(), StepSize::constant(T::narrow(0.05)).unwrap()).unwrap();
        for x in samples {
            let x = x.map(T::narrow);
            let before = (life.clone(), online.clone());
            match life.observe(&mut online, x) {
                Ok(seen) => assert!(seen.posterior.log_density.is_finite()),
                Err(Error::NonFiniteSample { .. } | Error::OutOfRange { .. }) => {
                    assert_eq!((&life, &online), (&before.0, &before.1));
                }
                // A covariance that left the range of the scalar: the operation did not take place.
                Err(Error::NotPositiveDefinite { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
            online.model().validate().unwrap();
            let mass = online.statistics().total_weight().widen();
            assert!((mass - 1.0).abs() < HOSTILE_MASS, "{mass}");
            assert!(online.statistics().masses().iter().all(|w| *w >= T::ZERO));
        }
    }
}

fn hostile_streams_leave_a_valid_model<C: Structure>() {
    leave_a_valid_model(&survives::<f64, C>);
}

#[test]
fn hostile_streams_in_single_precision_leave_a_valid_model() {
    leave_a_valid_model(&survives::<f32, Full>);
    leave_a_valid_model(&survives::<f32, Tied<Full>>);
}

fn leave_a_valid_model(survives: &dyn Fn(&[[f64; 2]])) {
    let number = prop_oneof![
        -3.0..3.0f64,
        -3.0..3.0f64,
        Just(0.0),
        Just(1e15),
        Just(-1e15),
        Just(1e30),
        Just(-1e30),
        Just(1e-42),
        Just(f64::NAN),
        Just(f64::INFINITY),
        -1e6..1e6f64,
    ];
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let samples = vec([number.clone(), number], 0..60);
    runner
        .run(&samples, |samples| {
            survives(&samples);
            Ok(())
        })
        .unwrap();
}
