//! A model for each device: every pass of all fits is one query.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BinaryViewArray, Int64Array, RecordBatch, UInt64Array,
};
use datafusion::arrow::compute::{concat, take};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema};
use datafusion::arrow::util::display::array_value_to_string;
use datafusion::common::JoinType;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::Expr;
use datafusion::prelude::SessionContext;
use gaussmix::nalgebra::{SMatrix, SVector};
use gaussmix::{Covariance, Em, Full, Gmm, SufficientStats};

use crate::driver::{Options, Progress, Report, Start};
use crate::failure::Failure;
use crate::jobs::{Job, Rows, State, drive};
use crate::journal::{Journal, Pass, hash};
use crate::model_literal;
use crate::models::{Kind, Structure, Visitor, decode, encode, visit};
use crate::table::{Nulls, Table, column, record};

/// What the columns of the table of models are called.
const NUMBER: &str = "gmm_device";
const MODEL: &str = "gmm_model";
const KEY: &str = "gmm_key";
const FOUND: &str = "gmm_found";

/// What the fits are to be.
#[derive(Clone, Debug)]
pub struct FleetOptions {
    /// K of each model.
    pub components: usize,
    /// The form of covariances.
    pub structure: Structure,
    /// Convergence, the cap on iterations, and the M-step.
    pub em: Em<f64>,
    /// Whether extrapolations save passes.
    pub is_accelerated: bool,
    /// Where the fits keep what they have found: the starts, and some hundred bytes a device and pass.
    pub checkpoint: Option<PathBuf>,
}

impl FleetOptions {
    /// Fits by default.
    #[must_use]
    pub fn new(components: usize, structure: Structure) -> Self {
        Self { components, structure, em: Em::default(), is_accelerated: false, checkpoint: None }
    }
}

/// The models of all devices.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// The devices, as the table names them.
    pub keys: ArrayRef,
    /// For each device the record of its model and how its fit ended, or why it has none.
    pub models: Vec<Result<(Vec<u8>, Report), String>>,
}

/// Fits a mixture to the rows of each device, named by the column `key`.
///
/// A first query finds mean and covariance of each device. Its start has the components along the longest axis of these,
/// equally spaced: no restarts. Queries join with a table in memory, so the context is one of this process.
///
/// # Errors
/// As [`driver::fit`](crate::driver::fit): a NULL or NaN ends the query of all. A device that varies too little for a fit
/// is no failure of the fleet. Row numbers are refused.
pub async fn fit(
    ctx: &SessionContext,
    table: &Table,
    key: &str,
    options: &FleetOptions,
    mut progress: impl FnMut(&Progress) + Send,
) -> Result<Fleet, Failure> {
    let FleetOptions { components, structure, em, is_accelerated, checkpoint } = options;
    if let Some(row) = &table.row {
        return Err(Failure::Input(format!(
            "the rows of devices are not numbered together: leave out `{row}`"
        )));
    }
    let kind = Kind { features: table.features.len(), components: *components, structure: *structure };
    let (keys, spreads) = spreads(table, key).await?;
    let described = format!(
        "{}; {kind}; {em:?}; accelerated {is_accelerated}; devices {}, {:016x}",
        table.describe(),
        keys.len(),
        digest(&keys)?
    );
    let mut journal = match checkpoint {
        Some(path) => Some(Journal::open(path, &described)?),
        None => None,
    };
    let mut models: Vec<Result<(Vec<u8>, Report), String>> = Vec::new();
    let mut starts = Pass::new();
    for (place, record) in spreads.iter().enumerate() {
        let one = Kind { components: 1, structure: Structure::Full, ..kind };
        let start = visit(one, Spread { record, kind })??;
        models.push(Err(start.as_ref().err().map_or_else(String::new, ToString::to_string)));
        starts.extend(start.ok().map(|start| (place, start)));
    }
    if let Some(journal) = &mut journal {
        match journal.starts.take() {
            Some(kept) => starts = kept,
            None => journal.keep_starts(&starts)?,
        }
    }
    let single = Options {
        start: Start::Model(Vec::new()),
        em: *em,
        is_accelerated: *is_accelerated,
        ..Options::new(*components, *structure)
    };
    let mut jobs = Vec::new();
    for (_, start) in &starts {
        jobs.push(Job::new(start, &single, kind.features, None)?);
    }
    let places: UInt64Array = starts.iter().map(|(place, _)| *place as u64).collect();
    let fitted = take(&keys, &places, None).map_err(DataFusionError::from)?;
    let fitted = &fitted;
    let pass = |models: Pass| async move {
        let begun = Instant::now();
        Ok((self::pass(ctx, table, key, fitted, models).await?, begun.elapsed()))
    };
    drive(&mut jobs, journal, Rows::Apart, pass, &mut progress).await?;
    for ((place, _), job) in starts.iter().zip(jobs) {
        let Some(model) = models.get_mut(*place) else { continue };
        *model = match job.state {
            State::Ended(report) => Ok((job.climb.model(), report)),
            State::Failed(failure) => Err(failure.to_string()),
            State::Going => Err("the fit did not end".to_owned()),
        };
    }
    Ok(Fleet { keys, models })
}

