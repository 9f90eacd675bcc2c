//! Statistics that have the same bits whatever the partitioning: sums follow the numbers of the rows.
//!
//! Rows are numbered from 0. Each 8192 of them form a chunk, as in [`gaussmix::fit::Fitting::par_fit`]; the statistics of
//! each chunk travel by themselves, and the end merges them in order. A chunk that a partition has only a part of
//! travels as rows. So a state has some KB for each chunk, 1 % of the data at D = K = 8, where batches begin at chunks, as they do
//! in files whose row groups are multiples of 8192 rows; and all rows where they do not.

use std::collections::BTreeMap;
use std::mem::take;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::ScalarValue;
use datafusion::error::Result;
use datafusion::logical_expr::Accumulator;

use crate::aggregate::{Running, open};
use crate::arguments::{Batch, Models, Names, mark};
use crate::failure::refused;
use crate::table::Nulls;

/// Rows of a chunk: `gaussmix::CHUNK`.
pub(crate) const CHUNK: usize = 8192;

/// Rows of a chunk that is not complete.
#[derive(Clone, Debug, Default)]
struct Part {
    /// Which place of the chunk each row has.
    places: Vec<u16>,
    /// The numbers of each row, one row after the other.
    numbers: Vec<f64>,
    /// For each number 1, or 0 where it is NULL.
    valid: Vec<u8>,
}

/// Statistics by chunk.
#[derive(Debug)]
pub(crate) struct Ordered {
    names: Names,
    nulls: Nulls,
    model: Option<Vec<u8>>,
    /// Statistics of no rows, to be filled for each chunk in turn.
    running: Option<Box<dyn Running>>,
    /// Records of complete chunks.
    complete: BTreeMap<u64, Vec<u8>>,
    parts: BTreeMap<u64, Part>,
}

impl Ordered {
    pub(crate) fn new(names: Names, nulls: Nulls, model: Option<Vec<u8>>) -> Result<Self> {
        let (complete, parts) = (BTreeMap::new(), BTreeMap::new());
        let mut ordered = Self { names, nulls, model: None, running: None, complete, parts };
        model.map_or(Ok(()), |model| ordered.take_model(model))?;
        Ok(ordered)
    }

    /// Takes the model, or checks that it is the one that came before.
    fn take_model(&mut self, model: Vec<u8>) -> Result<()> {
        match &self.model {
            Some(known) if mark(known) != mark(&model) => {
                Err(refused(format!("{}: the whole table has to have one model", self.names.function)))
            }
            Some(_) => Ok(()),
            None => {
                self.running = Some(open(&model, &self.names)?);
                self.model = Some(model);
                Ok(())
            }
        }
    }

    /// Adds rows `start` to `end` of a batch, the first of which has this number.
    fn add(&mut self, batch: &Batch, start: usize, end: usize, first: u64) -> Result<()> {
        let (chunk, place) = (first / CHUNK as u64, (first % CHUNK as u64) as usize);
        if end - start == CHUNK {
            return self.complete(chunk, batch, start);
        }
        if self.complete.contains_key(&chunk) {
            return Err(self.twice(first));
        }
        let width = self.names.columns.len();
        let part = self.parts.entry(chunk).or_default();
        for row in start..end {
            part.places.push((place + row - start) as u16);
            part.numbers.extend((0..width).map(|j| batch.value(j, row)));
            part.valid.extend((0..width).map(|j| u8::from(batch.is_valid(j, row))));
        }
        if part.places.len() >= CHUNK {
            let part = take(part);
            self.parts.remove(&chunk);
            let batch = self.assembled(chunk, &part)?;
            if batch.len() < CHUNK {
                return Err(self.twice(first));
            }
            self.complete(chunk, &batch, 0)?;
        }
        Ok(())
    }

    fn complete(&mut self, chunk: u64, batch: &Batch, start: usize) -> Result<()> {
        let record = self.record(batch, start, start + CHUNK)?;
        if self.complete.insert(chunk, record).is_some() || self.parts.contains_key(&chunk) {
            return Err(self.twice(chunk * CHUNK as u64));
        }
        Ok(())
    }

    /// The statistics of some rows.
    fn record(&mut self, batch: &Batch, start: usize, end: usize) -> Result<Vec<u8>> {
        let Some(running) = &mut self.running else { return Err(refused("there is no model")) };
        running.reset();
        running.observe(batch, start..end, &self.names)?;
        Ok(running.record())
    }

