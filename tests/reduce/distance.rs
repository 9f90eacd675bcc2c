//! Distances between Gaussians and mixtures: what they are by the textbook, and their laws.

use gaussmix::nalgebra::{Matrix3, SymmetricEigen, Vector3};
use gaussmix::strategies::{extreme_numbers, models};
use gaussmix::{Error, Gmm, Real};
use proptest::array;
use proptest::strategy::Strategy;
use rand_pcg::Pcg64;

use crate::support::dense::{Dense, Structure, covariances, model};
use crate::support::for_all::for_all;
use crate::support::noise::Noise;
use crate::support::rearranged::{COVARIANCES, MEANS, close, three};
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::{
    DISTANCE_F32, MANY_DRAWS_F32, METRIC, NAIVE_DISTANCE, NAIVE_WASSERSTEIN, STANDARD_ERRORS,
};

type One<T> = Gmm<T, 3, 1>;

/// KL(p‖q), KL(q‖p), both, Bhattacharyya, Hellinger, Wasserstein.
type Distances = [f64; 6];

const NAMES: [&str; 6] = ["kl", "kl of the other", "symmetric", "bhattacharyya", "hellinger", "wasserstein"];

fn distances<T: Real, P: Structure, Q: Structure>(p: &Gmm<T, 3, 1, P>, q: &Gmm<T, 3, 1, Q>) -> Distances {
    let found = [
        p.kl_divergence(q),
        q.kl_divergence(p),
        p.symmetric_kl(q),
        p.bhattacharyya(q),
        p.hellinger(q),
        p.wasserstein(q),
    ];
    found.map(Real::widen)
}

fn matrix(dense: &Dense<3>) -> Matrix3<f64> {
    Matrix3::from_fn(|i, j| dense[i][j])
}

fn root(m: &Matrix3<f64>) -> Matrix3<f64> {
    let eigen = SymmetricEigen::new(*m);
    let roots = Matrix3::from_diagonal(&eigen.eigenvalues.map(|v| v.max(0.0).sqrt()));
    eigen.eigenvectors * roots * eigen.eigenvectors.transpose()
}

fn textbook(means: [[f64; 3]; 2], full: [&Dense<3>; 2]) -> Distances {
    let ([p, q], d) = (full.map(matrix), Vector3::from(means[0]) - Vector3::from(means[1]));
    let of = |m: &Matrix3<f64>| d.dot(&(m.try_inverse().unwrap() * d));
    let kl = |p: &Matrix3<f64>, q: &Matrix3<f64>| {
        let trace = (q.try_inverse().unwrap() * p).trace();
        0.5 * (trace - 3.0 + (q.determinant() / p.determinant()).ln() + of(q))
    };
    let middle = (p + q) / 2.0;
    let spread = (middle.determinant() / (p.determinant() * q.determinant()).sqrt()).ln();
    let bhattacharyya = of(&middle) / 8.0 + spread / 2.0;
    let common = root(&(root(&p) * q * root(&p))).trace();
    [
        kl(&p, &q),
        kl(&q, &p),
        kl(&p, &q) + kl(&q, &p),
        bhattacharyya,
        (1.0 - (-bhattacharyya).exp()).max(0.0).sqrt(),
        (d.norm_squared() + p.trace() + q.trace() - 2.0 * common).max(0.0).sqrt(),
    ]
}

/// Whatever the structure, between its own components and to one of another structure.
fn distances_are_those_of_the_textbook<C: Structure>() {
    let gmm: Gmm<f64, 3, 4, C> = model([0.25; 4], MEANS, COVARIANCES);
    let full = covariances(&gmm);
    for i in 0..4 {
        let p = gmm.gaussian(i).unwrap();
        p.validate().unwrap();
        let other: One<f64> = model([1.0], [MEANS[i]], [COVARIANCES[i]]);
        for j in 0..4 {
            let own = distances(&p, &gmm.gaussian(j).unwrap());
            let due = textbook([MEANS[i], MEANS[j]], [&full[i], &full[j]]);
            let far = distances(&other, &gmm.gaussian(j).unwrap());
            let due_far = textbook([MEANS[i], MEANS[j]], [&COVARIANCES[i], &full[j]]);
            for (n, name) in NAMES.iter().enumerate() {
                // (The textbook's own roots cancel between equals.)
                let tolerance = if n > 3 { NAIVE_WASSERSTEIN } else { NAIVE_DISTANCE };
                close(own[n], due[n], tolerance, name);
                close(far[n], due_far[n], tolerance, name);
            }
        }
    }
}

