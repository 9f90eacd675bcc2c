//! Models in flash score raw readings in integers: the host's bits, how far that is from `f32`, and what both cost.

#![no_std]
#![no_main]

use board::{Counter, check, count_to_a_million, entry, say, succeed};
use core::hint::black_box;
use gaussmix::fixed::FixedGmm;
use gaussmix::{Covariance, Gmm, SufficientStats};
use images::calls::Calls;
use images::{done, same_bits};
use jobs::{expected, fixed};

/// Readings that are scored to count instructions.
const READINGS: usize = 128;

/// Instructions that `work` takes for one sample.
fn each<T, U>(samples: &[T; READINGS], mut work: impl FnMut(&T) -> U) -> u64 {
    let counter = Counter::start();
    for x in samples {
        black_box(work(black_box(x)));
    }
    (counter.instructions() + READINGS as u64 / 2) / READINGS as u64
}

/// The call as a program makes it.
#[inline(never)]
fn log_density<const W: usize>(model: &FixedGmm<3, 4, W>, x: &[i16; 3]) -> i32 {
    model.log_density(x)
}

fn model<const W: usize, C: Covariance>(
    structure: &str,
    gmm: &Gmm<f32, 3, 4, C>,
    model: &FixedGmm<3, 4, W>,
    digest: u64,
    allowed: u64,
) {
    let mut raw = [[0; 3]; READINGS];
    raw.iter_mut().zip(fixed::readings().step_by(31)).for_each(|(to, x)| *to = x);
    let values = raw.map(|x| fixed::value(&x));
    let mut stats = SufficientStats::new();
    let alone = each(&raw, |x| black_box(model) as *const _ as usize + x[0] as usize);
    let score = each(&raw, |x| log_density(black_box(model), x)) - alone;
    let float = each(&values, |x| Calls::log_density(black_box(gmm), x)) - alone;
    let observe = each(&values, |x| Calls::observe(&mut stats, black_box(gmm), x)) - alone;
    let [mean, largest] = done(fixed::errors(model, gmm, 16));
    say!(
        "fixed=",
        structure,
        " D=3 K=4 model=",
        size_of_val(model),
        " f32=",
        size_of_val(gmm),
        " score=",
        score,
        " log_density=",
        float,
        " observe=",
        observe,
    );
    say!("error against f32, nats: mean ", mean, ", largest ", largest);
    check!(score <= allowed, "too many instructions");
    check!(mean <= 0.01, "not exact enough");
    same_bits(fixed::digest(model), digest);
}

#[entry]
fn main() -> ! {
    let counter = Counter::start();
    count_to_a_million();
    check!(counter.instructions().abs_diff(2_000_000) < 100, "the counter does not count instructions");
    let [full, diagonal] = expected::FIXED;
    model("full", &fixed::FULL, &fixed::FIXED_FULL, full, 600);
    model("diagonal", &fixed::DIAGONAL, &fixed::FIXED_DIAGONAL, diagonal, 350);
    succeed()
}
