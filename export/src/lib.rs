//! Reads a Gaussian mixture from JSON, and writes it as a Rust file with a `static` model of the crate gaussmix, ready
//! to `include!`. Sizes are known when the program runs, so there is one for all. This library is the program's own;
//! its tests are in `tests/suite`.

pub mod args;
pub mod factor;
pub mod fixed;
pub mod json;
pub mod model;
pub mod number;
pub mod parameters;
pub mod readable;
pub mod scikit;
pub mod source;
pub mod structure;
