//! Nothing is ever allocated: counted by the allocator of this test binary, thread by thread.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use std::alloc::System;

use gaussmix::fit::Trace;
use gaussmix::init::{KMeans, Start};
use gaussmix::select::{ColdStart, Search};
use gaussmix::{Em, Gmm, MStep, SufficientStats, init};
use rand_pcg::Pcg64;

use crate::support::clouds::{clouds, guess};
use crate::support::dense::Structure;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // A thread that is ending has no counter any more, and runs no test.
        let _ = ALLOCATIONS.try_with(|n| n.set(n.get() + 1));
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `work` gives, if it does so without an allocation.
#[track_caller]
fn without_allocating<R>(work: impl FnOnce() -> R) -> R {
    let before = ALLOCATIONS.get();
    let result = work();
    assert_eq!(ALLOCATIONS.get() - before, 0, "allocations");
    result
}

#[test]
fn the_counter_counts() {
    let before = ALLOCATIONS.get();
    drop(core::hint::black_box(vec![1, 2, 3]));
    assert_eq!(ALLOCATIONS.get() - before, 1);
}

fn nothing_allocates<C: Structure>() {
    let data = clouds(200, 131);
    let mut rng = Pcg64::new(1, 1);
    without_allocating(|| {
        let mut gmm = guess::<f64, C>();
        let mut stats = SufficientStats::new();
        stats.observe(&gmm, data[0]).unwrap();
        stats.assign(data[1], &[0.2, 0.3, 0.5]).unwrap();
        stats.observe_all(&gmm, &data).unwrap();
        let other = SufficientStats::from_model(&gmm, 10.0).unwrap();
        stats.merge(&other);
        stats.discount(0.5).unwrap();
        MStep::default().maximize(&stats, &mut gmm).unwrap();

        gmm.posterior(data[0]).unwrap();
        gmm.log_density(data[0]).unwrap();
        gmm.predict(data[0]).unwrap();
        gmm.mahalanobis_squared(data[0]).unwrap();
        gmm.mean_log_likelihood(&data).unwrap();
        gmm.lower_bound(&data, &guess()).unwrap();
        gmm.criteria(&data).unwrap();
        gmm.sample(&mut rng);
        gmm.cast::<f32>().unwrap();
        gmm.affine(&[2.0; 3], &[1.0; 3]).unwrap();
        let few = gmm.reduce::<2>().unwrap();
        let (p, q) = (gmm.gaussian(2).unwrap(), few.gaussian(0).unwrap());
        assert!(p.symmetric_kl(&q) > 0.0 && p.hellinger(&q) > 0.0 && p.wasserstein(&q) > 0.0);
        gmm.monte_carlo_kl(&few, 10, &mut rng).unwrap();
        let _ = gmm.covariances();
    });
}

fn no_start_and_no_fit_allocates<C: Structure>() {
    let data = clouds(200, 132);
    let mut rng = Pcg64::new(1, 1);
    without_allocating(|| {
        let mut gmm = Gmm::<f64, 3, 3, C>::unfitted();
        init::farthest_first(&mut gmm, &data).unwrap();
        init::k_means_plus_plus(&mut gmm, &data, &mut rng).unwrap();
        init::random_samples(&mut gmm, &data, &mut rng).unwrap();
        init::k_means(&mut gmm, &data, &mut rng, 5).unwrap();
        init::agglomerate(&mut gmm, &data, &mut rng).unwrap();
        init::mixed(&mut gmm, &data, &mut rng).unwrap();
        Start::default().with_components(2).unwrap().apply(&mut gmm, &data, &mut rng).unwrap();
        init::from_means(&mut gmm, &[data[0], data[1], data[2]], &data).unwrap();
        init::from_responsibilities(&mut gmm, &data, data.iter().map(|x| [0.2, 0.3 * x[0].abs(), 1.0]))
            .unwrap();
        KMeans::default().fit(&mut [data[0], data[1], data[2]], &data).unwrap();

        let em = Em::default().with_max_iterations(5);
        em.fit(&mut gmm, &data).unwrap();
        let mut trace: Trace<f64, 8> = Trace::new();
        em.fitting().with_hook(trace.hook()).fit(&mut gmm, &data).unwrap();
        em.fit_best_of(&mut gmm, 2, init::k_means_plus_plus, &data, &mut rng).unwrap();
        em.fit(&mut gmm, [[f64::NAN; 3]]).unwrap_err();

        let search = Search::new(1..=3).unwrap().with_restarts(2).unwrap();
        let fitting = em.fitting().with_resolution([0.01; 3]).unwrap();
        fitting.select(&mut gmm, &search, &data, |k| Pcg64::new(k as u128, 1)).unwrap();
        let mut cold: ColdStart<f64, 3, 32> = ColdStart::new().with_resolution([0.01; 3]).unwrap();
        data.iter().for_each(|x| assert!(cold.observe(x).is_ok()));
        cold.observe([0.0, 65535.0, 0.0]).unwrap();
        cold.start(&mut gmm).unwrap();
    });
}

// The crate does not link an allocator. Two structures, of which one has inner iterations, show that it needs none.
macro_rules! for_two_structures {
    ($($law:ident),*) => {$(
        mod $law {
            #[test]
            fn full() {
                super::$law::<gaussmix::Full>();
            }
            #[test]
            fn vve() {
                super::$law::<gaussmix::covariance::Vve>();
            }
        }
    )*};
}
for_two_structures!(nothing_allocates, no_start_and_no_fit_allocates);
