//! Rules of a stepwise run, above all with six features and more, where an M-step may update the factors that it finds:
//! it must do so only where that is the M-step.

use gaussmix::covariance::Variance;
use gaussmix::fit::{Frozen, Outcome};
use gaussmix::nalgebra::SMatrix;
use gaussmix::persist::Persist;
use gaussmix::stream::{Average, StepSize};
use gaussmix::{
    Covariance, Diagonal, Error, Full, Gmm, MStep, OnlineEm, Real, Spherical, SufficientStats, Tied,
};

use crate::support::noise::Noise;
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::{AVERAGE_FORGETS, STEPS_F64, UPDATED_F64};

pub(super) type Run = OnlineEm<f64, 6, 3>;

/// Three clusters that overlap, in six dimensions, the third `apart` from the second.
pub(super) fn samples(n: usize, apart: f64, seed: u64) -> Vec<[f64; 6]> {
    let mut noise = Noise::new(seed);
    let mut draw = |i: usize| {
        let centre = [0.0, 3.0, 3.0 + apart][i % 3];
        let mut last = 0.0;
        core::array::from_fn(|_| {
            last = 0.5 * last + noise.normal();
            centre + last
        })
    };
    (0..n).map(&mut draw).collect()
}

/// A run that is under way, its factors fresh.
pub(super) fn under_way(weights: [f64; 3], apart: f64) -> Run {
    let means = [[0.0; 6], [3.0; 6], [3.0 + apart; 6]];
    let gmm = Gmm::new(weights, means, [SMatrix::identity() * 1.3; 3]).unwrap();
    let mut run = OnlineEm::new(gmm, StepSize::constant(0.01).unwrap()).unwrap();
    for x in samples(100, apart, 1) {
        run.observe(x).unwrap();
        assert!(run.last_update().unwrap().is_healthy());
    }
    run
}

/// Observes `x`. The model is then that of a whole M-step from the same statistics.
#[track_caller]
pub(super) fn assert_whole_m_step<const K: usize>(run: &mut OnlineEm<f64, 6, K>, x: [f64; 6]) {
    let mut whole = run.clone().with_interval(0);
    whole.observe(x).unwrap();
    run.observe(x).unwrap();
    let _ = whole.maximize();
    assert_eq!(run.statistics(), whole.statistics());
    assert_near(run.model(), whole.model());
}

/// Weights and means alike bit for bit, covariances but for the rounding of updates.
#[track_caller]
fn assert_near<const K: usize>(found: &Gmm<f64, 6, K>, due: &Gmm<f64, 6, K>) {
    assert_eq!((found.weights(), found.means()), (due.weights(), due.means()));
    for (k, (found, due)) in found.covariances().iter().zip(due.covariances()).enumerate() {
        for j in 0..6 {
            for i in 0..6 {
                let scale = (due[(i, i)] * due[(j, j)]).sqrt();
                let off = (found[(i, j)] - due[(i, j)]).abs() / scale;
                assert!(off <= UPDATED_F64, "covariance {k}, ({i}, {j}) is off by {off:.1e}");
            }
        }
    }
}

#[test]
fn an_interval_only_delays_the_m_step_of_six_features() {
    for interval in [2, 3, 10] {
        let mut every = under_way([0.4, 0.3, 0.3], 3.0).with_interval(interval);
        let mut by_hand = every.clone().with_interval(0);
        for (i, x) in samples(10 * interval as usize, 3.0, 2).into_iter().enumerate() {
            every.observe(x).unwrap();
            by_hand.observe(x).unwrap();
            if i as u32 % interval == interval - 1 {
                by_hand.maximize().unwrap();
            }
            assert_near(every.model(), by_hand.model());
        }
    }
}

/// Also in the midst of a run, whose factors then do not belong to its statistics.
#[test]
fn a_setting_that_is_changed_in_place_is_that_of_the_builder() {
    let m_step = MStep::default().with_absolute_floor(0.7).unwrap().with_ridge(0.1).unwrap();
    let data = samples(60, 3.0, 4);
    let mut set = under_way([0.4, 0.3, 0.3], 3.0);
    data[..30].iter().for_each(|x| _ = set.observe(x).unwrap());
    let mut built = set.clone().with_m_step(m_step).with_interval(3);
    set.set_m_step(m_step);
    set.set_interval(3);
    for x in &data[30..] {
        assert_eq!(set.observe(x), built.observe(x));
    }
    assert_eq!(set, built);
    assert!(set.model().covariances().iter().all(|c| (0..6).all(|j| c[(j, j)] >= 0.7)));
}

