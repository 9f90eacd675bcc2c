// Written by gaussmix-export from sklearn_robust.json:
// scikit-learn 1.9.1: RobustScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, covariances `tied`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static ROBUST_F32: gaussmix::Gmm<f32, 2, 2, gaussmix::Tied<gaussmix::Full>> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.3592479, 0.6407521],
    [-3.5677605, -2.9891305],
    [
        [2.0461953, 54.596516],
        [4.2960324, 80.03622],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.7442927, 2.0623834],
            [0.0, 0.17984423],
        ]))),
    ],
);

#[cfg(test)]
mod robust_f32_test {
    use super::ROBUST_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(ROBUST_F32.weights().len(), 2);
        assert_eq!(ROBUST_F32.offsets().len(), 2);
        assert_eq!(ROBUST_F32.means().len(), 2);
        assert!(ROBUST_F32.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(ROBUST_F32.factors().len(), 1);
        assert_eq!(size_of_val(&ROBUST_F32), 48);
    }

    #[test]
    fn is_valid() {
        assert_eq!(ROBUST_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_robust.json:
// scikit-learn 1.9.1: RobustScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, covariances `tied`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static ROBUST_F64: gaussmix::Gmm<f64, 2, 2, gaussmix::Tied<gaussmix::Full>> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.3592479017158453, 0.6407520982841547],
    [-3.5677604376929968, -2.9891304819295446],
    [
        [2.046195332654255, 54.596515084106194],
        [4.29603229681155, 80.03621911796549],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.74429270797368, 2.062383365532991],
            [0.0, 0.17984423700691077],
        ]))),
    ],
);

#[cfg(test)]
mod robust_f64_test {
    use super::ROBUST_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(ROBUST_F64.weights().len(), 2);
        assert_eq!(ROBUST_F64.offsets().len(), 2);
        assert_eq!(ROBUST_F64.means().len(), 2);
        assert!(ROBUST_F64.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(ROBUST_F64.factors().len(), 1);
        assert_eq!(size_of_val(&ROBUST_F64), 96);
    }

    #[test]
    fn is_valid() {
        assert_eq!(ROBUST_F64.validate(), Ok(()));
    }
}
