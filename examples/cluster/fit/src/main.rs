//! Fits a mixture to a Parquet file where it is: in this process, on all its cores, a query for each pass.

use std::process::ExitCode;

use fit::options::{Arguments, HELP, Other};
use fit::{data, report};
use gaussmix_datafusion::{Failure, driver};

#[tokio::main]
async fn main() -> ExitCode {
    let mut asks_help = false;
    let read = Arguments::read(std::env::args_os().skip(1), |argument, _| match argument {
        Other::Long(name) if name == "help" => {
            asks_help = true;
            Ok(())
        }
        argument => Err(argument.unexpected()),
    });
    let arguments = match read {
        Ok(_) if asks_help => {
            println!("Fits a mixture to a Parquet file.\n\n{HELP}");
            return ExitCode::SUCCESS;
        }
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("fit: {error}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("fit: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.data.is_none() {
        let truth = data::Truth::new(arguments.features.len(), arguments.components);
        data::write(&arguments.made, &truth, arguments.rows)?;
        println!("{} rows in {}", arguments.rows, arguments.made.display());
        for (k, (weight, mean)) in truth.weights.iter().zip(&truth.means).enumerate() {
            let mean: Vec<_> = mean.iter().map(|m| format!("{m:8.3}")).collect();
            println!("true {k}  {weight:.4}  {}", mean.join("  "));
        }
        println!();
    }
    let ctx = fit::context(arguments);
    let table = fit::table(&ctx, arguments).await?;
    let outcome = driver::fit(&table, &arguments.fit()?, |progress| {
        if report::is_shown(progress) {
            println!("{progress}");
        }
    })
    .await?;
    println!("{}", report::text(&outcome, &arguments.features)?);
    fit::draw(arguments, &table, &outcome).await
}
