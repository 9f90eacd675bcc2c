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

    /// By its flag, its name in tables, files or mclust, in letters of any case.
    pub(crate) fn from_flag(text: &str) -> Option<Self> {
        let plain = text.to_lowercase().replace([' ', '_'], "-");
        let flag = match plain.as_str() {
            "vvv" => "full",
            "tied-full" | "eee" => "tied",
            "diag" | "vvi" => "diagonal",
            "tied-diag" | "eei" => "tied-diagonal",
            "vii" => "spherical",
            "eii" => "tied-spherical",
            other => other,
        };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_structure_is_found_by_each_of_its_names() {
        for structure in Structure::ALL {
            for name in [structure.flag(), structure.name(), &structure.flag().to_uppercase()] {
                assert_eq!(Structure::from_flag(name), Some(*structure), "{name}");
            }
        }
        let others = ["VVV", "EEE", "VVI", "EEI", "VII", "EII"];
        assert_eq!(
            others.map(Structure::from_flag)[..],
            Structure::ALL[..6].iter().copied().map(Some).collect::<Vec<_>>()
        );
        assert_eq!(["diag", "tied_diag"].map(Structure::from_flag), [Some(Diagonal), Some(TiedDiagonal)]);
        assert_eq!(Structure::from_flag("round"), None);
    }
}
