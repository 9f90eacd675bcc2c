//! The digests that every target must reproduce, computed on the host and asserted there by a test
//! (`jobs/tests/host.rs`, whose failure prints the new ones).

/// [`crate::digest::all_structures`]
pub const ALL_STRUCTURES: u64 = 0x2401_c367_b7a8_d277;
/// [`crate::digest::coupled_structures`]
pub const COUPLED_STRUCTURES: u64 = 0x3fc5_d16e_9d80_016c;
/// [`crate::fit::motions`]
pub const MOTIONS: u64 = 0xf06e_d857_b11c_d78c;
/// [`crate::fit::faithful`]
pub const FAITHFUL: u64 = 0x32db_0559_a345_4948;
/// [`crate::adapt::follow`]
pub const ADAPTED: u64 = 0x2ca6_59c0_7cb1_4c2e;
