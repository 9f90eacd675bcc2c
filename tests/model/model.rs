//! Density, precision and covariance; what the structures have in common.

use core::f64::consts::TAU;
use gaussmix::covariance::{Eev, Eve, Evi, Evv, Variance, Vee, Vei, Vev, Vve};
use gaussmix::nalgebra::SMatrix;
use gaussmix::strategies::matrices;
use gaussmix::{Covariance, Diagonal, Em, Error, Full, Gmm, Spherical, SufficientStats, Tied};
use proptest::array;

use crate::support::closeness::{assert_close, assert_matrices_close, assert_models_close};
use crate::support::clouds::{COVARIANCES, MEANS, WEIGHTS, clouds, guess};
use crate::support::dense::{Common, Dense, Structure, covariances, factors, model, spread};
use crate::support::for_all::for_all;
use crate::support::naive::{Mixture, inverse_and_determinant};
use crate::support::structures::for_typical_structures;
use crate::support::together::{m_step, maximum_of};
use crate::support::tolerance::{CAST_F32, NAIVE_F64, ROUNDING};

/// scikit-learn and mlpack: Σ Σ⁻¹ = I, the constants match the determinants.
fn density_precision_and_covariance_agree<C: Structure>() {
    let any = (array::uniform3(matrices::<f64, 3>()), array::uniform3(-50.0..50.0));
    for_all(48, any, &|(matrices, x): ([SMatrix<f64, 3, 3>; 3], _)| {
        let matrices = matrices.map(|matrix| -> Dense<3> { matrix.into() });
        let gmm: Gmm<f64, 3, 3, C> = model(WEIGHTS, MEANS, matrices);
        let naive = Mixture::of(&gmm);
        let joint = naive.joint_log_densities(&x);
        let distances = gmm.mahalanobis_squared(x).unwrap();
        let given = if C::SHARED { [matrices[0]; 3] } else { matrices };
        let due = maximum_of::<3, 3, C>(&WEIGHTS, &given);
        // The likelihood has several maxima over axes in common.
        let has_one_maximum = !matches!(C::common(), Common::Axes | Common::AxesAndVolume);
        for k in 0..3 {
            if has_one_maximum {
                assert_matrices_close(&covariances(&gmm)[k], &due[k], NAIVE_F64, "covariance");
            }
            assert_matrices_close(&precision_times_covariance(&gmm, k), &identity(), NAIVE_F64, "product");
            let (_, determinant) = inverse_and_determinant(&naive.covariances[k]);
            let offset = WEIGHTS[k].ln() - 0.5 * (determinant.ln() + 3.0 * TAU.ln());
            assert_close(gmm.offsets()[k], offset, NAIVE_F64, "offset");
            assert_close(gmm.offsets()[k] - 0.5 * distances[k], joint[k], NAIVE_F64, "joint density");
        }
        assert_close(gmm.log_density(x).unwrap(), naive.posterior(&x).0, NAIVE_F64, "log-density");
    });
}

fn identity() -> Dense<3> {
    core::array::from_fn(|i| core::array::from_fn(|j| if i == j { 1.0 } else { 0.0 }))
}

/// The precision, by polarisation of the squared distance, times the covariance.
fn precision_times_covariance<C: Structure>(gmm: &Gmm<f64, 3, 3, C>, k: usize) -> Dense<3> {
    let distance = |i: usize, j: usize| {
        let mut x = gmm.means()[k];
        x[i] += 1.0;
        x[j] += f64::from(u8::from(i != j));
        gmm.mahalanobis_squared(x).unwrap()[k]
    };
    let precision = |i, j| match i == j {
        true => distance(i, i),
        false => 0.5 * (distance(i, j) - distance(i, i) - distance(j, j)),
    };
    let covariance = covariances(gmm)[k];
    core::array::from_fn(|i| {
        core::array::from_fn(|j| (0..3).map(|l| precision(i, l) * covariance[l][j]).sum())
    })
}

