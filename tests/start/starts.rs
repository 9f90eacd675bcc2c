//! Models from the first samples of a stream.

use gaussmix::covariance::Shape;
use gaussmix::init::{Covering, Reservoir};
use gaussmix::stream::StepSize;
use gaussmix::{Diagonal, Em, Error, Full, Gmm, OnlineEm, init};
use rand_pcg::Pcg32;

use crate::support::data::{basic_motions, faithful};
use crate::support::dense::{Structure, covariances};
use crate::support::noise::Noise;
use crate::support::tolerance::{
    REARRANGED, STREAM_MOMENTS, STREAM_START, STREAM_START_MOTIONS, STREAM_START_ONLINE,
};

/// Four clusters in three dimensions, of unequal weight.
fn stream(n: usize, seed: u64) -> Vec<[f64; 3]> {
    let mut noise = Noise::new(seed);
    let centres = [[0.0, 0.0, 0.0], [9.0, 1.0, -3.0], [2.0, 8.0, 4.0], [-7.0, 5.0, 1.0]];
    let draw = |_| {
        let u = noise.uniform();
        let k = if u < 0.4 { 0 } else { 1 + ((u - 0.4) / 0.2) as usize };
        centres[k].map(|c| c + noise.normal())
    };
    (0..n).map(draw).collect()
}

/// The best that batch EM finds with all the data at hand.
fn batch<const D: usize, const K: usize, C: Structure>(data: &[[f64; D]]) -> f64 {
    let mut gmm: Gmm<f64, D, K, C> = Gmm::unfitted();
    let start = init::k_means_plus_plus;
    Em::default().fit_best_of(&mut gmm, 10, start, data, &mut Pcg32::new(1, 1)).unwrap();
    gmm.mean_log_likelihood(data).unwrap()
}

fn fitted<const D: usize, const K: usize, C: Structure>(
    mut gmm: Gmm<f64, D, K, C>,
    data: &[[f64; D]],
) -> f64 {
    assert_eq!(gmm.live().count(), K);
    gmm.validate().unwrap();
    Em::default().fit(&mut gmm, data).unwrap();
    gmm.mean_log_likelihood(data).unwrap()
}

fn starts_lead_to_the_batch_fit<C: Structure>() {
    for seed in 0..5 {
        let data = stream(4000, seed);
        let due = batch::<3, 4, C>(&data);
        let (mut reservoir, mut covering) =
            (Reservoir::<f64, 3, 200>::new(), Covering::<f64, 3, 16, C::Shape>::new());
        let mut rng = Pcg32::new(seed, 3);
        for x in &data[..1000] {
            reservoir.observe(x, &mut rng).unwrap();
            covering.observe(x).unwrap();
        }
        let (mut sampled, mut covered) = (Gmm::<f64, 3, 4, C>::unfitted(), Gmm::<f64, 3, 4, C>::unfitted());
        Em::default()
            .fit_best_of(&mut sampled, 4, init::k_means_plus_plus, reservoir.samples(), &mut rng)
            .unwrap();
        covering.start(&mut covered).unwrap();
        for start in [sampled, covered] {
            let found = fitted(start.clone(), &data);
            assert!(found >= due - STREAM_START, "{seed}: {found} {due}");
            // Or on and on, without a look back.
            let mut online = OnlineEm::new(start, StepSize::decaying(1.0, 1000.0).unwrap()).unwrap();
            data[1000..].iter().for_each(|x| assert!(online.observe(x).is_ok()));
            let found = online.model().mean_log_likelihood(&data).unwrap();
            assert!(found >= due - STREAM_START_ONLINE, "{seed}: {found} {due}");
        }
    }
}
crate::support::structures::for_typical_structures!(starts_lead_to_the_batch_fit);

/// Real data, in units of their standard deviations where these differ.
#[test]
fn starts_do_on_real_data_what_k_means_plus_plus_does() {
    let data = faithful();
    let mut covering: Covering<f64, 2, 12, Full> = Covering::new().with_scales([1.1, 13.6]).unwrap();
    data.iter().for_each(|x| covering.observe(x).unwrap());
    let mut gmm: Gmm<f64, 2, 2> = Gmm::unfitted();
    assert_eq!(covering.start(&mut gmm), Ok(2));
    assert!(fitted(gmm, &data) >= batch::<2, 2, Full>(&data) - STREAM_START);

    let data = basic_motions();
    let mut covering: Covering<f64, 6, 16, Full> = Covering::new();
    data.iter().for_each(|x| covering.observe(x).unwrap());
    let mut gmm: Gmm<f64, 6, 4> = Gmm::unfitted();
    assert_eq!(covering.start(&mut gmm), Ok(4));
    let (found, due) = (fitted(gmm, &data), batch::<6, 4, Full>(&data));
    println!("basic_motions: {found} {due}");
    assert!(found >= due - STREAM_START_MOTIONS);
}

