// Written by gaussmix-export from sklearn_pipeline_full.json:
// scikit-learn 1.9.1: StandardScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 2 features, covariances `full`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static PIPELINE_FULL_F32: gaussmix::Gmm<f32, 2, 3> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.6435258, 0.1273684, 0.22910585],
    [-3.101635, -2.6759994, -3.7443871],
    [
        [4.290931, 79.98302],
        [1.8361152, 52.080666],
        [2.1500778, 55.83663],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.436887, 2.2445424],
            [0.0, 0.18020031],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [15.836579, -1.3729706],
            [0.0, 0.21442972],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [3.7234552, 1.2126447],
            [0.0, 0.17419307],
        ]))),
    ],
);

#[cfg(test)]
mod pipeline_full_f32_test {
    use super::PIPELINE_FULL_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(PIPELINE_FULL_F32.weights().len(), 3);
        assert_eq!(PIPELINE_FULL_F32.offsets().len(), 3);
        assert_eq!(PIPELINE_FULL_F32.means().len(), 3);
        assert!(PIPELINE_FULL_F32.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(PIPELINE_FULL_F32.factors().len(), 3);
        assert_eq!(size_of_val(&PIPELINE_FULL_F32), 96);
    }

    #[test]
    fn is_valid() {
        assert_eq!(PIPELINE_FULL_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_pipeline_full.json:
// scikit-learn 1.9.1: StandardScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 2 features, covariances `full`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static PIPELINE_FULL_F64: gaussmix::Gmm<f64, 2, 3> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.6435257531587272, 0.12736839929291044, 0.22910584754836244],
    [-3.1016351248931606, -2.675999476409606, -3.744387224603803],
    [
        [4.290931056984924, 79.98301374263238],
        [1.8361151979895647, 52.080664847784355],
        [2.150077789907125, 55.83663134754275],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.4368869452129145, 2.2445424414851893],
            [0.0, 0.18020031084930227],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [15.836579222053775, -1.3729705389592408],
            [0.0, 0.21442972749804962],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [3.7234551268319556, 1.2126447392522388],
            [0.0, 0.1741930647940868],
        ]))),
    ],
);

#[cfg(test)]
mod pipeline_full_f64_test {
    use super::PIPELINE_FULL_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(PIPELINE_FULL_F64.weights().len(), 3);
        assert_eq!(PIPELINE_FULL_F64.offsets().len(), 3);
        assert_eq!(PIPELINE_FULL_F64.means().len(), 3);
        assert!(PIPELINE_FULL_F64.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(PIPELINE_FULL_F64.factors().len(), 3);
        assert_eq!(size_of_val(&PIPELINE_FULL_F64), 192);
    }

    #[test]
    fn is_valid() {
        assert_eq!(PIPELINE_FULL_F64.validate(), Ok(()));
    }
}
