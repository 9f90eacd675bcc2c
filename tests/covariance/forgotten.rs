//! What a covariance structure must not forget: its parameters, its bytes, and to stay itself whatever is done to a
//! model.

use gaussmix::lifecycle::{remove, seed, split};
use gaussmix::nalgebra::SMatrix;
use gaussmix::persist::{Persist, PersistError};
use gaussmix::stream::{Average, StepSize};
use gaussmix::{Covariance, Em, Error, Gmm, MStep, OnlineEm, Real, SufficientStats, init, reduce};

use crate::support::closeness::assert_close;
use crate::support::dense::{Common, Dense, Structure, covariances, dense, model};
use crate::support::noise::Noise;
use crate::support::structures::{call_for_every_structure, for_every_structure};
use crate::support::together::{eigen, volume};
use crate::support::tolerance::{FAMILY_F32, FAMILY_F64, RANK, ROUNDING};

/// Positive definite matrices that have nothing in common and eigenvalues well apart.
fn apart<const D: usize, const K: usize>() -> [Dense<D>; K] {
    let mut noise = Noise::new(201);
    let mut all = [[[0.0; D]; D]; K];
    for matrix in &mut all {
        let mut l = [[0.0; D]; D];
        for i in 0..D {
            for j in 0..i {
                l[i][j] = 0.5 * noise.normal();
            }
            l[i][i] = 0.6 + 0.7 * i as f64 + 0.5 * noise.uniform();
        }
        for i in 0..D {
            for j in 0..D {
                matrix[i][j] = (0..D).map(|m| l[i][m] * l[j][m]).sum();
            }
        }
    }
    all
}

fn weights<const K: usize>() -> [f64; K] {
    core::array::from_fn(|k| (k + 1) as f64 / (K * (K + 1) / 2) as f64)
}

fn start<T: Real, const D: usize, const K: usize, C: Structure>() -> Gmm<T, D, K, C> {
    let means = core::array::from_fn(|k| core::array::from_fn(|j| (3 * k) as f64 - (j * k * k) as f64));
    model(weights(), means, apart())
}

/// All numbers of the covariances that the structure makes of these.
fn made<const D: usize, const K: usize, C: Structure>(full: &[Dense<D>; K]) -> Vec<Dense<D>> {
    let full = full.map(|dense| SMatrix::from_fn(|i, j| dense[i][j]));
    let made = C::from_matrices(&weights(), &full).unwrap();
    let mut each: Vec<_> = made.as_ref().iter().map(dense::<f64, D, C::Shape>).collect();
    each.resize(K, each[0]);
    each
}

/// The dimension of the span of vectors: how many eigenvalues their Gram matrix has that are not rounding.
fn rank(vectors: &[Vec<f64>]) -> usize {
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let gram: Vec<Vec<f64>> =
        vectors.iter().map(|a| vectors.iter().map(|b| product(a, b)).collect()).collect();
    let (values, _) = eigen(&gram);
    values.iter().filter(|v| **v > RANK * values[0]).count()
}

/// From a member of the family a step in any direction leads, brought back, to its neighbours in the family.
fn directions<const D: usize, const K: usize, C: Structure>() -> Vec<Vec<f64>> {
    const STEP: f64 = 1e-4;
    let member: [Dense<D>; K] = made::<D, K, C>(&apart()).try_into().unwrap();
    let mut directions = Vec::new();
    for (k, i, j) in (0..K).flat_map(|k| (0..D).flat_map(move |i| (0..=i).map(move |j| (k, i, j)))) {
        let [ahead, back] = [STEP, -STEP].map(|step| {
            let mut moved = member;
            moved[k][i][j] += step;
            moved[k][j][i] = moved[k][i][j];
            made::<D, K, C>(&moved)
        });
        let pairs = ahead.as_flattened().as_flattened().iter().zip(back.as_flattened().as_flattened());
        directions.push(pairs.map(|(a, b)| (a - b) / (2.0 * STEP)).collect());
    }
    directions
}

fn counted<const D: usize, const K: usize, C: Structure>() {
    let (rank, claimed) = (rank(&directions::<D, K, C>()), C::free_parameters(D, K));
    assert_eq!(claimed, rank, "{D} features, {K} components");
    assert_eq!(Gmm::<f64, D, K, C>::parameter_count(), K - 1 + K * D + rank);
}

/// As many as the family has dimensions.
fn free_parameters_are_counted<C: Structure>() {
    counted::<2, 2, C>();
    counted::<2, 3, C>();
    counted::<3, 3, C>();
}

fn comes_back<V: Persist + PartialEq + core::fmt::Debug>(value: &V) {
    let mut buffer = vec![0; V::ENCODED_LEN + 1];
    assert_eq!(value.encode(&mut buffer).unwrap().len(), V::ENCODED_LEN);
    assert_eq!(&V::decode(&buffer).unwrap(), value);
    assert_eq!(
        V::decode(&buffer[..V::ENCODED_LEN - 1]),
        Err(PersistError::Truncated { needed: V::ENCODED_LEN })
    );
}

