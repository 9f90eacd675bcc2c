//! A model that follows a stream, one sample at a time: the loop that a sensor's interrupt would feed.

#![no_std]
#![no_main]

use board::{check, entry, say, succeed, untouched};
use images::{done, same_bits};
use jobs::adapt::{Adaptive, follow, standing};
use jobs::{digest, expected};

#[entry]
fn main() -> ! {
    let free = untouched(|| {
        let mut adaptive = done(Adaptive::new(done(standing())));
        let report = done(follow(&mut adaptive));
        say!("mean log-density of the last recording");
        say!("under the model of standing ", report.before);
        say!("after ", report.updates, " updates ", report.after);
        check!(report.after > report.before + 1.0, "the model did not follow");
        same_bits(digest::of(adaptive.model()), expected::ADAPTED);
    });
    say!("bytes of RAM never touched: ", free);
    succeed()
}
