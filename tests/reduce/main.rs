//! Splits, mergers, reductions and collapses; distances.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

mod distance;
mod moments;
mod reduction;
mod split;

#[path = "../support"]
mod support {
    pub(crate) mod dense;
    pub(crate) mod for_all;
    pub(crate) mod noise;
    pub(crate) mod rearranged;
    pub(crate) mod structures;
    pub(crate) mod together;
    pub(crate) mod tolerance;
}
