//! Writes what C programs need as C: `data job FILE` or `data measure FILE`.

use host::{Result, job, measure};
use std::{env, fs};

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [what, path] = arguments.as_slice() else { return Err("usage: data job|measure FILE".into()) };
    let text = match what.as_str() {
        "job" => job::write()?,
        "measure" => measure::write()?,
        _ => return Err(format!("no data for {what}").into()),
    };
    fs::write(path, text)?;
    Ok(())
}