for_typical_structures!(distances_are_those_of_the_textbook);

/// `stretch` times the identity, and noise.
fn noisy(noise: &mut Noise, stretch: f64) -> Matrix3<f64> {
    Matrix3::from_fn(|i, j| noise.normal() + if i == j { stretch } else { 0.0 })
}

/// A Gaussian near 0.
fn random(noise: &mut Noise) -> One<f64> {
    let a = noisy(noise, 1.0);
    let mean = core::array::from_fn(|_| noise.normal());
    Gmm::new([1.0], [mean], [a * a.transpose() + Matrix3::identity() * 0.1]).unwrap()
}

#[test]
fn distances_obey_symmetry_and_the_triangle() {
    let mut noise = Noise::new(1);
    for _ in 0..500 {
        let [p, q, r] = core::array::from_fn(|_| random(&mut noise));
        let (there, back) = (distances(&p, &q), distances(&q, &p));
        assert_eq!([there[0], there[1], there[2]], [back[1], back[0], back[2]]);
        (3..6).for_each(|n| close(there[n], back[n], METRIC, NAMES[n]));
        let [pq, qr, pr] = [there, distances(&q, &r), distances(&p, &r)];
        for n in [4, 5] {
            assert!(pr[n] <= pq[n] + qr[n] + METRIC, "{}: {} {} {}", NAMES[n], pr[n], pq[n], qr[n]);
        }
        // The inequalities between them. (The total variation is between H² and √2 H.)
        let (hellinger, bhattacharyya) = (there[4], there[3]);
        assert!((0.0..=1.0).contains(&hellinger) && hellinger * hellinger <= bhattacharyya + METRIC);
        assert!(2.0 * bhattacharyya <= there[0].min(there[1]) + METRIC);
    }
}

/// In `f32` too, and in spite of rounding.
#[test]
fn distances_are_zero_between_equals_and_only_there() {
    fn check<T: Real>(p: &One<f64>) {
        let p: One<T> = p.cast().unwrap();
        assert_eq!(distances(&p, &p.clone()), [0.0; 6]);
        // An ulp of one number of the mean, and of the factor.
        let mut mean = p.means()[0];
        mean[1] *= T::ONE + T::EPSILON;
        let moved: One<T> = Gmm::from_parts([T::ONE], *p.offsets(), [mean], *p.factors());
        let mut factor = p.factors()[0];
        factor.0[(2, 2)] *= T::ONE + T::EPSILON;
        let scaled: One<T> = Gmm::from_parts([T::ONE], *p.offsets(), *p.means(), [factor]);
        for other in [moved, scaled] {
            for found in [distances(&p, &other), distances(&other, &p)] {
                assert!(found.iter().all(|v| *v > 0.0 && *v < 1e-4), "{found:?}");
            }
        }
    }
    let mut noise = Noise::new(2);
    for _ in 0..100 {
        let p = random(&mut noise);
        check::<f64>(&p);
        check::<f32>(&p);
    }
}

#[test]
fn divergences_do_not_change_under_affine_maps() {
    let mut noise = Noise::new(3);
    for _ in 0..300 {
        let (p, q, a) = (random(&mut noise), random(&mut noise), noisy(&mut noise, 4.0));
        let offset = Vector3::from_fn(|_, _| 100.0 * noise.normal());
        let mapped = |gmm: &One<f64>| -> One<f64> {
            let mean = a * Vector3::from(gmm.means()[0]) + offset;
            let covariance = a * gmm.covariances()[0] * a.transpose();
            Gmm::new([1.0], [mean.into()], [covariance]).unwrap()
        };
        let (before, after) = (distances(&p, &q), distances(&mapped(&p), &mapped(&q)));
        for n in 0..5 {
            close(after[n], before[n], NAIVE_DISTANCE, NAMES[n]);
        }
        // A rotation and a shift keep distances in space.
        let turned = |gmm: &One<f64>| -> One<f64> {
            let q = a.qr().q();
            let mean = q * Vector3::from(gmm.means()[0]) + offset;
            Gmm::new([1.0], [mean.into()], [q * gmm.covariances()[0] * q.transpose()]).unwrap()
        };
        close(turned(&p).wasserstein(&turned(&q)), before[5], NAIVE_DISTANCE, NAMES[5]);
        let (scale, shift) = ([3.0, -0.5, 1e3], [1e4, 0.0, -7.0]);
        let scaled = |gmm: &One<f64>| gmm.affine(&scale, &shift).unwrap();
        let after = distances(&scaled(&p), &scaled(&q));
        (0..5).for_each(|n| close(after[n], before[n], NAIVE_DISTANCE, NAMES[n]));
    }
}

