//! The options of the command line.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use gaussmix::Em;
use gaussmix_datafusion::driver::{Options, Retries, Start};
use gaussmix_datafusion::models::Structure;
use lexopt::{Arg, Parser, ValueExt};

/// What `--help` says of the options that all programs have.
pub const HELP: &str = "\
  --data FILE         a Parquet file, or a folder of them; without it, one is made
  --made FILE         where that goes [gaussmix-cluster.parquet in the folder of temporary files]
  --features A,B,C    the columns that are features [x1,x2,x3 of the file that is made]
  --weight NAME       the column of weights
  --row NAME          the column that numbers all rows from 0: the same bits in any partitioning
  --missing           NULL features are missing, and no error
  --rows N            rows of the file that is made [1000000]
  --components N      K [4]
  --diagonal          diagonal covariances, not full ones
  --restarts N        starts on a sample; the best fit wins [10]
  --tolerance X       of ℓ/n, when a fit has arrived [1e-6]
  --iterations N      M-steps at most [1000]
  --accelerate        extrapolate, where EM is slow
  --checkpoint FILE   keep all that was found; go on from there if the file exists
  --partitions N      tasks of a query, on a cluster of each worker: as many as it has cores [the cores of this machine]
  --picture FILE      where the picture goes [cluster.svg]
";

/// The options.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// The user's data.
    pub data: Option<PathBuf>,
    /// Where data that are made go.
    pub made: PathBuf,
    /// The names of the features.
    pub features: Vec<String>,
    /// The column of weights.
    pub weight: Option<String>,
    /// The column of row numbers.
    pub row: Option<String>,
    /// Whether NULL is a missing feature.
    pub is_missing: bool,
    /// Rows to make.
    pub rows: u64,
    /// K
    pub components: usize,
    /// The form of covariances.
    pub structure: Structure,
    /// Starts.
    pub restarts: u32,
    /// The tolerance of the fit.
    pub tolerance: Option<f64>,
    /// The cap on M-steps.
    pub iterations: u32,
    /// Whether to extrapolate.
    pub is_accelerated: bool,
    /// The checkpoint.
    pub checkpoint: Option<PathBuf>,
    /// Tasks of a query.
    pub partitions: Option<usize>,
    /// Where the picture goes.
    pub picture: PathBuf,
}

/// An argument of one program only.
#[derive(Clone, Debug)]
pub enum Other {
    /// `--name`
    Long(String),
    /// A word without dashes.
    Value(OsString),
}

impl Other {
    /// The error for an argument that nobody knows.
    #[must_use]
    pub fn unexpected(&self) -> lexopt::Error {
        match self {
            Self::Long(name) => format!("there is no option --{name}").into(),
            Self::Value(value) => format!("what is `{}`?", value.to_string_lossy()).into(),
        }
    }
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            data: None,
            made: std::env::temp_dir().join("gaussmix-cluster.parquet"),
            features: ["x1", "x2", "x3"].map(str::to_owned).to_vec(),
            weight: None,
            row: None,
            is_missing: false,
            rows: 1_000_000,
            components: 4,
            structure: Structure::Full,
            restarts: 10,
            tolerance: None,
            iterations: 1000,
            is_accelerated: false,
            checkpoint: None,
            partitions: None,
            picture: PathBuf::from("cluster.svg"),
        }
    }
}

impl Arguments {
    /// Reads arguments; `other` gets what is not among those above, and a function for its value.
    ///
    /// # Errors
    /// A sentence about the argument.
    pub fn read(
        arguments: impl IntoIterator<Item = OsString>,
        mut other: impl FnMut(Other, &mut Parser) -> Result<(), lexopt::Error>,
    ) -> Result<Self, lexopt::Error> {
        let mut parser = Parser::from_args(arguments);
        let mut read = Self::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("data") => read.data = Some(parser.value()?.into()),
                Arg::Long("made") => read.made = parser.value()?.into(),
                Arg::Long("features") => {
                    read.features = parser.value()?.string()?.split(',').map(str::to_owned).collect();
                }
                Arg::Long("weight") => read.weight = Some(parser.value()?.string()?),
                Arg::Long("row") => read.row = Some(parser.value()?.string()?),
                Arg::Long("missing") => read.is_missing = true,
                Arg::Long("rows") => read.rows = parser.value()?.parse()?,
                Arg::Long("components") => read.components = parser.value()?.parse()?,
                Arg::Long("diagonal") => read.structure = Structure::Diagonal,
                Arg::Long("restarts") => read.restarts = parser.value()?.parse()?,
                Arg::Long("tolerance") => read.tolerance = Some(parser.value()?.parse()?),
                Arg::Long("iterations") => read.iterations = parser.value()?.parse()?,
                Arg::Long("accelerate") => read.is_accelerated = true,
                Arg::Long("checkpoint") => read.checkpoint = Some(parser.value()?.into()),
                Arg::Long("partitions") => read.partitions = Some(parser.value()?.parse()?),
                Arg::Long("picture") => read.picture = parser.value()?.into(),
                Arg::Value(value) => other(Other::Value(value), &mut parser)?,
                Arg::Long(name) => {
                    let name = name.to_owned();
                    other(Other::Long(name), &mut parser)?;
                }
                argument @ Arg::Short(_) => return Err(argument.unexpected()),
            }
        }
        match read.rows {
            0 => Err("--rows has to be at least 1".into()),
            _ => Ok(read),
        }
    }

    /// The data: the user's, or those that are made.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.data.as_deref().unwrap_or(&self.made)
    }

    /// What the fit is to be.
    ///
    /// # Errors
    /// A tolerance below 0.
    pub fn fit(&self) -> Result<Options, gaussmix::Error> {
        let mut em = Em::default().with_max_iterations(self.iterations);
        if let Some(tolerance) = self.tolerance {
            em = em.with_tolerance(tolerance)?;
        }
        let start = Start::Sampled {
            components: self.components,
            structure: self.structure,
            restarts: self.restarts,
            rows: 5000,
            seed: 1,
        };
        let (is_accelerated, checkpoint) = (self.is_accelerated, self.checkpoint.clone());
        Ok(Options { start, em, is_accelerated, checkpoint, retries: Retries::NONE })
    }
}
