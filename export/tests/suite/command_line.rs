//! The program's arguments.

use std::ffi::OsString;

use gaussmix_export::args::{HELP, Input, Options, Request, parse};
use gaussmix_export::number::Scalar;

fn parsed(line: &str) -> Result<Request, String> {
    parse(line.split_whitespace().map(OsString::from))
}

fn refusal(line: &str) -> String {
    parsed(line).expect_err("should be refused")
}

#[test]
fn a_model_needs_only_its_file() {
    let of = |input| Options { input, out: None, scalar: Scalar::F32, name: "MODEL".into(), fixed: None };
    assert_eq!(parsed("--model m.json"), Ok(Request::Run(of(Input::Model("m.json".into())))));
    assert_eq!(parsed("--sklearn m.json"), Ok(Request::Run(of(Input::Scikit("m.json".into())))));
}

#[test]
fn both_spellings_of_every_option_are_read() {
    let input = Input::Scikit("m.json".into());
    let expected =
        Options { input, out: Some("o.rs".into()), scalar: Scalar::F64, name: "GAIT_2".into(), fixed: None };
    let line = "--name GAIT_2 --sklearn m.json --out o.rs --type f64";
    assert_eq!(parsed(line), Ok(Request::Run(expected.clone())));
    let words: Vec<&str> = line.split(' ').collect();
    let joined: Vec<String> = words.chunks(2).map(|pair| pair.join("=")).collect();
    assert_eq!(parsed(&joined.join(" ")), Ok(Request::Run(expected)));
}

#[test]
fn help_names_every_option_and_wins() {
    assert_eq!(parsed("--sklearn m.json --help"), Ok(Request::Help));
    assert_eq!(parsed("-h"), Ok(Request::Help));
    for option in ["--model", "--sklearn", "--fixed", "--scale", "--offset", "--out", "--type", "--name"] {
        assert!(HELP.contains(&format!("\n  {option} ")), "{option}");
    }
}

#[test]
fn refusals_name_the_argument() {
    assert!(refusal("").starts_with("give either --model"));
    assert!(refusal("--sklearn a.json --model b.json").contains("--model and --sklearn together"));
    assert!(refusal("m.json").contains("\"m.json\""));
    assert!(refusal("--sklearn").contains("'--sklearn'"));
    assert!(refusal("--sklearn a --kk 3").contains("'--kk'"));
    assert!(refusal("--sklearn a --type f32 --type f32").contains("twice"));
    assert!(refusal("--sklearn a --type f16").contains("\"f16\": --type takes f32 or f64"));
    for name in ["model", "2X", "A-B", "_", "Ä", "SELF::X"] {
        assert!(
            refusal(&format!("--sklearn a --name {name}")).contains("--name takes a name in capitals"),
            "{name}"
        );
    }
}

#[test]
fn a_model_in_integers_takes_scale_and_offset_of_readings() {
    let fixed = |line| match parsed(line) {
        Ok(Request::Run(options)) => (options.scalar, options.fixed.unwrap()),
        other => panic!("{other:?}"),
    };
    assert_eq!(fixed("--model m.json --fixed"), (Scalar::F64, (vec![1.0], vec![0.0])));
    assert_eq!(
        fixed("--model m.json --fixed --scale 0.001,-2 --offset=1.5 --type f32"),
        (Scalar::F32, (vec![0.001, -2.0], vec![1.5]))
    );
    assert!(refusal("--model m.json --scale 2").contains("those of the readings of --fixed"));
    assert!(refusal("--model m.json --fixed --scale 2,x").contains("'x' is no number"));
    assert!(refusal("--model m.json --fixed --scale inf").contains("'inf' is no number"));
    assert!(refusal("--model m.json --fixed --fixed").contains("twice"));
}
