//! Models in JSON: parameters that people read and write, and the bits beside.

use gaussmix::covariance::{Eev, Eve, Evi, Evv, Factor, Variance, Vee, Vei, Vev, Vve};
use gaussmix::fit::EigenvalueRatio;
use gaussmix::nalgebra::SMatrix;
use gaussmix::persist::Persist;
use gaussmix::{Covariance, Diagonal, Full, Gmm, MStep, OnlineEm, Real, Spherical, SufficientStats, Tied};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{fitted, for_every_type, readings};

fn text<V: serde::Serialize>(value: &V) -> String {
    serde_json::to_string(value).unwrap()
}

fn read<V: DeserializeOwned>(value: &Value) -> Result<V, String> {
    serde_json::from_str(&value.to_string()).map_err(|error| error.to_string())
}

#[track_caller]
fn says(result: Result<impl Sized, String>, part: &str) {
    let error = result.err().unwrap();
    assert!(error.contains(part), "{error}");
}

/// With a free slot whose numbers nobody reads, and a zero that has a sign.
fn with_a_free_slot<T: Real, C: Covariance>() -> Gmm<T, 6, 3, C> {
    let mut gmm = fitted::<T, C>();
    let (mut weights, mut offsets, mut means) = (*gmm.weights(), *gmm.offsets(), *gmm.means());
    let freed = weights[1];
    (weights[0], weights[1], offsets[1]) = (weights[0] + freed, T::ZERO, T::NEG_INFINITY);
    offsets[0] += (weights[0] / (weights[0] - freed)).natural_log();
    (means[1][2], means[1][3]) = (-T::ZERO, T::narrow(1e-30));
    gmm = Gmm::from_parts(weights, offsets, means, *gmm.factors());
    gmm.validate().unwrap();
    gmm
}

fn a_model_comes_back_bit_by_bit<T: Real, C: Covariance>() {
    for gmm in [fitted::<T, C>(), with_a_free_slot(), Gmm::unfitted()] {
        let written = text(&gmm);
        let again: Gmm<T, 6, 3, C> = serde_json::from_str(&written).unwrap();
        assert_eq!(again.digest(), gmm.digest());
        // Sorted by name: the bits come first.
        let sorted = serde_json::from_str::<Value>(&written).unwrap();
        assert_eq!(read::<Gmm<T, 6, 3, C>>(&sorted).unwrap().digest(), gmm.digest());
    }
}

/// Whoever reads and writes decimals in between may round them: the bits are beside.
fn a_last_digit_that_was_lost_does_no_harm<T: Real, C: Covariance>() {
    let gmm = fitted::<T, C>();
    let mut value = serde_json::to_value(&gmm).unwrap();
    nudge(&mut value["weights"]);
    nudge(&mut value["means"]);
    nudge(&mut value["covariances"]);
    assert_eq!(read::<Gmm<T, 6, 3, C>>(&value).unwrap().digest(), gmm.digest());
}

fn nudge(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(nudge),
        number => *number = json!(number.as_f64().unwrap() * (1.0 - 3e-13)),
    }
}

/// What a person wrote is what `Gmm::new` makes of it.
fn parameters_alone_are_enough<T: Real, C: Covariance>() {
    let gmm = fitted::<T, C>();
    let mut value = serde_json::to_value(&gmm).unwrap();
    for field in ["version", "scalar", "bits"] {
        value.as_object_mut().unwrap().remove(field).unwrap();
    }
    let due = Gmm::<T, 6, 3, C>::new(*gmm.weights(), *gmm.means(), gmm.covariances()).unwrap();
    let written: Gmm<T, 6, 3, C> = read(&value).unwrap();
    assert_eq!(written.digest(), due.digest());
    assert!(written.posterior(readings()[7]).is_ok());
}

for_every_type!(
    a_model_comes_back_bit_by_bit,
    a_last_digit_that_was_lost_does_no_harm,
    parameters_alone_are_enough
);

#[test]
fn json_is_as_documented() {
    let gmm: Gmm<f32, 1, 2, Tied<Diagonal>> = Gmm::new([1.0, 0.0], [[0.1], [-3.0]], [[4.0].into()]).unwrap();
    let bits = format!("3f80000000000000{:08x}ff8000003dcccccdc04000003f000000", gmm.offsets()[0].to_bits());
    let expected = format!(
        r#"{{"version":2,"covariance_type":"tied_diag","weights":[1.0,0.0],"means":[[0.1],[-3.0]],"covariances":[4.0],"scalar":"f32","bits":"{bits}"}}"#
    );
    assert_eq!(text(&gmm), expected);
}

