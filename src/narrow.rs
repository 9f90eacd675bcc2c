//! What `wide` is on a device: samples one by one, in the least memory.

use core::hint::black_box;

use crate::covariance::Covariance;
use crate::error::Error;
use crate::model::{Gmm, Posterior, one_by_one};
use crate::observation::Observation;
use crate::real::Real;
use crate::statistics::SufficientStats;
use crate::statistics::block::{BLOCK, Sums};

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
        let mut outcome = Ok(());
        let mut count = 0;
        for (index, sample) in data.into_iter().enumerate() {
            // Without `black_box` the compiler copies the whole model to the stack before the loop, and reads it there.
            match self.sums.take(black_box(gmm), &sample, count) {
                Ok(taken) => count += taken,
                Err(error) => {
                    outcome = Err(error.at(index as u64));
                    break;
                }
            }
            if count == BLOCK {
                self.sums.settle(totals, count);
                count = 0;
            }
        }
        if count > 0 {
            self.sums.settle(totals, count);
        }
        outcome
    }
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
