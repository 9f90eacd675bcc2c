//! A start from a stream of which nothing is known.

use super::search::{Search, choose};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::fit::Em;
use crate::init::{self, Agglomeration, Scales, Spread};
use crate::model::Gmm;
use crate::observation::{Observation, check_range, checked_weight};
use crate::real::Real;
use heapless::Vec;

/// From nothing to clusters: keeps the first `M` samples of a stream, finds their scale, chooses the number of
/// components by BIC, and fits them. It needs no model, no scale and no random numbers.
///
/// A run of [`OnlineEm`](crate::OnlineEm) cannot begin with an [unfitted](Gmm::unfitted) model: its variance of 1 would
/// be a guess at the unit of the data, and where that is wrong by far, one component takes everything for ever. Births
/// do not find clusters inside a component that is as wide as all of them. Let the first samples fill a cold start
/// instead, begin the run with its model, and let [births](crate::lifecycle::Birth) add what those samples did not
/// show.
///
/// Scale all samples by a power of two, and the start has the same bits, scaled; other units and offsets change no more
/// than the rounding of the samples does. The candidates for each number of components are two fits: from Ward's
/// clusters of all samples held ([`Agglomeration`]), and from [`init::farthest_first`].
///
/// A corrupt reading among the samples held is not survived: one component takes all. Leave out what the sensor cannot
/// have measured, or observe M more samples and start again if the model is too wide.
///
/// It holds M samples. [`start`](Self::start) takes two models, two statistics, 1.5 KB and M clusters on the stack, and
/// the time of 2K fits to M samples.
///
/// ```
/// use gaussmix::select::ColdStart;
/// use gaussmix::stream::StepSize;
/// use gaussmix::{Diagonal, Gmm, OnlineEm};
///
/// // An accelerometer in g, or a converter's counts: the code is the same.
/// # let sensor = (0..1000).map(|t| [20_000.0 + [-400.0, 0.0, 500.0][t % 3] + (t * t % 19) as f32]);
/// let mut cold: ColdStart<f32, 1, 64> = ColdStart::new();
/// let mut run: OnlineEm<f32, 1, 6, Diagonal> = OnlineEm::unfitted();
/// run.set_step(StepSize::constant(0.005)?);
/// for reading in sensor {
///     if run.steps() > 0 {
///         run.observe(reading)?;
///     } else if cold.observe(reading)? {
///         let mut gmm = Gmm::unfitted();
///         assert_eq!(cold.start(&mut gmm)?, 3);
///         run.reset(&gmm)?;
///         run.observe(reading)?;
///     }
/// }
/// assert_eq!(run.model().live().count(), 3);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ColdStart<T: Real, const D: usize, const M: usize> {
    samples: Vec<[T; D], M>,
    /// Where the next sample goes once all places are taken.
    oldest: usize,
}

impl<T: Real, const D: usize, const M: usize> ColdStart<T, D, M> {
    /// A cold start without a sample.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(D > 0 && M > 1, "a start takes at least two samples of one feature") };
        Self { samples: Vec::new(), oldest: 0 }
    }

    /// Takes the next sample, in place of the oldest if M are held. Returns whether M are held now, so that it is time
    /// to [start](Self::start). A sample of weight 0 is ignored; other weights make no difference.
    ///
    /// # Errors
    /// [`Error::NonFiniteSample`], [`Error::InvalidSampleWeight`] or [`Error::OutOfRange`]; the samples are then as
    /// before.
    pub fn observe(&mut self, sample: impl Observation<T, D>) -> Result<bool, Error> {
        let weight = checked_weight(&sample)?;
        let x = sample.features();
        check_range(x, T::ONE)?;
        if weight > T::ZERO && self.samples.push(*x).is_err() {
            if let Some(oldest) = self.samples.get_mut(self.oldest) {
                *oldest = *x;
            }
            self.oldest = if self.oldest + 1 < M { self.oldest + 1 } else { 0 };
        }
        Ok(self.samples.is_full())
    }

    /// The samples that it holds.
    #[must_use]
    pub fn samples(&self) -> &[[T; D]] {
        &self.samples
    }

    /// Sets the model from the samples held, and returns how many components are live.
    ///
    /// # Errors
    /// [`Error::EmptyData`] without samples, [`Error::ConstantFeature`] if a feature does not vary yet (go on
    /// observing), and [`Error::NotPositiveDefinite`] if variances leave the range of `T`. The model is then as before.
    pub fn start<const K: usize, C: Covariance>(&self, gmm: &mut Gmm<T, D, K, C>) -> Result<usize, Error> {
        let (origin, scales) = self.units::<K, C>()?;
        let data = self.samples.iter().map(|x| {
            let mut x = *x;
            for ((v, origin), scale) in x.iter_mut().zip(&origin).zip(&scales) {
                *v = (*v - *origin) / *scale;
            }
            x
        });
        let mut standard = Gmm::BLANK;
        let em = Em::default();
        choose(&mut standard, &Search::new(1..=K)?, data.clone(), |components, _, candidate| {
            let mut is_second = false;
            let start = |gmm: &mut Gmm<T, D, K, C>, data, (): &mut ()| {
                if core::mem::replace(&mut is_second, true) {
                    init::start_farthest(gmm, data, components)
                } else {
                    Agglomeration::<M>::start_all(gmm, data, components)
                }
            };
            em.fitting().search(candidate, 2, start, data.clone(), &mut ())
        })?;
        gmm.copy_from(&standard.affine(&scales, &origin)?);
        Ok(gmm.live().count())
    }

    /// Where the samples are, and their deviations rounded down to powers of two: of each feature, or the largest for
    /// all where the structure has one unit for all. Divided by these, samples lose no bit.
    fn units<const K: usize, C: Covariance>(&self) -> Result<([T; D], [T; D]), Error> {
        let origin = *self.samples.first().ok_or(Error::EmptyData)?;
        let Spread { scales: Scales { reciprocals }, .. } = Spread::of(&self.samples)?;
        if let Some(feature) = reciprocals.iter().position(|r| *r == T::ZERO) {
            return Err(Error::ConstantFeature { feature });
        }
        let mut scales = [T::ONE; D];
        let mut largest = T::ZERO;
        for (scale, reciprocal) in scales.iter_mut().zip(&reciprocals) {
            while *scale * *reciprocal > T::ONE {
                *scale *= T::HALF;
            }
            while *scale * *reciprocal <= T::HALF {
                *scale += *scale;
            }
            largest = largest.larger(*scale);
        }
        if Gmm::<T, D, K, C>::unfitted().affine(&scales, &origin).is_err() {
            scales = [largest; D];
        }
        Ok((origin, scales))
    }
}

impl<T: Real, const D: usize, const M: usize> Default for ColdStart<T, D, M> {
    fn default() -> Self {
        Self::new()
    }
}