fn parts<C: Covariance>() -> (Value, Value) {
    let mut value = serde_json::to_value(Gmm::<f64, 2, 3, C>::unfitted()).unwrap();
    (value["covariance_type"].take(), value["covariances"].take())
}

/// In scikit-learn's shapes; of what it does not have, a tied structure has no axis for components either.
#[test]
fn every_structure_has_its_name_and_shape() {
    let unit =
        serde_json::to_value(Gmm::<f64, 1, 1, Tied<Spherical>>::unfitted()).unwrap()["covariances"].take();
    let matrix = json!([[unit, 0.0], [0.0, unit]]);
    let diagonal = json!([unit, unit]);
    assert_eq!(parts::<Full>(), (json!("full"), json!([matrix, matrix, matrix])));
    assert_eq!(parts::<Tied<Full>>(), (json!("tied"), matrix.clone()));
    assert_eq!(parts::<Eev>(), (json!("EEV"), json!([matrix, matrix, matrix])));
    assert_eq!(parts::<Vee>(), (json!("VEE"), json!([matrix, matrix, matrix])));
    assert_eq!(parts::<Vev>(), (json!("VEV"), json!([matrix, matrix, matrix])));
    assert_eq!(parts::<Evv>(), (json!("EVV"), json!([matrix, matrix, matrix])));
    assert_eq!(parts::<Vve>(), (json!("VVE"), json!([matrix, matrix, matrix])));
    assert_eq!(parts::<Eve>(), (json!("EVE"), json!([matrix, matrix, matrix])));
    assert_eq!(parts::<Diagonal>(), (json!("diag"), json!([diagonal, diagonal, diagonal])));
    assert_eq!(parts::<Tied<Diagonal>>(), (json!("tied_diag"), diagonal.clone()));
    assert_eq!(parts::<Evi>(), (json!("EVI"), json!([diagonal, diagonal, diagonal])));
    assert_eq!(parts::<Vei>(), (json!("VEI"), json!([diagonal, diagonal, diagonal])));
    assert_eq!(parts::<Spherical>(), (json!("spherical"), json!([unit, unit, unit])));
    assert_eq!(parts::<Tied<Spherical>>(), (json!("tied_spherical"), unit));
}

#[test]
fn a_matrix_is_written_by_rows() {
    let covariance = SMatrix::from([[4.0, -6.0, 1.0], [-6.0, 10.0, 2.0], [1.0, 2.0, 30.0]]);
    let gmm: Gmm<f64, 3, 1> = Gmm::new([1.0], [[0.0; 3]], [covariance]).unwrap();
    let rows = json!([[[4.0, -6.0, 1.0], [-6.0, 10.0, 2.0], [1.0, 2.0, 30.0]]]);
    assert_eq!(serde_json::to_value(&gmm).unwrap()["covariances"], rows);
    let hand = json!({"covariance_type": "full", "weights": [1], "means": [[0, 0, 0]], "covariances": rows});
    assert_eq!(read::<Gmm<f64, 3, 1>>(&hand).unwrap(), gmm);
    // As every matrix that a user gives.
    let mut slanted = hand.clone();
    slanted["covariances"][0][0][2] = json!(1.5);
    says(read::<Gmm<f64, 3, 1>>(&slanted), "not symmetric");
    let mut flat = hand;
    flat["covariances"][0] = json!([[1, 1, 0], [1, 1, 0], [0, 0, 1]]);
    says(read::<Gmm<f64, 3, 1>>(&flat), "not positive definite");
}

fn written() -> Value {
    json!({
        "covariance_type": "diag", "weights": [0.25, 0.75], "means": [[1.0, 2.0], [3.0, 4.0]],
        "covariances": [[1.0, 4.0], [0.5, 2.0]], "feature_names": ["eruption", "waiting"],
    })
}

fn changed(change: impl FnOnce(&mut Value)) -> Result<Gmm<f64, 2, 2, Diagonal>, String> {
    let mut value = written();
    change(&mut value);
    read(&value)
}

#[test]
fn fields_of_others_are_passed_over() {
    assert!(changed(|_| ()).is_ok());
}

