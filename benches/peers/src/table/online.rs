//! Clustering a stream.

use std::error::Error;
use std::fs;
use std::path::Path;

use serde::Deserialize;

#[derive(Deserialize)]
struct Stream {
    peer: String,
    /// How it was set.
    settings: String,
    /// ns of learning per sample.
    values: Vec<f64>,
    /// Adjusted Rand index of the clusters that the samples were given as they came.
    ari_as_it_comes: f64,
    /// Of those that the final model gives all samples.
    ari_at_the_end: f64,
    clusters: usize,
}

/// Prints a row for each clusterer, if the file is there.
pub(crate) fn print(path: &Path) -> Result<(), Box<dyn Error>> {
    let Ok(text) = fs::read_to_string(path) else { return Ok(()) };
    println!("\n**The activity stream, one sample at a time** (6 features, 4 activities, 4000 samples)\n");
    println!("| | settings | ns per sample | clusters | adjusted Rand index as it comes | at the end |");
    println!("|---|---|---|---|---|---|");
    for line in text.lines() {
        let mut s: Stream = serde_json::from_str(line)?;
        s.values.sort_by(f64::total_cmp);
        println!(
            "| {} | {} | {:.0} | {} | {:.3} | {:.3} |",
            s.peer,
            s.settings,
            s.values[s.values.len() / 2],
            s.clusters,
            s.ari_as_it_comes,
            s.ari_at_the_end
        );
    }
    Ok(())
}
