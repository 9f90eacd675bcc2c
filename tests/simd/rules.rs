//! What a panel must not change: refusals, ties, and digits at distances that are neither near nor far.

use gaussmix::covariance::Variance;
use gaussmix::nalgebra::SMatrix;
use gaussmix::{
    Covariance, Diagonal, Error, Full, Gmm, Posterior, Real, Spherical, SufficientStats, Tied, init,
};
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

use crate::support::tolerance::{SIMD_AWAY_F32, SIMD_F32, SIMD_TIED_F32};

/// Standard normal, to the twelve sums of uniform numbers that it is made of.
fn normal(rng: &mut Pcg32) -> f64 {
    (0..12).map(|_| f64::from(rng.next_u32()) / 4_294_967_296.0).sum::<f64>() - 6.0
}

fn normals<const D: usize>(n: usize, seed: u64) -> Vec<[f32; D]> {
    let mut rng = Pcg32::new(seed, 9);
    (0..n).map(|_| core::array::from_fn(|_| normal(&mut rng) as f32)).collect()
}

/// N(`mean`, I) of any structure: the unfitted model's covariance is I/2π.
fn ball<const D: usize, C: Covariance>(mean: [f32; D]) -> Gmm<f32, D, 1, C> {
    let scale = core::f32::consts::TAU.sqrt();
    Gmm::unfitted().affine(&[scale; D], &mean).unwrap()
}

/// Variances of each feature (their mean, where only that is kept), from a start so many σ away, against two passes in
/// `f64`.
fn away<const D: usize, C: Covariance>(n: usize, sigmas: f32, seed: u64) {
    let data = normals::<D>(n, seed);
    let mut start = [0.0; D];
    start[D - 1] = sigmas;
    start[0] = -sigmas;
    let mut stats = SufficientStats::<f32, D, 1, C>::new();
    stats.observe_all(&ball(start), &data).unwrap();
    assert_eq!(stats.count(), n as u64);
    let column = |j: usize| data.iter().map(move |x| f64::from(x[j]));
    let means: [f64; D] = core::array::from_fn(|j| column(j).sum::<f64>() / n as f64);
    let due: [f64; D] =
        core::array::from_fn(|j| column(j).map(|v| (v - means[j]).powi(2)).sum::<f64>() / n as f64);
    let found = variances::<D, C>(&stats);
    let due = if found.len() == D { due.to_vec() } else { vec![due.iter().sum::<f64>() / D as f64] };
    for (found, due) in found.iter().zip(&due) {
        let off = (found - due).abs() / due;
        assert!(off <= SIMD_AWAY_F32, "{off:.1e} at {sigmas} σ, D = {D}, {n} samples, {:?}", C::default());
    }
    for j in 0..D {
        let off = (f64::from(stats.means()[0][j]) - means[j]).abs();
        assert!(off <= SIMD_AWAY_F32, "mean {j} is off by {off:.1e} at {sigmas} σ, D = {D}");
    }
}

/// The diagonal of the one covariance, or the one number there is, through its text.
fn variances<const D: usize, C: Covariance>(stats: &SufficientStats<f32, D, 1, C>) -> Vec<f64> {
    let text = format!("{:?}", stats.covariance(0).unwrap());
    let numbers: Vec<f64> = text
        .split(|c: char| !(c.is_ascii_digit() || "+-.e".contains(c)))
        .filter_map(|word| word.parse().ok())
        .collect();
    if numbers.len() == D * D { (0..D).map(|j| numbers[j * D + j]).collect() } else { numbers }
}

/// Between the starts that are right and those that are hopeless.
#[test]
fn statistics_from_a_start_some_deviations_away_keep_their_digits() {
    for sigmas in [0.5, 3.0, 4.5, 8.0, 10.0, 12.0, 15.0, 20.0, 32.0, 50.0, 100.0, 300.0] {
        for n in [320, 20 * 320 + 9] {
            away::<1, Full>(n, sigmas, 1);
            away::<3, Full>(n, sigmas, 2);
            away::<6, Full>(n, sigmas, 3);
            away::<3, Diagonal>(n, sigmas, 4);
            away::<8, Diagonal>(n, sigmas, 5);
            away::<3, Spherical>(n, sigmas, 6);
            away::<5, Tied<Full>>(n, sigmas, 7);
        }
    }
}

/// What cancels in a panel is small beside the totals in the end, and adds up panel after panel all the same.
#[test]
fn long_passes_from_a_start_some_deviations_away_keep_their_digits() {
    for sigmas in [10.0, 50.0] {
        away::<1, Full>(400_000, sigmas, 11);
        away::<1, Diagonal>(400_000, sigmas, 12);
        away::<5, Tied<Full>>(100_000, sigmas, 13);
    }
}

