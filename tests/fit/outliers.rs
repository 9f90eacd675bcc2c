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

/// Whether these are the numbers of the table in the guide, to all its digits.
#[track_caller]
fn is_shown(found: [f64; 5], due: [f64; 5]) {
    let digits = [0.00051, 0.0051, 0.0051, 0.0051, 0.0051];
    let near = found.iter().zip(&due).zip(&digits).all(|((found, due), digit)| (found - due).abs() < *digit);
    assert!(near, "{found:?} for {due:?}");
}

#[test]
fn a_noise_slot_and_a_ratio_meet_outliers_each_in_its_way() {
    let cases = [
        (
            tail(),
            [
                [-3.676, 9.92, 1.26, 28.01, 9.97],
                [-3.288, 10.02, 1.19, 27.91, 3.82],
                [-3.747, 23.01, 9.41, 64.72, 28.33],
            ],
            0.299,
        ),
        (
            spike(),
            [
                [-1.796, 0.00, 0.03, 49.44, 9.86],
                [-1.794, 0.00, 0.03, 49.34, 9.50],
                [-3.664, 0.00, 2.41, 49.44, 7.63],
            ],
            0.017,
        ),
        (
            two_clusters(),
            [
                [-0.726, -0.98, 0.25, 1.00, 0.25],
                [-0.720, -0.98, 0.23, 1.01, 0.24],
                [-0.726, -0.98, 0.25, 1.00, 0.25],
            ],
            0.073,
        ),
        (
            glitch(),
            [
                [-4.417, 30.29, 20.02, 65535.00, 1.04],
                [-2.124, 10.00, 1.01, 50.00, 1.01],
                [-4.418, 30.29, 20.02, 65535.00, 6.33],
            ],
            0.0005,
        ),
    ];
    for (data, [plain, with_noise, within], share) in cases {
        is_shown(best::<Full, _>(&Em::default(), &mut Gmm::unfitted(), &data), plain);
        let mut gmm: Gmm<f64, 1, 2, WithNoise<Full>> = Gmm::unfitted();
        gmm.set_noise(Slot::robust(0.05, &data).unwrap()).unwrap();
        is_shown(best(&Em::default(), &mut gmm, &data), with_noise);
        let weight = gmm.noise().weight();
        assert!((weight - share).abs() < 0.00051_f64.min(share), "{weight} for {share}");
        let m_step = MStep::exact().with_eigenvalue_ratio(10.0).unwrap();
        let mut gmm: Gmm<f64, 1, 2> = Gmm::unfitted();
        is_shown(best(&Em::default().with_m_step(m_step), &mut gmm, &data), within);
    }
}

/// What the guide says of data without outliers: the range of a sensor takes nothing from them.
#[test]
fn a_box_as_wide_as_a_sensor_reads_takes_nothing_from_clean_data() {
    let data = two_clusters();
    let mut gmm: Gmm<f64, 1, 2, WithNoise<Full>> = Gmm::unfitted();
    gmm.set_noise(Slot::in_box(0.05, [100.0]).unwrap()).unwrap();
    let found = best(&Em::default(), &mut gmm, &data);
    is_shown(found, [-0.726, -0.98, 0.25, 1.00, 0.25]);
    assert!(gmm.noise().weight() < 1e-4, "{gmm}");
}
