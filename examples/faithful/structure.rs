//! The six covariance structures by name.

/// A covariance structure, chosen while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Structure {
    Full,
    TiedFull,
    Diagonal,
    TiedDiagonal,
    Spherical,
    TiedSpherical,
}

use Structure::{Diagonal, Full, Spherical, TiedDiagonal, TiedFull, TiedSpherical};

impl Structure {
    pub(crate) const ALL: [Self; 6] = [Full, TiedFull, Diagonal, TiedDiagonal, Spherical, TiedSpherical];

    /// Those that differ over `features` features: over one, every matrix is a variance.
    pub(crate) fn distinct(features: usize) -> &'static [Self] {
        if features == 1 { &[Full, TiedFull] } else { &Self::ALL }
    }

    /// As on the command line.
    pub(crate) fn flag(self) -> &'static str {
        match self {
            Full => "full",
            TiedFull => "tied",
            Diagonal => "diagonal",
            TiedDiagonal => "tied-diagonal",
            Spherical => "spherical",
            TiedSpherical => "tied-spherical",
        }
    }

    pub(crate) fn from_flag(flag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.flag() == flag)
    }

    /// As in tables and legends.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Full => "full",
            TiedFull => "tied full",
            Diagonal => "diagonal",
            TiedDiagonal => "tied diagonal",
            Spherical => "spherical",
            TiedSpherical => "tied spherical",
        }
    }

    /// Whether all components share one matrix.
    pub(crate) fn is_tied(self) -> bool {
        matches!(self, TiedFull | TiedDiagonal | TiedSpherical)
    }
}
