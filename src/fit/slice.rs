//! The part of an M-step that is one component's.

use super::m_step::{Base, MStep, is_dead};
use super::{Frozen, Outcome};
use crate::covariance::Covariance;
use crate::covariance::update::CovarianceUpdate;
use crate::error::{Error, require};
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;

impl<T: Real> MStep<T> {
    /// What [`maximize_with`](MStep::maximize_with) does to the mean and covariance of component `k`, with floors relative
    /// to `variances`.
    #[inline(never)]
    pub(crate) fn maximize_component<const D: usize, const K: usize, C: Covariance>(
        &self,
        k: usize,
        variances: &[T; D],
        frozen: &Frozen<K>,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Result<Outcome, Error> {
        require(k < K, "k", "a component, less than K")?;
        let total = stats.total_weight();
        if !(total > T::ZERO) {
            return Err(Error::EmptyData);
        }
        let floors = self.floors(&Base::Variances(variances), stats)?;
        let (mut outcomes, mut fixed_means, mut others) = ([Outcome::Updated; K], frozen.means, [true; K]);
        if !(stats.moments[k].mass() > self.least_share * total) {
            (outcomes[k], fixed_means[k]) = (Outcome::Starved, true);
        }
        others[k] = frozen.covariances[k];
        let update = CovarianceUpdate {
            moments: &stats.moments,
            means: &gmm.means,
            fixed_means: &fixed_means,
            frozen: &others,
            floors: &floors,
            ridge: self.ridge,
            inner: self.inner,
        };
        C::maximize(&update, &stats.scatters, &mut gmm.factors, &mut outcomes);
        if is_dead(stats, gmm, k) {
            outcomes[k] = Outcome::Dead;
        }
        if !fixed_means[k] && outcomes[k] != Outcome::Kept {
            gmm.means[k] = stats.moments[k].mean;
        }
        gmm.refresh_offset(k);
        Ok(outcomes[k])
    }
}
