//! A model: densities, posteriors, criteria, samples.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

mod arrays;
mod condition;
mod dead;
mod display;
mod fixed;
mod model;
mod noise_slot;
mod range;
mod sampling;

#[path = "../support"]
mod support {
    pub(crate) mod closeness;
    pub(crate) mod clouds;
    pub(crate) mod data;
    pub(crate) mod dense;
    pub(crate) mod for_all;
    pub(crate) mod naive;
    pub(crate) mod noise;
    pub(crate) mod rearranged;
    pub(crate) mod structures;
    pub(crate) mod together;
    pub(crate) mod tolerance;
}
