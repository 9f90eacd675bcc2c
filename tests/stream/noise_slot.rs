//! Streams with a noise slot: corrupt readings, long quiet times, and the life cycle.

use gaussmix::covariance::Noise as Slot;
use gaussmix::lifecycle::{Birth, LifeCycle, Merging, Pruning, Splitting, Verdict, remove, seed, split};
use gaussmix::stream::{Average, StepSize};
use gaussmix::{
    Covariance, Diagonal, Full, Gmm, MStep, OnlineEm, Real, SufficientStats, Tied, WithNoise, reduce,
};

use crate::support::noise::Noise;
use crate::support::tolerance::{IN_STEP, NOISE_MOVES_NOTHING};

type Run<T> = OnlineEm<T, 1, 2, WithNoise<Diagonal>>;

/// Clusters at 10 and 50 of deviation 1, and noise in a range of 60.
fn two<T: Real>(weight: f64) -> Run<T> {
    let gmm: Gmm<f64, 1, 2, Diagonal> = Gmm::from_arrays([0.5; 2], [[10.0], [50.0]], [[1.0], [1.0]]).unwrap();
    let gmm = gmm.with_noise(Slot::new(weight, 60.0).unwrap()).unwrap().cast().unwrap();
    OnlineEm::new(gmm, StepSize::default()).unwrap()
}

fn readings<T: Real>(n: usize) -> impl Iterator<Item = [T; 1]> {
    let mut noise = Noise::new(55);
    (0..n).map(move |i| [T::narrow([10.0, 50.0][i % 2] + noise.normal())])
}

fn no_corrupt_reading_moves_anything<T: Real>() {
    for corrupt in [-127.0, 20.0, 999.0, 65535.0, 1e9] {
        let mut run = two::<T>(0.01);
        for x in readings(1000) {
            run.observe(x).unwrap();
        }
        let before = run.model().clone();
        let posterior = run.observe([T::narrow(corrupt)]).unwrap();
        assert!(before.noise_responsibility(&posterior).widen() > 0.99);
        for k in 0..2 {
            let moved = run.model().means()[k][0] - before.means()[k][0];
            let widened = run.model().covariances()[k][0] / before.covariances()[k][0] - T::ONE;
            let most = moved.widen().abs().max(widened.widen().abs());
            assert!(most < NOISE_MOVES_NOTHING, "{corrupt}: {most}");
        }
        assert!(run.model().noise().weight() > before.noise().weight());
    }
}

#[test]
fn a_corrupt_reading_moves_nothing() {
    no_corrupt_reading_moves_anything::<f32>();
    no_corrupt_reading_moves_anything::<f64>();
}

/// In a long time without an outlier the noise does not fade to nothing, and the next one still finds it.
#[test]
fn noise_outlasts_a_quiet_time() {
    let mut run = two::<f32>(0.05);
    for x in readings(100_000) {
        run.observe(x).unwrap();
    }
    // What belongs to a cluster, and half a sample of those that count: 0.005/4.
    let weight = run.model().noise().weight();
    assert!((0.001..0.01).contains(&weight), "{weight}");
    let before = run.model().clone();
    let posterior = run.observe([20.0]).unwrap();
    assert!(before.noise_responsibility(&posterior) > 0.99);
    assert!((run.model().means()[0][0] - before.means()[0][0]).abs() < 1e-3);
    // A slot of no weight stays so.
    let mut none = two::<f64>(0.0);
    for x in readings(500) {
        none.observe(x).unwrap();
    }
    assert_eq!((none.model().noise().weight(), none.statistics().noise_mass()), (0.0, 0.0));
    let batch: Vec<[f64; 1]> = readings(50).chain([[30.0]; 5]).collect();
    let mut run = two::<f64>(0.01);
    run.observe_batch(&batch).unwrap();
    assert!(run.model().noise().weight() > 0.01);
    let mut average = Average::new();
    average.observe(run.statistics());
    let mut averaged = run.model().clone();
    MStep::default().maximize(average.statistics(), &mut averaged).unwrap();
    let [a, b] = [&averaged, run.model()].map(|gmm| gmm.noise().weight());
    assert!((a - b).abs() < 1e-12, "{a} {b}");
}

