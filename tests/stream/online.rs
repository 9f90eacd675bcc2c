//! Laws of a stepwise run.

use gaussmix::stream::{Average, StepSize};
use gaussmix::{
    Covariance, Diagonal, Error, Full, Gmm, MStep, Observation, OnlineEm, Real, Spherical, SufficientStats,
    Tied,
};

use crate::support::noise::Noise;
use crate::support::structures::call_for_typical_structures;
use crate::support::tolerance::{RECOVERED, SMALLEST_STEP, STEPS_F32, STEPS_F64, UPDATED_F32, UPDATED_F64};

/// Three correlated clusters in three dimensions.
fn clouds<T: Real>(n: usize, seed: u64) -> Vec<[T; 3]> {
    const CENTRES: [[f64; 3]; 3] = [[0.0, 0.0, 0.0], [4.0, 1.0, -2.0], [-1.0, 5.0, 3.0]];
    let mut noise = Noise::new(seed);
    let mut draw = |_| {
        let k = (3.0 * noise.uniform()) as usize;
        let z: [f64; 3] = core::array::from_fn(|_| noise.normal());
        let x = [z[0], 0.6 * z[0] + 0.8 * z[1], 0.5 * z[1] - 0.9 * z[2]];
        core::array::from_fn(|j| T::narrow(CENTRES[k][j] + x[j]))
    };
    (0..n).map(&mut draw).collect()
}

/// A model of the clouds that is somewhat off, of any structure.
fn guess<T: Real, C: Covariance>() -> Gmm<T, 3, 3, C> {
    let mut stats = SufficientStats::new();
    for (i, x) in clouds::<T>(90, 5).iter().enumerate() {
        let near = [x[0] + x[1] < T::narrow(2.0), x[2] < T::ZERO, i % 2 == 0];
        stats.assign(x, &near.map(|yes| T::narrow(if yes { 0.8 } else { 0.1 }))).unwrap();
    }
    let mut gmm = Gmm::unfitted();
    MStep::default().maximize(&stats, &mut gmm).unwrap();
    gmm
}

fn online<T: Real, C: Covariance>(step: f64) -> OnlineEm<T, 3, 3, C> {
    OnlineEm::new(guess(), StepSize::constant(T::narrow(step)).unwrap()).unwrap()
}

fn take<T: Real, const D: usize, const K: usize, C: Covariance, O: Observation<T, D>>(
    online: &mut OnlineEm<T, D, K, C>,
    data: impl IntoIterator<Item = O>,
) {
    for x in data {
        online.observe(x).unwrap();
    }
}

/// Runs a law for the scalar of most devices, and for `f64` once.
macro_rules! for_all {
    ($($name:ident => $law:ident;)*) => {$(
        #[test]
        fn $name() {
            call_for_typical_structures!($law, [f32]());
            $law::<f64, Full>();
        }
    )*};
}

for_all! {
    step_zero_changes_no_bit => step_zero;
    zero_weight_equals_absent => zero_weight;
    integer_weight_equals_repetition => repetition;
    a_tiny_step_is_raised => tiny_step;
    a_batch_of_one_is_a_sample => batch_of_one;
    a_batch_is_a_step_towards_its_mean => batch_is_mean;
    harmonic_steps_are_batch_statistics => harmonic;
    refusals_leave_every_bit => refusals;
    an_interval_only_delays_the_m_step => interval;
    no_m_step_while_warming_up => warm_up;
    restarting_is_starting => restart;
    averages_are_merged_halves => average;
    mass_stays_one => mass;
}

fn step_zero<T: Real, C: Covariance>() {
    let mut run = online::<T, C>(0.01);
    take(&mut run, clouds(100, 1));
    run.set_step(StepSize::ZERO);
    let before = run.clone();
    let posterior = run.observe(clouds::<T>(1, 2)[0]).unwrap();
    assert_eq!(posterior, before.model().posterior(clouds::<T>(1, 2)[0]).unwrap());
    run.observe_batch(clouds::<T>(100, 2)).unwrap();
    assert_eq!(run, before);
    run.set_step(StepSize::constant(T::narrow(0.01)).unwrap());
    take(&mut run, clouds(1, 3));
    assert_ne!(run.statistics(), before.statistics());
}

