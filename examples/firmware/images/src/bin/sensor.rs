//! One of six sensors fails: its readings are imputed from the five others, and the alarm goes on with these.

#![no_std]
#![no_main]

use board::{check, entry, say, succeed, untouched};
use images::{done, same_bits};
use jobs::{expected, sensor};

#[entry]
fn main() -> ! {
    check!(sensor::MODEL.validate().is_ok(), "the model in flash is damaged");
    let free = untouched(|| {
        let report = done(sensor::fail());
        let [imputed, mean, last] = report.errors;
        let [before, six, five] = report.alarms.map(u32::from);
        let readings = u32::from(report.readings);
        say!("a sensor fails in 20 recordings; readings after that: ", readings);
        say!("mean squared error in units of the sensors' variances: imputed ", imputed);
        say!("of the mean ", mean, ", of the last reading ", last);
        say!("alarms before ", before, ", after by all six ", six, ", by the five ", five);
        check!(imputed < 0.75 * mean && imputed < 0.4 * last, "badly imputed");
        check!(six == readings && five <= 7 && before <= 6, "the alarm does not keep quiet");
        same_bits(report.digest, expected::SENSOR);
    });
    say!("bytes of RAM never touched: ", free);
    check!(free >= 8 * 1024, "less than 8 KB of RAM left");
    succeed()
}
