//! The data sets and reference files of `tests/data`.
#![allow(dead_code)] // no room uses all of it

use gaussmix::Real;
use gaussmix::nalgebra::SMatrix;
use serde_json::Value;

/// Old Faithful: eruption length and waiting time, in minutes.
pub(crate) fn faithful() -> Vec<[f64; 2]> {
    features("faithful.csv")
}

/// Fisher's iris: lengths and widths of sepal and petal, in cm.
pub(crate) fn iris() -> Vec<[f64; 4]> {
    features("iris.csv")
}

/// A smart watch's accelerometer and gyroscope.
pub(crate) fn basic_motions() -> Vec<[f64; 6]> {
    features("basic_motions.csv")
}

/// Two modes and a long right tail.
pub(crate) fn tail() -> Vec<[f64; 1]> {
    features("tail.csv")
}

/// Two in five are exactly 0, the rest a cluster.
pub(crate) fn spike() -> Vec<[f64; 1]> {
    features("spike.csv")
}

/// Two in five are exactly 0, the rest two clusters.
pub(crate) fn refit() -> Vec<[f64; 1]> {
    features("refit.csv")
}

/// Two clusters, and a third feature that is 1 throughout.
pub(crate) fn constant() -> Vec<[f64; 3]> {
    features("constant.csv")
}

/// Two clusters, and one corrupt reading.
pub(crate) fn glitch() -> Vec<[f64; 1]> {
    features("glitch.csv")
}

/// Two clusters near −1 and 1.
pub(crate) fn two_clusters() -> Vec<[f64; 1]> {
    features("two_clusters.csv")
}

fn text(file: &str) -> String {
    let path = format!("{}/tests/data/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The first `D` columns.
fn features<const D: usize>(file: &str) -> Vec<[f64; D]> {
    let text = text(file);
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    let columns = header.split(',').filter(|name| !name.starts_with("meta_")).count();
    assert_eq!(columns, D, "{file} has another number of features");
    lines
        .map(|line| {
            let mut fields = line.split(',');
            core::array::from_fn(|_| fields.next().unwrap().parse().unwrap())
        })
        .collect()
}

/// The same samples in another scalar type.
pub(crate) fn narrow<T: Real, const D: usize>(data: &[[f64; D]]) -> Vec<[T; D]> {
    data.iter().map(|x| x.map(T::narrow)).collect()
}

pub(crate) fn json(file: &str) -> Value {
    serde_json::from_str(&text(file)).unwrap()
}

pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

/// All numbers of nested arrays, row by row.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        _ => vec![number(value)],
    }
}

pub(crate) fn vector<const N: usize>(value: &Value) -> [f64; N] {
    numbers(value).try_into().unwrap()
}

pub(crate) fn rows<const N: usize, const M: usize>(value: &Value) -> [[f64; N]; M] {
    let rows: Vec<_> = value.as_array().unwrap().iter().map(vector).collect();
    rows.try_into().unwrap()
}

pub(crate) fn matrix<const D: usize>(value: &Value) -> SMatrix<f64, D, D> {
    SMatrix::from_row_slice(&vector_of(value, D * D))
}

fn vector_of(value: &Value, length: usize) -> Vec<f64> {
    let numbers = numbers(value);
    assert_eq!(numbers.len(), length);
    numbers
}
