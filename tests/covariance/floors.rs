//! What keeps variances from collapsing, and what becomes of components that cannot be updated.

use gaussmix::fit::Outcome;
use gaussmix::nalgebra::SMatrix;
use gaussmix::{Gmm, MStep, Real, SufficientStats};

use crate::support::closeness::{assert_close, assert_matrices_close};
use crate::support::clouds::{COVARIANCES, MEANS, clouds, guess, narrowed, pass};
use crate::support::dense::{Common, Dense, Structure, covariances, factors, model, spread};
use crate::support::structures::for_every_structure;
use crate::support::together::{m_step, maximum_of, to_rounding};
use crate::support::tolerance::{FLOOR_ULPS, ROUNDING};

/// Samples of which those with label 1 lie in a plane, and those with label 2 in a point.
fn flat() -> (Vec<[f64; 3]>, Vec<usize>) {
    let mut data = clouds(90, 71);
    let labels: Vec<usize> = (0..data.len()).map(|i| i / 30).collect();
    for (x, label) in data.iter_mut().zip(&labels) {
        match label {
            1 => x[2] = 2.0 * x[0] - x[1],
            2 => *x = [3.0, -4.0, 5.0],
            _ => {}
        }
    }
    (data, labels)
}

fn labelled<T: Real, C: Structure>(data: &[[f64; 3]], labels: &[usize]) -> SufficientStats<T, 3, 3, C> {
    let mut stats = SufficientStats::new();
    for (x, label) in data.iter().zip(labels) {
        let mut r = [T::ZERO; 3];
        r[*label] = T::ONE;
        stats.assign(x.map(T::narrow), &r).unwrap();
    }
    stats
}

/// The smallest and the largest eigenvalue of a covariance in units of floors: it is above them if the smallest is at
/// least 1.
fn extremes(covariance: &Dense<3>, floors: [f64; 3]) -> [f64; 2] {
    let scaled = SMatrix::<f64, 3, 3>::from_fn(|i, j| covariance[i][j] / (floors[i] * floors[j]).sqrt());
    let values = scaled.symmetric_eigen().eigenvalues;
    [values.min(), values.max()]
}

fn variances(data: &[[f64; 3]]) -> [f64; 3] {
    let n = data.len() as f64;
    core::array::from_fn(|j| {
        let mean = data.iter().map(|x| x[j]).sum::<f64>() / n;
        data.iter().map(|x| (x[j] - mean).powi(2)).sum::<f64>() / n
    })
}

fn floor_is_respected<T: Real, C: Structure>(m_step: MStep<T>, floors: [f64; 3], slack: f64) {
    let (data, labels) = flat();
    let stats = labelled::<T, C>(&data, &labels);
    let mut gmm = guess::<T, C>();
    let update = m_step.maximize(&stats, &mut gmm).unwrap();
    let wide = gmm.cast::<f64>().unwrap();
    let mut raised = [false; 3];
    for (k, covariance) in covariances(&wide).iter().enumerate() {
        let [least, most] = extremes(covariance, floors);
        let slack = slack * most;
        assert!(least >= 1.0 - slack, "{k}: {least}, {most}");
        raised[k] = least <= 1.0 + slack;
        if k == 2 && C::common() == Common::Nothing {
            assert_eq!(update.outcomes[k], Outcome::Floored);
            assert!((most - 1.0).abs() <= slack, "all directions of a point");
        }
    }
    gmm.validate().unwrap();
    let reported = update.outcomes.map(|o| o == Outcome::Floored);
    if C::common().is_coupled() {
        // What was raised first may be shared out to more than its floor.
        assert!((0..3).all(|k| reported[k] || !raised[k]), "all raised components are reported");
    } else {
        assert_eq!(raised, reported, "exactly the raised components are reported");
    }
}

