//! Noise, stored: in bytes and in JSON.

use gaussmix::covariance::Noise as Slot;
use gaussmix::persist::{Persist, PersistError};
use gaussmix::stream::StepSize;
use gaussmix::{Diagonal, Em, Full, Gmm, OnlineEm, SufficientStats, WithNoise, init};

use super::readings;

type Model = Gmm<f32, 6, 3, WithNoise<Diagonal>>;

/// With no number that is round.
fn fitted() -> Model {
    let data = readings::<f32>();
    let mut gmm = Gmm::unfitted();
    gmm.set_noise(Slot::robust(0.1, &data).unwrap()).unwrap();
    init::farthest_first(&mut gmm, &data).unwrap();
    Em::default().with_max_iterations(4).fit(&mut gmm, &data).unwrap();
    assert!(gmm.noise().weight() > 0.01);
    gmm
}

fn there_and_back<V: Persist + PartialEq + core::fmt::Debug>(value: &V) {
    let mut buffer = vec![0; V::ENCODED_LEN];
    assert_eq!(&V::decode(value.encode(&mut buffer).unwrap()).unwrap(), value);
}

#[test]
fn values_with_noise_come_back_bit_by_bit() {
    let gmm = fitted();
    there_and_back(&gmm);
    let mut placeholder = Model::unfitted();
    there_and_back(&placeholder);
    placeholder.set_noise(Slot::new(0.3, 7.0).unwrap()).unwrap();
    there_and_back(&placeholder);
    let mut stats = SufficientStats::from_model(&gmm, 10.0).unwrap();
    stats.observe_all(&gmm, readings::<f32>()).unwrap();
    stats.discount(0.7).unwrap();
    assert!(stats.noise_mass() > 1.0);
    there_and_back(&stats);
    let mut run = OnlineEm::new(gmm, StepSize::default()).unwrap();
    for x in readings() {
        run.observe(x).unwrap();
    }
    there_and_back(&run);
    // π_0, the offset and six ranges; a mass of two words.
    assert_eq!(Model::ENCODED_LEN, Gmm::<f32, 6, 3, Diagonal>::ENCODED_LEN + 4 * 8);
    type Stats<C> = SufficientStats<f32, 6, 3, C>;
    assert_eq!(Stats::<WithNoise<Diagonal>>::ENCODED_LEN, Stats::<Diagonal>::ENCODED_LEN + 4 * 2);
}

#[test]
fn bytes_with_noise_are_no_others() {
    let gmm = fitted();
    let mut buffer = vec![0; Model::ENCODED_LEN];
    let stored = gmm.encode(&mut buffer).unwrap();
    assert_eq!(Gmm::<f32, 6, 3, Diagonal>::decode(stored), Err(PersistError::WrongStructure { found: 0x0a }));
    let found = Gmm::<f32, 6, 3, WithNoise<Full>>::decode(stored);
    assert_eq!(found, Err(PersistError::WrongStructure { found: 0x0a }));
    assert_ne!(gmm.digest(), gmm.without_noise().unwrap().digest());
}

#[cfg(feature = "serde")]
mod json {
    use super::*;
    use serde_json::{Value, from_str, from_value, json, to_string, to_value};

    #[test]
    fn noise_is_an_object_that_people_read() {
        let gmm = fitted();
        let again: Model = from_str(&to_string(&gmm).unwrap()).unwrap();
        assert_eq!(again.digest(), gmm.digest());
        let value = to_value(&gmm).unwrap();
        assert_eq!(value["covariance_type"], "diag");
        assert_eq!(value["noise"]["ranges"].as_array().unwrap().len(), 6);
        // Without the bits the decimals count.
        let mut stated = value.clone();
        stated.as_object_mut().unwrap().retain(|name, _| name != "bits" && name != "scalar");
        let read: Model = from_value(stated).unwrap();
        for x in readings::<f32>().iter().take(20) {
            let [a, b] = [&read, &gmm].map(|gmm| gmm.log_density(x).unwrap());
            assert!((a - b).abs() < 1e-3 * b.abs(), "{a} {b}");
        }
        // The statistics name the structure.
        let stats = SufficientStats::from_model(&gmm, 10.0).unwrap();
        let value = to_value(&stats).unwrap();
        assert_eq!(value["structure"], "diag_noise");
        assert_eq!(from_value::<SufficientStats<f32, 6, 3, WithNoise<Diagonal>>>(value).unwrap(), stats);
    }

