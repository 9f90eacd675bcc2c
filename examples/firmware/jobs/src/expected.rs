//! The digests that every target must reproduce, computed on the host and asserted there by a test
//! (`jobs/tests/host.rs`, whose failure prints the new ones).

/// [`crate::digest::all_structures`]
pub const ALL_STRUCTURES: u64 = 0xde13_3cc8_71ae_202f;
/// [`crate::digest::coupled_structures`]
pub const COUPLED_STRUCTURES: u64 = 0xa285_2294_a522_d3ff;
/// [`crate::digest::iterated_structures`]
pub const ITERATED_STRUCTURES: u64 = 0x341e_35af_a7d4_095f;
/// [`crate::fit::motions`]
pub const MOTIONS: u64 = 0x61bf_d8b3_40e5_bd38;
/// [`crate::fit::faithful`]
pub const FAITHFUL: u64 = 0x71f0_59e4_265e_d091;
/// [`crate::adapt::follow`]
pub const ADAPTED: u64 = 0x615a_ee90_a9fe_b11b;
/// [`crate::fleet::compare`]
pub const FLEET: u64 = 0x4a6e_f580_729a_901a;
/// [`crate::sensor::fail`]
pub const SENSOR: u64 = 0xcf00_1660_efba_070a;
/// [`crate::fixed::digest`] of the full and the diagonal model
pub const FIXED: [u64; 2] = [0xcbd4_aac7_3393_b609, 0x2215_d6dc_2ad1_6bb7];
/// [`crate::watch::follow`] with full and diagonal covariances
pub const WATCHED: [u64; 2] = [0xf706881c21474ac5, 0x191696b3cc10b0c3];
/// The model of [`crate::interrupt::start`] after all readings
pub const INTERRUPTED: u64 = 0x907574607b36c9e5;
