//! The rows that a model is fitted to, and the queries over them.

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::compute::cast as cast_array;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::Column;
use datafusion::functions_aggregate::expr_fn::{count, max, min};
use datafusion::logical_expr::{AggregateUDF, Expr, ScalarUDF, lit};
use datafusion::prelude::{DataFrame, cast};

use crate::aggregate::{GmmStats, Kind};
use crate::arguments::check_number;
use crate::failure::Failure;
use crate::hash::GmmHash;
use crate::model_literal;
use crate::scores::{GmmScore, Score};

/// What NULL means in a feature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Nulls {
    /// An error that names the column.
    #[default]
    Refused,
    /// The feature was not recorded: the row counts with what it has (Ghahramani & Jordan 1994).
    Missing,
}

/// Rows with features, and perhaps weights and numbers.
#[derive(Clone, Debug)]
pub struct Table {
    pub(crate) frame: DataFrame,
    pub(crate) features: Vec<String>,
    weight: Option<String>,
    pub(crate) row: Option<String>,
    pub(crate) nulls: Nulls,
}

impl Table {
    /// A table, a view or the result of any plan, and the columns that are features.
    ///
    /// # Errors
    /// [`Failure::Input`] if a column does not exist, holds no numbers, or is named twice, or there is none.
    pub fn new(frame: DataFrame, features: &[&str]) -> Result<Self, Failure> {
        let features: Vec<String> = features.iter().map(|&name| name.to_owned()).collect();
        if features.is_empty() {
            return Err(Failure::Input("no column is named as a feature".to_owned()));
        }
        let table = Self { frame, features, weight: None, row: None, nulls: Nulls::Refused };
        for (j, name) in table.features.iter().enumerate() {
            table.check(name)?;
            if table.features.iter().skip(j + 1).any(|other| other == name) {
                return Err(Failure::Input(format!("column `{name}` is named twice as a feature")));
            }
        }
        Ok(table)
    }

