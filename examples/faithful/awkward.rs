//! Files as people have them: what is read, what is said about it, what is refused.

use crate::csv::{self, Choice};
use crate::dataset::Dataset;
use crate::text;

/// As `Dataset::load` reads a file.
fn load(bytes: &[u8], choice: &Choice) -> Result<Dataset, String> {
    Dataset::of_table("file".into(), csv::read(&text::of_bytes(bytes)?, choice)?, choice)
}

/// Two clusters, a row for each i; `cells` makes the row of two measurements.
fn rows(header: &str, cells: impl Fn(usize, f64, f64) -> String) -> Vec<u8> {
    let mut text = format!("{header}\n");
    for i in 0..120 {
        let far = if i % 3 == 0 { 40.0 } else { 0.0 };
        let (x, y) = ((i * 37 % 101) as f64 / 10.0 + far, (i * 53 % 97) as f64 / 10.0 - far);
        text += &(cells(i, x, y) + "\n");
    }
    text.into_bytes()
}

fn plain(bytes: &[u8]) -> Dataset {
    load(bytes, &Choice::default()).expect("a good table")
}

fn refusal(bytes: &[u8]) -> String {
    load(bytes, &Choice::default()).err().expect("should be refused")
}

fn dropping() -> Choice {
    Choice { drop_missing: true, ..Choice::default() }
}

/// Separators, marks, quotes, labels and dates make the same table.
#[test]
fn every_dialect_is_the_same_table() {
    let expected = plain(&rows("x,y", |_, x, y| format!("{x:.1},{y:.1}"))).table;
    let dialects = [
        ("semicolons", rows("x;y", |_, x, y| format!("{x:.1};{y:.1}"))),
        ("tabs", rows("x\ty", |_, x, y| format!("{x:.1}\t{y:.1}"))),
        ("spaces", rows("x   y", |_, x, y| format!(" {x:>8.1}  {y:.1}"))),
        ("BOM, CRLF", rows("\u{feff}x,y\r", |_, x, y| format!("{x:.1},{y:.1}\r"))),
        ("quotes", rows("\"x\",\"y\"", |_, x, y| format!("\"{x:.1}\",\"{y:.1}\""))),
        ("German decimals", rows("x;y", |_, x, y| format!("{x:.1};{y:.1}").replace('.', ","))),
        ("a text label", rows("x,y,kind", |i, x, y| format!("{x:.1},{y:.1},{}", ["a", "b"][i % 2]))),
        ("an ISO date", rows("day,x,y", |i, x, y| format!("2024-03-{:02},{x:.1},{y:.1}", i % 28 + 1))),
        ("a comment", rows("# made by hand\nx,y", |_, x, y| format!("{x:.1},{y:.1}"))),
        ("a pandas index", rows(",x,y", |i, x, y| format!("{i},{x:.1},{y:.1}"))),
        ("an id from 1", rows("id,x,y", |i, x, y| format!("{},{x:.1},{y:.1}", i + 1))),
        ("a constant column", rows("x,unit,y", |_, x, y| format!("{x:.1},7,{y:.1}"))),
        ("an empty column", rows("x,y,", |_, x, y| format!("{x:.1},{y:.1},"))),
    ];
    for (name, bytes) in dialects {
        let dataset = plain(&bytes);
        assert_eq!(dataset.table.names, ["x", "y"], "{name}");
        assert_eq!(dataset.table.values, expected.values, "{name}");
        assert!(dataset.warnings.is_empty(), "{name}: {:?}", dataset.warnings);
        let lines_before = usize::from(name == "a comment");
        assert_eq!(dataset.table.lines[0] as usize, 2 + lines_before, "{name}");
    }
}

#[test]
fn what_was_left_out_or_converted_is_said() {
    let notes = |bytes: &[u8]| plain(bytes).notes;
    assert_eq!(
        notes(&rows(",x,y", |i, x, y| format!("{i},{x:.1},{y:.1}"))),
        ["left out: 'column 1' counts the rows; --columns can keep it"]
    );
    assert_eq!(
        notes(&rows("x,unit,y", |_, x, y| format!("{x:.1},7,{y:.1}"))),
        ["left out: 'unit' does not vary"]
    );
    assert_eq!(notes(b"x;y\n0,5;1\n1,5;3\n"), ["x: '0,5' is read as 0.5"]);
    assert_eq!(notes(b"a,b\n\"1,234.5\",1\n\"2,000.5\",3\n"), ["a: '1,234.5' is read as 1234.5"]);
    let labels = rows("x,y,kind", |i, x, y| format!("{x:.1},{y:.1},{}", ["a", "b"][i % 2]));
    assert_eq!(plain(&labels).table.left_out, ["kind"]);
}

