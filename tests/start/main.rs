//! Starts: k-means, and those made of a stream.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

mod covering_rules;
mod k_means;
mod missing;
mod starts;
mod tiny;
mod weights;

#[path = "../support"]
mod support {
    pub(crate) mod closeness;
    pub(crate) mod clouds;
    pub(crate) mod data;
    pub(crate) mod dense;
    pub(crate) mod for_all;
    pub(crate) mod noise;
    pub(crate) mod structures;
    pub(crate) mod tolerance;
}
