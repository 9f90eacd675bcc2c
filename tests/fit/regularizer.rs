//! What M-steps weigh beside the likelihood, in every driver that makes M-steps.

use gaussmix::fit::Acceleration;
use gaussmix::select::{ColdStart, Search};
use gaussmix::stream::StepSize;
use gaussmix::{Em, Full, Gmm, MStep, OnlineEm, init};
use rand_pcg::Pcg64;

use crate::support::noise::Noise;

fn two_clusters() -> Vec<[f64; 2]> {
    let mut noise = Noise::new(1401);
    (0..64).map(|i| [noise.normal() + [0.0, 4.0][i % 2], noise.normal()]).collect()
}

/// Pairs and references of nothing are nothing: no driver changes a bit.
#[test]
fn nothing_in_any_combination_changes_no_bit() {
    let data = two_clusters();
    let em = Em::default().with_tolerance(1e-9).unwrap();
    let other = em.with_m_step(MStep::default().with_regularizer(((), &((), ()))));
    let mut start: Gmm<f64, 2, 2> = Gmm::unfitted();
    init::farthest_first(&mut start, &data).unwrap();

    let (mut a, mut b) = (start.clone(), start.clone());
    assert_eq!(em.fit(&mut a, &data), other.fit(&mut b, &data));
    assert_eq!(a, b);

    let (mut a, mut b) = (start.clone(), start.clone());
    let (mut one, mut two) = (Acceleration::new(), Acceleration::new());
    let fit = em.fitting().with_acceleration(&mut one).fit(&mut a, &data);
    assert_eq!(fit, other.fitting().with_acceleration(&mut two).fit(&mut b, &data));
    assert_eq!((a, one.taken()), (b, two.taken()));

    let rng = || Pcg64::new(1, 1);
    let (mut a, mut b) = (start.clone(), start.clone());
    let best = em.fit_best_of(&mut a, 5, init::mixed, &data, &mut rng());
    assert_eq!(best, other.fit_best_of(&mut b, 5, init::mixed, &data, &mut rng()));
    assert_eq!(a, b);

    let search = Search::new(1..=2).unwrap().with_restarts(3).unwrap();
    let selection = em.select(&mut a, &search, &data, |_| rng());
    assert_eq!(selection, other.select(&mut b, &search, &data, |_| rng()));
    assert_eq!(a, b);

    let mut cold: ColdStart<f64, 2, 64> = ColdStart::new().with_em(em);
    for x in &data {
        cold.observe(x).unwrap();
    }
    let selection = cold.start(&mut a);
    assert_eq!(selection, cold.with_em(other).start(&mut b));
    assert_eq!(a, b);

    let mut a = OnlineEm::new(start, StepSize::constant(0.05).unwrap()).unwrap();
    let mut b = a.clone().with_m_step(MStep::default().with_regularizer(((), ())));
    for x in &data {
        assert_eq!(a.observe(x), b.observe(x));
        assert_eq!(a.model(), b.model());
    }
    assert_eq!(MStep::default().with_regularizer(()).log_prior::<2, 2, Full>(a.model()), 0.0);
}
