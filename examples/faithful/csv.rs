//! A table of numbers from CSV text.

#[path = "layout.rs"]
mod layout;
#[path = "number.rs"]
pub(crate) mod number;

use csv::StringRecord;
use layout::{Layout, records};
use number::{Cell, Decimal, Evidence, cell, is_missing, is_numeric};

/// The numeric columns of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    pub(crate) names: Vec<String>,
    /// Row after row.
    pub(crate) values: Vec<f64>,
    /// The line on which each row begins, from 1.
    pub(crate) lines: Vec<u64>,
    /// Columns that are no features.
    pub(crate) left_out: Vec<String>,
    /// The rows that were dropped, since a value is missing.
    pub(crate) dropped: usize,
    /// How numbers were read that can be read in two ways, and what was passed over.
    pub(crate) notes: Vec<String>,
    pub(crate) has_header: bool,
}

impl Table {
    pub(crate) fn features(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> + Clone {
        self.values.chunks_exact(self.features())
    }

    pub(crate) fn column(&self, j: usize) -> impl Iterator<Item = f64> + Clone {
        self.values.iter().skip(j).step_by(self.features()).copied()
    }
}

/// What to take of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Choice {
    /// Names or numbers of columns, in this order; otherwise all that hold numbers and are not named `meta_...`.
    pub(crate) columns: Option<Vec<String>>,
    /// Whether rows go in which a value is missing, NaN or infinite. Otherwise they are refused.
    pub(crate) drop_missing: bool,
    /// The decimal mark, where a column does not say which it is.
    pub(crate) decimal: Option<Decimal>,
}

/// Reads all columns of numbers.
#[allow(dead_code)] // another example reads all columns
pub(crate) fn parse(text: &str) -> Result<Table, String> {
    read(text, &Choice::default())
}

/// Reads text whose fields are separated by commas, semicolons, tabs or blanks, quoted fields included. Lines that begin
/// with `#` are comments.
///
/// The first row is a header if it has text over a column of numbers; so is a comment before it that has a name for
/// each column. A column is one of numbers if most of its fields are, so that one slip is an error and not a lost
/// column.
pub(crate) fn read(text: &str, choice: &Choice) -> Result<Table, String> {
    let layout = Layout::of(text.strip_prefix('\u{feff}').unwrap_or(text));
    let survey = Survey::of(&layout)?;
    let kept = survey.kept(choice)?;
    let mut table = Table {
        left_out: match choice.columns {
            None => (0..survey.names.len())
                .filter(|j| !kept.contains(j))
                .map(|j| survey.names[j].clone())
                .collect(),
            Some(_) => Vec::new(),
        },
        names: kept.iter().map(|&j| survey.names[j].clone()).collect(),
        has_header: survey.has_header,
        ..Table::default()
    };
    let columns: Vec<(usize, Decimal)> =
        kept.iter().map(|&j| Ok((j, survey.decimal(j, choice)?))).collect::<Result<_, String>>()?;
    table.notes = columns.iter().filter_map(|&(j, decimal)| survey.note(j, decimal)).collect();
    table.notes.extend(layout.comments());
    records(&layout, |index, line, fields| {
        if index == 0 && survey.names_in_first_row {
            return Ok(());
        }
        let length = table.values.len();
        for &(j, decimal) in &columns {
            match cell(&fields[j], decimal) {
                Cell::Number(value) => table.values.push(value),
                Cell::Missing | Cell::NotFinite if choice.drop_missing => {
                    table.values.truncate(length);
                    table.dropped += 1;
                    return Ok(());
                }
                other => return Err(refusal(line, &survey.names[j], &fields[j], other)),
            }
        }
        table.lines.push(line);
        Ok(())
    })?;
    match table.lines.len() {
        0 if table.dropped > 0 => Err(format!("a value is missing in each of the {} rows", table.dropped)),
        _ => Ok(table),
    }
}

fn refusal(line: u64, column: &str, field: &str, cell: Cell) -> String {
    let problem = match cell {
        Cell::NotFinite => "NaN or infinite, which has no density; --drop-missing leaves such rows out",
        Cell::Missing => "the value is missing; fill it in, or leave such rows out with --drop-missing",
        _ if field.chars().count() > 40 => "not a number (name a column meta_... to leave it out)",
        _ => {
            return format!(
                "line {line}, column '{column}': not a number: '{field}' (name a column meta_... to leave it out)"
            );
        }
    };
    format!("line {line}, column '{column}': {problem}")
}

/// What the columns hold.
struct Survey {
    names: Vec<String>,
    has_header: bool,
    /// Whether the header is a row, and no comment.
    names_in_first_row: bool,
    columns: Vec<Column>,
}

#[derive(Default)]
struct Column {
    numbers: usize,
    texts: usize,
    evidence: Evidence,
}

