//! The nine covariance structures by name.

/// A covariance structure, chosen while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Structure {
    Full,
    TiedFull,
    Diagonal,
    TiedDiagonal,
    Spherical,
    TiedSpherical,
    Evi,
    Vei,
    Eev,
}

/// What one matrix looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Full,
    Diagonal,
    Spherical,
}

use Structure::{Diagonal, Eev, Evi, Full, Spherical, TiedDiagonal, TiedFull, TiedSpherical, Vei};

impl Structure {
    pub(crate) const ALL: [Self; 9] =
        [Full, TiedFull, Diagonal, TiedDiagonal, Spherical, TiedSpherical, Evi, Vei, Eev];

    /// As on the command line.
    pub(crate) fn flag(self) -> &'static str {
        match self {
            Full => "full",
            TiedFull => "tied",
            Diagonal => "diagonal",
            TiedDiagonal => "tied-diagonal",
            Spherical => "spherical",
            TiedSpherical => "tied-spherical",
            Evi => "evi",
            Vei => "vei",
            Eev => "eev",
        }
    }

    pub(crate) fn from_flag(flag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.flag() == flag)
    }

    /// As in the file that is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Full => "full",
            TiedFull => "tied full",
            Diagonal => "diagonal",
            TiedDiagonal => "tied diagonal",
            Spherical => "spherical",
            TiedSpherical => "tied spherical",
            Evi => "EVI",
            Vei => "VEI",
            Eev => "EEV",
        }
    }

    pub(crate) fn shape(self) -> Shape {
        match self {
            Full | TiedFull | Eev => Shape::Full,
            Diagonal | TiedDiagonal | Evi | Vei => Shape::Diagonal,
            Spherical | TiedSpherical => Shape::Spherical,
        }
    }

    /// Whether all components share one matrix.
    pub(crate) fn is_tied(self) -> bool {
        matches!(self, TiedFull | TiedDiagonal | TiedSpherical)
    }
}
