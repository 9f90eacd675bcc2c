//! Memory, peak stack and instructions of the main calls, in `f32`, for several sizes and all structures, one line
//! each of `name=value`.
//!
//! Instructions: the mean of 1024 calls, less the loop that makes them. Stack: what a call uses below its caller's
//! frame, in which model, statistics and samples live; `fit` has its workspace in its own frame, `fit_in` in its
//! caller's. Lines of their own for a stepwise run, alone and with births, deaths and alarms, and for samples of which
//! a feature is missing.

#![no_std]
#![no_main]

use board::{Counter, check, count_to_a_million, entry, fail, peak_stack, say, succeed};
use core::hint::black_box;
use gaussmix::covariance::{Eev, Vve};
use gaussmix::fit::Workspace;
use gaussmix::lifecycle::LifeCycle;
use gaussmix::novelty::{DistanceTest, Novelty};
use gaussmix::stream::StepSize;
use gaussmix::{Covariance, Diagonal, Error, Full, Gmm, OnlineEm, Spherical, SufficientStats, Tied};
use images::calls::{Calls, SAMPLES};
use jobs::Synthetic;
use jobs::adapt::Adaptive;

const ROUNDS: usize = 4;

/// Instructions that `work` takes for one sample.
fn each<const D: usize>(samples: &[[f32; D]; SAMPLES], mut work: impl FnMut(&[f32; D])) -> u64 {
    let counter = Counter::start();
    for _ in 0..ROUNDS {
        for x in samples {
            work(black_box(x));
        }
    }
    per(counter, ROUNDS * SAMPLES)
}

fn per(counter: Counter, calls: usize) -> u64 {
    let calls = calls as u64;
    (counter.instructions() + calls / 2) / calls
}

/// A model and what it is measured with.
struct Bench<const D: usize, const K: usize, C: Covariance> {
    gmm: Gmm<f32, D, K, C>,
    stats: SufficientStats<f32, D, K, C>,
    samples: [[f32; D]; SAMPLES],
}

impl<const D: usize, const K: usize, C: Covariance> Bench<D, K, C> {
    fn new() -> Result<Self, Error> {
        let mut bench =
            Self { gmm: Gmm::unfitted(), stats: SufficientStats::new(), samples: [[0.0; D]; SAMPLES] };
        Synthetic::new().fill(K, &mut bench.samples);
        Calls::start(&mut bench.gmm, &bench.samples)?;
        Ok(bench)
    }

    fn loop_alone(&self) -> u64 {
        each(&self.samples, |_| {
            black_box(black_box(&self.gmm).weights());
        })
    }

    fn log_density(&self) -> u64 {
        each(&self.samples, |x| {
            black_box(Calls::log_density(black_box(&self.gmm), x));
        })
    }

    fn posterior(&self) -> u64 {
        each(&self.samples, |x| {
            let _ = black_box(Calls::posterior(black_box(&self.gmm), x));
        })
    }

    fn observe(&mut self) -> u64 {
        each(&self.samples, |x| {
            black_box(Calls::observe(&mut self.stats, black_box(&self.gmm), x));
        })
    }

    fn maximize(&mut self) -> Result<u64, Error> {
        let counter = Counter::start();
        for _ in 0..4 {
            check!(Calls::maximize(&self.stats, &mut self.gmm)?.is_healthy(), "a degenerate M-step");
        }
        Ok(per(counter, 4))
    }

