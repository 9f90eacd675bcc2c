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
        [0.71875, 1.209375],
        [6.490625, 1.0625],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[1.9254577, 1.662012]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[2.9893074, 1.0705268]]))),
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
// 80 samples of a, b; best of 2 fits, seed 1: mean log-likelihood -2.455988 in f64.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, VEI covariances, `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static VEI: gaussmix::Gmm<f32, 2, 2, gaussmix::covariance::Vei> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.5, 0.5],
    [-1.349854, -1.5621227],
    [
        [0.71875, 1.209375],
        [6.490625, 1.0625],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[2.4207842, 1.3459212]]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SVector::from_array_storage(gaussmix::nalgebra::ArrayStorage([[2.1770203, 1.2103921]]))),
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
// 80 samples of a, b; best of 2 fits, seed 1: mean log-likelihood -2.173748 in f64.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 2 features, EEV covariances, `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static EEV: gaussmix::Gmm<f32, 2, 2, gaussmix::covariance::Eev> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.5, 0.5],
    [-1.1737484, -1.1737484],
    [
        [0.71875, 1.209375],
        [6.490625, 1.0625],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.6809587, 0.53451765],
            [0.0, 2.3115344],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [3.307217, 0.10434058],
            [0.0, 1.1748832],
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
