//! What a split, a merger and a collapse keep.

use gaussmix::lifecycle::{self, Merging};
use gaussmix::nalgebra::Matrix3;
use gaussmix::reduce::{self, Closest};
use gaussmix::{Gmm, Real, SufficientStats};

use crate::support::dense::{Dense, Structure, covariances, model, spread};
use crate::support::rearranged::{COVARIANCES, MEANS, assert_models_close, close, samples, three};
use crate::support::structures::{for_every_structure, for_typical_structures};
use crate::support::together::{m_step, maximum_of};
use crate::support::tolerance::{FAR_COLLAPSE, REARRANGED, REARRANGED_F32};

fn assert_stats_close<T: Real, C: Structure>(
    a: &SufficientStats<T, 3, 4, C>,
    b: &SufficientStats<T, 3, 4, C>,
    tolerance: f64,
) {
    for k in 0..4 {
        close(a.masses()[k].widen(), b.masses()[k].widen(), tolerance, "mass");
        for i in 0..3 {
            close(a.means()[k][i].widen(), b.means()[k][i].widen(), tolerance, "mean");
            for j in 0..3 {
                close(spread(a, k)[i][j], spread(b, k)[i][j], tolerance, "scatter");
            }
        }
    }
}

/// Mean and covariance of a whole mixture by their definition, the covariance as far as the structure keeps it.
fn overall<T: Real, const K: usize, C: Structure>(gmm: &Gmm<T, 3, K, C>) -> ([f64; 3], Dense<3>) {
    let weights = gmm.weights().map(|w| w.widen());
    let means = gmm.means().map(|m| m.map(|v| v.widen()));
    let mean = core::array::from_fn(|j| (0..K).map(|k| weights[k] * means[k][j]).sum());
    let mut sum = [[0.0; 3]; 3];
    for (k, covariance) in covariances(gmm).iter().enumerate().filter(|(k, _)| weights[*k] > 0.0) {
        for i in 0..3 {
            for j in 0..3 {
                let (di, dj): (f64, f64) = (means[k][i] - mean[i], means[k][j] - mean[j]);
                sum[i][j] += weights[k] * (covariance[i][j] + di * dj);
            }
        }
    }
    (mean, C::restrict(&sum))
}

/// The means of the whole mixtures agree, and their covariances where the structure can hold that of the whole: what
/// components share in part is a maximum of likelihood, and no mean over the components.
#[track_caller]
pub(crate) fn assert_same_overall<T: Real, C: Structure, const K: usize, const L: usize>(
    a: &Gmm<T, 3, K, C>,
    b: &Gmm<T, 3, L, C>,
    tolerance: f64,
) {
    let ((mean_a, a), (mean_b, b)) = (overall(a), overall(b));
    for i in 0..3 {
        close(mean_a[i], mean_b[i], tolerance, "overall mean");
        for j in 0..if C::common().is_coupled() { 0 } else { 3 } {
            close(a[i][j], b[i][j], tolerance, "overall covariance");
        }
    }
}

/// Components of those weights have the covariances that the structure makes of `full` ones.
#[track_caller]
fn assert_brought_together<C: Structure>(gmm: &Gmm<f64, 3, 4, C>, full: &[Dense<3>; 4]) {
    let due = maximum_of::<3, 4, C>(gmm.weights(), full);
    for (found, due) in covariances(gmm).iter().zip(&due) {
        for (found, due) in found.iter().flatten().zip(due.iter().flatten()) {
            close(*found, *due, REARRANGED, "covariance");
        }
    }
}

/// Σ + `share` d dᵀ
fn with_outer(covariance: &Dense<3>, share: f64, d: [f64; 3]) -> Dense<3> {
    core::array::from_fn(|i| core::array::from_fn(|j| covariance[i][j] + share * d[i] * d[j]))
}

/// Kaldi. Whatever the structure and the slot that was free. Where components share something in part, the model of the
/// pair is another for all; the statistics remember.
fn split_then_merge_restores_likelihood<C: Structure>() {
    fn check<T: Real, C: Structure>(offset: f64, tolerance: f64) {
        for (k, separation) in [(0, 0.5), (1, 0.1), (2, 0.9)] {
            let before = three::<T, C>(offset);
            let data = samples(&before, 200);
            let mut gmm = before.clone();
            let start = SufficientStats::from_model(&gmm, T::narrow(70.0)).unwrap();
            let mut stats = start.clone();
            lifecycle::split(&mut stats, &mut gmm, k, 3, T::narrow(separation)).unwrap();
            gmm.validate().unwrap();
            assert!(gmm.live().eq(0..4));
            let likelihood = |gmm: &Gmm<T, 3, 4, C>| gmm.mean_log_likelihood(&data).unwrap().widen();
            assert!((likelihood(&gmm) - likelihood(&before)).abs() > 1e-5, "it is another model");
            reduce::merge(&mut stats, &mut gmm, k, 3).unwrap();
            gmm.validate().unwrap();
            if C::common().is_coupled() {
                m_step().maximize(&stats, &mut gmm).unwrap();
            }
            close(likelihood(&gmm), likelihood(&before), tolerance, "likelihood");
            assert_models_close(&gmm, &before, tolerance);
            assert_stats_close(&stats, &start, tolerance);
        }
    }
    check::<f64, C>(0.0, REARRANGED);
    check::<f32, C>(0.0, REARRANGED_F32);
    check::<f32, C>(1e4, REARRANGED_F32);
}

