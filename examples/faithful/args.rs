//! The command line.

use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

use crate::csv::Choice;
use crate::csv::number::Decimal;
use crate::structure::Structure;

/// The largest numbers of components and of features for which there is compiled code.
pub(crate) const MAX_K: usize = 12;
pub(crate) const MAX_D: usize = if cfg!(feature = "wide-tables") { 16 } else { 8 };

pub(crate) const HELP: &str = "\
Fits Gaussian mixtures to a table of numbers, by default Old Faithful's eruptions:
every covariance structure with 1 to 6 components, each from many starts. BIC
chooses; the table, the chosen model and pictures of it are the output.

cargo run --release --example faithful -- [options]

Data
  --data FILE.csv   your own data: one sample a row, 1 to 8 columns of numbers;
                    columns of text and columns named meta_... are left out
  --columns A,B,C   only these columns, by name or by number from 1
  --drop-missing    leave out rows in which a value is missing, NaN or infinite
  --decimal MARK    point or comma, where the numbers do not say which
Models
  --k N             only N components (1 to 12), or a range of them: 2-9
  --covariance S    only the structure S: full, tied, diagonal, tied-diagonal,
                    spherical or tied-spherical
  --restarts N      starts for each fit (default 24)
  --search-rows N   of a larger table, search on N rows drawn at random and finish
                    the best fits on all (default 2000; 0: always on all rows)
  --seed N          of the random numbers (default 1)
Output
  --out DIR         where the pictures go (default faithful-output)
  --png             pictures as PNG too; needs rsvg-convert, resvg or inkscape
  --assign OUT.csv  for every row its line, its component as numbered in the output,
                    its log-density and the probability of each component
  --model OUT.json  the chosen model
  --score IN.json   fit nothing: what this model says of --data, for --assign
  --help            this text

More is compiled with more features (--features wide-tables,serde after `cargo run`):
  wide-tables       up to 16 columns; --covariance evi, vei, eev, vee, vev, evv, vve,
                    eve (tried by default)
  serde             --model and --score
  simd, rayon       faster on large tables

Exit code 0: done; 1: the output could not be written; 2: the arguments or the data
cannot be used.
";

/// What a run does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Options {
    pub(crate) data: Option<PathBuf>,
    pub(crate) choice: Choice,
    pub(crate) ks: RangeInclusive<usize>,
    pub(crate) covariance: Option<Structure>,
    pub(crate) restarts: u32,
    /// 0: the search looks at all rows.
    pub(crate) search_rows: usize,
    pub(crate) seed: u64,
    pub(crate) out: PathBuf,
    pub(crate) png: bool,
    pub(crate) assign: Option<PathBuf>,
    pub(crate) model: Option<PathBuf>,
    pub(crate) score: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            data: None,
            choice: Choice::default(),
            ks: 1..=6,
            covariance: None,
            restarts: 24,
            search_rows: 2000,
            seed: 1,
            out: "faithful-output".into(),
            png: false,
            assign: None,
            model: None,
            score: None,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Request {
    Help,
    Run(Box<Options>),
}

/// Reads the arguments after the program's name; `--flag value` and `--flag=value` are the same.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Request, String> {
    let mut options = Options::default();
    let mut seen = Vec::new();
    let mut parser = Parser::from_args(args);
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        let flag = match argument {
            Arg::Short('h') => "help".into(),
            Arg::Long(flag) => flag.to_owned(),
            Arg::Short(letter) => return Err(unknown(&format!("-{letter}"))),
            Arg::Value(value) => return Err(unknown(&value.to_string_lossy())),
        };
        if flag == "help" {
            return Ok(Request::Help);
        }
        options.set(&flag, &mut parser)?;
        if seen.contains(&flag) {
            return Err(format!("--{flag} is given twice"));
        }
        seen.push(flag);
    }
    options.check()?;
    Ok(Request::Run(Box::new(options)))
}

fn unknown(argument: &str) -> String {
    format!("unknown argument '{argument}'; --help lists what there is")
}

impl Options {
    fn set(&mut self, flag: &str, parser: &mut Parser) -> Result<(), String> {
        match flag {
            "png" => self.png = true,
            "drop-missing" => self.choice.drop_missing = true,
            "data" => self.data = Some(path(flag, parser)?),
            "out" => self.out = path(flag, parser)?,
            "assign" => self.assign = Some(path(flag, parser)?),
            "model" => self.model = Some(path(flag, parser)?),
            "score" => self.score = Some(path(flag, parser)?),
            "columns" => self.choice.columns = Some(columns(&value(flag, parser)?)?),
            "decimal" => self.choice.decimal = Some(decimal(&value(flag, parser)?)?),
            "k" => self.ks = components(&value(flag, parser)?)?,
            "restarts" => self.restarts = number(flag, &value(flag, parser)?, 1, 100_000)? as u32,
            "search-rows" => {
                self.search_rows = number(flag, &value(flag, parser)?, 0, 1 << 32)? as usize;
            }
            "seed" => self.seed = number(flag, &value(flag, parser)?, 0, u64::MAX)?,
            "covariance" => self.covariance = Some(structure(&value(flag, parser)?)?),
            _ => return Err(unknown(&format!("--{flag}"))),
        }
        Ok(())
    }

    fn check(&self) -> Result<(), String> {
        for (flag, given) in [("model", &self.model), ("score", &self.score)] {
            if given.is_some() && !cfg!(feature = "serde") {
                return Err(format!("--{flag} needs a build with --features serde"));
            }
        }
        if self.score.is_some() && (self.data.is_none() || self.model.is_some()) {
            return Err("--score needs --data, and no --model".into());
        }
        Ok(())
    }
}