fn zero_weight<T: Real, C: Covariance>() {
    let (mut weighted, mut absent) = (online::<T, C>(0.02), online::<T, C>(0.02));
    for (i, x) in clouds::<T>(200, 3).iter().enumerate() {
        let weight = if i % 3 == 0 { T::ZERO } else { T::narrow(0.5 + (i % 4) as f64) };
        weighted.observe((x, weight)).unwrap();
        if weight > T::ZERO {
            absent.observe((x, weight)).unwrap();
        }
    }
    assert_eq!(weighted, absent);
    let zeros = clouds::<T>(70, 4).into_iter().map(|x| (x, T::ZERO));
    weighted.observe_batch(zeros.clone()).unwrap();
    assert_eq!(weighted, absent);
    let some = || clouds::<T>(70, 5).into_iter().map(|x| (x, T::narrow(1.5)));
    weighted.observe_batch(zeros.zip(some()).flat_map(|(zero, some)| [zero, some])).unwrap();
    absent.observe_batch(some()).unwrap();
    assert_eq!(weighted, absent);
}

/// Masses, means and covariances, relative to 1 or the number.
fn assert_near<T: Real, const D: usize, const K: usize, C: Covariance>(
    a: &SufficientStats<T, D, K, C>,
    b: &SufficientStats<T, D, K, C>,
) {
    let tolerance = if size_of::<T>() == 4 { STEPS_F32 } else { STEPS_F64 };
    let near = |a: T, b: T, what: &str| {
        let (a, b) = (a.widen(), b.widen());
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{what}: {a} for {b}");
    };
    near(a.log_likelihood(), b.log_likelihood(), "log-likelihood");
    for k in 0..K {
        near(a.masses()[k], b.masses()[k], "mass");
        for j in 0..D {
            near(a.means()[k][j], b.means()[k][j], "mean");
        }
        let (a, b) = (numbers::<T, D, K, C>(a, k), numbers::<T, D, K, C>(b, k));
        assert_eq!(a.len(), b.len());
        a.iter().zip(&b).for_each(|(a, b)| near(T::narrow(*a), T::narrow(*b), "covariance"));
    }
}

/// The covariance of component `k`, of any structure, as numbers, through its text.
fn numbers<T: Real, const D: usize, const K: usize, C: Covariance>(
    stats: &SufficientStats<T, D, K, C>,
    k: usize,
) -> Vec<f64> {
    let text = format!("{:?}", stats.covariance(k).unwrap());
    text.split(|c: char| !(c.is_ascii_digit() || "+-.e".contains(c)))
        .filter_map(|word| word.parse().ok())
        .collect()
}

/// With no M-step between: every sample under the same model.
fn repetition<T: Real, C: Covariance>() {
    let mut weighted = online::<T, C>(0.01).with_interval(0);
    let mut repeated = weighted.clone();
    for (i, x) in clouds::<T>(100, 6).iter().enumerate() {
        let times = 1 + i % 3;
        weighted.observe((x, T::from_count(times as u64))).unwrap();
        take(&mut repeated, core::iter::repeat_n(x, times));
    }
    assert_near(weighted.statistics(), repeated.statistics());
    // A weight between: two of 1/2 are one of 1.
    let (mut halves, mut whole) = (weighted.clone(), weighted);
    for x in clouds::<T>(100, 7) {
        take(&mut halves, [(x, T::HALF); 2]);
        take(&mut whole, [(x, T::ONE)]);
    }
    assert_near(halves.statistics(), whole.statistics());
}

fn tiny_step<T: Real, C: Covariance>() {
    let least = 64.0 * T::EPSILON.widen();
    let (mut tiny, mut raised) = (online::<T, C>(least / 1000.0), online::<T, C>(least));
    take(&mut tiny, clouds(500, 8));
    take(&mut raised, clouds(500, 8));
    assert_eq!(tiny.statistics(), raised.statistics());
    assert_eq!(tiny.model(), raised.model());
    assert_ne!(tiny.model(), &guess::<T, C>());
}

