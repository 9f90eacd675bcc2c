//! Starts draw samples in proportion to their weight: in a build with `simd`, too, which draws by panels.

use gaussmix::init::{KMeans, Rule, Start};
use gaussmix::{Full, Gmm, Real, Tied, init};
use rand_pcg::Pcg32;

use crate::support::tolerance::{DRAWS, ROUNDING};

type Weighted<T> = ([T; 1], T);

/// The means that a start draws.
fn drawn<T: Real, const K: usize>(rule: Rule, data: &[Weighted<T>], rng: &mut Pcg32) -> [f64; K] {
    let means: [[T; 1]; K] = Start::new(rule).means(data.iter().copied(), rng).unwrap();
    means.map(|[m]| m.widen())
}

/// `heavy` among `n` samples has 90 % of all weight.
fn the_heavy_sample_is_drawn<T: Real>(rule: Rule, n: usize, heavy: usize) {
    let light = 0.1 / (n - 1) as f64;
    let weight = |i: usize| T::narrow(if i == heavy { 0.9 } else { light });
    let data: Vec<Weighted<T>> = (0..n).map(|i| ([T::narrow(i as f64)], weight(i))).collect();
    let mut rng = Pcg32::new(1, 5);
    let hits = (0..1000).filter(|_| drawn::<T, 1>(rule, &data, &mut rng) == [heavy as f64]).count();
    assert!(DRAWS.contains(&hits), "{rule:?}: {hits} of 1000 for sample {heavy} of {n}");
}

#[test]
fn a_start_draws_in_proportion_to_weight() {
    // Fewer than a panel, the first and last place of one, and several.
    for (n, heavy) in [(7, 3), (40, 0), (600, 255), (600, 256), (600, 599)] {
        the_heavy_sample_is_drawn::<f32>(Rule::KMeansPlusPlus, n, heavy);
        the_heavy_sample_is_drawn::<f64>(Rule::RandomSamples, n, heavy);
    }
    the_heavy_sample_is_drawn::<f64>(Rule::KMeansPlusPlus, 300, 130);
    the_heavy_sample_is_drawn::<f32>(Rule::RandomSamples, 300, 130);
}

/// The second draw: 0 came first, since it has nearly all the weight; −1 and 1 are as far from it, and of 9 to 1 in
/// weight.
#[test]
fn the_second_draw_is_in_proportion_to_weight_too() {
    for rule in [Rule::KMeansPlusPlus, Rule::RandomSamples] {
        for copies in [1, 100, 400] {
            let each = 1.0 / f64::from(copies);
            let place = |x: f64, weight: f64| (0..copies).map(move |_| ([x], weight * each));
            let data: Vec<Weighted<f64>> =
                place(-1.0, 9.0).chain(place(0.0, 1e5)).chain(place(1.0, 1.0)).collect();
            let (mut near, mut second, mut rng) = (0, 0, Pcg32::new(2, 5));
            for _ in 0..1000 {
                let means = drawn::<f64, 2>(rule, &data, &mut rng);
                near += usize::from(means[0] == 0.0);
                second += usize::from(means == [0.0, -1.0]);
            }
            assert!(near >= 995, "{rule:?}, {copies} copies: {near}");
            assert!(DRAWS.contains(&second), "{rule:?}, {copies} copies: {second}");
        }
    }
}

/// A weight is as good as that many copies, also where a start draws none: farthest-first and Lloyd's iterations.
#[test]
fn the_rest_of_a_start_counts_weights() {
    let data: Vec<Weighted<f64>> =
        [(0.0, 5.0), (1.0, 1.0), (10.0, 3.0), (12.0, 1.0), (40.0, 0.0)].map(|(x, w)| ([x], w)).into();
    let copies: Vec<[f64; 1]> = data.iter().flat_map(|(x, w)| vec![*x; *w as usize]).collect();
    let mut weighted: Gmm<f64, 1, 2, Tied<Full>> = Gmm::unfitted();
    let mut repeated = weighted.clone();
    init::farthest_first(&mut weighted, data.iter().copied()).unwrap();
    init::farthest_first(&mut repeated, &copies).unwrap();
    assert_eq!(weighted.means(), repeated.means());
    let chosen: [[f64; 1]; 2] =
        Start::new(Rule::FarthestFirst).means(data.iter().copied(), &mut Pcg32::new(1, 1)).unwrap();
    assert_eq!(chosen, [[12.0], [0.0]], "the farthest of the mean, which the weights draw to 0");
    assert_eq!(weighted.means(), &[[10.5], [1.0 / 6.0]], "the means of their clusters");

    let mut centres = [[0.0], [10.0]];
    let fit = KMeans::default().fit(&mut centres, data.iter().copied()).unwrap();
    assert_eq!((centres, fit.masses), ([[1.0 / 6.0], [10.5]], [6.0, 4.0]));
    assert!((fit.inertia - (5.0 / 6.0 + 3.0)).abs() < ROUNDING, "{}", fit.inertia);
    for seed in 0..20 {
        init::k_means(&mut weighted, data.iter().copied(), &mut Pcg32::new(seed, 1), 20).unwrap();
        let k = usize::from(weighted.means()[0][0] > weighted.means()[1][0]);
        assert!((weighted.weights()[k] - 0.6).abs() < ROUNDING);
        assert!((weighted.means()[k][0] - 1.0 / 6.0).abs() < ROUNDING);
        let within = (5.0 / 6.0 + 3.0) / 10.0;
        assert!((weighted.covariances()[0][0] - within).abs() < ROUNDING);
    }
}
