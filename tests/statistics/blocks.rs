//! The sums of a pass in `f32` against plain sums of the same shares in `f64`, on data that is out to cancel them.

use gaussmix::covariance::Variance;
use gaussmix::{Gmm, Spherical, SufficientStats};
use proptest::strategy::Strategy;

use crate::support::dense::{Dense, Structure, model, spread};
use crate::support::for_all::for_all;
use crate::support::noise::Noise;
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::{BLOCK_LIKELIHOOD, BLOCK_MASS, BLOCK_MEAN, BLOCK_SCATTER};

const D: usize = 3;
const K: usize = 3;

type Sample = ([f32; D], f32);

/// What a pass is tried on.
#[derive(Clone, Debug)]
struct Case {
    seed: u64,
    samples: usize,
    offset: usize,
    start: usize,
    weights: usize,
    order: usize,
    /// The third feature is constant.
    constant: bool,
    /// One component has no weight.
    dead: bool,
    discount: usize,
}

const EASY: Case = Case {
    seed: 0,
    samples: 64,
    offset: 0,
    start: 0,
    weights: 0,
    order: 0,
    constant: false,
    dead: false,
    discount: 0,
};

fn cases() -> impl Strategy<Value = Case> {
    let sizes = (0..u64::MAX, 1..400usize, 0..4usize, 0..4usize, 0..6usize);
    (sizes, 0..5usize, 0..2u8, 0..3u8, 0..4usize).prop_map(|(sizes, order, constant, dead, discount)| {
        let (seed, samples, offset, start, weights) = sizes;
        Case {
            seed,
            samples,
            offset,
            start,
            weights,
            order,
            constant: constant == 1,
            dead: dead == 2,
            discount,
        }
    })
}

impl Case {
    fn offset(&self) -> f64 {
        [0.0, 1e3, 1e4, 1e5][self.offset]
    }

    fn factor(&self) -> f32 {
        [1.0, 0.5, 1e-3, 1e-12][self.discount]
    }

    fn weight(&self, i: usize, noise: &mut Noise) -> f32 {
        let u = noise.uniform();
        match self.weights {
            0 | 1 => 1.0,
            2 => u as f32,
            3 => 10f64.powf(12.0 * u - 6.0) as f32,
            4 => [0.0, 1.0, 1e6, 1e-6][(4.0 * u) as usize],
            _ => 3.9f32.powi((i % 64) as i32 - 32),
        }
    }

    /// Three clusters, with samples that come twice and samples far out, mixed or sorted or an outlier first in every
    /// block.
    fn data(&self) -> Vec<Sample> {
        let mut noise = Noise::new(self.seed);
        let mut data: Vec<Sample> = Vec::new();
        for i in 0..self.samples {
            let u = noise.uniform();
            let k = match self.order {
                0 => (3.0 * u) as usize,
                1 => 3 * i / self.samples,
                2 => i / 64 % 3,
                _ => 0,
            };
            let far = match self.order {
                3 if i % 64 == 0 => 100.0,
                4 => 1e3 * u * u,
                _ => 6.0 * k as f64,
            };
            let scale = if self.order == 3 { 0.01 } else { 1.0 };
            let mut x = [0.0; D];
            for j in 0..D {
                x[j] = (self.offset() + far * (1.0 - 0.5 * j as f64) + scale * noise.normal()) as f32;
            }
            if self.constant {
                x[2] = (self.offset() + 0.1) as f32;
            }
            if noise.uniform() < 0.1
                && let Some((twice, _)) = data.last()
            {
                x = *twice;
            }
            data.push((x, self.weight(i, &mut noise)));
        }
        data
    }

    fn model<C: Structure>(&self) -> Gmm<f32, D, K, C> {
        let away = self.offset() + [0.0, 3.0, 100.0, -1e4][self.start];
        let means = [[0.0; D], [6.0, 3.0, 0.0], [12.0, 6.0, 0.0]].map(|m| m.map(|v| v + away));
        let weights = if self.dead { [0.5, 0.0, 0.5] } else { [0.25, 0.25, 0.5] };
        let spread = [1.0, 4.0, 1e4, 1.0][self.start];
        model(weights, means, [[[spread, 0.0, 0.0], [0.0, spread, 0.0], [0.0, 0.0, spread]]; K])
    }
}

/// Plain sums over shares that are given.
struct Plain {
    mass: f64,
    mean: [f64; D],
    scatter: Dense<D>,
}

/// Mass, mean and scatter of the component, by two passes in `f64`.
fn plain(data: &[([f64; D], f64)]) -> Plain {
    let mass: f64 = data.iter().map(|(_, r)| r).sum();
    let point = data.iter().find(|(_, r)| *r > 0.0).map_or([0.0; D], |(x, _)| *x);
    let (mut mean, mut scatter) = ([0.0; D], [[0.0; D]; D]);
    for (x, r) in data {
        for j in 0..D {
            mean[j] += r * (x[j] - point[j]);
        }
    }
    for v in &mut mean {
        *v = if mass > 0.0 { *v / mass } else { 0.0 };
    }
    for (x, r) in data {
        for i in 0..D {
            for j in 0..D {
                scatter[i][j] += r * (x[i] - point[i] - mean[i]) * (x[j] - point[j] - mean[j]);
            }
        }
    }
    for j in 0..D {
        mean[j] += point[j];
    }
    Plain { mass, mean, scatter }
}