/// The promise of the doubling algorithm, against the best radius that a plain search over all samples can find.
#[test]
fn a_covering_is_within_its_guarantee() {
    for seed in 0..20 {
        let data = stream(400, 100 + seed);
        let mut covering: Covering<f64, 3, 5, Full> = Covering::new();
        for (n, x) in data.iter().enumerate() {
            covering.observe(x).unwrap();
            let (centres, radius) = (covering.centres(), covering.radius());
            let square = |a: &[f64; 3], b: &[f64; 3]| (0..3).map(|j| (a[j] - b[j]).powi(2)).sum::<f64>();
            let reach = |x: &[f64; 3], centres: &[[f64; 3]]| {
                centres.iter().map(|c| square(x, c).sqrt()).fold(f64::INFINITY, f64::min)
            };
            assert!(centres.len() <= 5 && centres.iter().all(|c| data.contains(c)));
            for (i, c) in centres.iter().enumerate() {
                assert!(reach(c, &centres[i + 1..]) > radius);
            }
            if n % 50 == 49 {
                let farthest = data[..=n].iter().map(|x| reach(x, centres)).fold(0.0, f64::max);
                assert!(farthest <= 2.0 * radius * (1.0 + REARRANGED), "{farthest} {radius}");
                // Farthest-first is within twice the optimum, so the optimum is at least half of its radius.
                let mut chosen = vec![data[0]];
                for _ in 0..4 {
                    let far =
                        data[..=n].iter().max_by(|a, b| reach(a, &chosen).total_cmp(&reach(b, &chosen)));
                    chosen.push(*far.unwrap());
                }
                let greedy = data[..=n].iter().map(|x| reach(x, &chosen)).fold(0.0, f64::max);
                assert!(2.0 * radius <= 8.0 * greedy, "{radius} {greedy}");
            }
        }
    }
}

/// The statistics of the balls are those of all samples: mass, mean and covariance of the whole stay.
fn a_covering_keeps_the_moments<S: Shape + Structure<Shape = S>>() {
    let data = stream(2000, 31);
    let mut covering: Covering<f64, 3, 8, S> = Covering::new();
    data.iter().for_each(|x| covering.observe(x).unwrap());
    let mut one: Gmm<f64, 3, 1, S> = Gmm::unfitted();
    assert_eq!(covering.start(&mut one), Ok(1));
    let mut batch: Gmm<f64, 3, 1, S> = Gmm::unfitted();
    init::farthest_first(&mut batch, &data).unwrap();
    Em::default().fit(&mut batch, &data).unwrap();
    let ([found], [due]) = (covariances(&one), covariances(&batch));
    for j in 0..3 {
        assert!((one.means()[0][j] - batch.means()[0][j]).abs() < STREAM_MOMENTS);
        assert!((0..3).all(|i| (found[i][j] - due[i][j]).abs() < STREAM_MOMENTS), "{found:?} {due:?}");
    }
}

#[test]
fn a_covering_keeps_the_moments_of_the_stream() {
    a_covering_keeps_the_moments::<Full>();
    a_covering_keeps_the_moments::<gaussmix::Diagonal>();
    a_covering_keeps_the_moments::<gaussmix::Spherical>();
}

#[test]
fn few_or_bad_samples_are_refused_or_leave_slots_free() {
    let mut covering: Covering<f32, 2, 4, Full> = Covering::new();
    let mut gmm: Gmm<f32, 2, 3> = Gmm::unfitted();
    assert_eq!(covering.start(&mut gmm), Err(Error::EmptyData));
    covering.observe([1.0, 2.0]).unwrap();
    assert_eq!(covering.start(&mut gmm), Err(Error::ConstantFeature { feature: 0 }));
    assert_eq!(gmm, Gmm::unfitted());
    (0..9).for_each(|i| covering.observe([1.0 + (i % 2) as f32, 2.0 + (i % 2) as f32]).unwrap());
    assert_eq!(covering.start(&mut gmm), Ok(2));
    gmm.validate().unwrap();
    assert!(gmm.live().eq([0, 1]));
    covering.observe(([50.0, 0.0], 0.0)).unwrap();
    assert_eq!(covering.centres().len(), 2, "weight 0 is as if absent");

    let before = covering.clone();
    for (x, error) in [
        ([f32::NAN, 0.0], Error::NonFiniteSample { sample: 0, feature: 0 }),
        ([0.0, f32::INFINITY], Error::NonFiniteSample { sample: 0, feature: 1 }),
        ([1e18, 0.0], Error::OutOfRange { sample: 0 }),
    ] {
        assert_eq!(covering.observe(x), Err(error));
        let (mut reservoir, mut rng) = (Reservoir::<f32, 2, 2>::new(), Pcg32::new(1, 1));
        assert_eq!(reservoir.observe(x, &mut rng), Err(error));
        assert_eq!((reservoir, rng), (Reservoir::default(), Pcg32::new(1, 1)));
    }
    assert_eq!(covering.observe(([1.0, 1.0], -1.0)), Err(Error::InvalidSampleWeight { sample: 0 }));
    assert_eq!(covering, before);

    // Whatever comes, in any order: never more than M balls, no NaN.
    let mut wild: Covering<f32, 1, 3, Full> = Covering::new().with_scales([1e-3]).unwrap();
    for i in 0..200 {
        let x = [[0.0, 1e14, -1e14, 1e-40, 3e13, -1.0, 7e6][i * i % 7] * (1.0 + i as f32)];
        let _ = wild.observe(x);
        assert!(wild.centres().len() <= 3 && !wild.radius().is_nan());
    }
}

