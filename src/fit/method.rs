//! How a fit climbs: the crate's M-steps, the caller's, or accelerated.

use core::fmt;

use super::em::Climbed;
use super::fitting::Limits;
use super::{Base, Em, Frozen, Hook, MStep, Regularizer, Terms, Update, is_dead};
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

    /// Climbs from `gmm`, in place, until the fit ends. `pass` adds the data to empty statistics.
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments)] // those of `Em::climb`
    fn climb(
        &mut self,
        em: &Em<T, R>,
        limits: &Limits<T, D, K>,
        gmm: &mut Gmm<T, D, K, C>,
        totals: &mut SufficientStats<T, D, K, C>,
        pass: impl FnMut(&mut SufficientStats<T, D, K, C>, &Gmm<T, D, K, C>) -> Result<(), Error>,
        restart: u32,
        hook: Hook<'_, T>,
    ) -> Climbed<T, K>;
}

/// E-steps and the M-steps of [`MStep`] in turn. It is what a fit does unless told otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

impl<T: Real, const D: usize, const K: usize, C: Covariance, R> Method<T, D, K, C, R> for Plain
where
    R: Regularizer<T, D, K, C>,
{
    #[inline]
    fn climb(
        &mut self,
        em: &Em<T, R>,
        limits: &Limits<T, D, K>,
        gmm: &mut Gmm<T, D, K, C>,
        totals: &mut SufficientStats<T, D, K, C>,
        pass: impl FnMut(&mut SufficientStats<T, D, K, C>, &Gmm<T, D, K, C>) -> Result<(), Error>,
        restart: u32,
        hook: Hook<'_, T>,
    ) -> Climbed<T, K> {
        em.climb(limits, gmm, totals, pass, restart, hook, |usual, stats, gmm| usual.maximize(stats, gmm))
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

    fn climb(
        &mut self,
        em: &Em<T, R>,
        limits: &Limits<T, D, K>,
        gmm: &mut Gmm<T, D, K, C>,
        totals: &mut SufficientStats<T, D, K, C>,
        pass: impl FnMut(&mut SufficientStats<T, D, K, C>, &Gmm<T, D, K, C>) -> Result<(), Error>,
        restart: u32,
        hook: Hook<'_, T>,
    ) -> Climbed<T, K> {
        em.climb(limits, gmm, totals, pass, restart, hook, self)
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
