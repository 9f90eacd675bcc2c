//! The gradient of the likelihood, against differences of the likelihood itself.

use gaussmix::gradient::{StandardErrors, Unconstrained};
use gaussmix::{
    Diagonal, Em, Error, Full, Gmm, NanIsMissing, Observation, Real, Spherical, SufficientStats, Tied,
};

use crate::support::clouds::{clouds, guess};
use crate::support::dense::Structure;
use crate::support::noise::Noise;

/// Weights that are no counts.
fn weighted(n: usize) -> Vec<([f64; 3], f64)> {
    clouds(n, 401).into_iter().enumerate().map(|(i, x)| (x, 0.3 + (i % 5) as f64)).collect()
}

fn log_likelihood<C: Structure>(
    point: &Unconstrained<f64, 3, 3, C>,
    data: &[impl Observation<f64, 3>],
) -> f64 {
    let gmm = point.to_model().unwrap();
    data.iter().map(|x| x.weight().unwrap_or(1.0) * gmm.log_density(x).unwrap()).sum()
}

fn is_that_of_the_likelihood<C: Structure>(data: &[impl Observation<f64, 3>]) {
    let gmm = guess::<f64, C>();
    let mut stats = SufficientStats::new();
    stats.observe_all(&gmm, data).unwrap();
    let gradient = stats.gradient(&gmm);
    let point = Unconstrained::of(&gmm).unwrap();
    let count = Unconstrained::<f64, 3, 3, C>::count();
    assert_eq!(gradient.numbers().count(), count);
    assert_eq!(count, Gmm::<f64, 3, 3, C>::parameter_count() + 1);
    let scale = gradient.dot(&gradient).sqrt();
    for (i, found) in gradient.numbers().enumerate() {
        let at = |by: f64| {
            let mut moved = point.clone();
            *moved.numbers_mut().nth(i).unwrap() += by;
            log_likelihood(&moved, data)
        };
        // Of the fourth order: its error is the likelihood's rounding over the step.
        let h = 1e-3;
        let difference = (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
        assert!(
            (found - difference).abs() <= 1e-6 * found.abs().max(1e-3 * scale),
            "{i}: {found}, {difference}"
        );
    }
}

#[test]
fn the_gradient_is_that_of_the_likelihood_in_every_structure_that_has_one() {
    let data = weighted(300);
    is_that_of_the_likelihood::<Full>(&data);
    is_that_of_the_likelihood::<Diagonal>(&data);
    is_that_of_the_likelihood::<Spherical>(&data);
    is_that_of_the_likelihood::<Tied<Full>>(&data);
    is_that_of_the_likelihood::<Tied<Diagonal>>(&data);
    is_that_of_the_likelihood::<Tied<Spherical>>(&data);
}

/// The likelihood is then that of what was observed.
#[test]
fn the_gradient_is_that_of_the_likelihood_of_samples_with_gaps() {
    let mut data: Vec<_> = weighted(300).into_iter().map(|(x, w)| (NanIsMissing(x), w)).collect();
    data.iter_mut()
        .enumerate()
        .for_each(|(i, (x, _))| x.0[i % 3] = if i % 2 == 0 { f64::NAN } else { x.0[i % 3] });
    is_that_of_the_likelihood::<Full>(&data);
    is_that_of_the_likelihood::<Tied<Diagonal>>(&data);
}

fn comes_back<T: Real, C: Structure>(tolerance: f64) {
    let gmm = guess::<T, C>();
    let back = Unconstrained::of(&gmm).unwrap().to_model().unwrap();
    for x in clouds(20, 402) {
        let x = x.map(T::narrow);
        let (a, b) = (gmm.log_density(x).unwrap().widen(), back.log_density(x).unwrap().widen());
        assert!((a - b).abs() <= tolerance * a.abs(), "{a}, {b}");
    }
}

#[test]
fn a_model_comes_back_from_its_unconstrained_parameters() {
    comes_back::<f64, Full>(1e-13);
    comes_back::<f64, Tied<Spherical>>(1e-13);
    comes_back::<f32, Diagonal>(1e-5);
    comes_back::<f32, Tied<Full>>(1e-5);
}

#[test]
fn the_gradient_vanishes_at_an_optimum_and_where_there_is_no_data() {
    let data = clouds(300, 403);
    let mut gmm = guess::<f64, Full>();
    let em = Em::default().with_tolerance(1e-15).unwrap().with_max_iterations(5000);
    em.fit(&mut gmm, &data).unwrap();
    let mut stats = SufficientStats::new();
    let nothing: Unconstrained<f64, 3, 3> = stats.gradient(&gmm);
    assert_eq!(nothing, Unconstrained::zero());
    stats.observe_all(&gmm, &data).unwrap();
    assert!(stats.gradient(&gmm).numbers().all(|v| v.abs() < 1e-4), "{:?}", stats.gradient(&gmm));
}

#[test]
fn what_is_no_model_is_refused() {
    let mut point = Unconstrained::of(&guess::<f64, Full>()).unwrap();
    for hostile in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for i in 0..point.numbers().count() {
            let before = *point.numbers().nth(i).unwrap();
            *point.numbers_mut().nth(i).unwrap() = hostile;
            assert!(point.to_model().is_err(), "{hostile} as number {i}");
            *point.numbers_mut().nth(i).unwrap() = before;
        }
    }
    let dead: Gmm<f64, 1, 2> = Gmm::new([1.0, 0.0], [[0.0]; 2], [[[1.0]].into(); 2]).unwrap();
    assert!(matches!(Unconstrained::of(&dead), Err(Error::InvalidParameter { name: "gmm", .. })));
}

