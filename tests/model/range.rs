//! Models at the ends of the scalar's range: what exists has covariances that are positive and finite.

use gaussmix::stream::StepSize;
use gaussmix::{Diagonal, Error, Full, Gmm, MStep, OnlineEm, Real, Spherical, Tied};

use crate::support::dense::{Dense, Structure, covariances, dense, model, nearest};
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::REBUILT;

/// Correlated features of unequal variance, near 1.
const SHAPE: Dense<3> = [[2.0, 0.6, -0.4], [0.6, 1.0, 0.3], [-0.4, 0.3, 0.5]];

fn unit<T: Real, C: Structure>() -> Gmm<T, 3, 2, C> {
    model([0.25, 0.75], [[0.0; 3], [1.0, -1.0, 0.5]], [SHAPE; 2])
}

/// Checks that a model can be made of what its getters return, and is the same but for rounding.
fn assert_rebuilt<T: Real, const D: usize, const K: usize, C: Structure>(gmm: &Gmm<T, D, K, C>, what: &str) {
    gmm.validate().unwrap();
    for dense in covariances(gmm) {
        assert!((0..D).all(|j| dense[j][j] > 0.0 && dense[j][j].is_finite()), "{what}: {dense:?}");
    }
    let again = Gmm::<T, D, K, C>::new(*gmm.weights(), *gmm.means(), gmm.covariances())
        .unwrap_or_else(|error| panic!("{what}: {error}"));
    for (a, b) in covariances(gmm).iter().zip(covariances(&again)) {
        for j in 0..D {
            let ratio = b[j][j] / a[j][j];
            assert!((ratio - 1.0).abs() < REBUILT * T::EPSILON.widen(), "{what}: {ratio}");
        }
    }
}

fn powers<T: Real>() -> impl Iterator<Item = i32> {
    let last = if size_of::<T>() == 4 { 150 } else { 1080 };
    (-last..=last).step_by(if size_of::<T>() == 4 { 1 } else { 7 })
}

/// A change of units by every power of two either makes a model that can be rebuilt or is refused, and it is not
/// refused while variances and precisions are normal numbers.
fn every_change_of_units<T: Real, C: Structure>() {
    let gmm = unit::<T, C>();
    let widest = if size_of::<T>() == 4 { 60 } else { 508 };
    for power in powers::<T>() {
        let scale = T::narrow(2f64.powi(power.clamp(-1074, 1023)));
        if !(scale > T::ZERO && scale.is_finite()) {
            continue;
        }
        match gmm.affine(&[scale; 3], &[T::ZERO; 3]) {
            Ok(scaled) => assert_rebuilt(&scaled, &format!("2^{power}")),
            Err(error) => {
                let refusal =
                    matches!(error, Error::NotPositiveDefinite { .. } | Error::NonFiniteMean { .. });
                assert!(refusal && power.abs() > widest, "2^{power}: {error}");
            }
        }
    }
}

fn a_model_in_any_unit_is_rebuilt_from_its_getters<C: Structure>() {
    every_change_of_units::<f32, C>();
}

/// From wide to narrow, in every unit of the wide.
fn a_model_that_was_cast_is_rebuilt_from_its_getters<C: Structure>() {
    let gmm = unit::<f64, C>();
    let mut casts = 0;
    for power in -400..=400 {
        let scaled = gmm.affine(&[2f64.powi(power); 3], &[0.0; 3]).unwrap();
        if let Ok(narrow) = scaled.cast::<f32>() {
            assert_rebuilt(&narrow, &format!("2^{power}"));
            casts += 1;
        }
    }
    assert!(casts > 115, "only {casts} casts are possible");
}

/// Covariances of every size: `new` refuses them, or the model can be rebuilt.
fn every_variance<T: Real, C: Structure>() {
    let gmm = unit::<T, C>();
    let mut taken = 0;
    for power in powers::<T>() {
        let size = 2f64.powi(power.clamp(-1074, 1023));
        let mut matrices = gmm.covariances();
        for matrix in matrices.as_mut() {
            let of_that_size = dense::<T, 3, C::Shape>(matrix).map(|row| row.map(|v| v * size));
            *matrix = nearest::<T, 3, C::Shape>(&of_that_size);
        }
        if let Ok(gmm) = Gmm::<T, 3, 2, C>::new(*gmm.weights(), *gmm.means(), matrices) {
            assert_rebuilt(&gmm, &format!("variance 2^{power}"));
            taken += 1;
        }
    }
    assert!(taken > 200, "{taken}");
}

fn a_model_of_any_variance_is_rebuilt_from_its_getters<C: Structure>() {
    every_variance::<f32, C>();
}

#[test]
fn a_model_in_double_precision_is_rebuilt_from_its_getters() {
    every_change_of_units::<f64, Full>();
    every_change_of_units::<f64, Tied<Spherical>>();
    every_variance::<f64, Full>();
    every_variance::<f64, Tied<Spherical>>();
}

for_typical_structures!(
    a_model_in_any_unit_is_rebuilt_from_its_getters,
    a_model_that_was_cast_is_rebuilt_from_its_getters,
    a_model_of_any_variance_is_rebuilt_from_its_getters,
);

#[test]
fn a_variance_whose_reciprocal_overflows_or_vanishes_is_refused() {
    let refused = Err(Error::NotPositiveDefinite { component: 0 });
    assert_eq!(Gmm::<f32, 1, 1, Diagonal>::new([1.0], [[0.0]], [[1e-40].into()]), refused);
    let full = Gmm::<f64, 1, 1>::new([1.0], [[0.0]], [[[1.0]].into()]).unwrap();
    for scale in [1e200, 1e-200] {
        assert_eq!(full.affine(&[scale], &[0.0]), Err(Error::NotPositiveDefinite { component: 0 }));
    }
    let wide = Gmm::<f64, 1, 1>::new([1.0], [[0.0]], [[[1e60]].into()]).unwrap();
    assert_eq!(wide.cast::<f32>(), Err(Error::NotPositiveDefinite { component: 0 }));
}

/// The variance halves with every sample; where it leaves the range, the component keeps what it has.
#[test]
fn the_variance_of_a_stuck_sensor_stays_above_zero() {
    fn follow<C: Structure>() {
        let gmm: Gmm<f64, 1, 1, C> = model([1.0], [[0.0]], [[[1.0]]]);
        let step = StepSize::constant(0.5).unwrap();
        let mut run = OnlineEm::new(gmm, step).unwrap().with_inertia(0).with_m_step(MStep::exact());
        for t in 0..1100 {
            run.observe([0.0]).unwrap();
            assert_rebuilt(run.model(), &format!("sample {t}"));
        }
    }
    follow::<Full>();
    follow::<Diagonal>();
}
