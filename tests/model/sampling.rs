//! Samples follow the model (scikit-learn's test_sample).

use gaussmix::rand_core::Rng;
use gaussmix::{Gmm, Real};
use rand_pcg::Pcg64;

use crate::support::clouds::{COVARIANCES, MEANS, guess};
use crate::support::dense::{Structure, covariances, model};
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::STANDARD_ERRORS;

const N: u32 = 100_000;

fn moments_match<T: Real, C: Structure>() {
    let gmm = guess::<T, C>();
    let mut rng = Pcg64::new(111, 1);
    let mut samples: [Vec<[f64; 3]>; 3] = Default::default();
    for _ in 0..N {
        let (k, x) = gmm.sample_labelled(&mut rng);
        samples[k].push(x.map(Real::widen));
    }
    for (k, samples) in samples.iter().enumerate() {
        let (n, w) = (samples.len() as f64, gmm.weights()[k].widen());
        let deviation = (f64::from(N) * w * (1.0 - w)).sqrt();
        assert!((n - f64::from(N) * w).abs() <= STANDARD_ERRORS * deviation, "frequency of {k}: {n}");
        component_matches(samples, &gmm.means()[k].map(Real::widen), &covariances(&gmm)[k]);
    }
}

/// Mean and covariance lie within their standard errors of the parameters.
fn component_matches(samples: &[[f64; 3]], mean: &[f64; 3], covariance: &[[f64; 3]; 3]) {
    let n = samples.len() as f64;
    for i in 0..3 {
        let found = samples.iter().map(|x| x[i]).sum::<f64>() / n;
        let error = STANDARD_ERRORS * (covariance[i][i] / n).sqrt();
        assert!((found - mean[i]).abs() <= error, "mean {i}: {found}");
        for j in 0..=i {
            let found = samples.iter().map(|x| (x[i] - mean[i]) * (x[j] - mean[j])).sum::<f64>() / n;
            let spread = covariance[i][i] * covariance[j][j] + covariance[i][j].powi(2);
            let error = STANDARD_ERRORS * (spread / n).sqrt();
            assert!((found - covariance[i][j]).abs() <= error, "covariance {i} {j}: {found}");
        }
    }
}

fn sample_moments_and_component_frequencies_match_parameters<C: Structure>() {
    moments_match::<f64, C>();
}

#[test]
fn sample_moments_match_parameters_in_single_precision() {
    moments_match::<f32, gaussmix::Full>();
}

/// The mean log-density of samples is minus the entropy; for one component that is known in closed form.
fn samples_have_the_entropy_of_the_model<C: Structure>() {
    let gmm: Gmm<f64, 3, 1, C> = model([1.0], [MEANS[1]], [COVARIANCES[1]]);
    let mut rng = Pcg64::new(112, 1);
    let samples: Vec<[f64; 3]> = (0..N).map(|_| gmm.sample(&mut rng)).collect();
    // ℓ of one sample is offset − d²/2, with d² of mean D and variance 2 D.
    let found = gmm.mean_log_likelihood(&samples).unwrap();
    let error = STANDARD_ERRORS * (1.5 / f64::from(N)).sqrt();
    assert!((found - (gmm.offsets()[0] - 1.5)).abs() <= error);
}

fn dead_components_are_never_drawn<C: Structure>() {
    let gmm: Gmm<f32, 3, 3, C> = model([0.0, 1.0, 0.0], MEANS, COVARIANCES);
    let mut rng = Pcg64::new(113, 1);
    assert!((0..10_000).all(|_| gmm.sample_labelled(&mut rng).0 == 1));
}

/// A fixed number of random numbers a sample, so that a stream of samples can be skipped through.
fn sampling_uses_a_fixed_number_of_random_numbers<C: Structure>() {
    struct Counting(Pcg64, u32);
    impl gaussmix::rand_core::TryRng for Counting {
        type Error = core::convert::Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            self.1 += 1;
            Ok(self.0.next_u32())
        }
        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            self.1 += 1;
            Ok(self.0.next_u64())
        }
        fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Self::Error> {
            self.1 += 1;
            self.0.fill_bytes(to);
            Ok(())
        }
    }
    let odd = guess::<f64, C>();
    let even: Gmm<f64, 2, 1, C> = model([1.0], [[0.0; 2]], [[[1.0, 0.2], [0.2, 1.0]]]);
    let mut rng = Counting(Pcg64::new(114, 1), 0);
    for drawn in 1..100 {
        odd.sample(&mut rng);
        assert_eq!(rng.1, 5 * drawn);
    }
    rng.1 = 0;
    for drawn in 1..100 {
        even.sample(&mut rng);
        assert_eq!(rng.1, 3 * drawn);
    }
    let (mut a, mut b) = (Pcg64::new(1, 1), Pcg64::new(1, 1));
    assert_eq!(odd.sample(&mut a), odd.sample_labelled(&mut b).1);
}

for_typical_structures!(
    sample_moments_and_component_frequencies_match_parameters,
    samples_have_the_entropy_of_the_model,
    dead_components_are_never_drawn,
    sampling_uses_a_fixed_number_of_random_numbers,
);
