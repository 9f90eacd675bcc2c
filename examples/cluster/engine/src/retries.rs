//! Queries that are made again.

use std::cell::Cell;
use std::time::Duration;

use datafusion::error::DataFusionError;

use crate::failure::Failure;

/// When a query is made again: if a worker, a connection or a file was lost. A query that would fail once more (a NaN, a
/// model of another shape) is not repeated. A pass has no side effect.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    /// How often, in a row.
    pub times: u32,
    /// How long to wait before.
    pub pause: Duration,
}

impl Retries {
    /// A query that fails ends the fit.
    pub const NONE: Self = Self { times: 0, pause: Duration::ZERO };

    /// Makes a query until it succeeds, or there is no hope. Counts those that failed.
    pub(crate) async fn repeat<T>(
        self,
        failed: &Cell<u32>,
        query: impl AsyncFn() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut left = self.times;
        loop {
            match query().await {
                Err(failure) if left > 0 && may_pass(&failure) => {
                    left -= 1;
                    failed.set(failed.get() + 1);
                    tokio::time::sleep(self.pause).await;
                }
                answer => return answer,
            }
        }
    }
}

/// Whether the same query may succeed another time: what failed lies outside the engine and our functions.
fn may_pass(failure: &Failure) -> bool {
    let Failure::Query(error) = failure else { return false };
    matches!(
        error.find_root(),
        DataFusionError::External(_) | DataFusionError::IoError(_) | DataFusionError::ObjectStore(_)
    )
}
