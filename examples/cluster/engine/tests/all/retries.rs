//! A pass that fails for a reason outside it is made again; one that would fail once more is not.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use datafusion::arrow::datatypes::DataType;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Volatility, create_udf};
use datafusion::prelude::col;
use gaussmix::Em;
use gaussmix_datafusion::driver::{Options, Outcome, Retries, Start, fit};
use gaussmix_datafusion::models::Structure;
use gaussmix_datafusion::{Failure, Table};

use crate::support::{FEATURES, clouds, context, dealt, record, start};

const RETRIES: Retries = Retries { times: 2, pause: Duration::from_millis(1) };

fn lost() -> DataFusionError {
    DataFusionError::IoError(io::Error::new(io::ErrorKind::ConnectionReset, "a worker is gone"))
}

/// A fit of four passes over a table that `disturb`s queries by their number. Returns how it ended, the count of queries, and of
/// the failed ones before each pass.
async fn disturbed(
    disturb: fn(u32) -> Result<(), DataFusionError>,
) -> (Result<Outcome, Failure>, u32, Vec<u32>) {
    let ctx = context();
    let data = clouds(3000, 8);
    let calls = Arc::new(AtomicU32::new(0));
    let counted = calls.clone();
    let disturbed = create_udf(
        "disturbed",
        vec![DataType::Float64],
        DataType::Float64,
        Volatility::Volatile,
        Arc::new(move |values| {
            disturb(counted.fetch_add(1, Ordering::SeqCst))?;
            Ok(values[0].clone())
        }),
    );
    // One batch, so that a query calls once.
    let frame = dealt(&ctx, &data, 3000, 1).with_column("x1", disturbed.call(vec![col("x1")])).unwrap();
    let mut options = Options::new(3, Structure::Full);
    options.start = Start::Model(record(&start(&data)));
    options.em = Em::default().with_max_iterations(3).with_tolerance(0.0).unwrap();
    options.retries = RETRIES;
    let mut failed = Vec::new();
    let table = Table::new(frame, &FEATURES).unwrap();
    let outcome = fit(&table, &options, |progress| failed.push(progress.failed)).await;
    (outcome, calls.load(Ordering::SeqCst), failed)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_worker_costs_a_query_and_no_bit() {
    let (whole, calls, _) = disturbed(|_| Ok(())).await;
    assert_eq!(calls, 4);
    let (found, calls, failed) = disturbed(|call| match call {
        1 | 2 | 4 => Err(lost()),
        _ => Ok(()),
    })
    .await;
    assert_eq!((calls, failed), (7, vec![0, 2, 1, 0]));
    assert_eq!(found.unwrap().model, whole.unwrap().model);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_is_given_up_in_the_end() {
    let (found, calls, failed) = disturbed(|call| if call > 0 { Err(lost()) } else { Ok(()) }).await;
    assert_eq!((calls, failed), (4, vec![0]));
    assert!(found.unwrap_err().to_string().contains("a worker is gone"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_fail_again_is_not_repeated() {
    let refuse = |_| Err(DataFusionError::Execution("a NaN".to_owned()));
    let (found, calls, _) = disturbed(refuse).await;
    assert_eq!(calls, 1);
    assert!(found.unwrap_err().to_string().contains("a NaN"));
}
