//! The feature `serde`, by postcard, which has no names, and by JSON, which has no infinity.

use gaussmix::persist::Persist;
use gaussmix::{Covariance, Diagonal, Full, Gmm, Real, SufficientStats, Tied};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{fitted, for_every_type, observed, readings, running};

fn by_postcard<V: Serialize + DeserializeOwned>(value: &V) -> V {
    let mut buffer = [0; 8192];
    postcard::from_bytes(postcard::to_slice(value, &mut buffer).unwrap()).unwrap()
}

fn by_json<V: Serialize + DeserializeOwned>(value: &V) -> V {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

fn serde_gives_the_same_bits<T: Real, C: Covariance>() {
    let (gmm, stats) = (fitted::<T, C>(), observed::<T, C>());
    for read in [by_postcard(&gmm), by_json(&gmm)] {
        assert_eq!(read.digest(), gmm.digest());
        assert_eq!(read.posterior(readings()[7]), gmm.posterior(readings()[7]));
    }
    for read in [by_postcard(&stats), by_json(&stats)] {
        assert_eq!(read.digest(), stats.digest());
    }
    let (online, average) = running::<T, C>();
    assert_eq!(by_postcard(&online).digest(), online.digest());
    assert_eq!(by_json(&online).digest(), online.digest());
    assert_eq!(by_postcard(&average).digest(), average.digest());
    assert_eq!(by_json(&average).digest(), average.digest());
    // With dead components, whose offset is infinite.
    let unfitted = Gmm::<T, 2, 3, C>::unfitted();
    assert_eq!(by_postcard(&unfitted), unfitted);
    assert_eq!(by_json(&unfitted), unfitted);
}

for_every_type!(serde_gives_the_same_bits);

#[test]
fn postcard_adds_six_bytes_to_the_numbers() {
    let mut buffer = [0; 4096];
    let length = postcard::to_slice(&fitted::<f32, Full>(), &mut buffer).unwrap().len();
    assert_eq!(length, 6 + Gmm::<f32, 6, 3>::ENCODED_LEN - 20);
}

/// Header, then weight, offset, mean and factor: what a device may have stored.
#[test]
fn a_model_in_postcard_is_header_and_numbers() {
    let gmm: Gmm<f32, 1, 1, Tied<Diagonal>> = Gmm::new([1.0], [[-2.5]], [[4.0].into()]).unwrap();
    let mut buffer = [0; 64];
    let offset = gmm.offsets()[0];
    let expected =
        [&[2, 1, 4, 0x12, 1, 1][..], &[1.0, offset, -2.5, 0.5].map(f32::to_le_bytes).concat()].concat();
    assert_eq!(postcard::to_slice(&gmm, &mut buffer).unwrap(), expected);
}

#[test]
fn json_of_statistics_is_as_documented() {
    let mut stats: SufficientStats<f32, 1, 1, Tied<Diagonal>> = SufficientStats::new();
    stats.assign([0.5], &[2.0]).unwrap();
    let expected = json!({
        "version": 2, "kind": "statistics", "scalar": "f32", "structure": "tied_diag", "features": 1,
        "components": 1, "numbers": [1, 0.0, 0.0, 2.0, 0.0, 0.5, 0.0, 0.0],
    });
    assert_eq!(serde_json::to_value(&stats).unwrap(), expected);
}

/// What becomes of the JSON of statistics with a field changed.
fn changed(field: &str, value: Value) -> Result<SufficientStats<f64, 6, 3>, String> {
    let mut fields = serde_json::to_value(observed::<f64, Full>()).unwrap();
    fields[field] = value;
    serde_json::from_str(&fields.to_string()).map_err(|error| error.to_string())
}

#[track_caller]
fn says(result: Result<impl Sized, String>, part: &str) {
    let error = result.err().unwrap();
    assert!(error.contains(part), "{error}");
}

#[test]
fn json_of_another_type_or_content_is_refused() {
    assert!(changed("version", json!(2)).is_ok());
    says(changed("version", json!(1)), "version 1 is not known");
    says(changed("version", json!(3)), "version 3 is not known");
    says(changed("kind", json!("model")), "another kind of value (1)");
    says(changed("kind", json!("models")), "expected one of `model`");
    says(changed("scalar", json!("f32")), "numbers of 4 bytes");
    says(changed("structure", json!("tied")), "another covariance structure (0x11)");
    says(changed("features", json!(5)), "holds 5 features, 3 components; expected 6 and 3");
    says(changed("components", json!(70_000)), "70000");
    says(changed("colour", json!("red")), "unknown field `colour`");
    says(changed("numbers", json!([2, 0.3])), "invalid length 2");
    says(changed("numbers", json!([2, "nan"])), "a number or `-inf`");

    let fields = serde_json::to_value(observed::<f64, Full>()).unwrap();
    let mut longer = fields["numbers"].clone();
    longer.as_array_mut().unwrap().push(json!(1.0));
    says(changed("numbers", longer), "invalid length");
    let mut numbers = fields["numbers"].clone();
    numbers[3] = json!(-0.5);
    says(changed("numbers", numbers), "masses");

    let mut fields = fields;
    fields.as_object_mut().unwrap().remove("scalar");
    let missing = serde_json::from_value::<SufficientStats<f64, 6, 3>>(fields);
    says(missing.map_err(|error| error.to_string()), "missing field `scalar`");
}

#[test]
fn the_order_of_fields_in_json_does_not_matter() {
    fn in_any_order<V: Serialize + DeserializeOwned + Persist>(value: &V) {
        let fields = serde_json::to_value(value).unwrap();
        let mut entries: Vec<String> =
            fields.as_object().unwrap().iter().map(|(k, v)| format!("\"{k}\":{v}")).collect();
        for _ in 0..entries.len() {
            entries.rotate_left(1);
            let text = format!("{{{}}}", entries.join(","));
            assert_eq!(serde_json::from_str::<V>(&text).unwrap().digest(), value.digest());
        }
    }
    in_any_order(&fitted::<f64, Full>());
    in_any_order(&observed::<f64, Full>());
}

#[test]
fn postcard_refuses_what_is_another_type_short_or_invalid() {
    let mut buffer = [0; 4096];
    let bytes = postcard::to_slice(&observed::<f32, Full>(), &mut buffer).unwrap();
    assert!(postcard::from_bytes::<Gmm<f32, 6, 3>>(bytes).is_err());
    assert!(postcard::from_bytes::<SufficientStats<f64, 6, 3>>(bytes).is_err());
    assert!(postcard::from_bytes::<SufficientStats<f32, 6, 3, Diagonal>>(bytes).is_err());
    assert!(postcard::from_bytes::<SufficientStats<f32, 6, 4>>(bytes).is_err());
    for length in 0..bytes.len() {
        assert!(postcard::from_bytes::<SufficientStats<f32, 6, 3>>(&bytes[..length]).is_err());
    }
    // The last number, of a scatter.
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    assert!(postcard::from_bytes::<SufficientStats<f32, 6, 3>>(bytes).is_err());
    bytes[end - 4..].copy_from_slice(&1f32.to_le_bytes());
    assert!(postcard::from_bytes::<SufficientStats<f32, 6, 3>>(bytes).is_ok());
}
