//! The number of components, chosen while the program runs.

use core::ops::ControlFlow;
use gaussmix::fit::Stop;
use gaussmix::init::{Rule, Start};
use gaussmix::select::Search;
use gaussmix::{Covariance, Criterion, Em, Error, Full, Gmm, Tied};
use rand_pcg::Pcg32;

use crate::support::clouds::{clouds, guess};
use crate::support::data::{faithful, spike};
use crate::support::dense::Structure;
use crate::support::noise::Noise;
use crate::support::structures::for_typical_structures;

fn generator(components: usize) -> Pcg32 {
    Pcg32::new(7, components as u64)
}

fn em() -> Em<f64> {
    Em::default().with_tolerance(1e-9).unwrap().with_max_iterations(10_000)
}

/// The published choice for Old Faithful: one covariance for all, three components.
#[test]
fn old_faithful_has_three_components_of_one_covariance() {
    let data = faithful();
    let search = Search::new(1..=6).unwrap();
    let mut tied: Gmm<f64, 2, 6, Tied<Full>> = Gmm::unfitted();
    let selection = em().select(&mut tied, &search, &data, generator).unwrap();
    println!("{selection}");
    assert_eq!(selection.chosen(), Some(3));
    assert!((selection.best.criteria.bic() - 2314.30).abs() < 0.05);
    assert_eq!(tied.live().count(), 3);
    assert_eq!(tied.criteria(&data).unwrap(), selection.best.criteria);
    assert!(selection.lead().unwrap() > 0.0);
    let mut full: Gmm<f64, 2, 6> = Gmm::unfitted();
    let other = em().select(&mut full, &search, &data, generator).unwrap();
    println!("{other}");
    assert_eq!(other.chosen(), Some(2));
    assert!((other.best.criteria.bic() - 2322.19).abs() < 0.05);
}

/// By ICL, which counts clusters, two are enough.
#[test]
fn the_criterion_decides() {
    let mut gmm: Gmm<f64, 2, 6, Tied<Full>> = Gmm::unfitted();
    let chosen = |criterion, gmm: &mut _| {
        let search = Search::new(1..=6).unwrap().with_criterion(criterion);
        let selection = em().select(gmm, &search, &faithful(), generator).unwrap();
        assert_eq!(selection.criterion, criterion);
        let least = selection.candidates.iter().flatten().flatten().map(|c| c.criteria.value(criterion));
        assert_eq!(selection.best.criteria.value(criterion), least.fold(f64::INFINITY, f64::min));
        selection.chosen().unwrap()
    };
    let [aic, bic, icl] = [Criterion::Aic, Criterion::Bic, Criterion::Icl].map(|c| chosen(c, &mut gmm));
    assert!(aic > bic && (bic, icl) == (3, 2), "{aic} {bic} {icl}");
}

/// A spike of equal values is not left out for its floor.
#[test]
fn a_spike_counts_as_a_component() {
    let mut gmm: Gmm<f64, 1, 4> = Gmm::unfitted();
    let selection = em().select(&mut gmm, &Search::new(1..=4).unwrap(), &spike(), generator).unwrap();
    println!("{selection}");
    assert_eq!(selection.chosen(), Some(2));
    assert!(selection.best.is_floored());
}

/// k components in K slots are what a model of k slots has, to the last bit.
fn unused_slots_change_nothing<C: Structure>() {
    let data = clouds(200, 71);
    let (mut large, mut small): (Gmm<f64, 3, 6, C>, Gmm<f64, 3, 3, C>) = (Gmm::unfitted(), Gmm::unfitted());
    let three = Start::new(Rule::Mixed).with_components(3).unwrap();
    let in_six = em().fit_best_of(&mut large, 4, three.rule(), &data, &mut generator(3)).unwrap();
    let in_three = em().fit_best_of(&mut small, 4, three.rule(), &data, &mut generator(3)).unwrap();
    assert_eq!(in_six.fit.log_likelihood.to_bits(), in_three.fit.log_likelihood.to_bits());
    assert_eq!((in_six.fit.iterations, in_six.healthy), (in_three.fit.iterations, in_three.healthy));
    assert_eq!((&large.weights()[..3], &large.means()[..3]), (&small.weights()[..], &small.means()[..]));
    assert_eq!(large.weights()[3..], [0.0; 3]);
    assert_eq!(large.criteria(&data).unwrap(), small.criteria(&data).unwrap());
    assert!(in_six.fit.is_healthy());
    let dead = in_six.fit.last_update.unwrap().outcomes;
    assert!(dead[3..].iter().all(|outcome| *outcome == gaussmix::fit::Outcome::Dead));
}

