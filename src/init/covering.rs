//! A start from a stream that is read once, without random numbers.

use super::scales::Scales;
use crate::covariance::{Covariance, Shape, Tied};
use crate::error::{Error, require};
use crate::fit::{Base, Frozen, MStep, Terms};
use crate::model::Gmm;
use crate::observation::{Observation, check_range, checked_weight, filled, mask};
use crate::real::Real;
use crate::reduce;
use crate::statistics::SufficientStats;

/// Covers a stream with up to `M` balls, and keeps the statistics of the samples in each: the doubling algorithm
/// (Charikar, Chekuri, Feder & Motwani 2004, doi:10.1137/S0097539702418498), a farthest-first search for samples that
/// come one by one.
///
/// A sample within the radius of a centre joins its ball; any other sample becomes a centre itself. When there are too
/// many centres, the radius doubles, or grows to the distance of the closest two if that is more, and centres within
/// the radius merge. At any time, all samples so far lie within twice the radius of their centre. Twice the radius is
/// at most 8 times the smallest radius with which M balls could cover them. No cluster is therefore missed, however few
/// samples it has; outliers count as clusters.
///
/// [`start`](Self::start) makes a model of K components from the balls, by merging those that cost least. With M about
/// four times K, the result is close to that of k-means++ and Lloyd's iterations on stored samples. A covering holds
/// the statistics of a [tied](Tied) structure and M centres.
///
/// ```
/// use gaussmix::init::Covering;
/// use gaussmix::stream::StepSize;
/// use gaussmix::{Full, Gmm, OnlineEm};
///
/// let mut covering: Covering<f32, 1, 8, Full> = Covering::new();
/// for t in 0..200 {
///     covering.observe([if t % 4 == 0 { 9.0 } else { 0.0 } + (t % 7) as f32 / 7.0])?;
/// }
/// let mut gmm: Gmm<f32, 1, 2> = Gmm::unfitted();
/// assert_eq!(covering.start(&mut gmm)?, 2);
/// assert!((gmm.weights()[0] - 0.25).abs() < 1e-6);
/// assert!((gmm.means()[0][0] - 9.42).abs() < 0.05);
/// let online = OnlineEm::new(gmm, StepSize::constant(0.005)?)?;
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Covering<T: Real, const D: usize, const M: usize, S: Shape> {
    /// The statistics of each ball, with one pooled scatter.
    stats: SufficientStats<T, D, M, Tied<S>>,
    centres: [[T; D]; M],
    count: usize,
    square_radius: T,
    scales: Scales<T, D>,
}

