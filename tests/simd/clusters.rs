//! What every start ends with: each sample goes to the nearest mean, and these clusters are the model.

use gaussmix::covariance::Shape;
use gaussmix::init::{Rule, Start};
use gaussmix::{Covariance, Diagonal, Full, Gmm, Real, Spherical, SufficientStats, Tied};
use rand_pcg::Pcg32;

use super::agreement::{numbers, panel, samples, tolerance};
use crate::support::structures::call_for_typical_structures;

/// Weighted samples with features of very unequal units.
fn weighted<T: Real, const D: usize, const K: usize>(n: usize, unit: f64) -> Vec<([T; D], T)> {
    let scaled =
        |x: [T; D]| core::array::from_fn(|j| T::narrow(x[j].widen() * unit * f64::from(1 << (j % 4))));
    let weight = |i: usize| T::narrow([1.0, 0.5, 0.0, 2.0][i * 7 % 4]);
    samples::<T, D, K>(n, 1.0, n as u64)
        .into_iter()
        .enumerate()
        .map(|(i, x)| (scaled(x), weight(i)))
        .collect()
}

/// The clusters about `means`, sample by sample in `f64`, in units of each feature's deviation.
fn clusters<T: Real, const D: usize, const K: usize, S: Shape>(
    means: &[[T; D]],
    data: &[([T; D], T)],
) -> SufficientStats<f64, D, K, Tied<S>> {
    let mut whole = SufficientStats::<f64, D, 1, Diagonal>::new();
    let wide = || data.iter().map(|(x, w)| (x.map(T::widen), w.widen()));
    wide().for_each(|sample| whole.assign(sample, &[1.0]).unwrap());
    let variances = whole.covariance(0).unwrap();
    let mut stats = SufficientStats::new();
    for (x, w) in wide() {
        let distance =
            |mean: &[T; D]| -> f64 { (0..D).map(|j| (x[j] - mean[j].widen()).powi(2) / variances[j]).sum() };
        let nearest = (0..means.len()).min_by(|a, b| distance(&means[*a]).total_cmp(&distance(&means[*b])));
        stats.assign((x, w), &core::array::from_fn(|k| f64::from(u8::from(Some(k) == nearest)))).unwrap();
    }
    stats
}

fn starts_end_with_clusters<T: Real, const D: usize, const K: usize, C: Covariance>() {
    let n = panel::<T>();
    // So large that the squares of a panel could overflow: its samples are taken one by one.
    let large = 2f64.powi(if size_of::<T>() == 4 { 39 } else { 487 });
    for (count, unit) in [(60, 1.0), (n, 1.0), (5 * n + 3, 1.0), (n + 1, large)] {
        let data = weighted::<T, D, K>(count, unit);
        for live in [K, 1, K - 1] {
            let start = Start::new(Rule::FarthestFirst).with_components(live).unwrap();
            let chosen: [[T; D]; K] = start.means(data.iter().copied(), &mut Pcg32::new(1, 1)).unwrap();
            let mut gmm: Gmm<T, D, K, C> = Gmm::unfitted();
            start.apply(&mut gmm, data.iter().copied(), &mut Pcg32::new(1, 1)).unwrap();
            let due = clusters::<T, D, K, C::Shape>(&chosen[..live], &data);
            assert_clusters(&gmm, &due, tolerance::<T>());
        }
    }
}

fn assert_clusters<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &Gmm<T, D, K, C>,
    due: &SufficientStats<f64, D, K, Tied<C::Shape>>,
    tolerance: f64,
) {
    let near = |a: f64, b: f64, scale: f64| {
        assert!((a - b).abs() <= tolerance * scale, "{a} for {b}, D = {D}, K = {K}, {:?}", C::default());
    };
    let matrix = due.covariance(0).unwrap();
    let variances = C::Shape::to_matrix::<f64, D>(&matrix).diagonal();
    for k in 0..K {
        near(gmm.weights()[k].widen(), due.masses()[k] / due.total_weight(), 1.0);
        for j in (0..D).filter(|_| due.masses()[k] > 0.0) {
            near(gmm.means()[k][j].widen(), due.means()[k][j], 10.0 * variances[j].sqrt());
        }
    }
    for found in gmm.covariances().as_ref() {
        let (found, due) = (numbers::<T, D, C>(*found), numbers::<f64, D, C>(matrix));
        let largest = due.iter().fold(0.0f64, |largest, v| largest.max(v.abs()));
        found.iter().zip(&due).for_each(|(a, b)| near(*a, *b, 10.0 * largest));
    }
}

fn every_structure<T: Real, const D: usize, const K: usize>() {
    call_for_typical_structures!(starts_end_with_clusters, [T, D, K]());
}

#[test]
fn starts_end_with_the_clusters_of_single_samples_in_f64() {
    every_structure::<f64, 2, 3>();
    starts_end_with_clusters::<f64, 6, 4, Full>();
    starts_end_with_clusters::<f64, 3, 11, Spherical>();
}

#[test]
fn starts_end_with_the_clusters_of_single_samples_in_f32() {
    every_structure::<f32, 5, 2>();
    starts_end_with_clusters::<f32, 3, 4, Full>();
    starts_end_with_clusters::<f32, 8, 5, Tied<Diagonal>>();
}
