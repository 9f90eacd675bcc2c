//! What is given and returned as plain arrays.

use gaussmix::covariance::{Eev, Evi, Variance, Vei};
use gaussmix::{Diagonal, Error, Full, Gmm, Spherical, Tied};

const WEIGHTS: [f64; 2] = [0.25, 0.75];
const MEANS: [[f64; 2]; 2] = [[1.0, 2.0], [-3.0, 0.5]];

/// The same model as from nalgebra's matrices, whatever the structure.
#[test]
fn nested_arrays_make_the_model_that_matrices_make() {
    let full = [[[4.0, 1.0], [1.0, 2.0]], [[1.0, -0.25], [-0.25, 3.0]]];
    let matrices = full.map(Into::into);
    assert_eq!(Gmm::<_, 2, 2, Full>::from_arrays(WEIGHTS, MEANS, full), Gmm::new(WEIGHTS, MEANS, matrices));
    let tied = Gmm::<_, 2, 2, Tied<Full>>::from_arrays(WEIGHTS, MEANS, [full[0]]);
    assert_eq!(tied, Gmm::new(WEIGHTS, MEANS, [matrices[0]]));
    let turned = [[[4.0, 0.0], [0.0, 2.0]], [[2.0, 0.0], [0.0, 4.0]]];
    let eev = Gmm::<_, 2, 2, Eev>::from_arrays(WEIGHTS, MEANS, turned);
    assert_eq!(eev, Gmm::new(WEIGHTS, MEANS, turned.map(Into::into)));
    assert!(eev.is_ok());

    let axes = [[4.0, 2.0], [2.0, 4.0]];
    let diagonals = axes.map(Into::into);
    assert_eq!(
        Gmm::<_, 2, 2, Diagonal>::from_arrays(WEIGHTS, MEANS, axes),
        Gmm::new(WEIGHTS, MEANS, diagonals)
    );
    assert_eq!(Gmm::<_, 2, 2, Evi>::from_arrays(WEIGHTS, MEANS, axes), Gmm::new(WEIGHTS, MEANS, diagonals));
    let vei = Gmm::<_, 2, 2, Vei>::from_arrays(WEIGHTS, MEANS, [[4.0, 2.0], [2.0, 1.0]]);
    assert_eq!(vei, Gmm::new(WEIGHTS, MEANS, [[4.0, 2.0].into(), [2.0, 1.0].into()]));
    let balls = Gmm::<_, 2, 2, Spherical>::from_arrays(WEIGHTS, MEANS, [4.0, 2.0]);
    assert_eq!(balls, Gmm::new(WEIGHTS, MEANS, [Variance(4.0), Variance(2.0)]));
    let narrow = Gmm::<f32, 1, 1, Tied<Spherical>>::from_arrays([1.0], [[0.0]], [4.0]);
    assert_eq!(narrow, Gmm::new([1.0], [[0.0]], [Variance(4.0)]));
}

#[test]
fn what_matrices_refuse_arrays_refuse() {
    let good = [[1.0, 0.0], [0.0, 1.0]];
    for (bad, error) in [
        ([[1.0, 0.5], [0.0, 1.0]], Error::NotSymmetric { component: 1 }),
        ([[1.0, 2.0], [2.0, 1.0]], Error::NotPositiveDefinite { component: 1 }),
        ([[1.0, f64::NAN], [0.0, 1.0]], Error::NotSymmetric { component: 1 }),
    ] {
        assert_eq!(Gmm::<_, 2, 2>::from_arrays(WEIGHTS, MEANS, [good, bad]), Err(error));
    }
    let evi = Gmm::<_, 2, 2, Evi>::from_arrays(WEIGHTS, MEANS, [[1.0, 1.0], [2.0, 2.0]]);
    assert_eq!(evi, Err(Error::NotInStructure));
}

#[cfg(feature = "std")]
#[test]
fn owned_scores_are_those_of_buffers() {
    let gmm: Gmm<f64, 2, 2, Diagonal> = Gmm::from_arrays(WEIGHTS, MEANS, [[4.0, 2.0], [2.0, 4.0]]).unwrap();
    let data: Vec<[f64; 2]> = (0..200).map(|i| [f64::from(i % 13) - 6.0, f64::from(i % 7) - 3.0]).collect();
    let (mut scores, mut labels) = ([0.0; 200], [0; 200]);
    let mut posteriors = [gaussmix::Posterior::default(); 200];
    gmm.log_densities(&data, &mut scores).unwrap();
    gmm.predictions(&data, &mut labels).unwrap();
    gmm.posteriors(&data, &mut posteriors).unwrap();
    assert_eq!(gmm.log_densities_of(&data).unwrap(), scores);
    assert_eq!(gmm.predictions_of(&data).unwrap(), labels);
    assert_eq!(gmm.posteriors_of(&data).unwrap(), posteriors);
    assert_eq!(gmm.log_densities_of(&[]), Ok(vec![]));
    let bad = [[0.0, 0.0], [f64::NAN, 0.0]];
    assert!(matches!(gmm.log_densities_of(&bad), Err(Error::NonFiniteSample { sample: 1, .. })));
}
