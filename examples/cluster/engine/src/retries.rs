//! Queries that are made again.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use datafusion::error::DataFusionError;
use datafusion::object_store;
use datafusion::parquet::errors::ParquetError;

use crate::failure::Failure;

/// When a query is made again: what failed lies outside it, as a worker or a connection does. A pass has no side effect.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    /// How often, in a row.
    pub times: u32,
    /// How long to wait before.
    pub pause: Duration,
    /// After what time a query that has not ended is given up, and counts as failed. `None`: never.
    pub patience: Option<Duration>,
    /// Whether the same query may succeed another time: [`lies_outside`](Self::lies_outside), or what knows more.
    pub may_pass: fn(&DataFusionError) -> bool,
}

impl Retries {
    /// A query that fails ends the fit, and none is given up.
    pub const NONE: Self =
        Self { times: 0, pause: Duration::ZERO, patience: None, may_pass: Self::lies_outside };

    /// Whether what failed lies outside the engine and the functions: a connection, a disk, a time limit. A NaN, a model
    /// of another shape or a file that is not there does not.
    #[must_use]
    pub fn lies_outside(error: &DataFusionError) -> bool {
        let is_missing = |error: &object_store::Error| matches!(error, object_store::Error::NotFound { .. });
        match error.find_root() {
            DataFusionError::External(_) => true,
            DataFusionError::IoError(error) => error.kind() != io::ErrorKind::NotFound,
            DataFusionError::ObjectStore(error) => !is_missing(error),
            DataFusionError::ParquetError(error) => match error.as_ref() {
                // What a file's reader met on the way.
                ParquetError::External(error) => !error.downcast_ref().is_some_and(is_missing),
                _ => false,
            },
            _ => false,
        }
    }

    /// Makes a query until it succeeds, or there is no hope. Returns what it found, and how long that one took;
    /// `failures` has why others failed.
    pub(crate) async fn repeat<T, F>(
        self,
        failures: &Mutex<Vec<String>>,
        query: impl Fn() -> F,
    ) -> Result<(T, Duration), Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let mut left = self.times;
        loop {
            let begun = Instant::now();
            let answer = match self.patience {
                Some(patience) => {
                    tokio::time::timeout(patience, query()).await.unwrap_or_else(|_| Err(late(patience)))
                }
                None => query().await,
            };
            match answer {
                Ok(found) => return Ok((found, begun.elapsed())),
                Err(Failure::Query(error)) if left > 0 && (self.may_pass)(&error) => {
                    left -= 1;
                    let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
                    failures.push(error.strip_backtrace());
                }
                Err(failure) => return Err(failure),
            }
            tokio::time::sleep(self.pause).await;
        }
    }
}

fn late(patience: Duration) -> Failure {
    let reason = format!("no answer within {patience:?}");
    Failure::Query(DataFusionError::IoError(io::Error::new(io::ErrorKind::TimedOut, reason)))
}
