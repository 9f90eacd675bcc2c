//! Models that follow a stream.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

mod birth;
mod birth_rules;
mod chi_squared;
mod cold_start;
mod constants;
mod cycle_rules;
mod detector;
mod endurance;
mod glitches;
mod hostile;
mod lifecycle;
mod lifecycle_edges;
mod m_steps;
mod missing;
mod noise_slot;
mod novelty;
mod novelty_rules;
mod online;
mod online_rules;
mod p_squared;
mod pruning_rules;
mod slices;
mod step;
mod tracking;

#[path = "../support"]
mod support {
    pub(crate) mod clouds;
    pub(crate) mod data;
    pub(crate) mod dense;
    pub(crate) mod noise;
    pub(crate) mod rearranged;
    pub(crate) mod structures;
    pub(crate) mod together;
    pub(crate) mod tolerance;
}
