//! Statistics with the mass of the noise.

use gaussmix::covariance::Noise as Slot;
use gaussmix::{Error, Full, Gmm, MStep, Masked, Spherical, SufficientStats, WithNoise};

use crate::support::closeness::assert_close;
use crate::support::noise::Noise;
use crate::support::tolerance::{BOUND, NAIVE_F32, NAIVE_F64, ROUNDING};

type Model = Gmm<f64, 2, 2, WithNoise<Full>>;
type Stats = SufficientStats<f64, 2, 2, WithNoise<Full>>;

fn model() -> Model {
    let gmm =
        Gmm::<f64, 2, 2>::from_arrays([0.6, 0.4], [[0.0, 0.0], [7.0, 3.0]], [[[1.0, 0.3], [0.3, 2.0]]; 2]);
    gmm.unwrap().with_noise(Slot::new(0.1, 400.0).unwrap()).unwrap()
}

/// Two clusters, every tenth sample anywhere, with weights.
fn data(n: usize) -> Vec<([f64; 2], f64)> {
    let mut noise = Noise::new(77);
    let draw = |i: usize| {
        let mut x = [noise.normal() + [0.0, 7.0][i % 2], noise.normal() + [0.0, 3.0][i % 2]];
        if i % 10 == 9 {
            x = x.map(|_| 30.0 * noise.uniform() - 10.0);
        }
        (x, [1.0, 0.0, 2.5, 0.3][i % 4])
    };
    (0..n).map(draw).collect()
}

fn close(a: &Stats, b: &Stats, what: &str) {
    assert_close(a.noise_mass(), b.noise_mass(), ROUNDING, what);
    assert_close(a.total_weight(), b.total_weight(), ROUNDING, what);
    assert_close(a.log_likelihood(), b.log_likelihood(), ROUNDING, what);
    for k in 0..2 {
        assert_close(a.masses()[k], b.masses()[k], ROUNDING, what);
        assert_close(a.covariance(k).unwrap()[(0, 1)], b.covariance(k).unwrap()[(0, 1)], ROUNDING, what);
    }
}

/// Σ w r_0 as the posteriors have it; in blocks, one by one, in parts that are merged.
#[test]
fn parts_make_the_whole_in_any_split() {
    let (gmm, data) = (model(), data(500));
    let [mut whole, mut single, mut merged] = [const { Stats::new() }; 3];
    whole.observe_all(&gmm, &data).unwrap();
    let mut due = 0.0;
    for (x, w) in &data {
        let posterior = single.observe(&gmm, (x, w)).unwrap();
        due += w * gmm.noise_responsibility(&posterior);
    }
    assert_close(whole.noise_mass(), due, NAIVE_F64, "Σ w r");
    let weight: f64 = data.iter().map(|(_, w)| w).sum();
    assert_close(whole.total_weight(), weight, ROUNDING, "noise counts");
    assert!(due > 10.0 && due < 100.0, "{due}");
    close(&single, &whole, "one by one");
    for chunk in data.chunks(71) {
        let mut part = Stats::new();
        part.observe_all(&gmm, chunk).unwrap();
        merged.merge(&part);
    }
    close(&merged, &whole, "merged");
    merged.merge(&whole);
    merged.discount(0.5).unwrap();
    close(&merged, &whole, "twice, and halved");
    merged.validate().unwrap();
    merged.discount(0.0).unwrap();
    assert_eq!((merged.noise_mass(), merged.count()), (0.0, 2 * whole.count()));
    let mut order = whole.clone();
    order.permute(&[1, 0]).unwrap();
    assert_eq!((order.noise_mass(), order.masses()[0]), (whole.noise_mass(), whole.masses()[1]));
}

