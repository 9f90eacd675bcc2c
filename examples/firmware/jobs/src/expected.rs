//! The digests that every target must reproduce, computed on the host and asserted there by a test
//! (`jobs/tests/host.rs`, whose failure prints the new ones).

/// [`crate::digest::all_structures`]
pub const ALL_STRUCTURES: u64 = 0xac1a_202b_d139_62d9;
/// [`crate::digest::coupled_structures`]
pub const COUPLED_STRUCTURES: u64 = 0x5111_d4ed_066a_f308;
/// [`crate::fit::motions`]
pub const MOTIONS: u64 = 0xdca2_5ac0_79a3_06ab;
/// [`crate::fit::faithful`]
pub const FAITHFUL: u64 = 0x1144_81b7_4b79_2890;
/// [`crate::adapt::follow`]
pub const ADAPTED: u64 = 0x615a_ee90_a9fe_b11b;