/// What tells these devices from others.
fn digest(keys: &ArrayRef) -> Result<u64, Failure> {
    let mut digest = 0;
    for i in 0..keys.len() {
        let name = array_value_to_string(keys, i).map_err(DataFusionError::from)?;
        digest = hash(format!("{digest} {name}").as_bytes());
    }
    Ok(digest)
}

/// The devices, and the statistics of each as one Gaussian, from complete rows. A row without a device belongs to none.
async fn spreads(table: &Table, key: &str) -> Result<(ArrayRef, Vec<Vec<u8>>), Failure> {
    let kind = Kind { features: table.features.len(), components: 1, structure: Structure::Full };
    let model = model_literal(visit(kind, Standard)??);
    let found = table.statistics(model).alias(FOUND);
    let mut frame = table.frame.clone().filter(column(key).is_not_null())?;
    let complete = table.features.iter().map(|name| column(name).is_not_null()).reduce(Expr::and);
    if let (Nulls::Missing, Some(complete)) = (table.nulls, complete) {
        frame = frame.filter(complete)?;
    }
    let frame = frame.aggregate(vec![column(key)], vec![found])?;
    let batches = frame.sort(vec![column(key).sort(true, false)])?.collect().await?;
    let (mut keys, mut records) = (Vec::new(), Vec::new());
    for batch in &batches {
        keys.push(batch.column(0).clone());
        for row in 0..batch.num_rows() {
            records.push(record(batch.column(1), row)?);
        }
    }
    let keys: Vec<&dyn Array> = keys.iter().map(|keys| keys.as_ref()).collect();
    if keys.is_empty() {
        return Err(Failure::Input("the table has no rows".to_owned()));
    }
    Ok((concat(&keys).map_err(DataFusionError::from)?, records))
}

/// One pass of all fits that go on: the table, joined with their models.
async fn pass(
    ctx: &SessionContext,
    table: &Table,
    key: &str,
    keys: &ArrayRef,
    models: Pass,
) -> Result<Pass, Failure> {
    let places: UInt64Array = models.iter().map(|(i, _)| *i as u64).collect();
    let keys = take(keys, &places, None).map_err(DataFusionError::from)?;
    let numbers: Int64Array = models.iter().map(|(i, _)| *i as i64).collect();
    let records = BinaryViewArray::from_iter_values(models.iter().map(|(_, record)| record));
    let schema = Schema::new(vec![
        Field::new(KEY, keys.data_type().clone(), true),
        Field::new(NUMBER, DataType::Int64, false),
        Field::new(MODEL, DataType::BinaryView, false),
    ]);
    let columns: Vec<ArrayRef> = vec![keys, Arc::new(numbers), Arc::new(records)];
    let batch = RecordBatch::try_new(Arc::new(schema), columns).map_err(DataFusionError::from)?;
    let joined = ctx.read_batch(batch)?.join_on(
        table.frame.clone(),
        JoinType::Inner,
        [column(KEY).eq(column(key))],
    )?;
    let found = table.statistics(column(MODEL)).alias(FOUND);
    let mut pass = Pass::new();
    for batch in joined.aggregate(vec![column(NUMBER)], vec![found])?.collect().await? {
        let numbers = batch.column(0).as_primitive_opt::<Int64Type>();
        let numbers =
            numbers.ok_or_else(|| Failure::Input("the query gave no numbers of devices".to_owned()))?;
        for (row, number) in numbers.values().iter().enumerate() {
            pass.push((usize::try_from(*number).unwrap_or(usize::MAX), record(batch.column(1), row)?));
        }
    }
    pass.sort_by_key(|(i, _)| *i);
    Ok(pass)
}

