//! The text of a file, or what kind of file it is instead.

use std::borrow::Cow;

/// The first bytes of files that hold no text, and what to do with them.
const KINDS: [(&[u8], &str); 6] = [
    (b"\x1f\x8b", "compressed with gzip; unpack it with gunzip"),
    (b"BZh", "compressed with bzip2; unpack it with bunzip2"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; unpack it with unzstd"),
    (b"PK\x03\x04", "a zip archive, or a spreadsheet; save it as CSV"),
    (b"PAR1", "a Parquet file; save it as CSV"),
    (b"\xd0\xcf\x11\xe0", "a spreadsheet; save it as CSV"),
];

/// UTF-8 without its mark, lines ended by `\n`, or why it is none.
pub(crate) fn of_bytes(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    if let Some((_, kind)) = KINDS.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Err(format!("this is {kind}"));
    }
    if let Some(name) = utf_16(bytes) {
        return Err(format!("this is {name} text, not UTF-8; convert it with iconv -f {name} -t UTF-8"));
    }
    let at = |position: usize| {
        let before = bytes.get(..position).unwrap_or_default();
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|b| **b != b'\n').count() + 1;
        (line, column)
    };
    if let Some(position) = bytes.iter().position(|b| *b == 0) {
        let (line, column) = at(position);
        return Err(format!("line {line}, byte {column}: a 0 byte, so this is no text"));
    }
    let text = str::from_utf8(bytes).map_err(|error| {
        let (line, column) = at(error.valid_up_to());
        let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
        format!(
            "line {line}, byte {column}: not UTF-8 text (byte {byte:02x}{}); if this is Latin-1 or Windows-1252, \
             convert it with iconv -f WINDOWS-1252 -t UTF-8",
            latin_1(byte)
        )
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Carriage returns alone ended the lines of old Macintosh files.
    if text.contains('\r') && !text.contains('\n') {
        Ok(text.replace('\r', "\n").into())
    } else {
        Ok(text.into())
    }
}

/// By its mark, or by zeros at every other byte, as where text is mostly ASCII.
fn utf_16(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, ..] => Some("UTF-16"),
        [0xfe, 0xff, ..] => Some("UTF-16"),
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => Some("UTF-16LE"),
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => Some("UTF-16BE"),
        _ => None,
    }
}

/// What a byte is in Latin-1, if it can be shown.
fn latin_1(byte: u8) -> Cow<'static, str> {
    if byte >= 0xa0 { format!(", which is {} in Latin-1", char::from(byte)).into() } else { "".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(bytes: &[u8]) -> String {
        of_bytes(bytes).expect_err("should be refused")
    }

    #[test]
    fn a_mark_of_utf_8_is_no_text() {
        assert_eq!(of_bytes(b"\xef\xbb\xbfa,b\n"), Ok("a,b\n".into()));
        assert_eq!(of_bytes(b""), Ok("".into()));
        assert_eq!(of_bytes(b"a,b\r1,2\r"), Ok("a,b\n1,2\n".into()));
        assert_eq!(of_bytes(b"a,b\r\n"), Ok("a,b\r\n".into()));
    }

    #[test]
    fn other_kinds_of_files_are_named() {
        assert!(refusal(b"\x1f\x8b\x08\0").contains("gzip"));
        assert!(refusal(b"PK\x03\x04..").contains("save it as CSV"));
        assert!(refusal(b"\xff\xfea\0,\0").contains("UTF-16 text"));
        assert!(refusal(b"a\0,\0b\0").contains("UTF-16LE"));
        assert!(refusal(b"\0a\0,\0b").contains("UTF-16BE"));
        assert!(refusal(b"a,b\n1,\0\n").starts_with("line 2, byte 3: a 0 byte"));
    }

    #[test]
    fn bytes_of_latin_1_are_told_by_line_and_as_what_they_are() {
        let told = refusal(b"a,b\nl\xe4nge,2\n");
        assert!(
            told.starts_with("line 2, byte 2: not UTF-8 text (byte e4, which is \u{e4} in Latin-1)"),
            "{told}"
        );
    }
}