/// What a run keeps for the noise comes on top: the mass of the whole is 1 to 1 + g/4, whatever is born or removed, and
/// the model is that of the shares.
#[test]
fn the_mass_of_a_run_stays_next_to_one() {
    const STEP: f64 = 0.05;
    let gmm: Gmm<f64, 1, 2, Diagonal> = Gmm::from_arrays([0.5; 2], [[10.0], [50.0]], [[1.0]; 2]).unwrap();
    let gmm = gmm.with_noise(Slot::new(0.2, 60.0).unwrap()).unwrap();
    let mut run = OnlineEm::new(gmm, StepSize::constant(STEP).unwrap()).unwrap();
    let (mut least, mut most) = (f64::INFINITY, 0.0f64);
    for (t, x) in readings(2000).enumerate() {
        let x = if t % 700 > 660 { [30.0] } else { x };
        run.observe(x).unwrap();
        match t {
            650 | 1350 => run.edit(|stats, gmm| remove(stats, gmm, 1)).unwrap(),
            700 | 1450 => run.edit(|stats, gmm| seed(stats, gmm, 1, &[50.0], 0.3)).unwrap(),
            _ => {}
        }
        let (stats, gmm) = (run.statistics(), run.model());
        let total = stats.total_weight();
        (least, most) = (total.min(least), total.max(most));
        gmm.validate().unwrap();
        assert!((stats.noise_mass() / total - gmm.noise().weight()).abs() < IN_STEP, "{t}");
    }
    let least_share = STEP / 4.0;
    assert!(least > 1.0 - IN_STEP && most < 1.0 + least_share + IN_STEP, "{least} to {most}");
    assert!(most > 1.0 + 0.75 * least_share, "{most}");
}

/// Outliers are what is likelier noise: they are learnt by it, not withheld, and several that agree are born.
#[test]
fn likely_noise_is_evidence_of_a_birth() {
    let gmm: Gmm<f64, 1, 3, Full> =
        Gmm::from_arrays([0.5, 0.5, 0.0], [[10.0], [50.0], [0.0]], [[[1.0]]; 3]).unwrap();
    let gmm = gmm.with_noise(Slot::new(0.02, 200.0).unwrap()).unwrap();
    let mut run = OnlineEm::new(gmm, StepSize::default()).unwrap();
    let mut life = LifeCycle::default().with_birth(Birth::default()).with_pruning(Pruning::default());
    let mut born = Vec::new();
    for (t, x) in readings::<f64>(3000).enumerate() {
        let x = match t {
            200 | 400 => [-300.0], // two strays, far apart in time
            1000.. if t % 5 == 0 => [x[0] - if x[0] > 30.0 { 20.0 } else { -20.0 }],
            _ => x,
        };
        let report = life.observe(&mut run, x).unwrap();
        assert!(!report.withheld, "{t}");
        run.model().validate().unwrap();
        born.extend(report.born.map(|k| (t, k)));
    }
    assert_eq!(born, [(1010, 2)], "the third that is near another");
    let (gmm, found) = (run.model(), run.model().means()[2][0]);
    assert!((found - 30.0).abs() < 0.5, "{found}");
    assert!((gmm.weights()[2] - 0.2).abs() < 0.06 && gmm.noise().weight() < 0.01, "{gmm}");
    // Beside a stream of the caller's: the same decisions.
    let (mut gmm, mut birth) = (run.model().clone(), Birth::default());
    let mut stats = SufficientStats::from_model(&gmm, 100.0).unwrap();
    assert_eq!(birth.consider(&mut stats, &mut gmm, [12.0]), Ok(Verdict::Observe));
    // No slot is free and none is light: noise learns what would be born.
    for x in [100.0, 101.0, 99.5] {
        assert_eq!(birth.consider(&mut stats, &mut gmm, [x]), Ok(Verdict::Observe));
    }
}

/// W_k/W = π_k for all, noise included, and the density of the whole is that of the parts.
fn in_step<C: Covariance>(
    stats: &SufficientStats<f64, 2, 3, WithNoise<C>>,
    gmm: &Gmm<f64, 2, 3, WithNoise<C>>,
    what: &str,
) {
    gmm.validate().unwrap();
    stats.validate().unwrap();
    let total = stats.total_weight();
    let close = |mass: f64, weight: f64| (mass / total - weight).abs() < IN_STEP;
    for k in 0..3 {
        assert!(close(stats.masses()[k], gmm.weights()[k]), "{what}: {k}");
    }
    assert!(close(stats.noise_mass(), gmm.noise().weight()), "{what}: noise");
    assert!((total - 80.0).abs() < IN_STEP * 80.0, "{what}: {total}");
    // Statistics that are the model's lead to the model.
    let mut again = gmm.clone();
    MStep::exact().maximize(stats, &mut again).unwrap();
    for x in [[0.0, 0.0], [3.0, 1.0], [40.0, 0.0]] {
        let [a, b] = [&again, gmm].map(|gmm| gmm.log_density(x).unwrap());
        assert!((a - b).abs() < IN_STEP * (1.0 + b.abs()), "{what}: {a} {b}");
    }
}

/// What a run keeps for the noise is no part of a mean: of shares of 0.2, 0 and 0.1 that is 0.1.
#[test]
fn an_average_has_the_mean_of_the_noise() {
    let (mut average, mut sum) = (Average::<f64, 1, 2, WithNoise<Diagonal>>::new(), 0.0);
    for (noise, count) in [(0.2, 1.0), (0.0, 2.0), (0.1, 3.0), (0.0, 4.0)] {
        let mut stats = SufficientStats::new();
        stats.assign([10.0], &[0.75 * (1.0 - noise), 0.25 * (1.0 - noise)]).unwrap();
        average.observe(&stats);
        sum += noise;
        let found = average.statistics();
        assert!(
            (found.noise_mass() - sum / count).abs() < IN_STEP,
            "{} for {}",
            found.noise_mass(),
            sum / count
        );
        assert!((found.total_weight() - 1.0).abs() < IN_STEP);
    }
}

