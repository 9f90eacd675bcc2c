//! Data held feature by feature.

use core::iter::FusedIterator;

use crate::error::{Error, require};
use crate::observation::Observation;
use crate::real::Real;

/// Samples that are held feature by feature: one slice for each of `D` features, as tables in memory have them (Arrow,
/// polars, arrays in Fortran's order). A sample is what the slices have at one index.
///
/// They iterate over samples, so every call that takes data takes them. The statistics of a pass come faster by
/// [`SufficientStats::observe_columns`](crate::SufficientStats::observe_columns), which reads the slices as they are: with
/// the feature `simd`, in 0.83 to 0.97 of the time (`f64`, `benches/kernel.rs`).
///
/// ```
/// use gaussmix::{Columns, Em, Gmm, init};
///
/// let minutes = [3.6, 1.8, 3.3, 2.3, 4.5, 2.9];
/// let waits = [79.0, 54.0, 74.0, 62.0, 85.0, 55.0];
/// let data = Columns::new([&minutes, &waits])?;
/// let mut gmm: Gmm<f64, 2, 2> = Gmm::unfitted();
/// init::farthest_first(&mut gmm, data)?;
/// let fit = Em::default().fit(&mut gmm, data)?;
/// assert_eq!(fit.count, 6);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[doc(alias("struct of arrays", "column-major", "DataFrame"))]
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a, T, const D: usize> {
    pub(crate) features: [&'a [T]; D],
    pub(crate) weights: Option<&'a [T]>,
    observed: [Option<Bits<'a>>; D],
}

impl<'a, T: Real, const D: usize> Columns<'a, T, D> {
    /// Complete samples of weight 1.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if the slices differ in length.
    pub fn new(features: [&'a [T]; D]) -> Result<Self, Error> {
        let columns = Self { features, weights: None, observed: [None; D] };
        let is_even = features.iter().all(|feature| feature.len() == columns.len());
        require(is_even, "features", "slices of one length")?;
        Ok(columns)
    }

    /// Gives each sample a weight.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if there are more or fewer weights than samples.
    pub fn with_weights(mut self, weights: &'a [T]) -> Result<Self, Error> {
        require(weights.len() == self.len(), "weights", "one for each sample")?;
        self.weights = Some(weights);
        Ok(self)
    }

    /// Says which values of each feature were observed; `None` stands for all. What stands in the place of others is
    /// never read. See [`Observation::observed`].
    ///
    /// ```
    /// use gaussmix::columns::Bits;
    /// use gaussmix::{Columns, Gmm, NanIsMissing, SufficientStats};
    ///
    /// let covariance = [[1.0, 0.5], [0.5, 1.0]].into();
    /// let gmm: Gmm<f64, 2, 1> = Gmm::new([1.0], [[0.0, 0.0]], [covariance])?;
    /// // The second value of the first feature is missing.
    /// let data = Columns::new([&[0.1, f64::NAN], &[0.3, 0.5]])?
    ///     .with_observed([Some(Bits::new(&[0b01], 0)), None])?;
    /// let (mut by_column, mut by_row) = (SufficientStats::new(), SufficientStats::new());
    /// by_column.observe_columns(&gmm, data)?;
    /// by_row.observe_all(&gmm, [[0.1, 0.3], [f64::NAN, 0.5]].map(NanIsMissing))?;
    /// assert_eq!(by_column, by_row);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if there are fewer bits than samples.
    #[doc(alias("validity", "null"))]
    pub fn with_observed(mut self, observed: [Option<Bits<'a>>; D]) -> Result<Self, Error> {
        let is_long = |bits: &Bits<'_>| bits.len() >= self.len();
        require(observed.iter().flatten().all(is_long), "observed", "at least one bit for each sample")?;
        self.observed = observed;
        Ok(self)
    }

    /// The number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.features.first().map_or(0, |feature| feature.len())
    }

    /// Whether there is no sample.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The samples from `start` on, `most` at most, if there are any and all are complete and of positive weight.
    #[inline(always)]
    #[allow(dead_code)] // a device has no panels
    fn whole(&self, start: usize, most: usize) -> Option<Self> {
        let end = self.len().min(start.saturating_add(most));
        if start >= end || self.observed.iter().flatten().any(|bits| !bits.all(start, end)) {
            return None;
        }
        let cut = |slice: &'a [T]| slice.get(start..end).unwrap_or_default();
        let weights = self.weights.map(cut);
        let counts = |w: &T| *w > T::ZERO && *w < T::INFINITY;
        if weights.is_some_and(|weights| !weights.iter().all(counts)) {
            return None;
        }
        Some(Self { features: self.features.map(cut), weights, observed: [None; D] })
    }
}

/// Bits that say which values were observed: bit `offset + i` for sample i, the lowest bit of a byte first, as in
/// Arrow's validity buffers.
#[derive(Clone, Copy, Debug)]
pub struct Bits<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Bits<'a> {
    /// The bits of `bytes` from bit `offset` on.
    #[must_use]
    pub const fn new(bytes: &'a [u8], offset: usize) -> Self {
        Self { bytes, offset }
    }

    /// How many bits there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.bytes.len().saturating_mul(8).saturating_sub(self.offset)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bit `i`; `false` beyond the last one.
    #[must_use]
    pub fn get(&self, i: usize) -> bool {
        let place = self.offset.saturating_add(i);
        self.bytes.get(place / 8).is_some_and(|byte| byte >> (place % 8) & 1 == 1)
    }

    /// Whether bits `start` to `end`, without that, are all set.
    #[allow(dead_code)] // as `whole`
    fn all(&self, start: usize, end: usize) -> bool {
        let (mut place, end) = (self.offset.saturating_add(start), self.offset.saturating_add(end));
        while place < end {
            let (byte, first) = (place / 8, place % 8);
            let last = (end - byte * 8).min(8);
            let wanted = (u8::MAX >> (8 - last)) & (u8::MAX << first);
            if self.bytes.get(byte).is_none_or(|found| found & wanted != wanted) {
                return false;
            }
            place = (byte + 1) * 8;
        }
        true
    }
}

/// A sample of [`Columns`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<T, const D: usize> {
    features: [T; D],
    weight: Option<T>,
    observed: Option<[bool; D]>,
}

impl<T: Real, const D: usize> Observation<T, D> for Row<T, D> {
    #[inline(always)]
    fn features(&self) -> &[T; D] {
        &self.features
    }
    #[inline(always)]
    fn weight(&self) -> Option<T> {
        self.weight
    }
    #[inline(always)]
    fn observed(&self) -> Option<[bool; D]> {
        self.observed
    }
}

/// The samples of [`Columns`], in order.
#[derive(Clone, Debug)]
pub struct Rows<'a, T, const D: usize> {
    columns: Columns<'a, T, D>,
    next: usize,
}

