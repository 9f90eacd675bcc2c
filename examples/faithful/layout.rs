//! How the fields of a text are separated, and its records.

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::number::is_numeric;

/// What stands between fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    Byte(u8),
    Blanks,
}

/// Where several separators would do, the first is taken.
const SEPARATORS: [Separator; 4] =
    [Separator::Byte(b','), Separator::Byte(b';'), Separator::Byte(b'\t'), Separator::Blanks];

/// So many records show how fields are separated.
const SAMPLE: usize = 64;

/// A text with its separator.
pub(crate) struct Layout<'a> {
    /// Blanks between fields have become tabs.
    text: Cow<'a, str>,
    separator: Separator,
}

impl<'a> Layout<'a> {
    /// Of all separators the one that cuts the first lines into most numbers, in rows of the same length.
    pub(crate) fn of(text: &'a str) -> Self {
        let head = head(text, SAMPLE);
        let mut best = (0, Separator::Byte(b','));
        for separator in SEPARATORS {
            let score = score(&Layout::with(head, separator));
            // Texts have blanks too.
            if score > best.0 && (separator != Separator::Blanks || score > 300) {
                best = (score, separator);
            }
        }
        Self::with(text, best.1)
    }

    fn with(text: &'a str, separator: Separator) -> Self {
        let text = if separator == Separator::Blanks { tabs_for_blanks(text).into() } else { text.into() };
        Self { text, separator }
    }

    /// The names in the last comment before the data, if it has one for each column, as numpy writes it.
    pub(crate) fn header(&self, columns: usize) -> Option<StringRecord> {
        let is_comment = |line: &&str| line.is_empty() || line.starts_with('#');
        let last = self.text.lines().take_while(is_comment).filter(|line| !line.is_empty()).last()?;
        let text = last.trim_start_matches('#');
        let line = Layout { text: text.trim_start().into(), separator: self.separator };
        let mut names = None;
        let _ = records(&line, |_, _, fields| {
            names = Some(fields.clone());
            Ok(())
        });
        names.filter(|names| {
            names.len() == columns && columns > 1 && !names.iter().any(|name| name.parse::<f64>().is_ok())
        })
    }

    /// What was passed over below the first row.
    pub(crate) fn comments(&self) -> Option<String> {
        let is_comment = |line: &&str| line.starts_with('#');
        let rows = self.text.lines().skip_while(|line| line.is_empty() || is_comment(line));
        match rows.filter(is_comment).count() {
            0 => None,
            1 => Some("1 line among the data begins with # and is a comment".into()),
            count => Some(format!("{count} lines among the data begin with # and are comments")),
        }
    }

    /// The refusal of a row of another length.
    pub(crate) fn ragged(&self, line: u64, found: usize, first_line: u64, due: usize) -> String {
        let mut message = format!("line {line}: {found} fields, but line {first_line} has {due}");
        if self.separator == Separator::Byte(b',') && due == 1 && found == 2 {
            message += " (where commas are decimal, fields need another separator: ; or tab)";
        }
        message
    }
}

/// Calls `each` with every record, its number from 0 and the line on which it begins.
pub(crate) fn records(
    layout: &Layout<'_>,
    mut each: impl FnMut(usize, u64, &StringRecord) -> Result<(), String>,
) -> Result<(), String> {
    let text = layout.text.as_bytes();
    let delimiter = match layout.separator {
        Separator::Byte(byte) => byte,
        Separator::Blanks => b'\t',
    };
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .comment(Some(b'#'))
        .delimiter(delimiter)
        .from_reader(text);
    let mut fields = StringRecord::new();
    let mut index = 0;
    while reader.read_record(&mut fields).map_err(|error| error.to_string())? {
        let line = fields.position().map_or(0, |position| {
            position.line() + lines_before(text.get(position.byte() as usize..).unwrap_or_default())
        });
        let is_last = reader.position().byte() as usize >= text.len();
        if is_last
            && fields.iter().any(|field| field.contains('\n'))
            && !text.trim_ascii_end().ends_with(b"\"")
        {
            return Err(format!("line {line}: a quote is never closed"));
        }
        // A line of blanks alone is empty too.
        if fields.len() > 1 || fields.get(0).is_some_and(|field| !field.is_empty()) {
            each(index, line, &fields)?;
            index += 1;
        }
    }
    Ok(())
}

/// The reader counts the empty lines and comments before a record as its own.
fn lines_before(mut rest: &[u8]) -> u64 {
    let mut lines = 0;
    loop {
        let end = match rest {
            [b'\r', b'\n', ..] => 1,
            [b'\n', ..] => 0,
            [b'\r', ..] => {
                rest = &rest[1..];
                continue;
            }
            [b'#', ..] => match rest.iter().position(|b| *b == b'\n') {
                Some(end) => end,
                None => return lines,
            },
            _ => return lines,
        };
        rest = &rest[end + 1..];
        lines += 1;
    }
}

/// The first lines of a text that are no comments, and the comments before them.
fn head(text: &str, count: usize) -> &str {
    let mut seen = 0;
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        end += line.len();
        seen += usize::from(!line.starts_with('#') && !line.trim().is_empty());
        if seen == count {
            break;
        }
    }
    &text[..end]
}

/// How many fields below the first row are numbers, in rows that are as long as most.
fn score(layout: &Layout<'_>) -> usize {
    let mut rows: Vec<(usize, usize)> = Vec::new();
    let counted = records(layout, |_, _, fields| {
        rows.push((fields.len(), fields.iter().filter(|f| is_numeric(f) && !f.is_empty()).count()));
        Ok(())
    });
    let as_long = |length: usize| rows.iter().filter(|row| row.0 == length).count();
    let Some(length) = rows.iter().map(|row| row.0).max_by_key(|length| as_long(*length)) else { return 0 };
    // One name over two fields may be one column, with blanks between thousands.
    let is_one = layout.separator == Separator::Blanks && length == 2 && rows[0].0 != length;
    if counted.is_err() || length < 2 || is_one || as_long(length) * 2 <= rows.len() {
        return 0;
    }
    // Shares of numbers, in thousandths, and then rows of that length.
    let numbers: usize = rows.iter().filter(|row| row.0 == length).map(|row| row.1).sum();
    1 + 1000 * numbers / (length * as_long(length)) * as_long(length) / rows.len()
}

/// A tab for every run of blanks outside of quotes, none at the ends of lines.
fn tabs_for_blanks(text: &str) -> String {
    let mut tabbed = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let ending = &line[line.trim_end_matches(['\n', '\r']).len()..];
        let (mut is_quoted, mut is_gap) = (false, false);
        for c in line.trim().chars() {
            is_quoted ^= c == '"';
            let is_blank = !is_quoted && (c == ' ' || c == '\t');
            if is_gap && !is_blank {
                tabbed.push('\t');
            }
            is_gap = is_blank;
            if !is_blank {
                tabbed.push(c);
            }
        }
        tabbed.push_str(ending);
    }
    tabbed
}
