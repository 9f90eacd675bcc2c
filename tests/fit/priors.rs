//! Estimates under a prior, and the adaptation of a trained model.

use gaussmix::fit::{Frozen, Outcome, Prior, adapt};
use gaussmix::nalgebra::{SMatrix, SVector};
use gaussmix::{Diagonal, Em, Error, Full, Gmm, MStep, SufficientStats, Tied, init};

use crate::support::closeness::{assert_close, assert_matrices_close, assert_models_close};
use crate::support::clouds::{clouds, guess, narrowed, pass};
use crate::support::composed::{Known, Sums};
use crate::support::dense::{Dense, Structure, covariances};
use crate::support::naive::Mixture;
use crate::support::structures::for_typical_structures;
use crate::support::together::m_step;
use crate::support::tolerance::{FALL_F64, LIMITING_PRIOR, NAIVE_F64, NORMALISER, ROUNDING};

pub(super) const MEANS: [[f64; 3]; 3] = [[0.3, 0.1, -0.2], [3.0, 2.0, -1.0], [0.0, 4.0, 2.0]];
const SCALE: Dense<3> = [[4.0, 0.5, 0.2], [0.5, 3.0, -0.4], [0.2, -0.4, 5.0]];
const STRENGTH: f64 = 7.0;
const DEGREES: f64 = 9.5;
const CONCENTRATIONS: [f64; 3] = [4.0, 2.5, 1.0];

pub(super) fn prior<C: Structure>() -> Prior<f64, 3, 3, C> {
    let scales = C::from_matrices(&[1.0 / 3.0; 3], &[SMatrix::from(SCALE); 3]).unwrap();
    Prior::new(MEANS, STRENGTH, Some((scales, DEGREES)), CONCENTRATIONS).unwrap()
}

fn an_m_step_finds_the_mode_of_the_posterior<C: Structure>() {
    let data: Vec<_> = clouds(60, 41).into_iter().map(|x| (x, 1.0)).collect();
    let prior = prior::<C>();
    for fixed in [[false; 3], [true, false, false], [true; 3]] {
        let mut gmm = guess::<f64, C>();
        let naive = Mixture::of(&gmm).statistics(&data);
        let stats = pass(&gmm, &clouds(60, 41));
        let frozen: [_; 3] = core::array::from_fn(|k| fixed[k].then(|| gmm.means()[k]));
        let known = Known::conjugate::<C>(&MEANS, STRENGTH, Some((SCALE, DEGREES)), &CONCENTRATIONS);
        let sums = Sums { stats: naive, noise: 0.0 };
        let due = known.mode::<C>(&sums, 1.0, &frozen, &[1.0; 3]).mixture;
        let m_step = m_step::<f64>().with_regularizer(&prior);
        let update = m_step.maximize_with(&Frozen::NONE.with_means(fixed), &stats, &mut gmm).unwrap();
        assert!(update.is_healthy());
        for k in 0..3 {
            assert_close(gmm.weights()[k], due.weights[k], NAIVE_F64, "weight");
            let matrix = core::array::from_fn(|i| core::array::from_fn(|j| due.covariances[k][i][j]));
            assert_matrices_close(&covariances(&gmm)[k], &matrix, NAIVE_F64, "covariance");
            for j in 0..3 {
                assert_close(gmm.means()[k][j], due.means[k][j], NAIVE_F64, "mean");
            }
        }
    }
}

fn no_m_step_lowers_the_posterior<C: Structure>() {
    let data = clouds(120, 42);
    let some = Frozen::NONE.with_weights([true, false, false]).with_means([false, false, true]);
    // Weights have no mode in a prior that is a model.
    let weights = Frozen::NONE.with_weights([true; 3]);
    let model = Prior::from_model(&guess::<f64, C>(), 16.0).unwrap();
    for (prior, frozen) in [(prior::<C>(), Frozen::NONE), (prior(), some), (model, weights)] {
        let (mut gmm, mut last) = (guess::<f64, C>(), f64::NEG_INFINITY);
        let m_step = MStep::exact().with_regularizer(&prior);
        for _ in 0..30 {
            let stats = pass(&gmm, &data);
            let now = (stats.log_likelihood() + m_step.log_prior(&gmm)) / stats.total_weight();
            assert!(now >= last - FALL_F64 * now.abs().max(1.0), "{last} fell to {now}");
            last = now;
            m_step.maximize_with(&frozen, &stats, &mut gmm).unwrap();
        }
    }
}

