//! What the textbook says of samples with missing features: marginals and conditionals by inverses of blocks. Slow, and
//! obviously right; it shares no code with the crate.
#![allow(dead_code)] // no room uses all of it

use gaussmix::Masked;

use super::naive::{Matrix, Mixture, Statistics, Vector, inverse_and_determinant};
use super::noise::Noise;

/// A sample, with which features it has.
pub(crate) type Sample<const D: usize> = Masked<f64, D>;

/// The samples without each feature with this probability. NaN stands in their place.
pub(crate) fn without<const D: usize>(data: &[[f64; D]], probability: f64, seed: u64) -> Vec<Sample<D>> {
    let mut noise = Noise::new(seed);
    let mut lose = |x: &[f64; D]| {
        let observed: [bool; D] = core::array::from_fn(|_| noise.uniform() > probability);
        Masked { features: core::array::from_fn(|j| if observed[j] { x[j] } else { f64::NAN }), observed }
    };
    data.iter().map(&mut lose).collect()
}

/// What one component says of a sample.
pub(crate) struct Conditional {
    /// ln N(x_o; μ_o, Σ_oo)
    pub(crate) log_density: f64,
    /// (x_o − μ_o)ᵀ Σ_oo⁻¹ (x_o − μ_o)
    pub(crate) distance: f64,
    /// The sample with its conditional mean.
    pub(crate) mean: Vector,
    /// Σ_mm − Σ_mo Σ_oo⁻¹ Σ_om, 0 elsewhere.
    pub(crate) covariance: Matrix,
}

pub(crate) fn conditional<const D: usize>(mean: &[f64], covariance: &Matrix, x: &Sample<D>) -> Conditional {
    let seen: Vec<usize> = (0..D).filter(|j| x.observed[*j]).collect();
    let block: Matrix = seen.iter().map(|i| seen.iter().map(|j| covariance[*i][*j]).collect()).collect();
    let (inverse, determinant) = inverse_and_determinant(&block);
    let d: Vector = seen.iter().map(|j| x.features[*j] - mean[*j]).collect();
    let solved: Vector = inverse.iter().map(|row| row.iter().zip(&d).map(|(a, b)| a * b).sum()).collect();
    let distance = solved.iter().zip(&d).map(|(a, b)| a * b).sum::<f64>();
    let log_density = -0.5 * (seen.len() as f64 * core::f64::consts::TAU.ln() + determinant.ln() + distance);
    let (mut completed, mut rest) = (mean.to_vec(), vec![vec![0.0; D]; D]);
    for i in 0..D {
        if x.observed[i] {
            completed[i] = x.features[i];
            continue;
        }
        completed[i] += seen.iter().zip(&solved).map(|(j, v)| covariance[i][*j] * v).sum::<f64>();
        for j in (0..D).filter(|j| !x.observed[*j]) {
            let explained: f64 = (0..seen.len())
                .map(|a| {
                    (0..seen.len())
                        .map(|b| covariance[i][seen[a]] * inverse[a][b] * covariance[seen[b]][j])
                        .sum::<f64>()
                })
                .sum();
            rest[i][j] = covariance[i][j] - explained;
        }
    }
    Conditional { log_density, distance, mean: completed, covariance: rest }
}

impl Mixture {
    pub(crate) fn conditionals<const D: usize>(&self, x: &Sample<D>) -> Vec<Conditional> {
        self.means.iter().zip(&self.covariances).map(|(m, c)| conditional(m, c, x)).collect()
    }

    /// ln p(x_o) and the responsibilities.
    pub(crate) fn posterior_of<const D: usize>(&self, x: &Sample<D>) -> (f64, Vector) {
        let each = self.conditionals(x);
        let joint: Vector = each.iter().zip(&self.weights).map(|(c, w)| w.ln() + c.log_density).collect();
        let largest = joint.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        let log_density = largest + joint.iter().map(|j| (j - largest).exp()).sum::<f64>().ln();
        (log_density, joint.iter().map(|j| (j - log_density).exp()).collect())
    }

    /// E-step over weighted samples, those without any feature left out. Without `spread`, the conditional covariances
    /// are forgotten.
    pub(crate) fn statistics_of<const D: usize>(
        &self,
        data: &[(Sample<D>, f64)],
        spread: bool,
    ) -> Statistics {
        self.statistics_by(data, spread, &|x| self.posterior_of(x))
    }

    /// The same with these log-densities and responsibilities.
    pub(crate) fn statistics_by<const D: usize>(
        &self,
        data: &[(Sample<D>, f64)],
        spread: bool,
        posterior: &dyn Fn(&Sample<D>) -> (f64, Vector),
    ) -> Statistics {
        let k = self.weights.len();
        let data: Vec<_> = data.iter().filter(|(x, _)| x.observed.contains(&true)).collect();
        let mut stats = Statistics {
            weights: vec![0.0; k],
            means: vec![vec![0.0; D]; k],
            scatters: vec![vec![vec![0.0; D]; D]; k],
            log_likelihood: data.iter().map(|(x, w)| w * posterior(x).0).sum(),
        };
        for k in 0..k {
            let rows: Vec<(f64, Conditional)> = data
                .iter()
                .map(|(x, w)| (w * posterior(x).1[k], self.conditionals(x).swap_remove(k)))
                .collect();
            stats.weights[k] = rows.iter().map(|(r, _)| r).sum();
            if stats.weights[k] == 0.0 {
                continue;
            }
            for j in 0..D {
                let sum: f64 = rows.iter().map(|(r, c)| r * (c.mean[j] - self.means[k][j])).sum();
                stats.means[k][j] = self.means[k][j] + sum / stats.weights[k];
            }
            for (r, c) in &rows {
                for (i, j) in (0..D * D).map(|n| (n / D, n % D)) {
                    let (a, b) = (c.mean[i] - stats.means[k][i], c.mean[j] - stats.means[k][j]);
                    stats.scatters[k][i][j] += r * (a * b + if spread { c.covariance[i][j] } else { 0.0 });
                }
            }
        }
        stats
    }
}