impl<T: Real, const D: usize, const M: usize, S: Shape> Covering<T, D, M, S> {
    /// A covering of no samples.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            stats: SufficientStats::new(),
            centres: [[T::ZERO; D]; M],
            count: 0,
            square_radius: T::ZERO,
            scales: Scales::ONE,
        }
    }

    /// Measures distances in units of `scales`, one for each feature and above 0. Best are the standard deviations of
    /// the features, as far as they are known.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if a scale is not above 0, or its reciprocal not finite, or if the covering has
    /// samples already, whose distances were measured otherwise.
    pub fn with_scales(mut self, scales: [T; D]) -> Result<Self, Error> {
        require(self.count == 0, "scales", "given before the first sample")?;
        self.scales = Scales::new(scales)?;
        Ok(self)
    }

    /// Takes the next sample. This computes M distances, and about M² if balls have to merge. Missing features are those of
    /// the nearest centre; before there is one, a sample with missing features is ignored.
    ///
    /// # Errors
    /// [`Error::NonFiniteSample`], [`Error::InvalidSampleWeight`] or [`Error::OutOfRange`]; the covering is then as
    /// before.
    pub fn observe(&mut self, sample: impl Observation<T, D>) -> Result<(), Error> {
        let mut weight = checked_weight(&sample)?;
        let completed;
        let x = match mask(&sample) {
            None => sample.features(),
            Some(observed) => {
                let (nearest, _) = self.scales.nearest_partial(sample.features(), &observed, self.centres());
                let others = self.centres().get(nearest);
                if others.is_none() {
                    weight = T::ZERO;
                }
                completed = filled(sample.features(), &observed, others.unwrap_or(&[T::ZERO; D]));
                &completed
            }
        };
        check_range(x, weight)?;
        // The distance between two samples on opposite sides must not overflow either.
        if !(self.scales.square_distance(x, &[T::ZERO; D]) < T::LARGEST_SQUARE) {
            return Err(Error::OutOfRange { sample: 0 });
        }
        if weight == T::ZERO {
            return Ok(());
        }
        let ball = self.ball_for(x);
        let mut responsibilities = [T::ZERO; M];
        if let Some(r) = responsibilities.get_mut(ball) {
            *r = T::ONE;
        }
        self.stats.assign((x, weight), &responsibilities)
    }

    /// The ball that `x` joins or starts. Merges balls first if there is no room for another.
    fn ball_for(&mut self, x: &[T; D]) -> usize {
        loop {
            let (nearest, square) = self.nearest(x, self.count);
            if square <= self.square_radius {
                return nearest;
            }
            if let Some(centre) = self.centres.get_mut(self.count) {
                *centre = *x;
                self.count += 1;
                return self.count - 1;
            }
            self.grow(square);
        }
    }

    /// Enlarges the radius and merges the centres within it. `least` is the squared distance of the new sample to its
    /// nearest centre. The new radius covers at least one pair of centres, or this sample and its nearest centre.
    fn grow(&mut self, mut least: T) {
        for i in 1..self.count.min(M) {
            let (_, square) = self.nearest(&self.centres[i], i);
            if square < least {
                least = square;
            }
        }
        let double = T::from_count(4) * self.square_radius;
        self.square_radius = double.larger(least);
        let mut kept = 0;
        for i in 0..self.count.min(M) {
            let centre = self.centres[i];
            let (nearest, square) = self.nearest(&centre, kept);
            if square <= self.square_radius {
                self.stats.merge_component(nearest, i);
            } else if kept < M {
                self.centres[kept] = centre;
                self.stats.merge_component(kept, i);
                kept += 1;
            }
        }
        self.count = kept;
    }

    /// The nearest of the first `count` centres, the first of equals, and its squared distance; ∞ if there is none.
    fn nearest(&self, x: &[T; D], count: usize) -> (usize, T) {
        self.scales.nearest(x, self.centres.iter().take(count))
    }

    /// The centres. Each of them is a sample.
    #[must_use]
    pub fn centres(&self) -> &[[T; D]] {
        self.centres.get(..self.count).unwrap_or(&self.centres)
    }

    /// The radius. No two centres are nearer to each other than this, and no sample is farther than twice this from the
    /// centre of its ball.
    #[must_use]
    pub fn radius(&self) -> T {
        self.square_radius.root()
    }

    /// Starts a model. The pair of balls that loses least merges, until `K` balls are left. Their shares become the
    /// weights, their means the means, and the covariance within them becomes the covariance of every component.
    /// Returns how many components are live: fewer than K if there are fewer balls, and then the other slots are dead.
    ///
    /// This needs as much memory as a covering and a tied model of M components.
    ///
    /// # Errors
    /// [`Error::EmptyData`] without a sample, [`Error::ConstantFeature`] if no feature varies, and
    /// [`Error::NotPositiveDefinite`] if the variance within or between balls leaves the range of `T`;
    /// [`Error::InvalidParameter`] if the noise of the model has the whole weight. The model is then as before.
    pub fn start<const K: usize, C: Covariance<Shape = S>>(
        &self,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Result<usize, Error> {
        super::check_room(gmm)?;
        let mut stats = self.stats.clone();
        let mut balls: Gmm<T, D, M, Tied<S>> = Gmm::unfitted();
        balls.means = self.centres; // what a ball of next to no mass keeps
        if self.count > 0 && stats.feature_variances().iter().all(|variance| *variance == T::ZERO) {
            return Err(Error::ConstantFeature { feature: 0 });
        }
        let floors = super::start::floors(&stats);
        let base = Base::Data(Some(&floors));
        let terms = Terms { base: &base, frozen: &Frozen::NONE, unit: T::ONE };
        let update = MStep::default().maximize_on(&terms, &stats, &mut balls)?;
        super::check_estimated(&update)?;
        let mut live = balls.live().count();
        while live > K {
            let pair = reduce::closest(&balls).ok_or(Error::NotPositiveDefinite { component: 0 })?;
            reduce::merge(&mut stats, &mut balls, pair.first, pair.second)?;
            live -= 1;
        }
        let mut slot = 0;
        gmm.weights = [T::ZERO; K];
        for (weight, mean) in balls.weights.iter().zip(&balls.means).filter(|(w, _)| **w > T::ZERO) {
            if let (Some(w), Some(m)) = (gmm.weights.get_mut(slot), gmm.means.get_mut(slot)) {
                (*w, *m) = (*weight, *mean);
                slot += 1;
            }
        }
        let [factor] = balls.factors;
        super::set_factors(gmm, factor);
        Ok(slot)
    }
}

impl<T: Real, const D: usize, const M: usize, S: Shape> Default for Covering<T, D, M, S> {
    fn default() -> Self {
        Self::new()
    }
}
