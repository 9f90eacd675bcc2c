//! Streams, in modules by subject.

mod chi_squared;