/// By powers of 2 exactly, up to the ends of the range, where squares would not fit.
#[test]
fn wasserstein_has_the_units_of_the_data() {
    fn check<T: Real>(p: &One<f64>, q: &One<f64>, scales: [f64; 2]) {
        let (p, q): (One<T>, One<T>) = (p.cast().unwrap(), q.cast().unwrap());
        let due = p.wasserstein(&q);
        for scale in scales.map(T::narrow) {
            let scaled = |gmm: &One<T>| gmm.affine(&[scale; 3], &[T::ZERO; 3]).unwrap();
            assert_eq!(scaled(&p).wasserstein(&scaled(&q)), due * scale);
        }
    }
    let mut noise = Noise::new(6);
    for _ in 0..50 {
        let (p, q) = (random(&mut noise), random(&mut noise));
        check::<f64>(&p, &q, [500, -500].map(|n| 2_f64.powi(n)));
        check::<f32>(&p, &q, [58, -58].map(|n| 2_f64.powi(n)));
    }
    // Means whose squares do not fit, at either end.
    for apart in [1e30_f32, 1e-30] {
        let at = |x: f32| Gmm::<f32, 3, 1>::new([1.0], [[x, 0.0, 0.0]], [Matrix3::identity()]).unwrap();
        assert_eq!(at(0.0).wasserstein(&at(apart)), apart);
    }
}

/// Components at an offset of 10⁴, whose numbers are rounded to 0.001 there.
#[test]
fn single_precision_keeps_its_digits_far_from_zero() {
    let far = three::<f32, gaussmix::Full>(1e4);
    let near = three::<f64, gaussmix::Full>(0.0);
    for (i, j) in [(0, 1), (1, 0), (1, 2), (2, 0)] {
        let found = distances(&far.gaussian(i).unwrap(), &far.gaussian(j).unwrap());
        let due = distances(&near.gaussian(i).unwrap(), &near.gaussian(j).unwrap());
        for n in 0..6 {
            close(found[n], due[n], DISTANCE_F32, NAMES[n]);
        }
    }
}

#[test]
fn distances_beyond_the_range_are_infinite_and_never_nan() {
    let of = |mean: f32, variance: f32| -> Gmm<f32, 3, 1> {
        let mut covariance = Matrix3::identity() * variance;
        (covariance[(1, 0)], covariance[(0, 1)]) = (variance / 2.0, variance / 2.0);
        Gmm::new([1.0], [[mean, -mean, 0.0]], [covariance]).unwrap()
    };
    let ends =
        [of(3e38, 1.0), of(-3e38, 8e37), of(0.0, 8e37), of(1.0, 2e-38), of(-1e20, 2e-38), of(1e-30, 1.0)];
    for p in &ends {
        for q in &ends {
            let found = distances(p, q);
            assert!(found.iter().all(|v| *v >= 0.0) && found[4] <= 1.0, "{found:?}");
            if p != q {
                assert!(found.iter().all(|v| *v > 0.0), "{found:?}");
            }
        }
    }
    assert_eq!(distances(&ends[0], &ends[1])[5], f64::INFINITY);
    // No square of 1e19·√3 fits, and the distance does.
    let found = distances(&ends[2], &ends[5])[5];
    close(found / (3.0 * 8e37_f64).sqrt(), 1.0, DISTANCE_F32, "wasserstein");
}

/// Whatever the units, the size of a model and the distance of its components: a number or a refusal, and no panic.
#[test]
fn extreme_models_have_distances_and_reductions() {
    fn law<T: Real>((model, scales, offsets): (Gmm<T, 3, 4>, [T; 4], [[T; 3]; 4])) {
        let means = core::array::from_fn(|k| core::array::from_fn(|j| model.means()[k][j] + offsets[k][j]));
        let covariances = core::array::from_fn(|k| model.covariances()[k] * scales[k].abs());
        let Ok(gmm) = Gmm::<T, 3, 4>::new(*model.weights(), means, covariances) else { return };
        for i in gmm.live() {
            for j in gmm.live() {
                let (p, q) = (gmm.gaussian(i).unwrap(), gmm.gaussian(j).unwrap());
                let found = distances(&p, &q);
                assert!(found.iter().all(|v| *v >= 0.0) && found[4] <= 1.0, "{found:?}");
                // (A tiny difference may underflow.)
                assert!(p != q || found == [0.0; 6], "{found:?}");
            }
        }
        for few in [gmm.reduce::<2>().map(|few| few.validate()), gmm.reduce::<1>().map(|few| few.validate())]
        {
            assert!(few.is_err() || few == Ok(Ok(())));
        }
    }
    fn values<T: Real>() -> impl Strategy<Value = (Gmm<T, 3, 4>, [T; 4], [[T; 3]; 4])> {
        let offsets = array::uniform4(array::uniform3(extreme_numbers()));
        (models(), array::uniform4(extreme_numbers()), offsets)
    }
    for_all(4000, values::<f32>(), &law);
    for_all(4000, values::<f64>(), &law);
}

