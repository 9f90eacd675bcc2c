//! Removal: components that too few samples support give their slot back.

use crate::covariance::Covariance;
use crate::error::{Error, require};
use crate::model::Gmm;
use crate::real::Real;
use crate::reduce::check_component;
use crate::statistics::SufficientStats;

/// Removes component `k`: its weight and mass become 0, its offset −∞. The others take over its weight and mass in
/// proportion to their own. A tied scatter loses the component's expected share. All means and covariances stay.
///
/// ```
/// use gaussmix::{Gmm, SufficientStats, lifecycle};
///
/// let means = [[0.0], [4.0], [8.0]];
/// let mut gmm: Gmm<f64, 1, 3> = Gmm::new([0.5, 0.25, 0.25], means, [[[1.0]].into(); 3])?;
/// let mut stats = SufficientStats::from_model(&gmm, 12.0)?;
/// lifecycle::remove(&mut stats, &mut gmm, 0)?;
/// assert_eq!(gmm.weights(), &[0.0, 0.5, 0.5]);
/// assert_eq!(stats.masses(), [0.0, 6.0, 6.0]);
/// assert!(gmm.live().eq([1, 2]));
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidParameter`] if there is no component `k` or no other component is live, [`Error::EmptyData`] if the
/// others have no mass, or so little that the whole would be out of range for them. Model and statistics are then as
/// before.
pub fn remove<T: Real, const D: usize, const K: usize, C: Covariance>(
    stats: &mut SufficientStats<T, D, K, C>,
    gmm: &mut Gmm<T, D, K, C>,
    k: usize,
) -> Result<(), Error> {
    check_component::<K>(k, "k")?;
    require(gmm.live().any(|i| i != k), "k", "not the only live component")?;
    let total = stats.total_weight();
    if stats.moments[k].mass() > T::ZERO {
        stats.check_growth(|i| i == k, total)?;
    }
    stats.clear_component(k, total);
    gmm.reweigh(k, T::ZERO);
    Ok(())
}

/// The policy of removals. It estimates mixing weights under a Dirichlet prior with a negative count per component, so
/// that components compete for samples and weak components are removed (Figueiredo & Jain 2002, doi:10.1109/34.990138;
/// Zivkovic & van der Heijden 2004, doi:10.1109/TPAMI.2004.1273970, for streams).
///
/// Let c be this count as a share of the mass. The maximum a posteriori weights are then in proportion to
/// max(0, W_k/W − c). A component whose weight reaches 0 is [removed](remove). If two components share one cluster, the
/// lighter one gets even less, and less again, until it is removed. This keeps a stream from filling all slots.
///
/// Apply it after an M-step whose mixing weights are free. It replaces the weights of the model; masses change only
/// where a component is removed.
#[doc(alias("Dirichlet", "weight_concentration_prior"))]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Pruning<T> {
    pub(crate) share: T,
}

impl<T: Real> Default for Pruning<T> {
    /// [`Pruning::DEFAULT`]
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<T: Real> Pruning<T> {
    /// A share of 0.001.
    pub const DEFAULT: Self = Self { share: T::THOUSANDTH };

    /// Sets c, which must be less than 1/K: a component is removed if its share of the mass is no more than c.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless 0 ≤ `share` < 1.
    pub fn with_share(mut self, share: T) -> Result<Self, Error> {
        require(share >= T::ZERO && share < T::ONE, "share", "within [0, 1)")?;
        self.share = share;
        Ok(self)
    }

    /// Sets c to the share at which a component is worth its parameters. The minimum message length criterion of
    /// Figueiredo & Jain charges half a sample for each of the P parameters of its own (mean and covariance), so c =
    /// P/(2n) for an effective sample size n. `samples` is n, as [`EffectiveSize`](crate::stream::EffectiveSize)
    /// computes it; for a constant step η it is (2 − η)/η.
    ///
    /// ```
    /// use gaussmix::{Full, lifecycle::Pruning};
    /// // Three features have a mean of 3 numbers and a covariance of 6.
    /// assert_eq!(Pruning::for_samples::<3, Full>(450.0)?, Pruning::default().with_share(0.01)?);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if there are so few samples that c is 1 or more.
    pub fn for_samples<const D: usize, C: Covariance>(samples: T) -> Result<Self, Error> {
        let own = C::free_parameters(D, 2) - C::free_parameters(D, 1);
        Self::default().with_share(T::from_count((D + own) as u64) / (samples + samples))
    }

    /// Removes the components whose share of the mass is no more than c, and sets the weights of the others. Returns
    /// how many components were removed.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless c < 1/K, [`Error::EmptyData`] if there is no mass, or where [`remove`] says
    /// so. Model and statistics are then as before.
    pub fn apply<const D: usize, const K: usize, C: Covariance>(
        &self,
        stats: &mut SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Result<usize, Error> {
        // Checked here, since the range depends on K, which the policy does not know.
        require(self.share * T::from_count(K as u64) < T::ONE, "share", "less than 1/K")?;
        let total = stats.total_weight();
        let mut weights = stats.masses();
        let mut sum = T::ZERO;
        for (w, live) in weights.iter_mut().zip(&gmm.weights) {
            let rest = *w / total - self.share;
            *w = if rest > T::ZERO && *live > T::ZERO { rest } else { T::ZERO };
            sum += *w;
        }
        if !(sum > T::ZERO) {
            // Where noise has next to all, no component can take over from another.
            return if C::NOISE && total > T::ZERO { Ok(0) } else { Err(Error::EmptyData) };
        }
        // Noise is no rival, and pays nothing.
        let noise = stats.noise_mass() / total;
        if C::NOISE {
            sum += noise;
        }
        // With `get`, since the compiler does not see everywhere that the index is below K.
        let leaves = |k: usize| {
            weights.get(k).is_some_and(|w| *w == T::ZERO)
                && stats.moments.get(k).is_some_and(|m| m.mass() > T::ZERO)
        };
        if (0..K).any(leaves) {
            stats.check_growth(leaves, total)?;
        }
        let mut deaths = 0;
        for k in 0..K {
            if weights[k] == T::ZERO {
                deaths += usize::from(gmm.weights[k] > T::ZERO);
                if stats.moments[k].mass() > T::ZERO {
                    stats.clear_component(k, total);
                }
            }
            gmm.weights[k] = weights[k] / sum;
        }
        gmm.set_noise_weight(noise / sum);
        gmm.refresh_offsets();
        Ok(deaths)
    }
}
