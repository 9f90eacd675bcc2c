//! The data and the model that most laws are checked on.
#![allow(dead_code)] // no room uses all of it

use gaussmix::{Gmm, Real, SufficientStats};

use super::dense::{Dense, Structure, model};
use super::noise::Noise;

/// The shape that the generic laws are checked at: three features, three components.
pub(crate) const WEIGHTS: [f64; 3] = [0.5, 0.3, 0.2];
pub(crate) const MEANS: [[f64; 3]; 3] = [[0.0, 0.0, 0.0], [4.0, 1.0, -2.0], [-1.0, 5.0, 3.0]];
pub(crate) const COVARIANCES: [Dense<3>; 3] = [
    [[1.0, 0.3, -0.2], [0.3, 0.8, 0.1], [-0.2, 0.1, 1.2]],
    [[0.6, -0.1, 0.2], [-0.1, 1.5, 0.4], [0.2, 0.4, 0.9]],
    [[2.0, 0.5, 0.3], [0.5, 1.0, 0.2], [0.3, 0.2, 0.7]],
];

/// A model near the one that [`clouds`] come from.
pub(crate) fn guess<T: Real, C: Structure>() -> Gmm<T, 3, 3, C> {
    let means = [[0.4, -0.3, 0.2], [3.0, 1.5, -1.4], [-0.6, 4.1, 2.5]];
    model([0.4, 0.35, 0.25], means, wider())
}

fn wider() -> [Dense<3>; 3] {
    COVARIANCES.map(|m| m.map(|row| row.map(|v| 1.3 * v)))
}

/// Samples of three overlapping correlated Gaussians.
pub(crate) fn clouds(n: usize, seed: u64) -> Vec<[f64; 3]> {
    let mut noise = Noise::new(seed);
    let draw = |_| {
        let u = noise.uniform();
        let k = if u < WEIGHTS[0] { 0 } else { 1 + usize::from(u > WEIGHTS[0] + WEIGHTS[1]) };
        let z: [f64; 3] = core::array::from_fn(|_| noise.normal());
        let (m, l) = (MEANS[k], [1.0, 0.7, 1.2][k]);
        [m[0] + l * z[0], m[1] + l * (0.6 * z[0] + 0.8 * z[1]), m[2] + l * (0.5 * z[1] - 0.9 * z[2])]
    };
    (0..n).map(draw).collect()
}

/// The samples in another scalar type.
pub(crate) fn narrowed<T: Real, const D: usize>(data: &[[f64; D]]) -> Vec<[T; D]> {
    data.iter().map(|x| x.map(T::narrow)).collect()
}

/// The statistics of one pass.
pub(crate) fn pass<T: Real, const D: usize, const K: usize, C: Structure>(
    gmm: &Gmm<T, D, K, C>,
    data: &[[T; D]],
) -> SufficientStats<T, D, K, C> {
    let mut stats = SufficientStats::new();
    stats.observe_all(gmm, data).unwrap();
    stats
}
