//! What the programs have in common: options, data to try, the printed model and its picture.

pub mod data;
pub mod options;
pub mod picture;
pub mod report;

use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use gaussmix_datafusion::driver::Outcome;
use gaussmix_datafusion::models::Parameters;
use gaussmix_datafusion::{Failure, Nulls, Table};
use options::Arguments;
use picture::Scene;

/// A context in this process, with our functions.
#[must_use]
pub fn context(arguments: &Arguments) -> SessionContext {
    let ctx = SessionContext::new_with_config(configuration(arguments));
    gaussmix_datafusion::register(&ctx);
    ctx
}

/// How queries are planned.
#[must_use]
pub fn configuration(arguments: &Arguments) -> SessionConfig {
    let config = SessionConfig::new();
    match arguments.partitions {
        Some(partitions) => config.with_target_partitions(partitions),
        None => config,
    }
}

/// The table that the arguments name.
///
/// # Errors
/// A file that cannot be read, or columns that it does not have.
pub async fn table(ctx: &SessionContext, arguments: &Arguments) -> Result<Table, Failure> {
    let path = arguments.path().to_string_lossy().into_owned();
    let frame = ctx.read_parquet(path, ParquetReadOptions::default()).await?;
    let named: Vec<&str> = arguments.features.iter().map(String::as_str).collect();
    let mut table = Table::new(frame, &named)?;
    if let Some(weight) = &arguments.weight {
        table = table.with_weight(weight)?;
    }
    if let Some(row) = &arguments.row {
        table = table.with_row_numbers(row)?;
    }
    Ok(table.with_nulls(if arguments.is_missing { Nulls::Missing } else { Nulls::Refused }))
}

/// Draws a sample of the rows, each in the colour of its component by `gmm_predict`.
///
/// # Errors
/// A query that fails, or a file that cannot be written.
pub async fn draw(arguments: &Arguments, table: &Table, outcome: &Outcome) -> Result<(), Failure> {
    let rows = table.labelled_sample(2000, 3, &outcome.model).await?;
    let model = Parameters::of(&outcome.model)?;
    let scene = Scene { rows: &rows, model: &model, names: &arguments.features };
    scene.draw(&arguments.picture).map_err(|error| Failure::Input(format!("the picture: {error}")))?;
    println!("{}", arguments.picture.display());
    Ok(())
}