/// A split takes nothing from the whole, and the pair stands for its parent: with free slots and with one that another
/// component must give up. Where components share something in part, it comes of the pair and all others.
fn a_split_keeps_overall_mean_and_covariance<C: Structure>() {
    let before = three::<f64, C>(0.0);
    let mut gmm = before.clone();
    let mut stats = SufficientStats::from_model(&gmm, 70.0).unwrap();
    lifecycle::split(&mut stats, &mut gmm, 0, 3, 0.5).unwrap();
    assert_same_overall(&gmm, &before, REARRANGED);
    if C::common().is_coupled() {
        let mut full = covariances(&before);
        let d = core::array::from_fn(|j| gmm.means()[3][j] - before.means()[0][j]);
        full[0] = with_outer(&full[0], -1.0, d);
        full[3] = full[0];
        assert_brought_together(&gmm, &full);
    }
    close(stats.total_weight(), 70.0, REARRANGED, "mass");
    assert_eq!(gmm.weights()[0], 0.25);
    assert_eq!(gmm.weights()[0], gmm.weights()[3]);
    // The M-step of the statistics is the model: nothing is out of step.
    let mut again = gmm.clone();
    m_step().maximize(&stats, &mut again).unwrap();
    assert_models_close(&gmm, &again, REARRANGED);

    let mut rest = gmm.clone();
    let mut kept = stats.clone();
    lifecycle::remove(&mut kept, &mut rest, 1).unwrap();
    lifecycle::split(&mut stats, &mut gmm, 2, 1, 0.5).unwrap();
    assert_same_overall(&gmm, &rest, REARRANGED);
    close(stats.total_weight(), 70.0, REARRANGED, "mass");
    if C::common().is_coupled() {
        let mut full = covariances(&rest);
        let d = core::array::from_fn(|j| gmm.means()[1][j] - rest.means()[2][j]);
        full[2] = with_outer(&full[2], -1.0, d);
        full[1] = full[2];
        return assert_brought_together(&gmm, &full);
    }
    let mut again = gmm.clone();
    m_step().maximize(&stats, &mut again).unwrap();
    assert_models_close(&gmm, &again, REARRANGED);
}

/// A merger keeps what the pair had, and its statistics are exactly those of the samples of both. Where components
/// share something in part, the model comes of its own covariances, and the statistics know more than these.
fn a_merger_keeps_overall_mean_and_covariance<C: Structure>() {
    let before = three::<f64, C>(0.0);
    for (into, from) in [(0, 1), (1, 0), (2, 1)] {
        let mut gmm = before.clone();
        let mut stats = SufficientStats::new();
        stats.observe_all(&gmm, samples(&before, 300)).unwrap();
        m_step().maximize(&stats, &mut gmm).unwrap();
        let fitted = gmm.clone();
        reduce::merge(&mut stats, &mut gmm, into, from).unwrap();
        assert_same_overall(&gmm, &fitted, REARRANGED);
        assert_eq!((gmm.weights()[from], stats.masses()[from]), (0.0, 0.0));
        if C::common().is_coupled() {
            let (mut full, weights) = (covariances(&fitted), fitted.weights());
            let share = weights[from] / (weights[into] + weights[from]);
            let blend = |i: usize, j: usize| (1.0 - share) * full[into][i][j] + share * full[from][i][j];
            let within = core::array::from_fn(|i| core::array::from_fn(|j| blend(i, j)));
            let d = core::array::from_fn(|j| fitted.means()[from][j] - fitted.means()[into][j]);
            full[into] = with_outer(&within, share * (1.0 - share), d);
            assert_brought_together(&gmm, &full);
            continue;
        }
        let mut again = gmm.clone();
        m_step().maximize(&stats, &mut again).unwrap();
        assert_models_close(&gmm, &again, REARRANGED);
    }
}

/// Kaldi. The same component twice is the same density, and the two are found and merged at no loss.
fn duplicate_components_leave_density_unchanged<C: Structure>() {
    let before = three::<f64, C>(0.0);
    let (mut means, mut full) = (MEANS, COVARIANCES);
    (means[3], full[3]) = (means[0], full[0]);
    let twice: Gmm<f64, 3, 4, C> = model([0.3, 0.3, 0.2, 0.2], means, full);
    let once: Gmm<f64, 3, 4, C> = model([0.5, 0.3, 0.2, 0.0], means, full);
    let mut gmm: Gmm<f64, 3, 4, C> = model([0.2, 0.3, 0.2, 0.3], means, full);
    assert_ne!(twice, gmm);
    for x in samples(&before, 100) {
        close(gmm.log_density(x).unwrap(), once.log_density(x).unwrap(), REARRANGED, "density");
    }
    let Closest { first, second, loss, .. } = reduce::closest(&gmm).unwrap();
    assert_eq!((first, second), (0, 3));
    assert!(loss <= REARRANGED, "{loss}");
    let mut stats = SufficientStats::from_model(&gmm, 1.0).unwrap();
    let merged = Merging::default().apply(&mut stats, &mut gmm).unwrap();
    assert!(merged.is_some() && gmm.weights()[0] == 0.0, "into the heavier one");
    assert_eq!(gmm.means()[3], MEANS[0]);
    for x in samples(&before, 100) {
        close(gmm.log_density(x).unwrap(), once.log_density(x).unwrap(), REARRANGED, "density");
    }
}

