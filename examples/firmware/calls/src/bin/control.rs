//! As the image `control` of `images`: with `no-panic` it must not link.

#![no_std]
#![no_main]

use board::{entry, say};
use core::hint::black_box;

#[entry]
fn main() -> ! {
    let index = black_box(3_usize);
    say!([1_u32, 2, 4, 8, 16][index]);
    board::succeed()
}
