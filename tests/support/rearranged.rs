//! What splits, mergers, births and deaths are checked on.
#![allow(dead_code)] // no room uses all of it

use gaussmix::{Gmm, Real};

use super::dense::{Dense, Structure, covariances, model};

pub(crate) const MEANS: [[f64; 3]; 4] =
    [[0.0, 0.0, 0.0], [4.0, 1.0, -2.0], [-1.0, 5.0, 3.0], [2.0, 2.0, 2.0]];
pub(crate) const COVARIANCES: [Dense<3>; 4] = [
    [[1.0, 0.3, -0.2], [0.3, 0.8, 0.1], [-0.2, 0.1, 1.2]],
    [[0.6, -0.1, 0.2], [-0.1, 1.5, 0.4], [0.2, 0.4, 0.9]],
    [[2.0, 0.5, 0.3], [0.5, 1.0, 0.2], [0.3, 0.2, 0.7]],
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
];

/// Three live components and a free slot, at an offset.
pub(crate) fn three<T: Real, C: Structure>(offset: f64) -> Gmm<T, 3, 4, C> {
    model([0.5, 0.3, 0.2, 0.0], MEANS.map(|m| m.map(|v| v + offset)), COVARIANCES)
}

pub(crate) fn close(a: f64, b: f64, tolerance: f64, what: &str) {
    assert!((a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0), "{what}: {a} {b}");
}

/// Weights, means and covariances of live components.
pub(crate) fn assert_models_close<T: Real, C: Structure>(
    a: &Gmm<T, 3, 4, C>,
    b: &Gmm<T, 3, 4, C>,
    tolerance: f64,
) {
    assert!(a.live().eq(b.live()));
    for k in a.live() {
        close(a.weights()[k].widen(), b.weights()[k].widen(), tolerance, "weight");
        for i in 0..3 {
            close(a.means()[k][i].widen(), b.means()[k][i].widen(), tolerance, "mean");
            for j in 0..3 {
                close(covariances(a)[k][i][j], covariances(b)[k][i][j], tolerance, "covariance");
            }
        }
    }
}

pub(crate) fn samples<T: Real>(gmm: &Gmm<T, 3, 4, impl Structure>, n: usize) -> Vec<[T; 3]> {
    let mut rng = rand_pcg::Pcg32::new(3, 5);
    (0..n).map(|_| gmm.sample(&mut rng)).collect()
}