#[test]
fn densities_computed_by_hand() {
    let line: Gmm<f64, 1, 1> = Gmm::new([1.0], [[1.0]], [[[4.0]].into()]).unwrap();
    // N(1, 4) at 3: −½ ln 8π − ½
    assert_close(line.log_density([3.0]).unwrap(), -0.5 * (4.0 * TAU).ln() - 0.5, ROUNDING, "line");
    let plane: Gmm<f64, 2, 1> = Gmm::new([1.0], [[0.0; 2]], [[[2.0, 1.0], [1.0, 2.0]].into()]).unwrap();
    // |Σ| = 3, (1, 1) Σ⁻¹ (1, 1)ᵀ = 2/3
    let due = -TAU.ln() - 0.5 * 3.0f64.ln() - 1.0 / 3.0;
    assert_close(plane.log_density([1.0, 1.0]).unwrap(), due, ROUNDING, "plane");
    assert_close(plane.mahalanobis_squared([1.0, -1.0]).unwrap()[0], 2.0, ROUNDING, "distance");
    let axes: Gmm<f64, 2, 1, Diagonal> = Gmm::new([1.0], [[0.0; 2]], [[4.0, 0.25].into()]).unwrap();
    // |Σ| = 1; 2²/4 + 1²/¼ = 5
    assert_close(axes.log_density([2.0, 1.0]).unwrap(), -TAU.ln() - 2.5, ROUNDING, "axes");
    let ball: Gmm<f64, 2, 2, Tied<Spherical>> =
        Gmm::new([0.25, 0.75], [[0.0, 0.0], [2.0, 0.0]], [Variance(1.0)]).unwrap();
    // Midway both components have density e^(−½)/2π.
    let middle = ball.posterior([1.0, 0.0]).unwrap();
    assert_close(middle.log_density, -TAU.ln() - 0.5, ROUNDING, "ball");
    assert_close(middle.responsibilities[0], 0.25, ROUNDING, "prior");
}

fn predictions_are_the_largest_responsibility<C: Structure>() {
    let gmm = guess::<f64, C>();
    for x in clouds(300, 101) {
        let r = gmm.posterior(x).unwrap().responsibilities;
        let k = gmm.predict(x).unwrap();
        assert!(r.iter().all(|v| *v <= r[k]));
    }
    let equal: Gmm<f64, 3, 3, C> = model([0.0, 0.5, 0.5], [[1.0; 3]; 3], [COVARIANCES[0]; 3]);
    assert_eq!(equal.predict([1.0; 3]).unwrap(), 1, "the lowest of equals that is alive");
}

/// Scoring a slice is scoring its samples; to rounding, since a build with `simd` works them side by side.
fn slices_score_as_their_samples<C: Structure>() {
    let (gmm, mut data) = (guess::<f64, C>(), clouds(300, 106));
    let mut densities = vec![0.0; 300];
    let mut posteriors = vec![gmm.posterior(data[0]).unwrap(); 300];
    let mut predictions = vec![9; 300];
    gmm.log_densities(&data, &mut densities).unwrap();
    gmm.posteriors(&data, &mut posteriors).unwrap();
    gmm.predictions(&data, &mut predictions).unwrap();
    for (i, x) in data.iter().enumerate() {
        let due = gmm.posterior(x).unwrap();
        assert_close(densities[i], due.log_density, ROUNDING, "log-density");
        assert_close(posteriors[i].log_density, due.log_density, ROUNDING, "log-density");
        for k in 0..3 {
            assert_close(
                posteriors[i].responsibilities[k],
                due.responsibilities[k],
                ROUNDING,
                "responsibility",
            );
        }
        assert_eq!(predictions[i], gmm.predict(x).unwrap());
    }
    let length = Err(Error::InvalidParameter { name: "out", expected: "as long as the data" });
    assert_eq!(gmm.log_densities(&data[1..], &mut densities), length);
    assert_eq!(gmm.posteriors(&data[1..], &mut posteriors), length);
    assert_eq!(gmm.predictions(&data, &mut predictions[1..]), length);
    for (bad, error) in [
        (f64::NAN, Error::NonFiniteSample { sample: 270, feature: 1 }),
        (1e200, Error::OutOfRange { sample: 270 }),
    ] {
        data[270][1] = bad;
        assert_eq!(gmm.log_densities(&data, &mut densities), Err(error));
        assert_eq!(gmm.posteriors(&data, &mut posteriors), Err(error));
        assert_eq!(gmm.predictions(&data, &mut predictions), Err(error));
    }
}

