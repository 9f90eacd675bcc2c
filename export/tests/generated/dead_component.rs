// Written by gaussmix-export from sklearn_dead_component.json:
// scikit-learn 1.9.1: GaussianMixture.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 2 features, covariances `full`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static DEAD_COMPONENT_F32: gaussmix::Gmm<f32, 2, 3> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.25, 0.0, 0.75],
    [-3.8864038, f32::NEG_INFINITY, -3.4097085],
    [
        [4.3352976, 80.52272],
        [1.9966265, 54.383198],
        [3.5660152, 70.22787],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.711916, 0.97402245],
            [0.0, 0.19016029],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [4.772903, 1.6423286],
            [0.0, 0.17947833],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.3439043, 10.549867],
            [0.0, 0.20603102],
        ]))),
    ],
);

#[cfg(test)]
mod dead_component_f32_test {
    use super::DEAD_COMPONENT_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(DEAD_COMPONENT_F32.weights().len(), 3);
        assert_eq!(DEAD_COMPONENT_F32.offsets().len(), 3);
        assert_eq!(DEAD_COMPONENT_F32.means().len(), 3);
        assert!(DEAD_COMPONENT_F32.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(DEAD_COMPONENT_F32.factors().len(), 3);
        assert_eq!(size_of_val(&DEAD_COMPONENT_F32), 96);
    }

    #[test]
    fn is_valid() {
        assert_eq!(DEAD_COMPONENT_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_dead_component.json:
// scikit-learn 1.9.1: GaussianMixture.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 2 features, covariances `full`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static DEAD_COMPONENT_F64: gaussmix::Gmm<f64, 2, 3> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.25, 0.0, 0.75],
    [-3.8864039624927265, f64::NEG_INFINITY, -3.4097086976022863],
    [
        [4.335297602308001, 80.52271795069697],
        [1.9966264971709435, 54.38319864927945],
        [3.566015313194926, 70.227866165531],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.7119160525582324, 0.9740224548566866],
            [0.0, 0.19016028627451362],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [4.7729029637445555, 1.642328567586626],
            [0.0, 0.17947832615872333],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.3439042095383562, 10.54986634249076],
            [0.0, 0.20603102275412113],
        ]))),
    ],
);

#[cfg(test)]
mod dead_component_f64_test {
    use super::DEAD_COMPONENT_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(DEAD_COMPONENT_F64.weights().len(), 3);
        assert_eq!(DEAD_COMPONENT_F64.offsets().len(), 3);
        assert_eq!(DEAD_COMPONENT_F64.means().len(), 3);
        assert!(DEAD_COMPONENT_F64.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(DEAD_COMPONENT_F64.factors().len(), 3);
        assert_eq!(size_of_val(&DEAD_COMPONENT_F64), 192);
    }

    #[test]
    fn is_valid() {
        assert_eq!(DEAD_COMPONENT_F64.validate(), Ok(()));
    }
}
