//! Models that do not use all their slots: the panels hold no rows for the others.

use gaussmix::{Covariance, Diagonal, Full, Gmm, Real, Spherical, SufficientStats, Tied};

use super::agreement::{assert_agree, model, panel, reference, samples, scores_equal_scalar, tolerance};
use crate::support::structures::call_for_typical_structures;

/// `gmm` without the components that `lives` refuses; the others share their weight.
fn without<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &Gmm<T, D, K, C>,
    lives: impl Fn(usize) -> bool,
) -> Gmm<T, D, K, C> {
    let (mut weights, mut offsets) = (*gmm.weights(), *gmm.offsets());
    let total: f64 = (0..K).filter(|k| lives(*k)).map(|k| weights[k].widen()).sum();
    for k in 0..K {
        weights[k] = if lives(k) { T::narrow(weights[k].widen() / total) } else { T::ZERO };
        offsets[k] = if lives(k) { T::narrow(offsets[k].widen() - total.ln()) } else { T::NEG_INFINITY };
    }
    let few = Gmm::from_parts(weights, offsets, *gmm.means(), *gmm.factors());
    few.validate().unwrap();
    few
}

/// One, two, three and more live components, at the ends and in between.
fn few_equal_scalar<T: Real, const D: usize, const K: usize, C: Covariance>() {
    let gmm = model::<T, D, K, C>(0.0);
    let n = panel::<T>();
    let patterns: [fn(usize) -> bool; 7] =
        [|k| k == 0, |k| k == 2, |k| k < 2, |k| k == 1 || k == 3, |k| k % 2 == 0, |k| k > 0, |k| k != 2];
    for lives in patterns {
        let few = without(&gmm, lives);
        for count in [5, n, 17 * n + 5] {
            let data = samples::<T, D, K>(count, 0.0, count as u64);
            let mut stats = SufficientStats::new();
            // Into statistics of all components: those that are dead keep theirs.
            stats.observe_all(&gmm, &data[..count / 3]).unwrap();
            stats.observe_all(&few, &data).unwrap();
            let mut due = reference(&gmm, &data[..count / 3]);
            due.merge(&reference(&few, &data));
            assert_agree(&stats, &due, tolerance::<T>());
            scores_equal_scalar(&few, &data);
            let mut alone = SufficientStats::new();
            alone.observe_all(&few, &data).unwrap();
            assert!((0..K).all(|k| lives(k) || alone.masses()[k] == T::ZERO));
        }
    }
}

fn every_structure<T: Real, const D: usize, const K: usize>() {
    call_for_typical_structures!(few_equal_scalar, [T, D, K]());
    // A shared scatter of each shape has tiles of its own.
    few_equal_scalar::<T, D, K, Tied<Diagonal>>();
    few_equal_scalar::<T, D, K, Tied<Spherical>>();
}

#[test]
fn few_live_components_equal_scalar_in_f64() {
    every_structure::<f64, 2, 4>();
    few_equal_scalar::<f64, 7, 5, Full>();
    few_equal_scalar::<f64, 6, 6, Tied<Full>>();
    few_equal_scalar::<f64, 3, 16, Diagonal>();
}

#[test]
fn few_live_components_equal_scalar_in_f32() {
    every_structure::<f32, 5, 4>();
    few_equal_scalar::<f32, 3, 8, Full>();
    few_equal_scalar::<f32, 2, 11, Spherical>();
    few_equal_scalar::<f32, 8, 12, Tied<Full>>();
}
