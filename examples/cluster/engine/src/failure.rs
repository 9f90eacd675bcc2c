//! Why a query or a fit is refused.

use std::fmt;

use datafusion::error::DataFusionError;

/// Why a fit ended without a model. The sentence names the column, the row or the reason.
#[derive(Debug)]
pub enum Failure {
    /// What was given cannot be used: columns, options, a model or a checkpoint.
    Input(String),
    /// The query failed.
    Query(DataFusionError),
    /// The mixture refused: a start that found too few samples, a component that cannot be estimated.
    Mixture(gaussmix::Error),
    /// The checkpoint could not be read or written.
    File(std::io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(reason) => f.write_str(reason),
            Self::Query(error) => write!(f, "the query failed: {}", error.strip_backtrace()),
            Self::Mixture(error) => write!(f, "the fit failed: {error}"),
            Self::File(error) => write!(f, "the checkpoint: {error}"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<DataFusionError> for Failure {
    fn from(error: DataFusionError) -> Self {
        Self::Query(error)
    }
}

impl From<gaussmix::Error> for Failure {
    fn from(error: gaussmix::Error) -> Self {
        Self::Mixture(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::File(error)
    }
}

/// An error of ours inside a query.
pub(crate) fn refused(reason: impl Into<String>) -> DataFusionError {
    DataFusionError::Execution(reason.into())
}
