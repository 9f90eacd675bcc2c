// Written by gaussmix-export from sklearn_spherical.json:
// scikit-learn 1.9.1: GaussianMixture.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 4 features, covariances `spherical`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static SPHERICAL_F32: gaussmix::Gmm<f32, 4, 3, gaussmix::Spherical> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.25270525, 0.33333334, 0.4139614],
    [-1.4222655, 0.38610888, -0.9331219],
    [
        [6.8464146, 3.0736928, 5.730565, 2.0746572],
        [5.006, 3.428, 1.462, 0.246],
        [5.9052405, 2.7488754, 4.4026394, 1.4326373],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::covariance::Variance(2.4775124)),
        gaussmix::covariance::Factor(gaussmix::covariance::Variance(3.6332183)),
        gaussmix::covariance::Factor(gaussmix::covariance::Variance(2.4747853)),
    ],
);

#[cfg(test)]
mod spherical_f32_test {
    use super::SPHERICAL_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(SPHERICAL_F32.weights().len(), 3);
        assert_eq!(SPHERICAL_F32.offsets().len(), 3);
        assert_eq!(SPHERICAL_F32.means().len(), 3);
        assert!(SPHERICAL_F32.means().iter().all(|mean| mean.len() == 4));
        assert_eq!(SPHERICAL_F32.factors().len(), 3);
        assert_eq!(size_of_val(&SPHERICAL_F32), 84);
    }

    #[test]
    fn is_valid() {
        assert_eq!(SPHERICAL_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_spherical.json:
// scikit-learn 1.9.1: GaussianMixture.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 4 features, covariances `spherical`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static SPHERICAL_F64: gaussmix::Gmm<f64, 4, 3, gaussmix::Spherical> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.25270525881740097, 0.3333333338838645, 0.4139614072987345],
    [-1.422265804909745, 0.3861087998566193, -0.9331220743752686],
    [
        [6.846414458333752, 3.0736928291212826, 5.730565175297771, 2.0746572107614787],
        [5.00600000015505, 3.427999998467046, 1.4620000025405848, 0.24600000141047643],
        [5.905240641020668, 2.7488753862530078, 4.402639176231467, 1.432637281805593],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::covariance::Variance(2.477512284286474)),
        gaussmix::covariance::Factor(gaussmix::covariance::Variance(3.633218174318381)),
        gaussmix::covariance::Factor(gaussmix::covariance::Variance(2.47478530488652)),
    ],
);

#[cfg(test)]
mod spherical_f64_test {
    use super::SPHERICAL_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(SPHERICAL_F64.weights().len(), 3);
        assert_eq!(SPHERICAL_F64.offsets().len(), 3);
        assert_eq!(SPHERICAL_F64.means().len(), 3);
        assert!(SPHERICAL_F64.means().iter().all(|mean| mean.len() == 4));
        assert_eq!(SPHERICAL_F64.factors().len(), 3);
        assert_eq!(size_of_val(&SPHERICAL_F64), 168);
    }

    #[test]
    fn is_valid() {
        assert_eq!(SPHERICAL_F64.validate(), Ok(()));
    }
}
