// Written by gaussmix-export from sklearn_max_abs.json:
// scikit-learn 1.9.1: MaxAbsScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, covariances `diag`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static MAX_ABS_F32: gaussmix::Gmm<f32, 2, 2, gaussmix::Diagonal> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.35651687, 0.64348316],
    [-3.3019214, -3.1760972],
    [
        [2.037916, 54.492958],
        [4.291071, 79.98563],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[3.7698805, 0.17209408]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[2.4384668, 0.16717233]]))),
    ],
);

#[cfg(test)]
mod max_abs_f32_test {
    use super::MAX_ABS_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(MAX_ABS_F32.weights().len(), 2);
        assert_eq!(MAX_ABS_F32.offsets().len(), 2);
        assert_eq!(MAX_ABS_F32.means().len(), 2);
        assert!(MAX_ABS_F32.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(MAX_ABS_F32.factors().len(), 2);
        assert_eq!(size_of_val(&MAX_ABS_F32), 48);
    }

    #[test]
    fn is_valid() {
        assert_eq!(MAX_ABS_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_max_abs.json:
// scikit-learn 1.9.1: MaxAbsScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, covariances `diag`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static MAX_ABS_F64: gaussmix::Gmm<f64, 2, 2, gaussmix::Diagonal> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.35651685323536914, 0.6434831467646308],
    [-3.3019214887540684, -3.176097104254757],
    [
        [2.037916005754175, 54.492957971328536],
        [4.291070715043617, 79.98562383939205],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[3.7698805643496986, 0.17209407970665877]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[2.43846681723726, 0.16717232977226124]]))),
    ],
);

#[cfg(test)]
mod max_abs_f64_test {
    use super::MAX_ABS_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(MAX_ABS_F64.weights().len(), 2);
        assert_eq!(MAX_ABS_F64.offsets().len(), 2);
        assert_eq!(MAX_ABS_F64.means().len(), 2);
        assert!(MAX_ABS_F64.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(MAX_ABS_F64.factors().len(), 2);
        assert_eq!(size_of_val(&MAX_ABS_F64), 96);
    }

    #[test]
    fn is_valid() {
        assert_eq!(MAX_ABS_F64.validate(), Ok(()));
    }
}
