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

    // The longest of these calls. The sample that fills a block also adds it to the totals.
    for x in samples.iter().take(TIMES - 1) {
        Calls::pass(&mut pass, gmm, x);
    }
    once("`Pass::observe`,64th", || _ = black_box(Calls::pass(&mut pass, gmm, &samples[0])));
    // A covariance below its floors takes eigenvectors: that of samples that lie in a plane. A diagonal is never below.
    online.edit(|stats, gmm| {
        stats.reset();
        for x in samples {
            Calls::observe(stats, gmm, &plane(x));
        }
        Ok::<(), Error>(())
    })?;
    Calls::maximize_weights(&mut online);
    if Calls::maximize_component(&mut online, K - 1) {
        once("`maximize_component`,floored", || {
            _ = black_box(Calls::maximize_component(&mut online, K - 1));
        });
    }
    Ok(())
}

/// A point of a plane that is oblique to all axes, from the first two features.
fn plane<const D: usize>(x: &[f32; D]) -> [f32; D] {
    core::array::from_fn(|j| {
        let across = (j * j % 7) as f32 - 2.5;
        x[0] + across * x[D - 1] + 0.3 * (j as f32)
    })
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
