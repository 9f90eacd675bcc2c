//! Data, and tables of it.

use std::path::PathBuf;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use datafusion::datasource::MemTable;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionConfig, SessionContext};
use gaussmix::persist::Persist;
use gaussmix::{Gmm, init};
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

pub(crate) type Model = Gmm<f64, 3, 3>;

/// Numbers that a test draws.
pub(crate) struct Noise(Pcg64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Pcg64::new(seed.into(), 7))
    }

    pub(crate) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// About normal: the sum of twelve uniform numbers, less six.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// Three clusters.
pub(crate) fn clouds(rows: usize, seed: u64) -> Vec<[f64; 3]> {
    let mut noise = Noise::new(seed);
    let draw = |_| {
        let centre = [[0.0, 0.0, 0.0], [5.0, 1.0, -3.0], [-2.0, 6.0, 4.0]][(noise.uniform() * 3.0) as usize];
        let z = [noise.normal(), noise.normal(), noise.normal()];
        [centre[0] + z[0], centre[1] + 0.6 * z[0] + 0.8 * z[1], centre[2] + 0.5 * z[1] + z[2]]
    };
    (0..rows).map(draw).collect()
}

/// A start for them.
pub(crate) fn start(data: &[[f64; 3]]) -> Model {
    let mut gmm = Model::unfitted();
    init::farthest_first(&mut gmm, data.get(..1000).unwrap_or(data)).unwrap();
    gmm
}

pub(crate) fn record<V: Persist>(value: &V) -> Vec<u8> {
    let mut bytes = vec![0; V::ENCODED_LEN];
    value.encode(&mut bytes).unwrap();
    bytes
}

/// Rows of a batch, from a number on.
fn batch(data: &[[f64; 3]], first: usize) -> RecordBatch {
    let feature = |j: usize| Arc::new(data.iter().map(|x| x[j]).collect::<Float64Array>()) as ArrayRef;
    let rows: Int64Array = (first..first + data.len()).map(|row| row as i64).collect();
    let weights: Float64Array = (0..data.len()).map(|i| weight(first + i)).collect();
    RecordBatch::try_from_iter([
        ("row", Arc::new(rows) as ArrayRef),
        ("x1", feature(0)),
        ("X two", feature(1)),
        ("x3", feature(2)),
        ("w", Arc::new(weights)),
    ])
    .unwrap()
}

/// The weight of a row.
pub(crate) fn weight(row: usize) -> f64 {
    [1.0, 2.0, 0.5, 0.0, 1.0][row % 5]
}

pub(crate) const FEATURES: [&str; 3] = ["x1", "X two", "x3"];

/// A context with our functions.
pub(crate) fn context() -> SessionContext {
    context_of(8192)
}

/// The same with batches of this many rows at most.
pub(crate) fn context_of(size: usize) -> SessionContext {
    let config = SessionConfig::new().with_target_partitions(4).with_batch_size(size);
    let ctx = SessionContext::new_with_config(config);
    gaussmix_datafusion::register(&ctx);
    ctx
}

/// The data in batches of this many rows, dealt out to partitions in turn.
pub(crate) fn dealt(ctx: &SessionContext, data: &[[f64; 3]], size: usize, partitions: usize) -> DataFrame {
    let mut parts = vec![Vec::new(); partitions];
    for (i, rows) in data.chunks(size).enumerate() {
        parts[i % partitions].push(batch(rows, i * size));
    }
    let schema = batch(&data[..1], 0).schema();
    ctx.read_table(Arc::new(MemTable::try_new(schema, parts).unwrap())).unwrap()
}

/// A file that is removed in the end.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let scratch =
            Self(std::env::temp_dir().join(format!("gaussmix-engine-{}-{name}", std::process::id())));
        let _ = std::fs::remove_file(&scratch.0);
        scratch
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Writes the data as a Parquet file with row groups of this many rows.
pub(crate) fn write(data: &[[f64; 3]], group: usize, file: &Scratch) {
    let rows = batch(data, 0);
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group)).build();
    let file = std::fs::File::create(&file.0).unwrap();
    let mut writer = ArrowWriter::try_new(file, rows.schema(), Some(properties)).unwrap();
    writer.write(&rows).unwrap();
    writer.close().unwrap();
}

/// The file, read by this many partitions.
pub(crate) async fn read(file: &Scratch, partitions: usize) -> DataFrame {
    // A small file is cut, too.
    let config = SessionConfig::new().with_target_partitions(partitions).with_repartition_file_min_size(0);
    let ctx = SessionContext::new_with_config(config);
    gaussmix_datafusion::register(&ctx);
    ctx.read_parquet(file.0.to_str().unwrap(), ParquetReadOptions::default()).await.unwrap()
}

/// Relative differences of at most this.
pub(crate) fn close(a: f64, b: f64, most: f64) {
    assert!((a - b).abs() <= most * (1.0 + b.abs()), "{a} and {b} differ by more than {most}");
}
