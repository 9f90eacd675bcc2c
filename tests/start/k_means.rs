//! Lloyd's algorithm, against scikit-learn and against what it promises.

use gaussmix::init::KMeans;
use gaussmix::strategies::samples;
use gaussmix::{Gmm, Spherical, Tied, init};
use rand_pcg::Pcg64;

use crate::support::closeness::assert_close;
use crate::support::clouds::clouds;
use crate::support::data;
use crate::support::for_all::for_all;
use crate::support::tolerance::{K_MEANS, ROUNDING};

fn as_in_the_reference<const D: usize, const K: usize>(run: &serde_json::Value, data: &[[f64; D]]) {
    let read = |key: &str| -> [[f64; D]; K] {
        let flat = data::numbers(&run[key]);
        core::array::from_fn(|k| core::array::from_fn(|j| flat[k * D + j]))
    };
    let (mut centres, due) = (read("start"), read("centres"));
    let fit = KMeans::default().fit(&mut centres, data).unwrap();
    assert!(fit.converged);
    assert_close(fit.inertia, data::number(&run["inertia_by_definition"]), K_MEANS, "inertia");
    assert_close(fit.inertia, data::number(&run["inertia"]), K_MEANS, "inertia as reported");
    assert_eq!(fit.masses.to_vec(), data::numbers(&run["sizes"]));
    for k in 0..K {
        (0..D).for_each(|j| assert_close(centres[k][j], due[k][j], K_MEANS, "centre"));
    }
}

/// `kmeans.py` made the file.
#[test]
fn inertia_and_centres_equal_those_of_scikit_learn() {
    let reference = data::json("kmeans.json");
    let runs = reference["runs"].as_array().unwrap();
    as_in_the_reference::<2, 2>(&runs[0], &data::faithful());
    as_in_the_reference::<2, 3>(&runs[1], &data::faithful());
    as_in_the_reference::<4, 3>(&runs[2], &data::iris());
    as_in_the_reference::<4, 4>(&runs[3], &data::iris());
    as_in_the_reference::<6, 3>(&runs[4], &data::basic_motions());
    as_in_the_reference::<6, 4>(&runs[5], &data::basic_motions());
    assert_eq!(runs.len(), 6);
}

fn inertia(centres: &[[f64; 3]; 3], data: &[[f64; 3]]) -> f64 {
    let square = |x: &[f64; 3], c: &[f64; 3]| (0..3).map(|j| (x[j] - c[j]).powi(2)).sum::<f64>();
    data.iter().map(|x| centres.iter().map(|c| square(x, c)).fold(f64::INFINITY, f64::min)).sum()
}

#[test]
fn inertia_never_rises_and_is_that_of_the_centres() {
    for_all(64, samples::<f64, 3>(3..100), &|data| {
        let start = [data[0], data[1], data[2]];
        let mut last = f64::INFINITY;
        for iterations in 0..8 {
            let mut centres = start;
            let fit = KMeans::default().with_max_iterations(iterations).fit(&mut centres, &data).unwrap();
            assert_close(fit.inertia, inertia(&centres, &data), ROUNDING, "inertia");
            assert!(fit.inertia <= last * (1.0 + ROUNDING) && fit.iterations <= iterations);
            assert_close(fit.masses.iter().sum(), data.len() as f64, ROUNDING, "weights");
            last = fit.inertia;
        }
    });
}

#[test]
fn scales_are_units() {
    let data = clouds(100, 141);
    let scales = [2.0, 0.5, 8.0];
    let in_units: Vec<[f64; 3]> = data.iter().map(|x| core::array::from_fn(|j| x[j] / scales[j])).collect();
    let (mut a, mut b) = ([data[0], data[1], data[2]], [in_units[0], in_units[1], in_units[2]]);
    let fit = KMeans::default().with_scales(scales).unwrap().fit(&mut a, &data).unwrap();
    let twin = KMeans::default().fit(&mut b, &in_units).unwrap();
    assert_eq!(fit, twin);
    assert_eq!(a, b.map(|c| core::array::from_fn(|j| c[j] * scales[j])));
}

#[test]
fn a_centre_without_samples_stays() {
    let mut centres = [[0.0], [1.0], [1e6]];
    let fit = KMeans::default().fit(&mut centres, [[0.0], [0.2], [1.0], [1.2]]).unwrap();
    assert_eq!((fit.masses, centres[2]), ([2.0, 2.0, 0.0], [1e6]));
    assert_eq!(KMeans::default().nearest(&[[0.0], [2.0], [2.0]], [1.0]), 0, "the lowest of equals");
}

/// The start by k-means: clusters' means and shares, and the covariance within clusters.
#[test]
fn the_start_is_that_of_the_clusters() {
    let data = clouds(300, 142);
    let mut gmm: Gmm<f64, 3, 3, Tied<Spherical>> = Gmm::unfitted();
    init::k_means(&mut gmm, &data, &mut Pcg64::new(1, 1), 100).unwrap();
    // In units of the deviations of the features the means are centres that Lloyd's algorithm leaves in place.
    let n = data.len() as f64;
    let mean: [f64; 3] = core::array::from_fn(|j| data.iter().map(|x| x[j]).sum::<f64>() / n);
    let scales =
        core::array::from_fn(|j| (data.iter().map(|x| (x[j] - mean[j]).powi(2)).sum::<f64>() / n).sqrt());
    let mut centres = *gmm.means();
    let fit = KMeans::default().with_scales(scales).unwrap().fit(&mut centres, &data).unwrap();
    for k in 0..3 {
        assert_close(gmm.weights()[k], fit.masses[k] / n, ROUNDING, "share");
        (0..3).for_each(|j| assert_close(centres[k][j], gmm.means()[k][j], ROUNDING, "mean"));
    }
    let [variance] = gmm.covariances();
    assert_close(variance.0, inertia(gmm.means(), &data) / (3.0 * n), 0.05, "variance within");
}
