//! Sizes and structures known while the program runs, as types.

#[cfg(feature = "wide-tables")]
use gaussmix::covariance::{Eev, Eve, Evi, Evv, Vee, Vei, Vev, Vve};
use gaussmix::select::{VisitSize, visit_size};
use gaussmix::{Covariance, Diagonal, Error, Full, Spherical, Tied};

use crate::args::MAX_D;
use crate::structure::Structure;

/// Unit tests take no more: each size is compiled for every structure.
const MOST: usize = if cfg!(test) { 2 } else { MAX_D };

/// Work over a number of features and with a structure.
pub(crate) trait Work {
    type Output;

    fn run<const D: usize, C: Covariance>(self) -> Result<Self::Output, Error>;
}

/// Does the work with the types for these.
///
/// # Errors
/// Those of the work, and [`Error::InvalidParameter`] for a number of features that there is no code for.
pub(crate) fn run<W: Work>(features: usize, structure: Structure, work: W) -> Result<W::Output, Error> {
    visit_size::<MOST, _>(features, OfStructure { structure, work })
        .unwrap_or(Err(Error::InvalidParameter { name: "features", expected: "a number that was compiled" }))
}

struct OfStructure<W> {
    structure: Structure,
    work: W,
}

impl<W: Work> VisitSize for OfStructure<W> {
    type Output = Result<W::Output, Error>;

    fn visit<const D: usize>(self) -> Self::Output {
        match self.structure {
            Structure::Full => self.work.run::<D, Full>(),
            Structure::TiedFull => self.work.run::<D, Tied<Full>>(),
            Structure::Diagonal => self.work.run::<D, Diagonal>(),
            Structure::TiedDiagonal => self.work.run::<D, Tied<Diagonal>>(),
            Structure::Spherical => self.work.run::<D, Spherical>(),
            Structure::TiedSpherical => self.work.run::<D, Tied<Spherical>>(),
            #[cfg(feature = "wide-tables")]
            Structure::Evi => self.work.run::<D, Evi>(),
            #[cfg(feature = "wide-tables")]
            Structure::Vei => self.work.run::<D, Vei>(),
            #[cfg(feature = "wide-tables")]
            Structure::Eev => self.work.run::<D, Eev>(),
            #[cfg(feature = "wide-tables")]
            Structure::Vee => self.work.run::<D, Vee>(),
            #[cfg(feature = "wide-tables")]
            Structure::Vev => self.work.run::<D, Vev>(),
            #[cfg(feature = "wide-tables")]
            Structure::Evv => self.work.run::<D, Evv>(),
            #[cfg(feature = "wide-tables")]
            Structure::Vve => self.work.run::<D, Vve>(),
            #[cfg(feature = "wide-tables")]
            Structure::Eve => self.work.run::<D, Eve>(),
        }
    }
}
