//! From nothing to clusters, whatever the unit of the data.

use gaussmix::lifecycle::{Birth, LifeCycle, Pruning};
use gaussmix::select::{ColdStart, Selection};
use gaussmix::stream::StepSize;
use gaussmix::{Criterion, Diagonal, Em, Error, Full, Gmm, MStep, OnlineEm, Real, Spherical};

use crate::support::dense::{Structure, covariances};
use crate::support::noise::Noise;
use crate::support::structures::for_typical_structures;
use crate::support::tolerance;

const SLOTS: usize = 4;
const CENTRES: [[f64; 2]; 3] = [[0.0, 0.0], [12.0, 3.0], [-5.0, 14.0]];

/// Three clusters of deviation 1 and of unequal weight.
fn clusters(n: usize, seed: u64) -> Vec<[f64; 2]> {
    let mut noise = Noise::new(seed);
    let draw = |_| {
        let u = noise.uniform();
        CENTRES[if u < 0.5 { 0 } else { 1 + usize::from(u < 0.75) }].map(|c| c + noise.normal())
    };
    (0..n).map(draw).collect()
}

fn start<T: Real, C: Structure>(data: &[[T; 2]]) -> Gmm<T, 2, SLOTS, C> {
    let mut cold: ColdStart<T, 2, 64> = ColdStart::new();
    let ready = data.iter().position(|x| cold.observe(x).unwrap()).unwrap();
    assert_eq!((ready, cold.samples().len()), (63, 64));
    let mut gmm = Gmm::unfitted();
    let selection = cold.start(&mut gmm).unwrap();
    assert_eq!(gmm.live().count(), selection.best.components);
    gmm.validate().unwrap();
    gmm
}

/// A start from these samples, 64 at most, with other settings.
fn start_with<T: Real, const D: usize, C: Structure>(
    mut cold: ColdStart<T, D, 64>,
    data: &[[T; D]],
) -> (Gmm<T, D, 4, C>, Selection<T, 4>) {
    data.iter().for_each(|x| assert!(cold.observe(x).is_ok()));
    let mut gmm = Gmm::unfitted();
    let selection = cold.start(&mut gmm).unwrap();
    gmm.validate().unwrap();
    assert_eq!(gmm.live().count(), selection.best.components);
    (gmm, selection)
}

/// 10 ± 1 and 50 ± 1.
fn two_levels<T: Real>(n: usize, seed: u64) -> Vec<[T; 1]> {
    let mut noise = Noise::new(seed);
    let mut draw = |_| [T::narrow(if noise.uniform() < 0.5 { 10.0 } else { 50.0 } + noise.normal())];
    (0..n).map(&mut draw).collect()
}

/// Puts corrupt readings among the samples: the start is that of the others, bit for bit.
fn survives<T: Real, const D: usize, C: Structure>(
    data: &[[T; D]],
    feature: usize,
    readings: &[(usize, f64)],
    live: usize,
) {
    let mut corrupt = data.to_vec();
    let mut others = data.to_vec();
    for (position, value) in readings.iter().rev() {
        corrupt[*position][feature] = T::narrow(*value);
        others.remove(*position);
    }
    let (found, selection) = start_with::<T, D, C>(ColdStart::new(), &corrupt);
    let (due, clean) = start_with::<T, D, C>(ColdStart::new(), &others);
    assert_eq!(clean.best.best_of.fit.count, others.len() as u64, "{readings:?}: without corrupt readings");
    assert_eq!(selection.best.best_of.fit.count, others.len() as u64, "{readings:?}\n{found}");
    assert_eq!((found.live().count(), selection.chosen()), (live, Some(live)), "{readings:?}\n{found}");
    assert_eq!((found, selection), (due, clean), "{readings:?}");
}

const CORRUPT: [f64; 5] = [65535.0, -127.0, 999.0, 4095.0, 32767.0];

/// One reading, two, three or four, wherever they are, equal or not.
fn corrupt(value: usize) -> [Vec<(usize, f64)>; 8] {
    let [value, next, last] = [value, value + 1, value + 3].map(|i| CORRUPT[i % 5]);
    [
        vec![(0, value)],
        vec![(20, value)],
        vec![(63, value)],
        vec![(0, value), (20, value)],
        vec![(20, value), (63, next)],
        vec![(0, value), (20, value), (63, value)],
        vec![(0, value), (20, next), (63, last)],
        vec![(0, value), (7, -9.0 * value), (20, next), (63, 3.0 * last)],
    ]
}

