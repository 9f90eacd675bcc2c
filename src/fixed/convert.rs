//! From a model in floating point to integers.

use core::fmt;

use super::quantise::{ErrorBound, TOLERANCE, offset, row};
use super::{FixedComponent, FixedGmm};
use crate::covariance::{Constant, Covariance, Factor, Full, Shape};
use crate::error::{Error, require};
use crate::model::Gmm;
use crate::real::Real;

/// Why a model cannot be had in fixed point.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FixedError {
    /// A number of this component does not fit its integer: its deviations are much smaller than one reading or its mean
    /// is far from all readings, or features are so strongly correlated that rows of L⁻¹ have no place.
    OutOfRange {
        /// The component.
        component: usize,
    },
    /// Scores could be further from ln p than 0.02·(1 + |ln p|/30). Features correlate too strongly for 16 bits; or there
    /// are more than some 130 components, whose sums add up; or the units of the model are so large that ln p is far above
    /// 0 near the means, where the error is measured from: [`Gmm::affine`] brings it into units in which features vary by
    /// about 1.
    Inaccurate {
        /// What would be in the place of 0.02.
        bound: f64,
    },
    /// A scale or offset of the readings is not finite, or a scale is 0.
    Invalid(Error),
}

impl From<Error> for FixedError {
    fn from(error: Error) -> Self {
        Self::Invalid(error)
    }
}

impl fmt::Display for FixedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { component } => {
                write!(f, "a number of component {component} does not fit its integer")
            }
            Self::Inaccurate { bound } => {
                write!(
                    f,
                    "scores may be off by {bound:.4}·(1 + |ln p|/30); {TOLERANCE}·(1 + |ln p|/30) is allowed"
                )
            }
            Self::Invalid(error) => write!(f, "not valid: {error}"),
        }
    }
}

impl core::error::Error for FixedError {}

/// A component in the units of readings: L by columns with reciprocal diagonal, mean, offset.
struct Raw<const D: usize> {
    factor: [[f64; D]; D],
    mean: [f64; D],
    offset: f64,
}

impl<const D: usize> Raw<D> {
    /// In integers, if they fit.
    fn quantise<const W: usize>(&self) -> Option<FixedComponent<D, W>> {
        let mut component = FixedComponent { offset: offset(self.offset)?, ..FixedComponent::DEAD };
        for i in 0..D {
            if self.offset > f64::NEG_INFINITY {
                (component.constants[i], component.shifts[i]) =
                    row(self.factor.as_flattened(), &self.mean, i, &mut component.factors[i])?;
            }
        }
        Some(component)
    }
}

/// The components of a model, in the units of readings.
fn raw<'a, T: Real, const D: usize, const K: usize, const W: usize, C: Covariance>(
    gmm: &'a Gmm<T, D, K, C>,
    scale: &[T; D],
    offset: &[T; D],
) -> Result<impl Iterator<Item = Raw<D>> + use<'a, T, D, K, W, C>, Error> {
    const { assert!(!C::NOISE, "a noise slot has no fixed point") };
    const { assert!(W == D || <C::Shape as Shape>::CODE != <Full as Shape>::CODE, "a full row has D factors") };
    require(scale.iter().all(|s| s.is_finite() && *s != T::ZERO), "scale", "finite and not 0")?;
    require(offset.iter().all(|o| o.is_finite()), "offset", "finite")?;
    let (scale, begin) = (scale.map(T::widen), offset.map(T::widen));
    Ok(gmm.weights.iter().zip(&gmm.means).enumerate().map(move |(k, (weight, mean))| {
        let stored = gmm.factors.as_ref().get(C::slot(k)).map_or(Constant::ZERO, |factor| factor.0);
        let stored = Factor(C::Shape::cast::<T, f64, D>(&stored));
        let mut raw = Raw { factor: [[0.0; D]; D], mean: mean.map(T::widen), offset: 0.0 };
        for j in 0..D {
            let mut column = C::Shape::column::<f64, D>(&stored, j);
            for i in 0..D {
                column[i] /= scale[i];
            }
            column[j] = 1.0 / column[j];
            raw.factor[j] = column;
            raw.mean[j] = (raw.mean[j] - begin[j]) / scale[j];
        }
        raw.offset = libm::log(weight.widen())
            - C::Shape::half_log_determinant::<f64, D>(&stored)
            - D as f64 * f64::HALF_LN_2PI;
        raw
    }))
}

impl<const D: usize, const K: usize, const W: usize> FixedGmm<D, K, W> {
    /// The model in integers, for readings r that stand for the values `scale · r + offset`. It keeps to its
    /// [error bound](Self::error_bound) for every reading at which |ln p| ≤ 300. Components may share covariances.
    ///
    /// # Errors
    /// [`FixedError::OutOfRange`] or [`FixedError::Inaccurate`] if 16 bits do not do for this model and these readings;
    /// [`FixedError::Invalid`] for a scale that is 0, or a scale or offset that is not finite.
    pub fn from_model<T: Real, C: Covariance>(
        gmm: &Gmm<T, D, K, C>,
        scale: &[T; D],
        offset: &[T; D],
    ) -> Result<Self, FixedError> {
        let mut components = [FixedComponent::DEAD; K];
        let places = components.iter_mut().zip(raw::<_, D, K, W, _>(gmm, scale, offset)?);
        for (component, (place, exact)) in places.enumerate() {
            *place = exact.quantise().ok_or(FixedError::OutOfRange { component })?;
        }
        let fixed = Self::from_parts(components)?;
        let bound = fixed.error_bound(gmm, scale, offset)?.worst();
        if bound <= TOLERANCE { Ok(fixed) } else { Err(FixedError::Inaccurate { bound }) }
    }

    /// How far scores can be from ln p of this model, computed from the numbers of both, for any reading.
    ///
    /// # Errors
    /// [`FixedError::Invalid`] as [`from_model`](Self::from_model).
    pub fn error_bound<T: Real, C: Covariance>(
        &self,
        gmm: &Gmm<T, D, K, C>,
        scale: &[T; D],
        offset: &[T; D],
    ) -> Result<ErrorBound, FixedError> {
        let mut bound = ErrorBound::of(D);
        for (exact, fixed) in raw::<_, D, K, W, _>(gmm, scale, offset)?.zip(&self.components) {
            bound.add(
                (exact.factor.as_flattened(), &exact.mean, exact.offset),
                (fixed.factors.as_flattened(), &fixed.constants, &fixed.shifts, fixed.offset),
            );
        }
        Ok(bound)
    }
}
