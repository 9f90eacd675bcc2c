//! Tests of streams, by subject.

mod persist;
mod slots;