fn corrupt_readings_are_survived<C: Structure>() {
    let plane: Vec<[f32; 2]> = clusters(64, 81).iter().map(|x| x.map(|v| v as f32)).collect();
    for value in 0..5 {
        survives::<f32, 2, C>(&plane, value % 2, &corrupt(value)[7 - value], 3);
    }
}
for_typical_structures!(corrupt_readings_are_survived);

fn all_corrupt_readings_are_survived<T: Real>() {
    let plane: Vec<[T; 2]> = clusters(64, 81).iter().map(|x| x.map(T::narrow)).collect();
    for value in 0..5 {
        for readings in corrupt(value) {
            survives::<T, 1, Full>(&two_levels(64, 91), 0, &readings, 2);
            survives::<T, 2, Diagonal>(&plane, value % 2, &readings, 3);
        }
    }
}

#[test]
fn all_corrupt_readings_are_survived_in_single() {
    all_corrupt_readings_are_survived::<f32>();
}

#[test]
fn all_corrupt_readings_are_survived_in_double() {
    all_corrupt_readings_are_survived::<f64>();
}

/// A corrupt reading that is not far out, or lies between clusters.
#[test]
fn a_single_reading_beside_clusters_is_survived() {
    for seed in 91..95 {
        for value in [-60.0, -20.0, 25.0, 30.0, 70.0, 100.0, 120.0] {
            survives::<f64, 1, Full>(&two_levels(64, seed), 0, &[(20, value)], 2);
            survives::<f32, 1, Diagonal>(&two_levels(64, seed), 0, &[(0, value)], 2);
        }
    }
}

/// In a sample as large as any that is accepted, in several features, in a single cluster.
#[test]
fn corrupt_samples_are_survived_whatever_their_size() {
    let mut data: Vec<[f32; 3]> = vec![];
    let mut noise = Noise::new(95);
    data.resize_with(64, || [0.0, 300.0, -5.0].map(|c: f64| (c + noise.normal()) as f32));
    let (due, _) = start_with::<f32, 3, Full>(ColdStart::new(), &data[2..62]);
    let far = [[2e14, 0.0, 0.0], [-65535.0; 3], [0.0, 65535.0, -5.0], [0.0, 300.0, 1e6]];
    data[..2].copy_from_slice(&far[..2]);
    data[62..].copy_from_slice(&far[2..]);
    let (found, selection) = start_with::<f32, 3, Full>(ColdStart::new(), &data);
    assert_eq!(selection.best.best_of.fit.count, 60);
    assert_eq!((found.live().count(), found), (1, due));
}

/// Nothing of this is corrupt, and nothing is left out.
#[test]
fn what_is_not_corrupt_is_kept() {
    let keeps = |data: Vec<[f64; 1]>, means: &[f64]| {
        let (gmm, selection) = start_with::<f64, 1, Full>(ColdStart::new(), &data);
        assert_eq!((selection.best.best_of.fit.count, selection.chosen()), (64, Some(means.len())), "{gmm}");
        for mean in means {
            assert!(gmm.live().any(|k| (gmm.means()[k][0] - mean).abs() < 1.5), "{mean}\n{gmm}");
        }
    };
    // 40 % zeros, a clipped channel, and a cluster that has five samples of 64, 100 deviations away.
    let mut data = two_levels(64, 91);
    data.iter_mut().filter(|x| x[0] < 30.0).for_each(|x| x[0] = 0.0);
    keeps(data.clone(), &[0.0, 50.0]);
    data.iter_mut().for_each(|x| x[0] = x[0].min(50.0));
    keeps(data, &[0.0, 49.0, 50.0]);
    let mut data = two_levels(64, 91);
    data.iter_mut().filter(|x| x[0] > 30.0).for_each(|x| x[0] -= 40.0);
    let far = data[..5].iter().map(|x| [x[0] + 100.0]);
    keeps(far.chain(data[5..].iter().copied()).collect(), &[10.0, 110.0]);
    // Rare events of a feature that is at rest.
    let mut data = vec![[0.0]; 64];
    (0..4).for_each(|i| data[i * 15] = [[3.0, 5.0, 4.0, 4.5][i]]);
    let (gmm, selection) = start_with::<f64, 1, Full>(ColdStart::new(), &data);
    assert_eq!(selection.best.best_of.fit.count, 64, "{gmm}");
}

/// At most an eighth is left out, and of fewer than eight samples none.
#[test]
fn a_start_never_leaves_out_much() {
    let mut noise = Noise::new(96);
    for n in [2, 5, 7, 8, 20, 64] {
        for _ in 0..20 {
            // A Cauchy distribution: there is always a sample far out.
            let mut draw = || noise.normal() / noise.normal();
            let data: Vec<[f64; 2]> = (0..n).map(|_| [draw(), draw()]).collect();
            let (_, selection) = start_with::<f64, 2, Diagonal>(ColdStart::new(), &data);
            let count = selection.best.best_of.fit.count as usize;
            assert!(count <= n && n - count <= n / 8, "{count} of {n}");
        }
    }
}

