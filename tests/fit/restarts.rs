//! Several fits, the best of which is kept.

use core::ops::ControlFlow;
use gaussmix::fit::Workspace;
use gaussmix::fit::{BestOf, Fit};
use gaussmix::rand_core::Rng;
use gaussmix::{Em, Error, Gmm, init};
use rand_pcg::Pcg64;

use crate::support::closeness::assert_close;
use crate::support::clouds::{clouds, guess, pass};
use crate::support::dense::Structure;
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::ROUNDING;

type Model<C> = Gmm<f64, 3, 3, C>;

fn em() -> Em<f64> {
    Em::default().with_tolerance(1e-5).unwrap().with_max_iterations(40)
}

/// Data in which a few samples are nearly equal: some fits end in them, floored and of enormous likelihood.
fn treacherous() -> Vec<[f64; 3]> {
    let mut data = clouds(60, 61);
    data.extend([[9.0, 9.0, 0.5]; 3]);
    data
}

fn best<C: Structure>(data: &[[f64; 3]], restarts: u32, seed: u64) -> (Model<C>, BestOf<f64, 3>) {
    let mut gmm = guess();
    let mut rng = Pcg64::new(u128::from(seed), 1);
    let best = em().fit_best_of(&mut gmm, restarts, init::random_samples, data, &mut rng).unwrap();
    (gmm, best)
}

/// The same restarts, one after the other, by hand.
fn all<C: Structure>(data: &[[f64; 3]], restarts: u32, seed: u64) -> Vec<(Model<C>, Fit<f64, 3>)> {
    let mut rng = Pcg64::new(u128::from(seed), 1);
    let run = |_| {
        let mut gmm = Gmm::unfitted();
        init::random_samples(&mut gmm, data, &mut rng).unwrap();
        let fit = em().fit(&mut gmm, data).unwrap();
        (gmm, fit)
    };
    (0..restarts).map(run).collect()
}

/// Which of the fits must win: of those that are not spurious, or of all if there is none, the first of the largest
/// likelihood.
fn winner<C: Structure>(fits: &[(Model<C>, Fit<f64, 3>)]) -> usize {
    let any_sound = fits.iter().any(|(_, f)| !f.is_spurious());
    let eligible = |f: &Fit<f64, 3>| !f.is_spurious() || !any_sound;
    let top =
        fits.iter().filter(|(_, f)| eligible(f)).map(|(_, f)| f.log_likelihood).fold(f64::MIN, f64::max);
    fits.iter().position(|(_, f)| eligible(f) && f.log_likelihood == top).unwrap()
}

fn the_best_restart_is_returned_with_its_report<C: Structure>() {
    let mut spurious_and_likelier = 0;
    for (seed, data) in (0..12).map(|s| (s, if s % 2 == 0 { treacherous() } else { clouds(150, 62) })) {
        let fits = all::<C>(&data, 6, seed);
        let due = winner(&fits);
        let (gmm, best) = best::<C>(&data, 6, seed);
        assert_eq!((best.restart as usize, best.attempted, best.failed), (due, 6, 0));
        assert_eq!((&gmm, best.fit), (&fits[due].0, fits[due].1));
        assert_eq!(best.healthy as usize, fits.iter().filter(|(_, f)| f.is_healthy()).count());
        assert_eq!(best.fit.log_likelihood, pass(&gmm, &data).log_likelihood());
        let likelier = |f: &Fit<f64, 3>| f.is_spurious() && f.log_likelihood > best.fit.log_likelihood;
        spurious_and_likelier += fits.iter().filter(|(_, f)| !best.fit.is_spurious() && likelier(f)).count();
    }
    // For those that collapse on this data the ranking must have been put to the test.
    assert!(C::SHARED || C::has_common_volume() || spurious_and_likelier > 0);
}