#[test]
fn only_a_live_component_is_a_gaussian() {
    let gmm = three::<f64, gaussmix::Tied<gaussmix::Diagonal>>(0.0);
    let refused = Err(Error::InvalidParameter { name: "component", expected: "a live component" });
    assert_eq!(gmm.gaussian(3), refused);
    assert_eq!(gmm.gaussian(4), refused);
    let second = gmm.gaussian(1).unwrap();
    assert_eq!((second.weights(), second.means()), (&[1.0], &[MEANS[1]]));
    assert_eq!(second.factors()[0], gmm.factors()[0]);
}

#[test]
fn draws_estimate_the_divergence_of_gaussians() {
    let mut noise = Noise::new(4);
    for seed in 0..20 {
        let (p, q) = (random(&mut noise), random(&mut noise));
        let due = p.kl_divergence(&q);
        let found = p.monte_carlo_kl(&q, 4000, &mut Pcg64::new(seed, 1)).unwrap();
        let off = (found.mean - due).abs() / found.standard_error;
        assert!(off < STANDARD_ERRORS, "{found:?} for {due}");
        assert_eq!(p.monte_carlo_kl(&q, 4000, &mut Pcg64::new(seed, 1)), Ok(found));
    }
}

/// Its own divergence is 0 in every draw; a merger's is at most the loss that `closest` states.
#[test]
fn draws_between_mixtures_agree_with_bounds() {
    let gmm: Gmm<f64, 3, 4> = model([0.4, 0.3, 0.2, 0.1], MEANS, COVARIANCES);
    let mut rng = Pcg64::new(1, 1);
    let own = gmm.monte_carlo_kl(&gmm, 100, &mut rng).unwrap();
    assert_eq!((own.mean, own.standard_error), (0.0, 0.0));
    let three = gmm.reduce::<3>().unwrap();
    let lost = gmm.monte_carlo_kl(&three, 20_000, &mut rng).unwrap();
    let bound = gaussmix::reduce::closest(&gmm).unwrap().loss;
    let slack = STANDARD_ERRORS * lost.standard_error;
    assert!(lost.mean > slack && lost.mean < bound + slack, "{lost:?} {bound}");
}

/// The sums of an `f32` lose no digits over many draws: those of an `f64`, from the same generator, tell.
#[test]
fn single_precision_sums_many_draws() {
    fn estimate<T: Real>() -> (f64, f64) {
        let at = |x| Gmm::<T, 1, 1>::from_arrays([T::ONE], [[T::narrow(x)]], [[[T::ONE]]]).unwrap();
        let found = at(0.0).monte_carlo_kl(&at(30.0), 1_000_000, &mut Pcg64::new(5, 5)).unwrap();
        (found.mean.widen(), found.standard_error.widen())
    }
    let (single, double) = (estimate::<f32>(), estimate::<f64>());
    // ln p − ln q = 450 − 30 x
    assert!((double.0 - 450.0).abs() < 0.03 * STANDARD_ERRORS, "{double:?}");
    close(single.0 / double.0, 1.0, MANY_DRAWS_F32, "mean");
    close(single.1 / double.1, 1.0, MANY_DRAWS_F32, "standard error");
}

#[test]
fn draws_that_cannot_be_scored_are_refused() {
    let p: Gmm<f32, 1, 1> = Gmm::from_arrays([1.0], [[0.0]], [[[1.0]]]).unwrap();
    let far: Gmm<f32, 1, 1> = Gmm::from_arrays([1.0], [[1e20]], [[[1.0]]]).unwrap();
    let mut rng = Pcg64::new(1, 1);
    assert_eq!(p.monte_carlo_kl(&far, 10, &mut rng), Err(Error::OutOfRange { sample: 0 }));
    let refused = Err(Error::InvalidParameter { name: "draws", expected: "at least 2" });
    assert_eq!(p.monte_carlo_kl(&p, 1, &mut rng), refused);
    assert!(p.monte_carlo_kl(&p, 2, &mut rng).is_ok());
}
