//! Laws that hold for any mixture, each checked by one generic function on every covariance structure.
//!
//! The references in the submodules say in which system's tests, or by which system's defect, a law was learnt.

use gaussmix::rand_core::Rng;
use gaussmix::{Gmm, Real, SufficientStats};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rand_pcg::Pcg64;

pub(crate) mod structure;
use crate::tolerance::ROUNDING;
use structure::{Dense, Structure, covariances, model, spread};

mod accumulation;
mod em;
mod equivariance;
mod floors;
mod freezing;
mod k_means;

mod model;
mod restarts;
mod robustness;
mod sampling;
mod weights;

/// Makes a module of tests of a generic function `law<C: Structure>()`, one per structure, under the law's name.
macro_rules! for_every_structure {
    ($($law:ident),* $(,)?) => {$(
        mod $law {
            use gaussmix::{Diagonal, Full, Spherical, Tied};
            #[test]
            fn full() {
                super::$law::<Full>();
            }
            #[test]
            fn diagonal() {
                super::$law::<Diagonal>();
            }
            #[test]
            fn spherical() {
                super::$law::<Spherical>();
            }
            #[test]
            fn tied_full() {
                super::$law::<Tied<Full>>();
            }
            #[test]
            fn tied_diagonal() {
                super::$law::<Tied<Diagonal>>();
            }
            #[test]
            fn tied_spherical() {
                super::$law::<Tied<Spherical>>();
            }
        }
    )*};
}
pub(crate) use for_every_structure;

/// Checks `law` on `cases` values of the strategy, the same ones in every run; a failure is shrunk.
pub(crate) fn for_all<S: Strategy>(cases: u32, strategy: S, law: &dyn Fn(S::Value)) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let outcome = TestRunner::new_with_rng(config, rng).run(&strategy, |value| {
        law(value);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// Whether two numbers agree to `tolerance`, relative to the larger of them and 1.
pub(crate) fn is_close(a: f64, b: f64, tolerance: f64) -> bool {
    a == b || (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
}

#[track_caller]
pub(crate) fn assert_close(a: f64, b: f64, tolerance: f64, what: &str) {
    assert!(is_close(a, b, tolerance), "{what}: {a} and {b} differ by {:e}", (a - b).abs());
}

#[track_caller]
pub(crate) fn assert_matrices_close<const D: usize>(a: &Dense<D>, b: &Dense<D>, tolerance: f64, what: &str) {
    for i in 0..D {
        for j in 0..D {
            assert_close(a[i][j], b[i][j], tolerance, what);
        }
    }
}

/// All that two models say agrees to `tolerance`.
#[track_caller]
pub(crate) fn assert_models_close<T: Real, const D: usize, const K: usize, C: Structure>(
    a: &Gmm<T, D, K, C>,
    b: &Gmm<T, D, K, C>,
    tolerance: f64,
) {
    for k in 0..K {
        assert_close(a.weights()[k].widen(), b.weights()[k].widen(), tolerance, "weight");
        for j in 0..D {
            assert_close(a.means()[k][j].widen(), b.means()[k][j].widen(), tolerance, "mean");
        }
        assert_matrices_close(&covariances(a)[k], &covariances(b)[k], tolerance, "covariance");
    }
}

/// Mass, mean and scatter of every component agree to `tolerance`.
#[track_caller]
pub(crate) fn assert_moments_close<T: Real, const D: usize, const K: usize, C: Structure>(
    a: &SufficientStats<T, D, K, C>,
    b: &SufficientStats<T, D, K, C>,
    tolerance: f64,
) {
    for k in 0..K {
        assert_close(a.weights()[k].widen(), b.weights()[k].widen(), tolerance, "mass");
        for j in 0..D {
            assert_close(a.means()[k][j].widen(), b.means()[k][j].widen(), tolerance, "mean");
        }
        assert_matrices_close(&spread(a, k), &spread(b, k), tolerance, "scatter");
    }
}

/// All that two sets of statistics hold agrees to `tolerance`, and the counts agree.
#[track_caller]
pub(crate) fn assert_stats_close<T: Real, const D: usize, const K: usize, C: Structure>(
    a: &SufficientStats<T, D, K, C>,
    b: &SufficientStats<T, D, K, C>,
    tolerance: f64,
) {
    assert_moments_close(a, b, tolerance);
    assert_close(a.log_likelihood().widen(), b.log_likelihood().widen(), tolerance, "log-likelihood");
    assert_eq!(a.count(), b.count());
}

/// Two ways to the same bits. With `simd` sums run lane by lane, in an order that depends on where panels end and
/// through roots of weights: there the ways agree to rounding.
#[track_caller]
pub(crate) fn assert_same_statistics<T: Real, const D: usize, const K: usize, C: Structure>(
    a: &SufficientStats<T, D, K, C>,
    b: &SufficientStats<T, D, K, C>,
) {
    if cfg!(feature = "simd") {
        assert_stats_close(a, b, ROUNDING);
    } else {
        assert_eq!(a, b);
    }
}

/// Standard normal numbers, by the polar transformation in `f64`.
#[derive(Clone, Debug)]
pub(crate) struct Normals(pub(crate) Pcg64);

impl Normals {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Pcg64::new(u128::from(seed), 0x0a02_bdbf_7bb3_c0a7_ac28_fa16_a64a_bf96))
    }
    /// Uniform on (0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (core::f64::consts::TAU * self.uniform()).cos()
    }
}

