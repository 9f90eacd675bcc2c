//! A fit that is stopped goes on with the same bits.

use std::fs;
use std::path::PathBuf;

use gaussmix::Em;
use gaussmix_datafusion::driver::{Options, Outcome, Start, fit};
use gaussmix_datafusion::models::Structure;
use gaussmix_datafusion::{Failure, Table};

use crate::support::{FEATURES, Scratch, clouds, context, dealt};

fn options(checkpoint: Option<PathBuf>, is_accelerated: bool) -> Options {
    let start = Start::Sampled { components: 3, structure: Structure::Full, restarts: 3, rows: 300, seed: 2 };
    Options {
        start,
        em: Em::default().with_tolerance(1e-9).unwrap(),
        is_accelerated,
        checkpoint,
        ..Options::new(3, Structure::Full)
    }
}

fn same(a: &Outcome, b: &Outcome) {
    assert_eq!((&a.model, &a.report, a.restart), (&b.model, &b.report, b.restart));
}

#[tokio::test]
async fn a_fit_that_is_dropped_anywhere_goes_on_with_the_same_bits() {
    let data = clouds(4000, 8);
    let ctx = context();
    let table = Table::new(dealt(&ctx, &data, 600, 3), &FEATURES).unwrap().with_row_numbers("row").unwrap();
    for is_accelerated in [false, true] {
        let expected = fit(&table, &options(None, is_accelerated), |_| {}).await.unwrap();
        let file = Scratch::new(&format!("dropped-{is_accelerated}"));
        let options = options(Some(file.0.clone()), is_accelerated);
        // Each run is dropped after a while, wherever it is then.
        let (mut most, mut runs) = (0, 0);
        let found = loop {
            let mut passes = 0;
            let time = std::time::Duration::from_millis(15 + 10 * runs);
            let outcome = tokio::time::timeout(time, fit(&table, &options, |_| passes += 1)).await;
            assert!(passes >= most, "run {runs} had {passes} passes, one before it {most}");
            (most, runs) = (passes, runs + 1);
            if let Ok(outcome) = outcome {
                break outcome.unwrap();
            }
        };
        assert!(runs > 2, "it was dropped {runs} times");
        same(&found, &expected);
        // At its end the file has all passes: none is made but the last, once more.
        let again = fit(&table, &options, |progress| assert_eq!(progress.took, None)).await.unwrap();
        same(&again, &expected);
    }
}

#[tokio::test]
async fn a_file_that_broke_off_anywhere_is_gone_on_with() {
    let data = clouds(800, 9);
    let ctx = context();
    let table = Table::new(dealt(&ctx, &data, 300, 2), &FEATURES).unwrap().with_row_numbers("row").unwrap();
    let file = Scratch::new("broken");
    let options = options(Some(file.0.clone()), false);
    let expected = fit(&table, &options, |_| {}).await.unwrap();
    let whole = fs::read(&file.0).unwrap();
    let step = (whole.len() / 40).max(1);
    for length in (0..whole.len()).step_by(step).chain([3, 8, 9, whole.len() - 1]) {
        fs::write(&file.0, &whole[..length]).unwrap();
        let found = fit(&table, &options, |_| {}).await.unwrap();
        same(&found, &expected);
        assert_eq!(fs::read(&file.0).unwrap(), whole, "cut to {length} bytes");
    }
}

fn reason(outcome: Result<Outcome, Failure>) -> String {
    outcome.map(|_| ()).unwrap_err().to_string()
}

#[tokio::test]
async fn a_checkpoint_of_something_else_is_refused() {
    let data = clouds(900, 9);
    let ctx = context();
    let table = Table::new(dealt(&ctx, &data, 300, 2), &FEATURES).unwrap();
    let file = Scratch::new("other");
    let options = options(Some(file.0.clone()), false);
    fit(&table, &options, |_| {}).await.unwrap();
    let kept = fs::read(&file.0).unwrap();

    let mut other = options.clone();
    other.em = Em::default().with_max_iterations(7);
    let found = reason(fit(&table, &other, |_| {}).await);
    assert!(
        found.contains("belongs to a fit with other options") && found.contains("max_iterations: 7"),
        "{found}"
    );
    let found = reason(fit(&table.clone().with_weight("w").unwrap(), &options, |_| {}).await);
    assert!(found.contains("Some(\"w\")"), "{found}");
    assert_eq!(fs::read(&file.0).unwrap(), kept, "a refused file is left as it is");

    // A table that has grown since: the passes in the file, then one of other rows.
    fs::write(&file.0, &kept[..kept.len() * 2 / 3]).unwrap();
    let grown = Table::new(dealt(&ctx, &clouds(901, 9), 300, 2), &FEATURES).unwrap();
    let found = reason(fit(&grown, &options, |_| {}).await);
    assert!(found.contains("changed since the checkpoint was written: it has 901 rows"), "{found}");

    // Other values in as many rows, also after the end of the fit.
    let other = Table::new(dealt(&ctx, &clouds(900, 10), 300, 2), &FEATURES).unwrap();
    for length in [kept.len() * 2 / 3, kept.len()] {
        fs::write(&file.0, &kept[..length]).unwrap();
        let found = reason(fit(&other, &options, |_| {}).await);
        assert!(found.contains("the table changed since the checkpoint was written"), "{found}");
        // The right table goes on.
        fit(&table, &options, |_| {}).await.unwrap();
    }

    fs::write(&file.0, b"a picture, say").unwrap();
    let found = reason(fit(&table, &options, |_| {}).await);
    assert!(found.contains("is no checkpoint of a fit"), "{found}");
    // What is damaged is made anew, from there on.
    let mut damaged = kept.clone();
    let middle = kept.len() / 2;
    damaged[middle] ^= 1;
    fs::write(&file.0, &damaged).unwrap();
    let mut own = 0;
    fit(&table, &options, |progress| own += u32::from(progress.took.is_some())).await.unwrap();
    assert!(own > 1);
    let taken = fs::File::open(&file.0).unwrap();
    taken.lock().unwrap();
    let found = reason(fit(&table, &options, |_| {}).await);
    assert!(found.contains("another fit uses the checkpoint"), "{found}");
}
