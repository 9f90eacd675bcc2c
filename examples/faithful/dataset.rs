//! What the run is about: a table, and how to speak of it.

use std::fs;
use std::path::Path;

use crate::args::MAX_D;
use crate::csv::{self, Table};

/// Eruptions of the Old Faithful geyser, Yellowstone (Azzalini & Bowman 1990, doi:10.2307/2347385).
const FAITHFUL: &str = include_str!("../../tests/data/faithful.csv");

/// A table with its name and one title per feature.
pub(crate) struct Dataset {
    pub(crate) name: String,
    pub(crate) titles: Vec<String>,
    pub(crate) table: Table,
}

impl Dataset {
    /// The file's table, or Old Faithful.
    pub(crate) fn load(path: Option<&Path>) -> Result<Self, String> {
        let Some(path) = path else {
            let titles = ["eruption length (minutes)", "waiting time to the next eruption (minutes)"];
            let table = csv::parse(FAITHFUL)?;
            return Ok(Self { name: "Old Faithful".into(), titles: titles.map(String::from).into(), table });
        };
        let shown = path.display();
        let bytes = fs::read(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
        let table = text(&bytes)
            .and_then(csv::parse)
            .and_then(checked_width)
            .map_err(|problem| format!("{shown}: {problem}"))?;
        let name = path.file_name().map_or_else(|| shown.to_string(), |n| n.display().to_string());
        Ok(Self { name, titles: table.names.clone(), table })
    }
}

fn text(bytes: &[u8]) -> Result<&str, String> {
    str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
        format!("line {line}: not UTF-8 text")
    })
}

fn checked_width(table: Table) -> Result<Table, String> {
    match table.features() {
        1..=MAX_D => Ok(table),
        found => Err(format!(
            "{found} numeric columns, but this example is compiled for 1 to {MAX_D}; \
             name those it should leave out meta_..."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_data_is_old_faithful() {
        let dataset = Dataset::load(None).expect("built in");
        assert_eq!(dataset.table.lines.len(), 272);
        assert_eq!(dataset.table.names, ["eruptions", "waiting"]);
        assert_eq!(dataset.titles.len(), 2);
    }

    #[test]
    fn bytes_that_are_no_text_are_told_by_line() {
        assert_eq!(text(b"a,b\n1,\xff\n"), Err("line 2: not UTF-8 text".into()));
    }

    #[test]
    fn too_many_columns_are_refused() {
        let wide = csv::parse("1,2,3,4,5,6,7,8,9\n").expect("a table");
        assert!(checked_width(wide).expect_err("too wide").starts_with("9 numeric columns"));
    }
}
