//! What runs one case of a reference file with the structure and size that it names.

use gaussmix::{Diagonal, Full, Spherical, Tied};

use super::dense::Structure;

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

/// Runs `job` for the structure of that name in the reference files. They have those six; a seventh arm would compile
/// every job for nothing.
pub(crate) fn dispatch<J: Job>(structure: &str, k: usize, job: &J) -> J::Output {
    match structure {
        "full" => job.run_sized::<Full>(k),
        "diag" => job.run_sized::<Diagonal>(k),
        "spherical" => job.run_sized::<Spherical>(k),
        "tied" => job.run_sized::<Tied<Full>>(k),
        "tied_diag" => job.run_sized::<Tied<Diagonal>>(k),
        "tied_spherical" => job.run_sized::<Tied<Spherical>>(k),
        _ => panic!("no structure is called {structure}"),
    }
}
