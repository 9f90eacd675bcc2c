//! A start from a stream of which nothing is known.

use super::Selection;
use super::far_out::far_out;
use super::search::{Search, choose};
use crate::covariance::{Covariance, Extra};
use crate::error::Error;
use crate::fit::{Em, MStep, Regularizer, Units, rounding_variances};
use crate::init::{self, Agglomeration, Scales, Spread};
use crate::model::{Criterion, Gmm};
use crate::observation::{Observation, check_range, checked_weight, complete};
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
/// # Corrupt readings
/// A few readings far from all others, such as 65535 among tens, are left out. The start is then that of the other
/// samples, wherever the corrupt ones stand and whatever they are:
///
/// - The least or largest values of a feature are far out if the gap between them and the others is more than twice the
///   range of the others (a ratio of gap to whole range above 2/3: Dixon 1950, doi:10.1214/aoms/1177729747). They are a
///   sixteenth of the samples at most, a half rounded up: four of 64. Where all others are equal, only a floor, a ridge
///   or a unit tells what is far.
/// - Strays nearer than that, or between clusters, are left out where they put the choice in
///   [doubt](Selection::rival): where a candidate much likelier than the best one was refused for a
///   [spurious](crate::fit::Fit::spurious) component, the samples of that component go, and all is chosen again. That
///   takes a K above the number of clusters, and a structure whose components do not share one covariance. Where only
///   one of the two fits came to such a component, nothing is left out for it, and [`Selection::passed_over`] says so.
///
/// An eighth of the samples is left out at most. The `count` of the [best](Selection::best) fit says how many were
/// kept. A cluster of which the samples show so little, so far away, is left out too; births add it when more of it is
/// seen. Three equal readings that are not far out are a component.
///
/// # Cost
/// It holds M samples and the settings. [`start`](Self::start) takes, besides what
/// [`fit_best_of`](Em::fit_best_of) does and 2M (D + 1) numbers, at most three models, seven
/// [selections](Selection), 1 KB and 4M bytes on the stack. It takes the time of 2K fits to M samples, once more for
/// each time that it chooses again.
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
///         assert_eq!(cold.start(&mut gmm)?.chosen(), Some(3));
///         run.reset(&gmm)?;
///         run.observe(reading)?;
///     }
/// }
/// assert_eq!(run.model().live().count(), 3);
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// Readings in steps of 0.1, with two that are corrupt:
///
/// ```
/// use gaussmix::select::ColdStart;
/// use gaussmix::{Diagonal, Gmm};
///
/// let mut cold: ColdStart<f32, 1, 64> = ColdStart::new().with_resolution([0.1])?;
/// for t in 0..64 {
///     let noise = (t * 7 % 10 + t * 3 % 11) as f32 / 10.0;
///     let reading = if t % 40 == 20 { -127.0 } else { [20.0, 35.5][t % 2] + noise };
///     cold.observe([reading])?;
/// }
/// let mut gmm: Gmm<f32, 1, 4, Diagonal> = Gmm::unfitted();
/// let selection = cold.start(&mut gmm)?;
/// assert_eq!((selection.chosen(), selection.best.best_of.fit.count), (Some(2), 62));
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ColdStart<T: Real, const D: usize, const M: usize, R = ()> {
    samples: Vec<[T; D], M>,
    /// Where the next sample goes once all places are taken.
    oldest: usize,
    em: Em<T, R>,
    criterion: Criterion,
    /// The variance of rounding each feature to its unit; 0 if that is not known.
    rounding: [T; D],
}

impl<T: Real, const D: usize, const M: usize> ColdStart<T, D, M> {
    /// A cold start without a sample, with the default [`Em`], BIC, and no known resolution.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(D > 0 && M > 1, "a start takes at least two samples of one feature") };
        Self {
            samples: Vec::new(),
            oldest: 0,
            em: Em::DEFAULT,
            criterion: Criterion::Bic,
            rounding: [T::ZERO; D],
        }
    }
}

impl<T: Real, const D: usize, const M: usize, R> ColdStart<T, D, M, R> {
    /// Sets how candidates are fitted. An absolute floor and a ridge are in the squared unit of the samples, as in any
    /// fit. With either of them a feature may be at rest, and all features are scaled alike.
    #[must_use]
    pub fn with_em<S>(self, em: Em<T, S>) -> ColdStart<T, D, M, S> {
        let Self { samples, oldest, criterion, rounding, .. } = self;
        ColdStart { samples, oldest, em, criterion, rounding }
    }

    /// Sets the criterion that decides.
    #[must_use]
    pub fn with_criterion(mut self, criterion: Criterion) -> Self {
        self.criterion = criterion;
        self
    }

