//! Whether M-steps raise what they should.

use crate::covariance::Covariance;
use crate::error::{Error, require};
use crate::fit::{Update, Usual};
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;

/// Checks M-steps of a caller: it computes [Q](SufficientStats::expected_log_likelihood) before and after each, and
/// counts those that lowered it. It stops nothing, because not every step that lowers Q is wrong: one under a prior
/// raises Q plus the prior, and the first under a constraint has to enter it.
///
/// As a `debug_assert`, it checks in builds with debug assertions only; without, the step is all that runs. With
/// [`always`](Self::always) it checks in every build. The two values of Q take about as long as an M-step.
///
/// ```
/// use gaussmix::fit::Watch;
/// use gaussmix::{Em, Gmm, init};
///
/// let data = [[-2.1], [-1.9], [-2.0], [2.2], [1.7], [2.4]];
/// let mut gmm: Gmm<f64, 1, 2> = Gmm::unfitted();
/// init::farthest_first(&mut gmm, &data)?;
/// let mut watch = Watch::new().always();
/// let step = watch.over(|usual, stats, gmm| usual.maximize(stats, gmm));
/// let fit = Em::default().fitting().with_m_step(step).fit(&mut gmm, &data)?;
/// assert_eq!((watch.checked(), watch.lowered()), (fit.iterations, 0));
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Watch<T> {
    tolerance: T,
    always: bool,
    checked: u32,
    lowered: u32,
    largest_fall: T,
}

impl<T: Real> Default for Watch<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Real> Watch<T> {
    /// Has checked nothing. Q/Σw may fall by √ε·max(1, |Q/Σw|) before a fall counts: 1.5e-8 in `f64`, 3.5e-4 in `f32`.
    /// Rounding alone is far below that, unless a covariance is nearly singular.
    #[must_use]
    pub fn new() -> Self {
        let tolerance = T::EPSILON.root();
        Self { tolerance, always: false, checked: 0, lowered: 0, largest_fall: T::ZERO }
    }

    /// Checks in every build.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.always = true;
        self
    }

    /// How far Q/Σw may fall, times max(1, |Q/Σw|), before a fall counts.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if it is negative or NaN.
    pub fn with_tolerance(mut self, tolerance: T) -> Result<Self, Error> {
        require(tolerance >= T::ZERO, "tolerance", "0 or more")?;
        self.tolerance = tolerance;
        Ok(self)
    }

    /// `step` under watch, for [`Fitting::with_m_step`](crate::fit::Fitting::with_m_step).
    #[allow(clippy::type_complexity)] // a closure as `with_m_step` takes it
    pub fn over<F, const D: usize, const K: usize, C: Covariance>(
        &mut self,
        mut step: F,
    ) -> impl FnMut(
        &Usual<'_, T, D, K>,
        &SufficientStats<T, D, K, C>,
        &mut Gmm<T, D, K, C>,
    ) -> Result<Update<K>, Error>
    where
        F: FnMut(
            &Usual<'_, T, D, K>,
            &SufficientStats<T, D, K, C>,
            &mut Gmm<T, D, K, C>,
        ) -> Result<Update<K>, Error>,
    {
        move |usual, stats, gmm| {
            if !(cfg!(debug_assertions) || self.always) {
                return step(usual, stats, gmm);
            }
            let before = stats.expected_log_likelihood(gmm);
            let update = step(usual, stats, gmm)?;
            self.compare(before, stats.expected_log_likelihood(gmm), stats.total_weight());
            Ok(update)
        }
    }

    fn compare(&mut self, before: T, after: T, total_weight: T) {
        self.checked = self.checked.saturating_add(1);
        let fall = (before - after) / total_weight;
        let scale = (before / total_weight).abs().larger(T::ONE);
        // From −∞ there is no fall. Written so that a NaN counts.
        if before > T::NEG_INFINITY && !(fall <= self.tolerance * scale) {
            self.lowered = self.lowered.saturating_add(1);
            self.largest_fall = if fall <= self.largest_fall { self.largest_fall } else { fall };
        }
    }

    /// The number of M-steps checked, of all fits.
    #[must_use]
    pub fn checked(&self) -> u32 {
        self.checked
    }

    /// How many of these lowered Q.
    #[must_use]
    pub fn lowered(&self) -> u32 {
        self.lowered
    }

    /// The largest of their falls, of Q/Σw. 0 if there was none.
    #[must_use]
    pub fn largest_fall(&self) -> T {
        self.largest_fall
    }
}
