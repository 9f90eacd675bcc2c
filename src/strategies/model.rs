//! Valid models and statistics.

use super::{point, weighted_samples};
use crate::covariance::{Covariance, Noise, WithNoise};
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;
use nalgebra::SMatrix;
use proptest::strategy::Strategy;
use proptest::{array, bool};

/// K mixing weights that sum to 1, the largest at most twenty times the smallest that is not 0. With `dead`, each but
/// one may be 0, with a probability of 1/5. They shrink to equal weights.
pub fn mixing_weights<T: Real, const K: usize>(dead: bool) -> impl Strategy<Value = [T; K]> {
    let slot = (1.0..20.0_f64, bool::weighted(if dead { 0.2 } else { 0.0 }));
    array::uniform::<_, K>(slot).prop_map(|slots| {
        let all_dead = slots.iter().all(|(_, is_dead)| *is_dead);
        let mut shares = slots.map(|(share, is_dead)| if is_dead { 0.0 } else { share });
        if let Some(first) = shares.first_mut().filter(|_| all_dead) {
            *first = 1.0;
        }
        let sum: f64 = shares.iter().sum();
        shares.map(|share| T::narrow(share / sum))
    })
}

/// A symmetric positive definite matrix: S L Lᵀ S, where S holds deviations from ½ to 2, and L has a diagonal of ones
/// and ±1 below it. It shrinks to the matrix of ones on the diagonal.
pub fn matrices<T: Real, const D: usize>() -> impl Strategy<Value = SMatrix<T, D, D>> {
    let lower = array::uniform::<_, D>(array::uniform::<_, D>(-1.0..1.0_f64));
    let scales = array::uniform::<_, D>(-1.0..1.0_f64);
    (lower, scales).prop_map(|(lower, scales)| {
        let l = SMatrix::<f64, D, D>::from_fn(|i, j| match i.cmp(&j) {
            core::cmp::Ordering::Less => 0.0,
            core::cmp::Ordering::Equal => 1.0,
            core::cmp::Ordering::Greater => lower[i][j],
        });
        // From ½ to 2, with 1 in the middle, to which it shrinks.
        let s = scales.map(|e| if e < 0.0 { 1.0 + e / 2.0 } else { 1.0 + e });
        let product = l * l.transpose();
        // The same number on both sides of the diagonal.
        SMatrix::from_fn(|i, j| T::narrow(s[i] * s[j] * product[(i.max(j), i.min(j))]))
    })
}

/// A valid model of any structure; some of its slots may be dead. Means lie within ±6, matrices are those of the
/// structure that come nearest to [`matrices`].
///
/// ```
/// use gaussmix::{Gmm, Tied, Diagonal, strategies};
/// use proptest::{strategy::{Strategy, ValueTree}, test_runner::TestRunner};
///
/// let models = strategies::models::<f32, 2, 2, Tied<Diagonal>>();
/// let mut tree = models.new_tree(&mut TestRunner::deterministic()).unwrap();
/// assert_eq!(tree.current().validate(), Ok(()));
/// while tree.simplify() {}
/// let simplest = Gmm::from_arrays([0.5, 0.5], [[0.0; 2]; 2], [[1.0, 1.0]])?;
/// assert_eq!(tree.current(), simplest);
/// # Ok::<(), gaussmix::Error>(())
/// ```
pub fn models<T: Real, const D: usize, const K: usize, C: Covariance>()
-> impl Strategy<Value = Gmm<T, D, K, C>> {
    of_weights(mixing_weights::<T, K>(true))
}

/// As [`models`], without dead slots.
pub fn live_models<T: Real, const D: usize, const K: usize, C: Covariance>()
-> impl Strategy<Value = Gmm<T, D, K, C>> {
    of_weights(mixing_weights::<T, K>(false))
}

/// As [`models`], with noise of weight 0 to ½ and ranges from 1 to 100. It shrinks to no noise.
pub fn noisy_models<T: Real, const D: usize, const K: usize, C: Covariance>()
-> impl Strategy<Value = Gmm<T, D, K, WithNoise<C>>> {
    let noise = (0.0..0.5_f64, array::uniform::<_, D>(1.0..100.0_f64));
    (models::<T, D, K, C>(), noise).prop_filter_map("ranges out of range", |(gmm, (weight, ranges))| {
        let noise = Noise::in_box(T::narrow(weight), ranges.map(T::narrow)).ok()?;
        gmm.with_noise(noise).ok()
    })
}

fn of_weights<T: Real, const D: usize, const K: usize, C: Covariance>(
    weights: impl Strategy<Value = [T; K]>,
) -> impl Strategy<Value = Gmm<T, D, K, C>> {
    let means = array::uniform::<_, K>(point::<T, D>());
    let parts = (weights, means, array::uniform::<_, K>(matrices::<T, D>()));
    parts.prop_filter_map("matrices that the structure cannot hold", |(weights, means, matrices)| {
        Gmm::new(weights, means, C::from_matrices(&weights, &matrices)?).ok()
    })
}

/// The statistics of a pass of a [model](models) over up to 60 [weighted samples](weighted_samples).
pub fn statistics<T: Real, const D: usize, const K: usize, C: Covariance>()
-> impl Strategy<Value = SufficientStats<T, D, K, C>> {
    let parts = (models::<T, D, K, C>(), weighted_samples::<T, D>(0..60));
    parts.prop_filter_map("a sample out of range", |(gmm, data)| {
        let mut stats = SufficientStats::new();
        stats.observe_all(&gmm, &data).ok()?;
        Some(stats)
    })
}
