//! A cluster on this machine: a worker that dies and one that joins change nothing.
#![allow(missing_docs, clippy::unwrap_used)] // a test that cannot go on should stop

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output};

use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::prelude::{ParquetReadOptions, SessionContext, col, lit, when};

fn nodes(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nodes")).args(arguments).output().unwrap()
}

/// A file of 100,000 rows. Each test has its own.
fn data(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("gaussmix-nodes-{name}-{}.parquet", std::process::id()));
    fit::data::write(&path, &fit::data::Truth::new(3, 3), 100_000).unwrap();
    path
}

/// The text of a demonstration in which a worker dies and another joins.
fn disturbed(name: &str, arguments: &[&str]) -> String {
    let path = data(name);
    // So many passes that the third worker has some.
    let common = ["demo", "--kill", "--join", "--components=3", "--tolerance=0", "--iterations=25", "--data"];
    let output = nodes(&[&common[..], &[path.to_str().unwrap()], arguments].concat());
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}\n{errors}");
    std::fs::remove_file(path).unwrap();
    assert!(text.contains("a worker is killed: Ok"), "{text}");
    assert!(text.contains("failed queries"), "no pass was made again: {text}");
    let counts: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("workers: ")).collect();
    assert!(counts.ends_with(&["2", "1", "2"]), "{text}");
    text.into_owned()
}

#[test]
fn a_worker_that_dies_and_one_that_joins_change_no_bit() {
    let text = disturbed("ordered", &["--restarts=2", "--row=row"]);
    assert!(text.contains("the models have the same bits"), "{text}");
}

#[test]
fn without_row_numbers_they_change_the_last_digits() {
    let text = disturbed("plain", &["--restarts=1", "--accelerate"]);
    assert!(text.contains("the models differ by") || text.contains("have the same bits"), "{text}");
}

#[test]
fn a_cluster_of_nobody_is_an_error_that_names_it() {
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let workers = format!("127.0.0.1:{port}");
    let output = nodes(&["fit", "--workers", &workers]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && errors.contains(&format!("no worker answers at {workers}")),
        "{errors}"
    );
}

#[test]
fn what_would_fail_again_is_told_at_once() {
    let (whole, path) =
        (data("whole"), std::env::temp_dir().join(format!("gaussmix-nan-{}", std::process::id())));
    let (from, to) = (whole.to_str().unwrap(), path.to_str().unwrap());
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let frame = SessionContext::new().read_parquet(from, ParquetReadOptions::default()).await.unwrap();
        let x1 = when(col("row").eq(lit(70_001)), lit(f64::NAN)).otherwise(col("x1")).unwrap();
        let broken = frame.with_column("x1", x1).unwrap();
        broken.write_parquet(to, DataFrameWriteOptions::new(), None).await.unwrap();
    });
    let output = nodes(&["demo", "--components=3", "--data", to]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && errors.contains("NaN"), "{errors}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("pass"), "a pass ended");
    std::fs::remove_file(whole).unwrap();
    std::fs::remove_dir_all(path).unwrap();
}
