//! From nothing to clusters, whatever the unit of the data.

use gaussmix::lifecycle::{Birth, LifeCycle, Pruning};
use gaussmix::select::ColdStart;
use gaussmix::stream::StepSize;
use gaussmix::{Diagonal, Error, Full, Gmm, OnlineEm, Real};

use crate::support::dense::{Structure, covariances};
use crate::support::noise::Noise;
use crate::support::structures::for_every_structure;

const SLOTS: usize = 6;
const CENTRES: [[f64; 2]; 3] = [[0.0, 0.0], [12.0, 3.0], [-5.0, 14.0]];

/// Three clusters of deviation 1 and of unequal weight.
fn clusters(n: usize, seed: u64) -> Vec<[f64; 2]> {
    let mut noise = Noise::new(seed);
    let draw = |_| {
        let u = noise.uniform();
        CENTRES[if u < 0.5 { 0 } else { 1 + usize::from(u < 0.75) }].map(|c| c + noise.normal())
    };
    (0..n).map(draw).collect()
}

fn start<T: Real, C: Structure>(data: &[[T; 2]]) -> Gmm<T, 2, SLOTS, C> {
    let mut cold: ColdStart<T, 2, 64> = ColdStart::new();
    let ready = data.iter().position(|x| cold.observe(x).unwrap()).unwrap();
    assert_eq!((ready, cold.samples().len()), (63, 64));
    let mut gmm = Gmm::unfitted();
    let live = cold.start(&mut gmm).unwrap();
    assert_eq!(gmm.live().count(), live);
    gmm.validate().unwrap();
    gmm
}

/// A cold start, and then a run with births and pruning over the rest of the stream.
fn follow<T: Real, C: Structure>(data: &[[T; 2]]) -> Gmm<T, 2, SLOTS, C> {
    let mut run = OnlineEm::new(start(data), StepSize::constant(T::narrow(0.005)).unwrap()).unwrap();
    let mut life = LifeCycle::default().with_birth(Birth::default()).with_pruning(Pruning::default());
    for x in &data[64..] {
        life.observe(&mut run, x).unwrap();
    }
    run.into_model()
}

/// Scaled by powers of two, the start has the same bits, scaled; each feature may have its own power where a structure
/// has a unit for each.
fn powers_of_two_change_no_bit<C: Structure>() {
    let plain = clusters(64, 81);
    let due: Gmm<f64, 2, SLOTS, C> = start(&plain);
    assert_eq!(due.live().count(), 3);
    let own = Gmm::<f64, 2, SLOTS, C>::unfitted().affine(&[2.0, 4.0], &[0.0; 2]).is_ok();
    let exponents = [[-20, -20], [9, 9], [50, 50], [-7, 40]];
    for powers in exponents.iter().filter(|p| own || p[0] == p[1]).map(|p| p.map(|e| 2f64.powi(e))) {
        let scaled: Vec<[f64; 2]> = plain.iter().map(|x| [x[0] * powers[0], x[1] * powers[1]]).collect();
        let found: Gmm<f64, 2, SLOTS, C> = start(&scaled);
        assert_eq!(found.weights(), due.weights());
        assert!(found.means().iter().zip(due.means()).all(|(f, d)| (0..2).all(|j| f[j] == d[j] * powers[j])));
        for (found, due) in covariances(&found).iter().zip(covariances(&due)) {
            assert!((0..2).all(|i| (0..2).all(|j| found[i][j] == due[i][j] * powers[i] * powers[j])));
        }
    }
}
for_every_structure!(powers_of_two_change_no_bit);

