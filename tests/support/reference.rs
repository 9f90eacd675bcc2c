//! What runs one case of a reference file with the structure and size that it names.

use gaussmix::{Diagonal, Full, Spherical, Tied};

use super::dense::Structure;

/// A check that runs for any structure and number of components.
pub(crate) trait Job {
    type Output;

    fn run<const K: usize, C: Structure>(&self) -> Self::Output;

    /// [`run`](Job::run) for `k` components. Which sizes are compiled for that is the job's choice.
    fn run_sized<C: Structure>(&self, k: usize) -> Self::Output {
        panic!("no size was compiled for {k} components")
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
