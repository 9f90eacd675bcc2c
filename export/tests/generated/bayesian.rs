// Written by gaussmix-export from sklearn_bayesian.json:
// scikit-learn 1.9.1: BayesianGaussianMixture.
// Note: scikit-learn scores it by expectations over its posterior, this file by its densities.
// Use: `include!` this file, or declare it as a module.

/// 5 components over 2 features, covariances `full`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static BAYESIAN_F32: gaussmix::Gmm<f32, 2, 5> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.64359343, 0.3556835, 0.000605387, 0.00010085028, 1.6808326e-5],
    [-3.1259205, -3.465426, -10.462035, -12.25431, -14.046072],
    [
        [4.2878175, 79.945816],
        [2.0548732, 54.69018],
        [3.4877503, 70.89639],
        [3.487783, 70.89706],
        [3.4877832, 70.89706],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.3842132, 2.418297],
            [0.0, 0.17974347],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [3.0834193, 2.6083038],
            [0.0, 0.1790887],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.2390945, 8.659276],
            [0.0, 0.23957315],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.2390481, 8.659584],
            [0.0, 0.23957184],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.2390478, 8.659586],
            [0.0, 0.23957182],
        ]))),
    ],
);

#[cfg(test)]
mod bayesian_f32_test {
    use super::BAYESIAN_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(BAYESIAN_F32.weights().len(), 5);
        assert_eq!(BAYESIAN_F32.offsets().len(), 5);
        assert_eq!(BAYESIAN_F32.means().len(), 5);
        assert!(BAYESIAN_F32.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(BAYESIAN_F32.factors().len(), 5);
        assert_eq!(size_of_val(&BAYESIAN_F32), 160);
    }

    #[test]
    fn is_valid() {
        assert_eq!(BAYESIAN_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_bayesian.json:
// scikit-learn 1.9.1: BayesianGaussianMixture.
// Note: scikit-learn scores it by expectations over its posterior, this file by its densities.
// Use: `include!` this file, or declare it as a module.

/// 5 components over 2 features, covariances `full`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static BAYESIAN_F64: gaussmix::Gmm<f64, 2, 5> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.6435934602954063, 0.3556834941035071, 0.0006053869961616969, 0.00010085027849183852, 1.6808326433068648e-5],
    [-3.125920531840076, -3.4654260145549345, -10.462035322533168, -12.254309104513538, -14.04607203420547],
    [
        [4.2878172943870565, 79.94581801606479],
        [2.0548731255625263, 54.6901833558622],
        [3.4877502700081333, 70.89638943078923],
        [3.487782867466641, 70.89705432082383],
        [3.4877830867477746, 70.89705879319061],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.384213161438889, 2.4182970646699107],
            [0.0, 0.17974347221626968],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [3.083419296887904, 2.6083037858741873],
            [0.0, 0.17908869633794083],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.2390945256908021, 8.659276474839105],
            [0.0, 0.23957314385758907],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.2390481357866863, 8.65958409877797],
            [0.0, 0.2395718377179981],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.2390478237642204, 8.659586167928927],
            [0.0, 0.23957182893272078],
        ]))),
    ],
);

#[cfg(test)]
mod bayesian_f64_test {
    use super::BAYESIAN_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(BAYESIAN_F64.weights().len(), 5);
        assert_eq!(BAYESIAN_F64.offsets().len(), 5);
        assert_eq!(BAYESIAN_F64.means().len(), 5);
        assert!(BAYESIAN_F64.means().iter().all(|mean| mean.len() == 2));
        assert_eq!(BAYESIAN_F64.factors().len(), 5);
        assert_eq!(size_of_val(&BAYESIAN_F64), 320);
    }

    #[test]
    fn is_valid() {
        assert_eq!(BAYESIAN_F64.validate(), Ok(()));
    }
}