fn operations_carry_the_noise_along<C: Covariance>() {
    let matrices = [[[2.0, 0.3], [0.3, 1.0]].into(); 3];
    let weights = [0.5, 0.3, 0.2];
    let plain: Gmm<f64, 2, 3, C> = Gmm::new(
        weights,
        [[0.0, 0.0], [4.0, 1.0], [9.0, -3.0]],
        C::from_matrices(&weights, &matrices).unwrap(),
    )
    .unwrap();
    let mut gmm = plain.with_noise(Slot::new(0.1, 300.0).unwrap()).unwrap();
    let mut stats = SufficientStats::from_model(&gmm, 80.0).unwrap();
    in_step(&stats, &gmm, "start");
    remove(&mut stats, &mut gmm, 2).unwrap();
    in_step(&stats, &gmm, "remove");
    assert!((gmm.noise().weight() - 0.1 / 0.82).abs() < IN_STEP);
    split(&mut stats, &mut gmm, 0, 2, 0.5).unwrap();
    in_step(&stats, &gmm, "split");
    reduce::merge(&mut stats, &mut gmm, 0, 2).unwrap();
    in_step(&stats, &gmm, "merge");
    seed(&mut stats, &mut gmm, 2, &[20.0, 20.0], 0.05).unwrap();
    in_step(&stats, &gmm, "seed");
    assert!((gmm.noise().weight() - 0.95 * 0.1 / 0.82).abs() < IN_STEP);
    let mut pruned = gmm.clone();
    Pruning::default().with_share(0.06).unwrap().apply(&mut stats, &mut pruned).unwrap();
    pruned.validate().unwrap();
    assert_eq!(pruned.weights()[2], 0.0);
    assert!(pruned.noise().weight() > gmm.noise().weight(), "it pays nothing");
}

/// Noise too light to be seen beside 1 is no rounding: what is removed, split or born leaves its proportion.
#[test]
fn light_noise_keeps_its_proportion() {
    for weight in [0.0, 1e-25] {
        let gmm: Gmm<f64, 1, 3> =
            Gmm::from_arrays([0.7, 0.2, 0.1], [[0.0], [4.0], [9.0]], [[[1.0]]; 3]).unwrap();
        let mut gmm = gmm.with_noise(Slot::new(weight, 300.0).unwrap()).unwrap();
        let mut stats = SufficientStats::from_model(&gmm, 80.0).unwrap();
        let mut due = weight / 0.9;
        remove(&mut stats, &mut gmm, 2).unwrap();
        let mut is_due = |gmm: &Gmm<f64, 1, 3, WithNoise<Full>>, growth: f64| {
            gmm.validate().unwrap();
            due *= growth;
            let found = gmm.noise().weight();
            assert!((found - due).abs() <= IN_STEP * due, "{found} instead of {due}");
        };
        is_due(&gmm, 1.0);
        split(&mut stats, &mut gmm, 0, 2, 0.5).unwrap();
        is_due(&gmm, 1.0);
        seed(&mut stats, &mut gmm, 1, &[20.0], 0.05).unwrap();
        is_due(&gmm, 0.95 / (0.7 / 0.9));
    }
}

#[test]
fn operations_leave_model_and_statistics_in_step() {
    operations_carry_the_noise_along::<Full>();
    operations_carry_the_noise_along::<Tied<Full>>();
}

/// All policies beside a stream of four groups that jump all at once, to where there is nothing but noise: of which they
/// are born again, and every model on the way is valid.
#[test]
fn groups_that_jump_are_born_of_the_noise() {
    let gmm: Gmm<f32, 1, 4, Tied<Diagonal>> =
        Gmm::from_arrays([0.5, 0.5, 0.0, 0.0], [[10.0], [50.0], [0.0], [0.0]], [[1.0]]).unwrap();
    let gmm = gmm.with_noise(Slot::new(0.02, 200.0).unwrap()).unwrap();
    let mut run = OnlineEm::new(gmm, StepSize::default()).unwrap();
    let mut life = LifeCycle::default()
        .with_birth(Birth::default())
        .with_pruning(Pruning::default())
        .with_merging(Merging::default())
        .with_splitting(Splitting::default());
    for (t, x) in readings::<f32>(6000).enumerate() {
        let x = [x[0] + (t / 1500) as f32 * 17.0 * if t % 3 == 0 { -3.0 } else { 1.0 }];
        life.observe(&mut run, x).unwrap();
        run.model().validate().unwrap();
        run.statistics().validate().unwrap();
    }
    let gmm = run.model();
    assert!(gmm.live().count() == 4 && gmm.noise().weight() < 0.05, "{gmm}");
    assert!(gmm.covariances()[0][0] < 1.5, "{gmm}");
}
