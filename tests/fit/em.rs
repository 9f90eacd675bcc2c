//! What every iteration of EM promises.

use core::ops::ControlFlow;
use gaussmix::fit::{Iteration, Stop};
use gaussmix::fit::{Outcome, Workspace};
use gaussmix::strategies::samples;
use gaussmix::{Em, Gmm, MStep, Real, SufficientStats, init};
use proptest::{array, collection};
use rand_pcg::Pcg64;

use crate::support::closeness::{assert_close, assert_models_close};
use crate::support::clouds::{COVARIANCES, MEANS, WEIGHTS, clouds, guess, narrowed, pass};
use crate::support::data::faithful;
use crate::support::dense::{Common, Structure, covariances, model};
use crate::support::for_all::for_all;
use crate::support::naive::Mixture;
use crate::support::structures::{for_every_structure, for_typical_structures};
use crate::support::tolerance::{BOUND, FALL_F32, FALL_F64, ROUNDING, STAYS_PUT};

/// Fits without a floor and without an end; no pass may lower the mean log-likelihood by more than rounding.
fn climbs<T: Real, C: Structure>(data: &[[T; 3]], mut gmm: Gmm<T, 3, 3, C>, fall: f64) {
    let mut last: Option<f64> = None;
    let em =
        Em::default().with_m_step(MStep::exact()).with_tolerance(T::ZERO).unwrap().with_max_iterations(60);
    let watch = |iteration: &Iteration<T>| {
        let now = iteration.mean_log_likelihood.widen();
        if let Some(before) = last {
            let allowed = fall * before.abs().max(1.0);
            assert!(now >= before - allowed, "iteration {}: {before} fell to {now}", iteration.iteration);
            assert!(iteration.gain.is_some_and(|gain| gain.widen().is_finite()));
        }
        last = Some(now);
        ControlFlow::Continue(())
    };
    em.fitting().with_hook(watch).fit(&mut gmm, data).unwrap();
}

/// scikit-learn and Kaldi, without regularisation; data up to 10⁴ σ away from 0.
fn likelihood_never_decreases_per_iteration<C: Structure>() {
    for (seed, offset) in [(31, 0.0), (32, 100.0), (33, -1e4)] {
        let mut data = clouds(400, seed);
        data.iter_mut().flatten().for_each(|v| *v += offset);
        let mut gmm = Gmm::<f64, 3, 3, C>::unfitted();
        init::farthest_first(&mut gmm, &data).unwrap();
        climbs(&data, gmm, FALL_F64);
        let data = narrowed::<f32, 3>(&data);
        let mut gmm = Gmm::<f32, 3, 3, C>::unfitted();
        init::farthest_first(&mut gmm, &data).unwrap();
        climbs(&data, gmm, FALL_F32);
    }
    for_all(24, samples::<f64, 3>(60..200), &|data| {
        climbs(&data, guess::<f64, C>(), FALL_F64);
        climbs(&narrowed(&data), guess::<f32, C>(), FALL_F32);
    });
}

/// Generalised EM: an M-step that ends after one inner iteration is worse than the whole one, and climbs too, to where
/// that leads. Structures with a closed form have no inner iterations.
fn one_inner_iteration_a_step_climbs<C: Structure>() {
    let data = clouds(400, 35);
    let short = MStep::exact().with_inner_iterations(1).unwrap();
    let mut gmm = guess::<f64, C>();
    let (mut last, mut improved) = (f64::NEG_INFINITY, 0);
    for step in 0..300 {
        let mut stats = SufficientStats::new();
        stats.observe_all(&gmm, &data).unwrap();
        let now = stats.log_likelihood() / stats.total_weight();
        assert!(now >= last - FALL_F64 * now.abs().max(1.0), "step {step}: {last} to {now}");
        last = now;
        let update = short.maximize(&stats, &mut gmm).unwrap();
        assert!(update.is_healthy());
        improved += u32::from(update.outcomes.contains(&Outcome::Improved));
    }
    let iterates =
        matches!(C::common(), Common::Shape | Common::Ratios | Common::Axes | Common::AxesAndVolume);
    assert_eq!(improved > 0, iterates);
    let mut whole = guess::<f64, C>();
    let em =
        Em::default().with_m_step(MStep::exact()).with_tolerance(1e-13).unwrap().with_max_iterations(2000);
    let fit = em.fit(&mut whole, &data).unwrap();
    assert!((fit.mean_log_likelihood() - last).abs() < 1e-8, "{fit:?}, {last}");
}

