//! What a log says of a run.

use super::OnlineEm;
use crate::covariance::Covariance;
use crate::real::Real;

/// Steps taken, the size of the next, and the model.
impl<T: Real + defmt::Format, const D: usize, const K: usize, C: Covariance, R> defmt::Format
    for OnlineEm<T, D, K, C, R>
{
    fn format(&self, f: defmt::Formatter<'_>) {
        let next = self.step.at(self.t.saturating_add(1));
        defmt::write!(f, "{=u64} steps, the next of {}; {}", self.t, next, self.gmm);
    }
}
