//! Weights, missing features, noise, priors, eigenvalue ratios and steps all at once, as the formulas have them: sums
//! of conditional moments in two passes, posterior modes from exponents. Slow, and obviously right; it shares no code
//! with the crate.
#![allow(dead_code)] // no room uses all of it

use super::dense::{Dense, Structure};
use super::missing::{Sample, conditional};
use super::naive::{Matrix, Mixture, Statistics, Vector};
use super::together::{composed, eigen, maximum};

/// A mixture with a noise slot: π_0, and the range of each feature.
#[derive(Clone, Debug)]
pub(crate) struct Noisy {
    pub(crate) mixture: Mixture,
    pub(crate) weight: f64,
    pub(crate) ranges: Vector,
}

/// Statistics with the mass of the noise.
#[derive(Clone, Debug)]
pub(crate) struct Sums {
    pub(crate) stats: Statistics,
    pub(crate) noise: f64,
}

impl Noisy {
    /// ln p(x_o), and the responsibilities with that of the noise at the end.
    pub(crate) fn posterior<const D: usize>(&self, x: &Sample<D>) -> (f64, Vector) {
        let of = |k: usize| {
            let conditional = conditional(&self.mixture.means[k], &self.mixture.covariances[k], x);
            self.mixture.weights[k].ln() + conditional.log_density
        };
        let mut joint: Vector = (0..self.mixture.weights.len()).map(of).collect();
        let log_volume: f64 = (0..D).filter(|j| x.observed[*j]).map(|j| self.ranges[j].ln()).sum();
        joint.push(self.weight.ln() - log_volume);
        let largest = joint.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        let log_density = largest + joint.iter().map(|j| (j - largest).exp()).sum::<f64>().ln();
        (log_density, joint.iter().map(|j| (j - log_density).exp()).collect())
    }

    /// E-step over weighted samples.
    pub(crate) fn sums<const D: usize>(&self, data: &[(Sample<D>, f64)]) -> Sums {
        let seen = data.iter().filter(|(x, _)| x.observed.contains(&true));
        let noise = seen.map(|(x, w)| w * self.posterior(x).1.last().unwrap()).sum();
        Sums { stats: self.mixture.statistics_by(data, true, &|x| self.posterior(x)), noise }
    }

    /// The statistics of one sample that follows the model.
    pub(crate) fn own_sums(&self) -> Sums {
        let Mixture { weights, means, covariances } = self.mixture.clone();
        let mut scatters = covariances;
        for (scatter, weight) in scatters.iter_mut().zip(&weights) {
            scatter.iter_mut().flatten().for_each(|v| *v *= weight);
        }
        Sums { stats: Statistics { weights, means, scatters, log_likelihood: 0.0 }, noise: self.weight }
    }
}

impl Sums {
    pub(crate) fn total(&self) -> f64 {
        self.stats.weights.iter().sum::<f64>() + self.noise
    }

    /// Both, with their masses multiplied by these factors.
    pub(crate) fn joined(&self, factor: f64, other: &Self, others: f64) -> Self {
        let (a, b) = (&self.stats, &other.stats);
        let mut sum = a.clone();
        for k in 0..a.weights.len() {
            let (p, q) = (factor * a.weights[k], others * b.weights[k]);
            sum.weights[k] = p + q;
            let d = a.means[k].len();
            for j in 0..d {
                sum.means[k][j] = (p * a.means[k][j] + q * b.means[k][j]) / (p + q);
            }
            for (i, j) in (0..d * d).map(|n| (n / d, n % d)) {
                let about = |x: &[Vector]| (x[k][i] - sum.means[k][i]) * (x[k][j] - sum.means[k][j]);
                sum.scatters[k][i][j] = factor * a.scatters[k][i][j]
                    + others * b.scatters[k][i][j]
                    + p * about(&a.means)
                    + q * about(&b.means);
            }
        }
        sum.log_likelihood = factor * a.log_likelihood + others * b.log_likelihood;
        Self { stats: sum, noise: factor * self.noise + others * other.noise }
    }

