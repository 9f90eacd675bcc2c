//! Fits a mixture on a cluster: workers of datafusion-distributed, and the driver of EM, which is their client.
//!
//! Our functions are registered by name on each of them. A model travels as a literal of the query, so no codec is
//! needed. When a worker dies, its query fails at once, and the driver makes the pass again on those that are left: a
//! pass has no side effect.

mod demo;
mod workers;

use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;

use fit::options::{Arguments, HELP, Other};
use fit::report;
use gaussmix_datafusion::driver::Options;
use gaussmix_datafusion::{Failure, driver};
use lexopt::ValueExt;
use workers::Workers;

const USAGE: &str = "\
Fits a mixture on a cluster.

  nodes worker [--address A] [--port P]        works for clients; at 0.0.0.0, for those of other machines, too
  nodes fit --workers HOST:PORT,… OPTIONS      fits on the workers that answer; others may come and go
  nodes demo [--kill] [--join] OPTIONS         all of it on this machine: two workers, a fit, and the same fit in this
                                               process. --kill ends one worker in mid-pass, --join adds one

A is 127.0.0.1 and P 50051 unless given. Messages are not encrypted. The data have to lie where all workers read them.
OPTIONS:
";

/// What the command line says.
#[derive(Debug)]
struct Command {
    role: String,
    workers: Option<String>,
    address: IpAddr,
    port: u16,
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
            "workers" => self.workers = Some(parser.value()?.string()?),
            "address" => self.address = parser.value()?.parse()?,
            "port" => self.port = parser.value()?.parse()?,
            "kill" => self.kills = true,
            "join" => self.joins = true,
            "help" => self.asks_help = true,
            _ => return Err(argument.unexpected()),
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> ExitCode {
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
    match run(&command, &arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("nodes: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: &Command, arguments: &Arguments) -> Result<(), Failure> {
    match command.role.as_str() {
        "worker" => workers::work(command.address, command.port).await,
        "fit" => {
            let Some(addresses) = &command.workers else {
                return Err(Failure::Input("--workers HOST:PORT,… is needed".to_owned()));
            };
            let workers = Workers::watch(addresses);
            workers.wait_for(1).await?;
            let ctx = workers::client(workers, arguments)?;
            let table = fit::table(&ctx, arguments).await?;
            let options = Options { retries: workers::RETRIES, ..arguments.fit()? };
            let outcome = driver::fit(&table, &options, |progress| println!("{progress}")).await?;
            println!("{}", report::text(&outcome, &arguments.features)?);
            Ok(())
        }
        "demo" => demo::run(arguments, command.kills, command.joins).await,
        role => Err(Failure::Input(format!("a role is needed, not `{role}`: worker, fit or demo"))),
    }
}
