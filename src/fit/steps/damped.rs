//! M-steps that go part of the way.

use crate::covariance::Covariance;
use crate::error::{Error, require};
use crate::fit::{Update, Usual};
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;

/// Damped M-steps of size η: each is the M-step on (1 − η) · [`from_model`](SufficientStats::from_model) + η ·
/// statistics. With η = 1 it is the usual one. A small η goes slowly, and keeps a component from losing most of its mass
/// or its width in one step.
///
/// It does not lower the likelihood. The model's own statistics are those for which the model is the best, so of the two
/// parts of Q the first cannot rise, and the second, which is that of the data, has to. The steps are natural gradients
/// of size η in the parameters of expectation (Sato 2000; Cappé & Moulines 2009, doi:10.1111/j.1467-9868.2009.00698.x,
/// for streams).
///
/// A step takes the memory of two more `SufficientStats` on the stack.
///
/// ```
/// use gaussmix::fit::Damped;
/// use gaussmix::{Em, Gmm, init};
///
/// let data = [[-2.1], [-1.9], [-2.0], [2.2], [1.7], [2.4]];
/// let mut gmm: Gmm<f64, 1, 2> = Gmm::unfitted();
/// init::farthest_first(&mut gmm, &data)?;
/// let step = Damped::new(0.5)?.step();
/// let fit = Em::default().fitting().with_m_step(step).fit(&mut gmm, &data)?;
/// assert!(fit.converged);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[doc(alias("learning rate", "natural gradient"))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Damped<T> {
    size: T,
}

impl<T: Real> Damped<T> {
    /// Steps of size η = `size`.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless 0 < `size` ≤ 1.
    pub fn new(size: T) -> Result<Self, Error> {
        require(size > T::ZERO && size <= T::ONE, "size", "within (0, 1]")?;
        Ok(Self { size })
    }

    /// The step, for [`Fitting::with_m_step`](crate::fit::Fitting::with_m_step). It may fail as the usual M-step, and
    /// with [`Error::SumsOutOfRange`] where the model's own statistics leave the range of sums.
    #[allow(clippy::type_complexity)] // a closure as `with_m_step` takes it
    pub fn step<const D: usize, const K: usize, C: Covariance>(
        self,
    ) -> impl Fn(
        &Usual<'_, T, D, K>,
        &SufficientStats<T, D, K, C>,
        &mut Gmm<T, D, K, C>,
    ) -> Result<Update<K>, Error>
    + Copy {
        move |usual, stats, gmm| {
            if self.size == T::ONE {
                return usual.maximize(stats, gmm);
            }
            let kept = (T::ONE - self.size) * stats.total_weight();
            let mut blend = SufficientStats::from_model(gmm, kept)?;
            let mut part = stats.clone();
            part.discount(self.size)?;
            blend.merge(&part);
            usual.maximize(&blend, gmm)
        }
    }
}
