//! What the reader makes of good and of bad text.
#![allow(clippy::expect_used)] // a test that cannot go on should stop

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

fn chosen(text: &str, columns: &[&str]) -> Result<Table, String> {
    let columns = Some(columns.iter().map(ToString::to_string).collect());
    read(text, &Choice { columns, ..Choice::default() })
}

#[test]
fn columns_are_taken_by_name_or_number_in_the_order_given() {
    let text = "a,b,meta_c\n1,2,3\n4,5,6\n";
    assert_eq!(chosen(text, &["meta_c", "1"]).map(|t| t.values), Ok(vec![3.0, 1.0, 6.0, 4.0]));
    assert_eq!(chosen(text, &["b"]).map(|t| (t.names, t.left_out)), Ok((vec!["b".into()], vec![])));
    assert_eq!(chosen(text, &["d"]), Err("there is no column 'd'; there are a, b, meta_c".into()));
    assert_eq!(chosen(text, &["a", "1"]), Err("--columns names '1' twice".into()));
    assert!(chosen("a,a\n1,2\n", &["a"]).expect_err("two").contains("columns 1 and 2 are both named 'a'"));
    assert!(
        chosen("a,t\n1,x\n2,y\n", &["t"]).expect_err("text").starts_with("line 2, column 't': not a number")
    );
}

#[test]
fn rows_with_a_missing_value_are_dropped_on_request_and_counted() {
    let drop = Choice { drop_missing: true, ..Choice::default() };
    let table = read("a,b\n1,2\n3,NA\nnan,4\n5,inf\n,\n7,8\n", &drop).expect("two whole rows");
    assert_eq!((table.values, table.lines, table.dropped), (vec![1.0, 2.0, 7.0, 8.0], vec![2, 7], 4));
    assert_eq!(read("a,b\n1,\n,2\n", &drop), Err("a value is missing in each of the 2 rows".into()));
    assert!(read("a,b\n1,2\n3,x\n5,6\n", &drop).expect_err("text is no missing value").starts_with("line 3"));
}

#[test]
fn decimal_commas_and_thousands_are_read_and_said() {
    let german = table("a;b\n1,5;2\n0,25;1.234,5\n");
    assert_eq!(german.values, [1.5, 2.0, 0.25, 1234.5]);
    assert_eq!(german.notes, ["a: '1,5' is read as 1.5", "b: '1.234,5' is read as 1234.5"]);
    assert_eq!(table("1,5\t2,5\n3,5\t4,5\n").values, [1.5, 2.5, 3.5, 4.5]);
    assert_eq!(table("1,5;2,5\n3,5;4,5\n").values, [1.5, 2.5, 3.5, 4.5]);
    let thousands = table("a,b\n\"1,234.5\",1\n\"2,000\",2\n");
    assert_eq!(thousands.values, [1234.5, 1.0, 2000.0, 2.0]);
    assert_eq!(table("a\n1.234\n2.5\n").notes, Vec::<String>::new());
    let doubt = refusal("a;b\n1,5;1.234\n2,5;5.678\n");
    assert!(doubt.starts_with("line 2, column 'b': the mark in '1.234' can be"), "{doubt}");
}

#[test]
fn a_mark_that_can_be_either_is_refused_until_it_is_said() {
    let text = "a;b\n1,234;2\n2,345;3\n";
    assert!(
        refusal(text)
            .starts_with("line 2, column 'a': the mark in '1,234' can be one for fractions or thousands")
    );
    for (decimal, first) in [(Decimal::Comma, 1.234), (Decimal::Point, 1234.0)] {
        let table = read(text, &Choice { decimal: Some(decimal), ..Choice::default() });
        assert_eq!(table.map(|t| t.values[0]), Ok(first));
    }
    assert!(
        refusal("a;b\n1,5;2\n2.5;3\n").starts_with("column 'a': '2.5' in line 3 has a decimal point, '1,5'")
    );
    assert!(
        refusal("x\n1,5\n2,5\n")
            .ends_with("(where commas are decimal, fields need another separator: ; or tab)")
    );
}

#[test]
fn blanks_separate_and_comments_are_passed_over() {
    let spaces = table("# written by hand\n  a   b\n 1   2.5\n-3 4\n");
    assert_eq!((spaces.names, spaces.values), (vec!["a".into(), "b".into()], vec![1.0, 2.5, -3.0, 4.0]));
    assert_eq!(spaces.lines, [3, 4]);
    let numpy = table("# x, y\n1.0,2.0\n# 5.0,6.0\n3.0,4.0\n");
    assert_eq!((numpy.names, numpy.lines), (vec!["x".into(), "y".into()], vec![2, 4]));
    assert_eq!(numpy.notes, ["1 line among the data begins with # and is a comment"]);
    assert_eq!(table("day\n1 234\n5 678\n").values, [1234.0, 5678.0], "one column, thousands");
    assert_eq!(table("name of row,x\na b,1\nc d,2\n").names, ["x"]);
}

#[test]
fn a_column_of_remarks_or_of_nothing_is_left_out() {
    let table = table("x,remark,none\n1,,\n2,look,\n3,,\n");
    assert_eq!((table.names, table.left_out), (vec!["x".into()], vec!["remark".into(), "none".into()]));
}
