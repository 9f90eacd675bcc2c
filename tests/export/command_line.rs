//! The example's arguments.

use super::args::{HELP, Input, Options, Request, parse};
use super::model::Scalar;
use super::structure::Structure;
use super::train::Plan;
use std::ffi::OsString;

fn parsed(line: &str) -> Result<Request, String> {
    parse(line.split_whitespace().map(OsString::from))
}

fn refusal(line: &str) -> String {
    parsed(line).expect_err("should be refused")
}

#[test]
fn a_scikit_learn_model_needs_only_its_file() {
    let input = Input::Scikit("m.json".into());
    let expected = Options { input, out: None, scalar: Scalar::F32, name: "MODEL".into() };
    assert_eq!(parsed("--sklearn m.json"), Ok(Request::Run(expected)));
}

#[test]
fn a_table_needs_size_and_structure() {
    let plan = Plan { k: 4, structure: Structure::Full, restarts: 20, seed: 1 };
    let expected = Options {
        input: Input::Csv("d.csv".into(), plan),
        out: None,
        scalar: Scalar::F32,
        name: "MODEL".into(),
    };
    assert_eq!(parsed("--csv d.csv --k 4 --covariance full"), Ok(Request::Run(expected)));
    assert!(refusal("--csv d.csv --covariance full").contains("--k N"));
    assert!(refusal("--csv d.csv --k 4").contains("--covariance: one of full, tied, diagonal"));
}

#[test]
fn both_spellings_of_every_flag_are_read() {
    let plan = Plan { k: 8, structure: Structure::TiedSpherical, restarts: 7, seed: 9 };
    let input = Input::Csv("d.csv".into(), plan);
    let expected = Options { input, out: Some("o.rs".into()), scalar: Scalar::F64, name: "GAIT_2".into() };
    let line = "--name GAIT_2 --csv d.csv --k 8 --covariance tied-spherical --restarts 7 --seed 9 --out o.rs --type f64";
    assert_eq!(parsed(line), Ok(Request::Run(expected.clone())));
    let words: Vec<&str> = line.split(' ').collect();
    let joined: Vec<String> = words.chunks(2).map(|pair| pair.join("=")).collect();
    assert_eq!(parsed(&joined.join(" ")), Ok(Request::Run(expected)));
}

#[test]
fn every_structure_has_a_flag_that_help_names() {
    for structure in Structure::ALL {
        let line = format!("--csv d.csv --k 2 --covariance {}", structure.flag());
        let Ok(Request::Run(Options { input: Input::Csv(_, plan), .. })) = parsed(&line) else {
            panic!("{line}")
        };
        assert_eq!(plan.structure, structure);
        assert!(HELP.contains(structure.flag()), "{line}");
    }
}

#[test]
fn help_names_every_flag_and_wins() {
    assert_eq!(parsed("--sklearn m.json --help"), Ok(Request::Help));
    for flag in
        ["--sklearn", "--csv", "--k", "--covariance", "--restarts", "--seed", "--out", "--type", "--name"]
    {
        assert!(HELP.contains(&format!("\n  {flag} ")), "{flag}");
    }
}

#[test]
fn refusals_name_the_argument() {
    assert!(refusal("").starts_with("give either --sklearn"));
    assert!(refusal("--sklearn a.json --csv b.csv --k 2 --covariance full").starts_with("give either"));
    assert!(refusal("--sklearn a.json --k 2").starts_with("--k goes with --csv"));
    assert!(refusal("--sklearn a.json --seed 2").starts_with("--seed goes with --csv"));
    assert!(refusal("m.json").contains("'m.json'"));
    assert!(refusal("--sklearn").contains("--sklearn needs a value"));
    assert!(refusal("--sklearn a --sklearn b").contains("twice"));
    assert!(refusal("--sklearn a --type f16").contains("f32 or f64, not 'f16'"));
    assert!(refusal("--csv d --k 9 --covariance full").contains("from 1 to 8, not '9'"));
    assert!(
        refusal("--csv d --k 2 --covariance round").contains("tied-spherical, evi, vei, eev, not 'round'")
    );
    assert!(refusal("--csv d --k 2 --covariance full --restarts 0").contains("--restarts takes"));
    for name in ["model", "2X", "A-B", "_", "Ä", "SELF::X"] {
        assert!(refusal(&format!("--sklearn a --name {name}")).contains(&format!("not '{name}'")));
    }
}
