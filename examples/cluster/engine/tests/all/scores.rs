//! Scores by SQL are those of the library.

use datafusion::common::cast::{as_float64_array, as_int64_array, as_list_array};
use gaussmix::Masked;

use crate::support::{clouds, context, dealt, record, start};

#[tokio::test]
async fn scores_are_those_of_the_library() {
    let data = clouds(1500, 6);
    let gmm = start(&data);
    let ctx = context();
    ctx.register_table("t", dealt(&ctx, &data, 400, 1).into_view()).unwrap();
    let model: String = record(&gmm).iter().map(|byte| format!("{byte:02x}")).collect();
    let gap = "CASE WHEN row % 3 = 1 THEN NULL ELSE x3 END";
    for (third, is_gap) in [("x3", false), (gap, true)] {
        let call = |function: &str| format!("{function}(x'{model}', x1, \"X two\", {third})");
        let (density, predict, shares) =
            (call("gmm_log_density"), call("gmm_predict"), call("gmm_responsibilities"));
        let query = format!("SELECT {density}, {predict}, {shares} FROM t ORDER BY row");
        let batches = ctx.sql(&query).await.unwrap().collect().await.unwrap();
        let mut row = 0;
        for batch in &batches {
            for i in 0..batch.num_rows() {
                let observed = [true, true, !(is_gap && row % 3 == 1)];
                let x = Masked { features: data[row], observed };
                let found = as_float64_array(batch.column(0)).unwrap().value(i);
                assert!((found - gmm.log_density(x).unwrap()).abs() < 1e-12, "row {row}");
                assert_eq!(
                    as_int64_array(batch.column(1)).unwrap().value(i) as usize,
                    gmm.predict(x).unwrap()
                );
                let shares = as_list_array(batch.column(2)).unwrap().value(i);
                assert_eq!(
                    as_float64_array(&shares).unwrap().values(),
                    &gmm.posterior(x).unwrap().responsibilities[..]
                );
                row += 1;
            }
        }
        assert_eq!(row, data.len());
    }
}
