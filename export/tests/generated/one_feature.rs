// Written by gaussmix-export from sklearn_one_feature.json:
// scikit-learn 1.9.1: GaussianMixture.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 1 features, covariances `full`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static ONE_FEATURE_F32: gaussmix::Gmm<f32, 1, 2> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.34840897, 0.65159106],
    [-0.5278665, -0.5195688],
    [
        [2.0186179],
        [4.273353],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [4.2437625],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.288068],
        ]))),
    ],
);

#[cfg(test)]
mod one_feature_f32_test {
    use super::ONE_FEATURE_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(ONE_FEATURE_F32.weights().len(), 2);
        assert_eq!(ONE_FEATURE_F32.offsets().len(), 2);
        assert_eq!(ONE_FEATURE_F32.means().len(), 2);
        assert!(ONE_FEATURE_F32.means().iter().all(|mean| mean.len() == 1));
        assert_eq!(ONE_FEATURE_F32.factors().len(), 2);
        assert_eq!(size_of_val(&ONE_FEATURE_F32), 32);
    }

    #[test]
    fn is_valid() {
        assert_eq!(ONE_FEATURE_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_one_feature.json:
// scikit-learn 1.9.1: GaussianMixture.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 1 features, covariances `full`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static ONE_FEATURE_F64: gaussmix::Gmm<f64, 1, 2> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.34840895248311765, 0.6515910475168825],
    [-0.5278666692967839, -0.5195688277130642],
    [
        [2.0186178900894336],
        [4.273352978523557],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [4.243762264142739],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.288068122905659],
        ]))),
    ],
);

#[cfg(test)]
mod one_feature_f64_test {
    use super::ONE_FEATURE_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(ONE_FEATURE_F64.weights().len(), 2);
        assert_eq!(ONE_FEATURE_F64.offsets().len(), 2);
        assert_eq!(ONE_FEATURE_F64.means().len(), 2);
        assert!(ONE_FEATURE_F64.means().iter().all(|mean| mean.len() == 1));
        assert_eq!(ONE_FEATURE_F64.factors().len(), 2);
        assert_eq!(size_of_val(&ONE_FEATURE_F64), 64);
    }

    #[test]
    fn is_valid() {
        assert_eq!(ONE_FEATURE_F64.validate(), Ok(()));
    }
}
