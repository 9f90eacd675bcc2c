//! What an M-step raises: the expected log-likelihood of the complete data.

use super::SufficientStats;
use crate::covariance::{Covariance, Factor, MatrixOf, Shape};
use crate::model::Gmm;
use crate::real::{Compensated, Real};

impl<T: Real, const D: usize, const K: usize, C: Covariance> SufficientStats<T, D, K, C> {
    /// Q(θ; statistics), the expected log-likelihood of samples and their components under `gmm` = θ, in nats: what an
    /// M-step maximises (Dempster, Laird & Rubin 1977, doi:10.1111/j.2517-6161.1977.tb01600.x).
    ///
    /// Q = Σ_k W_k (ln π_k − ½ ln |Σ_k| − (D/2) ln 2π) − ½ Σ_k tr Σ_k⁻¹ (S_k + W_k (m_k − μ_k)(m_k − μ_k)ᵀ)
    ///
    /// No data are needed for it. Let the statistics be those of a pass under the model θ, and θ′ another model. Then
    /// ℓ(θ′) − ℓ(θ) ≥ Q(θ′) − Q(θ): a step that does not lower Q does not lower the likelihood, whether it comes from
    /// [`MStep`](crate::MStep), from Newton's method or from a gradient. [`fit::Watch`](crate::fit::Watch) checks that.
    /// Q and [`Gmm::lower_bound`] differ by the entropy of the responsibilities, which depends on the statistics alone.
    ///
    /// Noise adds W_0 ln (π_0/V). A component without mass adds 0. The result is −∞ if a component that has mass is
    /// dead in `gmm`.
    ///
    /// ```
    /// use gaussmix::{Gmm, MStep, SufficientStats};
    ///
    /// let data = [[-2.1], [-1.9], [-0.3], [0.2], [1.7], [2.4]];
    /// let old: Gmm<f64, 1, 2> = Gmm::new([0.5, 0.5], [[-1.0], [1.0]], [[[2.0]].into(); 2])?;
    /// let (mut stats, mut new) = (SufficientStats::new(), old.clone());
    /// stats.observe_all(&old, &data)?;
    /// MStep::exact().maximize(&stats, &mut new)?;
    ///
    /// let raised = stats.expected_log_likelihood(&new) - stats.expected_log_likelihood(&old);
    /// let gained = 6.0 * new.mean_log_likelihood(&data)? - stats.log_likelihood();
    /// assert!(raised > 0.0 && gained >= raised);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    #[doc(alias("complete data log-likelihood", "ELBO", "Q function"))]
    #[must_use]
    pub fn expected_log_likelihood(&self, gmm: &Gmm<T, D, K, C>) -> T {
        let mut sum = Compensated::ZERO;
        let mut is_empty = true;
        for k in 0..K {
            let mass = self.moments[k].mass();
            if mass == T::ZERO {
                continue;
            }
            if gmm.weights[k] == T::ZERO {
                return T::NEG_INFINITY;
            }
            is_empty = false;
            sum.add(mass * gmm.offsets[k]);
            // By `get`, since the compiler does not see everywhere that there is one.
            if let Some(factor) = gmm.factors.as_ref().get(C::slot(k)) {
                let d = self.moments[k].mean_less(&gmm.means[k]);
                sum.add(-T::HALF * mass * C::Shape::squared_distance(factor, d));
            }
        }
        if self.noise_mass() > T::ZERO {
            let offset = gmm.noise_offset().unwrap_or(T::NEG_INFINITY);
            if offset == T::NEG_INFINITY {
                return offset;
            }
            sum.add(self.noise_mass() * offset);
        }
        let factors = gmm.factors.as_ref().iter();
        for (slot, (factor, scatter)) in factors.zip(self.scatters.as_ref()).enumerate() {
            let has_mass = self.moments.get(slot).is_some_and(|moments| moments.mass() > T::ZERO);
            if has_mass || C::SHARED && !is_empty {
                sum.add(-T::HALF * trace::<T, D, C>(factor, scatter));
            }
        }
        sum.high
    }
}

/// tr Σ⁻¹S of a covariance's factor and a scatter: by Cholesky's decomposition S is a sum of products c cᵀ, and each adds
/// the squared distance of c. So all terms are above 0.
pub(crate) fn trace<T: Real, const D: usize, C: Covariance>(
    factor: &Factor<MatrixOf<T, D, C>>,
    scatter: &MatrixOf<T, D, C>,
) -> T {
    // As a covariance of mass 1: the scatter of a spherical shape is a sum over features.
    let mut matrix = *scatter;
    C::Shape::normalise(&mut matrix, T::ONE, T::ZERO);
    let mut columns = C::Shape::to_matrix::<T, D>(&matrix).data.0;
    let mut sum = T::ZERO;
    for j in 0..D {
        let pivot = columns[j][j];
        // A scatter may be singular. What is left of its column is rounding then.
        if pivot > T::ZERO {
            let reciprocal = T::ONE / pivot.root();
            let mut c = [T::ZERO; D];
            for i in j..D {
                c[i] = columns[j][i] * reciprocal;
            }
            for a in j + 1..D {
                for i in a..D {
                    columns[a][i] -= c[a] * c[i];
                }
            }
            sum += C::Shape::squared_distance(factor, c);
        }
    }
    sum
}
