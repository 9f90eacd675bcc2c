//! The feature `serde`: a struct of header and numbers, or of parameters if people read the format. Written by hand,
//! since derive knows no arrays of const length.

mod arrays;
mod bits;
mod deserialize;
mod noise;
mod readable;
mod serialize;

use ::serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::value::Part;
use crate::covariance::Covariance;
use crate::detector::Detector;
use crate::lifecycle::LifeCycle;
use crate::model::Gmm;
use crate::novelty::Novelty;
use crate::real::Real;
use crate::statistics::SufficientStats;
use crate::stream::{Average, OnlineEm};

const FIELDS: &[&str] = &["version", "kind", "scalar", "structure", "features", "components", "numbers"];

macro_rules! implement {
    ($name:literal, [$($generics:tt)*] $value:ty) => {
        impl<$($generics)*> Serialize for $value {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serialize::whole(self, $name, serializer)
            }
        }

        impl<'de, $($generics)*> Deserialize<'de> for $value {
            fn deserialize<S: Deserializer<'de>>(deserializer: S) -> Result<Self, S::Error> {
                deserialize::whole($name, deserializer)
            }
        }
    };
}
implement!("SufficientStats", [T: Real, const D: usize, const K: usize, C: Covariance] SufficientStats<T, D, K, C>);
implement!("OnlineEm", [T: Real, const D: usize, const K: usize, C: Covariance, R: Part<T>] OnlineEm<T, D, K, C, R>);
implement!("Average", [T: Real, const D: usize, const K: usize, C: Covariance] Average<T, D, K, C>);
implement!("Novelty", [T: Real] Novelty<T>);
implement!("LifeCycle", [T: Real, const D: usize] LifeCycle<T, D>);
implement!("Detector", [T: Real, const A: usize, const D: usize, const K: usize, C: Covariance] Detector<T, A, D, K, C>);

impl<T: Real, const D: usize, const K: usize, C: Covariance> Serialize for Gmm<T, D, K, C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            readable::serialize(self, serializer)
        } else {
            serialize::whole(self, "Gmm", serializer)
        }
    }
}

impl<'de, T: Real, const D: usize, const K: usize, C: Covariance> Deserialize<'de> for Gmm<T, D, K, C> {
    fn deserialize<S: Deserializer<'de>>(deserializer: S) -> Result<Self, S::Error> {
        if deserializer.is_human_readable() {
            readable::deserialize(deserializer)
        } else {
            deserialize::whole("Gmm", deserializer)
        }
    }
}

/// The codes of a header, and their names in human-readable formats.
type Names = &'static [(u8, &'static str)];
const KINDS: Names = &[
    (1, "model"),
    (2, "statistics"),
    (3, "online"),
    (4, "average"),
    (5, "regularized online"),
    (6, "novelty"),
    (7, "life cycle"),
    (8, "detector"),
];
const SCALARS: Names = &[(4, "f32"), (8, "f64")];
/// The structures of models.
const STRUCTURES: Names = ALL_STRUCTURES.split_at(1).1;
/// What a header may say: a value beside a model has none.
const ALL_STRUCTURES: Names = &[
    (0, "none"),
    (1, "full"),
    (2, "diag"),
    (3, "spherical"),
    (0x11, "tied"),
    (0x12, "tied_diag"),
    (0x13, "tied_spherical"),
    (0x22, "EVI"),
    (0x32, "VEI"),
    (0x41, "EEV"),
    (0x51, "VEE"),
    (0x61, "VEV"),
    (0x71, "EVV"),
    (0x81, "VVE"),
    (0x91, "EVE"),
    (0x09, "full_noise"),
    (0x0a, "diag_noise"),
    (0x0b, "spherical_noise"),
    (0x19, "tied_noise"),
    (0x1a, "tied_diag_noise"),
    (0x1b, "tied_spherical_noise"),
    (0x2a, "EVI_noise"),
    (0x3a, "VEI_noise"),
    (0x49, "EEV_noise"),
    (0x59, "VEE_noise"),
    (0x69, "VEV_noise"),
    (0x79, "EVV_noise"),
    (0x89, "VVE_noise"),
    (0x99, "EVE_noise"),
];

/// What a noise slot adds to the code of a structure.
const NOISE: u8 = 0x08;

fn name_of(names: Names, code: u8) -> &'static str {
    names.iter().find(|(known, _)| *known == code).map_or("?", |(_, name)| name)
}

/// Minus infinity, the offset of a dead component, in human-readable formats: JSON has no number for it.
const INFINITE: &str = "-inf";
