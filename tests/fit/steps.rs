//! M-steps of the caller's, and those that the crate has.

use core::ops::ControlFlow;

use gaussmix::fit::{
    BoundedWeights, Damped, EqualAlong, Fit, Frozen, Iteration, Outcome, Plain, Update, Usual, Watch,
    Workspace,
};
use gaussmix::{Em, Error, Gmm, MStep, Real, SufficientStats, init};
use rand_pcg::Pcg64;

use crate::support::closeness::{assert_close, assert_models_close};
use crate::support::clouds::{clouds, guess, narrowed, pass};
use crate::support::dense::{Structure, dense};
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::{BOUND, FALL_F32, FALL_F64, ROUNDING, STAYS_PUT};

type Statistics<T, C> = SufficientStats<T, 3, 3, C>;
type Model<T, C> = Gmm<T, 3, 3, C>;

/// Without a floor and without an end.
fn endless<T: Real>(iterations: u32) -> Em<T> {
    Em::default().with_m_step(MStep::exact()).with_tolerance(T::ZERO).unwrap().with_max_iterations(iterations)
}

/// ℓ/n after 0, 1, … M-steps of this kind.
fn trace<T: Real, C: Structure>(
    gmm: &mut Model<T, C>,
    data: &[[T; 3]],
    step: impl FnMut(&Usual<'_, T, 3, 3>, &Statistics<T, C>, &mut Model<T, C>) -> Result<Update<3>, Error>,
) -> Vec<f64> {
    let mut found = Vec::new();
    let watch = |i: &Iteration<T>| {
        found.push(i.mean_log_likelihood.widen());
        ControlFlow::Continue(())
    };
    endless(60).fitting().with_hook(watch).with_m_step(step).fit(gmm, data).unwrap();
    found
}

#[track_caller]
fn assert_rises(found: &[f64], fall: f64) {
    for pair in found.windows(2) {
        assert!(pair[1] >= pair[0] - fall * pair[0].abs().max(1.0), "{} fell to {}", pair[0], pair[1]);
    }
}

/// Q is the bound of EM but for the entropy of the responsibilities, which cancels in differences: computed from
/// statistics here, sample by sample there.
fn q_rises_as_the_bound_does_and_the_likelihood_at_least_as_much<C: Structure>() {
    let data = clouds(300, 501);
    let old = guess::<f64, C>();
    let stats = pass(&old, &data);
    let mut new = old.clone();
    MStep::exact().maximize(&stats, &mut new).unwrap();
    let moved = old.affine(&[1.0; 3], &[0.3, -0.2, 0.5]).unwrap();
    let bound = |gmm: &Model<f64, C>| 300.0 * gmm.lower_bound(&data, &old).unwrap();
    for other in [&new, &moved] {
        let raised = stats.expected_log_likelihood(other) - stats.expected_log_likelihood(&old);
        assert_close(raised, bound(other) - bound(&old), 300.0 * BOUND, "rise of Q");
        let gained =
            300.0 * (other.mean_log_likelihood(&data).unwrap() - old.mean_log_likelihood(&data).unwrap());
        assert!(gained >= raised - 300.0 * BOUND, "{gained} is less than {raised}");
    }
    let rise = stats.expected_log_likelihood(&new) - stats.expected_log_likelihood(&old);
    let fall = stats.expected_log_likelihood(&moved) - stats.expected_log_likelihood(&old);
    assert!(rise > 0.0 && fall < 0.0);
}

/// With one component, Q is the likelihood.
#[test]
fn q_of_one_component_is_its_likelihood() {
    let data: Vec<[f64; 3]> = clouds(50, 502);
    let covariance = [[2.0, 0.3, 0.1], [0.3, 1.0, -0.2], [0.1, -0.2, 3.0]];
    let gmm: Gmm<f64, 3, 1> = Gmm::from_arrays([1.0], [[1.0, 2.0, 0.5]], [covariance]).unwrap();
    let stats = pass(&gmm, &data);
    assert_close(stats.expected_log_likelihood(&gmm), stats.log_likelihood(), ROUNDING, "Q");
    // A component without mass adds nothing, and mass in a dead one is impossible.
    let free: Gmm<f64, 3, 2> =
        Gmm::from_arrays([1.0, 0.0], [[1.0, 2.0, 0.5], [7.0; 3]], [covariance; 2]).unwrap();
    let beside = pass(&free, &data);
    assert_close(
        beside.expected_log_likelihood(&free),
        stats.log_likelihood(),
        ROUNDING,
        "Q beside a free slot",
    );
    let mut both = beside.clone();
    both.assign([0.0; 3], &[0.0, 1.0]).unwrap();
    assert_eq!(both.expected_log_likelihood(&free), f64::NEG_INFINITY);
    assert_eq!(SufficientStats::<f64, 3, 2>::new().expected_log_likelihood(&free), 0.0);
}

/// What a hook does is the fit: the usual step through it gives the bits of a fit without it.
fn the_usual_step_through_the_hook_changes_no_bit<C: Structure>() {
    let data = clouds(200, 503);
    let frozen = Frozen::NONE.with_means([false, true, false]);
    let em = Em::default().with_max_iterations(15);
    let (mut plain, mut hooked) = (guess::<f64, C>(), guess::<f64, C>());
    let due =
        em.fitting().with_frozen(frozen).with_resolution([0.5; 3]).unwrap().fit(&mut plain, &data).unwrap();
    let fit = em
        .fitting()
        .with_frozen(frozen)
        .with_resolution([0.5; 3])
        .unwrap()
        .with_m_step(|usual, stats, gmm| usual.maximize(stats, gmm))
        .with_workspace(&mut Workspace::new())
        .fit(&mut hooked, &data)
        .unwrap();
    assert_eq!((fit, &hooked), (due, &plain));

    let init = |gmm: &mut Model<f64, C>, data, rng: &mut Pcg64| init::random_samples(gmm, data, rng);
    let best = em.fit_best_of(&mut plain, 3, init, &data, &mut Pcg64::new(5, 1)).unwrap();
    let mut calls = 0;
    let step = |usual: &Usual<'_, f64, 3, 3>, stats: &Statistics<f64, C>, gmm: &mut Model<f64, C>| {
        calls += 1;
        usual.maximize(stats, gmm)
    };
    let fitting = em.fitting().with_m_step(step);
    let found = fitting.fit_best_of(&mut hooked, 3, init, &data, &mut Pcg64::new(5, 1)).unwrap();
    assert_eq!((found, &hooked), (best, &plain));
    assert!(calls > 3);
}

