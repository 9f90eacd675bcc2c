//! Writes what C programs need: `data job FILE.c`, or `data measure FILE.c MODELS.rs`.

use host::{Result, job, measure};
use std::{env, fs};

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["job", path] => fs::write(path, job::write()?)?,
        ["measure", path, models] => {
            let (data, source) = measure::write()?;
            fs::write(path, data)?;
            fs::write(models, source)?;
        }
        _ => return Err("usage: data job FILE.c | data measure FILE.c MODELS.rs".into()),
    }
    Ok(())
}
