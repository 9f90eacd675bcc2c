// Written by gaussmix-export from sklearn_pipeline_tied.json:
// scikit-learn 1.9.1: StandardScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 2 features, covariances `tied`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static PIPELINE_TIED_F32: gaussmix::Gmm<f32, 2, 3, gaussmix::Tied<gaussmix::Full>> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.47485146, 0.3563792, 0.16876933],
    [-3.0212555, -3.3082623, -4.0557246],
    [
        [4.46587, 80.87304],
        [2.0376174, 54.491314],
        [3.7980466, 77.47146],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [3.5813313, 1.6840334],
            [0.0, 0.18007898],
        ]))),
    ],
);

#[cfg(test)]
mod pipeline_tied_f32_test {
    use super::PIPELINE_TIED_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(PIPELINE_TIED_F32.weights().len(), 3);
        assert_eq!(PIPELINE_TIED_F32.offsets().len(), 3);
        assert_eq!(PIPELINE_TIED_F32.means().len(), 3);
        assert!(PIPELINE_TIED_F32.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(PIPELINE_TIED_F32.factors().len(), 1);
        assert_eq!(size_of_val(&PIPELINE_TIED_F32), 64);
    }

    #[test]
    fn is_valid() {
        assert_eq!(PIPELINE_TIED_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_pipeline_tied.json:
// scikit-learn 1.9.1: StandardScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 2 features, covariances `tied`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static PIPELINE_TIED_F64: gaussmix::Gmm<f64, 2, 3, gaussmix::Tied<gaussmix::Full>> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.4748514688492141, 0.35637920692202596, 0.1687693242287599],
    [-3.0212554205975137, -3.308262126647583, -4.05572464142803],
    [
        [4.465869775569092, 80.87304010268099],
        [2.0376174503670805, 54.49131404748435],
        [3.7980466982012633, 77.47145825129964],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [3.5813313435300875, 1.68403337849127],
            [0.0, 0.18007897971532352],
        ]))),
    ],
);

#[cfg(test)]
mod pipeline_tied_f64_test {
    use super::PIPELINE_TIED_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(PIPELINE_TIED_F64.weights().len(), 3);
        assert_eq!(PIPELINE_TIED_F64.offsets().len(), 3);
        assert_eq!(PIPELINE_TIED_F64.means().len(), 3);
        assert!(PIPELINE_TIED_F64.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(PIPELINE_TIED_F64.factors().len(), 1);
        assert_eq!(size_of_val(&PIPELINE_TIED_F64), 128);
    }

    #[test]
    fn is_valid() {
        assert_eq!(PIPELINE_TIED_F64.validate(), Ok(()));
    }
}
