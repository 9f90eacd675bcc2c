// Written by gaussmix-export from sklearn_two_scalers.json:
// scikit-learn 1.9.1: StandardScaler, StandardScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 4 features, covariances `full`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static TWO_SCALERS_F32: gaussmix::Gmm<f32, 4, 2> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.3333291, 0.66667086],
    [1.7996593, -0.04349661],
    [
        [5.0060062, 3.4280143, 1.462002, 0.24599932],
        [6.2619886, 2.8719964, 4.9059772, 1.6759913],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.8657768, 0.27862814, 0.045930292, 0.029014468],
            [0.0, 3.9787834, -0.0053141564, 0.004092701],
            [0.0, 0.0, 6.0388737, 0.028004013],
            [0.0, 0.0, 0.0, 10.4020815],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.5162421, 0.18337667, 0.68058854, 0.25094157],
            [0.0, 3.6276069, 0.060131054, 0.12049313],
            [0.0, 0.0, 2.1924946, 0.23643921],
            [0.0, 0.0, 0.0, 4.701437],
        ]))),
    ],
);

#[cfg(test)]
mod two_scalers_f32_test {
    use super::TWO_SCALERS_F32;

    #[test]
    fn has_its_lengths() {
        assert_eq!(TWO_SCALERS_F32.weights().len(), 2);
        assert_eq!(TWO_SCALERS_F32.offsets().len(), 2);
        assert_eq!(TWO_SCALERS_F32.means().len(), 2);
        assert!(TWO_SCALERS_F32.means().iter().all(|mean| mean.len() == 4));
        assert_eq!(TWO_SCALERS_F32.factors().len(), 2);
        assert_eq!(size_of_val(&TWO_SCALERS_F32), 176);
    }

    #[test]
    fn is_valid() {
        assert_eq!(TWO_SCALERS_F32.validate(), Ok(()));
    }
}

// Written by gaussmix-export from sklearn_two_scalers.json:
// scikit-learn 1.9.1: StandardScaler, StandardScaler, GaussianMixture, the scaling folded in: samples are scored as they come.
// Use: `include!` this file, or declare it as a module.

/// 2 components over 4 features, covariances `full`, scalar `f64`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static TWO_SCALERS_F64: gaussmix::Gmm<f64, 4, 2> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.33332911268789733, 0.6666708873121027],
    [1.799659872685445, -0.0434965767040576],
    [
        [5.006006388945317, 3.428014202787175, 1.4620020295788212, 0.24599932403406632],
        [6.261988853942354, 2.871996418737296, 4.905977181513579, 1.675991284749403],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.8657767255992153, 0.2786281448080769, 0.045930293259945264, 0.029014467628584274],
            [0.0, 3.9787833692009387, -0.005314156440347506, 0.00409270070763728],
            [0.0, 0.0, 6.038873802922913, 0.02800401310431694],
            [0.0, 0.0, 0.0, 10.402081286502643],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.5162421741786407, 0.18337667550619471, 0.6805885527333094, 0.2509415613815519],
            [0.0, 3.627606837445108, 0.060131053036280524, 0.12049312565247698],
            [0.0, 0.0, 2.1924945810064616, 0.23643920633239454],
            [0.0, 0.0, 0.0, 4.701436885096144],
        ]))),
    ],
);

#[cfg(test)]
mod two_scalers_f64_test {
    use super::TWO_SCALERS_F64;

    #[test]
    fn has_its_lengths() {
        assert_eq!(TWO_SCALERS_F64.weights().len(), 2);
        assert_eq!(TWO_SCALERS_F64.offsets().len(), 2);
        assert_eq!(TWO_SCALERS_F64.means().len(), 2);
        assert!(TWO_SCALERS_F64.means().iter().all(|mean| mean.len() == 4));
        assert_eq!(TWO_SCALERS_F64.factors().len(), 2);
        assert_eq!(size_of_val(&TWO_SCALERS_F64), 352);
    }

    #[test]
    fn is_valid() {
        assert_eq!(TWO_SCALERS_F64.validate(), Ok(()));
    }
}
