//! A thousand random tables, written in every way that is read, and then damaged: the reader tells the truth or refuses.

use std::fmt::Write as _;

use gaussmix::rand_core::Rng;
use rand_pcg::Pcg32;

use crate::csv::{self, Choice, Table};
use crate::text;

const CASES: u64 = 1000;

/// A table of numbers, and the text of each field.
struct Written {
    names: Vec<String>,
    values: Vec<Vec<f64>>,
    cells: Vec<Vec<String>>,
    separator: char,
    ending: &'static str,
    has_header: bool,
    is_german: bool,
    is_grouped: bool,
}

struct Dice(Pcg32);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0.next_u32() as usize % n
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

impl Written {
    fn draw(dice: &mut Dice) -> Self {
        let (rows, columns) = (dice.below(30) + 4, dice.below(5) + 1);
        let separator = if columns == 1 { ',' } else { dice.of(&[',', ',', ';', '\t', ' ']) };
        let is_german = matches!(separator, ';' | '\t') && dice.below(2) == 0;
        let decimals: Vec<usize> = (0..columns).map(|_| dice.of(&[0, 1, 2, 4])).collect();
        let scales: Vec<f64> = (0..columns).map(|_| dice.of(&[1.0, 30.0, 9000.0])).collect();
        let is_grouped = dice.below(4) == 0 && separator != ' ';
        let mut cells = vec![Vec::new(); rows];
        let mut values = vec![Vec::new(); rows];
        for i in 0..rows {
            for j in 0..columns {
                let number = (f64::from(dice.0.next_u32()) / 2e9 - 1.0) * scales[j];
                let mut text = format!("{number:.*}", decimals[j]);
                values[i].push(text.parse().expect("a number"));
                if is_grouped {
                    text = grouped(&text);
                }
                if is_german {
                    text = text
                        .chars()
                        .map(|c| {
                            if c == '.' {
                                ','
                            } else if c == ',' {
                                '.'
                            } else {
                                c
                            }
                        })
                        .collect();
                }
                if text.contains(separator) || dice.below(20) == 0 {
                    text = format!("\"{text}\"");
                }
                cells[i].push(text);
            }
        }
        let names =
            (0..columns).map(|j| format!("{}{j}", dice.of(&["x", "weight_", "Wert "]).trim_end())).collect();
        Self {
            names,
            values,
            cells,
            separator,
            ending: dice.of(&["\n", "\r\n"]),
            has_header: dice.below(5) > 0,
            is_german,
            is_grouped,
        }
    }

    fn lines(&self) -> Vec<String> {
        let separator = self.separator.to_string();
        let header = self.has_header.then(|| self.names.join(&separator));
        header.into_iter().chain(self.cells.iter().map(|row| row.join(&separator))).collect()
    }

    fn text(&self, lines: &[String]) -> String {
        lines.iter().fold(String::new(), |mut text, line| {
            let _ = write!(text, "{line}{}", self.ending);
            text
        })
    }

    /// The line of row `i`.
    fn line(&self, i: usize) -> usize {
        i + 1 + usize::from(self.has_header)
    }

    fn name(&self, j: usize) -> String {
        if self.has_header { self.names[j].clone() } else { format!("column {}", j + 1) }
    }

    /// Whether its numbers can be known: marks between thousands, and hardly another, say too little.
    fn is_knowable(&self) -> bool {
        let other = if self.is_german { ',' } else { '.' };
        !self.is_grouped || self.cells.concat().concat().matches(other).count() > 3
    }

    /// How many rows of the table are not, as far as its names are known, among those that were written.
    fn strangers(&self, table: &Table) -> usize {
        let known: Vec<(usize, usize)> = (0..self.names.len())
            .filter_map(|j| Some((j, table.names.iter().position(|name| *name == self.name(j))?)))
            .collect();
        let is_known = |row: &[f64]| {
            self.values.iter().any(|own| {
                known.iter().all(|(j, at)| own[*j].to_bits() == row[*at].to_bits() || own[*j] == row[*at])
            })
        };
        table.rows().filter(|row| !is_known(row)).count()
    }
}

/// Commas between thousands.
fn grouped(text: &str) -> String {
    let (sign, digits) = text.split_at(usize::from(text.starts_with('-')));
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    match whole.len() {
        4.. => format!("{sign}{},{}{fraction}", &whole[..whole.len() - 3], &whole[whole.len() - 3..]),
        _ => text.into(),
    }
}

fn read(bytes: &[u8], choice: &Choice) -> Result<Table, String> {
    csv::read(&text::of_bytes(bytes)?, choice)
}

/// Whether it is refused because a mark can be read in two ways, or in two ways at once. Nothing is silent about that.
fn is_doubt(refusal: &str) -> bool {
    refusal.contains("fractions or thousands") || refusal.contains("has a decimal comma")
}

fn dice(case: u64) -> Dice {
    Dice(Pcg32::new(case, 12))
}

