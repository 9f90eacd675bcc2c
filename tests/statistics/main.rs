//! Sufficient statistics: any split, any order, any number of devices, both precisions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

mod accumulation;
#[cfg(not(feature = "simd"))] // which sums in another order
mod blocks;
mod columns;
mod fleet;
mod gradient;
mod missing;
mod noise_slot;
mod pass;
mod single_precision;

#[path = "../support"]
mod support {
    pub(crate) mod closeness;
    pub(crate) mod clouds;
    pub(crate) mod data;
    pub(crate) mod dense;
    pub(crate) mod for_all;
    pub(crate) mod missing;
    pub(crate) mod naive;
    pub(crate) mod noise;
    pub(crate) mod structures;
    pub(crate) mod together;
    pub(crate) mod tolerance;
}
