//! How a fit climbs: the crate's M-steps, the caller's, or accelerated.

use core::fmt;
use core::ops::ControlFlow;

use super::em::{Climbed, Course};
use super::fitting::Limits;
use super::{Base, Em, Fit, Frozen, Hook, MStep, Regularizer, Stop, Terms, Update, is_dead};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;

/// How a fit climbs: [`Plain`], with [M-steps of the caller's](super::Fitting::with_m_step) (a closure), or
/// [accelerated](super::Fitting::with_acceleration). A name for bounds in generic code; its method is internal.
pub trait Method<T: Real, const D: usize, const K: usize, C: Covariance, R = ()> {
    /// Whether M-steps are those of the fit, whose floors refer to the variances of the data.
    #[doc(hidden)]
    const IS_USUAL: bool = true;

    /// What it knows between two passes.
    #[doc(hidden)]
    type Course: Clone + fmt::Debug;

    /// That of a fit that begins from `gmm`.
    #[doc(hidden)]
    fn begin(gmm: &Gmm<T, D, K, C>) -> Result<Self::Course, Error>;

    /// Ends the fit, or takes a step on `gmm`, after a pass that gave `totals`, or was refused.
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments)] // those of `Em::advance`
    fn step(
        &mut self,
        em: &Em<T, R>,
        limits: &Limits<T, D, K>,
        course: &mut Self::Course,
        gmm: &mut Gmm<T, D, K, C>,
        totals: &SufficientStats<T, D, K, C>,
        observed: Result<(), Error>,
        restart: u32,
        hook: Hook<'_, T>,
    ) -> Climbed<T, K>;

    /// Climbs from `gmm`, in place, until the fit ends. `pass` adds the data to empty statistics.
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments)] // as above
    #[inline]
    fn climb(
        &mut self,
        em: &Em<T, R>,
        limits: &Limits<T, D, K>,
        gmm: &mut Gmm<T, D, K, C>,
        totals: &mut SufficientStats<T, D, K, C>,
        mut pass: impl FnMut(&mut SufficientStats<T, D, K, C>, &Gmm<T, D, K, C>) -> Result<(), Error>,
        restart: u32,
        hook: Hook<'_, T>,
    ) -> Result<(Fit<T, K>, Option<Stop>), Error> {
        let mut course = Self::begin(gmm)?;
        loop {
            totals.reset();
            let observed = pass(totals, gmm);
            let step = self.step(em, limits, &mut course, gmm, totals, observed, restart, hook)?;
            if let ControlFlow::Break(end) = step {
                return Ok(end);
            }
        }
    }
}

/// E-steps and the M-steps of [`MStep`] in turn. It is what a fit does unless told otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

impl<T: Real, const D: usize, const K: usize, C: Covariance, R> Method<T, D, K, C, R> for Plain
where
    R: Regularizer<T, D, K, C>,
{
    type Course = Course<T, K>;

    #[inline(always)]
    fn begin(gmm: &Gmm<T, D, K, C>) -> Result<Course<T, K>, Error> {
        Course::from(gmm)
    }

    #[inline(always)]
    fn step(
        &mut self,
        em: &Em<T, R>,
        limits: &Limits<T, D, K>,
        course: &mut Course<T, K>,
        gmm: &mut Gmm<T, D, K, C>,
        totals: &SufficientStats<T, D, K, C>,
        observed: Result<(), Error>,
        restart: u32,
        hook: Hook<'_, T>,
    ) -> Climbed<T, K> {
        observed?;
        let maximize = |usual: &Usual<'_, T, D, K, R>, stats: &_, gmm: &mut _| usual.maximize(stats, gmm);
        em.advance(limits, course, gmm, totals, restart, hook, maximize)
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance, R, F> Method<T, D, K, C, R> for F
where
    R: Regularizer<T, D, K, C>,
    F: FnMut(
        &Usual<'_, T, D, K, R>,
        &SufficientStats<T, D, K, C>,
        &mut Gmm<T, D, K, C>,
    ) -> Result<Update<K>, Error>,
{
    const IS_USUAL: bool = false;
    type Course = Course<T, K>;

    #[inline(always)]
    fn begin(gmm: &Gmm<T, D, K, C>) -> Result<Course<T, K>, Error> {
        Course::from(gmm)
    }

    #[inline(always)]
    fn step(
        &mut self,
        em: &Em<T, R>,
        limits: &Limits<T, D, K>,
        course: &mut Course<T, K>,
        gmm: &mut Gmm<T, D, K, C>,
        totals: &SufficientStats<T, D, K, C>,
        observed: Result<(), Error>,
        restart: u32,
        hook: Hook<'_, T>,
    ) -> Climbed<T, K> {
        observed?;
        em.advance(limits, course, gmm, totals, restart, hook, self)
    }
}

/// The M-step that a fit would make by itself, with its [`MStep`], its frozen parameters and its resolution. A caller's
/// own M-step gets it as its first argument, to follow it or to call it on other statistics.
#[derive(Clone, Copy)]
pub struct Usual<'a, T, const D: usize, const K: usize, R = ()> {
    pub(super) m_step: &'a MStep<T, R>,
    pub(super) limits: &'a Limits<T, D, K>,
}

impl<T: Real, const D: usize, const K: usize, R: fmt::Debug> fmt::Debug for Usual<'_, T, D, K, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Usual").field("m_step", self.m_step).finish_non_exhaustive()
    }
}

impl<T: Real, const D: usize, const K: usize, R> Usual<'_, T, D, K, R> {
    /// [`MStep::maximize_with`], above the floors of the fit.
    ///
    /// # Errors
    /// As [`MStep::maximize`]. The model is then as before.
    #[inline(always)] // it is one call
    pub fn maximize<C: Covariance>(
        &self,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Result<Update<K>, Error>
    where
        R: Regularizer<T, D, K, C>,
    {
        self.maximize_with(&self.limits.frozen, stats, gmm)
    }

    /// The M-step of the fit.
    #[must_use]
    pub fn m_step(&self) -> &MStep<T, R> {
        self.m_step
    }

    /// What the fit leaves as it is.
    #[must_use]
    pub fn frozen(&self) -> &Frozen<K> {
        &self.limits.frozen
    }

    /// [`maximize`](Self::maximize) with this frozen.
    #[inline(always)]
    pub(super) fn maximize_with<C: Covariance>(
        &self,
        frozen: &Frozen<K>,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Result<Update<K>, Error>
    where
        R: Regularizer<T, D, K, C>,
    {
        self.m_step.maximize_on(&Terms { base: &self.base(), frozen, unit: T::ONE }, stats, gmm)
    }

    /// What floors are relative to.
    #[inline(always)]
    pub(super) fn base(&self) -> Base<'_, T, D> {
        Base::Data(self.limits.least.as_ref())
    }

    /// Whether component `k` has so little mass that an M-step leaves its mean.
    pub(super) fn starves<C: Covariance>(
        &self,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &Gmm<T, D, K, C>,
        k: usize,
    ) -> bool {
        is_dead(stats, gmm, k) || !(stats.moments[k].mass() > self.m_step.least_share * stats.total_weight())
    }
}
