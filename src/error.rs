//! The errors that calls return.

use core::fmt;

/// Why a call was refused.
///
/// A model, statistics or centres passed by mutable reference keep the bits they had before the call. Three calls keep
/// what they did before they met the cause: [`SufficientStats::observe_all`](crate::SufficientStats::observe_all) and
/// its parallel form keep the samples before the bad one, [`LifeCycle`](crate::lifecycle::LifeCycle) keeps what earlier
/// policies did, and [`OnlineEm::edit`](crate::OnlineEm::edit) keeps what its closure changed.
///
/// `sample` counts from 0 in the data of the call; it is 0 if the call takes one sample. `component` is an index below
/// K, `feature` an index below D.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error {
    /// A feature of a sample is NaN or infinite.
    NonFiniteSample {
        /// Position in the data.
        sample: u64,
        /// The offending feature.
        feature: usize,
    },
    /// A sample lacks a feature, and the call takes complete samples only.
    MissingFeature {
        /// Position in the data.
        sample: u64,
        /// The first feature that is missing.
        feature: usize,
    },
    /// A sample's weight is negative, NaN or infinite.
    InvalidSampleWeight {
        /// Position in the data.
        sample: u64,
    },
    /// A responsibility passed by the caller is negative, NaN or infinite.
    InvalidResponsibility {
        /// Position in the data.
        sample: u64,
        /// The offending component.
        component: usize,
    },
    /// A finite sample is too large for the arithmetic of the scalar type: its squared distance to a component or
    /// centre overflows, or its square or log-density times its weight is so large that a sum of 2³² of them would.
    OutOfRange {
        /// Position in the data.
        sample: u64,
    },
    /// There is no sample, or all samples have weight zero.
    EmptyData,
    /// A fit was asked to begin from an [unfitted](crate::Gmm::unfitted) model, which is only a placeholder, known by a
    /// first component of weight 1 whose mean and offset are exactly 0. Start it with one of the functions of
    /// [`init`](crate::init), or make it with [`Gmm::new`](crate::Gmm::new).
    Unfitted,
    /// A start found fewer distinct samples of positive weight than there are components.
    TooFewDistinctSamples {
        /// How many it found.
        found: usize,
    },
    /// A feature does not vary, or so little that its variance underflows, and then cannot be estimated. An M-step
    /// accepts it with an absolute floor or a ridge, and a fit with the feature's
    /// [resolution](crate::fit::Fitting::with_resolution).
    ConstantFeature {
        /// The feature.
        feature: usize,
    },
    /// A mixing weight is negative, NaN or infinite.
    InvalidWeight {
        /// The component.
        component: usize,
    },
    /// The sum of the mixing weights is too far from 1.
    WeightsNotNormalized,
    /// A component's mean is NaN or infinite.
    NonFiniteMean {
        /// The component.
        component: usize,
    },
    /// A covariance matrix differs from its transpose by more than rounding.
    NotSymmetric {
        /// The component (0 for a tied covariance).
        component: usize,
    },
    /// A covariance matrix, or a stored factor, is not numerically positive definite: a variance, or that of a feature
    /// given others, is 0 or less, or so small or large that it or its reciprocal is no normal number of the scalar
    /// type.
    NotPositiveDefinite {
        /// The component (0 for a tied covariance).
        component: usize,
    },
    /// The covariances do not share what their structure requires (a volume, a shape or both).
    NotInStructure,
    /// Components would hold masses or scatters that leave the range of sums.
    SumsOutOfRange,
    /// A stored offset does not match the stored weight and factor of its component.
    InconsistentOffset {
        /// The component.
        component: usize,
    },
    /// A setting or argument lies outside its range.
    InvalidParameter {
        /// Its name.
        name: &'static str,
        /// The values allowed, to complete the sentence "`name` must be `expected`".
        expected: &'static str,
    },
}

/// Returns [`Error::InvalidParameter`] with this name and expectation unless `valid`.
#[inline(always)]
pub(crate) const fn require(valid: bool, name: &'static str, expected: &'static str) -> Result<(), Error> {
    if valid { Ok(()) } else { Err(Error::InvalidParameter { name, expected }) }
}

impl Error {
    /// The same error with its sample index raised by `offset`, for data that begins `offset` samples earlier.
    #[allow(dead_code)] // a device without threads has no chunks and no panels
    pub(crate) fn offset_by(self, offset: u64) -> Self {
        match self {
            Self::NonFiniteSample { sample, .. }
            | Self::MissingFeature { sample, .. }
            | Self::InvalidSampleWeight { sample }
            | Self::InvalidResponsibility { sample, .. }
            | Self::OutOfRange { sample } => self.at(sample + offset),
            other => other,
        }
    }

    /// The same error with its sample index set to `index`.
    pub(crate) fn at(self, index: u64) -> Self {
        match self {
            Self::NonFiniteSample { feature, .. } => Self::NonFiniteSample { sample: index, feature },
            Self::MissingFeature { feature, .. } => Self::MissingFeature { sample: index, feature },
            Self::InvalidSampleWeight { .. } => Self::InvalidSampleWeight { sample: index },
            Self::InvalidResponsibility { component, .. } => {
                Self::InvalidResponsibility { sample: index, component }
            }
            Self::OutOfRange { .. } => Self::OutOfRange { sample: index },
            other => other,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NonFiniteSample { sample, feature } => {
                write!(f, "sample {sample}: feature {feature} is not finite")
            }
            Self::MissingFeature { sample, feature } => {
                write!(f, "sample {sample}: feature {feature} is missing, and has to be known here")
            }
            Self::InvalidSampleWeight { sample } => {
                write!(f, "sample {sample}: its weight is negative or not finite")
            }
            Self::InvalidResponsibility { sample, component } => {
                write!(f, "sample {sample}: responsibility {component} is negative or not finite")
            }
            Self::OutOfRange { sample } => {
                write!(f, "sample {sample}: its square, distance or log-density is too large for sums")
            }
            Self::EmptyData => f.write_str("no sample of positive weight"),
            Self::Unfitted => f.write_str(
                "the model is unfitted (start it with a function of `init`, or make it with `Gmm::new`)",
            ),
            Self::TooFewDistinctSamples { found } => {
                write!(f, "found only {found} distinct samples, fewer than there are components")
            }
            Self::ConstantFeature { feature } => {
                write!(
                    f,
                    "the variance of feature {feature} is 0 or underflows (an M-step accepts that with an absolute \
                     floor or a ridge)"
                )
            }
            Self::InvalidWeight { component } => {
                write!(f, "weight of component {component} is negative or not finite")
            }
            Self::WeightsNotNormalized => f.write_str("mixing weights do not sum to 1"),
            Self::NonFiniteMean { component } => {
                write!(f, "mean of component {component} is not finite")
            }
            Self::NotSymmetric { component } => {
                write!(f, "covariance of component {component} is not symmetric")
            }
            Self::NotPositiveDefinite { component } => {
                write!(f, "covariance of component {component} is not positive definite")
            }
            Self::NotInStructure => f.write_str("the covariances do not share what their structure requires"),
            Self::SumsOutOfRange => {
                f.write_str("a component would hold a mass or scatter that leaves the range of sums")
            }
            Self::InconsistentOffset { component } => {
                write!(f, "offset of component {component} does not match its weight and factor")
            }
            Self::InvalidParameter { name, expected } => write!(f, "`{name}` must be {expected}"),
        }
    }
}

impl core::error::Error for Error {}