/// gmr's to_mvn.
fn collapse_keeps_overall_mean_and_covariance<C: Structure>() {
    for offset in [0.0, 1e6] {
        let gmm = three::<f64, C>(offset);
        let one = gmm.collapse().unwrap();
        one.validate().unwrap();
        // The definition itself squares numbers of the offset's size.
        let (mean, covariance) = overall(&three::<f64, C>(0.0));
        for i in 0..3 {
            close(one.means()[0][i], mean[i] + offset, REARRANGED, "mean");
            for j in 0..3 {
                let tolerance = if offset == 0.0 { REARRANGED } else { FAR_COLLAPSE };
                close(covariances(&one)[0][i][j], covariance[i][j], tolerance, "covariance");
            }
        }
        let all = samples(&gmm, 1);
        assert!(one.log_density(all[0]).unwrap().is_finite());
    }
    let single = three::<f32, C>(1e4).collapse().unwrap();
    let (_, covariance) = overall(&three::<f64, C>(0.0));
    (0..3).for_each(|j| close(covariances(&single)[0][j][j], covariance[j][j], REARRANGED_F32, "covariance"));
    // Mergers down to one component come to the same.
    let mut gmm = three::<f64, C>(0.0);
    let mut stats = SufficientStats::from_model(&gmm, 1.0).unwrap();
    let everything = Merging::default().with_loss(f64::INFINITY).unwrap();
    while everything.apply(&mut stats, &mut gmm).unwrap().is_some() {}
    assert_eq!(gmm.live().count(), 1);
    // (Only the mean, where mergers change what is in common.)
    assert_same_overall(&gmm.collapse().unwrap(), &three::<f64, C>(0.0).collapse().unwrap(), REARRANGED);
    assert_same_overall(&gmm, &three::<f64, C>(0.0), REARRANGED);
}

/// Runnalls' bound from dense matrices, for every pair.
fn the_closest_pair_is_that_of_least_loss<C: Structure>() {
    let weights = [0.4, 0.3, 0.2, 0.1];
    let gmm: Gmm<f64, 3, 4, C> = model(weights, MEANS, COVARIANCES);
    let half_log = |m: &Dense<3>| 0.5 * Matrix3::from_fn(|i, j| m[i][j]).determinant().ln();
    let full = covariances(&gmm);
    let loss = |a: usize, b: usize| {
        let pair = weights[a] + weights[b];
        let blend = |share: f64| -> Dense<3> {
            core::array::from_fn(|i| {
                core::array::from_fn(|j| {
                    let d = (MEANS[a][i] - MEANS[b][i]) * (MEANS[a][j] - MEANS[b][j]);
                    let within = (weights[a] * full[a][i][j] + weights[b] * full[b][i][j]) / pair;
                    within + share * weights[a] * weights[b] / (pair * pair) * d
                })
            })
        };
        if C::SHARED {
            return half_log(&C::restrict(&blend(pair))) - half_log(&full[0]);
        }
        let merged = half_log(&C::restrict(&blend(1.0)));
        pair * merged - weights[a] * half_log(&full[a]) - weights[b] * half_log(&full[b])
    };
    let pairs = (0..4).flat_map(|a| (a + 1..4).map(move |b| (a, b)));
    let due = pairs.min_by(|p, q| loss(p.0, p.1).total_cmp(&loss(q.0, q.1))).unwrap();
    let found = reduce::closest(&gmm).unwrap();
    assert_eq!((found.first, found.second), due);
    close(found.loss, loss(due.0, due.1), REARRANGED, "loss");

    // Not one that costs more than allowed; and never a dead one.
    let mut stats = SufficientStats::from_model(&gmm, 1.0).unwrap();
    let (before, mut same) = (stats.clone(), gmm.clone());
    let merging = Merging::default().with_loss(found.loss * (1.0 - 1e-9)).unwrap();
    assert_eq!(merging.apply(&mut stats, &mut same), Ok(None));
    assert_eq!((&stats, &same), (&before, &gmm));
    let alone: Gmm<f64, 3, 4, C> = model([0.0, 1.0, 0.0, 0.0], MEANS, COVARIANCES);
    assert_eq!(reduce::closest(&alone), None);
}

for_every_structure!(a_split_keeps_overall_mean_and_covariance, a_merger_keeps_overall_mean_and_covariance,);
for_typical_structures!(
    split_then_merge_restores_likelihood,
    duplicate_components_leave_density_unchanged,
    collapse_keeps_overall_mean_and_covariance,
    the_closest_pair_is_that_of_least_loss,
);
