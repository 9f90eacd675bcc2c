//! Accelerated EM: what it keeps of plain EM.

use core::cell::Cell;
use core::ops::ControlFlow;

use gaussmix::fit::{Acceleration, Frozen, Iteration, Regularizer, Stop, Workspace};
use gaussmix::nalgebra::SMatrix;
use gaussmix::strategies::samples;
use gaussmix::{Em, Error, Full, Gmm, MStep, Real, SufficientStats, init};
use rand_pcg::Pcg64;

use crate::support::closeness::{assert_close, assert_models_close};
use crate::support::clouds::{COVARIANCES, clouds, guess, narrowed};
use crate::support::data::{faithful, spike};
use crate::support::dense::{Structure, covariances, model};
use crate::support::for_all::for_all;
use crate::support::noise::Noise;
use crate::support::structures::{for_every_structure, for_typical_structures};
use crate::support::tolerance::{FALL_F32, FALL_F64, ROUNDING, STAYS_PUT};

/// Data that can be read often, and how often it was.
#[derive(Clone)]
struct Counted<'a>(&'a [[f64; 3]], &'a Cell<u32>);

impl<'a> IntoIterator for Counted<'a> {
    type Item = &'a [f64; 3];
    type IntoIter = core::slice::Iter<'a, [f64; 3]>;

    fn into_iter(self) -> Self::IntoIter {
        self.1.set(self.1.get() + 1);
        self.0.iter()
    }
}

fn endless<T: Real>() -> Em<T> {
    Em::default().with_m_step(MStep::exact()).with_tolerance(T::ZERO).unwrap().with_max_iterations(80)
}

/// Three components where two clusters overlap: EM is slow. Features are in units that differ by magnitudes.
pub(crate) fn slow<T: Real, C: Structure>() -> (Vec<[T; 3]>, Gmm<T, 3, 3, C>) {
    slow_in(0.3)
}

/// The third feature in other units.
fn slow_in<T: Real, C: Structure>(unit: f64) -> (Vec<[T; 3]>, Gmm<T, 3, 3, C>) {
    let mut noise = Noise::new(601);
    let mut draw = |i: usize| {
        let shift = [0.0, 2.0][i % 2];
        [noise.normal() + shift, noise.normal() + shift, unit * (noise.normal() - shift)]
    };
    let data: Vec<_> = (0..300).map(&mut draw).collect();
    let means = [[0.0, 0.2, 0.0], [1.0, 0.8, -0.6 * unit], [2.0, 1.9, -2.2 * unit]];
    (narrowed(&data), model([0.4, 0.3, 0.3], means, COVARIANCES))
}

/// No E-step that the hook sees finds a smaller likelihood than the one before. Returns the steps taken.
fn climbs<T: Real, C: Structure>(em: Em<T>, data: &[[T; 3]], mut gmm: Gmm<T, 3, 3, C>, fall: f64) -> u32 {
    let mut last: Option<f64> = None;
    let watch = |iteration: &Iteration<T>| {
        let now = iteration.mean_log_likelihood.widen();
        if let Some(before) = last {
            let allowed = fall * before.abs().max(1.0);
            assert!(now >= before - allowed, "iteration {}: {before} fell to {now}", iteration.iteration);
            assert!(iteration.gain.is_some_and(|gain| (gain.widen() - (now - before)).abs() <= allowed));
        }
        last = Some(now);
        ControlFlow::Continue(())
    };
    let mut memory = Acceleration::new();
    em.fitting().with_hook(watch).with_acceleration(&mut memory).fit(&mut gmm, data).unwrap();
    gmm.validate().unwrap();
    memory.taken()
}

fn the_likelihood_never_falls<C: Structure>() {
    let (data, gmm) = slow::<f64, C>();
    assert!(climbs(endless(), &data, gmm, FALL_F64) > 0);
    for_all(16, samples::<f64, 3>(60..200), &|data| {
        climbs(endless(), &data, guess::<f64, C>(), FALL_F64);
    });
}

fn the_likelihood_never_falls_in_single_precision<C: Structure>() {
    let (data, gmm) = slow::<f32, C>();
    climbs(endless(), &data, gmm, FALL_F32);
    for_all(16, samples::<f64, 3>(60..200), &|data| {
        climbs(endless(), &narrowed(&data), guess::<f32, C>(), FALL_F32);
    });
}

