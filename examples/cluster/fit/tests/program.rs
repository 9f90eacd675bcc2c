//! The programs, as users run them.
#![allow(missing_docs, clippy::unwrap_used)] // a test that cannot go on should stop

use std::path::PathBuf;
use std::process::{Command, Output};

/// A file of this test alone.
fn file(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("gaussmix-fit-{}-{name}", std::process::id()))
}

fn run(program: &str, arguments: &[&str]) -> (Output, String) {
    let output = Command::new(program).args(arguments).output().unwrap();
    let text = [&output.stdout[..], &output.stderr].concat();
    (output, String::from_utf8(text).unwrap())
}

#[test]
fn fit_finds_the_mixture_that_measure_wrote_and_draws_it() {
    let (data, picture) = (file("rows.parquet"), file("picture.svg"));
    let (data, picture) = (data.to_str().unwrap(), picture.to_str().unwrap());
    let (written, text) = run(env!("CARGO_BIN_EXE_measure"), &["make", data, "20000"]);
    assert!(written.status.success(), "{text}");
    let fit = env!("CARGO_BIN_EXE_fit");
    let (fitted, text) = run(
        fit,
        &[
            "--data",
            data,
            "--features",
            "x2,x5",
            "--components",
            "2",
            "--restarts",
            "2",
            "--picture",
            picture,
        ],
    );
    assert!(fitted.status.success() && text.contains("20000 rows; converged after"), "{text}");
    assert!(std::fs::read_to_string(picture).unwrap().contains("<svg"));
    let (refused, text) = run(fit, &["--data", data, "--features", "x2,y"]);
    assert!(!refused.status.success() && text.contains("`y`"), "{text}");
    let (refused, text) = run(fit, &["--data", data, "--features", "x1,x2,x3", "--components", "9"]);
    assert!(!refused.status.success() && text.contains("9 components"), "{text}");
    std::fs::remove_file(data).unwrap();
    std::fs::remove_file(picture).unwrap();
}

#[test]
fn without_data_it_makes_some() {
    let (data, picture) = (file("made.parquet"), file("made.svg"));
    let (data, picture) = (data.to_str().unwrap(), picture.to_str().unwrap());
    let (fitted, text) = run(
        env!("CARGO_BIN_EXE_fit"),
        &["--made", data, "--rows", "30000", "--components", "3", "--restarts", "3", "--picture", picture],
    );
    assert!(fitted.status.success() && text.contains("converged"), "{text}");
    // The weights of the mixture, and those found.
    let weights = |from: &str| -> Vec<f64> {
        let mut found: Vec<f64> = text
            .lines()
            .filter_map(|line| line.strip_prefix(from)?.split_whitespace().nth(1)?.parse().ok())
            .filter(|weight| (0.0..1.0).contains(weight))
            .collect();
        found.sort_by(f64::total_cmp);
        found
    };
    let (truth, found) = (weights("true"), weights(" "));
    assert_eq!((truth.len(), found.len()), (3, 3), "{text}");
    assert!(truth.iter().zip(&found).all(|(a, b)| (a - b).abs() < 0.02), "{text}");
    std::fs::remove_file(data).unwrap();
    std::fs::remove_file(picture).unwrap();
}
