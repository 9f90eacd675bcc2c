//! The digests that every target must reproduce, computed on the host and asserted there by a test
//! (`jobs/tests/host.rs`, whose failure prints the new ones).

/// [`crate::digest::all_structures`]
pub const ALL_STRUCTURES: u64 = 0x2401_c367_b7a8_d277;
/// [`crate::digest::coupled_structures`]
pub const COUPLED_STRUCTURES: u64 = 0x3fc5_d16e_9d80_016c;
/// [`crate::fit::motions`]
pub const MOTIONS: u64 = 0x3a4e_83e3_f4b3_f68e;
/// [`crate::fit::faithful`]
pub const FAITHFUL: u64 = 0x0c9b_b809_a003_2d8f;
/// [`crate::adapt::follow`]
pub const ADAPTED: u64 = 0x1e89_07d7_bc9c_69fc;
