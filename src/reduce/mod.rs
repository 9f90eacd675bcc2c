//! Fewer components that say the same: mergers, all components in one, and the operations that they are made of.

mod collapse;
mod merge;
mod operations;

pub use merge::{Closest, closest, merge};
pub(crate) use operations::{check_component, factor_of, has_scatter};
