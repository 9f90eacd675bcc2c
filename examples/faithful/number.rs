//! Numbers as people and spreadsheets write them: decimal points or commas, groups of thousands.

/// What separates a number's whole part from its fraction. The other mark may then group thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decimal {
    Point,
    Comma,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell {
    Number(f64),
    /// NaN or infinite.
    NotFinite,
    Missing,
    Text,
}

/// Reads a field.
pub(crate) fn cell(field: &str, decimal: Decimal) -> Cell {
    match value(field, decimal) {
        Some(value) if value.is_finite() => Cell::Number(value),
        Some(_) => Cell::NotFinite,
        None if is_missing(field) => Cell::Missing,
        None => Cell::Text,
    }
}

/// Whether it is a number in one reading or the other, or stands where one is missing.
pub(crate) fn is_numeric(field: &str) -> bool {
    [Decimal::Point, Decimal::Comma].iter().any(|decimal| cell(field, *decimal) != Cell::Text)
}

/// Whether it stands where a value is missing.
pub(crate) fn is_missing(field: &str) -> bool {
    const WORDS: [&str; 12] =
        ["", "?", "na", "n/a", "#n/a", "<na>", "null", "none", "nil", "missing", "-", "."];
    WORDS.iter().any(|word| field.eq_ignore_ascii_case(word))
}

/// The value of a number in this reading.
fn value(field: &str, decimal: Decimal) -> Option<f64> {
    let is_plain = field.bytes().all(|b| b.is_ascii() && !matches!(b, b',' | b'\'' | b' '));
    if is_plain && (decimal == Decimal::Point || !field.contains('.')) {
        return field.parse().ok();
    }
    let (sign, digits) = match field.strip_prefix(['-', '\u{2212}']) {
        Some(digits) => ("-", digits),
        None => ("", field.strip_prefix('+').unwrap_or(field)),
    };
    let (body, exponent) = match digits.find(['e', 'E']) {
        Some(at) => digits.split_at(at),
        None => (digits, ""),
    };
    let mark = if decimal == Decimal::Point { '.' } else { ',' };
    let (whole, fraction) = body.split_once(mark).unwrap_or((body, ""));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(fraction) || !body.starts_with(|c: char| c.is_ascii_digit() || c == mark) {
        return None;
    }
    format!("{sign}{}.{fraction}{exponent}", ungrouped(whole, decimal)?).parse().ok()
}

/// The digits of a whole number, in groups of three or not.
fn ungrouped(whole: &str, decimal: Decimal) -> Option<String> {
    let other = if decimal == Decimal::Point { ',' } else { '.' };
    let is_separator = |c: char| c == other || matches!(c, ' ' | '\'' | '\u{2019}' | '\u{a0}' | '\u{202f}');
    let Some(separator) = whole.chars().find(|c| is_separator(*c)) else {
        return whole.bytes().all(|b| b.is_ascii_digit()).then(|| whole.into());
    };
    let groups: Vec<&str> = whole.split(separator).collect();
    let are_digits = groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_digit()));
    let lengths_fit = (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3);
    // No group of thousands follows a leading 0: 0,123 is a fraction.
    (are_digits && lengths_fit && groups[0] != "0").then(|| groups.concat())
}

/// What the fields of a column say about its decimal mark: an example of each kind, with its line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    /// A number with a decimal point only, or with commas between thousands.
    point: Option<(u64, String)>,
    comma: Option<(u64, String)>,
    /// A number in both readings, with another value: one with a point, and one with a comma.
    either_point: Option<(u64, String)>,
    either_comma: Option<(u64, String)>,
    /// Whether a number has both marks, so that one of them groups thousands.
    has_both: bool,
}

impl Evidence {
    pub(crate) fn see(&mut self, line: u64, field: &str) {
        let has_nothing_to_add = self.point.is_some() && self.either_point.is_some();
        if !field.contains(',') && (has_nothing_to_add || !field.contains('.')) {
            return;
        }
        let place = match (value(field, Decimal::Point), value(field, Decimal::Comma)) {
            (Some(_), None) => &mut self.point,
            (None, Some(_)) => &mut self.comma,
            (Some(a), Some(b)) if a == b => return,
            (Some(_), Some(_)) if field.contains(',') => &mut self.either_comma,
            (Some(_), Some(_)) => &mut self.either_point,
            (None, None) => return,
        };
        if place.is_none() {
            *place = Some((line, field.into()));
        }
        self.has_both |= field.contains(',') && field.contains('.');
    }

