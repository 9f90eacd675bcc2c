//! A model that follows means that move, against one that knows where they are.
//!
//! Three components in the plane, 1 σ wide, 10 σ apart. The loss is the mean of ln p(x) under the truth less that under
//! the model before it saw x.

use gaussmix::stream::StepSize;
use gaussmix::{Full, Gmm, OnlineEm, Real};

use crate::support::noise::Noise;
use crate::support::tolerance::{LOSS_BEST, LOSS_DEFAULT, LOSS_SINGLE, SINGLE_LAG};

const CORNERS: [[f64; 2]; 3] = [[0.0, 0.0], [10.0, 0.0], [5.0, 8.660_254_037_844_386]];
const WEIGHTS: [f64; 3] = [0.5, 0.3, 0.2];
const N: u32 = 50_000;

type Model<T> = Gmm<T, 2, 3, Full>;

/// The mixture with its first mean at (x, y).
fn truth<T: Real>([x, y]: [f64; 2]) -> Model<T> {
    let means = CORNERS.map(|[a, b]| [T::narrow(a + x), T::narrow(b + y)]);
    let round = [[T::ONE, T::ZERO], [T::ZERO, T::ONE]].into();
    Gmm::new(WEIGHTS.map(T::narrow), means, [round; 3]).unwrap()
}

/// Where the mixture is at time 0 … 1.
type Path = fn(f64) -> [f64; 2];

fn drift(time: f64) -> [f64; 2] {
    [4.0 * time, 3.0 * time]
}

/// 5 σ in each of four directions, at half time.
const JUMPS: [Path; 4] = [
    |time| if time < 0.5 { [0.0, 0.0] } else { [3.0, 4.0] },
    |time| if time < 0.5 { [0.0, 0.0] } else { [5.0, 0.0] },
    |time| if time < 0.5 { [0.0, 0.0] } else { [-5.0, 0.0] },
    |time| if time < 0.5 { [0.0, 0.0] } else { [0.0, -5.0] },
];

impl Noise {
    /// A sample of the mixture whose first mean is at `at`, rounded to `f32`, so that both scalars see the same.
    fn draw(&mut self, at: [f64; 2]) -> [f64; 2] {
        let u = self.uniform();
        let k = usize::from(u > WEIGHTS[0]) + usize::from(u > WEIGHTS[0] + WEIGHTS[1]);
        core::array::from_fn(|j| f64::from((at[j] + CORNERS[k][j] + self.normal()) as f32))
    }
}

/// The loss over the whole way and over its last fifth.
fn loss<T: Real>(path: Path, step: StepSize<T>, offset: f64) -> [f64; 2] {
    let mut noise = Noise::new(301);
    let mut online = OnlineEm::new(truth([offset; 2]), step).unwrap();
    let mut losses = [0.0; 2];
    for i in 0..N {
        let at = path(f64::from(i) / f64::from(N)).map(|v| v + offset);
        let x = noise.draw(at);
        let due = truth::<f64>(at).log_density(x).unwrap();
        let found = online.observe(x.map(T::narrow)).unwrap().log_density.widen();
        assert!(found.is_finite());
        let loss = (due - found) / f64::from(N);
        losses[0] += loss;
        if i >= N / 5 * 4 {
            losses[1] += 5.0 * loss;
        }
    }
    assert!(online.model().validate().is_ok());
    losses
}

fn constant<T: Real>(step: f64) -> StepSize<T> {
    StepSize::constant(T::narrow(step)).unwrap()
}

#[test]
fn drifting_means_are_followed() {
    let [default, _] = loss::<f64>(drift, StepSize::default(), 0.0);
    let [best, _] = loss::<f64>(drift, constant(0.002), 0.0);
    println!("drift: loss {default:.4} with the default step, {best:.4} with 0.002");
    assert!(default <= LOSS_DEFAULT, "{default}");
    assert!(best <= LOSS_BEST, "{best}");
    // The truth moves at all.
    let [still, _] = loss::<f64>(drift, StepSize::ZERO, 0.0);
    assert!(still > 1.0, "{still}");
}

#[test]
fn single_precision_follows_as_well_far_from_zero() {
    for step in [0.002, 0.005] {
        let [single, _] = loss::<f32>(drift, constant(step), 1e4);
        let [double, _] = loss::<f64>(drift, constant(step), 1e4);
        println!("step {step} at offset 1e4: loss {single:.5} in f32, {double:.5} in f64");
        assert!((single / double - 1.0).abs() <= LOSS_SINGLE, "step {step}: {single} against {double}");
    }
}

/// Steps that leave a component less than two samples: a poor model, but a model.
#[test]
fn coarse_steps_stay_finite() {
    for step in [0.05, 0.2, 0.9] {
        let near = [loss::<f32>(drift, constant(step), 0.0), loss::<f64>(drift, constant(step), 0.0)];
        let far = [loss::<f32>(drift, constant(step), 1e4), loss::<f64>(drift, constant(step), 1e4)];
        println!("step {step}: losses {:.2} and {:.2}", near[1][0], far[0][0]);
    }
}

#[test]
fn a_jump_is_recovered() {
    for jump in JUMPS {
        let [whole, end] = loss::<f64>(jump, StepSize::default(), 0.0);
        let [single, single_end] = loss::<f32>(jump, StepSize::default(), 1e4);
        println!("jump to {:?}: loss {whole:.3} over all, {end:.4} at the end", jump(1.0));
        assert!(whole > 0.03, "nothing jumped: {whole}");
        assert!(end <= LOSS_DEFAULT, "{end}");
        assert!(single > 0.03 && single_end <= LOSS_DEFAULT, "{single_end} in f32");
        let [_, without] = loss::<f64>(jump, StepSize::ZERO, 0.0);
        assert!(without > 1.0, "{without}");
    }
}

/// How far the means lag behind on average, along a drift of 5e-6 σ a sample and feature, with a step of 1e-4.
fn lag<T: Real>(offset: f64) -> f64 {
    let (settled, n) = (100_000, 300_000);
    let mut noise = Noise::new(302);
    let mut online = OnlineEm::new(truth([offset; 2]), constant::<T>(1e-4)).unwrap().with_interval(100);
    let (mut lag, mut readings) = (0.0, 0.0);
    for i in 1..=n {
        let at = [offset + 5e-6 * f64::from(i); 2];
        let x = noise.draw(at);
        online.observe(x.map(T::narrow)).unwrap();
        if i > settled && i % 100 == 0 {
            for (corner, mean) in CORNERS.iter().zip(online.model().means()) {
                lag += (0..2).map(|j| at[j] + corner[j] - mean[j].widen()).sum::<f64>() / 6.0;
            }
            readings += 1.0;
        }
    }
    lag / readings
}

#[test]
fn a_small_step_lags_no_more_than_in_f64() {
    for offset in [0.0, 1e4, 1e5] {
        let (single, double) = (lag::<f32>(offset), lag::<f64>(offset));
        println!("offset {offset}: lag {single:.4} σ in f32, {double:.4} in f64");
        assert!(double > 0.03, "the drift must be seen at all: {double}");
        assert!(single.abs() <= SINGLE_LAG * double, "offset {offset}: {single} against {double}");
    }
}