    /// Sets the unit in which each feature is recorded, 0 if not known, as
    /// [`Fitting::with_resolution`](crate::fit::Fitting::with_resolution). A feature with a unit may be at rest.
    ///
    /// The unit does not reach the run that begins with the model. Give that run
    /// [`MStep::with_absolute_floor`] with a twelfth of the square of the smallest unit (an
    /// [`OnlineEm`](crate::OnlineEm) has one floor for all features).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if a unit is negative or NaN, or its square leaves the range.
    pub fn with_resolution(mut self, units: [T; D]) -> Result<Self, Error> {
        self.rounding = rounding_variances(&units)?;
        Ok(self)
    }

    /// Takes the next sample, in place of the oldest if M are held. Returns whether M are held now, so that it is time
    /// to [start](Self::start). A sample of weight 0 is ignored; other weights make no difference.
    ///
    /// # Errors
    /// [`Error::NonFiniteSample`], [`Error::MissingFeature`], [`Error::InvalidSampleWeight`] or [`Error::OutOfRange`];
    /// the samples are then as before.
    pub fn observe(&mut self, sample: impl Observation<T, D>) -> Result<bool, Error> {
        let weight = checked_weight(&sample)?;
        let Some(x) = complete(&sample)? else { return Ok(self.samples.is_full()) };
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

    /// Sets the model from the samples held, and returns what it was chosen from: all candidates, in the units of the
    /// samples. The model is that of the best one, also where the data do not decide.
    ///
    /// # Errors
    /// [`Error::EmptyData`] without samples. [`Error::ConstantFeature`] if a feature does not vary yet and there is
    /// neither a floor, a ridge nor a unit for it: go on observing. [`Error::NotPositiveDefinite`] if variances leave
    /// the range of `T`. The model is then as before.
    pub fn start<const K: usize, C: Covariance>(
        &self,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Result<Selection<T, K>, Error>
    where
        R: Regularizer<T, D, K, C> + Clone,
    {
        let grains = self.least_variances().map(|v| (T::narrow(12.0) * v).root());
        let mut view = self.view::<K, C>(far_out(&self.samples, &grains))?;
        let mut standard = Gmm::BLANK;
        let mut selection = loop {
            standard.extra = gmm.extra;
            match self.choose(&view, &mut standard)? {
                (_, Some(narrower)) => view = narrower,
                (selection, None) => break selection,
            }
        };
        in_units(gmm, &standard, &view)?;
        selection.rescale(view.scales.iter().fold(T::ZERO, |sum, scale| sum + scale.natural_log()));
        Ok(selection)
    }

    /// Chooses among the fits to what a view shows. Returns a view without the samples that put the choice in doubt, if
    /// there is one: those of the spurious components of a likelier candidate.
    fn choose<const K: usize, C: Covariance>(
        &self,
        view: &View<T, D, M>,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Result<(Selection<T, K>, Option<View<T, D, M>>), Error>
    where
        R: Regularizer<T, D, K, C> + Clone,
    {
        // The range of the noise is in the units of the samples.
        if let Some(noise) = gmm.extra.noise_mut() {
            noise.stretch(&view.scales.map(|scale| T::ONE / scale));
        }
        let extra = gmm.extra;
        let data = view.kept(&self.samples).map(|x| view.standardised(x));
        let (em, rounding) = self.settings(&view.scales);
        let fit = |components, gmm: &mut Gmm<T, D, K, C>| {
            let mut is_second = false;
            let start = |gmm: &mut Gmm<T, D, K, C>, data, (): &mut ()| {
                if core::mem::replace(&mut is_second, true) {
                    init::start_farthest(gmm, data, components)
                } else {
                    Agglomeration::<M>::start_all(gmm, data, components)
                }
            };
            gmm.extra = extra;
            let mut fitting = em.fitting().with_least_variances(rounding);
            fitting.search(gmm, 2, start, data.clone(), &mut ())
        };
        let search = Search::new(1..=K)?.with_criterion(self.criterion);
        let selection = choose(gmm, &search, data.clone(), |components, _, gmm| fit(components, gmm))?;
        let Some(rival) = selection.rival() else { return Ok((selection, None)) };
        // Its model was not kept. The same fit makes it again.
        let spurious = fit(rival.components, gmm)?.fit.spurious;
        let mut left_out = view.left_out;
        for (x, out) in self.samples.iter().zip(&mut left_out).filter(|(_, out)| !**out) {
            let component = gmm.predict(view.standardised(x))?;
            *out = spurious.get(component).is_some_and(|is| *is);
        }
        let is_few = left_out.iter().filter(|out| **out).count() <= self.samples.len() / 8;
        if is_few
            && left_out != view.left_out
            && let Ok(narrower) = self.view::<K, C>(left_out)
        {
            return Ok((selection, Some(narrower)));
        }
        fit(selection.best.components, gmm)?;
        Ok((selection, None))
    }

    /// Below what no variance of a feature falls, in the units of the samples; 0 where there is no such limit.
    fn least_variances(&self) -> [T; D] {
        let MStep { absolute_floor, ridge, .. } = self.em.m_step;
        self.rounding.map(|v| v.larger(absolute_floor).larger(ridge))
    }

    /// Where the samples are, and their deviations rounded down to powers of two: of each feature, or the largest for
    /// all where the structure or the M-step has one unit for all. Divided by these, samples lose no bit.
    #[inline(never)] // its memory is free again when the fits begin
    fn view<const K: usize, C: Covariance>(&self, left_out: [bool; M]) -> Result<View<T, D, M>, Error>
    where
        R: Regularizer<T, D, K, C>,
    {
        let mut view = View { left_out, origin: [T::ZERO; D], scales: [T::ONE; D] };
        let origin = view.kept(&self.samples).next().copied();
        view.origin = origin.ok_or(Error::EmptyData)?;
        let Spread { scales: Scales { mut reciprocals }, .. } = Spread::of(view.kept(&self.samples))?;
        for (reciprocal, least) in reciprocals.iter_mut().zip(&self.least_variances()) {
            if *least > T::ZERO {
                let most = T::ONE / least.root();
                *reciprocal = if *reciprocal > T::ZERO { reciprocal.smaller(most) } else { most };
            }
        }
        if let Some(feature) = reciprocals.iter().position(|r| *r == T::ZERO) {
            return Err(Error::ConstantFeature { feature });
        }
        let mut largest = T::ZERO;
        for (scale, reciprocal) in view.scales.iter_mut().zip(&reciprocals) {
            while *scale * *reciprocal > T::ONE {
                *scale *= T::HALF;
            }
            while *scale * *reciprocal <= T::HALF {
                *scale += *scale;
            }
            largest = largest.larger(*scale);
        }
        let MStep { absolute_floor, ridge, .. } = self.em.m_step;
        let is_one = absolute_floor > T::ZERO || ridge > T::ZERO || R::UNITS == Units::Common;
        if is_one || Gmm::<T, D, K, C>::unfitted().affine(&view.scales, &view.origin).is_err() {
            view.scales = [largest; D];
        }
        if R::UNITS == Units::Own {
            (view.origin, view.scales) = ([T::ZERO; D], [T::ONE; D]);
        }
        Ok(view)
    }

    /// The settings for samples divided by these scales.
    fn settings(&self, scales: &[T; D]) -> (Em<T, R>, Option<[T; D]>)
    where
        R: Clone,
    {
        let mut em = self.em.clone();
        let scale = scales.first().copied().unwrap_or(T::ONE);
        // Where either is above 0, the scales are all alike.
        for absolute in [&mut em.m_step.absolute_floor, &mut em.m_step.ridge] {
            *absolute = *absolute / scale / scale;
        }
        let mut rounding = self.rounding;
        for (v, scale) in rounding.iter_mut().zip(scales) {
            *v = *v / *scale / *scale;
        }
        (em, rounding.iter().any(|v| *v > T::ZERO).then_some(rounding))
    }
}

impl<T: Real, const D: usize, const M: usize> Default for ColdStart<T, D, M> {
    fn default() -> Self {
        Self::new()
    }
}

/// Sets a model in the units of the samples from that of the samples as the view has them.
#[inline(never)] // its memory is not that of the fits before it
fn in_units<T: Real, const D: usize, const K: usize, C: Covariance, const M: usize>(
    gmm: &mut Gmm<T, D, K, C>,
    standard: &Gmm<T, D, K, C>,
    view: &View<T, D, M>,
) -> Result<(), Error> {
    gmm.clone_from(&standard.affine(&view.scales, &view.origin)?);
    Ok(())
}

/// Which of the samples are left out, and the units in which the others are fitted.
#[derive(Clone, Copy, Debug)]
struct View<T, const D: usize, const M: usize> {
    left_out: [bool; M],
    origin: [T; D],
    /// Powers of two.
    scales: [T; D],
}

impl<T: Real, const D: usize, const M: usize> View<T, D, M> {
    fn kept<'a>(&'a self, samples: &'a [[T; D]]) -> impl Iterator<Item = &'a [T; D]> + Clone {
        samples.iter().zip(&self.left_out).filter(|(_, out)| !**out).map(|(x, _)| x)
    }

    fn standardised(&self, x: &[T; D]) -> [T; D] {
        let mut x = *x;
        for ((v, origin), scale) in x.iter_mut().zip(&self.origin).zip(&self.scales) {
            *v = (*v - *origin) / *scale;
        }
        x
    }
}