/// Neither the range nor other candidates change a candidate, and more restarts make none worse.
fn candidates_stand_alone_and_rise_with_restarts<C: Structure>() {
    let data = clouds(120, 72);
    let run = |least, most, restarts| {
        let mut gmm: Gmm<f64, 3, 4, C> = Gmm::unfitted();
        let search = Search::new(least..=most).unwrap().with_restarts(restarts).unwrap();
        em().select(&mut gmm, &search, &data, generator).unwrap()
    };
    let all = run(1, 4, 3);
    assert_eq!(run(3, 3, 3).candidates[2], all.candidates[2]);
    assert!(run(2, 3, 3).candidates[0].is_none());
    let mut last = all;
    for restarts in [6, 12] {
        let more = run(1, 4, restarts);
        for (more, fewer) in more.candidates.iter().zip(&last.candidates) {
            let [more, fewer] = [more, fewer].map(|c| c.unwrap().unwrap().best_of.fit);
            let rank = |fit: &gaussmix::fit::Fit<f64, 4>| (!fit.is_spurious(), fit.log_likelihood);
            assert!(rank(&more) >= rank(&fewer));
        }
        last = more;
    }
}
for_typical_structures!(unused_slots_change_nothing, candidates_stand_alone_and_rise_with_restarts);

#[test]
fn what_cannot_be_searched_is_refused_and_the_model_stays() {
    let parameter = |name, expected| Error::InvalidParameter { name, expected };
    let from_one = "a range from 1 or more";
    assert_eq!(Search::new(0..=2), Err(parameter("components", from_one)));
    #[allow(clippy::reversed_empty_ranges)] // that is what is to be refused
    let empty = 3..=2;
    assert_eq!(Search::new(empty), Err(parameter("components", from_one)));
    let search = Search::new(2..=4).unwrap();
    assert_eq!(search.with_restarts(0), Err(parameter("restarts", "1 or more")));
    let mut gmm = guess::<f64, Full>();
    let refused = |gmm: &mut Gmm<f64, 3, 3>, data: &[[f64; 3]]| {
        em().select(gmm, &search, data, generator).map(|_| ()).unwrap_err()
    };
    assert_eq!(refused(&mut gmm, &clouds(9, 1)), parameter("components", "K at most"));
    let search = Search::new(1..=3).unwrap();
    assert_eq!(em().select(&mut gmm, &search, [[0.0; 3]; 0], generator).map(|_| ()), Err(Error::EmptyData));
    assert_eq!(gmm, guess());
}

/// Numbers of components that the data cannot have are reported, the others go on.
#[test]
fn candidates_that_fail_are_reported() {
    let data: Vec<[f64; 1]> = (0..40).map(|i| [f64::from(i % 2) * 7.0]).collect();
    let mut gmm: Gmm<f64, 1, 3> = Gmm::unfitted();
    let selection = em().select(&mut gmm, &Search::new(1..=3).unwrap(), &data, generator).unwrap();
    println!("{selection}");
    assert_eq!(selection.candidates[2], Some(Err(Error::TooFewDistinctSamples { found: 2 })));
    assert!(selection.best.components < 3);
}

