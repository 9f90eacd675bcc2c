//! BasicMotions: the readings of a smart watch, acceleration and turn rate along three axes, 40 recordings of 100
//! samples: ten each of standing, running, walking and badminton.

use crate::Result;
use std::fs;

/// All recordings, one after the other.
///
/// # Errors
/// If the file is not there or not a table.
pub fn motions() -> Result<Vec<[f64; 6]>> {
    let text =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/data/basic_motions.csv"))?;
    text.lines().skip(1).map(row).collect()
}

fn row(line: &str) -> Result<[f64; 6]> {
    let mut numbers = line.split(',').map(str::parse::<f64>);
    let mut row = [0.0; 6];
    for place in &mut row {
        *place = numbers.next().ok_or("a line is too short")??;
    }
    Ok(row)
}

/// The acceleration, as a device reads it.
///
/// # Errors
/// As [`motions`].
pub fn acceleration() -> Result<Vec<[f32; 3]>> {
    Ok(motions()?.iter().map(|[x, y, z, ..]| [*x, *y, *z].map(|v| v as f32)).collect())
}
