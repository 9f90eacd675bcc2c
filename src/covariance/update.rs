//! What an M-step asks of a covariance structure: what it is given, and what comes of it.

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
    pub(crate) fn feature(&self, j: usize) -> T {
        self.relative[j].larger(self.absolute)
    }
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
    pub(crate) inner: Inner<T>,
}

/// When iterations within an M-step end.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Inner<T> {
    /// The relative change of what they improve that counts as none.
    pub tolerance: T,
    /// The most of them.
    pub cap: u32,
}

impl<T: Real> Inner<T> {
    /// Close to rounding, and far more than are usual.
    pub(crate) const TIGHT: Self = Self { tolerance: T::EPSILON, cap: 1000 };
}

impl<T: Real, const D: usize, const K: usize> CovarianceUpdate<'_, T, D, K> {
    /// m_k − μ_k for the μ_k that the model will have: the covariance about μ_k is S_k/W_k plus its square. Where the
    /// mean moves, it is what rounding m_k to one number leaves.
    #[inline(always)]
    pub(crate) fn deviation(&self, k: usize) -> [T; D] {
        let moments = &self.moments[k];
        moments.mean_less(if self.fixed_means[k] { &self.means[k] } else { &moments.mean })
    }

    /// What the scatter of component `k` is divided by: its mass.
    #[inline(always)]
    pub(crate) fn divisor(&self, k: usize) -> T {
        self.moments[k].mass()
    }
}

/// Stores the factor of `covariance`, if it has one; the covariance is used up.
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

/// What became of a component in an M-step.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Outcome {
    /// Its parameters (those not frozen) are the maximum likelihood estimate.
    #[default]
    Updated,
    /// Its parameters are better than before but not yet the maximum likelihood estimate: iterations within the M-step
    /// ended at their cap. The likelihood does not fall (generalised EM), and later M-steps go on from here.
    Improved,
    /// Its covariance was raised to a floor somewhere.
    Floored,
    /// It has next to no mass; its mean is as before, and so is what is its own of its covariance: all of it, unless
    /// components have something in common, which then is the others'.
    Starved,
    /// Its new covariance was not positive definite; mean and covariance are as before, as for [`Starved`](Self::Starved).
    Kept,
}