impl<'a, T: Real, const D: usize> Rows<'a, T, D> {
    /// Takes the next samples as columns, `most` at most, if all of them are complete and of positive weight.
    #[inline(always)]
    #[allow(dead_code)] // as `whole`
    pub(crate) fn take_whole(&mut self, most: usize) -> Option<Columns<'a, T, D>> {
        let whole = self.columns.whole(self.next, most)?;
        self.next += whole.len();
        Some(whole)
    }
}

impl<T: Real, const D: usize> Iterator for Rows<'_, T, D> {
    type Item = Row<T, D>;

    #[inline]
    fn next(&mut self) -> Option<Row<T, D>> {
        let Self { columns, next: i } = self;
        if *i >= columns.len() {
            return None;
        }
        let at = |slice: &[T]| slice.get(*i).copied().unwrap_or(T::ZERO);
        let mut observed = None;
        if columns.observed.iter().any(Option::is_some) {
            observed = Some(columns.observed.map(|bits| bits.is_none_or(|bits| bits.get(*i))));
        }
        let row = Row { features: columns.features.map(at), weight: columns.weights.map(at), observed };
        *i += 1;
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.columns.len() - self.next;
        (left, Some(left))
    }
}

impl<T: Real, const D: usize> ExactSizeIterator for Rows<'_, T, D> {}
impl<T: Real, const D: usize> FusedIterator for Rows<'_, T, D> {}

impl<'a, T: Real, const D: usize> IntoIterator for Columns<'a, T, D> {
    type Item = Row<T, D>;
    type IntoIter = Rows<'a, T, D>;

    fn into_iter(self) -> Rows<'a, T, D> {
        Rows { columns: self, next: 0 }
    }
}

impl<'a, T: Real, const D: usize> IntoIterator for &Columns<'a, T, D> {
    type Item = Row<T, D>;
    type IntoIter = Rows<'a, T, D>;

    fn into_iter(self) -> Rows<'a, T, D> {
        (*self).into_iter()
    }
}