    /// Names the column of weights: how often each row counts.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_weight(mut self, name: &str) -> Result<Self, Failure> {
        self.check(name)?;
        self.weight = Some(name.to_owned());
        Ok(self)
    }

    /// Names the column that numbers all rows, from 0 without gaps. Fits then have the same bits whatever the
    /// partitioning, and those of `gaussmix::fit::Fitting::par_fit` with chunks of `gaussmix::CHUNK` rows.
    ///
    /// # Errors
    /// As [`new`](Self::new), and if it holds no integers.
    pub fn with_row_numbers(mut self, name: &str) -> Result<Self, Failure> {
        self.check(name)?;
        let field = self.frame.schema().as_arrow().field_with_name(name).ok();
        if !field.is_some_and(|field| field.data_type().is_integer()) {
            return Err(Failure::Input(format!("column `{name}` numbers rows, but holds no integers")));
        }
        self.row = Some(name.to_owned());
        Ok(self)
    }

    /// Says what NULL means in a feature.
    #[must_use]
    pub fn with_nulls(mut self, nulls: Nulls) -> Self {
        self.nulls = nulls;
        self
    }

    fn check(&self, name: &str) -> Result<(), Failure> {
        let schema = self.frame.schema().as_arrow();
        let Ok(field) = schema.field_with_name(name) else {
            let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
            return Err(Failure::Input(format!(
                "there is no column `{name}`; there are {}",
                names.join(", ")
            )));
        };
        check_number("the table", name, field.data_type())
            .map_err(|error| Failure::Input(error.strip_backtrace().replace("Execution error: ", "")))
    }

    /// All that determines what a pass finds, in words.
    pub(crate) fn describe(&self) -> String {
        let Self { features, weight, row, nulls, .. } = self;
        format!("features {features:?}, weight {weight:?}, row numbers {row:?}, NULL {nulls:?}")
    }

    /// The statistics of all rows under a model, as an expression.
    pub(crate) fn statistics(&self, model: Expr) -> Expr {
        let kind = Kind { nulls: self.nulls, is_ordered: self.row.is_some() };
        let columns = self.row.iter().chain(&self.features).chain(&self.weight).map(|name| column(name));
        let arguments: Vec<Expr> = [model].into_iter().chain(columns).collect();
        AggregateUDF::from(GmmStats::new(kind)).call(arguments)
    }

    /// One pass for each model, in one query.
    pub(crate) async fn pass(&self, models: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Failure> {
        let expressions = models
            .iter()
            .enumerate()
            .map(|(i, model)| self.statistics(model_literal(model.clone())).alias(format!("statistics_{i}")));
        let batches = self.frame.clone().aggregate(Vec::new(), expressions.collect())?.collect().await?;
        let filled = batches.iter().find(|batch| batch.num_rows() > 0);
        let row = filled.ok_or_else(|| Failure::Input("the query gave no row".to_owned()))?;
        row.columns().iter().map(|column| record(column, 0)).collect()
    }

    /// A random sample of complete rows with a weight: those of the least hashes. With row numbers it is the same in any
    /// partitioning; without them it depends on how the file is cut into batches, so that equal rows are drawn apart.
    ///
    /// # Errors
    /// [`Failure::Query`], or [`Failure::Input`] for a feature that is NULL.
    pub async fn sample(&self, size: usize, seed: u64) -> Result<Vec<Vec<f64>>, Failure> {
        self.sample_with(size, seed, Vec::new()).await
    }

    /// The same with the component that each row is likeliest of, counted from 0.
    ///
    /// # Errors
    /// As [`sample`](Self::sample), and for a record that is no model of these features.
    pub async fn labelled_sample(
        &self,
        size: usize,
        seed: u64,
        model: &[u8],
    ) -> Result<Vec<(Vec<f64>, usize)>, Failure> {
        let features = self.features.iter().map(|name| column(name));
        let arguments = [model_literal(model.to_vec())].into_iter().chain(features).collect();
        let label = ScalarUDF::from(GmmScore::new(Score::Predict)).call(arguments);
        let label = cast(label, DataType::Float64).alias("gmm_label");
        let rows = self.sample_with(size, seed, vec![label]).await?;
        Ok(rows
            .into_iter()
            .map(|mut row| (row.pop().unwrap_or(0.0) as usize, row))
            .map(|(k, row)| (row, k))
            .collect())
    }

    async fn sample_with(&self, size: usize, seed: u64, more: Vec<Expr>) -> Result<Vec<Vec<f64>>, Failure> {
        let features = || self.features.iter().map(|name| column(name));
        let columns = self.row.iter().map(|name| column(name)).chain(features());
        let arguments: Vec<Expr> = [lit(seed)].into_iter().chain(columns).collect();
        let hash = ScalarUDF::from(GmmHash::new(self.row.is_none())).call(arguments).alias("gmm_hash");
        let double = |name: &String| cast(column(name), DataType::Float64).alias(name.as_str());
        let complete = features().map(|feature| feature.is_not_null()).reduce(Expr::and);
        let mut frame = self.frame.clone();
        if let (Nulls::Missing, Some(complete)) = (self.nulls, complete) {
            frame = frame.filter(complete)?;
        }
        let features = self.features.iter().map(double);
        if let Some(weight) = &self.weight {
            frame = frame.filter(column(weight).gt(lit(0)))?;
        }
        let selected = frame.select([hash].into_iter().chain(features).chain(more).collect::<Vec<_>>())?;
        let order = column("gmm_hash").sort(true, false);
        let batches = selected.sort(vec![order])?.limit(0, Some(size))?.collect().await?;
        let mut rows = Vec::new();
        for batch in &batches {
            for i in 0..batch.num_rows() {
                rows.push(row(batch, i)?);
            }
        }
        Ok(rows)
    }

    /// The number of rows that count: of positive weight, with a feature at least. Files know it by heart, unless there are
    /// weights or gaps.
    pub(crate) async fn count(&self) -> Result<u64, Failure> {
        let mut frame = self.frame.clone();
        let any = self.features.iter().map(|name| column(name).is_not_null()).reduce(Expr::or);
        if let (Nulls::Missing, Some(any)) = (self.nulls, any) {
            frame = frame.filter(any)?;
        }
        if let Some(weight) = &self.weight {
            frame = frame.filter(column(weight).gt(lit(0)))?;
        }
        Ok(frame.count().await? as u64)
    }

    /// Refuses a feature that does not vary in the rows that have it, if others lack it: imputed values would keep up its
    /// variance for a while, and each M-step would shrink it.
    pub(crate) async fn check_gaps(&self) -> Result<(), Failure> {
        if self.nulls == Nulls::Refused {
            return Ok(());
        }
        let mut expressions = vec![count(lit(1)).alias("rows")];
        for (j, name) in self.features.iter().enumerate() {
            let feature = || cast(column(name), DataType::Float64);
            expressions.push(count(feature()).alias(format!("count_{j}")));
            expressions.push(min(feature()).alias(format!("min_{j}")));
            expressions.push(max(feature()).alias(format!("max_{j}")));
        }
        let batches = self.frame.clone().aggregate(Vec::new(), expressions)?.collect().await?;
        let number = |i: usize| {
            let column = batches.first().map(|batch| cast_array(batch.column(i), &DataType::Float64));
            column
                .and_then(Result::ok)
                .and_then(|column| column.as_primitive::<Float64Type>().iter().next().flatten())
        };
        for (j, name) in self.features.iter().enumerate() {
            let has_gaps = number(1 + 3 * j) < number(0);
            if has_gaps && number(2 + 3 * j).is_some() && number(2 + 3 * j) == number(3 + 3 * j) {
                return Err(Failure::Input(format!(
                    "column `{name}` does not vary in the rows that have it"
                )));
            }
        }
        Ok(())
    }
}

/// A column by its name as it is, whatever its case.
pub(crate) fn column(name: &str) -> Expr {
    Expr::Column(Column::from_name(name))
}

/// The statistics in a column of results.
pub(crate) fn record(column: &dyn Array, row: usize) -> Result<Vec<u8>, Failure> {
    let column = column.as_binary_opt::<i32>().filter(|column| row < column.len() && column.is_valid(row));
    let column = column
        .ok_or_else(|| Failure::Input("the query gave no statistics: is the table empty?".to_owned()))?;
    Ok(column.value(row).to_vec())
}

/// The features of a sampled row, after its hash.
fn row(batch: &RecordBatch, i: usize) -> Result<Vec<f64>, Failure> {
    let features = batch.columns().iter().zip(batch.schema_ref().fields()).skip(1);
    features
        .map(|(column, field)| {
            let column = column.as_primitive_opt::<Float64Type>().filter(|column| column.is_valid(i));
            let reason = || Failure::Input(format!("column `{}` is NULL", field.name()));
            column.map(|column| column.value(i)).ok_or_else(reason)
        })
        .collect()
}
