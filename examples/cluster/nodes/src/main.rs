//! Fits a mixture on a cluster: workers of datafusion-distributed, and the driver of EM, which is their client.
//!
//! Our functions are registered by name on each of them. A model travels as a literal of the query, so no codec is
//! needed. When a worker dies, its query fails at once, and the driver makes the pass again on those that are left: a
//! pass has no side effect.

mod channels;
mod client;
mod demo;
mod worker;

use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;
use std::time::Duration;

use client::Workers;
use fit::options::{Arguments, HELP, Other};
use fit::report;
use gaussmix_datafusion::driver::Options;
use gaussmix_datafusion::{Failure, driver};
use lexopt::ValueExt;

const USAGE: &str = "\
Fits a mixture on a cluster.

  nodes worker [--address A] [--port P]      works for clients; at 0.0.0.0, for those of other machines, too. A is
                                             127.0.0.1 and P 50051 unless given; at port 0 it takes a free one
  nodes fit --workers HOST:PORT,… --data FILE OPTIONS
                                             fits on the workers that answer; they may come and go. With
                                             --patience SECONDS a query that takes longer is made again
  nodes demo [--kill] [--join] OPTIONS       all of it on this machine: two workers, a fit, and the same fit in this
                                             process. --kill ends a worker in mid-pass, --join adds one; with both, the
                                             second worker ends, too

Messages are neither encrypted nor authenticated, and who reaches a worker reads the files that it can read. The data
have to lie where all workers read them. OPTIONS:
";

/// What the command line says.
#[derive(Debug)]
struct Command {
    role: String,
    workers: Option<String>,
    address: IpAddr,
    port: u16,
    patience: Option<Duration>,
    kills: bool,
    joins: bool,
    asks_help: bool,
}

impl Default for Command {
    fn default() -> Self {
        Self {
            role: String::new(),
            workers: None,
            address: Ipv4Addr::LOCALHOST.into(),
            port: 50_051,
            patience: None,
            kills: false,
            joins: false,
            asks_help: false,
        }
    }
}

impl Command {
    fn take(&mut self, argument: Other, parser: &mut lexopt::Parser) -> Result<(), lexopt::Error> {
        let name = match &argument {
            Other::Value(role) if self.role.is_empty() => {
                self.role = role.to_string_lossy().into_owned();
                return Ok(());
            }
            Other::Value(_) => return Err(argument.unexpected()),
            Other::Long(name) => name.as_str(),
        };
        match name {
            "workers" if self.role == "fit" => self.workers = Some(parser.value()?.string()?),
            "address" if self.role == "worker" => self.address = parser.value()?.parse()?,
            "port" if self.role == "worker" => self.port = parser.value()?.parse()?,
            "patience" if self.role == "fit" => {
                self.patience = Some(Duration::from_secs(parser.value()?.parse()?))
            }
            "kill" if self.role == "demo" => self.kills = true,
            "join" if self.role == "demo" => self.joins = true,
            "help" => self.asks_help = true,
            _ => return Err(argument.unexpected()),
        }
        Ok(())
    }
}

fn main() -> ExitCode {
    let mut command = Command::default();
    let read =
        Arguments::read(std::env::args_os().skip(1), |argument, parser| command.take(argument, parser));
    let arguments = match read {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("nodes: {error}");
            return ExitCode::from(2);
        }
    };
    if command.asks_help {
        println!("{USAGE}\n{HELP}");
        return ExitCode::SUCCESS;
    }
    // Two threads more than cores, so that a busy worker answers in time.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(cores + 2).enable_all().build();
    let outcome =
        runtime.map_err(Failure::from).and_then(|runtime| runtime.block_on(run(&command, &arguments)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("nodes: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: &Command, arguments: &Arguments) -> Result<(), Failure> {
    match command.role.as_str() {
        "worker" => worker::work(command.address, command.port).await,
        "fit" => {
            let (Some(addresses), Some(_)) = (&command.workers, &arguments.data) else {
                return Err(Failure::Input("--workers HOST:PORT,… and --data FILE are needed".to_owned()));
            };
            let workers = Workers::default();
            addresses.split(',').try_for_each(|address| workers.watch(address.trim()))?;
            workers.wait_for(1).await?;
            let ctx = client::context(&workers, arguments)?;
            let table = fit::table(&ctx, arguments).await?;
            let options = Options { retries: client::retries(command.patience), ..arguments.fit()? };
            let outcome = driver::fit(&table, &options, |progress| println!("{progress}")).await?;
            println!("{}", report::text(&outcome, &arguments.features)?);
            fit::draw(arguments, &table, &outcome).await
        }
        "demo" => demo::run(arguments, command.kills, command.joins).await,
        role => Err(Failure::Input(format!("a role is needed, not `{role}`: worker, fit or demo"))),
    }
}