#[test]
fn an_error_of_a_step_ends_the_fit_and_leaves_the_model() {
    let data = clouds(100, 504);
    let mut gmm = guess::<f64, gaussmix::Full>();
    let mut calls = 0;
    let fit = Em::default()
        .fitting()
        .with_m_step(|usual, stats, gmm| {
            calls += 1;
            if calls == 3 { Err(Error::SumsOutOfRange) } else { usual.maximize(stats, gmm) }
        })
        .fit(&mut gmm, &data);
    assert_eq!(fit, Err(Error::SumsOutOfRange));
    assert_eq!(gmm, guess());
    // A report of one's own.
    let report = |_: &Usual<'_, f64, 3, 3>, _: &_, _: &mut _| Ok(Update::new([Outcome::Improved; 3]));
    let fit = endless(2).fitting().with_m_step(report).fit(&mut gmm, &data).unwrap();
    assert_eq!((fit.last_update.unwrap().outcomes, gmm), ([Outcome::Improved; 3], guess()));
    assert!(format!("{:?}", Plain).contains("Plain"));
}

/// A watch counts what lowers Q, and nothing else.
#[test]
fn a_watch_counts_the_steps_that_lower_q() {
    let data = clouds(200, 505);
    let mut watch = Watch::new().always();
    let mut calls = 0;
    let step =
        watch.over(|usual: &Usual<'_, f64, 3, 3>, stats: &Statistics<f64, gaussmix::Full>, gmm: &mut _| {
            calls += 1;
            let update = usual.maximize(stats, gmm)?;
            if calls % 4 == 0 {
                *gmm = gmm.affine(&[1.0; 3], &[0.5; 3])?;
            }
            Ok(update)
        });
    endless(10).fitting().with_m_step(step).fit(&mut guess(), &data).unwrap();
    assert_eq!((watch.checked(), watch.lowered()), (10, 2));
    assert!(watch.largest_fall() > 0.01);
    // In a debug build always, in a release build only when asked.
    let mut quiet: Watch<f64> = Watch::new();
    let step =
        quiet.over(|usual: &Usual<'_, f64, 3, 3>, stats: &Statistics<f64, gaussmix::Full>, gmm: &mut _| {
            usual.maximize(stats, gmm)
        });
    endless(10).fitting().with_m_step(step).fit(&mut guess(), &data).unwrap();
    assert_eq!(quiet.checked(), if cfg!(debug_assertions) { 10 } else { 0 });
    assert_eq!((quiet.lowered(), quiet.largest_fall()), (0, 0.0));
    assert!(Watch::<f64>::new().with_tolerance(f64::NAN).is_err());
}

