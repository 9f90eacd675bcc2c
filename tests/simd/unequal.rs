//! Panels of very unequal weights, far from the model.

use gaussmix::covariance::Shape;
use gaussmix::{Covariance, Diagonal, Full, Gmm, Spherical, SufficientStats, Tied};

use crate::support::tolerance::SIMD_UNEQUAL_F32;

/// Σ w, and the weighted variance, in `f64`.
fn moments(data: &[([f32; 1], f32)]) -> (f64, f64) {
    let weighted = || data.iter().map(|([x], w)| (f64::from(*x), f64::from(*w)));
    let total: f64 = weighted().map(|(_, w)| w).sum();
    let mean = weighted().map(|(x, w)| x * w).sum::<f64>() / total;
    (total, weighted().map(|(x, w)| w * (x - mean).powi(2)).sum::<f64>() / total)
}

fn variance<C: Covariance>(mean: f32, variance: f32, data: &[([f32; 1], f32)]) -> f64 {
    let matrices = C::from_matrices(&[1.0], &[[[variance]].into()]).unwrap();
    let gmm: Gmm<f32, 1, 1, C> = Gmm::new([1.0], [[mean]], matrices).unwrap();
    let mut stats = SufficientStats::new();
    stats.observe_all(&gmm, data).unwrap();
    stats.validate().unwrap();
    f64::from(C::Shape::to_matrix::<f32, 1>(&stats.covariance(0).unwrap())[(0, 0)])
}

/// Mean and variance of the model, and weighted samples.
type Case<'a> = (f32, f32, &'a [([f32; 1], f32)]);

fn agrees<C: Covariance>() {
    let cases: [Case; 6] = [
        (1e9, 1e30, &[([-5.0], 1e13), ([1e7], 16_777_216.0)]),
        (1.0, 1e12, &[([1e7], 1e13), ([1e7], 1.0), ([1e7], 16_777_216.0)]),
        // Weights whose products with squares vanish.
        (1e4, 1e8, &[([1.0], 1e-30), ([2.0], 1e-30), ([-1.0], 2e-30)]),
        (1e4, 1e8, &[([1.0], 1e-40), ([2.0], 1e-40), ([-1.0], 2e-40)]),
        // So far that the first mean of the panel's own is still far from its samples.
        (1e12, 1e26, &[([1.0], 1.0), ([2.0], 1.0), ([-3.0], 1.0)]),
        (1e12, 1e26, &[([1.0], 1e10), ([2.0], 1.0), ([-3.0], 1e5)]),
    ];
    for (mean, width, data) in cases {
        let (_, due) = moments(data);
        let found = variance::<C>(mean, width, data);
        assert!((found - due).abs() <= SIMD_UNEQUAL_F32 * due, "{found} for {due}");
    }
}

#[test]
fn unequal_weights_far_from_the_model_keep_the_variance() {
    agrees::<Full>();
    agrees::<Diagonal>();
    agrees::<Spherical>();
    agrees::<Tied<Full>>();
    agrees::<Tied<Diagonal>>();
}
