//! Distances in units of each feature.

use crate::error::{Error, require};
use crate::observation::{Observation, check_range, checked_weight};
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
            let nearer = square < least;
            let (place, before) = (nearest, least);
            nearest = if nearer { index } else { place };
            least = if nearer { square } else { before };
        }
        (nearest, least)
    }

    /// Calls `visit` with each sample of positive weight, in order: its features, its weight, and what
    /// [`nearest`](Self::nearest) says of it. With `check`, refuses samples out of range.
    ///
    /// # Errors
    /// That of a sample, or of `visit`, with the sample's index.
    #[inline(always)]
    pub(crate) fn visit_each<I>(
        &self,
        data: I,
        points: &[[T; D]],
        check: bool,
        mut visit: impl FnMut(&[T; D], T, (usize, T)) -> Result<(), Error>,
    ) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        for (index, sample) in data.into_iter().enumerate() {
            let at = |error: Error| error.at(index as u64);
            let (x, weight) = (sample.features(), checked_weight(&sample).map_err(at)?);
            if check {
                check_range(x, weight).map_err(at)?;
            }
            if weight > T::ZERO {
                visit(x, weight, self.nearest(x, points.iter())).map_err(at)?;
            }
        }
        Ok(())
    }
}
