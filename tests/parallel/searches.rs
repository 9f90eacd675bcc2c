//! Restarts and the choice of K on several threads.

use super::*;

/// The serial search that a parallel one is defined to be.
fn restart_by_restart<T: Real, C: Covariance>(
    em: &Em<T>,
    given: &Gmm<T, D, K, C>,
    restarts: u32,
    init: impl Fn(&mut Gmm<T, D, K, C>, &Vec<[T; D]>, &mut Pcg32) -> Result<(), Error>,
    data: &Vec<[T; D]>,
) -> (Gmm<T, D, K, C>, Fit<T, K>, u32) {
    let mut best: Option<(Gmm<T, D, K, C>, Fit<T, K>, u32)> = None;
    for restart in 0..restarts {
        let mut gmm = given.clone();
        if init(&mut gmm, data, &mut generator(restart)).is_err() {
            continue;
        }
        let Ok(fit) = em.fit(&mut gmm, data) else { continue };
        let rank = |fit: &Fit<T, K>| (fit.is_healthy(), fit.log_likelihood);
        if best.as_ref().is_none_or(|(_, b, _)| rank(&fit) > rank(b)) {
            best = Some((gmm, fit, restart));
        }
    }
    best.unwrap()
}

fn generator(restart: u32) -> Pcg32 {
    Pcg32::new(3, u64::from(restart))
}

fn the_same_restart_wins<T: Real, C: Covariance>(iterations: u32) {
    let data = samples::<T>(400);
    let given = start::<T, C>(&data);
    let em = Em::default().with_max_iterations(iterations);
    // Some starts fail, and some are the same, so that there are equals.
    let init = |gmm: &mut Gmm<T, D, K, C>, data: &Vec<[T; D]>, rng: &mut Pcg32| match rng.next_u32() % 4 {
        0 => Err(Error::EmptyData),
        1 => Ok(()), // the model as given
        _ => init::random_samples(gmm, data, rng),
    };
    let (gmm, best): (_, BestOf<T, K>) = in_every_pool(|| {
        let mut gmm = given.clone();
        let best = em.fitting().par_fit_best_of(&mut gmm, 13, init, &data, generator).unwrap();
        (gmm, best)
    });
    let due = restart_by_restart(&em, &given, 13, init, &data);
    assert_eq!((gmm, best.fit, best.restart), due);
    let failed = (0..13).filter(|r| generator(*r).next_u32().is_multiple_of(4)).count() as u32;
    assert!(failed > 0);
    // A fit without an M-step is not healthy.
    let healthy = if iterations == 0 { 0 } else { 13 - failed };
    assert_eq!((best.attempted, best.failed, best.healthy), (13, failed, healthy));
}

#[test]
fn the_same_restart_wins_on_any_thread() {
    the_same_restart_wins::<f64, Full>(5);
    the_same_restart_wins::<f32, Diagonal>(0);
    the_same_restart_wins::<f32, Tied<Spherical>>(100);
}

/// The number of components, chosen on any number of threads: the same bits, and a candidate is what a parallel search
/// with its number of components finds.
/// An M-step of the caller's is as serial as it was, and restarts have one each.
#[test]
fn the_callers_m_steps_and_accelerated_fits_do_not_show_threads() {
    let data = samples::<f64>(1000);
    let em = Em::default().with_max_iterations(30);
    let step = Damped::new(0.5).unwrap().step();
    in_every_pool(|| {
        let mut fits: [Gmm<f64, D, K>; 4] = [(); 4].map(|()| start(&data));
        let mut calls = 0;
        let counted = |usual: &Usual<'_, f64, D, K>, stats: &_, gmm: &mut _| {
            calls += 1;
            step(usual, stats, gmm)
        };
        let fit = em.fitting().with_m_step(counted).par_fit(&mut fits[0], &data, 300).unwrap();
        assert_eq!(calls, fit.iterations);
        let mut memory = Acceleration::new();
        em.fitting().with_acceleration(&mut memory).par_fit(&mut fits[1], &data, 300).unwrap();
        let init = Start::new(Rule::RandomSamples).rule();
        let damped = em.fitting().with_m_step(step);
        let best = damped.par_fit_best_of(&mut fits[2], 5, init, &data, generator).unwrap();
        // Each thread has a memory of its own.
        let fast = em.fitting().with_acceleration(Acceleration::new());
        let fast = fast.par_fit_best_of(&mut fits[3], 5, init::random_samples, &data, generator).unwrap();
        (fits, fit, best, fast, memory.taken())
    });
}

