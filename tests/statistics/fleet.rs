//! Statistics of many devices or threads, merged: the fit of the union.

use gaussmix::persist::Persist;
use gaussmix::{Covariance, Diagonal, Em, Full, Gmm, MStep, Real, Spherical, SufficientStats, Tied, init};
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

use crate::support::data::{basic_motions, narrow};
use crate::support::tolerance::{FLEET_F32, FLEET_F64};

const DEVICES: usize = 40;
type Stats<T, C> = SufficientStats<T, 6, 4, C>;

/// Readings of one watch each, 100 of them, of one activity.
fn devices<T: Real>() -> Vec<Vec<[T; 6]>> {
    narrow(&basic_motions()).chunks(100).map(<[_]>::to_vec).collect()
}

fn start<T: Real, C: Covariance>(data: &[[T; 6]]) -> Gmm<T, 6, 4, C> {
    let mut gmm = Gmm::unfitted();
    init::farthest_first(&mut gmm, data).unwrap();
    gmm
}

/// Merges in a tree of random shape.
fn merged<T: Real, C: Covariance>(mut parts: Vec<Stats<T, C>>, rng: &mut Pcg32) -> Stats<T, C> {
    while parts.len() > 1 {
        let part = parts.swap_remove(rng.next_u32() as usize % parts.len());
        let other = rng.next_u32() as usize % parts.len();
        parts[other].merge(&part);
    }
    parts.remove(0)
}

/// How far apart two models are: means in standard deviations, covariances relative to them, weights.
fn distance<T: Real, C: Covariance>(a: &Gmm<T, 6, 4, C>, b: &Gmm<T, 6, 4, C>) -> f64 {
    let mut largest = 0f64;
    for (a, b) in a.components().zip(b.components()) {
        largest = largest.max((a.weight.widen() - b.weight.widen()).abs());
        largest = a.mean.iter().zip(b.mean).fold(largest, |l, (x, y)| l.max((x.widen() - y.widen()).abs()));
    }
    largest
}

fn merging_in_any_tree_gives_the_statistics_of_the_union<T: Real, C: Covariance>(tolerance: f64) {
    let devices = devices::<T>();
    let all = devices.concat();
    let gmm = start::<T, C>(&all);
    let mut whole = Stats::new();
    whole.observe_all(&gmm, &all).unwrap();
    let mut fitted = gmm.clone();
    MStep::default().maximize(&whole, &mut fitted).unwrap();
    let parts: Vec<_> = devices
        .iter()
        .map(|data| {
            let mut stats = Stats::new();
            stats.observe_all(&gmm, data).unwrap();
            stats
        })
        .collect();
    let mut rng = Pcg32::new(17, 4);
    for _ in 0..20 {
        let merged = merged(parts.clone(), &mut rng);
        assert_eq!(merged.count(), whole.count());
        let gap = (merged.log_likelihood() - whole.log_likelihood()).widen() / whole.log_likelihood().widen();
        assert!(gap.abs() < tolerance, "log-likelihood: {gap:e}");
        let mut other = gmm.clone();
        MStep::default().maximize(&merged, &mut other).unwrap();
        let gap = distance(&other, &fitted);
        assert!(gap < tolerance, "parameters: {gap:e}");
    }
}

/// One round: the model goes out as bytes, statistics come back as bytes.
fn round<T: Real, C: Covariance>(server: &mut Gmm<T, 6, 4, C>, devices: &[Vec<[T; 6]>]) -> T {
    let mut broadcast = vec![0; Gmm::<T, 6, 4, C>::ENCODED_LEN];
    server.encode(&mut broadcast).unwrap();
    let messages = devices.iter().map(|data| {
        let model = Gmm::<T, 6, 4, C>::decode(&broadcast).unwrap();
        let mut stats = Stats::<T, C>::new();
        stats.observe_all(&model, data).unwrap();
        let mut message = vec![0; Stats::<T, C>::ENCODED_LEN];
        stats.encode(&mut message).unwrap();
        message
    });
    let mut total = Stats::<T, C>::new();
    for message in messages {
        total.merge(&Stats::decode(&message).unwrap());
    }
    MStep::default().maximize(&total, server).unwrap();
    total.log_likelihood()
}

fn federated_rounds_are_the_batch_fit<T: Real, C: Covariance>(tolerance: f64) {
    let devices = devices::<T>();
    assert_eq!(devices.len(), DEVICES);
    let all = devices.concat();
    let mut batch = start::<T, C>(&all);
    let mut federated = batch.clone();
    const ROUNDS: u32 = 15;
    let mut log_likelihoods = [T::ZERO; ROUNDS as usize];
    log_likelihoods.fill_with(|| round(&mut federated, &devices));
    assert!(log_likelihoods.windows(2).all(|w| w[0] < w[1]), "{log_likelihoods:?}");
    let em = Em::default().with_tolerance(T::ZERO).unwrap().with_max_iterations(ROUNDS);
    let fit = em.fit(&mut batch, &all).unwrap();
    let federated = federated.mean_log_likelihood(&all).unwrap();
    let gap = (federated - fit.mean_log_likelihood()).widen().abs();
    assert!(gap < tolerance * fit.mean_log_likelihood().widen().abs(), "{gap:e}");
}

