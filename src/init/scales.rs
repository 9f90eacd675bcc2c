//! Distances in units of each feature.

use crate::error::{Error, require};
use crate::real::Real;

/// The unit of each feature, usually its standard deviation, held as its reciprocal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scales<T, const D: usize> {
    /// 1/s_j
    pub(crate) reciprocals: [T; D],
}

impl<T: Real, const D: usize> Scales<T, D> {
    /// The units of the data themselves.
    pub(crate) const ONE: Self = Self { reciprocals: [T::ONE; D] };

    /// Refuses units that are not above 0, or whose reciprocals are not finite.
    pub(crate) fn new(scales: [T; D]) -> Result<Self, Error> {
        let reciprocals = scales.map(|s| T::ONE / s);
        let valid = reciprocals.iter().all(|r| *r > T::ZERO && *r < T::INFINITY);
        require(valid, "scales", "finite, above 0")?;
        Ok(Self { reciprocals })
    }

    /// Squared distance of two points.
    #[inline(always)]
    pub(crate) fn square_distance(&self, x: &[T; D], y: &[T; D]) -> T {
        let mut sum = T::ZERO;
        for j in 0..D {
            let d = (x[j] - y[j]) * self.reciprocals[j];
            sum += d * d;
        }
        sum
    }

    /// The index of the nearest point, the first of equals, and its squared distance; 0 and ∞ if there is none.
    #[inline(always)]
    pub(crate) fn nearest<'a>(&self, x: &[T; D], points: impl Iterator<Item = &'a [T; D]>) -> (usize, T) {
        let (mut nearest, mut least) = (0, T::INFINITY);
        for (index, point) in points.enumerate() {
            let square = self.square_distance(x, point);
            if square < least {
                (nearest, least) = (index, square);
            }
        }
        (nearest, least)
    }
}
