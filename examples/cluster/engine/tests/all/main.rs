//! What the functions and the driver promise. One binary, since each links the whole engine.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // a test that cannot go on should stop

mod checkpoints;
mod equality;
mod fleets;
mod refusals;
mod retries;
mod scores;
mod support;
