//! The parameters of a mixture as numbers without constraints.

use crate::covariance::{Constant, Covariance, Factor, FactorOf, Full, Shape, places};
use crate::error::{Error, require};
use crate::model::Gmm;
use crate::real::Real;

/// The parameters of a mixture as numbers that may take any finite value, or a direction or a gradient in them:
///
/// - K log-ratios z_k, with π_k = e^z_k / Σ_j e^z_j. A constant added to all changes nothing.
/// - K means.
/// - For each matrix its Cholesky factor L: the elements below the diagonal, and the logarithms of those on it. Of a
///   diagonal covariance that is ln σ_j, of a spherical one ln σ.
///
/// In an optimiser these are one vector; its [`numbers`](Self::numbers) come in this order, factors by columns.
///
/// ```
/// use gaussmix::gradient::Unconstrained;
/// use gaussmix::{Diagonal, Gmm, SufficientStats};
///
/// let data = [[-2.1], [-1.9], [-2.0], [2.2], [1.7], [2.4]];
/// let mut gmm: Gmm<f64, 1, 2, Diagonal> =
///     Gmm::new([0.5, 0.5], [[-1.0], [1.0]], [[1.0].into(), [1.0].into()])?;
/// let before = gmm.mean_log_likelihood(data)?;
/// // A short step uphill.
/// let mut stats = SufficientStats::new();
/// stats.observe_all(&gmm, data)?;
/// let mut point = Unconstrained::of(&gmm)?;
/// point.add_scaled(0.01, &stats.gradient(&gmm));
/// gmm = point.to_model()?;
/// assert!(gmm.mean_log_likelihood(data)? > before);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Unconstrained<T: Real, const D: usize, const K: usize, C: Covariance = Full> {
    pub(super) log_ratios: [T; K],
    pub(super) means: [[T; D]; K],
    pub(super) factors: C::Covariances<T, D, K>,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Unconstrained<T, D, K, C> {
    /// All numbers 0.
    #[must_use]
    pub const fn zero() -> Self {
        const { assert!(!C::COUPLED, "covariances that share something in part are no free numbers") };
        const { assert!(!C::NOISE, "a noise slot has no place among these numbers") };
        Self { log_ratios: [T::ZERO; K], means: [[T::ZERO; D]; K], factors: Constant::ZERO }
    }

    /// The parameters of a model. The log-ratios are ln π_k.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if a component is dead: ln 0 is no number.
    pub fn of(gmm: &Gmm<T, D, K, C>) -> Result<Self, Error> {
        let is_live = gmm.weights.iter().all(|weight| *weight > T::ZERO);
        require(is_live, "gmm", "a model without dead components")?;
        let mut point = Self::zero();
        point.log_ratios = gmm.weights.map(|weight| weight.natural_log());
        point.means = gmm.means;
        for (matrix, factor) in point.factors.as_mut().iter_mut().zip(gmm.factors.as_ref()) {
            let places = places::<D>(C::Shape::parameter_count(D));
            let numbers = C::Shape::numbers_mut(matrix).zip(C::Shape::numbers::<T, D>(&factor.0));
            for ((to, from), (_, on_diagonal)) in numbers.zip(places) {
                // A factor keeps the reciprocals of its diagonal.
                *to = if on_diagonal { -from.natural_log() } else { *from };
            }
        }
        Ok(point)
    }

    /// The model with these parameters.
    ///
    /// # Errors
    /// As [`Gmm::validate`], if a number is NaN or infinite, or a covariance leaves the range of `T`. A weight may
    /// underflow to 0; then its component is dead.
    pub fn to_model(&self) -> Result<Gmm<T, D, K, C>, Error> {
        let mut gmm: Gmm<T, D, K, C> = Gmm::BLANK;
        let mut largest = T::NEG_INFINITY;
        for z in self.log_ratios {
            if !z.is_finite() {
                return Err(Error::InvalidParameter { name: "log_ratios", expected: "finite" });
            }
            largest = z.larger(largest);
        }
        let mut sum = T::ZERO;
        for k in 0..K {
            gmm.weights[k] = (self.log_ratios[k] - largest).exp_nonpositive();
            sum += gmm.weights[k];
        }
        for weight in &mut gmm.weights {
            *weight /= sum;
        }
        gmm.means = self.means;
        let factors: &mut [FactorOf<T, D, C>] = gmm.factors.as_mut();
        for (Factor(matrix), from) in factors.iter_mut().zip(self.factors.as_ref()) {
            let places = places::<D>(C::Shape::parameter_count(D));
            let numbers = C::Shape::numbers_mut(matrix).zip(C::Shape::numbers::<T, D>(from));
            for ((to, from), (_, on_diagonal)) in numbers.zip(places) {
                *to = if on_diagonal { (-*from).exponential() } else { *from };
            }
        }
        gmm.refresh_offsets();
        gmm.validate()?;
        Ok(gmm)
    }

    /// How many numbers there are: one more than [`Gmm::parameter_count`], since the log-ratios are only determined up to
    /// a constant.
    #[must_use]
    pub fn count() -> usize {
        K + K * D + C::free_parameters(D, K)
    }

    /// All numbers.
    pub fn numbers(&self) -> impl Iterator<Item = &T> {
        let factors = self.factors.as_ref().iter().flat_map(C::Shape::numbers::<T, D>);
        self.log_ratios.iter().chain(self.means.as_flattened()).chain(factors)
    }

    /// All numbers, to be changed.
    pub fn numbers_mut(&mut self) -> impl Iterator<Item = &mut T> {
        let factors = self.factors.as_mut().iter_mut().flat_map(C::Shape::numbers_mut::<T, D>);
        self.log_ratios.iter_mut().chain(self.means.as_flattened_mut()).chain(factors)
    }

    /// Adds `step` times a direction.
    pub fn add_scaled(&mut self, step: T, direction: &Self) {
        for (to, by) in self.numbers_mut().zip(direction.numbers()) {
            *to += step * *by;
        }
    }

    /// The inner product.
    #[must_use]
    pub fn dot(&self, other: &Self) -> T {
        let mut sum = T::ZERO;
        for (a, b) in self.numbers().zip(other.numbers()) {
            sum += *a * *b;
        }
        sum
    }
}
