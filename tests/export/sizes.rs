//! The example's `sizes`, with code for fewer of them: each costs a third of a second to compile.

use super::structure::Structure;
use gaussmix::covariance::{Eev, Evi, Vei};
use gaussmix::{Covariance, Diagonal, Full, Spherical, Tied};

pub(crate) const MAX: usize = 8;

pub(crate) trait Job {
    type Output;
    fn run<const D: usize, const K: usize, C: Covariance>(&self) -> Self::Output;
}

pub(crate) fn dispatch<J: Job>(d: usize, k: usize, structure: Structure, job: &J) -> Option<J::Output> {
    Some(match (d, k, structure) {
        (2, 2, Structure::Full) => job.run::<2, 2, Full>(),
        (2, 3, Structure::Full) => job.run::<2, 3, Full>(),
        (2, 3, Structure::TiedFull) => job.run::<2, 3, Tied<Full>>(),
        (2, 3, Structure::Diagonal) => job.run::<2, 3, Diagonal>(),
        (2, 3, Structure::TiedDiagonal) => job.run::<2, 3, Tied<Diagonal>>(),
        (2, 3, Structure::Spherical) => job.run::<2, 3, Spherical>(),
        (2, 3, Structure::TiedSpherical) => job.run::<2, 3, Tied<Spherical>>(),
        (2, 2, Structure::Evi) => job.run::<2, 2, Evi>(),
        (2, 2, Structure::Vei) => job.run::<2, 2, Vei>(),
        (2, 2, Structure::Eev) => job.run::<2, 2, Eev>(),
        (2, 3, Structure::Evi) => job.run::<2, 3, Evi>(),
        (2, 3, Structure::Vei) => job.run::<2, 3, Vei>(),
        (2, 3, Structure::Eev) => job.run::<2, 3, Eev>(),
        _ => return None,
    })
}
