//! The step sizes of stepwise EM.

use crate::error::{Error, require};
use crate::real::Real;

/// The step g_t of stepwise EM: the share of the statistics that the t-th sample (or batch) replaces.
///
/// A [constant](StepSize::constant) step forgets: the statistics are an exponentially weighted mean over about 1/g
/// samples, so the model follows a stream that changes, and never settles. [Decaying](StepSize::decaying) steps
/// (t + t₀)^−α settle on a stream that does not change (Robbins & Monro 1951, doi:10.1214/aoms/1177729586).
///
/// Constant steps, and decaying ones with α < 1, weigh late samples more than early ones. Of a *sorted* stream little
/// but the last clusters remains. Shuffle it, take α = 1 or batches that mix it, or gather and
/// [merge](crate::SufficientStats::merge) statistics, which weigh all samples alike.
///
/// A step above 0 but below 64 ε (7.6e-6 in `f32`, 1.4e-14 in `f64`) is raised to 64 ε, since a smaller step would be
/// lost in rounding. A decaying step in `f32` thus becomes constant: with α = 0.6 after 3·10⁸ samples, with α = 1 after
/// 130,000. A step of 0 changes nothing.
///
/// These steps are for a sample of weight 1. If g·w < 64 ε for a weight w, scatters stop changing (means and masses do
/// not). Pass such samples in batches.
///
/// ```
/// use gaussmix::stream::StepSize;
///
/// let step: StepSize<f64> = StepSize::decaying(0.6, 2.0)?;
/// assert!((step.at(1) - 3f64.powf(-0.6)).abs() < 1e-15);
/// assert_eq!(StepSize::constant(0.0)?.at(1), 0.0_f32);
/// assert_eq!(StepSize::constant(1e-9)?.at(1), 64.0 * f32::EPSILON);
/// assert!(StepSize::decaying(0.5, 2.0_f32).is_err());
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StepSize<T>(pub(crate) Schedule<T>);

/// How the step depends on t.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum Schedule<T> {
    /// The same for ever.
    Constant(T),
    /// (t + t₀)^−α
    Decaying {
        /// α
        alpha: T,
        /// t₀
        t0: T,
    },
}

impl<T: Real> Default for StepSize<T> {
    /// A constant step of 0.005: a memory of 200 samples.
    fn default() -> Self {
        Self(Schedule::Constant(T::narrow(0.005)))
    }
}

impl<T: Real> StepSize<T> {
    /// Steps of 0, which change nothing.
    pub const ZERO: Self = Self(Schedule::Constant(T::ZERO));

    /// The same step for ever.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless 0 ≤ `step` < 1.
    pub fn constant(step: T) -> Result<Self, Error> {
        require(step >= T::ZERO && step < T::ONE, "step", "within [0, 1)")?;
        Ok(Self(Schedule::Constant(step)))
    }

    /// (t + t₀)^−α for t = 1, 2, … With α = 1 and t₀ = n, the statistics are the mean over the samples so far and a
    /// start that counts for n samples. A smaller α forgets the start, which came from a worse model; combine it with
    /// [averaging](crate::stream::Average). It forgets the first clusters of a sorted stream, too.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless ½ < `alpha` ≤ 1 and 0 ≤ `t0` < ∞.
    pub fn decaying(alpha: T, t0: T) -> Result<Self, Error> {
        require(alpha > T::HALF && alpha <= T::ONE, "alpha", "within (1/2, 1]")?;
        require(t0 >= T::ZERO && t0 < T::INFINITY, "t0", "finite, 0 or more")?;
        Ok(Self(Schedule::Decaying { alpha, t0 }))
    }

    /// g_t, for t from 1: the same bits on every target.
    #[must_use]
    pub fn at(&self, t: u64) -> T {
        let step = match self.0 {
            Schedule::Constant(step) if step == T::ZERO => return step,
            Schedule::Constant(step) => step,
            Schedule::Decaying { alpha, t0 } => {
                // t = 0 with t₀ = 0 counts as t = 1.
                let age = (T::from_count(t) + t0).larger(T::ONE);
                if alpha == T::ONE { T::ONE / age } else { (-alpha * age.natural_log()).exp_nonpositive() }
            }
        };
        step.larger(Self::least())
    }

    /// 64 ε
    #[inline(always)]
    pub(crate) fn least() -> T {
        T::narrow(64.0) * T::EPSILON
    }
}
