//! The fourteen covariance structures of gaussmix.

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
    Vee,
    Vev,
    Evv,
    Vve,
    Eve,
}

/// What one matrix looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Full,
    Diagonal,
    Spherical,
}

use Structure::{
    Diag, Eev, Eve, Evi, Evv, Full, Spherical, Tied, TiedDiag, TiedSpherical, Vee, Vei, Vev, Vve,
};

impl Structure {
    pub const ALL: [Self; 14] =
        [Full, Tied, Diag, TiedDiag, Spherical, TiedSpherical, Evi, Vei, Eev, Vee, Vev, Evv, Vve, Eve];

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
            Vee => "VEE",
            Vev => "VEV",
            Evv => "EVV",
            Vve => "VVE",
            Eve => "EVE",
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
            Vee => Some("gaussmix::covariance::Vee"),
            Vev => Some("gaussmix::covariance::Vev"),
            Evv => Some("gaussmix::covariance::Evv"),
            Vve => Some("gaussmix::covariance::Vve"),
            Eve => Some("gaussmix::covariance::Eve"),
        }
    }

    pub fn shape(self) -> Shape {
        match self {
            Full | Tied | Eev | Vee | Vev | Evv | Vve | Eve => Shape::Full,
            Diag | TiedDiag | Evi | Vei => Shape::Diagonal,
            Spherical | TiedSpherical => Shape::Spherical,
        }
    }

    /// Whether all components share one matrix.
    pub fn is_tied(self) -> bool {
        matches!(self, Tied | TiedDiag | TiedSpherical)
    }

    /// Whether matrices of their own share a volume, a shape or an orientation.
    pub fn is_coupled(self) -> bool {
        matches!(self, Evi | Vei | Eev | Vee | Vev | Evv | Vve | Eve)
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