    /// The mark of the column, if it says one; what speaks against every mark, if it contradicts itself.
    pub(crate) fn decimal(&self) -> Result<Option<Decimal>, String> {
        match (&self.point, &self.comma) {
            (Some((a, x)), Some((b, y))) => {
                Err(format!("'{x}' in line {a} has a decimal point, '{y}' in line {b} a decimal comma"))
            }
            (Some(_), None) => Ok(Some(Decimal::Point)),
            (None, Some((line, field))) => match &self.either_point {
                Some((other, either)) if !self.has_both => Err(format!(
                    "'{field}' in line {line} has a decimal comma, but the point of '{either}' in line {other} \
                     can be one for fractions or thousands; say --decimal comma if it is one for thousands"
                )),
                _ => Ok(Some(Decimal::Comma)),
            },
            (None, None) => Ok(None),
        }
    }

    /// A number whose mark can be one for fractions or thousands: a comma, or a point if other columns have decimal
    /// commas. Otherwise a point is a decimal point.
    pub(crate) fn doubtful(&self, others_have_commas: bool) -> Option<&(u64, String)> {
        self.either_comma.as_ref().or(self.either_point.as_ref().filter(|_| others_have_commas))
    }

    /// A number that the mark changes, as an example of what was made of it.
    pub(crate) fn example(&self, decimal: Decimal) -> Option<&str> {
        let seen = match decimal {
            Decimal::Comma => {
                self.comma.as_ref().or(self.either_comma.as_ref()).or(self.either_point.as_ref())
            }
            Decimal::Point => {
                self.either_comma.as_ref().or(self.point.as_ref().filter(|(_, f)| f.contains(',')))
            }
        };
        seen.map(|(_, field)| field.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Decimal::{Comma, Point};

    #[test]
    fn a_number_has_the_value_that_its_marks_say() {
        for (field, point, comma) in [
            ("12", Some(12.0), Some(12.0)),
            ("-4.5e1", Some(-45.0), None),
            ("1,5", None, Some(1.5)),
            ("-0,125", None, Some(-0.125)),
            ("1,5e-3", None, Some(0.0015)),
            ("1,234", Some(1234.0), Some(1.234)),
            ("1.234", Some(1.234), Some(1234.0)),
            ("1,234.5", Some(1234.5), None),
            ("1.234,5", None, Some(1234.5)),
            ("12,345,678", Some(12_345_678.0), None),
            ("1 234,5", None, Some(1234.5)),
            ("1\u{a0}234.5", Some(1234.5), None),
            ("1'234'567", Some(1_234_567.0), Some(1_234_567.0)),
            ("\u{2212}7", Some(-7.0), Some(-7.0)),
            (",5", None, Some(0.5)),
            (".5", Some(0.5), None),
            ("1,2,3", None, None),
            ("1234,567", None, Some(1234.567)),
            ("1,23,456", None, None),
            ("2020-01-05", None, None),
            ("1.2.3", None, None),
            ("--5", None, None),
            ("1e5e5", None, None),
            (",", None, None),
            ("e5", None, None),
        ] {
            assert_eq!(value(field, Point), point, "{field} with a point");
            assert_eq!(value(field, Comma), comma, "{field} with a comma");
        }
    }

    #[test]
    fn what_is_no_number_is_missing_or_text() {
        assert_eq!(cell("NA", Point), Cell::Missing);
        assert_eq!(cell("", Comma), Cell::Missing);
        assert_eq!(cell("-inf", Point), Cell::NotFinite);
        assert_eq!(cell("NaN", Comma), Cell::NotFinite);
        assert_eq!(cell("six", Point), Cell::Text);
    }

    fn evidence(fields: &[&str]) -> Evidence {
        let mut evidence = Evidence::default();
        (1..).zip(fields).for_each(|(line, field)| evidence.see(line, field));
        evidence
    }

    #[test]
    fn a_column_says_its_mark_or_that_it_cannot() {
        assert_eq!(evidence(&["1", "2.5"]).decimal(), Ok(Some(Point)));
        assert_eq!(evidence(&["1", "2,5"]).decimal(), Ok(Some(Comma)));
        assert_eq!(evidence(&["2,5", "1,234"]).decimal(), Ok(Some(Comma)));
        assert_eq!(evidence(&["1.234,5", "1.234"]).decimal(), Ok(Some(Comma)));
        assert_eq!(evidence(&["1,234.5", "1,234"]).decimal(), Ok(Some(Point)));
        assert_eq!(evidence(&["7", "1,234"]).decimal(), Ok(None));
        assert!(evidence(&["7", "1,234"]).doubtful(false).is_some());
        assert!(evidence(&["1.234"]).doubtful(false).is_none(), "a point alone is a decimal point");
        assert!(evidence(&["1.234"]).doubtful(true).is_some());
        let mixed = evidence(&["2.5", "2,5"]).decimal();
        assert_eq!(mixed, Err("'2.5' in line 1 has a decimal point, '2,5' in line 2 a decimal comma".into()));
        assert!(evidence(&["2,5", "1.234"]).decimal().is_err_and(|e| e.contains("fractions or thousands")));
    }
}
