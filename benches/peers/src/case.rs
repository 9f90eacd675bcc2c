//! What is measured: one size, its data on disk, how long.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use gaussmix::nalgebra::SMatrix;
use gaussmix::{Covariance, Gmm, Real};

/// Measuring programs in every language take these arguments, in this order.
pub const USAGE: &str = "TASK DIRECTORY D K SHORT LONG BUDGET TOLERANCE";

/// One size and what to do with it.
pub struct Case {
    /// What is timed.
    pub task: Task,
    /// Where [`SAMPLES`] and the start are.
    pub directory: PathBuf,
    /// Features and components.
    pub size: (usize, usize),
    /// Iterations of the short run, whose time is subtracted.
    pub short: u32,
    /// Iterations of the long run.
    pub long: u32,
    /// Seconds after which a measurement is not repeated again.
    pub budget: f64,
    /// A whole fit ends when an iteration gains less than this in mean log-likelihood.
    pub tolerance: f64,
}

/// What a program is asked to time.
#[derive(Clone, Copy, PartialEq)]
pub enum Task {
    /// Iterations of EM, and scoring.
    Passes,
    /// From the start to convergence.
    Whole,
}

/// Samples, row by row, `f64` in little-endian order, each the value of an `f32`.
pub const SAMPLES: &str = "samples.f64";
/// K means.
pub const MEANS: &str = "means.f64";
/// A quarter of the covariance of all data, which every component starts with; weights start equal.
pub const COVARIANCE: &str = "covariance.f64";

impl Case {
    /// From the program's arguments, which are [`USAGE`].
    ///
    /// # Errors
    /// If one is missing or is no number.
    pub fn from_arguments() -> Result<Self, Box<dyn Error>> {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let [task, directory, d, k, short, long, budget, tolerance] = arguments.as_slice() else {
            return Err(format!("usage: {USAGE}").into());
        };
        let task = match task.as_str() {
            "passes" => Task::Passes,
            "whole" => Task::Whole,
            _ => return Err("TASK is `passes` or `whole`".into()),
        };
        Ok(Self {
            task,
            directory: directory.into(),
            size: (d.parse()?, k.parse()?),
            short: short.parse()?,
            long: long.parse()?,
            budget: budget.parse()?,
            tolerance: tolerance.parse()?,
        })
    }

    /// The samples in the precision asked for, which loses nothing.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn samples<T: Real, const D: usize>(&self) -> Result<Vec<[T; D]>, Box<dyn Error>> {
        Ok(read::<D>(&self.directory.join(SAMPLES))?.iter().map(|x| x.map(T::narrow)).collect())
    }

    /// The start: equal weights, the means, and a quarter of the covariance of the data for each component.
    ///
    /// # Errors
    /// If the files cannot be read or are no start.
    pub fn start<T: Real, const D: usize, const K: usize, C: Covariance>(
        &self,
    ) -> Result<Gmm<T, D, K, C>, Box<dyn Error>> {
        let means = read::<D>(&self.directory.join(MEANS))?;
        let means: [[f64; D]; K] = means.try_into().map_err(|_| "not K means")?;
        let columns: [[f64; D]; D] =
            read::<D>(&self.directory.join(COVARIANCE))?.try_into().map_err(|_| "not D columns")?;
        let weights = [1.0 / K as f64; K];
        let covariances = C::from_matrices(&weights, &[SMatrix::from(columns); K]).ok_or("no covariance")?;
        Ok(Gmm::<f64, D, K, C>::new(weights, means, covariances)?.cast()?)
    }
}

/// Writes rows as [`read`] reads them.
///
/// # Errors
/// If the file cannot be written.
pub fn write<const D: usize>(path: &Path, rows: &[[f64; D]]) -> Result<(), Box<dyn Error>> {
    let bytes: Vec<u8> = rows.iter().flatten().flat_map(|v| v.to_le_bytes()).collect();
    Ok(fs::write(path, bytes)?)
}

fn read<const D: usize>(path: &Path) -> Result<Vec<[f64; D]>, Box<dyn Error>> {
    let bytes = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let (values, rest) = bytes.as_chunks::<8>();
    let values: Vec<f64> = values.iter().map(|b| f64::from_le_bytes(*b)).collect();
    let (rows, short) = values.as_chunks::<D>();
    if !rest.is_empty() || !short.is_empty() {
        return Err(format!("{}: not rows of {D}", path.display()).into());
    }
    Ok(rows.to_vec())
}

/// Calls a function that is generic in D and K with the sizes that were compiled.
#[macro_export]
macro_rules! for_size {
    ($size:expr, $function:ident($($argument:expr),*)) => {
        match $size {
            (2, 3) => $function::<2, 3>($($argument),*),
            (4, 4) => $function::<4, 4>($($argument),*),
            (8, 8) => $function::<8, 8>($($argument),*),
            (16, 8) => $function::<16, 8>($($argument),*),
            (32, 16) => $function::<32, 16>($($argument),*),
            (d, k) => Err(format!("D = {d}, K = {k} is not compiled").into()),
        }
    };
}
