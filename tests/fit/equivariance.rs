//! Moving, scaling and relabelling go through a fit.

use gaussmix::fit::Fit;
use gaussmix::rand_core::Rng;
use gaussmix::{Em, Error, Gmm, init};
use proptest::array;
use rand_pcg::Pcg64;

use crate::support::closeness::{assert_close, assert_matrices_close, assert_models_close};
use crate::support::clouds::{clouds, guess};
use crate::support::dense::{Structure, covariances, model};
use crate::support::for_all::for_all;
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::EQUIVARIANCE;

type Model<C> = Gmm<f64, 3, 3, C>;
type Start<C> = fn(&mut Model<C>, &[[f64; 3]], &mut Pcg64) -> Result<(), Error>;

fn starts<C: Structure>() -> [Start<C>; 4] {
    [
        |g, d, _| init::farthest_first(g, d),
        |g, d, r| init::k_means_plus_plus(g, d, r),
        |g, d, r| init::random_samples(g, d, r),
        |g, d, r| init::k_means(g, d, r, 5),
    ]
}

fn fitted<C: Structure>(start: Start<C>, data: &[[f64; 3]]) -> (Model<C>, Fit<f64, 3>) {
    let mut gmm = Gmm::unfitted();
    let mut rng = Pcg64::new(5, 5);
    rng.next_u64();
    start(&mut gmm, data, &mut rng).unwrap();
    let em = Em::default().with_tolerance(0.0).unwrap().with_max_iterations(15);
    let fit = em.fit(&mut gmm, data).unwrap();
    (gmm, fit)
}

/// scikit-learn's test_invariant_translation.
fn translation_moves_means_only<C: Structure>() {
    let data = clouds(200, 51);
    let fits = starts::<C>().map(|start| fitted(start, &data));
    for_all(12, array::uniform3(-1e3..1e3), &|shift| {
        let moved: Vec<[f64; 3]> = data.iter().map(|x| core::array::from_fn(|j| x[j] + shift[j])).collect();
        for (start, (gmm, fit)) in starts::<C>().into_iter().zip(&fits) {
            let (there, there_fit) = fitted(start, &moved);
            for k in 0..3 {
                assert_close(there.weights()[k], gmm.weights()[k], EQUIVARIANCE, "weight");
                for j in 0..3 {
                    assert_close(there.means()[k][j], gmm.means()[k][j] + shift[j], EQUIVARIANCE, "mean");
                }
                assert_matrices_close(
                    &covariances(&there)[k],
                    &covariances(gmm)[k],
                    EQUIVARIANCE,
                    "covariance",
                );
            }
            assert_close(there_fit.log_likelihood, fit.log_likelihood, EQUIVARIANCE, "log-likelihood");
        }
    });
}

/// Per feature; spheres, and matrices of equal eigenvalues, stay so under one scale for all features only.
fn scaling_scales_covariance<C: Structure>() {
    let data = clouds(200, 52);
    let fits = starts::<C>().map(|start| fitted(start, &data));
    for_all(12, array::uniform3(0.01..100.0f64), &|mut scale| {
        if C::has_one_unit() {
            scale = [scale[0]; 3];
        }
        let scaled: Vec<[f64; 3]> = data.iter().map(|x| core::array::from_fn(|j| x[j] * scale[j])).collect();
        let volume: f64 = scale.iter().map(|s| s.ln()).sum();
        for (start, (gmm, fit)) in starts::<C>().into_iter().zip(&fits) {
            let (there, there_fit) = fitted(start, &scaled);
            assert_scaled(&there, gmm, &scale);
            let due = fit.mean_log_likelihood() - volume;
            assert_close(there_fit.mean_log_likelihood(), due, EQUIVARIANCE, "log-likelihood");
        }
    });
}

