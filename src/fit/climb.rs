//! A fit whose passes the caller makes.

use core::fmt;
use core::ops::ControlFlow;

use super::{Fit, Fitting, Iteration, Method, NoHook, Plain, Regularizer, Stop};
use crate::covariance::{Covariance, Full};
use crate::error::Error;
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;

/// A fit whose passes the caller makes, each in its own time: by a query to a database, on other machines, or one sample
/// at a time with a [`Pass`](super::Pass). [`Fitting::begin`] makes it.
///
/// After each pass the caller hands the statistics to [`step`](Self::step), which ends the fit or changes the model for
/// the next pass. The models are those of [`Fitting::fit`], bit for bit, if the statistics are.
///
/// What a step does depends only on the start, the options and the statistics of all passes so far. Who keeps these can
/// repeat a fit up to where it broke off, without a pass over the data.
///
/// ```
/// use core::ops::ControlFlow;
/// use gaussmix::{Em, Gmm, SufficientStats, init};
///
/// let data = [[-2.1], [-1.9], [-2.0], [2.2], [1.7], [2.4]];
/// let mut gmm: Gmm<f64, 1, 2> = Gmm::unfitted();
/// init::farthest_first(&mut gmm, &data)?;
/// let mut whole = gmm.clone();
///
/// let mut climb = Em::default().fitting().begin(&gmm)?;
/// let fit = loop {
///     // Two parts of the data, as two machines have them.
///     let (mut stats, mut other) = (SufficientStats::new(), SufficientStats::new());
///     stats.observe_all(&gmm, &data[..3])?;
///     other.observe_all(&gmm, &data[3..])?;
///     stats.merge(&other);
///     if let ControlFlow::Break(fit) = climb.step(&stats, &mut gmm)? {
///         break fit;
///     }
/// };
/// assert!(fit.converged);
/// assert_eq!(Em::default().fit(&mut whole, &data)?.iterations, fit.iterations);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[doc(alias("distributed", "partial_fit", "map-reduce"))]
pub struct Climb<
    'a,
    T: Real,
    const D: usize,
    const K: usize,
    C: Covariance = Full,
    H = NoHook<T>,
    M: Method<T, D, K, C, R> = Plain,
    R: Regularizer<T, D, K, C> = (),
> {
    fitting: Fitting<'a, T, D, K, C, H, M, R>,
    course: M::Course,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance, H, M, R> fmt::Debug
    for Climb<'_, T, D, K, C, H, M, R>
where
    M: Method<T, D, K, C, R>,
    R: Regularizer<T, D, K, C>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Climb").field("course", &self.course).finish_non_exhaustive()
    }
}

impl<'a, T: Real, const D: usize, const K: usize, C: Covariance, H, M, R> Fitting<'a, T, D, K, C, H, M, R>
where
    H: FnMut(&Iteration<T>) -> ControlFlow<Stop>,
    M: Method<T, D, K, C, R>,
    R: Regularizer<T, D, K, C>,
{
    /// Begins a fit from `gmm` whose passes the caller makes. A workspace is not used.
    ///
    /// [`fit`](Self::fit) looks, before its first pass, whether a feature that some samples lack is constant in the others.
    /// That is the caller's to do here, where samples lack features.
    ///
    /// # Errors
    /// [`Error::Unfitted`]
    pub fn begin(self, gmm: &Gmm<T, D, K, C>) -> Result<Climb<'a, T, D, K, C, H, M, R>, Error> {
        let course = M::begin(gmm)?;
        Ok(Climb { fitting: self, course })
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance, H, M, R> Climb<'_, T, D, K, C, H, M, R>
where
    H: FnMut(&Iteration<T>) -> ControlFlow<Stop>,
    M: Method<T, D, K, C, R>,
    R: Regularizer<T, D, K, C>,
{
    /// What follows the pass over all data that gave `stats` under `gmm`: the end of the fit, with its report, or an M-step
    /// on `gmm`. After the end, a further step is one of the fit as if it had not ended.
    ///
    /// # Errors
    /// [`Error::EmptyData`], or as [`MStep::maximize`](crate::MStep::maximize). The model is then as before.
    pub fn step(
        &mut self,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Result<ControlFlow<Fit<T, K>>, Error> {
        let Fitting { em, limits, hook, method, .. } = &mut self.fitting;
        let step = method.step(em, limits, &mut self.course, gmm, stats, Ok(()), 0, hook)?;
        Ok(match step {
            ControlFlow::Continue(()) => ControlFlow::Continue(()),
            ControlFlow::Break((fit, _)) => ControlFlow::Break(fit),
        })
    }
}
