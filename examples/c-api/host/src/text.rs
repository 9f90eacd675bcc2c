//! Numbers as C.

use std::fmt::{Display, Write};

/// An array of C: `const TYPE NAME[COUNT] = {...};`, ten to a line.
pub fn array(out: &mut String, kind: &str, name: &str, items: impl ExactSizeIterator<Item = impl Display>) {
    let _ = write!(out, "const {kind} {name}[{}] = {{", items.len());
    for (index, item) in items.enumerate() {
        let _ = write!(out, "{}{item},", if index % 10 == 0 { "\n    " } else { " " });
    }
    let _ = writeln!(out, "\n}};");
}

/// A float of C, to the bit: its decimal is the shortest that reads back exactly.
#[must_use]
pub fn float(x: f32) -> String {
    format!("{x:e}f")
}

/// A double of C.
#[must_use]
pub fn double(x: f64) -> String {
    format!("{x:e}")
}
