//! Outliers, by plain EM, with a noise slot, and within a ratio of eigenvalues: the table in the guide for hosts.

use gaussmix::covariance::Noise as Slot;
use gaussmix::fit::Regularizer;
use gaussmix::{Covariance, Em, Full, Gmm, MStep, WithNoise, init};
use rand_pcg::Pcg64;

use crate::support::data::{glitch, spike, tail, two_clusters};

/// Mean log-likelihood, and means and standard deviations by mean: the best of twenty restarts.
fn best<C: Covariance, R: Regularizer<f64, 1, 2, C>>(
    em: &Em<f64, R>,
    gmm: &mut Gmm<f64, 1, 2, C>,
    data: &Vec<[f64; 1]>,
) -> [f64; 5] {
    let best = em.fit_best_of(gmm, 20, init::mixed, data, &mut Pcg64::new(1, 1)).unwrap();
    let mut rows: Vec<[f64; 2]> =
        gmm.components().map(|c| [c.mean[0], c.covariance_matrix()[(0, 0)].sqrt()]).collect();
    rows.sort_by(|a, b| a[0].total_cmp(&b[0]));
    [best.fit.mean_log_likelihood(), rows[0][0], rows[0][1], rows[1][0], rows[1][1]]
}

#[track_caller]
fn is_shown(found: [f64; 5], due: [f64; 5]) {
    // As many digits as the table has.
    let digits = [0.0006, 0.06, 0.06, 0.06, 0.06];
    let near = found.iter().zip(&due).zip(&digits).all(|((found, due), digit)| (found - due).abs() < *digit);
    assert!(near, "{found:?} for {due:?}");
}

#[test]
fn a_noise_slot_and_a_ratio_meet_outliers_each_in_its_way() {
    let cases: [(_, _, _, f64, _); 4] = [
        (
            tail(),
            [-3.676, 9.9, 1.3, 28.0, 10.0],
            [-3.288, 10.0, 1.2, 27.9, 3.8],
            0.30,
            [-3.747, 23.0, 9.4, 64.7, 28.3],
        ),
        (
            spike(),
            [-1.796, 0.0, 0.0, 49.4, 9.9],
            [-1.794, 0.0, 0.0, 49.3, 9.5],
            0.02,
            [-3.664, 0.0, 2.4, 49.4, 7.6],
        ),
        (
            two_clusters(),
            [-0.726, -1.0, 0.2, 1.0, 0.3],
            [-0.720, -1.0, 0.2, 1.0, 0.2],
            0.07,
            [-0.726, -1.0, 0.2, 1.0, 0.3],
        ),
        (
            glitch(),
            [-4.417, 30.3, 20.0, 65535.0, 1.0],
            [-2.124, 10.0, 1.0, 50.0, 1.0],
            0.0005,
            [-4.418, 30.3, 20.0, 65535.0, 6.3],
        ),
    ];
    for (data, plain, with_noise, noise, within) in cases {
        is_shown(best::<Full, _>(&Em::default(), &mut Gmm::unfitted(), &data), plain);
        let mut gmm: Gmm<f64, 1, 2, WithNoise<Full>> = Gmm::unfitted();
        gmm.set_noise(Slot::robust(0.05, &data).unwrap()).unwrap();
        is_shown(best(&Em::default(), &mut gmm, &data), with_noise);
        assert!((gmm.noise().weight() - noise).abs() < 0.1 * noise + 0.005, "{gmm}");
        let m_step = MStep::exact().with_eigenvalue_ratio(10.0).unwrap();
        let mut gmm: Gmm<f64, 1, 2> = Gmm::unfitted();
        is_shown(best(&Em::default().with_m_step(m_step), &mut gmm, &data), within);
    }
}
