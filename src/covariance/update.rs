//! What an M-step asks of a covariance structure: what it is given, and what comes of it.

use super::Shape;
use crate::moments::Moments;
use crate::real::Real;

/// Lower bounds on variances, per feature.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Floors<T, const D: usize> {
    /// ε s_j², in the squared unit of feature j.
    pub relative: [T; D],
    /// One bound for all features.
    pub absolute: T,
}

impl<T: Real, const D: usize> Floors<T, D> {
    pub(crate) const NONE: Self = Self { relative: [T::ZERO; D], absolute: T::ZERO };

    /// The bound for feature `j`.
    pub(crate) fn feature(&self, j: usize) -> T {
        larger(self.relative[j], self.absolute)
    }
}

/// The larger of two; `b` if `a` is NaN.
pub(crate) fn larger<T: Real>(a: T, b: T) -> T {
    if a > b { a } else { b }
}

/// What the covariance structures need to know for their part of the M-step.
#[doc(hidden)]
#[derive(Debug)]
pub struct CovarianceUpdate<'a, T, const D: usize, const K: usize> {
    pub(crate) moments: &'a [Moments<T, D>; K],
    pub(crate) means: &'a [[T; D]; K],
    pub(crate) fixed_means: &'a [bool; K],
    pub(crate) frozen: &'a [bool; K],
    pub(crate) floors: &'a Floors<T, D>,
    pub(crate) ridge: T,
}

impl<T: Real, const D: usize, const K: usize> CovarianceUpdate<'_, T, D, K> {
    /// m_k − μ_k for the μ_k that the model will have: the covariance about μ_k is S_k/W_k plus its square. Where the
    /// mean moves, it is what rounding m_k to one number leaves.
    #[inline(always)]
    pub(crate) fn deviation(&self, k: usize) -> [T; D] {
        let moments = &self.moments[k];
        moments.mean_less(if self.fixed_means[k] { &self.means[k] } else { &moments.mean })
    }
}

/// Stores the factor of `covariance`, if it has one; the covariance is used up.
pub(crate) fn replace_if_definite<T: Real, const D: usize, S: Shape>(
    factor: &mut S::Matrix<T, D>,
    covariance: &mut S::Matrix<T, D>,
    floors: &Floors<T, D>,
) -> Outcome {
    match S::factorise(covariance, floors) {
        None => Outcome::Kept,
        Some(floored) => {
            *factor = *covariance;
            if floored { Outcome::Floored } else { Outcome::Updated }
        }
    }
}

/// What became of a component in an M-step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Outcome {
    /// Its parameters (those not frozen) are the maximum likelihood estimate.
    #[default]
    Updated,
    /// Its covariance was raised to a floor somewhere.
    Floored,
    /// It has no mass to speak of; mean and covariance are as before.
    Starved,
    /// Its new covariance was not positive definite; mean and covariance are as before.
    Kept,
}
