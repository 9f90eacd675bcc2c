//! A weight says how often a sample was seen (scikit-learn PR #17130; Spark).

use gaussmix::fit::Fit;
use gaussmix::init::KMeans;
use gaussmix::{Em, Error, Gmm, SufficientStats, init};
use proptest::collection;
use rand_pcg::Pcg64;

use crate::support::closeness::{assert_close, assert_models_close};
use crate::support::clouds::{MEANS, clouds, guess};
use crate::support::dense::Structure;
use crate::support::for_all::for_all;
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::{EQUIVARIANCE, ROUNDING};

type Model<C> = Gmm<f64, 3, 3, C>;
type Weighted = Vec<([f64; 3], f64)>;
type Start<C> = fn(&mut Model<C>, &Weighted, &mut Pcg64) -> Result<(), Error>;

fn starts<C: Structure>() -> [Start<C>; 6] {
    [
        |g, _, _| {
            *g = guess();
            Ok(())
        },
        |g, d, _| init::farthest_first(g, d),
        |g, d, _| init::from_means(g, &MEANS, d),
        |g, d, r| init::k_means_plus_plus(g, d, r),
        |g, d, r| init::random_samples(g, d, r),
        |g, d, r| init::k_means(g, d, r, 5),
    ]
}

fn fitted<C: Structure>(start: Start<C>, data: &Weighted) -> (Model<C>, Fit<f64, 3>) {
    let mut gmm = Gmm::unfitted();
    start(&mut gmm, data, &mut Pcg64::new(1, 1)).unwrap();
    let em = Em::default().with_tolerance(0.0).unwrap().with_max_iterations(10);
    let fit = em.fit(&mut gmm, data).unwrap();
    (gmm, fit)
}

fn zero_weight_equals_absent<C: Structure>() {
    let keep = collection::vec(0u8..3, 200);
    for_all(12, keep, &|keep| {
        let data = clouds(200, 91);
        let all: Weighted = data.iter().zip(&keep).map(|(x, k)| (*x, f64::from(*k))).collect();
        let present: Weighted = all.iter().copied().filter(|(_, w)| *w > 0.0).collect();
        for start in starts::<C>() {
            assert_eq!(fitted(start, &all), fitted(start, &present));
        }
        let (mut a, mut b) = (MEANS, MEANS);
        let k_means = KMeans::default();
        assert_eq!(k_means.fit(&mut a, &all).unwrap(), k_means.fit(&mut b, &present).unwrap());
        assert_eq!(a, b);
        let gmm = guess::<f64, C>();
        assert_eq!(gmm.criteria(&all), gmm.criteria(&present));
        assert_eq!(gmm.mean_log_likelihood(&all), gmm.mean_log_likelihood(&present));
        assert_eq!(gmm.lower_bound(&all, &gmm), gmm.lower_bound(&present, &gmm));
    });
}

fn integer_weight_equals_repetition<C: Structure>() {
    let counts = collection::vec(0usize..4, 200);
    for_all(12, counts, &|counts| {
        let data = clouds(200, 92);
        let weighted: Weighted = data.iter().zip(&counts).map(|(x, n)| (*x, *n as f64)).collect();
        let repeated: Weighted =
            weighted.iter().flat_map(|(x, n)| core::iter::repeat_n((*x, 1.0), *n as usize)).collect();
        // The first three starts do not draw; those that do see other numbers.
        for start in starts::<C>().into_iter().take(3) {
            let ((a, fit), (b, twin)) = (fitted(start, &weighted), fitted(start, &repeated));
            assert_models_close(&a, &b, EQUIVARIANCE);
            assert_close(fit.log_likelihood, twin.log_likelihood, EQUIVARIANCE, "log-likelihood");
            assert_close(fit.total_weight, twin.total_weight, ROUNDING, "weight");
        }
        let (mut a, mut b) = (MEANS, MEANS);
        let k_means = KMeans::default().with_max_iterations(3);
        let (fit, twin) = (k_means.fit(&mut a, &weighted).unwrap(), k_means.fit(&mut b, &repeated).unwrap());
        assert_close(fit.inertia, twin.inertia, ROUNDING, "inertia");
    });
}

/// Bit for bit if the factor is a power of two, to rounding if not.
fn common_factor_changes_nothing<C: Structure>() {
    let data = clouds(200, 93);
    let base: Weighted = data.iter().enumerate().map(|(i, x)| (*x, 0.5 + (i % 5) as f64)).collect();
    let scaled = |factor: f64| base.iter().map(|(x, w)| (*x, w * factor)).collect::<Weighted>();
    for start in starts::<C>() {
        let (gmm, fit) = fitted(start, &base);
        for factor in [0.125, 1024.0, 1.0 / 1_073_741_824.0] {
            let (same, twin) = fitted(start, &scaled(factor));
            if cfg!(feature = "simd") {
                // There a weight goes in by its root.
                assert_models_close(&same, &gmm, EQUIVARIANCE);
            } else {
                assert_eq!(same, gmm);
                assert_eq!(twin.log_likelihood, fit.log_likelihood * factor);
            }
            assert_eq!(twin.last_update, fit.last_update);
        }
        for factor in [1e-3, 7.0] {
            assert_models_close(&fitted(start, &scaled(factor)).0, &gmm, EQUIVARIANCE);
        }
    }
}

/// Weights of weights multiply, and no weight is weight 1.
fn weights_may_be_nested<C: Structure>() {
    let gmm = guess::<f64, C>();
    let data = clouds(50, 94);
    let weights: Vec<f64> = (0..50).map(|i| 0.25 * f64::from(i % 4)).collect();
    let mut found: [SufficientStats<f64, 3, 3, C>; 4] = core::array::from_fn(|_| SufficientStats::new());
    found[0].observe_all(&gmm, data.iter().zip(&weights)).unwrap();
    found[1].observe_all(&gmm, data.iter().copied().zip(weights.iter().copied())).unwrap();
    found[2].observe_all(&gmm, data.iter().zip(&weights).map(|(x, w)| ((x, 2.0), 0.5 * w))).unwrap();
    found[3].observe_all(&gmm, data.iter().zip(&weights).map(|(x, w)| ((x, w), &1.0))).unwrap();
    assert!(found.iter().all(|s| *s == found[0]));
    let mut plain = SufficientStats::<f64, 3, 3, C>::new();
    let mut ones = plain.clone();
    plain.observe_all(&gmm, &data).unwrap();
    ones.observe_all(&gmm, data.iter().map(|x| (x, 1.0))).unwrap();
    assert_eq!(plain, ones);
}

for_typical_structures!(
    zero_weight_equals_absent,
    integer_weight_equals_repetition,
    common_factor_changes_nothing,
    weights_may_be_nested,
);
