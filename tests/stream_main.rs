//! Streams: a binary of its own, so that it builds without the rest of the suite.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

#[allow(dead_code)] // shared with the whole suite
mod common;
mod stream;
#[allow(dead_code)] // the table of the whole suite
mod tolerance;
