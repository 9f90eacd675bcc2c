//! A whole cluster on this machine, and what it has to show: the model of one process, whoever dies or joins.

use std::env::current_exe;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fit::options::Arguments;
use fit::{data, report};
use gaussmix_datafusion::Failure;
use gaussmix_datafusion::driver::{self, Outcome};
use gaussmix_datafusion::models::Parameters;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::sleep;

use crate::client::{self, Workers};

/// A worker, which ends with this process, and its address.
async fn worker() -> Result<(Child, String), Failure> {
    let mut command = Command::new(current_exe()?);
    command.args(["worker", "--port=0"]).kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn()?;
    let mut line = String::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output).read_line(&mut line).await?;
    }
    let address = line.strip_prefix("listening at ").and_then(|line| line.split(';').next());
    let address = address.ok_or_else(|| Failure::Input("a worker did not start".to_owned()))?.to_owned();
    Ok((child, address))
}

/// A worker that may end before its time.
type Mortal = Arc<Mutex<Option<Child>>>;

/// Ends a worker after a while.
fn kill(worker: &Mortal, after: Duration) {
    let worker = worker.clone();
    tokio::spawn(async move {
        sleep(after).await;
        let child = worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut child) = child {
            println!("a worker is killed: {:?}", child.start_kill());
        }
    });
}

/// Starts a worker that joins the others.
fn join(workers: &Workers, place: &Mortal) {
    let (workers, place) = (workers.clone(), place.clone());
    tokio::spawn(async move {
        let joined = worker().await.and_then(|(child, address)| {
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
            workers.watch(&address)
        });
        println!("a worker joins: {joined:?}");
    });
}

/// Fits on two workers, and in this process, and compares.
pub(crate) async fn run(arguments: &Arguments, kills: bool, joins: bool) -> Result<(), Failure> {
    let mut arguments = arguments.clone();
    if arguments.data.is_none() {
        let truth = data::Truth::new(arguments.features.len(), arguments.components);
        data::write(&arguments.made, &truth, arguments.rows)?;
        arguments.row = Some("row".to_owned());
    }
    let workers = Workers::default();
    let [first, second, third] = [(); 3].map(|()| Mortal::default());
    for place in [&first, &second] {
        let (child, address) = worker().await?;
        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        workers.watch(&address)?;
    }
    workers.wait_for(2).await?;

    let ctx = client::context(&workers, &arguments)?;
    let table = fit::table(&ctx, &arguments).await?;
    let mut options = arguments.fit()?;
    options.retries = client::retries(None);
    let outcome = driver::fit(&table, &options, |progress| {
        println!("{progress}");
        // In the middle of the next pass.
        let half = progress.took.unwrap_or_default() / 2;
        match progress.pass {
            2 if kills => kill(&first, half),
            4 if joins => join(&workers, &third),
            9 if kills && joins => kill(&second, half),
            _ => {}
        }
    })
    .await?;
    println!("{}", report::text(&outcome, &arguments.features)?);

    println!("the same in this process");
    options.checkpoint = None;
    let ctx = fit::context(&arguments);
    let table = fit::table(&ctx, &arguments).await?;
    let own = driver::fit(&table, &options, |progress| println!("{progress}")).await?;
    let most = difference(&outcome, &own)?;
    print!("\niterations {} and {}; ", outcome.report.iterations, own.report.iterations);
    match (arguments.row.is_some(), outcome.model == own.model) {
        (_, true) => println!("the models have the same bits"),
        (false, false) if most < 1e-9 => {
            println!("the models differ by {most:.1e} at most, relative to 1 + |x|")
        }
        _ => return Err(Failure::Input(format!("the models differ by {most:e}"))),
    }
    Ok(())
}

/// The largest difference of two parameters, relative to 1 + |x|.
fn difference(a: &Outcome, b: &Outcome) -> Result<f64, Failure> {
    let numbers = |outcome: &Outcome| -> datafusion::error::Result<Vec<f64>> {
        let Parameters { weights, means, covariances, .. } = Parameters::of(&outcome.model)?;
        let matrices = covariances.into_iter().flatten().flatten();
        Ok(weights.into_iter().chain(means.into_iter().flatten()).chain(matrices).collect())
    };
    let (a, b) = (numbers(a)?, numbers(b)?);
    Ok(a.iter().zip(&b).map(|(a, b)| (a - b).abs() / (1.0 + b.abs())).fold(0.0, f64::max))
}
