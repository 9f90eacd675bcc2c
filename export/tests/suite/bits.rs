//! The numbers that are written are those that gaussmix computes, bit by bit, at any size.

use gaussmix::covariance::{Eev, Eve, Evi, Evv, Shape, Vee, Vei, Vev, Vve};
use gaussmix::nalgebra::SMatrix;
use gaussmix::{Covariance, Diagonal, Full, Gmm, Real, Spherical, Tied};
use gaussmix_export::model::Model;
use gaussmix_export::number::Scalar;
use gaussmix_export::{readable, scikit};
use serde_json::{Value, json};

use super::Numbers;

/// The numbers of a model of gaussmix, and of one that is written.
fn of_gaussmix<T: Real, const D: usize, const K: usize, C: Covariance>(gmm: &Gmm<T, D, K, C>) -> Vec<u64> {
    let factors = gmm.factors().as_ref().iter().flat_map(|factor| {
        let dense = C::Shape::to_matrix(&factor.0);
        match size_of_val(factor) / size_of::<T>() {
            1 => dense.as_slice()[..1].to_vec(),
            n if n == D => dense.diagonal().as_slice().to_vec(),
            _ => dense.as_slice().to_vec(),
        }
    });
    let heads = gmm.weights().iter().chain(gmm.offsets()).chain(gmm.means().as_flattened()).copied();
    heads.chain(factors).map(|v| v.widen().to_bits()).collect()
}

fn of_written(model: &Model) -> Vec<u64> {
    let (means, factors) = (model.means.concat(), model.factors.concat());
    [&*model.weights, &*model.offsets, &*means, &*factors].concat().into_iter().map(f64::to_bits).collect()
}

#[track_caller]
fn same<T: Real, const D: usize, const K: usize, C: Covariance>(model: &Model, gmm: &Gmm<T, D, K, C>) {
    assert_eq!((model.features(), model.components()), (D, K));
    assert_eq!(of_written(model), of_gaussmix(gmm), "{:?}, D = {D}, K = {K}", model.structure);
    assert_eq!(model.bytes(), size_of_val(gmm));
}

/// A model whose numbers are not round: means up to 100, weights and variances that differ by magnitudes.
fn model<const D: usize, const K: usize, C: Covariance>() -> Gmm<f64, D, K, C> {
    let mut random = Numbers((64 * D + K) as u64);
    let mut weights: [f64; K] = core::array::from_fn(|_| random.next().exp2() * random.next().exp2());
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|w| *w /= sum);
    let means = core::array::from_fn(|_| core::array::from_fn(|_| 100.0 * random.next()));
    let matrices: [SMatrix<f64, D, D>; K] = core::array::from_fn(|_| {
        let root = SMatrix::<f64, D, D>::from_fn(|_, _| random.next());
        let product = root * root.transpose() + SMatrix::from_diagonal_element(0.01);
        product * (4.0 * random.next()).exp2()
    });
    let covariances = C::from_matrices(&weights, &matrices).unwrap();
    Gmm::new(weights, means, covariances).unwrap()
}

/// As a person would write it: what `Gmm::new` takes, and nothing else.
fn parameters<const D: usize, const K: usize, C: Covariance>(gmm: &Gmm<f64, D, K, C>) -> Value {
    let mut value = serde_json::to_value(gmm).unwrap();
    for field in ["version", "scalar", "bits"] {
        value.as_object_mut().unwrap().remove(field).unwrap();
    }
    value
}

fn from_numbers_alone<const D: usize, const K: usize, C: Covariance>() {
    let given = model::<D, K, C>();
    // Weights that do not quite sum to 1, and are rescaled.
    let weights = given.weights().map(|w| w * (1.0 + 3e-7));
    let mut value = parameters(&given);
    value["weights"] = json!(weights.as_slice());
    let text = value.to_string();
    let due = Gmm::<f64, D, K, C>::new(weights, *given.means(), given.covariances()).unwrap();
    same(&readable::export(&text, Scalar::F64).unwrap().model, &due);
    same(&readable::export(&text, Scalar::F32).unwrap().model, &due.cast::<f32>().unwrap());
}