    /// The rows of a part in order. They have to be the first of the chunk, each once.
    fn assembled(&self, chunk: u64, part: &Part) -> Result<Batch> {
        let width = self.names.columns.len();
        let mut order: Vec<usize> = (0..part.places.len()).collect();
        order.sort_by_key(|i| part.places.get(*i));
        for (due, i) in order.iter().enumerate() {
            let found = part.places.get(*i).map_or(0, |place| usize::from(*place));
            let row = chunk * CHUNK as u64 + due as u64;
            match found {
                found if found > due => return Err(self.missing(row)),
                found if found < due => return Err(self.twice(row - 1)),
                _ => {}
            }
        }
        let number = |j: usize| {
            let number = |i: &usize| {
                let place = i * width + j;
                part.numbers.get(place).filter(|_| part.valid.get(place) == Some(&1)).copied()
            };
            Arc::new(order.iter().map(number).collect::<Float64Array>()) as ArrayRef
        };
        Batch::of(&(0..width).map(number).collect::<Vec<_>>(), &self.names, Nulls::Missing)
    }

    fn twice(&self, row: u64) -> datafusion::error::DataFusionError {
        refused(format!("{}: row {row} came twice; rows are numbered from 0, each once", self.names.function))
    }

    fn missing(&self, row: u64) -> datafusion::error::DataFusionError {
        missing(&self.names, row)
    }

    /// The bytes of the state: the model, then chunks.
    fn bytes(&self) -> Option<Vec<u8>> {
        let model = self.model.as_ref()?;
        let mut bytes = Vec::new();
        put(&mut bytes, 0, 0, model);
        for (chunk, record) in &self.complete {
            put(&mut bytes, 1, *chunk, record);
        }
        for (chunk, part) in &self.parts {
            let places = part.places.iter().flat_map(|place| place.to_le_bytes());
            let numbers = part.numbers.iter().flat_map(|number| number.to_le_bytes());
            let count = (part.places.len() as u64).to_le_bytes();
            let valid = part.valid.iter().copied();
            let rows: Vec<u8> = count.into_iter().chain(places).chain(valid).chain(numbers).collect();
            put(&mut bytes, 2, *chunk, &rows);
        }
        Some(bytes)
    }

    fn merge(&mut self, mut bytes: &[u8]) -> Result<()> {
        let broken = || refused("a state of ordered statistics is damaged");
        while !bytes.is_empty() {
            let (kind, chunk, entry, rest) = get(bytes).ok_or_else(broken)?;
            bytes = rest;
            match kind {
                0 => self.take_model(entry.to_vec())?,
                1 => {
                    if self.complete.insert(chunk, entry.to_vec()).is_some()
                        || self.parts.contains_key(&chunk)
                    {
                        return Err(self.twice(chunk * CHUNK as u64));
                    }
                }
                2 => self.merge_part(chunk, entry).ok_or_else(broken)??,
                _ => return Err(broken()),
            }
        }
        Ok(())
    }

    fn merge_part(&mut self, chunk: u64, entry: &[u8]) -> Option<Result<()>> {
        let (count, rest) = entry.split_first_chunk()?;
        let count = usize::try_from(u64::from_le_bytes(*count)).ok()?;
        let (places, rest) = rest.split_at_checked(count.checked_mul(2)?)?;
        let (valid, numbers) = rest.split_at_checked(count.checked_mul(self.names.columns.len())?)?;
        if self.complete.contains_key(&chunk) {
            return Some(Err(self.twice(chunk * CHUNK as u64)));
        }
        let part = self.parts.entry(chunk).or_default();
        part.places.extend(places.as_chunks().0.iter().map(|bytes| u16::from_le_bytes(*bytes)));
        part.numbers.extend(numbers.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)));
        part.valid.extend(valid);
        if part.places.len() < CHUNK {
            return Some(Ok(()));
        }
        let part = take(part);
        self.parts.remove(&chunk);
        Some(self.assembled(chunk, &part).and_then(|batch| match batch.len() {
            CHUNK => self.complete(chunk, &batch, 0),
            _ => Err(self.twice(chunk * CHUNK as u64)),
        }))
    }

    /// Merges all chunks in order.
    fn total(&mut self) -> Result<Option<Vec<u8>>> {
        if self.model.is_none() {
            return Ok(None);
        }
        // A chunk that is not complete can only be the last.
        let last = match self.parts.last_key_value() {
            Some((chunk, part)) => Some((*chunk, self.assembled(*chunk, part)?)),
            None => None,
        };
        if let Some((chunk, part)) = self.parts.first_key_value().filter(|_| self.parts.len() > 1) {
            let row = self.assembled(*chunk, part)?.len() as u64;
            return Err(self.missing(chunk * CHUNK as u64 + row));
        }
        let tail = match &last {
            Some((chunk, batch)) => Some((*chunk, self.record(batch, 0, batch.len())?)),
            None => None,
        };
        let Some(running) = &mut self.running else { return Ok(None) };
        running.reset();
        let tail = tail.iter().map(|(chunk, record)| (chunk, record));
        let mut records: Vec<_> = self.complete.iter().chain(tail).collect();
        records.sort_by_key(|(chunk, _)| **chunk);
        for (due, (chunk, record)) in records.into_iter().enumerate() {
            if *chunk != due as u64 {
                return Err(missing(&self.names, due as u64 * CHUNK as u64));
            }
            running.merge(record)?;
        }
        Ok(Some(running.record()))
    }
}

