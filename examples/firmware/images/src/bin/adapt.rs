//! A model that follows a stream, one sample at a time, with births, deaths and alarms: the loop that a sensor's
//! interrupt would feed.

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
        say!(report.births, " births, ", report.deaths, " deaths");
        say!(report.false_alarms, " alarms in 900 samples of standing");
        say!(report.alarms, " in the first 100 of running");
        say!("mean log-density of the last recording of running");
        say!("under the model of standing ", report.before);
        say!("under the one that followed ", report.after);
        check!(report.after > report.before + 1.0, "the model did not follow");
        check!(report.births > 0, "nothing was born");
        same_bits(digest::of(adaptive.model()), expected::ADAPTED);
    });
    say!("bytes of the run: ", size_of::<Adaptive>());
    say!("bytes of RAM never touched: ", free);
    check!(free >= 8 * 1024, "less than 8 KB of RAM left");
    succeed()
}
