//! A table of numbers from CSV text.

use core::fmt::Write as _;

use csv::{Position, ReaderBuilder, StringRecord, Trim};

/// The numeric columns of a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    pub(crate) names: Vec<String>,
    /// Row after row.
    pub(crate) values: Vec<f64>,
    /// The line on which each row begins, from 1.
    pub(crate) lines: Vec<u64>,
    /// Columns that are no features.
    pub(crate) left_out: Vec<String>,
    pub(crate) has_header: bool,
}

impl Table {
    pub(crate) fn features(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> + Clone {
        self.values.chunks_exact(self.features())
    }

    /// A column in which all numbers are equal.
    pub(crate) fn constant_column(&self) -> Option<&str> {
        let is_constant = |j: &usize| self.column(*j).all(|value| value == self.values[*j]);
        (0..self.features()).find(is_constant).map(|j| self.names[j].as_str())
    }

    /// The unit in which a column is written: the least difference between two of its numbers.
    pub(crate) fn unit(&self, j: usize) -> f64 {
        let mut values: Vec<f64> = self.column(j).collect();
        values.sort_by(f64::total_cmp);
        let steps = values.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > 0.0);
        steps.min_by(f64::total_cmp).unwrap_or(0.0)
    }

    pub(crate) fn column(&self, j: usize) -> impl Iterator<Item = f64> + Clone {
        self.values.iter().skip(j).step_by(self.features()).copied()
    }
}

/// Reads comma-separated text (or, if its first line has no comma, semicolons or tabs), quoted fields included.
///
/// The first row is a header if it has text over a column of numbers. A column is one of numbers if most of its
/// fields are, so that one slip is an error and not a lost column.
pub(crate) fn parse(text: &str) -> Result<Table, String> {
    let mut rows = read_rows(text.trim_start_matches('\u{feff}'))?;
    let Some(first) = rows.first() else { return Err("the file is empty".into()) };
    let columns = first.fields.len();
    let is_numeric: Vec<bool> = (0..columns).map(|j| mostly_numbers(&rows, j)).collect();
    let has_header = (0..columns).any(|j| is_numeric[j] && !is_numeric_token(&rows[0].fields[j]))
        || rows.len() == 1 && !is_numeric.contains(&true);
    let header = if has_header { rows.remove(0).fields } else { StringRecord::new() };
    if rows.is_empty() {
        return Err("there is a header but no row of data".into());
    }
    let names: Vec<String> = (0..columns).map(|j| column_name(&header, j)).collect();
    let kept: Vec<usize> =
        (0..columns).filter(|&j| is_numeric[j] && !names[j].starts_with("meta_")).collect();
    if kept.is_empty() {
        return Err("no column holds numbers".into());
    }
    let mut values = Vec::with_capacity(rows.len() * kept.len());
    for row in &rows {
        for &j in &kept {
            values.push(number(&row.fields[j]).map_err(|problem| row.refusal(&names[j], problem))?);
        }
    }
    Ok(Table {
        left_out: (0..columns).filter(|j| !kept.contains(j)).map(|j| names[j].clone()).collect(),
        names: kept.into_iter().map(|j| names[j].clone()).collect(),
        values,
        lines: rows.iter().map(|row| row.line).collect(),
        has_header,
    })
}

struct Row {
    line: u64,
    fields: StringRecord,
}

impl Row {
    fn refusal(&self, column: &str, problem: &str) -> String {
        let mut message = format!("line {}, column '{column}': {problem}", self.line);
        if problem.ends_with("not a number") {
            let _ = write!(message, " (name a column meta_... to leave it out)");
        }
        message
    }
}

fn read_rows(text: &str) -> Result<Vec<Row>, String> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut rows: Vec<Row> = Vec::new();
    for record in reader.records() {
        let fields = record.map_err(|error| error.to_string())?;
        let line = fields.position().map_or(0, |position| first_line(text, position));
        if let Some(first) = rows.first().filter(|first| first.fields.len() != fields.len()) {
            let (due, found) = (first.fields.len(), fields.len());
            return Err(format!("line {line}: {found} fields, but line {} has {due}", first.line));
        }
        rows.push(Row { line, fields });
    }
    Ok(rows)
}

/// Where a record's own text begins: the reader counts the empty lines before it as its own.
fn first_line(text: &str, position: &Position) -> u64 {
    let rest = text.get(position.byte() as usize..).unwrap_or_default();
    let ends = rest.bytes().take_while(|b| matches!(b, b'\r' | b'\n')).filter(|b| *b == b'\n');
    position.line() + ends.count() as u64
}

fn delimiter(text: &str) -> u8 {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    *b",;\t".iter().find(|&&c| line.contains(char::from(c))).unwrap_or(&b',')
}

/// Whether more than half of a column's fields are numbers or stand where one is missing. The first row, perhaps a
/// header, counts only if it is all there is.
fn mostly_numbers(rows: &[Row], column: usize) -> bool {
    let below = if rows.len() > 1 { &rows[1..] } else { rows };
    let field = |row: &&Row| is_numeric_token(&row.fields[column]);
    below.iter().filter(field).count() * 2 > below.len()
}

