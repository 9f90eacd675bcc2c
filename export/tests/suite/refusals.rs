//! What is wrong with a JSON file is told by name.

use gaussmix_export::number::Scalar;
use gaussmix_export::scikit;
use serde_json::{Value, json};

use super::text;

/// The message that a kept model gets after `change`.
fn refusal(case: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut file: Value = serde_json::from_str(&text(&format!("tests/data/sklearn_{case}.json"))).unwrap();
    change(&mut file);
    scikit::export(&file.to_string(), Scalar::F32).expect_err("should be refused")
}

/// The message for a kept model in which `pointer` leads to `value`.
fn with(case: &str, pointer: &str, value: Value) -> String {
    refusal(case, |file| *file.pointer_mut(pointer).unwrap() = value)
}

fn without(case: &str, step: usize, field: &str) -> String {
    refusal(case, |file| {
        file["steps"][step].as_object_mut().unwrap().remove(field).unwrap();
    })
}

#[track_caller]
fn is(message: String, expected: &str) {
    assert_eq!(message, expected);
}

#[test]
fn files_that_are_something_else_are_refused() {
    let refusal = |text: &str| scikit::export(text, Scalar::F64).err().unwrap();
    assert!(refusal("").starts_with("not JSON: EOF"));
    assert!(refusal("weights_ = [1]").starts_with("not JSON: expected value at line 1 column 1"));
    is(refusal("[1]"), "the file should be an object, but is an array");
    is(refusal("{}"), "the file has no `sklearn`");
    is(refusal(r#"{"sklearn": "1.9.1"}"#), "the file has no `steps`");
    is(refusal(r#"{"sklearn": 1.9, "steps": []}"#), "sklearn should be text, but is 1.9");
    is(refusal(r#"{"sklearn": "1.9.1", "steps": []}"#), "steps is empty");
    is(refusal(r#"{"sklearn": "1.9.1", "steps": {}}"#), "steps should be an array, but is an object");
    is(refusal(r#"{"sklearn": "1.9.1", "steps": [7]}"#), "steps[0] should be an object, but is 7");
}

/// Scalers and mixtures that can be folded into each other.
const KNOWN: &str = "StandardScaler, MinMaxScaler, MaxAbsScaler and RobustScaler can be folded into a GaussianMixture or BayesianGaussianMixture at the end";

#[test]
fn other_steps_are_refused_with_the_reason() {
    let step = |class: &str| with("pipeline_full", "/steps/0/class", json!(class));
    let mixes = "it mixes features, and often drops some: what is left has no density over the raw ones";
    is(step("PCA"), &format!("steps[0].class is PCA: {mixes}; {KNOWN}"));
    let norm = "it divides each sample by its own norm, which scales no feature by a constant";
    is(step("Normalizer"), &format!("steps[0].class is Normalizer: {norm}; {KNOWN}"));
    let bends = "it bends features, so that the mixture of the raw ones is none of Gaussians";
    is(step("PowerTransformer"), &format!("steps[0].class is PowerTransformer: {bends}; {KNOWN}"));
    is(step("Binarizer"), &format!("steps[0].class is Binarizer: {KNOWN}"));
    is(with("full", "/steps/0/class", json!("KMeans")), &format!("steps[0].class is KMeans: {KNOWN}"));
    let scaler_only = refusal("pipeline_full", |file| {
        file["steps"].as_array_mut().unwrap().pop();
    });
    is(scaler_only, &format!("steps[0].class is StandardScaler: {KNOWN}"));
}

#[test]
fn a_scaler_that_clips_is_refused() {
    for case in ["min_max", "max_abs"] {
        is(
            with(case, "/steps/0/clip", json!(true)),
            "steps[0].clip is true: what a scaler clips, no mixture of the raw samples knows",
        );
    }
}

#[test]
fn missing_fields_are_named() {
    for field in ["class", "covariance_type", "weights_", "means_", "covariances_"] {
        is(without("full", 0, field), &format!("steps[0] has no `{field}`"));
    }
    for field in ["class", "with_mean", "with_std", "mean_", "scale_"] {
        is(without("pipeline_full", 0, field), &format!("steps[0] has no `{field}`"));
    }
    for field in ["with_centering", "with_scaling", "center_", "scale_"] {
        is(without("robust", 0, field), &format!("steps[0] has no `{field}`"));
    }
    for (case, field) in [("min_max", "min_"), ("min_max", "scale_"), ("max_abs", "scale_")] {
        is(without(case, 0, field), &format!("steps[0] has no `{field}`"));
    }
}

#[test]
fn wrong_types_are_named_with_their_place() {
    is(with("full", "/steps/0/weights_", json!(3)), "steps[0].weights_ should be an array, but is 3");
    is(
        with("full", "/steps/0/weights_/1", json!("x")),
        "steps[0].weights_[1] should be a finite number, but is \"x\"",
    );
    is(with("full", "/steps/0/means_/2", json!(null)), "steps[0].means_[2] should be an array, but is null");
    is(
        with("full", "/steps/0/covariances_/1/0/3", json!([])),
        "steps[0].covariances_[1][0][3] should be a finite number, but is an array",
    );
    is(
        with("full", "/steps/0/covariance_type", json!("round")),
        "steps[0].covariance_type is 'round', not one of full, tied, diag, spherical",
    );
    is(
        with("pipeline_full", "/steps/0/with_mean", json!(1)),
        "steps[0].with_mean should be true or false, but is 1",
    );
    is(
        with("pipeline_full", "/steps/0/scale_", json!(null)),
        "steps[0].scale_ should be an array, but is null",
    );
}

#[test]
fn wrong_shapes_are_named_with_their_place() {
    is(
        with("full", "/steps/0/means_", json!([[1.0], [2.0]])),
        "steps[0].means_ has length 2, not 3 (one for each component)",
    );
    is(
        with("full", "/steps/0/means_/1", json!([1.0, 2.0])),
        "steps[0].means_[1] has length 2, not 4 (one for each feature)",
    );
    is(
        with("full", "/steps/0/covariances_/2/3", json!([1.0])),
        "steps[0].covariances_[2][3] has length 1, not 4 (one for each feature)",
    );
    is(
        with("spherical", "/steps/0/covariances_", json!([1.0])),
        "steps[0].covariances_ has length 1, not 3 (one for each component)",
    );
    is(
        with("diag", "/steps/0/covariances_/0", json!([1.0, 1.0, 1.0])),
        "steps[0].covariances_[0] has length 3, not 4 (one for each feature)",
    );
    is(
        with("pipeline_full", "/steps/0/mean_", json!([1.0])),
        "steps[0].mean_ has length 1, not 2 (one for each feature)",
    );
    // The numbers of one structure under the name of another.
    is(
        with("full", "/steps/0/covariance_type", json!("diag")),
        "steps[0].covariances_[0][0] should be a finite number, but is an array",
    );
    is(
        with("full", "/steps/0/covariance_type", json!("tied")),
        "steps[0].covariances_ has length 3, not 4 (one for each feature)",
    );
}

#[test]
fn a_model_of_nothing_is_refused() {
    let empty = refusal("full", |file| {
        for field in ["weights_", "means_", "covariances_"] {
            file["steps"][0][field] = json!([]);
        }
    });
    is(empty, "steps[0].weights_ is empty");
    is(with("full", "/steps/0/means_/0", json!([])), "steps[0].means_[0] is empty");
}

#[test]
fn weights_that_are_no_distribution_are_refused() {
    is(with("full", "/steps/0/weights_", json!([0.5, 0.25, 0.125])), "weights_ sums to 0.875, not to 1");
    is(
        with("full", "/steps/0/weights_", json!([1.5, -0.5, 0.0])),
        "steps[0].weights_[1] is -0.5, but a weight is not negative",
    );
}

#[test]
fn covariances_that_are_none_are_refused() {
    let indefinite = json!([[1.0, 2.0], [2.0, 1.0]]);
    is(
        with("scale_only", "/steps/1/covariances_/1", indefinite.clone()),
        "covariances_[1] is not positive definite",
    );
    is(with("pipeline_tied", "/steps/1/covariances_", indefinite), "covariances_ is not positive definite");
    is(with("diag", "/steps/0/covariances_/2/1", json!(0.0)), "covariances_[2] is not positive definite");
    is(with("spherical", "/steps/0/covariances_/1", json!(-2.0)), "covariances_[1] is not positive definite");
    is(
        with("scale_only", "/steps/1/covariances_/0", json!([[1.0, 0.5], [0.25, 1.0]])),
        "steps[1].covariances_[0] is not symmetric: [1][0] is 0.25, [0][1] is 0.5",
    );
}

#[test]
fn scales_must_be_positive() {
    for (scale, shown) in [(0.0, "0"), (-1.5, "-1.5")] {
        is(
            with("pipeline_diag", "/steps/0/scale_/1", json!(scale)),
            &format!("steps[0].scale_[1] is {shown}, but a scale is positive"),
        );
        is(
            with("min_max", "/steps/0/scale_/1", json!(scale)),
            &format!("steps[0].scale_[1] is {shown}, but a scale is positive"),
        );
    }
}

/// Python's `json` writes them, though JSON does not have them.
#[test]
fn numbers_that_are_not_finite_are_found_where_they_stand() {
    let json = text("tests/data/sklearn_pipeline_full.json");
    let weights = json.find("\"weights_\"").unwrap();
    let first = weights + json[weights..].find("0.").unwrap();
    let last = first + json[first..].find([',', ']']).unwrap();
    for (written, shown) in [("NaN", "NaN"), ("Infinity", "inf"), ("-Infinity", "-inf")] {
        let text = [&json[..first], written, &json[last..]].concat();
        let message = scikit::export(&text, Scalar::F64).err().unwrap();
        is(message, &format!("steps[1].weights_[0] should be a finite number, but is \"{shown}\""));
    }
    let text = json.replacen("0.", "1e999, 0.", 1);
    assert!(scikit::export(&text, Scalar::F64).err().unwrap().starts_with("not JSON: number out of range"));
}

#[test]
fn what_f32_cannot_hold_is_refused_for_f32_only() {
    let exported = |pointer: &str, value: Value, scalar| {
        let mut file: Value = serde_json::from_str(&text("tests/data/sklearn_diag.json")).unwrap();
        *file.pointer_mut(pointer).unwrap() = value;
        scikit::export(&file.to_string(), scalar).map(|_| ())
    };
    let (mean, variance) = ("/steps/0/means_/1/2", "/steps/0/covariances_/1/2");
    let refused =
        |what| Err(format!("the {what} of component 1 is out of range for f32; --type f64 has more"));
    assert_eq!(exported(mean, json!(1e39), Scalar::F32), refused("mean"));
    assert_eq!(exported(mean, json!(1e39), Scalar::F64), Ok(()));
    assert_eq!(exported(variance, json!(1e-80), Scalar::F32), refused("covariance"));
    assert_eq!(exported(variance, json!(1e-80), Scalar::F64), Ok(()));
}
