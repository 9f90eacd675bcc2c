//! Fits whose passes the caller makes, against those that make their own.

use core::ops::ControlFlow;

use gaussmix::fit::{Acceleration, Climb, Fit, Frozen, Iteration, Method, Pass, Stop};
use gaussmix::{Em, Error, Full, Gmm, SufficientStats};

use crate::acceleration::slow;
use crate::support::clouds::{clouds, guess};
use crate::support::dense::Structure;
use crate::support::structures::for_typical_structures;

/// Goes on to the end, or to an error, with the statistics that `pass` finds.
fn to_end<C: Structure, H, M>(
    mut climb: Climb<'_, f64, 3, 3, C, H, M>,
    gmm: &mut Gmm<f64, 3, 3, C>,
    mut pass: impl FnMut(&Gmm<f64, 3, 3, C>) -> SufficientStats<f64, 3, 3, C>,
) -> Result<Fit<f64, 3>, Error>
where
    H: FnMut(&Iteration<f64>) -> ControlFlow<Stop>,
    M: Method<f64, 3, 3, C>,
{
    loop {
        if let ControlFlow::Break(fit) = climb.step(&pass(gmm), gmm)? {
            return Ok(fit);
        }
    }
}

fn observed<C: Structure>(data: &[[f64; 3]], gmm: &Gmm<f64, 3, 3, C>) -> SufficientStats<f64, 3, 3, C> {
    let mut stats = SufficientStats::new();
    stats.observe_all(gmm, data).unwrap();
    stats
}

/// A fit, one by passes of the caller's, and one by the statistics that the latter saw, have the same report and bits. The
/// expression makes the fitting, with a memory of its own each time.
macro_rules! alike {
    ($data:expr, $start:expr, $fitting:expr) => {{
        let (data, start) = ($data, $start);
        let [mut own, mut by_step, mut repeated] = [start.clone(), start.clone(), start.clone()];
        let expected = $fitting(&mut Acceleration::new()).fit(&mut own, &data).unwrap();
        let mut passes = Vec::new();
        let pass = |gmm: &_| {
            passes.push(observed(&data, gmm));
            passes.last().unwrap().clone()
        };
        let fit = to_end($fitting(&mut Acceleration::new()).begin(&start).unwrap(), &mut by_step, pass);
        assert_eq!((fit.unwrap(), by_step), (expected, own.clone()));
        let mut seen = passes.iter().cloned();
        let pass = |_: &_| seen.next().unwrap();
        let fit = to_end($fitting(&mut Acceleration::new()).begin(&start).unwrap(), &mut repeated, pass);
        assert_eq!((fit.unwrap(), repeated), (expected, own));
        assert_eq!(seen.next(), None);
        (expected, passes.len())
    }};
}

fn the_bits_are_those_of_a_fit<C: Structure>() {
    let (data, start) = (clouds(400, 9), guess::<f64, C>());
    let (fit, passes) =
        alike!(data.clone(), start.clone(), |_: &mut Acceleration<f64, 3, 3, C>| Em::default().fitting());
    assert!(fit.converged && passes == fit.iterations as usize + 1);
    let resolution = |_: &mut Acceleration<f64, 3, 3, C>| {
        let frozen = Frozen::NONE.with_means([true, false, false]);
        Em::default().with_max_iterations(7).fitting().with_frozen(frozen).with_resolution([0.5; 3]).unwrap()
    };
    alike!(data, start, resolution);

    // With extrapolations, of which each refused one takes a pass more.
    let (data, start) = slow::<f64, C>();
    let mut memory = Acceleration::new();
    let mut gmm = start.clone();
    Em::default().fitting().with_acceleration(&mut memory).fit(&mut gmm, &data).unwrap();
    let owned =
        |memory: &mut Acceleration<f64, 3, 3, C>| Em::default().fitting().with_acceleration(memory.clone());
    alike!(data.clone(), start.clone(), owned);
    let (fit, passes) = alike!(data, start, |memory| Em::default().fitting().with_acceleration(memory));
    assert_eq!(passes, (fit.iterations + 1 + memory.refused()) as usize);
}
for_typical_structures!(the_bits_are_those_of_a_fit);

#[test]
fn a_hook_sees_every_pass_and_ends_the_fit() {
    let (data, start) = (clouds(400, 9), guess::<f64, Full>());
    let mut seen = Vec::new();
    let hook = |iteration: &Iteration<f64>| {
        seen.push(iteration.iteration);
        if iteration.iteration == 3 { ControlFlow::Break(Stop::Restart) } else { ControlFlow::Continue(()) }
    };
    let mut gmm = start.clone();
    let climb = Em::default().fitting().with_hook(hook).begin(&start).unwrap();
    let fit = to_end(climb, &mut gmm, |gmm| observed(&data, gmm)).unwrap();
    assert!(fit.stopped && !fit.converged);
    assert_eq!(seen, [0, 1, 2, 3]);
}

#[test]
fn a_pass_sample_by_sample_will_do() {
    let data = clouds(300, 4);
    let [mut whole, mut single] = [guess::<f64, Full>(), guess()];
    let expected = Em::default().fit(&mut whole, &data).unwrap();
    let mut pass = Pass::new();
    let climb = Em::default().fitting().begin(&single).unwrap();
    let fit = to_end(climb, &mut single, |gmm| {
        pass.reset();
        data.iter().for_each(|x| pass.observe(gmm, x).unwrap());
        pass.finish().clone()
    });
    let fit = fit.unwrap();
    assert_eq!((fit.iterations, fit.count), (expected.iterations, expected.count));
    #[cfg(not(feature = "simd"))] // with which a whole pass rounds in another way
    assert_eq!((fit, single), (expected, whole));
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    let unfitted = Gmm::<f64, 3, 3>::unfitted();
    assert_eq!(Em::default().fitting().begin(&unfitted).map(|_| ()).unwrap_err(), Error::Unfitted);
    let start = guess::<f64, Full>();
    let mut gmm = start.clone();
    let climb = Em::default().fitting().begin(&start).unwrap();
    assert_eq!(to_end(climb, &mut gmm, |_| SufficientStats::new()), Err(Error::EmptyData));
    // Two passes, then none: an error leaves the model of the pass.
    let data = clouds(200, 3);
    let mut left = 2;
    let mut last = start.clone();
    let climb = Em::default().fitting().begin(&start).unwrap();
    let outcome = to_end(climb, &mut gmm, |gmm| {
        last = gmm.clone();
        left -= 1;
        if left < 0 { SufficientStats::new() } else { observed(&data, gmm) }
    });
    assert_eq!(outcome, Err(Error::EmptyData));
    assert!(gmm == last && last != start);
}