/// Components that share a factor share its substitution, as long as that costs no digits.
#[test]
fn tied_components_far_apart_keep_their_digits() {
    for apart in [1.0f32, 20.0, 31.0, 33.0, 200.0, 2000.0, 20_000.0] {
        let factor: SMatrix<f32, 5, 5> = SMatrix::from_fn(|i, j| if i == j { 1.0 } else { 0.3 });
        let means = [0.0, 1.0, -2.0].map(|m| [m * apart; 5]);
        let gmm: Gmm<f32, 5, 3, Tied<Full>> = Gmm::new([0.5, 0.25, 0.25], means, [factor]).unwrap();
        let data: Vec<[f32; 5]> = normals::<5>(700, 21)
            .into_iter()
            .enumerate()
            .map(|(i, z)| core::array::from_fn(|j| means[i % 3][j] + z[j]))
            .collect();
        let exact = gmm.cast::<f64>().unwrap();
        let (mut densities, mut posteriors) =
            (vec![0.0; 700], vec![Posterior { log_density: 0.0, responsibilities: [0.0; 3] }; 700]);
        gmm.log_densities(&data, &mut densities).unwrap();
        gmm.posteriors(&data, &mut posteriors).unwrap();
        let mut stats = SufficientStats::new();
        stats.observe_all(&gmm, &data).unwrap();
        let mut sum = 0.0;
        for (i, x) in data.iter().enumerate() {
            let due = exact.posterior(x.map(f64::from)).unwrap();
            sum += due.log_density;
            for found in [densities[i], posteriors[i].log_density] {
                let off = (f64::from(found) - due.log_density).abs();
                assert!(off <= SIMD_TIED_F32, "off by {off:.1e}, means {apart} σ apart");
            }
            for (found, due) in posteriors[i].responsibilities.iter().zip(due.responsibilities) {
                assert!(
                    (f64::from(*found) - due).abs() <= SIMD_TIED_F32,
                    "{found} for {due}, {apart} σ apart"
                );
            }
        }
        let off = (f64::from(stats.log_likelihood()) - sum).abs() / 700.0;
        assert!(off <= SIMD_TIED_F32, "ℓ is off by {off:.1e} a sample, means {apart} σ apart");
    }
}

/// Of equal components the first, as a single sample is told; of a dead one before them, the first that lives.
#[test]
fn equal_components_are_predicted_as_for_single_samples() {
    fn check<T: Real, C: Covariance>(weights: [f64; 4], due: usize) {
        let means = [[T::ONE; 2]; 4];
        let unit = Gmm::<T, 2, 4, C>::unfitted().covariances();
        let gmm = Gmm::<T, 2, 4, C>::new(weights.map(T::narrow), means, unit).unwrap();
        let data: Vec<[T; 2]> = (0..500).map(|i| [0.0, 0.1].map(|v| T::narrow(v * f64::from(i)))).collect();
        let mut found = vec![9; 500];
        gmm.predictions(&data, &mut found).unwrap();
        for (found, x) in found.into_iter().zip(&data) {
            assert_eq!((found, gmm.predict(x)), (due, Ok(due)));
        }
    }
    check::<f32, Tied<Diagonal>>([0.25; 4], 0);
    check::<f64, Tied<Full>>([0.25; 4], 0);
    check::<f32, Tied<Spherical>>([0.0, 0.375, 0.25, 0.375], 1);
    check::<f64, Tied<Diagonal>>([0.125, 0.125, 0.375, 0.375], 2);
}

/// The first bad one of samples with weights, and what came before it, found by panel as one by one.
#[track_caller]
fn refuses_as_one_by_one<C: Covariance>(gmm: &Gmm<f32, 1, 2, C>, data: &[([f32; 1], f32)]) {
    let (mut stats, mut single) = (SufficientStats::new(), SufficientStats::<f32, 1, 2, C>::new());
    let found = stats.observe_all(gmm, data.iter().copied());
    let mut due = Ok(());
    for (index, sample) in data.iter().enumerate() {
        if let Err(error) = single.observe(gmm, sample) {
            due = Err(match error {
                Error::OutOfRange { .. } => Error::OutOfRange { sample: index as u64 },
                Error::NonFiniteSample { feature, .. } => {
                    Error::NonFiniteSample { sample: index as u64, feature }
                }
                other => other,
            });
            break;
        }
    }
    assert_eq!((found, stats.count()), (due, single.count()));
    assert!(
        (stats.total_weight() / single.total_weight() - 1.0).abs() <= SIMD_F32 as f32
            || single.total_weight() == 0.0
    );
}

