//! What it means that a symmetric covariance lies above floors.

use gaussmix::covariance::{Eev, Eve, Evv, Vee, Vev, Vve};
use gaussmix::fit::Outcome;
use gaussmix::nalgebra::SMatrix;
use gaussmix::{Em, Full, Gmm, MStep, Real, SufficientStats, Tied};

use crate::support::clouds::{clouds, guess};
use crate::support::dense::{Structure, covariances, model};
use crate::support::noise::Noise;
use crate::support::tolerance::{EQUIVARIANCE, ROUNDING};

const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// Two clusters, and a third feature that is the sum of the others.
fn sums() -> Vec<[f64; 3]> {
    let mut noise = Noise::new(75);
    let draw = |i: usize| {
        let [a, b] = [noise.normal() + 4.0 * (i % 2) as f64, 30.0 * noise.normal()];
        [a, b, a + b]
    };
    (0..200).map(draw).collect()
}

/// ℓ after ten iterations, and the covariances with the features in their first order.
fn fitted<C: Structure>(order: [usize; 3]) -> (f64, [[[f64; 3]; 3]; 2]) {
    let data: Vec<[f64; 3]> = sums().iter().map(|x| order.map(|j| x[j])).collect();
    let centre = |v: f64| order.map(|j| [v, 0.0, v][j]);
    let wide = [[100.0, 0.0, 0.0], [0.0, 100.0, 0.0], [0.0, 0.0, 100.0]];
    let mut gmm: Gmm<f64, 3, 2, C> = model([0.5; 2], [centre(0.0), centre(4.0)], [wide; 2]);
    let m_step = MStep::default().with_relative_floor(1e-3).unwrap();
    let em = Em::default().with_m_step(m_step).with_tolerance(0.0).unwrap().with_max_iterations(10);
    let fit = em.fit(&mut gmm, &data).unwrap();
    let mut back = [[[0.0; 3]; 3]; 2];
    for (back, found) in back.iter_mut().zip(&covariances(&gmm)) {
        for (i, j) in (0..9).map(|n| (n / 3, n % 3)) {
            back[order[i]][order[j]] = found[i][j];
        }
    }
    (fit.log_likelihood, back)
}

fn does_not_depend_on_the_order<C: Structure>() {
    let (log_likelihood, covariances) = fitted::<C>(ORDERS[0]);
    let scale = covariances.as_flattened().as_flattened().iter().fold(0.0f64, |a, b| a.max(b.abs()));
    for order in ORDERS {
        let (other, matrices) = fitted::<C>(order);
        assert!((other / log_likelihood - 1.0).abs() < EQUIVARIANCE, "{order:?}: {other}, {log_likelihood}");
        for (a, b) in
            covariances.as_flattened().as_flattened().iter().zip(matrices.as_flattened().as_flattened())
        {
            assert!((a - b).abs() < EQUIVARIANCE * scale, "{order:?}: {a}, {b}");
        }
    }
}

#[test]
fn a_floored_fit_does_not_depend_on_the_order_of_features() {
    does_not_depend_on_the_order::<Full>();
    does_not_depend_on_the_order::<Tied<Full>>();
    does_not_depend_on_the_order::<Eev>();
    does_not_depend_on_the_order::<Evv>();
    does_not_depend_on_the_order::<Vee>();
    does_not_depend_on_the_order::<Vev>();
    does_not_depend_on_the_order::<Vve>();
    does_not_depend_on_the_order::<Eve>();
}

/// The matrix of largest likelihood above floors is that of the scatter, with eigenvalues raised to 1 in units of the
/// floors' roots.
#[test]
fn eigenvalues_are_raised_in_units_of_the_floors() {
    let data = clouds(300, 76);
    let n = data.len() as f64;
    let mean: [f64; 3] = core::array::from_fn(|j| data.iter().map(|x| x[j]).sum::<f64>() / n);
    let covariance = SMatrix::<f64, 3, 3>::from_fn(|i, j| {
        data.iter().map(|x| (x[i] - mean[i]) * (x[j] - mean[j])).sum::<f64>() / n
    });
    for share in [0.2, 0.5, 0.9, 2.0] {
        let units = SMatrix::<f64, 3, 3>::from_diagonal(&covariance.diagonal().map(|v| (share * v).sqrt()));
        let inverse = units.try_inverse().unwrap();
        let mut eigen = (inverse * covariance * inverse).symmetric_eigen();
        let raised = eigen.eigenvalues.iter().filter(|v| **v < 1.0).count();
        eigen.eigenvalues.iter_mut().for_each(|v| *v = v.max(1.0));
        let due = units * eigen.recompose() * units;

        let mut stats: SufficientStats<f64, 3, 1> = SufficientStats::new();
        let mut gmm: Gmm<f64, 3, 1> = Gmm::new([1.0], [mean], [SMatrix::identity()]).unwrap();
        stats.observe_all(&gmm, &data).unwrap();
        let m_step = MStep::exact().with_relative_floor(share).unwrap();
        let update = m_step.maximize(&stats, &mut gmm).unwrap();
        assert_eq!(update.is_healthy(), raised == 0, "{share}");
        let found = gmm.covariances()[0];
        assert!((found - due).amax() <= ROUNDING * due.amax(), "{share}, {raised} raised: {found} {due}");
    }
}

