// Written by gaussmix-export from sklearn_mean_only.json:
// scikit-learn 1.9.1: StandardScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, covariances `spherical`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static MEAN_ONLY_F32: gaussmix::Gmm<f32, 2, 2, gaussmix::Spherical> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.36705217, 0.6329478],
    [-5.693837, -5.067749],
    [
        [2.0976799, 54.74295],
        [4.2939167, 80.26498],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::covariance::Variance(0.24006289)),
        gaussmix::covariance::Factor(gaussmix::covariance::Variance(0.2500105)),
    ],
);

#[cfg(test)]
mod mean_only_f32_test {
    use super::MEAN_ONLY_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(MEAN_ONLY_F32.weights().len(), 2);
        assert_eq!(MEAN_ONLY_F32.offsets().len(), 2);
        assert_eq!(MEAN_ONLY_F32.means().len(), 2);
        assert!(MEAN_ONLY_F32.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(MEAN_ONLY_F32.factors().len(), 2);
        assert_eq!(size_of_val(&MEAN_ONLY_F32), 40);
    }

    #[test]
    fn is_valid() {
        assert_eq!(MEAN_ONLY_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_mean_only.json:
// scikit-learn 1.9.1: StandardScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, covariances `spherical`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static MEAN_ONLY_F64: gaussmix::Gmm<f64, 2, 2, gaussmix::Spherical> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.36705217234104254, 0.6329478276589574],
    [-5.693837035771697, -5.067749091570425],
    [
        [2.0976799705961655, 54.74294854700321],
        [4.293916464179866, 80.26497353960701],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::covariance::Variance(0.2400628911165595)),
        gaussmix::covariance::Factor(gaussmix::covariance::Variance(0.2500104974795605)),
    ],
);

#[cfg(test)]
mod mean_only_f64_test {
    use super::MEAN_ONLY_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(MEAN_ONLY_F64.weights().len(), 2);
        assert_eq!(MEAN_ONLY_F64.offsets().len(), 2);
        assert_eq!(MEAN_ONLY_F64.means().len(), 2);
        assert!(MEAN_ONLY_F64.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(MEAN_ONLY_F64.factors().len(), 2);
        assert_eq!(size_of_val(&MEAN_ONLY_F64), 80);
    }

    #[test]
    fn is_valid() {
        assert_eq!(MEAN_ONLY_F64.validate(), Ok(()));
    }
}