fn batch_of_one<T: Real, C: Covariance>() {
    for weight in [0.3, 1.0, 2.5].map(T::narrow) {
        let mut single = online::<T, C>(0.03).with_interval(0);
        let mut batch = single.clone();
        for x in clouds::<T>(100, 9) {
            single.observe((x, weight)).unwrap();
            batch.observe_batch([(x, weight)]).unwrap();
        }
        assert_near(batch.statistics(), single.statistics());
        assert_eq!(batch.steps(), 100);
    }
}

/// (1 − g) s + g ŝ, by discount and merge.
fn batch_is_mean<T: Real, C: Covariance>() {
    let mut run = online::<T, C>(0.25).with_inertia(0);
    let data = clouds::<T>(200, 10);
    let mut due = run.statistics().clone();
    let mut seen = SufficientStats::new();
    seen.observe_all(run.model(), &data).unwrap();
    seen.discount(T::narrow(0.25 / 200.0)).unwrap();
    due.discount(T::narrow(0.75)).unwrap();
    due.merge(&seen);
    run.observe_batch(&data).unwrap();
    assert_near(run.statistics(), &due);
    assert_eq!((run.steps(), run.statistics().count()), (1, 200));
    let mut gmm = guess();
    MStep::default().maximize(&due, &mut gmm).unwrap();
    assert!((gmm.weights()[0] - run.model().weights()[0]).abs().widen() <= STEPS_F32);
}

/// α = 1 and t₀ = n: the mean of the samples and a start worth n.
fn harmonic<T: Real, C: Covariance>() {
    let step = StepSize::decaying(T::ONE, T::narrow(20.0)).unwrap();
    let mut run = OnlineEm::<T, 3, 3, C>::new(guess(), step).unwrap().with_interval(0).with_inertia(0);
    take(&mut run, clouds(180, 11));
    let mut due = SufficientStats::from_model(&guess::<T, C>(), T::narrow(20.0)).unwrap();
    for x in clouds::<T>(180, 11) {
        due.observe(&guess(), x).unwrap();
    }
    due.discount(T::narrow(1.0 / 200.0)).unwrap();
    assert_near(run.statistics(), &due);
}

fn refusals<T: Real, C: Covariance>() {
    let mut run = online::<T, C>(0.01);
    take(&mut run, clouds(50, 12));
    let before = run.clone();
    let nan = T::narrow(f64::NAN);
    let huge = T::LARGEST_SQUARE;
    for x in [nan, T::INFINITY, T::NEG_INFINITY] {
        let bad = Err(Error::NonFiniteSample { sample: 0, feature: 1 });
        assert_eq!(run.observe([T::ONE, x, T::ZERO]), bad);
        let bad = Err(Error::NonFiniteSample { sample: 70, feature: 1 });
        let mut data = clouds(70, 13);
        data.push([T::ONE, x, T::ZERO]);
        assert_eq!(run.observe_batch(data), bad);
    }
    for x in [huge, -huge] {
        assert_eq!(run.observe([T::ONE, x, T::ZERO]), Err(Error::OutOfRange { sample: 0 }));
        assert_eq!(run.observe_batch([[T::ONE, x, T::ZERO]]), Err(Error::OutOfRange { sample: 0 }));
    }
    for weight in [nan, -T::ONE, T::INFINITY] {
        let bad = Error::InvalidSampleWeight { sample: 0 };
        assert_eq!(run.observe(([T::ONE; 3], weight)), Err(bad));
        assert_eq!(run.observe_batch([([T::ONE; 3], weight)]), Err(bad));
    }
    assert_eq!(run, before);
    // Whatever its weight, a sample only moves so far.
    let mut run = online::<T, C>(0.01);
    run.observe(([T::ONE; 3], T::LARGEST_SQUARE)).unwrap();
    take(&mut run, clouds(10, 13));
    run.model().validate().unwrap();
}