/// scikit-learn's warm start.
fn one_iteration_twice_equals_two_iterations<C: Structure>() {
    let data = clouds(300, 34);
    let em = Em::default().with_tolerance(0.0).unwrap();
    let (mut stepped, mut straight) = (guess::<f64, C>(), guess::<f64, C>());
    for _ in 0..2 {
        em.with_max_iterations(1).fit(&mut stepped, &data).unwrap();
    }
    let fit = em.with_max_iterations(2).fit(&mut straight, &data).unwrap();
    assert_eq!(stepped, straight);
    assert_eq!((fit.iterations, fit.converged), (2, false));
}

/// mlpack's UseExistingModel.
fn a_converged_model_refitted_stays_put<C: Structure>() {
    let data = clouds(300, 35);
    let em = Em::default().with_tolerance(1e-13).unwrap().with_max_iterations(20_000);
    let mut gmm = guess::<f64, C>();
    let first = em.fit(&mut gmm, &data).unwrap();
    assert!(first.converged && first.is_healthy());
    let mut again = gmm.clone();
    let second = em.fit(&mut again, &data).unwrap();
    // Two at least; a gain may once be larger than rounding errors usually are.
    assert!(second.converged && second.iterations <= 3);
    assert_models_close(&again, &gmm, STAYS_PUT);
    assert_close(first.log_likelihood, second.log_likelihood, STAYS_PUT, "log-likelihood");
}

