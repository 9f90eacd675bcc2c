//! gaussmix's own JSON: what is wrong with it is told by name.

use gaussmix::covariance::Evi;
use gaussmix::{Diagonal, Full, Gmm};
use gaussmix_export::number::Scalar;
use gaussmix_export::readable::export;
use gaussmix_export::scikit;
use serde_json::{Value, json};

use super::text;

fn by_hand() -> Value {
    json!({
        "covariance_type": "tied", "weights": [0.25, 0.75], "means": [[1, 2], [3, 4]],
        "covariances": [[4, 1], [1, 2]], "columns": ["a", "b"],
    })
}

/// A model with its bits, two features and two components.
fn stored() -> Value {
    let gmm: Gmm<f64, 2, 2> =
        Gmm::new([0.3, 0.7], [[0.1, -2.0], [5.0, 1e-3]], [[[4.0, 1.0], [1.0, 2.0]].into(); 2]).unwrap();
    serde_json::to_value(&gmm).unwrap()
}

#[track_caller]
fn refused(value: &Value, change: impl FnOnce(&mut Value), message: &str) {
    let mut value = value.clone();
    change(&mut value);
    assert_eq!(export(&value.to_string(), Scalar::F32).err().as_deref(), Some(message));
}

#[test]
fn what_is_written_by_hand_is_read() {
    let made = export(&by_hand().to_string(), Scalar::F32).unwrap();
    assert_eq!(made.origin, "2 components over 2 features, in f64");
    assert_eq!((made.model.factors.len(), made.model.means), (1, vec![vec![1.0, 2.0], vec![3.0, 4.0]]));
}

#[test]
fn fields_are_named_without_underscore() {
    refused(&by_hand(), |v| drop(v.as_object_mut().unwrap().remove("means")), "the file has no `means`");
    refused(&by_hand(), |v| v["weights"] = json!([0.5, 0.25]), "weights sums to 0.75, not to 1");
    refused(
        &by_hand(),
        |v| v["means"][1] = json!([1.0]),
        "means[1] has length 1, not 2 (one for each feature)",
    );
    refused(&by_hand(), |v| v["means"][0] = json!([]), "means[0] is empty");
    refused(
        &by_hand(),
        |v| v["covariance_type"] = json!("diagonal"),
        "covariance_type is 'diagonal', not one of full, tied, diag, tied_diag, spherical, tied_spherical, EVI, VEI, EEV, VEE, VEV, EVV, VVE, EVE",
    );
    refused(
        &by_hand(),
        |v| v["covariances"][0][1] = json!(1.1),
        "covariances is not symmetric: [1][0] is 1, [0][1] is 1.1",
    );
    refused(
        &by_hand(),
        |v| v["covariances"] = json!([[1, 2], [2, 1]]),
        "covariances is not positive definite",
    );
    refused(&by_hand(), |v| v["version"] = json!(3), "version should be 2");
}

#[test]
fn a_noise_slot_is_not_dropped_in_silence() {
    let noise = |file: &mut Value| file["noise"] = json!({"weight": 0.1, "ranges": [4.0, 9.0]});
    let message = "noise is there, but a model with a noise slot cannot be written as Rust yet";
    refused(&by_hand(), noise, message);
    refused(&stored(), noise, message);
}

#[test]
fn a_coupled_structure_needs_its_bits() {
    let change = |v: &mut Value| {
        v["covariance_type"] = json!("EVI");
        v["covariances"] = json!([[1, 2], [2, 1]]);
    };
    let message = "covariance_type is EVI, which only the `bits` of a model that gaussmix wrote can bring";
    refused(&by_hand(), change, message);
}

/// What its components share is exact to single precision only; gaussmix would fit them to each other anew.
#[test]
fn a_coupled_structure_in_f32_is_not_widened() {
    let gmm: Gmm<f32, 2, 2, Evi> =
        Gmm::new([0.5, 0.5], [[0.0, 0.0], [1.0, 1.0]], [[1.0, 4.0].into(), [2.0, 2.0].into()]).unwrap();
    let text = serde_json::to_string(&gmm).unwrap();
    assert!(export(&text, Scalar::F32).is_ok());
    let message = "EVI in f32 is not exact enough for f64; give --type f32";
    assert_eq!(export(&text, Scalar::F64).unwrap_err(), message);
}