/// Nothing of the trained model, or nothing of the data.
fn adaptation_ends_at_the_data_or_at_the_model<C: Structure>() {
    let trained = guess::<f64, C>();
    let stats = pass(&trained, &clouds(60, 43));
    let (mut by_data, mut due) = (trained.clone(), trained.clone());
    adapt(&mut by_data, &stats, 0.0, &Frozen::NONE).unwrap();
    MStep::default().maximize(&stats, &mut due).unwrap();
    assert_models_close(&by_data, &due, ROUNDING);
    let mut by_model = trained.clone();
    adapt(&mut by_model, &stats, 1e15, &Frozen::NONE).unwrap();
    assert_models_close(&by_model, &trained, LIMITING_PRIOR);
}

for_typical_structures!(
    an_m_step_finds_the_mode_of_the_posterior,
    no_m_step_lowers_the_posterior,
    adaptation_ends_at_the_data_or_at_the_model,
);

type Stats = SufficientStats<f64, 3, 3>;

/// All samples go to the first two components.
fn without_the_third() -> Stats {
    let mut stats = Stats::new();
    for (i, x) in clouds(40, 44).iter().enumerate() {
        stats.assign(x, &[[0.7, 0.3, 0.0], [0.2, 0.8, 0.0]][i % 2]).unwrap();
    }
    stats
}

#[test]
fn a_component_without_mass_rests_at_the_prior() {
    let prior = prior::<Full>();
    let mut gmm = guess::<f64, Full>();
    let m_step = MStep::default().with_regularizer(&prior);
    let update = m_step.maximize(&without_the_third(), &mut gmm).unwrap();
    assert_eq!(update.outcomes, [Outcome::Updated; 3]);
    assert_eq!(gmm.means()[2], MEANS[2]);
    let mode = SCALE.map(|row| row.map(|v| v / (DEGREES + 5.0)));
    assert_matrices_close(&covariances(&gmm)[2], &mode, ROUNDING, "covariance");
    assert_eq!(gmm.weights()[2], 0.0); // its α is 1
    // Now it is a dead slot, which has no prior: not even one that gives weight to what has no mass.
    let (before, scales) = (gmm.clone(), [SMatrix::from(SCALE); 3]);
    let prior = Prior::new(MEANS, STRENGTH, Some((scales, DEGREES)), [4.0; 3]).unwrap();
    let m_step = MStep::default().with_regularizer(&prior);
    let update = m_step.maximize(&without_the_third(), &mut gmm).unwrap();
    assert_eq!(update.outcomes[2], Outcome::Dead);
    assert_eq!((gmm.means()[2], gmm.weights()[2]), (before.means()[2], 0.0));
    assert!(m_step.log_prior(&gmm).is_finite());
}

#[test]
fn a_component_without_mass_or_prior_mean_keeps_its_mean() {
    let scales = [SMatrix::from(SCALE); 3];
    let prior: Prior<f64, 3, 3> = Prior::new(MEANS, 0.0, Some((scales, DEGREES)), [2.0; 3]).unwrap();
    let (mut gmm, before) = (guess::<f64, Full>(), guess::<f64, Full>());
    MStep::exact().with_regularizer(&prior).maximize(&without_the_third(), &mut gmm).unwrap();
    assert_eq!(gmm.means()[2], before.means()[2]);
    let mode = SCALE.map(|row| row.map(|v| v / (DEGREES + 4.0))); // without that of the mean
    assert_matrices_close(&covariances(&gmm)[2], &mode, ROUNDING, "covariance");
    assert_close(gmm.weights()[2], 1.0 / 43.0, ROUNDING, "weight");
}