/// The M-step on a model's own statistics is the model.
#[test]
fn a_models_own_statistics_are_its_own() {
    let gmm = model();
    let stats = Stats::from_model(&gmm, 50.0).unwrap();
    assert_close(stats.noise_mass(), 5.0, ROUNDING, "mass");
    assert_close(stats.total_weight(), 50.0, ROUNDING, "total");
    let mut again = gmm.clone();
    MStep::exact().maximize(&stats, &mut again).unwrap();
    assert_close(again.noise().weight(), 0.1, ROUNDING, "weight");
    assert_close(
        again.log_density([3.0, 1.0]).unwrap(),
        gmm.log_density([3.0, 1.0]).unwrap(),
        ROUNDING,
        "density",
    );
}

/// What responsibilities lack of 1 is noise.
#[test]
fn the_noise_gets_what_assignments_leave() {
    let mut stats = Stats::new();
    stats.assign(([1.0, 2.0], 4.0), &[0.5, 0.25]).unwrap();
    stats.assign([1.0, 2.0], &[1.0, 0.5]).unwrap();
    assert_eq!((stats.noise_mass(), stats.total_weight()), (1.0, 5.5));
    assert!(stats.assign([1.0, 2.0], &[-1.0, 0.5]).is_err());
    assert_eq!(stats.noise_mass(), 1.0);
}

/// Rows that sum to 1, as far as they can be rounded to, leave nothing: noise of no weight gets no mass, and stays dead.
#[test]
fn rounding_is_no_noise() {
    let rows = [[0.1, 0.2, 0.7], [1.0 / 3.0; 3], [0.7, 0.2, 0.1], [0.9, 0.1, 0.0]];
    let plain = Gmm::<f64, 1, 3>::from_arrays(rows[0], [[0.0], [5.0], [9.0]], [[[1.0]]; 3]).unwrap();
    let mut gmm = plain.with_noise(Slot::new(0.0, 10.0).unwrap()).unwrap();
    let mut stats = SufficientStats::new();
    for (x, row) in [0.1, 5.2, 9.3, 4.0].into_iter().zip(rows) {
        stats.assign([x], &row).unwrap();
        assert_eq!(stats.noise_mass(), 0.0, "{row:?}");
    }
    for i in 0..200 {
        let posterior = gmm.posterior([f64::from(i) / 20.0]).unwrap();
        assert_eq!(gmm.noise_responsibility(&posterior), 0.0);
        stats.assign([f64::from(i) / 20.0], &posterior.responsibilities).unwrap();
    }
    MStep::exact().maximize(&stats, &mut gmm).unwrap();
    assert_eq!((stats.noise_mass(), gmm.noise().weight()), (0.0, 0.0));
    stats.assign([1.0], &[0.5, 0.5, -0.0]).unwrap();
    stats.assign([1.0], &[0.5, 0.5 - 1e-14, 0.0]).unwrap();
    assert!((stats.noise_mass() - 1e-14).abs() < 1e-15, "{}", stats.noise_mass());
}

/// K + 1 is a factor of every product of a block, also where it is the first that needs a shorter one.
#[test]
fn a_block_ends_its_products_in_time() {
    const K: usize = 255;
    let means = core::array::from_fn(|_| [0.0]);
    let gmm: Gmm<f32, 1, K, Spherical> = Gmm::from_arrays([1.0 / K as f32; K], means, [1.0; K]).unwrap();
    // All terms alike.
    let noise = Slot::new(1.0 / 256.0, f32::sqrt(core::f32::consts::TAU)).unwrap();
    let gmm = gmm.with_noise(noise).unwrap();
    let mut stats = SufficientStats::new();
    stats.observe_all(&gmm, [[0.0]; 64]).unwrap();
    let due = -32.0 * core::f64::consts::TAU.ln();
    assert_close(stats.log_likelihood().into(), due, NAIVE_F32, "ln p");
    assert_close(stats.noise_mass().into(), 0.25, NAIVE_F32, "mass");
    // The next such number of components is compiled at least.
    type Large<C> = (SufficientStats<f32, 1, 65_535, C>, Gmm<f32, 1, 65_535, C>);
    type Pass<C> = fn(&mut Large<C>, [[f32; 1]; 0]) -> Result<(), Error>;
    let pass: Pass<WithNoise<Spherical>> = |(stats, gmm), data| stats.observe_all(gmm, data);
    core::hint::black_box(pass);
}

