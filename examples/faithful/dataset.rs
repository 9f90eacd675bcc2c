//! What the run is about: a table, and how to speak of it.

use std::fs;
use std::path::Path;

use gaussmix::rand_core::Rng;
use rand_pcg::Pcg32;

use crate::advice;
use crate::args::MAX_D;
use crate::csv::{self, Choice, Table};
use crate::text;

/// Eruptions of the Old Faithful geyser, Yellowstone (Azzalini & Bowman 1990, doi:10.2307/2347385).
const FAITHFUL: &str = include_str!("../../tests/data/faithful.csv");

/// A table with its name and one title per feature.
pub(crate) struct Dataset {
    pub(crate) name: String,
    pub(crate) titles: Vec<String>,
    pub(crate) table: Table,
    /// The unit in which each column is recorded, 0 if it shows none.
    pub(crate) units: Vec<f64>,
    /// What was left out or read in a way that a reader should know.
    pub(crate) notes: Vec<String>,
    /// What makes the table unfit for a mixture of Gaussians.
    pub(crate) warnings: Vec<String>,
}

impl Dataset {
    /// The file's table, or Old Faithful.
    pub(crate) fn load(path: Option<&Path>, choice: &Choice) -> Result<Self, String> {
        let Some(path) = path else {
            let titles = ["eruption length (minutes)", "waiting time to the next eruption (minutes)"];
            let mut dataset = Self::of_table("Old Faithful".into(), csv::read(FAITHFUL, choice)?, choice)?;
            if choice.columns.is_none() {
                dataset.titles = titles.map(String::from).into();
            }
            return Ok(dataset);
        };
        let shown = path.display();
        let bytes = fs::read(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
        let name = path.file_name().map_or_else(|| shown.to_string(), |n| n.display().to_string());
        text::of_bytes(&bytes)
            .and_then(|text| csv::read(&text, choice))
            .and_then(|table| Self::of_table(name, table, choice))
            .map_err(|problem| format!("{shown}: {problem}"))
    }

    /// Leaves out what is no feature, unless it was asked for by name.
    pub(crate) fn of_table(name: String, mut table: Table, choice: &Choice) -> Result<Self, String> {
        let mut notes = std::mem::take(&mut table.notes);
        let constant: Vec<usize> =
            (0..table.features()).filter(|j| advice::is_constant(&table, *j)).collect();
        if let Some(j) = constant.first()
            && (choice.columns.is_some() || constant.len() == table.features())
        {
            let name = &table.names[*j];
            return Err(format!(
                "column '{name}' does not vary, so no density can be estimated; leave it out"
            ));
        }
        leave_out(&mut table, &constant, "does not vary", &mut notes);
        if choice.columns.is_none() && table.features() > 1 {
            let index: Vec<usize> = (0..table.features()).filter(|j| advice::is_index(&table, *j)).collect();
            if index.len() < table.features() {
                leave_out(&mut table, &index, "counts the rows; --columns can keep it", &mut notes);
            }
        }
        checked_width(table.features())?;
        let units = (0..table.features()).map(|j| unit(&table, j)).collect();
        let warnings = advice::warnings(&table);
        Ok(Self { name, titles: table.names.clone(), units, notes, warnings, table })
    }

    /// The values of `count` rows drawn at random, in their order (Fan, Muller & Rezucha 1962: selection sampling). None
    /// if there are hardly more.
    pub(crate) fn sample(&self, count: usize, seed: u64) -> Option<Vec<f64>> {
        let total = self.table.rows().len();
        if count == 0 || total <= 2 * count {
            return None;
        }
        let mut rng = Pcg32::new(seed, 0);
        let mut values = Vec::with_capacity(count * self.table.features());
        let mut wanted = count as u64;
        for (left, row) in (1..=total as u64).rev().zip(self.table.rows()) {
            if rng.next_u64() % left < wanted {
                values.extend_from_slice(row);
                wanted -= 1;
            }
        }
        Some(values)
    }
}

fn leave_out(table: &mut Table, columns: &[usize], why: &str, notes: &mut Vec<String>) {
    if columns.is_empty() {
        return;
    }
    let features = table.features();
    let mut at = 0;
    table.values.retain(|_| {
        at += 1;
        !columns.contains(&((at - 1) % features))
    });
    for j in columns.iter().rev() {
        let name = table.names.remove(*j);
        notes.push(format!("left out: '{name}' {why}"));
    }
}

fn checked_width(found: usize) -> Result<(), String> {
    if found <= MAX_D {
        return Ok(());
    }
    let wider = match cfg!(feature = "wide-tables") {
        true => "",
        false => ", or build with --features wide-tables for up to 16",
    };
    Err(format!(
        "{found} numeric columns, but this program is built for 1 to {MAX_D}; choose some with --columns a,b,c{wider}"
    ))
}

/// The unit in which column `j` is recorded: the largest of which all differences are multiples. 0 if its numbers have
/// more digits than a record has; the least difference of such numbers says how many there are, not how they were made.
fn unit(table: &Table, j: usize) -> f64 {
    let values = || table.column(j);
    let Some(scale) = (0..=MOST_DECIMALS).map(|d| 10_f64.powi(d)).find(|scale| is_whole(values(), *scale))
    else {
        return 0.0;
    };
    let mut whole = values().map(|value| (value * scale).round() as i64);
    let first = whole.next().unwrap_or(0);
    whole.map(|value| value - first).fold(0, greatest_divisor) as f64 / scale
}

/// No column of measurements has more decimals.
const MOST_DECIMALS: i32 = 9;

/// Whether all numbers times `scale` are whole, but for the rounding of `f64` or, of short ones, of `f32`.
fn is_whole(values: impl Iterator<Item = f64> + Clone, scale: f64) -> bool {
    let within = |rounding: f64, largest: f64| {
        values.clone().map(|value| value * scale).all(|scaled| {
            scaled.abs() < largest && (scaled - scaled.round()).abs() <= rounding * scaled.abs()
        })
    };
    within(4.0 * f64::EPSILON, 1e12) || within(f32::EPSILON.into(), 1e5)
}

fn greatest_divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dataset(text: &str) -> Result<Dataset, String> {
        let choice = Choice::default();
        Dataset::of_table("test".into(), csv::read(text, &choice)?, &choice)
    }

