//! All starts and fits, with four components over three features in three structures. As `every`, it need not run.

#![no_std]
#![no_main]

use board::{entry, fail, succeed};
use core::hint::black_box;
use gaussmix::covariance::Eev;
use gaussmix::fit::{Acceleration, BoundedWeights, Damped, EqualAlong, Watch};
use gaussmix::init::{Covering, KMeans, Reservoir, Rule, Start};
use gaussmix::select::{ColdStart, Search};
use gaussmix::{Covariance, Diagonal, Em, Error, Full, Gmm, Tied, init};
use images::{Random, any};

const D: usize = 3;
const K: usize = 4;

type Model<C> = Gmm<f32, D, K, C>;

/// Draws, starts and fits.
#[inline(never)]
fn start<C: Covariance>(gmm: &mut Model<C>, data: &mut [[f32; D]], rng: &mut Random) -> Result<f32, Error> {
    for x in data.iter_mut() {
        let (component, sample) = gmm.sample_labelled(rng);
        *x = if component == any() { sample } else { gmm.sample(rng) };
    }
    let data = &*data;
    init::k_means_plus_plus(gmm, data, rng)?;
    init::random_samples(gmm, data, rng)?;
    init::k_means(gmm, data, rng, 3)?;
    init::farthest_first(gmm, data)?;
    init::agglomerate(gmm, data, rng)?;
    Start::new(Rule::KMeans(2)).with_components(any())?.apply(gmm, data, rng)?;
    let mut means = *gmm.means();
    KMeans::default().fit(&mut means, data)?;
    init::from_means(gmm, &means, data)?;
    let mut reservoir: Reservoir<f32, D, 8> = Reservoir::new();
    for x in data {
        reservoir.observe(x, rng)?;
    }
    init::from_responsibilities(gmm, reservoir.samples(), [[0.25; K]; 8])?;
    let mut covering: Covering<f32, D, 8, C::Shape> = Covering::new();
    for x in data {
        covering.observe(x)?;
    }
    covering.start(gmm)?;
    Em::default().fit_best_of(gmm, 2, init::mixed, data, rng)?;
    Ok(gmm.criteria(data)?.bic() + gmm.lower_bound(data, gmm)?)
}

/// Fits by other M-steps, and accelerated.
#[inline(never)]
fn climb<C: Covariance>(gmm: &mut Model<C>, data: &[[f32; D]]) -> Result<f32, Error> {
    let em = Em::default();
    let mut watch = Watch::new().always();
    let step = watch.over(BoundedWeights::new(0.1, 0.9)?.step());
    em.fitting().with_m_step(step).fit(gmm, data)?;
    em.fitting().with_m_step(EqualAlong::new([1.0; D])?.step()).fit(gmm, data)?;
    em.fitting().with_m_step(Damped::new(0.5)?.step()).fit(gmm, data)?;
    let mut memory = Acceleration::new();
    let fit = em.fitting().with_acceleration(&mut memory).fit(gmm, data)?;
    Ok(fit.log_likelihood + watch.largest_fall() + memory.taken() as f32)
}

/// The number of components, from data at hand and from the first samples of a stream.
#[inline(never)]
fn choose<C: Covariance>(gmm: &mut Model<C>, data: &[[f32; D]]) -> Result<usize, Error> {
    let search = Search::new(1..=K)?.with_restarts(2)?;
    let fitting = Em::default().fitting().with_resolution([0.01; D])?;
    let selection = fitting.select(gmm, &search, data, |components| Random::new(components as u64))?;
    let second = selection.runner_up().map_or(0, |second| second.components);
    let rival = selection.rival().map_or(0, |rival| rival.components);
    let lead = selection.lead().map_or(0, |lead| usize::from(lead > 10.0));
    let mut cold: ColdStart<f32, D, 8> = ColdStart::new().with_resolution([0.01; D])?;
    for x in data {
        cold.observe(x)?;
    }
    Ok(cold.start(gmm)?.best.components + selection.chosen().unwrap_or(0) + second + rival + lead)
}

#[inline(never)]
fn both<C: Covariance>(rng: &mut Random) -> Option<f32> {
    let (mut gmm, mut data) = (Model::<C>::unfitted(), [[0.0; D]; 64]);
    let bic = start(&mut gmm, &mut data, rng).ok()?;
    let likelihood = climb(&mut gmm, &data).ok()?;
    let chosen = choose(&mut gmm, &data).ok()?;
    Some(bic + likelihood + chosen as f32)
}

#[entry]
fn main() -> ! {
    let rng = &mut Random::new(black_box(1));
    let results = [both::<Full>(rng), both::<Tied<Diagonal>>(rng), both::<Eev>(rng)];
    if results.iter().all(Option::is_some) { succeed() } else { fail("") }
}