/// An M-step by hand, at any time, begins the interval anew.
#[test]
fn an_m_step_by_hand_counts_as_one() {
    let mut run = under_way([0.4, 0.3, 0.3], 3.0).with_interval(10);
    let mut moved = Vec::new();
    for (i, x) in samples(30, 3.0, 3).into_iter().enumerate() {
        let before = run.model().clone();
        run.observe(x).unwrap();
        if *run.model() != before {
            moved.push(i + 1);
        }
        if i + 1 == 4 {
            run.maximize().unwrap();
        }
    }
    assert_eq!(moved, [14, 24]);
}

/// Other settings hold from the next M-step on, not when the factors are next made anew.
#[test]
fn settings_changed_in_a_run_hold_at_once() {
    let settings: [fn(Run) -> Run; 8] = [
        |run| run.with_m_step(MStep::default().with_ridge(0.5).unwrap()),
        |run| run.with_frozen(Frozen::NONE.with_covariances([true, false, false])),
        |run| run.with_frozen(Frozen::NONE.with_means([false, true, false])),
        |run| run.with_frozen(Frozen::NONE.with_weights([false, false, true])),
        |run| run.with_m_step(MStep::default().with_relative_floor(0.2).unwrap()),
        |run| run.with_m_step(MStep::default().with_absolute_floor(1.1).unwrap()),
        |run| run.with_m_step(MStep::default().with_least_share(0.33).unwrap()),
        |run| run.with_m_step(MStep::exact()),
    ];
    for with_other in settings {
        let mut run = with_other(under_way([0.4, 0.3, 0.3], 3.0));
        for x in samples(5, 3.0, 4) {
            assert_whole_m_step(&mut run, x);
        }
    }
    let ridge = |run: Run| run.model().covariances().map(|c| c[(0, 0)]);
    let [mut plain, mut ridged] = [MStep::default(), MStep::default().with_ridge(0.5).unwrap()]
        .map(|m_step| under_way([0.4, 0.3, 0.3], 3.0).with_m_step(m_step));
    for x in samples(1, 3.0, 4) {
        plain.observe(x).unwrap();
        ridged.observe(x).unwrap();
    }
    for (ridged, plain) in ridge(ridged).into_iter().zip(ridge(plain)) {
        assert!((ridged - plain - 0.5).abs() < 10.0 * UPDATED_F64, "{ridged} {plain}");
    }
}

/// A floor is none of the statistics: after an M-step that raised a pivot, the next one goes by them, even where the
/// sample would lift the raised pivot above its floor.
#[test]
fn a_raised_factor_is_not_what_the_next_m_step_updates() {
    let covariance = SMatrix::from_fn(|i, j| if i != j { 0.0 } else { [4.0, 1.0][i / 5] });
    let gmm: Gmm<f64, 6, 1> = Gmm::new([1.0], [[0.0; 6]], [covariance]).unwrap();
    let run = OnlineEm::new(gmm, StepSize::constant(0.01).unwrap()).unwrap();
    let mut run = run.with_m_step(MStep::default().with_absolute_floor(1.5).unwrap());
    for last in [1.0, 5.0, -0.5, 4.0] {
        assert_whole_m_step(&mut run, [0.1, -0.2, 0.3, 0.0, -0.1, last]);
        assert_eq!(run.last_update().unwrap().outcomes, [Outcome::Floored]);
        let variance = run.model().covariances()[0][(5, 5)];
        assert!((variance - 1.5).abs() < 0.05, "{variance} for the floor and what other features explain");
    }
}

/// A batch is more than the one sample that an update of factors could take in.
#[test]
fn a_batch_ends_with_a_whole_m_step() {
    let mut run = under_way([0.4, 0.3, 0.3], 3.0);
    for batch in samples(40, 3.0, 5).chunks(8) {
        let mut whole = run.clone().with_interval(0);
        whole.observe_batch(batch).unwrap();
        whole.maximize().unwrap();
        run.observe_batch(batch).unwrap();
        assert_near(run.model(), whole.model());
        // Between batches, samples.
        assert_whole_m_step(&mut run, batch[0]);
    }
}

