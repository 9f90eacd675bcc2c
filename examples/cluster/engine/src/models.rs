//! Mixtures whose size and structure are found out while the program runs.
//!
//! The library's sizes are types. A stored model's header says which type it is; [`visit`] goes from there to code that
//! is compiled for it.

use std::fmt;

use datafusion::error::{DataFusionError, Result};
use gaussmix::persist::Persist;
use gaussmix::{Component, Covariance, Diagonal, Full, Gmm};

use crate::failure::refused;

/// What a covariance looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Structure {
    /// A full matrix for each component.
    Full,
    /// A diagonal matrix for each component.
    Diagonal,
}

/// The type of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    /// D
    pub features: usize,
    /// K
    pub components: usize,
    /// The form of covariances.
    pub structure: Structure,
}

/// What this crate is compiled for, in words.
pub const RANGE: &str = if cfg!(feature = "every-size") {
    "f64, full or diagonal covariances, 1 to 8 features, 1 to 8 components"
} else if cfg!(feature = "common-sizes") {
    "f64, full or diagonal covariances, 1, 2, 3, 4 or 8 features, 1, 2, 3, 4 or 8 components"
} else {
    "f64, full or diagonal covariances, 1 to 3 features, 1 to 3 components"
};

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let structure = match self.structure {
            Structure::Full => "full",
            Structure::Diagonal => "diagonal",
        };
        write!(f, "{} features, {} components, {structure} covariances", self.features, self.components)
    }
}

/// What a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Model = 1,
    Statistics = 2,
}

impl Kind {
    /// The type of a stored model or of stored statistics, from its header.
    pub(crate) fn of(bytes: &[u8], content: Content) -> Result<Self> {
        let what = if content == Content::Model { "model" } else { "statistics" };
        let Some((&[b'G', b'M', b'i', b'x', version, kind, scalar, structure, d0, d1, k0, k1], _)) =
            bytes.split_first_chunk()
        else {
            return Err(refused(format!("the {what}: {} bytes that are no stored {what}", bytes.len())));
        };
        if version != 2 || kind != content as u8 {
            let found = format!("a record of kind {kind} in version {version}");
            return Err(refused(format!("the {what}: {found}, expected kind {}, version 2", content as u8)));
        }
        let (features, components) = (u16::from_le_bytes([d0, d1]), u16::from_le_bytes([k0, k1]));
        let structure = match (scalar, structure) {
            (8, 1) => Structure::Full,
            (8, 2) => Structure::Diagonal,
            _ => {
                let scalar = if scalar == 4 { "f32" } else { "f64" };
                return Err(refused(format!(
                    "the {what} has numbers of {scalar} and structure {structure:#04x}; this program has {RANGE}"
                )));
            }
        };
        Ok(Self { features: features.into(), components: components.into(), structure })
    }
}

/// Code that is compiled for each type of the range.
pub(crate) trait Visitor {
    type Output;

    fn visit<const D: usize, const K: usize, C: Covariance + 'static>(self) -> Self::Output;
}

/// Calls the visitor with the type of a model.
///
/// # Errors
/// A model outside of the range, which the message names beside it.
pub(crate) fn visit<V: Visitor>(kind: Kind, visitor: V) -> Result<V::Output> {
    macro_rules! components {
        ($d:literal, $structure:ty; $($k:literal if $feature:literal)*) => {
            match kind.components {
                1 => return Ok(visitor.visit::<$d, 1, $structure>()),
                2 => return Ok(visitor.visit::<$d, 2, $structure>()),
                3 => return Ok(visitor.visit::<$d, 3, $structure>()),
                $(#[cfg(feature = $feature)]
                $k => return Ok(visitor.visit::<$d, $k, $structure>()),)*
                _ => {}
            }
        };
    }
    macro_rules! features {
        ($($d:literal)*) => {
            match (kind.features, kind.structure) {
                $(($d, Structure::Full) => components!($d, Full;
                    4 if "common-sizes" 5 if "every-size" 6 if "every-size" 7 if "every-size" 8 if "common-sizes"),
                ($d, Structure::Diagonal) => components!($d, Diagonal;
                    4 if "common-sizes" 5 if "every-size" 6 if "every-size" 7 if "every-size" 8 if "common-sizes"),)*
                _ => {}
            }
        };
    }
    features!(1 2 3);
    #[cfg(feature = "common-sizes")]
    features!(4 8);
    #[cfg(feature = "every-size")]
    features!(5 6 7);
    Err(refused(format!("the model has {kind}; this program has {RANGE}")))
}

/// The parameters of a model, whatever its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// The type.
    pub kind: Kind,
    /// π_k
    pub weights: Vec<f64>,
    /// μ_k
    pub means: Vec<Vec<f64>>,
    /// Σ_k, row by row.
    pub covariances: Vec<Vec<Vec<f64>>>,
}

impl Parameters {
    /// Those of a record.
    ///
    /// # Errors
    /// Bytes that hold no valid model of the range.
    pub fn of(record: &[u8]) -> Result<Self> {
        let kind = Kind::of(record, Content::Model)?;
        visit(kind, Read { record, kind })?
    }
}

struct Read<'a> {
    record: &'a [u8],
    kind: Kind,
}

impl Visitor for Read<'_> {
    type Output = Result<Parameters>;

    fn visit<const D: usize, const K: usize, C: Covariance + 'static>(self) -> Self::Output {
        let gmm: Gmm<f64, D, K, C> = decode(self.record, "model")?;
        let matrix = |component: Component<'_, f64, D, C>| {
            let matrix = component.covariance_matrix();
            (0..D).map(|i| (0..D).map(|j| matrix[(i, j)]).collect()).collect()
        };
        Ok(Parameters {
            kind: self.kind,
            weights: gmm.weights().to_vec(),
            means: gmm.means().iter().map(|mean| mean.to_vec()).collect(),
            covariances: gmm.components().map(matrix).collect(),
        })
    }
}

/// A value as bytes.
pub(crate) fn encode<V: Persist>(value: &V) -> Vec<u8> {
    let mut bytes = vec![0; V::ENCODED_LEN];
    // The buffer has the length that is needed.
    let _ = value.encode(&mut bytes);
    bytes
}

/// A value from bytes of its type.
pub(crate) fn decode<V: Persist>(bytes: &[u8], what: &str) -> Result<V> {
    V::decode(bytes).map_err(|error| DataFusionError::Execution(format!("the {what}: {error}")))
}
