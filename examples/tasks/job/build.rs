//! Writes the accelerometer's columns of `tests/data/basic_motions.csv` as counts of a converter.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../../tests/data/basic_motions.csv");
    println!("cargo::rerun-if-changed={}", file.display());
    let text = fs::read_to_string(&file)?;
    let mut table = String::new();
    for line in text.lines().skip(1) {
        let fields = line.split(',').take(3).map(str::parse::<f64>).collect::<Result<Vec<_>, _>>()?;
        // A thousand counts to the unit of the file.
        let counts: Vec<String> = fields.iter().map(|x| (x * 1000.0).round().to_string()).collect();
        writeln!(table, "    [{}],", counts.join(", "))?;
    }
    let count = text.lines().count() - 1;
    let source = format!("static MOTIONS: [Reading; {count}] = [\n{table}];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("motions.rs"), source)?;
    Ok(())
}
