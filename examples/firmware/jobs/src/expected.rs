//! The digests that every target must reproduce, computed on the host and asserted there by a test
//! (`jobs/tests/host.rs`, whose failure prints the new ones).

/// [`crate::digest::all_structures`]
pub const ALL_STRUCTURES: u64 = 0xd601_e0ff_b9a6_353f;
/// [`crate::digest::coupled_structures`]
pub const COUPLED_STRUCTURES: u64 = 0xcec0_876b_05c5_9121;
/// [`crate::fit::motions`]
pub const MOTIONS: u64 = 0x00e7_8d84_f5c7_6328;
/// [`crate::fit::faithful`]
pub const FAITHFUL: u64 = 0x8747_adb2_580e_1b44;
/// [`crate::adapt::follow`]
pub const ADAPTED: u64 = 0x2ca6_59c0_7cb1_4c2e;