/// Criteria and likelihoods are those of the model returned, in the unit of the samples.
fn a_selection_speaks_of_the_samples<C: Structure>() {
    for (scale, offset) in [(1.0, 0.0), (1e-6, 3.0), (3e8, 0.0)] {
        let data: Vec<[f64; 2]> = clusters(64, 81).iter().map(|x| x.map(|v| v * scale + offset)).collect();
        let (gmm, selection) = start_with::<f64, 2, C>(ColdStart::new(), &data);
        let criteria = gmm.criteria(&data).unwrap();
        let near = |a: f64, b: f64| (a - b).abs() < tolerance::UNITS_OF_LIKELIHOOD * b.abs();
        let best = selection.best;
        assert!(near(best.criteria.bic(), criteria.bic()), "{:?} {criteria:?}", best.criteria);
        assert!(near(best.best_of.fit.log_likelihood, criteria.log_likelihood));
        assert_eq!(selection.candidates[best.components - 1], Some(Ok(best)));
        assert!(selection.runner_up().is_some_and(|second| second.criteria.bic() > criteria.bic()));
    }
}
for_typical_structures!(a_selection_speaks_of_the_samples);

#[test]
fn the_criterion_is_the_callers() {
    // Two components fit this best, but they are not two clusters.
    let mut noise = Noise::new(97);
    let mut draw = |i: usize| [noise.normal() * [0.6, 3.0][i % 2]];
    let data: Vec<[f64; 1]> = (0..64).map(&mut draw).collect();
    let components = |criterion| {
        let cold = ColdStart::new().with_criterion(criterion);
        let (gmm, selection) = start_with::<f64, 1, Full>(cold, &data);
        assert_eq!((selection.criterion, selection.best.components), (criterion, gmm.live().count()));
        gmm.live().count()
    };
    assert_eq!((components(Criterion::Bic), components(Criterion::Icl)), (2, 1));
}

/// Floors, ridges and units are in the unit of the samples, whatever that is.
fn floors_have_the_unit_of_the_samples<T: Real, C: Structure>() {
    let em = |m_step: Result<MStep<T>, Error>| Em::default().with_m_step(m_step.unwrap());
    for (power, at) in [(1.0, 0.0), (1024.0, 100.0), (2f64.powi(-30), 0.0)] {
        let narrow = |v: f64| T::narrow(v * power);
        // A feature at rest beside one with two levels.
        let levels = two_levels::<f64>(64, 91);
        let data: Vec<[T; 2]> = levels.iter().map(|x| [narrow(x[0]), narrow(at)]).collect();
        let variance = narrow(0.0625 * power);
        let floored = em(MStep::default().with_absolute_floor(variance));
        let ridged = em(MStep::default().with_ridge(variance));
        let unit = [narrow(0.0), narrow(0.75f64.sqrt())];
        let colds = [
            ColdStart::new().with_em(floored),
            ColdStart::new().with_em(ridged),
            ColdStart::new().with_resolution(unit).unwrap(),
        ];
        for (i, cold) in colds.into_iter().enumerate() {
            let (gmm, selection) = start_with::<T, 2, C>(cold, &data);
            assert_eq!((gmm.live().count(), selection.best.best_of.fit.count), (2, 64), "{i} {power}\n{gmm}");
            for k in gmm.live() {
                let found = covariances(&gmm)[k][1][1] / variance.widen();
                assert!((found - 1.0).abs() < 8.0 * T::EPSILON.widen(), "{i} {power}: {found}\n{gmm}");
                assert_eq!(gmm.means()[k][1], narrow(at));
            }
        }
        // Without them it is too early to start.
        let mut cold: ColdStart<T, 2, 64> = ColdStart::new();
        data.iter().for_each(|x| assert!(cold.observe(x).is_ok()));
        let mut gmm: Gmm<T, 2, 4, C> = Gmm::unfitted();
        assert_eq!(cold.start(&mut gmm).err(), Some(Error::ConstantFeature { feature: 1 }));
    }
}

#[test]
fn a_feature_at_rest_starts_above_a_floor() {
    floors_have_the_unit_of_the_samples::<f64, Full>();
    floors_have_the_unit_of_the_samples::<f32, Full>();
    floors_have_the_unit_of_the_samples::<f64, Diagonal>();
    floors_have_the_unit_of_the_samples::<f32, Diagonal>();
}

