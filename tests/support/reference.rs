//! What runs one case of a reference file with the structure and size that it names.

use gaussmix::nalgebra::SMatrix;
use gaussmix::{Full, Gmm, Real};

use super::dense::{Look, Structure};
use super::structures::with_structures;

/// Each matrix's part of a full covariance: all, the diagonal, or the diagonal's mean; for a tied structure, the part of
/// their mean by mixing weight.
pub(crate) fn parts<T: Real, const D: usize, const K: usize, C: Structure>(
    weights: &[f64; K],
    full: &[SMatrix<f64, D, D>; K],
) -> C::Factors<T, D, K> {
    let mean = mean(weights, full);
    let mut parts = Gmm::<T, D, K, C>::unfitted().covariances();
    for (part, own) in parts.as_mut().iter_mut().zip(full) {
        *part = <C::Shape as Look>::of(&<Full as Look>::dense(if C::TIED { &mean } else { own }));
    }
    parts
}

fn mean<const D: usize, const K: usize>(
    weights: &[f64; K],
    full: &[SMatrix<f64, D, D>; K],
) -> SMatrix<f64, D, D> {
    weights.iter().zip(full).fold(SMatrix::zeros(), |sum, (weight, matrix)| sum + matrix * *weight)
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
    macro_rules! by_name {
        (() $($test:ident, $file:literal, $structure:ty;)*) => {
            match structure {
                $($file => job.run_sized::<$structure>(k),)*
                _ => panic!("no structure is called {structure}"),
            }
        };
    }
    with_structures!(by_name!())
}
