//! The gradient of the log-likelihood, from statistics.

use super::Unconstrained;
use crate::covariance::{Covariance, MatrixOf, Shape};
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;

impl<T: Real, const D: usize, const K: usize, C: Covariance> SufficientStats<T, D, K, C> {
    /// The gradient of ℓ at `gmm`, in [unconstrained parameters](Unconstrained), if these are the statistics of a pass
    /// with `gmm`. It is the gradient of [Q](Self::expected_log_likelihood), which at this point equals that of ℓ
    /// (Fisher's identity). With d_k = m_k − μ_k, B_k = S_k + W_k d_k d_kᵀ and Σ_k = L_k L_kᵀ:
    ///
    /// ∂ℓ/∂z_k = W_k − W π_k,  ∂ℓ/∂μ_k = W_k Σ_k⁻¹ d_k,  ∂ℓ/∂L_k = the lower triangle of L_k⁻ᵀ (L_k⁻¹ B_k L_k⁻ᵀ − W_k I),
    ///
    /// with B and W summed over components where they share a matrix. A component without mass has
    /// the gradient 0 in its mean and its factor.
    /// See [`Unconstrained`] for an example, and for what structures it takes.
    #[must_use]
    pub fn gradient(&self, gmm: &Gmm<T, D, K, C>) -> Unconstrained<T, D, K, C> {
        let mut gradient: Unconstrained<T, D, K, C> = Unconstrained::zero();
        let mut scatters = self.scatters;
        let (total, mut slot_masses) = (self.total_weight(), [T::ZERO; K]);
        for k in 0..K {
            let mass = self.moments[k].mass();
            gradient.log_ratios[k] = mass - total * gmm.weights[k];
            if mass > T::ZERO {
                let d = self.moments[k].mean_less(&gmm.means[k]);
                C::Shape::add_outer(&mut scatters.as_mut()[C::slot(k)], mass, &d);
                let factor = &gmm.factors.as_ref()[C::slot(k)];
                gradient.means[k] = C::Shape::solve(factor, d).map(|v| mass * v);
                slot_masses[C::slot(k)] += mass;
            }
        }
        let factors = gmm.factors.as_ref().iter().zip(slot_masses);
        let matrices: &mut [MatrixOf<T, D, C>] = gradient.factors.as_mut();
        let parts = factors.zip(scatters.as_ref()).zip(matrices);
        for (((factor, mass), scatter), part) in parts {
            *part = C::Shape::gradient(factor, scatter, mass);
        }
        gradient
    }
}
