//! The statistics of the data that the M-step needs, and nothing else.

// First in the docs of `SufficientStats`.
mod stats;

pub(crate) mod block;
mod combine;
mod expected;
#[cfg(feature = "rayon")]
mod parallel;
mod partial;
mod validate;

pub(crate) use expected::trace;
#[cfg(feature = "rayon")]
pub(crate) use parallel::{Team, next};
pub use stats::SufficientStats;
pub(crate) use validate::{is_mean, square_of, sum_limit};