/// All samples are equal, or all but a corrupt one.
#[test]
fn a_sensor_at_rest_starts_with_a_unit() {
    let cold = ColdStart::<f32, 2, 64>::new().with_resolution([0.5, 0.001]).unwrap();
    let mut data = vec![[20.5f32, -3.0]; 64];
    for corrupt in [20.5, 65535.0, -127.0] {
        data[0][0] = corrupt;
        let (gmm, _) = start_with::<f32, 2, Diagonal>(cold.clone(), &data);
        assert_eq!((gmm.live().count(), gmm.means()[0]), (1, [20.5, -3.0]));
        for (found, unit) in [(0, 0.5f64), (1, 0.001)].map(|(j, u)| (covariances(&gmm)[0][j][j], u)) {
            assert!((found / (unit * unit / 12.0) - 1.0).abs() < 1e-6);
        }
        // One variance for both: the mean of theirs.
        let (gmm, _) = start_with::<f32, 2, Spherical>(cold.clone(), &data);
        let mean = (0.25 + 1e-6) / 24.0;
        assert!((covariances(&gmm)[0][0][0] / mean - 1.0).abs() < 1e-6);
    }
    assert!(ColdStart::<f32, 2, 64>::new().with_resolution([1.0, -1.0]).is_err());
}

/// Scaled by a power of two, with all that has a unit, a start with floors has the same bits too.
#[test]
fn powers_of_two_change_no_bit_of_a_start_with_floors() {
    let start = |power: f32| {
        let data: Vec<[f32; 2]> =
            clusters(64, 81).iter().map(|x| x.map(|v| (v * 4.0).round() as f32 / 4.0 * power)).collect();
        let m_step = MStep::default().with_absolute_floor(0.02 * power * power).unwrap();
        let cold = ColdStart::new().with_em(Em::default().with_m_step(m_step));
        start_with::<f32, 2, Full>(cold.with_resolution([0.25 * power; 2]).unwrap(), &data).0
    };
    let due = start(1.0);
    for power in [2f32.powi(-20), 2f32.powi(25)] {
        let found = start(power);
        assert_eq!(found.weights(), due.weights());
        assert!(found.means().iter().zip(due.means()).all(|(f, d)| (0..2).all(|j| f[j] == d[j] * power)));
    }
}

/// A cold start, and then a run with births and pruning over the rest of the stream.
fn follow<T: Real, C: Structure>(data: &[[T; 2]]) -> Gmm<T, 2, SLOTS, C> {
    let mut run = OnlineEm::new(start(data), StepSize::constant(T::narrow(0.005)).unwrap()).unwrap();
    let mut life = LifeCycle::default().with_birth(Birth::default()).with_pruning(Pruning::default());
    for x in &data[64..] {
        life.observe(&mut run, x).unwrap();
    }
    run.into_model()
}

/// Scaled by powers of two, the start has the same bits, scaled; each feature may have its own power where a structure
/// has a unit for each.
fn powers_of_two_change_no_bit<C: Structure>() {
    let plain = clusters(64, 81);
    let due: Gmm<f64, 2, SLOTS, C> = start(&plain);
    assert_eq!(due.live().count(), 3);
    let own = Gmm::<f64, 2, SLOTS, C>::unfitted().affine(&[2.0, 4.0], &[0.0; 2]).is_ok();
    let exponents = [[-20, -20], [9, 9], [50, 50], [-7, 40]];
    for powers in exponents.iter().filter(|p| own || p[0] == p[1]).map(|p| p.map(|e| 2f64.powi(e))) {
        let scaled: Vec<[f64; 2]> = plain.iter().map(|x| [x[0] * powers[0], x[1] * powers[1]]).collect();
        let found: Gmm<f64, 2, SLOTS, C> = start(&scaled);
        assert_eq!(found.weights(), due.weights());
        assert!(found.means().iter().zip(due.means()).all(|(f, d)| (0..2).all(|j| f[j] == d[j] * powers[j])));
        for (found, due) in covariances(&found).iter().zip(covariances(&due)) {
            assert!((0..2).all(|i| (0..2).all(|j| found[i][j] == due[i][j] * powers[i] * powers[j])));
        }
    }
}
for_typical_structures!(powers_of_two_change_no_bit);

