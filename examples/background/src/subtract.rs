//! Background subtraction: a mixture for each pixel, of the colours it has shown of late.

use crate::frame::{Frame, Mask};
use gaussmix::lifecycle::{Birth, LifeCycle};
use gaussmix::nalgebra::SMatrix;
use gaussmix::novelty::DistanceTest;
use gaussmix::stream::StepSize;
use gaussmix::{Covariance, Error, Gmm, MStep, OnlineEm};

/// Components of a pixel.
pub(crate) const K: usize = 3;

/// The model of one pixel: a run of stepwise EM.
pub(crate) type Pixel<C> = OnlineEm<f32, 3, K, C>;

/// What the model is told, the same for every pixel and every video.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// The memory in frames: steps are 1/t at first, then constant.
    pub(crate) memory: f32,
    /// The heaviest components are background until together they have more than this share of the weight.
    pub(crate) background: f32,
    /// A colour farther from a component than this, in standard deviations, is not its own.
    pub(crate) reach: f32,
    /// Variance of a pixel whose first colour is all that is known, in squared levels of 255.
    pub(crate) first_variance: f32,
    /// A frame with more than this share of foreground shows a new light, not new things: the models learn anew.
    pub(crate) upheaval: f32,
    /// How many frames the memory is then worth: steps begin again at one over one more than that.
    pub(crate) kept: f32,
    /// Least variance: rounding to whole levels hides less.
    pub(crate) least_variance: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            memory: 200.0,
            background: 0.8,
            reach: 6.0,
            first_variance: 100.0,
            least_variance: 4.0,
            upheaval: 0.2,
            kept: 20.0,
        }
    }
}

/// The models of a camera's pixels.
#[derive(Clone, Debug)]
pub(crate) struct Subtractor<C: Covariance> {
    settings: Settings,
    pixels: Vec<Pixel<C>>,
    birth: Birth<f32, 3>,
    /// What the memory is worth now, in frames.
    learnt: f32,
}

impl<C: Covariance> Subtractor<C> {
    /// Every pixel has one component at its colour in the first frame.
    pub(crate) fn new(first: &Frame, settings: Settings) -> Result<Self, Error> {
        let mut weights = [0.0; K];
        weights[0] = 1.0;
        let m_step = MStep::exact().with_absolute_floor(settings.least_variance)?;
        let ball = SMatrix::from_diagonal_element(settings.first_variance);
        let balls =
            C::from_matrices(&weights, &[ball; K]).ok_or(Error::NotPositiveDefinite { component: 0 })?;
        let pixel = |colour: &[u8; 3]| {
            let gmm = Gmm::new(weights, [colour.map(f32::from); K], balls)?;
            Ok(OnlineEm::new(gmm, StepSize::ZERO)?.with_m_step(m_step))
        };
        let pixels = first.iter().map(pixel).collect::<Result<_, Error>>()?;
        // A single colour that no component explains is a new component; it takes the lightest one's place.
        let birth = Birth::default().with_support(1, 1)?.with_displaced(1.0)?;
        Ok(Self { settings, pixels, birth, learnt: 1.0 })
    }

    /// Which pixels of the next frame are not background, by the models before they learn from it. After a frame that
    /// is strange in much of its area the memory shrinks to a few frames, and steps grow by as much.
    pub(crate) fn apply(&mut self, frame: &Frame) -> Result<Mask, Error> {
        self.learnt = self.settings.memory.min(self.learnt + 1.0);
        let step = 1.0 / self.learnt;
        let size = StepSize::constant(step)?;
        let far = self.settings.reach * self.settings.reach;
        let test = DistanceTest::beyond(far)?;
        let mut life = LifeCycle::default().with_birth(self.birth.clone().with_share(step)?.with_test(test));
        let see = |(pixel, colour): (&mut Pixel<C>, &[u8; 3])| {
            let x = colour.map(f32::from);
            let is_background = explains(pixel.model(), &x, self.settings.background, far)?;
            pixel.set_step(size);
            life.observe(pixel, x)?;
            Ok(!is_background)
        };
        let mask: Mask = self.pixels.iter_mut().zip(frame).map(see).collect::<Result<_, _>>()?;
        let strange = mask.iter().filter(|is_strange| **is_strange).count();
        if strange as f32 > self.settings.upheaval * mask.len() as f32 {
            self.learnt = self.learnt.min(self.settings.kept);
        }
        Ok(mask)
    }
}

/// Whether a colour is that of a background component.
fn explains<C: Covariance>(
    gmm: &Gmm<f32, 3, K, C>,
    x: &[f32; 3],
    share: f32,
    far: f32,
) -> Result<bool, Error> {
    let distances = gmm.mahalanobis_squared(x)?;
    let weights = gmm.weights();
    let is_background = |k: usize| {
        let heavier = weights.iter().filter(|w| **w > weights[k]).sum::<f32>();
        weights[k] > 0.0 && heavier < share
    };
    Ok((0..K).any(|k| distances[k] <= far && is_background(k)))
}
