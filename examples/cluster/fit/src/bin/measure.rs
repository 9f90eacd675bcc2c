//! How long a pass takes, and how much memory: in memory, as a query, and what reading the file takes of that.
//!
//! Each measurement is a process of its own, so that its peak of memory is its own too.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Float64Type;
use datafusion::physical_plan::execute_stream_partitioned;
use datafusion::prelude::ParquetReadOptions;
use fit::data::{self, Truth};
use fit::options::Arguments;
use gaussmix::persist::Persist;
use gaussmix::{CHUNK, Em, Gmm, init};
use gaussmix_datafusion::driver;
use gaussmix_datafusion::{Failure, fleet};

const D: usize = 8;
const K: usize = 8;
/// M-steps of a measurement.
const STEPS: u32 = 5;

const USAGE: &str = "\
measure make FILE ROWS     writes rows of 8 features from 8 components
measure memory FILE        Em::par_fit over the rows in memory
measure scan FILE          reads the columns, and drops them
measure query FILE         a query for each pass
measure ordered FILE       the same with row numbers: the same bits in any partitioning
measure devices N ROWS     a model of 3 features and 2 components for each of N devices, in memory";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["make", file, rows] => make(Path::new(file), rows.parse().unwrap_or(1_000_000)),
        ["memory", file] => memory(file).await,
        ["scan", file] => scan(file).await,
        ["query", file] => query(file, false).await,
        ["ordered", file] => query(file, true).await,
        ["devices", devices, rows] => {
            devices_of(devices.parse().unwrap_or(10_000), rows.parse().unwrap_or(1000)).await
        }
        _ => Err(Failure::Input(USAGE.to_owned())),
    };
    match outcome {
        Ok(()) => {
            println!("peak of memory {} MB", peak());
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// The largest resident set so far, in MB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn make(file: &Path, rows: u64) -> Result<(), Failure> {
    Ok(data::write(file, &Truth::new(D, K), rows)?)
}

fn arguments(file: &str, is_ordered: bool) -> Arguments {
    Arguments {
        data: Some(PathBuf::from(file)),
        features: (1..=D).map(|j| format!("x{j}")).collect(),
        row: is_ordered.then(|| "row".to_owned()),
        components: K,
        iterations: STEPS,
        tolerance: Some(0.0),
        restarts: 1,
        ..Arguments::default()
    }
}

/// The rows of the file.
async fn rows(file: &str) -> Result<Vec<[f64; D]>, Failure> {
    let ctx = fit::context(&arguments(file, false));
    let frame = ctx.read_parquet(file, ParquetReadOptions::default()).await?;
    let names: Vec<String> = (1..=D).map(|j| format!("x{j}")).collect();
    let named: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut stream = frame.select_columns(&named)?.execute_stream().await?;
    let mut rows = Vec::new();
    while let Some(batch) = futures::StreamExt::next(&mut stream).await {
        let batch = batch?;
        let columns: Vec<_> =
            batch.columns().iter().map(|column| column.as_primitive::<Float64Type>()).collect();
        rows.extend((0..batch.num_rows()).map(|i| std::array::from_fn::<f64, D, _>(|j| columns[j].value(i))));
    }
    Ok(rows)
}

async fn memory(file: &str) -> Result<(), Failure> {
    let rows = rows(file).await?;
    let mut gmm: Gmm<f64, D, K> = Gmm::unfitted();
    init::farthest_first(&mut gmm, &rows[..rows.len().min(5000)])?;
    let em = Em::default().with_tolerance(0.0)?.with_max_iterations(STEPS);
    let begun = Instant::now();
    let fit = em.fitting().par_fit(&mut gmm, &rows, CHUNK)?;
    let seconds = begun.elapsed().as_secs_f64() / f64::from(fit.iterations + 1);
    println!("in memory  {seconds:.3} s a pass, {:.3e} rows/s", rows.len() as f64 / seconds);
    Ok(())
}

async fn scan(file: &str) -> Result<(), Failure> {
    let ctx = fit::context(&arguments(file, false));
    let mut best = f64::MAX;
    let mut count = 0;
    for _ in 0..STEPS {
        let frame = ctx.read_parquet(file, ParquetReadOptions::default()).await?;
        let names: Vec<String> = (1..=D).map(|j| format!("x{j}")).collect();
        let named: Vec<&str> = names.iter().map(String::as_str).collect();
        let plan = frame.select_columns(&named)?.create_physical_plan().await?;
        let begun = Instant::now();
        let tasks: Vec<_> = execute_stream_partitioned(plan, ctx.task_ctx())?
            .into_iter()
            .map(|mut stream| {
                tokio::spawn(async move {
                    let mut rows = 0;
                    while let Some(batch) = futures::StreamExt::next(&mut stream).await {
                        rows += batch.map_or(0, |batch| batch.num_rows());
                    }
                    rows
                })
            })
            .collect();
        count = 0;
        for task in tasks {
            count += task.await.unwrap_or(0);
        }
        best = best.min(begun.elapsed().as_secs_f64());
    }
    println!("scan       {best:.3} s, {:.3e} rows/s", count as f64 / best);
    Ok(())
}

async fn query(file: &str, is_ordered: bool) -> Result<(), Failure> {
    let arguments = arguments(file, is_ordered);
    let ctx = fit::context(&arguments);
    let table = fit::table(&ctx, &arguments).await?;
    let mut seconds = Vec::new();
    let outcome = driver::fit(&table, &arguments.fit()?, |progress| {
        println!("{progress}");
        seconds.extend(progress.took.map(|took| took.as_secs_f64()));
    })
    .await?;
    let mean = seconds.iter().sum::<f64>() / seconds.len() as f64;
    let what = if is_ordered { "ordered" } else { "query" };
    println!("{what:<10} {mean:.3} s a pass, {:.3e} rows/s", outcome.report.rows as f64 / mean);
    Ok(())
}

async fn devices_of(devices: usize, rows: usize) -> Result<(), Failure> {
    let (ctx, table) = data::devices(devices, rows)?;
    println!("{devices} devices of {rows} rows; memory with the data {} MB", peak());
    let options = fleet::FleetOptions::new(2, gaussmix_datafusion::models::Structure::Full);
    let mut seconds = Vec::new();
    let begun = Instant::now();
    let fleet = fleet::fit(&ctx, &table, "device", &options, |progress| {
        println!("{progress}");
        seconds.extend(progress.took.map(|took| took.as_secs_f64()));
    })
    .await?;
    let fitted = fleet.models.iter().filter(|model| model.as_ref().is_ok_and(|(_, report)| report.converged));
    let count = fitted.count();
    println!(
        "{count} converged, in {:.1} s; the first pass {:.3} s",
        begun.elapsed().as_secs_f64(),
        seconds.first().unwrap_or(&0.0)
    );
    if let Some(Ok((record, _))) = fleet.models.first() {
        let _ = Gmm::<f64, 3, 2>::decode(record).map(|gmm| println!("{gmm}"));
    }
    Ok(())
}
