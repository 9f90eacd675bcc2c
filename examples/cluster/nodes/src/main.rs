//! Fits a mixture on a cluster of Ballista: a scheduler, executors, and the driver of EM, which is their client.
//!
//! Our functions are registered by name on each of them. A model travels as a literal of the query, so no codec is
//! needed. When an executor dies, the scheduler gives its tasks to others; a pass has no side effect.

mod demo;
mod roles;

use std::process::ExitCode;

use fit::options::{Arguments, HELP, Other};
use fit::report;
use gaussmix_datafusion::driver::Options;
use gaussmix_datafusion::{Failure, driver};
use lexopt::ValueExt;

const USAGE: &str = "\
Fits a mixture on a cluster.

  nodes scheduler [--host ADDRESS] [--port P]
  nodes executor --scheduler HOST:PORT [--host ADDRESS] [--port P] [--grpc-port P] [--cores N]
  nodes fit --scheduler HOST:PORT OPTIONS
  nodes demo [--kill] [--join] OPTIONS    all of it on this machine: a scheduler, two executors, a fit, and the
                                          same fit in this process. --kill ends one executor in mid-pass, --join
                                          adds one

ADDRESS is where others reach this machine [127.0.0.1]. The data have to lie where all executors read them. OPTIONS:
";

/// What the command line says.
#[derive(Debug, Default)]
struct Command {
    role: String,
    scheduler: Option<String>,
    host: Option<String>,
    port: Option<u16>,
    grpc_port: Option<u16>,
    cores: Option<usize>,
    kills: bool,
    joins: bool,
    asks_help: bool,
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
            "scheduler" => self.scheduler = Some(parser.value()?.string()?),
            "host" => self.host = Some(parser.value()?.string()?),
            "port" => self.port = Some(parser.value()?.parse()?),
            "grpc-port" => self.grpc_port = Some(parser.value()?.parse()?),
            "cores" => self.cores = Some(parser.value()?.parse()?),
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
    let needed = || {
        command.scheduler.clone().ok_or_else(|| Failure::Input("--scheduler HOST:PORT is needed".to_owned()))
    };
    let host = command.host.as_deref().unwrap_or("127.0.0.1");
    match command.role.as_str() {
        "scheduler" => roles::scheduler(host, command.port.unwrap_or(50_050)).await,
        "executor" => {
            let (port, grpc_port) = (command.port.unwrap_or(50_051), command.grpc_port.unwrap_or(50_052));
            roles::executor(&needed()?, host, port, grpc_port, command.cores).await
        }
        "fit" => {
            let ctx = roles::client(&needed()?, arguments).await?;
            let table = fit::table(&ctx, arguments).await?;
            let options = Options { retries: roles::RETRIES, ..arguments.fit()? };
            let outcome = driver::fit(&table, &options, |progress| println!("{progress}")).await?;
            println!("{}", report::text(&outcome, &arguments.features)?);
            Ok(())
        }
        "demo" => demo::run(arguments, command.kills, command.joins).await,
        role => {
            Err(Failure::Input(format!("a role is needed, not `{role}`: scheduler, executor, fit or demo")))
        }
    }
}