/// mlpack's constraint tests, Kaldi's flooring.
fn floor_is_respected_exactly<C: Structure>() {
    let ulps = FLOOR_ULPS * f64::EPSILON;
    let single = FLOOR_ULPS * f64::from(f32::EPSILON);
    floor_is_respected::<f64, C>(MStep::exact().with_absolute_floor(1e-3).unwrap(), [1e-3; 3], ulps);
    floor_is_respected::<f32, C>(
        MStep::exact().with_absolute_floor(1e-3).unwrap(),
        [f64::from(1e-3f32); 3],
        single,
    );
    floor_is_respected::<f64, C>(MStep::exact().with_absolute_floor(0.9).unwrap(), [0.9; 3], ulps);
    let mut relative = variances(&flat().0).map(|v| 1e-2 * v);
    if C::SPHERICAL {
        relative = [relative.iter().sum::<f64>() / 3.0; 3];
    }
    floor_is_respected::<f64, C>(MStep::exact().with_relative_floor(1e-2).unwrap(), relative, ROUNDING);
    let both = MStep::exact().with_relative_floor(1e-2).unwrap().with_absolute_floor(0.1).unwrap();
    floor_is_respected::<f64, C>(both, relative.map(|v| v.max(0.1)), ROUNDING);
}

fn valid_input_passes_the_floor_bit_for_bit<C: Structure>() {
    let stats = pass(&guess::<f64, C>(), &clouds(300, 72));
    let (mut floored, mut exact) = (guess::<f64, C>(), guess::<f64, C>());
    let m_step = MStep::default().with_absolute_floor(1e-3).unwrap();
    assert!(m_step.maximize(&stats, &mut floored).unwrap().is_healthy());
    assert!(MStep::exact().maximize(&stats, &mut exact).unwrap().is_healthy());
    assert_eq!(floored, exact);
}

/// scikit-learn's reg_covar.
fn a_ridge_is_added_to_the_diagonal<C: Structure>() {
    let stats = pass(&guess::<f64, C>(), &clouds(300, 73));
    let (mut ridged, mut exact) = (guess::<f64, C>(), guess::<f64, C>());
    m_step().with_ridge(0.25).unwrap().maximize(&stats, &mut ridged).unwrap();
    m_step().maximize(&stats, &mut exact).unwrap();
    assert_eq!((ridged.means(), ridged.weights()), (exact.means(), exact.weights()));
    // Where matrices are not estimated one by one, to each before they are brought together.
    let mut own = core::array::from_fn(|k| spread(&stats, k));
    own.iter_mut().for_each(|matrix| (0..3).for_each(|j| matrix[j][j] += 0.25));
    let due = maximum_of::<3, 3, C>(&stats.masses(), &own);
    for (found, due) in covariances(&ridged).iter().zip(&due) {
        assert_matrices_close(found, due, ROUNDING, "covariance");
    }
}

/// Components that starved, are dead or were kept had no say: what components have in common is the others', the rest of
/// their covariances is as `before`.
fn follow_the_others<C: Structure>(
    gmm: &Gmm<f64, 3, 3, C>,
    before: &Gmm<f64, 3, 3, C>,
    stats: &SufficientStats<f64, 3, 3, C>,
    outcomes: &[Outcome; 3],
) {
    let (mut masses, mut own) = (stats.masses(), core::array::from_fn(|i| spread(stats, i)));
    let is_kept = outcomes.contains(&Outcome::Kept);
    if is_kept && matches!(C::common(), Common::Axes | Common::AxesAndVolume) {
        return; // axes in common stay: `a_component_that_is_kept_costs_no_likelihood`
    }
    for k in 0..3 {
        if matches!(outcomes[k], Outcome::Starved | Outcome::Dead | Outcome::Kept) {
            let old = covariances(before)[k];
            let d: [f64; 3] = core::array::from_fn(|j| stats.means()[k][j] - before.means()[k][j]);
            let about = own[k];
            own[k] = old;
            if outcomes[k] == Outcome::Kept && C::common() == Common::Volume {
                // In the common volume it counts with what its scatter about the old mean asks of the old shape.
                let scatter: Dense<3> =
                    core::array::from_fn(|i| core::array::from_fn(|j| about[i][j] + d[i] * d[j]));
                let [scatter, old_one] = [C::restrict(&scatter), old].map(SMatrix::<f64, 3, 3>::from);
                let share = (scatter * old_one.try_inverse().unwrap()).trace() / 3.0;
                own[k] = old.map(|row| row.map(|v| share * v));
            } else {
                masses[k] = 0.0;
            }
        }
    }
    let due = maximum_of::<3, 3, C>(&masses, &own);
    for (found, due) in covariances(gmm).iter().zip(&due) {
        assert_matrices_close(found, due, ROUNDING, "covariance");
    }
}

