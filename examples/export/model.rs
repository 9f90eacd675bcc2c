//! A model as plain numbers, its sizes known while the program runs.

use gaussmix::Real;

use super::component::Component;
use super::structure::Structure;

/// The scalar type that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    F32,
    F64,
}

/// What `Gmm::from_parts` takes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Model {
    pub(crate) scalar: Scalar,
    pub(crate) structure: Structure,
    pub(crate) weights: Vec<f64>,
    pub(crate) offsets: Vec<f64>,
    pub(crate) means: Vec<Vec<f64>>,
    /// One for each component, or one for all.
    pub(crate) factors: Vec<Vec<f64>>,
}

/// A model on its way into a file.
pub(crate) struct Made {
    pub(crate) model: Model,
    /// Where it comes from: what follows on "from FILE: ".
    pub(crate) origin: String,
    /// What the reader of the file should know beside.
    pub(crate) notes: Vec<String>,
}

impl Scalar {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }

    fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    fn round(self, number: f64) -> f64 {
        match self {
            Self::F32 => f32::narrow(number).widen(),
            Self::F64 => number,
        }
    }
}

impl Model {
    /// The mixture of `components`, which are in the type `scalar`.
    pub(crate) fn new(
        structure: Structure,
        scalar: Scalar,
        weights: &[f64],
        components: Vec<Component>,
    ) -> Self {
        let weights: Vec<f64> = weights.iter().map(|w| scalar.round(*w)).collect();
        // The library's logarithm, so that the file is the same wherever it is written.
        let offset = |(w, c): (&f64, &Component)| scalar.round(w.natural_log() + c.offset);
        let offsets = weights.iter().zip(&components).map(offset).collect();
        let matrices = if structure.is_tied() { 1 } else { components.len() };
        Self {
            scalar,
            structure,
            offsets,
            means: components.iter().map(|c| c.mean.clone()).collect(),
            factors: components.into_iter().take(matrices).map(|c| c.factor).collect(),
            weights,
        }
    }

    pub(crate) fn components(&self) -> usize {
        self.weights.len()
    }

    pub(crate) fn features(&self) -> usize {
        self.means[0].len()
    }

    /// Its size in memory: all are numbers of one type.
    pub(crate) fn bytes(&self) -> usize {
        let rows = self.means.iter().chain(&self.factors);
        let numbers = 2 * self.components() + rows.map(Vec::len).sum::<usize>();
        self.scalar.bytes() * numbers
    }
}
