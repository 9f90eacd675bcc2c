//! Everything with everything: weights, missing features, noise, priors and the eigenvalue ratio at once, in a pass, on a
//! stream, in merged and discounted parts, over threads, in panels, stored and loaded in the middle, for every structure.
//! Each is a value here: a weight of 1, a mask that hides nothing, noise without a share, a flat prior, a ratio of ∞.

use core::fmt::Debug;

use gaussmix::covariance::{Noise as Slot, Uncoupled};
use gaussmix::fit::{EigenvalueRatio, Outcome, Prior, Regularizer};
use gaussmix::nalgebra::SMatrix;
use gaussmix::persist::Persist;
use gaussmix::stream::StepSize;
use gaussmix::{Covariance, Gmm, Masked, OnlineEm, SufficientStats, WithNoise};

use crate::support::closeness::assert_close;
use crate::support::composed::{Known, Noisy, Sums};
use crate::support::dense::{Dense, Structure, model, spread};
use crate::support::missing::Sample;
use crate::support::naive::Mixture;
use crate::support::noise::Noise;
use crate::support::together::m_step;
use crate::support::tolerance::{COMPOSED, FALL_F64};

const WEIGHTS: [f64; 2] = [0.6, 0.4];
const MEANS: [[f64; 2]; 2] = [[0.2, -0.3], [4.0, 2.5]];
const COVARIANCES: [Dense<2>; 2] = [[[1.2, 0.5], [0.5, 0.9]], [[0.8, -0.3], [-0.3, 1.5]]];
const RANGES: [f64; 2] = [15.0, 8.0];

/// The prior's own.
const CENTRES: [[f64; 2]; 2] = [[0.5, 0.5], [3.0, 3.0]];
const SCALE: Dense<2> = [[3.0, 0.4], [0.4, 2.0]];
const DEGREES: f64 = 5.5;
const STRENGTH: f64 = 2.5;
const CONCENTRATIONS: [f64; 2] = [3.0, 1.5];

/// The step of a run. A sample has this mass in it.
const STEP: f64 = 0.125;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Belief {
    Flat,
    Conjugate,
    Model,
}

/// What is there.
#[derive(Clone, Copy, Debug)]
struct Case {
    holes: bool,
    weights: bool,
    noise: bool,
    belief: Belief,
}

fn cases() -> impl Iterator<Item = Case> {
    let beliefs = [Belief::Flat, Belief::Conjugate, Belief::Model];
    beliefs.into_iter().flat_map(|belief| {
        (0..8).map(move |bits| Case {
            holes: bits & 1 > 0,
            weights: bits & 2 > 0,
            noise: bits & 4 > 0,
            belief,
        })
    })
}

type Data = Vec<(Sample<2>, f64)>;

/// Two clusters; every eighth sample is an outlier, every ninth lacks all. In the place of a missing feature stands NaN.
fn data(case: Case) -> Data {
    let mut noise = Noise::new(140);
    let draw = |i: usize| {
        let z = [noise.normal(), noise.normal()];
        let mut x = if i % 3 < 2 { [z[0], 0.5 * z[0] + 0.8 * z[1]] } else { [4.0 + z[0], 3.0 + z[1]] };
        if i % 8 == 7 {
            x = [9.0 * noise.uniform(), -6.0 * noise.uniform()];
        }
        let seen = [[true, true], [true, false], [false, true], [true, true]][i % 4];
        let observed = if !case.holes {
            [true; 2]
        } else if i % 9 == 8 {
            [false; 2]
        } else {
            seen
        };
        let features = core::array::from_fn(|j| if observed[j] { x[j] } else { f64::NAN });
        let weight = if case.weights { [1.0, 0.25, 2.0, 0.0, 0.5][i % 5] } else { 1.0 };
        (Masked { features, observed }, weight)
    };
    (0..45).map(draw).collect()
}

type Model<C> = Gmm<f64, 2, 2, WithNoise<C>>;
type Stats<C> = SufficientStats<f64, 2, 2, WithNoise<C>>;
type Run<C, R> = OnlineEm<f64, 2, 2, WithNoise<C>, R>;

/// What comes back from bytes, and with the feature `serde` from text.
#[cfg(not(feature = "serde"))]
trait Stored: Persist {}
#[cfg(not(feature = "serde"))]
impl<V: Persist> Stored for V {}
#[cfg(feature = "serde")]
trait Stored: Persist + serde::Serialize + serde::de::DeserializeOwned {}
#[cfg(feature = "serde")]
impl<V: Persist + serde::Serialize + serde::de::DeserializeOwned> Stored for V {}

fn start<C: Structure>(case: Case) -> Model<C> {
    let slot = Slot::in_box(if case.noise { 0.04 } else { 0.0 }, RANGES).unwrap();
    model::<f64, 2, 2, C>(WEIGHTS, MEANS, COVARIANCES).with_noise(slot).unwrap()
}