    /// (1 − g) s + g ŝ (Cappé & Moulines 2009), where ŝ is the mean of what was seen. Noise keeps g/4 of the mass.
    pub(crate) fn step(&self, g: f64, seen: &Self) -> Self {
        let next = self.joined(1.0 - g, seen, g / seen.total());
        Self { noise: next.noise.max(self.noise.min(g / 4.0)), ..next }
    }
}

/// What is known of a mixture before the data: as masses at m₀, matrices Ψ₀, and twice the exponents that |Σ_k|^−½ has
/// in the density.
#[derive(Clone, Debug)]
pub(crate) struct Known<const D: usize> {
    means: Vec<[f64; D]>,
    strength: f64,
    of_component: f64,
    of_matrix: f64,
    scales: Vec<Dense<D>>,
    weights: Weights,
    ratio: f64,
}

#[derive(Clone, Debug)]
enum Weights {
    /// α of a Dirichlet prior.
    Concentrations(Vector),
    /// Those of a trained model, and its noise.
    Model(Vector, f64),
}

impl<const D: usize> Known<D> {
    /// μ_k ~ N(m₀, Σ_k/κ₀), Σ_k ~ inverse Wishart(ν₀, Ψ₀) or what a structure has instead, π ~ Dirichlet(α).
    pub(crate) fn conjugate<C: Structure>(
        means: &[[f64; D]],
        strength: f64,
        scale: Option<(Dense<D>, f64)>,
        concentrations: &[f64],
    ) -> Self {
        let d = D as f64;
        // Full inverse Wishart, an inverse gamma a variance, or one, in units of a sample.
        let (of_matrix, scale) = match scale {
            None => (0.0, [[0.0; D]; D]),
            // A sample counts D times for the one variance, and its scatter is a sum over features.
            Some((scale, degrees)) if C::SPHERICAL => {
                ((degrees + 2.0) / d, C::restrict(&scale).map(|row| row.map(|v| v / d)))
            }
            Some((scale, degrees)) if C::restrict(&scale)[0][1] == 0.0 => {
                (degrees + 2.0, C::restrict(&scale))
            }
            Some((scale, degrees)) => (degrees + d + 1.0, scale),
        };
        let brings = |k: usize| k == 0 || !C::SHARED;
        Self {
            means: means.to_vec(),
            strength,
            of_component: if strength > 0.0 { 1.0 } else { 0.0 },
            of_matrix,
            scales: (0..means.len()).map(|k| if brings(k) { scale } else { [[0.0; D]; D] }).collect(),
            weights: Weights::Concentrations(concentrations.to_vec()),
            ratio: f64::INFINITY,
        }
    }

    /// A trained model, worth r samples a component (Reynolds, Quatieri & Dunn 2000).
    pub(crate) fn model(trained: &Noisy, r: f64) -> Self {
        let Mixture { weights, means, covariances } = &trained.mixture;
        let scale = |k: usize| core::array::from_fn(|i| core::array::from_fn(|j| r * covariances[k][i][j]));
        Self {
            means: means.iter().map(|mean| core::array::from_fn(|j| mean[j])).collect(),
            strength: r,
            of_component: r,
            of_matrix: 0.0,
            scales: (0..means.len()).map(scale).collect(),
            weights: Weights::Model(weights.clone(), trained.weight),
            ratio: f64::INFINITY,
        }
    }

    /// The same, where no eigenvalue may be more than `ratio` times another.
    pub(crate) fn within(self, ratio: f64) -> Self {
        Self { ratio, ..self }
    }

