//! Numbers at the ends of the range, and weights far apart: each of these calls once left a NaN, or what could not be
//! loaded again.

use gaussmix::nalgebra::SMatrix;
use gaussmix::stream::StepSize;
use gaussmix::{Gmm, MStep, OnlineEm, Real};

use super::sound;

/// A sample of a large weight takes a step of nearly 1, after which a factor is made anew.
#[test]
fn a_heavy_sample_leaves_a_run_sound() {
    fn check<T: Real>(step: f64, inertia: u32, weight: f64) {
        let gmm: Gmm<T, 6, 1> = Gmm::new([T::ONE], [[T::ZERO; 6]], [SMatrix::identity()]).unwrap();
        let step = StepSize::constant(T::narrow(step)).unwrap();
        let mut run = OnlineEm::new(gmm, step).unwrap().with_inertia(inertia).with_m_step(MStep::exact());
        let x = [1.5, 2.0, -1.0, 0.25, 3.0, 1e-3].map(T::narrow);
        for _ in 0..9 {
            run.observe((x, T::narrow(weight))).unwrap();
            sound::run(&run);
        }
    }
    for (step, inertia, weight) in
        [(0.5, 0, 100.0), (0.5, 0, 1e10), (0.5, 5, 1e10), (0.01, 0, 1e4), (0.5, 0, 1.0)]
    {
        check::<f32>(step, inertia, weight);
        check::<f64>(step, inertia, weight);
    }
}

/// The first sample of a light component replaces it but for a millionth, which a difference from 1 does not tell.
#[test]
fn a_light_component_leaves_a_run_sound() {
    fn check<T: Real>(least_share: f64, light: f64) {
        let weights = [1.0 - light, light].map(T::narrow);
        let means = [[T::ZERO; 6], [T::narrow(20.0); 6]];
        let gmm: Gmm<T, 6, 2> = Gmm::new(weights, means, [SMatrix::identity(); 2]).unwrap();
        let m_step = MStep::exact().with_least_share(T::narrow(least_share)).unwrap();
        let step = StepSize::constant(T::HALF).unwrap();
        let mut run = OnlineEm::new(gmm, step).unwrap().with_inertia(0).with_m_step(m_step);
        for i in 0..40 {
            let offset = if i < 20 { 0.0 } else { 20.0 };
            let x: [T; 6] =
                core::array::from_fn(|j| T::narrow(offset + f64::from((i * 7 + j as i32 * 5) % 11) - 5.0));
            let _ = run.observe(x); // without floors a model may become too narrow for the next sample
            sound::run(&run);
        }
    }
    for light in [1e-5, 1e-8, 1e-12, 1e-20, 1e-30, 1e-36] {
        for least_share in [0.0, 1e-7] {
            check::<f32>(least_share, light);
            check::<f64>(least_share, light);
        }
    }
}
