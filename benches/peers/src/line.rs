//! One measurement, one line of JSON: how the programs tell the table what they found.

use std::error::Error;

use serde::{Deserialize, Serialize};

/// A measurement.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Line {
    /// `fit` (one iteration), `score`, `whole` (a fit to convergence).
    pub task: String,
    /// The library.
    pub peer: String,
    /// `full`, `diagonal`.
    pub structure: String,
    /// `f32`, `f64`.
    pub scalar: String,
    /// Features.
    pub d: usize,
    /// Components.
    pub k: usize,
    /// `fit`, `score`: ns per sample (and iteration). `whole`: seconds.
    pub values: Vec<f64>,
    /// M-steps made by the run that `mean_log_likelihood` is of.
    pub iterations: Option<u32>,
    /// Of all the data under the fitted parameters, computed in `f64` whatever they were fitted in.
    pub mean_log_likelihood: Option<f64>,
    /// What it is to agree with, where that is not gaussmix's own line.
    pub reference: Option<f64>,
}

impl Line {
    /// Prints it.
    ///
    /// # Errors
    /// If it cannot be written as JSON.
    pub fn print(&self) -> Result<(), Box<dyn Error>> {
        println!("{}", serde_json::to_string(self)?);
        Ok(())
    }

    /// The median of its values.
    #[must_use]
    pub fn median(&self) -> f64 {
        let mut values = self.values.clone();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        if values.len() % 2 == 1 { values[middle] } else { 0.5 * (values[middle - 1] + values[middle]) }
    }
}
