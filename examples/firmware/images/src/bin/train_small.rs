//! Batch EM with next to no memory: three components of Old Faithful.

#![no_std]
#![no_main]

use board::{check, entry, say, succeed, untouched};
use gaussmix::Gmm;
use images::{done, report};
use jobs::{expected, fit};

#[entry]
fn main() -> ! {
    let mut gmm = Gmm::unfitted();
    let free = untouched(|| {
        let fit = done(fit::faithful(&mut gmm));
        report(&fit, &gmm, expected::FAITHFUL);
    });
    say!("bytes of RAM never touched: ", free);
    check!(free >= 8 * 1024, "less than 8 KB of RAM left");
    succeed()
}
