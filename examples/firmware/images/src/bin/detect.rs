//! Scores recordings by a model in flash: is the wearer standing?

#![no_std]
#![no_main]

use board::{check, entry, say, succeed};
use jobs::data::{Activity, recordings};
use jobs::detect::{MODEL, Rates, rates, standing};

fn show(name: &str, data: &[[f32; 6]]) -> Rates {
    let rates = rates(data);
    say!(name, ": of samples ", rates.samples, ", of windows ", rates.windows);
    rates
}

#[entry]
fn main() -> ! {
    check!(MODEL.validate().is_ok(), "the model in flash is damaged");
    say!("share that is reported as not standing");
    let (training, held_out) = standing();
    show("standing, trained on", training);
    let standing = show("standing, held out", held_out);
    let running = show("running", recordings(Activity::Running));
    let walking = show("walking", recordings(Activity::Walking));
    show("badminton", recordings(Activity::Badminton));
    check!(standing.samples <= 0.03 && standing.windows <= 0.06, "too many false reports");
    check!(running.samples >= 0.97 && running.windows >= 0.95, "running goes unnoticed");
    check!(walking.samples >= 0.7 && walking.windows >= 0.95, "walking goes unnoticed");
    succeed()
}