fn interval<T: Real, C: Covariance>() {
    let mut every = online::<T, C>(0.01).with_interval(10);
    let mut by_hand = online::<T, C>(0.01).with_interval(0);
    let mut moved = 0;
    for (i, x) in clouds::<T>(95, 14).iter().enumerate() {
        let before = every.model().clone();
        every.observe(x).unwrap();
        by_hand.observe(x).unwrap();
        if i % 10 == 9 {
            assert_eq!(every.last_update(), Some(by_hand.maximize().unwrap()));
        }
        moved += u32::from(*every.model() != before);
        assert_eq!(every.model(), by_hand.model());
        assert_eq!(every.statistics(), by_hand.statistics());
    }
    assert_eq!(moved, 9);
}

fn warm_up<T: Real, C: Covariance>() {
    let mut run = online::<T, C>(0.01).with_warm_up(50);
    take(&mut run, clouds(50, 15));
    assert_eq!((run.model(), run.last_update()), (&guess(), None));
    take(&mut run, clouds(1, 16));
    assert_ne!(run.model(), &guess());
    assert!(run.last_update().unwrap().is_healthy());
}

fn restart<T: Real, C: Covariance>() {
    let fresh = online::<T, C>(0.01);
    let mut run = OnlineEm::unfitted();
    run.set_step(StepSize::constant(T::narrow(0.01)).unwrap());
    run.reset(&guess()).unwrap();
    assert_eq!(run, fresh);
    take(&mut run, clouds(30, 17));
    run.reset(&guess()).unwrap();
    assert_eq!(run, fresh);
}

fn average<T: Real, C: Covariance>() {
    let mut run = online::<T, C>(0.05);
    let (mut average, mut due) = (Average::new(), SufficientStats::new());
    for x in clouds::<T>(64, 18) {
        run.observe(x).unwrap();
        average.observe(run.statistics());
        due.merge(run.statistics());
    }
    due.discount(T::narrow(1.0 / 64.0)).unwrap();
    assert_near(average.statistics(), &due);
    assert_eq!((average.count(), average.statistics().count()), (64, 64));
    average.observe(&SufficientStats::new());
    assert_eq!(average.count(), 64);
}

fn mass<T: Real, C: Covariance>() {
    let mut run = online::<T, C>(3e-4);
    take(&mut run, clouds(20_000, 19));
    let stray = (run.statistics().total_weight() - T::ONE).abs() / T::EPSILON;
    assert!(stray <= T::narrow(4.0), "{stray} ε");
}

/// The stuck sensor: no feature varies for a day, and then all is as before.
#[test]
fn a_model_outlives_a_constant_stretch() {
    fn check<T: Real, C: Covariance>(constant: f64) {
        let mut run = online::<T, C>(0.005);
        take(&mut run, clouds(2000, 20));
        take(&mut run, core::iter::repeat_n([T::narrow(constant); 3], 100_000));
        run.model().validate().unwrap();
        take(&mut run, clouds(20_000, 21));
        let held_out = clouds::<T>(2000, 22);
        let mut fresh = online::<T, C>(0.005);
        take(&mut fresh, clouds(20_000, 21));
        let [found, due] =
            [run, fresh].map(|run| run.model().mean_log_likelihood(&held_out).unwrap().widen());
        println!("{:?} after a stretch of {constant}: {found:.3}, without {due:.3}", C::default());
        assert!(found > due - RECOVERED, "{:?}: {found}, without the stretch {due}", C::default());
    }
    for constant in [0.0, 5.0, 1e4] {
        check::<f32, Full>(constant);
    }
    check::<f32, Diagonal>(5.0);
    check::<f64, Full>(5.0);
    // Far away, components that share a covariance lose more than their shapes.
    check::<f32, Tied<Spherical>>(0.0);
    check::<f32, Tied<Spherical>>(5.0);
}

