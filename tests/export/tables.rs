//! Models fitted to a table.

use super::model::Scalar;
use super::structure::Structure;
use super::train::{Plan, export};
use super::{source, text};
use crate::support::data::faithful;
use gaussmix::{Em, Gmm, init};
use rand_pcg::Pcg32;

fn plan(k: usize, structure: Structure) -> Plan {
    Plan { k, structure, restarts: 5, seed: 3 }
}

fn refusal(table: &str, plan: &Plan, scalar: Scalar) -> String {
    export(table, plan, scalar).err().expect("should be refused")
}

#[test]
fn the_model_is_the_library_s_best_fit() {
    let made = export(&text("tests/data/faithful.csv"), &plan(3, Structure::Full), Scalar::F64).unwrap();
    let mut gmm: Gmm<f64, 2, 3> = Gmm::unfitted();
    let data = faithful();
    let mut rng = Pcg32::new(3, 0);
    let best = Em::default().fit_best_of(&mut gmm, 5, init::mixed, data.as_slice(), &mut rng).unwrap();
    assert_eq!(made.model.weights, gmm.weights());
    assert_eq!(made.model.means, gmm.means().map(Vec::from));
    assert_eq!(made.model.factors, gmm.factors().map(|factor| factor.0.as_slice().to_vec()));
    let mean = best.fit.mean_log_likelihood();
    assert_eq!(
        made.origin,
        format!(
            "272 samples of eruptions, waiting; best of 5 fits, seed 3: mean log-likelihood {mean:.6} in f64"
        )
    );
    assert_eq!(made.notes, [""; 0]);
}

#[test]
fn every_structure_is_fitted_and_written() {
    let table = text("tests/data/faithful.csv");
    for (structure, bytes) in Structure::ALL.into_iter().zip([96, 64, 72, 56, 60, 52, 72, 72, 96]) {
        let made = export(&table, &plan(3, structure), Scalar::F32).unwrap();
        assert_eq!((made.model.structure, made.model.bytes()), (structure, bytes));
        let text = source("faithful.csv", "GEYSER".into(), made).text();
        assert!(
            text.starts_with(
                "// Written by gaussmix's example `export` from faithful.csv:\n// 272 samples of"
            )
        );
        assert!(text.contains(&format!("over 2 features, {} covariances, `f32`.", structure.name())));
        assert!(text.contains("\npub static GEYSER: gaussmix::Gmm<f32, 2, 3"));
    }
}

#[test]
fn seeds_and_restarts_matter() {
    let table = text("tests/data/faithful.csv");
    let means = |restarts, seed| {
        let plan = Plan { restarts, seed, ..plan(3, Structure::Full) };
        export(&table, &plan, Scalar::F64).unwrap().model.means
    };
    assert_eq!(means(1, 1), means(1, 1));
    assert_ne!(means(1, 1), means(1, 2));
}

/// Two clumps, and one sample far from both: a component of its own has nothing but the floor.
#[test]
fn a_spurious_component_is_noted() {
    let mut table = String::from("a,b\n");
    for i in 0..40 {
        let (x, y) = (f64::from(i % 7), f64::from(i * i % 11));
        table += &format!("{x},{y}\n{},{}\n", x + 100.0, y - 50.0);
    }
    table += "900,900\n";
    let single = |seed| Plan { restarts: 1, seed, ..plan(3, Structure::Full) };
    let due = " is spurious, made by a few close samples: K may be too large";
    let mut all = (0..20).map(|seed| export(&table, &single(seed), Scalar::F32).unwrap());
    let made = all.find(|made| made.notes.iter().any(|note| note.ends_with(due))).unwrap();
    assert!(source("t.csv", "T".into(), made).text().contains("\n// Note: component "));
    // The best of several has none.
    let best = export(&table, &plan(3, Structure::Full), Scalar::F32).unwrap();
    assert!(best.notes.iter().all(|note| !note.ends_with(due)), "{:?}", best.notes);
}

/// Many rows that are 0 in both columns are a component, on its floor.
#[test]
fn a_component_on_its_floor_is_noted() {
    let mut table = String::from("a,b\n");
    for i in 0..40 {
        table += &format!("0,0\n{},{}\n", 50.0 + f64::from(i % 7), 20.0 + f64::from(i * i % 11));
    }
    let made = export(&table, &plan(2, Structure::Full), Scalar::F32).unwrap();
    let due = " rests on its floor: in it, some combination of columns hardly varies";
    assert!(made.notes.len() == 1 && made.notes[0].ends_with(due), "{:?}", made.notes);
}

#[test]
fn tables_that_cannot_be_fitted_are_refused_in_their_own_terms() {
    let two = plan(2, Structure::Full);
    let refused = |table: &str| refusal(table, &two, Scalar::F32);
    assert_eq!(refused("a,b\n1,5\n2,5\n4,5\n"), "column 'b' is constant: leave it out");
    assert_eq!(refused("a,b\n1,2\n2,1\n1e200,3\n4,1\n5,2\n"), "line 4: a number too large to be squared");
    assert_eq!(
        refusal("a,b\n1,2\n2,1\n1,2\n", &plan(3, Structure::Full), Scalar::F32),
        "only 2 distinct rows, fewer than 3 components"
    );
    assert!(refused("a,b\n1,2\n2,x\n3,4\n4,4\n").starts_with("line 3, column 'b': not a number"));
    let nine = format!("{}\n", ["1"; 9].join(","));
    assert_eq!(refused(&nine.repeat(3)), "9 numeric columns; this program is built for 1 to 8");
}

#[test]
fn a_fit_out_of_the_range_of_f32_is_refused_for_f32_only() {
    let table = "1e40,1\n2e40,2\n4e40,1\n3e40,5\n1.5e40,3\n2.5e40,9\n5e40,2\n7e40,4\n";
    let plan = plan(2, Structure::Full);
    let message = refusal(table, &plan, Scalar::F32);
    assert_eq!(message, "the mean of component 0 is out of range for f32; --type f64 has more");
    assert!(export(table, &plan, Scalar::F64).is_ok());
}
