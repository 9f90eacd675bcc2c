//! What the firmware images do, as a library, so that the very same code runs in tests on the host.

#![no_std]
#![forbid(unsafe_code)]

pub mod adapt;
pub mod data;
pub mod detect;
pub mod digest;
pub mod expected;
pub mod fit;
pub mod fixed;
pub mod fleet;
pub mod interrupt;
pub mod sensor;
mod synthetic;
pub mod watch;

pub use synthetic::Synthetic;
