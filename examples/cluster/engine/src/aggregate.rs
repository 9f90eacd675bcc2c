//! Statistics of a mixture as an aggregate function.

use std::fmt::Debug;
use std::ops::Range;

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, UInt32Type};
use datafusion::common::ScalarValue;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, GroupsAccumulator, Signature, TypeSignature, Volatility,
};
use datafusion::physical_expr::expressions::Literal;
use gaussmix::{Covariance, Gmm, SufficientStats};

use crate::arguments::{Batch, Models, Names, check_binary, mark};
use crate::failure::refused;
use crate::groups::Groups;
use crate::models::{Content, Kind as ModelKind, Visitor, decode, encode, visit};
use crate::ordered::Ordered;
use crate::table::Nulls;

/// Which of the aggregate functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Kind {
    pub(crate) nulls: Nulls,
    /// Whether rows are numbered, and sums follow the numbers.
    pub(crate) is_ordered: bool,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [
        Self { nulls: Nulls::Refused, is_ordered: false },
        Self { nulls: Nulls::Missing, is_ordered: false },
        Self { nulls: Nulls::Refused, is_ordered: true },
        Self { nulls: Nulls::Missing, is_ordered: true },
    ];

    pub(crate) fn name(self) -> &'static str {
        match (self.is_ordered, self.nulls) {
            (false, Nulls::Refused) => "gmm_stats",
            (false, Nulls::Missing) => "gmm_stats_missing",
            (true, Nulls::Refused) => "gmm_stats_ordered",
            (true, Nulls::Missing) => "gmm_stats_ordered_missing",
        }
    }

    /// How many arguments come before the columns of numbers.
    pub(crate) fn before(self) -> usize {
        1 + usize::from(self.is_ordered)
    }
}

/// The function: model, perhaps a row number, features, perhaps a weight.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct GmmStats {
    kind: Kind,
    signature: Signature,
}

impl GmmStats {
    pub(crate) fn new(kind: Kind) -> Self {
        let signature = Signature::new(TypeSignature::VariadicAny, Volatility::Immutable);
        Self { kind, signature }
    }
}

/// The model that is a literal among the arguments.
fn literal(args: &AccumulatorArgs<'_>) -> Option<Vec<u8>> {
    let value = args.exprs.first()?.downcast_ref::<Literal>()?.value();
    let value = match value {
        ScalarValue::Dictionary(_, value) => value,
        value => value,
    };
    match value {
        ScalarValue::Binary(bytes) | ScalarValue::LargeBinary(bytes) | ScalarValue::BinaryView(bytes) => {
            bytes.clone()
        }
        _ => None,
    }
}

impl AggregateUDFImpl for GmmStats {
    fn name(&self) -> &str {
        self.kind.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        let before = self.kind.before();
        match types {
            [model, ..] if types.len() > before => check_binary(model)?,
            _ => return Err(refused(format!("{}: a model and columns are needed", self.name()))),
        }
        match types.get(1) {
            Some(row) if self.kind.is_ordered && !row.is_integer() => {
                Err(refused(format!("{}: the row number has type {row}, which is no integer", self.name())))
            }
            _ => Ok(DataType::Binary),
        }
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let field =
            |name: &str, of: DataType| Field::new(format_state_name(args.name, name), of, true).into();
        let statistics = field("statistics", DataType::Binary);
        Ok(match self.kind.is_ordered {
            true => vec![statistics],
            false => vec![statistics, field("model", DataType::UInt32)],
        })
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        if args.is_distinct {
            return Err(refused(format!("{}: DISTINCT has no meaning for statistics", self.name())));
        }
        let names = Names::of(self.name(), args.expr_fields, self.kind.before())?;
        let model = literal(&args);
        if self.kind.is_ordered {
            return Ok(Box::new(Ordered::new(names, self.kind.nulls, model)?));
        }
        let running = match &model {
            Some(model) => Some(open(model, &names)?),
            None => None,
        };
        Ok(Box::new(Whole { names, nulls: self.kind.nulls, running }))
    }

    fn groups_accumulator_supported(&self, _args: AccumulatorArgs<'_>) -> bool {
        !self.kind.is_ordered
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        let names = Names::of(self.name(), args.expr_fields, self.kind.before())?;
        Ok(Box::new(Groups::new(names, self.kind.nulls)))
    }
}

/// Statistics of a type that is found out while the program runs, with the model under which they are made.
pub(crate) trait Running: Debug + Send + Sync {
    /// Adds rows of a batch, in panels.
    fn observe(&mut self, batch: &Batch, rows: Range<usize>, names: &Names) -> Result<()>;
    /// Adds rows of a batch one by one.
    fn observe_each(&mut self, batch: &Batch, rows: Range<usize>, names: &Names) -> Result<()>;
    /// Adds other statistics, by their record.
    fn merge(&mut self, record: &[u8]) -> Result<()>;
    /// The record of the statistics.
    fn record(&self) -> Vec<u8>;
    /// Forgets all rows.
    fn reset(&mut self);
    /// What tells its model from others.
    fn mark(&self) -> u32;
    /// Bytes of memory.
    fn size(&self) -> usize;
}