/// On opposite sides of the origin: each is in range, the distance between them would not be.
#[test]
fn a_covering_refuses_what_its_distances_cannot_hold() {
    let mut covering: Covering<f32, 2, 2, Diagonal> = Covering::new().with_scales([1e-5; 2]).unwrap();
    let out_of_range = Err(Error::OutOfRange { sample: 0 });
    for x in [[0.0, 1.7e14], [-1.5e14, -0.85e14], [1.5e14, -0.85e14]] {
        assert_eq!(covering.observe(x), out_of_range);
    }
    for x in [[0.0, 1.0], [5.0, 1.0], [0.0, -7.0], [1e9, 0.0]] {
        covering.observe(x).unwrap();
        assert!(!covering.centres().is_empty() && covering.radius().is_finite());
    }
}

/// Every sample of the stream is as likely to be held at the end as any other.
/// Balls that no merger can bring down to K, since the variance between them is out of the scalar's range.
#[test]
fn a_covering_whose_balls_cannot_merge_refuses_and_leaves_the_model() {
    let samples = [(3.5e-21, 1e-30), (2.1e-21, 1e-30), (1.3e-21, 1.0), (1.5e-21, 1.0)];
    let mut covering: Covering<f32, 1, 3, Diagonal> = Covering::new();
    samples.into_iter().for_each(|(x, weight)| covering.observe(([x], weight)).unwrap());
    let before: Gmm<f32, 1, 2, Diagonal> =
        Gmm::new([0.25, 0.75], [[1.0], [2.0]], [[1.0].into(), [2.0].into()]).unwrap();
    let mut gmm = before.clone();
    assert_eq!(covering.start(&mut gmm), Err(Error::NotPositiveDefinite { component: 0 }));
    assert_eq!(gmm, before);

    // In units in which the same samples are no smaller than usual, all their mass is in the start.
    let mut covering: Covering<f32, 1, 3, Diagonal> = Covering::new();
    samples.into_iter().for_each(|(x, weight)| covering.observe(([x * 1e21], weight)).unwrap());
    assert_eq!(covering.start(&mut gmm), Ok(2));
    gmm.validate().unwrap();
    assert!(gmm.means().iter().any(|mean| (mean[0] - 1.4).abs() < 0.2), "{gmm}");
}

/// Lloyd's iterations on clusters whose variance is out of range.
#[test]
fn k_means_refuses_a_variance_out_of_range_and_leaves_the_model() {
    let before: Gmm<f32, 1, 2> = Gmm::new([0.25, 0.75], [[1.0], [2.0]], [[[1.0]].into(); 2]).unwrap();
    let data = [1e-21f32, 1.3e-21, 3.1e-21, 3.5e-21].map(|x| [x]);
    let mut gmm = before.clone();
    let outcome = init::k_means(&mut gmm, &data, &mut Pcg32::new(1, 1), 10);
    assert!(outcome.is_err(), "{gmm}");
    assert_eq!(gmm, before);
}

#[test]
fn a_reservoir_is_a_fair_sample() {
    const RUNS: u32 = 20_000;
    let mut held = [0u32; 30];
    let mut rng = Pcg32::new(41, 1);
    for _ in 0..RUNS {
        let mut reservoir: Reservoir<f64, 1, 6> = Reservoir::new();
        for t in 0..30u32 {
            reservoir.observe([f64::from(t)], &mut rng).unwrap();
            assert_eq!(reservoir.samples().len(), 6.min(t as usize + 1));
        }
        assert_eq!(reservoir.count(), 30);
        reservoir.samples().iter().for_each(|[x]| held[*x as usize] += 1);
    }
    let due = f64::from(RUNS) * 6.0 / 30.0;
    let standard_error = (due * 0.8).sqrt();
    for count in held {
        assert!((f64::from(count) - due).abs() < 4.0 * standard_error, "{held:?}");
    }
    let mut reservoir: Reservoir<f64, 1, 2> = Reservoir::new();
    reservoir.observe([1.0], &mut rng).unwrap();
    reservoir.reset();
    assert_eq!(reservoir, Reservoir::new());
}
