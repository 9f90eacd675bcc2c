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
    /// Whether no sample of this type ever lacks a feature. A fit need not look for gaps then.
    const IS_COMPLETE: bool = false;

    /// The features.
    fn features(&self) -> &[T; D];

    /// The weight; `None` means 1.
    fn weight(&self) -> Option<T> {
        None
    }

    /// Which features were observed; `None` means all. What stands in the place of a missing feature is never read: it
    /// may be NaN. A sample with no feature observed counts as absent, as one of weight 0 does. Of a feature that no sample
    /// has, a fit leaves mean and variance as the start has them.
    /// [`NanIsMissing`] and [`Masked`] are samples with missing features.
    fn observed(&self) -> Option<[bool; D]> {
        None
    }
}

impl<T: Real, const D: usize> Observation<T, D> for [T; D] {
    const IS_COMPLETE: bool = true;
    #[inline(always)]
    fn features(&self) -> &[T; D] {
        self
    }
}

impl<T: Real, const D: usize> Observation<T, D> for SVector<T, D> {
    const IS_COMPLETE: bool = true;
    #[inline(always)]
    fn features(&self) -> &[T; D] {
        let [column] = &self.data.0;
        column
    }
}

impl<T: Real, const D: usize, O: Observation<T, D> + ?Sized> Observation<T, D> for &O {
    const IS_COMPLETE: bool = O::IS_COMPLETE;
    #[inline(always)]
    fn features(&self) -> &[T; D] {
        (**self).features()
    }
    #[inline(always)]
    fn weight(&self) -> Option<T> {
        (**self).weight()
    }
    #[inline(always)]
    fn observed(&self) -> Option<[bool; D]> {
        (**self).observed()
    }
}

impl<T: Real, const D: usize, O: Observation<T, D>> Observation<T, D> for (O, T) {
    const IS_COMPLETE: bool = O::IS_COMPLETE;
    #[inline(always)]
    fn features(&self) -> &[T; D] {
        self.0.features()
    }
    #[inline(always)]
    fn weight(&self) -> Option<T> {
        Some(self.0.weight().map_or(self.1, |w| w * self.1))
    }
    #[inline(always)]
    fn observed(&self) -> Option<[bool; D]> {
        self.0.observed()
    }
}

impl<T: Real, const D: usize, O: Observation<T, D>> Observation<T, D> for (O, &T) {
    const IS_COMPLETE: bool = O::IS_COMPLETE;
    #[inline(always)]
    fn features(&self) -> &[T; D] {
        self.0.features()
    }
    #[inline(always)]
    fn weight(&self) -> Option<T> {
        Some(self.0.weight().map_or(*self.1, |w| w * *self.1))
    }
    #[inline(always)]
    fn observed(&self) -> Option<[bool; D]> {
        self.0.observed()
    }
}

/// A sample whose NaN features are missing.
///
/// NaN alone is an error, since it mostly comes from a fault. This says that it stands for a feature that was not
/// recorded. A row without NaN is a complete sample and gives its bits; to look for NaN takes a few instructions a
/// feature. Infinite features stay errors.
///
/// ```
/// use gaussmix::{Em, Gmm, NanIsMissing, init};
///
/// let nan = f64::NAN;
/// let rows = [[1.0, 2.1], [nan, 2.0], [1.2, 1.8], [5.0, 8.0], [5.3, nan], [4.9, 8.3]];
/// let data = rows.iter().map(NanIsMissing);
/// let mut gmm: Gmm<f64, 2, 2, gaussmix::Diagonal> = Gmm::unfitted();
/// init::farthest_first(&mut gmm, data.clone())?;
/// Em::default().fit(&mut gmm, data)?;
/// assert_eq!(gmm.predict(NanIsMissing([nan, 7.9]))?, gmm.predict([5.0, 8.0])?);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[doc(alias("missing", "NA", "impute"))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NanIsMissing<O>(pub O);

impl<T: Real, const D: usize, O: Observation<T, D>> Observation<T, D> for NanIsMissing<O> {
    fn features(&self) -> &[T; D] {
        self.0.features()
    }
    fn weight(&self) -> Option<T> {
        self.0.weight()
    }
    fn observed(&self) -> Option<[bool; D]> {
        let mut observed = self.0.observed().unwrap_or([true; D]);
        for (seen, v) in observed.iter_mut().zip(self.0.features()) {
            *seen &= *v <= T::INFINITY;
        }
        observed.contains(&false).then_some(observed)
    }
}

/// A sample with a mask that says which features were observed. The others are never read.
///
/// ```
/// use gaussmix::{Gmm, Masked};
///
/// let covariance = [[1.0, 0.5], [0.5, 1.0]].into();
/// let gmm: Gmm<f64, 2, 1> = Gmm::new([1.0], [[0.0, 0.0]], [covariance])?;
/// let x = Masked { features: [1.5, f64::NAN], observed: [true, false] };
/// let first: Gmm<f64, 1, 1> = Gmm::new([1.0], [[0.0]], [[[1.0]].into()])?;
/// assert!((gmm.log_density(x)? - first.log_density([1.5])?).abs() < 1e-14);
/// // A weight goes beside it, as beside any sample.
/// let twice = (x, 2.0);
/// assert_eq!(gmm.log_density(twice)?, gmm.log_density(x)?);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[doc(alias("missing", "NA", "impute"))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Masked<T, const D: usize> {
    /// The features.
    pub features: [T; D],
    /// Which of them were observed.
    pub observed: [bool; D],
}

impl<T: Real, const D: usize> Observation<T, D> for Masked<T, D> {
    fn features(&self) -> &[T; D] {
        &self.features
    }
    fn observed(&self) -> Option<[bool; D]> {
        Some(self.observed)
    }
}

/// The weight of a sample: 1 if it has none, an error if it is negative or not finite. It is 0 if no feature was
/// observed.
#[inline(always)]
pub(crate) fn checked_weight<T: Real, const D: usize>(sample: &impl Observation<T, D>) -> Result<T, Error> {
    let weight = match sample.weight() {
        None => T::ONE,
        Some(w) if w >= T::ZERO && w < T::INFINITY => w,
        Some(_) => return Err(Error::InvalidSampleWeight { sample: 0 }),
    };
    let is_blank = sample.observed().is_some_and(|observed| !observed.contains(&true));
    Ok(if is_blank { T::ZERO } else { weight })
}

/// Which features were observed, of a sample that lacks some; `None` if it is complete.
#[inline(always)]
pub(crate) fn mask<T: Real, const D: usize>(sample: &impl Observation<T, D>) -> Option<[bool; D]> {
    sample.observed().filter(|observed| observed.contains(&false))
}

/// The features of a sample that must be complete; `None` if none was observed, since its weight is 0.
#[inline(always)]
pub(crate) fn complete<T: Real, const D: usize>(
    sample: &impl Observation<T, D>,
) -> Result<Option<&[T; D]>, Error> {
    let Some(observed) = mask(sample) else { return Ok(Some(sample.features())) };
    match observed.iter().position(|seen| !seen) {
        Some(feature) if observed.contains(&true) => Err(Error::MissingFeature { sample: 0, feature }),
        _ => Ok(None),
    }
}

/// The observed features, and those of `others` where they are missing.
pub(crate) fn filled<T: Real, const D: usize>(x: &[T; D], observed: &[bool; D], others: &[T; D]) -> [T; D] {
    let mut filled = *others;
    for j in 0..D {
        if observed[j] {
            filled[j] = x[j];
        }
    }
    filled
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
