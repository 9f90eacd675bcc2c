//! The example `export`: its modules are compiled into this binary, all but its command line's `main` and its 576
//! sizes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

#[path = "../../examples/export/args.rs"]
mod args;
#[path = "../../examples/export/component.rs"]
mod component;
#[path = "../../examples/faithful/csv.rs"]
#[allow(dead_code)] // the other example uses all of it
mod csv;
#[path = "../../examples/export/json.rs"]
mod json;
#[path = "../../examples/export/model.rs"]
mod model;
#[path = "../../examples/export/scikit.rs"]
mod scikit;
#[path = "../../examples/export/source.rs"]
mod source;
#[path = "../../examples/export/structure.rs"]
mod structure;
#[path = "../../examples/export/train.rs"]
mod train;

mod command_line;
mod generated;
mod refusals;
mod scores;
mod sizes;
mod tables;

#[path = "../support"]
mod support {
    pub(crate) mod data;
    pub(crate) mod dense;
    pub(crate) mod tolerance;
}

use model::{Made, Scalar};
use source::Source;

/// The text of a file, by its path from the root of the repository.
fn text(path: &str) -> String {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn source(file: &str, name: String, made: Made) -> Source {
    Source { file: file.into(), name, model: made.model, origin: made.origin, notes: made.notes }
}

/// What the example writes for a model in `tests/data`, as `CASE_F32` and `CASE_F64`.
fn written(case: &str) -> String {
    let file = format!("sklearn_{case}.json");
    let json = text(&format!("tests/data/{file}"));
    let both = [Scalar::F32, Scalar::F64].map(|scalar| {
        let name = format!("{case}_{}", scalar.name()).to_uppercase();
        source(&file, name, scikit::export(&json, scalar).unwrap()).text()
    });
    both.join("\n")
}
