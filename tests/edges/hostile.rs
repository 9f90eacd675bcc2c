//! Hostile data through every call: whatever it says, it does not panic and leaves no NaN.

use gaussmix::covariance::Vve;
use gaussmix::fit::Fit;
use gaussmix::fit::Frozen;
use gaussmix::init::KMeans;
use gaussmix::strategies::{extreme_numbers, hostile_samples};
use gaussmix::{Criteria, Em, Full, Gmm, MStep, Posterior, Real, SufficientStats, init};
use proptest::array;
use rand_pcg::Pcg64;

use crate::support::clouds::{MEANS, guess};
use crate::support::dense::{Structure, factors, model, spread};
use crate::support::for_all::for_all;
use crate::support::structures::for_typical_structures;

type Sample<T> = ([T; 3], T);
type Rows = Vec<([f64; 3], f64)>;

/// Sound models of every sort: ordinary, with dead components, far, narrow, wide, all components alike.
fn models<T: Real, C: Structure>() -> [Gmm<T, 3, 3, C>; 6] {
    let round = |v: f64| [[v, 0.0, 0.0], [0.0, v, 0.0], [0.0, 0.0, v]];
    [
        guess(),
        model([0.0, 1.0, 0.0], MEANS, [round(1.0); 3]),
        model([0.5, 0.5, 0.0], [[1e15; 3], [-1e15; 3], [0.0; 3]], [round(1.0); 3]),
        model([0.4, 0.4, 0.2], MEANS, [round(1e-30); 3]),
        model([0.4, 0.4, 0.2], MEANS, [round(1e30); 3]),
        model([0.4, 0.4, 0.2], [[1.0; 3]; 3], [round(1.0); 3]),
    ]
}

fn number<T: Real>(v: T, what: &str) {
    assert!(!v.widen().is_nan(), "{what} is NaN");
}

fn finite<T: Real>(v: T, what: &str) {
    assert!(v.widen().is_finite(), "{what} is {v}");
}

fn sound_model<T: Real, C: Structure>(gmm: &Gmm<T, 3, 3, C>) {
    gmm.validate().unwrap();
    gmm.offsets().iter().for_each(|o| number(*o, "offset"));
    for k in 0..3 {
        finite(gmm.weights()[k], "weight");
        gmm.means()[k].iter().for_each(|m| finite(*m, "mean"));
        factors(gmm)[k].iter().flatten().for_each(|f| finite(*f, "factor"));
    }
}

fn sound_statistics<T: Real, C: Structure>(stats: &SufficientStats<T, 3, 3, C>) {
    finite(stats.log_likelihood(), "log-likelihood");
    finite(stats.total_weight(), "mass");
    for k in 0..3 {
        assert!(stats.masses()[k] >= T::ZERO);
        stats.means()[k].iter().for_each(|m| finite(*m, "mean"));
        spread(stats, k).iter().flatten().for_each(|c| finite(*c, "covariance"));
    }
}

fn sound_posterior<T: Real>(p: &Posterior<T, 3>) {
    finite(p.log_density, "log-density");
    let sum: f64 = p.responsibilities.iter().map(|r| r.widen()).sum();
    assert!((sum - 1.0).abs() < 1e-5, "responsibilities sum to {sum}");
}

fn sound_criteria<T: Real>(c: &Criteria<T>) {
    number(c.aic(), "AIC");
    number(c.bic(), "BIC");
    number(c.icl(), "ICL");
}

fn sound_fit<T: Real>(fit: &Fit<T, 3>) {
    finite(fit.log_likelihood, "log-likelihood");
    finite(fit.total_weight, "weight");
    finite(fit.mean_log_likelihood(), "mean log-likelihood");
}

fn m_steps<T: Real>() -> [(MStep<T>, Frozen<3>); 5] {
    let some = Frozen::NONE.with_means([true, false, true]).with_covariances([false, false, true]);
    [
        (MStep::default(), Frozen::NONE),
        (MStep::exact(), Frozen::NONE),
        (MStep::default().with_absolute_floor(T::narrow(1e-6)).unwrap(), Frozen::NONE),
        (MStep::exact().with_ridge(T::narrow(1e-6)).unwrap(), Frozen::NONE),
        (MStep::default(), some),
    ]
}

fn accumulates<T: Real, C: Structure>(data: &[Sample<T>]) {
    for gmm in models::<T, C>() {
        let (mut one_by_one, mut whole) = (SufficientStats::new(), SufficientStats::new());
        for sample in data {
            if let Ok(p) = one_by_one.observe(&gmm, sample) {
                sound_posterior(&p);
            }
            let _ = one_by_one.assign(sample, &[T::ZERO, T::narrow(1e-30), T::ONE]);
            sound_statistics(&one_by_one);
            let x = &sample.0;
            let _ = (gmm.predict(x), gmm.mahalanobis_squared(x), gmm.log_density(x));
        }
        let _ = whole.observe_all(&gmm, data);
        sound_statistics(&whole);
        whole.merge(&one_by_one);
        sound_statistics(&whole);
        for factor in [0.9, 1e-30, 5e-324] {
            whole.discount(T::narrow(factor)).unwrap();
            sound_statistics(&whole);
        }
        for (stats, (m_step, frozen)) in
            [&one_by_one, &whole].into_iter().flat_map(|s| m_steps().map(|m| (s, m)))
        {
            let (before, mut updated) = (gmm.clone(), gmm.clone());
            match m_step.maximize_with(&frozen, stats, &mut updated) {
                Ok(_) => sound_model(&updated),
                Err(_) => assert_eq!(updated, before),
            }
        }
        let _ = gmm.mean_log_likelihood(data).map(|l| finite(l, "mean log-likelihood"));
        let _ = gmm.lower_bound(data, &guess()).map(|l| number(l, "lower bound"));
        let _ = gmm.criteria(data).map(|c| sound_criteria(&c));
    }
}

