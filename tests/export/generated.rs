//! Files that the example wrote, and what they hold. After a change of the writer, `UPDATE_GENERATED=1 cargo test
//! --test export written` writes them anew.

use super::component::{Component, Estimate};
use super::model::{Made, Model, Scalar};
use super::structure::Structure;
use super::train::{self, Plan};
use super::{scikit, source, text, written};
use gaussmix::nalgebra::SMatrix;
use gaussmix::{Covariance, Gmm, Real};
use proptest::prelude::*;

include!("generated/full.rs");
include!("generated/tied.rs");
include!("generated/diag.rs");
include!("generated/spherical.rs");
include!("generated/pipeline_full.rs");
include!("generated/pipeline_tied.rs");
include!("generated/pipeline_diag.rs");
include!("generated/pipeline_spherical.rs");
include!("generated/mean_only.rs");
include!("generated/scale_only.rs");
include!("generated/two_scalers.rs");
include!("generated/float32.rs");
include!("generated/one_feature.rs");
include!("generated/dead_component.rs");
include!("generated/tied_shapes.rs");
include!("generated/coupled.rs");

const CASES: [&str; 14] = [
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
];

/// Two structures that scikit-learn does not have.
fn tied_shapes() -> String {
    let model = |structure, covariance: &[f64]| {
        let component = |mean: &[f64; 2]| {
            let estimate = Estimate { mean, covariance, scalings: &[] };
            estimate.finish(structure, Scalar::F32).unwrap()
        };
        Model::new(
            structure,
            Scalar::F32,
            &[0.25, 0.75],
            [[1.0, -2.5], [0.1, 1e-9]].iter().map(component).collect(),
        )
    };
    let of = |name: &str, model| {
        let made = Made { model, origin: "numbers made up".into(), notes: vec![] };
        source("a test", name.into(), made).text()
    };
    let axes = of("TIED_DIAGONAL", model(Structure::TiedDiagonal, &[4.0, 0.3]));
    let balls = of("TIED_SPHERICAL", model(Structure::TiedSpherical, &[0.0625]));
    [axes, balls].join("\n")
}

/// A table of two clumps, 6 apart, of other widths and slants.
fn clumps() -> String {
    let mut table = String::from("a,b\n");
    for i in 0..40 {
        let (x, y) = (f64::from(i % 7), f64::from(i * i % 11));
        table += &format!("{},{}\n{},{}\n", 0.25 * x, 0.125 * y + 0.25 * x, 6.0 + 0.125 * y, 2.5 - 0.5 * x);
    }
    table
}

const COUPLED: [(&str, Structure); 3] =
    [("EVI", Structure::Evi), ("VEI", Structure::Vei), ("EEV", Structure::Eev)];

fn fitted(structure: Structure) -> Made {
    let plan = Plan { k: 2, structure, restarts: 2, seed: 1 };
    train::export(&clumps(), &plan, Scalar::F32).unwrap()
}

/// Structures whose components share something in part, which only tables lead to.
fn coupled() -> String {
    COUPLED.map(|(name, structure)| source("a test", name.into(), fitted(structure)).text()).join("\n")
}

fn check(case: &str, written: &str) {
    let path = format!("tests/export/generated/{case}.rs");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(format!("{}/{path}", env!("CARGO_MANIFEST_DIR")), written).unwrap();
    }
    assert!(text(&path) == written, "{path} is not what is written now");
}

#[test]
fn written_files_are_the_kept_ones() {
    for case in CASES {
        check(case, &written(case));
    }
    check("tied_shapes", &tied_shapes());
    check("coupled", &coupled());
}

/// The numbers of a static, by the example's own account of them.
fn numbers_of<T: Real, const D: usize, const K: usize, C>(gmm: &Gmm<T, D, K, C>) -> Vec<u64>
where
    C: crate::support::dense::Structure,
{
    let widen = |v: &T| v.widen().to_bits();
    let heads = gmm.weights().iter().chain(gmm.offsets()).chain(gmm.means().as_flattened()).map(widen);
    heads
        .chain(
            C::numbers(&gmm.factors().as_ref().iter().map(|factor| factor.0).collect::<Vec<_>>())
                .into_iter()
                .map(f64::to_bits),
        )
        .collect()
}

