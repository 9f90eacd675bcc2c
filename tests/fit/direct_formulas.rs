//! A pass, an M-step and a fit against the same written out as the textbook has it.

use gaussmix::{Em, Gmm, Real, SufficientStats};

use crate::support::closeness::{assert_close, assert_matrices_close};
use crate::support::clouds::{clouds, guess, narrowed};
use crate::support::dense::{Dense, Structure, covariances, spread};
use crate::support::naive::{Matrix, Mixture};
use crate::support::structures::for_typical_structures;
use crate::support::together::m_step;
use crate::support::tolerance::{NAIVE_F32, NAIVE_F64};

fn weighted(data: &[[f64; 3]]) -> Vec<([f64; 3], f64)> {
    data.iter().enumerate().map(|(i, x)| (*x, 0.25 * (i % 7) as f64)).collect()
}

fn array(matrix: &Matrix) -> Dense<3> {
    core::array::from_fn(|i| core::array::from_fn(|j| matrix[i][j]))
}

fn agrees<T: Real, C: Structure>(gmm: &Gmm<T, 3, 3, C>, due: &Mixture, tolerance: f64) {
    let found = covariances(gmm);
    for k in 0..3 {
        assert_close(gmm.weights()[k].widen(), due.weights[k], tolerance, "weight");
        for j in 0..3 {
            assert_close(gmm.means()[k][j].widen(), due.means[k][j], tolerance, "mean");
        }
        assert_matrices_close(&found[k], &array(&due.covariances[k]), tolerance, "covariance");
    }
}

fn one_pass<T: Real, C: Structure>(tolerance: f64) {
    let data = weighted(
        &narrowed::<T, 3>(&clouds(500, 11)).iter().map(|x| x.map(|v| v.widen())).collect::<Vec<_>>(),
    );
    let samples: Vec<([T; 3], T)> = data.iter().map(|(x, w)| (x.map(T::narrow), T::narrow(*w))).collect();
    let mut gmm = guess::<T, C>();
    let due = Mixture::of(&gmm).statistics(&data);
    let mut stats = SufficientStats::new();
    stats.observe_all(&gmm, &samples).unwrap();
    for k in 0..3 {
        assert_close(stats.masses()[k].widen(), due.weights[k], tolerance, "mass");
        for j in 0..3 {
            assert_close(stats.means()[k][j].widen(), due.means[k][j], tolerance, "mean");
        }
        assert_matrices_close(&spread(&stats, k), &due.covariance::<3, C>(k), tolerance, "scatter");
    }
    assert_close(stats.log_likelihood().widen(), due.log_likelihood, tolerance, "log-likelihood");
    m_step().maximize(&stats, &mut gmm).unwrap();
    agrees(&gmm, &due.maximize::<3, C>(), tolerance);
}

fn statistics_and_m_step_equal_the_direct_formulas<C: Structure>() {
    one_pass::<f64, C>(NAIVE_F64);
    one_pass::<f32, C>(NAIVE_F32);
}

fn posterior_equals_the_direct_formulas<C: Structure>() {
    let gmm = guess::<f64, C>();
    let naive = Mixture::of(&gmm);
    for x in clouds(200, 12) {
        let (log_density, responsibilities) = naive.posterior(&x);
        let found = gmm.posterior(x).unwrap();
        assert_close(found.log_density, log_density, NAIVE_F64, "log-density");
        for k in 0..3 {
            assert_close(found.responsibilities[k], responsibilities[k], NAIVE_F64, "responsibility");
        }
        assert_eq!(gmm.log_density(x).unwrap(), found.log_density);
    }
}

fn a_fit_of_ten_iterations_equals_the_direct_formulas<C: Structure>() {
    let data = clouds(400, 13);
    let mut gmm = guess::<f64, C>();
    let mut naive = Mixture::of(&gmm);
    let weighted: Vec<_> = data.iter().map(|x| (*x, 1.0)).collect();
    for _ in 0..10 {
        naive = naive.statistics(&weighted).maximize::<3, C>();
    }
    let em = Em::default().with_m_step(m_step()).with_tolerance(0.0).unwrap().with_max_iterations(10);
    let fit = em.fit(&mut gmm, &data).unwrap();
    agrees(&gmm, &naive, NAIVE_F64);
    assert_close(fit.log_likelihood, naive.statistics(&weighted).log_likelihood, NAIVE_F64, "log-likelihood");
}

for_typical_structures!(
    statistics_and_m_step_equal_the_direct_formulas,
    posterior_equals_the_direct_formulas,
    a_fit_of_ten_iterations_equals_the_direct_formulas,
);
