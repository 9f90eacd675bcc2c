// Written by gaussmix's example `export` from a test:
// 80 samples of a, b; best of 2 fits, seed 1: mean log-likelihood -2.367832 in f64.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, EVI covariances, `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static EVI: gaussmix::Gmm<f32, 2, 2, gaussmix::covariance::Evi> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.5, 0.5],
    [-1.3678316, -1.3678316],
    [
        [6.490625, 1.0625],
        [0.71875, 1.209375],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[2.9893074, 1.0705268]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[1.9254577, 1.662012]]))),
    ],
);

#[cfg(test)]
mod evi_test {
    use super::EVI;

    #[test]
    fn has_its_lengths() {
        assert_eq!(EVI.weights().len(), 2);
        assert_eq!(EVI.offsets().len(), 2);
        assert_eq!(EVI.means().len(), 2);
        assert!(EVI.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(EVI.factors().len(), 2);
        assert_eq!(size_of_val(&EVI), 48);
    }

    #[test]
    fn is_valid() {
        assert_eq!(EVI.validate(), Ok(()));
    }
}

// Written by gaussmix's example `export` from a test:
// 80 samples of a, b; best of 2 fits, seed 1: mean log-likelihood -3.515240 in f64.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, VEI covariances, `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static VEI: gaussmix::Gmm<f32, 2, 2, gaussmix::covariance::Vei> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.1157569, 0.88424313],
    [-1.9883083, -2.6193702],
    [
        [6.412013, -0.26371947],
        [3.2371786, 1.3191676],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[1.3733293, 5.4118657]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[0.362434, 1.4282402]]))),
    ],
);

#[cfg(test)]
mod vei_test {
    use super::VEI;

    #[test]
    fn has_its_lengths() {
        assert_eq!(VEI.weights().len(), 2);
        assert_eq!(VEI.offsets().len(), 2);
        assert_eq!(VEI.means().len(), 2);
        assert!(VEI.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(VEI.factors().len(), 2);
        assert_eq!(size_of_val(&VEI), 48);
    }

    #[test]
    fn is_valid() {
        assert_eq!(VEI.validate(), Ok(()));
    }
}

// Written by gaussmix's example `export` from a test:
// 80 samples of a, b; best of 2 fits, seed 1: mean log-likelihood -3.547782 in f64.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, EEV covariances, `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static EEV: gaussmix::Gmm<f32, 2, 2, gaussmix::covariance::Eev> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.2928551, 0.70714486],
    [-3.3247707, -2.4432132],
    [
        [6.0513573, 0.4322879],
        [2.5914302, 1.427345],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [0.4211139, -0.7348996],
            [0.0, 1.8331492],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [0.40578917, 0.35690877],
            [0.0, 1.9023786],
        ]))),
    ],
);

#[cfg(test)]
mod eev_test {
    use super::EEV;

    #[test]
    fn has_its_lengths() {
        assert_eq!(EEV.weights().len(), 2);
        assert_eq!(EEV.offsets().len(), 2);
        assert_eq!(EEV.means().len(), 2);
        assert!(EEV.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(EEV.factors().len(), 2);
        assert_eq!(size_of_val(&EEV), 64);
    }

    #[test]
    fn is_valid() {
        assert_eq!(EEV.validate(), Ok(()));
    }
}
