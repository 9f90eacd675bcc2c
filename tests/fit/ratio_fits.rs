//! Fits, runs and starts within an eigenvalue ratio, and what goes with it.

use core::ops::ControlFlow;

use gaussmix::covariance::{Noise as Slot, Uncoupled};
use gaussmix::fit::{Acceleration, EigenvalueRatio, Iteration, Outcome, Prior, Stop};
use gaussmix::lifecycle::{Birth, LifeCycle};
use gaussmix::nalgebra::SMatrix;
use gaussmix::persist::{Persist, PersistError};
use gaussmix::select::ColdStart;
use gaussmix::stream::StepSize;
use gaussmix::{Diagonal, Em, Full, Gmm, MStep, OnlineEm, Real, Spherical, Tied, WithNoise, init};

use super::ratio::{assert_within, bounded, dense, eigenvalues, groups, is_least, of_groups};
use crate::support::closeness::{assert_close, assert_models_close};
use crate::support::clouds::{clouds, guess, narrowed, pass};
use crate::support::data::spike;
use crate::support::dense::{Structure, model};
use crate::support::noise::Noise;
use crate::support::tolerance::{FALL_F64, LEFT_ALONE, ROUNDING};

/// Every pass but the first, which has to enter the ratio, raises ℓ. Returns how many steps acceleration took.
fn climbs<C: Structure + Uncoupled>(data: &[[f64; 3]]) -> u32 {
    let mut memory = Acceleration::new();
    for ratio in [1.0, 1.3, 3.0] {
        let em =
            Em::default().with_m_step(bounded(ratio)).with_tolerance(0.0).unwrap().with_max_iterations(60);
        let watch = |last: &mut Option<f64>, iteration: &Iteration<f64>| {
            let now = iteration.mean_log_likelihood;
            if let Some(before) = last.filter(|_| iteration.iteration > 1) {
                assert!(now >= before - FALL_F64 * before.abs().max(1.0), "ratio {ratio}: {before} to {now}");
            }
            *last = Some(now);
            ControlFlow::Continue(())
        };
        let (mut gmm, mut last): (Gmm<f64, 3, 3, C>, _) = (guess(), None);
        em.fitting().with_hook(|i| watch(&mut last, i)).fit(&mut gmm, data).unwrap();
        assert_within(&gmm, ratio);
        let (mut fast, mut last): (Gmm<f64, 3, 3, C>, _) = (guess(), None);
        let fitting = em.fitting().with_hook(|i| watch(&mut last, i)).with_acceleration(&mut memory);
        fitting.fit(&mut fast, data).unwrap();
        assert_within(&fast, ratio);
    }
    memory.taken()
}

#[test]
fn no_pass_within_the_ratio_lowers_the_likelihood() {
    let data = clouds(300, 11);
    assert!(climbs::<Full>(&data) > 0 && climbs::<Diagonal>(&data) > 0);
    climbs::<Spherical>(&data);
    climbs::<Tied<Full>>(&data);
}

/// Nor do the models that accelerated steps lead to: a hook that stops at each pass in turn returns them.
#[test]
fn no_step_of_acceleration_leaves_the_ratio() {
    // Two groups that overlap, for three components.
    let mut noise = Noise::new(601);
    let mut draw = |i: usize| [0.3, 0.5, 1.0].map(|scale| scale * (noise.normal() + [0.0, 2.0][i % 2]));
    let data: Vec<[f64; 3]> = (0..300).map(&mut draw).collect();
    let unit = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let start: Gmm<f64, 3, 3> =
        model([0.4, 0.3, 0.3], [[0.0; 3], [0.3, 0.4, 0.9], [0.5, 1.0, 1.9]], [unit; 3]);
    let em = Em::default().with_m_step(bounded(2.0)).with_tolerance(0.0).unwrap();
    let mut memory = Acceleration::new();
    for passes in 10..50 {
        let (mut gmm, mut seen) = (start.clone(), 0);
        let stop = |_: &Iteration<f64>| {
            seen += 1;
            if seen > passes { ControlFlow::Break(Stop::Search) } else { ControlFlow::Continue(()) }
        };
        em.fitting().with_hook(stop).with_acceleration(&mut memory).fit(&mut gmm, &data).unwrap();
        assert_within(&gmm, 2.0);
    }
    assert!(memory.taken() > 0);
}

