//! A model for each device.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, Float64Array, RecordBatch, StringArray};
use datafusion::common::cast::as_string_array;
use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;
use gaussmix::persist::Persist;
use gaussmix::{Em, Gmm};
use gaussmix_datafusion::Table;
use gaussmix_datafusion::fleet::{Fleet, FleetOptions, fit};
use gaussmix_datafusion::models::Structure;

use crate::support::{Noise, Scratch, close, context, record};

type Model = Gmm<f64, 2, 2>;

/// Rows of devices, each with two clusters of its own.
fn rows(devices: usize, each: usize) -> Vec<(usize, [f64; 2])> {
    let mut noise = Noise::new(5);
    let mut rows = Vec::new();
    for i in 0..devices * each {
        let device = i % devices;
        let side = if noise.uniform() < 0.4 { 0.0 } else { 6.0 };
        rows.push((
            device,
            [device as f64 + side + noise.normal(), side - 2.0 * device as f64 + noise.normal()],
        ));
    }
    rows
}

/// No device.
const NONE: usize = 999;

fn table(ctx: &SessionContext, rows: &[(usize, [f64; 2])]) -> Table {
    let feature = |j: usize| Arc::new(rows.iter().map(|(_, x)| x[j]).collect::<Float64Array>()) as ArrayRef;
    let name = |device: usize| (device != NONE).then(|| format!("device {device:03}"));
    let names: StringArray = rows.iter().map(|(device, _)| name(*device)).collect();
    let batch = RecordBatch::try_from_iter([
        ("Device ID", Arc::new(names) as ArrayRef),
        ("a", feature(0)),
        ("b", feature(1)),
    ]);
    let batch = batch.unwrap();
    // In three partitions, which are merged in no fixed order.
    let cut = |i: usize| {
        batch.slice(i * batch.num_rows() / 3, (i + 1) * batch.num_rows() / 3 - i * batch.num_rows() / 3)
    };
    let parts = [0, 1, 2].map(|i| vec![cut(i)]).to_vec();
    let table = MemTable::try_new(batch.schema(), parts).unwrap();
    Table::new(ctx.read_table(Arc::new(table)).unwrap(), &["a", "b"]).unwrap()
}

fn options() -> FleetOptions {
    FleetOptions {
        components: 2,
        structure: Structure::Full,
        em: Em::default().with_tolerance(1e-8).unwrap(),
        is_accelerated: false,
        checkpoint: None,
    }
}

fn models(fleet: &Fleet) -> Vec<(String, Model)> {
    let keys = as_string_array(&fleet.keys).unwrap();
    let model = |i: usize| Model::decode(&fleet.models[i].as_ref().unwrap().0).unwrap();
    (0..keys.len()).map(|i| (keys.value(i).to_owned(), model(i))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_device_has_the_model_of_its_own_rows() {
    let mixed = rows(40, 150);
    let mut sorted = mixed.clone();
    sorted.sort_by_key(|(device, _)| *device);
    let ctx = context();
    let mut passes = Vec::new();
    let of_mixed =
        fit(&ctx, &table(&ctx, &mixed), "Device ID", &options(), |p| passes.push(p.active)).await.unwrap();
    let of_sorted = fit(&ctx, &table(&ctx, &sorted), "Device ID", &options(), |_| {}).await.unwrap();
    assert!(passes[0] == 40 && passes.is_sorted_by(|a, b| a >= b));
    let (of_mixed, of_sorted) = (models(&of_mixed), models(&of_sorted));
    assert_eq!(of_mixed.len(), 40);
    for (device, ((name, found), (_, other))) in of_mixed.iter().zip(&of_sorted).enumerate() {
        assert_eq!(*name, format!("device {device:03}"));
        let own: Vec<[f64; 2]> = mixed.iter().filter(|(of, _)| *of == device).map(|(_, x)| *x).collect();
        // One more M-step, or a whole fit from it, leads nowhere else.
        let mut settled = found.clone();
        let report = Em::default().with_tolerance(1e-8).unwrap().fit(&mut settled, &own).unwrap();
        assert!(report.converged);
        for k in 0..2 {
            close(found.weights()[k], other.weights()[k], 1e-9);
            close(found.weights()[k], settled.weights()[k], 1e-3);
            for j in 0..2 {
                close(found.means()[k][j], other.means()[k][j], 1e-9);
                close(found.means()[k][j], settled.means()[k][j], 1e-3);
            }
        }
        let [a, b] = [found.means()[0][1], found.means()[1][1]];
        assert!((a - b).abs() > 4.0, "device {device}: {a} and {b}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_cannot_be_fitted_stops_no_other() {
    let mut rows = rows(5, 100);
    rows.push((5, [1.0, 2.0]));
    rows.extend((0..20).map(|i| (6, [f64::from(i), 3.0])));
    rows.extend((0..20).map(|i| (NONE, [f64::from(i), 3.0])));
    let ctx = context();
    let fleet = fit(&ctx, &table(&ctx, &rows), "Device ID", &options(), |_| {}).await.unwrap();
    assert_eq!(fleet.models.len(), 7);
    assert!(fleet.models[..5].iter().all(|model| model.as_ref().is_ok_and(|(_, report)| report.converged)));
    assert!(fleet.models[5].as_ref().is_err_and(|reason| reason.contains("feature 0")));
    assert!(fleet.models[6].as_ref().is_err_and(|reason| reason.contains("feature 1")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_goes_on_from_its_checkpoint() {
    let rows = rows(10, 80);
    let ctx = context();
    let table = table(&ctx, &rows);
    let file = Scratch::new("fleet");
    let path = file.0.clone();
    let options = FleetOptions { checkpoint: Some(path.clone()), ..options() };
    let expected = models(&fit(&ctx, &table, "Device ID", &options, |_| {}).await.unwrap());
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let (mut kept, mut own) = (0, 0);
    let found =
        fit(&ctx, &table, "Device ID", &options, |p| if p.took.is_some() { own += 1 } else { kept += 1 })
            .await;
    assert!(kept > 0 && own > 0);
    for ((name, found), (other, expected)) in models(&found.unwrap()).iter().zip(&expected) {
        assert_eq!(name, other);
        (0..2).for_each(|k| close(found.means()[k][0], expected.means()[k][0], 1e-9));
        assert_eq!(record(found).len(), record(expected).len());
    }
}