#[test]
fn other_sizes_are_named() {
    let sizes = "holds 2 features, 2 components; expected 3 and 2";
    says(read::<Gmm<f64, 3, 2, Diagonal>>(&written()), sizes);
    says(read::<Gmm<f64, 2, 5, Diagonal>>(&written()), "holds 2 features, 2 components; expected 2 and 5");
    // Also where the bits come first, and of other kinds of values.
    let value = serde_json::to_value(fitted::<f64, Full>()).unwrap();
    says(read::<Gmm<f64, 5, 3>>(&value), "holds 6 features, 3 components; expected 5 and 3");
    let stats = text(&SufficientStats::<f32, 2, 2>::new());
    let other = serde_json::from_str::<SufficientStats<f32, 3, 2>>(&stats);
    says(other.map_err(|error| error.to_string()), sizes);
    let online = text(&super::running::<f32, Full>().0);
    let other = serde_json::from_str::<OnlineEm<f32, 6, 4>>(&online);
    says(other.map_err(|error| error.to_string()), "holds 6 features, 3 components; expected 6 and 4");
    // No component at all.
    says(changed(|v| v["means"] = json!([])), "holds 0 features, 0 components; expected 2 and 2");
}

/// Also one without bound, for which JSON has no number.
#[test]
fn an_eigenvalue_ratio_is_a_number_of_its_run() {
    for ratio in [1.5, f64::INFINITY] {
        let step = MStep::exact().with_eigenvalue_ratio(ratio).unwrap();
        let run = super::running::<f64, Full>().0.with_m_step(step);
        let json = text(&run);
        assert!(json.contains("\"regularized online\""), "{json}");
        let again: OnlineEm<f64, 6, 3, Full, EigenvalueRatio<f64>> = serde_json::from_str(&json).unwrap();
        assert_eq!(again, run);
        assert_eq!(OnlineEm::decode(run.encode(&mut [0; 4096]).unwrap()), Ok(again));
        let plain = serde_json::from_str::<OnlineEm<f64, 6, 3>>(&json);
        says(plain.map_err(|error| error.to_string()), "another kind of value (5)");
    }
}

#[test]
fn what_is_ragged_is_named() {
    says(changed(|v| v["weights"] = json!([1.0])), "weights has length 1; expected 2");
    says(changed(|v| v["means"][1] = json!([1.0, 2.0, 3.0])), "means[1] has length 3; expected 2");
    says(changed(|v| v["covariances"][0] = json!([1.0])), "covariances[0] has length 1; expected 2");
    says(changed(|v| v["covariances"] = json!([[1.0, 2.0]])), "covariances has length 1; expected 2");
    says(changed(|v| v["covariances"] = json!([1.0, 2.0])), "an array of numbers at covariances[0]");
    says(changed(|v| v["means"][1][0] = json!("x")), "a number at means[1][0]");
    says(changed(|v| v["weights"] = json!(null)), "an array of numbers at weights");
}

#[test]
fn fields_that_are_missing_or_of_another_type_are_named() {
    for field in ["covariance_type", "weights", "means", "covariances"] {
        let due = format!("missing field `{field}`");
        says(changed(|v| drop(v.as_object_mut().unwrap().remove(field))), &due);
    }
    says(changed(|v| v["covariance_type"] = json!("tied")), "holds `tied`; expected `diag`");
    says(changed(|v| v["covariance_type"] = json!("round")), "one of `full` `diag` `spherical` `tied`");
    says(changed(|v| v["scalar"] = json!("f32")), "holds `f32`; expected `f64`; without `scalar` and `bits`");
    says(changed(|v| v["version"] = json!(3)), "version 3 is not known");
    says(changed(|v| v["weights"] = json!([0.5, 0.75])), "weights");
    says(changed(|v| v["weights"] = json!([-0.25, 1.25])), "weight of component 0");
    let infinite = written().to_string().replace("3.0", "1e999");
    says(
        serde_json::from_str::<Gmm<f64, 2, 2, Diagonal>>(&infinite).map_err(|e| e.to_string()),
        "out of range",
    );
    says(changed(|v| v["covariances"][1] = json!([1.0, 0.0])), "not positive definite");
    let coupled = |kind: &str| {
        let mut value = written();
        value["covariance_type"] = json!(kind);
        value
    };
    // Volumes of 2 and 1 and shapes of 1 : 4 for both.
    says(read::<Gmm<f64, 2, 2, Evi>>(&coupled("EVI")), "structure");
    assert!(read::<Gmm<f64, 2, 2, Vei>>(&coupled("VEI")).is_ok());
    says(read::<Vec<Gmm<f64, 2, 2>>>(&json!([[1]])), "expected a model with covariance_type");
}

