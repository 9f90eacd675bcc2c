//! Calls whose cycles the host estimates: `host --bin cycles` reads QEMU's trace of what is executed between two marks. A
//! line of `name=value` comes before a call's marks, and says how many pairs there are of them.

#![no_std]
#![no_main]

use board::{entry, fail, mark, say, succeed};
use core::hint::black_box;
use gaussmix::fit::Pass;
use gaussmix::stream::StepSize;
use gaussmix::{Covariance, Diagonal, Error, Full, Gmm, OnlineEm, SufficientStats, init};
use images::calls::{Calls, SAMPLES};
use jobs::Synthetic;

/// Samples that a mean is over: a block of a pass.
const TIMES: usize = 64;

/// Marks the calls of `work`, one for each of the samples.
fn each<const D: usize>(call: &str, samples: &[[f32; D]; SAMPLES], mut work: impl FnMut(&[f32; D])) {
    say!("call=", call, " times=", TIMES);
    for x in samples.iter().take(TIMES) {
        mark(|| work(black_box(x)));
    }
}

fn once(call: &str, work: impl FnOnce()) {
    say!("call=", call, " times=1");
    mark(work);
}

#[inline(never)] // or their samples fill the stack of main
fn row<const D: usize, const K: usize, C: Covariance, const MORE: bool>(
    structure: &str,
) -> Result<(), Error> {
    let mut samples = [[0.0; D]; SAMPLES];
    Synthetic::new().fill(K, &mut samples);
    let mut gmm = Gmm::<f32, D, K, C>::unfitted();
    init::farthest_first(&mut gmm, samples.iter().take(TIMES))?;
    let mut stats = SufficientStats::new();
    stats.observe_all(&gmm, &samples)?;
    Calls::maximize(&stats, &mut gmm)?;
    say!("structure=", structure, " D=", D, " K=", K);
    each("nothing", &samples, |_| {});
    each("`log_density`", &samples, |x| _ = black_box(Calls::log_density(&gmm, x)));
    each("`posterior`", &samples, |x| _ = black_box(Calls::posterior(&gmm, x)));
    each("`observe`", &samples, |x| _ = black_box(Calls::observe(&mut stats, &gmm, x)));
    stats.observe_all(&gmm, &samples)?;
    once("`maximize`", || _ = black_box(Calls::maximize(&stats, &mut gmm)));
    if MORE { more(&gmm, &samples) } else { Ok(()) }
}

/// One sample of a pass and of a stepwise run, and the parts of an M-step.
#[inline(never)]
fn more<const D: usize, const K: usize, C: Covariance>(
    gmm: &Gmm<f32, D, K, C>,
    samples: &[[f32; D]; SAMPLES],
) -> Result<(), Error> {
    let mut pass = Pass::new();
    each("`Pass::observe`", samples, |x| _ = black_box(Calls::pass(&mut pass, gmm, x)));
    let mut online = OnlineEm::new(gmm.clone(), StepSize::constant(0.01)?)?.with_interval(0);
    each("`OnlineEm::observe`", samples, |x| _ = black_box(Calls::step(&mut online, x)));
    once("`maximize_weights`", || _ = black_box(Calls::maximize_weights(&mut online)));
    once("`maximize_component`", || _ = black_box(Calls::maximize_component(&mut online, K - 1)));
    Ok(())
}

fn sizes<C: Covariance>(structure: &str) -> Result<(), Error> {
    row::<1, 2, C, false>(structure)?;
    row::<2, 3, C, false>(structure)?;
    row::<3, 4, C, true>(structure)?;
    row::<6, 4, C, false>(structure)?;
    row::<8, 8, C, true>(structure)
}

#[entry]
fn main() -> ! {
    if sizes::<Full>("full").and_then(|()| sizes::<Diagonal>("diagonal")).is_err() {
        fail("refused");
    }
    succeed()
}
