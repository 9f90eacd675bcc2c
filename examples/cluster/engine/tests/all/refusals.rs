//! Bad input: what the message says.

use datafusion::prelude::SessionContext;
use gaussmix::persist::Persist;
use gaussmix::{Gmm, Spherical};
use gaussmix_datafusion::driver::{Options, fit};
use gaussmix_datafusion::models::{RANGE, Structure};
use gaussmix_datafusion::{Failure, Table};

use crate::support::{FEATURES, clouds, context, dealt, record, start};

fn literal(record: &[u8]) -> String {
    format!("x'{}'", record.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// What a query answers.
async fn refusal(ctx: &SessionContext, query: &str) -> String {
    let outcome = match ctx.sql(query).await {
        Ok(frame) => frame.collect().await.map(|_| ()),
        Err(error) => Err(error),
    };
    outcome.unwrap_err().to_string()
}

#[tokio::test]
async fn functions_name_what_is_wrong() {
    let data = clouds(50, 1);
    let ctx = context();
    ctx.register_table("t", dealt(&ctx, &data, 20, 1).into_view()).unwrap();
    let gmm = start(&data);
    let good = record(&gmm);
    let model = literal(&good);
    let mut broken = good.clone();
    broken[40] ^= 1;
    let round = record(&Gmm::<f64, 3, 2, Spherical>::unfitted());
    let large = record(&Gmm::<f64, 3, 9>::unfitted());
    let narrow = record(&Gmm::<f32, 3, 3>::unfitted());
    let x = "x1, \"X two\", x3";
    let set = |expression: &str| format!("x1, \"X two\", {expression} AS x3, w, row FROM t");
    let spoilt = |expression: &str, call: &str| format!("SELECT {call} FROM (SELECT {})", set(expression));
    for (query, parts) in [
        (format!("SELECT gmm_stats({model}, x1, x3) FROM t"), vec!["2 columns (x1, x3)", "3 features"]),
        (format!("SELECT gmm_stats({model}, {x}, w, w) FROM t"), vec!["5 columns", "3 features"]),
        (format!("SELECT gmm_stats({model}) FROM t"), vec!["a model and columns are needed"]),
        (format!("SELECT gmm_stats(x1, {x}) FROM t"), vec!["the model has type Float64"]),
        (format!("SELECT gmm_stats({model}, x1, 'a', x3) FROM t"), vec!["Utf8", "no number"]),
        (format!("SELECT gmm_stats({}, {x}) FROM t", literal(&broken)), vec!["the model", "checksum"]),
        (format!("SELECT gmm_stats(x'00ff', {x}) FROM t"), vec!["2 bytes that are no stored model"]),
        (format!("SELECT gmm_stats({}, {x}) FROM t", literal(&round)), vec!["structure 0x03", RANGE]),
        (format!("SELECT gmm_stats({}, {x}) FROM t", literal(&large)), vec!["9 components", RANGE]),
        (format!("SELECT gmm_stats({}, {x}) FROM t", literal(&narrow)), vec!["f32", "f64"]),
        (
            spoilt("CASE WHEN row = 17 THEN NULL ELSE x3 END", &format!("gmm_stats({model}, {x})")),
            vec!["`x3` is NULL", "gmm_stats_missing"],
        ),
        (
            spoilt(
                "CASE WHEN row = 17 THEN arrow_cast('NaN', 'Float64') ELSE x3 END",
                &format!("gmm_stats({model}, {x})"),
            ),
            vec!["`x3` is NaN in the row with x1 = "],
        ),
        (
            format!("SELECT gmm_stats({model}, {x}, w - 1) FROM t"),
            vec!["the weight", "is -0.5 in the row with x1 = "],
        ),
        (format!("SELECT gmm_stats_ordered({model}, row + 1, {x}) FROM t"), vec!["row 0 is missing"]),
        (format!("SELECT gmm_stats_ordered({model}, row / 2, {x}) FROM t"), vec!["row 0 came twice"]),
        (
            format!("SELECT gmm_stats_ordered({model}, row - 1, {x}) FROM t"),
            vec!["row -1", "numbered from 0"],
        ),
        (format!("SELECT gmm_stats_ordered({model}, x1, {x}) FROM t"), vec!["Float64", "no integer"]),
        (format!("SELECT gmm_log_density({model}, x1, x3) FROM t"), vec!["x1, x3", "3 features"]),
        (format!("SELECT gmm_predict({model}, x1, x1 / 0, x3) FROM t"), vec!["in the row with x1 = "]),
    ] {
        let found = refusal(&ctx, &query).await;
        for part in parts {
            assert!(found.contains(part), "{query}\n  says: {found}\n  not:  {part}");
        }
    }
}

#[tokio::test]
async fn a_nan_in_any_chunk_is_refused() {
    let data = clouds(9000, 1);
    let ctx = context();
    ctx.register_table("t", dealt(&ctx, &data, 1000, 3).into_view()).unwrap();
    let model = literal(&record(&start(&data)));
    for (function, row) in
        [("gmm_stats_ordered", 17), ("gmm_stats_ordered", 8999), ("gmm_stats_ordered_missing", 8999)]
    {
        let x3 = format!(
            "CASE WHEN row = {row} THEN arrow_cast('NaN', 'Float64') WHEN row = 5 THEN x1 ELSE x3 END"
        );
        let query = format!(
            "SELECT {function}({model}, row, x1, \"X two\", x3) FROM (SELECT row, x1, \"X two\", {x3} AS x3 FROM t)"
        );
        let found = refusal(&ctx, &query).await;
        assert!(found.contains("`x3` is NaN in the row with x1 = "), "{found}");
    }
}

#[tokio::test]
async fn what_a_filter_leaves_out_may_be_null() {
    let data = clouds(400, 1);
    let ctx = context();
    ctx.register_table("t", dealt(&ctx, &data, 100, 2).into_view()).unwrap();
    let model = literal(&record(&start(&data)));
    let rows = "(SELECT row % 3 AS g, x1, \"X two\", CASE WHEN row % 2 = 0 THEN x3 END AS x3 FROM t)";
    for group in ["", "GROUP BY g"] {
        let call = format!("gmm_stats({model}, x1, \"X two\", x3) FILTER (WHERE x3 IS NOT NULL)");
        let batches =
            ctx.sql(&format!("SELECT {call} FROM {rows} {group}")).await.unwrap().collect().await.unwrap();
        let mut count = 0;
        for batch in &batches {
            let records = datafusion::common::cast::as_binary_array(batch.column(0)).unwrap();
            for found in records.iter().flatten() {
                count += gaussmix::SufficientStats::<f64, 3, 3>::decode(found).unwrap().count();
            }
        }
        assert_eq!(count, 200, "{group}");
    }
    let found = refusal(&ctx, &format!("SELECT gmm_stats(DISTINCT {model}, x1, \"X two\", x3) FROM t")).await;
    assert!(found.contains("DISTINCT") || found.contains("distinct"), "{found}");
    let ordered = format!("SELECT gmm_stats({model}, x1, \"X two\", x3 ORDER BY row) FROM t");
    assert_eq!(ctx.sql(&ordered).await.unwrap().collect().await.unwrap().len(), 1);
}

#[tokio::test]
async fn two_models_need_groups() {
    let data = clouds(50, 1);
    let ctx = context();
    ctx.register_table("t", dealt(&ctx, &data, 20, 1).into_view()).unwrap();
    let (a, b) = (literal(&record(&start(&data))), literal(&record(&start(&data[20..]))));
    let model = format!("CASE WHEN row % 2 = 0 THEN {a} ELSE {b} END");
    let x = "x1, \"X two\", x3";
    let found = refusal(&ctx, &format!("SELECT gmm_stats({model}, {x}) FROM t")).await;
    assert!(found.contains("two models without GROUP BY"), "{found}");
    let found = refusal(&ctx, &format!("SELECT gmm_stats({model}, {x}) FROM t GROUP BY row % 3")).await;
    assert!(found.contains("a group has two models"), "{found}");
    let found = refusal(&ctx, &format!("SELECT gmm_stats(NULLIF({a}, {a}), {x}) FROM t")).await;
    assert!(found.contains("has no model") || found.contains("NULL"), "{found}");
    // Each partition has one model, and they meet where states are merged.
    let apart = format!(
        "SELECT gmm_stats(m, {x}) FROM (SELECT {a} AS m, * FROM t UNION ALL SELECT {b} AS m, * FROM t)"
    );
    let found = refusal(&ctx, &apart).await;
    assert!(found.contains("two models without GROUP BY"), "{found}");
    let grouped = format!("SELECT gmm_stats({model}, {x}) AS s FROM t GROUP BY row % 2");
    let batches = ctx.sql(&grouped).await.unwrap().collect().await.unwrap();
    assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 2);
}

fn reason<T>(outcome: Result<T, Failure>) -> String {
    match outcome {
        Ok(_) => panic!("it was accepted"),
        Err(failure) => failure.to_string(),
    }
}

#[tokio::test]
async fn tables_name_what_is_wrong() {
    let data = clouds(50, 1);
    let ctx = context();
    let frame = dealt(&ctx, &data, 20, 2);
    let found = reason(Table::new(frame.clone(), &["x1", "x4"]));
    assert_eq!(found, "there is no column `x4`; there are row, x1, X two, x3, w");
    assert_eq!(reason(Table::new(frame.clone(), &[])), "no column is named as a feature");
    assert_eq!(reason(Table::new(frame.clone(), &["x1", "x1"])), "column `x1` is named twice as a feature");
    let table = Table::new(frame.clone(), &FEATURES).unwrap();
    assert!(reason(table.clone().with_row_numbers("w")).contains("`w` numbers rows, but holds no integers"));
    let text = frame.with_column("name", datafusion::prelude::lit("a")).unwrap();
    assert!(reason(Table::new(text, &["name"])).contains("column `name` has type Utf8, which is no number"));
    let mut options = Options::new(9, Structure::Full);
    assert!(reason(fit(&table, &options, |_| {}).await).contains(RANGE));
    options = Options::new(3, Structure::Full);
    options.start = gaussmix_datafusion::driver::Start::Model(record(&Gmm::<f64, 2, 3>::unfitted()));
    assert!(reason(fit(&table, &options, |_| {}).await).contains("the start has 2 features"));
    options.start = gaussmix_datafusion::driver::Start::Model(record(&Gmm::<f64, 3, 3>::unfitted()));
    assert!(reason(fit(&table, &options, |_| {}).await).contains("the fit failed"));
    let empty = Table::new(dealt(&ctx, &data, 20, 2).limit(0, Some(0)).unwrap(), &FEATURES).unwrap();
    options.start = gaussmix_datafusion::driver::Start::Model(record(&start(&data)));
    assert!(reason(fit(&empty, &options, |_| {}).await).contains("no sample"));
    let _ = <Gmm<f64, 3, 3> as Persist>::ENCODED_LEN;
}
