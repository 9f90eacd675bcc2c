//! What the other images do not call, with four components over three features in three structures: operations on
//! components, streams, storage and alarms. Draws, starts and fits are in `starts`. It need not run: it is linked at
//! every level of optimisation, with a panic handler that keeps it from linking if a panic can be reached.

#![no_std]
#![no_main]

use board::{entry, fail, succeed};
use core::hint::black_box;
use gaussmix::covariance::{Eev, Noise, Shape, Uncoupled};
use gaussmix::fit::{Frozen, Prior, adapt};
use gaussmix::lifecycle::{Birth, LifeCycle, Merging, Pruning, Splitting};
use gaussmix::novelty::{DistanceTest, Novelty};
use gaussmix::persist::Persist;
use gaussmix::stream::{Average, EffectiveSize, StepSize};
use gaussmix::{
    Covariance, Diagonal, Error, Full, Gmm, MStep, OnlineEm, SufficientStats, Tied, WithNoise, init,
    lifecycle, reduce,
};
use images::{Random, any};

const D: usize = 3;
const K: usize = 4;

type Model<C> = Gmm<f32, D, K, C>;
type Run<C> = OnlineEm<f32, D, K, C>;

/// Components in and out, by call and by policy.
#[inline(never)]
fn reshape<C: Covariance>(gmm: &mut Model<C>, x: &[f32; D], rng: &mut Random) -> Result<f32, Error> {
    let mut stats = SufficientStats::from_model(gmm, 100.0)?;
    lifecycle::remove(&mut stats, gmm, any())?;
    lifecycle::seed(&mut stats, gmm, any(), x, 0.1)?;
    lifecycle::split(&mut stats, gmm, any(), any() + 1, 0.5)?;
    if let Some(pair) = reduce::closest(gmm) {
        reduce::merge(&mut stats, gmm, pair.first, pair.second)?;
    }
    Birth::default().consider(&mut stats, gmm, x)?;
    Pruning::default().apply(&mut stats, gmm)?;
    Merging::default().apply(&mut stats, gmm)?;
    Splitting::default().apply(&mut stats, gmm)?;
    let other = stats.clone();
    stats.merge(&other);
    stats.validate()?;
    let order = if any() == 0 { gmm.canonical_order() } else { gmm.order_by(|component| component.weight) };
    stats.permute(&order)?;
    gmm.permute(&order)?;
    let one = gmm.collapse()?;
    let apart = compare(gmm, rng)?;
    gmm.affine(&[2.0; D], x)?
        .cast::<f64>()?
        .cast::<f32>()?
        .mahalanobis_squared(x)
        .map(|d| d[0] + one.weights()[0] + apart)
}

/// Fewer components, and how far apart the models are.
#[inline(never)]
fn compare<C: Covariance>(gmm: &Model<C>, rng: &mut Random) -> Result<f32, Error> {
    let two = gmm.reduce::<2>()?;
    let (p, q) = (gmm.gaussian(any())?, two.gaussian(any())?);
    let divergences = p.symmetric_kl(&q) + p.hellinger(&q) + p.wasserstein(&q);
    Ok(divergences + gmm.monte_carlo_kl(&two, 10, rng)?.standard_error)
}

/// Some features alone, and once others are known.
#[inline(never)]
fn condition<C: Covariance>(gmm: &Model<C>, x: &[f32; D]) -> Result<f32, Error> {
    let (first, second) = (any(), any() + 1);
    let alone = gmm.marginal([first])?.log_density([x[0]])?;
    let given = gmm.condition([first], [x[1]], [second, 0])?;
    let expected = gmm.regress([second, first], [x[1], x[2]], [0])?;
    Ok(alone + given.means()[0][0] + expected.covariances()[0].x)
}

/// A stream, its life cycle and alarms.
#[inline(never)]
fn follow<C: Covariance>(gmm: &Model<C>, data: &[[f32; D]]) -> Result<(Run<C>, f32), Error> {
    let mut run = OnlineEm::new(gmm.clone(), StepSize::decaying(0.7, 2.0)?)?.with_interval(2);
    let mut life = LifeCycle::default()
        .with_birth(Birth::default())
        .with_pruning(Pruning::default())
        .with_merging(Merging::default())
        .with_splitting(Splitting::default());
    let (mut novelty, test) = (Novelty::new(0.01)?, DistanceTest::new(0.01)?);
    let (mut average, mut size, mut alarms) = (Average::new(), EffectiveSize::new(), 0.0);
    for x in data {
        let report = life.observe(&mut run, x)?;
        let is_novel = novelty.observe(report.posterior.log_density)? || test.is_novel(run.model(), x)?;
        alarms += if is_novel { 1.0 } else { 0.0 };
        average.observe(run.statistics());
        size.discount(0.99)?;
        size.observe(1.0)?;
    }
    run.observe_batch(data)?;
    run.maximize()?;
    alarms += size.value() + average.statistics().total_weight();
    let stored = store(&mut life, &mut [0; 256]).zip(store(&mut novelty, &mut [0; 64]));
    alarms += if stored.is_some() { 1.0 } else { 0.0 };
    Ok((run, alarms))
}

