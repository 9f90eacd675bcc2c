//! The nine covariance structures of gaussmix.

/// A covariance structure, chosen while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Structure {
    Full,
    Tied,
    Diag,
    TiedDiag,
    Spherical,
    TiedSpherical,
    Evi,
    Vei,
    Eev,
}

/// What one matrix looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Full,
    Diagonal,
    Spherical,
}

use Structure::{Diag, Eev, Evi, Full, Spherical, Tied, TiedDiag, TiedSpherical, Vei};

impl Structure {
    pub const ALL: [Self; 9] = [Full, Tied, Diag, TiedDiag, Spherical, TiedSpherical, Evi, Vei, Eev];

    /// As in gaussmix's JSON, whose first four names are scikit-learn's.
    pub fn name(self) -> &'static str {
        match self {
            Full => "full",
            Tied => "tied",
            Diag => "diag",
            TiedDiag => "tied_diag",
            Spherical => "spherical",
            TiedSpherical => "tied_spherical",
            Evi => "EVI",
            Vei => "VEI",
            Eev => "EEV",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }

    /// The last parameter of `gaussmix::Gmm`, if it is not the default.
    pub fn type_name(self) -> Option<&'static str> {
        match self {
            Full => None,
            Tied => Some("gaussmix::Tied<gaussmix::Full>"),
            Diag => Some("gaussmix::Diagonal"),
            TiedDiag => Some("gaussmix::Tied<gaussmix::Diagonal>"),
            Spherical => Some("gaussmix::Spherical"),
            TiedSpherical => Some("gaussmix::Tied<gaussmix::Spherical>"),
            Evi => Some("gaussmix::covariance::Evi"),
            Vei => Some("gaussmix::covariance::Vei"),
            Eev => Some("gaussmix::covariance::Eev"),
        }
    }

    pub fn shape(self) -> Shape {
        match self {
            Full | Tied | Eev => Shape::Full,
            Diag | TiedDiag | Evi | Vei => Shape::Diagonal,
            Spherical | TiedSpherical => Shape::Spherical,
        }
    }

    /// Whether all components share one matrix.
    pub fn is_tied(self) -> bool {
        matches!(self, Tied | TiedDiag | TiedSpherical)
    }

    /// Whether matrices of their own share a volume or a shape.
    pub fn is_coupled(self) -> bool {
        matches!(self, Evi | Vei | Eev)
    }
}

impl Shape {
    /// How many numbers a matrix over `d` features has.
    pub fn len(self, d: usize) -> usize {
        match self {
            Self::Full => d * d,
            Self::Diagonal => d,
            Self::Spherical => 1,
        }
    }
}
