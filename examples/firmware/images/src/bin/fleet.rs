//! A fleet's model in flash fits itself to one machine: one pass over 200 samples, and one M-step with it as prior.

#![no_std]
#![no_main]

use board::{check, entry, say, succeed, untouched};
use images::{done, same_bits};
use jobs::{expected, fleet};

#[entry]
fn main() -> ! {
    check!(fleet::MODEL.validate().is_ok(), "the model in flash is damaged");
    let free = untouched(|| {
        let report = done(fleet::compare());
        say!("mean log-density of what the machine reads later");
        say!("under the fleet's model ", report.fleet);
        say!("under the one that fitted itself to 200 samples ", report.adapted);
        check!(report.adapted > report.fleet + 1.0, "the model did not adapt");
        same_bits(report.digest, expected::FLEET);
    });
    say!("bytes of RAM never touched: ", free);
    check!(free >= 8 * 1024, "less than 8 KB of RAM left");
    succeed()
}