#[cfg(feature = "serde")]
fn comes_back_by_serde<V>(value: &V)
where
    V: serde::Serialize + serde::de::DeserializeOwned + PartialEq + core::fmt::Debug,
{
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<V>(&text).unwrap(), value);
}

fn stored<const D: usize, const K: usize, C: Structure>() {
    let gmm = start::<f64, D, K, C>();
    let mut online = OnlineEm::new(gmm.clone(), StepSize::default()).unwrap();
    let (mut average, mut noise) = (Average::new(), Noise::new(202));
    for _ in 0..40 {
        online.observe([noise.normal(); D].map(|v| v + noise.normal())).unwrap();
        average.observe(online.statistics());
    }
    comes_back(&gmm);
    comes_back(online.statistics());
    comes_back(&online);
    comes_back(&average);
    #[cfg(feature = "serde")]
    {
        comes_back_by_serde(&gmm);
        comes_back_by_serde(online.statistics());
        comes_back_by_serde(&online);
        comes_back_by_serde(&average);
    }
}

fn every_kind_of_value_comes_back_from_its_bytes<C: Structure>() {
    stored::<2, 3, C>();
}

/// What stands for the structure in stored bytes.
fn code<C: Covariance>(codes: &mut Vec<u8>) {
    let mut bytes = [0; 64];
    let unfitted = Gmm::<f32, 1, 1, C>::unfitted();
    unfitted.encode(&mut bytes).unwrap();
    codes.push(bytes[7]);
}

#[test]
fn no_two_structures_have_the_same_code() {
    let mut codes = Vec::new();
    call_for_every_structure!(code, [](&mut codes));
    let all = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), all, "{codes:02x?}");
}

/// Matrices have axes in common if and only if they commute.
#[track_caller]
fn assert_common_axes(matrices: &[Vec<Vec<f64>>], tolerance: f64) {
    let d = matrices[0].len();
    let product =
        |a: &[Vec<f64>], b: &[Vec<f64>], i: usize, j: usize| (0..d).map(|m| a[i][m] * b[m][j]).sum::<f64>();
    let norm = |a: &[Vec<f64>]| a.iter().flatten().map(|v| v * v).sum::<f64>().sqrt();
    for (a, b) in matrices.iter().flat_map(|a| matrices.iter().map(move |b| (a, b))) {
        for (i, j) in (0..d * d).map(|n| (n / d, n % d)) {
            let difference = product(a, b, i, j) - product(b, a, i, j);
            assert!(difference.abs() <= tolerance * norm(a) * norm(b), "{difference}");
        }
    }
}

/// The covariances have in common what the structure promises, to `tolerance`.
#[track_caller]
fn assert_family(common: Common, matrices: &[Vec<Vec<f64>>], tolerance: f64) {
    if matches!(common, Common::Axes | Common::AxesAndVolume) {
        assert_common_axes(matrices, tolerance);
    }
    let shared = |matrix: &Vec<Vec<f64>>| {
        let values = eigen(matrix).0;
        match common {
            Common::Nothing | Common::Axes => Vec::new(),
            Common::Matrix => matrix.concat(),
            Common::Volume | Common::AxesAndVolume => vec![volume(&values)],
            Common::Shape => matrix.concat().iter().map(|v| v / volume(&values)).collect(),
            Common::Eigenvalues => values,
            Common::Ratios => values.iter().map(|v| v / volume(&values)).collect(),
        }
    };
    let first = shared(&matrices[0]);
    let scale = first.iter().fold(0.0f64, |largest, v| largest.max(v.abs()));
    for matrix in matrices {
        for (a, b) in shared(matrix).iter().zip(&first) {
            assert!((a - b).abs() <= tolerance * scale, "{common:?}: {a} is not {b}");
        }
    }
}

/// The model is valid, and of its family.
#[track_caller]
fn is_kept<T: Real, const D: usize, const K: usize, C: Structure>(gmm: &Gmm<T, D, K, C>) {
    assert_eq!(gmm.validate(), Ok(()));
    let mut matrices = Vec::new();
    for matrix in covariances(&gmm.cast::<f64>().unwrap()) {
        matrices.push(matrix.iter().map(|row| row.to_vec()).collect());
    }
    let tolerance = if size_of::<T>() == 4 { FAMILY_F32 } else { FAMILY_F64 };
    assert_family(C::common(), &matrices, tolerance);
}