/// Where a component sits on a single value, the likelihood has no bound. Within a ratio it has one: n (ln of the largest
/// density), since the least eigenvalue is at least the largest over c.
#[test]
fn a_component_on_one_value_does_not_collapse() {
    let data = spike();
    for ratio in [2.0, 1e4] {
        let mut gmm: Gmm<f64, 1, 2> =
            Gmm::from_arrays([0.4, 0.6], [[0.0], [50.0]], [[[1.0]], [[100.0]]]).unwrap();
        let fit = Em::default().with_m_step(bounded(ratio)).fit(&mut gmm, &data).unwrap();
        assert!(fit.converged && fit.log_likelihood.is_finite());
        assert_eq!(fit.last_update.unwrap().outcomes, [Outcome::Floored, Outcome::Updated]);
        let [spike, rest] = dense(&gmm).map(|covariance| covariance[0]);
        assert_close(rest / spike, ratio, ROUNDING, "the ratio");
        // The root of h: 0.4 m = 0.6 (λ/c − m), where components share nothing.
        if ratio == 1e4 {
            let deviation = data.iter().filter(|x| x[0] != 0.0).map(|x| (x[0] - gmm.means()[1][0]).powi(2));
            assert_close(spike, deviation.sum::<f64>() / 500.0 / ratio, 1e-9, "m");
        }
    }
}

#[test]
fn a_weight_counts_as_so_many_samples() {
    let data = groups(7);
    let weighted: Vec<_> = data.iter().map(|x| (*x, 3.0)).collect();
    let thrice: Vec<_> = data.iter().flat_map(|x| [*x; 3]).collect();
    let em = Em::default().with_m_step(bounded(5.0)).with_tolerance(0.0).unwrap().with_max_iterations(10);
    let (mut a, mut b) = (of_groups::<Full>(), of_groups::<Full>());
    em.fit(&mut a, &weighted).unwrap();
    em.fit(&mut b, &thrice).unwrap();
    assert_models_close(&a, &b, 1e-9);
}

/// A unit that features share is a factor on the result, and for powers of two no bit more.
#[test]
fn a_common_unit_makes_no_difference() {
    let data = groups(2);
    let em = Em::default().with_m_step(bounded(9.0)).with_max_iterations(20);
    let (mut gmm, mut scaled) =
        (of_groups::<Full>(), of_groups::<Full>().affine(&[8.0; 2], &[0.0; 2]).unwrap());
    em.fit(&mut gmm, &data).unwrap();
    em.fit(&mut scaled, data.iter().map(|x| x.map(|v| 8.0 * v)).collect::<Vec<_>>().as_slice()).unwrap();
    assert_eq!(gmm.affine(&[8.0; 2], &[0.0; 2]).unwrap().factors(), scaled.factors());
}

/// One reading of 9999 beside three groups. It takes a fourth component for itself: none of the others may stretch to it.
/// Plain EM prefers a component that does, since one that collapses on a sample is spurious.
#[test]
fn no_component_stretches_to_one_corrupt_reading() {
    let mut noise = Noise::new(3);
    let centres = [[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]];
    let mut data: Vec<_> = (0..300).map(|i| centres[i % 3].map(|c| c + noise.normal())).collect();
    let mut due: Gmm<f64, 2, 3> = model([1.0 / 3.0; 3], centres, [[[1.0, 0.0], [0.0, 1.0]]; 3]);
    Em::default().fit(&mut due, &data).unwrap();
    data.push([9999.0, 0.0]);
    let mut gmm: Gmm<f64, 2, 4> = Gmm::unfitted();
    let mut rng = rand_pcg::Pcg64::new(1, 1);
    let em = Em::default().with_m_step(bounded(20.0));
    em.fit_best_of(&mut gmm, 20, init::mixed, &data, &mut rng).unwrap();
    for (mean, covariance) in due.means().iter().zip(dense(&due)) {
        let is_near = |k: usize| {
            let apart = (dense(&gmm)[k] - covariance).amax();
            (0..2).all(|j| (gmm.means()[k][j] - mean[j]).abs() < LEFT_ALONE) && apart < LEFT_ALONE
        };
        assert!((0..4).any(is_near), "nothing at {mean:?}: {gmm}");
    }
}