fn fits<T: Real, C: Structure>(data: &[Sample<T>]) {
    let mut rng = Pcg64::new(161, 1);
    for (gmm, (m_step, frozen)) in
        models::<T, C>().into_iter().flat_map(|g| m_steps().map(|m| (g.clone(), m)))
    {
        let em = Em::default().with_m_step(m_step).with_max_iterations(4);
        let mut fitted = gmm.clone();
        match em.fitting().with_frozen(frozen).fit(&mut fitted, data) {
            Ok(fit) => sound_fit(&fit),
            Err(_) => assert_eq!(fitted, gmm),
        }
        sound_model(&fitted);
    }
    let em = Em::default().with_max_iterations(4);
    let mut gmm = guess::<T, C>();
    if let Ok(best) = em.fit_best_of(&mut gmm, 2, init::random_samples, data, &mut rng) {
        sound_fit(&best.fit);
    }
    sound_model(&gmm);
}

fn begins<T: Real, C: Structure>(data: &[Sample<T>]) {
    let mut rng = Pcg64::new(162, 1);
    let means = MEANS.map(|m| m.map(T::narrow));
    for start in 0..6 {
        let mut gmm = guess::<T, C>();
        let rows = data.iter().map(|(x, _)| [T::ONE, if x[0] > T::ZERO { T::ONE } else { T::ZERO }, T::ZERO]);
        let found = match start {
            0 => init::farthest_first(&mut gmm, data),
            1 => init::k_means_plus_plus(&mut gmm, data, &mut rng),
            2 => init::random_samples(&mut gmm, data, &mut rng),
            3 => init::k_means(&mut gmm, data, &mut rng, 3),
            4 => init::from_means(&mut gmm, &means, data),
            _ => init::from_responsibilities(&mut gmm, data, rows).map(|_| ()),
        };
        if found.is_err() {
            assert_eq!(gmm, guess::<T, C>());
        }
        sound_model(&gmm);
    }
    let mut centres = means;
    if let Ok(fit) = KMeans::default().with_max_iterations(4).fit(&mut centres, data) {
        finite(fit.inertia, "inertia");
    }
    centres.iter().flatten().for_each(|c| finite(*c, "centre"));
}

fn survives<T: Real, C: Structure>(rows: &Rows) {
    let data: Vec<Sample<T>> = rows.iter().map(|(x, w)| (x.map(T::narrow), T::narrow(*w))).collect();
    accumulates::<T, C>(&data);
    fits::<T, C>(&data);
    begins::<T, C>(&data);
}

fn hostile_data_neither_panics_nor_leaves_a_nan<C: Structure>() {
    for_all(150, hostile_samples(0..30), &|rows| survives::<f64, C>(&rows));
}

#[test]
fn hostile_data_neither_panics_nor_leaves_a_nan_in_single_precision() {
    for_all(150, hostile_samples(0..30), &|rows| {
        survives::<f32, Full>(&rows);
        survives::<f32, Vve>(&rows);
    });
}

fn hostile_numbers_make_no_hostile_model<C: Structure>() {
    let three = || array::uniform3(extreme_numbers::<f64>());
    for_all(300, (three(), three(), extreme_numbers::<f64>()), &|(a, b, c)| {
        let mut rng = Pcg64::new(163, 1);
        for gmm in models::<f64, C>() {
            let _ = gmm.affine(&a, &b).map(|g| sound_model(&g));
            let _ = gmm.affine(&[c; 3], &b).map(|g| sound_model(&g));
            let _ = gmm.cast::<f32>().map(|g| sound_model(&g));
            let _ = SufficientStats::from_model(&gmm, c).map(|s| sound_statistics::<f64, C>(&s));
            gmm.sample(&mut rng).iter().for_each(|v| number(*v, "sample"));
            let (p, x) = (gmm.posterior(a), a);
            let _ = p.map(|p| sound_posterior(&p));
            assert!(
                gmm.posterior(x).is_ok()
                    || x.iter().any(|v| !(v.abs() < 1e100))
                    || gmm.factors() != guess::<f64, C>().factors()
            );
        }
        for gmm in models::<f32, C>() {
            let x = a.map(|v| v as f32);
            let _ = gmm.posterior(x).map(|p| sound_posterior(&p));
            let _ = gmm.cast::<f64>().map(|g| sound_model(&g));
            let _ = SufficientStats::from_model(&gmm, c as f32).map(|s| sound_statistics::<f32, C>(&s));
            gmm.sample(&mut rng).iter().for_each(|v| number(*v, "sample"));
        }
    });
}

for_typical_structures!(hostile_data_neither_panics_nor_leaves_a_nan, hostile_numbers_make_no_hostile_model);