    #[rustfmt::skip]
    fn measure(&mut self, structure: &str) -> Result<(), Error> {
        let alone = self.loop_alone();
        let (log_density, posterior, observe) = (self.log_density(), self.posterior(), self.observe());
        let maximize = self.maximize()?;
        let (gmm, x) = (&mut self.gmm, &self.samples[0]);
        let mut memory = Workspace::new();
        let stack_observe = peak_stack(|| _ = black_box(Calls::observe(&mut self.stats, gmm, x)));
        let stack_maximize = peak_stack(|| _ = black_box(Calls::maximize(&self.stats, gmm)));
        let stack_fit = peak_stack(|| _ = black_box(Calls::fit(gmm, &self.samples)));
        let stack_fit_in = peak_stack(|| _ = black_box(Calls::fit_in(&mut memory, gmm, &self.samples)));
        say!(
            "structure=", structure, " D=", D, " K=", K,
            " model=", size_of::<Gmm<f32, D, K, C>>(), " statistics=", size_of::<SufficientStats<f32, D, K, C>>(),
            " stack_observe=", stack_observe, " stack_maximize=", stack_maximize,
            " stack_fit=", stack_fit, " stack_fit_in=", stack_fit_in,
            " log_density=", log_density - alone, " posterior=", posterior - alone,
            " observe=", observe - alone, " maximize=", maximize,
        );
        Ok(())
    }

    /// For the growth with D.
    #[rustfmt::skip]
    fn measure_samples(&mut self, structure: &str) {
        let alone = self.loop_alone();
        let (log_density, observe) = (self.log_density(), self.observe());
        say!(
            "growth=", structure, " D=", D, " K=", K,
            " log_density=", log_density - alone, " observe=", observe - alone,
        );
    }
}

#[inline(never)]
fn row<const D: usize, const K: usize, C: Covariance>(structure: &str) {
    if Bench::<D, K, C>::new().and_then(|mut bench| bench.measure(structure)).is_err() {
        fail("refused");
    }
}

#[inline(never)]
fn growth<const D: usize, C: Covariance>(structure: &str) {
    match Bench::<D, 4, C>::new() {
        Ok(mut bench) => bench.measure_samples(structure),
        Err(_) => fail("refused"),
    }
}

fn sizes<C: Covariance>(structure: &str) {
    row::<1, 2, C>(structure);
    row::<2, 3, C>(structure);
    row::<3, 4, C>(structure);
    row::<6, 4, C>(structure);
    row::<8, 8, C>(structure);
}

fn dimensions<C: Covariance>(structure: &str) {
    growth::<2, C>(structure);
    growth::<3, C>(structure);
    growth::<4, C>(structure);
    growth::<5, C>(structure);
    growth::<6, C>(structure);
    growth::<7, C>(structure);
    growth::<8, C>(structure);
}

/// A stepwise run of three features and four components, alone and with births, deaths and alarms.
#[rustfmt::skip]
#[inline(never)] // or their samples fill the stack of main
fn stream() -> Result<(), Error> {
    let bench = Bench::<3, 4, Full>::new()?;
    let x = bench.samples[0];
    let alone = bench.loop_alone();
    let mut online = OnlineEm::new(bench.gmm.clone(), StepSize::constant(0.01)?)?.with_interval(10);
    let mut adaptive = Adaptive::new(bench.gmm.clone())?;
    let mut novelty = Novelty::new(0.01)?;
    let step = each(&bench.samples, |x| _ = black_box(Calls::step(&mut online, x)));
    let take = each(&bench.samples, |x| _ = black_box(adaptive.take(x)));
    let alarm = each(&bench.samples, |x| _ = black_box(novelty.observe(x[0])));
    let stack_step = peak_stack(|| _ = black_box(Calls::step(&mut online, &x)));
    let stack_take = peak_stack(|| _ = black_box(adaptive.take(&x)));
    let counter = Counter::start();
    let _ = black_box(DistanceTest::<f32, 3>::new(black_box(0.001)));
    let quantile = counter.instructions();
    say!(
        "stream=full D=3 K=4 run=", size_of_val(&online), " life=", size_of::<LifeCycle<f32, 3>>(),
        " adaptive=", size_of_val(&adaptive), " novelty=", size_of_val(&novelty), " stack_observe=", stack_step, " stack_take=", stack_take,
        " observe=", step - alone, " take=", take - alone, " alarm=", alarm - alone, " quantile=", quantile,
    );
    Ok(())
}

// These have sizes of their own: what complete samples take is that of programs without them.