/// With six features and more an M-step updates the factors that it finds. What it leaves is what it would have made
/// anew: after thousands of samples, starved components and floors in between.
#[test]
fn updated_factors_are_factors_of_the_statistics() {
    fn check<T: Real, const D: usize>(tolerance: f64) {
        let mut noise = Noise::new(23);
        let mut draw = |i: usize| {
            let z: [f64; D] = core::array::from_fn(|_| noise.normal());
            core::array::from_fn(|j| {
                // Three clusters that overlap, then one, then a feature that stands still.
                let centre = if i < 4000 { (i % 3) as f64 } else { 0.0 };
                let last = if j > 0 { 0.5 * z[j - 1] } else { 0.0 };
                T::narrow(if i >= 4300 && j == 2 { 1.0 } else { centre + last + z[j] })
            })
        };
        let mut stats = SufficientStats::new();
        for i in 0..300 {
            let mut r = [T::narrow(0.1); 3];
            r[i % 3] = T::ONE;
            stats.assign(draw(i), &r).unwrap();
        }
        let mut start = Gmm::<T, D, 3>::unfitted();
        MStep::default().maximize(&stats, &mut start).unwrap();
        let mut run = OnlineEm::new(start, StepSize::constant(T::narrow(0.01)).unwrap()).unwrap();
        let (mut updated, mut worst) = (0, 0.0f64);
        for i in 0..6000 {
            run.observe(draw(i)).unwrap();
            let mut due = run.clone();
            due.maximize().unwrap();
            updated += u32::from(due.model() != run.model());
            assert_eq!(
                (due.model().means(), due.model().weights()),
                (run.model().means(), run.model().weights())
            );
            for (found, due) in run.model().covariances().iter().zip(due.model().covariances()) {
                for j in 0..D {
                    for k in 0..D {
                        let scale = (due[(j, j)] * due[(k, k)]).widen().sqrt();
                        worst = worst.max((found[(j, k)] - due[(j, k)]).widen().abs() / scale);
                    }
                }
            }
        }
        println!("D = {D}, {} bytes: {updated} of 6000 updated, off by {worst:.1e}", size_of::<T>());
        assert!(worst <= tolerance, "{worst}");
        // The test knows one way from the other.
        assert_eq!(updated > 4000, D >= 6, "{updated}");
    }
    check::<f32, 4>(0.0);
    check::<f32, 6>(UPDATED_F32);
    check::<f64, 6>(UPDATED_F64);
    check::<f64, 9>(UPDATED_F64);
}

#[test]
fn a_run_is_a_model_its_statistics_and_little_more() {
    fn check<T: Real, const D: usize, const K: usize>() {
        let parts = size_of::<Gmm<T, D, K>>() + size_of::<SufficientStats<T, D, K>>();
        let more = size_of::<OnlineEm<T, D, K>>() - parts;
        println!("D = {D}, K = {K}, {} bytes: {parts} and {more}", size_of::<T>());
        assert!(more <= D * size_of::<T>() + 116 + 4 * K, "{more}");
    }
    check::<f32, 1, 1>();
    check::<f32, 3, 3>();
    check::<f32, 3, 4>();
    check::<f64, 3, 4>();
    check::<f64, 8, 8>();
}

/// 130 units in the last place of what they are added to: whatever is rounded the same way in step after step is off by
/// up to half a unit in 130 at the end.
#[test]
fn the_smallest_steps_do_not_bias_variances() {
    fn variance<T: Real>() -> f64 {
        let step = StepSize::constant(T::narrow(129.5 * f64::from(f32::EPSILON) / 2.0)).unwrap();
        let start = Gmm::<T, 1, 1>::new([T::ONE], [[T::ZERO]], [[[T::ONE]].into()]).unwrap();
        let mut run = OnlineEm::new(start, step).unwrap().with_interval(1000);
        let mut noise = Noise::new(24);
        for _ in 0..1_000_000 {
            run.observe([T::narrow(f64::from(noise.normal() as f32))]).unwrap();
        }
        run.statistics().covariance(0).unwrap()[(0, 0)].widen()
    }
    let (single, double) = (variance::<f32>(), variance::<f64>());
    println!("variance {single:.5} in f32, {double:.5} in f64");
    assert!((single / double - 1.0).abs() <= SMALLEST_STEP, "{single} for {double}");
}
