//! What makes a table unfit for a mixture of Gaussians: columns that are no measurements, rows that repeat.

use std::collections::HashSet;

use crate::csv::Table;

/// Fewer distinct values make a column a label, not a measurement.
const LABELS: usize = 10;

pub(crate) fn is_constant(table: &Table, j: usize) -> bool {
    let mut values = table.column(j);
    let first = values.next();
    values.all(|value| Some(value) == first)
}

/// Whether a column counts the rows and its name says so too: it has none, or one for an index.
pub(crate) fn is_index(table: &Table, j: usize) -> bool {
    const NAMES: [&str; 8] = ["index", "id", "idx", "unnamed: 0", "row", "rowid", "row_id", "rownames"];
    let name = table.names[j].to_lowercase();
    let is_named = NAMES.contains(&name.as_str()) || table.has_header && name.starts_with("column ");
    is_named && counts_rows(table, j)
}

/// Whether the values are 0, 1, 2, … or 1, 2, 3, …, with a gap for each row that was dropped.
fn counts_rows(table: &Table, j: usize) -> bool {
    let rows = table.rows().len();
    let mut values = table.column(j);
    let (Some(first), Some(last)) = (values.next(), table.column(j).last()) else { return false };
    let mut before = first;
    let rises = values.all(|value| {
        let step = value - before;
        before = value;
        step >= 1.0 && step.fract() == 0.0
    });
    let most = first + (rows + table.dropped - 1) as f64;
    rows >= LABELS
        && rises
        && first >= 0.0
        && first <= 1.0 + table.dropped as f64
        && last <= most
        && first.fract() == 0.0
}

/// One sentence for each thing that looks wrong.
pub(crate) fn warnings(table: &Table) -> Vec<String> {
    let mut warnings: Vec<String> = (0..table.features()).filter_map(|j| of_column(table, j)).collect();
    warnings.extend(of_rows(table));
    warnings
}

fn of_column(table: &Table, j: usize) -> Option<String> {
    let (name, rows) = (&table.names[j], table.rows().len());
    if counts_rows(table, j) {
        return Some(format!(
            "'{name}' counts the rows: if it is an index, choose the other columns with --columns"
        ));
    }
    let mut seen: Vec<f64> = Vec::new();
    for value in table.column(j) {
        if !seen.contains(&value) {
            seen.push(value);
            if seen.len() > LABELS || seen.len() * 5 > rows {
                return None;
            }
        }
    }
    let count = seen.len();
    Some(format!(
        "'{name}' has only {count} distinct values: if it is a label, choose the other columns with --columns"
    ))
}

/// More than half of the rows repeat others, over features that are not all labels.
fn of_rows(table: &Table) -> Option<String> {
    let rows = table.rows().len();
    let bits = |row: &[f64]| row.iter().map(|value| (value + 0.0).to_bits()).collect::<Vec<u64>>();
    let mut distinct: HashSet<Vec<u64>> = HashSet::new();
    for row in table.rows() {
        distinct.insert(bits(row));
        if distinct.len() * 2 > rows {
            return None;
        }
    }
    let count = distinct.len();
    let is_telling = table.features() > 1 || count <= LABELS;
    is_telling.then(|| {
        format!("only {count} of the {rows} rows are distinct: a component may rest on rows that repeat")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv;

    fn table(header: &str, row: impl Fn(usize) -> String) -> Table {
        let rows: String = (0..40).map(|i| row(i) + "\n").collect();
        csv::parse(&format!("{header}\n{rows}")).expect("a good table")
    }

    #[test]
    fn an_index_is_known_by_name_and_values() {
        for header in [",x", "id,x", "Index,x", "Unnamed: 0,x"] {
            assert!(is_index(&table(header, |i| format!("{i},{}.5", i * i % 97)), 0), "{header}");
            assert!(
                is_index(&table(header, |i| format!("{},{}.5", i + 1, i * i % 97)), 0),
                "{header} from 1"
            );
            assert!(!is_index(&table(header, |i| format!("{},{}.5", i * 2, i * i % 97)), 0), "{header} by 2");
        }
        let time = table("time,x", |i| format!("{i},{}.5", i * i % 97));
        assert!(!is_index(&time, 0));
        assert!(warnings(&time)[0].starts_with("'time' counts the rows"));
    }

    #[test]
    fn an_index_is_known_where_rows_were_dropped() {
        let rows: String = (0..40)
            .map(|i| format!("{i},{}\n", if i % 7 == 0 { "NA".into() } else { (i * i).to_string() }))
            .collect();
        let choice = csv::Choice { drop_missing: true, ..csv::Choice::default() };
        let table = csv::read(&format!("id,x\n{rows}"), &choice).expect("most rows are whole");
        assert!(table.dropped == 6 && is_index(&table, 0));
    }

    #[test]
    fn labels_and_rows_that_repeat_are_warned_of() {
        let labelled = warnings(&table("x,class", |i| format!("{}.5,{}", i * i, i % 3)));
        assert_eq!(labelled.len(), 1, "{labelled:?}");
        assert!(labelled[0].starts_with("'class' has only 3 distinct values"));
        let repeated = warnings(&table("x,y", |i| format!("{}.5,{}", i / 2, i / 2 * 7 % 31)));
        assert_eq!(
            repeated,
            ["only 20 of the 40 rows are distinct: a component may rest on rows that repeat"]
        );
        assert_eq!(warnings(&table("x,y", |i| format!("{},{}.5", i * i, i * 7 % 31))), Vec::<String>::new());
    }
}