fn value(flag: &str, parser: &mut Parser) -> Result<String, String> {
    let value = parser.value().map_err(|_| format!("--{flag} needs a value"))?;
    value.string().map_err(|error| error.to_string())
}

fn path(flag: &str, parser: &mut Parser) -> Result<PathBuf, String> {
    parser.value().map(PathBuf::from).map_err(|_| format!("--{flag} needs a value"))
}

fn number(flag: &str, value: &str, least: u64, most: u64) -> Result<u64, String> {
    match value.parse() {
        Ok(n) if (least..=most).contains(&n) => Ok(n),
        _ => Err(format!("--{flag} takes a whole number from {least} to {most}, not '{value}'")),
    }
}

fn components(value: &str) -> Result<RangeInclusive<usize>, String> {
    let bound = |text: &str| text.parse().ok().filter(|k| (1..=MAX_K).contains(k));
    let (least, most) = value.split_once('-').unwrap_or((value, value));
    match (bound(least), bound(most)) {
        (Some(least), Some(most)) if least <= most => Ok(least..=most),
        _ => Err(format!(
            "--k takes a whole number from 1 to {MAX_K} or a range of them such as 2-9, not '{value}'"
        )),
    }
}

fn columns(value: &str) -> Result<Vec<String>, String> {
    let columns: Vec<String> = value.split(',').map(|name| name.trim().to_owned()).collect();
    if columns.iter().any(String::is_empty) {
        return Err(format!("--columns takes names or numbers with commas between them, not '{value}'"));
    }
    Ok(columns)
}

fn decimal(value: &str) -> Result<Decimal, String> {
    match value {
        "point" => Ok(Decimal::Point),
        "comma" => Ok(Decimal::Comma),
        _ => Err(format!("--decimal takes point or comma, not '{value}'")),
    }
}

fn structure(value: &str) -> Result<Structure, String> {
    Structure::from_flag(value).ok_or_else(|| {
        let known: Vec<&str> = Structure::ALL.iter().map(|s| s.flag()).collect();
        let mut message = format!("--covariance takes one of {}, not '{value}'", known.join(", "));
        let coupled = ["evi", "vei", "eev", "vee", "vev", "evv", "vve", "eve"];
        if coupled.contains(&value.to_lowercase().as_str()) {
            message += "; that one needs a build with --features wide-tables";
        }
        message
    })
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
        assert_eq!(parsed(&[]), Ok(Request::Run(Options::default().into())));
    }

    #[test]
    fn both_spellings_of_every_flag_are_read() {
        let spaced = "--data a.csv --k 3 --covariance tied-diagonal --out o --restarts 7 --seed 9 --columns x,2 \
                      --decimal comma --search-rows 0 --assign b.csv";
        let expected = Options {
            data: Some("a.csv".into()),
            choice: Choice {
                columns: Some(vec!["x".into(), "2".into()]),
                drop_missing: false,
                decimal: Some(Decimal::Comma),
            },
            ks: 3..=3,
            covariance: Some(Structure::TiedDiagonal),
            out: "o".into(),
            restarts: 7,
            search_rows: 0,
            seed: 9,
            assign: Some("b.csv".into()),
            ..Options::default()
        };
        let words: Vec<&str> = spaced.split_whitespace().collect();
        assert_eq!(parsed(&words), Ok(Request::Run(expected.clone().into())));
        let joined: Vec<String> = words.chunks(2).map(|pair| pair.join("=")).collect();
        let joined: Vec<&str> = joined.iter().map(String::as_str).collect();
        assert_eq!(parsed(&joined), Ok(Request::Run(expected.into())));
    }

    #[test]
    fn flags_without_a_value_and_ranges_of_components() {
        let Ok(Request::Run(options)) = parsed(&["--png", "--drop-missing", "--k", "2-9"]) else {
            unreachable!("these are good")
        };
        assert!(options.png && options.choice.drop_missing && options.ks == (2..=9));
        assert!(refusal(&["--png=yes"]).contains("--png"));
    }

    #[test]
    fn every_structure_is_known_by_its_flag() {
        for structure in Structure::ALL {
            assert_eq!(Structure::from_flag(structure.flag()), Some(*structure));
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
        assert!(refusal(&["--k", "13"]).contains("from 1 to 12 or a range of them such as 2-9, not '13'"));
        assert!(refusal(&["--k", "0"]).contains("not '0'"));
        assert!(refusal(&["--k", "two"]).contains("not 'two'"));
        assert!(refusal(&["--k=-1"]).contains("not '-1'"));
        assert!(refusal(&["--k", "4-2"]).contains("not '4-2'"));
        assert!(refusal(&["--restarts", "0"]).contains("--restarts"));
        assert!(refusal(&["--covariance", "round"]).contains("not 'round'"));
        assert!(refusal(&["--columns", "a,,b"]).contains("'a,,b'"));
        assert!(refusal(&["--decimal", "dot"]).contains("'dot'"));
        assert!(refusal(&["--k", "2", "--k=3"]).contains("twice"));
        assert!(refusal(&["--score", "m.json"]).contains("--score needs"));
    }

    #[cfg(not(feature = "serde"))]
    #[test]
    fn what_is_not_built_in_says_how_to_build_it() {
        assert!(refusal(&["--model", "m.json"]).contains("--features serde"));
    }

    #[cfg(not(feature = "wide-tables"))]
    #[test]
    fn other_structures_say_how_to_build_them() {
        for name in ["eev", "VEI"] {
            assert!(refusal(&["--covariance", name]).contains("--features wide-tables"));
        }
    }
}
