//! When a stepwise run takes its M-steps, and which.

use gaussmix::fit::Outcome;
use gaussmix::stream::StepSize;
use gaussmix::{Error, Gmm, OnlineEm};

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
