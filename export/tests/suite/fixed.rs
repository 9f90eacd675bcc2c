//! Models in integers: the numbers of `gaussmix::fixed`, and what the file holds.

use gaussmix::fixed::{FixedGmm, to_nats};
use gaussmix::nalgebra::SMatrix;
use gaussmix::{Covariance, Diagonal, Full, Gmm, Spherical, Tied};
use gaussmix_export::fixed::Fixed;
use gaussmix_export::number::Scalar;
use gaussmix_export::readable;
use gaussmix_export::source::Source;

use super::Numbers;

include!("../generated/fixed.rs");

const SCALE: [f64; 3] = [0.001, -0.002, 0.0005];
const OFFSET: [f64; 3] = [1.5, 0.0, -2.0];

fn model<C: Covariance>() -> Gmm<f64, 3, 4, C> {
    let mut random = Numbers(7);
    let weights = [0.1, 0.4, 0.0, 0.5];
    let matrices = core::array::from_fn(|_| {
        let root = SMatrix::<f64, 3, 3>::from_fn(|_, _| random.next());
        root * root.transpose() + SMatrix::from_diagonal_element(0.1)
    });
    let means = core::array::from_fn(|_| core::array::from_fn(|_| 3.0 * random.next()));
    Gmm::new(weights, means, C::from_matrices(&weights, &matrices).unwrap()).unwrap()
}

/// What the program makes of a model's JSON.
fn fixed<C: Covariance>(gmm: &Gmm<f64, 3, 4, C>) -> (Fixed, Source) {
    let made = readable::export(&serde_json::to_string(gmm).unwrap(), Scalar::F64).unwrap();
    let fixed = Fixed::new(&made.model, &SCALE, &OFFSET).unwrap();
    let source = Source::new("model.json".into(), "FIXED".into(), made).with_fixed(Some(fixed.clone()));
    (fixed, source)
}

fn same<const W: usize, C: Covariance>() {
    let gmm = model::<C>();
    let (written, _) = fixed(&gmm);
    let due = FixedGmm::<3, 4, W>::from_model(&gmm, &SCALE, &OFFSET).unwrap();
    for (k, component) in due.components().iter().enumerate() {
        assert_eq!(written.offsets[k], component.offset);
        assert_eq!(written.constants[k], component.constants);
        assert_eq!(written.factors[k], component.factors.as_flattened());
        assert_eq!(written.shifts[k], component.shifts);
    }
    let bound = due.error_bound(&gmm, &SCALE, &OFFSET).unwrap().worst();
    assert_eq!(written.bound.to_bits(), bound.to_bits());
    assert_eq!(written.bytes(), size_of_val(&due));
}

#[test]
fn numbers_are_those_of_gaussmix() {
    same::<3, Full>();
    same::<3, Tied<Full>>();
    same::<1, Diagonal>();
    same::<1, Spherical>();
}

#[test]
fn files_in_integers_are_as_they_were_written() {
    let text = fixed(&model::<Full>()).1.text();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/generated/fixed.rs");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    assert_eq!(text, include_str!("../generated/fixed.rs"));
    let gmm = model::<Full>();
    for x in [[-900_i16, 300, 4000], [0; 3], [-1500, -200, 2000]] {
        let value = core::array::from_fn(|j| OFFSET[j] + SCALE[j] * f64::from(x[j]));
        assert!((to_nats(FIXED.log_density(&x)) - gmm.log_density(value).unwrap()).abs() < 0.01);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let gmm = model::<Full>();
    let made = readable::export(&serde_json::to_string(&gmm).unwrap(), Scalar::F64).unwrap();
    let refusal = |scale: &[f64], offset: &[f64]| Fixed::new(&made.model, scale, offset).unwrap_err();
    assert!(refusal(&[1e6], &[0.0]).contains("component 0 does not fit"));
    assert!(refusal(&[0.001, 0.001], &[0.0]).contains("--scale has 2 numbers, not one or 3"));
    assert!(refusal(&[0.001], &[0.0, 1.0]).contains("--offset has 2 numbers"));
    assert!(refusal(&[0.0], &[0.0]).contains("finite and not 0"));

    let twins: Gmm<f64, 2, 1> =
        Gmm::from_arrays([1.0], [[0.0; 2]], [[[1.0, 0.9999], [0.9999, 1.0]]]).unwrap();
    let made = readable::export(&serde_json::to_string(&twins).unwrap(), Scalar::F64).unwrap();
    let refusal = Fixed::new(&made.model, &[0.0007], &[0.0]).unwrap_err();
    assert!(refusal.contains("nat; 0.02 is allowed"), "{refusal}");
}
