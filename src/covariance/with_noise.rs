//! A structure with a noise slot beside its components.

use super::noise::Noise;
use super::storage::Constant;
use super::{Covariance, CovarianceUpdate, Outcome};
use crate::real::{Compensated, Real};
use nalgebra::SMatrix;

/// The structure `C` with one more component, the *noise*: its density is 1/V everywhere, and V is [given](Noise).
///
/// p(x) = π_0/V + Σ_k π_k N(x; μ_k, Σ_k)
///
/// What no Gaussian explains goes to the noise, so that outliers move no mean and widen no covariance. This is mclust's
/// noise component (Banfield & Raftery 1993, doi:10.2307/2532201; Fraley & Raftery 1998, doi:10.1093/comjnl/41.8.578).
/// A fit estimates π_0, and leaves V. All else is as in `C`. A model is made by
/// [`Gmm::with_noise`](crate::Gmm::with_noise), or before a start by [`Gmm::set_noise`](crate::Gmm::set_noise); without
/// these it has the noise weight 0.
///
/// ```
/// use gaussmix::{Em, Full, Gmm, WithNoise, covariance::Noise, init};
///
/// let mut data = [[0.0]; 41];
/// for (i, x) in data.iter_mut().enumerate() {
///     x[0] = [0.0, 10.0][i % 2] + (i * 7 % 20) as f64 / 10.0;
/// }
/// data[40] = [9999.0];
/// let mut gmm: Gmm<f64, 1, 2, WithNoise<Full>> = Gmm::unfitted();
/// gmm.set_noise(Noise::robust(0.05, &data)?)?;
/// init::from_means(&mut gmm, &[[1.0], [11.0]], &data)?;
/// Em::default().fit(&mut gmm, &data)?;
/// assert!((gmm.means()[1][0] - 11.0).abs() < 0.05, "as without it");
/// assert!((gmm.noise().weight() - 1.0 / 41.0).abs() < 0.02);
/// assert_eq!(gmm.predict(&[9999.0])?, 2); // K stands for the noise
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// There is one noise slot at most:
/// ```compile_fail
/// use gaussmix::{Full, Gmm, WithNoise};
/// let gmm: Gmm<f64, 1, 1, WithNoise<WithNoise<Full>>> = Gmm::unfitted();
/// ```
///
/// Statistics without noise do not merge with those that have it:
/// ```compile_fail,E0308
/// # use gaussmix::{Full, SufficientStats, WithNoise};
/// let mut noisy: SufficientStats<f64, 1, 1, WithNoise<Full>> = SufficientStats::new();
/// let plain: SufficientStats<f64, 1, 1> = SufficientStats::new();
/// noisy.merge(&plain);
/// ```
#[doc(alias("noise", "Vinv", "outlier", "uniform"))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WithNoise<C>(C);

impl<C: Covariance> Covariance for WithNoise<C> {
    type Shape = C::Shape;
    type Conditional = WithNoise<C::Conditional>;
    type Covariances<T: Real, const D: usize, const K: usize> = C::Covariances<T, D, K>;
    type Arrays<T: Real, const D: usize, const K: usize> = C::Arrays<T, D, K>;
    type Factors<T: Real, const D: usize, const K: usize> = C::Factors<T, D, K>;
    type Scatters<T: Real, const D: usize, const K: usize> = C::Scatters<T, D, K>;
    type Extra<T: Real, const D: usize, const K: usize> = Noise<T, D>;

    const SHARED: bool = C::SHARED;
    const COUPLED: bool = C::COUPLED;
    const NOISE: bool = {
        assert!(!C::NOISE, "a mixture has one noise slot");
        true
    };
    const CODE: u8 = C::CODE | 0x08;

    /// One more than in `C`: V, which mclust counts.
    fn free_parameters(d: usize, k: usize) -> usize {
        C::free_parameters(d, k) + 1
    }

    fn from_matrices<T: Real, const D: usize, const K: usize>(
        weights: &[T; K],
        matrices: &[SMatrix<T, D, D>; K],
    ) -> Option<Self::Covariances<T, D, K>> {
        C::from_matrices(weights, matrices)
    }

    fn maximize<T: Real, const D: usize, const K: usize>(
        update: &CovarianceUpdate<'_, T, D, K>,
        scatters: &Self::Scatters<T, D, K>,
        factors: &mut Self::Factors<T, D, K>,
        outcomes: &mut [Outcome; K],
    ) {
        C::maximize(update, scatters, factors, outcomes);
    }

    fn rescale<T: Real, const D: usize, const K: usize>(
        factors: &mut Self::Factors<T, D, K>,
        scale: &[T; D],
    ) -> bool {
        C::rescale(factors, scale)
    }

    fn restore<T: Real, const D: usize, const K: usize>(
        weights: &[T; K],
        factors: &mut Self::Factors<T, D, K>,
    ) -> bool {
        C::restore(weights, factors)
    }

    fn is_member<T: Real, const D: usize, const K: usize>(factors: &Self::Factors<T, D, K>) -> bool {
        C::is_member(factors)
    }
}

/// What a model holds besides Gaussians: [`Noise`], or nothing, which `()` is.
#[doc(hidden)]
pub trait Extra<T: Real, const D: usize>: Constant {
    /// What statistics hold besides: the mass of the noise, or nothing.
    type Mass: ExtraMass<T>;

    fn noise(&self) -> Option<&Noise<T, D>>;
    fn noise_mut(&mut self) -> Option<&mut Noise<T, D>>;
}

/// The mass of the noise, if there is any.
#[doc(hidden)]
pub trait ExtraMass<T: Real>: Constant {
    fn get(&self) -> Option<&Compensated<T>>;
    fn get_mut(&mut self) -> Option<&mut Compensated<T>>;
}

/// What the statistics of structure `C` hold besides.
pub(crate) type MassOf<T, const D: usize, const K: usize, C> =
    <<C as Covariance>::Extra<T, D, K> as Extra<T, D>>::Mass;

impl Constant for () {
    const ZERO: Self = ();
    const UNIT: Self = ();
}

impl<T: Real, const D: usize> Extra<T, D> for () {
    type Mass = ();

    #[inline(always)]
    fn noise(&self) -> Option<&Noise<T, D>> {
        None
    }

    #[inline(always)]
    fn noise_mut(&mut self) -> Option<&mut Noise<T, D>> {
        None
    }
}

impl<T: Real> ExtraMass<T> for () {
    #[inline(always)]
    fn get(&self) -> Option<&Compensated<T>> {
        None
    }

    #[inline(always)]
    fn get_mut(&mut self) -> Option<&mut Compensated<T>> {
        None
    }
}

impl<T: Real, const D: usize> Constant for Noise<T, D> {
    const ZERO: Self = Self::from_parts(T::ZERO, T::NEG_INFINITY, [T::ZERO; D]);
    const UNIT: Self = Self::ZERO;
}

impl<T: Real, const D: usize> Extra<T, D> for Noise<T, D> {
    type Mass = Compensated<T>;

    #[inline(always)]
    fn noise(&self) -> Option<&Self> {
        Some(self)
    }

    #[inline(always)]
    fn noise_mut(&mut self) -> Option<&mut Self> {
        Some(self)
    }
}

impl<T: Real> Constant for Compensated<T> {
    const ZERO: Self = Self::ZERO;
    const UNIT: Self = Self::ZERO;
}

impl<T: Real> ExtraMass<T> for Compensated<T> {
    #[inline(always)]
    fn get(&self) -> Option<&Self> {
        Some(self)
    }

    #[inline(always)]
    fn get_mut(&mut self) -> Option<&mut Self> {
        Some(self)
    }
}