/// For one component, the standard error of a mean is σ/√n.
#[test]
fn standard_errors_of_one_gaussian_are_those_of_the_textbook() {
    let mut rng = Noise::new(405);
    let draw = |_| {
        let z = rng.normal();
        [3.0 + z, 40.0 + 5.0 * (0.6 * z + 0.8 * rng.normal())]
    };
    let data: Vec<[f64; 2]> = (0..3000).map(draw).collect();
    let mut gmm: Gmm<f64, 2, 1> = Gmm::unfitted();
    gaussmix::init::farthest_first(&mut gmm, &data).unwrap();
    Em::default().fit(&mut gmm, &data).unwrap();
    let mut memory = vec![0.0; StandardErrors::<f64, 2, 1>::memory::<Full>()];
    let errors = StandardErrors::estimate(&gmm, &data, &mut memory).unwrap();
    assert_eq!(errors.weights, [0.0]);
    for j in 0..2 {
        let due = (gmm.covariances()[0][(j, j)] / data.len() as f64).sqrt();
        assert!((errors.means[0][j] / due - 1.0).abs() < 0.05, "{errors:?}, {due}");
    }
    let short = &mut memory[1..];
    assert!(matches!(
        StandardErrors::estimate(&gmm, &data, short),
        Err(Error::InvalidParameter { name: "memory", .. })
    ));
    assert!(matches!(
        StandardErrors::estimate(&gmm, &data[..3], &mut memory),
        Err(Error::InvalidParameter { name: "data", .. })
    ));
}

/// What no sample shows makes no error smaller: σ/√n, n the samples that have the feature, if nothing else tells of it.
#[test]
fn standard_errors_of_a_feature_with_gaps_are_those_of_fewer_samples() {
    let mut rng = Noise::new(406);
    let draw = |i| NanIsMissing([rng.normal(), if i % 4 == 0 { 5.0 * rng.normal() } else { f64::NAN }]);
    let data: Vec<_> = (0..4000).map(draw).collect();
    let mut gmm: Gmm<f64, 2, 1, Diagonal> = Gmm::unfitted();
    gaussmix::init::farthest_first(&mut gmm, &data).unwrap();
    Em::default().fit(&mut gmm, &data).unwrap();
    let mut memory = vec![0.0; StandardErrors::<f64, 2, 1>::memory::<Diagonal>()];
    let errors = StandardErrors::estimate(&gmm, &data, &mut memory).unwrap();
    for (j, n) in [4000.0, 1000.0].into_iter().enumerate() {
        let due = (gmm.covariances()[0][j] / n).sqrt();
        assert!((errors.means[0][j] / due - 1.0).abs() < 0.05, "{errors:?}, {due}");
    }
}

/// Estimates of many samples of one size scatter by their standard errors.
#[test]
fn standard_errors_are_how_far_estimates_scatter() {
    const REPEATS: usize = 200;
    let truth: Gmm<f64, 1, 2> =
        Gmm::new([0.35, 0.65], [[0.0], [4.0]], [[[1.0]].into(), [[2.0]].into()]).unwrap();
    let mut rng = Noise::new(404);
    let (mut said, mut found) = ([0.0; 3], [[0.0; REPEATS]; 3]);
    for repeat in 0..REPEATS {
        let data: Vec<[f64; 1]> = (0..400)
            .map(|_| {
                let first = rng.uniform() < 0.35;
                [if first { rng.normal() } else { 4.0 + 2.0_f64.sqrt() * rng.normal() }]
            })
            .collect();
        let mut gmm = truth.clone();
        Em::default().fit(&mut gmm, &data).unwrap();
        let mut memory = vec![0.0; StandardErrors::<f64, 1, 2>::memory::<Full>()];
        let errors = StandardErrors::estimate(&gmm, &data, &mut memory).unwrap();
        let of = [errors.weights[0], errors.means[0][0], errors.means[1][0]];
        let estimates = [gmm.weights()[0], gmm.means()[0][0], gmm.means()[1][0]];
        for i in 0..3 {
            said[i] += of[i] * of[i] / REPEATS as f64;
            found[i][repeat] = estimates[i];
        }
    }
    for (said, found) in said.iter().zip(&found) {
        let mean = found.iter().sum::<f64>() / REPEATS as f64;
        let variance = found.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (REPEATS - 1) as f64;
        // The standard deviation of 200 estimates is itself known to 5 %.
        let ratio = (said / variance).sqrt();
        println!("{ratio}");
        assert!((ratio - 1.0).abs() < 0.2, "{ratio}");
    }
}
