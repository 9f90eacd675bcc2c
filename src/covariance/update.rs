//! The M-step's interface to a covariance structure: its inputs and its outcomes.

use super::{Factor, Shape};
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
    #[inline(always)] // so that the compiler sees that j < D
    pub(crate) fn feature(&self, j: usize) -> T {
        self.relative[j].larger(self.absolute)
    }

    /// The bound along a unit vector v: Σ_j floor_j v_j².
    #[inline(always)]
    pub(super) fn along(&self, axis: &[T; D]) -> T {
        let mut floor = T::ZERO;
        for j in 0..D {
            floor += self.feature(j) * axis[j] * axis[j];
        }
        floor
    }
}

/// The inputs of a covariance structure's part of the M-step.
#[doc(hidden)]
#[derive(Debug)]
pub struct CovarianceUpdate<'a, T, const D: usize, const K: usize> {
    pub(crate) moments: &'a [Moments<T, D>; K],
    pub(crate) means: &'a [[T; D]; K],
    pub(crate) fixed_means: &'a [bool; K],
    pub(crate) frozen: &'a [bool; K],
    pub(crate) floors: &'a Floors<T, D>,
    pub(crate) ridge: T,
    pub(crate) inner: Inner<T>,
}

/// When iterations within an M-step end.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Inner<T> {
    /// They end when the relative change of what they improve is at most this.
    pub tolerance: T,
    /// They end after this many iterations.
    pub cap: u32,
}

impl<T: Real> Inner<T> {
    /// A tolerance close to rounding, and more iterations than usual.
    pub(crate) const TIGHT: Self = Self { tolerance: T::EPSILON, cap: 200 };
}

impl<T: Real, const D: usize, const K: usize> CovarianceUpdate<'_, T, D, K> {
    /// d = m_k − μ_k for the μ_k that the model will have. The covariance about μ_k is S_k/W_k + d dᵀ. If the mean is
    /// not fixed, d is the rounding error of m_k as a single number.
    #[inline(always)]
    pub(crate) fn deviation(&self, k: usize) -> [T; D] {
        let moments = &self.moments[k];
        moments.mean_less(if self.fixed_means[k] { &self.means[k] } else { &moments.mean })
    }

    /// The divisor for the scatter of component `k`: its mass.
    #[inline(always)]
    pub(crate) fn divisor(&self, k: usize) -> T {
        self.moments[k].mass()
    }
}

/// Stores the factor of `covariance` in `factor` if the covariance is positive definite. Overwrites `covariance`.
pub(crate) fn replace_if_definite<T: Real, const D: usize, S: Shape>(
    factor: &mut Factor<S::Matrix<T, D>>,
    covariance: &mut S::Matrix<T, D>,
    floors: &Floors<T, D>,
) -> Outcome {
    match S::factorise(covariance, floors) {
        None => Outcome::Kept,
        Some(floored) => {
            *factor = Factor(*covariance);
            if floored { Outcome::Floored } else { Outcome::Updated }
        }
    }
}

/// The outcome of an M-step for one component.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Outcome {
    /// Its parameters that are not frozen are the maximum likelihood estimate.
    #[default]
    Updated,
    /// Its parameters are better than before but not yet the maximum likelihood estimate: iterations within the M-step
    /// ended at their cap. The likelihood does not fall (generalised EM), and later M-steps continue from here.
    Improved,
    /// Its covariance was raised to a floor in at least one direction.
    Floored,
    /// It has almost no mass, so its mean is as before. Its covariance is as before too, except for a part that it
    /// shares with other components (see [`Covariance`](crate::Covariance)): it takes that part from the others.
    Starved,
    /// It is dead: it had neither weight nor mass. It is a free slot, not a component that starved.
    Dead,
    /// Its new covariance was not positive definite. Its mean and covariance are as before, with the same exception for
    /// a shared part as for [`Starved`](Self::Starved).
    Kept,
}
