//! The types that can be used as samples.

use crate::error::Error;
use crate::real::Real;
use nalgebra::SVector;

/// One sample of `D` features, with an optional weight.
///
/// Implemented for `[T; D]`, for nalgebra's `SVector<T, D>`, for `(sample, weight)` and for references. Data is
/// anything that iterates over these: a slice, a table in flash, `xs.iter().zip(weights)`, or a reader that yields
/// owned arrays. Every call that takes a sample takes an observation. A score ignores the weight, but refuses a weight
/// that is negative or not finite.
///
/// The weight counts how often the sample was seen. A sample of weight 0 counts as absent, and a sample of weight 2
/// counts twice. Fractions are allowed.
///
/// ```
/// use gaussmix::{Gmm, SufficientStats};
///
/// let gmm: Gmm<f64, 1, 1> = Gmm::new([1.0], [[0.0]], [[[1.0]].into()])?;
/// let (mut twice, mut weighted) = (SufficientStats::new(), SufficientStats::new());
/// twice.observe_all(&gmm, [[1.5], [1.5], [0.0]])?;
/// weighted.observe_all(&gmm, [[1.5], [0.0], [9.0]].iter().zip([2.0, 1.0, 0.0]))?;
/// assert_eq!(twice.means(), weighted.means());
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[doc(alias("sample_weight"))]
pub trait Observation<T: Real, const D: usize> {
    /// The features.
    fn features(&self) -> &[T; D];

    /// The weight; `None` means 1.
    fn weight(&self) -> Option<T> {
        None
    }
}

impl<T: Real, const D: usize> Observation<T, D> for [T; D] {
    #[inline(always)]
    fn features(&self) -> &[T; D] {
        self
    }
}

impl<T: Real, const D: usize> Observation<T, D> for SVector<T, D> {
    #[inline(always)]
    fn features(&self) -> &[T; D] {
        let [column] = &self.data.0;
        column
    }
}

impl<T: Real, const D: usize, O: Observation<T, D> + ?Sized> Observation<T, D> for &O {
    #[inline(always)]
    fn features(&self) -> &[T; D] {
        (**self).features()
    }
    #[inline(always)]
    fn weight(&self) -> Option<T> {
        (**self).weight()
    }
}

impl<T: Real, const D: usize, O: Observation<T, D>> Observation<T, D> for (O, T) {
    #[inline(always)]
    fn features(&self) -> &[T; D] {
        self.0.features()
    }
    #[inline(always)]
    fn weight(&self) -> Option<T> {
        Some(self.0.weight().map_or(self.1, |w| w * self.1))
    }
}

impl<T: Real, const D: usize, O: Observation<T, D>> Observation<T, D> for (O, &T) {
    #[inline(always)]
    fn features(&self) -> &[T; D] {
        self.0.features()
    }
    #[inline(always)]
    fn weight(&self) -> Option<T> {
        Some(self.0.weight().map_or(*self.1, |w| w * *self.1))
    }
}

/// The weight of a sample: 1 if it has none, an error if it is negative or not finite.
#[inline(always)]
pub(crate) fn checked_weight<T: Real, const D: usize>(sample: &impl Observation<T, D>) -> Result<T, Error> {
    match sample.weight() {
        None => Ok(T::ONE),
        Some(w) if w >= T::ZERO && w < T::INFINITY => Ok(w),
        Some(_) => Err(Error::InvalidSampleWeight { sample: 0 }),
    }
}

/// Refuses NaN and infinite features.
pub(crate) fn check_finite<T: Real, const D: usize>(x: &[T; D]) -> Result<(), Error> {
    match x.iter().position(|v| !v.is_finite()) {
        Some(feature) => Err(Error::NonFiniteSample { sample: 0, feature }),
        None => Ok(()),
    }
}

/// Refuses a sample whose square, alone or times its weight, could overflow a sum. Refuses NaN and infinite features
/// too.
#[inline(always)]
pub(crate) fn check_range<T: Real, const D: usize>(x: &[T; D], weight: T) -> Result<(), Error> {
    let mut square = T::ONE;
    for &v in x {
        square += v * v;
    }
    if square * weight < T::LARGEST_SQUARE && square < T::LARGEST_SQUARE {
        return Ok(());
    }
    check_finite(x)?;
    Err(Error::OutOfRange { sample: 0 })
}
