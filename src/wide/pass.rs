//! Passes of the feature `simd`: panels of many samples, which are summed sample by sample in lanes.

use super::e_step::EStep;
use super::feed::{Feed, Singly};
use super::limits::{Limits, Verdict};
use super::live::Live;
use super::nearest::{Nearest, NearestStep};
use super::sums::Sums;
use super::{Panel, Panels, Scalar};
use crate::columns::Columns;
use crate::covariance::{Covariance, Shape};
use crate::error::Error;
use crate::init::Scales;
use crate::model::Gmm;
use crate::observation::Observation;
use crate::real::{Real, carry};
use crate::statistics::SufficientStats;

/// How many panels are summed before they are merged into the totals.
const PANELS: u64 = 16;

/// The memory of a pass.
#[derive(Clone, Debug)]
pub(crate) struct Block<T: Real, const D: usize, const K: usize, C: Covariance> {
    sums: Sums<T, D, K, C>,
    panel: <T as Scalar>::Panel<D, K>,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Block<T, D, K, C> {
    pub(crate) const fn new() -> Self {
        Self { sums: Sums::new(), panel: <<T as Scalar>::Panel<D, K> as Panels<T, D, K>>::NEW }
    }

    /// E-step of a whole pass, whose statistics are added to `totals`.
    ///
    /// # Errors
    /// As [`SufficientStats::observe_all`].
    #[inline(always)]
    pub(crate) fn observe<I>(
        &mut self,
        totals: &mut SufficientStats<T, D, K, C>,
        gmm: &Gmm<T, D, K, C>,
        data: I,
    ) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        self.observe_feed(totals, gmm, Singly(data.into_iter()))
    }

    /// The same of samples that are held feature by feature.
    ///
    /// # Errors
    /// As [`SufficientStats::observe_columns`].
    pub(crate) fn observe_columns(
        &mut self,
        totals: &mut SufficientStats<T, D, K, C>,
        gmm: &Gmm<T, D, K, C>,
        columns: Columns<'_, T, D>,
    ) -> Result<(), Error> {
        self.observe_feed(totals, gmm, columns.into_iter())
    }

    #[inline(always)]
    fn observe_feed<F: Feed<T, D>>(
        &mut self,
        totals: &mut SufficientStats<T, D, K, C>,
        gmm: &Gmm<T, D, K, C>,
        data: F,
    ) -> Result<(), Error> {
        let partial = |totals: &mut SufficientStats<T, D, K, C>, sample: &F::Item, observed: &[bool; D]| {
            totals.add_partial(gmm, sample, observed)
        };
        self.panel.observe::<C, _, false>(totals, &mut self.sums, gmm, &[T::ONE; D], data, partial)
    }
}

/// What passes ask of a panel, whatever its number of samples.
pub trait Passes<T, const D: usize, const K: usize>: Panels<T, D, K> {
    /// Gives every sample a mass, as `nearest` says. For each panel, `draw` gets the sum of masses, the number of
    /// samples, and a function that returns a sample and its mass.
    ///
    /// # Errors
    /// The error of a bad weight.
    fn offer<I>(
        &mut self,
        data: I,
        nearest: Nearest<'_, T, D>,
        draw: impl FnMut(T, usize, &dyn Fn(usize) -> ([T; D], T)),
    ) -> Result<(), Error>
    where
        T: Real,
        I: IntoIterator<Item: Observation<T, D>>;

    /// E-step and statistics of a whole pass, except of samples with missing features, which `partial` gets. With
    /// `WHOLE`, each sample goes whole to the live component of the nearest mean; `reciprocals` holds 1 divided by the
    /// unit of each feature.
    ///
    /// # Errors
    /// As [`SufficientStats::observe_all`], or [`SufficientStats::assign`].
    fn observe<C: Covariance, F: Feed<T, D>, const WHOLE: bool>(
        &mut self,
        totals: &mut SufficientStats<T, D, K, C>,
        sums: &mut Sums<T, D, K, C>,
        gmm: &Gmm<T, D, K, C>,
        reciprocals: &[T; D],
        data: F,
        partial: impl FnMut(&mut SufficientStats<T, D, K, C>, &F::Item, &[bool; D]) -> Result<(), Error>,
    ) -> Result<(), Error>
    where
        T: Real;
}

