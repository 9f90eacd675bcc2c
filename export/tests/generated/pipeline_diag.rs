// Written by gaussmix-export from sklearn_pipeline_diag.json:
// scikit-learn 1.9.1: StandardScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 2 features, covariances `diag`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static PIPELINE_DIAG_F32: gaussmix::Gmm<f32, 2, 3, gaussmix::Diagonal> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.61950624, 0.31199217, 0.06850159],
    [-3.0461545, -3.008307, -5.514886],
    [
        [4.324454, 80.484856],
        [1.9773473, 53.463585],
        [2.8005207, 63.58931],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[2.6482506, 0.18207364]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[5.1293645, 0.19385697]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[1.8533322, 0.19926976]]))),
    ],
);

#[cfg(test)]
mod pipeline_diag_f32_test {
    use super::PIPELINE_DIAG_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(PIPELINE_DIAG_F32.weights().len(), 3);
        assert_eq!(PIPELINE_DIAG_F32.offsets().len(), 3);
        assert_eq!(PIPELINE_DIAG_F32.means().len(), 3);
        assert!(PIPELINE_DIAG_F32.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(PIPELINE_DIAG_F32.factors().len(), 3);
        assert_eq!(size_of_val(&PIPELINE_DIAG_F32), 72);
    }

    #[test]
    fn is_valid() {
        assert_eq!(PIPELINE_DIAG_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_pipeline_diag.json:
// scikit-learn 1.9.1: StandardScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 2 features, covariances `diag`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static PIPELINE_DIAG_F64: gaussmix::Gmm<f64, 2, 3, gaussmix::Diagonal> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.6195062288626071, 0.3119921770114403, 0.06850159412595268],
    [-3.046154424425101, -3.0083071720344314, -5.514885974699771],
    [
        [4.324453859315717, 80.4848565730848],
        [1.9773472026163832, 53.46358356785334],
        [2.800520629574947, 63.58930875700446],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[2.648250597078028, 0.18207363156747877]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[5.1293642887391115, 0.1938569677200144]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[1.8533321577912552, 0.19926975258878507]]))),
    ],
);

#[cfg(test)]
mod pipeline_diag_f64_test {
    use super::PIPELINE_DIAG_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(PIPELINE_DIAG_F64.weights().len(), 3);
        assert_eq!(PIPELINE_DIAG_F64.offsets().len(), 3);
        assert_eq!(PIPELINE_DIAG_F64.means().len(), 3);
        assert!(PIPELINE_DIAG_F64.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(PIPELINE_DIAG_F64.factors().len(), 3);
        assert_eq!(size_of_val(&PIPELINE_DIAG_F64), 144);
    }

    #[test]
    fn is_valid() {
        assert_eq!(PIPELINE_DIAG_F64.validate(), Ok(()));
    }
}
