//! Data to try: a Parquet file of rows from a known mixture.

use std::f64::consts::TAU;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use datafusion::datasource::MemTable;
use datafusion::error::{DataFusionError, Result as QueryResult};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::prelude::SessionContext;
use gaussmix_datafusion::{Failure, Table};
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

/// Rows of a batch.
const BATCH: u64 = 8192;

/// A mixture to draw from.
#[derive(Clone, Debug)]
pub struct Truth {
    /// π_k
    pub weights: Vec<f64>,
    /// μ_k
    pub means: Vec<Vec<f64>>,
    /// Lower triangular factors of the covariances.
    factors: Vec<Vec<Vec<f64>>>,
}

struct Draws(Pcg64);

impl Draws {
    /// In (0, 1].
    fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (TAU * self.uniform()).cos()
    }
}

impl Truth {
    /// A mixture of this size, the same each time.
    #[must_use]
    pub fn new(features: usize, components: usize) -> Self {
        let mut draws = Draws(Pcg64::new(20, features as u128));
        let raw: Vec<f64> = (0..components).map(|_| 0.5 + draws.uniform()).collect();
        let sum: f64 = raw.iter().sum();
        let mut truth =
            Self { weights: raw.iter().map(|w| w / sum).collect(), means: Vec::new(), factors: Vec::new() };
        for _ in 0..components {
            truth.means.push((0..features).map(|_| 12.0 * draws.uniform() - 6.0).collect());
            let row = |i: usize, draws: &mut Draws| {
                let entry = |j: usize| if j < i { 0.6 * draws.normal() } else { 0.6 + draws.uniform() };
                (0..=i).map(entry).collect()
            };
            truth.factors.push((0..features).map(|i| row(i, &mut draws)).collect());
        }
        truth
    }

    fn draw(&self, draws: &mut Draws, x: &mut [f64]) {
        let mut left = draws.uniform();
        let mut chosen = self.weights.len() - 1;
        for (k, weight) in self.weights.iter().enumerate() {
            left -= weight;
            if left <= 0.0 {
                chosen = k;
                break;
            }
        }
        let z: Vec<f64> = x.iter().map(|_| draws.normal()).collect();
        let (Some(mean), Some(factor)) = (self.means.get(chosen), self.factors.get(chosen)) else { return };
        for ((v, mean), row) in x.iter_mut().zip(mean).zip(factor) {
            *v = mean + row.iter().zip(&z).map(|(l, z)| l * z).sum::<f64>();
        }
    }
}

/// Writes rows from the mixture, as columns `x1`, `x2` … and `row`, their number.
///
/// # Errors
/// A file that cannot be written.
pub fn write(path: &Path, truth: &Truth, rows: u64) -> QueryResult<()> {
    let features = truth.means.first().map_or(0, Vec::len);
    let mut draws = Draws(Pcg64::new(7, 11));
    let mut writer = None;
    // Row groups are what tasks share: of whole batches, and sixteen at least if there are so many batches.
    let group = (rows / 16 / BATCH * BATCH).clamp(BATCH, 16 * BATCH);
    let mut x = vec![0.0; features];
    for first in (0..rows).step_by(BATCH as usize) {
        let count = BATCH.min(rows - first);
        let mut columns = vec![Vec::new(); features];
        for _ in 0..count {
            truth.draw(&mut draws, &mut x);
            columns.iter_mut().zip(&x).for_each(|(column, v)| column.push(*v));
        }
        let numbers: Int64Array = (first as i64..(first + count) as i64).collect();
        let mut named = vec![("row".to_owned(), Arc::new(numbers) as ArrayRef)];
        for (j, column) in columns.into_iter().enumerate() {
            named.push((format!("x{}", j + 1), Arc::new(Float64Array::from(column))));
        }
        let batch = RecordBatch::try_from_iter(named)?;
        let writer = match &mut writer {
            Some(writer) => writer,
            None => {
                // Random digits do not compress, and a dictionary of them is as long as they are.
                let properties = WriterProperties::builder()
                    .set_dictionary_enabled(false)
                    .set_max_row_group_row_count(Some(group as usize))
                    .build();
                writer.insert(ArrowWriter::try_new(File::create(path)?, batch.schema(), Some(properties))?)
            }
        };
        writer.write(&batch)?;
    }
    if let Some(writer) = writer {
        writer.close()?;
    }
    Ok(())
}

/// A table in memory of devices, each with two clusters of three features, `rows` rows each, mixed.
///
/// # Errors
/// None, unless the engine refuses a table in memory.
pub fn devices(devices: usize, rows: usize) -> Result<(SessionContext, Table), Failure> {
    let ctx = SessionContext::new();
    gaussmix_datafusion::register(&ctx);
    let mut draws = Draws(Pcg64::new(9, 5));
    let mut partitions = vec![Vec::new(); 2];
    let total = devices * rows;
    for (i, first) in (0..total).step_by(BATCH as usize).enumerate() {
        let count = (BATCH as usize).min(total - first);
        let names: Int64Array = (first..first + count).map(|row| (row % devices) as i64).collect();
        let mut columns = vec![Vec::new(); 3];
        for row in first..first + count {
            let device = (row % devices) as f64;
            let side = if draws.uniform() < 0.4 { 0.0 } else { 5.0 };
            let centre = [device.sin() + side, side - device.cos(), 0.5 * side];
            columns.iter_mut().zip(centre).for_each(|(column, centre)| column.push(centre + draws.normal()));
        }
        let mut named = vec![("device".to_owned(), Arc::new(names) as ArrayRef)];
        for (j, column) in columns.into_iter().enumerate() {
            named.push((format!("x{}", j + 1), Arc::new(Float64Array::from(column))));
        }
        let batch = RecordBatch::try_from_iter(named).map_err(DataFusionError::from)?;
        partitions[i % 2].push(batch);
    }
    let schema = partitions[0].first().map(RecordBatch::schema);
    let schema = schema.ok_or_else(|| Failure::Input("no rows".to_owned()))?;
    let frame = ctx.read_table(Arc::new(MemTable::try_new(schema, partitions)?))?;
    Ok((ctx, Table::new(frame, &["x1", "x2", "x3"])?))
}