/// `there`, measured in the scale, is `here`.
fn assert_scaled<C: Structure>(there: &Model<C>, here: &Model<C>, scale: &[f64; 3]) {
    let (a, b) = (covariances(there), covariances(here));
    for k in 0..3 {
        assert_close(there.weights()[k], here.weights()[k], EQUIVARIANCE, "weight");
        let mean = core::array::from_fn::<_, 3, _>(|j| there.means()[k][j] / scale[j]);
        let unscaled = core::array::from_fn(|i| core::array::from_fn(|j| a[k][i][j] / (scale[i] * scale[j])));
        for j in 0..3 {
            assert_close(mean[j], here.means()[k][j], EQUIVARIANCE, "mean");
        }
        assert_matrices_close(&unscaled, &b[k], EQUIVARIANCE, "covariance");
    }
}

/// So does a floor that is at work: one cluster has no extent at all.
fn scaling_scales_a_floored_covariance<C: Structure>() {
    let mut data = clouds(150, 53);
    data.extend([[9.0, 9.0, 9.0]; 50]);
    let em = Em::default().with_tolerance(0.0).unwrap().with_max_iterations(10);
    let fit = |data: &[[f64; 3]]| {
        let mut gmm = Gmm::unfitted();
        init::farthest_first(&mut gmm, data).unwrap();
        let outcomes = em.fit(&mut gmm, data).unwrap().last_update.unwrap().outcomes;
        (gmm, outcomes)
    };
    let (here, outcomes) = fit(&data);
    assert!(C::has_common_volume() || outcomes.contains(&gaussmix::fit::Outcome::Floored));
    let scale = if C::has_one_unit() { [30.0; 3] } else { [30.0, 0.02, 7.0] };
    let scaled: Vec<[f64; 3]> = data.iter().map(|x| core::array::from_fn(|j| x[j] * scale[j])).collect();
    let (there, outcomes_there) = fit(&scaled);
    assert_scaled::<C>(&there, &here, &scale);
    assert_eq!(outcomes_there, outcomes);
}

fn relabelling_components_permutes_the_result<C: Structure>() {
    let data = clouds(200, 54);
    let order = [2, 0, 1];
    let one = guess::<f64, C>();
    let permute = |g: &Model<C>| {
        model::<f64, 3, 3, C>(
            order.map(|k| g.weights()[k]),
            order.map(|k| g.means()[k]),
            order.map(|k| covariances(g)[k]),
        )
    };
    let em = Em::default().with_tolerance(0.0).unwrap().with_max_iterations(10);
    let (mut a, mut b) = (one.clone(), permute(&one));
    em.fit(&mut a, &data).unwrap();
    em.fit(&mut b, &data).unwrap();
    assert_models_close(&permute(&a), &b, EQUIVARIANCE);
}

/// `affine` is what refitting the moved and scaled data would give.
fn affine_equals_a_fit_of_transformed_data<C: Structure>() {
    let data = clouds(200, 55);
    let offset = [10.0, -3.0, 0.5];
    let scale = if C::has_one_unit() { [2.5, -2.5, 2.5] } else { [2.5, -0.1, 30.0] };
    let moved: Vec<[f64; 3]> =
        data.iter().map(|x| core::array::from_fn(|j| x[j] * scale[j] + offset[j])).collect();
    let em = Em::default().with_tolerance(0.0).unwrap().with_max_iterations(10);
    let (mut here, mut there) = (guess::<f64, C>(), guess::<f64, C>().affine(&scale, &offset).unwrap());
    em.fit(&mut here, &data).unwrap();
    em.fit(&mut there, &moved).unwrap();
    assert_models_close(&here.affine(&scale, &offset).unwrap(), &there, EQUIVARIANCE);
    let volume: f64 = scale.iter().map(|s: &f64| s.abs().ln()).sum();
    for (x, y) in data.iter().zip(&moved) {
        let (a, b) = (here.posterior(x).unwrap(), there.posterior(y).unwrap());
        assert_close(a.log_density - volume, b.log_density, EQUIVARIANCE, "log-density");
    }
}

for_typical_structures!(
    translation_moves_means_only,
    scaling_scales_covariance,
    scaling_scales_a_floored_covariance,
    relabelling_components_permutes_the_result,
    affine_equals_a_fit_of_transformed_data,
);
