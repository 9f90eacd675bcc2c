//! Old Faithful, or any small table of numbers: which covariance structure and how many components describe it?
//!
//! Fits every structure with 1 to 6 components from many starts, lets BIC choose among the healthy fits, prints the
//! table and the chosen model, and draws it. `--help` lists the options; `--data FILE.csv` takes other data.
//!
//! The library's numbers of features are types. A program that learns them while it runs matches over those that it
//! wants to serve and turns the result into plain vectors; `fit.rs` is the whole of that. The number of components is
//! chosen while the program runs: a model has room for six, and slots that it does not use are dead.

// A program for hosts need not spell out which part of std a name comes from; a test that cannot go on should stop.
#![allow(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]
#![cfg_attr(test, allow(clippy::expect_used))]

mod args;
mod csv;
mod dataset;
mod fit;
mod pictures;
mod progress;
mod report;
#[cfg(test)]
mod rules;
mod search;
mod structure;

use std::io::{ErrorKind, Write as _, stdout};
use std::process::ExitCode;

use args::{MAX_K, Options, Request};
use dataset::Dataset;
use fit::Job;
use gaussmix::Error;
use search::Row;
use structure::Structure;

/// Why a run ends early, and the exit code that says so.
struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// The arguments or the data cannot be used.
    fn input(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into() }
    }

    /// The results cannot be written.
    fn output(message: impl Into<String>) -> Self {
        Self { code: 1, message: message.into() }
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, message }) => {
            eprintln!("faithful: {message}");
            ExitCode::from(code)
        }
    }
}

fn run() -> Result<(), Failure> {
    let options = match args::parse(std::env::args_os().skip(1)).map_err(Failure::input)? {
        Request::Help => return print(args::HELP),
        Request::Run(options) => options,
    };
    let dataset = Dataset::load(options.data.as_deref()).map_err(Failure::input)?;
    print(&report::data(&dataset))?;
    if let Some(name) = dataset.table.constant_column() {
        return Err(Failure::input(format!(
            "column '{name}' does not vary, so no density can be estimated; leave it out"
        )));
    }
    let rows = search::run(&jobs(&options, &dataset), &dataset.table);
    if let Some(message) = rows.iter().find_map(|(_, result)| unusable_data(&dataset, result.as_ref().err()?))
    {
        return Err(Failure::input(message));
    }
    let chosen = search::choose(&rows).ok_or_else(|| Failure::input(no_fit(&rows)))?;
    print(&report::table(&rows, chosen))?;
    print(&report::model(&dataset.table.names, chosen))?;
    let paths = pictures::draw(&dataset, &rows, chosen, &options.out).map_err(Failure::output)?;
    print(&report::pictures(&paths))
}

/// Every structure and number of components that was asked for.
fn jobs(options: &Options, dataset: &Dataset) -> Vec<Job> {
    let structures = match &options.covariance {
        Some(structure) => std::slice::from_ref(structure),
        None => Structure::distinct(dataset.table.features()),
    };
    let ks = options.k.map_or(1..=MAX_K, |k| k..=k);
    let job = |structure, k| Job { structure, k, restarts: options.restarts, seed: options.seed };
    structures.iter().flat_map(|&s| ks.clone().map(move |k| job(s, k))).collect()
}

/// What is wrong with the data, if a fit was refused for that.
fn unusable_data(dataset: &Dataset, error: &Error) -> Option<String> {
    let table = &dataset.table;
    match *error {
        Error::OutOfRange { sample } => {
            let line = table.lines[sample as usize];
            Some(format!("line {line}: the values are too large to be squared; change the unit"))
        }
        _ => None,
    }
}

fn no_fit(rows: &[Row]) -> String {
    let reason = rows.iter().find_map(|(_, result)| result.as_ref().err());
    reason.map_or("nothing to fit".into(), |error| format!("no fit succeeded: {error}"))
}

/// Writes to stdout; a reader that has seen enough (`| head`) is no failure.
fn print(text: &str) -> Result<(), Failure> {
    match stdout().write_all(text.as_bytes()).and_then(|()| stdout().flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::output(error.to_string())),
        _ => Ok(()),
    }
}
