//! Sizes known while the program runs, to sizes that are types.

use gaussmix::covariance::{Eev, Evi, Vei};
use gaussmix::{Covariance, Diagonal, Full, Spherical, Tied};

use super::structure::Structure;

/// The most features and components for which the program holds compiled code.
pub(crate) const MAX: usize = 8;

/// What can be done in any size and structure.
pub(crate) trait Job {
    type Output;
    fn run<const D: usize, const K: usize, C: Covariance>(&self) -> Self::Output;
}

/// `$run` with `$N` a constant of the value of `$n`, or `None` above [`MAX`].
macro_rules! sized {
    ($n:expr, $N:ident => $run:expr) => {
        sized!($n, $N => $run, 1 2 3 4 5 6 7 8)
    };
    ($n:expr, $N:ident => $run:expr, $($size:literal)*) => {
        match $n {
            $($size => {
                const $N: usize = $size;
                Some($run)
            })*
            _ => None,
        }
    };
}

/// Runs `job` over `d` features and `k` components, if both are 1 to [`MAX`].
pub(crate) fn dispatch<J: Job>(d: usize, k: usize, structure: Structure, job: &J) -> Option<J::Output> {
    sized!(d, D => components::<D, J>(k, structure, job)).flatten()
}

fn components<const D: usize, J: Job>(k: usize, structure: Structure, job: &J) -> Option<J::Output> {
    sized!(k, K => match structure {
        Structure::Full => job.run::<D, K, Full>(),
        Structure::TiedFull => job.run::<D, K, Tied<Full>>(),
        Structure::Diagonal => job.run::<D, K, Diagonal>(),
        Structure::TiedDiagonal => job.run::<D, K, Tied<Diagonal>>(),
        Structure::Spherical => job.run::<D, K, Spherical>(),
        Structure::TiedSpherical => job.run::<D, K, Tied<Spherical>>(),
        Structure::Evi => job.run::<D, K, Evi>(),
        Structure::Vei => job.run::<D, K, Vei>(),
        Structure::Eev => job.run::<D, K, Eev>(),
    })
}
