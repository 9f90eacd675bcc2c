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
            Self::Eev => true,
            _ => false,
        }
    }
}
