//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::structure::Structure;

/// The largest number of components and of features for which the example holds compiled code.
pub(crate) const MAX_K: usize = 6;
pub(crate) const MAX_D: usize = 8;

pub(crate) const HELP: &str = "\
Fits Gaussian mixtures to a table of numbers, by default Old Faithful's eruptions:
every covariance structure with 1 to 6 components, each from many starts. BIC
chooses; the table, the chosen model and pictures of it are the output.

cargo run --release --example faithful -- [options]

  --data FILE.csv   your own data: one sample a row, 1 to 8 numeric columns; columns
                    of text and columns named meta_... are left out
  --k N             only N components (1 to 6)
  --covariance S    only the structure S: full, tied, diagonal, tied-diagonal,
                    spherical or tied-spherical
  --out DIR         where the pictures go (default faithful-output)
  --restarts N      starts for each fit (default 24)
  --seed N          of the random numbers (default 1)
  --help            this text

Exit code 0: done; 1: the pictures could not be written; 2: the arguments or the
data cannot be used.
";

/// What a run does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Options {
    pub(crate) data: Option<PathBuf>,
    pub(crate) k: Option<usize>,
    pub(crate) covariance: Option<Structure>,
    pub(crate) out: PathBuf,
    pub(crate) restarts: u32,
    pub(crate) seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        let out = PathBuf::from("faithful-output");
        Self { data: None, k: None, covariance: None, out, restarts: 24, seed: 1 }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Request {
    Help,
    Run(Options),
}

/// Reads the arguments after the program's name; `--flag value` and `--flag=value` are the same.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Request, String> {
    let mut options = Options::default();
    let mut seen = Vec::new();
    let mut args = args.into_iter();
    while let Some(argument) = args.next() {
        let argument = text(argument)?;
        if matches!(argument.as_str(), "--help" | "-h") {
            return Ok(Request::Help);
        }
        let (flag, attached) = match argument.split_once('=') {
            Some((flag, value)) => (flag.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        if !["--data", "--k", "--covariance", "--out", "--restarts", "--seed"].contains(&flag.as_str()) {
            return Err(format!("unknown argument '{flag}'; --help lists what there is"));
        }
        if seen.contains(&flag) {
            return Err(format!("{flag} is given twice"));
        }
        let value = match attached {
            Some(value) => value,
            None => text(args.next().ok_or_else(|| format!("{flag} needs a value"))?)?,
        };
        options.set(&flag, &value)?;
        seen.push(flag);
    }
    Ok(Request::Run(options))
}

impl Options {
    fn set(&mut self, flag: &str, value: &str) -> Result<(), String> {
        match flag {
            "--data" => self.data = Some(PathBuf::from(value)),
            "--out" => self.out = PathBuf::from(value),
            "--k" => self.k = Some(number(flag, value, 1, MAX_K as u64)? as usize),
            "--restarts" => self.restarts = number(flag, value, 1, 100_000)? as u32,
            "--seed" => self.seed = number(flag, value, 0, u64::MAX)?,
            _ => {
                let structure = Structure::from_flag(value);
                self.covariance = Some(structure.ok_or_else(|| unknown_structure(value))?);
            }
        }
        Ok(())
    }
}

fn text(argument: OsString) -> Result<String, String> {
    argument.into_string().map_err(|a| format!("argument '{}' is not valid UTF-8", a.display()))
}

fn number(flag: &str, value: &str, least: u64, most: u64) -> Result<u64, String> {
    match value.parse() {
        Ok(n) if (least..=most).contains(&n) => Ok(n),
        _ => Err(format!("{flag} takes a whole number from {least} to {most}, not '{value}'")),
    }
}

fn unknown_structure(value: &str) -> String {
    let known = Structure::ALL.map(Structure::flag).join(", ");
    format!("--covariance takes one of {known}, not '{value}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Request, String> {
        parse(arguments.iter().map(OsString::from))
    }

    fn refusal(arguments: &[&str]) -> String {
        parsed(arguments).expect_err("should be refused")
    }

    #[test]
    fn no_argument_means_the_defaults() {
        assert_eq!(parsed(&[]), Ok(Request::Run(Options::default())));
    }

    #[test]
    fn both_spellings_of_every_flag_are_read() {
        let spaced = "--data a.csv --k 3 --covariance tied-diagonal --out o --restarts 7 --seed 9";
        let expected = Options {
            data: Some("a.csv".into()),
            k: Some(3),
            covariance: Some(Structure::TiedDiagonal),
            out: "o".into(),
            restarts: 7,
            seed: 9,
        };
        let words: Vec<&str> = spaced.split(' ').collect();
        assert_eq!(parsed(&words), Ok(Request::Run(expected.clone())));
        let joined: Vec<String> = words.chunks(2).map(|pair| pair.join("=")).collect();
        let joined: Vec<&str> = joined.iter().map(String::as_str).collect();
        assert_eq!(parsed(&joined), Ok(Request::Run(expected)));
    }

    #[test]
    fn every_structure_is_known_by_its_flag() {
        for structure in Structure::ALL {
            assert_eq!(Structure::from_flag(structure.flag()), Some(structure));
        }
    }

    #[test]
    fn help_wins_over_what_follows() {
        assert_eq!(parsed(&["--help", "--nonsense"]), Ok(Request::Help));
    }

    #[test]
    fn refusals_name_the_argument() {
        assert!(refusal(&["--kk", "3"]).contains("'--kk'"));
        assert!(refusal(&["data.csv"]).contains("'data.csv'"));
        assert!(refusal(&["--k"]).contains("--k needs a value"));
        assert!(refusal(&["--k", "7"]).contains("from 1 to 6, not '7'"));
        assert!(refusal(&["--k", "0"]).contains("not '0'"));
        assert!(refusal(&["--k", "two"]).contains("not 'two'"));
        assert!(refusal(&["--k", "-1"]).contains("not '-1'"));
        assert!(refusal(&["--restarts", "0"]).contains("--restarts"));
        assert!(refusal(&["--covariance", "round"]).contains("tied-spherical, not 'round'"));
        assert!(refusal(&["--k", "2", "--k=3"]).contains("twice"));
    }
}
