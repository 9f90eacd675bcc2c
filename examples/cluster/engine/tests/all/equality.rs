//! The same statistics and fits as the library by itself, in any partitioning.

use datafusion::common::cast::as_binary_array;
use datafusion::physical_plan::ExecutionPlanProperties;
use datafusion::prelude::DataFrame;
use gaussmix::persist::Persist;
use gaussmix::{CHUNK, Em, Gmm, Masked, SufficientStats};
use gaussmix_datafusion::driver::{Options, Start, fit};
use gaussmix_datafusion::models::Structure;
use gaussmix_datafusion::{Nulls, Table};

use crate::support::{
    FEATURES, Model, Noise, Scratch, close, clouds, context, context_of, dealt, read, record, start, weight,
    write,
};

type Stats = SufficientStats<f64, 3, 3>;

/// One pass by SQL.
async fn pass(frame: DataFrame, function: &str, arguments: &str, model: &Model) -> Stats {
    let ctx = context();
    ctx.register_table("t", frame.into_view()).unwrap();
    let model: String = record(model).iter().map(|byte| format!("{byte:02x}")).collect();
    let model = format!("arrow_cast(x'{model}', 'Dictionary(Int8, Binary)')");
    let query = format!("SELECT {function}({model}, {arguments}) FROM t");
    let batches = ctx.sql(&query).await.unwrap().collect().await.unwrap();
    Stats::decode(as_binary_array(batches[0].column(0)).unwrap().value(0)).unwrap()
}