/// E-steps are one for each M-step, one at the end, and one for each step refused.
fn every_pass_is_accounted_for<C: Structure>() {
    let (data, start) = slow::<f64, C>();
    let (passes, seen) = (Cell::new(0), Cell::new(0));
    let mut memory = Acceleration::new();
    let em = Em::default().with_tolerance(1e-12).unwrap();
    let watch = |i: &Iteration<f64>| {
        assert_eq!(i.iteration, seen.get());
        seen.set(seen.get() + 1);
        ControlFlow::Continue(())
    };
    let (mut fast, mut plain) = (start.clone(), start.clone());
    let fitting = em.fitting().with_hook(watch).with_acceleration(&mut memory);
    let fit = fitting.fit(&mut fast, Counted(&data, &passes)).unwrap();
    assert_eq!(passes.get(), fit.iterations + 1 + memory.refused());
    assert_eq!(seen.get(), fit.iterations + 1);
    assert!(fit.converged && memory.taken() > 0);
    let slow = em.fit(&mut plain, &data).unwrap();
    assert!(2 * passes.get() < slow.iterations, "{} passes instead of {}", passes.get(), slow.iterations + 1);
    // Such a cap ends it, too, and the model is the one that was measured.
    let mut capped = start.clone();
    let fit =
        em.with_max_iterations(23).fitting().with_acceleration(&mut memory).fit(&mut capped, &data).unwrap();
    assert_eq!((fit.iterations, fit.converged), (23, false));
    let mut stats = SufficientStats::new();
    stats.observe_all(&capped, &data).unwrap();
    assert_eq!(stats.log_likelihood(), fit.log_likelihood);
}

/// It has arrived where plain EM has, too: gains of plain passes alone say so.
fn an_end_is_a_resting_place_of_plain_em<C: Structure>() {
    let (data, start) = slow::<f64, C>();
    for tolerance in [1e-4, 1e-7, 1e-10] {
        let mut gmm = start.clone();
        let em = Em::default().with_tolerance(tolerance).unwrap().with_max_iterations(20_000);
        let mut memory = Acceleration::new();
        let fit = em.fitting().with_acceleration(&mut memory).fit(&mut gmm, &data).unwrap();
        assert!(fit.converged && fit.remaining.is_none_or(|left| left < tolerance));
        let on = em.with_max_iterations(1).fit(&mut gmm, &data).unwrap();
        let gain = on.mean_log_likelihood() - fit.mean_log_likelihood();
        assert!(gain.abs() < tolerance, "{gain:e}");
        println!("{tolerance:e}: {} steps, {} M-steps", memory.taken(), fit.iterations);
    }
}

/// As many M-steps as are plain in the beginning give the bits of plain EM.
fn the_first_ten_m_steps_are_plain<C: Structure>() {
    let (data, start) = slow::<f64, C>();
    for iterations in [0, 1, 10] {
        let (mut plain, mut fast) = (start.clone(), start.clone());
        let em = endless().with_max_iterations(iterations);
        let due = em.fit(&mut plain, &data).unwrap();
        let fit = em.fitting().with_acceleration(&mut Acceleration::new()).fit(&mut fast, &data).unwrap();
        assert_eq!((fit, fast), (due, plain));
    }
}

/// What is frozen keeps its bits, and so does a free slot.
fn what_is_frozen_or_dead_stays<C: Structure>() {
    let (data, start) = slow::<f64, C>();
    let own = start.means();
    let three = COVARIANCES;
    let four: Gmm<f64, 3, 4, C> = model(
        [0.4, 0.0, 0.3, 0.3],
        [own[0], [40.0; 3], own[1], own[2]],
        [three[0], three[0], three[1], three[2]],
    );
    let first = [true, false, false, false];
    let mut memory = Acceleration::new();
    for frozen in [
        Frozen::NONE,
        Frozen::NONE.with_weights(first),
        Frozen::NONE.with_means(first),
        Frozen::NONE.with_covariances(first),
    ] {
        let mut gmm = four.clone();
        let fit = endless()
            .fitting()
            .with_frozen(frozen)
            .with_acceleration(&mut memory)
            .with_workspace(&mut Workspace::new())
            .fit(&mut gmm, &data)
            .unwrap();
        assert_eq!((gmm.weights()[1], gmm.means()[1]), (0.0, [40.0; 3]));
        assert!(fit.iterations == 80 && gmm.validate().is_ok());
        let was = |flags: [bool; 4]| flags[0];
        assert_eq!(gmm.weights()[0] == 0.4, was(frozen_weights(&frozen)));
        assert_eq!(gmm.means()[0] == own[0], frozen == Frozen::NONE.with_means(first));
        let covariance = |gmm: &Gmm<f64, 3, 4, C>| gmm.components().next().unwrap().covariance;
        assert_eq!(covariance(&gmm) == covariance(&four), frozen == Frozen::NONE.with_covariances(first));
    }
    assert!(memory.taken() > 0);
}

