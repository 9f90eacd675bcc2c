//! Starts and M-steps at the small end of the range.

use gaussmix::covariance::Noise;
use gaussmix::init::{Covering, Rule, Start};
use gaussmix::{Gmm, MStep, Real, SufficientStats, WithNoise, init};
use rand_pcg::Pcg32;

use crate::support::clouds::clouds;
use crate::support::dense::Structure;
use crate::support::structures::call_for_every_structure;

/// Samples of deviations near 2^−`exponent`, whose squares are in the range or below it.
fn small<T: Real>(exponent: i32) -> Vec<[T; 3]> {
    clouds(40, 84).iter().map(|x| x.map(|v| T::narrow(v * 2f64.powi(-exponent)))).collect()
}

/// Starts that were refused, that succeeded, and M-steps that succeeded.
#[derive(Default)]
struct Seen([u32; 3]);

impl Seen {
    /// A start that succeeds is a valid model, and so is what an M-step makes of it.
    #[track_caller]
    fn check<T: Real, C: Structure>(&mut self, started: bool, gmm: &Gmm<T, 3, 2, C>, data: &[[T; 3]]) {
        self.0[usize::from(started)] += 1;
        if !started {
            return;
        }
        gmm.validate().unwrap();
        let mut stats = SufficientStats::new();
        if stats.observe_all(gmm, data).is_ok() {
            for m_step in [MStep::default(), MStep::exact()] {
                let mut next = gmm.clone();
                self.0[2] += u32::from(m_step.maximize(&stats, &mut next).is_ok());
                next.validate().unwrap();
            }
        }
    }
}

fn starts<T: Real, C: Structure>(exponents: core::ops::Range<i32>) {
    let mut seen = Seen::default();
    for exponent in exponents.step_by(2) {
        let data = small::<T>(exponent);
        for rule in [Rule::RandomSamples, Rule::KMeans(5), Rule::FarthestFirst, Rule::Agglomerate] {
            let mut gmm = Gmm::unfitted();
            let started = Start::new(rule).apply(&mut gmm, &data, &mut Pcg32::new(1, 1));
            seen.check::<T, C>(started.is_ok(), &gmm, &data);
        }
        let mut gmm = Gmm::unfitted();
        let rows = (0..data.len()).map(|i| if i % 3 == 0 { [T::ONE, T::ZERO] } else { [T::ZERO, T::ONE] });
        let started = init::from_responsibilities(&mut gmm, &data, rows).is_ok();
        seen.check::<T, C>(started, &gmm, &data);
        let mut covering: Covering<T, 3, 8, C::Shape> = Covering::new();
        let mut gmm = Gmm::unfitted();
        let started = data.iter().all(|x| covering.observe(x).is_ok()) && covering.start(&mut gmm).is_ok();
        seen.check::<T, C>(started, &gmm, &data);
        // A noise slot whose box is as small as the clusters, or much smaller.
        for share in [10.0, 1e-3] {
            let range = T::narrow(share * 2f64.powi(-exponent));
            let (noise, mut gmm) = (Noise::in_box(T::narrow(0.1), [range; 3]), Gmm::unfitted());
            gmm.set_noise(noise.unwrap()).unwrap();
            if init::farthest_first(&mut gmm, &data).is_ok() {
                let gmm: Gmm<T, 3, 2, WithNoise<C>> = gmm;
                gmm.validate().unwrap();
            }
        }
    }
    assert!(seen.0.iter().all(|count| *count > 0), "{:?}", seen.0);
}

#[test]
fn a_start_from_tiny_variances_is_valid_or_refused() {
    call_for_every_structure!(starts, [f64](496..536));
    call_for_every_structure!(starts, [f32](50..76));
}
