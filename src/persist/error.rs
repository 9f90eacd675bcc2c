//! Why bytes were not taken for a value.

use core::fmt;

use crate::error::Error;

/// Why bytes were not taken for a value, or a value not turned into bytes.
///
/// An enumeration of its own beside [`Error`]: no call that computes can fail so, and no call that stores can fail
/// otherwise.
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
        /// How many there should be, as far as is known.
        needed: usize,
    },
    /// The bytes do not begin as stored values do. Erased flash reads so.
    NotStored,
    /// The checksum is not that of the bytes.
    Corrupted,
    /// A format version that this release does not know: written by a newer one.
    UnknownVersion {
        /// The version.
        found: u8,
    },
    /// Another kind of value: 1 model, 2 statistics, 3 online run, 4 average.
    WrongKind {
        /// The kind.
        found: u8,
    },
    /// Numbers of another scalar type.
    WrongScalar {
        /// Bytes of one number: 4 `f32`, 8 `f64`.
        found: u8,
    },
    /// Another covariance structure: the shape in the low four bits (1 full, 2 diagonal, 3 spherical), and 0x10 tied, 0x20
    /// EVI, 0x30 VEI, 0x40 EEV.
    WrongStructure {
        /// The structure.
        found: u8,
    },
    /// Another number of features or components.
    WrongShape {
        /// D
        features: u16,
        /// K
        components: u16,
    },
    /// The payload does not have the length that goes with its header.
    WrongLength {
        /// Its bytes.
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
            Self::Truncated { needed } => write!(f, "the bytes end before the {needed} that are due"),
            Self::NotStored => f.write_str("not a stored value"),
            Self::Corrupted => f.write_str("the checksum does not match"),
            Self::UnknownVersion { found } => write!(f, "format version {found} is not known"),
            Self::WrongKind { found } => write!(f, "another kind of value ({found})"),
            Self::WrongScalar { found } => write!(f, "numbers of {found} bytes"),
            Self::WrongStructure { found } => write!(f, "another covariance structure ({found})"),
            Self::WrongShape { features, components } => {
                write!(f, "{features} features and {components} components")
            }
            Self::WrongLength { found } => write!(f, "a payload of {found} bytes"),
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
