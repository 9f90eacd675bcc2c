//! Models that follow a stream.

mod fleet;
mod oracle;
mod persist;
mod slots;
