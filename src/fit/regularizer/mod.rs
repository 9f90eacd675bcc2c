//! What an M-step weighs beside the likelihood.

mod map;
mod prior;
mod ratio;

pub use prior::{Prior, adapt};
pub use ratio::EigenvalueRatio;

use super::{Base, Frozen, Update};
use crate::covariance::{Covariance, CovarianceUpdate, Floors, Outcome};
use crate::error::Error;
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;

/// What an M-step weighs beside the likelihood, as the last parameter of [`MStep`](crate::MStep), [`Em`](crate::Em),
/// [`Fitting`](super::Fitting), [`OnlineEm`](crate::OnlineEm) and [`ColdStart`](crate::select::ColdStart):
///
/// - `()`: nothing, as by default.
/// - [`Prior`]: a prior on all parameters, or a trained model.
/// - [`EigenvalueRatio`]: a bound on how far eigenvalues lie apart.
/// - `&R`: one that lies elsewhere, in flash say.
/// - `(A, B)`: both. `A` makes its M-step around that of `B`.
///
/// All drivers make their M-steps through [`MStep`](crate::MStep), which takes it by
/// [`with_regularizer`](crate::MStep::with_regularizer). The trait is *sealed*: these are all its types. Write generic
/// code with the bound `R: Regularizer<T, D, K, C>`.
///
/// Two priors on the same parameters do not compile, nor do two ratios:
/// ```compile_fail,E0080
/// # use gaussmix::{Gmm, MStep, SufficientStats, fit::Prior};
/// let prior: Prior<f64, 1, 1> = Prior::from_data(&[[1.0], [2.0]])?;
/// let m_step = MStep::exact().with_regularizer((&prior, &prior));
/// let stats: SufficientStats<f64, 1, 1> = SufficientStats::new();
/// m_step.maximize(&stats, &mut Gmm::unfitted())?;
/// # Ok::<(), gaussmix::Error>(())
/// ```
/// ```compile_fail,E0080
/// # use gaussmix::{Gmm, MStep, SufficientStats, fit::EigenvalueRatio};
/// let ratio = EigenvalueRatio::new(3.0)?;
/// let m_step = MStep::exact().with_regularizer((ratio, ratio));
/// let stats: SufficientStats<f64, 1, 1> = SufficientStats::new();
/// m_step.maximize(&stats, &mut Gmm::unfitted())?;
/// # Ok::<(), gaussmix::Error>(())
/// ```
pub trait Regularizer<T: Real, const D: usize, const K: usize, C: Covariance>: sealed::Sealed {
    /// Whether it has a prior density ln p(θ), which a fit adds to ℓ.
    const HAS_PRIOR: bool = false;

    /// Whether M-steps are those of maximum likelihood, whose factors a run may update without one.
    #[doc(hidden)]
    const IS_PLAIN: bool = false;

    /// Whether it estimates covariances in its own way. Relative floors are then off.
    #[doc(hidden)]
    const CONSTRAINS: bool = false;

    /// Which units of the data it allows.
    #[doc(hidden)]
    const UNITS: Units = Units::Any;

    /// Whether it keeps every variance above 0, without floors.
    #[doc(hidden)]
    fn props_variances(&self) -> bool {
        Self::CONSTRAINS
    }

    /// ln p(θ), but for a constant, and the sum of the sizes of its terms. Only called if there is a prior.
    #[doc(hidden)]
    fn ln_prior(&self, _gmm: &Gmm<T, D, K, C>) -> (T, T) {
        (T::ZERO, T::ZERO)
    }

    /// Makes an M-step around `next`, which is the step inside this one: the usual step, if it is the innermost.
    #[doc(hidden)]
    #[inline(always)]
    fn maximize(
        &self,
        terms: &Terms<'_, T, D, K>,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
        next: impl FnOnce(
            &Terms<'_, T, D, K>,
            &SufficientStats<T, D, K, C>,
            &mut Gmm<T, D, K, C>,
        ) -> Result<Update<K>, Error>,
    ) -> Result<Update<K>, Error> {
        next(terms, stats, gmm)
    }

    /// The covariances' part of the usual step.
    ///
    /// # Errors
    /// Nothing is done then.
    #[doc(hidden)]
    #[inline(always)]
    fn covariances(
        &self,
        update: &CovarianceUpdate<'_, T, D, K>,
        scatters: &C::Scatters<T, D, K>,
        factors: &mut C::Factors<T, D, K>,
        outcomes: &mut [Outcome; K],
    ) -> Result<(), Error> {
        C::maximize(update, scatters, factors, outcomes);
        Ok(())
    }

    /// Brings the covariances of a model into the constraint, if there is one. `None` if that is not possible.
    #[doc(hidden)]
    fn restore(&self, _floors: &Floors<T, D>, _frozen: &[bool; K], _gmm: &mut Gmm<T, D, K, C>) -> Option<()> {
        Some(())
    }
}

/// Which units of the data a regularizer allows.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Units {
    /// Any: each feature may be scaled by itself.
    Any,
    /// All features may be scaled alike.
    Common,
    /// Those that it was made for.
    Own,
}

