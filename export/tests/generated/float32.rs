// Written by gaussmix-export from sklearn_float32.json:
// scikit-learn 1.9.1: GaussianMixture.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 4 features, covariances `full`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static FLOAT32_F32: gaussmix::Gmm<f32, 4, 3> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.36747125, 0.3333333, 0.2991954],
    [-0.30150747, 1.7996273, 0.9262428],
    [
        [6.544549, 2.9486625, 5.479559, 1.9846078],
        [5.0059996, 3.4280002, 1.462, 0.24599996],
        [5.9149704, 2.7778435, 4.201557, 1.2969688],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.6073805, 0.1482131, 0.48673365, 0.09909565],
            [0.0, 3.3639061, 0.040860005, 0.13900945],
            [0.0, 0.0, 3.347925, 0.0690177],
            [0.0, 0.0, 0.0, 4.3899045],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.8657537, 0.27864286, 0.045932297, 0.029012887],
            [0.0, 3.9785678, -0.005310205, 0.004089043],
            [0.0, 0.0, 6.0391235, 0.028003935],
            [0.0, 0.0, 0.0, 10.401827],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.9058168, 0.18475199, 0.35193464, 0.103659905],
            [0.0, 4.1340075, 0.107990324, 0.09857957],
            [0.0, 0.0, 3.918914, 0.054285523],
            [0.0, 0.0, 0.0, 10.790678],
        ]))),
    ],
);

#[cfg(test)]
mod float32_f32_test {
    use super::FLOAT32_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(FLOAT32_F32.weights().len(), 3);
        assert_eq!(FLOAT32_F32.offsets().len(), 3);
        assert_eq!(FLOAT32_F32.means().len(), 3);
        assert!(FLOAT32_F32.means().iter().all(|mean| mean.len() == 4));
        assert_eq!(FLOAT32_F32.factors().len(), 3);
        assert_eq!(size_of_val(&FLOAT32_F32), 264);
    }

    #[test]
    fn is_valid() {
        assert_eq!(FLOAT32_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_float32.json:
// scikit-learn 1.9.1: GaussianMixture.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 4 features, covariances `full`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static FLOAT32_F64: gaussmix::Gmm<f64, 4, 3> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.3674712588629502, 0.33333332339922556, 0.29919541773782427],
    [-0.3015075140052219, 1.7996272377932145, 0.9262426658531417],
    [
        [6.544548988342285, 2.948662519454956, 5.479558944702148, 1.9846078157424927],
        [5.005999565124512, 3.4280002117156982, 1.4620000123977661, 0.24599996209144592],
        [5.914970397949219, 2.777843475341797, 4.201557159423828, 1.2969688177108765],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.6073804664641254, 0.14821310735454332, 0.4867336309281104, 0.09909564729305424],
            [0.0, 3.363906071527146, 0.040860002922148836, 0.13900944262929102],
            [0.0, 0.0, 3.347924838022819, 0.06901770360032924],
            [0.0, 0.0, 0.0, 4.389904409682515],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.8657537217259534, 0.2786428563610858, 0.0459322954338515, 0.029012887406161987],
            [0.0, 3.978567890813168, -0.005310204611301364, 0.004089043087357549],
            [0.0, 0.0, 6.039123665236529, 0.028003934153180372],
            [0.0, 0.0, 0.0, 10.401826891665875],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.9058167877495116, 0.1847519872785975, 0.35193463630465843, 0.10365990647808014],
            [0.0, 4.13400722355596, 0.10799032796253731, 0.09857957287317139],
            [0.0, 0.0, 3.918914125570506, 0.054285521935980754],
            [0.0, 0.0, 0.0, 10.79067844831192],
        ]))),
    ],
);

#[cfg(test)]
mod float32_f64_test {
    use super::FLOAT32_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(FLOAT32_F64.weights().len(), 3);
        assert_eq!(FLOAT32_F64.offsets().len(), 3);
        assert_eq!(FLOAT32_F64.means().len(), 3);
        assert!(FLOAT32_F64.means().iter().all(|mean| mean.len() == 4));
        assert_eq!(FLOAT32_F64.factors().len(), 3);
        assert_eq!(size_of_val(&FLOAT32_F64), 528);
    }

    #[test]
    fn is_valid() {
        assert_eq!(FLOAT32_F64.validate(), Ok(()));
    }
}
