// Written by gaussmix-export from sklearn_pipeline_spherical.json:
// scikit-learn 1.9.1: StandardScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Note: spherical in scaled units; as the units differ, diagonal in the raw ones.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 2 features, covariances `diag`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static PIPELINE_SPHERICAL_F32: gaussmix::Gmm<f32, 2, 3, gaussmix::Diagonal> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.17797576, 0.6427271, 0.17929716],
    [-3.8493404, -3.1914592, -3.1333833],
    [
        [2.1246097, 58.97786],
        [4.292334, 80.0019],
        [1.9568343, 50.090263],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[2.9923444, 0.25122342]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[2.187942, 0.1836895]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[4.2645516, 0.35803205]]))),
    ],
);

#[cfg(test)]
mod pipeline_spherical_f32_test {
    use super::PIPELINE_SPHERICAL_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(PIPELINE_SPHERICAL_F32.weights().len(), 3);
        assert_eq!(PIPELINE_SPHERICAL_F32.offsets().len(), 3);
        assert_eq!(PIPELINE_SPHERICAL_F32.means().len(), 3);
        assert!(PIPELINE_SPHERICAL_F32.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(PIPELINE_SPHERICAL_F32.factors().len(), 3);
        assert_eq!(size_of_val(&PIPELINE_SPHERICAL_F32), 72);
    }

    #[test]
    fn is_valid() {
        assert_eq!(PIPELINE_SPHERICAL_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_pipeline_spherical.json:
// scikit-learn 1.9.1: StandardScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Note: spherical in scaled units; as the units differ, diagonal in the raw ones.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 2 features, covariances `diag`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static PIPELINE_SPHERICAL_F64: gaussmix::Gmm<f64, 2, 3, gaussmix::Diagonal> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.17797575197699772, 0.6427270766938397, 0.17929717132916254],
    [-3.8493405166426395, -3.1914591792974023, -3.133383499415855],
    [
        [2.1246097376486954, 58.977858534011176],
        [4.292333889754849, 80.00190033459504],
        [1.9568343257321517, 50.0902635683625],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[2.992344325889189, 0.2512234182819904]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[2.18794199103214, 0.18368951100788292]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[4.264551427805268, 0.35803205462132903]]))),
    ],
);

#[cfg(test)]
mod pipeline_spherical_f64_test {
    use super::PIPELINE_SPHERICAL_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(PIPELINE_SPHERICAL_F64.weights().len(), 3);
        assert_eq!(PIPELINE_SPHERICAL_F64.offsets().len(), 3);
        assert_eq!(PIPELINE_SPHERICAL_F64.means().len(), 3);
        assert!(PIPELINE_SPHERICAL_F64.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(PIPELINE_SPHERICAL_F64.factors().len(), 3);
        assert_eq!(size_of_val(&PIPELINE_SPHERICAL_F64), 144);
    }

    #[test]
    fn is_valid() {
        assert_eq!(PIPELINE_SPHERICAL_F64.validate(), Ok(()));
    }
}
