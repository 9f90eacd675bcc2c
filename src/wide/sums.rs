//! Sums over panels, before they become statistics.

use super::pass::centre;
use crate::covariance::{Constant, Covariance, MassOf};
use crate::model::Gmm;
use crate::moments::Moments;
use crate::real::{Compensated, Real};
use crate::statistics::SufficientStats;

/// Sums over the samples of some panels about the means μ_k of the model. Every few panels they become statistics.
#[derive(Clone, Debug)]
pub struct Sums<T: Real, const D: usize, const K: usize, C: Covariance> {
    /// Σ w r_k
    pub(super) masses: [Compensated<T>; K],
    /// Σ w r_k (x − μ_k)
    pub(super) first: [[T; D]; K],
    /// Σ w r_k (x − μ_k)(x − μ_k)ᵀ
    pub(super) second: C::Scatters<T, D, K>,
    /// Σ w r of the noise
    pub(super) extra: MassOf<T, D, K, C>,
    /// Σ w ln p(x)
    pub(super) log_likelihood: Compensated<T>,
    /// How many samples.
    pub(super) count: u64,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Sums<T, D, K, C> {
    /// Sums over no samples.
    pub(crate) const fn new() -> Self {
        Self {
            masses: [Compensated::ZERO; K],
            first: [[T::ZERO; D]; K],
            second: Constant::ZERO,
            extra: Constant::ZERO,
            log_likelihood: Compensated::ZERO,
            count: 0,
        }
    }

    /// Goes back to sums over no samples.
    pub(super) fn reset(&mut self) {
        for k in 0..K {
            (self.masses[k], self.first[k]) = (Compensated::ZERO, [T::ZERO; D]);
        }
        for second in self.second.as_mut() {
            *second = Constant::ZERO;
        }
        self.extra = Constant::ZERO;
        (self.log_likelihood, self.count) = (Compensated::ZERO, 0);
    }

    /// Adds the statistics of these samples to `totals`, and empties the sums. `gmm` is the model about whose means the
    /// sums were taken.
    #[inline(never)] // its memory is not that of the panels
    pub(super) fn settle(&mut self, totals: &mut SufficientStats<T, D, K, C>, gmm: &Gmm<T, D, K, C>) {
        if self.count == 0 {
            return;
        }
        let mut moments = [Moments::ZERO; K];
        for k in 0..K {
            let weight = self.masses[k];
            if weight.high > T::ZERO {
                let scatter = &mut self.second.as_mut()[C::slot(k)];
                let (mean, low) =
                    centre::<T, D, C::Shape>(weight.high, &gmm.means[k], &self.first[k], scatter);
                moments[k] = Moments { weight, mean, low };
            }
        }
        totals.merge_parts(&moments, &self.second, &self.extra, &self.log_likelihood, self.count);
        self.reset();
    }
}