/// A second run that makes each M-step by hand never updates factors. What starves keeps its covariance in both.
#[test]
fn a_starved_component_keeps_its_covariance() {
    for least_share in [0.2, 0.25, 0.3] {
        let m_step = MStep::default().with_least_share(least_share).unwrap();
        let mut run = under_way([0.4, 0.3, 0.3], 1.0).with_m_step(m_step);
        let mut by_hand = run.clone().with_interval(0);
        let mut starved = 0;
        // The third cluster is no more, but its component has a part in the second's samples.
        for (i, x) in samples(1500, 1.0, 6).into_iter().enumerate().filter(|(i, _)| i % 3 < 2) {
            run.observe(x).unwrap();
            by_hand.observe(x).unwrap();
            let update = by_hand.maximize().unwrap();
            starved += u32::from(update.outcomes[2] == Outcome::Starved);
            let near = run.model().covariances()[2] - by_hand.model().covariances()[2];
            let scale = by_hand.model().covariances()[2].diagonal().max();
            assert!(near.abs().max() <= STEPS_F64 * scale, "after {i}: {:.1e}", near.abs().max() / scale);
        }
        println!("starved after {starved} of 1000 samples at {least_share}");
        assert!(starved > 20, "{starved}");
    }
}

#[test]
fn resetting_with_six_features_is_starting() {
    let start = under_way([0.2, 0.5, 0.3], 2.0).into_model();
    let fresh = OnlineEm::new(start.clone(), StepSize::constant(0.01).unwrap()).unwrap();
    let mut run = under_way([0.4, 0.3, 0.3], 3.0);
    run.reset(&start).unwrap();
    assert_eq!(run, fresh);
}

/// The model admits the sample, sums do not: it is refused, and the run can still be stored and loaded.
#[test]
fn a_sample_that_sums_cannot_hold_is_refused() {
    fn check(variance: f32, x: f32) {
        type Online = OnlineEm<f32, 1, 1, Spherical>;
        let gmm = Gmm::new([1.0], [[0.0]], [Variance(variance)]).unwrap();
        let mut run: Online = OnlineEm::new(gmm, StepSize::default()).unwrap();
        run.observe([1.0]).unwrap();
        let before = run.clone();
        assert!(run.model().posterior([x]).is_ok(), "the model itself admits {x}");
        assert_eq!(run.observe([x]), Err(Error::OutOfRange { sample: 0 }));
        assert_eq!(run.observe_batch([[x]]), Err(Error::OutOfRange { sample: 0 }));
        assert_eq!(run, before);
        let mut buffer = [0; Online::ENCODED_LEN];
        assert_eq!(Online::decode(run.encode(&mut buffer).unwrap()), Ok(run));
    }
    check(1e28, 1e18); // the square of the sample
    check(1e-10, 1e14); // the log-density, −5e37
}

/// A pooled covariance never rests on a few samples: inertia, which would slow the means, is not for it.
fn inertia_is_for_components_of_their_own<T: Real, C: Covariance>(pooled: bool) {
    let mut start = Gmm::<T, 2, 3, C>::unfitted();
    let means = [[0.0, 0.0], [6.0, 1.0], [1.0, 7.0]].map(|m| m.map(T::narrow));
    start = start.affine(&[T::narrow(2.5); 2], &[T::ZERO; 2]).unwrap();
    start = Gmm::new([0.9, 0.09, 0.01].map(T::narrow), means, start.covariances()).unwrap();
    let step = StepSize::constant(T::narrow(0.05)).unwrap();
    let [mut with, mut without] =
        [10, 0].map(|n| OnlineEm::new(start.clone(), step).unwrap().with_inertia(n));
    let mut noise = Noise::new(61);
    for i in 0..60 {
        let centre = [[0.0, 0.0], [6.0, 1.0], [1.0, 7.0]][i % 3];
        let x = centre.map(|c| T::narrow(c + noise.normal()));
        with.observe((x, T::narrow(0.5 + (i % 2) as f64))).unwrap();
        without.observe((x, T::narrow(0.5 + (i % 2) as f64))).unwrap();
    }
    with.observe_batch([means[1], means[2]]).unwrap();
    without.observe_batch([means[1], means[2]]).unwrap();
    let same = with.statistics() == without.statistics() && with.model() == without.model();
    assert_eq!(same, pooled, "{:?}", C::default());
}

#[test]
fn pooled_covariances_need_no_inertia() {
    inertia_is_for_components_of_their_own::<f64, Tied<Full>>(true);
    inertia_is_for_components_of_their_own::<f64, Tied<Diagonal>>(true);
    inertia_is_for_components_of_their_own::<f32, Tied<Spherical>>(true);
    inertia_is_for_components_of_their_own::<f64, Full>(false);
    inertia_is_for_components_of_their_own::<f32, Diagonal>(false);
    inertia_is_for_components_of_their_own::<f64, Spherical>(false);
}

