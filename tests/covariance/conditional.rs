//! The factor of a covariance whose features come in another order.

use gaussmix::covariance::{Factor, Shape};
use gaussmix::nalgebra::SMatrix;
use gaussmix::{Diagonal, Full, Gmm, Spherical};

use crate::support::dense::dense;
use crate::support::noise::Noise;
use crate::support::tolerance::ROUNDING;

type Matrix<S> = <S as Shape>::Matrix<f64, 4>;

/// The factor of a covariance of the shape, and the covariance.
fn drawn<S: Shape>(noise: &mut Noise, scales: [f64; 4]) -> (Factor<Matrix<S>>, [[f64; 4]; 4]) {
    let rows: SMatrix<f64, 4, 4> = SMatrix::from_fn(|i, _| scales[i] * noise.normal());
    let covariance = S::from_matrix(&(rows * rows.transpose()));
    let gmm = Gmm::<f64, 4, 1, S>::new([1.0], [[0.0; 4]], [covariance]).unwrap();
    (gmm.factors()[0], dense::<f64, 4, S>(&covariance))
}

fn keeps_the_covariance<S: Shape>() {
    let mut noise = Noise::new(140);
    for order in [[0, 1, 2, 3], [1, 2, 3, 0], [3, 2, 1, 0], [2, 0, 3, 1], [0, 1, 3, 2]] {
        for scales in [[1.0; 4], [1e-9, 1.0, 1e5, 3.0]] {
            let (factor, due) = drawn::<S>(&mut noise, scales);
            let arranged = S::arrange::<f64, 4>(&factor, &order);
            assert!(S::is_factor::<f64, 4>(&arranged));
            let found = dense::<f64, 4, S>(&S::covariance::<f64, 4>(&arranged));
            let lower = dense::<f64, 4, S>(&arranged.0);
            for (i, j) in (0..16).map(|n| (n / 4, n % 4)) {
                let (a, b) = (order[i], order[j]);
                let scale = (due[a][a] * due[b][b]).sqrt();
                assert!((found[i][j] - due[a][b]).abs() < ROUNDING * scale, "{order:?} {i} {j}");
                assert!(i >= j || lower[i][j] == 0.0);
            }
        }
    }
}

#[test]
fn a_factor_in_another_order_is_the_lower_factor_of_the_same_covariance() {
    keeps_the_covariance::<Full>();
    keeps_the_covariance::<Diagonal>();
    keeps_the_covariance::<Spherical>();
}

#[test]
fn features_in_their_own_order_keep_the_digits_of_the_factor() {
    let (factor, _) = drawn::<Full>(&mut Noise::new(141), [1.0, 1e-3, 10.0, 1.0]);
    let same = Full::arrange::<f64, 4>(&factor, &[0, 1, 2, 3]);
    for (a, b) in same.0.iter().zip(&factor.0) {
        assert!((a - b).abs() <= 2.0 * f64::EPSILON * b.abs(), "{a} {b}");
    }
}

#[test]
fn a_nearly_singular_covariance_has_a_factor_in_every_order() {
    // Correlated to the last digits: a difference of covariances has no digit left, and may be negative.
    let near = 1.0 - 1e-15;
    let covariance = [[1.0, near, 0.0], [near, 1.0, 0.0], [0.0, 0.0, 1.0]].into();
    let gmm: Gmm<f64, 3, 1> = Gmm::new([1.0], [[0.0; 3]], [covariance]).unwrap();
    for order in [[1, 0, 2], [2, 1, 0], [1, 2, 0]] {
        let arranged = Full::arrange::<f64, 3>(&gmm.factors()[0], &order);
        let first = Full::column(&arranged, 1);
        assert!(Full::is_factor::<f64, 3>(&arranged) && first.iter().all(|v| v.is_finite()), "{order:?}");
        let variance = Full::column(&arranged, order.iter().rposition(|j| *j < 2).unwrap());
        let given = variance[order.iter().rposition(|j| *j < 2).unwrap()].powi(2);
        assert!((given / 2e-15 - 1.0).abs() < 0.2, "{order:?}: {given:e}");
    }
}