/// Q and the bound of EM, computed from the samples, rise alike; the likelihood rises at least as much.
#[test]
fn q_counts_the_noise() {
    let data = data(300);
    let (old, mut stats) = (model(), Stats::new());
    stats.observe_all(&old, &data).unwrap();
    let mut new = old.clone();
    MStep::exact().maximize(&stats, &mut new).unwrap();
    let total = stats.total_weight();
    let q = stats.expected_log_likelihood(&new) - stats.expected_log_likelihood(&old);
    let bound = total * (new.lower_bound(&data, &old).unwrap() - old.lower_bound(&data, &old).unwrap());
    assert_close(q, bound, total * BOUND, "Q");
    let gained = total * new.mean_log_likelihood(&data).unwrap() - stats.log_likelihood();
    assert!(q > 1.0 && gained >= q - total * BOUND, "{q} {gained}");
    let none = old.without_noise().unwrap().with_noise(Slot::new(0.0, 1.0).unwrap()).unwrap();
    assert_eq!(stats.expected_log_likelihood(&none), f64::NEG_INFINITY);
}

/// All of the mass is the noise's, or none; a density that underflows is no NaN.
#[test]
fn noise_may_have_all_or_nothing() {
    let data: Vec<[f64; 1]> = (0..100).map(|i| [f64::from(i)]).collect();
    for (volume, share) in [(1e-300, 1.0), (1e300, 0.0)] {
        let gmm: Gmm<f64, 1, 1, Spherical> = Gmm::from_arrays([1.0], [[50.0]], [900.0]).unwrap();
        let mut gmm = gmm.with_noise(Slot::new(0.5, volume).unwrap()).unwrap();
        for _ in 0..3 {
            let mut stats = SufficientStats::new();
            stats.observe_all(&gmm, &data).unwrap();
            stats.validate().unwrap();
            assert_close(stats.noise_mass(), 100.0 * share, ROUNDING, "mass");
            MStep::default().maximize(&stats, &mut gmm).unwrap();
            gmm.validate().unwrap();
            assert_close(gmm.noise().weight(), share, ROUNDING, "weight");
        }
        let due = if share == 1.0 {
            -volume.ln()
        } else {
            gmm.without_noise().unwrap().log_density([3.0]).unwrap()
        };
        assert_close(gmm.log_density([3.0]).unwrap(), due, ROUNDING, "density");
    }
    // Nothing but noise leaves no mass for a variance, which is no constant feature.
    let mut empty = Stats::new();
    assert_eq!(MStep::default().maximize(&empty, &mut model()), Err(Error::EmptyData));
    empty.assign([1.0, 2.0], &[0.0; 2]).unwrap();
    let mut gmm = model();
    MStep::default().maximize(&empty, &mut gmm).unwrap();
    assert_eq!((gmm.weights(), gmm.noise().weight()), (&[0.0; 2], 1.0));
}

/// A sample with a missing feature gives the noise the share that it has of the observed ones.
#[test]
fn masked_samples_have_their_share_of_noise() {
    let gmm = model();
    let masked =
        |(i, (x, w)): (usize, ([f64; 2], f64))| (Masked { features: x, observed: [i % 3 > 0, i % 3 < 2] }, w);
    let data: Vec<_> = data(200).into_iter().enumerate().map(masked).collect();
    let [mut whole, mut single] = [const { Stats::new() }; 2];
    whole.observe_all(&gmm, &data).unwrap();
    let mut due = 0.0;
    for (x, w) in &data {
        let posterior = single.observe(&gmm, (x, w)).unwrap();
        due += w * gmm.noise_responsibility(&posterior);
    }
    close(&single, &whole, "one by one");
    assert_close(whole.noise_mass(), due, NAIVE_F64, "Σ w r");
    assert_close(whole.total_weight(), data.iter().map(|(_, w)| w).sum(), ROUNDING, "noise counts");
}
