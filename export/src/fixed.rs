//! A model in integers, as `gaussmix::fixed::FixedGmm` has it: by the same functions, which take slices of any size.

#[path = "../../src/fixed/format.rs"]
#[allow(dead_code, reason = "a program that writes models does not score")]
mod format;
#[path = "../../src/fixed/quantise.rs"]
#[allow(dead_code, unreachable_pub, reason = "public in gaussmix")]
mod quantise;

use crate::factor;
use crate::model::Model;
use crate::structure::Shape;

use format::{MOST_COMPONENTS, MOST_FEATURES};
use quantise::{ErrorBound, TOLERANCE};

/// What `FixedGmm::from_parts` takes, for a component each.
#[derive(Clone, Debug, PartialEq)]
pub struct Fixed {
    pub features: usize,
    pub offsets: Vec<i32>,
    pub constants: Vec<Vec<i32>>,
    /// By rows of D, or of one.
    pub factors: Vec<Vec<i16>>,
    pub shifts: Vec<Vec<u8>>,
    /// Scores are within this·(1 + |ln p|/30) nat of ln p.
    pub bound: f64,
}

impl Fixed {
    /// The model in integers, for readings that stand for the values `scale · reading + offset`. One number stands for
    /// all features.
    pub fn new(model: &Model, scale: &[f64], offset: &[f64]) -> Result<Self, String> {
        let (d, k) = (model.features(), model.components());
        if d > MOST_FEATURES || k > MOST_COMPONENTS {
            return Err(format!(
                "--fixed takes up to {MOST_FEATURES} features and {MOST_COMPONENTS} components"
            ));
        }
        let (scale, offset) = (each(scale, d, "--scale")?, each(offset, d, "--offset")?);
        if let Some(s) = scale.iter().find(|s| !(s.is_finite() && **s != 0.0)) {
            return Err(format!("--scale {s}: a scale is finite and not 0"));
        }
        let width = if model.structure.shape() == Shape::Full { d } else { 1 };
        let mut fixed = Self {
            features: d,
            offsets: Vec::new(),
            constants: Vec::new(),
            factors: Vec::new(),
            shifts: Vec::new(),
            bound: 0.0,
        };
        let mut bound = ErrorBound::of(d);
        for component in 0..k {
            let raw = Raw::new(model, component, &scale, &offset);
            let (rows, constants, shifts, offset) = raw.quantise(width).ok_or_else(|| {
                format!("a number of component {component} does not fit its 16 or 32 bits; look at --scale and --offset")
            })?;
            bound.add((&raw.factor, &raw.mean, raw.offset), (&rows, &constants, &shifts, offset));
            fixed.offsets.push(offset);
            fixed.constants.push(constants);
            fixed.shifts.push(shifts);
            fixed.factors.push(rows);
        }
        fixed.bound = bound.worst();
        if fixed.bound <= TOLERANCE {
            return Ok(fixed);
        }
        Err(format!(
            "in integers, scores may be off by {:.4}·(1 + |ln p|/30) nat; {TOLERANCE} is allowed",
            fixed.bound
        ))
    }

    /// Its size in memory.
    pub fn bytes(&self) -> usize {
        let numbers = |k: usize| 4 + 5 * self.features + 2 * self.factors[k].len();
        (0..self.offsets.len()).map(|k| numbers(k).next_multiple_of(4)).sum()
    }
}

/// One number for each feature.
fn each(given: &[f64], features: usize, option: &str) -> Result<Vec<f64>, String> {
    match given {
        [one] => Ok(vec![*one; features]),
        many if many.len() == features => Ok(many.to_vec()),
        many => Err(format!("{option} has {} numbers, not one or {features}", many.len())),
    }
}

/// A component in the units of readings: L by columns with reciprocal diagonal, mean, offset.
struct Raw {
    factor: Vec<f64>,
    mean: Vec<f64>,
    offset: f64,
}

type Integers = (Vec<i16>, Vec<i32>, Vec<u8>, i32);

impl Raw {
    fn new(model: &Model, k: usize, scale: &[f64], offset: &[f64]) -> Self {
        let (d, shape, stored) = (scale.len(), model.structure.shape(), model.factor(k));
        let mut columns = vec![0.0; d * d];
        for j in 0..d {
            for i in j..d {
                let entry = match shape {
                    Shape::Full => stored[j * d + i],
                    _ if i > j => 0.0,
                    Shape::Diagonal => stored[j],
                    Shape::Spherical => stored[0],
                };
                columns[j * d + i] = (if i == j { 1.0 / entry } else { entry }) / scale[i];
            }
            columns[j * d + j] = 1.0 / columns[j * d + j];
        }
        Self {
            factor: columns,
            mean: (0..d).map(|j| (model.means[k][j] - offset[j]) / scale[j]).collect(),
            offset: factor::offset::<f64>(shape, model.weights[k], stored, d),
        }
    }

    fn quantise(&self, width: usize) -> Option<Integers> {
        let d = self.mean.len();
        let offset = quantise::offset(self.offset)?;
        let (mut rows, mut constants, mut shifts) = (vec![0; d * width], vec![0; d], vec![0; d]);
        if self.offset > f64::NEG_INFINITY {
            for i in 0..d {
                (constants[i], shifts[i]) =
                    quantise::row(&self.factor, &self.mean, i, &mut rows[i * width..(i + 1) * width])?;
            }
        }
        Some((rows, constants, shifts, offset))
    }
}