#[test]
fn bits_and_numbers_that_disagree_are_refused_by_name() {
    let nudged = |pointer: &str, by: f64| {
        let mut value = stored();
        let number = value.pointer_mut(pointer).unwrap();
        *number = json!(number.as_f64().unwrap() * (1.0 + by));
        export(&value.to_string(), Scalar::F64).map(|_| ())
    };
    for (pointer, place) in [
        ("/weights/1", "weights[1] is "),
        ("/means/1/1", "means[1][1] is "),
        ("/covariances/1/1/1", "covariances[1][1][1] is "),
    ] {
        let message = nudged(pointer, 3e-12).unwrap_err();
        assert!(message.starts_with(place) && message.contains("`bits` say"), "{message}");
        assert_eq!(nudged(pointer, 5e-13), Ok(()));
    }
    // In f32 the numbers have fewer digits.
    let gmm: Gmm<f32, 2, 1, Diagonal> = Gmm::new([1.0], [[0.1, 3.3]], [[0.7, 0.2].into()]).unwrap();
    let mut value = serde_json::to_value(&gmm).unwrap();
    value["covariances"] = json!([[0.7, 0.2]]);
    assert!(export(&value.to_string(), Scalar::F32).is_ok());
    value["covariances"] = json!([[0.7, 0.200_001]]);
    let message = export(&value.to_string(), Scalar::F32).unwrap_err();
    assert!(message.starts_with("covariances[0][1] is "), "{message}");
}

#[test]
fn bits_that_are_none_are_refused() {
    refused(&stored(), |v| v["scalar"] = json!("f16"), "scalar is 'f16', not f32 or f64");
    refused(&stored(), |v| drop(v.as_object_mut().unwrap().remove("scalar")), "the file has no `scalar`");
    let bits = stored()["bits"].as_str().unwrap().to_owned();
    refused(&stored(), |v| v["bits"] = json!(bits[1..]), "bits has length 223, not 224");
    refused(&stored(), |v| v["scalar"] = json!("f32"), "bits has length 224, not 112");
    refused(
        &stored(),
        |v| v["bits"] = json!(format!("+{}", &bits[1..])),
        "bits should be hexadecimal digits",
    );
    // The first offset is the third number.
    let offset = [&bits[..32], "3ff0000000000000", &bits[48..]].concat();
    refused(
        &stored(),
        |v| v["bits"] = json!(offset),
        "bits: the offset of component 0 is not that of its weight and covariance",
    );
    // The last is a reciprocal deviation.
    let negative = format!("{}b{}", &bits[..208], &bits[209..]);
    refused(&stored(), |v| v["bits"] = json!(negative), "bits: covariances[1] is not positive definite");
}

#[test]
fn weights_of_f32_may_not_do_for_f64() {
    let gmm: Gmm<f32, 1, 2, Full> = Gmm::new([0.3, 0.7], [[0.0], [1.0]], [[[1.0]].into(); 2]).unwrap();
    let mut value = serde_json::to_value(&gmm).unwrap();
    assert!(export(&value.to_string(), Scalar::F64).is_ok());
    // Bits that f32 accepts, 5e-6 from a sum of 1.
    let weight = 0.700_005_f32;
    value["weights"][1] = json!(weight);
    let bits = value["bits"].as_str().unwrap().to_owned();
    value["bits"] = json!(format!("{}{:08x}{}", &bits[..8], weight.to_bits(), &bits[16..]));
    assert!(export(&value.to_string(), Scalar::F32).is_ok());
    let message = "weights do not sum to 1 with the digits of f64; give --type f32";
    assert_eq!(export(&value.to_string(), Scalar::F64).unwrap_err(), message);
}

/// Whatever a file holds, there is a message, or a model that gaussmix would accept.
#[test]
fn files_with_any_value_at_any_place_are_read_or_refused() {
    let pointers = |value: &Value| {
        let (mut all, mut open) = (Vec::new(), vec![(String::new(), value.clone())]);
        while let Some((pointer, value)) = open.pop() {
            match &value {
                Value::Array(values) => {
                    open.extend(
                        values.iter().enumerate().map(|(i, v)| (format!("{pointer}/{i}"), v.clone())),
                    );
                }
                Value::Object(fields) => {
                    open.extend(fields.iter().map(|(name, v)| (format!("{pointer}/{name}"), v.clone())));
                }
                _ => (),
            }
            all.push(pointer);
        }
        all
    };
    let scikit: Value = serde_json::from_str(&text("tests/data/sklearn_min_max.json")).unwrap();
    let values =
        json!([null, true, 0, -1, 1e300, 5e-324, "", "bits", [], [[]], [1], {}, {"a": 1}, "full", "EEV"]);
    let mut read = [0, 0];
    for (file, value) in [stored(), by_hand(), scikit].iter().enumerate() {
        for (pointer, new) in
            pointers(value).iter().flat_map(|p| values.as_array().unwrap().iter().map(move |v| (p, v)))
        {
            let mut changed = value.clone();
            *changed.pointer_mut(pointer).unwrap() = new.clone();
            for scalar in [Scalar::F32, Scalar::F64] {
                let text = changed.to_string();
                let made = if file < 2 { export(&text, scalar) } else { scikit::export(&text, scalar) };
                read[usize::from(made.is_ok())] += 1;
                if let Ok(made) = made {
                    assert_eq!(made.model.validate(), Ok(()), "{pointer}: {new}");
                }
            }
        }
    }
    assert!(read.iter().all(|n| *n > 50), "{read:?}");
}