#[test]
fn the_same_number_of_components_is_chosen_on_any_thread() {
    let data = samples::<f64>(300);
    let search = Search::new(1..=K).unwrap().with_restarts(6).unwrap();
    let rng = |components: usize, restart| Pcg32::new(components as u64, u64::from(restart));
    let (gmm, selection) = in_every_pool(|| {
        let mut gmm: Gmm<f64, D, K> = Gmm::unfitted();
        let selection = Em::default().fitting().par_select(&mut gmm, &search, &data, rng).unwrap();
        (gmm, selection)
    });
    let k = selection.best.components;
    let start = Start::new(Rule::Mixed).with_components(k).unwrap();
    let mut alone = Gmm::unfitted();
    let best = Em::default().fitting().par_fit_best_of(&mut alone, 6, start.rule(), &data, |r| rng(k, r));
    assert_eq!((alone, best.unwrap()), (gmm, selection.best.best_of));
}

/// The likeliest spurious restart behind a healthy best one: on any number of threads, and in the same restarts made
/// one after the other.
#[test]
fn the_same_likelihood_is_passed_over_on_any_thread() {
    let mut data: Vec<[f64; 1]> =
        (0..60).map(|i| [10.0 + f64::from(i % 2 * 40) + f64::from(i * 7 % 10 + i * 3 % 11) / 6.0]).collect();
    data.extend([[30.0], [30.01]]);
    let em = Em::default();
    let mut found = 0;
    for seed in 0..10 {
        let mixed = |gmm: &mut Gmm<f64, 1, 3>, data, restart: &mut u32| {
            let mut rng = Pcg32::new(seed, u64::from(*restart));
            *restart += 1;
            init::mixed(gmm, data, &mut rng)
        };
        let best = in_every_pool(|| {
            let mut gmm = Gmm::unfitted();
            em.fitting().par_fit_best_of(&mut gmm, 20, mixed, &data, |restart| restart).unwrap()
        });
        let serial = em.fit_best_of(&mut Gmm::unfitted(), 20, mixed, &data, &mut 0).unwrap();
        assert_eq!(best, serial);
        found += usize::from(best.passed_over.is_some_and(|l| l > best.fit.log_likelihood));
        let rng = |components: usize, restart| Pcg32::new(seed + components as u64, u64::from(restart));
        in_every_pool(|| {
            let search = Search::new(1..=3).unwrap();
            em.fitting().par_select(&mut Gmm::<f64, 1, 3>::unfitted(), &search, &data, rng).unwrap()
        });
    }
    assert!(found > 0);
}

#[test]
fn a_search_without_a_success_leaves_the_model() {
    let data = samples::<f64>(50);
    let given = start::<f64, Full>(&data);
    let mut gmm = given.clone();
    let init = |gmm: &mut Gmm<f64, D, K>, _: &Vec<[f64; D]>, rng: &mut Pcg32| {
        *gmm = Gmm::unfitted();
        Err(Error::InvalidWeight { component: (rng.next_u32() % 1000) as usize })
    };
    let last = Error::InvalidWeight { component: (generator(6).next_u32() % 1000) as usize };
    let outcome = in_every_pool(|| {
        Em::default().fitting().par_fit_best_of(&mut given.clone(), 7, init, &data, generator)
    });
    assert_eq!(outcome, Err(last));
    assert_eq!(Em::default().fitting().par_fit_best_of(&mut gmm, 7, init, &data, generator), Err(last));
    let no_restarts = Em::default().fitting().par_fit_best_of(&mut gmm, 0, init, &data, generator);
    assert_eq!(no_restarts, Err(Error::InvalidParameter { name: "restarts", expected: "1 or more" }));
    assert_eq!(gmm, given);
}