/// A ratio and a prior act on different parts of an M-step, in any order; ℓ + ln p(θ) does not fall; and the interval is
/// the best for the estimates of the prior, at the masses that they are divided by.
#[test]
fn a_prior_and_a_ratio_go_together() {
    let (data, ratio) = (clouds(300, 12), 3.0);
    let scale = [SMatrix::from([[4.0, 0.5, 0.2], [0.5, 3.0, -0.4], [0.2, -0.4, 5.0]]); 3];
    let prior: Prior<f64, 3, 3> =
        Prior::new([[1.0; 3]; 3], 7.0, Some((scale, 9.5)), [4.0, 2.5, 1.0]).unwrap();
    let bound = EigenvalueRatio::new(ratio).unwrap();
    let both = MStep::exact().with_regularizer((&prior, bound));
    let em = Em::default().with_m_step(both).with_tolerance(0.0).unwrap().with_max_iterations(40);
    let (mut gmm, mut last): (Gmm<f64, 3, 3>, _) = (guess(), None);
    let watch = |iteration: &Iteration<f64>| {
        let now = iteration.mean_log_likelihood;
        assert!(iteration.iteration < 2 || last.is_none_or(|last: f64| now >= last - FALL_F64 * last.abs()));
        last = Some(now);
        ControlFlow::Continue(())
    };
    em.fitting().with_hook(watch).fit(&mut gmm, &data).unwrap();
    assert_within(&gmm, ratio);
    let mut other: Gmm<f64, 3, 3> = guess();
    let turned = em.with_m_step(MStep::exact().with_regularizer((bound, &prior)));
    turned.fit(&mut other, &data).unwrap();
    assert_eq!(gmm, other);

    let stats = pass(&gmm, &data);
    let (mut free, mut found) = (gmm.clone(), gmm.clone());
    MStep::exact().with_regularizer(&prior).maximize(&stats, &mut free).unwrap();
    both.maximize(&stats, &mut found).unwrap();
    // ν₀ + D + 2 samples beside those of the data.
    is_least(&stats.masses().map(|mass| mass + 9.5 + 5.0), &dense(&free), &dense(&found), ratio);
}

/// What noise takes is not in the masses of components, and truncates nothing.
#[test]
fn a_noise_slot_and_a_ratio_go_together() {
    let mut data = clouds(300, 13);
    data.push([9999.0; 3]);
    let mut gmm: Gmm<f64, 3, 3, WithNoise<Full>> = Gmm::unfitted();
    gmm.set_noise(Slot::robust(0.05, &data).unwrap()).unwrap();
    init::from_means(&mut gmm, guess::<f64, Full>().means(), &data).unwrap();
    Em::default().with_m_step(bounded(2.0)).fit(&mut gmm, &data).unwrap();
    let values = gmm.covariances().map(|covariance| eigenvalues(&covariance));
    let least = values.iter().flatten().fold(f64::INFINITY, |least, value| value.min(least));
    let most = values.iter().flatten().fold(0.0f64, |most, value| value.max(most));
    assert!(most <= 2.0 * least * (1.0 + ROUNDING) && most < 3.0, "{least} to {most}");
    assert!(gmm.noise().weight() > 0.0);
}

/// On a stream every M-step stays within the ratio, and a refused one leaves the model.
#[test]
fn a_run_stays_within_the_ratio() {
    let mut noise = Noise::new(21);
    let start: Gmm<f64, 2, 2> = model([0.5; 2], [[0.0, 0.0], [6.0, 0.0]], [[[1.0, 0.0], [0.0, 1.0]]; 2]);
    let step = StepSize::constant(0.02).unwrap();
    let mut run = OnlineEm::new(start, step).unwrap().with_m_step(bounded(4.0));
    for i in 0..3000 {
        // The second group sits still.
        let spread = if i % 2 == 0 { 1.0 } else { 1e-9 };
        let x = [6.0 * f64::from(i % 2) + spread * noise.normal(), 2.0 * spread * noise.normal()];
        run.observe(x).unwrap();
        assert_within(run.model(), 4.0);
    }
    assert!((run.model().means()[1][0] - 6.0).abs() < 1e-3);
}

/// The bytes of a run hold the ratio: what is read goes on as what was stored, and as nothing else.
#[test]
fn a_stored_run_keeps_its_ratio() {
    type Run<R> = OnlineEm<f64, 3, 3, Full, R>;
    let start = guess::<f64, Full>();
    let run = OnlineEm::new(start, StepSize::constant(0.05).unwrap()).unwrap();
    let mut run: Run<EigenvalueRatio<f64>> = run.with_m_step(bounded(1.5));
    let data = clouds(200, 14);
    for x in &data[..100] {
        run.observe(x).unwrap();
    }
    let mut bytes = [0; Run::<EigenvalueRatio<f64>>::ENCODED_LEN];
    let stored = run.encode(&mut bytes).unwrap();
    assert_eq!(stored.len(), Run::<()>::ENCODED_LEN + 9);
    assert_eq!(Run::<()>::decode(stored), Err(PersistError::WrongKind { found: 5 }));
    let mut read = Run::<EigenvalueRatio<f64>>::decode(stored).unwrap();
    assert_eq!(read, run);
    for x in &data[100..] {
        assert_eq!(read.observe(x), run.observe(x));
    }
    assert_eq!(read, run);
    assert_within(read.model(), 1.5);
}

