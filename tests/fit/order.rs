//! The order of components, and so of labels.

use gaussmix::covariance::Variance;
use gaussmix::{Em, Error, Gmm, MStep, Spherical, init};
use rand_pcg::Pcg64;

use crate::support::closeness::assert_close;
use crate::support::clouds::{clouds, guess, pass};
use crate::support::dense::{Structure, covariances};
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::ROUNDING;

/// Model and statistics in another order say the same, of the same components.
fn an_order_changes_no_number<C: Structure>() {
    let data = clouds(200, 303);
    let gmm = guess::<f64, C>();
    let stats = pass(&gmm, &data);
    for order in [[0, 1, 2], [1, 2, 0], [2, 1, 0], [0, 2, 1]] {
        let (mut turned, mut sums) = (gmm.clone(), stats.clone());
        turned.permute(&order).unwrap();
        sums.permute(&order).unwrap();
        turned.validate().unwrap();
        for x in &data[..20] {
            let (found, due) = (turned.posterior(x).unwrap(), gmm.posterior(x).unwrap());
            assert_close(found.log_density, due.log_density, ROUNDING, "log-density");
            for (k, from) in order.into_iter().enumerate() {
                assert_close(
                    found.responsibilities[k],
                    due.responsibilities[from],
                    ROUNDING,
                    "responsibility",
                );
            }
        }
        assert_eq!(sums.masses(), order.map(|k| stats.masses()[k]));
        assert_eq!((sums.count(), sums.log_likelihood()), (stats.count(), stats.log_likelihood()));
        // The M-step of both is that of neither, in another order.
        let (mut found, mut due) = (turned, gmm.clone());
        MStep::default().maximize(&sums, &mut found).unwrap();
        MStep::default().maximize(&stats, &mut due).unwrap();
        for (k, from) in order.into_iter().enumerate() {
            assert_close(found.weights()[k], due.weights()[from], ROUNDING, "weight");
            assert_eq!(found.means()[k], due.means()[from]);
            for (found, due) in covariances(&found)[k].iter().zip(&covariances(&due)[from]) {
                for (found, due) in found.iter().zip(due) {
                    assert_close(*found, *due, 1e-9, "covariance");
                }
            }
        }
    }
    let (mut same, mut sums) = (gmm.clone(), stats.clone());
    for order in [[0, 0, 1], [0, 1, 3], [9, 9, 9]] {
        let refusal = Err(Error::InvalidParameter { name: "order", expected: "every component once" });
        assert_eq!((same.permute(&order), sums.permute(&order)), (refusal, refusal));
    }
    assert_eq!((same, sums), (gmm, stats));
}

/// Fits from different starts that arrive at one optimum agree on every label, once in canonical order.
fn the_canonical_order_makes_labels_agree<C: Structure>() {
    let data = clouds(300, 304);
    let mut labels: Vec<Vec<usize>> = Vec::new();
    for seed in 0..4 {
        let (mut gmm, mut rng) = (Gmm::<f64, 3, 3, C>::unfitted(), Pcg64::new(seed, 1));
        Em::default().fit_best_of(&mut gmm, 10, init::random_samples, &data, &mut rng).unwrap();
        let order = gmm.canonical_order();
        gmm.permute(&order).unwrap();
        assert!(gmm.means().is_sorted_by_key(|m| m[0]));
        assert_eq!(gmm.canonical_order(), [0, 1, 2]);
        labels.push(data.iter().map(|x| gmm.predict(x).unwrap()).collect());
    }
    let same = |other: &Vec<usize>| labels[0].iter().zip(other).filter(|(a, b)| a == b).count();
    assert!(labels[1..].iter().all(|other| same(other) >= 297));
}

#[test]
fn orders_are_stable_and_put_the_dead_last() {
    let weights = [0.0, 0.25, 0.25, 0.0, 0.5];
    let means = [[-9.0, 0.0], [1.0, 2.0], [1.0, 1.0], [-8.0, 0.0], [1.0, 2.0]];
    let gmm: Gmm<f64, 2, 5, Spherical> = Gmm::new(weights, means, [Variance(1.0); 5]).unwrap();
    assert_eq!(gmm.order_by(|component| component.weight), [1, 2, 4, 0, 3]);
    assert_eq!(gmm.order_by(|component| -component.weight), [4, 1, 2, 0, 3]);
    assert_eq!(gmm.order_by(|component| component.mean[0]), [1, 2, 4, 0, 3]);
    let without = |mean: &[f64; 2]| if mean[1] == 2.0 { f64::NAN } else { mean[0] };
    assert_eq!(gmm.order_by(|component| without(component.mean)), [2, 1, 4, 0, 3]);
    // By the second feature where the first is equal, then the heavier one first.
    assert_eq!(gmm.canonical_order(), [2, 4, 1, 0, 3]);
}

for_typical_structures!(an_order_changes_no_number, the_canonical_order_makes_labels_agree);
