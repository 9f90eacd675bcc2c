//! Batch EM on the device: four full components of 4000 samples of six features, which lie in flash.

#![no_std]
#![no_main]

use board::{entry, say, succeed, untouched};
use gaussmix::Gmm;
use images::{done, report};
use jobs::{expected, fit};

#[entry]
fn main() -> ! {
    let mut gmm = Gmm::unfitted();
    let free = untouched(|| {
        let fit = done(fit::motions(&mut gmm));
        report(&fit, &gmm, expected::MOTIONS);
    });
    say!("bytes of RAM never touched: ", free);
    succeed()
}
