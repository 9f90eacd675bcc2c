// Written by gaussmix-export from sklearn_scale_only.json:
// scikit-learn 1.9.1: StandardScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, covariances `full`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static SCALE_ONLY_F32: gaussmix::Gmm<f32, 2, 2> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.35587308, 0.6441269],
    [-3.2518024, -3.1060905],
    [
        [2.036389, 54.478523],
        [4.2896624, 79.968124],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [3.80227, 1.6546425],
            [0.0, 0.17972228],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.4255767, 2.2815008],
            [0.0, 0.18006751],
        ]))),
    ],
);

#[cfg(test)]
mod scale_only_f32_test {
    use super::SCALE_ONLY_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(SCALE_ONLY_F32.weights().len(), 2);
        assert_eq!(SCALE_ONLY_F32.offsets().len(), 2);
        assert_eq!(SCALE_ONLY_F32.means().len(), 2);
        assert!(SCALE_ONLY_F32.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(SCALE_ONLY_F32.factors().len(), 2);
        assert_eq!(size_of_val(&SCALE_ONLY_F32), 64);
    }

    #[test]
    fn is_valid() {
        assert_eq!(SCALE_ONLY_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_scale_only.json:
// scikit-learn 1.9.1: StandardScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, covariances `full`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static SCALE_ONLY_F64: gaussmix::Gmm<f64, 2, 2> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.35587308496559616, 0.6441269150344038],
    [-3.2518024089126767, -3.1060907679281526],
    [
        [2.0363890122799644, 54.4785219596914],
        [4.289662462090411, 79.96812110640779],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [3.8022699488825538, 1.6546424209911275],
            [0.0, 0.1797222866853597],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.4255765891382497, 2.2815007855608957],
            [0.0, 0.1800675056331654],
        ]))),
    ],
);

#[cfg(test)]
mod scale_only_f64_test {
    use super::SCALE_ONLY_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(SCALE_ONLY_F64.weights().len(), 2);
        assert_eq!(SCALE_ONLY_F64.offsets().len(), 2);
        assert_eq!(SCALE_ONLY_F64.means().len(), 2);
        assert!(SCALE_ONLY_F64.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(SCALE_ONLY_F64.factors().len(), 2);
        assert_eq!(size_of_val(&SCALE_ONLY_F64), 128);
    }

    #[test]
    fn is_valid() {
        assert_eq!(SCALE_ONLY_F64.validate(), Ok(()));
    }
}
