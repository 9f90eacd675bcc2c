//! The noise of a mixture: its weight, and the volume in which it is uniform.

use crate::error::{Error, require};
use crate::observation::{Observation, check_range, checked_weight, filled};
use crate::real::{Compensated, Real};

/// The noise of a [`WithNoise`](crate::WithNoise) model: a mixing weight π_0, and the range of each feature. Their
/// product is the volume V; the density of the noise is 1/V everywhere, within the ranges and outside.
///
/// V says how densely outliers may lie before they count as a group. It should come from what the sensor can read
/// ([`in_box`](Self::in_box)), or from where most of the data are ([`robust`](Self::robust)). The range of data that
/// hold an outlier makes V so large that nothing is noise.
///
/// Each range and its reciprocal are normal numbers: from e^−87 to e^87 in `f32`, from e^−708 to e^708 in `f64`. Their
/// product need not be a number: all that is computed of V is ln V. What is less likely than the likeliest by more than
/// these powers has the responsibility 0, as any component.
///
/// ```
/// use gaussmix::covariance::Noise;
///
/// let noise: Noise<f64, 2> = Noise::in_box(0.05, [10.0, 4.0])?;
/// assert!((noise.log_volume() - 40.0_f64.ln()).abs() < 1e-12);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise<T, const D: usize> {
    pub(crate) weight: T,
    /// ln (π_0/V), −∞ for the weight 0.
    pub(crate) offset: T,
    pub(crate) log_ranges: [T; D],
}

impl<T: Real, const D: usize> Noise<T, D> {
    /// Noise of weight π_0 in this volume, in the product of the units of all features (mclust's `Vinv` is 1/V). Each
    /// feature gets the range V^(1/D).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless 0 ≤ `weight` < 1, `volume` is above 0 and finite, and the range is as
    /// [above](Self).
    #[doc(alias("Vinv"))]
    pub fn new(weight: T, volume: T) -> Result<Self, Error> {
        require(volume > T::ZERO && volume < T::INFINITY, "volume", "above 0 and finite")?;
        Self::of(weight, [volume.natural_log() / T::from_count(D as u64); D])
    }

    /// Noise of weight π_0 in a box with these edges, such as the range that a sensor can read.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless 0 ≤ `weight` < 1 and all ranges are as [above](Self).
    pub fn in_box(weight: T, ranges: [T; D]) -> Result<Self, Error> {
        let are_ranges = ranges.iter().all(|r| *r > T::ZERO && *r < T::INFINITY);
        require(are_ranges, "ranges", "above 0 and finite")?;
        Self::of(weight, ranges.map(|r| r.natural_log()))
    }

    /// Noise of weight π_0 in the box that holds most of the data. In each feature the lowest samples are left out, as
    /// far as their share is at most π_0/2, and the highest likewise; of n samples of one weight at least one at each end,
    /// of others as many as weigh no more than their mean. So `weight` is the share of outliers to expect. Missing features
    /// do not count.
    ///
    /// It takes 65 passes over the data whatever n is, of 2D comparisons a sample, and the memory of 4D 64-bit integers and
    /// 5D numbers: nothing is sorted, and nothing stored.
    ///
    /// ```
    /// use gaussmix::covariance::Noise;
    ///
    /// let data = [[3.0], [1.0], [9999.0], [2.0], [4.0], [5.0]];
    /// let noise: Noise<f64, 1> = Noise::robust(0.1, &data)?;
    /// assert!((noise.log_volume() - 3.0_f64.ln()).abs() < 1e-15); // from 2 to 5
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of a bad sample; [`Error::EmptyData`]; [`Error::ConstantFeature`] if what is left of a feature has no
    /// range; [`Error::InvalidParameter`] unless 0 ≤ `weight` < 1.
    pub fn robust<I>(weight: T, data: I) -> Result<Self, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        let out = left_out(weight, data.clone())?;
        let [low, high] = ends(&out, data);
        let mut ranges = high;
        for (feature, (range, low)) in ranges.iter_mut().zip(low).enumerate() {
            *range -= low;
            if !(*range > T::ZERO) {
                return Err(Error::ConstantFeature { feature });
            }
        }
        Self::in_box(weight, ranges)
    }

    /// The numbers of a model as they are stored, unchecked: π_0, ln (π_0/V), and the logarithm of each range. For a
    /// `static` in flash, as [`Gmm::from_parts_with_noise`](crate::Gmm::from_parts_with_noise) takes it.
    #[must_use]
    pub const fn from_parts(weight: T, offset: T, log_ranges: [T; D]) -> Self {
        Self { weight, offset, log_ranges }
    }

    /// Noise of which a model takes a share, with its offset.
    pub(crate) fn of(weight: T, log_ranges: [T; D]) -> Result<Self, Error> {
        require(weight >= T::ZERO && weight < T::ONE, "weight", "within [0, 1)")?;
        let noise = Self { weight, offset: T::ZERO, log_ranges }.refreshed();
        noise.validate(0).map(|()| noise)
    }

    /// π_0
    #[must_use]
    pub fn weight(&self) -> T {
        self.weight
    }

    /// ln (π_0/V), −∞ for the weight 0.
    #[must_use]
    pub fn offset(&self) -> T {
        self.offset
    }

    /// ln V
    #[must_use]
    pub fn log_volume(&self) -> T {
        self.log_ranges.iter().fold(T::ZERO, |sum, range| sum + *range)
    }

    /// The logarithm of each feature's range.
    #[must_use]
    pub fn log_ranges(&self) -> &[T; D] {
        &self.log_ranges
    }

    /// ln (π_0/V) over these features only.
    pub(crate) fn offset_of(&self, observed: &[bool; D]) -> T {
        let mut log_volume = T::ZERO;
        for (range, _) in self.log_ranges.iter().zip(observed).filter(|(_, seen)| **seen) {
            log_volume += *range;
        }
        self.weight.natural_log() - log_volume
    }

    /// Recomputes the offset.
    pub(crate) fn refresh(&mut self) {
        self.offset = self.weight.natural_log() - self.log_volume();
    }

    /// Carries a change of units through.
    pub(crate) fn stretch(&mut self, scale: &[T; D]) {
        for (range, scale) in self.log_ranges.iter_mut().zip(scale) {
            *range += scale.abs().natural_log();
        }
        self.refresh();
    }

    /// The same numbers in another scalar type; the offset is to be refreshed.
    pub(crate) fn cast<U: Real>(&self) -> Noise<U, D> {
        let cast = |v: T| U::narrow(v.widen());
        Noise { weight: cast(self.weight), offset: U::ZERO, log_ranges: self.log_ranges.map(cast) }
    }

    /// The range of each feature.
    pub(crate) fn ranges(&self) -> [T; D] {
        self.log_ranges.map(|range| range.exponential())
    }

    /// Checks numbers from elsewhere.
    pub(crate) fn validate(&self, component: usize) -> Result<(), Error> {
        if !(self.weight >= T::ZERO && self.weight <= T::ONE) {
            return Err(Error::InvalidWeight { component });
        }
        let is_range = |r: T| r >= T::SMALLEST_NORMAL && r <= T::ONE / T::SMALLEST_NORMAL;
        require(self.ranges().into_iter().all(is_range), "ranges", "normal numbers, as 1/range")?;
        let due = self.refreshed().offset;
        let slack = T::WEIGHT_TOLERANCE * (T::ONE + due.abs());
        if self.offset == due || (self.offset - due).abs() <= slack && due.is_finite() {
            return Ok(());
        }
        Err(Error::InconsistentOffset { component })
    }

    fn refreshed(mut self) -> Self {
        self.refresh();
        self
    }
}

