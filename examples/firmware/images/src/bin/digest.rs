//! Eighteen fits, nine structures in `f32` and in `f64`: every bit of every parameter must be the host's.

#![no_std]
#![no_main]

use board::{entry, succeed};
use images::{done, same_bits};
use jobs::{digest, expected};

#[entry]
fn main() -> ! {
    same_bits(done(digest::all_structures()), expected::ALL_STRUCTURES);
    same_bits(done(digest::coupled_structures()), expected::COUPLED_STRUCTURES);
    succeed()
}