impl<T: Real, const N: usize, const D: usize, const K: usize> Panel<T, N, D, K> {
    /// Observes the panel's samples one by one, as without panels, if one of them is refused or nearly so. The samples
    /// before a bad one count.
    #[cold]
    #[inline(never)]
    fn observe_one_by_one<C: Covariance, const WHOLE: bool>(
        &self,
        totals: &mut SufficientStats<T, D, K, C>,
        gmm: &Gmm<T, D, K, C>,
        live: &Live<K>,
        reciprocals: &[T; D],
        first: u64,
    ) -> Result<(), Error> {
        for slot in 0..self.count {
            let mut x = [T::ZERO; D];
            for j in 0..D {
                x[j] = self.x[j][slot];
            }
            let taken = if WHOLE {
                let means = live.iter().map(|k| &gmm.means[k]);
                let (nearest, _) = Scales { reciprocals: *reciprocals }.nearest(&x, means);
                totals.assign_to(live.iter().nth(nearest).unwrap_or(0), &x, self.w[slot])
            } else {
                totals.observe(gmm, (x, self.w[slot])).map(|_| ())
            };
            taken.map_err(|error| error.at(self.index_of(slot, first)))?;
        }
        Ok(())
    }
}

impl<T: Real, const N: usize, const D: usize, const K: usize> Passes<T, D, K> for Panel<T, N, D, K> {
    fn offer<I>(
        &mut self,
        data: I,
        nearest: Nearest<'_, T, D>,
        mut draw: impl FnMut(T, usize, &dyn Fn(usize) -> ([T; D], T)),
    ) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        let mut data = data.into_iter();
        self.clear();
        loop {
            let (_, stop) = self.gather(
                &mut data,
                |_| Ok(()),
                |_, sample, observed| {
                    nearest.visit_partial(sample, observed, |x, mass| draw(mass, 1, &|_| (*x, mass)))
                },
            );
            if self.count > 0 {
                if self.count < N {
                    self.pad();
                }
                let sum = T::dispatch(NearestStep { panel: self, nearest });
                draw(sum, self.count, &|n| (self.x.each_ref().map(|row| row[n]), self.norms[n]));
                self.clear();
            }
            if let Some(stop) = stop {
                return stop;
            }
        }
    }

    fn observe<C: Covariance, F: Feed<T, D>, const WHOLE: bool>(
        &mut self,
        totals: &mut SufficientStats<T, D, K, C>,
        sums: &mut Sums<T, D, K, C>,
        gmm: &Gmm<T, D, K, C>,
        reciprocals: &[T; D],
        mut data: F,
        mut partial: impl FnMut(&mut SufficientStats<T, D, K, C>, &F::Item, &[bool; D]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (live, limits) = (Live::of(gmm), Limits::of(gmm));
        let mut first = 0;
        sums.reset();
        self.clear();
        loop {
            let mut checked = 0;
            let check = |x: &[T; D]| limits.check(gmm, x, T::ZERO);
            let (read, stop) = self.fill(&mut data, check, |panel, sample, observed| {
                panel.check_from(&mut checked, &limits, gmm)?;
                partial(totals, sample, observed)
            });
            if self.count > 0 {
                if self.count < N {
                    self.pad();
                }
                let step = EStep::<_, N, D, K, C, WHOLE> {
                    panel: self,
                    totals,
                    sums,
                    gmm,
                    live: &live,
                    limits,
                    reciprocals,
                };
                if T::dispatch(step) == Verdict::Declined {
                    sums.settle(totals, gmm);
                    let outcome = self.observe_one_by_one::<C, WHOLE>(totals, gmm, &live, reciprocals, first);
                    if outcome.is_err() {
                        self.clear();
                        return outcome;
                    }
                } else if sums.count >= PANELS * N as u64 {
                    sums.settle(totals, gmm);
                }
                self.clear();
            }
            first += read;
            if let Some(stop) = stop {
                sums.settle(totals, gmm);
                return stop.map_err(|error| error.at(first));
            }
        }
    }
}

/// Returns the mean of sums about `point`, in two numbers, and turns the scatter about the point into that about the
/// mean, which is not negative.
pub(super) fn centre<T: Real, const D: usize, S: Shape>(
    mass: T,
    point: &[T; D],
    first: &[T; D],
    scatter: &mut S::Matrix<T, D>,
) -> ([T; D], [T; D]) {
    let (mut mean, mut low) = (*point, *first);
    for d in &mut low {
        *d /= mass;
    }
    S::add_outer(scatter, -mass, &low);
    S::clear_negative(scatter);
    for j in 0..D {
        (mean[j], low[j]) = carry(mean[j], low[j]);
    }
    (mean, low)
}
