//! The number of components, chosen by an information criterion: of data at hand, or of a stream of which nothing is
//! known.
//!
//! # Sizes known at run time
//! Sizes are types, and a program may yet learn them from a file. The number of components needs nothing new: a model's
//! K is room, and [`Search`] or [`Start::with_components`](crate::init::Start::with_components) take any number up to
//! it. For the number of features, [`visit_size`] turns a number into a constant, in less than ten lines.

mod cold_start;
mod far_out;
mod report;
mod search;
mod sizes;

pub use cold_start::ColdStart;
pub use report::{Candidate, LeftOut, Selection};
pub use search::Search;
pub use sizes::{VisitSize, visit_size};
