//! Models that follow a stream.

mod chi_squared;
mod oracle;
