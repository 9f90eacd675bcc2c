//! Priors at the ends of their range.

use gaussmix::fit::{Outcome, Prior};
use gaussmix::nalgebra::SMatrix;
use gaussmix::{Em, Error, Full, Gmm, MStep, Real, SufficientStats, Tied};

use crate::support::closeness::assert_close;
use crate::support::clouds::{clouds, guess, narrowed, pass};
use crate::support::dense::covariances;
use crate::support::tolerance::{LIMITING_PRIOR, ROUNDING};

/// Means and weights do not know how strong the prior of the shared matrix is.
#[test]
fn a_strong_prior_on_a_shared_covariance_starves_no_component() {
    let stats = pass(&guess::<f64, Tied<Full>>(), &clouds(100, 81));
    for degrees in [1e3, 1e17, 1e25] {
        let mut gmm = guess::<f64, Tied<Full>>();
        let scale = SMatrix::<f64, 3, 3>::from_diagonal_element(2.0 * degrees);
        let prior = Prior::new([[0.0; 3]; 3], 0.0, Some(([scale], degrees)), [1.0; 3]).unwrap();
        let m_step = MStep::exact().with_regularizer(&prior);
        assert!(m_step.maximize(&stats, &mut gmm).unwrap().is_healthy(), "{degrees}");
        for k in 0..3 {
            for j in 0..3 {
                assert_close(gmm.means()[k][j], stats.means()[k][j], ROUNDING, "mean");
            }
            assert_close(gmm.weights()[k], stats.masses()[k] / 100.0, ROUNDING, "weight");
        }
        if degrees > 1e3 {
            assert_close(covariances(&gmm)[0][0][0], 2.0, LIMITING_PRIOR, "covariance");
        }
    }
}

/// What `refused` names is no prior, whether it comes from parts or from bytes.
#[track_caller]
fn is_refused<const K: usize>(prior: Prior<f64, 2, K>, due: Error) {
    assert_eq!(prior.validate(), Err(due));
}

#[test]
fn parts_that_make_no_prior_are_refused() {
    let scale = [SMatrix::from([[2.0, 0.5], [0.0, 3.0]])];
    let of = |scale, degrees| Prior::<f64, 2, 1>::from_parts([[1.0, 2.0]], 1.0, scale, degrees, [1.0]);
    of(scale, Some(4.0)).validate().unwrap();
    of([SMatrix::zeros()], None).validate().unwrap();
    let name = "scales";
    is_refused(
        of(scale, None),
        Error::InvalidParameter {
            name,
            expected: "0 above the diagonal, and where covariances have no prior",
        },
    );
    let twice = [SMatrix::from([[2.0, 0.5], [0.5, 3.0]])];
    is_refused(
        of(twice, Some(4.0)),
        Error::InvalidParameter {
            name,
            expected: "0 above the diagonal, and where covariances have no prior",
        },
    );
    is_refused(of([SMatrix::zeros()], Some(4.0)), Error::NotPositiveDefinite { component: 0 });
}

/// One half of a sample at 1, none at 0, where the prior has the mean: its pull must not make a spike.
#[test]
fn a_mean_that_is_known_makes_no_spike() {
    for mass in [1.0, 1e-3, 1e-12] {
        for strength in [1e-6, 1.0, 1e6] {
            let mut stats: SufficientStats<f64, 1, 2> = SufficientStats::new();
            for x in [[9.0], [11.0]] {
                stats.assign((x, mass), &[1.0, 0.0]).unwrap();
                stats.assign(x, &[0.0, 1.0]).unwrap();
            }
            let mut gmm: Gmm<f64, 1, 2> = Gmm::new([0.5; 2], [[9.5], [10.0]], [[[1.0]].into(); 2]).unwrap();
            let prior = Prior::new([[8.0], [10.0]], strength, None, [1.0; 2]).unwrap();
            let update = MStep::exact().with_regularizer(&prior).maximize(&stats, &mut gmm).unwrap();
            assert!(update.is_healthy());
            let pull = strength / (strength + 2.0 * mass);
            assert_close(gmm.means()[0][0], 10.0 - 2.0 * pull, ROUNDING, "mean");
            assert_close(gmm.covariances()[0][0], 1.0 + 4.0 * pull, ROUNDING, "variance");
            assert_close(gmm.covariances()[1][0], 1.0, ROUNDING, "variance");
        }
    }
}

#[test]
fn a_component_of_known_mean_and_no_mass_starves() {
    let mut stats: SufficientStats<f64, 1, 2> = SufficientStats::new();
    for x in [[9.0], [11.0]] {
        stats.assign(x, &[0.0, 1.0]).unwrap();
    }
    let before: Gmm<f64, 1, 2> = Gmm::new([0.5; 2], [[9.5], [10.0]], [[[1.0]].into(); 2]).unwrap();
    let mut gmm = before.clone();
    let prior = Prior::new([[8.0], [10.0]], 5.0, None, [2.0; 2]).unwrap();
    let update = MStep::default().with_regularizer(&prior).maximize(&stats, &mut gmm).unwrap();
    assert_eq!(update.outcomes, [Outcome::Starved, Outcome::Updated]);
    assert_eq!((gmm.means()[0], gmm.covariances()[0]), (before.means()[0], before.covariances()[0]));
}

/// Where ln p(θ) is a sum of large numbers, its rounding error is larger than ε times itself. A fit must not wait for gains
/// that are lost in it: of 3000 in `f32`, these took up to six times the passes of `f64`.
#[test]
fn a_fit_does_not_wait_for_the_rounding_of_a_prior() {
    fn passes<T: Real>(data: &[[f64; 1]], offset: f64, [strength, degrees, alpha]: [f64; 3]) -> u32 {
        let scale = SMatrix::<T, 1, 1>::from_diagonal_element(T::narrow(0.7 * degrees));
        let [known, start] = [[0.3, 0.5, 0.0], [0.4, 4.0, -1.0]]
            .map(|means| means.map(|mean: f64| [T::narrow(mean + offset)]));
        let alphas = [alpha, 1.0, 0.5 * alpha + 0.5].map(T::narrow);
        let scales = Some(([scale; 3], T::narrow(degrees)));
        let prior: Prior<T, 1, 3> = Prior::new(known, T::narrow(strength), scales, alphas).unwrap();
        let em = Em::default().with_m_step(MStep::exact().with_regularizer(prior));
        let mut gmm = Gmm::new([T::narrow(1.0 / 3.0); 3], start, [[[T::ONE]].into(); 3]).unwrap();
        let fit = em.fit(&mut gmm, &narrowed(data)).unwrap();
        assert!(fit.converged);
        fit.iterations
    }
    for (n, seed, offset, known) in [
        (100, 2678, 10.0, [0.0, 41.158656931982954, 316784318652.69415]),
        (20, 2653, 1e3, [0.0, 262364537434.84772, 1.0]),
        (5, 2028, 10.0, [39572.295923002814, 3.0, 2068174.955910298]),
        (20, 3844, 0.0, [1.8659309172144958, 9294.04988374571, 626.4457092725278]),
    ] {
        let data: Vec<[f64; 1]> = clouds(n, seed).iter().map(|x| [x[0] + offset]).collect();
        let (single, double) = (passes::<f32>(&data, offset, known), passes::<f64>(&data, offset, known));
        assert!(single <= 2 * double, "{known:?}: {single} for {double}");
    }
}