/// Masses, means and ℓ. Returns the plain sums of every component.
fn assert_sums<C: Structure>(
    stats: &SufficientStats<f32, D, K, C>,
    shares: &[Vec<([f64; D], f64)>; K],
    [gained, size]: [f64; 2],
) -> [Plain; K] {
    let due = [0, 1, 2].map(|k| plain(&shares[k]));
    for k in 0..K {
        let Plain { mass, mean, scatter } = &due[k];
        let gap = f64::from(stats.masses()[k]) - mass;
        assert!(gap.abs() <= BLOCK_MASS * mass + 1e-37, "mass {k}: off by {gap:e} of {mass:e}");
        for j in 0..D {
            let found = stats.means()[k][j];
            let ulp = f64::from(found.abs().next_up() - found.abs());
            let reach = shares[k].iter().fold(0.0, |reach: f64, (x, _)| reach.max((x[j] - mean[j]).abs()));
            let gap = (f64::from(found) - mean[j]).abs() - ulp - f64::from(f32::EPSILON) * reach;
            if *mass > 1e-30 {
                let deviation = (scatter[j][j] / mass).sqrt();
                assert!(gap <= BLOCK_MEAN * deviation, "mean {k}, {j}: off by {gap:e} of {deviation:e}");
            }
        }
    }
    let gap = f64::from(stats.log_likelihood()) - gained;
    assert!(gap.abs() <= BLOCK_LIKELIHOOD * size, "log-likelihood: off by {gap:e} of {gained:e}");
    due
}

/// Scatters, each element relative to those on the diagonal. Nothing on it is negative, or is there without a spread.
fn assert_scatters<C: Structure>(stats: &SufficientStats<f32, D, K, C>, due: &[Plain; K]) {
    for k in 0..K {
        let (mut mass, mut scatter) = (0.0, [[0.0; D]; D]);
        for other in due.iter().enumerate().filter(|(other, _)| C::SHARED || *other == k).map(|(_, due)| due)
        {
            mass += other.mass;
            for i in 0..D {
                for j in 0..D {
                    scatter[i][j] += other.scatter[i][j];
                }
            }
        }
        if mass < 1e-30 {
            continue;
        }
        let (found, due) = (spread(stats, k), C::restrict(&scatter.map(|row| row.map(|v| v / mass))));
        for i in 0..D {
            assert!(found[i][i] >= 0.0 && (found[i][i] == 0.0 || due[i][i] > 0.0), "{found:?}, due {due:?}");
            for j in 0..D {
                let scale = (due[i][i] * due[j][j]).sqrt();
                let gap = found[i][j] - due[i][j];
                let limit = BLOCK_SCATTER * scale + 1e-30 / mass;
                assert!(gap.abs() <= limit, "covariance {k}, {i}, {j}: off by {gap:e} of {scale:e}");
            }
        }
    }
}

/// A pass into nothing, and after a discount another one into what there is.
fn sums_of_a_pass_do_not_cancel<C: Structure>() {
    for_all(400, cases(), &|case: Case| {
        let (data, gmm) = (case.data(), case.model::<C>());
        let mut stats = SufficientStats::<f32, D, K, C>::new();
        let mut shares: [Vec<([f64; D], f64)>; K] = Default::default();
        let (mut gained, mut size) = (0.0, 0.0);
        for _ in 0..2 {
            let factor = case.factor();
            stats.discount(factor).unwrap();
            shares.iter_mut().flatten().for_each(|(_, r)| *r *= f64::from(factor));
            (gained, size) = (gained * f64::from(factor), size * f64::from(factor));
            stats.observe_all(&gmm, &data).unwrap();
            for (x, w) in &data {
                let posterior = gmm.posterior(x).unwrap();
                for k in 0..K {
                    let r = f64::from(*w) * f64::from(posterior.responsibilities[k]);
                    shares[k].push((x.map(f64::from), r));
                }
                gained += f64::from(*w) * f64::from(posterior.log_density);
                size += f64::from(*w) * f64::from(posterior.log_density).abs();
            }
            let due = assert_sums(&stats, &shares, [gained, size]);
            assert_scatters(&stats, &due);
            stats.validate().unwrap();
        }
    });
}

/// Squares that vanish one by one, while the sums of deviations do not: a scatter is still none below 0.
fn sums_of_next_to_nothing_are_statistics<C: Structure>() {
    let gmm = EASY.model::<C>();
    for step in 0..200 {
        let far = 1e-7 * step as f32;
        let data = (0..64).map(|i| ([if i == 0 { 0.0 } else { far }; D], 1e-36));
        let mut stats = SufficientStats::<f32, D, K, C>::new();
        stats.observe_all(&gmm, data).unwrap();
        stats.validate().unwrap();
    }
}

/// Sixteen factors of 255 are the most that an `f32` holds.
#[test]
fn products_of_many_components_do_not_overflow() {
    fn check<const K: usize>() {
        let gmm: Gmm<f32, 1, K, Spherical> =
            Gmm::new([1.0 / K as f32; K], [[0.5]; K], [Variance(1.0); K]).unwrap();
        let mut stats = SufficientStats::new();
        stats.observe_all(&gmm, [[0.5]; 64]).unwrap();
        let due = -32.0 * core::f64::consts::TAU.ln();
        assert!((f64::from(stats.log_likelihood()) / due - 1.0).abs() < BLOCK_LIKELIHOOD, "{K}: {due}");
    }
    check::<255>();
    check::<256>();
    check::<300>();
}

for_typical_structures!(sums_of_a_pass_do_not_cancel, sums_of_next_to_nothing_are_statistics);