/// A number of a file that was edited without its bits, or bits without their numbers.
#[test]
fn numbers_and_bits_that_disagree_are_refused_by_name() {
    fn edited<T: Real, C: Covariance>(pointer: &str, by: f64) -> Result<Gmm<T, 6, 3, C>, String> {
        let mut value = serde_json::to_value(fitted::<T, C>()).unwrap();
        let number = value.pointer_mut(pointer).unwrap();
        *number = json!(number.as_f64().unwrap() * (1.0 + by));
        read(&value)
    }
    for (pointer, place) in [
        ("/weights/2", "weights[2]"),
        ("/means/1/5", "means[1][5]"),
        ("/covariances/0/3/3", "covariances[0][3][3]"),
    ] {
        says(edited::<f64, Full>(pointer, 3e-12), &format!("{place} is "));
        says(edited::<f32, Full>(pointer, 1e-6), &format!("{place} is "));
        says(edited::<f64, Full>(pointer, -3e-12), "but `bits` say ");
        assert!(edited::<f64, Full>(pointer, 5e-13).is_ok());
        assert!(edited::<f32, Full>(pointer, 5e-8).is_ok());
    }
    says(edited::<f64, Tied<Full>>("/covariances/3/3", 1e-9), "covariances[3][3] is ");
    says(edited::<f64, Diagonal>("/covariances/1/3", 1e-9), "covariances[1][3] is ");
    says(edited::<f64, Tied<Diagonal>>("/covariances/3", 1e-9), "covariances[3] is ");
    says(edited::<f64, Spherical>("/covariances/2", 1e-9), "covariances[2] is ");
    says(edited::<f64, Tied<Spherical>>("/covariances", 1e-9), "covariances is ");

    // Above the diagonal too, by the scale of the features.
    let gmm: Gmm<f64, 2, 1> = Gmm::new([1.0], [[0.0; 2]], [[[4.0, 0.0], [0.0, 9.0]].into()]).unwrap();
    let above = |covariance: f64| {
        let mut value = serde_json::to_value(&gmm).unwrap();
        value["covariances"][0][0][1] = json!(covariance);
        read::<Gmm<f64, 2, 1>>(&value)
    };
    assert!(above(5e-12).is_ok());
    says(above(7e-12), "covariances[0][0][1] is ");
}

#[test]
fn bits_that_are_none_of_a_model_are_refused() {
    let gmm: Gmm<f64, 1, 1, Spherical> = Gmm::new([1.0], [[2.0]], [Variance(4.0)]).unwrap();
    let with = |bits: &str| {
        let mut value = serde_json::to_value(&gmm).unwrap();
        value["bits"] = json!(bits);
        read::<Gmm<f64, 1, 1, Spherical>>(&value)
    };
    let digits = |numbers: [f64; 4]| numbers.map(|x| format!("{:016x}", x.to_bits())).concat();
    let offset = gmm.offsets()[0];
    assert_eq!(with(&digits([1.0, offset, 2.0, 0.5])).unwrap(), gmm);
    assert_eq!(with(&digits([1.0, offset, 2.0, 0.5]).to_uppercase()).unwrap(), gmm);
    says(with(&digits([1.0, offset, 2.0, 0.5])[1..]), "bits has length 63; expected 64");
    says(with(&digits([1.0, offset, 2.0, 0.5]).replace('0', "g")), "bits: not hexadecimal digits");
    says(with(&digits([1.0, offset, 2.0, 0.5]).replacen('3', "+", 1)), "bits: not hexadecimal digits");
    says(with(&"é".repeat(32)), "bits: not hexadecimal digits");
    says(with(&digits([1.0, offset, 2.0, f64::NAN])), "bits: ");
    says(with(&digits([1.0, 0.5, 2.0, 0.5])), "bits: ");
    // A valid model, but another one.
    let wider: Gmm<f64, 1, 1, Spherical> = Gmm::new([1.0], [[2.0]], [Variance(5.0)]).unwrap();
    let [Factor(Variance(factor))] = *wider.factors();
    says(with(&digits([1.0, wider.offsets()[0], 2.0, factor])), "covariances[0] is 4, but `bits` say 5");
}

/// Text that was cut off, or in which a byte was changed, is refused, or is still a valid model.
#[test]
fn damaged_text_never_gives_an_invalid_model() {
    let whole = text(&with_a_free_slot::<f32, Tied<Full>>());
    for length in 0..whole.len() {
        assert!(serde_json::from_str::<Gmm<f32, 6, 3, Tied<Full>>>(&whole[..length]).is_err());
    }
    let mut accepted = 0;
    for (at, by) in (0..whole.len()).flat_map(|at| b"0-e[]{,\"x".map(|by| (at, by))) {
        let mut bytes = whole.clone().into_bytes();
        bytes[at] = by;
        if let Ok(gmm) = serde_json::from_slice::<Gmm<f32, 6, 3, Tied<Full>>>(&bytes) {
            assert_eq!(gmm.validate(), Ok(()));
            accepted += 1;
        }
    }
    // The same digit again, a field that nobody needs, a last digit.
    assert!((100..2000).contains(&accepted), "{accepted} of {}", 9 * whole.len());
}
