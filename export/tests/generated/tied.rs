// Written by gaussmix-export from sklearn_tied.json:
// scikit-learn 1.9.1: GaussianMixture.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 4 features, covariances `tied`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static TIED_F32: gaussmix::Gmm<f32, 4, 3, gaussmix::Tied<gaussmix::Full>> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.3296157, 0.33333334, 0.33705094],
    [0.237499, 0.24871445, 0.25980568],
    [
        [5.942328, 2.7607574, 4.2587085, 1.3192012],
        [5.006, 3.428, 1.462, 0.246],
        [6.5746202, 2.9807885, 5.5390124, 2.0249279],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.9464846, 0.17489205, 0.33023477, 0.07657142],
            [0.0, 3.5058203, -0.023257783, 0.058151692],
            [0.0, 0.0, 3.6052172, 0.06503534],
            [0.0, 0.0, 0.0, 6.173398],
        ]))),
    ],
);

#[cfg(test)]
mod tied_f32_test {
    use super::TIED_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(TIED_F32.weights().len(), 3);
        assert_eq!(TIED_F32.offsets().len(), 3);
        assert_eq!(TIED_F32.means().len(), 3);
        assert!(TIED_F32.means().iter().all(|mean| mean.len() == 4));
        assert_eq!(TIED_F32.factors().len(), 1);
        assert_eq!(size_of_val(&TIED_F32), 136);
    }

    #[test]
    fn is_valid() {
        assert_eq!(TIED_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_tied.json:
// scikit-learn 1.9.1: GaussianMixture.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 4 features, covariances `tied`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static TIED_F64: gaussmix::Gmm<f64, 4, 3, gaussmix::Tied<gaussmix::Full>> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.32961571981343457, 0.3333333333339272, 0.3370509468526383],
    [0.23749904315550907, 0.24871454296458406, 0.25980564917922244],
    [
        [5.942327832959847, 2.760757461092673, 4.2587084920036755, 1.3192012601943994],
        [5.0060000000005545, 3.4279999999984407, 1.4620000000034177, 0.246000000001723],
        [6.574620309860429, 2.980788567065006, 5.539012481734754, 2.0249278833008084],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.9464845705047282, 0.17489205782448078, 0.33023476937167995, 0.07657141656470344],
            [0.0, 3.5058203879676486, -0.023257783540155008, 0.0581516912230962],
            [0.0, 0.0, 3.6052171290184787, 0.06503534645377858],
            [0.0, 0.0, 0.0, 6.173398206020278],
        ]))),
    ],
);

#[cfg(test)]
mod tied_f64_test {
    use super::TIED_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(TIED_F64.weights().len(), 3);
        assert_eq!(TIED_F64.offsets().len(), 3);
        assert_eq!(TIED_F64.means().len(), 3);
        assert!(TIED_F64.means().iter().all(|mean| mean.len() == 4));
        assert_eq!(TIED_F64.factors().len(), 1);
        assert_eq!(size_of_val(&TIED_F64), 272);
    }

    #[test]
    fn is_valid() {
        assert_eq!(TIED_F64.validate(), Ok(()));
    }
}