impl Units {
    /// Those that two regularizers allow.
    const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Own, _) | (_, Self::Own) => Self::Own,
            (Self::Common, _) | (_, Self::Common) => Self::Common,
            (Self::Any, Self::Any) => Self::Any,
        }
    }
}

/// What an M-step is given beside statistics and a model.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a, T, const D: usize, const K: usize> {
    /// What relative floors are relative to.
    pub(crate) base: &'a Base<'a, T, D>,
    pub(crate) frozen: &'a Frozen<K>,
    /// The mass of one sample in the statistics: 1, or, in a run, whose statistics have mass 1, the step g_t.
    pub(crate) unit: T,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Regularizer<T, D, K, C> for () {
    const IS_PLAIN: bool = true;
}

impl<T: Real, const D: usize, const K: usize, C: Covariance, R> Regularizer<T, D, K, C> for &R
where
    R: Regularizer<T, D, K, C>,
{
    const HAS_PRIOR: bool = R::HAS_PRIOR;
    const IS_PLAIN: bool = R::IS_PLAIN;
    const CONSTRAINS: bool = R::CONSTRAINS;
    const UNITS: Units = R::UNITS;

    fn props_variances(&self) -> bool {
        (**self).props_variances()
    }

    fn ln_prior(&self, gmm: &Gmm<T, D, K, C>) -> (T, T) {
        (**self).ln_prior(gmm)
    }

    fn maximize(
        &self,
        terms: &Terms<'_, T, D, K>,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
        next: impl FnOnce(
            &Terms<'_, T, D, K>,
            &SufficientStats<T, D, K, C>,
            &mut Gmm<T, D, K, C>,
        ) -> Result<Update<K>, Error>,
    ) -> Result<Update<K>, Error> {
        (**self).maximize(terms, stats, gmm, next)
    }

    fn covariances(
        &self,
        update: &CovarianceUpdate<'_, T, D, K>,
        scatters: &C::Scatters<T, D, K>,
        factors: &mut C::Factors<T, D, K>,
        outcomes: &mut [Outcome; K],
    ) -> Result<(), Error> {
        (**self).covariances(update, scatters, factors, outcomes)
    }

    fn restore(&self, floors: &Floors<T, D>, frozen: &[bool; K], gmm: &mut Gmm<T, D, K, C>) -> Option<()> {
        (**self).restore(floors, frozen, gmm)
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance, A, B> Regularizer<T, D, K, C> for (A, B)
where
    A: Regularizer<T, D, K, C>,
    B: Regularizer<T, D, K, C>,
{
    const HAS_PRIOR: bool = A::HAS_PRIOR || B::HAS_PRIOR;
    const IS_PLAIN: bool = A::IS_PLAIN && B::IS_PLAIN;
    const CONSTRAINS: bool = {
        assert!(!(A::CONSTRAINS && B::CONSTRAINS), "two constraints on the same covariances");
        A::CONSTRAINS || B::CONSTRAINS
    };
    const UNITS: Units = A::UNITS.and(B::UNITS);

    fn props_variances(&self) -> bool {
        self.0.props_variances() || self.1.props_variances()
    }

    fn ln_prior(&self, gmm: &Gmm<T, D, K, C>) -> (T, T) {
        if A::HAS_PRIOR { self.0.ln_prior(gmm) } else { self.1.ln_prior(gmm) }
    }

    fn maximize(
        &self,
        terms: &Terms<'_, T, D, K>,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
        next: impl FnOnce(
            &Terms<'_, T, D, K>,
            &SufficientStats<T, D, K, C>,
            &mut Gmm<T, D, K, C>,
        ) -> Result<Update<K>, Error>,
    ) -> Result<Update<K>, Error> {
        const { assert!(!(A::HAS_PRIOR && B::HAS_PRIOR), "two priors on the same parameters") }
        let (outer, inner) = self;
        outer.maximize(terms, stats, gmm, |terms, stats, gmm| inner.maximize(terms, stats, gmm, next))
    }

    fn covariances(
        &self,
        update: &CovarianceUpdate<'_, T, D, K>,
        scatters: &C::Scatters<T, D, K>,
        factors: &mut C::Factors<T, D, K>,
        outcomes: &mut [Outcome; K],
    ) -> Result<(), Error> {
        if A::CONSTRAINS {
            self.0.covariances(update, scatters, factors, outcomes)
        } else {
            self.1.covariances(update, scatters, factors, outcomes)
        }
    }

    fn restore(&self, floors: &Floors<T, D>, frozen: &[bool; K], gmm: &mut Gmm<T, D, K, C>) -> Option<()> {
        self.0.restore(floors, frozen, gmm)?;
        self.1.restore(floors, frozen, gmm)
    }
}

mod sealed {
    use super::{Covariance, Prior, Real};

    pub trait Sealed {}
    impl Sealed for () {}
    impl<R> Sealed for &R {}
    impl<T: Real, const D: usize, const K: usize, C: Covariance> Sealed for Prior<T, D, K, C> {}
    impl<A, B> Sealed for (A, B) {}
}