/// A hook that stops the search ends all of it.
#[test]
fn a_hook_stops_the_whole_search() {
    let mut gmm: Gmm<f64, 3, 4> = Gmm::unfitted();
    let mut passes = 0;
    let hook = |_: &_| {
        passes += 1;
        if passes < 60 { ControlFlow::Continue(()) } else { ControlFlow::Break(Stop::Search) }
    };
    let data = clouds(100, 73);
    let search = Search::new(1..=4).unwrap();
    let selection =
        Em::default().fitting().with_hook(hook).select(&mut gmm, &search, &data, generator).unwrap();
    assert_eq!(passes, 60);
    let tried = selection.candidates.iter().flatten().count();
    assert!(tried < 4 && selection.candidates[tried - 1].unwrap().unwrap().best_of.stopped);
    assert_eq!((selection.chosen(), selection.rival()), (None, None));
    assert!(selection.to_string().contains("\nunfinished, so far "), "{selection}");
}

/// What a healthy restart hides: two close strays between two clusters, on which a restart with as many components as
/// the chosen ones may rest, and be better by far.
#[test]
fn nothing_is_chosen_where_a_much_better_restart_was_passed_over() {
    let search = Search::new(1..=4).unwrap();
    let (mut undecided, mut passed_over) = (0, 0);
    for seed in 0..20 {
        let mut noise = Noise::new(seed);
        let mut data: Vec<[f64; 1]> = (0..60).map(|i| [[10.0, 50.0][i % 2] + noise.normal()]).collect();
        data.extend([[30.0], [30.01]]);
        let generator = |components: usize| Pcg32::new(seed, components as u64);
        let mut gmm: Gmm<f64, 1, 4> = Gmm::unfitted();
        let selection = Em::default().select(&mut gmm, &search, &data, generator).unwrap();
        let mut least = f64::INFINITY;
        for candidate in selection.candidates.iter().flatten().flatten() {
            // The same restarts, one by one.
            let start = Start::new(Rule::Mixed).with_components(candidate.components).unwrap();
            let (rule, mut rng) = (start.rule(), generator(candidate.components));
            let mut likeliest = f64::NEG_INFINITY;
            for _ in 0..20 {
                let mut gmm: Gmm<f64, 1, 4> = Gmm::unfitted();
                let Ok(()) = rule(&mut gmm, &data, &mut rng) else { continue };
                let Ok(fit) = Em::default().fit(&mut gmm, &data) else { continue };
                if fit.is_spurious() {
                    likeliest = likeliest.max(fit.log_likelihood);
                    least = least.min(gmm.criteria(&data).unwrap().bic());
                }
            }
            let due = (likeliest > candidate.best_of.fit.log_likelihood).then_some(likeliest);
            assert_eq!(candidate.best_of.passed_over, due, "{seed}\n{selection}");
        }
        let is_doubtful = least < selection.best.criteria.bic() - 10.0;
        assert_eq!(selection.chosen().is_none(), is_doubtful, "{seed}: {least}\n{selection}");
        undecided += usize::from(is_doubtful);
        if let Some(candidate) = selection.passed_over() {
            passed_over += usize::from(selection.rival().is_none());
            assert!(candidate.passed_over(Criterion::Bic).unwrap() >= least - 1e-6, "{seed}\n{selection}");
            assert!(selection.to_string().contains("\nundecided: "), "{seed}\n{selection}");
        }
    }
    println!("undecided {undecided}, {passed_over} of them only by what was passed over");
    assert!(passed_over > 0);
}

/// A caller compares structures by a short list of types.
#[test]
fn structures_are_a_list_in_the_callers_code() {
    fn best<C: Covariance>(data: &[[f64; 2]]) -> (f64, usize) {
        let mut gmm: Gmm<f64, 2, 6, C> = Gmm::unfitted();
        let selection = em().select(&mut gmm, &Search::new(1..=6).unwrap(), data, generator).unwrap();
        (selection.best.criteria.bic(), selection.best.components)
    }
    let data = faithful();
    let candidates = [best::<Full>(&data), best::<Tied<Full>>(&data), best::<gaussmix::Diagonal>(&data)];
    let least = candidates.iter().min_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
    assert_eq!(least, &candidates[1]);
}