/// A matrix stands by rows in `numbers_of`, by columns in the model.
fn numbers_in(model: &Model) -> Vec<u64> {
    let heads = [&model.weights, &model.offsets, &model.means.concat()].map(|part| part.to_vec()).concat();
    let d = model.features();
    let rows = model.factors.iter().flat_map(|columns| match model.structure {
        Structure::Full | Structure::TiedFull | Structure::Eev => {
            (0..d * d).map(|at| columns[at % d * d + at / d]).collect::<Vec<f64>>()
        }
        _ => columns.clone(),
    });
    heads.into_iter().chain(rows).map(f64::to_bits).collect()
}

fn reads_back<T: Real, const D: usize, const K: usize, C>(case: &str, scalar: Scalar, gmm: &Gmm<T, D, K, C>)
where
    C: crate::support::dense::Structure,
{
    let json = text(&format!("tests/data/sklearn_{case}.json"));
    let made = scikit::export(&json, scalar).unwrap();
    assert_eq!(numbers_of(gmm), numbers_in(&made.model), "{case} {scalar:?}");
}

#[test]
fn numbers_read_back_exactly() {
    reads_back("full", Scalar::F32, &FULL_F32);
    reads_back("full", Scalar::F64, &FULL_F64);
    reads_back("tied", Scalar::F32, &TIED_F32);
    reads_back("diag", Scalar::F64, &DIAG_F64);
    reads_back("spherical", Scalar::F32, &SPHERICAL_F32);
    reads_back("pipeline_spherical", Scalar::F64, &PIPELINE_SPHERICAL_F64);
    reads_back("dead_component", Scalar::F32, &DEAD_COMPONENT_F32);
    reads_back("dead_component", Scalar::F64, &DEAD_COMPONENT_F64);
}

/// And are in their family in `f32` too: the files' own tests validate them.
#[test]
fn numbers_of_fitted_models_read_back_exactly() {
    let numbers = COUPLED.map(|(_, structure)| numbers_in(&fitted(structure).model));
    assert_eq!([numbers_of(&EVI), numbers_of(&VEI), numbers_of(&EEV)], numbers);
    assert!(numbers[0] != numbers[1]);
}

proptest! {
    #[test]
    fn every_literal_reads_back_exactly(bits in any::<u64>()) {
        let wide = f64::from_bits(bits);
        let narrow = f32::from_bits(bits as u32);
        if wide.is_finite() {
            prop_assert_eq!(Scalar::F64.literal(wide).parse::<f64>().unwrap().to_bits(), bits);
        }
        if narrow.is_finite() {
            let literal = Scalar::F32.literal(narrow.into());
            prop_assert_eq!(literal.parse::<f32>().unwrap().to_bits(), bits as u32);
            prop_assert!(literal.contains(['.', 'e']), "an integer is no float literal");
        }
    }
}

/// What `Gmm::new` and `cast` make of the same numbers.
#[test]
fn tied_shapes_are_those_of_the_library() {
    let means = [[1.0, -2.5], [0.1, 1e-9]];
    let axes = Gmm::new([0.25, 0.75], means, [[4.0, 0.3].into()]).unwrap();
    let balls = Gmm::new([0.25, 0.75], means, [gaussmix::covariance::Variance(0.0625)]).unwrap();
    same(&TIED_DIAGONAL, &axes);
    same(&TIED_SPHERICAL, &balls);
}

/// ln π_k is added to the rest of an offset, which may round once more.
fn same<const D: usize, const K: usize, C: Covariance>(
    ours: &Gmm<f32, D, K, C>,
    library: &Gmm<f64, D, K, C>,
) {
    let library = library.cast::<f32>().unwrap();
    assert_eq!((ours.weights(), ours.means()), (library.weights(), library.means()));
    assert_eq!(ours.factors(), library.factors());
    for (a, b) in ours.offsets().iter().zip(library.offsets()) {
        assert!((a - b).abs() <= 2.0 * f32::EPSILON * b.abs().max(1.0), "{a} is not {b}");
    }
}

/// Without a scaling nothing is rounded on the way.
#[test]
fn factors_are_those_of_the_library() {
    let covariance = [[2.0, 0.6], [0.6, 1.0]];
    let estimate = Estimate { mean: &[3.0, 4.0], covariance: &covariance.concat(), scalings: &[] };
    let Component { mean, factor, offset } = estimate.finish(Structure::Full, Scalar::F64).unwrap();
    let gmm: Gmm<f64, 2, 1> = Gmm::new([1.0], [[3.0, 4.0]], [SMatrix::from(covariance)]).unwrap();
    assert_eq!((mean, factor), (vec![3.0, 4.0], gmm.factors()[0].0.as_slice().to_vec()));
    assert_eq!(offset, gmm.offsets()[0]);
}
