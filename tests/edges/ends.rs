//! Numbers at the ends of the range, and weights far apart: each of these calls once left a NaN, or what could not be
//! loaded again.

use gaussmix::lifecycle::{self, Pruning};
use gaussmix::nalgebra::SMatrix;
use gaussmix::stream::{Average, EffectiveSize, StepSize};
use gaussmix::{Diagonal, Error, Full, Gmm, MStep, OnlineEm, Real, SufficientStats};

use super::sound;
use crate::support::dense::{Structure, model};
use crate::support::structures::call_for_typical_structures;
use crate::support::tolerance::SLEEPS;

/// A sample of a large weight takes a step of nearly 1, after which a factor is made anew.
#[test]
fn a_heavy_sample_leaves_a_run_sound() {
    fn check<T: Real>(step: f64, inertia: u32, weight: f64) {
        let gmm: Gmm<T, 6, 1> = Gmm::new([T::ONE], [[T::ZERO; 6]], [SMatrix::identity()]).unwrap();
        let step = StepSize::constant(T::narrow(step)).unwrap();
        let mut run = OnlineEm::new(gmm, step).unwrap().with_inertia(inertia).with_m_step(MStep::exact());
        let x = [1.5, 2.0, -1.0, 0.25, 3.0, 1e-3].map(T::narrow);
        for _ in 0..9 {
            run.observe((x, T::narrow(weight))).unwrap();
            sound::run(&run);
        }
    }
    for (step, inertia, weight) in
        [(0.5, 0, 100.0), (0.5, 0, 1e10), (0.5, 5, 1e10), (0.01, 0, 1e4), (0.5, 0, 1.0)]
    {
        check::<f32>(step, inertia, weight);
        check::<f64>(step, inertia, weight);
    }
}

/// The first sample of a light component replaces it but for a millionth, which a difference from 1 does not tell.
#[test]
fn a_light_component_leaves_a_run_sound() {
    fn check<T: Real>(least_share: f64, light: f64) {
        let weights = [1.0 - light, light].map(T::narrow);
        let means = [[T::ZERO; 6], [T::narrow(20.0); 6]];
        let gmm: Gmm<T, 6, 2> = Gmm::new(weights, means, [SMatrix::identity(); 2]).unwrap();
        let m_step = MStep::exact().with_least_share(T::narrow(least_share)).unwrap();
        let step = StepSize::constant(T::HALF).unwrap();
        let mut run = OnlineEm::new(gmm, step).unwrap().with_inertia(0).with_m_step(m_step);
        for i in 0..40 {
            let offset = if i < 20 { 0.0 } else { 20.0 };
            let x: [T; 6] =
                core::array::from_fn(|j| T::narrow(offset + f64::from((i * 7 + j as i32 * 5) % 11) - 5.0));
            let _ = run.observe(x); // without floors a model may become too narrow for the next sample
            sound::run(&run);
        }
    }
    for light in [1e-5, 1e-8, 1e-12, 1e-20, 1e-30, 1e-36] {
        for least_share in [0.0, 1e-7] {
            check::<f32>(least_share, light);
            check::<f64>(least_share, light);
        }
    }
}

/// Two components on a line, N(0, 1) and N(9, 1), of these weights.
fn pair<T: Real>(weights: [f64; 2]) -> Gmm<T, 1, 2> {
    Gmm::new(weights.map(T::narrow), [[T::ZERO], [T::narrow(9.0)]], [SMatrix::identity(); 2]).unwrap()
}

/// Statistics that have counted as many samples as can be.
fn uncountable<T: Real>() -> SufficientStats<T, 1, 2> {
    let mut stats = SufficientStats::new();
    stats.observe(&pair::<T>([0.5, 0.5]), [T::ONE]).unwrap();
    for _ in 0..64 {
        let same = stats.clone();
        stats.merge(&same);
        stats.discount(T::HALF).unwrap();
    }
    assert_eq!(stats.count(), 1 << 63);
    stats
}