/// The prior, and what the formulas make of it.
fn belief<C: Structure>(case: Case) -> (Prior<f64, 2, 2, WithNoise<C>>, Known<2>) {
    let scales = WithNoise::<C>::from_matrices(&[0.5; 2], &[SMatrix::from(SCALE); 2]).unwrap();
    let start = &start::<C>(case);
    match case.belief {
        Belief::Flat => (
            Prior::new(CENTRES, 0.0, None, [1.0; 2]).unwrap(),
            Known::conjugate::<C>(&CENTRES, 0.0, None, &[1.0; 2]),
        ),
        Belief::Conjugate => (
            Prior::new(CENTRES, STRENGTH, Some((scales, DEGREES)), CONCENTRATIONS).unwrap(),
            Known::conjugate::<C>(&CENTRES, STRENGTH, Some((SCALE, DEGREES)), &CONCENTRATIONS),
        ),
        Belief::Model => (Prior::from_model(start, STRENGTH).unwrap(), Known::model(&plain(start), STRENGTH)),
    }
}

/// A model in plain numbers.
fn plain<C: Structure>(gmm: &Model<C>) -> Noisy {
    Noisy { mixture: Mixture::of(gmm), weight: gmm.noise().weight(), ranges: RANGES.to_vec() }
}

/// Statistics in plain numbers, and Σ w: W_k, m_k, and what they say of covariances.
fn numbers<C: Structure>(stats: &Stats<C>) -> (Vec<f64>, u64) {
    stats.validate().unwrap();
    let mut numbers = vec![stats.log_likelihood(), stats.noise_mass(), stats.total_weight()];
    numbers.extend(stats.masses());
    numbers.extend(stats.means().as_flattened());
    for k in 0..2 {
        numbers.extend(spread(stats, k).as_flattened());
    }
    (numbers, stats.count())
}

/// The same of the reference.
fn due_numbers<C: Structure>(sums: &Sums) -> Vec<f64> {
    let stats = &sums.stats;
    let mut numbers = vec![stats.log_likelihood, sums.noise, sums.total()];
    numbers.extend(&stats.weights);
    numbers.extend(stats.means.concat());
    for k in 0..2 {
        numbers.extend(stats.covariance::<2, C>(k).as_flattened());
    }
    numbers
}

#[track_caller]
fn assert_all_close(found: &[f64], due: &[f64], what: &dyn Debug) {
    assert_eq!(found.len(), due.len());
    for (i, (a, b)) in found.iter().zip(due).enumerate() {
        assert_close(*a, *b, COMPOSED, &format!("{what:?}, number {i}"));
    }
}

#[track_caller]
fn assert_model<C: Structure>(gmm: &Model<C>, due: &Noisy, what: &dyn Debug) {
    gmm.validate().unwrap();
    let of = |model: &Noisy| {
        let Mixture { weights, means, covariances } = &model.mixture;
        [&[model.weight], &weights[..], &means.concat(), &covariances.concat().concat()].concat()
    };
    assert_all_close(&of(&plain(gmm)), &of(due), what);
}

/// A pass and an M-step; two parts, merged; the first discounted before.
fn in_a_batch<C: Structure, R>(case: Case, regularizer: R, known: &Known<2>)
where
    R: Regularizer<f64, 2, 2, WithNoise<C>>,
{
    let (data, start) = (data(case), start::<C>(case));
    let m_step = m_step().with_regularizer(regularizer);
    let slow = plain(&start);
    let [first, second] = [&data[..17], &data[17..]];
    let maximum = |sums: &Sums| known.mode::<C>(sums, 1.0, &[None; 2], &RANGES);

    let [mut whole, mut part, mut rest] = [const { Stats::<C>::new() }; 3];
    whole.observe_all(&start, &data).unwrap();
    let sums = slow.sums(&data);
    let (found, count) = numbers(&whole);
    assert_all_close(&found, &due_numbers::<C>(&sums), &(case, "pass"));
    let counts = |(x, w): &&(Sample<2>, f64)| x.observed.contains(&true) && *w > 0.0;
    assert_eq!(count, data.iter().filter(counts).count() as u64);
    let mut gmm = start.clone();
    let outcomes = m_step.maximize(&whole, &mut gmm).unwrap().outcomes;
    assert!(outcomes.iter().all(|o| !matches!(o, Outcome::Starved | Outcome::Kept)), "{outcomes:?}");
    assert_model(&gmm, &maximum(&sums), &(case, "M-step"));
    if case.belief != Belief::Model {
        // What has to rise: the rule for weights under a model is no mode.
        let mut after = Stats::<C>::new();
        after.observe_all(&gmm, &data).unwrap();
        let [before, now] = [(&whole, &start), (&after, &gmm)]
            .map(|(stats, gmm)| (stats.log_likelihood() + m_step.log_prior(gmm)) / stats.total_weight());
        assert!(now >= before - FALL_F64 * before.abs().max(1.0), "{case:?}: {before} fell to {now}");
    }

    part.observe_all(&start, first).unwrap();
    rest.observe_all(&start, second).unwrap();
    let mut merged = part.clone();
    merged.merge(&rest);
    assert_all_close(&numbers(&merged).0, &due_numbers::<C>(&sums), &(case, "merged"));
    part.discount(0.375).unwrap();
    part.merge(&rest);
    let sums = slow.sums(first).joined(0.375, &slow.sums(second), 1.0);
    assert_all_close(&numbers(&part).0, &due_numbers::<C>(&sums), &(case, "discounted"));
    let mut gmm = start.clone();
    m_step.maximize(&part, &mut gmm).unwrap();
    assert_model(&gmm, &maximum(&sums), &(case, "of discounted parts"));

    #[cfg(feature = "rayon")]
    {
        let (mut parallel, mut parts) = (Stats::<C>::new(), Stats::<C>::new());
        parallel.par_observe_all(&start, &data, 10).unwrap();
        for chunk in data.chunks(10) {
            let mut part = Stats::<C>::new();
            part.observe_all(&start, chunk).unwrap();
            parts.merge(&part);
        }
        assert_eq!(parallel, parts, "{case:?}");
    }
}

