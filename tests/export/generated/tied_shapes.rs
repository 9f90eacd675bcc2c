// Written by gaussmix's example `export` from a test:
// numbers made up.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, tied diagonal covariances, `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static TIED_DIAGONAL: gaussmix::Gmm<f32, 2, 2, gaussmix::Tied<gaussmix::Diagonal>> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.25, 0.75],
    [-3.3153322, -2.2167199],
    [
        [1.0, -2.5],
        [0.1, 1e-9],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[0.5, 1.8257419]]))),
    ],
);

#[cfg(test)]
mod tied_diagonal_test {
    use super::TIED_DIAGONAL;

    #[test]
    fn has_its_lengths() {
        assert_eq!(TIED_DIAGONAL.weights().len(), 2);
        assert_eq!(TIED_DIAGONAL.offsets().len(), 2);
        assert_eq!(TIED_DIAGONAL.means().len(), 2);
        assert!(TIED_DIAGONAL.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(TIED_DIAGONAL.factors().len(), 1);
        assert_eq!(size_of_val(&TIED_DIAGONAL), 40);
    }

    #[test]
    fn is_valid() {
        assert_eq!(TIED_DIAGONAL.validate(), Ok(()));
    }
}

// Written by gaussmix's example `export` from a test:
// numbers made up.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, tied spherical covariances, `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static TIED_SPHERICAL: gaussmix::Gmm<f32, 2, 2, gaussmix::Tied<gaussmix::Spherical>> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.25, 0.75],
    [-0.45158267, 0.64702964],
    [
        [1.0, -2.5],
        [0.1, 1e-9],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::covariance::Variance(4.0)),
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
