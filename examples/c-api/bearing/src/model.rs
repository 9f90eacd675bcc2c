//! A model of standing: four full components of 1000 readings of an accelerometer.

// Written by gaussmix-export from model.json:
// 4 components over 3 features, in f64.
// Use: `include!` this file, or declare it as a module.

/// 4 components over 3 features, covariances `full`, scalar `f32`.
// A fitted number may happen to look like π.
#[allow(clippy::approx_constant, clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static STANDING: gaussmix::Gmm<f32, 3, 4> = gaussmix::Gmm::from_parts(
    // weights, offsets, means, factors
    [0.001, 0.62335205, 0.003, 0.37264797],
    [-2.7568154, 1.5905814, -7.2531085, -2.0505307],
    [
        [2.952965, 0.970717, -5.962515],
        [-0.2048065, 0.09815839, 0.020320173],
        [3.307663, -4.174317, -1.6136173],
        [-0.023846244, 0.12123133, 0.09898375],
    ],
    [
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [10.0, 0.0, 0.0],
            [0.0, 10.0, 0.0],
            [0.0, 0.0, 10.0],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [8.613836, 0.08511192, 0.011598527],
            [0.0, 2.1996896, -0.009695678],
            [0.0, 0.0, 6.5427284],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [1.2452375, 1.0204856, -0.6439397],
            [0.0, 0.5164988, 0.81040627],
            [0.0, 0.0, 5.7788587],
        ]))),
        gaussmix::covariance::Factor(gaussmix::nalgebra::SMatrix::from_array_storage(gaussmix::nalgebra::ArrayStorage([
            [2.921724, 0.24546884, 0.04283465],
            [0.0, 0.7559814, -0.120638795],
            [0.0, 0.0, 2.4619913],
        ]))),
    ],
);

#[cfg(test)]
mod standing_test {
    use super::STANDING;

    #[test]
    fn has_its_lengths() {
        assert_eq!(STANDING.weights().len(), 4);
        assert_eq!(STANDING.offsets().len(), 4);
        assert_eq!(STANDING.means().len(), 4);
        assert!(STANDING.means().iter().all(|mean| mean.len() == 3));
        assert_eq!(STANDING.factors().len(), 4);
        assert_eq!(size_of_val(&STANDING), 224);
    }

    #[test]
    fn is_valid() {
        assert_eq!(STANDING.validate(), Ok(()));
    }
}