    /// However little the noise leaves, the decimals are read: their sum is what has to be 1.
    #[test]
    fn a_model_that_is_next_to_nothing_but_noise_is_read() {
        let plain: Gmm<f32, 1, 3, Diagonal> =
            Gmm::from_arrays([0.3, 0.6, 0.1], [[0.0], [4.0], [9.0]], [[1.0]; 3]).unwrap();
        let slot = |weight: f32| Slot::new(weight, 20.0).unwrap();
        let decimals = |gmm: &Gmm<f32, 1, 3, WithNoise<Diagonal>>| {
            let mut value = to_value(gmm).unwrap();
            value.as_object_mut().unwrap().retain(|name, _| name != "bits" && name != "scalar");
            value
        };
        type Narrow = Gmm<f32, 1, 3, WithNoise<Diagonal>>;
        for left in [0.5f32, 1e-3, 1e-5, 1e-6, f32::EPSILON] {
            let gmm = plain.with_noise(slot(1.0 - left)).unwrap();
            let mut value = decimals(&gmm);
            let due = [0.3, 0.6, 0.1].map(|share| share * left);
            (value["weights"], value["noise"]["weight"]) = (json!(due), json!(1.0 - f64::from(left)));
            let read: Narrow = from_value(value).unwrap();
            assert!((read.noise().weight() - gmm.noise().weight()).abs() <= f32::EPSILON);
            for (read, due) in read.weights().iter().zip(due) {
                assert!((read - due).abs() <= 1e-6 * due, "{left}: {read} {due}");
            }
            for x in [0.0, 3.0, 12.0] {
                let [read, due] = [&read, &gmm].map(|gmm| gmm.log_density([x]).unwrap());
                assert!((read - due).abs() < 1e-5, "{left}: {read} {due}");
            }
        }
        // A fit may end with nothing but noise.
        let mut gmm = plain.with_noise(slot(0.5)).unwrap();
        let mut stats = SufficientStats::new();
        stats.assign([1.0], &[0.0; 3]).unwrap();
        gaussmix::MStep::default().maximize(&stats, &mut gmm).unwrap();
        let read: Narrow = from_value(decimals(&gmm)).unwrap();
        assert_eq!((read.weights(), read.noise()), (&[0.0; 3], gmm.noise()));
        // What sums to 1 otherwise than as shares is refused.
        for (weight, weights) in [(-0.5, [1.5, 0.0, 0.0]), (1.5, [-0.5, 0.0, 0.0]), (0.9, [0.2, 0.0, 0.0])] {
            let mut value = decimals(&gmm);
            (value["weights"], value["noise"]["weight"]) = (json!(weights), json!(weight));
            assert!(from_value::<Narrow>(value).is_err(), "{weight}");
        }
    }

    fn refusal(edit: impl FnOnce(&mut Value)) -> String {
        let mut value = to_value(fitted()).unwrap();
        edit(&mut value);
        from_value::<Model>(value).unwrap_err().to_string()
    }

    #[test]
    fn noise_that_is_not_right_is_refused() {
        let text = json!({
            "covariance_type": "full", "weights": [0.9], "means": [[0.5]], "covariances": [[[2.0]]],
            "noise": {"weight": 0.1, "ranges": [25.0], "comment": "of the sensor"}
        });
        let gmm: Gmm<f64, 1, 1, WithNoise<Full>> = from_value(text.clone()).unwrap();
        assert!((gmm.noise().log_volume() - 25.0f64.ln()).abs() < 1e-12);
        let error = from_value::<Gmm<f64, 1, 1>>(text).unwrap_err().to_string();
        assert!(error.contains("holds `noise`"), "{error}");
        let said = refusal(|value| value["noise"] = Value::Null);
        assert!(said.contains("noise"), "{said}");
        let said = refusal(|value| {
            value.as_object_mut().unwrap().remove("noise");
        });
        assert!(said.contains("missing field `noise`"), "{said}");
        let said = refusal(|value| value["noise"]["ranges"] = json!([1.0]));
        assert!(said.contains("noise.ranges has length 1; expected 6"), "{said}");
        let said = refusal(|value| value["noise"]["ranges"][2] = json!(12345.0));
        assert!(said.contains("noise.ranges[2] is 12345"), "{said}");
        let said = refusal(|value| value["noise"]["weight"] = json!(0.5));
        assert!(said.contains("noise.weight is 0.5"), "{said}");
        let said = refusal(|value| {
            value.as_object_mut().unwrap().remove("bits");
            value["noise"]["weight"] = json!(0.5);
        });
        assert!(said.contains("sum to 1"), "{said}");
    }
}