/// A cold start scales samples. The ratio is that of their own units all the same.
#[test]
fn a_cold_start_stays_within_the_ratio() {
    let mut noise = Noise::new(22);
    let mut cold: ColdStart<f64, 2, 64, _> =
        ColdStart::new().with_em(Em::default().with_m_step(bounded(4.0)));
    for i in 0..64 {
        cold.observe([100.0 * f64::from(i % 2) + noise.normal(), 30.0 * noise.normal()]).unwrap();
    }
    let mut gmm: Gmm<f64, 2, 3> = Gmm::unfitted();
    assert_eq!(cold.start(&mut gmm).unwrap().chosen(), Some(2));
    let live: Vec<_> = gmm.live().map(|k| eigenvalues(&dense(&gmm)[k])).collect();
    let least = live.iter().flatten().fold(f64::INFINITY, |least, value| value.min(least));
    let most = live.iter().flatten().fold(0.0f64, |most, value| value.max(most));
    assert_close(most / least, 4.0, ROUNDING, "the ratio");
}

/// A component is born where strays gather, and fitted within the ratio.
#[test]
fn a_component_that_is_born_stays_within_the_ratio() {
    let mut noise = Noise::new(23);
    let unit = [[1.0, 0.0], [0.0, 1.0]];
    let start: Gmm<f64, 2, 3> = model([0.5, 0.5, 0.0], [[0.0, 0.0], [9.0, 0.0], [0.0, 0.0]], [unit; 3]);
    let step = StepSize::constant(0.02).unwrap();
    let mut run = OnlineEm::new(start, step).unwrap().with_m_step(bounded(4.0));
    let mut life = LifeCycle::default().with_birth(Birth::default());
    for i in 0..3000 {
        let centre = [[0.0, 0.0], [9.0, 0.0], [0.0, 40.0]][i % 3];
        life.observe(&mut run, [centre[0] + noise.normal(), centre[1] + 5.0 * noise.normal()]).unwrap();
    }
    run.maximize().unwrap();
    assert_eq!(run.model().live().count(), 3);
    assert_within(run.model(), 4.0);
}

/// One component on a single sample, and others as usual.
fn collapsed<T: Real>(scale: f64) -> (Vec<[T; 2]>, Gmm<T, 2, 2>) {
    let mut data: Vec<[f64; 2]> = clouds(40, 83).iter().map(|x| [scale * x[0], scale * x[1]]).collect();
    data.push([1e3 * scale, 0.0]);
    let of = |v: f64| SMatrix::<T, 2, 2>::from_diagonal_element(T::narrow(v * scale * scale));
    let means = [[0.0; 2], [1e3 * scale, 0.0]].map(|m| m.map(T::narrow));
    let gmm = Gmm::new([T::HALF; 2], means, [of(9.0), of(9.0)]).unwrap();
    (narrowed(&data), gmm)
}

fn a_huge_ratio_gives_a_valid_model<T: Real>(ratios: &[f64], scales: &[f64]) {
    for scale in scales {
        for ratio in ratios {
            let (data, mut gmm) = collapsed::<T>(*scale);
            let m_step = MStep::exact().with_eigenvalue_ratio(T::narrow(*ratio)).unwrap();
            let fit = Em::default().with_m_step(m_step).fit(&mut gmm, &data);
            assert!(fit.is_ok(), "{ratio:e}, {scale:e}: {fit:?}");
            gmm.validate().unwrap();
        }
    }
}

#[test]
fn a_huge_ratio_fails_nowhere() {
    a_huge_ratio_gives_a_valid_model::<f64>(
        &[1e20, 1e100, 1e200, 1e300, f64::MAX, f64::INFINITY],
        &[1.0, 1e-100, 1e100],
    );
    a_huge_ratio_gives_a_valid_model::<f32>(&[1e10, 1e20, 1e30, 3e38, f64::INFINITY], &[1.0, 1e-12, 1e9]);
}
