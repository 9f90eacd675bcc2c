//! The M-step: from statistics to parameters.

use super::regularizer::{Regularizer, Terms};
use super::{EigenvalueRatio, Frozen, Update};
use crate::covariance::{Covariance, CovarianceUpdate, Floors, Inner, Outcome, Shape};
use crate::error::{Error, require};
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;

/// The M-step: mixing weights W_k/W, means m_k, and covariances S_k/W_k or those of the structure. All are maximum
/// likelihood estimates given the responsibilities (Dempster, Laird & Rubin 1977; for the structures Celeux & Govaert
/// 1995, doi:10.1016/0031-3203(94)00125-6). All have a closed form, except for [`Vei`](crate::covariance::Vei),
/// [`Vee`](crate::covariance::Vee), [`Vev`](crate::covariance::Vev), [`Vve`](crate::covariance::Vve) and
/// [`Eve`](crate::covariance::Eve), which iterate.
///
/// By default a floor relative to the data keeps variances from collapsing. Let s_j² be the variance of feature j over
/// all components and ε = [`Real::RELATIVE_FLOOR`]. A diagonal variance is at least ε s_j², and a spherical variance at
/// least the mean of these. A full covariance Σ, own or tied, is at least F, the diagonal matrix of all ε s_j²: aᵀΣa ≥
/// aᵀFa for every a, so that no sum of features collapses either; of all such matrices it is the one with the largest
/// likelihood. A relative floor does not depend on units, nor on the order of features. [`exact`](MStep::exact) has no
/// floor and is pure maximum likelihood. A bound on the [ratio of eigenvalues](Self::with_eigenvalue_ratio) takes the
/// place of relative floors.
///
/// A component keeps its mean and covariance (except for a part that components share) if it has no mass (at most the
/// [least share](MStep::with_least_share) of the total) or if its new covariance is not positive definite. The
/// [`Update`] reports that.
///
/// ```
/// use gaussmix::{Gmm, MStep, SufficientStats};
///
/// let mut gmm: Gmm<f64, 1, 2> = Gmm::new([0.5, 0.5], [[-1.0], [1.0]], [[[1.0]].into(); 2])?;
/// let mut stats = SufficientStats::new();
/// stats.observe_all(&gmm, [[-2.0], [-1.5], [1.0], [2.5]])?;
/// let update = MStep::default().maximize(&stats, &mut gmm)?;
/// assert!(update.is_healthy());
/// assert!(gmm.means()[0][0] < -1.0 && gmm.means()[1][0] > 1.0);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[doc(alias("mstep"))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MStep<T, R = ()> {
    pub(crate) relative_floor: T,
    pub(crate) absolute_floor: T,
    pub(crate) ridge: T,
    pub(crate) least_share: T,
    pub(crate) inner: Inner<T>,
    pub(crate) regularizer: R,
}

impl<T: Real> Default for MStep<T> {
    /// [`MStep::DEFAULT`]
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<T: Real> MStep<T> {
    /// The relative floor [`Real::RELATIVE_FLOOR`], nothing else.
    pub const DEFAULT: Self = Self { relative_floor: T::RELATIVE_FLOOR, ..Self::exact() };

    /// Maximum likelihood without any floor. A pass with it never lowers the likelihood.
    #[must_use]
    pub const fn exact() -> Self {
        Self {
            relative_floor: T::ZERO,
            absolute_floor: T::ZERO,
            ridge: T::ZERO,
            least_share: T::EPSILON,
            inner: Inner { tolerance: T::INNER_TOLERANCE, cap: 50 },
            regularizer: (),
        }
    }

    /// No eigenvalue of a covariance is more than `ratio` times another, over all components, in place of floors
    /// relative to the data: [`EigenvalueRatio`] says what that means.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless `ratio` is 1 or more.
    pub fn with_eigenvalue_ratio(self, ratio: T) -> Result<MStep<T, EigenvalueRatio<T>>, Error> {
        Ok(self.with_regularizer(EigenvalueRatio::new(ratio)?))
    }
}

impl<T: Real, R> MStep<T, R> {
    /// What M-steps weigh beside the likelihood from now on, in place of what they did before.
    #[must_use]
    pub const fn with_regularizer<S>(self, regularizer: S) -> MStep<T, S> {
        let Self { relative_floor, absolute_floor, ridge, least_share, inner, .. } = self;
        core::mem::forget(self); // a `const` function drops no `R`, and no regularizer needs it
        MStep { relative_floor, absolute_floor, ridge, least_share, inner, regularizer }
    }