#[test]
fn counts_end_at_their_limit() {
    fn check<T: Real>() {
        let (gmm, x) = (pair::<T>([0.5, 0.5]), [T::ONE]);
        let mut average = Average::new();
        let mut run = OnlineEm::new(gmm.clone(), StepSize::default()).unwrap();
        let mut stats = uncountable::<T>();
        run.edit(|stats, _| {
            *stats = uncountable();
            Ok::<(), Error>(())
        })
        .unwrap();
        for _ in 0..3 {
            stats.observe(&gmm, x).unwrap();
            stats.assign(x, &[T::ONE, T::ZERO]).unwrap();
            stats.observe_all(&gmm, [x; 3]).unwrap();
            average.observe(&stats);
            run.observe(x).unwrap();
            run.observe_batch([x; 3]).unwrap();
            assert_eq!(stats.count(), 1 << 63);
            assert_eq!(average.statistics().count(), 1 << 63);
            assert_eq!(run.statistics().count(), 1 << 63);
            sound::statistics(&stats);
            sound::statistics(average.statistics());
            sound::run(&run);
        }
    }
    check::<f32>();
    check::<f64>();
}

/// What takes component 0 out, of which next to nothing is left.
fn is_refused<T: Real>(stats: &SufficientStats<T, 1, 2>, gmm: &Gmm<T, 1, 2>, due: Error) {
    type Operation<T> = fn(&mut SufficientStats<T, 1, 2>, &mut Gmm<T, 1, 2>) -> Result<(), Error>;
    let operations: [Operation<T>; 3] = [
        |stats, gmm| lifecycle::remove(stats, gmm, 0),
        |stats, gmm| lifecycle::seed(stats, gmm, 0, &[T::ONE], T::HALF),
        |stats, gmm| lifecycle::split(stats, gmm, 1, 0, T::HALF),
    ];
    for operation in operations {
        let (mut changed, mut model) = (stats.clone(), gmm.clone());
        assert_eq!(operation(&mut changed, &mut model), Err(due));
        assert_eq!((&changed, &model), (stats, gmm));
    }
}

#[test]
fn next_to_no_mass_takes_over_none() {
    fn check<T: Real>(weight: f64, masses: [f64; 2]) {
        let gmm = pair::<T>([1.0, weight]);
        is_refused(&SufficientStats::from_model(&gmm, T::narrow(100.0)).unwrap(), &gmm, Error::EmptyData);
        let mut stats = SufficientStats::new();
        stats.assign([T::ZERO], &masses.map(T::narrow)).unwrap();
        is_refused(&stats, &pair([0.5, 0.5]), Error::EmptyData);
        // Nor does it where the model calls the other one dead.
        let (mut changed, mut gmm) = (stats.clone(), pair([0.0, 1.0]));
        let pruning = Pruning::default().with_share(T::ZERO).unwrap();
        assert_eq!(pruning.apply(&mut changed, &mut gmm), Err(Error::EmptyData));
        assert_eq!((changed, gmm), (stats, pair([0.0, 1.0])));
    }
    check::<f32>(1e-39, [1e6, 1e-33]);
    check::<f32>(1e-45, [1e20, 1e-20]);
    check::<f64>(1e-310, [1e6, 1e-303]);
}

/// Where the statistics say that the other one is there, the model learns it.
#[test]
fn a_weight_next_to_nothing_grows_to_all() {
    fn check<T: Real>(weight: f64) {
        let stats = SufficientStats::from_model(&pair::<T>([0.5, 0.5]), T::ONE).unwrap();
        let changed = |operation: &dyn Fn(&mut SufficientStats<T, 1, 2>, &mut Gmm<T, 1, 2>)| {
            let (mut stats, mut gmm) = (stats.clone(), pair::<T>([1.0, weight]));
            operation(&mut stats, &mut gmm);
            sound::statistics(&stats);
            sound::model(&gmm);
            gmm.weights().map(|w| w.widen())
        };
        assert_eq!(changed(&|stats, gmm| lifecycle::remove(stats, gmm, 0).unwrap()), [0.0, 1.0]);
        let seeded = changed(&|stats, gmm| lifecycle::seed(stats, gmm, 0, &[T::ONE], T::HALF).unwrap());
        assert_eq!(seeded, [0.5, 0.5]);
        let split = changed(&|stats, gmm| lifecycle::split(stats, gmm, 1, 0, T::HALF).unwrap());
        assert_eq!(split, [0.5, 0.5]);
    }
    check::<f32>(1e-39);
    check::<f32>(1e-45);
    check::<f64>(1e-310);
}

