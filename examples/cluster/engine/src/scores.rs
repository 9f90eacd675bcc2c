//! Scores of rows as scalar functions.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Float64Builder, Int64Array, ListBuilder};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, TypeSignature, Volatility,
};
use gaussmix::{Columns, Covariance, Error, Gmm, Observation};

use crate::arguments::{Batch, Models, Names, check_binary, mark};
use crate::failure::refused;
use crate::models::{Content, Kind, Visitor, decode, visit};
use crate::table::Nulls;

/// What is said of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Score {
    LogDensity,
    Predict,
    Responsibilities,
}

impl Score {
    pub(crate) const ALL: [Self; 3] = [Self::LogDensity, Self::Predict, Self::Responsibilities];
}

/// The function: model, features. NULL features are missing: the score is that of the others.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct GmmScore {
    score: Score,
    signature: Signature,
}

impl GmmScore {
    pub(crate) fn new(score: Score) -> Self {
        Self { score, signature: Signature::new(TypeSignature::VariadicAny, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for GmmScore {
    fn name(&self) -> &str {
        match self.score {
            Score::LogDensity => "gmm_log_density",
            Score::Predict => "gmm_predict",
            Score::Responsibilities => "gmm_responsibilities",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        match types {
            [model, _, ..] => check_binary(model)?,
            _ => return Err(refused(format!("{}: a model and columns are needed", self.name()))),
        }
        Ok(match self.score {
            Score::LogDensity => DataType::Float64,
            Score::Predict => DataType::Int64,
            Score::Responsibilities => {
                DataType::List(Arc::new(Field::new_list_field(DataType::Float64, true)))
            }
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let names = Names::of(self.name(), &args.arg_fields, 1)?;
        let Some((model, columns)) = args.args.split_first() else {
            return Err(refused("a model is needed"));
        };
        let model = match model {
            ColumnarValue::Scalar(value) => Models::of(&value.to_array()?)?.of_all(),
            ColumnarValue::Array(array) => Models::of(array)?,
        };
        let columns =
            columns.iter().map(|column| column.to_array(args.number_rows)).collect::<Result<Vec<_>>>()?;
        let batch = Batch::of(&columns, &names, Nulls::Missing)?;
        let mut found = Found::of(self.score, batch.len());
        let rows = 0..batch.len();
        if let Models::One(_) = model {
            found.add(model.at(0)?, &batch, rows, &names)?;
        } else {
            let marks = rows.map(|row| Ok(mark(model.at(row)?))).collect::<Result<Vec<u32>>>()?;
            let mut start = 0;
            for run in marks.chunk_by(|a, b| a == b) {
                found.add(model.at(start)?, &batch, start..start + run.len(), &names)?;
                start += run.len();
            }
        }
        Ok(ColumnarValue::Array(found.finish()))
    }
}

/// The scores of the rows so far.
enum Found {
    LogDensity(Vec<f64>),
    Predict(Vec<i64>),
    Responsibilities(ListBuilder<Float64Builder>),
}

impl Found {
    fn of(score: Score, rows: usize) -> Self {
        match score {
            Score::LogDensity => Self::LogDensity(Vec::with_capacity(rows)),
            Score::Predict => Self::Predict(Vec::with_capacity(rows)),
            Score::Responsibilities => Self::Responsibilities(ListBuilder::new(Float64Builder::new())),
        }
    }

    fn add(
        &mut self,
        model: &[u8],
        batch: &Batch,
        rows: std::ops::Range<usize>,
        names: &Names,
    ) -> Result<()> {
        let kind = Kind::of(model, Content::Model)?;
        if kind.features != names.columns.len() {
            let given = names.columns.join(", ");
            let reason =
                format!("{}: the columns {given} for a model of {} features", names.function, kind.features);
            return Err(refused(reason));
        }
        visit(kind, Add { found: self, model, batch, rows, names })?
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::LogDensity(scores) => Arc::new(Float64Array::from(scores)),
            Self::Predict(scores) => Arc::new(Int64Array::from(scores)),
            Self::Responsibilities(mut lists) => Arc::new(lists.finish()),
        }
    }
}

struct Add<'a> {
    found: &'a mut Found,
    model: &'a [u8],
    batch: &'a Batch,
    rows: std::ops::Range<usize>,
    names: &'a Names,
}

/// Rows that are scored together.
const TOGETHER: usize = 256;

impl Visitor for Add<'_> {
    type Output = Result<()>;

    fn visit<const D: usize, const K: usize, C: Covariance + 'static>(self) -> Result<()> {
        let gmm: Gmm<f64, D, K, C> = decode(self.model, "model")?;
        for start in self.rows.clone().step_by(TOGETHER) {
            let rows = start..self.rows.end.min(start + TOGETHER);
            let view = self.batch.view::<D>(rows.clone(), self.names)?;
            let scored = score(&gmm, view, self.batch.is_complete(), self.found);
            scored.map_err(|error| refused(self.batch.explain(error, start, self.names)))?;
        }
        Ok(())
    }
}

fn score<const D: usize, const K: usize, C: Covariance>(
    gmm: &Gmm<f64, D, K, C>,
    view: Columns<'_, f64, D>,
    is_complete: bool,
    found: &mut Found,
) -> Result<(), Error> {
    let at = |error: Error, i: usize| match error {
        Error::NonFiniteSample { feature, .. } => Error::NonFiniteSample { sample: i as u64, feature },
        Error::OutOfRange { .. } => Error::OutOfRange { sample: i as u64 },
        other => other,
    };
    match (found, is_complete) {
        (Found::LogDensity(scores), true) => {
            let rows: Vec<[f64; D]> = view.into_iter().map(|row| *row.features()).collect();
            let before = scores.len();
            scores.resize(before + rows.len(), 0.0);
            gmm.log_densities(&rows, scores.get_mut(before..).unwrap_or_default())
        }
        (Found::LogDensity(scores), false) => view.into_iter().enumerate().try_for_each(|(i, row)| {
            scores.push(gmm.log_density(row).map_err(|error| at(error, i))?);
            Ok(())
        }),
        (Found::Predict(scores), _) => view.into_iter().enumerate().try_for_each(|(i, row)| {
            scores.push(gmm.predict(row).map_err(|error| at(error, i))? as i64);
            Ok(())
        }),
        (Found::Responsibilities(lists), _) => view.into_iter().enumerate().try_for_each(|(i, row)| {
            let posterior = gmm.posterior(row).map_err(|error| at(error, i))?;
            lists.values().append_slice(&posterior.responsibilities);
            lists.append(true);
            Ok(())
        }),
    }
}