fn a_starved_component_keeps_its_mean_and_covariance<C: Structure>() {
    let data = clouds(200, 74);
    let far =
        |v: f64| model::<f64, 3, 3, C>([0.6 - v, 0.4, v], [MEANS[0], MEANS[1], [900.0; 3]], COVARIANCES);
    // One has no mass at all, the other is dead from the start.
    for (mut gmm, outcome) in [(far(0.1), Outcome::Starved), (far(0.0), Outcome::Dead)] {
        let before: Gmm<f64, 3, 3, C> = gmm.clone();
        let stats = pass(&gmm, &data);
        let update = to_rounding(MStep::default()).maximize(&stats, &mut gmm).unwrap();
        assert_eq!(update.outcomes[2], outcome);
        assert_eq!(update.is_healthy(), outcome == Outcome::Dead);
        assert_eq!((gmm.means()[2], gmm.weights()[2]), (before.means()[2], 0.0));
        match C::common() {
            Common::Nothing => assert_eq!(factors(&gmm)[2], factors(&before)[2]),
            Common::Matrix => {}
            _ => follow_the_others(&gmm, &before, &stats, &update.outcomes),
        }
        assert_ne!(gmm.means()[0], before.means()[0]);
        assert_eq!(gmm.offsets()[2], f64::NEG_INFINITY);
        gmm.validate().unwrap();
        gmm.posterior([900.0; 3]).unwrap();
    }
}

fn a_component_that_does_not_factor_keeps_its_mean_and_covariance<C: Structure>() {
    let (mut data, labels) = flat();
    let pooled = matches!(C::common(), Common::Matrix | Common::Eigenvalues);
    if pooled {
        // What is the mean over all components vanishes only if every cluster is a point.
        data.iter_mut().zip(&labels).for_each(|(x, l)| *x = MEANS[*l]);
    }
    let stats = labelled::<f64, C>(&data, &labels);
    let before = guess::<f64, C>();
    let mut gmm = before.clone();
    let update = m_step().maximize(&stats, &mut gmm).unwrap();
    assert_eq!(update.outcomes[2], Outcome::Kept);
    assert_eq!(gmm.means()[2], before.means()[2]);
    if C::common().is_coupled() && !pooled {
        follow_the_others(&gmm, &before, &stats, &update.outcomes);
    } else {
        assert_eq!(factors(&gmm)[2], factors(&before)[2]);
    }
    assert_close(gmm.weights()[2], 1.0 / 3.0, ROUNDING, "weight");
    if pooled {
        assert_eq!((update.outcomes, gmm.means()), ([Outcome::Kept; 3], before.means()));
        assert_eq!(factors(&gmm), factors(&before));
    } else {
        // Axes in common rest beside a component that is kept.
        assert!(matches!(update.outcomes[0], Outcome::Updated | Outcome::Improved));
        assert_ne!(gmm.means()[0], before.means()[0]);
    }
    gmm.validate().unwrap();
}