/// scikit-learn #10869, over many seeds.
fn more_restarts_never_worse<C: Structure>() {
    let data = clouds(100, 63);
    for seed in 0..15 {
        let mut last = (false, f64::MIN);
        for restarts in [1, 2, 4, 8] {
            let (gmm, best) = best::<C>(&data, restarts, seed);
            // Any fit without a spurious component is better than every other.
            let rank = (!best.fit.is_spurious(), best.fit.log_likelihood);
            assert!(rank >= last, "seed {seed}, {restarts} restarts");
            last = rank;
            let mean = gmm.mean_log_likelihood(&data).unwrap();
            assert_close(mean, best.fit.mean_log_likelihood(), ROUNDING, "reported likelihood");
        }
    }
}

fn each_restart_starts_from_different_parameters<C: Structure>() {
    let data = clouds(100, 64);
    let mut starts: Vec<Model<C>> = Vec::new();
    let start = |g: &mut Model<C>, d: &Vec<[f64; 3]>, r: &mut Pcg64| {
        init::k_means_plus_plus(g, d, r)?;
        starts.push(g.clone());
        Ok(())
    };
    em().fit_best_of(&mut guess::<f64, C>(), 10, start, &data, &mut Pcg64::new(3, 1)).unwrap();
    for (i, a) in starts.iter().enumerate() {
        assert!(starts[..i].iter().all(|b| b.means() != a.means()));
    }
    assert_eq!(starts.len(), 10);
}

/// Armadillo. Failing starts leave rubbish in the model they were given, as far as they can.
fn a_failed_restart_does_not_spoil_the_others<C: Structure>() {
    let data = clouds(100, 65);
    let mut calls = 0;
    let sometimes = |g: &mut Model<C>, d: &Vec<[f64; 3]>, r: &mut Pcg64| {
        calls += 1;
        if calls % 3 == 1 {
            *g = g.affine(&[1e-3; 3], &[1e6; 3]).unwrap();
            return Err(Error::TooFewDistinctSamples { found: 2 });
        }
        init::random_samples(g, d, r)
    };
    let mut gmm = guess::<f64, C>();
    let found = em().fit_best_of(&mut gmm, 9, sometimes, &data, &mut Pcg64::new(4, 1)).unwrap();
    let (due_gmm, due) = best::<C>(&data, 6, 4);
    assert_eq!((found.attempted, found.failed, found.healthy), (9, 3, due.healthy));
    // The restarts 0, 3, 6 failed: the others are the six of a run without failures.
    assert_eq!(found.restart, due.restart + 1 + due.restart / 2);
    assert_eq!((gmm, found.fit), (due_gmm, due.fit));
}

/// A fit that fails at its first E-step (its start lies too far out for a squared distance) counts as failed too.
fn a_fit_that_fails_counts_as_failed<C: Structure>() {
    let data = clouds(100, 66);
    let mut calls = 0;
    let remote = |g: &mut Model<C>, d: &Vec<[f64; 3]>, r: &mut Pcg64| {
        calls += 1;
        init::random_samples(g, d, r)?;
        if calls == 1 {
            *g = g.affine(&[1.0; 3], &[1e200; 3])?;
        }
        Ok(())
    };
    let mut gmm = guess::<f64, C>();
    let found = em().fit_best_of(&mut gmm, 4, remote, &data, &mut Pcg64::new(6, 1)).unwrap();
    assert_eq!((found.attempted, found.failed), (4, 1));
    assert!(found.restart > 0);
    assert_eq!(found.fit.log_likelihood, pass(&gmm, &data).log_likelihood());
}

