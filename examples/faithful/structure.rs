//! The covariance structures by name.

/// A covariance structure, chosen while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Structure {
    Full,
    TiedFull,
    Diagonal,
    TiedDiagonal,
    Spherical,
    TiedSpherical,
    #[cfg(feature = "wide-tables")]
    Evi,
    #[cfg(feature = "wide-tables")]
    Vei,
    #[cfg(feature = "wide-tables")]
    Eev,
    #[cfg(feature = "wide-tables")]
    Vee,
    #[cfg(feature = "wide-tables")]
    Vev,
    #[cfg(feature = "wide-tables")]
    Evv,
    #[cfg(feature = "wide-tables")]
    Vve,
    #[cfg(feature = "wide-tables")]
    Eve,
}

use Structure::{Diagonal, Full, Spherical, TiedDiagonal, TiedFull, TiedSpherical};

impl Structure {
    pub(crate) const ALL: &[Self] = &[
        Full,
        TiedFull,
        Diagonal,
        TiedDiagonal,
        Spherical,
        TiedSpherical,
        #[cfg(feature = "wide-tables")]
        Self::Evi,
        #[cfg(feature = "wide-tables")]
        Self::Vei,
        #[cfg(feature = "wide-tables")]
        Self::Eev,
        #[cfg(feature = "wide-tables")]
        Self::Vee,
        #[cfg(feature = "wide-tables")]
        Self::Vev,
        #[cfg(feature = "wide-tables")]
        Self::Evv,
        #[cfg(feature = "wide-tables")]
        Self::Vve,
        #[cfg(feature = "wide-tables")]
        Self::Eve,
    ];

    /// Those that differ over `features` features: over one, every matrix is a variance.
    pub(crate) fn distinct(features: usize) -> &'static [Self] {
        if features == 1 { &[Full, TiedFull] } else { Self::ALL }
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
            #[cfg(feature = "wide-tables")]
            Self::Evi => "evi",
            #[cfg(feature = "wide-tables")]
            Self::Vei => "vei",
            #[cfg(feature = "wide-tables")]
            Self::Eev => "eev",
            #[cfg(feature = "wide-tables")]
            Self::Vee => "vee",
            #[cfg(feature = "wide-tables")]
            Self::Vev => "vev",
            #[cfg(feature = "wide-tables")]
            Self::Evv => "evv",
            #[cfg(feature = "wide-tables")]
            Self::Vve => "vve",
            #[cfg(feature = "wide-tables")]
            Self::Eve => "eve",
        }
    }

    pub(crate) fn from_flag(flag: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| s.flag() == flag)
    }

    /// As in tables and legends.
    pub(crate) fn name(self) -> &'static str {
        match self {
            TiedFull => "tied full",
            TiedDiagonal => "tied diagonal",
            TiedSpherical => "tied spherical",
            #[cfg(feature = "wide-tables")]
            Self::Evi => "EVI",
            #[cfg(feature = "wide-tables")]
            Self::Vei => "VEI",
            #[cfg(feature = "wide-tables")]
            Self::Eev => "EEV",
            #[cfg(feature = "wide-tables")]
            Self::Vee => "VEE",
            #[cfg(feature = "wide-tables")]
            Self::Vev => "VEV",
            #[cfg(feature = "wide-tables")]
            Self::Evv => "EVV",
            #[cfg(feature = "wide-tables")]
            Self::Vve => "VVE",
            #[cfg(feature = "wide-tables")]
            Self::Eve => "EVE",
            other => other.flag(),
        }
    }

    /// Whether all components share one matrix.
    pub(crate) fn is_tied(self) -> bool {
        matches!(self, TiedFull | TiedDiagonal | TiedSpherical)
    }

    /// Whether features may be correlated.
    pub(crate) fn is_full(self) -> bool {
        match self {
            Full | TiedFull => true,
            #[cfg(feature = "wide-tables")]
            Self::Eev | Self::Vee | Self::Vev | Self::Evv | Self::Vve | Self::Eve => true,
            _ => false,
        }
    }
}
