//! What a host does for the C programs: data as C, the results that are expected of them, the table of the README.

pub mod data;
pub mod job;
pub mod measure;
pub mod table;
pub mod text;

/// What can go wrong on a host.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
