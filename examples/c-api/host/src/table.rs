//! The table of the README, from what `measure.sh` printed.

use crate::Result;
use std::collections::HashMap;
use std::fmt::Write;

const BEGIN: &str = "<!-- measured -->\n";
const END: &str = "<!-- end -->";

/// A quantity: its name in the results, and in the table.
const ROWS: [(&str, &str); 11] = [
    ("score", "score, instructions"),
    ("observe", "`observe` without an M-step, instructions"),
    ("maximize", "an M-step, instructions"),
    ("nanonat", "largest error of a score, 10⁻⁶ nat"),
    ("minus_mean_score", "mean −ln p of samples as they are learnt, nat"),
    ("score_flash", "flash of a score, B"),
    ("learn_flash", "flash of a score and of learning, B"),
    ("score_ram", "RAM of a model, B"),
    ("learn_ram", "RAM to learn it, B"),
    ("score_stack", "stack of a score, B"),
    ("learn_stack", "stack of `observe` with an M-step, B"),
];

const SIZES: [(&str, &str); 3] =
    [("full_3_4", "full, 3, 4"), ("diagonal_3_4", "diagonal, 3, 4"), ("full_8_8", "full, 8, 8")];

/// What was measured: numbers by size, contender and quantity.
#[derive(Debug)]
pub struct Results(HashMap<String, u64>);

impl Results {
    /// Reads lines `case=full_3_4 by=hand-O3 score=553`.
    ///
    /// # Errors
    /// If a line is of another form.
    pub fn read(text: &str) -> Result<Self> {
        let mut numbers = HashMap::new();
        for line in text.lines() {
            let (key, number) = line.rsplit_once('=').ok_or(format!("not a measurement: {line}"))?;
            let number = number.parse().map_err(|_| format!("not a measurement: {line}"))?;
            numbers.insert(key.to_owned(), number);
        }
        Ok(Self(numbers))
    }

    fn get(&self, size: &str, by: &str, what: &str) -> Option<u64> {
        self.0.get(&format!("case={size} by={by} {what}")).copied()
    }

    /// The number at `-O3` (or `-Os`), and in brackets that at `-O2` if it differs.
    fn cell(&self, size: &str, by: &str, what: &str) -> String {
        let at = |level: &str| self.get(size, &format!("{by}{level}"), what);
        let show = |n: u64| match what {
            "nanonat" => format!("{:.1}", n as f64 / 1e3),
            "minus_mean_score" => format!("{:.2}", n as f64 / 1e6),
            _ => n.to_string(),
        };
        match (at("-O3").or(at("-Os")), at("-O2")) {
            (None, _) => "none".to_owned(),
            // It has no diagonal covariances.
            (Some(fast), _) if by == "emlearn" && size.starts_with("diagonal") => {
                format!("as full: {}", show(fast))
            }
            (Some(fast), Some(usual)) if usual != fast => format!("{} ({})", show(fast), show(usual)),
            (Some(fast), _) => show(fast),
        }
    }

    /// The table.
    ///
    /// # Errors
    /// If a number of gaussmix is missing.
    pub fn table(&self) -> Result<String> {
        let mut out =
            String::from("| | structure, D, K | gaussmix | C by hand | emlearn |\n|---|---|---|---|---|\n");
        for (what, title) in ROWS {
            for (size, name) in SIZES {
                let cells = ["gaussmix", "hand", "emlearn"].map(|by| self.cell(size, by, what));
                if cells[0] == "none" {
                    return Err(format!("not measured: {what} of {size}").into());
                }
                writeln!(out, "| {title} | {name} | {} |", cells.join(" | "))?;
            }
        }
        Ok(out)
    }
}

/// The text with the table in its place.
///
/// # Errors
/// If there is no place, or a number is missing.
pub fn replace(text: &str, results: &Results) -> Result<String> {
    let (before, _, after) = parts(text)?;
    Ok(format!("{before}{BEGIN}\n{}\n{END}{after}", results.table()?))
}

/// Says where gaussmix takes more than 5 % beyond what the table of a text says.
///
/// # Errors
/// If there is no table, or a number is missing.
pub fn grown(text: &str, results: &Results) -> Result<Vec<String>> {
    let (_, table, _) = parts(text)?;
    let mut grown = Vec::new();
    let now = results.table()?;
    for line in now.lines().skip(2) {
        let key = |line: &str| line.split(" | ").take(2).collect::<Vec<_>>().join(" | ");
        let number = |line: &str| -> Result<f64> {
            Ok(line.split(" | ").nth(2).ok_or(format!("not a row: {line}"))?.trim().parse()?)
        };
        let Some(old) = table.lines().find(|old| key(old) == key(line)) else {
            return Err(format!("the table has no row {}", key(line)).into());
        };
        // A tenth of a last digit is rounding.
        if number(line)? > 1.05 * number(old)? + 0.1 {
            grown.push(format!("{}: was {}, is {}", key(line), number(old)?, number(line)?));
        }
    }
    Ok(grown)
}

fn parts(text: &str) -> Result<(&str, &str, &str)> {
    let (before, rest) = text.split_once(BEGIN).ok_or("no place for the table")?;
    let (table, after) = rest.split_once(END).ok_or("the table has no end")?;
    Ok((before, table, after))
}