/// An absolute floor does not move with the data, so from the first M-step on EM climbs.
fn the_likelihood_never_falls<C: Structure>() {
    let data = clouds(300, 77);
    for floor in [0.1, 0.5, 0.9, 1.5] {
        let em = Em::default()
            .with_m_step(MStep::exact().with_absolute_floor(floor).unwrap())
            .with_tolerance(0.0)
            .unwrap()
            .with_max_iterations(1);
        let mut gmm = guess::<f64, C>();
        em.fit(&mut gmm, &data).unwrap();
        let mut last = f64::NEG_INFINITY;
        let mut floored = 0;
        for _ in 0..30 {
            let fit = em.fit(&mut gmm, &data).unwrap();
            let update = fit.last_update.unwrap();
            floored += usize::from(!update.is_healthy());
            let now = fit.mean_log_likelihood();
            assert!(now >= last - ROUNDING, "{floor}: {last} to {now}");
            last = now;
        }
        assert!(floored > 0 || floor < 0.5, "{floor}");
    }
}

#[test]
fn the_likelihood_never_falls_above_a_floor() {
    the_likelihood_never_falls::<Full>();
    the_likelihood_never_falls::<Tied<Full>>();
}

/// Samples of D features that depend on two numbers.
fn of_rank_two<T: Real, const D: usize>(seed: u64) -> Vec<[T; D]> {
    let mut noise = Noise::new(seed);
    let axes: [[f64; 2]; D] = core::array::from_fn(|_| [noise.normal(), noise.normal()]);
    let draw = |_| {
        let z = [noise.normal(), noise.normal()];
        axes.map(|a| T::narrow(a[0] * z[0] + a[1] * z[1]))
    };
    (0..60).map(draw).collect()
}

/// Flat data are raised in both orders of features, and their variances stay those of the data.
fn a_flat_covariance_is_raised<T: Real, const D: usize>(m_step: MStep<T>, floor: f64) {
    for seed in 0..50 {
        for reversed in [false, true] {
            let mut data = of_rank_two::<T, D>(seed);
            if reversed {
                data.iter_mut().for_each(|x| x.reverse());
            }
            let mut gmm: Gmm<T, D, 1> = Gmm::new([T::ONE], [data[0]], [SMatrix::identity()]).unwrap();
            let mut stats = SufficientStats::new();
            stats.observe_all(&gmm, &data).unwrap();
            let variance = |j: usize| {
                let values = || data.iter().map(|x| x[j].widen());
                let mean = values().sum::<f64>() / data.len() as f64;
                values().map(|v| (v - mean).powi(2)).sum::<f64>() / data.len() as f64
            };
            let [outcome] = m_step.maximize(&stats, &mut gmm).unwrap().outcomes;
            // A floor below the rounding errors of the scatter may look cleared.
            let is_lost = floor > 0.0 && floor < 1e-6;
            assert!(
                outcome == Outcome::Floored || is_lost && outcome == Outcome::Updated,
                "{seed}, {reversed}"
            );
            for j in 0..D {
                let raised = gmm.covariances()[0][(j, j)].widen() - variance(j);
                assert!(raised.abs() < floor + 1e-3 * variance(j), "{seed}, {reversed}: {raised}");
            }
            assert!(gmm.mean_log_likelihood(&data).unwrap() > T::narrow(-20.0));
        }
    }
}

#[test]
fn a_flat_covariance_is_raised_at_any_floor() {
    for floor in [1e-3, 1e-7, 1e-8, 1e-20] {
        let m_step = MStep::exact().with_absolute_floor(floor as f32).unwrap();
        a_flat_covariance_is_raised::<f32, 4>(m_step, floor);
        a_flat_covariance_is_raised::<f32, 8>(m_step, floor);
        a_flat_covariance_is_raised::<f32, 12>(m_step, floor);
    }
    for floor in [1e-3, 1e-16, 1e-30] {
        a_flat_covariance_is_raised::<f64, 8>(MStep::exact().with_absolute_floor(floor).unwrap(), floor);
    }
    a_flat_covariance_is_raised::<f32, 8>(MStep::default(), 0.0);
    a_flat_covariance_is_raised::<f32, 12>(MStep::default(), 0.0);
    a_flat_covariance_is_raised::<f64, 12>(MStep::default(), 0.0);
}

#[test]
fn a_floor_of_one_feature_holds_in_either_order() {
    let data: Vec<[f64; 2]> = (0..100).map(|i| [f64::from(i * 37 % 101); 2]).collect();
    for units in [[1.0, 0.0], [0.0, 1.0]] {
        let mut gmm: Gmm<f64, 2, 1> = Gmm::new([1.0], [[50.0; 2]], [SMatrix::identity()]).unwrap();
        let em = Em::default().with_m_step(MStep::exact());
        let fit = em.fitting().with_resolution(units).unwrap().fit(&mut gmm, &data).unwrap();
        assert_eq!(fit.last_update.unwrap().outcomes, [Outcome::Floored], "{units:?}");
    }
}
