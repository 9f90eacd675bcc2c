//! Settings in a `static` are those that a program makes when it runs, and are refused alike.

use gaussmix::fit::Frozen;
use gaussmix::lifecycle::{LifeCycle, Merging, Pruning, Splitting};
use gaussmix::novelty::{DistanceTest, Novelty};
use gaussmix::stream::StepSize;
use gaussmix::{Error, Full, MStep, OnlineEm, Real};

static RUN: OnlineEm<f32, 2, 3> = {
    let run = OnlineEm::unfitted().with_m_step(MStep::exact()).with_interval(10).with_warm_up(5);
    let mut run = run.with_frozen(Frozen::NONE.with_weights([true, false, false])).with_inertia(2);
    run.set_step(StepSize::ZERO);
    run.set_m_step(MStep::DEFAULT);
    run.set_interval(20);
    run
};

static LIFE: LifeCycle<f64, 4> = LifeCycle::NONE
    .with_pruning(Pruning::DEFAULT)
    .with_merging(Merging::DEFAULT)
    .with_splitting(Splitting::DEFAULT)
    .with_interval(50);

/// What M-steps weigh beside the likelihood is part of the type.
static BESIDE: OnlineEm<f64, 2, 3, Full, ((), ())> =
    OnlineEm::unfitted().with_m_step(MStep::exact().with_regularizer(((), ())));

#[test]
fn a_run_in_a_static_is_the_one_made_when_it_runs() {
    let run = OnlineEm::unfitted().with_interval(20).with_warm_up(5).with_inertia(2);
    let mut run = run.with_frozen(Frozen::NONE.with_weights([true, false, false]));
    assert_eq!(run, RUN);
    assert_ne!(run, OnlineEm::unfitted());
    run.set_m_step(MStep::exact());
    assert_ne!(run, RUN);
    assert_eq!(OnlineEm::unfitted().with_m_step(MStep::exact().with_regularizer(((), ()))), BESIDE);
}

#[test]
fn policies_in_a_static_are_those_made_when_it_runs() -> Result<(), Error> {
    let splitting = Splitting::default().with_above(0.5)?.with_separation(0.5)?.with_starved(1e-4)?;
    let life = LifeCycle::default()
        .with_pruning(Pruning::default().with_share(1e-3)?)
        .with_merging(Merging::default().with_loss(1e-3)?)
        .with_splitting(splitting)
        .with_interval(50);
    assert_eq!(life, LIFE);
    assert_ne!(life, LifeCycle::NONE);
    // In f32 they are rounded as any other number.
    assert_eq!(Pruning::<f32>::DEFAULT, Pruning::default().with_share(0.001)?);
    assert_eq!(Merging::<f32>::DEFAULT, Merging::default().with_loss(0.001)?);
    assert_eq!(Splitting::<f32>::DEFAULT, Splitting::default().with_starved(0.0001)?);
    Ok(())
}

/// The names of what refuses this number.
fn refused<T: Real>(x: T) -> Vec<&'static str> {
    let exact = MStep::<T>::exact();
    let novelty = |rate| Novelty::<T>::new(rate).map(|_| ());
    let all = [
        exact.with_relative_floor(x).map(|_| ()),
        exact.with_absolute_floor(x).map(|_| ()),
        exact.with_ridge(x).map(|_| ()),
        exact.with_least_share(x).map(|_| ()),
        exact.with_inner_tolerance(x).map(|_| ()),
        exact.with_eigenvalue_ratio(x).map(|_| ()),
        StepSize::constant(x).map(|_| ()),
        StepSize::decaying(x, T::ONE).map(|_| ()),
        StepSize::decaying(T::ONE, x).map(|_| ()),
        novelty(x),
        Novelty::new(T::HALF).and_then(|novelty| novelty.with_step(x)).map(|_| ()),
        DistanceTest::<T, 2>::beyond(x).map(|_| ()),
        Pruning::DEFAULT.with_share(x).map(|_| ()),
        Merging::DEFAULT.with_loss(x).map(|_| ()),
        Splitting::DEFAULT.with_above(x).map(|_| ()),
        Splitting::DEFAULT.with_separation(x).map(|_| ()),
        Splitting::DEFAULT.with_starved(x).map(|_| ()),
    ];
    let names = all.into_iter().filter_map(Result::err).map(|error| match error {
        Error::InvalidParameter { name, .. } => name,
        other => panic!("{other}"),
    });
    names.collect()
}

#[test]
fn a_setting_is_refused_at_the_edge_of_its_range() {
    fn edges<T: Real>() {
        let all = [
            "relative_floor",
            "absolute_floor",
            "ridge",
            "least_share",
            "inner_tolerance",
            "ratio",
            "step",
            "alpha",
            "t0",
            "rate",
            "step",
            "threshold",
            "share",
            "loss",
            "above",
            "separation",
            "starved",
        ];
        let without = |accepted: &[usize]| -> Vec<&str> {
            let left = all.into_iter().enumerate().filter(|(place, _)| !accepted.contains(place));
            left.map(|(_, name)| name).collect()
        };
        assert_eq!(refused(T::ZERO / T::ZERO), all);
        assert_eq!(refused(-(T::EPSILON * T::EPSILON)), all);
        assert_eq!(refused(T::ZERO), ["ratio", "alpha", "rate", "step", "separation"]);
        assert_eq!(refused(T::HALF), ["ratio", "alpha"]);
        assert_eq!(refused(T::ONE), ["step", "rate", "share", "separation"]);
        assert_eq!(refused(T::ONE + T::EPSILON), ["step", "alpha", "rate", "share", "separation", "starved"]);
        // A ratio, distances, losses and weights may be infinite.
        assert_eq!(refused(T::INFINITY), without(&[5, 11, 13, 14]));
    }
    edges::<f32>();
    edges::<f64>();
}
