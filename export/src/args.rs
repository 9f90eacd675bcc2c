//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

use crate::number::Scalar;

pub const HELP: &str = "\
Writes a mixture as a Rust file with a static model, ready to include!. The mixture
may have any number of features and components.

gaussmix-export --model MODEL.json [options]
gaussmix-export --sklearn MODEL.json [options]

  --model FILE      JSON as gaussmix writes it with its feature serde, or by hand:
                    covariance_type, weights, means and covariances
                    (EVI, VEI, EEV and the like only with their bits)
  --sklearn FILE    JSON of sklearn_to_json.py: a GaussianMixture or
                    BayesianGaussianMixture, alone or at the end of a pipeline of
                    StandardScaler, MinMaxScaler, MaxAbsScaler and RobustScaler

  --fixed           in integers, for processors without an FPU: a FixedGmm that
                    scores raw i16 readings, with a bound on its error
  --scale S,...     what one unit of a reading is worth: one number, or one for
                    each feature (default 1)
  --offset O,...    what the reading 0 is worth (default 0)

  --out FILE        where to write (default: standard output)
  --type T          f32 or f64 (default f32; with --fixed, of the numbers that
                    become integers, f64)
  --name NAME       of the static (default MODEL)
  --help            this text

Exit code 0: done; 1: the file could not be written; 2: the arguments or the input
cannot be used.
";

/// What a run does.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    pub input: Input,
    pub out: Option<PathBuf>,
    pub scalar: Scalar,
    pub name: String,
    /// In integers: scale and offset of the readings.
    pub fixed: Option<(Vec<f64>, Vec<f64>)>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    Model(PathBuf),
    Scikit(PathBuf),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    Help,
    Run(Options),
}

/// Reads the arguments after the program's name.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Request, String> {
    read(Parser::from_args(args)).map_err(|error| format!("{error}; --help lists what there is"))
}

fn read(mut parser: Parser) -> Result<Request, lexopt::Error> {
    let (mut input, mut out, mut scalar, mut name) = (None, None, None, None);
    let (mut fixed, mut scale, mut offset) = (None, None, None);
    while let Some(argument) = parser.next()? {
        let twice = match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Request::Help),
            Arg::Long("model") => input.replace(Input::Model(parser.value()?.into())).is_some(),
            Arg::Long("sklearn") => input.replace(Input::Scikit(parser.value()?.into())).is_some(),
            Arg::Long("out") => out.replace(PathBuf::from(parser.value()?)).is_some(),
            Arg::Long("type") => scalar.replace(parser.value()?.parse_with(self::scalar)?).is_some(),
            Arg::Long("name") => name.replace(parser.value()?.parse_with(static_name)?).is_some(),
            Arg::Long("fixed") => fixed.replace(()).is_some(),
            Arg::Long("scale") => scale.replace(parser.value()?.parse_with(numbers)?).is_some(),
            Arg::Long("offset") => offset.replace(parser.value()?.parse_with(numbers)?).is_some(),
            other => return Err(other.unexpected()),
        };
        if twice {
            return Err("an option is given twice, or --model and --sklearn together".into());
        }
    }
    let input = input.ok_or("give either --model MODEL.json or --sklearn MODEL.json")?;
    if fixed.is_none() && (scale.is_some() || offset.is_some()) {
        return Err("--scale and --offset are those of the readings of --fixed".into());
    }
    let usual = if fixed.is_some() { Scalar::F64 } else { Scalar::F32 };
    let fixed = fixed.map(|()| (scale.unwrap_or_else(|| vec![1.0]), offset.unwrap_or_else(|| vec![0.0])));
    let (scalar, name) = (scalar.unwrap_or(usual), name.unwrap_or_else(|| "MODEL".into()));
    Ok(Request::Run(Options { input, out, scalar, name, fixed }))
}

fn numbers(value: &str) -> Result<Vec<f64>, String> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|v| v.is_finite());
    value.split(',').map(|text| number(text).ok_or_else(|| format!("'{text}' is no number"))).collect()
}

fn scalar(value: &str) -> Result<Scalar, String> {
    match value {
        "f32" => Ok(Scalar::F32),
        "f64" => Ok(Scalar::F64),
        _ => Err("--type takes f32 or f64".into()),
    }
}

/// Capitals, as statics are written: no keyword is, and the test module's name is the same in small letters.
fn static_name(name: &str) -> Result<String, String> {
    let follows = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(follows) {
        Ok(name.into())
    } else {
        Err("--name takes a name in capitals: A-Z, 0-9 and _, a letter first".into())
    }
}