    #[test]
    fn the_built_in_data_is_old_faithful() {
        let dataset = Dataset::load(None, &Choice::default()).expect("built in");
        assert_eq!(dataset.table.lines.len(), 272);
        assert_eq!(dataset.table.names, ["eruptions", "waiting"]);
        assert_eq!(dataset.titles.len(), 2);
        assert!(dataset.notes.is_empty() && dataset.warnings.is_empty());
    }

    #[test]
    fn too_many_columns_are_refused() {
        let numbers = |first: usize| (first..first + 17).map(|i| i.to_string()).collect::<Vec<_>>().join(",");
        let refusal = dataset(&format!("{}\n{}\n", numbers(1), numbers(3))).err();
        assert!(
            refusal.is_some_and(|r| r.starts_with("17 numeric columns") && r.contains("--columns a,b,c"))
        );
    }

    #[test]
    fn constant_columns_are_left_out_and_said_unless_they_were_asked_for() {
        let text = "a,b,c\n1,2,0\n3,2,0\n5,2,1\n";
        let left = dataset(text).expect("two columns vary");
        assert_eq!((left.table.names.len(), left.table.values), (2, vec![1.0, 0.0, 3.0, 0.0, 5.0, 1.0]));
        assert_eq!(left.notes, ["left out: 'b' does not vary"]);
        assert!(dataset("a,b\n1,2\n1,2\n").err().is_some_and(|r| r.starts_with("column 'a' does not vary")));
        let choice = Choice { columns: Some(vec!["b".into(), "a".into()]), ..Choice::default() };
        let table = csv::read(text, &choice).expect("a table");
        assert!(
            Dataset::of_table("test".into(), table, &choice)
                .err()
                .is_some_and(|r| r.contains("'b' does not vary"))
        );
    }

    #[test]
    fn units_are_those_of_records_and_not_gaps_between_full_numbers() {
        let units = |text: &str| dataset(text).expect("columns that vary").units;
        assert_eq!(units("a,b\n3.6,79\n1.8,54\n3.333,74\n-2.284,62\n"), [0.001, 1.0]);
        assert_eq!(units("a,b\n160,1e6\n175,-2e6\n190,5e6\n185,0\n"), [5.0, 1e6]);
        assert_eq!(units("a,b\n0.5,1234567.25\n0.75,7.5\n0.25,0\n"), [0.25, 0.25]);
        // 0.1, 0.2 and 0.7 that once were `f32`.
        let [a, b, c] = [0.1_f32, 0.2, 0.7].map(f64::from);
        assert_eq!(units(&format!("a\n{a}\n{b}\n{c}\n")), [0.1]);
        let full = "a,b\n0.48713269104,1e-200\n0.91834709157,2e-200\n0.27731826455,1\n";
        assert_eq!(units(full), [0.0, 0.0]);
        assert_eq!(units("a\n1e300\n-1e300\n"), [0.0]);
    }

    #[test]
    fn a_sample_has_that_many_rows_in_their_order() {
        let text: String = (0..100).map(|i| format!("{}.5,{i}.25\n", i * i)).collect();
        let dataset = dataset(&text).expect("two columns");
        let sample = dataset.sample(20, 3).expect("fewer than half");
        assert_eq!(sample.len(), 40);
        assert!(sample.chunks(2).is_sorted_by(|a, b| a[0] < b[0]));
        assert!(sample.chunks(2).all(|row| dataset.table.rows().any(|r| r == row)));
        assert_eq!((dataset.sample(50, 3), dataset.sample(0, 3)), (None, None));
    }
}
