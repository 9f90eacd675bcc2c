// Written by gaussmix-export from a test:
// 2 components over 2 features, in f32.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, covariances `tied_diag`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static TIED_DIAG: gaussmix::Gmm<f32, 2, 2, gaussmix::Tied<gaussmix::Diagonal>> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.25, 0.75],
    [-3.49497, -2.3963578],
    [
        [1.0, -2.5],
        [0.1, 1e-9],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[0.8528029, 0.8944272]]))),
    ],
);

#[cfg(test)]
mod tied_diag_test {
    use super::TIED_DIAG;

    #[test]
    fn has_its_lengths() {
        assert_eq!(TIED_DIAG.weights().len(), 2);
        assert_eq!(TIED_DIAG.offsets().len(), 2);
        assert_eq!(TIED_DIAG.means().len(), 2);
        assert!(TIED_DIAG.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(TIED_DIAG.factors().len(), 1);
        assert_eq!(size_of_val(&TIED_DIAG), 40);
    }

    #[test]
    fn is_valid() {
        assert_eq!(TIED_DIAG.validate(), Ok(()));
    }
}

// Written by gaussmix-export from a test:
// 2 components over 2 features, in f32.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, covariances `tied_spherical`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static TIED_SPHERICAL: gaussmix::Gmm<f32, 2, 2, gaussmix::Tied<gaussmix::Spherical>> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.25, 0.75],
    [-3.4961052, -2.397493],
    [
        [1.0, -2.5],
        [0.1, 1e-9],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::covariance::Variance(0.8728715)),
    ],
);

#[cfg(test)]
mod tied_spherical_test {
    use super::TIED_SPHERICAL;

    #[test]
    fn has_its_lengths() {
        assert_eq!(TIED_SPHERICAL.weights().len(), 2);
        assert_eq!(TIED_SPHERICAL.offsets().len(), 2);
        assert_eq!(TIED_SPHERICAL.means().len(), 2);
        assert!(TIED_SPHERICAL.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(TIED_SPHERICAL.factors().len(), 1);
        assert_eq!(size_of_val(&TIED_SPHERICAL), 36);
    }

    #[test]
    fn is_valid() {
        assert_eq!(TIED_SPHERICAL.validate(), Ok(()));
    }
}

// Written by gaussmix-export from a test:
// 2 components over 2 features, in f32.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, covariances `EVI`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static EVI: gaussmix::Gmm<f32, 2, 2, gaussmix::covariance::Evi> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.25, 0.75],
    [-3.4372137, -2.338601],
    [
        [1.0, -2.5],
        [0.1, 1e-9],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[0.755929, 1.0690448]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[1.069045, 0.755929]]))),
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

// Written by gaussmix-export from a test:
// 2 components over 2 features, in f32.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, covariances `VEI`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static VEI: gaussmix::Gmm<f32, 2, 2, gaussmix::covariance::Vei> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.25, 0.75],
    [-4.3981895, -1.7922457],
    [
        [1.0, -2.5],
        [0.1, 1e-9],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[0.609371, 0.50728095]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[1.2947762, 1.0778577]]))),
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

// Written by gaussmix-export from a test:
// 2 components over 2 features, in f32.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, covariances `EEV`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static EEV: gaussmix::Gmm<f32, 2, 2, gaussmix::covariance::Eev> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.25, 0.75],
    [-3.3704476, -2.2718356],
    [
        [1.0, -2.5],
        [0.1, 1e-9],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [0.755929, 0.33071896],
            [0.0, 1.1428572],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.0690451, -0.46770722],
            [0.0, 0.80812204],
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
