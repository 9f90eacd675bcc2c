//! The data sets and reference files of `tests/data`, and what runs one check over every structure and size.

use gaussmix::nalgebra::{SMatrix, SVector};
use gaussmix::{Covariance, Diagonal, Full, Real, Shape, Spherical, Tied, Variance};
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

/// A matrix shape, with what turns full matrices into it and back into plain numbers.
pub(crate) trait Part: Shape {
    /// Its part of a full covariance: all, the diagonal, or the diagonal's mean.
    fn of<T: Real, const D: usize>(full: &SMatrix<f64, D, D>) -> Self::Matrix<T, D>;

    /// Its numbers in the order of the reference files: rows, diagonal, or the one.
    fn numbers<T: Real, const D: usize>(matrix: &Self::Matrix<T, D>) -> Vec<f64>;
}

impl Part for Full {
    fn of<T: Real, const D: usize>(full: &SMatrix<f64, D, D>) -> SMatrix<T, D, D> {
        full.map(T::narrow)
    }
    fn numbers<T: Real, const D: usize>(matrix: &SMatrix<T, D, D>) -> Vec<f64> {
        matrix.transpose().iter().map(|v| v.widen()).collect()
    }
}

impl Part for Diagonal {
    fn of<T: Real, const D: usize>(full: &SMatrix<f64, D, D>) -> SVector<T, D> {
        full.diagonal().map(T::narrow)
    }
    fn numbers<T: Real, const D: usize>(matrix: &SVector<T, D>) -> Vec<f64> {
        matrix.iter().map(|v| v.widen()).collect()
    }
}

impl Part for Spherical {
    fn of<T: Real, const D: usize>(full: &SMatrix<f64, D, D>) -> Variance<T> {
        Variance(T::narrow(full.diagonal().mean()))
    }
    fn numbers<T: Real, const D: usize>(matrix: &Variance<T>) -> Vec<f64> {
        vec![matrix.0.widen()]
    }
}

/// A covariance structure, with its part of full covariances.
pub(crate) trait Structure: Covariance {
    /// Each matrix's part; for a tied structure, that of their mean by mixing weight.
    fn of<T: Real, const D: usize, const K: usize>(
        weights: &[f64; K],
        full: &[SMatrix<f64, D, D>; K],
    ) -> Self::Factors<T, D, K>;

    /// The numbers of all matrices in the order of the reference files.
    fn numbers<T: Real, const D: usize, const K: usize>(covariances: &Self::Factors<T, D, K>) -> Vec<f64>;
}

impl<S: Part> Structure for S {
    fn of<T: Real, const D: usize, const K: usize>(
        _weights: &[f64; K],
        full: &[SMatrix<f64, D, D>; K],
    ) -> [S::Matrix<T, D>; K] {
        full.map(|matrix| <S as Part>::of(&matrix))
    }
    fn numbers<T: Real, const D: usize, const K: usize>(covariances: &[S::Matrix<T, D>; K]) -> Vec<f64> {
        covariances.iter().flat_map(|matrix| <S as Part>::numbers(matrix)).collect()
    }
}

impl<S: Part> Structure for Tied<S> {
    fn of<T: Real, const D: usize, const K: usize>(
        weights: &[f64; K],
        full: &[SMatrix<f64, D, D>; K],
    ) -> [S::Matrix<T, D>; 1] {
        let mean =
            weights.iter().zip(full).fold(SMatrix::zeros(), |sum, (weight, matrix)| sum + matrix * *weight);
        [<S as Part>::of(&mean)]
    }
    fn numbers<T: Real, const D: usize, const K: usize>([covariance]: &[S::Matrix<T, D>; 1]) -> Vec<f64> {
        <S as Part>::numbers(covariance)
    }
}

/// A check that runs for any structure and number of components.
pub(crate) trait Job {
    type Output;

    fn run<const K: usize, C: Structure>(&self) -> Self::Output;

    /// [`run`](Job::run) with `k` components; a job that needs fewer sizes saves compile time by its own.
    fn run_sized<C: Structure>(&self, k: usize) -> Self::Output {
        match k {
            1 => self.run::<1, C>(),
            2 => self.run::<2, C>(),
            3 => self.run::<3, C>(),
            4 => self.run::<4, C>(),
            5 => self.run::<5, C>(),
            6 => self.run::<6, C>(),
            _ => panic!("no check has {k} components"),
        }
    }
}

/// Runs `job` for the structure of that name in the reference files.
pub(crate) fn dispatch<J: Job>(structure: &str, k: usize, job: &J) -> J::Output {
    match structure {
        "full" => job.run_sized::<Full>(k),
        "tied" => job.run_sized::<Tied<Full>>(k),
        "diag" => job.run_sized::<Diagonal>(k),
        "tied_diag" => job.run_sized::<Tied<Diagonal>>(k),
        "spherical" => job.run_sized::<Spherical>(k),
        "tied_spherical" => job.run_sized::<Tied<Spherical>>(k),
        _ => panic!("no structure is called {structure}"),
    }
}