/// Estimates under priors: one of the data, one that is a model, one that is stored with its run.
#[inline(never)]
fn believe<C: Covariance>(gmm: &mut Model<C>, data: &[[f32; D]]) -> Result<f32, Error> {
    let mut stats = SufficientStats::new();
    stats.observe_all(gmm, data)?;
    let prior = Prior::from_statistics(&stats)?;
    let m_step = MStep::default().with_regularizer(Prior::from_data(data)?);
    let mut run = OnlineEm::new(gmm.clone(), StepSize::default())?.with_m_step(m_step);
    for x in data {
        run.observe(x)?;
    }
    let m_step = MStep::exact().with_regularizer(&prior);
    m_step.maximize(&stats, gmm)?;
    adapt(gmm, &stats, 16.0, &Frozen::NONE)?;
    let stored = store(&mut run, &mut [0; 2048]);
    Ok(m_step.log_prior(gmm) + m_step.log_prior(run.model()) + if stored.is_some() { 1.0 } else { 0.0 })
}

/// A stream whose eigenvalues have a ratio, stored with its run, and a fit's step.
#[inline(never)]
fn bound<C: Uncoupled>(rng: &mut Random) -> Option<f32> {
    let (mut gmm, mut data) = (Model::<C>::unfitted(), [[0.0; D]; 64]);
    data.fill_with(|| gmm.sample(rng));
    init::farthest_first(&mut gmm, &data).ok()?;
    let m_step = MStep::exact().with_eigenvalue_ratio(12.0).ok()?;
    let mut run = OnlineEm::new(gmm.clone(), StepSize::default()).ok()?.with_m_step(m_step);
    let mut stats = SufficientStats::new();
    for x in &data {
        run.observe(x).ok()?;
        stats.observe(&gmm, x).ok()?;
    }
    m_step
        .maximize_with(&Frozen::NONE.with_covariances([true, false, false, false]), &stats, &mut gmm)
        .ok()?;
    store(&mut run, &mut [0; 1024])?;
    gmm.log_density(run.model().means().first()?).ok()
}

/// To bytes and back.
#[inline(never)]
fn store<V: Persist>(value: &mut V, buffer: &mut [u8]) -> Option<u64> {
    value.encode(buffer).ok()?;
    value.decode_from(buffer).ok()?;
    Some(V::decode(buffer).ok()?.digest())
}

#[inline(never)]
fn every<C: Covariance>(mut gmm: Model<C>, rng: &mut Random) -> Option<f32> {
    let mut data = [[0.0; D]; 64];
    data.fill_with(|| gmm.sample(rng));
    init::farthest_first(&mut gmm, &data).ok()?;
    let distance = condition(&gmm, &data[0]).ok()? + reshape(&mut gmm, black_box(&data[0]), rng).ok()?;
    let (mut run, alarms) = follow(&gmm, &data).ok()?;
    let mut buffer = [0; 1024];
    store(&mut gmm, &mut buffer)?;
    store(&mut run, &mut buffer)?;
    let mut scores = [0.0; 64];
    gmm.log_densities(&data, &mut scores).ok()?;
    let [mut spread, mut sum] = [0.0; 2];
    for component in gmm.components() {
        spread += component.covariance_matrix()[(0, 0)] + C::Shape::parameter_count(D) as f32;
    }
    for score in scores {
        sum += score;
    }
    let posterior = believe(&mut gmm, &data).ok()?;
    Some(distance + alarms + spread + sum + posterior)
}

/// A noise slot, as wide as most of the draws.
#[inline(never)]
fn noisy(rng: &mut Random) -> Option<Model<WithNoise<Tied<Diagonal>>>> {
    let (mut gmm, mut data) = (Model::unfitted(), [[0.0; D]; 16]);
    data.fill_with(|| gmm.sample(rng));
    gmm.set_noise(Noise::robust(black_box(0.1), &data).ok()?).ok()?;
    let r = gmm.noise_responsibility(&gmm.posterior(data[0]).ok()?);
    let volume = gmm.noise().log_volume() + gmm.without_noise().ok()?.weights()[0];
    (r < volume).then_some(gmm)
}

#[entry]
fn main() -> ! {
    let rng = &mut Random::new(black_box(1));
    let noisy = noisy(rng).and_then(|gmm| every(gmm, rng));
    let results = [every::<Full>(Gmm::unfitted(), rng), noisy, every::<Eev>(Gmm::unfitted(), rng)];
    let bounds = [bound::<Full>(rng), bound::<Tied<Diagonal>>(rng)];
    if results.iter().chain(&bounds).all(Option::is_some) { succeed() } else { fail("") }
}
