//! What a call says.

use crate::described;
use gaussmix::Error;
use gaussmix::persist::PersistError;

described! {
    /// The types that all interfaces share, as the header shows them.
    pub const SHARED = {}

    /// What a call returns. After anything but GAUSSMIX_OK all objects are as before, unless the call says otherwise.
    #[repr(i32)]
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Status {
        /// Done.
        Ok = 0,
        /// A pointer is null, or not aligned as its type requires.
        BadPointer = 1,
        /// The object holds nothing yet: start it or load it.
        Empty = 2,
        /// A number of the sample is NaN or infinite, or too large for the arithmetic.
        BadSample = 3,
        /// The parameters are not those of a mixture: a weight, a mean or a covariance is wrong.
        BadModel = 4,
        /// A setting is outside its range.
        BadSetting = 5,
        /// The samples are too few, or too much alike, to fit a mixture to them.
        TooFewSamples = 6,
        /// The buffer is shorter than the record.
        TooSmall = 7,
        /// There is no record: flash that was erased, for example.
        NotStored = 8,
        /// The record is cut off or damaged: its checksum does not match.
        Corrupted = 9,
        /// A record of something else: of another object, other sizes, another covariance or a newer version.
        OtherRecord = 10,
        /// The record is whole, but its numbers are not those of a valid object.
        InvalidRecord = 11,
        /// Refused for another reason.
        Refused = 12,
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::NonFiniteSample { .. }
            | Error::MissingFeature { .. }
            | Error::InvalidSampleWeight { .. }
            | Error::OutOfRange { .. } => Self::BadSample,
            Error::Unfitted
            | Error::InvalidWeight { .. }
            | Error::WeightsNotNormalized
            | Error::NonFiniteMean { .. }
            | Error::NotSymmetric { .. }
            | Error::NotPositiveDefinite { .. }
            | Error::NotInStructure
            | Error::SumsOutOfRange
            | Error::InconsistentOffset { .. } => Self::BadModel,
            Error::InvalidParameter { .. } => Self::BadSetting,
            Error::EmptyData | Error::TooFewDistinctSamples { .. } | Error::ConstantFeature { .. } => {
                Self::TooFewSamples
            }
            _ => Self::Refused,
        }
    }
}

impl From<PersistError> for Status {
    fn from(error: PersistError) -> Self {
        match error {
            PersistError::TooSmall { .. } => Self::TooSmall,
            PersistError::NotStored => Self::NotStored,
            PersistError::Truncated { .. } | PersistError::Corrupted | PersistError::WrongLength { .. } => {
                Self::Corrupted
            }
            PersistError::UnknownVersion { .. }
            | PersistError::WrongKind { .. }
            | PersistError::WrongScalar { .. }
            | PersistError::WrongStructure { .. }
            | PersistError::WrongShape { .. } => Self::OtherRecord,
            PersistError::Invalid(_) => Self::InvalidRecord,
            _ => Self::Refused,
        }
    }
}

impl From<Result<(), Status>> for Status {
    fn from(result: Result<(), Status>) -> Self {
        match result {
            Ok(()) => Self::Ok,
            Err(status) => status,
        }
    }
}
