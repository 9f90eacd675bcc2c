//! Draws the pictures of the guides, from what the crate computes.
//!
//! ```text
//! cargo run --release --example guide
//! ```
//! They are written to `src/guide`, where the docs take them from. `cargo test --example guide` compares them.

// A program for hosts need not spell out which part of std a name comes from.
#![allow(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

mod ascent;
#[allow(dead_code)]
#[path = "../faithful/pictures/contour.rs"]
mod contour;
mod stream;
mod svg;
mod theory;

use gaussmix::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Every picture: its file in `src/guide`, and what is in it.
fn pictures() -> Result<[(&'static str, String); 6], Error> {
    Ok([
        ("theory/mixture.svg", theory::mixture()?),
        ("theory/bound.svg", theory::bound()?),
        ("theory/optima.svg", theory::optima()?),
        ("theory/structures.svg", theory::structures()?),
        ("theory/ascent.svg", ascent::ascent()?),
        ("stream/life.svg", stream::stream()?),
    ])
}

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide").join(file)
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("guide: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    for (file, text) in pictures().map_err(|e| e.to_string())? {
        let path = path(file);
        std::fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
        println!("{}", path.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test that cannot go on should stop

    #[test]
    #[cfg(not(feature = "simd"))] // other bits
    fn pictures_of_the_guides_are_what_this_example_draws() {
        for (file, text) in super::pictures().unwrap() {
            let committed = std::fs::read_to_string(super::path(file)).unwrap();
            assert!(committed == text, "{file}: run the example, and look at the picture");
        }
    }

    #[test]
    fn pictures_have_no_blank_line_that_would_end_them_in_markdown() {
        for (file, text) in super::pictures().unwrap() {
            assert!(!text.contains("\n\n"), "{file}");
        }
    }
}