/// `fit` is the loop that anyone would write, ends after an E-step, and reports the model it returns.
fn a_fit_is_passes_and_m_steps_in_turn<C: Structure>() {
    let data = clouds(300, 36);
    let mut by_hand = guess::<f64, C>();
    let mut outcomes = [Outcome::Updated; 3];
    for _ in 0..5 {
        let stats = pass(&by_hand, &data);
        outcomes = MStep::default().maximize(&stats, &mut by_hand).unwrap().outcomes;
    }
    let em = Em::default().with_tolerance(0.0).unwrap().with_max_iterations(5);
    let mut gmm = guess::<f64, C>();
    let mut seen = Vec::new();
    let mut workspace = Workspace::new();
    let watch = |i: &_| {
        seen.push(*i);
        ControlFlow::Continue(())
    };
    let fit = em.fitting().with_workspace(&mut workspace).with_hook(watch).fit(&mut gmm, &data).unwrap();
    assert_eq!(gmm, by_hand);
    assert_eq!(fit.log_likelihood, pass(&gmm, &data).log_likelihood());
    assert_eq!((fit.iterations, fit.count, fit.last_update.unwrap().outcomes), (5, 300, outcomes));
    assert_close(fit.total_weight, 300.0, ROUNDING, "total weight");
    assert_eq!(seen.iter().map(|i| i.iteration).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    assert_eq!(seen[5].mean_log_likelihood, fit.mean_log_likelihood());
    assert_eq!(seen[0].gain, None);
    let mean = gmm.mean_log_likelihood(&data).unwrap();
    assert_close(mean, fit.mean_log_likelihood(), ROUNDING, "mean log-likelihood");

    let mut reused = guess::<f64, C>();
    let again = em.fitting().with_workspace(&mut workspace).fit(&mut reused, &data).unwrap();
    assert_eq!((again, &reused), (fit, &gmm), "a workspace remembers nothing");
}

fn no_iterations_return_the_initial_model<C: Structure>() {
    let data = clouds(100, 37);
    let mut gmm = guess::<f64, C>();
    let fit = Em::default().with_max_iterations(0).fit(&mut gmm, &data).unwrap();
    assert_eq!(gmm, guess::<f64, C>());
    assert_eq!((fit.iterations, fit.converged), (0, false));
    assert_eq!(fit.log_likelihood, pass(&gmm, &data).log_likelihood());
}

fn a_hook_stops_the_fit_where_it_stands<C: Structure>() {
    let data = clouds(100, 38);
    let (mut stopped, mut capped) = (guess::<f64, C>(), guess::<f64, C>());
    let em = Em::default().with_tolerance(0.0).unwrap();
    let stop = |i: &Iteration<f64>| match i.iteration {
        3 => ControlFlow::Break(Stop::Restart),
        _ => ControlFlow::Continue(()),
    };
    let a = em.fitting().with_hook(stop).fit(&mut stopped, &data).unwrap();
    let b = em.with_max_iterations(3).fit(&mut capped, &data).unwrap();
    assert_eq!(stopped, capped);
    assert_eq!((a.log_likelihood, a.iterations, a.last_update), (b.log_likelihood, 3, b.last_update));
    assert!(!a.converged && a.stopped && !b.stopped);
    // Before its first M-step it is a start, and no start is healthy.
    let fit = em
        .fitting()
        .with_hook(|_| ControlFlow::Break(Stop::Restart))
        .fit(&mut guess::<f64, C>(), &data)
        .unwrap();
    assert!(fit.stopped && fit.last_update.is_none() && !fit.is_healthy());
}

/// It ends once the last gain and what is left are below the tolerance, and no earlier than after two M-steps.
fn convergence_is_small_gains_and_little_left<C: Structure>() {
    let data = clouds(300, 39);
    for tolerance in [1e-2, 1e-5, 1e-8] {
        let mut gains = Vec::new();
        let em = Em::default().with_tolerance(tolerance).unwrap().with_max_iterations(20_000);
        let watch = |i: &Iteration<f64>| {
            gains.extend(i.gain);
            ControlFlow::Continue(())
        };
        let mut gmm = guess::<f64, C>();
        let fit = em.fitting().with_hook(watch).fit(&mut gmm, &data).unwrap();
        assert!(fit.converged && gains.len() >= 2);
        assert!(gains.last().unwrap().abs() < tolerance);
        let on = em.with_tolerance(1e-14).unwrap().fit(&mut gmm, &data).unwrap();
        let left = on.mean_log_likelihood() - fit.mean_log_likelihood();
        assert!(left < 1.5 * tolerance, "{left:e}");
    }
}

/// Three components on two clusters converge slowly: hundreds of small gains add up.
#[test]
fn what_is_left_is_about_what_a_fit_that_goes_on_gains() {
    let data = faithful();
    for seed in 0..5 {
        let mut gmm: Gmm<f64, 2, 3> = Gmm::unfitted();
        init::k_means_plus_plus(&mut gmm, &data, &mut Pcg64::new(seed, 1)).unwrap();
        let fit = Em::default().fit(&mut gmm, &data).unwrap();
        let on = Em::default().with_tolerance(1e-14).unwrap().with_max_iterations(50_000);
        let left = on.fit(&mut gmm, &data).unwrap().mean_log_likelihood() - fit.mean_log_likelihood();
        let believed = fit.remaining.unwrap();
        assert!(fit.converged && (0.2..5.0).contains(&(believed / left)), "{believed:e}, {left:e}");
    }
}

/// ℓ − bound is the mean Kullback–Leibler divergence of the responsibilities; the M-step raises the bound.
fn the_lower_bound_touches_the_likelihood_and_rises_with_the_m_step<C: Structure>() {
    let data = clouds(300, 40);
    let old = guess::<f64, C>();
    let mut new = old.clone();
    MStep::exact().maximize(&pass(&old, &data), &mut new).unwrap();
    let (before, after) = (old.mean_log_likelihood(&data).unwrap(), new.mean_log_likelihood(&data).unwrap());
    let (touching, raised) = (old.lower_bound(&data, &old).unwrap(), new.lower_bound(&data, &old).unwrap());
    assert_close(touching, before, BOUND, "bound at its own model");
    assert!(raised > touching);
    assert!(after - raised >= -BOUND);

    let (naive_old, naive_new) = (Mixture::of(&old), Mixture::of(&new));
    let divergence = |x: &[f64; 3]| {
        let (p, q) = (naive_old.posterior(x).1, naive_new.posterior(x).1);
        p.iter().zip(&q).map(|(p, q)| if *p > 0.0 { p * (p / q).ln() } else { 0.0 }).sum::<f64>()
    };
    let mean = data.iter().map(divergence).sum::<f64>() / data.len() as f64;
    assert_close(after - raised, mean, BOUND, "divergence");
}

fn the_lower_bound_never_exceeds_the_likelihood<C: Structure>() {
    let models = |shift: f64| {
        let means = MEANS.map(|m| m.map(|v| v + shift));
        model::<f64, 3, 3, C>(WEIGHTS, means, COVARIANCES)
    };
    let data = collection::vec(array::uniform3(-20.0..20.0f64), 1..40);
    for_all(48, (data, -3.0..3.0f64), &|(data, shift)| {
        let (a, b) = (models(0.0), models(shift));
        let likelihood = a.mean_log_likelihood(&data).unwrap();
        let bound = a.lower_bound(&data, &b).unwrap();
        assert!(likelihood - bound >= -BOUND * likelihood.abs().max(1.0), "{likelihood} {bound}");
    });
}

/// Kaldi's overfit bound: refitting data of the true model gains ℓ by half the number of parameters on average (Wilks
/// 1938), so five times out of five together by less than twice that.
fn refitting_the_true_model_gains_about_half_the_parameters<C: Structure>() {
    let truth = guess::<f64, C>();
    let em = Em::default().with_tolerance(1e-8).unwrap().with_max_iterations(2000);
    let mut gain = 0.0;
    for seed in 0..5 {
        let mut rng = rand_pcg::Pcg64::new(seed, 41);
        let data: Vec<[f64; 3]> = (0..2000).map(|_| truth.sample(&mut rng)).collect();
        let before = pass(&truth, &data).log_likelihood();
        gain += em.fit(&mut truth.clone(), &data).unwrap().log_likelihood - before;
    }
    let due = 5.0 * 0.5 * Gmm::<f64, 3, 3, C>::parameter_count() as f64;
    assert!(gain > 0.5 * due && gain < 2.0 * due, "gained {gain}, about {due} was due");
}

/// mlpack, by factorising.
fn covariances_stay_symmetric_positive_definite_after_every_update<C: Structure>() {
    let scale = proptest::sample::select(vec![1e-6, 1.0, 1.0, 1e4]);
    let hostile = collection::vec((array::uniform3(-2i32..3), scale), 8..60);
    for_all(64, (hostile, -1e3..1e3), &|(rows, offset)| {
        let data: Vec<[f64; 3]> = rows.iter().map(|(x, s)| x.map(|v| offset + f64::from(v) * s)).collect();
        updates_stay_definite::<f64, C>(&data, offset);
        updates_stay_definite::<f32, C>(&narrowed(&data), offset);
    });
}

fn updates_stay_definite<T: Real, C: Structure>(data: &[[T; 3]], offset: f64) {
    let mut gmm = guess::<T, C>().affine(&[T::ONE; 3], &[T::narrow(offset); 3]).unwrap();
    let mut stats = SufficientStats::<T, 3, 3, C>::new();
    let steps =
        [MStep::default(), MStep::exact(), MStep::default().with_absolute_floor(T::narrow(1e-3)).unwrap()];
    for (i, chunk) in data.chunks(4).chain(data.chunks(8)).enumerate() {
        stats.observe_all(&gmm, chunk).unwrap();
        // A constant feature is refused, and the model must then be as good as before.
        let _ = steps[i % 3].maximize(&stats, &mut gmm);
        gmm.validate().unwrap();
        let wide = gmm.cast::<f64>().unwrap();
        for matrix in covariances(&wide) {
            for row in 0..3 {
                for column in 0..row {
                    assert_eq!(matrix[row][column], matrix[column][row]);
                }
            }
        }
        assert!(gmm.weights().iter().all(|w| *w >= T::ZERO));
    }
}

for_every_structure!(
    likelihood_never_decreases_per_iteration,
    one_inner_iteration_a_step_climbs,
    one_iteration_twice_equals_two_iterations,
    a_converged_model_refitted_stays_put,
    covariances_stay_symmetric_positive_definite_after_every_update,
);
for_typical_structures!(
    a_fit_is_passes_and_m_steps_in_turn,
    no_iterations_return_the_initial_model,
    a_hook_stops_the_fit_where_it_stands,
    convergence_is_small_gains_and_little_left,
    the_lower_bound_touches_the_likelihood_and_rises_with_the_m_step,
    the_lower_bound_never_exceeds_the_likelihood,
    refitting_the_true_model_gains_about_half_the_parameters,
);
