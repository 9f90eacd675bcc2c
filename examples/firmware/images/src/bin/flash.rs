//! What the crate takes of flash: an image is built once with and once without it, and the sizes compared.
//!
//! The features say what is called: `score` the density under a model in flash; `stream` statistics and the M-step as
//! well; `fit` EM to convergence, from a model in flash; `start` a farthest-first start before it; `online` a stepwise
//! run; `policies` births, pruning and alarms beside it; `detector` a detector of two features of each axis. `six` makes it six features instead of three, `diagonal`
//! changes the structure. There are always four components.

#![no_std]
#![no_main]

use board::{entry, fail, succeed};
use core::hint::black_box;

#[cfg(feature = "six")]
const D: usize = 6;
#[cfg(not(feature = "six"))]
const D: usize = 3;

static SAMPLES: [[f32; D]; 64] = samples();

/// Anything that varies.
const fn samples() -> [[f32; D]; 64] {
    let mut samples = [[0.0; D]; 64];
    let mut state = 1_u32;
    let mut i = 0;
    while i < 64 * D {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        samples[i / D][i % D] = (state >> 16) as f32;
        i += 1;
    }
    samples
}

/// The image without the crate.
#[cfg(not(feature = "score"))]
mod work {
    use super::D;

    pub(crate) type Model = [f32; 16];

    pub(crate) const fn model() -> Model {
        [1.0; 16]
    }

    pub(crate) fn score(model: &Model, x: &[f32; D]) -> Option<f32> {
        Some(model.first()? + x.first()?)
    }
}

#[cfg(feature = "score")]
mod work {
    use super::D;
    use gaussmix::Gmm;
    use gaussmix::covariance::Factor;
    use gaussmix::nalgebra::ArrayStorage;
    #[cfg(not(feature = "diagonal"))]
    use gaussmix::nalgebra::SMatrix;
    #[cfg(feature = "diagonal")]
    use gaussmix::nalgebra::SVector;

    #[cfg(not(feature = "diagonal"))]
    type Structure = gaussmix::Full;
    #[cfg(feature = "diagonal")]
    type Structure = gaussmix::Diagonal;

    pub(crate) type Model = Gmm<f32, D, 4, Structure>;

    /// 1/σ of every component and feature: the samples go from 0 to 65535.
    const INVERSE: f32 = 1.0 / 16_384.0;
    /// ln σ + ½ ln 2π.
    const LOG_SCALE: f32 = 10.622_999;

    #[cfg(not(feature = "diagonal"))]
    const FACTOR: Factor<SMatrix<f32, D, D>> = {
        let mut columns = [[0.0; D]; D];
        let mut j = 0;
        while j < D {
            columns[j][j] = INVERSE;
            j += 1;
        }
        Factor(SMatrix::from_array_storage(ArrayStorage(columns)))
    };
    #[cfg(feature = "diagonal")]
    const FACTOR: Factor<SVector<f32, D>> = Factor(SVector::from_array_storage(ArrayStorage([[INVERSE; D]])));

    /// Four components along the samples' diagonal.
    pub(crate) const fn model() -> Model {
        const OFFSET: f32 = -1.386_294_4 - D as f32 * LOG_SCALE; // ln ¼ ...
        let means = [[8e3; D], [24e3; D], [40e3; D], [56e3; D]];
        Gmm::from_parts([0.25; 4], [OFFSET; 4], means, [FACTOR; 4])
    }

    #[cfg(feature = "stream")]
    pub(crate) fn learn(model: &mut Model, data: &[[f32; D]]) -> Option<()> {
        use gaussmix::{MStep, SufficientStats};
        let mut stats = SufficientStats::new();
        for x in data {
            stats.observe(model, x).ok()?;
        }
        MStep::default().maximize(&stats, model).ok()?;
        stats.discount(0.9).ok()
    }

    #[cfg(feature = "fit")]
    pub(crate) fn learn(model: &mut Model, data: &[[f32; D]]) -> Option<()> {
        #[cfg(feature = "start")]
        gaussmix::init::farthest_first(model, data).ok()?;
        gaussmix::Em::default().fit(model, data).ok()?;
        Some(())
    }

    #[cfg(feature = "online")]
    pub(crate) fn learn(model: &mut Model, data: &[[f32; D]]) -> Option<()> {
        use gaussmix::OnlineEm;
        use gaussmix::stream::StepSize;
        let mut online = OnlineEm::new(model.clone(), StepSize::constant(0.01).ok()?).ok()?.with_interval(10);
        #[cfg(feature = "policies")]
        let mut policies = Policies::new()?;
        for x in data {
            #[cfg(feature = "policies")]
            policies.observe(&mut online, x)?;
            #[cfg(not(feature = "policies"))]
            online.observe(x).ok()?;
        }
        *model = online.model().clone();
        Some(())
    }

    #[cfg(feature = "detector")]
    pub(crate) fn learn(_: &mut Model, data: &[[f32; D]]) -> Option<()> {
        use gaussmix::detector::Detector;
        let mut detector: Detector<f32, D, { 2 * D }, 4, Structure> = Detector::new(4).ok()?;
        for x in data {
            detector.observe(x).ok()?;
        }
        (!detector.is_alarm()).then_some(())
    }

    /// As in the image `adapt`.
    #[cfg(feature = "policies")]
    struct Policies {
        life: gaussmix::lifecycle::LifeCycle<f32, D>,
        novelty: gaussmix::novelty::Novelty<f32>,
    }

    #[cfg(feature = "policies")]
    impl Policies {
        fn new() -> Option<Self> {
            use gaussmix::lifecycle::{Birth, LifeCycle, Pruning};
            let life = LifeCycle::default().with_birth(Birth::default()).with_pruning(Pruning::default());
            Some(Self { life, novelty: gaussmix::novelty::Novelty::new(0.01).ok()? })
        }

        /// Whether the sample is new.
        fn observe(
            &mut self,
            online: &mut gaussmix::OnlineEm<f32, D, 4, Structure>,
            x: &[f32; D],
        ) -> Option<bool> {
            let report = self.life.observe(online, x).ok()?;
            self.novelty.observe(report.posterior.log_density).ok()
        }
    }

    pub(crate) fn score(model: &Model, x: &[f32; D]) -> Option<f32> {
        model.log_density(x).ok()
    }
}

static MODEL: work::Model = work::model();

#[cfg(not(any(feature = "stream", feature = "fit", feature = "online", feature = "detector")))]
fn run(data: &[[f32; D]]) -> Option<f32> {
    let mut sum = 0.0;
    for x in data {
        sum += work::score(black_box(&MODEL), x)?;
    }
    Some(sum)
}

#[cfg(any(feature = "stream", feature = "fit", feature = "online", feature = "detector"))]
fn run(data: &[[f32; D]]) -> Option<f32> {
    let mut model = black_box(&MODEL).clone();
    work::learn(&mut model, data)?;
    let mut sum = 0.0;
    for x in data {
        sum += work::score(&model, x)?;
    }
    Some(sum)
}

#[entry]
fn main() -> ! {
    match run(black_box(&SAMPLES)) {
        Some(sum) if sum.is_finite() => succeed(),
        _ => fail(""),
    }
}