fn missing(names: &Names, row: u64) -> datafusion::error::DataFusionError {
    let how = "rows are numbered from 0 without gaps; a weight of 0 leaves a row out";
    refused(format!("{}: row {row} is missing; {how}", names.function))
}

/// Appends an entry: what it is, its chunk, its length, its bytes.
fn put(bytes: &mut Vec<u8>, kind: u8, chunk: u64, entry: &[u8]) {
    bytes.push(kind);
    bytes.extend(chunk.to_le_bytes());
    bytes.extend((entry.len() as u64).to_le_bytes());
    bytes.extend(entry);
}

/// The first entry, and the rest.
fn get(bytes: &[u8]) -> Option<(u8, u64, &[u8], &[u8])> {
    let (kind, rest) = bytes.split_first()?;
    let (chunk, rest) = rest.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (entry, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    Some((*kind, u64::from_le_bytes(*chunk), entry, rest))
}

impl Accumulator for Ordered {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let [models, numbers, columns @ ..] = values else { return Ok(()) };
        let (models, batch) = (Models::of(models)?, Batch::of(columns, &self.names, self.nulls)?);
        if batch.len() == 0 {
            return Ok(());
        }
        let rows = if let Models::One(_) = models { 1 } else { batch.len() };
        for row in 0..rows {
            self.take_model(models.at(row)?.to_vec())?;
        }
        let numbers = cast(numbers, &DataType::Int64)?;
        let numbers = numbers.as_primitive::<Int64Type>();
        if numbers.null_count() > 0 {
            return Err(refused(format!("{}: a row has no number: it is NULL", self.names.function)));
        }
        let mut start = 0;
        let follows = |a: &i64, b: &i64| a.wrapping_add(1) == *b && !(*b as u64).is_multiple_of(CHUNK as u64);
        for run in numbers.values().chunk_by(follows) {
            let first = run.first().copied().unwrap_or(-1);
            let Ok(first) = u64::try_from(first) else {
                return Err(refused(format!(
                    "{}: row {first}; rows are numbered from 0",
                    self.names.function
                )));
            };
            self.add(&batch, start, start + run.len(), first)?;
            start += run.len();
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Binary(self.total()?))
    }

    fn size(&self) -> usize {
        let records: usize = self.complete.values().map(|record| record.capacity() + 64).sum();
        let parts = self.parts.values().map(|part| part.places.capacity() * 2 + part.numbers.capacity() * 9);
        size_of_val(self)
            + records
            + parts.sum::<usize>()
            + self.running.as_ref().map_or(0, |running| running.size())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let bytes = self.bytes();
        // The engine's offsets in binary columns have 32 bits.
        if bytes.as_ref().is_some_and(|bytes| bytes.len() > i32::MAX as usize) {
            let cure = "more partitions, or row groups of a multiple of 8192 rows, make it shorter";
            return Err(refused(format!("{}: a state is longer than 2 GiB: {cure}", self.names.function)));
        }
        Ok(vec![ScalarValue::Binary(bytes)])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let Some(states) = states.first() else { return Ok(()) };
        states.as_binary::<i32>().iter().flatten().try_for_each(|bytes| self.merge(bytes))
    }
}
