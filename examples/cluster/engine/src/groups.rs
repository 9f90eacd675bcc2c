//! Statistics of many groups in one query: a model for each device.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryBuilder, BooleanArray, UInt32Array};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::UInt32Type;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};

use crate::aggregate::{Running, merging, open};
use crate::arguments::{Batch, Models, Names};
use crate::failure::refused;
use crate::table::Nulls;

/// So few rows are added one by one: a panel takes longer to prepare.
const FEW: usize = 8;

/// The statistics of each group.
#[derive(Debug)]
pub(crate) struct Groups {
    names: Names,
    nulls: Nulls,
    groups: Vec<Option<Box<dyn Running>>>,
    /// Bytes of all groups.
    size: usize,
}

impl Groups {
    pub(crate) fn new(names: Names, nulls: Nulls) -> Self {
        Self { names, nulls, groups: Vec::new(), size: 0 }
    }

    fn observe(&mut self, group: usize, models: &Models, batch: &Batch, rows: Range<usize>) -> Result<()> {
        let Some((model, mark)) = models.of_rows(rows.clone())? else { return Err(self.two_models()) };
        let Some(place) = self.groups.get_mut(group) else { return Ok(()) };
        let running = match place {
            Some(running) => running,
            None => {
                let running = open(model, &self.names)?;
                self.size += running.size();
                place.insert(running)
            }
        };
        if running.mark() != mark {
            return Err(self.two_models());
        }
        match rows.len() {
            0..FEW => running.observe_each(batch, rows, &self.names),
            _ => running.observe(batch, rows, &self.names),
        }
    }

    fn two_models(&self) -> DataFusionError {
        refused(format!("{}: a group has two models", self.names.function))
    }

    /// Records and marks of the groups that are emitted.
    fn take(&mut self, emit_to: EmitTo) -> (ArrayRef, ArrayRef) {
        let taken = emit_to.take_needed(&mut self.groups);
        let mut records = BinaryBuilder::new();
        for group in &taken {
            self.size -= group.as_ref().map_or(0, |running| running.size());
            records.append_option(group.as_ref().map(|running| running.record()));
        }
        let mark = |group: &Option<Box<dyn Running>>| group.as_ref().map(|running| running.mark());
        let marks: UInt32Array = taken.iter().map(mark).collect();
        (Arc::new(records.finish()), Arc::new(marks))
    }
}

impl GroupsAccumulator for Groups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.groups.resize_with(total, || None);
        let passes = |i: usize| filter.is_none_or(|filter| filter.is_valid(i) && filter.value(i));
        let group_of = |row: &u32| group_indices.get(*row as usize).copied().unwrap_or(usize::MAX);
        let mut rows: Vec<u32> = (0..group_indices.len() as u32).filter(|i| passes(*i as usize)).collect();
        // Rows of a group that do not follow each other are gathered, and so are those that a filter leaves.
        let mut gathered = None;
        if filter.is_some() || !group_indices.is_sorted() {
            rows.sort_by_key(group_of);
            let indices = UInt32Array::from(rows.clone());
            let taken: std::result::Result<Vec<_>, _> =
                values.iter().map(|values| take(values, &indices, None)).collect();
            gathered = Some(taken?);
        }
        let Some((models, columns)) = gathered.as_deref().unwrap_or(values).split_first() else {
            return Ok(());
        };
        let (models, batch) = (Models::of(models)?, Batch::of(columns, &self.names, self.nulls)?);
        let mut start = 0;
        for run in rows.chunk_by(|a, b| group_of(a) == group_of(b)) {
            let end = start + run.len();
            if let Some(row) = run.first() {
                self.observe(group_of(row), &models, &batch, start..end)?;
            }
            start = end;
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        Ok(self.take(emit_to).0)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let (records, marks) = self.take(emit_to);
        Ok(vec![records, marks])
    }

    fn merge_batch(&mut self, states: &[ArrayRef], group_indices: &[usize], total: usize) -> Result<()> {
        self.groups.resize_with(total, || None);
        let [records, marks, ..] = states else { return Ok(()) };
        let states = records.as_binary::<i32>().iter().zip(marks.as_primitive::<UInt32Type>().iter());
        for ((record, mark), group) in states.zip(group_indices) {
            let (Some(record), Some(mark), Some(place)) = (record, mark, self.groups.get_mut(*group)) else {
                continue;
            };
            match place {
                Some(running) if running.mark() != mark => return Err(self.two_models()),
                Some(running) => running.merge(record)?,
                None => {
                    let running = merging(record, mark)?;
                    self.size += running.size();
                    *place = Some(running);
                }
            }
        }
        Ok(())
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        // A group of each row.
        let mut single = Self::new(self.names.clone(), self.nulls);
        let rows = values.first().map_or(0, |array| array.len());
        single.update_batch(values, &(0..rows).collect::<Vec<_>>(), filter, rows)?;
        single.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        self.size + self.groups.capacity() * size_of::<Option<Box<dyn Running>>>()
    }
}