/// Six samples and a batch, an M-step after each that counts; in the middle the run is stored and loaded.
fn on_a_stream<C: Structure, R>(case: Case, regularizer: R, known: &Known<2>)
where
    R: Regularizer<f64, 2, 2, WithNoise<C>> + PartialEq + Debug,
    Run<C, R>: Stored,
{
    let (data, start) = (data(case), start::<C>(case));
    let mut slow = (plain(&start), plain(&start).own_sums());
    let run = OnlineEm::new(start, StepSize::constant(STEP).unwrap()).unwrap();
    let mut run = run.with_inertia(0).with_m_step(m_step().with_regularizer(regularizer));
    // Of these, number 3 may have no weight, number 8 no feature.
    for (t, i) in [0, 1, 3, 7, 8, 12, 13].into_iter().enumerate() {
        let (seen, before) = (if i < 13 { &data[i..=i] } else { &data[i..] }, run.steps());
        if i < 13 {
            run.observe(seen[0]).unwrap();
        } else {
            run.observe_batch(seen).unwrap();
        }
        let counts = |(x, w): &&(Sample<2>, f64)| x.observed.contains(&true) && *w > 0.0;
        let counted: Data = seen.iter().filter(counts).copied().collect();
        assert_eq!(run.steps(), before + u64::from(!counted.is_empty()));
        if counted.is_empty() {
            continue;
        }
        let weight = counted.iter().map(|(_, w)| w).sum::<f64>() / counted.len() as f64;
        slow.1 = slow.1.step(1.0 - (1.0 - STEP).powf(weight), &slow.0.sums(&counted));
        slow.0 = known.mode::<C>(&slow.1, STEP, &[None; 2], &RANGES);
        assert_all_close(&numbers(run.statistics()).0, &due_numbers::<C>(&slow.1), &(case, t));
        assert_model(run.model(), &slow.0, &(case, t));
        if t == 3 {
            run = stored_and_loaded(&run);
        }
    }
}

/// It is the same to the bit, so it goes on the same.
fn stored_and_loaded<V: Stored + PartialEq + Debug>(run: &V) -> V {
    let mut buffer = vec![0; V::ENCODED_LEN];
    let loaded = V::decode(run.encode(&mut buffer).unwrap()).unwrap();
    assert_eq!(&loaded, run);
    #[cfg(feature = "serde")]
    {
        let read: V = serde_json::from_str(&serde_json::to_string(run).unwrap()).unwrap();
        assert_eq!(&read, run);
    }
    loaded
}

fn everything_composes<C: Structure>() {
    for case in cases() {
        let (prior, known) = belief::<C>(case);
        in_a_batch::<C, _>(case, prior.clone(), &known);
        on_a_stream::<C, _>(case, prior, &known);
    }
}
#[cfg(not(any(feature = "rayon", feature = "simd")))]
crate::support::structures::for_every_structure!(everything_composes);
// What a feature does to a structure, it does through the shape, and through what is shared.
#[cfg(any(feature = "rayon", feature = "simd"))]
crate::support::structures::for_typical_structures!(everything_composes);

/// A ratio is another M-step, by itself and within the one of a prior, on whatever the statistics hold.
fn everything_composes_within_a_ratio<C: Structure + Uncoupled>() {
    for (case, c) in cases().flat_map(|case| [(case, 3.5), (case, f64::INFINITY)]) {
        let ((prior, known), ratio) = (belief::<C>(case), EigenvalueRatio::new(c).unwrap());
        in_a_batch::<C, _>(case, (ratio, prior.clone()), &known.clone().within(c));
        on_a_stream::<C, _>(case, (ratio, prior), &known.within(c));
    }
}

#[test]
fn everything_composes_within_a_ratio_of_eigenvalues() {
    everything_composes_within_a_ratio::<gaussmix::Full>();
    everything_composes_within_a_ratio::<gaussmix::Tied<gaussmix::Diagonal>>();
}