/// A hundred samples on a line, and four in a small square: the first component has no estimate of its own.
fn a_component_that_is_kept_costs_no_likelihood<C: Structure>() {
    let mut data: Vec<[f64; 2]> = (0..100).map(|i| [f64::from(i) / 50.0 - 1.0, 0.0]).collect();
    data.extend([[7.0, 0.0], [7.001, 0.0], [7.0, 0.001], [7.001, 0.001]]);
    let matrices = [[[1.0, 0.2], [0.2, 0.6]], [[0.7, 0.1], [0.1, 1.1]]];
    let mut gmm: Gmm<f64, 2, 2, C> = model([0.9, 0.1], [[0.1, 0.2], [6.5, 0.1]], matrices);
    let mut last = f64::NEG_INFINITY;
    for step in 0..6 {
        let mut stats = SufficientStats::new();
        for x in &data {
            stats.observe(&gmm, x).unwrap();
        }
        let now = stats.log_likelihood() / stats.total_weight();
        assert!(step == 0 || now >= last - 1e-9 * last.abs(), "step {step}: {last} to {now}");
        last = now;
        MStep::exact().maximize(&stats, &mut gmm).unwrap();
        gmm.validate().unwrap();
    }
}

fn a_fit_of_flat_clusters_stays_finite_in_f32<C: Structure>() {
    let (data, _) = flat();
    let data = narrowed::<f32, 3>(&data);
    let mut gmm = Gmm::<f32, 3, 3, C>::unfitted();
    gaussmix::init::farthest_first(&mut gmm, &data).unwrap();
    let fit = gaussmix::Em::default().fit(&mut gmm, &data).unwrap();
    assert!(fit.log_likelihood.is_finite());
    assert!(gmm.mean_log_likelihood(&data).unwrap().is_finite());
    gmm.validate().unwrap();
}

fn an_absolute_floor_or_a_ridge_admits_constant_features<C: Structure>() {
    let mut data = clouds(80, 126);
    data.iter_mut().for_each(|x| x[1] = 7.0);
    let steps = [
        MStep::default().with_absolute_floor(0.01),
        MStep::default().with_ridge(0.01),
        MStep::exact().with_absolute_floor(0.01),
        MStep::exact().with_ridge(0.01),
    ];
    for m_step in steps {
        let mut gmm = guess::<f64, C>();
        let fit = gaussmix::Em::default()
            .with_m_step(m_step.unwrap())
            .with_max_iterations(5)
            .fit(&mut gmm, &data)
            .unwrap();
        assert!(
            fit.last_update
                .unwrap()
                .outcomes
                .iter()
                .all(|o| matches!(o, Outcome::Updated | Outcome::Improved | Outcome::Floored))
        );
        match C::common() {
            // What is in common is the other features' too.
            Common::Volume | Common::Shape | Common::Ratios | Common::AxesAndVolume => {
                gmm.validate().unwrap();
            }
            _ if C::SPHERICAL => {}
            _ => (0..3).for_each(|k| assert_close(covariances(&gmm)[k][1][1], 0.01, 1e-12, "variance")),
        }
    }
}

/// A feature that hardly varies in clusters of several sizes. What components share must not get lost in its last
/// digits.
fn variances_below_the_normal_range_leave_a_valid_model<C: Structure>() {
    let mut data = Vec::new();
    for size in [1.0, 1e-2, 1e-3] {
        for [a, b, c] in [[1.0, 1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, -1.0, -1.0], [-1.0, -1.0, 1.0]] {
            data.push([1e-157 * a, size * b, size * c]);
        }
    }
    let labels: Vec<usize> = (0..data.len()).map(|i| i / 4).collect();
    let mut gmm = guess::<f64, C>();
    MStep::exact().maximize(&labelled::<f64, C>(&data, &labels), &mut gmm).unwrap();
    gmm.validate().unwrap();
}

for_every_structure!(
    floor_is_respected_exactly,
    valid_input_passes_the_floor_bit_for_bit,
    a_ridge_is_added_to_the_diagonal,
    a_starved_component_keeps_its_mean_and_covariance,
    a_component_that_does_not_factor_keeps_its_mean_and_covariance,
    a_component_that_is_kept_costs_no_likelihood,
    a_fit_of_flat_clusters_stays_finite_in_f32,
    an_absolute_floor_or_a_ridge_admits_constant_features,
    variances_below_the_normal_range_leave_a_valid_model,
);
