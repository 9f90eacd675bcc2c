//! Streams, what is stored of them, and what many devices send: a binary of its own beside the suite.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

#[allow(dead_code)] // the suite uses the rest
mod common;
mod stream;
#[allow(dead_code)]
mod tolerance;