#[derive(Debug)]
struct Typed<const D: usize, const K: usize, C: Covariance> {
    /// None where it only merges.
    model: Option<Gmm<f64, D, K, C>>,
    mark: u32,
    stats: SufficientStats<f64, D, K, C>,
}

/// A model, and the statistics under it.
type Parts<'a, const D: usize, const K: usize, C> =
    (&'a Gmm<f64, D, K, C>, &'a mut SufficientStats<f64, D, K, C>);

impl<const D: usize, const K: usize, C: Covariance> Typed<D, K, C> {
    fn parts(&mut self) -> Result<Parts<'_, D, K, C>> {
        let gmm =
            self.model.as_ref().ok_or_else(|| refused("statistics without a model cannot take rows"))?;
        Ok((gmm, &mut self.stats))
    }
}

impl<const D: usize, const K: usize, C: Covariance + 'static> Running for Typed<D, K, C> {
    fn observe(&mut self, batch: &Batch, rows: Range<usize>, names: &Names) -> Result<()> {
        let (first, view) = (rows.start, batch.view::<D>(rows, names)?);
        let (gmm, stats) = self.parts()?;
        stats.observe_columns(gmm, view).map_err(|error| refused(batch.explain(error, first, names)))
    }

    fn observe_each(&mut self, batch: &Batch, rows: Range<usize>, names: &Names) -> Result<()> {
        let (first, view) = (rows.start, batch.view::<D>(rows, names)?);
        let (gmm, stats) = self.parts()?;
        for (i, row) in view.into_iter().enumerate() {
            stats.observe(gmm, row).map_err(|error| refused(batch.explain(error, first + i, names)))?;
        }
        Ok(())
    }

    fn merge(&mut self, record: &[u8]) -> Result<()> {
        self.stats.merge(&decode(record, "statistics")?);
        Ok(())
    }

    fn record(&self) -> Vec<u8> {
        encode(&self.stats)
    }

    fn reset(&mut self) {
        self.stats.reset();
    }

    fn mark(&self) -> u32 {
        self.mark
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}

struct Open<'a> {
    /// The record of a model.
    model: Option<&'a [u8]>,
    mark: u32,
}

impl Visitor for Open<'_> {
    type Output = Result<Box<dyn Running>>;

    fn visit<const D: usize, const K: usize, C: Covariance + 'static>(self) -> Self::Output {
        let model = match self.model {
            Some(record) => Some(decode::<Gmm<f64, D, K, C>>(record, "model")?),
            None => None,
        };
        Ok(Box::new(Typed { model, mark: self.mark, stats: SufficientStats::new() }))
    }
}

/// Empty statistics under a model.
pub(crate) fn open(model: &[u8], names: &Names) -> Result<Box<dyn Running>> {
    let kind = ModelKind::of(model, Content::Model)?;
    names.has_weight(kind.features)?;
    visit(kind, Open { model: Some(model), mark: mark(model) })?
}

/// Statistics from a record, under the model of this mark. They can be merged with others.
pub(crate) fn merging(record: &[u8], mark: u32) -> Result<Box<dyn Running>> {
    let mut running = visit(ModelKind::of(record, Content::Statistics)?, Open { model: None, mark })??;
    running.merge(record)?;
    Ok(running)
}

/// The statistics of all rows.
#[derive(Debug)]
struct Whole {
    names: Names,
    nulls: Nulls,
    /// None before the first row, if the model is a column.
    running: Option<Box<dyn Running>>,
}

impl Whole {
    fn two_models(&self) -> DataFusionError {
        refused(format!("{}: two models without GROUP BY", self.names.function))
    }
}

impl Accumulator for Whole {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let Some((models, columns)) = values.split_first() else { return Ok(()) };
        let (models, batch) = (Models::of(models)?, Batch::of(columns, &self.names, self.nulls)?);
        if batch.len() == 0 {
            return Ok(());
        }
        let Some((model, mark)) = models.of_rows(0..batch.len())? else { return Err(self.two_models()) };
        let running = match &mut self.running {
            Some(running) if running.mark() != mark => return Err(self.two_models()),
            Some(running) => running,
            None => self.running.insert(open(model, &self.names)?),
        };
        running.observe(&batch, 0..batch.len(), &self.names)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Binary(self.running.as_ref().map(|running| running.record())))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.running.as_ref().map_or(0, |running| running.size())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let mark = self.running.as_ref().map(|running| running.mark());
        Ok(vec![self.evaluate()?, ScalarValue::UInt32(mark)])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [records, marks, ..] = states else { return Ok(()) };
        let states = records.as_binary::<i32>().iter().zip(marks.as_primitive::<UInt32Type>().iter());
        for (record, mark) in states {
            let (Some(record), Some(mark)) = (record, mark) else { continue };
            match &mut self.running {
                Some(running) if running.mark() != mark => return Err(self.two_models()),
                Some(running) => running.merge(record)?,
                None => self.running = Some(merging(record, mark)?),
            }
        }
        Ok(())
    }
}
