// Written by gaussmix-export from sklearn_full.json:
// scikit-learn 1.9.1: GaussianMixture.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 4 features, covariances `full`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static FULL_F32: gaussmix::Gmm<f32, 4, 3> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.2992019, 0.33333334, 0.36746475],
    [0.9262204, 1.7996283, -0.3014996],
    [
        [5.9149776, 2.7778442, 4.201568, 1.2969728],
        [5.006, 3.428, 1.462, 0.246],
        [6.544557, 2.9486647, 5.479572, 1.9846164],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.9058161, 0.18474962, 0.35193735, 0.10366136],
            [0.0, 4.133987, 0.107989244, 0.098578766],
            [0.0, 0.0, 3.9188373, 0.05428911],
            [0.0, 0.0, 0.0, 10.790468],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.865753, 0.2786429, 0.04593229, 0.029012883],
            [0.0, 3.9785693, -0.005310222, 0.0040890374],
            [0.0, 0.0, 6.0391245, 0.028003937],
            [0.0, 0.0, 0.0, 10.401829],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.60738, 0.148213, 0.48672938, 0.09909056],
            [0.0, 3.3639014, 0.040856916, 0.13900867],
            [0.0, 0.0, 3.3479834, 0.06900906],
            [0.0, 0.0, 0.0, 4.3899465],
        ]))),
    ],
);

#[cfg(test)]
mod full_f32_test {
    use super::FULL_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(FULL_F32.weights().len(), 3);
        assert_eq!(FULL_F32.offsets().len(), 3);
        assert_eq!(FULL_F32.means().len(), 3);
        assert!(FULL_F32.means().iter().all(|mean| mean.len() == 4));
        assert_eq!(FULL_F32.factors().len(), 3);
        assert_eq!(size_of_val(&FULL_F32), 264);
    }

    #[test]
    fn is_valid() {
        assert_eq!(FULL_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_full.json:
// scikit-learn 1.9.1: GaussianMixture.
// Use: `include!` this file, or declare it as a module.

/// 3 components over 4 features, covariances `full`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static FULL_F64: gaussmix::Gmm<f64, 4, 3> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.2992019030080948, 0.3333333333333333, 0.3674647636585719],
    [0.9262200242340644, 1.7996276621854, -0.30149982625208827],
    [
        [5.914977390716043, 2.77784416279966, 4.201568114744728, 1.296972791912109],
        [5.005999999999999, 3.428, 1.4620000000000002, 0.24599999999999989],
        [6.544557228211049, 2.948664781104939, 5.479571622240737, 1.984616425756436],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.9058161318063025, 0.18474961655155284, 0.35193736214032706, 0.10366136149629715],
            [0.0, 4.13398680072657, 0.10798924133931705, 0.09857876771588941],
            [0.0, 0.0, 3.9188374113588194, 0.054289108379854595],
            [0.0, 0.0, 0.0, 10.790468494774407],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.8657530510179994, 0.2786429006565819, 0.045932289901716467, 0.029012883888506213],
            [0.0, 3.978569183361215, -0.005310222117956362, 0.0040890376455207465],
            [0.0, 0.0, 6.0391245433822345, 0.02800393687995591],
            [0.0, 0.0, 0.0, 10.40182853874541],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.6073800490550874, 0.1482130063098212, 0.4867293914566397, 0.09909055977576814],
            [0.0, 3.3639013325638283, 0.04085691727498863, 0.13900866927884298],
            [0.0, 0.0, 3.34798340147837, 0.06900905470563096],
            [0.0, 0.0, 0.0, 4.389946287190057],
        ]))),
    ],
);

#[cfg(test)]
mod full_f64_test {
    use super::FULL_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(FULL_F64.weights().len(), 3);
        assert_eq!(FULL_F64.offsets().len(), 3);
        assert_eq!(FULL_F64.means().len(), 3);
        assert!(FULL_F64.means().iter().all(|mean| mean.len() == 4));
        assert_eq!(FULL_F64.factors().len(), 3);
        assert_eq!(size_of_val(&FULL_F64), 528);
    }

    #[test]
    fn is_valid() {
        assert_eq!(FULL_F64.validate(), Ok(()));
    }
}
