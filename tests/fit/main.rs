//! M-steps and EM: climbing, freezing, weights, restarts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

mod acceleration;
mod cases;
mod climb;
mod compose;
mod direct_formulas;
mod em;
mod equivariance;
mod freezing;
mod gaps;
mod limits;
mod noise_slot;
mod order;
mod outliers;
mod priors;
mod priors_beside;
mod ratio;
mod ratio_fits;
mod regularizer;
mod resolution;
mod restarts;
mod select;
mod slots;
mod steps;
mod study;
mod weights;

#[path = "../support"]
mod support {
    pub(crate) mod closeness;
    pub(crate) mod clouds;
    pub(crate) mod composed;
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