fn from_bits<const D: usize, const K: usize, C: Covariance>() {
    let wide = model::<D, K, C>();
    let text = serde_json::to_string(&wide).unwrap();
    same(&readable::export(&text, Scalar::F64).unwrap().model, &wide);
    let narrow = wide.cast::<f32>().unwrap();
    same(&readable::export(&text, Scalar::F32).unwrap().model, &narrow);
    let text = serde_json::to_string(&narrow).unwrap();
    same(&readable::export(&text, Scalar::F32).unwrap().model, &narrow);
    // Weights in f32 may sum to 1 not closely enough for f64: both refuse, or neither.
    match (readable::export(&text, Scalar::F64), narrow.cast::<f64>()) {
        (Ok(made), Ok(gmm)) => same(&made.model, &gmm),
        (made, gmm) => {
            assert!(made.is_err() && (gmm.is_err() || made.unwrap_err().contains("give --type f32")))
        }
    }
}

/// Standardised, then moved to another centre and scale: folded in as by `Gmm::affine`.
fn through_scalers<const D: usize, const K: usize, C: Covariance>() {
    let given = model::<D, K, C>();
    let mut random = Numbers(7);
    let mut numbers = |offset: f64| -> [f64; D] { core::array::from_fn(|_| random.next() + offset) };
    let ([first, second], [scale, other]) = ([numbers(0.0), numbers(10.0)], [numbers(1.5), numbers(3.0)]);
    let mut mixture = parameters(&given);
    for name in ["weights", "means", "covariances"] {
        mixture[format!("{name}_")] = mixture[name].take();
    }
    mixture["class"] = json!("GaussianMixture");
    let scaler = |mean: &[f64], scale: &[f64]| json!({"class": "StandardScaler", "with_mean": true, "with_std": true, "mean_": mean, "scale_": scale});
    let steps = json!([scaler(&first, &scale), scaler(&second, &other), mixture]);
    let text = json!({"sklearn": "1.9.1", "steps": steps}).to_string();
    let gmm = Gmm::<f64, D, K, C>::new(*given.weights(), *given.means(), given.covariances()).unwrap();
    let raw = gmm.affine(&other, &second).unwrap().affine(&scale, &first).unwrap();
    same(&scikit::export(&text, Scalar::F64).unwrap().model, &raw);
    same(&scikit::export(&text, Scalar::F32).unwrap().model, &raw.cast::<f32>().unwrap());
}

macro_rules! at_sizes {
    ($law:ident: $($structure:ty),*; $([$d:literal, $k:literal]),*) => {
        #[test]
        fn $law() {
            at_sizes!(@ $law, [$($structure),*], $([$d, $k])*);
        }
    };
    (@ $law:ident, $structures:tt, $([$d:literal, $k:literal])*) => {
        $(at_sizes!(@@ $law, $structures, $d, $k);)*
    };
    (@@ $law:ident, [$($structure:ty),*], $d:literal, $k:literal) => {
        $(super::$law::<$d, $k, $structure>();)*
    };
}

mod tests {
    use super::*;
    at_sizes!(from_numbers_alone: Full, Tied<Full>, Diagonal, Tied<Diagonal>, Spherical, Tied<Spherical>;
        [1, 1], [1, 300], [2, 2], [5, 3], [16, 4], [32, 8], [64, 2]);
    at_sizes!(from_bits: Full, Tied<Full>, Diagonal, Tied<Diagonal>, Spherical, Tied<Spherical>, Evi, Vei, Eev, Vee, Vev, Evv, Vve, Eve;
        [1, 1], [2, 2], [5, 3], [16, 4], [32, 8]);
    at_sizes!(through_scalers: Full, Tied<Full>, Diagonal; [1, 1], [2, 2], [5, 3], [16, 4], [32, 8]);
}
