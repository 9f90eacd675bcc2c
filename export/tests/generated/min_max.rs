// Written by gaussmix-export from sklearn_min_max.json:
// scikit-learn 1.9.1: MinMaxScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, covariances `full`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static MIN_MAX_F32: gaussmix::Gmm<f32, 2, 2> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.35587305, 0.64412695],
    [-3.2517974, -3.106089],
    [
        [2.0363889, 54.47852],
        [4.2896624, 79.96812],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [3.802287, 1.6546462],
            [0.0, 0.17972237],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.4255795, 2.2815075],
            [0.0, 0.18006757],
        ]))),
    ],
);

#[cfg(test)]
mod min_max_f32_test {
    use super::MIN_MAX_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(MIN_MAX_F32.weights().len(), 2);
        assert_eq!(MIN_MAX_F32.offsets().len(), 2);
        assert_eq!(MIN_MAX_F32.means().len(), 2);
        assert!(MIN_MAX_F32.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(MIN_MAX_F32.factors().len(), 2);
        assert_eq!(size_of_val(&MIN_MAX_F32), 64);
    }

    #[test]
    fn is_valid() {
        assert_eq!(MIN_MAX_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_min_max.json:
// scikit-learn 1.9.1: MinMaxScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, covariances `full`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static MIN_MAX_F64: gaussmix::Gmm<f64, 2, 2> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.355873036399366, 0.6441269636006339],
    [-3.2517975607202714, -3.1060891809473308],
    [
        [2.0363888928238962, 54.47852077968039],
        [4.289662358195047, 79.96811983647243],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [3.8022872093783273, 1.6546461741492628],
            [0.0, 0.1797223666886353],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.425579455142576, 2.281507573788434],
            [0.0, 0.18006756505661686],
        ]))),
    ],
);

#[cfg(test)]
mod min_max_f64_test {
    use super::MIN_MAX_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(MIN_MAX_F64.weights().len(), 2);
        assert_eq!(MIN_MAX_F64.offsets().len(), 2);
        assert_eq!(MIN_MAX_F64.means().len(), 2);
        assert!(MIN_MAX_F64.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(MIN_MAX_F64.factors().len(), 2);
        assert_eq!(size_of_val(&MIN_MAX_F64), 128);
    }

    #[test]
    fn is_valid() {
        assert_eq!(MIN_MAX_F64.validate(), Ok(()));
    }
}