#[test]
fn missing_values_are_refused_by_place_or_dropped_and_counted() {
    for token in ["NA", "", "NaN", "inf", "null", "?"] {
        let bytes =
            rows(
                "x,y",
                |i, x, y| {
                    if i % 10 == 3 { format!("{x:.1},{token}") } else { format!("{x:.1},{y:.1}") }
                },
            );
        assert!(refusal(&bytes).starts_with("line 5, column 'y': "), "{token}: {}", refusal(&bytes));
        assert!(refusal(&bytes).contains("--drop-missing"), "{token}");
        let dropped = load(&bytes, &dropping()).expect("most rows are whole").table;
        assert_eq!((dropped.dropped, dropped.lines.len()), (12, 108), "{token}");
    }
}

#[test]
fn an_index_without_a_name_of_its_own_and_a_label_are_warned_of() {
    let warned = |bytes: &[u8]| plain(bytes).warnings;
    let counted = warned(&rows("t,x,y", |i, x, y| format!("{i},{x:.1},{y:.1}")));
    assert!(counted.len() == 1 && counted[0].starts_with("'t' counts the rows"), "{counted:?}");
    let labelled = warned(&rows("x,y,class", |i, x, y| format!("{x:.1},{y:.1},{}", i % 2)));
    assert!(
        labelled.len() == 1 && labelled[0].starts_with("'class' has only 2 distinct values"),
        "{labelled:?}"
    );
    let duplicated = warned(&rows("x,y", |i, _, _| ["1.5,2", "4,7.25"][i % 2].into()));
    assert!(
        duplicated.last().is_some_and(|w| w.starts_with("only 2 of the 120 rows are distinct")),
        "{duplicated:?}"
    );
}

#[test]
fn twenty_features_name_the_cure() {
    let numbers = |i: usize| (0..20).map(|j| format!("{}.5", i * (j + 3) % 97)).collect::<Vec<_>>().join(",");
    let header = (0..20).map(|j| format!("f{j}")).collect::<Vec<_>>().join(",");
    let bytes = rows(&header, |i, _, _| numbers(i));
    assert!(refusal(&bytes).starts_with("20 numeric columns"), "{}", refusal(&bytes));
    assert!(refusal(&bytes).contains("--columns a,b,c"));
    assert_eq!(refusal(&bytes).contains("--features wide-tables"), !cfg!(feature = "wide-tables"));
    let choice = Choice { columns: Some(vec!["f3".into(), "12".into()]), ..Choice::default() };
    assert_eq!(load(&bytes, &choice).expect("two of them").table.names, ["f3", "f11"]);
}

#[test]
fn other_files_are_named() {
    let good = String::from_utf8(rows("l\u{e4}nge,y", |_, x, y| format!("{x:.1},{y:.1}"))).expect("text");
    let utf_16: Vec<u8> =
        [0xfeff].into_iter().chain(good.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert!(refusal(&utf_16).starts_with("this is UTF-16 text"), "{}", refusal(&utf_16));
    assert!(refusal(&utf_16[2..]).contains("UTF-16LE"), "{}", refusal(&utf_16[2..]));
    let latin_1: Vec<u8> = good.chars().map(|c| c as u8).collect();
    assert!(refusal(&latin_1).contains("line 1, byte 2") && refusal(&latin_1).contains("Latin-1"));
    assert!(refusal(b"\x1f\x8b\x08\x00rest").contains("gunzip"));
    assert!(refusal(b"PK\x03\x04rest").contains("save it as CSV"));
}

#[test]
fn what_cannot_be_read_is_told_by_line_and_column() {
    assert!(refusal(b"a,b\n1,2\n3\n5,6\n").starts_with("line 3: 1 fields"));
    assert!(refusal(b"a,b\n1,2\n3,ERR\n5,6\n").starts_with("line 3, column 'b': not a number: 'ERR'"));
    assert!(refusal(b"x\n1,5\n2,5\n").contains("commas are decimal"));
    assert_eq!(refusal(b"a,b\nx,y\nu,v\n"), "no column holds numbers");
    assert_eq!(refusal(b""), "the file is empty");
    assert!(refusal(b"a,b\n1,2\n1,2\n").contains("'a' does not vary"));
    let never_closed = refusal(b"a,b,note\n1,2,\"x\n3,4,y\n5,6,z\n");
    assert!(never_closed.starts_with("line 2: a quote is never closed"), "{never_closed}");
}
