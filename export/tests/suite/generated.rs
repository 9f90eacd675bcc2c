//! Files that the program wrote, and what they hold. After a change of the writer, `UPDATE_GENERATED=1 cargo test
//! written`, here, writes them anew.

use gaussmix::covariance::{Eev, Evi, Vei};
use gaussmix::{Covariance, Diagonal, Gmm, Spherical, Tied};
use gaussmix_export::number::Scalar;
use gaussmix_export::readable;
use gaussmix_export::source::Source;

use super::{Numbers, text, written};

include!("../generated/full.rs");
include!("../generated/tied.rs");
include!("../generated/diag.rs");
include!("../generated/spherical.rs");
include!("../generated/pipeline_full.rs");
include!("../generated/pipeline_tied.rs");
include!("../generated/pipeline_diag.rs");
include!("../generated/pipeline_spherical.rs");
include!("../generated/mean_only.rs");
include!("../generated/scale_only.rs");
include!("../generated/two_scalers.rs");
include!("../generated/float32.rs");
include!("../generated/one_feature.rs");
include!("../generated/dead_component.rs");
include!("../generated/min_max.rs");
include!("../generated/max_abs.rs");
include!("../generated/robust.rs");
include!("../generated/bayesian.rs");
include!("../generated/wide.rs");
include!("../generated/structures.rs");

const CASES: [&str; 19] = [
    "full",
    "tied",
    "diag",
    "spherical",
    "pipeline_full",
    "pipeline_tied",
    "pipeline_diag",
    "pipeline_spherical",
    "mean_only",
    "scale_only",
    "two_scalers",
    "float32",
    "one_feature",
    "dead_component",
    "min_max",
    "max_abs",
    "robust",
    "bayesian",
    "wide",
];

/// Two components that scikit-learn has no structure for.
fn model<C: Covariance>() -> Gmm<f32, 2, 2, C> {
    let weights = [0.25, 0.75];
    let matrices = [[[4.0, 1.0], [1.0, 2.0]].into(), [[0.5, -0.25], [-0.25, 1.0]].into()];
    let covariances = C::from_matrices(&weights, &matrices).unwrap();
    Gmm::new(weights, [[1.0, -2.5], [0.1, 1e-9]], covariances).unwrap()
}

/// As gaussmix saves it and the program writes it.
fn saved<C: Covariance>(name: &str) -> String {
    let made = readable::export(&serde_json::to_string(&model::<C>()).unwrap(), Scalar::F32).unwrap();
    Source::new("a test".into(), name.into(), made).text()
}

fn structures() -> String {
    let texts = [
        saved::<Tied<Diagonal>>("TIED_DIAG"),
        saved::<Tied<Spherical>>("TIED_SPHERICAL"),
        saved::<Evi>("EVI"),
        saved::<Vei>("VEI"),
        saved::<Eev>("EEV"),
    ];
    texts.join("\n")
}

fn check(case: &str, written: &str) {
    let path = format!("export/tests/generated/{case}.rs");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR")), written).unwrap();
    }
    assert!(text(&path) == written, "{path} is not what is written now");
}

#[test]
fn written_files_are_the_kept_ones() {
    for case in CASES {
        check(case, &written(case));
    }
    check("structures", &structures());
}

/// The compiler reads the literals of a file as the bits that were written; `bits` says that these are gaussmix's.
#[test]
fn a_file_is_the_model_that_was_saved() {
    assert_eq!(TIED_DIAG, model::<Tied<Diagonal>>());
    assert_eq!(TIED_SPHERICAL, model::<Tied<Spherical>>());
    assert_eq!(EVI, model::<Evi>());
    assert_eq!(VEI, model::<Vei>());
    assert_eq!(EEV, model::<Eev>());
    let means: Vec<f64> = WIDE_F64.means().concat();
    let json: serde_json::Value = serde_json::from_str(&text("tests/data/sklearn_wide.json")).unwrap();
    let rows = json["steps"][0]["means_"].as_array().unwrap();
    let due: Vec<f64> =
        rows.iter().flat_map(|row| row.as_array().unwrap()).map(|v| v.as_f64().unwrap()).collect();
    assert_eq!(means, due);
}

#[test]
fn a_file_says_what_it_is_and_where_it_comes_from() {
    let text = saved::<Vei>("GAIT");
    let head =
        "// Written by gaussmix-export from a test:\n// 2 components over 2 features, in f32.\n// Use: ";
    assert!(text.starts_with(head), "{text}");
    assert!(text.contains("\n/// 2 components over 2 features, covariances `VEI`, scalar `f32`.\n"));
    assert!(text.contains("\npub static GAIT: gaussmix::Gmm<f32, 2, 2, gaussmix::covariance::Vei> = "));
    let bayesian = written("bayesian");
    assert!(bayesian.contains("\n// Note: scikit-learn scores it by expectations over its posterior"));
    assert!(written("pipeline_spherical").contains("\n// Note: spherical in scaled units"));
    assert!(written("min_max").contains("MinMaxScaler, GaussianMixture, the scaling folded in"));
}

#[test]
fn every_literal_reads_back_exactly() {
    let mut random = Numbers(1);
    for _ in 0..20_000 {
        let bits = random.bits();
        let (wide, narrow) = (f64::from_bits(bits), f32::from_bits(bits as u32));
        if wide.is_finite() {
            assert_eq!(Scalar::F64.literal(wide).parse::<f64>().unwrap().to_bits(), bits);
        }
        if narrow.is_finite() {
            let literal = Scalar::F32.literal(narrow.into());
            assert_eq!(literal.parse::<f32>().unwrap().to_bits(), bits as u32);
            assert!(literal.contains(['.', 'e']), "an integer is no float literal");
        }
    }
    assert_eq!(Scalar::F32.literal(f64::NEG_INFINITY), "f32::NEG_INFINITY");
    assert_eq!(Scalar::F64.literal(-0.0), "-0.0");
}