/// A model that fits itself to one machine: a step of relevance adaptation.
#[rustfmt::skip]
#[inline(never)] // or their samples fill the stack of main
fn adapted<const D: usize, C: Covariance>(structure: &str) -> Result<(), Error> {
    let Bench { mut gmm, mut stats, samples } = Bench::<D, 3, C>::new()?;
    stats.observe_all(&gmm, &samples)?;
    let counter = Counter::start();
    for _ in 0..4 {
        check!(Calls::adapt(&stats, &mut gmm)?.is_healthy(), "a degenerate adaptation");
    }
    let adapt = per(counter, 4);
    let stack = peak_stack(|| _ = black_box(Calls::adapt(&stats, &mut gmm)));
    say!("adapted=", structure, " D=", D, " K=3 adapt=", adapt, " stack_adapt=", stack);
    Ok(())
}

/// Six features of which the last is missing: a score, what the sample adds to statistics, what is expected of the
/// feature, and the same by `regress`.
#[rustfmt::skip]
#[inline(never)] // or their samples fill the stack of main
fn missing<C: Covariance>(structure: &str) -> Result<(), Error> {
    let mut bench = Bench::<6, 3, C>::new()?;
    let alone = bench.loop_alone();
    let (gmm, stats, x) = (&bench.gmm, &mut bench.stats, bench.samples[0]);
    let observed = black_box([true, true, true, true, true, false]);
    let given = black_box([0, 1, 2, 3, 4]);
    let known = |x: &[f32; 6]| [x[0], x[1], x[2], x[3], x[4]];
    let complete = each(&bench.samples, |x| _ = black_box(Calls::log_density(black_box(gmm), x)));
    let seen = each(&bench.samples, |x| _ = black_box(Calls::observe(stats, black_box(gmm), x)));
    let score = each(&bench.samples, |x| _ = black_box(Calls::log_density_of(black_box(gmm), x, observed)));
    let observe = each(&bench.samples, |x| _ = black_box(Calls::observe_of(stats, black_box(gmm), x, observed)));
    let impute = each(&bench.samples, |x| _ = black_box(Calls::impute(black_box(gmm), x, observed)));
    let regress = each(&bench.samples, |x| _ = black_box(Calls::regress(black_box(gmm), given, known(x), 5)));
    let stack_score = peak_stack(|| _ = black_box(Calls::log_density_of(gmm, &x, observed)));
    let stack_observe = peak_stack(|| _ = black_box(Calls::observe_of(stats, gmm, &x, observed)));
    let stack_impute = peak_stack(|| _ = black_box(Calls::impute(gmm, &x, observed)));
    let stack_regress = peak_stack(|| _ = black_box(Calls::regress(gmm, given, known(&x), 5)));
    say!(
        "missing=", structure, " D=6 K=3",
        " complete=", complete - alone, " seen=", seen - alone, " score=", score - alone,
        " observe=", observe - alone, " impute=", impute - alone, " regress=", regress - alone,
        " stack_score=", stack_score, " stack_observe=", stack_observe, " stack_impute=", stack_impute,
        " stack_regress=", stack_regress,
    );
    Ok(())
}

#[entry]
fn main() -> ! {
    let counter = Counter::start();
    count_to_a_million();
    let counted = counter.instructions();
    say!("two_million=", counted);
    check!(counted.abs_diff(2_000_000) < 100, "the counter does not count instructions");
    sizes::<Full>("full");
    sizes::<Diagonal>("diagonal");
    sizes::<Spherical>("spherical");
    sizes::<Tied<Full>>("tied_full");
    sizes::<Tied<Diagonal>>("tied_diagonal");
    sizes::<Tied<Spherical>>("tied_spherical");
    row::<3, 4, Eev>("EEV");
    row::<3, 4, Vve>("VVE");
    let rest = [
        stream,
        || missing::<Full>("full"),
        || missing::<Diagonal>("diagonal"),
        || adapted::<3, Full>("full"),
        || adapted::<3, Diagonal>("diagonal"),
        || adapted::<6, Full>("full"),
        || adapted::<6, Diagonal>("diagonal"),
    ];
    if rest.iter().any(|measure| measure().is_err()) {
        fail("refused");
    }
    dimensions::<Full>("full");
    dimensions::<Diagonal>("diagonal");
    succeed()
}
