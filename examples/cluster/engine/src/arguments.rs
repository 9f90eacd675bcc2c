//! The arguments of a function, from Arrow arrays to what the kernel reads.

use std::ops::Range;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, FieldRef, Float64Type};
use datafusion::error::Result;
use gaussmix::columns::Bits;
use gaussmix::{Columns, Error};

use crate::failure::refused;
use crate::table::Nulls;

/// What the columns of a function are called, for messages.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) function: String,
    /// Features, and perhaps the weight.
    pub(crate) columns: Vec<String>,
}

impl Names {
    /// Those of an aggregate's arguments, the first of which are not columns of numbers.
    pub(crate) fn of(function: &str, fields: &[FieldRef], before: usize) -> Result<Self> {
        let fields = fields.get(before..).unwrap_or_default();
        for field in fields {
            check_number(function, field.name(), field.data_type())?;
        }
        let columns = fields.iter().map(|field| field.name().clone()).collect();
        Ok(Self { function: function.to_owned(), columns })
    }

    /// Whether a weight follows the features of a model.
    pub(crate) fn has_weight(&self, features: usize) -> Result<bool> {
        match self.columns.len().checked_sub(features) {
            Some(0) => Ok(false),
            Some(1) => Ok(true),
            _ => {
                let Self { function, columns } = self;
                let given = format!("{} columns ({})", columns.len(), columns.join(", "));
                Err(refused(format!(
                    "{function}: {given} for a model of {features} features and perhaps a weight"
                )))
            }
        }
    }

    fn name(&self, j: usize) -> &str {
        self.columns.get(j).map_or("?", |name| name)
    }
}

/// Refuses a column that holds no numbers.
pub(crate) fn check_number(function: &str, name: &str, found: &DataType) -> Result<()> {
    if found.is_numeric() || *found == DataType::Null {
        return Ok(());
    }
    Err(refused(format!("{function}: column `{name}` has type {found}, which is no number")))
}

/// The columns of a batch, as `f64`.
#[derive(Debug)]
pub(crate) struct Batch {
    columns: Vec<Float64Array>,
    len: usize,
}

impl Batch {
    pub(crate) fn of(values: &[ArrayRef], names: &Names, nulls: Nulls) -> Result<Self> {
        // What an ORDER BY adds comes after the arguments.
        let values = values.get(..names.columns.len()).unwrap_or(values);
        let mut columns = Vec::with_capacity(values.len());
        for (j, array) in values.iter().enumerate() {
            let array = match array.data_type() {
                DataType::Float64 => array.clone(),
                _ => cast(array, &DataType::Float64)?,
            };
            let column = array.as_primitive::<Float64Type>().clone();
            if column.null_count() > 0 && nulls == Nulls::Refused {
                let row = (0..column.len()).find(|i| column.is_null(*i)).unwrap_or(0);
                let Names { function, .. } = names;
                let rest = format!("row {row} of a batch; {function}_missing takes NULL features as missing");
                return Err(refused(format!("{function}: column `{}` is NULL in {rest}", names.name(j))));
            }
            columns.push(column);
        }
        let len = values.first().map_or(0, |array| array.len());
        Ok(Self { columns, len })
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no NULL.
    pub(crate) fn is_complete(&self) -> bool {
        self.columns.iter().all(|column| column.null_count() == 0)
    }

    /// A part of the rows, for a model of `D` features.
    pub(crate) fn view<const D: usize>(
        &self,
        rows: Range<usize>,
        names: &Names,
    ) -> Result<Columns<'_, f64, D>> {
        let is_weighted = names.has_weight(D)?;
        let cut = |j: usize| {
            self.columns.get(j).and_then(|column| column.values().get(rows.clone())).unwrap_or_default()
        };
        let refuse = |error: Error| refused(format!("{}: {error}", names.function));
        let mut view = Columns::new(std::array::from_fn(cut)).map_err(refuse)?;
        if !self.is_complete() {
            view = view.with_observed(std::array::from_fn(|j| self.bits(j, rows.start))).map_err(refuse)?;
        }
        if is_weighted {
            if let Some(i) =
                self.columns.get(D).and_then(|weights| rows.clone().find(|i| weights.is_null(*i)))
            {
                let Names { function, .. } = names;
                return Err(refused(format!(
                    "{function}: the weight `{}` is NULL in row {i} of a batch",
                    names.name(D)
                )));
            }
            view = view.with_weights(cut(D)).map_err(refuse)?;
        }
        Ok(view)
    }

