//! A pass that fails for a reason outside it is made again; one that would fail once more is not.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

use datafusion::arrow::array::{Array, BooleanArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{ColumnarValue, Expr, Volatility, create_udf};
use datafusion::object_store;
use datafusion::parquet::errors::ParquetError;
use datafusion::prelude::col;
use gaussmix::Em;
use gaussmix_datafusion::driver::{Options, Outcome, Retries, Start, fit};
use gaussmix_datafusion::models::Structure;
use gaussmix_datafusion::{Failure, Table};

use crate::support::{FEATURES, clouds, context, dealt, record, start};

const RETRIES: Retries = Retries { times: 2, pause: Duration::from_millis(1), ..Retries::NONE };

fn lost() -> DataFusionError {
    DataFusionError::IoError(io::Error::new(io::ErrorKind::ConnectionReset, "a worker is gone"))
}

/// A function of one column that has to be called again for each query.
fn volatile(
    returns: DataType,
    call: impl Fn(&ColumnarValue) -> Result<ColumnarValue, DataFusionError> + Send + Sync + 'static,
) -> Expr {
    let call = Arc::new(move |values: &[ColumnarValue]| call(&values[0]));
    create_udf("disturbed", vec![DataType::Float64], returns, Volatility::Volatile, call)
        .call(vec![col("x1")])
}

/// A fit of four passes.
fn options(data: &[[f64; 3]]) -> Options {
    let mut options = Options::new(3, Structure::Full);
    options.start = Start::Model(record(&start(data)));
    options.em = Em::default().with_max_iterations(3).with_tolerance(0.0).unwrap();
    options.retries = RETRIES;
    options
}

/// Such a fit over a table that `disturb`s queries by their number. Returns how it ended, the count of queries, and of
/// the failed ones before each pass.
async fn disturbed(
    disturb: fn(u32) -> Result<(), DataFusionError>,
) -> (Result<Outcome, Failure>, u32, Vec<u32>) {
    let ctx = context();
    let data = clouds(3000, 8);
    let calls = Arc::new(AtomicU32::new(0));
    let counted = calls.clone();
    let disturbed = volatile(DataType::Float64, move |values| {
        disturb(counted.fetch_add(1, Ordering::SeqCst))?;
        Ok(values.clone())
    });
    // One batch, so that a query calls once.
    let frame = dealt(&ctx, &data, 3000, 1).with_column("x1", disturbed).unwrap();
    let options = options(&data);
    let mut failed = Vec::new();
    let table = Table::new(frame, &FEATURES).unwrap();
    let outcome = fit(&table, &options, |progress| failed.push(progress.failures.len() as u32)).await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_pass_that_hangs_is_given_up_where_that_is_asked_for() {
    let ctx = context();
    let data = clouds(3000, 8);
    let (calls, has_ended) = (AtomicU32::new(0), Arc::new(AtomicBool::new(false)));
    let ended = has_ended.clone();
    let hang = volatile(DataType::Float64, move |values| {
        let hangs = calls.fetch_add(1, Ordering::SeqCst) == 4;
        while hangs && !ended.load(Ordering::SeqCst) {
            sleep(Duration::from_millis(10));
        }
        Ok(values.clone())
    });
    // Two partitions, each in a task of its own: two calls a query.
    let frame = dealt(&ctx, &data, 1500, 2).with_column("x1", hang).unwrap();
    let table = Table::new(frame, &FEATURES).unwrap();
    let mut options = options(&data);
    options.retries.patience = Some(Duration::from_secs(4));
    let mut failures = Vec::new();
    let found = fit(&table, &options, |progress| failures.push(progress.failures.clone())).await;
    has_ended.store(true, Ordering::SeqCst);
    assert!(found.is_ok());
    assert!(failures[2].len() == 1 && failures[2][0].contains("no answer within 4s"), "{failures:?}");
    assert!([0, 1, 3].iter().all(|pass| failures[*pass].is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_changes_or_loses_rows_is_refused() {
    let ctx = context();
    let data = clouds(3000, 8);
    // The count is query 0. A row is lost in the first pass, or in the third.
    for changed in [1, 3] {
        let calls = AtomicU32::new(0);
        let keeps = volatile(DataType::Boolean, move |values| {
            let whole = calls.fetch_add(1, Ordering::SeqCst) < changed;
            let ColumnarValue::Array(values) = values else { unreachable!("it is a column") };
            let kept: BooleanArray = (0..values.len()).map(|i| Some(whole || i > 0)).collect();
            Ok(ColumnarValue::Array(Arc::new(kept)))
        });
        let frame = dealt(&ctx, &data, 3000, 1).filter(keeps).unwrap();
        let table = Table::new(frame, &FEATURES).unwrap();
        let mut passes = 0;
        let found = fit(&table, &options(&data), |_| passes += 1).await;
        let reason = found.unwrap_err().to_string();
        assert_eq!(passes, changed - 1);
        assert!(reason.contains("it has 3000 rows of positive weight, and a pass found 2999"), "{reason}");
    }
}

#[test]
fn only_what_lies_outside_is_repeated() {
    let external = || -> Box<dyn std::error::Error + Send + Sync> { "a broken pipe".into() };
    let missing = || object_store::Error::NotFound { path: "x".to_owned(), source: external() };
    let slow = object_store::Error::Generic { store: "s3", source: external() };
    for (error, expected) in [
        (lost(), true),
        (DataFusionError::External(external()), true),
        (DataFusionError::External(external()).context("while reading"), true),
        (DataFusionError::Shared(Arc::new(lost())), true),
        (DataFusionError::ParquetError(Box::new(ParquetError::External(external()))), true),
        (DataFusionError::ObjectStore(Box::new(slow)), true),
        (DataFusionError::ObjectStore(Box::new(missing())), false),
        (DataFusionError::ParquetError(Box::new(ParquetError::External(Box::new(missing())))), false),
        (DataFusionError::IoError(io::ErrorKind::NotFound.into()), false),
        (DataFusionError::ParquetError(Box::new(ParquetError::General("no footer".to_owned()))), false),
        (DataFusionError::Execution("a NaN".to_owned()), false),
        (DataFusionError::Plan("no such column".to_owned()), false),
    ] {
        assert_eq!(Retries::lies_outside(&error), expected, "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_fits_in_a_task_of_its_own() {
    let (ctx, data) = (context(), clouds(500, 8));
    let table = Table::new(dealt(&ctx, &data, 300, 2), &FEATURES).unwrap();
    let options = options(&data);
    let fitting = tokio::spawn(async move { fit(&table, &options, |_| {}).await });
    assert_eq!(fitting.await.unwrap().unwrap().report.rows, 500);
}
