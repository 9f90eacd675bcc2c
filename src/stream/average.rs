//! Polyak–Ruppert averaging of statistics.

use super::StepSize;
use super::blend::Blend;
use crate::covariance::{Covariance, Full};
use crate::real::Real;
use crate::statistics::SufficientStats;

/// The mean of the statistics of a stepwise run.
///
/// The statistics of an [`OnlineEm`](crate::OnlineEm) run fluctuate, mostly with the noise of the last samples, and
/// averaging removes this noise (Polyak & Juditsky 1992, doi:10.1137/0330046; Cappé & Moulines 2009, section 3.2). With
/// steps (t + t₀)^−α, ½ < α < 1, the averaged estimate is as good as any estimate from the same samples can be. Without
/// averaging, the last 1/g samples decide. Averaging is for streams that do not change.
///
/// An average is a separate value, since it takes as much memory as the run's statistics and few streams need it. Start
/// it once the run is near its solution: everything before would become part of the mean. It averages centred
/// statistics, by the rule for merging: in floating point, averaged raw moments may belong to no covariance at all.
///
/// ```
/// use gaussmix::stream::{Average, StepSize};
/// use gaussmix::{Gmm, MStep, OnlineEm};
///
/// let gmm: Gmm<f64, 1, 2> = Gmm::new([0.5, 0.5], [[-1.0], [2.0]], [[[0.5]].into(); 2])?;
/// let mut online = OnlineEm::new(gmm, StepSize::decaying(0.6, 2.0)?)?.with_warm_up(8);
/// let mut average = Average::new();
/// for pass in 0..100 {
///     for x in [[-2.2], [1.9], [-1.8], [2.3], [-2.1], [2.0]] {
///         online.observe(x)?;
///         if pass >= 20 {
///             average.observe(online.statistics());
///         }
///     }
/// }
/// let mut averaged = online.model().clone();
/// MStep::default().maximize(average.statistics(), &mut averaged)?;
/// assert!((averaged.means()[0][0] + 2.033).abs() < 1e-2);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Average<T: Real, const D: usize, const K: usize, C: Covariance = Full> {
    pub(crate) stats: SufficientStats<T, D, K, C>,
    pub(crate) count: u64,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Average<T, D, K, C> {
    /// An average of no statistics.
    #[must_use]
    pub const fn new() -> Self {
        Self { stats: SufficientStats::new(), count: 0 }
    }

    /// Adds statistics to the mean, whatever their mass. Empty statistics are ignored, and so are those faded to less
    /// than 10⁻²⁹ (`f32`) or 10⁻²⁹⁹ (`f64`).
    ///
    /// From number 1/(64 ε) on (131,072 in `f32`), each replaces the share 64 ε of the mean, which then forgets the
    /// oldest.
    pub fn observe(&mut self, stats: &SufficientStats<T, D, K, C>) {
        if !(stats.total_weight() > T::ONE / T::LARGEST_SQUARE) {
            return;
        }
        self.count = self.count.saturating_add(1);
        let (share, least) = (T::ONE / T::from_count(self.count), StepSize::<T>::least());
        if let Some(blend) = Blend::new(share.larger(least), 0) {
            self.stats.approach(&Blend { least_noise: T::ZERO, ..blend }, stats);
        }
        self.stats.count = stats.count;
    }

    /// The averaged statistics, of mass 1, for [`MStep::maximize`](crate::MStep::maximize).
    #[must_use]
    pub fn statistics(&self) -> &SufficientStats<T, D, K, C> {
        &self.stats
    }

    /// How many statistics were added.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Goes back to an average of no statistics.
    pub fn reset(&mut self) {
        self.stats.reset();
        self.count = 0;
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Default for Average<T, D, K, C> {
    fn default() -> Self {
        Self::new()
    }
}
