//! Everything that can be refused.

use core::fmt;

/// Why a call was refused.
///
/// A model, statistics or centres passed by mutable reference hold the bits they held before the call, with one
/// exception that is part of its contract: [`SufficientStats::observe_all`](crate::SufficientStats::observe_all) keeps
/// the samples before the bad one.
///
/// `sample` counts from 0 in the data of the call (it is 0 where the call takes one sample); `component` and
/// `feature` are indices below K and D.
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
    /// A sample's weight is negative, NaN or infinite.
    InvalidSampleWeight {
        /// Position in the data.
        sample: u64,
    },
    /// A responsibility handed in is negative, NaN or infinite.
    InvalidResponsibility {
        /// Position in the data.
        sample: u64,
        /// The offending component.
        component: usize,
    },
    /// A finite sample lies so far out that its squared distance to a live component, or its square times its
    /// weight, overflows the scalar type.
    OutOfRange {
        /// Position in the data.
        sample: u64,
    },
    /// There is no sample, or all samples have weight zero.
    EmptyData,
    /// A fit was asked to begin from an [unfitted](crate::Gmm::unfitted) model, which says nothing: start it with one of
    /// the functions of [`init`](crate::init), or make it with [`Gmm::new`](crate::Gmm::new).
    Unfitted,
    /// A start found fewer distinct samples (of positive weight) than components.
    TooFewDistinctSamples {
        /// How many there are.
        found: usize,
    },
    /// A feature does not vary, so that no variance can be estimated; an absolute floor or a ridge allows it.
    ConstantFeature {
        /// The feature.
        feature: usize,
    },
    /// A mixing weight is negative, NaN or infinite.
    InvalidWeight {
        /// The component.
        component: usize,
    },
    /// Mixing weights sum to something too far from 1.
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
    /// A covariance matrix, or a stored factor, is not numerically positive definite.
    NotPositiveDefinite {
        /// The component (0 for a tied covariance).
        component: usize,
    },
    /// The covariances do not have in common what their structure says.
    NotInStructure,
    /// Stored offsets do not belong to the stored weights and factors.
    InconsistentOffset {
        /// The component.
        component: usize,
    },
    /// A setting or argument lies outside its range.
    InvalidParameter {
        /// Its name.
        name: &'static str,
        /// What it has to be: "`name` must be `expected`".
        expected: &'static str,
    },
}

/// Refuses the parameter of that name unless it is what is expected.
#[inline(always)]
pub(crate) fn require(valid: bool, name: &'static str, expected: &'static str) -> Result<(), Error> {
    if valid { Ok(()) } else { Err(Error::InvalidParameter { name, expected }) }
}

impl Error {
    /// The same error, for data that begins `offset` samples earlier.
    #[cfg(any(feature = "simd", feature = "rayon"))]
    pub(crate) fn offset_by(self, offset: u64) -> Self {
        match self {
            Self::NonFiniteSample { sample, .. }
            | Self::InvalidSampleWeight { sample }
            | Self::InvalidResponsibility { sample, .. }
            | Self::OutOfRange { sample } => self.at(sample + offset),
            other => other,
        }
    }

    /// The same error, for the sample at `index` of the data.
    pub(crate) fn at(self, index: u64) -> Self {
        match self {
            Self::NonFiniteSample { feature, .. } => Self::NonFiniteSample { sample: index, feature },
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
            Self::InvalidSampleWeight { sample } => {
                write!(f, "sample {sample}: its weight is negative or not finite")
            }
            Self::InvalidResponsibility { sample, component } => {
                write!(f, "sample {sample}: responsibility {component} is negative or not finite")
            }
            Self::OutOfRange { sample } => {
                write!(f, "sample {sample}: too far out for the scalar type")
            }
            Self::EmptyData => f.write_str("no sample of positive weight"),
            Self::Unfitted => f.write_str(
                "the model is unfitted (start it with a function of `init`, or make it with `Gmm::new`)",
            ),
            Self::TooFewDistinctSamples { found } => {
                write!(f, "only {found} distinct samples, fewer than components")
            }
            Self::ConstantFeature { feature } => {
                write!(f, "feature {feature} is constant (set an absolute floor to allow it)")
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
            Self::NotInStructure => {
                f.write_str("the covariances do not have in common what their structure says")
            }
            Self::InconsistentOffset { component } => {
                write!(f, "offset of component {component} does not match its weight and factor")
            }
            Self::InvalidParameter { name, expected } => write!(f, "`{name}` must be {expected}"),
        }
    }
}

impl core::error::Error for Error {}
