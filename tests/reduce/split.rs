//! Where a split puts the halves.

use gaussmix::{Diagonal, Gmm, Spherical, SufficientStats, lifecycle};

use crate::support::tolerance::{PRINCIPAL_AXIS, REARRANGED};

#[test]
fn a_split_goes_along_the_principal_axis() {
    for [a, b] in [[1.0, 1.0], [1e-3, 1.0], [1e6, 1e-6]] {
        let covariance = [[a * a, 0.8 * a * b], [0.8 * a * b, b * b]];
        let mut gmm: Gmm<f64, 2, 2> = Gmm::new([1.0, 0.0], [[0.0; 2]; 2], [covariance.into(); 2]).unwrap();
        let mut stats = SufficientStats::from_model(&gmm, 1.0).unwrap();
        lifecycle::split(&mut stats, &mut gmm, 0, 1, 0.5).unwrap();
        // Variance 1.8 along (1, 1)/√2, of which half lies between.
        let along = (0.5 * 1.8f64 / 2.0).sqrt();
        let [lower, upper] = *gmm.means();
        for (j, unit) in [(0, a), (1, b)] {
            assert!((upper[j].abs() / unit - along).abs() < PRINCIPAL_AXIS, "{upper:?}");
            assert_eq!(lower[j], -upper[j]);
        }
        assert!(upper[0] * upper[1] > 0.0);
    }
    let mut gmm: Gmm<f64, 3, 2, Diagonal> =
        Gmm::new([0.5, 0.5], [[0.0; 3], [0.0, 30.0, 0.0]], [[2.0, 9.0, 3.0].into(); 2]).unwrap();
    let mut stats = SufficientStats::from_model(&gmm, 1.0).unwrap();
    lifecycle::remove(&mut stats, &mut gmm, 1).unwrap();
    stats = SufficientStats::from_model(&gmm, 1.0).unwrap();
    lifecycle::split(&mut stats, &mut gmm, 0, 1, 0.25).unwrap();
    // In their own units all features are as wide as they vary: the first of equals.
    assert!((gmm.means()[1][0] - 0.5f64.sqrt()).abs() < REARRANGED && gmm.means()[1][1] == 0.0);
    let mut gmm: Gmm<f64, 3, 2, Spherical> =
        Gmm::new([0.9, 0.1], [[0.0; 3], [0.0, 30.0, 0.0]], [gaussmix::covariance::Variance(4.0); 2]).unwrap();
    let mut stats = SufficientStats::from_model(&gmm, 1.0).unwrap();
    lifecycle::split(&mut stats, &mut gmm, 0, 1, 0.25).unwrap();
    assert!(
        (gmm.means()[1][1].abs() - 1.0).abs() < REARRANGED && gmm.means()[1][0] == 0.0,
        "where it varies most"
    );
}
