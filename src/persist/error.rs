//! Why a value could not be encoded or decoded.

use core::fmt;

use crate::error::Error;

/// Why a value could not be encoded, or bytes could not be decoded.
///
/// This is separate from [`Error`], since calls that compute never return it and calls that encode or decode return
/// nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PersistError {
    /// The buffer or sector holds fewer bytes than the value needs.
    TooSmall {
        /// The bytes needed.
        needed: usize,
    },
    /// The bytes end early.
    Truncated {
        /// How many bytes there should be, as far as is known.
        needed: usize,
    },
    /// The bytes do not begin like a stored value. Erased flash gives this error.
    NotStored,
    /// The checksum does not match the bytes.
    Corrupted,
    /// This release does not know the format version: a newer release wrote the bytes, or it is version 1, which was
    /// never released.
    UnknownVersion {
        /// The version.
        found: u8,
    },
    /// The bytes hold another kind of value: 1 model, 2 statistics, 3 online run, 4 average, 5 online run with a
    /// regularizer, 6 novelty, 7 life cycle, 8 detector.
    WrongKind {
        /// The kind found.
        found: u8,
    },
    /// The bytes hold numbers of another scalar type.
    WrongScalar {
        /// Bytes of one number: 4 `f32`, 8 `f64`.
        found: u8,
    },
    /// The bytes hold another covariance structure, by its [code](crate::persist).
    WrongStructure {
        /// The structure found.
        found: u8,
    },
    /// The value has another number of features or components.
    WrongShape {
        /// D
        features: u16,
        /// K
        components: u16,
    },
    /// The length of the payload does not match the header.
    WrongLength {
        /// The length found, in bytes.
        found: u32,
    },
    /// The numbers are not those of a valid value.
    Invalid(Error),
}

impl From<Error> for PersistError {
    fn from(error: Error) -> Self {
        Self::Invalid(error)
    }
}

impl fmt::Display for PersistError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::TooSmall { needed } => write!(f, "the value needs {needed} bytes"),
            Self::Truncated { needed } => write!(f, "the bytes end early: {needed} are needed"),
            Self::NotStored => f.write_str("not a stored value"),
            Self::Corrupted => f.write_str("the checksum does not match"),
            Self::UnknownVersion { found } => write!(f, "format version {found} is not known"),
            Self::WrongKind { found } => write!(f, "another kind of value ({found})"),
            Self::WrongScalar { found } => write!(f, "another scalar type: numbers of {found} bytes"),
            Self::WrongStructure { found } => write!(f, "another covariance structure ({found:#04x})"),
            Self::WrongShape { features, components } => {
                write!(f, "another shape: {features} features and {components} components")
            }
            Self::WrongLength { found } => write!(f, "wrong length: a payload of {found} bytes"),
            Self::Invalid(error) => write!(f, "not a valid value: {error}"),
        }
    }
}

impl core::error::Error for PersistError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Invalid(error) => Some(error),
            _ => None,
        }
    }
}