macro_rules! in_both_precisions {
    ($($law:ident),* $(,)?) => {$(
        mod $law {
            use super::*;
            #[test]
            fn single() {
                super::$law::<f32, Full>(FLEET_F32);
                super::$law::<f32, Diagonal>(FLEET_F32);
                super::$law::<f32, Tied<Full>>(FLEET_F32);
            }
            #[test]
            fn double() {
                super::$law::<f64, Full>(FLEET_F64);
                super::$law::<f64, Spherical>(FLEET_F64);
                super::$law::<f64, Tied<Diagonal>>(FLEET_F64);
            }
        }
    )*};
}
in_both_precisions!(
    merging_in_any_tree_gives_the_statistics_of_the_union,
    federated_rounds_are_the_batch_fit
);

/// Devices are often away: the server keeps what each said last, which is EM by parts of the data (Neal & Hinton
/// 1998) and climbs to where the batch does.
#[test]
fn with_devices_away_the_limit_is_still_that_of_the_batch() {
    let devices = devices::<f64>();
    let all = devices.concat();
    let mut batch = start::<f64, Diagonal>(&all);
    let mut server = batch.clone();
    let em = Em::default().with_tolerance(1e-12).unwrap().with_max_iterations(3000);
    let fit = em.fit(&mut batch, &all).unwrap();
    assert!(fit.converged && fit.is_healthy());

    let mut rng = Pcg32::new(5, 6);
    let mut last: Vec<Stats<f64, Diagonal>> = vec![Stats::new(); devices.len()];
    for (stats, data) in last.iter_mut().zip(&devices) {
        stats.observe_all(&server, data).unwrap();
    }
    for _ in 0..2000 {
        for (stats, data) in last.iter_mut().zip(&devices) {
            if rng.next_u32() % 10 < 3 {
                stats.reset();
                stats.observe_all(&server, data).unwrap();
            }
        }
        let mut total = Stats::new();
        last.iter().for_each(|stats| total.merge(stats));
        MStep::default().maximize(&total, &mut server).unwrap();
    }
    let reached = server.mean_log_likelihood(&all).unwrap();
    assert!(
        (reached - fit.mean_log_likelihood()).abs() < crate::support::tolerance::FLEET_AWAY,
        "{reached} {fit:?}"
    );
}

#[cfg(feature = "serde")]
#[test]
fn statistics_travel_by_postcard() {
    let devices = devices::<f32>();
    let gmm = start::<f32, Full>(&devices.concat());
    let (mut sent, mut direct) = (Stats::<f32, Full>::new(), Stats::<f32, Full>::new());
    for data in &devices {
        let mut stats = Stats::<f32, Full>::new();
        stats.observe_all(&gmm, data).unwrap();
        direct.merge(&stats);
        let mut buffer = [0; Stats::<f32, Full>::ENCODED_LEN];
        let message = postcard::to_slice_cobs(&stats, &mut buffer).unwrap();
        sent.merge(&postcard::from_bytes_cobs(message).unwrap());
    }
    assert_eq!(sent, direct);
}

/// Watches see one activity each. Whoever adds their scatters, and not what lies between their means, finds deviations
/// that are too small.
#[test]
fn without_the_spread_between_parts_variances_come_out_too_small() {
    let (mut total, mut within, mut gmm): (SufficientStats<f64, 6, 1>, [f64; 6], _) =
        (SufficientStats::new(), [0.0; 6], Gmm::<f64, 6, 1>::unfitted());
    let devices = devices::<f64>();
    for data in &devices {
        let mut part = SufficientStats::new();
        part.observe_all(&Gmm::<f64, 6, 1>::unfitted(), data).unwrap();
        MStep::exact().maximize(&part, &mut gmm).unwrap();
        let variances = gmm.covariances()[0].diagonal();
        within.iter_mut().zip(&variances).for_each(|(sum, v)| *sum += v / devices.len() as f64);
        total.merge(&part);
    }
    MStep::exact().maximize(&total, &mut gmm).unwrap();
    let of_all = gmm.covariances()[0].diagonal();
    let lost: Vec<f64> = within.iter().zip(&of_all).map(|(sum, v)| 1.0 - sum / v).collect();
    println!("{lost:.3?}");
    assert!(lost[..3].iter().all(|lost| *lost > 0.08), "of acceleration");
}