fn frozen_weights(frozen: &Frozen<4>) -> [bool; 4] {
    let first = [true, false, false, false];
    if *frozen == Frozen::NONE.with_weights(first) { first } else { [false; 4] }
}

/// A ridge has a limit that is no maximum of the likelihood; floors hold back what would collapse. Perhaps not to the
/// limit that plain EM has from the same start.
fn a_ridge_and_floors_lead_to_limits_of_plain_em<C: Structure>() {
    let (data, start) = slow::<f64, C>();
    let steps = [
        MStep::exact().with_ridge(0.05).unwrap(),
        MStep::exact().with_absolute_floor(0.1).unwrap(),
        MStep::default().with_relative_floor(0.2).unwrap(),
    ];
    for step in steps {
        let em = Em::default().with_m_step(step).with_tolerance(1e-13).unwrap().with_max_iterations(20_000);
        let mut fast = start.clone();
        let fit = em.fitting().with_acceleration(&mut Acceleration::new()).fit(&mut fast, &data).unwrap();
        let mut on = fast.clone();
        let due = em.with_tolerance(1e-14).unwrap().fit(&mut on, &data).unwrap();
        assert!(due.converged && fit.converged);
        assert_eq!(fit.last_update, due.last_update);
        assert_models_close(&fast, &on, STAYS_PUT);
    }
}