/// What shares lack of 1, as that of the noise does; 0 if it is no more than their rounding.
#[inline(always)]
pub(crate) fn rest_of<T: Real, const K: usize>(shares: &[T; K]) -> T {
    let rest = shares.iter().fold(T::ONE, |rest, share| rest - *share);
    if rest > T::from_count(K as u64) * T::EPSILON { rest } else { T::ZERO }
}

/// The mass that is left out at each end of a feature: the share π_0/2, or the mean mass of a sample. Sums of masses are
/// compared with it, so it has an allowance for their rounding.
#[inline(never)] // its memory is not that of the search
fn left_out<T: Real, const D: usize>(
    weight: T,
    data: impl IntoIterator<Item: Observation<T, D>>,
) -> Result<[T; D], Error> {
    let (mut counts, mut totals) = ([0; D], [Compensated::ZERO; D]);
    for (index, sample) in data.into_iter().enumerate() {
        let at = |error: Error| error.at(index as u64);
        let (w, seen) = (checked_weight(&sample).map_err(at)?, sample.observed().unwrap_or([true; D]));
        check_range(&filled(sample.features(), &seen, &[T::ZERO; D]), w).map_err(at)?;
        for j in 0..D {
            if seen[j] {
                totals[j].add(w);
                counts[j] += u64::from(w > T::ZERO);
            }
        }
    }
    let (mut out, rounding) = ([T::ZERO; D], T::ONE + T::narrow(8.0) * T::EPSILON);
    for j in 0..D {
        let total = totals[j].high;
        if !(total > T::ZERO) {
            return Err(Error::EmptyData);
        }
        out[j] = (T::HALF * weight * total).larger(total / T::from_count(counts[j])) * rounding;
    }
    Ok(out)
}

/// The lowest and the highest value of each feature when this mass is left out. They have these places in the order of
/// all numbers: the first at which the mass up to it is more than what is left out, and the same from above. A bisection
/// finds them. Where all is left out, they are NaN.
fn ends<T: Real, const D: usize, I>(out: &[T; D], data: I) -> [[T; D]; 2]
where
    I: IntoIterator<Item: Observation<T, D>> + Clone,
{
    let [mut least, mut most] = [[[0; D]; 2], [[u64::MAX; D]; 2]];
    for _ in 0..u64::BITS {
        let mut masses = [[Compensated::ZERO; D]; 2];
        for sample in data.clone() {
            let (w, x) = (sample.weight().unwrap_or(T::ONE), sample.features());
            let seen = sample.observed().unwrap_or([true; D]);
            for j in 0..D {
                for end in 0..2 {
                    if seen[j] && place(x[j], end) <= middle(least[end][j], most[end][j]) {
                        masses[end][j].add(w);
                    }
                }
            }
        }
        for end in 0..2 {
            for j in 0..D {
                let middle = middle(least[end][j], most[end][j]);
                if masses[end][j].high > out[j] {
                    most[end][j] = middle;
                } else {
                    least[end][j] = middle.saturating_add(1).min(most[end][j]);
                }
            }
        }
    }
    let [low, high] = most;
    [low.map(|at| value(at, 0)), high.map(|at| value(at, 1))]
}

/// The place of a number in the order of all, from the end of the smallest or that of the largest.
fn place<T: Real>(v: T, end: usize) -> u64 {
    // −0 is 0.
    let place = (v + T::ZERO).widen().to_bits();
    let place = if place >> 63 == 0 { place | 1 << 63 } else { !place };
    if end == 0 { place } else { !place }
}

/// The number at a place.
fn value<T: Real>(place: u64, end: usize) -> T {
    let place = if end == 0 { place } else { !place };
    T::narrow(f64::from_bits(if place >> 63 == 0 { !place } else { place & !(1 << 63) }))
}

fn middle(least: u64, most: u64) -> u64 {
    least + (most - least) / 2
}
