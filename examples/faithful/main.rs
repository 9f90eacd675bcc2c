//! Old Faithful, or any table of numbers: which covariance structure and how many components describe it?
//!
//! Fits every structure with 1 to 6 components from many starts, lets BIC choose among the healthy fits, prints the
//! table and the chosen model, and draws it. `--help` lists the options; `--data FILE.csv` takes other data.
//!
//! The library's number of features is a type. `sizes.rs` finds the type of a table with `select::visit_size`, which is
//! made for that, and `fit.rs` turns what comes out into plain vectors. The number of components is chosen while the
//! program runs: a model has room for twelve, and slots that it does not use are dead.
//!
//! `Fitting::select` would choose the number of components in one call. Here each number is a job of its own, so that
//! all cores have work, and each restart draws its start here, so that its kind is known to the pictures.

// A program for hosts need not spell out which part of std a name comes from; a test that cannot go on should stop.
#![allow(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]
#![cfg_attr(test, allow(clippy::expect_used))]

mod advice;
mod args;
#[cfg(test)]
mod awkward;
mod csv;
mod dataset;
mod fit;
#[cfg(test)]
mod fuzz;
#[cfg(feature = "serde")]
mod json;
mod model;
mod pictures;
mod progress;
mod report;
#[cfg(test)]
mod rules;
mod scores;
mod search;
mod sizes;
mod structure;
mod text;

use std::io::{ErrorKind, Write as _, stdout};
use std::path::Path;
use std::process::ExitCode;

use args::{Options, Request};
use dataset::Dataset;
use fit::{Data, Fitted, Job};
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
    let renderer = if options.png { Some(pictures::png::renderer().map_err(Failure::input)?) } else { None };
    let dataset = Dataset::load(options.data.as_deref(), &options.choice).map_err(Failure::input)?;
    if let Some(path) = &options.score {
        return score(path, &options, &dataset);
    }
    let sample = dataset.sample(options.search_rows, options.seed);
    print(&report::data(&dataset, sample.as_ref().map(|values| values.len() / dataset.units.len())))?;
    let data = Data { all: &dataset.table.values, sample: sample.as_deref(), units: &dataset.units };
    let rows = search::run(&jobs(&options, &dataset), &data);
    if let Some(message) = rows.iter().find_map(|(_, result)| unusable_data(&dataset, result.as_ref().err()?))
    {
        return Err(Failure::input(message));
    }
    let chosen = search::choose(&rows).ok_or_else(|| Failure::input(no_fit(&rows)))?;
    print(&report::table(&rows, chosen))?;
    print(&report::verdict(&rows, chosen, &dataset.warnings))?;
    print(&report::model(&dataset.table.names, &rows, chosen))?;
    save(&options, &dataset, chosen)?;
    let mut drawn = pictures::draw(&dataset, &rows, chosen, &options.out).map_err(Failure::output)?;
    if let Some(renderer) = renderer {
        for picture in &mut drawn {
            picture.path = pictures::png::draw(renderer, &picture.path).map_err(Failure::output)?;
        }
    }
    print(&report::pictures(&drawn))
}

/// Writes the files that were asked for.
fn save(options: &Options, dataset: &Dataset, chosen: &Fitted) -> Result<(), Failure> {
    if let Some(path) = &options.assign {
        assign(path, dataset, &*chosen.model, chosen.job.k)?;
    }
    #[cfg(feature = "serde")]
    if let Some(path) = &options.model {
        let json = chosen.model.json().map_err(Failure::output)?;
        std::fs::write(path, json + "\n")
            .map_err(|error| Failure::output(format!("cannot write {}: {error}", path.display())))?;
        print(&format!("\nthe model: {}\n", path.display()))?;
    }
    Ok(())
}

fn assign(path: &Path, dataset: &Dataset, model: &dyn model::Model, k: usize) -> Result<(), Failure> {
    scores::write(path, &dataset.table, model, k).map_err(Failure::output)?;
    print(&format!("\nthe component of each row: {}\n", path.display()))
}

/// What a model that was stored says of the table.
#[cfg(feature = "serde")]
fn score(path: &Path, options: &Options, dataset: &Dataset) -> Result<(), Failure> {
    let shown = path.display();
    let read = std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read {shown}: {error}"))
        .and_then(|text| {
            json::read(&text, dataset.table.features()).map_err(|problem| format!("{shown}: {problem}"))
        })
        .map_err(Failure::input)?;
    print(&format!("{shown}: {}, K = {}\n", read.structure.name(), read.k))?;
    print(&scores::summary(&dataset.table, &*read.model, read.k))?;
    match &options.assign {
        Some(out) => assign(out, dataset, &*read.model, read.k),
        None => Ok(()),
    }
}

#[cfg(not(feature = "serde"))]
fn score(_: &Path, _: &Options, _: &Dataset) -> Result<(), Failure> {
    // The arguments were refused before.
    Err(Failure::input("--score needs a build with --features serde"))
}

/// Every structure and number of components that was asked for.
fn jobs(options: &Options, dataset: &Dataset) -> Vec<Job> {
    let structures = match &options.covariance {
        Some(structure) => std::slice::from_ref(structure),
        None => Structure::distinct(dataset.table.features()),
    };
    let job = |structure, k| Job { structure, k, restarts: options.restarts, seed: options.seed };
    structures.iter().flat_map(|&s| options.ks.clone().map(move |k| job(s, k))).collect()
}

/// What is wrong with the data, if a fit was refused for that.
fn unusable_data(dataset: &Dataset, error: &Error) -> Option<String> {
    let table = &dataset.table;
    match *error {
        Error::OutOfRange { sample } => {
            let line = table.lines.get(sample as usize)?;
            let largest = |row: &[f64]| (0..row.len()).max_by(|a, b| row[*a].abs().total_cmp(&row[*b].abs()));
            let column = &table.names[table.rows().nth(sample as usize).and_then(largest)?];
            Some(format!("line {line}, column '{column}': too large to be squared; change the unit"))
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
