//! Turns the data sets of the crate's tests into Rust tables.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let data = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../../tests/data");
    let faithful = columns(&data.join("faithful.csv"), 2)?;
    let motions = columns(&data.join("basic_motions.csv"), 6)?;
    let mut tables = String::new();
    table(&mut tables, "FAITHFUL_F32", "f32", "Old Faithful: eruption and waiting time, minutes", &faithful)?;
    table(&mut tables, "FAITHFUL_F64", "f64", "Old Faithful: eruption and waiting time, minutes", &faithful)?;
    table(&mut tables, "MOTIONS", "f32", "BasicMotions: acceleration and turn rate along x, y, z", &motions)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("tables.rs"), tables)?;
    Ok(())
}

/// The first `count` fields of every line but the first, as they are written.
fn columns(path: &Path, count: usize) -> Result<Vec<Vec<String>>> {
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path)?;
    text.lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<String> = line.split(',').take(count).map(literal).collect::<Result<_>>()?;
            if fields.len() == count { Ok(fields) } else { Err(format!("too short: {line}").into()) }
        })
        .collect()
}

/// A decimal number as a float literal: the compiler rounds it to the table's type, once.
fn literal(field: &str) -> Result<String> {
    field.parse::<f64>()?;
    Ok(if field.contains(['.', 'e']) { field.to_owned() } else { format!("{field}.0") })
}

fn table(out: &mut String, name: &str, scalar: &str, what: &str, rows: &[Vec<String>]) -> Result<()> {
    let width = rows.first().map_or(0, Vec::len);
    writeln!(out, "/// {what}.\npub static {name}: [[{scalar}; {width}]; {}] = [", rows.len())?;
    for row in rows {
        writeln!(out, "    [{}],", row.join(", "))?;
    }
    writeln!(out, "];")?;
    Ok(())
}
