//! A stream in which a cluster appears.

use gaussmix::lifecycle::{Birth, LifeCycle, Pruning};
use gaussmix::stream::StepSize;
use gaussmix::{Covariance, Full, Gmm, OnlineEm, Real, Spherical, Tied};

use crate::support::dense::Structure;
use crate::support::noise::Noise;
use crate::support::structures::call_for_typical_structures;

const CENTRES: [[f64; 2]; 4] = [[0.0, 0.0], [8.0, 1.0], [2.0, 9.0], [10.0, 10.0]];
const HALF_TIME: u64 = 20_000;

/// Three clusters of equal weight, and from half time on a fourth.
fn sample<T: Real>(t: u64, noise: &mut Noise) -> (usize, [T; 2]) {
    let clusters = if t < HALF_TIME { 3.0 } else { 4.0 };
    let k = (noise.uniform() * clusters) as usize;
    (k, CENTRES[k].map(|c| T::narrow(c + noise.normal())))
}

/// Three of the four slots live, near the clusters but not on them.
fn start<T: Real, C: Covariance>() -> OnlineEm<T, 2, 4, C> {
    let third = T::ONE / T::narrow(3.0);
    let means = CENTRES.map(|m| [T::narrow(m[0] + 0.5), T::narrow(m[1] - 0.5)]);
    let mut unit = Gmm::<T, 2, 4, C>::unfitted();
    unit = unit.affine(&[T::narrow(2.5); 2], &[T::ZERO; 2]).unwrap(); // to variances of about 1
    let gmm = Gmm::new([third, third, third, T::ZERO], means, unit.covariances()).unwrap();
    OnlineEm::new(gmm, StepSize::constant(T::narrow(0.01)).unwrap()).unwrap()
}

/// How many samples of the fourth cluster came before a component of at least half its weight stood within 1 σ of it;
/// `None` if they all came and none did.
fn found_after<T: Real, C: Covariance>(life: &mut LifeCycle<T, 2>, seed: u64) -> Option<u64> {
    let mut noise = Noise::new(seed);
    let mut online = start::<T, C>();
    let mut of_the_fourth = 0;
    for t in 0..2 * HALF_TIME {
        let (k, x) = sample::<T>(t, &mut noise);
        of_the_fourth += u64::from(k == 3);
        life.observe(&mut online, x).unwrap();
        if t == HALF_TIME - 1 {
            assert_eq!(online.model().live().count(), 3, "nothing was born of the three");
        }
        if k == 3 && is_found(online.model()) {
            return Some(of_the_fourth);
        }
    }
    None
}

fn is_found<T: Real, C: Covariance>(gmm: &Gmm<T, 2, 4, C>) -> bool {
    gmm.components().any(|c| {
        let distance = (0..2).map(|j| (c.mean[j].widen() - CENTRES[3][j]).powi(2)).sum::<f64>().sqrt();
        distance <= 1.0 && c.weight.widen() >= 0.125
    })
}

fn appears<T: Real, C: Structure>() {
    for seed in 0..5 {
        let births = LifeCycle::default().with_birth(Birth::default()).with_pruning(Pruning::default());
        let found = found_after::<T, C>(&mut { births }, seed);
        println!("{}: {found:?}", core::any::type_name::<C>());
        assert!(found.is_some_and(|n| n <= 500), "{seed}: {found:?}");
        // Components that share something in part may leave two of the three to one, and move.
        if !C::common().is_coupled() {
            assert_eq!(found_after::<T, C>(&mut LifeCycle::default(), seed), None);
        }
    }
}

#[test]
fn a_cluster_that_appears_is_found_with_births_and_not_without() {
    call_for_typical_structures!(appears, [f64]());
    appears::<f32, Full>();
    appears::<f32, Tied<Spherical>>();
}
