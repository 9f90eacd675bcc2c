//! From a laptop to flash: writes a mixture that was fitted elsewhere as a Rust file with a `static` model.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use gaussmix_export::args::{self, Input, Options, Request};
use gaussmix_export::fixed::Fixed;
use gaussmix_export::source::Source;
use gaussmix_export::{readable, scikit};

/// Why nothing was written.
enum Failure {
    /// The arguments or the input cannot be used.
    Input(String),
    /// The result cannot be written.
    Output(String),
}

fn main() -> ExitCode {
    let done = match args::parse(std::env::args_os().skip(1)) {
        Ok(Request::Help) => {
            print!("{}", args::HELP);
            Ok(())
        }
        Ok(Request::Run(options)) => run(&options),
        Err(message) => Err(Failure::Input(message)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Input(message)) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
        Err(Failure::Output(message)) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Writes the file, or standard output if none is named; notes go to standard error.
fn run(options: &Options) -> Result<(), Failure> {
    let source = export(options).map_err(Failure::Input)?;
    for note in &source.notes {
        eprintln!("note: {note}");
    }
    match &options.out {
        None => print!("{}", source.text()),
        Some(path) => fs::write(path, source.text())
            .map_err(|error| Failure::Output(format!("{}: {error}", path.display())))?,
    }
    Ok(())
}

/// The model as Rust source.
fn export(options: &Options) -> Result<Source, String> {
    let (path, made) = match &options.input {
        Input::Model(path) => (path, read(path).and_then(|text| readable::export(&text, options.scalar))),
        Input::Scikit(path) => (path, read(path).and_then(|text| scikit::export(&text, options.scalar))),
    };
    let made = made.map_err(|message| format!("{}: {message}", path.display()))?;
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let fixed = options.fixed.as_ref().map(|(scale, offset)| Fixed::new(&made.model, scale, offset));
    let fixed = fixed.transpose().map_err(|message| format!("{}: {message}", path.display()))?;
    Ok(Source::new(file, options.name.clone(), made).with_fixed(fixed))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| error.to_string())
}
