//! Accelerated EM: plain passes, and steps along the path that they take.

mod path;

use core::ops::ControlFlow;

use super::em::{Climbed, Course};
use super::fitting::Limits;
use super::method::Method;
use super::{Em, Hook, Iteration, Outcome, Regularizer, Usual};
use crate::covariance::{Covariance, Full};
use crate::error::Error;
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;
use path::Path;

/// So many M-steps are plain before the first extrapolation. Earlier the path still bends, and an extrapolation may lead
/// to another optimum.
const WARM_UP: u32 = 10;

/// After an extrapolation so many M-steps are plain: one to settle, two to see where it goes.
const STEADY: u32 = 3;

/// A fit ends no earlier after one. What a step stirs up fades in the first passes, and hides how slowly the rest fades.
const SETTLED: u32 = 4;

/// By what the largest length of a step grows where it was too small, and shrinks where a step was refused.
const FACTOR: f64 = 4.0;

/// Accelerated EM (SQUAREM: Varadhan & Roland 2008, doi:10.1111/j.1467-9469.2007.00585.x), for fits that need hundreds of
/// passes: memory, and a record. [`Fitting::with_acceleration`](super::Fitting::with_acceleration) takes it, or a reference
/// to it.
///
/// The first ten M-steps are plain. Then, from three models θ₀, θ₁, θ₂ of plain passes in a row, with r = θ₁ − θ₀ and v
/// = θ₂ − θ₁ − r, a step leads to θ₀ + 2αr + α²v in place of θ₂. Its length α = |r|/|v| is 1 for θ₂ itself, and capped:
/// the cap begins at 1, and is multiplied by 4 where a step reaches it and divided by 4 where one is refused. Three
/// plain passes at least follow each step, and as many as they take while their gains look like an arrival. θ holds ln
/// π_k less their mean, means and rows of Cholesky factors in standard deviations of the data, and the logarithms of
/// the factors' diagonals.
///
/// - The likelihood does not fall: where it would, the step is refused, and the fit goes on from θ₂. A refused step costs
///   one E-step, unless its model is out of range, which costs none.
/// - A step keeps what plain passes keep: frozen parameters, dead slots, floors (a ridge counts as one), and what the
///   components of a structure share.
/// - A fit ends by the rule of [`Em::with_tolerance`], on plain passes alone.
///
/// From the same start it may end at another optimum than plain EM, a better or a worse one. On Old Faithful, iris and
/// the smart watch's data, from 29 starts where plain EM is slow, it did so once (1.5e-4 a sample lower). It came within
/// 1e-6 of the limit in fewer passes everywhere else: where plain EM needs 196 to 544, in a third to a quarter of them.
/// It ends up to four tolerances below its limit, where plain EM ends one below.
///
/// It holds three models.
///
/// ```
/// use gaussmix::fit::Acceleration;
/// use gaussmix::{Em, Gmm, init};
///
/// // Two clusters that overlap.
/// let value = |i| f64::from(i * i % 101 + 55 * (i % 2));
/// let data: Vec<[f64; 1]> = (0..400).map(|i| [value(i)]).collect();
/// let mut plain: Gmm<f64, 1, 2> = Gmm::unfitted();
/// init::farthest_first(&mut plain, &data)?;
/// let mut fast = plain.clone();
/// let em = Em::default().with_tolerance(1e-9)?;
/// let slow = em.fit(&mut plain, &data)?;
///
/// let mut acceleration = Acceleration::new();
/// let fit = em.fitting().with_acceleration(&mut acceleration).fit(&mut fast, &data)?;
/// assert!(fit.converged && acceleration.taken() > 0);
/// assert!(fit.iterations < slow.iterations);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[doc(alias("SQUAREM", "Anderson acceleration", "DAAREM"))]
#[derive(Clone, Debug)]
pub struct Acceleration<T: Real, const D: usize, const K: usize, C: Covariance = Full> {
    /// θ₀ and θ₁.
    earlier: [Gmm<T, D, K, C>; 2],
    /// θ₂, while the model in hand is an extrapolation.
    plain: Gmm<T, D, K, C>,
    taken: u32,
    refused: u32,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Acceleration<T, D, K, C> {
    /// Memory for fits of this type.
    #[must_use]
    pub const fn new() -> Self {
        Self { earlier: [Gmm::BLANK; 2], plain: Gmm::BLANK, taken: 0, refused: 0 }
    }

    /// The number of steps taken, of all fits with this memory.
    #[must_use]
    pub fn taken(&self) -> u32 {
        self.taken
    }

    /// The number of steps refused after an E-step, of all fits with this memory: so many E-steps they took in addition to
    /// one for each [iteration](super::Fit::iterations) and one at the end.
    #[must_use]
    pub fn refused(&self) -> u32 {
        self.refused
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Default for Acceleration<T, D, K, C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance, R> Method<T, D, K, C, R>
    for Acceleration<T, D, K, C>
where
    R: Regularizer<T, D, K, C>,
{
    type Course = Strides<T, K>;

    fn begin(gmm: &Gmm<T, D, K, C>) -> Result<Strides<T, K>, Error> {
        let course = Course::from(gmm)?;
        Ok(Strides { course, cap: T::ONE, steady: 0, length: None, least_steady: 0 })
    }

    #[inline]
    fn step(
        &mut self,
        em: &Em<T, R>,
        limits: &Limits<T, D, K>,
        strides: &mut Strides<T, K>,
        gmm: &mut Gmm<T, D, K, C>,
        totals: &SufficientStats<T, D, K, C>,
        observed: Result<(), Error>,
        restart: u32,
        hook: Hook<'_, T>,
    ) -> Climbed<T, K> {
        let Strides { course, cap, steady, length, least_steady } = strides;
        let Course { progress, iteration, .. } = &mut *course;
        let usual = Usual { m_step: &em.m_step, limits };
        let factor = T::narrow(FACTOR);
        let total_weight = totals.total_weight();
        let (mean_log_likelihood, size) = em.m_step.objective(totals.log_likelihood(), gmm, total_weight);
        let gain;
        if let Some(length) = length.take() {
            let before = progress.last().unwrap_or(T::NEG_INFINITY);
            // Written so that a NaN is refused.
            if observed.is_err() || !(mean_log_likelihood >= before) {
                gmm.clone_from(&self.plain);
                self.refused = self.refused.saturating_add(1);
                *cap = (*cap / factor).larger(T::ONE);
                *steady = 0;
                return Ok(ControlFlow::Continue(()));
            }
            self.taken = self.taken.saturating_add(1);
            if length == *cap {
                *cap *= factor;
            }
            progress.jump(mean_log_likelihood, size);
            *least_steady = SETTLED;
            gain = Some(mean_log_likelihood - before);
            *steady = 0;
        } else {
            observed?;
            if !(total_weight > T::ZERO) {
                return Err(Error::EmptyData);
            }
            progress.expect(mean_log_likelihood, size);
            gain = progress.gain();
        }
        let converged = *steady >= *least_steady && progress.is_converged(em.tolerance);
        let flow = hook(&Iteration { restart, iteration: *iteration, mean_log_likelihood, gain });
        if converged || *iteration == em.max_iterations || flow.is_break() {
            let fit = course.report(&limits.frozen, gmm, totals, converged, flow.is_break());
            return Ok(ControlFlow::Break((fit, flow.break_value())));
        }
        let [first, second] = &mut self.earlier;
        first.clone_from(second);
        second.clone_from(gmm);
        let update = usual.maximize(totals, gmm)?;
        progress.maximize(update);
        (*iteration, *steady) = (*iteration + 1, *steady + 1);
        let may_step = *iteration >= WARM_UP && *steady >= STEADY && *iteration < em.max_iterations;
        if may_step && !progress.needs_more(em.tolerance) {
            self.plain.clone_from(gmm);
            let mut frozen = limits.frozen;
            for k in 0..K {
                let is_kept = matches!(update.outcomes[k], Outcome::Starved | Outcome::Kept);
                frozen.covariances[k] |= is_kept && !C::SHARED && !C::COUPLED;
            }
            let path = Path { from: first, to: second, frozen: &frozen };
            match path.extend(*cap, &usual, totals, gmm) {
                Some(found) if found > T::ONE => *length = Some(found),
                Some(_) => {
                    // The plain model is as far as the cap goes.
                    gmm.clone_from(&self.plain);
                    *cap *= factor;
                }
                None => {
                    gmm.clone_from(&self.plain);
                    *cap = (*cap / factor).larger(T::ONE);
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance, R> Method<T, D, K, C, R>
    for &mut Acceleration<T, D, K, C>
where
    R: Regularizer<T, D, K, C>,
{
    type Course = Strides<T, K>;

    fn begin(gmm: &Gmm<T, D, K, C>) -> Result<Strides<T, K>, Error> {
        <Acceleration<T, D, K, C> as Method<T, D, K, C, R>>::begin(gmm)
    }

    #[inline]
    fn step(
        &mut self,
        em: &Em<T, R>,
        limits: &Limits<T, D, K>,
        strides: &mut Strides<T, K>,
        gmm: &mut Gmm<T, D, K, C>,
        totals: &SufficientStats<T, D, K, C>,
        observed: Result<(), Error>,
        restart: u32,
        hook: Hook<'_, T>,
    ) -> Climbed<T, K> {
        (**self).step(em, limits, strides, gmm, totals, observed, restart, hook)
    }
}

/// What an accelerated fit knows between two passes, beside its models.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Strides<T, const K: usize> {
    course: Course<T, K>,
    /// The largest length of a step.
    cap: T,
    /// Plain M-steps since the last extrapolation.
    steady: u32,
    /// The length of the extrapolation that led to the model in hand, if one did.
    length: Option<T>,
    /// So many plain M-steps have to come before the end.
    least_steady: u32,
}