/// A light component as wide as the range cannot take over a mass that is too much for its squares.
#[test]
fn what_grows_stays_in_range() {
    for (mean, variance) in [(0.0, 2e28), (2e14, 1.0)] {
        let gmm: Gmm<f32, 1, 2> =
            Gmm::new([1.0, 1e-10], [[0.0], [mean]], [[[1.0]].into(), [[variance]].into()]).unwrap();
        is_refused(&SufficientStats::from_model(&gmm, 1e10).unwrap(), &gmm, Error::SumsOutOfRange);
    }
}

/// Means of samples lie where the squares of samples fit.
#[test]
fn a_split_moves_no_mean_out_of_range() {
    let gmm: Gmm<f32, 1, 2, Diagonal> =
        Gmm::new([1.0, 0.0], [[0.0]; 2], [[1e32].into(), [1.0].into()]).unwrap();
    let stats = SufficientStats::from_model(&gmm, 1e-6).unwrap();
    let (mut changed, mut model) = (stats.clone(), gmm.clone());
    let refusal = Err(Error::NonFiniteMean { component: 0 });
    assert_eq!(lifecycle::split(&mut changed, &mut model, 0, 1, 0.5), refusal);
    assert_eq!((&changed, &model), (&stats, &gmm));
}

/// What a newborn would hold has to fit, as in `from_model`.
#[test]
fn a_seed_whose_scatter_overflows_is_refused() {
    fn check<C: Structure>() {
        let wide = [[1e27]];
        let gmm: Gmm<f32, 1, 2, C> = model([1.0, 0.0], [[0.0]; 2], [wide; 2]);
        let mut stats = SufficientStats::new();
        stats.assign([1.0], &[1e20, 0.0]).unwrap();
        assert!(SufficientStats::from_model(&gmm, 1e18).is_err());
        let (mut changed, mut same) = (stats.clone(), gmm.clone());
        let refusal = Err(Error::SumsOutOfRange);
        assert_eq!(lifecycle::seed(&mut changed, &mut same, 1, &[2.0], 0.01), refusal);
        assert_eq!((&changed, &same), (&stats, &gmm));
        assert_eq!(lifecycle::split(&mut changed, &mut same, 0, 1, 1e-12), refusal);
        assert_eq!((changed, same), (stats, gmm));
    }
    call_for_typical_structures!(check, []());
}

/// What has faded away has no share in an average.
#[test]
fn an_average_leaves_out_what_has_faded() {
    fn check<T: Real>(factor: f64) {
        let (gmm, mut average) = (pair::<T>([0.5, 0.5]), Average::new());
        let mut stats = SufficientStats::from_model(&gmm, T::ONE).unwrap();
        average.observe(&stats);
        let before = average.clone();
        stats.discount(T::narrow(factor)).unwrap();
        assert!(stats.total_weight() > T::ZERO);
        average.observe(&stats);
        assert_eq!(average, before);
        sound::statistics(average.statistics());
        sound::statistics(&stats);
    }
    check::<f32>(1e-44);
    check::<f64>(1e-321);
}

/// A component of next to no weight sleeps from the start: its first sample moves it as far as inertia lets it.
#[test]
fn a_component_of_next_to_no_weight_sleeps() {
    fn check<T: Real>(weight: f64) {
        let mut gmm = pair::<T>([1.0, weight]);
        let mut run = OnlineEm::new(gmm.clone(), StepSize::constant(T::HALF).unwrap()).unwrap();
        for edit in [false, true] {
            if edit {
                gmm = pair([0.5, 0.5]);
                run.reset(&gmm).unwrap();
                run.edit(|stats, _| stats.discount(T::narrow(weight))).unwrap();
                sound::run(&run);
            }
            for i in 1..20 {
                run.observe([T::narrow(108.0)]).unwrap();
                sound::run(&run);
                let mean = run.model().means()[1][0].widen();
                assert!((9.0..=108.0).contains(&mean));
                // One sample of 99 more against the ten that inertia speaks of.
                assert!(edit || i > 1 || (mean - 18.0).abs() < SLEEPS, "{mean}");
            }
        }
    }
    check::<f32>(1e-45);
    check::<f32>(1e-35);
    check::<f64>(1e-320);
}