/// The shape that the generic laws are checked at: three features, three components.
pub(crate) const WEIGHTS: [f64; 3] = [0.5, 0.3, 0.2];
pub(crate) const MEANS: [[f64; 3]; 3] = [[0.0, 0.0, 0.0], [4.0, 1.0, -2.0], [-1.0, 5.0, 3.0]];
pub(crate) const COVARIANCES: [Dense<3>; 3] = [
    [[1.0, 0.3, -0.2], [0.3, 0.8, 0.1], [-0.2, 0.1, 1.2]],
    [[0.6, -0.1, 0.2], [-0.1, 1.5, 0.4], [0.2, 0.4, 0.9]],
    [[2.0, 0.5, 0.3], [0.5, 1.0, 0.2], [0.3, 0.2, 0.7]],
];

/// A model near the one that [`clouds`] come from.
pub(crate) fn guess<T: Real, C: Structure>() -> Gmm<T, 3, 3, C> {
    let means = [[0.4, -0.3, 0.2], [3.0, 1.5, -1.4], [-0.6, 4.1, 2.5]];
    model([0.4, 0.35, 0.25], means, COVARIANCES.map(|m| m.map(|row| row.map(|v| 1.3 * v))))
}

/// Samples of three overlapping correlated Gaussians.
pub(crate) fn clouds(n: usize, seed: u64) -> Vec<[f64; 3]> {
    let mut normals = Normals::new(seed);
    let draw = |_| {
        let u = normals.uniform();
        let k = if u < WEIGHTS[0] { 0 } else { 1 + usize::from(u > WEIGHTS[0] + WEIGHTS[1]) };
        let z: [f64; 3] = core::array::from_fn(|_| normals.normal());
        let (m, l) = (MEANS[k], [1.0, 0.7, 1.2][k]);
        [m[0] + l * z[0], m[1] + l * (0.6 * z[0] + 0.8 * z[1]), m[2] + l * (0.5 * z[1] - 0.9 * z[2])]
    };
    (0..n).map(draw).collect()
}

/// The samples in another scalar type.
pub(crate) fn narrowed<T: Real, const D: usize>(data: &[[f64; D]]) -> Vec<[T; D]> {
    data.iter().map(|x| x.map(T::narrow)).collect()
}

/// The statistics of one pass.
pub(crate) fn pass<T: Real, const D: usize, const K: usize, C: Structure>(
    gmm: &Gmm<T, D, K, C>,
    data: &[[T; D]],
) -> SufficientStats<T, D, K, C> {
    let mut stats = SufficientStats::new();
    stats.observe_all(gmm, data).unwrap();
    stats
}
