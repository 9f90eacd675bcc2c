//! One binary for all tests against the public interface.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

mod common;
mod edges;
mod exp;
mod export;
mod golden;
mod laws;
mod naive;
mod no_alloc;
mod single_precision;
mod size;
#[allow(dead_code)] // shared with the other binaries
mod tolerance;
