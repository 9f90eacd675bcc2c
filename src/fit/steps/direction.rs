//! Means that are equal along a direction.

use crate::covariance::{Constant, Covariance, Shape};
use crate::error::{Error, require};
use crate::fit::{Frozen, Update, Usual};
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;

/// Components whose means are equal along a direction a: aᵀμ_k is the same number for all live k. For example, clusters
/// that differ in shape and place, but not in their total.
///
/// The M-step has two parts (Meng & Rubin 1993, doi:10.1093/biomet/80.2.267). First the means, for the covariances as
/// they are: with w_k = W_k / aᵀΣ_k a the common value is c = Σ w_k aᵀm_k / Σ w_k, and
///
/// μ_k = m_k + Σ_k a (c − aᵀm_k) / aᵀΣ_k a
///
/// is the maximum of [Q](SufficientStats::expected_log_likelihood) under the constraint. Then weights and covariances,
/// about these means, by the usual M-step. Neither lowers Q. The first M-step may lower the likelihood, if the start has
/// other means; later ones do not.
///
/// ```
/// use gaussmix::fit::EqualAlong;
/// use gaussmix::{Em, Gmm, init};
///
/// let data = [[-2.1, 0.3], [-1.9, 0.9], [-2.4, 0.1], [2.2, 0.4], [1.7, 1.1], [2.5, 0.2]];
/// let mut gmm: Gmm<f64, 2, 2> = Gmm::unfitted();
/// init::farthest_first(&mut gmm, &data)?;
/// // The same second feature.
/// let step = EqualAlong::new([0.0, 1.0])?.step();
/// Em::default().fitting().with_m_step(step).fit(&mut gmm, &data)?;
/// let [left, right] = gmm.means();
/// assert!((left[1] - right[1]).abs() < 1e-12 && (left[0] - right[0]).abs() > 3.0);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EqualAlong<T, const D: usize> {
    direction: [T; D],
}

impl<T: Real, const D: usize> EqualAlong<T, D> {
    /// Means equal along `direction`, a. Its length does not matter.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if a number is not finite, or all are 0.
    pub fn new(direction: [T; D]) -> Result<Self, Error> {
        let mut largest = T::ZERO;
        for v in direction {
            require(v.abs() < T::INFINITY, "direction", "finite")?;
            largest = largest.larger(v.abs());
        }
        require(largest > T::ZERO, "direction", "other than 0")?;
        Ok(Self { direction: direction.map(|v| v / largest) })
    }

    /// The step, for [`Fitting::with_m_step`](crate::fit::Fitting::with_m_step). Besides the errors of the usual M-step,
    /// it refuses frozen means ([`Error::InvalidParameter`]), which may contradict each other.
    #[allow(clippy::type_complexity)] // a closure as `with_m_step` takes it
    pub fn step<const K: usize, C: Covariance>(
        self,
    ) -> impl Fn(
        &Usual<'_, T, D, K>,
        &SufficientStats<T, D, K, C>,
        &mut Gmm<T, D, K, C>,
    ) -> Result<Update<K>, Error>
    + Copy {
        move |usual, stats, gmm| {
            let frozen = usual.frozen();
            require(
                !frozen.means.contains(&true),
                "frozen",
                "without means, where means are equal along a direction",
            )?;
            let before = gmm.means;
            self.move_means(usual, stats, gmm);
            let all = Frozen { means: [true; K], ..*frozen };
            let outcome = usual.maximize_with(&all, stats, gmm);
            if outcome.is_err() {
                gmm.means = before;
            }
            outcome
        }
    }

    /// Sets the means to the best that are equal along the direction.
    fn move_means<const K: usize, C: Covariance>(
        &self,
        usual: &Usual<'_, T, D, K>,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
    ) {
        let Some(first) = stats.moments.iter().find(|moments| moments.mass() > T::ZERO) else {
            return;
        };
        // Along the direction, relative to one of the means: so far from 0 no digits are lost.
        let (mut along, mut spread, mut turned) = ([T::ZERO; K], [T::ZERO; K], [[T::ZERO; D]; K]);
        let (mut sum, mut total) = (T::ZERO, T::ZERO);
        for k in 0..K {
            // One that starves keeps its mean, but for the constraint.
            let starves = usual.starves(stats, gmm, k);
            let d = if starves {
                less(&gmm.means[k], &first.mean)
            } else {
                stats.moments[k].mean_less(&first.mean)
            };
            along[k] = dot(&self.direction, &d);
            turned[k] = self.through::<K, C>(gmm, k);
            spread[k] = dot(&self.direction, &turned[k]);
            if !starves {
                gmm.means[k] = stats.moments[k].mean;
                let weight = stats.moments[k].mass() / spread[k];
                sum += weight * along[k];
                total += weight;
            }
        }
        if !(total > T::ZERO) {
            return;
        }
        let common = sum / total;
        for k in 0..K {
            if gmm.weights[k] > T::ZERO {
                let share = (common - along[k]) / spread[k];
                for j in 0..D {
                    gmm.means[k][j] += share * turned[k][j];
                }
            }
        }
    }

    /// Σ_k a
    fn through<const K: usize, C: Covariance>(&self, gmm: &Gmm<T, D, K, C>, k: usize) -> [T; D] {
        let covariance =
            gmm.factors.as_ref().get(C::slot(k)).map_or(Constant::ZERO, C::Shape::covariance::<T, D>);
        let mut product = [T::ZERO; D];
        for (column, a) in C::Shape::to_matrix(&covariance).data.0.iter().zip(&self.direction) {
            for j in 0..D {
                product[j] += column[j] * *a;
            }
        }
        product
    }
}

fn less<T: Real, const D: usize>(a: &[T; D], b: &[T; D]) -> [T; D] {
    let mut d = *a;
    for j in 0..D {
        d[j] -= b[j];
    }
    d
}

fn dot<T: Real, const D: usize>(a: &[T; D], b: &[T; D]) -> T {
    let mut sum = T::ZERO;
    for j in 0..D {
        sum += a[j] * b[j];
    }
    sum
}
