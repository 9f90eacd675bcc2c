//! Models that follow a stream.

mod oracle;
mod persist;
mod slots;
