//! Distances in units of each feature.

use crate::covariance::Covariance;
use crate::error::{Error, require};
use crate::observation::{Observation, check_range, checked_weight, filled, mask};
use crate::real::Real;
use crate::statistics::SufficientStats;

/// The unit of each feature, usually its standard deviation, held as its reciprocal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scales<T, const D: usize> {
    /// 1/s_j
    pub(crate) reciprocals: [T; D],
}

/// What a start puts in the place of missing features.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Blank<'a, T, const D: usize> {
    /// The features of this point. Squared distances over n observed features are multiplied by D/n, so that they
    /// compare with those of complete samples.
    Filled(&'a [T; D]),
    /// Those of the nearest point (k-POD: Chi, Chi & Baraniuk 2016, doi:10.1080/00031305.2015.1086685). Squared distances
    /// are over the observed features.
    Nearest,
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
        blank: Blank<'_, T, D>,
        check: bool,
        mut visit: impl FnMut(&[T; D], T, (usize, T)) -> Result<(), Error>,
    ) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        for (index, sample) in data.into_iter().enumerate() {
            let at = |error: Error| error.at(index as u64);
            if let Some(observed) = mask(&sample) {
                self.visit_partial(&sample, &observed, points, blank, check, &mut visit).map_err(at)?;
                continue;
            }
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

    /// The index of the point nearest in the observed features, the first of equals, and the squared distance over them;
    /// 0 and ∞ if there is none.
    pub(crate) fn nearest_partial(&self, x: &[T; D], observed: &[bool; D], points: &[[T; D]]) -> (usize, T) {
        let (mut nearest, mut least) = (0, T::INFINITY);
        for (index, point) in points.iter().enumerate() {
            // Where a feature is missing, the difference is exactly 0.
            let square = self.square_distance(&filled(x, observed, point), point);
            if square < least {
                (nearest, least) = (index, square);
            }
        }
        (nearest, least)
    }

    /// [`visit_each`](Self::visit_each) for a sample with missing features.
    pub(crate) fn visit_partial(
        &self,
        sample: &impl Observation<T, D>,
        observed: &[bool; D],
        points: &[[T; D]],
        blank: Blank<'_, T, D>,
        check: bool,
        mut visit: impl FnMut(&[T; D], T, (usize, T)) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (x, weight) = (sample.features(), checked_weight(sample)?);
        if check {
            check_range(&filled(x, observed, &[T::ZERO; D]), weight)?;
        }
        if weight == T::ZERO {
            return Ok(());
        }
        let (nearest, square) = self.nearest_partial(x, observed, points);
        let (others, square) = match blank {
            Blank::Filled(point) => (Some(point), square * whole::<T, D>(observed)),
            Blank::Nearest => (points.get(nearest), square),
        };
        visit(&filled(x, observed, others.unwrap_or(&[T::ZERO; D])), weight, (nearest, square))
    }

    /// Adds a sample with missing features whole to the component of the nearest of `means`, whose features stand for
    /// the missing ones.
    pub(crate) fn assign_partial<const K: usize, C: Covariance>(
        &self,
        stats: &mut SufficientStats<T, D, K, C>,
        sample: &impl Observation<T, D>,
        observed: &[bool; D],
        means: &[[T; D]],
    ) -> Result<(), Error> {
        self.visit_partial(sample, observed, means, Blank::Nearest, true, |x, weight, (k, _)| {
            stats.assign_to(k, x, weight)
        })
    }
}

/// D/n for n > 0 observed features.
pub(super) fn whole<T: Real, const D: usize>(observed: &[bool; D]) -> T {
    let known = observed.iter().filter(|seen| **seen).count();
    T::from_count(D as u64) / T::from_count(known as u64)
}