impl Survey {
    fn of(layout: &Layout<'_>) -> Result<Self, String> {
        let mut first: Option<(u64, StringRecord)> = None;
        let mut columns: Vec<Column> = Vec::new();
        let mut below = 0;
        records(layout, |_, line, fields| {
            let Some((first_line, first)) = &first else {
                columns.resize_with(fields.len(), Column::default);
                first = Some((line, fields.clone()));
                return Ok(());
            };
            if first.len() != fields.len() {
                let (due, found) = (first.len(), fields.len());
                return Err(layout.ragged(line, found, *first_line, due));
            }
            below += 1;
            for (column, field) in columns.iter_mut().zip(fields) {
                column.see(line, field);
            }
            Ok(())
        })?;
        let Some((line, first)) = first else { return Err("the file is empty".into()) };
        if below == 0 {
            // One row alone: a header, or all the data there is.
            columns.iter_mut().zip(&first).for_each(|(column, field)| column.see(line, field));
        }
        let has_name = |(column, field): (&Column, &str)| column.is_numeric() && !is_numeric(field);
        let names_in_first_row =
            columns.iter().zip(&first).any(has_name) || below == 0 && !columns.iter().any(Column::is_numeric);
        if names_in_first_row && below == 0 {
            return Err("there is a header but no row of data".into());
        }
        if !names_in_first_row && below > 0 {
            columns.iter_mut().zip(&first).for_each(|(column, field)| column.see(line, field));
        }
        let header = if names_in_first_row { Some(first) } else { layout.header(columns.len()) };
        let names = (0..columns.len()).map(|j| name(header.as_ref(), j)).collect();
        Ok(Self { names, has_header: header.is_some(), names_in_first_row, columns })
    }

    fn kept(&self, choice: &Choice) -> Result<Vec<usize>, String> {
        let Some(wanted) = &choice.columns else {
            let is_feature =
                |j: &usize| self.columns[*j].is_numeric() && !self.names[*j].starts_with("meta_");
            let kept: Vec<usize> = (0..self.names.len()).filter(is_feature).collect();
            return if kept.is_empty() { Err("no column holds numbers".into()) } else { Ok(kept) };
        };
        let mut kept = Vec::new();
        for wanted in wanted {
            let j = self.find(wanted)?;
            if kept.contains(&j) {
                return Err(format!("--columns names '{wanted}' twice"));
            }
            kept.push(j);
        }
        Ok(kept)
    }

    /// The column of this name, or of this number from 1.
    fn find(&self, wanted: &str) -> Result<usize, String> {
        let mut named = (0..self.names.len()).filter(|j| self.names[*j] == wanted);
        match (named.next(), named.next(), wanted.parse::<usize>()) {
            (Some(a), Some(b), _) => Err(format!(
                "columns {} and {} are both named '{wanted}'; give --columns their numbers",
                a + 1,
                b + 1
            )),
            (Some(j), None, _) => Ok(j),
            (None, _, Ok(number)) if (1..=self.names.len()).contains(&number) => Ok(number - 1),
            _ => Err(format!("there is no column '{wanted}'; there are {}", self.names.join(", "))),
        }
    }

    fn decimal(&self, j: usize, choice: &Choice) -> Result<Decimal, String> {
        if let Some(decimal) = choice.decimal {
            return Ok(decimal);
        }
        let column = &self.columns[j];
        let name = &self.names[j];
        let found = column.evidence.decimal().map_err(|problem| format!("column '{name}': {problem}"))?;
        let others = |decimal| self.columns.iter().any(|c| c.evidence.decimal() == Ok(Some(decimal)));
        let is_contradicted = match found {
            Some(Decimal::Point) => others(Decimal::Comma),
            Some(Decimal::Comma) => others(Decimal::Point),
            None => true,
        };
        match column.evidence.doubtful(others(Decimal::Comma)) {
            // Where other columns have the other mark, one value that lost a digit may have spoken for this one.
            Some((line, field)) if is_contradicted => Err(format!(
                "line {line}, column '{name}': the mark in '{field}' can be one for fractions or thousands; \
                 say --decimal comma or --decimal point"
            )),
            _ => Ok(found.unwrap_or(Decimal::Point)),
        }
    }

    /// What was made of marks that have two readings.
    fn note(&self, j: usize, decimal: Decimal) -> Option<String> {
        let example = self.columns[j].evidence.example(decimal)?;
        match cell(example, decimal) {
            Cell::Number(value) => Some(format!("{}: '{example}' is read as {value}", self.names[j])),
            _ => None,
        }
    }
}

impl Column {
    fn see(&mut self, line: u64, field: &str) {
        if !is_numeric(field) {
            self.texts += 1;
        } else if !is_missing(field) {
            self.numbers += 1;
            self.evidence.see(line, field);
        }
    }

    /// Whether most fields that are not missing are numbers.
    fn is_numeric(&self) -> bool {
        self.numbers > self.texts
    }
}

/// The header's name, without characters that cannot be shown; else a number from 1.
fn name(header: Option<&StringRecord>, column: usize) -> String {
    let name = header.and_then(|header| header.get(column)).unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    if name.is_empty() { format!("column {}", column + 1) } else { name }
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
