//! What a model says of every row, as CSV and in a few lines.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::csv::Table;
use crate::model::Model;
#[cfg(feature = "serde")]
use crate::{model::Score, report::plural};

/// A line for each row: where it stands in the file, its component from 1, its log-density, and the probability of each
/// component. A row too far out to be scored has `-inf` and no probabilities.
///
/// # Errors
/// What the file refuses.
pub(crate) fn write(path: &Path, table: &Table, model: &dyn Model, k: usize) -> Result<(), String> {
    let refused = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    let mut file = BufWriter::new(File::create(path).map_err(refused)?);
    let mut line = String::from("line,label,log_density");
    (1..=k).for_each(|k| {
        let _ = write!(line, ",p{k}");
    });
    writeln!(file, "{line}").map_err(refused)?;
    for (at, row) in table.lines.iter().zip(table.rows()) {
        line.clear();
        match model.score(row) {
            Ok(score) => {
                let _ = write!(line, "{at},{},{}", score.label() + 1, score.log_density);
                for share in &score.responsibilities[..k] {
                    let _ = write!(line, ",{share}");
                }
            }
            Err(_) => {
                let _ = write!(line, "{at},,-inf{}", ",".repeat(k));
            }
        }
        writeln!(file, "{line}").map_err(refused)?;
    }
    file.flush().map_err(refused)
}

/// The mean log-density, the rows of each component, and the rows that fit worst.
#[cfg(feature = "serde")]
pub(crate) fn summary(table: &Table, model: &dyn Model, k: usize) -> String {
    let scores: Vec<Option<Score>> = table.rows().map(|row| model.score(row).ok()).collect();
    let scored: Vec<&Score> = scores.iter().flatten().collect();
    let mean = scored.iter().map(|score| score.log_density).sum::<f64>() / scored.len() as f64;
    let mut text = format!("mean log-density {mean:.4} over {}\n", plural(scored.len(), "row"));
    if scored.len() < scores.len() {
        let _ = writeln!(text, "too far out to be scored: {}", plural(scores.len() - scored.len(), "row"));
    }
    for component in 0..k {
        let count = scored.iter().filter(|score| score.label() == component).count();
        let _ = writeln!(text, "component {}: {}", component + 1, plural(count, "row"));
    }
    let least =
        scores.iter().zip(&table.lines).filter_map(|(score, line)| Some((score.as_ref()?.log_density, line)));
    if let Some((density, line)) = least.min_by(|a, b| a.0.total_cmp(&b.0)) {
        let _ = writeln!(text, "least log-density {density:.4}, in line {line}");
    }
    text
}