fn failure_leaves_the_previous_model_intact<C: Structure>() {
    let mut data = clouds(100, 67);
    data[80][1] = f64::NAN;
    let error = Error::NonFiniteSample { sample: 80, feature: 1 };
    let mut gmm = guess::<f64, C>();
    let mut rng = Pcg64::new(7, 1);
    assert_eq!(em().fit(&mut gmm, &data), Err(error));
    assert_eq!(em().fit_best_of(&mut gmm, 3, init::random_samples, &data, &mut rng), Err(error));
    let never = |_: &mut Model<C>, _, _: &mut Pcg64| Err(Error::EmptyData);
    assert_eq!(em().fit_best_of(&mut gmm, 3, never, &data[..50], &mut rng), Err(Error::EmptyData));
    assert_eq!(gmm, guess::<f64, C>());

    // The data goes bad in the middle of a fit.
    let mut passes = 0;
    let reads = core::cell::Cell::new(0);
    let turning = (0..50).map(|i| {
        reads.set(reads.get() + 1);
        if reads.get() > 170 { [f64::INFINITY; 3] } else { data[i] }
    });
    let count = |_: &gaussmix::fit::Iteration<f64>| {
        passes += 1;
        ControlFlow::Continue(())
    };
    let found = em().with_tolerance(0.0).unwrap().fitting().with_hook(count).fit(&mut gmm, turning);
    assert_eq!(found, Err(Error::NonFiniteSample { sample: 20, feature: 0 }));
    assert_eq!(passes, 3);
    assert_eq!(gmm, guess::<f64, C>());
}

fn stopping_ends_the_restart_at_hand_not_the_others<C: Structure>() {
    let data = clouds(100, 68);
    let mut longest = [0; 3];
    let stop = |i: &gaussmix::fit::Iteration<f64>| {
        longest[i.restart as usize] = i.iteration;
        if i.restart == 1 && i.iteration == 2 {
            ControlFlow::Break(gaussmix::fit::Stop::Restart)
        } else {
            ControlFlow::Continue(())
        }
    };
    let mut rng = Pcg64::new(8, 1);
    let em = em().with_tolerance(0.0).unwrap().with_max_iterations(5);
    let mut gmm = guess::<f64, C>();
    let best =
        em.fitting().with_hook(stop).fit_best_of(&mut gmm, 3, init::random_samples, &data, &mut rng).unwrap();
    assert_eq!((best.attempted, best.failed, best.stopped), (3, 0, false));
    assert_eq!(longest, [5, 2, 5]);
}

/// Later restarts are not begun, whoever owns the memory.
fn stopping_the_search_ends_it<C: Structure>() {
    let data = clouds(100, 68);
    let mut memory = Workspace::new();
    let em = em().with_tolerance(0.0).unwrap().with_max_iterations(5);
    let search = |workspace: Option<&mut Workspace<f64, 3, 3, C>>| {
        let (mut gmm, mut rng) = (guess::<f64, C>(), Pcg64::new(8, 1));
        let stop = |i: &gaussmix::fit::Iteration<f64>| {
            if i.restart == 1 && i.iteration == 2 {
                ControlFlow::Break(gaussmix::fit::Stop::Search)
            } else {
                ControlFlow::Continue(())
            }
        };
        let fitting = em.fitting().with_hook(stop);
        let fitting = match workspace {
            Some(workspace) => fitting.with_workspace(workspace),
            None => fitting,
        };
        (fitting.fit_best_of(&mut gmm, 3, init::random_samples, &data, &mut rng).unwrap(), gmm)
    };
    let (best, gmm) = search(None);
    assert_eq!((best.attempted, best.stopped), (2, true));
    assert_eq!(search(Some(&mut memory)), (best, gmm));
}

/// The generator is used in order: the same state gives the same result, and it has moved on after.
fn a_seed_fixes_the_result<C: Structure>() {
    let data = clouds(100, 69);
    let (a, b) = (best::<C>(&data, 3, 9), best::<C>(&data, 3, 9));
    assert_eq!(a, b);
    let mut rng = Pcg64::new(9, 1);
    init::k_means_plus_plus(&mut guess::<f64, C>(), &data, &mut rng).unwrap();
    assert_ne!(rng.next_u64(), Pcg64::new(9, 1).next_u64());
}

for_typical_structures!(
    the_best_restart_is_returned_with_its_report,
    more_restarts_never_worse,
    each_restart_starts_from_different_parameters,
    a_failed_restart_does_not_spoil_the_others,
    a_fit_that_fails_counts_as_failed,
    failure_leaves_the_previous_model_intact,
    stopping_ends_the_restart_at_hand_not_the_others,
    stopping_the_search_ends_it,
    a_seed_fixes_the_result,
);
