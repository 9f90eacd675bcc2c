//! The number of components, chosen by an information criterion: of data at hand, or of a stream of which nothing is
//! known.

mod cold_start;
mod far_out;
mod report;
mod search;

pub use cold_start::ColdStart;
pub use report::{Candidate, LeftOut, Selection};
pub use search::Search;