fn a_model_is_rebuilt_from_its_getters<C: Structure>() {
    let gmm = guess::<f64, C>();
    let stored =
        Gmm::<f64, 3, 3, C>::from_parts(*gmm.weights(), *gmm.offsets(), *gmm.means(), *gmm.factors());
    assert_eq!(stored, gmm);
    stored.validate().unwrap();
    let rebuilt = Gmm::new(*gmm.weights(), *gmm.means(), gmm.covariances()).unwrap();
    assert_models_close(&rebuilt, &gmm, ROUNDING);
    for (k, component) in gmm.components().enumerate() {
        assert_eq!((component.weight, component.mean), (gmm.weights()[k], &gmm.means()[k]));
        let dense = crate::support::dense::dense::<_, 3, C::Shape>(&component.covariance);
        assert_eq!(dense, covariances(&gmm)[k]);
    }
    assert_eq!(gmm.components().len(), 3);
    let single = gmm.cast::<f32>().unwrap();
    assert_models_close(&single.cast::<f64>().unwrap(), &gmm, CAST_F32);
    assert_eq!(gmm.cast::<f64>().unwrap(), gmm);
}

fn weights_near_one_are_renormalised<C: Structure>() {
    let gmm: Gmm<f64, 3, 3, C> = model([0.5 + 4e-7, 0.3, 0.2], MEANS, COVARIANCES);
    assert_close(gmm.weights().iter().sum(), 1.0, ROUNDING, "sum");
    assert_close(gmm.weights()[1], 0.3 / (1.0 + 4e-7), ROUNDING, "weight");
}

fn identical_components_are_as_one<C: Structure>() {
    let one: Gmm<f64, 3, 1, C> = model([1.0], [MEANS[1]], [COVARIANCES[1]]);
    let same = ([MEANS[1]; 3], [COVARIANCES[1]; 3]);
    let three: Gmm<f64, 3, 3, C> = model(WEIGHTS, same.0, same.1);
    for x in clouds(100, 102) {
        let p = three.posterior(x).unwrap();
        assert_close(p.log_density, one.log_density(x).unwrap(), ROUNDING, "log-density");
        (0..3).for_each(|k| assert_close(p.responsibilities[k], WEIGHTS[k], ROUNDING, "prior"));
    }
}

for_typical_structures!(
    density_precision_and_covariance_agree,
    predictions_are_the_largest_responsibility,
    slices_score_as_their_samples,
    a_model_is_rebuilt_from_its_getters,
    weights_near_one_are_renormalised,
    identical_components_are_as_one,
);

fn assigned<C: Structure>(data: &[[f64; 3]]) -> SufficientStats<f64, 3, 3, C> {
    let judge = guess::<f64, Full>();
    let mut stats = SufficientStats::new();
    for x in data {
        stats.assign(x, &judge.posterior(x).unwrap().responsibilities).unwrap();
    }
    stats
}

fn maximized<C: Structure>(data: &[[f64; 3]]) -> [Dense<3>; 3] {
    let mut gmm = guess::<f64, C>();
    m_step().maximize(&assigned(data), &mut gmm).unwrap();
    covariances(&gmm)
}