/// A sample of weight w replaces at most w/(n + w) of mean and covariance; of a component with next to no mass, and of
/// an inertia of 0, nearly all.
#[test]
fn a_sample_replaces_no_more_than_its_share() {
    for (inertia, weight) in [(10, 1.0), (10, 5.0), (3, 0.5), (0, 1.0)] {
        let gmm: Gmm<f64, 1, 2> = Gmm::new([1.0 - 1e-9, 1e-9], [[0.0], [50.0]], [[[1.0]].into(); 2]).unwrap();
        let run = OnlineEm::new(gmm, StepSize::constant(0.25).unwrap()).unwrap();
        let mut run = run.with_inertia(inertia);
        run.observe(([52.0], weight)).unwrap();
        let step = 1.0 - 0.75f64.powf(weight);
        let own = step / (step + (1.0 - step) * 1e-9);
        let gain = own.min(weight / (f64::from(inertia) + weight));
        let (mean, variance) = (run.statistics().means()[1][0], run.statistics().covariance(1).unwrap()[0]);
        assert!((mean - (50.0 + gain * 2.0)).abs() < 100.0 * STEPS_F64, "{mean}, gain {gain}");
        let due = (1.0 - gain) + gain * (1.0 - gain) * 4.0;
        assert!((variance - due).abs() < 10.0 * STEPS_F64, "{variance} for {due}");
        // Masses follow the recursion.
        let mass = (1.0 - step) * 1e-9 + step;
        assert!((run.statistics().masses()[1] - mass).abs() < STEPS_F64);
    }
}

/// The first step of (t + t₀)^−α with t₀ = 0 is 1: all but 64 ε is replaced, and the mass is still 1.
fn a_step_of_one_keeps_the_mass<C: crate::support::dense::Structure>() {
    let gmm = crate::support::dense::model::<f64, 1, 2, C>([0.5, 0.5], [[0.0], [1e3]], [[[1.0]]; 2]);
    let mut run = OnlineEm::new(gmm, StepSize::decaying(1.0, 0.0).unwrap()).unwrap().with_inertia(0);
    run.observe([0.5]).unwrap();
    let masses = run.statistics().masses();
    assert!((masses[0] + masses[1] - 1.0).abs() < STEPS_F64, "{masses:?}");
    assert!(masses[1] > 0.0 && masses[1] < 64.0 * f64::EPSILON, "{masses:?}");
    assert!((run.statistics().means()[0][0] - 0.5).abs() < STEPS_F64);
}

/// A component that sees nothing keeps some mass, its mean and its covariance, however long that lasts.
fn a_sleeping_component_waits_for_its_samples<C: crate::support::dense::Structure>() {
    let gmm = crate::support::dense::model::<f64, 1, 2, C>([0.5, 0.5], [[0.0], [1e3]], [[[1.0]]; 2]);
    let mut run = OnlineEm::new(gmm, StepSize::constant(0.5).unwrap()).unwrap();
    for i in 0..3000 {
        run.observe([f64::from(i % 5) - 2.0]).unwrap();
        let mass = run.statistics().masses()[1];
        assert!(mass >= 1.0 / f64::LARGEST_SQUARE, "{mass} after {i}");
    }
    assert_eq!((run.model().means()[1], run.statistics().means()[1]), ([1e3], [1e3]));
    for _ in 0..10 {
        run.observe([1001.0]).unwrap();
    }
    assert!(run.model().weights()[1] > 0.99 && run.model().means()[1][0] > 1000.0);
    run.model().validate().unwrap();
}

for_typical_structures!(a_step_of_one_keeps_the_mass, a_sleeping_component_waits_for_its_samples);

/// In `f32` an average over more than 131,072 steps replaces 64 ε of itself with each: after as many of 1 as there were
/// of 0 before, 300,000, it is 0.9.
#[test]
fn an_average_forgets_the_oldest() {
    let of = |x: f32| {
        let mut stats: SufficientStats<f32, 1, 1, Spherical> = SufficientStats::new();
        stats.assign([x], &[1.0]).unwrap();
        stats
    };
    let mut average = Average::new();
    for x in [0.0, 1.0] {
        let stats = of(x);
        (0..300_000).for_each(|_| average.observe(&stats));
    }
    let (mean, due) = (average.statistics().means()[0][0], 1.0 - (-300_000.0 * 64.0 * f32::EPSILON).exp());
    println!("mean {mean}, due {due}");
    assert!((mean - due).abs() < AVERAGE_FORGETS, "{mean} for {due}");
    assert_eq!(average.count(), 600_000);
}
