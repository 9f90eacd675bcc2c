//! Models that follow a stream.

mod oracle;