fn assert_close(found: &Stats, expected: &Stats) {
    assert_eq!(found.count(), expected.count());
    close(found.log_likelihood(), expected.log_likelihood(), 1e-12);
    for k in 0..3 {
        close(found.masses()[k], expected.masses()[k], 1e-12);
        let (a, b) = (found.covariance(k).unwrap(), expected.covariance(k).unwrap());
        for i in 0..3 {
            close(found.means()[k][i], expected.means()[k][i], 1e-12);
            (0..3).for_each(|j| close(a[(i, j)], b[(i, j)], 1e-12));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_is_that_of_the_library() {
    // The last chunk has three rows only.
    let data = clouds(2 * CHUNK + 3, 1);
    let gmm = start(&data);
    let (mut plain, mut weighted, mut ordered) = (Stats::new(), Stats::new(), Stats::new());
    plain.observe_all(&gmm, &data).unwrap();
    weighted.observe_all(&gmm, data.iter().enumerate().map(|(i, x)| (x, weight(i)))).unwrap();
    ordered.par_observe_all(&gmm, &data, CHUNK).unwrap();
    let rows: Vec<_> = data.iter().enumerate().map(|(i, x)| (*x, weight(i))).collect();
    let mut both = Stats::new();
    both.par_observe_all(&gmm, &rows, CHUNK).unwrap();
    let ctx = context();
    // Chunks that come whole, and in parts, in one partition and in many.
    for (size, partitions) in [(8192, 1), (8192, 2), (8192, 7), (1000, 7), (317, 64), (20_000, 1), (1, 3)] {
        let frame = dealt(&ctx, &data[..if size == 1 { 300 } else { data.len() }], size, partitions);
        if size == 1 {
            let mut few = Stats::new();
            few.observe_all(&gmm, &data[..300]).unwrap();
            assert_close(&pass(frame, "gmm_stats", "x1, \"X two\", x3", &gmm).await, &few);
            continue;
        }
        assert_close(&pass(frame.clone(), "gmm_stats", "x1, \"X two\", x3", &gmm).await, &plain);
        assert_close(&pass(frame.clone(), "gmm_stats", "x1, \"X two\", x3, w", &gmm).await, &weighted);
        let found = pass(frame.clone(), "gmm_stats_ordered", "row, x1, \"X two\", x3", &gmm).await;
        assert_eq!(found, ordered, "batches of {size} in {partitions} partitions");
        let found = pass(frame, "gmm_stats_ordered", "row, x1, \"X two\", x3, w", &gmm).await;
        assert_eq!(found, both, "weighted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn null_is_a_missing_feature_where_that_is_asked_for() {
    let data = clouds(9000, 2);
    let gmm = start(&data);
    let is_gap = |i: usize, j: usize| i % (7 + j) == j && i > 200;
    let masked =
        |(i, x): (usize, &[f64; 3])| Masked { features: *x, observed: [0, 1, 2].map(|j| !is_gap(i, j)) };
    let rows: Vec<_> = data.iter().enumerate().map(masked).collect();
    let (mut plain, mut ordered) = (Stats::new(), Stats::new());
    plain.observe_all(&gmm, &rows).unwrap();
    ordered.par_observe_all(&gmm, &rows, CHUNK).unwrap();
    let ctx = context();
    for (size, partitions) in [(8192, 2), (613, 3)] {
        ctx.deregister_table("t").unwrap();
        ctx.register_table("t", dealt(&ctx, &data, size, partitions).into_view()).unwrap();
        let gap = |j: usize, name: &str| {
            format!("CASE WHEN row % {} = {j} AND row > 200 THEN NULL ELSE {name} END AS x{j}", 7 + j)
        };
        let query = format!("SELECT row, {}, {}, {} FROM t", gap(0, "x1"), gap(1, "\"X two\""), gap(2, "x3"));
        let frame = ctx.sql(&query).await.unwrap();
        assert_close(&pass(frame.clone(), "gmm_stats_missing", "x0, x1, x2", &gmm).await, &plain);
        let found = pass(frame, "gmm_stats_ordered_missing", "row, x0, x1, x2", &gmm).await;
        assert_eq!(found, ordered);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fit_has_the_bits_of_one_in_memory() {
    let data = clouds(30_000, 3);
    let begin = start(&data);
    for is_accelerated in [false, true] {
        let mut expected = begin.clone();
        let em = Em::default().with_tolerance(1e-9).unwrap();
        let report = match is_accelerated {
            false => em.fitting().par_fit(&mut expected, &data, CHUNK),
            true => {
                let memory = gaussmix::fit::Acceleration::new();
                em.fitting().with_acceleration(memory).par_fit(&mut expected, &data, CHUNK)
            }
        };
        let report = report.unwrap();
        let mut options = Options::new(3, Structure::Full);
        (options.start, options.em, options.is_accelerated) =
            (Start::Model(record(&begin)), em, is_accelerated);
        for (size, partitions) in [(8192, 1), (8192, 2), (1111, 7), (1000, 64), (30_000, 1)] {
            // The last has several chunks in a batch.
            let ctx = context_of(size.max(8192));
            let table = Table::new(dealt(&ctx, &data, size, partitions), &FEATURES).unwrap();
            let mut passes = 0;
            let found = fit(&table, &options, |_| passes += 1).await.unwrap();
            let model = Model::decode(&found.model).unwrap();
            for k in 0..3 {
                close(model.weights()[k], expected.weights()[k], 1e-9);
                (0..3).for_each(|j| close(model.means()[k][j], expected.means()[k][j], 1e-9));
            }
            assert_eq!((found.report.iterations, found.report.converged), (report.iterations, true));
            let ordered = table.with_row_numbers("row").unwrap();
            let found = fit(&ordered, &options, |_| {}).await.unwrap();
            assert_eq!(Model::decode(&found.model).unwrap(), expected, "{size} {partitions}");
            assert_eq!(found.report.log_likelihood, report.log_likelihood);
            assert!(passes > report.iterations);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fit_over_a_file_has_the_bits_of_one_in_memory() {
    let data = clouds(70 * 1024 + 5, 6);
    let begin = start(&data);
    let em = Em::default().with_max_iterations(3);
    let mut expected = begin.clone();
    em.fitting().par_fit(&mut expected, &data, CHUNK).unwrap();
    let options = Options { start: Start::Model(record(&begin)), em, ..Options::new(3, Structure::Full) };
    // Row groups that are chunks, and that cut them.
    for (group, partitions) in [(8192, 1), (1000, 2), (8192, 7), (1000, 64)] {
        let file = Scratch::new(&format!("{group}-{partitions}.parquet"));
        write(&data, group, &file);
        let frame = read(&file, partitions).await;
        let plan = frame.clone().create_physical_plan().await.unwrap();
        assert_eq!(plan.output_partitioning().partition_count(), partitions);
        let table = Table::new(frame, &FEATURES).unwrap();
        let found = fit(&table, &options, |_| {}).await.unwrap();
        let model = Model::decode(&found.model).unwrap();
        for k in 0..3 {
            (0..3).for_each(|j| close(model.means()[k][j], expected.means()[k][j], 1e-12));
        }
        let ordered = table.with_row_numbers("row").unwrap();
        let found = fit(&ordered, &options, |_| {}).await.unwrap();
        assert_eq!(Model::decode(&found.model).unwrap(), expected, "{group} {partitions}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn restarts_share_queries_and_do_not_depend_on_the_partitioning() {
    let data = clouds(10_000, 4);
    let ctx = context();
    let mut options = Options::new(3, Structure::Full);
    options.start =
        Start::Sampled { components: 3, structure: Structure::Full, restarts: 4, rows: 500, seed: 9 };
    let mut seen = Vec::new();
    for (size, partitions) in [(8192, 1), (700, 5)] {
        let table = Table::new(dealt(&ctx, &data, size, partitions), &FEATURES).unwrap();
        let table = table.with_row_numbers("row").unwrap();
        let mut active = Vec::new();
        let found = fit(&table, &options, |progress| active.push(progress.active)).await.unwrap();
        assert_eq!((found.attempted, found.failed, found.report.converged), (4, 0, true));
        assert!(active[0] == 4 && active.is_sorted_by(|a, b| a >= b), "{active:?}");
        let model: Gmm<f64, 3, 3> = Gmm::decode(&found.model).unwrap();
        let mut near: Vec<f64> = model.means().iter().map(|mean| mean[0].round()).collect();
        near.sort_by(f64::total_cmp);
        assert_eq!(near, [-2.0, 0.0, 5.0]);
        seen.push((found.model, found.restart, active));
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_without_rows_add_nothing() {
    let data = clouds(500, 5);
    let gmm = start(&data);
    let ctx = context();
    let mut expected = Stats::new();
    expected.observe_all(&gmm, &data).unwrap();
    let table = Table::new(dealt(&ctx, &data, 100, 9), &FEATURES).unwrap().with_nulls(Nulls::Missing);
    let options = Options {
        start: Start::Model(record(&gmm)),
        em: Em::default().with_max_iterations(0),
        is_accelerated: false,
        checkpoint: None,
        ..Options::new(3, Structure::Full)
    };
    let found = fit(&table, &options, |_| {}).await.unwrap();
    assert_eq!(found.report.rows, 500);
    close(found.report.log_likelihood, expected.log_likelihood(), 1e-12);
    let nothing =
        pass(dealt(&ctx, &data, 100, 2).limit(0, Some(0)).unwrap(), "gmm_stats", "x1, \"X two\", x3", &gmm);
    assert_eq!(nothing.await, Stats::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_of_rows_that_are_often_equal_has_many_values() {
    let data: Vec<[f64; 3]> = (0..30_000).map(|i| [(i % 50) as f64, 1.0, 2.0]).collect();
    let ctx = context();
    let table = Table::new(dealt(&ctx, &data, 8192, 2), &FEATURES).unwrap();
    for table in [table.clone(), table.with_row_numbers("row").unwrap().with_weight("w").unwrap()] {
        let sample = table.sample(500, 3).await.unwrap();
        let mut values: Vec<i64> = sample.iter().map(|row| row[0] as i64).collect();
        values.sort_unstable();
        values.dedup();
        // Rows whose number is 3 of 5 have no weight in the second.
        assert!(sample.len() == 500 && values.len() >= 40, "{} values", values.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_likeliest_fit_wins() {
    // Six clusters for three components: many optima.
    let mut noise = Noise::new(12);
    let draw =
        |i: usize| [0.0, 0.4, 0.0].map(|side| (i % 6) as f64 * 4.0 * (1.0 - side) + side + noise.normal());
    let data: Vec<[f64; 3]> = (0..1200).map(draw).collect();
    let ctx = context();
    let table = Table::new(dealt(&ctx, &data, 300, 3), &FEATURES).unwrap();
    let table = table.with_row_numbers("row").unwrap();
    let mut found = Vec::new();
    for restarts in 1..=8 {
        let mut options = Options::new(3, Structure::Diagonal);
        options.start =
            Start::Sampled { components: 3, structure: Structure::Diagonal, restarts, rows: 400, seed: 4 };
        found.push(fit(&table, &options, |_| {}).await.unwrap().report.log_likelihood);
    }
    // Each of these has the starts of the one before it, and one more.
    assert!(found.is_sorted() && found[7] > found[0] + 1.0, "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_count_with_weights_and_without_features() {
    let data = clouds(2000, 13);
    let ctx = context();
    ctx.register_table("t", dealt(&ctx, &data, 700, 2).into_view()).unwrap();
    let query = "SELECT row, w, CASE WHEN row % 3 > 0 THEN x1 END AS x1, x3, \
                 CASE WHEN row % 3 > 0 OR row % 2 > 0 THEN \"X two\" END AS \"X two\" FROM t";
    let frame = ctx.sql(query).await.unwrap();
    let table = Table::new(frame, &["x1", "X two"]).unwrap().with_weight("w").unwrap();
    let found = fit(&table.with_nulls(Nulls::Missing), &Options::new(2, Structure::Full), |_| {}).await;
    // Every fifth row has no weight, every sixth no feature.
    assert_eq!(found.unwrap().report.rows, 1333);
}