/// The standard normal distribution, as a model of one component.
struct Standard;

impl Visitor for Standard {
    type Output = Result<Vec<u8>, gaussmix::Error>;

    fn visit<const D: usize, const K: usize, C: Covariance + 'static>(self) -> Self::Output {
        model::<D, K, C>([[0.0; D]; K], SMatrix::identity())
    }
}

/// A model whose components have equal weights and one covariance.
fn model<const D: usize, const K: usize, C: Covariance>(
    means: [[f64; D]; K],
    covariance: SMatrix<f64, D, D>,
) -> Result<Vec<u8>, gaussmix::Error> {
    let weights = [1.0 / K as f64; K];
    let refused = gaussmix::Error::NotPositiveDefinite { component: 0 };
    let covariances = C::from_matrices(&weights, &[covariance; K]).ok_or(refused)?;
    Ok(encode(&Gmm::<f64, D, K, C>::new(weights, means, covariances)?))
}

/// A start from the statistics of one Gaussian.
struct Spread<'a> {
    record: &'a [u8],
    kind: Kind,
}

impl Visitor for Spread<'_> {
    type Output = datafusion::error::Result<Result<Vec<u8>, gaussmix::Error>>;

    fn visit<const D: usize, const ONE: usize, C: Covariance + 'static>(self) -> Self::Output {
        let stats: SufficientStats<f64, D, 1, Full> = decode(self.record, "statistics")?;
        let [mean] = stats.means();
        let Some(covariance) = stats.covariance(0) else { return Ok(Err(gaussmix::Error::EmptyData)) };
        visit(self.kind, Along { mean: mean.to_vec(), covariance: covariance.as_slice().to_vec() })
    }
}

/// Components along the longest axis of a Gaussian.
struct Along {
    mean: Vec<f64>,
    /// By columns.
    covariance: Vec<f64>,
}

/// Steps of the power iteration. The axis need not be exact.
const STEPS: usize = 50;

impl Visitor for Along {
    type Output = Result<Vec<u8>, gaussmix::Error>;

    fn visit<const D: usize, const K: usize, C: Covariance + 'static>(self) -> Self::Output {
        let covariance = SMatrix::<f64, D, D>::from_column_slice(&self.covariance);
        let scales = covariance.diagonal().map(f64::sqrt);
        if let Some(feature) = scales.iter().position(|scale| !(*scale > 0.0)) {
            return Err(gaussmix::Error::ConstantFeature { feature });
        }
        // In standard deviations, so that units do not choose the axis.
        let correlation = SMatrix::<f64, D, D>::from_fn(|i, j| covariance[(i, j)] / (scales[i] * scales[j]));
        let mut axis = SVector::<f64, D>::from_fn(|j, _| 1.0 + 0.1 * j as f64).normalize();
        let mut length = 1.0;
        for _ in 0..STEPS {
            let next = correlation * axis;
            length = next.norm();
            axis = next / length;
        }
        let means = std::array::from_fn(|k| {
            // Equally spaced within two standard deviations of the axis.
            let place = (4.0 * (k as f64 + 0.5) / K as f64 - 2.0) * length.sqrt();
            std::array::from_fn(|j| self.mean.get(j).map_or(0.0, |mean| mean + place * scales[j] * axis[j]))
        });
        model::<D, K, C>(means, covariance)
    }
}