    /// What M-steps weigh beside the likelihood.
    #[must_use]
    pub const fn regularizer(&self) -> &R {
        &self.regularizer
    }

    /// ln p(θ) of a model under the [prior](Regularizer), but for a constant; 0 without a prior. A fit raises ℓ plus
    /// this.
    #[doc(alias("MAP"))]
    pub fn log_prior<const D: usize, const K: usize, C: Covariance>(&self, gmm: &Gmm<T, D, K, C>) -> T
    where
        R: Regularizer<T, D, K, C>,
    {
        if R::HAS_PRIOR { self.regularizer.ln_prior(gmm).0 } else { T::ZERO }
    }

    /// What a fit raises: ℓ, plus ln p(θ) if there is a prior; and the sum of the sizes of all terms. Both over `total`.
    #[inline(always)]
    pub(super) fn objective<const D: usize, const K: usize, C: Covariance>(
        &self,
        log_likelihood: T,
        gmm: &Gmm<T, D, K, C>,
        total: T,
    ) -> (T, T)
    where
        R: Regularizer<T, D, K, C>,
    {
        let nothing = (-T::ZERO, -T::ZERO); // x + −0 is x
        let (log_prior, size) = if R::HAS_PRIOR { self.regularizer.ln_prior(gmm) } else { nothing };
        let objective = log_likelihood + log_prior;
        (objective / total, (log_likelihood.abs() + size).larger(objective.abs()) / total)
    }

    /// A floor on variances, as a share of each feature's variance in the data. 0 turns it off.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if it is negative, infinite or NaN.
    pub fn with_relative_floor(mut self, floor: T) -> Result<Self, Error> {
        self.relative_floor = checked(floor, "relative_floor")?;
        Ok(self)
    }

    /// A floor on variances (on eigenvalues, for a full covariance) in the squared unit of the data. It also allows
    /// constant features.
    ///
    /// # Errors
    /// As [`with_relative_floor`](Self::with_relative_floor).
    #[doc(alias("min_covar"))]
    pub fn with_absolute_floor(mut self, floor: T) -> Result<Self, Error> {
        self.absolute_floor = checked(floor, "absolute_floor")?;
        Ok(self)
    }

    /// A constant added to the diagonal of every new covariance (scikit-learn's `reg_covar`). It allows constant
    /// features. It biases all variances, and a pass may lower the likelihood by about as much.
    ///
    /// # Errors
    /// As [`with_relative_floor`](Self::with_relative_floor).
    #[doc(alias("reg_covar"))]
    pub fn with_ridge(mut self, ridge: T) -> Result<Self, Error> {
        self.ridge = checked(ridge, "ridge")?;
        Ok(self)
    }

    /// A component starves if its share of the total mass is at most this. The default is the machine epsilon. With 0,
    /// only components without mass starve.
    ///
    /// # Errors
    /// As [`with_relative_floor`](Self::with_relative_floor).
    pub fn with_least_share(mut self, share: T) -> Result<Self, Error> {
        self.least_share = checked(share, "least_share")?;
        Ok(self)
    }

    /// The tolerance of iterations within the M-step, for structures without a closed form. They end when the relative
    /// change of what they improve is at most this. The default is 1024 ε.
    ///
    /// # Errors
    /// As [`with_relative_floor`](Self::with_relative_floor).
    pub fn with_inner_tolerance(mut self, tolerance: T) -> Result<Self, Error> {
        self.inner.tolerance = checked(tolerance, "inner_tolerance")?;
        Ok(self)
    }

    /// The cap on iterations within the M-step, 50 by default. It is no error to end there: the likelihood does not
    /// fall, and [`Outcome::Improved`] reports it.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if it is 0.
    pub fn with_inner_iterations(mut self, cap: u32) -> Result<Self, Error> {
        require(cap > 0, "inner_iterations", "1 or more")?;
        self.inner.cap = cap;
        Ok(self)
    }