/// scikit-learn: from the same responsibilities, a diagonal covariance is the diagonal of the full one, a spherical
/// variance the mean of the diagonal, a tied matrix the mean over components by mass. What components share in part
/// comes of the full ones by the formulas of Celeux & Govaert.
#[test]
fn structures_agree_where_they_must() {
    let data = clouds(300, 103);
    let (full, stats) = (maximized::<Full>(&data), assigned::<Full>(&data));
    let share = stats.masses().map(|w| w / stats.total_weight());
    let pooled: Dense<3> =
        core::array::from_fn(|i| core::array::from_fn(|j| (0..3).map(|k| share[k] * full[k][i][j]).sum()));
    for k in 0..3 {
        assert_matrices_close(&spread(&stats, k), &full[k], ROUNDING, "full");
        let all = [
            (maximized::<Diagonal>(&data)[k], Diagonal::restrict(&full[k])),
            (maximized::<Spherical>(&data)[k], Spherical::restrict(&full[k])),
            (maximized::<Tied<Full>>(&data)[k], pooled),
            (maximized::<Tied<Diagonal>>(&data)[k], Diagonal::restrict(&pooled)),
            (maximized::<Tied<Spherical>>(&data)[k], Spherical::restrict(&pooled)),
            (maximized::<Evi>(&data)[k], maximum_of::<3, 3, Evi>(&share, &full)[k]),
            (maximized::<Vei>(&data)[k], maximum_of::<3, 3, Vei>(&share, &full)[k]),
            (maximized::<Eev>(&data)[k], maximum_of::<3, 3, Eev>(&share, &full)[k]),
            (maximized::<Vee>(&data)[k], maximum_of::<3, 3, Vee>(&share, &full)[k]),
            (maximized::<Vev>(&data)[k], maximum_of::<3, 3, Vev>(&share, &full)[k]),
            (maximized::<Evv>(&data)[k], maximum_of::<3, 3, Evv>(&share, &full)[k]),
            (maximized::<Vve>(&data)[k], maximum_of::<3, 3, Vve>(&share, &full)[k]),
            (maximized::<Eve>(&data)[k], maximum_of::<3, 3, Eve>(&share, &full)[k]),
        ];
        for (found, due) in all {
            assert_matrices_close(&found, &due, ROUNDING, "restriction");
        }
    }
}

fn bic_in_one_dimension<const K: usize, C: Structure>(tied: bool) -> [f64; 2] {
    let data: Vec<[f64; 1]> = clouds(200, 104).iter().map(|x| [x[1]]).collect();
    let mut gmm = Gmm::<f64, 1, K, C>::unfitted();
    gaussmix::init::farthest_first(&mut gmm, &data).unwrap();
    Em::default().with_tolerance(0.0).unwrap().with_max_iterations(20).fit(&mut gmm, &data).unwrap();
    assert_eq!(C::SHARED, tied);
    let criteria = gmm.criteria(&data).unwrap();
    assert!(criteria.bic() <= criteria.icl());
    [criteria.bic(), criteria.aic()]
}

#[test]
fn criteria_agree_in_one_dimension() {
    let all = |found: [[f64; 2]; 5], due: [f64; 2]| {
        for found in found {
            assert_close(found[0], due[0], ROUNDING, "BIC");
            assert_close(found[1], due[1], ROUNDING, "AIC");
        }
    };
    let one = bic_in_one_dimension::<1, Full>(false);
    all(
        [
            bic_in_one_dimension::<1, Diagonal>(false),
            bic_in_one_dimension::<1, Spherical>(false),
            bic_in_one_dimension::<1, Tied<Full>>(true),
            bic_in_one_dimension::<1, Tied<Diagonal>>(true),
            bic_in_one_dimension::<1, Tied<Spherical>>(true),
        ],
        one,
    );
    let two = bic_in_one_dimension::<2, Full>(false);
    assert_close(bic_in_one_dimension::<2, Diagonal>(false)[0], two[0], ROUNDING, "BIC");
    assert_close(bic_in_one_dimension::<2, Spherical>(false)[0], two[0], ROUNDING, "BIC");
    let tied = bic_in_one_dimension::<2, Tied<Full>>(true);
    assert_close(bic_in_one_dimension::<2, Tied<Diagonal>>(true)[0], tied[0], ROUNDING, "BIC");
    assert_close(bic_in_one_dimension::<2, Tied<Spherical>>(true)[0], tied[0], ROUNDING, "BIC");
    // One feature has no shape and no axes to share, and its volume is all there is.
    assert_close(bic_in_one_dimension::<2, Evi>(false)[0], tied[0], ROUNDING, "BIC");
    assert_close(bic_in_one_dimension::<2, Eev>(false)[0], tied[0], ROUNDING, "BIC");
    assert_close(bic_in_one_dimension::<2, Vei>(false)[0], two[0], ROUNDING, "BIC");
}

