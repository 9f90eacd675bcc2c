//! A cluster on this machine: a worker that dies and one that joins change nothing.
#![allow(missing_docs, clippy::unwrap_used)] // a test that cannot go on should stop

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::prelude::{ParquetReadOptions, SessionContext, col, lit, when};

fn nodes(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nodes")).args(arguments).output().unwrap()
}

/// A file that is removed in the end. Each test has its own.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("gaussmix-nodes-{}-{name}", std::process::id())))
    }

    /// 100,000 rows, in thirteen row groups.
    fn of_rows(name: &str) -> Self {
        let file = Self::new(name);
        fit::data::write(&file.0, &fit::data::Truth::new(3, 3), 100_000).unwrap();
        file
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The text of a demonstration in which both workers die, one after the other, and a third joins: the end is its work.
fn disturbed(name: &str, arguments: &[&str]) -> String {
    let file = File::of_rows(name);
    let common = ["demo", "--kill", "--join", "--components=3", "--tolerance=0", "--iterations=20"];
    let output = nodes(&[&common[..], &["--data", file.path()], arguments].concat());
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}\n{errors}");
    assert_eq!(text.matches("a worker is killed: Ok").count(), 2, "{text}");
    assert!(text.contains("a worker joins: Ok"), "{text}");
    assert!(text.contains("after a query that failed"), "no pass was made again: {text}");
    text.into_owned()
}

#[test]
fn a_worker_that_dies_and_one_that_joins_change_no_bit() {
    let text = disturbed("ordered.parquet", &["--restarts=2", "--row=row"]);
    assert!(text.contains("the models have the same bits"), "{text}");
}

#[test]
fn without_row_numbers_they_change_the_last_digits() {
    let text = disturbed("plain.parquet", &["--restarts=1", "--accelerate"]);
    assert!(text.contains("the models differ by") || text.contains("have the same bits"), "{text}");
}

#[test]
fn a_cluster_of_nobody_is_an_error_that_names_it() {
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let nobody = format!("127.0.0.1:{port}");
    let reasons = [(nobody.as_str(), "no worker that can take part"), ("localhost", "HOST:PORT")];
    for (workers, reason) in reasons {
        let output = nodes(&["fit", "--data=any.parquet", "--workers", workers]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && errors.contains(reason) && errors.contains(workers), "{errors}");
    }
}

#[test]
fn what_would_fail_again_is_told_at_once() {
    let (whole, broken) = (File::of_rows("whole.parquet"), File::new("nan.parquet"));
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let ctx = SessionContext::new();
        let frame = ctx.read_parquet(whole.path(), ParquetReadOptions::default()).await.unwrap();
        let x1 = when(col("row").eq(lit(70_001)), lit(f64::NAN)).otherwise(col("x1")).unwrap();
        let options = DataFrameWriteOptions::new().with_single_file_output(true);
        frame.with_column("x1", x1).unwrap().write_parquet(broken.path(), options, None).await.unwrap();
    });
    let output = nodes(&["demo", "--components=3", "--data", broken.path()]);
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!output.status.success() && errors.contains("column `x1` is NaN in the row with"), "{errors}");
    assert!(!text.contains("pass"), "a pass ended: {text}");
}

/// A process that ends with the test.
struct Process(Child);

impl Process {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nodes"));
        Self(command.args(arguments).stdout(Stdio::piped()).spawn().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = (self.0.kill(), self.0.wait());
    }
}

/// A worker, and its address.
fn worker() -> (Process, String) {
    let mut child = Process::start(&["worker", "--port=0"]);
    let mut line = String::new();
    BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.strip_prefix("listening at ").unwrap().split(';').next().unwrap();
    (child, address.to_owned())
}

#[cfg(unix)]
#[test]
#[ignore = "it takes the time after which a silent worker counts as dead"]
fn a_worker_that_falls_silent_counts_as_dead() {
    let (file, picture) = (File::of_rows("silent.parquet"), File::new("silent.svg"));
    let [(silent, one), (_other, two)] = [worker(), worker()];
    let workers = format!("--workers={one},{two}");
    let arguments = ["fit", "--components=3", "--tolerance=0", "--iterations=40", "--restarts=1", &workers];
    let files = ["--data", file.path(), "--picture", picture.path()];
    let mut fit = Process::start(&[&arguments[..], &files].concat());
    let mut lines = BufReader::new(fit.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.starts_with("pass   3")));
    // A stopped process keeps its connections, as a machine does that is cut off.
    let stopped = Command::new("kill").args(["-STOP", &silent.0.id().to_string()]).status();
    assert!(stopped.unwrap().success());
    let rest: Vec<String> = lines.collect();
    assert!(fit.0.wait().unwrap().success(), "{rest:?}");
    assert_eq!(rest.iter().filter(|line| line.contains("a query that failed")).count(), 1, "{rest:?}");
}
