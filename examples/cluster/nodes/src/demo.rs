//! A whole cluster on this machine, and what it has to show: the model of one process, whoever dies or joins.

use std::env::current_exe;
use std::net::TcpListener;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use fit::options::Arguments;
use fit::{data, report};
use gaussmix_datafusion::Failure;
use gaussmix_datafusion::driver::{self, Outcome};
use gaussmix_datafusion::models::Parameters;
use tokio::process::{Child, Command};
use tokio::time::sleep;

use crate::workers::{self, Workers};

/// A port that nobody listens to.
fn port() -> Result<u16, Failure> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A worker, which ends with this process.
fn worker(port: u16) -> Result<Child, Failure> {
    let mut command = Command::new(current_exe()?);
    command.args(["worker", "--port", &port.to_string()]);
    command.kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::null());
    Ok(command.spawn()?)
}

/// Fits on two workers, and in this process, and compares.
pub(crate) async fn run(arguments: &Arguments, kills: bool, joins: bool) -> Result<(), Failure> {
    let mut arguments = arguments.clone();
    if arguments.data.is_none() {
        let truth = data::Truth::new(arguments.features.len(), arguments.components);
        data::write(&arguments.made, &truth, arguments.rows)?;
        arguments.row = Some("row".to_owned());
    }
    let ports = [port()?, port()?, port()?];
    let workers = Workers::watch(&ports.map(|port| format!("127.0.0.1:{port}")).join(","));
    let first = Arc::new(Mutex::new(Some(worker(ports[0])?)));
    let _second = worker(ports[1])?;
    let third = Mutex::new(None);
    workers.wait_for(2).await?;

    let ctx = workers::client(workers, &arguments)?;
    let table = fit::table(&ctx, &arguments).await?;
    let mut options = arguments.fit()?;
    options.retries = workers::RETRIES;
    let outcome = driver::fit(&table, &options, |progress| {
        println!("{progress}");
        if progress.pass == 2 && kills {
            // In the middle of the next pass.
            let (first, half) = (first.clone(), progress.took.unwrap_or_default() / 2);
            tokio::spawn(async move {
                sleep(half).await;
                let child = first.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(mut child) = child {
                    let killed = child.start_kill();
                    println!("a worker is killed: {killed:?}");
                }
            });
        }
        if progress.pass == 4 && joins {
            let joined = worker(ports[2]).map(|child| {
                *third.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
            });
            println!("a worker joins: {joined:?}");
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