    /// What the M-step has to find, from sums about the means that the model will have, fixed ones or those of the mode:
    /// those of samples, one prior sample of mass κ₀ at m₀ and Ψ₀, divided by the exponents. A sample has the mass
    /// `unit`.
    pub(crate) fn mode<C: Structure>(
        &self,
        sums: &Sums,
        unit: f64,
        fixed: &[Option<[f64; D]>],
        ranges: &[f64],
    ) -> Noisy {
        let (mut masses, mut own, mut means) = (vec![], vec![], vec![]);
        let (stats, strength) = (&sums.stats, unit * self.strength);
        for k in 0..self.means.len() {
            let (n, m, known) = (stats.weights[k], &stats.means[k], &self.means[k]);
            let mode = core::array::from_fn(|j| (strength * known[j] + n * m[j]) / (strength + n));
            let mean = fixed[k].unwrap_or(mode);
            let brings = k == 0 || !C::SHARED;
            let mass = n + unit * (self.of_component + if brings { self.of_matrix } else { 0.0 });
            let mut entries = [[0.0; D]; D];
            for (i, j) in (0..D * D).map(|n| (n / D, n % D)) {
                let part = n * (m[i] - mean[i]) * (m[j] - mean[j])
                    + strength * (known[i] - mean[i]) * (known[j] - mean[j]);
                entries[i][j] = (stats.scatters[k][i][j] + part + unit * self.scales[k][i][j]) / mass;
            }
            masses.push(mass);
            own.push(C::restrict(&entries).iter().map(|row| row.to_vec()).collect());
            means.push(mean.to_vec());
        }
        let (weights, weight) = self.weights(sums, unit);
        let covariances = truncated(maximum(C::common(), &masses, &own), &masses, self.ratio);
        let mixture = Mixture { weights, means, covariances };
        Noisy { mixture, weight, ranges: ranges.to_vec() }
    }

    /// Of the components, and of the noise, whose α is 1.
    fn weights(&self, sums: &Sums, unit: f64) -> (Vector, f64) {
        let pairs = sums.stats.weights.iter();
        let (mut weights, mut noise): (Vector, f64) = match &self.weights {
            Weights::Concentrations(alphas) => {
                (pairs.zip(alphas).map(|(n, alpha)| n + unit * (alpha - 1.0)).collect(), sums.noise)
            }
            Weights::Model(known, others) => {
                let r = unit * self.strength;
                let of = |(n, known): (&f64, &f64)| {
                    let a = n / (n + r);
                    a * n / sums.total() + (1.0 - a) * known
                };
                (pairs.zip(known).map(of).collect(), of((&sums.noise, others)))
            }
        };
        let total = weights.iter().sum::<f64>() + noise;
        weights.iter_mut().chain([&mut noise]).for_each(|weight| *weight /= total);
        (weights, noise)
    }
}

/// The covariances with their eigenvalues truncated to the interval [m, c m] that costs least, Σ n (ln λ' + λ/λ'): m is
/// where an eigenvalue meets an end of the interval, or between two such places where the derivative is 0.
fn truncated(covariances: Vec<Matrix>, masses: &[f64], c: f64) -> Vec<Matrix> {
    if c == f64::INFINITY {
        return covariances;
    }
    let each: Vec<_> = covariances.iter().map(eigen).collect();
    let values = || each.iter().zip(masses).flat_map(|((values, _), n)| values.iter().map(|v| (*n, *v)));
    let cost = |m: f64| {
        let of = |(n, v): (f64, f64)| {
            let kept = v.max(m).min(c * m);
            n * (kept.ln() + v / kept)
        };
        values().map(of).sum::<f64>()
    };
    let mut places: Vector = values().flat_map(|(_, v)| [v, v / c]).collect();
    places.sort_by(f64::total_cmp);
    let between = places.windows(2).filter_map(|ends| {
        let (mut sum, mut mass, middle) = (0.0, 0.0, 0.5 * (ends[0] + ends[1]));
        for (n, v) in values() {
            if v < middle {
                (sum, mass) = (sum + n * v, mass + n);
            } else if v > c * middle {
                (sum, mass) = (sum + n * v / c, mass + n);
            }
        }
        let m = sum / mass;
        (ends[0] < m && m < ends[1]).then_some(m)
    });
    let candidates: Vector = places.iter().copied().chain(between).collect();
    let m = candidates.into_iter().min_by(|a, b| cost(*a).total_cmp(&cost(*b))).unwrap();
    let of = |(values, axes): &(Vector, Matrix)| {
        composed(&values.iter().map(|v| v.max(m).min(c * m)).collect::<Vector>(), axes)
    };
    each.iter().map(of).collect()
}
