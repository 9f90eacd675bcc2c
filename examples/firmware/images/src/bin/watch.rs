//! A detector learns a signal, is stored and loaded in the midst of a window, and watches: the host's bits, and what it
//! costs.

#![no_std]
#![no_main]

use board::{Counter, check, entry, peak_stack, say, succeed};
use core::hint::black_box;
use gaussmix::detector::{Detector, State, Window};
use gaussmix::persist::Persist;
use gaussmix::{Covariance, Diagonal, Full, Gmm};
use images::{done, same_bits};
use jobs::expected;
use jobs::watch::{self, Six, Three, WINDOW};

/// The call as a program makes it.
#[inline(never)]
fn observe<const AXES: usize, const D: usize, C: Covariance>(
    detector: &mut Detector<f32, AXES, D, 4, C>,
    x: [f32; AXES],
) -> Option<Window<f32, D>> {
    done(detector.observe(x))
}

/// Samples that fill no window, to count instructions: the timer counts by forties.
const SAMPLES: usize = 512;

/// Mean instructions of a sample that fills no window, of one that does while it learns, and while it watches; the stack
/// of those, and of the one that makes the start.
#[inline(never)]
fn cost<const AXES: usize, const D: usize, C: Covariance>(
    name: &str,
    detector: &mut Detector<f32, AXES, D, 4, C>,
) {
    *detector = done(Detector::new(1 << 16));
    let counter = Counter::start();
    watch::signal(true).take(SAMPLES).for_each(|x| {
        black_box(observe(black_box(detector), black_box(x)));
    });
    let with = counter.instructions();
    let counter = Counter::start();
    watch::signal::<AXES>(true).take(SAMPLES).for_each(|x| {
        black_box((black_box(&mut *detector), black_box(x)));
    });
    let sample = with.saturating_sub(counter.instructions()) / SAMPLES as u64;

    *detector = done(watch::new());
    let (mut start, mut stack) = (0, 0);
    let (mut sums, mut counts) = ([0; 2], [0; 2]);
    for (t, x) in watch::signal(true).chain(watch::signal(false)).enumerate() {
        let fills = (t + 1).is_multiple_of(WINDOW as usize);
        let is_start = detector.model() == &Gmm::unfitted();
        let kind = usize::from(detector.state() == State::Watching);
        if fills && t % 200 < 100 {
            let place = if is_start { &mut start } else { &mut stack };
            let used = peak_stack(|| {
                black_box(observe(black_box(detector), x));
            });
            *place = used.max(*place);
            continue;
        }
        let counter = Counter::start();
        black_box(observe(black_box(detector), black_box(x)));
        if fills && !is_start {
            sums[kind] += counter.instructions();
            counts[kind] += 1;
        }
    }
    let [learn, watch] = [0, 1].map(|kind| sums[kind] / counts[kind].max(1));
    board::print("detector=");
    board::print(name);
    for (what, value) in [
        (" axes=", AXES as u64),
        (" D=", D as u64),
        (" K=4 memory=", size_of_val(detector) as u64),
        (" record=", Detector::<f32, AXES, D, 4, C>::ENCODED_LEN as u64),
        (" start=", start as u64),
        (" stack=", stack as u64),
        (" sample=", sample),
        (" learn=", learn),
        (" watch=", watch),
    ] {
        board::print(what);
        board::print(&value);
    }
    say!();
}

#[inline(never)]
fn three<C: Covariance>(name: &str, record: &mut [u8], digest: u64) {
    let mut detector: Three<C> = done(watch::new());
    let report = done(watch::follow(&mut detector, |detector| {
        check!(detector.encode(record).is_ok(), "the record does not fit");
        *detector = done(Detector::new(2));
        check!(detector.decode_from(record).is_ok(), "the record is refused");
    }));
    say!(
        report.components,
        " components, ",
        report.alarms[0],
        " windows in alarm of what it learnt, ",
        report.alarms[1],
        " of badminton, record of ",
        Three::<C>::ENCODED_LEN,
        " bytes"
    );
    same_bits(report.digest, digest);
    cost(name, &mut detector);
}

#[inline(never)]
fn six<C: Covariance>(name: &str) {
    let mut detector: Six<C> = done(watch::new());
    cost(name, &mut detector);
}

#[entry]
fn main() -> ! {
    let [full, diagonal] = expected::WATCHED;
    let mut record = [0; Three::<Full>::ENCODED_LEN];
    three::<Full>("full", &mut record, full);
    three::<Diagonal>("diagonal", &mut record, diagonal);
    // On the Cortex-M0 with its 16 KB of RAM a start with full covariances of twelve features has no room.
    #[cfg(target_has_atomic = "32")]
    six::<Full>("full");
    six::<Diagonal>("diagonal");
    succeed()
}
