//! What the feature `simd` must keep.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

mod agreement;
mod clusters;
mod few;
mod rules;
#[path = "../start/weights.rs"]
mod start_weights;
mod unequal;

#[path = "../support"]
mod support {
    pub(crate) mod structures;
    pub(crate) mod tolerance;
}
