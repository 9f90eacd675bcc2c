//! Six fits, the structures VEE, VVE and EVE in `f32` and in `f64`, whose M-steps iterate: every bit of every parameter
//! must be the host's.

#![no_std]
#![no_main]

use board::{entry, succeed};
use images::{done, same_bits};
use jobs::{digest, expected};

#[entry]
fn main() -> ! {
    same_bits(done(digest::iterated_structures()), expected::ITERATED_STRUCTURES);
    succeed()
}