/// The same live count, labels and means in volts, in a converter's counts, and at an offset of 10⁴ deviations.
fn units_change_nothing<T: Real, C: Structure>() {
    let plain = clusters(20_000, 82);
    let narrow = |scale: f64, offset: f64| -> Vec<[T; 2]> {
        plain.iter().map(|x| x.map(|v| T::narrow(v * scale + offset))).collect()
    };
    let data = narrow(1.0, 0.0);
    let due: Gmm<T, 2, SLOTS, C> = follow(&data);
    assert_eq!(due.live().count(), 3, "{due}");
    let units = [(100.0, 0.0), (0.001, 0.0), (37.0, 20_000.0), (1.0, 1e4), (0.001, -10.0), (3e-9, 2e-5)];
    for (scale, offset) in units {
        let scaled = narrow(scale, offset);
        let found: Gmm<T, 2, SLOTS, C> = follow(&scaled);
        assert_eq!(found.live().count(), 3, "{scale} {offset}\n{found}");
        // Which of them is which component here.
        let twin = |k: usize| due.predict(found.means()[k].map(|v| T::narrow((v.widen() - offset) / scale)));
        let mut same = 0;
        for k in found.live() {
            let twin = twin(k).unwrap();
            for j in 0..2 {
                let mean = (found.means()[k][j].widen() - offset) / scale;
                let deviation = covariances(&due)[twin][j][j].sqrt();
                let off = (mean - due.means()[twin][j].widen()).abs() / deviation;
                assert!(off < 0.01, "{scale} {offset}: {off} deviations");
            }
        }
        for (x, y) in data.iter().zip(&scaled) {
            same += usize::from(twin(found.predict(y).unwrap()).unwrap() == due.predict(x).unwrap());
        }
        assert!(same >= data.len() * 999 / 1000, "{scale} {offset}: {same} labels");
    }
}

#[test]
fn units_change_nothing_in_double() {
    units_change_nothing::<f64, Full>();
    units_change_nothing::<f64, Diagonal>();
}

#[test]
fn units_change_nothing_in_single() {
    units_change_nothing::<f32, Full>();
    units_change_nothing::<f32, Diagonal>();
}

/// Clusters that the first samples did not show are born later.
#[test]
fn what_comes_later_is_born() {
    let mut data = clusters(6000, 83);
    for (t, x) in data.iter_mut().enumerate().filter(|(t, _)| *t > 2000 && t % 5 == 0) {
        *x = [30.0 + (t % 7) as f64 / 3.0, -20.0 + (t % 11) as f64 / 4.0];
    }
    assert_eq!(follow::<f64, Full>(&data).live().count(), 4);
}

#[test]
fn a_cold_start_refuses_what_it_cannot_start_from() {
    let mut cold: ColdStart<f32, 2, 8> = ColdStart::new();
    let mut gmm: Gmm<f32, 2, 3> = Gmm::unfitted();
    assert_eq!(cold.start(&mut gmm).err(), Some(Error::EmptyData));
    for x in [[f32::NAN, 0.0], [0.0, f32::INFINITY], [1e30, 0.0]] {
        assert!(cold.observe(x).is_err());
    }
    assert_eq!(cold.observe(([1.0, 2.0], 0.0)), Ok(false));
    assert!(cold.samples().is_empty());
    for i in 0..8 {
        assert_eq!(cold.observe([i as f32 * 0.5, 3.0]), Ok(i == 7));
    }
    assert_eq!(cold.start(&mut gmm).err(), Some(Error::ConstantFeature { feature: 1 }));
    assert_eq!(gmm, Gmm::unfitted());
    // The oldest make room.
    for i in 0..3 {
        assert_eq!(cold.observe([i as f32, 4.0 + i as f32]), Ok(true));
    }
    assert_eq!(cold.samples()[..4], [[0.0, 4.0], [1.0, 5.0], [2.0, 6.0], [1.5, 3.0]]);
    assert!(cold.start(&mut gmm).is_ok_and(|selection| selection.best.components >= 1));
    gmm.validate().unwrap();
}

/// A run that began with a guess at the unit would be silent about it.
#[test]
fn a_run_refuses_an_unfitted_model() {
    let step = StepSize::default();
    assert_eq!(OnlineEm::new(Gmm::<f32, 2, 3>::unfitted(), step), Err(Error::Unfitted));
    let mut run: OnlineEm<f32, 2, 3> = OnlineEm::unfitted();
    assert_eq!(run.reset(&Gmm::unfitted()), Err(Error::Unfitted));
    assert_eq!(run, OnlineEm::unfitted());
    // Nor does it blame a weight that nobody passed.
    let far: Gmm<f32, 1, 1> = Gmm::new([1.0], [[1e18]], [[[1.0]].into()]).unwrap();
    assert_eq!(OnlineEm::new(far, step).map(|_| ()), Err(Error::SumsOutOfRange));
}