#[test]
fn parameters_are_counted() {
    fn count<const D: usize, const K: usize, C: Covariance>() -> usize {
        Gmm::<f32, D, K, C>::parameter_count()
    }
    assert_eq!(count::<3, 2, Full>(), 1 + 6 + 12);
    assert_eq!(count::<3, 2, Diagonal>(), 1 + 6 + 6);
    assert_eq!(count::<3, 2, Spherical>(), 1 + 6 + 2);
    assert_eq!(count::<3, 2, Tied<Full>>(), 1 + 6 + 6);
    assert_eq!(count::<3, 2, Tied<Diagonal>>(), 1 + 6 + 3);
    assert_eq!(count::<3, 2, Tied<Spherical>>(), 1 + 6 + 1);
    assert_eq!(count::<3, 2, Evi>(), 1 + 6 + 5);
    assert_eq!(count::<3, 2, Vei>(), 1 + 6 + 4);
    assert_eq!(count::<3, 2, Eev>(), 1 + 6 + 9);
    assert_eq!(count::<3, 2, Vee>(), 1 + 6 + 7);
    assert_eq!(count::<3, 2, Vev>(), 1 + 6 + 10);
    assert_eq!(count::<3, 2, Evv>(), 1 + 6 + 11);
    assert_eq!(count::<3, 2, Vve>(), 1 + 6 + 9);
    assert_eq!(count::<3, 2, Eve>(), 1 + 6 + 8);
    assert_eq!(count::<1, 1, Full>(), 2);
}

#[test]
fn criteria_are_what_their_formulas_say() {
    let (gmm, data) = (guess::<f64, Full>(), clouds(100, 105));
    let weighted: Vec<_> = data.iter().map(|x| (*x, 1.5)).collect();
    let c = gmm.criteria(&weighted).unwrap();
    let naive = Mixture::of(&gmm);
    let (mut likelihood, mut certainty) = (0.0, 0.0);
    for (x, w) in &weighted {
        let (l, r) = naive.posterior(x);
        likelihood += w * l;
        certainty += w * r.iter().fold(0.0f64, |a, b| a.max(*b)).ln();
    }
    assert_close(c.log_likelihood, likelihood, NAIVE_F64, "likelihood");
    assert_close(c.log_certainty, certainty, NAIVE_F64, "certainty");
    let p = (2 + 9 + 18) as f64;
    assert_close(c.aic(), 2.0 * p - 2.0 * likelihood, NAIVE_F64, "AIC");
    assert_close(c.bic(), p * 150.0f64.ln() - 2.0 * likelihood, NAIVE_F64, "BIC");
    assert_close(c.icl(), p * 150.0f64.ln() - 2.0 * likelihood - 2.0 * certainty, NAIVE_F64, "ICL");
    assert_eq!(factors(&gmm).len(), 3);
}

#[test]
fn a_model_is_copied_into_another_in_place() {
    let mut slots = [Gmm::<f64, 3, 3>::unfitted(), guess()];
    let [first, second] = &mut slots;
    first.clone_from(second);
    assert_eq!(first, second);
    let noisy =
        guess::<f64, Full>().with_noise(gaussmix::covariance::Noise::new(0.1, 50.0).unwrap()).unwrap();
    let mut copy: Gmm<f64, 3, 3, gaussmix::WithNoise<Full>> = Gmm::unfitted();
    copy.clone_from(&noisy);
    assert_eq!((copy.clone(), copy.noise()), (noisy.clone(), noisy.noise()));
}
