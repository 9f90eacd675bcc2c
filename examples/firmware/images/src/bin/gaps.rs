//! What a program calls with samples that lack features, with four components over three features in three structures. As
//! `every`, it need not run.

#![no_std]
#![no_main]

use board::{entry, fail, succeed};
use core::hint::black_box;
use gaussmix::covariance::Eev;
use gaussmix::init::{Covering, KMeans, Reservoir};
use gaussmix::lifecycle::{Birth, LifeCycle, Pruning};
use gaussmix::novelty::DistanceTest;
use gaussmix::stream::StepSize;
use gaussmix::{
    Covariance, Diagonal, Em, Error, Full, Gmm, Masked, NanIsMissing, OnlineEm, SufficientStats, Tied, init,
};
use images::{Random, any};

const D: usize = 3;
const K: usize = 4;

type Model<C> = Gmm<f32, D, K, C>;

/// Starts and fits.
#[inline(never)]
fn fit<C: Covariance>(gmm: &mut Model<C>, rows: &[[f32; D]], rng: &mut Random) -> Result<f32, Error> {
    let data = rows.iter().map(NanIsMissing);
    init::farthest_first(gmm, data.clone())?;
    let mut means = *gmm.means();
    KMeans::default().fit(&mut means, data.clone())?;
    init::from_means(gmm, &means, data.clone())?;
    let mut reservoir: Reservoir<f32, D, 8> = Reservoir::new();
    let mut covering: Covering<f32, D, 8, C::Shape> = Covering::new();
    for x in data.clone() {
        reservoir.observe(x, rng)?;
        covering.observe(x)?;
    }
    covering.start(gmm)?;
    Em::default().fit_best_of(gmm, 2, init::mixed, data.clone(), rng)?;
    Ok(gmm.criteria(data.clone())?.bic() + gmm.lower_bound(data, gmm)?)
}

/// Scores, a stream, and what is said of the missing features.
#[inline(never)]
fn follow<C: Covariance>(gmm: &Model<C>, rows: &[[f32; D]], rng: &mut Random) -> Result<f32, Error> {
    let mut run = OnlineEm::new(gmm.clone(), StepSize::default())?;
    let mut life = LifeCycle::default().with_birth(Birth::default()).with_pruning(Pruning::default());
    let (mut stats, test, mut sum) = (SufficientStats::new(), DistanceTest::new(0.01)?, 0.0);
    for row in rows {
        let mut x = Masked { features: *row, observed: [true; D] };
        for (j, seen) in x.observed.iter_mut().enumerate() {
            *seen = j != any();
        }
        sum += stats.observe(gmm, x)?.log_density + life.observe(&mut run, x)?.posterior.log_density;
        run.observe((x, 0.5))?;
        sum += gmm.log_density(x)? + gmm.mahalanobis_squared(x)?[0] + gmm.predict(x)? as f32;
        sum += if test.is_novel(gmm, x)? { 1.0 } else { 0.0 };
        let imputed = gmm.impute(x)?;
        sum += imputed.mean[0] + imputed.covariance[(0, 0)] + gmm.sample_missing(x, rng)?[0];
    }
    Ok(sum)
}

#[inline(never)]
fn both<C: Covariance>(rng: &mut Random) -> Option<f32> {
    let (mut gmm, mut rows) = (Model::<C>::unfitted(), [[0.0; D]; 64]);
    rows.fill_with(|| gmm.sample(rng));
    let fitted = fit(&mut gmm, &rows, rng).ok()?;
    Some(fitted + follow(&gmm, &rows, rng).ok()?)
}

#[entry]
fn main() -> ! {
    let rng = &mut Random::new(black_box(1));
    let results = [both::<Full>(rng), both::<Tied<Diagonal>>(rng), both::<Eev>(rng)];
    if results.iter().all(Option::is_some) { succeed() } else { fail("") }
}