fn is_numeric_token(field: &str) -> bool {
    field.parse::<f64>().is_ok() || is_missing(field)
}

fn is_missing(field: &str) -> bool {
    ["", "?", "na", "n/a", "null", "none"].contains(&field.to_ascii_lowercase().as_str())
}

fn number(field: &str) -> Result<f64, &'static str> {
    match field.parse::<f64>() {
        Ok(v) if v.is_finite() => Ok(v),
        Ok(_) => Err("NaN or infinite, which has no density"),
        Err(_) if is_missing(field) => Err("the value is missing; fill it in or leave the row out"),
        Err(_) => Err("not a number"),
    }
}

/// The header's name, without characters that cannot be shown; else a number from 1.
fn column_name(header: &StringRecord, column: usize) -> String {
    let name: String = header.get(column).unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
    if name.is_empty() { format!("column {}", column + 1) } else { name }
}

#[cfg(test)]
#[allow(clippy::expect_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        parse(text).expect("a good table")
    }

    fn refusal(text: &str) -> String {
        parse(text).expect_err("should be refused")
    }

    #[test]
    fn header_and_numbers() {
        let table = table("a,b\n1,2\n3,-4.5e1\n");
        assert_eq!(table.names, ["a", "b"]);
        assert_eq!(table.values, [1.0, 2.0, 3.0, -45.0]);
        assert_eq!(table.lines, [2, 3]);
        assert!(table.has_header && table.left_out.is_empty());
        assert_eq!(table.column(1).collect::<Vec<_>>(), [2.0, -45.0]);
    }

    #[test]
    fn without_a_header_columns_are_numbered() {
        let table = table("5.1,3.5,setosa\n4.9,3,virginica\n");
        assert!(!table.has_header);
        assert_eq!(table.names, ["column 1", "column 2"]);
        assert_eq!(table.left_out, ["column 3"]);
        assert_eq!(table.rows().len(), 2);
    }

    #[test]
    fn text_and_meta_columns_are_left_out() {
        let table = table("id,x,meta_day,y\nr1,1,10,2\nr2,3,11,4\n");
        assert_eq!(table.names, ["x", "y"]);
        assert_eq!(table.left_out, ["id", "meta_day"]);
        assert_eq!(table.values, [1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn quotes_spaces_empty_lines_and_line_ends() {
        let table = table("\u{feff}\"length, mm\", b \r\n\r\n\"1\" , 2\r\n\"3\",\"4\"");
        assert_eq!(table.names, ["length, mm", "b"]);
        assert_eq!(table.values, [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(table.lines, [3, 4]);
    }

    #[test]
    fn a_quoted_name_may_span_lines_and_lines_still_count() {
        let table = table("\"two\nlines\",b\n1,2\n3,4\n");
        assert_eq!(table.names, ["twolines", "b"]);
        assert_eq!(table.lines, [3, 4]);
    }

    #[test]
    fn semicolons_and_tabs_separate_too() {
        assert_eq!(table("a;b\n1;2\n").values, [1.0, 2.0]);
        assert_eq!(table("a\tb\n1\t2\n").values, [1.0, 2.0]);
    }

    #[test]
    fn one_row_or_one_column_is_a_table() {
        assert_eq!(table("1,2").values, [1.0, 2.0]);
        assert_eq!(table("x\n1\n2\n").rows().len(), 2);
    }

    #[test]
    fn refusals_name_line_and_column() {
        assert_eq!(refusal("a,b\n1,2\n3\n"), "line 3: 1 fields, but line 1 has 2");
        assert_eq!(refusal("a,b\n1,2\n\n3,4,5\n"), "line 4: 3 fields, but line 1 has 2");
        assert!(refusal("a,b\n1,2\n3,4\n5,x6\n").starts_with("line 4, column 'b': not a number"));
        assert!(refusal("a,b\n1,2\n3,4\n,6\n").starts_with("line 4, column 'a': the value is missing"));
        assert!(refusal("a\n1\nNA\n").starts_with("line 3, column 'a': the value is missing"));
        for token in ["nan", "NaN", "inf", "-Infinity", "1e999"] {
            let refusal = refusal(&format!("a,b\n1,{token}\n3,4\n"));
            assert!(refusal.starts_with("line 2, column 'b': NaN or infinite"), "{token}: {refusal}");
        }
    }

    #[test]
    fn a_slip_in_the_first_row_below_the_header_is_not_a_label_column() {
        assert!(refusal("a,b\n1,2o\n3,4\n5,6\n").starts_with("line 2, column 'b'"));
    }

    #[test]
    fn nothing_to_fit_is_refused() {
        assert_eq!(refusal(""), "the file is empty");
        assert_eq!(refusal("\n\n"), "the file is empty");
        assert_eq!(refusal("a,b\n"), "there is a header but no row of data");
        assert_eq!(refusal("a,b\nx,y\nu,v\n"), "no column holds numbers");
        assert_eq!(refusal("meta_a\n1\n2\n"), "no column holds numbers");
    }
}