#[test]
fn one_sample_of_one_feature_is_enough() {
    let prior: Prior<f64, 1, 1> =
        Prior::new([[2.0]], 3.0, Some(([SMatrix::from([[8.0]])], 4.0)), [1.0]).unwrap();
    let mut gmm: Gmm<f64, 1, 1> = Gmm::new([1.0], [[0.0]], [[[1.0]].into()]).unwrap();
    let mut stats = SufficientStats::new();
    stats.observe(&gmm, [6.0]).unwrap();
    let m_step = MStep::exact().with_regularizer(prior);
    assert!(m_step.maximize(&stats, &mut gmm).unwrap().is_healthy());
    assert_close(gmm.means()[0][0], 3.0, ROUNDING, "mean"); // (3·2 + 6)/4
    assert_close(gmm.covariances()[0][0], (8.0 + 0.75 * 16.0) / 8.0, ROUNDING, "variance");
    // ln N(3; 2, 2.5/3) + ln inverse gamma(2.5; 2, 4) = −½ ln(2π 2.5/3) − 3/5 + 2 ln 4 − 3 ln 2.5 − 4/2.5
    let of_mean = -0.5 * (core::f64::consts::TAU * 2.5 / 3.0).ln() - 0.6;
    let due = of_mean + 2.0 * 4f64.ln() - 3.0 * 2.5f64.ln() - 1.6;
    assert_close(m_step.log_prior(&gmm), due, NORMALISER, "ln p");
    // A model of 16 samples: their exponents, without a constant.
    let model = MStep::exact().with_regularizer(Prior::from_model(&gmm, 16.0).unwrap());
    assert_close(model.log_prior(&gmm), -8.0 * 2.5f64.ln() - 8.0, NORMALISER, "ln p of a model");
    let empty = SufficientStats::new();
    assert_eq!(m_step.maximize(&empty, &mut gmm).unwrap_err(), Error::EmptyData);
}

/// Strengths from next to nothing to the limit of the range, in f32 far from 0.
#[test]
fn strengths_of_any_size_give_a_valid_model() {
    let data = narrowed::<f32, 3>(&clouds(100, 45).iter().map(|x| x.map(|v| v + 1e4)).collect::<Vec<_>>());
    for strength in [0.0, 1e-30, 1e-3, 1e3, 1e12, 1e20] {
        for degrees in [2.1, 1e3, 1e12, 1e25] {
            let scale = SMatrix::<f32, 3, 3>::from_diagonal_element(degrees);
            let means = [[1e4, 1e4, 1e4 + 3.0]; 3];
            let prior: Prior<f32, 3, 3> =
                Prior::new(means, strength, Some(([scale; 3], degrees)), [1e20, 1.0, 1e-20]).unwrap();
            let mut gmm: Gmm<f32, 3, 3> = Gmm::unfitted();
            init::farthest_first(&mut gmm, &data).unwrap();
            let m_step = MStep::exact().with_regularizer(&prior);
            for _ in 0..5 {
                let stats = pass(&gmm, &data);
                let update = m_step.maximize(&stats, &mut gmm).unwrap();
                assert!(update.is_healthy(), "{strength}, {degrees}: {update:?}");
                gmm.validate().unwrap();
                assert!(m_step.log_prior(&gmm).is_finite(), "{strength}, {degrees}");
            }
            if strength >= 1e12 {
                assert_eq!(gmm.means()[0], means[0]);
            }
        }
    }
}

#[test]
fn a_concentration_below_one_prunes() {
    let stats = without_the_third();
    let [a, b, _] = stats.masses();
    let of = |concentrations| {
        let prior = Prior::new([[0.0; 3]; 3], 0.0, None, concentrations).unwrap();
        let mut gmm = guess::<f64, Full>();
        MStep::exact().with_regularizer(prior).maximize(&stats, &mut gmm).unwrap();
        gmm.validate().unwrap();
        *gmm.weights()
    };
    let weights = of([0.5; 3]);
    assert_close(weights[0], (a - 0.5) / (a + b - 1.0), ROUNDING, "weight");
    assert_eq!(weights[2], 0.0);
    // Worth more than a mass, in one of two: the other takes all. In both: weights stay.
    let few = SufficientStats::from_model(&guess::<f64, Full>(), 0.5).unwrap();
    let mut gmm = guess::<f64, Full>();
    let prior = Prior::new([[0.0; 3]; 3], 0.0, None, [0.1; 3]).unwrap();
    MStep::exact().with_regularizer(prior).maximize(&few, &mut gmm).unwrap();
    assert_eq!(gmm.weights(), guess::<f64, Full>().weights());
}