/// Where a fit stands when a hook stops it, it stands above its floors, also on a step.
fn every_step_stays_above_the_floors<C: Structure>() {
    let (data, start) = slow_in::<f64, C>(1.0);
    // Somewhat above the smallest variance of a fit without floors: some component comes there late.
    let mut free = start.clone();
    endless().with_max_iterations(2000).fit(&mut free, &data).unwrap();
    let smallest =
        covariances(&free).iter().flat_map(|m| [m[0][0], m[1][1], m[2][2]]).fold(f64::MAX, f64::min);
    let floor = 1.1 * smallest;
    let em = endless().with_m_step(MStep::exact().with_absolute_floor(floor).unwrap());
    let mut memory = Acceleration::new();
    for last in 2..60 {
        let mut gmm = start.clone();
        let stop = |i: &Iteration<f64>| {
            if i.iteration == last { ControlFlow::Break(Stop::Restart) } else { ControlFlow::Continue(()) }
        };
        em.fitting().with_hook(stop).with_acceleration(&mut memory).fit(&mut gmm, &data).unwrap();
        gmm.validate().unwrap();
        // Combinations of features, where the whole matrix lies above the floors.
        let along: &[[f64; 3]] = match C::common().is_coupled() {
            true => &[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            false => &[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [1.0, -1.0, 0.0], [1.0, 1.0, 1.0], [0.3, 0.4, -1.0]],
        };
        for matrix in covariances(&gmm) {
            for a in along {
                let (mut variance, mut square) = (0.0, 0.0);
                for i in 0..3 {
                    square += a[i] * a[i];
                    for j in 0..3 {
                        variance += a[i] * a[j] * matrix[i][j];
                    }
                }
                assert!(variance >= floor * square * (1.0 - ROUNDING), "{variance} after {last}");
            }
        }
    }
    assert!(memory.taken() > 0);
    if !C::common().is_coupled() {
        let mut found = f64::NEG_INFINITY;
        let rises = |i: &Iteration<f64>| {
            // The start lies below the floors.
            assert!(i.iteration < 2 || i.mean_log_likelihood >= found - FALL_F64 * found.abs());
            found = i.mean_log_likelihood;
            ControlFlow::Continue(())
        };
        em.fitting().with_hook(rises).with_acceleration(&mut memory).fit(&mut start.clone(), &data).unwrap();
    }
}

for_every_structure!(
    the_likelihood_never_falls,
    every_step_stays_above_the_floors,
    an_end_is_a_resting_place_of_plain_em,
    a_ridge_and_floors_lead_to_limits_of_plain_em,
);
for_typical_structures!(
    the_likelihood_never_falls_in_single_precision,
    every_pass_is_accounted_for,
    the_first_ten_m_steps_are_plain,
    what_is_frozen_or_dead_stays,
);

/// A spike rests on its floor while the others move.
#[test]
fn a_component_on_its_floor_stays_above_it() {
    let data = spike();
    let start: Gmm<f64, 1, 3> =
        Gmm::from_arrays([0.4, 0.3, 0.3], [[0.0], [45.0], [55.0]], [[[20.0]], [[90.0]], [[90.0]]]).unwrap();
    let mut gmm = start.clone();
    let mut memory = Acceleration::new();
    let em = Em::default().with_tolerance(1e-11).unwrap().with_max_iterations(5000);
    let mut last = f64::NEG_INFINITY;
    let rises = |i: &Iteration<f64>| {
        assert!(i.mean_log_likelihood >= last - FALL_F64 * last.abs() || i.iteration < 2);
        last = i.mean_log_likelihood;
        ControlFlow::Continue(())
    };
    let fit = em.fitting().with_hook(rises).with_acceleration(&mut memory).fit(&mut gmm, &data).unwrap();
    assert!(fit.converged && memory.taken() > 0);
    let mut plain = start;
    em.fit(&mut plain, &data).unwrap();
    assert_eq!(gmm.covariances()[0], plain.covariances()[0]);
}

/// The restarts share one memory, which remembers nothing but its counts.
#[test]
fn restarts_are_single_fits() {
    let data = faithful();
    let em = Em::default().with_tolerance(1e-8).unwrap();
    let mut memory = Acceleration::new();
    let mut gmm: Gmm<f64, 2, 4> = Gmm::unfitted();
    let search = em.fitting().with_acceleration(&mut memory);
    let best = search.fit_best_of(&mut gmm, 4, init::random_samples, &data, &mut Pcg64::new(3, 1)).unwrap();
    let total = (memory.taken(), memory.refused());
    let (mut rng, mut sum, mut fits) = (Pcg64::new(3, 1), (0, 0), Vec::new());
    for _ in 0..4 {
        let (mut one, mut memory): (Gmm<f64, 2, 4>, _) = (Gmm::unfitted(), Acceleration::new());
        init::random_samples(&mut one, &data, &mut rng).unwrap();
        let fit = em.fitting().with_acceleration(&mut memory).fit(&mut one, &data).unwrap();
        sum = (sum.0 + memory.taken(), sum.1 + memory.refused());
        fits.push((one, fit));
    }
    assert_eq!(total, sum);
    let (due, fit) = &fits[best.restart as usize];
    assert_eq!((&gmm, best.fit), (due, *fit));
    let most = fits.iter().map(|(_, fit)| fit.log_likelihood).fold(f64::MIN, f64::max);
    assert_close(best.fit.log_likelihood, most, ROUNDING, "best");
}

#[test]
fn bad_data_leave_the_model() {
    let mut data = clouds(100, 602);
    data[70][1] = f64::NAN;
    let mut gmm = guess::<f64, gaussmix::Full>();
    let mut memory = Acceleration::new();
    let fit = Em::default().fitting().with_acceleration(&mut memory).fit(&mut gmm, &data);
    assert_eq!(fit, Err(Error::NonFiniteSample { sample: 70, feature: 1 }));
    assert_eq!(gmm, guess());
    let none: [[f64; 3]; 0] = [];
    let fitting = Em::default().fitting().with_acceleration(&mut memory);
    assert_eq!(fitting.fit(&mut gmm, &none), Err(Error::EmptyData));
    let fitting = Em::default().fitting().with_acceleration(&mut memory);
    assert_eq!(fitting.fit(&mut Gmm::unfitted(), &data), Err(Error::Unfitted));
}

/// A component of 1 % of the samples starves, and keeps a covariance outside the ratio, or below the floors.
#[test]
fn acceleration_leaves_what_starves() {
    let mut data: Vec<[f64; 1]> = clouds(400, 87).iter().map(|x| [x[0]]).collect();
    data.extend([[-40.0], [-40.0], [-40.0]]);
    let small = SMatrix::<f64, 1, 1>::from_diagonal_element(1e-8);
    let one = SMatrix::<f64, 1, 1>::from_diagonal_element(1.0);
    let start = Gmm::new([0.5, 0.49, 0.01], [[0.0], [1.5], [-40.0]], [one, one, small]).unwrap();
    fn check<R: Regularizer<f64, 1, 3, Full> + Clone>(
        m_step: MStep<f64, R>,
        start: &Gmm<f64, 1, 3>,
        data: &[[f64; 1]],
    ) {
        let em =
            Em::default().with_m_step(m_step.with_least_share(0.02).unwrap()).with_tolerance(1e-12).unwrap();
        let (mut gmm, mut memory) = (start.clone(), Acceleration::new());
        let fit = em.fitting().with_acceleration(&mut memory).fit(&mut gmm, data).unwrap();
        assert!(fit.converged && memory.taken() > 0, "{} {}", memory.taken(), memory.refused());
        assert_eq!(gmm.covariances()[2], start.covariances()[2]);
        let mut plain = start.clone();
        assert!(em.fit(&mut plain, data).unwrap().converged);
        assert_models_close(&gmm, &plain, STAYS_PUT);
    }
    check(MStep::default(), &start, &data);
    check(MStep::default().with_eigenvalue_ratio(1.5).unwrap(), &start, &data);
}