#[test]
fn what_is_whole_is_read_as_it_was_written() {
    let mut doubts = 0;
    for case in 0..CASES {
        let written = Written::draw(&mut dice(case));
        if !written.is_knowable() {
            continue;
        }
        let text = written.text(&written.lines());
        match read(text.as_bytes(), &Choice::default()) {
            Ok(table) => {
                assert_eq!(table.values, written.values.concat(), "case {case}:\n{text}");
                let names: Vec<String> = (0..written.names.len()).map(|j| written.name(j)).collect();
                assert_eq!(table.names, names, "case {case}:\n{text}");
            }
            Err(refusal) => {
                assert!(is_doubt(&refusal), "case {case}: {refusal}\n{text}");
                doubts += 1;
            }
        }
    }
    assert!(doubts < CASES / 20, "{doubts} of {CASES}");
}

#[test]
fn one_bad_cell_is_told_by_line_and_column_or_dropped_with_its_row() {
    for case in 0..CASES {
        let mut dice = dice(case);
        let mut written = Written::draw(&mut dice);
        let whole = written.text(&written.lines());
        if !written.is_knowable() || read(whole.as_bytes(), &Choice::default()).is_err() {
            continue;
        }
        let (i, j) = (dice.below(written.values.len()), dice.below(written.names.len()));
        if i == 0 && !written.has_header {
            continue; // a header for all that can be known
        }
        let is_missing = dice.below(2) == 0;
        let bad = if is_missing {
            dice.of(&["NA", "nan", "inf"])
        } else {
            dice.of(&["ERR", "12a", "1.2.3", "--4", "0x1f"])
        };
        written.cells[i][j] = bad.into();
        let text = written.text(&written.lines());
        let refusal = read(text.as_bytes(), &Choice::default()).expect_err("a bad cell");
        let place = format!("line {}, column '{}'", written.line(i), written.name(j));
        assert!(
            refusal.starts_with(&place) || is_doubt(&refusal),
            "case {case}: {refusal}, not {place}\n{text}"
        );
        let dropping = Choice { drop_missing: true, ..Choice::default() };
        match read(text.as_bytes(), &dropping) {
            Ok(table) => {
                assert!(is_missing && table.dropped == 1, "case {case}:\n{text}");
                written.values.remove(i);
                assert_eq!(table.values, written.values.concat(), "case {case}:\n{text}");
            }
            Err(refusal) => assert!(!is_missing || is_doubt(&refusal), "case {case}: {refusal}\n{text}"),
        }
    }
}

#[test]
fn a_row_that_is_too_short_or_too_long_is_told_by_line() {
    for case in 0..CASES {
        let mut dice = dice(case);
        let mut written = Written::draw(&mut dice);
        if written.names.len() < 2 {
            continue;
        }
        let i = dice.below(written.values.len() - 1) + 1;
        match dice.below(2) {
            0 => drop(written.cells[i].pop()),
            _ => written.cells[i].push("7".into()),
        }
        let text = written.text(&written.lines());
        let refusal = read(text.as_bytes(), &Choice::default()).expect_err("a ragged row");
        let place = format!("line {}: ", written.line(i));
        assert!(refusal.starts_with(&place), "case {case}: {refusal}, not {place}\n{text}");
    }
}

/// Bytes that are changed, doubled or lost anywhere, lines that are swapped: no panic, and no column that holds another's
/// numbers. What a changed digit says nobody can know, and a row may be cut in two, so twice as many rows may be strange
/// as there were changes.
#[test]
fn random_damage_is_refused_or_stays_where_it_is() {
    const BYTES: &[u8] = b"0123456789.,;\t \"'#-+eEnax\r\n\0\xff\xe4";
    let (mut read_all, mut refused) = (0, 0);
    for case in 0..CASES {
        let mut dice = dice(case);
        let written = Written::draw(&mut dice);
        if !written.is_knowable() {
            continue;
        }
        let mut lines = written.lines();
        let damages = dice.below(3) + 1;
        for _ in 0..dice.below(2) {
            let (a, b) = (dice.below(lines.len()), dice.below(lines.len()));
            lines.swap(a, b);
        }
        let mut bytes = written.text(&lines).into_bytes();
        for _ in 0..damages {
            let at = dice.below(bytes.len());
            match dice.below(3) {
                0 => bytes[at] = dice.of(BYTES),
                1 => bytes.insert(at, dice.of(BYTES)),
                _ => drop(bytes.remove(at)),
            }
        }
        let choice = Choice { drop_missing: dice.below(2) == 0, ..Choice::default() };
        let shown = String::from_utf8_lossy(&bytes);
        match read(&bytes, &choice) {
            Ok(table) => {
                read_all += 1;
                let strange = written.strangers(&table);
                assert!(
                    strange <= 2 * damages,
                    "case {case}: {strange} rows, {damages} changes\n{shown}\n{table:?}"
                );
                assert!(table.values.iter().all(|value| value.is_finite()));
                assert_eq!(table.values.len(), table.lines.len() * table.features());
            }
            Err(refusal) => {
                refused += 1;
                let is_placed = [
                    "line ",
                    "no column holds numbers",
                    "this is ",
                    "a value is missing in each",
                    "there is a header",
                ]
                .iter()
                .any(|part| refusal.contains(part));
                assert!(is_placed, "case {case}: {refusal}\n{shown}");
            }
        }
    }
    assert!(read_all > CASES / 5 && refused > CASES / 5, "{read_all} read, {refused} refused");
}
