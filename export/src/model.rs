//! A model as plain numbers, its sizes known while the program runs.

use crate::factor::{covariance, factorise, is_factor, offset, stretch};
use crate::number::{Number, Scalar};
use crate::structure::Structure;

/// What `gaussmix::Gmm::from_parts` takes. Numbers of type `f32` are widened, which is exact.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub scalar: Scalar,
    pub structure: Structure,
    pub weights: Vec<f64>,
    pub offsets: Vec<f64>,
    pub means: Vec<Vec<f64>>,
    /// One for each component, or one for all: of L with reciprocal diagonal D columns of D numbers, of 1/σ D or one.
    pub factors: Vec<Vec<f64>>,
}

/// A model on its way into a file.
#[derive(Debug)]
pub struct Made {
    pub model: Model,
    /// Where it comes from: what follows on "from FILE: ".
    pub origin: String,
    /// What the reader of the file should know beside.
    pub notes: Vec<String>,
}

/// What a valid model does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    Weight(usize),
    Sum,
    Mean(usize),
    Covariance(usize),
    Offset(usize),
}

/// `f::<T>(arguments)` for the type of a [`Scalar`].
macro_rules! by_scalar {
    ($scalar:expr, $f:ident($($argument:expr),*)) => {
        match $scalar {
            Scalar::F32 => $f::<f32>($($argument),*),
            Scalar::F64 => $f::<f64>($($argument),*),
        }
    };
}

impl Model {
    /// `gaussmix::Gmm::new` in `f64`. The caller has checked lengths, symmetry, and that weights are finite and not
    /// negative.
    pub fn new(
        structure: Structure,
        weights: &[f64],
        means: &[Vec<f64>],
        covariances: &[Vec<f64>],
    ) -> Result<Self, Invalid> {
        let sum = compensated_sum(weights);
        if !((sum - 1.0).abs() <= f64::TOLERANCE) {
            return Err(Invalid::Sum);
        }
        let features = means[0].len();
        let factor = |(k, matrix): (usize, &Vec<f64>)| {
            factorise(structure.shape(), matrix, features).ok_or(Invalid::Covariance(k))
        };
        let mut model = Self {
            scalar: Scalar::F64,
            structure,
            weights: weights.iter().map(|w| w / sum).collect(),
            offsets: Vec::new(),
            means: means.to_vec(),
            factors: covariances.iter().enumerate().map(factor).collect::<Result<_, _>>()?,
        };
        model.refresh_offsets();
        model.validate()?;
        Ok(model)
    }

    /// The model of `scale ∘ x + offset`, for scales above 0 (`Gmm::affine`).
    pub fn affine(mut self, scale: &[f64], offset: &[f64]) -> Result<Self, Invalid> {
        for mean in &mut self.means {
            for ((m, s), o) in mean.iter_mut().zip(scale).zip(offset) {
                *m = *m * s + o;
            }
        }
        for factor in &mut self.factors {
            stretch(self.structure.shape(), factor, scale);
        }
        self.refresh_offsets();
        self.validate()?;
        Ok(self)
    }

    /// The model in another scalar type (`Gmm::cast`), or itself.
    pub fn cast(mut self, scalar: Scalar) -> Result<Self, Invalid> {
        if scalar == self.scalar {
            return Ok(self);
        }
        self.scalar = scalar;
        let rows = self.means.iter_mut().chain(&mut self.factors).flatten();
        self.weights.iter_mut().chain(rows).for_each(|v| *v = scalar.round(*v));
        self.refresh_offsets();
        self.validate()?;
        Ok(self)
    }

    fn refresh_offsets(&mut self) {
        self.offsets = (0..self.components()).map(|k| self.due_offset(k)).collect();
    }

    fn due_offset(&self, k: usize) -> f64 {
        let (shape, factor) = (self.structure.shape(), self.factor(k));
        by_scalar!(self.scalar, offset(shape, self.weights[k], factor, self.features()))
    }

    /// `Gmm::validate`, but for what coupled structures share.
    pub fn validate(&self) -> Result<(), Invalid> {
        let tolerance = by_scalar!(self.scalar, tolerance());
        if let Some(k) = self.weights.iter().position(|w| !(*w >= 0.0 && w.is_finite())) {
            return Err(Invalid::Weight(k));
        }
        if !((compensated_sum(&self.weights) - 1.0).abs() <= tolerance) {
            return Err(Invalid::Sum);
        }
        if let Some(k) = self.means.iter().position(|mean| !mean.iter().all(|v| v.is_finite())) {
            return Err(Invalid::Mean(k));
        }
        for (k, factor) in self.factors.iter().enumerate() {
            if !by_scalar!(self.scalar, is_factor(self.structure.shape(), factor, self.features())) {
                return Err(Invalid::Covariance(k));
            }
        }
        for (k, stored) in self.offsets.iter().enumerate() {
            let due = self.due_offset(k);
            let near = (stored - due).abs() <= tolerance * (1.0 + due.abs()) && due.is_finite();
            if !(*stored == due || near) {
                return Err(Invalid::Offset(k));
            }
        }
        Ok(())
    }

    /// The covariances of the factors, full ones by columns (which are its rows).
    pub fn covariances(&self) -> Vec<Vec<f64>> {
        let (shape, d) = (self.structure.shape(), self.features());
        self.factors.iter().map(|factor| by_scalar!(self.scalar, covariance(shape, factor, d))).collect()
    }

    /// Of component `k`.
    pub fn factor(&self, k: usize) -> &[f64] {
        &self.factors[if self.structure.is_tied() { 0 } else { k }]
    }

    pub fn components(&self) -> usize {
        self.weights.len()
    }

    pub fn features(&self) -> usize {
        self.means[0].len()
    }

    /// Its size in memory: all are numbers of one type.
    pub fn bytes(&self) -> usize {
        let rows = self.means.iter().chain(&self.factors);
        let numbers = 2 * self.components() + rows.map(Vec::len).sum::<usize>();
        self.scalar.bytes() * numbers
    }
}

fn tolerance<T: Number>() -> f64 {
    T::TOLERANCE.widen()
}

/// A sum that adds the rounding error of each addition to the next term, as gaussmix sums weights.
fn compensated_sum(terms: &[f64]) -> f64 {
    let (mut high, mut low) = (0.0, 0.0);
    for term in terms {
        let term = low + term;
        let sum = high + term;
        (high, low) = (sum, term - (sum - high));
    }
    high
}
