// Written by gaussmix-export from sklearn_diag.json:
// scikit-learn 1.9.1: GaussianMixture.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 4 features, covariances `diag`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static DIAG_F32: gaussmix::Gmm<f32, 4, 3, gaussmix::Diagonal> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.4139651, 0.33333334, 0.25270158],
    [-0.62937737, 1.2795143, -1.0724301],
    [
        [5.9277396, 2.7503877, 4.4063296, 1.4135154],
        [5.006, 3.428, 1.462, 0.246],
        [6.8095713, 3.0712202, 5.7245393, 2.1059911],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[2.0760999, 3.3833876, 1.9026363, 3.802815]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[2.865753, 2.664848, 5.8166084, 9.58486]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[1.8746401, 3.4886117, 2.0056071, 4.075537]]))),
    ],
);

#[cfg(test)]
mod diag_f32_test {
    use super::DIAG_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(DIAG_F32.weights().len(), 3);
        assert_eq!(DIAG_F32.offsets().len(), 3);
        assert_eq!(DIAG_F32.means().len(), 3);
        assert!(DIAG_F32.means().iter().all(|mean| mean.len() == 4));
        assert_eq!(DIAG_F32.factors().len(), 3);
        assert_eq!(size_of_val(&DIAG_F32), 120);
    }

    #[test]
    fn is_valid() {
        assert_eq!(DIAG_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_diag.json:
// scikit-learn 1.9.1: GaussianMixture.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 4 features, covariances `diag`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static DIAG_F64: gaussmix::Gmm<f64, 4, 3, gaussmix::Diagonal> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.41396510104165035, 0.33333333330865617, 0.2527015656496934],
    [-0.6293771700221429, 1.2795139217208833, -1.0724301916490737],
    [
        [5.927739748348077, 2.750387688771218, 4.4063296191791075, 1.4135154967381272],
        [5.0059999999974885, 3.4279999999999733, 1.4619999999866233, 0.24599999997695252],
        [6.8095711179841185, 3.0712201852411485, 5.724539050487129, 2.1059910988192736],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[2.076099880079909, 3.3833876218067336, 1.9026362806226127, 3.8028150284776827]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[2.86575305091571, 2.664848084148524, 5.816608374088896, 9.5848602129353]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[1.874640130726759, 3.488611659909282, 2.005607210183397, 4.075537274898558]]))),
    ],
);

#[cfg(test)]
mod diag_f64_test {
    use super::DIAG_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(DIAG_F64.weights().len(), 3);
        assert_eq!(DIAG_F64.offsets().len(), 3);
        assert_eq!(DIAG_F64.means().len(), 3);
        assert!(DIAG_F64.means().iter().all(|mean| mean.len() == 4));
        assert_eq!(DIAG_F64.factors().len(), 3);
        assert_eq!(size_of_val(&DIAG_F64), 240);
    }

    #[test]
    fn is_valid() {
        assert_eq!(DIAG_F64.validate(), Ok(()));
    }
}