/// The step under watch: ℓ rises from the first feasible model on, and so does Q.
fn climbs_under<T: Real, C: Structure>(
    data: &[[T; 3]],
    fall: f64,
    from: usize,
    mut step: impl FnMut(&Usual<'_, T, 3, 3>, &Statistics<T, C>, &mut Model<T, C>) -> Result<Update<3>, Error>,
) -> Model<T, C> {
    let mut gmm = guess::<T, C>();
    let mut watch = Watch::new().always();
    let found = trace(&mut gmm, data, watch.over(|usual, stats, gmm| step(usual, stats, gmm)));
    assert_rises(&found[from..], fall);
    assert!(watch.checked() == 60 && watch.lowered() <= u32::try_from(from).unwrap());
    gmm
}

fn weights_within_bounds_climb<C: Structure>() {
    let data = clouds(300, 506);
    let bounds = [(0.3, 0.36), (0.25, 1.0), (0.0, 0.4), (0.0, 1.0), (1.0 / 3.0, 1.0 / 3.0)];
    for (least, most) in bounds {
        let gmm =
            climbs_under(&data, FALL_F64, 1, BoundedWeights::new(least, most).unwrap().step::<3, 3, C>());
        assert!(gmm.weights().iter().all(|w| (least..=most).contains(w)), "{:?}", gmm.weights());
        assert_close(gmm.weights().iter().sum(), 1.0, ROUNDING, "sum of weights");
        let narrow = BoundedWeights::new(least as f32, most as f32).unwrap();
        climbs_under(&narrowed::<f32, 3>(&data), FALL_F32, 1, narrow.step::<3, 3, C>());
    }
    // Bounds that bind nothing change nothing.
    let (mut bounded, mut free) = (guess::<f64, C>(), guess::<f64, C>());
    let stats = pass(&free, &data);
    MStep::exact().maximize(&stats, &mut free).unwrap();
    MStep::exact().maximize(&stats, &mut bounded).unwrap();
    BoundedWeights::new(0.01, 0.99).unwrap().apply(&stats, &mut bounded).unwrap();
    assert_models_close(&bounded, &free, ROUNDING);
}

/// Against a search over all weights on a grid.
#[test]
fn bounded_weights_are_the_best() {
    let means = [[0.0], [1.0], [2.0]];
    for (i, masses) in [[5.0, 3.0, 2.0], [9.0, 0.5, 0.5], [1.0, 1.0, 0.0], [4.0, 4.0, 0.1]].iter().enumerate()
    {
        for (least, most) in [(0.1, 0.5), (0.2, 0.4), (0.0, 0.45), (0.3, 0.9)] {
            let mut gmm: Gmm<f64, 1, 3> = Gmm::from_arrays([0.4, 0.3, 0.3], means, [[[1.0]]; 3]).unwrap();
            let mut stats = SufficientStats::new();
            for k in 0..3 {
                let mut r = [0.0; 3];
                r[k] = masses[k];
                stats.assign(means[k], &r).unwrap();
            }
            BoundedWeights::new(least, most).unwrap().apply(&stats, &mut gmm).unwrap();
            let found = *gmm.weights();
            assert!(found.iter().all(|w| *w >= least && *w <= most), "{i}: {found:?} in {least}..{most}");
            assert_close(found.iter().sum(), 1.0, ROUNDING, "sum of weights");
            let q = |w: [f64; 3]| {
                masses.iter().zip(w).map(|(m, w)| if *m > 0.0 { m * w.ln() } else { 0.0 }).sum()
            };
            let best: f64 = q(found);
            for a in 0..=100 {
                for b in 0..=100 - a {
                    let w = [a, b, 100 - a - b].map(|v| f64::from(v) / 100.0);
                    if w.iter().all(|w| *w >= least && *w <= most) {
                        let other: f64 = q(w);
                        assert!(other <= best + ROUNDING, "{i}: {w:?} is better than {found:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn bounds_that_cannot_hold_are_refused() {
    for (least, most) in [(-0.1, 0.5), (0.6, 0.5), (0.0, 0.0), (0.5, 1.1), (f64::NAN, 1.0), (0.1, f64::NAN)] {
        assert!(BoundedWeights::new(least, most).is_err());
    }
    let data = clouds(100, 507);
    for (least, most) in [(0.4, 1.0), (0.0, 0.3)] {
        let mut gmm = guess::<f64, gaussmix::Full>();
        let step = BoundedWeights::new(least, most).unwrap().step();
        let fit = Em::default().fitting().with_m_step(step).fit(&mut gmm, &data);
        assert!(matches!(fit, Err(Error::InvalidParameter { name: "bounds", .. })));
        assert_eq!(gmm, guess());
    }
    // Two of three weights, as the third is frozen.
    let frozen = Frozen::NONE.with_weights([true, false, false]);
    let mut gmm = guess::<f64, gaussmix::Full>();
    let step = BoundedWeights::new(0.29, 0.31).unwrap().step();
    Em::default().fitting().with_frozen(frozen).with_m_step(step).fit(&mut gmm, &data).unwrap();
    assert_eq!(gmm.weights()[0], guess::<f64, gaussmix::Full>().weights()[0]);
    assert!(gmm.weights()[1..].iter().all(|w| (0.29..=0.31).contains(w)));
    // A free slot stays one.
    let mut gmm: Gmm<f64, 3, 2> =
        Gmm::from_arrays([1.0, 0.0], [[0.0; 3]; 2], [[[9.0, 0.0, 0.0], [0.0, 9.0, 0.0], [0.0, 0.0, 9.0]]; 2])
            .unwrap();
    let step = BoundedWeights::new(0.2, 1.0).unwrap().step();
    Em::default().fitting().with_m_step(step).fit(&mut gmm, &data).unwrap();
    assert_eq!(gmm.weights(), &[1.0, 0.0]);
}

/// aᵀμ_k
fn along<T: Real, C: Structure>(gmm: &Model<T, C>, a: [f64; 3]) -> [f64; 3] {
    gmm.means().map(|m| m.iter().zip(a).map(|(m, a)| m.widen() * a).sum())
}

fn means_equal_along_a_direction_climb<C: Structure>() {
    for (a, offset) in [([1.0, 0.0, 0.0], 0.0), ([1.0, -2.0, 0.5], 100.0)] {
        let mut data = clouds(300, 508);
        data.iter_mut().flatten().for_each(|v| *v += offset);
        let gmm = climbs_under(&data, FALL_F64, 1, EqualAlong::new(a).unwrap().step::<3, C>());
        let [x, y, z] = along(&gmm, a);
        assert!((x - y).abs() <= ROUNDING * x.abs().max(1.0) && (x - z).abs() <= ROUNDING * x.abs().max(1.0));
        let narrow = EqualAlong::new(a.map(|v| v as f32)).unwrap();
        climbs_under(&narrowed::<f32, 3>(&data), FALL_F32, 1, narrow.step::<3, C>());
    }
}

/// The formula of the docs, written with plain matrices, for one M-step.
fn the_first_means_are_the_formulas<C: Structure>() {
    let (data, a) = (clouds(300, 509), [0.5, 1.0, -1.0]);
    let old = guess::<f64, C>();
    let (stats, mut gmm) = (pass(&old, &data), old.clone());
    let step = EqualAlong::new(a).unwrap().step();
    endless(1).fitting().with_m_step(step).fit(&mut gmm, &data).unwrap();
    let product = |k: usize| {
        let matrix =
            dense::<f64, 3, C::Shape>(old.components().nth(k).map(|c| c.covariance).as_ref().unwrap());
        let turned: [f64; 3] = core::array::from_fn(|i| (0..3).map(|j| matrix[i][j] * a[j]).sum());
        let spread: f64 = (0..3).map(|i| a[i] * turned[i]).sum();
        (turned, spread)
    };
    let dot = |m: [f64; 3]| (0..3).map(|j| a[j] * m[j]).sum::<f64>();
    let (masses, means) = (stats.masses(), stats.means());
    let w: [f64; 3] = core::array::from_fn(|k| masses[k] / product(k).1);
    let c = (0..3).map(|k| w[k] * dot(means[k])).sum::<f64>() / w.iter().sum::<f64>();
    for k in 0..3 {
        let (turned, spread) = product(k);
        for j in 0..3 {
            let due = means[k][j] + turned[j] * (c - dot(means[k])) / spread;
            assert_close(gmm.means()[k][j], due, ROUNDING, "mean");
        }
    }
    // No other common value, and no other place within the constraint, is better for these covariances.
    let q =
        |means| stats.expected_log_likelihood(&Gmm::new(*old.weights(), means, old.covariances()).unwrap());
    let best = q(*gmm.means());
    for h in [-1e-2, 1e-2] {
        assert!(
            q(gmm.means().map(|m| core::array::from_fn(|j| m[j] + h * a[j]))) < best,
            "all means moved by {h}"
        );
        let mut one = *gmm.means();
        (one[1][0], one[1][1]) = (one[1][0] + h * a[1], one[1][1] - h * a[0]);
        assert!(q(one) < best, "one mean moved by {h}");
    }
}

#[test]
fn a_direction_has_to_be_one_and_frozen_means_are_refused() {
    for a in [[0.0; 3], [f64::NAN, 1.0, 0.0], [f64::INFINITY, 0.0, 0.0]] {
        assert!(EqualAlong::new(a).is_err());
    }
    let data = clouds(100, 510);
    let mut gmm = guess::<f64, gaussmix::Full>();
    let frozen = Frozen::NONE.with_means([true, false, false]);
    let step = EqualAlong::new([1.0, 0.0, 0.0]).unwrap().step();
    let fit = Em::default().fitting().with_frozen(frozen).with_m_step(step).fit(&mut gmm, &data);
    assert!(matches!(fit, Err(Error::InvalidParameter { name: "frozen", .. })));
    assert_eq!(gmm, guess());
}

fn damped_steps_climb_to_where_whole_ones_do<C: Structure>() {
    let data = clouds(300, 511);
    for size in [0.1, 0.5, 1.0] {
        climbs_under(&data, FALL_F64, 0, Damped::new(size).unwrap().step::<3, 3, C>());
        let narrow = Damped::new(size as f32).unwrap();
        climbs_under(&narrowed::<f32, 3>(&data), FALL_F32, 0, narrow.step::<3, 3, C>());
    }
    let end = |size| -> (Model<f64, C>, Fit<f64, 3>) {
        let mut gmm = guess::<f64, C>();
        let em = Em::default().with_tolerance(1e-13).unwrap().with_max_iterations(20_000);
        let fit = em.fitting().with_m_step(Damped::new(size).unwrap().step()).fit(&mut gmm, &data).unwrap();
        assert!(fit.converged);
        (gmm, fit)
    };
    let ((whole, fit), (half, slow)) = (end(1.0), end(0.5));
    assert_models_close(&half, &whole, STAYS_PUT);
    assert!(slow.iterations > fit.iterations, "{} against {}", slow.iterations, fit.iterations);
    for size in [0.0, -0.5, 1.5, f64::NAN] {
        assert!(Damped::new(size).is_err());
    }
}

for_typical_structures!(
    q_rises_as_the_bound_does_and_the_likelihood_at_least_as_much,
    the_usual_step_through_the_hook_changes_no_bit,
    weights_within_bounds_climb,
    means_equal_along_a_direction_climb,
    the_first_means_are_the_formulas,
    damped_steps_climb_to_where_whole_ones_do,
);
