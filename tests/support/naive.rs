//! A mixture written out as the textbook has it: `f64`, vectors, dense matrices, two passes, no trick. Slow, and
//! obviously right; it shares no code with the crate.
#![allow(dead_code)] // no room uses all of it

use gaussmix::{Gmm, Real};

use super::dense::{self as structure, Structure};
use super::together::maximum;

pub(crate) type Vector = Vec<f64>;
pub(crate) type Matrix = Vec<Vec<f64>>;

#[derive(Clone, Debug)]
pub(crate) struct Mixture {
    pub(crate) weights: Vector,
    pub(crate) means: Vec<Vector>,
    pub(crate) covariances: Vec<Matrix>,
}

/// W_k, m_k, and S_k about m_k, in full for every structure.
#[derive(Clone, Debug)]
pub(crate) struct Statistics {
    pub(crate) weights: Vector,
    pub(crate) means: Vec<Vector>,
    pub(crate) scatters: Vec<Matrix>,
    pub(crate) log_likelihood: f64,
}

/// Inverse and determinant by Gauss–Jordan elimination with partial pivoting.
pub(crate) fn inverse_and_determinant(matrix: &Matrix) -> (Matrix, f64) {
    let n = matrix.len();
    let mut a = matrix.clone();
    let mut inverse: Matrix = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    let mut determinant = 1.0;
    for c in 0..n {
        let pivot = (c..n).max_by(|&p, &q| a[p][c].abs().total_cmp(&a[q][c].abs())).unwrap();
        if pivot != c {
            a.swap(pivot, c);
            inverse.swap(pivot, c);
            determinant = -determinant;
        }
        let d = a[c][c];
        determinant *= d;
        for j in 0..n {
            a[c][j] /= d;
            inverse[c][j] /= d;
        }
        for i in (0..n).filter(|&i| i != c) {
            let f = a[i][c];
            for j in 0..n {
                a[i][j] -= f * a[c][j];
                inverse[i][j] -= f * inverse[c][j];
            }
        }
    }
    (inverse, determinant)
}

/// dᵀ A d
fn quadratic_form(a: &Matrix, d: &[f64]) -> f64 {
    let n = d.len();
    (0..n).map(|i| (0..n).map(|j| d[i] * a[i][j] * d[j]).sum::<f64>()).sum()
}

fn difference(x: &[f64], y: &[f64]) -> Vector {
    x.iter().zip(y).map(|(a, b)| a - b).collect()
}

impl Mixture {
    pub(crate) fn of<T: Real, const D: usize, const K: usize, C: Structure>(gmm: &Gmm<T, D, K, C>) -> Self {
        let wide = |v: &[T]| v.iter().map(|v| v.widen()).collect::<Vector>();
        let covariances = structure::covariances(gmm);
        Self {
            weights: wide(gmm.weights()),
            means: gmm.means().iter().map(|m| wide(m)).collect(),
            covariances: covariances.iter().map(|c| c.iter().map(|row| row.to_vec()).collect()).collect(),
        }
    }

    /// ln π_k N(x; μ_k, Σ_k)
    pub(crate) fn joint_log_densities(&self, x: &[f64]) -> Vector {
        let dimension = x.len() as f64;
        (0..self.weights.len())
            .map(|k| {
                let (precision, determinant) = inverse_and_determinant(&self.covariances[k]);
                let distance = quadratic_form(&precision, &difference(x, &self.means[k]));
                self.weights[k].ln()
                    - 0.5 * (dimension * core::f64::consts::TAU.ln() + determinant.ln() + distance)
            })
            .collect()
    }

    /// ln p(x) and the responsibilities.
    pub(crate) fn posterior(&self, x: &[f64]) -> (f64, Vector) {
        let joint = self.joint_log_densities(x);
        let largest = joint.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        let log_density = largest + joint.iter().map(|j| (j - largest).exp()).sum::<f64>().ln();
        (log_density, joint.iter().map(|j| (j - log_density).exp()).collect())
    }

    /// E-step over weighted samples: first the means, then the scatters about them.
    pub(crate) fn statistics<const D: usize>(&self, data: &[([f64; D], f64)]) -> Statistics {
        let posteriors: Vec<_> = data.iter().map(|(x, _)| self.posterior(x)).collect();
        let rows: Vec<_> = posteriors.iter().zip(data).map(|((_, r), (_, w))| scaled(r, *w)).collect();
        let log_likelihood = posteriors.iter().zip(data).map(|((l, _), (_, w))| l * w).sum();
        Statistics { log_likelihood, ..assigned(data, &rows, self.weights.len()) }
    }
}

fn scaled(v: &[f64], factor: f64) -> Vector {
    v.iter().map(|v| v * factor).collect()
}

/// Statistics of samples with given masses for every component.
fn assigned<const D: usize>(data: &[([f64; D], f64)], rows: &[Vector], k: usize) -> Statistics {
    let mut stats = Statistics {
        weights: vec![0.0; k],
        means: vec![vec![0.0; D]; k],
        scatters: vec![vec![vec![0.0; D]; D]; k],
        log_likelihood: 0.0,
    };
    for k in 0..k {
        let mass: f64 = rows.iter().map(|r| r[k]).sum();
        stats.weights[k] = mass;
        if mass == 0.0 {
            continue;
        }
        // About the first sample, so that an offset of the data costs no digits.
        let origin = data[0].0;
        for j in 0..D {
            let sum: f64 = data.iter().zip(rows).map(|((x, _), r)| r[k] * (x[j] - origin[j])).sum();
            stats.means[k][j] = origin[j] + sum / mass;
        }
        for ((x, _), r) in data.iter().zip(rows) {
            let d = difference(x, &stats.means[k]);
            for i in 0..D {
                for j in 0..D {
                    stats.scatters[k][i][j] += r[k] * d[i] * d[j];
                }
            }
        }
    }
    stats
}

impl Statistics {
    /// The mean over all components of S_k, or S_k itself, over its mass.
    pub(crate) fn covariance<const D: usize, C: Structure>(&self, k: usize) -> structure::Dense<D> {
        let members: Vec<usize> = if C::SHARED { (0..self.weights.len()).collect() } else { vec![k] };
        let mass: f64 = members.iter().map(|k| self.weights[*k]).sum();
        let entry = |i: usize, j: usize| members.iter().map(|k| self.scatters[*k][i][j]).sum::<f64>() / mass;
        C::restrict(&core::array::from_fn(|i| core::array::from_fn(|j| entry(i, j))))
    }

    /// M-step without any floor.
    pub(crate) fn maximize<const D: usize, C: Structure>(&self) -> Mixture {
        let total: f64 = self.weights.iter().sum();
        let own: Vec<Matrix> = (0..self.weights.len()).map(|k| rows(&self.covariance::<D, C>(k))).collect();
        Mixture {
            weights: scaled(&self.weights, 1.0 / total),
            means: self.means.clone(),
            covariances: maximum(C::common(), &self.weights, &own),
        }
    }
}

fn rows<const D: usize>(dense: &structure::Dense<D>) -> Matrix {
    dense.iter().map(|row| row.to_vec()).collect()
}
