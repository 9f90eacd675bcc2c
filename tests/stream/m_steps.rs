//! When a stepwise run takes its M-steps, and which.

use gaussmix::fit::Outcome;
use gaussmix::nalgebra::SMatrix;
use gaussmix::stream::StepSize;
use gaussmix::{Error, Full, Gmm, OnlineEm};

use crate::support::noise::Noise;
use crate::support::tolerance::UPDATED_F64;

/// What is refused changes nothing, not even when the next M-step is due.
#[test]
fn a_refused_m_step_leaves_the_run_as_it_was() {
    let gmm: Gmm<f64, 1, 1> = Gmm::new([1.0], [[0.0]], [[[1.0]].into()]).unwrap();
    let mut run = OnlineEm::new(gmm, StepSize::constant(0.1).unwrap()).unwrap().with_interval(5);
    for i in 0..13 {
        run.observe([f64::from(i % 7)]).unwrap();
    }
    run.edit(|stats, _| stats.discount(0.0)).unwrap();
    let before = run.clone();
    assert_eq!(run.maximize(), Err(Error::EmptyData));
    assert_eq!(run, before);
}

/// One that was due and was refused is over: the next comes after as many samples as ever.
#[test]
fn an_m_step_that_a_sample_brings_is_due_though_refused() {
    let mut run: OnlineEm<f64, 1, 1> = OnlineEm::unfitted().with_interval(5);
    run.set_step(StepSize::constant(0.1).unwrap());
    for i in 1..=15 {
        // A feature that does not vary has no covariance, and the run had no start that gave it a floor.
        run.observe([if i <= 5 { 0.0 } else { f64::from(i) }]).unwrap();
        let outcome = run.last_update().map(|update| update.outcomes);
        let due = match i {
            ..5 => None,
            5..10 => Some([Outcome::Kept]),
            _ => Some([Outcome::Updated]),
        };
        assert_eq!(outcome, due, "after {i}");
    }
}

/// A dead slot takes no part in an M-step: the others' factors are updated as if it were not there, and it keeps its
/// mean.
#[test]
fn factors_are_updated_beside_a_dead_slot() {
    for weights in [[0.6, 0.4, 0.0], [0.0, 0.5, 0.5]] {
        let means = [[0.0; 6], [3.0; 6], [3.0; 6]];
        let gmm: Gmm<f64, 6, 3, Full> = Gmm::new(weights, means, [SMatrix::identity() * 1.3; 3]).unwrap();
        let mut run = OnlineEm::new(gmm, StepSize::constant(0.01).unwrap()).unwrap();
        let (mut noise, mut updated) = (Noise::new(7), 0);
        for i in 0..130 {
            let offset = f64::from(i % 2) * 3.0;
            let x: [f64; 6] = core::array::from_fn(|_| offset + noise.normal());
            run.observe(x).unwrap();
            // An update differs from a factorisation by rounding, and in 130 steps only two or three factorise.
            let mut whole = run.clone();
            whole.maximize().unwrap();
            updated += u32::from(whole.model() != run.model());
            assert_eq!(run.model().means(), whole.model().means());
            assert_eq!(run.model().weights(), whole.model().weights());
            for (found, due) in run.model().covariances().iter().zip(whole.model().covariances()) {
                assert!((found - due).norm() < UPDATED_F64 * due.norm());
            }
        }
        assert!(updated > 100, "{updated} of 130 M-steps updated factors");
    }
}
