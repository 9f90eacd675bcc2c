//! The tables and the picture, from the lines that the measuring programs printed.
//!
//! `table RESULTS [--quick]` reads `lines.jsonl`, `versions.txt` and, if it is there, `online.jsonl` in RESULTS, prints
//! Markdown, writes `performance.svg`, and fails if the fits do not agree. With `--quick` only agreement is looked at.

mod agreement;
mod goals;
mod online;
mod picture;
mod results;
mod whole;

use std::error::Error;
use std::fs;
use std::path::Path;

use results::{GROUPS, OURS, Results, heading, row};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let directory = Path::new(arguments.first().ok_or("usage: RESULTS [--quick]")?);
    let quick = arguments.get(1).is_some_and(|a| a == "--quick");
    let results = Results::read(&directory.join("lines.jsonl"))?;

    let versions = fs::read_to_string(directory.join("versions.txt"))?;
    println!("```\n{}```", versions);
    let agree = agreement::print(&results);
    if !quick {
        throughput(&results, "fit", "EM, ns per sample and iteration");
        throughput(&results, "score", "Scoring, ns per sample");
        goals::print(&results);
    }
    whole::print(&results);
    online::print(&directory.join("online.jsonl"))?;
    let line = |name: &str| versions.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let picture = directory.join("performance.svg");
    picture::draw(&results, line("machine: "), line("date: "), &picture)?;
    if agree { Ok(()) } else { Err("the fits do not agree".into()) }
}

/// Peers in rows, the fastest at the largest size first; in brackets how many times as long as ours.
fn throughput(results: &Results, task: &str, title: &str) {
    for (structure, scalar) in GROUPS {
        println!("\n**{title}: {structure}, {scalar}** (in brackets: multiple of `{OURS}`)\n");
        heading(&results.sizes);
        let largest = results.sizes.last().copied().unwrap_or_default();
        let mut peers = results.peers(task, structure, scalar);
        let time =
            |peer: &str| results.median(task, peer, structure, scalar, largest).unwrap_or(f64::INFINITY);
        peers.sort_by(|a, b| time(a).total_cmp(&time(b)));
        for peer in peers {
            row(peer, &results.sizes, |size| {
                let time = results.median(task, peer, structure, scalar, size)?;
                let ours = results.median(task, OURS, structure, scalar, size)?;
                Some(format!("{} ({:.1})", digits(time), time / ours))
            });
        }
    }
}

/// Three digits.
fn digits(value: f64) -> String {
    if value < 10.0 {
        format!("{value:.2}")
    } else if value < 100.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}