/// A prior that says nothing is none.
#[test]
fn a_flat_prior_changes_nothing() {
    let stats = pass(&guess::<f64, Tied<Full>>(), &clouds(100, 46));
    let (mut plain, mut flat) = (guess(), guess());
    MStep::exact().maximize(&stats, &mut plain).unwrap();
    let prior = Prior::new([[9.0; 3]; 3], 0.0, None, [1.0; 3]).unwrap();
    let m_step = MStep::exact().with_regularizer(prior);
    m_step.maximize(&stats, &mut flat).unwrap();
    assert_models_close(&flat, &plain, ROUNDING);
    assert_close(m_step.log_prior(&flat), 2f64.ln(), NORMALISER, "ln p of uniform weights");
}

/// Two features in units a million apart. Ours has a variance a column; one for all, as published, lets a component die.
#[test]
fn the_default_prior_knows_no_units() {
    let data: Vec<[f64; 2]> = clouds(200, 47).iter().map(|x| [x[0], 1e3 * x[1]]).collect();
    let ours: Prior<f64, 2, 3, Diagonal> = Prior::from_data(&data).unwrap();
    let n = data.len() as f64;
    let mean: [f64; 2] = core::array::from_fn(|j| data.iter().map(|x| x[j]).sum::<f64>() / n);
    let of_column = |j: usize| data.iter().map(|x| (x[j] - mean[j]).powi(2)).sum::<f64>() / (n - 1.0);
    let of_all = (of_column(0) + of_column(1)) / 2.0 / 3.0;
    let published =
        Prior::new([mean; 3], 0.01, Some(([SVector::from([of_all; 2]); 3], 4.0)), [1.0; 3]).unwrap();
    let fit = |prior: &Prior<f64, 2, 3, Diagonal>| {
        let mut gmm: Gmm<f64, 2, 3, Diagonal> = Gmm::unfitted();
        init::farthest_first(&mut gmm, &data).unwrap();
        let em = Em::default().with_m_step(MStep::exact().with_regularizer(prior));
        let fit = em.with_tolerance(1e-9).unwrap().fit(&mut gmm, &data).unwrap();
        assert!(fit.converged);
        (gmm.weights().iter().fold(1.0, |a: f64, b| a.min(*b)), fit.mean_log_likelihood())
    };
    let ((least, ours), (dead, theirs)) = (fit(&ours), fit(&published));
    assert!(least > 0.1 && dead < 0.01 && ours > theirs + 1.0);
}

/// One pass over the data and the statistics of a model, of another size and structure, tell the same.
#[test]
fn a_prior_from_statistics_is_that_of_their_data() {
    let data = clouds(150, 48);
    let stats = pass(&guess::<f64, Tied<Full>>(), &data);
    let [a, b] = [Prior::<f64, 3, 3>::from_data(&data), Prior::from_statistics(&stats)].map(|prior| {
        let m_step = MStep::exact().with_regularizer(prior.unwrap());
        let mut gmm = guess::<f64, Full>();
        m_step.maximize(&pass(&gmm, &data[..9]), &mut gmm).unwrap();
        (m_step.log_prior(&gmm), gmm)
    });
    assert_close(a.0, b.0, NORMALISER, "ln p");
    assert_models_close(&a.1, &b.1, ROUNDING);
    // A column twice: the covariance has no factor, its diagonal does.
    let twice: Vec<[f64; 3]> = data.iter().map(|x| [x[0], x[0], x[1]]).collect();
    let prior: Prior<f64, 3, 3> = Prior::from_data(&twice).unwrap();
    let mut gmm = guess::<f64, Full>();
    let update = MStep::exact().with_regularizer(prior).maximize(&pass(&gmm, &twice), &mut gmm).unwrap();
    assert!(update.is_healthy());
    let still = data.iter().map(|x| [x[0], 1.0, x[1]]);
    let constant = Prior::<f64, 3, 3>::from_data(still);
    assert_eq!(constant.unwrap_err(), Error::ConstantFeature { feature: 1 });
    assert_eq!(Prior::<f64, 3, 3>::from_data(&data[..1]).unwrap_err(), Error::EmptyData);
    let bad = [[0.0; 3], [f64::NAN; 3]];
    assert_eq!(
        Prior::<f64, 3, 3>::from_data(bad).unwrap_err(),
        Error::NonFiniteSample { sample: 1, feature: 0 }
    );
}

