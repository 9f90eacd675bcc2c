//! A million samples, each with its own step; ten million in `.ci/long`. `benches/endurance.rs` has 10⁹.

use gaussmix::stream::StepSize;
use gaussmix::{Gmm, OnlineEm};

use crate::support::noise::Noise;
use crate::support::tolerance::{ENDURANCE, MASS_F32};

const SAMPLES: u32 = if cfg!(every_structure) { 10_000_000 } else { 1_000_000 };

const WEIGHTS: [f32; 4] = [0.4, 0.3, 0.2, 0.1];
const MEANS: [[f32; 3]; 4] = [[0.0, 0.0, 0.0], [4.0, 1.0, -2.0], [-1.0, 5.0, 3.0], [2.0, -4.0, 4.0]];

/// A sample about one of the means; features 1 σ wide, the third correlated with the first.
fn draw(noise: &mut Noise, offset: f32) -> [f32; 3] {
    let u = noise.uniform() as f32;
    let k = usize::from(u >= 0.4) + usize::from(u >= 0.7) + usize::from(u >= 0.9);
    // Sums of three uniform numbers: lighter tails than normal ones, and cheaper.
    let mut bell = || (2.0 * (noise.uniform() + noise.uniform() + noise.uniform()) - 3.0) as f32;
    let [a, b, c] = [bell(), bell(), bell()];
    let z = [a, b, 0.6 * a + 0.8 * c];
    core::array::from_fn(|j| offset + MEANS[k][j] + z[j])
}

fn endures(offset: f32) {
    let mut noise = Noise::new(401);
    let held_out: Vec<_> = (0..20_000).map(|_| draw(&mut noise, offset)).collect();
    let round = [[1.5, 0.0, 0.0], [0.0, 1.5, 0.0], [0.0, 0.0, 1.5]].into();
    let start = Gmm::new(WEIGHTS, MEANS.map(|m| m.map(|v| v + offset + 0.5)), [round; 4]).unwrap();
    let step = StepSize::constant(1e-3).unwrap();
    let mut online = OnlineEm::<f32, 3, 4>::new(start, step).unwrap().with_interval(4);
    let mut early = 0.0;
    for i in 1..=SAMPLES {
        online.observe(draw(&mut noise, offset)).unwrap();
        if i % (SAMPLES / 10) == 0 {
            let (gmm, mass) = (online.model(), online.statistics().total_weight());
            gmm.validate().unwrap();
            let sum: f32 = gmm.weights().iter().sum();
            assert!((mass - 1.0).abs() <= MASS_F32 && (sum - 1.0).abs() <= MASS_F32, "{mass}, {sum}");
            let score = f64::from(gmm.mean_log_likelihood(&held_out).unwrap());
            println!("offset {offset}, {i} samples: {score:.4}");
            if early == 0.0 {
                early = score;
            }
            assert!(score >= early - ENDURANCE, "offset {offset}, {i} samples: {score} after {early}");
        }
    }
    assert_eq!((online.steps(), online.statistics().count()), (SAMPLES.into(), SAMPLES.into()));
}

#[test]
fn millions_of_samples_near_zero() {
    endures(0.0);
}

#[test]
fn millions_of_samples_far_from_zero() {
    endures(1e4);
}