/// Merged over and over, masses stay in range, and what the statistics say of means and covariances stays as it is.
#[test]
fn mergers_without_end_stay_in_range() {
    fn check<T: Real, C: Structure>() {
        let ball = [[2.0, 0.5], [0.5, 1.0]];
        let gmm: Gmm<T, 2, 2, C> = model([0.25, 0.75], [[0.0, 1.0], [5.0, -3.0]], [ball; 2]);
        let mut stats = SufficientStats::from_model(&gmm, T::ONE).unwrap();
        stats.observe(&gmm, [T::ONE; 2]).unwrap();
        let begin = stats.clone();
        for _ in 0..1100 {
            let same = stats.clone();
            stats.merge(&same);
            sound::statistics(&stats);
            assert!(stats.total_weight() > begin.total_weight());
        }
        assert!(stats.total_weight() > T::LARGEST_SQUARE, "{}", stats.total_weight());
        assert_eq!(stats.means(), begin.means());
        let share = |stats: &SufficientStats<T, 2, 2, C>| stats.masses()[0] / stats.total_weight();
        assert_eq!(share(&stats), share(&begin));
        for k in 0..2 {
            assert_eq!(stats.covariance(k), begin.covariance(k));
        }
        // Beside them, three components of half the largest mass each have a sum.
        let mut gmm = gmm;
        MStep::default().maximize(&stats, &mut gmm).unwrap();
        sound::model(&gmm);
    }
    call_for_typical_structures!(check, [f32]());
    check::<f64, Full>();
}

#[test]
fn an_effective_size_stays_in_range() {
    fn check<T: Real>(weight: f64) {
        let mut size = EffectiveSize::<T>::new();
        size.observe(T::narrow(weight)).unwrap();
        for _ in 0..3000 {
            let (same, before) = (size.clone(), size.value());
            size.merge(&same);
            assert!(size.value() >= before && size.value().widen() <= 2f64.powi(63), "{}", size.value());
            assert!(size.total_weight().widen().is_finite());
        }
        assert_eq!(size.value().widen(), 2f64.powi(63));
    }
    for weight in [1.0, 1e-15, 1e14] {
        check::<f32>(weight);
        check::<f64>(weight);
    }
}

/// Two halves whose sums are within the range each, but not beside another component's.
#[test]
fn a_split_heeds_what_the_others_hold() {
    let with = |first: f32, last: f32| -> Gmm<f32, 1, 3, Diagonal> {
        let variances = [first, 1.0, last].map(|variance| [variance].into());
        Gmm::new([0.5, 0.0, 0.5], [[0.0]; 3], variances).unwrap()
    };
    let mut stats = SufficientStats::from_model(&with(1.0, 2.6e28), 2.0).unwrap();
    for _ in 0..31 {
        let same = stats.clone();
        stats.merge(&same);
    }
    let (mut changed, mut model) = (stats.clone(), with(7e28, 1.0));
    let refusal = Err(Error::SumsOutOfRange);
    assert_eq!(lifecycle::split(&mut changed, &mut model, 0, 1, 0.9), refusal);
    assert_eq!((changed, model), (stats, with(7e28, 1.0)));
}

/// What fades until no mass is left leaves no scatter behind, which samples to come would be charged with.
#[test]
fn what_has_faded_to_nothing_is_gone() {
    fn check<C: Structure>() {
        let wide = [[1e28]];
        let gmm: Gmm<f32, 1, 2, C> = model([0.5, 0.5], [[3.0]; 2], [wide; 2]);
        let mut stats = SufficientStats::from_model(&gmm, 1.0).unwrap();
        stats.discount(1e-45).unwrap();
        assert_eq!(stats, SufficientStats::new());
    }
    call_for_typical_structures!(check, []());
}
