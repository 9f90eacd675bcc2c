//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use super::model::Scalar;
use super::sizes::MAX;
use super::structure::Structure;
use super::train::Plan;

pub(crate) const HELP: &str = "\
Writes a mixture as a Rust file with a static model, ready to include!: one that
scikit-learn fitted and sklearn_to_json.py saved, or one fitted here to a table.

cargo run --release --example export -- --sklearn MODEL.json [options]
cargo run --release --example export -- --csv DATA.csv --k N --covariance S [options]

  --sklearn FILE    a GaussianMixture, or a pipeline of StandardScaler and
                    GaussianMixture, over 1 to 8 features with 1 to 8 components
  --csv FILE        one sample a row, 1 to 8 numeric columns; columns of text and
                    columns named meta_... are left out
  --k N             components to fit (1 to 8)
  --covariance S    full, tied, diagonal, tied-diagonal, spherical, tied-spherical,
                    evi, vei or eev (one volume, one shape, or both, as mclust
                    names them)
  --restarts N      fit from so many starts, keep the best (default 20)
  --seed N          of the random numbers (default 1)

  --out FILE        where to write (default: standard output)
  --type T          f32 or f64 (default f32)
  --name NAME       of the static (default MODEL)
  --help            this text

Exit code 0: done; 1: the file could not be written; 2: the arguments or the input
cannot be used.
";

const FLAGS: [&str; 9] =
    ["--sklearn", "--csv", "--k", "--covariance", "--restarts", "--seed", "--out", "--type", "--name"];

/// What a run does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Options {
    pub(crate) input: Input,
    pub(crate) out: Option<PathBuf>,
    pub(crate) scalar: Scalar,
    pub(crate) name: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Input {
    Scikit(PathBuf),
    Csv(PathBuf, Plan),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Request {
    Help,
    Run(Options),
}

/// Reads the arguments after the program's name; `--flag value` and `--flag=value` are the same.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Request, String> {
    let mut given = Given(Vec::new());
    let mut args = args.into_iter();
    while let Some(argument) = args.next() {
        let argument = text(argument)?;
        if matches!(argument.as_str(), "--help" | "-h") {
            return Ok(Request::Help);
        }
        let (flag, attached) = match argument.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        let Some(flag) = FLAGS.into_iter().find(|known| *known == flag) else {
            return Err(format!("unknown argument '{flag}'; --help lists what there is"));
        };
        let value = match attached {
            Some(value) => value,
            None => text(args.next().ok_or_else(|| format!("{flag} needs a value"))?)?,
        };
        if given.take(flag).is_some() {
            return Err(format!("{flag} is given twice"));
        }
        given.0.push((flag, value));
    }
    given.options().map(Request::Run)
}

/// Flags with their values.
struct Given(Vec<(&'static str, String)>);

impl Given {
    fn take(&mut self, flag: &str) -> Option<String> {
        let position = self.0.iter().position(|(given, _)| *given == flag)?;
        Some(self.0.swap_remove(position).1)
    }

    fn options(mut self) -> Result<Options, String> {
        let out = self.take("--out").map(PathBuf::from);
        let scalar = self.take("--type").map_or(Ok(Scalar::F32), |value| scalar(&value))?;
        let name = self.take("--name").map_or(Ok("MODEL".into()), static_name)?;
        let input = match (self.take("--sklearn"), self.take("--csv")) {
            (Some(path), None) => Input::Scikit(path.into()),
            (None, Some(path)) => Input::Csv(path.into(), self.plan()?),
            _ => return Err("give either --sklearn MODEL.json or --csv DATA.csv; --help says more".into()),
        };
        match self.0.first() {
            Some((flag, _)) => Err(format!("{flag} goes with --csv: a scikit-learn model is fitted already")),
            None => Ok(Options { input, out, scalar, name }),
        }
    }

    fn plan(&mut self) -> Result<Plan, String> {
        let k = self.take("--k").ok_or("--csv needs --k N, the number of components")?;
        let structure =
            self.take("--covariance").ok_or_else(|| format!("--csv needs --covariance: {}", known()))?;
        let number = |flag, value: Option<String>, least, most, default| match value {
            Some(value) => number(flag, &value, least, most),
            None => Ok(default),
        };
        Ok(Plan {
            k: self::number("--k", &k, 1, MAX as u64)? as usize,
            structure: Structure::from_flag(&structure)
                .ok_or_else(|| format!("--covariance takes {}, not '{structure}'", known()))?,
            restarts: number("--restarts", self.take("--restarts"), 1, 100_000, 20)? as u32,
            seed: number("--seed", self.take("--seed"), 0, u64::MAX, 1)?,
        })
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

fn known() -> String {
    format!("one of {}", Structure::ALL.map(Structure::flag).join(", "))
}

fn scalar(value: &str) -> Result<Scalar, String> {
    match value {
        "f32" => Ok(Scalar::F32),
        "f64" => Ok(Scalar::F64),
        _ => Err(format!("--type takes f32 or f64, not '{value}'")),
    }
}

/// Capitals, as statics are written: no keyword is, and the test module's name is the same in small letters.
fn static_name(name: String) -> Result<String, String> {
    let follows = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(follows) {
        Ok(name)
    } else {
        Err(format!("--name takes a name in capitals (A-Z, 0-9 and _, a letter first), not '{name}'"))
    }
}
