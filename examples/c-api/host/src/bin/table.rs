//! Writes the README's table, or compares it with what was measured: `table write|check RESULTS README`.

use host::Result;
use host::table::{Results, grown, replace};
use std::{env, fs};

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [what, results, path] = arguments.as_slice() else {
        return Err("usage: table write|check RESULTS README".into());
    };
    let results = Results::read(&fs::read_to_string(results)?)?;
    let text = fs::read_to_string(path)?;
    match what.as_str() {
        "write" => fs::write(path, replace(&text, &results)?)?,
        "check" => match grown(&text, &results)?.as_slice() {
            [] => println!("no figure of gaussmix has grown by more than 5 % beyond the table"),
            lines => return Err(format!("beyond the table by more than 5 %:\n{}", lines.join("\n")).into()),
        },
        _ => return Err(format!("neither write nor check: {what}").into()),
    }
    Ok(())
}