/// The square of a sample times its weight overflows, or nearly.
#[test]
fn heavy_samples_are_refused_as_one_by_one() {
    let gmm: Gmm<f32, 1, 2, Spherical> =
        Gmm::new([0.5; 2], [[0.0], [1e3]], [Variance(1e6), Variance(1e4)]).unwrap();
    for (x, weight) in [
        (1e6, 1e20),
        (1e6, 1e15),
        (1e13, 100.0),
        (1e13, 1e4),
        (1.0, 1e28),
        (1.0, 1e29),
        (0.0, 1e20),
        (2e14, 1.0),
        (3e14, 1.0),
        (3e14, 0.0),
        (1e14, 0.5),
        (2e14, 0.1),
        (1e6, 0.0),
        (1e17, 1e-8),
    ] {
        for at in [0, 100, 255, 256, 300, 319, 320, 575, 639, 699] {
            let mut data: Vec<([f32; 1], f32)> = (0..700).map(|i| ([i as f32], 1.0)).collect();
            data[at] = ([x], weight);
            refuses_as_one_by_one(&gmm, &data);
            // Two of one panel, the second worse.
            data[at.saturating_sub(5)] = ([1e5], 1e12);
            refuses_as_one_by_one(&gmm, &data);
        }
    }
    // A start, whose samples are all of one component.
    let mut data: Vec<([f32; 1], f32)> = (0..700).map(|i| ([i as f32], 1.0)).collect();
    data[400] = ([1e6], 1e20);
    let mut start: Gmm<f32, 1, 2> = Gmm::unfitted();
    let outcome = init::k_means_plus_plus(&mut start, data, &mut Pcg32::new(1, 1));
    assert_eq!(outcome, Err(Error::OutOfRange { sample: 400 }));
}

/// Narrow components have large log-densities: 40 times a weight of 4e27 is out of range, 40 times a tenth of it is
/// not.
#[test]
fn an_extreme_constant_is_refused_as_one_by_one() {
    let gmm: Gmm<f32, 1, 2, Spherical> = Gmm::new([0.5; 2], [[0.0]; 2], [Variance(1e-36); 2]).unwrap();
    for (weight, at) in [(4e27, 130), (4e26, 130), (2e27, 0), (4e27, 299)] {
        let mut data = vec![([0.0f32], 1.0f32); 300];
        data[at].1 = weight;
        refuses_as_one_by_one(&gmm, &data);
    }
}

/// Samples of weight 0 take no place in a panel. The index of a bad one counts them all the same, once.
#[test]
fn samples_of_weight_0_count_in_the_index_of_a_bad_one() {
    let gmm: Gmm<f32, 1, 2, Diagonal> =
        Gmm::new([0.5; 2], [[0.0], [300.0]], [[1e4].into(), [1e4].into()]).unwrap();
    for bad in [f32::NAN, f32::INFINITY, 1e18] {
        for absent in [&[10][..], &[10, 11, 12], &[0, 319, 320], &[10, 330, 650], &[319, 320, 321, 700], &[]]
        {
            for at in [5, 11, 300, 320, 321, 500, 701, 799] {
                let mut data: Vec<([f32; 1], f32)> = (0..800).map(|i| ([i as f32], 1.5)).collect();
                absent.iter().for_each(|i| data[*i].1 = 0.0);
                data[at] = ([bad], 1.0);
                refuses_as_one_by_one(&gmm, &data);
                data[at].1 = 0.0;
                refuses_as_one_by_one(&gmm, &data);
            }
        }
    }
}

/// A weight is as good as that many copies: nothing of a panel's weights is left for the next, whose samples have none.
#[test]
fn weights_of_one_pass_leave_nothing_for_the_next() {
    let gmm: Gmm<f32, 1, 2, Diagonal> =
        Gmm::new([0.5; 2], [[0.0], [8.0]], [[4.0].into(), [1.0].into()]).unwrap();
    /// A sample that says its weight only if it is not 1.
    #[derive(Clone)]
    struct Some1(f32, f32);
    impl gaussmix::Observation<f32, 1> for Some1 {
        fn features(&self) -> &[f32; 1] {
            core::slice::from_ref(&self.0).first_chunk().unwrap()
        }
        fn weight(&self) -> Option<f32> {
            (self.1 != 1.0).then_some(self.1)
        }
    }
    for heavy in [3, 310, 319] {
        let data: Vec<Some1> =
            (0..900).map(|i| Some1((i % 13) as f32, if i < 320 && i >= heavy { 3.0 } else { 1.0 })).collect();
        let mut stats = SufficientStats::new();
        stats.observe_all(&gmm, data.iter().cloned()).unwrap();
        let mut due = SufficientStats::<f64, 1, 2, Diagonal>::new();
        let exact = gmm.cast::<f64>().unwrap();
        data.iter().for_each(|s| assert!(due.observe(&exact, ([f64::from(s.0)], f64::from(s.1))).is_ok()));
        for k in 0..2 {
            let (found, due) = (f64::from(stats.masses()[k]), due.masses()[k]);
            assert!((found / due - 1.0).abs() <= SIMD_F32, "{found} for {due}");
        }
        let (found, due) = (f64::from(stats.log_likelihood()), due.log_likelihood());
        assert!((found / due - 1.0).abs() <= SIMD_F32, "ℓ {found} for {due}");
    }
}
