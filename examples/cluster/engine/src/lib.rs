//! EM on DataFusion: the sufficient statistics of a mixture as an aggregate function, scores as scalar functions, and a
//! driver that alternates queries with M-steps.
//!
//! A pass of EM is one query. Each partition makes the statistics of its rows ([`gaussmix::SufficientStats`]), the engine
//! merges them, and the driver makes the M-step. Data stay where they are; what moves is a model out and some KB back.
//!
//! | function | arguments | result |
//! |---|---|---|
//! | `gmm_stats` | model, D features, perhaps a weight | statistics, `Binary` |
//! | `gmm_stats_missing` | the same; NULL features are missing | statistics, `Binary` |
//! | `gmm_stats_ordered` | model, row number, D features, perhaps a weight | statistics, the same bits in any partitioning |
//! | `gmm_stats_ordered_missing` | the same; NULL features are missing | the same |
//! | `gmm_log_density` | model, D features | ln p(x), `Float64` |
//! | `gmm_predict` | model, D features | the likeliest component from 0, `Int64` |
//! | `gmm_responsibilities` | model, D features | one number for each component, `List<Float64>` |
//! | `gmm_hash` | seed, columns | `UInt64`; the smallest of them are a random sample of rows that differ |
//! | `gmm_draw` | the same | the same of rows that may be equal; depends on how the rows are cut into batches |
//!
//! A model is the bytes of [`Persist::encode`](gaussmix::persist::Persist::encode). Its header names size and structure,
//! which have to be in the [range](models::RANGE) that this crate is compiled for: `f64`, full or diagonal covariances.
//! As a literal it should be a dictionary of one value ([`model_literal`] makes it), since the engine repeats a literal
//! for each row of a batch. As a column, joined from a table of models, each group has a model of its own.
//!
//! ```
//! use datafusion::prelude::*;
//! use gaussmix::{Gmm, persist::Persist, SufficientStats};
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! type Model = Gmm<f64, 1, 2>;
//! let gmm = Model::new([0.5, 0.5], [[0.0], [9.0]], [[[1.0]].into(); 2])?;
//! let mut bytes = vec![0; Model::ENCODED_LEN];
//! gmm.encode(&mut bytes)?;
//!
//! let ctx = SessionContext::new();
//! gaussmix_datafusion::register(&ctx);
//! let model: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
//! let query = format!("SELECT gmm_stats(x'{model}', x) AS s FROM (VALUES (0.5), (-0.5), (9.0)) AS t (x)");
//! let batches = ctx.sql(&query).await?.collect().await?;
//! let stats: &[u8] = datafusion::common::cast::as_binary_array(batches[0].column(0))?.value(0);
//! let stats = SufficientStats::<f64, 1, 2>::decode(stats)?;
//! assert_eq!(stats.count(), 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod aggregate;
mod arguments;
pub mod driver;
mod failure;
pub mod fleet;
mod groups;
mod hash;
mod jobs;
mod journal;
pub mod models;
mod ordered;
mod retries;
mod scores;
mod table;

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::{AggregateUDF, Expr, ScalarUDF, lit};
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;

pub use failure::Failure;
pub use table::{Nulls, Table};

/// The aggregate functions, one for each way to take NULL and order.
#[must_use]
pub fn aggregates() -> Vec<Arc<AggregateUDF>> {
    aggregate::Kind::ALL.map(|kind| Arc::new(AggregateUDF::from(aggregate::GmmStats::new(kind)))).to_vec()
}

/// The scalar functions.
#[must_use]
pub fn scalars() -> Vec<Arc<ScalarUDF>> {
    let mut functions: Vec<_> =
        scores::Score::ALL.map(|score| Arc::new(ScalarUDF::from(scores::GmmScore::new(score)))).to_vec();
    functions.extend([false, true].map(|is_salted| Arc::new(ScalarUDF::from(hash::GmmHash::new(is_salted)))));
    functions
}

/// Registers all functions in a context.
pub fn register(ctx: &SessionContext) {
    for function in aggregates() {
        ctx.register_udaf(function.as_ref().clone());
    }
    for function in scalars() {
        ctx.register_udf(function.as_ref().clone());
    }
}

/// Registers all functions by name, beside those that are there: for the registries of workers.
///
/// # Errors
/// Those of the registry.
pub fn register_in(registry: &mut dyn FunctionRegistry) -> datafusion::error::Result<()> {
    for function in aggregates() {
        registry.register_udaf(function)?;
    }
    for function in scalars() {
        registry.register_udf(function)?;
    }
    Ok(())
}

/// A model as an argument of the functions. The engine repeats a literal for each row of a batch; of a dictionary it
/// repeats an index.
#[must_use]
pub fn model_literal(bytes: Vec<u8>) -> Expr {
    lit(ScalarValue::Dictionary(Box::new(DataType::Int8), Box::new(ScalarValue::Binary(Some(bytes)))))
}