#[test]
fn a_fit_climbs_and_reports_the_posterior() {
    let data = clouds(100, 49);
    let prior = prior::<Full>();
    let em = Em::default().with_m_step(MStep::exact().with_regularizer(&prior));
    let (mut gmm, mut last) = (guess::<f64, Full>(), None);
    let fit = em
        .fitting()
        .with_hook(|iteration| {
            last = Some(iteration.mean_log_likelihood);
            core::ops::ControlFlow::Continue(())
        })
        .fit(&mut gmm, &data)
        .unwrap();
    assert!(fit.converged && fit.is_healthy());
    let log_prior = MStep::exact().with_regularizer(&prior).log_prior(&gmm);
    assert_close(fit.log_likelihood, 100.0 * gmm.mean_log_likelihood(&data).unwrap(), ROUNDING, "ℓ");
    assert_close(last.unwrap(), (fit.log_likelihood + log_prior) / 100.0, ROUNDING, "reported");
}

#[test]
fn numbers_that_make_no_prior_are_refused() {
    let scale = SMatrix::from(SCALE);
    let new = |mean, strength, scale, degrees, concentration| {
        Prior::<f64, 3, 3>::new([[mean; 3]; 3], strength, Some(([scale; 3], degrees)), [concentration; 3])
            .unwrap_err()
    };
    let name = |error| match error {
        Error::InvalidParameter { name, .. } => name,
        other => panic!("{other}"),
    };
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(name(new(0.0, bad, scale, 4.0, 1.0)), "strength");
        assert_eq!(name(new(0.0, 1.0, scale, bad, 1.0)), "degrees");
        assert_eq!(name(new(0.0, 1.0, scale, 4.0, bad)), "concentrations");
    }
    assert_eq!(name(new(0.0, 1.0, scale, 2.0, 1.0)), "degrees");
    assert_eq!(name(new(0.0, 1.0, scale, 4.0, 0.0)), "concentrations");
    assert_eq!(new(1e160, 1.0, scale, 4.0, 1.0), Error::SumsOutOfRange);
    assert_eq!(new(0.0, 1.0, scale * 1e305, 4.0, 1.0), Error::SumsOutOfRange);
    assert_eq!(new(0.0, 1.0, -scale, 4.0, 1.0), Error::NotPositiveDefinite { component: 0 });
    let mut skew = scale;
    skew[(0, 1)] += 1.0;
    assert_eq!(new(0.0, 1.0, skew, 4.0, 1.0), Error::NotSymmetric { component: 0 });
    let trained = guess::<f64, Full>();
    assert_eq!(name(Prior::from_model(&trained, f64::NAN).unwrap_err()), "strength");
    assert_eq!(
        name(adapt(&mut trained.clone(), &Stats::new(), -1.0, &Frozen::NONE).unwrap_err()),
        "strength"
    );
}

/// In a static, and handed by reference.
#[test]
fn a_prior_lies_in_flash() {
    use gaussmix::covariance::Variance;
    use gaussmix::nalgebra::ArrayStorage;
    use gaussmix::{Covariance, Spherical};
    static FULL: Prior<f32, 2, 1> = Prior::from_parts(
        [[1.0, 2.0]],
        16.0,
        [SMatrix::from_array_storage(ArrayStorage([[2.0, 0.5], [0.0, 3.0]]))],
        Some(4.0),
        [1.0],
    );
    static BALL: Prior<f32, 2, 1, Spherical> =
        Prior::from_parts([[1.0, 2.0]], 16.0, [Variance(2.0)], Some(4.0), [1.0]);
    fn check<C: Covariance>(prior: &'static Prior<f32, 2, 1, C>, parts: C::Covariances<f32, 2, 1>) {
        prior.validate().unwrap();
        assert_eq!(prior, &Prior::new([[1.0, 2.0]], 16.0, Some((parts, 4.0)), [1.0]).unwrap());
    }
    check(&FULL, [SMatrix::from([[2.0, 0.5], [0.5, 3.0]])]);
    check(&BALL, [Variance(2.0)]);
}
