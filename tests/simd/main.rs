//! What the feature `simd` must keep.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

mod agreement;
mod clusters;
#[path = "../statistics/columns.rs"]
mod columns;
mod few;
mod rules;
#[path = "../start/weights.rs"]
mod start_weights;
mod unequal;

#[path = "../support"]
mod support {
    pub(crate) mod clouds;
    pub(crate) mod dense;
    pub(crate) mod noise;
    pub(crate) mod structures;
    pub(crate) mod tolerance;
}