fn kept<const D: usize, const K: usize, C: Structure>() {
    let fitted = start::<f64, D, K, C>();
    is_kept(&fitted);
    let whole = SufficientStats::from_model(&fitted, 50.0).unwrap();
    type Change<const D: usize, const K: usize, C> =
        fn(&mut SufficientStats<f64, D, K, C>, &mut Gmm<f64, D, K, C>) -> Result<(), Error>;
    let changes: [Change<D, K, C>; 4] = [
        |stats, gmm| seed(stats, gmm, 1, &[7.0; D], 0.3),
        |stats, gmm| split(stats, gmm, 0, 1, 0.6),
        |stats, gmm| reduce::merge(stats, gmm, 0, 1),
        |stats, gmm| remove(stats, gmm, 0),
    ];
    for change in changes {
        let (mut stats, mut gmm) = (whole.clone(), fitted.clone());
        change(&mut stats, &mut gmm).unwrap();
        is_kept(&gmm);
    }
    is_kept(&fitted.affine(&[-2.5; D], &[1.0; D]).unwrap());
    is_kept(&fitted.cast::<f32>().unwrap());
    if !C::has_one_unit() {
        is_kept(&fitted.affine(&uneven(), &[1.0; D]).unwrap());
    }
}

fn uneven<const D: usize>() -> [f64; D] {
    core::array::from_fn(|j| [0.02, -30.0, 7.0][j])
}

fn the_family_is_kept_by_all_that_changes_a_model<C: Structure>() {
    kept::<3, 3, C>();
}

/// The means of three clusters, and their samples in turn.
fn stream() -> ([[f64; 6]; 3], Vec<[f32; 6]>) {
    let mut noise = Noise::new(203);
    let means: [[f64; 6]; 3] = core::array::from_fn(|k| core::array::from_fn(|j| (k * j) as f64));
    let mut draw = |t: usize| means[t % 3].map(|m| (m + noise.normal()) as f32);
    let data = (0..1000).map(&mut draw).collect();
    (means, data)
}

/// Six features are where full factors are updated in place, one by one, if nothing ties them to each other.
fn the_family_is_kept_on_a_stream<C: Structure>() {
    let (means, data) = stream();
    let gmm = model::<f32, 6, 3, C>(weights(), means, apart());
    let mut online = OnlineEm::new(gmm, StepSize::default()).unwrap();
    for (t, x) in data.iter().enumerate() {
        online.observe(x).unwrap();
        if t % 100 == 99 {
            is_kept(online.model());
        }
    }
}

fn nearly_flat<T: Real>(noise: f64, draw: &mut Noise) -> Vec<[T; 3]> {
    let mut sample = |i: u32| {
        let (a, b) = (draw.normal() + f64::from(i % 3), draw.normal());
        [a, b, a + b + noise * draw.normal()].map(T::narrow)
    };
    (0..120).map(&mut sample).collect()
}

/// A model can be made again from its own covariances, also where one is nearly singular.
fn made_again<T: Real, C: Structure>(noise: f64) {
    let mut draw = Noise::new(206);
    for _ in 0..20 {
        let data = nearly_flat::<T>(noise, &mut draw);
        let mut gmm: Gmm<T, 3, 3, C> = Gmm::unfitted();
        init::farthest_first(&mut gmm, &data).unwrap();
        let em = Em::default().with_m_step(MStep::exact()).with_max_iterations(5);
        em.fit(&mut gmm, &data).unwrap();
        let again = Gmm::<T, 3, 3, C>::new(*gmm.weights(), *gmm.means(), gmm.covariances());
        assert!(again.is_ok(), "{again:?}");
    }
}

fn a_model_is_made_again_from_its_covariances<C: Structure>() {
    made_again::<f32, C>(0.03);
    made_again::<f64, C>(1e-5);
}

/// p(s x + o) = p(x) / Π |s|, or no model at all.
fn rescaled<const D: usize, const K: usize, C: Structure>() {
    let (gmm, mut noise) = (start::<f64, D, K, C>(), Noise::new(204));
    let scale = if C::has_one_unit() { [-4.0; D] } else { uneven() };
    let there = gmm.affine(&scale, &[3.0; D]).unwrap();
    let volume: f64 = scale.iter().map(|s| s.abs().ln()).sum();
    for _ in 0..50 {
        let x: [f64; D] = core::array::from_fn(|_| 4.0 * noise.normal());
        let y = core::array::from_fn(|j| scale[j] * x[j] + 3.0);
        let (here, there) = (gmm.log_density(x).unwrap(), there.log_density(y).unwrap());
        assert_close(here - volume, there, ROUNDING, "log-density");
    }
    if C::has_one_unit() {
        let refusal = Error::InvalidParameter { name: "scale", expected: "of one size for all features" };
        assert_eq!(gmm.affine(&uneven(), &[0.0; D]), Err(refusal));
    }
}

fn densities_follow_a_change_of_units<C: Structure>() {
    rescaled::<3, 3, C>();
}

for_every_structure!(
    free_parameters_are_counted,
    every_kind_of_value_comes_back_from_its_bytes,
    the_family_is_kept_by_all_that_changes_a_model,
    the_family_is_kept_on_a_stream,
    densities_follow_a_change_of_units,
    a_model_is_made_again_from_its_covariances,
);
