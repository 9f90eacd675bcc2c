//! What `wide` is on a device: samples one by one, in the least memory.

use core::hint::black_box;

use crate::columns::Columns;
use crate::covariance::Covariance;
use crate::error::Error;
use crate::init::{Blank, Scales};
use crate::model::{Gmm, Posterior, one_by_one};
use crate::observation::Observation;
use crate::real::Real;
use crate::statistics::SufficientStats;
use crate::statistics::block::Sums;

/// Nothing beside [`Real`].
pub trait Scalar {}
impl<T> Scalar for T {}

/// Nothing beside [`Shape`](crate::covariance::Shape).
pub trait Kernel {}
impl<S> Kernel for S {}

/// The memory of a pass.
#[derive(Clone, Debug)]
pub(crate) struct Block<T: Real, const D: usize, const K: usize, C: Covariance> {
    sums: Sums<T, D, K, C>,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Block<T, D, K, C> {
    pub(crate) const fn new() -> Self {
        Self { sums: Sums::ZERO }
    }

    /// E-step of a pass, whose statistics are added to `totals`.
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
        // Without `black_box` the compiler copies the whole model to the stack before the loop, and reads it there.
        let take =
            |sums: &mut Sums<T, D, K, C>, sample: &I::Item, count| sums.take(black_box(gmm), sample, count);
        let partial = |totals: &mut SufficientStats<T, D, K, C>, sample: &I::Item, observed: &[bool; D]| {
            totals.add_partial(gmm, sample, observed)
        };
        self.sums.in_blocks(totals, data, take, partial, Sums::settle)
    }

    /// [`observe`](Self::observe) of samples that are held feature by feature.
    #[inline(always)]
    pub(crate) fn observe_columns(
        &mut self,
        totals: &mut SufficientStats<T, D, K, C>,
        gmm: &Gmm<T, D, K, C>,
        columns: Columns<'_, T, D>,
    ) -> Result<(), Error> {
        self.observe(totals, gmm, columns)
    }
}

/// [`Scales::visit_each`]
#[inline(always)]
pub(crate) fn each_nearest<T: Real, const D: usize, I>(
    data: I,
    points: &[[T; D]],
    scales: &Scales<T, D>,
    blank: Blank<'_, T, D>,
    check: bool,
    visit: impl FnMut(&[T; D], T, (usize, T)) -> Result<(), Error>,
) -> Result<(), Error>
where
    I: IntoIterator<Item: Observation<T, D>>,
{
    scales.visit_each(data, points, blank, check, visit)
}

/// Adds each sample of the data whole to the component of the nearest of `means`, except samples with missing features:
/// `partial` gets each of them.
#[inline(always)] // the block's memory is the caller's, and free when that returns
pub(crate) fn assign_to_nearest<T: Real, const D: usize, const K: usize, C: Covariance, I>(
    stats: &mut SufficientStats<T, D, K, C>,
    data: I,
    means: &[[T; D]],
    scales: &Scales<T, D>,
    partial: impl FnMut(&mut SufficientStats<T, D, K, C>, &I::Item, &[bool; D]) -> Result<(), Error>,
) -> Result<(), Error>
where
    I: IntoIterator<Item: Observation<T, D>>,
{
    let choose = |x: &[T; D]| if K == 1 { 0 } else { scales.nearest(x, means.iter()).0 };
    let mut sums = Sums::ZERO;
    sums.assign_all(stats, data, choose, partial)
}

/// [`Gmm::log_densities`]
pub(crate) fn log_densities<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &Gmm<T, D, K, C>,
    data: &[[T; D]],
    out: &mut [T],
) -> Result<(), Error> {
    one_by_one(data, out, |x| gmm.log_density_at(x))
}

/// [`Gmm::posteriors`]
pub(crate) fn posteriors<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &Gmm<T, D, K, C>,
    data: &[[T; D]],
    out: &mut [Posterior<T, K>],
) -> Result<(), Error> {
    one_by_one(data, out, |x| gmm.posterior_at(x))
}

/// [`Gmm::predictions`]
pub(crate) fn predictions<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &Gmm<T, D, K, C>,
    data: &[[T; D]],
    out: &mut [usize],
) -> Result<(), Error> {
    one_by_one(data, out, |x| gmm.predict_at(x))
}
