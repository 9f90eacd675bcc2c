//! An interrupt scores every reading at once, by the model that was published last, and the main program learns when it
//! has time. The model in use is never half written, and what was learnt has the host's bits.

#![no_std]
#![no_main]
#![allow(non_snake_case, reason = "the vector table's name")]

use board::{TwoSlots, check, entry, say, sleep, succeed, tick_every};
use core::sync::atomic::{AtomicU32, Ordering};
use gaussmix::persist::Persist;
use gaussmix::{Gmm, OnlineEm};
use images::{done, same_bits};
use jobs::data::{Activity, recordings};
use jobs::{expected, interrupt};

type Model = Gmm<f32, 3, 3>;

/// What is published: a model, and the digest that tells whether it is whole.
static MODELS: TwoSlots<(Model, u64)> = TwoSlots::new((Model::unfitted(), 0), (Model::unfitted(), 0));
/// Readings that came so far: what DMA would have written into its buffer.
static CAME: AtomicU32 = AtomicU32::new(0);
static ALARMS: AtomicU32 = AtomicU32::new(0);
/// Readings that were scored by a model half written.
static TORN: AtomicU32 = AtomicU32::new(0);

/// The reading of this number.
fn reading(number: u32) -> Option<[f32; 3]> {
    let x = recordings(Activity::Standing).get(number as usize)?;
    Some(interrupt::accelerometer(x))
}

/// Adds without an atomic addition, which a Cortex-M0 has not: only the interrupt writes these.
fn add(counter: &AtomicU32) {
    counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Release);
}

// SAFETY: the vector table looks for this name, and nothing else has it.
#[unsafe(no_mangle)]
extern "C" fn SysTick() {
    let Some(x) = reading(CAME.load(Ordering::Relaxed)) else { return };
    MODELS.read(|(model, digest)| {
        if model.digest() != *digest {
            add(&TORN);
        }
        if model.log_density(x).is_ok_and(|score| score < interrupt::THRESHOLD) {
            add(&ALARMS);
        }
    });
    add(&CAME);
}

fn publish(run: &OnlineEm<f32, 3, 3>) {
    // SAFETY: only the main program publishes, and SysTick, which interrupts it, reads.
    unsafe {
        MODELS.publish(|(model, digest)| {
            model.clone_from(run.model());
            *digest = model.digest();
        });
    }
}

#[entry]
fn main() -> ! {
    let mut run = done(interrupt::start());
    publish(&run);
    tick_every(2_500);
    let (mut learnt, mut behind) = (0, 0);
    while let Some(x) = reading(learnt) {
        let waiting = CAME.load(Ordering::Acquire) - learnt;
        if waiting == 0 {
            sleep();
            continue;
        }
        behind = waiting.max(behind);
        done(run.observe(x));
        learnt += 1;
        publish(&run);
    }
    say!(
        learnt,
        " readings, ",
        ALARMS.load(Ordering::Relaxed),
        " alarms, at most ",
        behind,
        " waited to be learnt"
    );
    check!(TORN.load(Ordering::Relaxed) == 0, "a model half written was used");
    check!(learnt == 1000 && CAME.load(Ordering::Relaxed) >= learnt, "readings were lost");
    same_bits(run.model().digest(), expected::INTERRUPTED);
    succeed()
}