    /// Replaces the parameters of `gmm`, in place, by those that maximise the expected log-likelihood of the data
    /// behind `stats`.
    ///
    /// # Errors
    /// [`Error::EmptyData`] if the statistics have no mass. [`Error::ConstantFeature`] if a feature does not vary and
    /// there is a relative floor but neither an absolute floor nor a ridge (if samples lack it, only a fit can tell).
    /// [`Error::NotPositiveDefinite`] if eigenvalues have a [ratio](EigenvalueRatio) and all of them are 0. The model is
    /// then as before.
    pub fn maximize<const D: usize, const K: usize, C: Covariance>(
        &self,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Result<Update<K>, Error>
    where
        R: Regularizer<T, D, K, C>,
    {
        self.maximize_with(&Frozen::NONE, stats, gmm)
    }

    /// [`maximize`](Self::maximize) for the parameters that are not frozen.
    ///
    /// # Errors
    /// As [`maximize`](Self::maximize).
    pub fn maximize_with<const D: usize, const K: usize, C: Covariance>(
        &self,
        frozen: &Frozen<K>,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Result<Update<K>, Error>
    where
        R: Regularizer<T, D, K, C>,
    {
        self.maximize_on(&Terms { base: &Base::DATA, frozen, unit: T::ONE }, stats, gmm)
    }

    /// [`maximize_with`](Self::maximize_with), on other terms.
    #[inline(always)]
    pub(crate) fn maximize_on<const D: usize, const K: usize, C: Covariance>(
        &self,
        terms: &Terms<'_, T, D, K>,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Result<Update<K>, Error>
    where
        R: Regularizer<T, D, K, C>,
    {
        self.regularizer.maximize(terms, stats, gmm, |terms, stats, gmm| {
            self.maximize_inmost(terms.base, terms.frozen, stats, gmm)
        })
    }

    /// The M-step that no regularizer goes around.
    #[inline(never)] // so that its scratch memory and the E-step's share the stack
    fn maximize_inmost<const D: usize, const K: usize, C: Covariance>(
        &self,
        base: &Base<'_, T, D>,
        frozen: &Frozen<K>,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Result<Update<K>, Error>
    where
        R: Regularizer<T, D, K, C>,
    {
        let total = stats.total_weight();
        if !(total > T::ZERO) {
            return Err(Error::EmptyData);
        }
        let floors = self.floors(base, stats)?;
        let mut outcomes = [Outcome::Updated; K];
        for k in 0..K {
            if !(stats.moments[k].mass() > self.least_share * total) {
                outcomes[k] = Outcome::Starved;
            }
        }
        let starved = outcomes.map(|o| o == Outcome::Starved);
        let mut fixed_means = frozen.means;
        for k in 0..K {
            fixed_means[k] |= starved[k];
        }
        let update = CovarianceUpdate {
            moments: &stats.moments,
            means: &gmm.means,
            fixed_means: &fixed_means,
            frozen: &frozen.covariances,
            floors: &floors,
            ridge: self.ridge,
            inner: self.inner,
        };
        // Without a regularizer the compiler keeps some bytes for a result that cannot be an error.
        if R::CONSTRAINS {
            self.regularizer.covariances(&update, &stats.scatters, &mut gmm.factors, &mut outcomes)?;
        } else {
            C::maximize(&update, &stats.scatters, &mut gmm.factors, &mut outcomes);
        }
        for k in 0..K {
            if is_dead(stats, gmm, k) {
                outcomes[k] = Outcome::Dead;
            }
            if !fixed_means[k] && outcomes[k] != Outcome::Kept {
                gmm.means[k] = stats.moments[k].mean;
            }
        }
        maximize_weights(&frozen.weights, stats, gmm);
        gmm.refresh_offsets();
        Ok(Update { outcomes })
    }

    /// The rest of an M-step whose factors are already updated; dead components stay as they are. False, and nothing
    /// done, if a live component starves or lies below a floor: a whole M-step is then needed.
    #[inline(never)]
    pub(crate) fn follow<const D: usize, const K: usize, C: Covariance>(
        &self,
        variances: &[T; D],
        stats: &SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> bool
    where
        R: Regularizer<T, D, K, C>,
    {
        let least_mass = self.least_share * stats.total_weight();
        let Ok(floors) = self.floors(&Base::Variances(variances), stats) else {
            return false;
        };
        let sound = |k: usize| {
            let factor = &gmm.factors.as_ref()[C::slot(k)];
            let is_updated = stats.moments[k].mass() > least_mass && C::Shape::clears(factor, &floors);
            is_updated || is_dead(stats, gmm, k)
        };
        if !(0..K).all(sound) {
            return false;
        }
        for k in 0..K {
            if !is_dead(stats, gmm, k) {
                gmm.means[k] = stats.moments[k].mean;
            }
        }
        maximize_weights(&[false; K], stats, gmm);
        gmm.refresh_offsets();
        true
    }

    /// Checks that the setters would accept these settings.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        MStep::exact()
            .with_relative_floor(self.relative_floor)?
            .with_absolute_floor(self.absolute_floor)?
            .with_ridge(self.ridge)?
            .with_least_share(self.least_share)?
            .with_inner_tolerance(self.inner.tolerance)?
            .with_inner_iterations(self.inner.cap)
            .map(|_| ())
    }

    pub(super) fn floors<const D: usize, const K: usize, C: Covariance>(
        &self,
        base: &Base<'_, T, D>,
        stats: &SufficientStats<T, D, K, C>,
    ) -> Result<Floors<T, D>, Error>
    where
        R: Regularizer<T, D, K, C>,
    {
        let relative_floor = if R::CONSTRAINS { T::ZERO } else { self.relative_floor };
        let mut floors = Floors { absolute: self.absolute_floor, ..Floors::NONE };
        match base {
            Base::Variances(variances) => {
                for (floor, variance) in floors.relative.iter_mut().zip(*variances) {
                    *floor = relative_floor * *variance;
                }
            }
            Base::Data(least) if relative_floor > T::ZERO => {
                // Where noise has taken all, nothing is estimated.
                let starved = || stats.gaussian_mass().high <= self.least_share * stats.total_weight();
                let propped = self.absolute_floor.larger(self.ridge) > T::ZERO || C::NOISE && starved();
                let variances = stats.feature_variances();
                for j in 0..D {
                    if variances[j] == T::ZERO && !propped && least.is_none_or(|least| least[j] == T::ZERO) {
                        return Err(Error::ConstantFeature { feature: j });
                    }
                    floors.relative[j] = relative_floor * variances[j];
                }
            }
            Base::Data(_) => {}
        }
        if let Base::Data(Some(least)) = base {
            for (floor, least) in floors.relative.iter_mut().zip(*least) {
                *floor = floor.larger(*least);
            }
        }
        Ok(floors)
    }
}

/// What relative floors are relative to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Base<'a, T, const D: usize> {
    /// The variances of the data behind the statistics. Floors are at least these, which allow a constant feature;
    /// without them they are `None`, since zeros would cost stack and time in every M-step.
    Data(Option<&'a [T; D]>),
    /// These variances, whatever those of the data are now.
    Variances(&'a [T; D]),
}

impl<T, const D: usize> Base<'_, T, D> {
    pub(crate) const DATA: Self = Self::Data(None);
}

/// Checks a floor, a ridge, a share or a tolerance.
fn checked<T: Real>(value: T, name: &'static str) -> Result<T, Error> {
    require(value >= T::ZERO && value < T::INFINITY, name, "finite, 0 or more")?;
    Ok(value)
}

/// Whether component `k` has neither weight nor mass, so that no sample has a part in it.
#[inline(always)]
pub(crate) fn is_dead<T: Real, const D: usize, const K: usize, C: Covariance>(
    stats: &SufficientStats<T, D, K, C>,
    gmm: &Gmm<T, D, K, C>,
    k: usize,
) -> bool {
    gmm.weights[k] == T::ZERO && stats.moments[k].mass() == T::ZERO
}

/// π_k = W_k / Σ W, over the components that are not frozen and the noise, times the share that the frozen ones leave.
pub(crate) fn maximize_weights<T: Real, const D: usize, const K: usize, C: Covariance>(
    frozen: &[bool; K],
    stats: &SufficientStats<T, D, K, C>,
    gmm: &mut Gmm<T, D, K, C>,
) {
    let weights = &mut gmm.weights;
    let (mut share, mut mass) = (T::ONE, T::ZERO);
    for k in 0..K {
        if frozen[k] {
            share -= weights[k];
        } else {
            mass += stats.moments[k].mass();
        }
    }
    if C::NOISE {
        if frozen.iter().all(|frozen| *frozen) {
            return; // the noise has what they leave, and more exactly than by a difference
        }
        mass += stats.noise_mass();
    }
    if !(mass > T::ZERO && share > T::ZERO) {
        return;
    }
    for k in 0..K {
        if !frozen[k] {
            weights[k] = share * (stats.moments[k].mass() / mass);
        }
    }
    gmm.set_noise_weight(share * (stats.noise_mass() / mass));
}
