//! Mixture reduction: merge two components into one, merge the closest until few are left, or collapse all components
//! into one.

mod collapse;
mod greedy;
mod merge;
mod operations;

pub use merge::{Closest, closest, merge};
pub(crate) use operations::{check_component, factor_of, has_room, scatter_extent};