/// The same live count, labels and means in volts, in a converter's counts, and at an offset of 10⁴ deviations.
fn units_change_nothing<T: Real, C: Structure>() {
    let plain = clusters(20_000, 82);
    let narrow = |scale: f64, offset: f64| -> Vec<[T; 2]> {
        plain.iter().map(|x| x.map(|v| T::narrow(v * scale + offset))).collect()
    };
    let data = narrow(1.0, 0.0);
    let due: Gmm<T, 2, SLOTS, C> = follow(&data);
    assert_eq!(due.live().count(), 3, "{due}");
    let units = [(100.0, 0.0), (0.001, 0.0), (37.0, 20_000.0), (1.0, 1e4), (0.001, -10.0), (3e-9, 2e-5)];
    for (scale, offset) in units {
        let scaled = narrow(scale, offset);
        let found: Gmm<T, 2, SLOTS, C> = follow(&scaled);
        assert_eq!(found.live().count(), 3, "{scale} {offset}\n{found}");
        // Which of them is which component here.
        let twin = |k: usize| due.predict(found.means()[k].map(|v| T::narrow((v.widen() - offset) / scale)));
        let mut same = 0;
        for k in found.live() {
            let twin = twin(k).unwrap();
            for j in 0..2 {
                let mean = (found.means()[k][j].widen() - offset) / scale;
                let deviation = covariances(&due)[twin][j][j].sqrt();
                let off = (mean - due.means()[twin][j].widen()).abs() / deviation;
                assert!(off < 0.01, "{scale} {offset}: {off} deviations");
            }
        }
        for (x, y) in data.iter().zip(&scaled) {
            same += usize::from(twin(found.predict(y).unwrap()).unwrap() == due.predict(x).unwrap());
        }
        assert!(same >= data.len() * 999 / 1000, "{scale} {offset}: {same} labels");
    }
}

#[test]
fn units_change_nothing_in_double() {
    units_change_nothing::<f64, Full>();
    units_change_nothing::<f64, Diagonal>();
}

#[test]
fn units_change_nothing_in_single() {
    units_change_nothing::<f32, Full>();
    units_change_nothing::<f32, Diagonal>();
}

/// Clusters that the first samples did not show are born later.
#[test]
fn what_comes_later_is_born() {
    let mut data = clusters(6000, 83);
    for (t, x) in data.iter_mut().enumerate().filter(|(t, _)| *t > 2000 && t % 5 == 0) {
        *x = [30.0 + (t % 7) as f64 / 3.0, -20.0 + (t % 11) as f64 / 4.0];
    }
    assert_eq!(follow::<f64, Full>(&data).live().count(), 4);
}

#[test]
fn a_cold_start_refuses_what_it_cannot_start_from() {
    let mut cold: ColdStart<f32, 2, 8> = ColdStart::new();
    let mut gmm: Gmm<f32, 2, 3> = Gmm::unfitted();
    assert_eq!(cold.start(&mut gmm), Err(Error::EmptyData));
    for x in [[f32::NAN, 0.0], [0.0, f32::INFINITY], [1e30, 0.0]] {
        assert!(cold.observe(x).is_err());
    }
    assert_eq!(cold.observe(([1.0, 2.0], 0.0)), Ok(false));
    assert!(cold.samples().is_empty());
    for i in 0..8 {
        assert_eq!(cold.observe([i as f32 * 0.5, 3.0]), Ok(i == 7));
    }
    assert_eq!(cold.start(&mut gmm), Err(Error::ConstantFeature { feature: 1 }));
    assert_eq!(gmm, Gmm::unfitted());
    // The oldest make room.
    for i in 0..3 {
        assert_eq!(cold.observe([i as f32, 4.0 + i as f32]), Ok(true));
    }
    assert_eq!(cold.samples()[..4], [[0.0, 4.0], [1.0, 5.0], [2.0, 6.0], [1.5, 3.0]]);
    assert!(cold.start(&mut gmm).is_ok_and(|live| live >= 1));
    gmm.validate().unwrap();
}

/// A run that began with a guess at the unit would be silent about it.
#[test]
fn a_run_refuses_an_unfitted_model() {
    let step = StepSize::default();
    assert_eq!(OnlineEm::new(Gmm::<f32, 2, 3>::unfitted(), step), Err(Error::Unfitted));
    let mut run: OnlineEm<f32, 2, 3> = OnlineEm::unfitted();
    assert_eq!(run.reset(&Gmm::unfitted()), Err(Error::Unfitted));
    assert_eq!(run, OnlineEm::unfitted());
    // Nor does it blame a weight that nobody passed.
    let far: Gmm<f32, 1, 1> = Gmm::new([1.0], [[1e18]], [[[1.0]].into()]).unwrap();
    assert_eq!(OnlineEm::new(far, step).map(|_| ()), Err(Error::SumsOutOfRange));
}