    /// Which values of a feature there are, from a row on. What lies under a NULL is arbitrary.
    fn bits(&self, j: usize, start: usize) -> Option<Bits<'_>> {
        let nulls = self.columns.get(j)?.nulls().filter(|nulls| nulls.null_count() > 0)?;
        Some(Bits::new(nulls.validity(), nulls.offset() + start))
    }

    /// Whether a number is not NULL.
    pub(crate) fn is_valid(&self, j: usize, row: usize) -> bool {
        self.columns.get(j).is_some_and(|column| column.is_valid(row))
    }

    /// One number, NaN if it is NULL.
    pub(crate) fn value(&self, j: usize, row: usize) -> f64 {
        self.columns.get(j).filter(|column| column.is_valid(row)).map_or(f64::NAN, |column| column.value(row))
    }

    /// What is wrong with a row, by names and values.
    pub(crate) fn explain(&self, error: Error, first: usize, names: &Names) -> String {
        let (row, what) = match error {
            Error::NonFiniteSample { sample, feature } => {
                let row = first + sample as usize;
                (row, format!("column `{}` is {}", names.name(feature), self.value(feature, row)))
            }
            Error::InvalidSampleWeight { sample } => {
                let (row, weight) = (first + sample as usize, self.columns.len() - 1);
                (row, format!("the weight `{}` is {}", names.name(weight), self.value(weight, row)))
            }
            Error::OutOfRange { sample } => {
                (first + sample as usize, "a value is too large for sums".to_owned())
            }
            other => return format!("{}: {other}", names.function),
        };
        let shown = |j: usize| match self.columns.get(j).is_some_and(|column| column.is_valid(row)) {
            true => format!("{} = {}", names.name(j), self.value(j, row)),
            false => format!("{} = NULL", names.name(j)),
        };
        let values: Vec<_> = (0..self.columns.len()).map(shown).collect();
        format!("{}: {what} in the row with {}", names.function, values.join(", "))
    }
}

/// Models as an argument: one for all rows of a batch, or one for each row.
#[derive(Debug)]
pub(crate) enum Models {
    One(ArrayRef),
    Each(ArrayRef),
}

impl Models {
    pub(crate) fn of(array: &ArrayRef) -> Result<Self> {
        if let DataType::Dictionary(_, values) = array.data_type() {
            let dictionary = array.as_any_dictionary();
            if dictionary.values().len() == 1 && array.null_count() == 0 {
                return Ok(Self::One(cast(dictionary.values(), &DataType::BinaryView)?));
            }
            check_binary(values)?;
        } else {
            check_binary(array.data_type())?;
        }
        Ok(Self::Each(cast(array, &DataType::BinaryView)?))
    }

    /// The same with the first model for all rows.
    pub(crate) fn of_all(self) -> Self {
        match self {
            Self::One(array) | Self::Each(array) => Self::One(array),
        }
    }

    /// The model of some rows, which have to have the same one. Its mark beside it.
    pub(crate) fn of_rows(&self, mut rows: Range<usize>) -> Result<Option<(&[u8], u32)>> {
        let Some(first) = rows.next() else { return Ok(None) };
        let model = self.at(first)?;
        let found = mark(model);
        if let Self::Each(_) = self {
            for row in rows {
                if mark(self.at(row)?) != found {
                    return Ok(None);
                }
            }
        }
        Ok(Some((model, found)))
    }

    /// The model of a row.
    pub(crate) fn at(&self, row: usize) -> Result<&[u8]> {
        let (array, row) = match self {
            Self::One(array) => (array, 0),
            Self::Each(array) => (array, row),
        };
        let array = array.as_binary_view();
        match row < array.len() && array.is_valid(row) {
            true => Ok(array.value(row)),
            false => Err(refused("a row has no model: the model's column is NULL")),
        }
    }
}

/// Refuses what cannot be a model.
pub(crate) fn check_binary(found: &DataType) -> Result<()> {
    match found {
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            Ok(())
        }
        DataType::Dictionary(_, values) => check_binary(values),
        _ => Err(refused(format!("the model has type {found}; it has to be binary"))),
    }
}

/// What tells one stored model from another: the record's checksum.
pub(crate) fn mark(model: &[u8]) -> u32 {
    model.last_chunk().map_or(0, |sum| u32::from_le_bytes(*sum))
}
