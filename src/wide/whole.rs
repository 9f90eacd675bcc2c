//! Statistics of samples that go whole to one component: what a start begins with and ends with, in panels.

use super::closest::{SMALL, are_within_range, nearest};
use super::in_order::N;
use super::{Isa, Job, Panel};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::init::Scales;
use crate::observation::{Observation, check_range};
use crate::real::Real;
use crate::statistics::SufficientStats;
use crate::statistics::block::Sums;

/// Adds each sample of the data whole to the component of the nearest of `means`, except samples with missing features:
/// `partial` gets each of them.
#[inline(never)] // its memory is free again afterwards
pub(crate) fn assign_to_nearest<T: Real, const D: usize, const K: usize, C: Covariance, I>(
    stats: &mut SufficientStats<T, D, K, C>,
    data: I,
    means: &[[T; D]],
    scales: &Scales<T, D>,
    mut partial: impl FnMut(&mut SufficientStats<T, D, K, C>, &I::Item, &[bool; D]) -> Result<(), Error>,
) -> Result<(), Error>
where
    I: IntoIterator<Item: Observation<T, D>>,
{
    if D <= SMALL {
        let choose = |x: &[T; D]| if K == 1 { 0 } else { scales.nearest(x, means.iter()).0 };
        let mut sums = Sums::ZERO;
        return sums.assign_all(stats, data, choose, partial);
    }
    let mut block = Block::<T, D, K, C> { sums: Sums::ZERO, panel: Panel::EMPTY };
    let mut data = data.into_iter();
    let mut first = 0;
    block.panel.clear();
    loop {
        let check = |x: &[T; D]| check_range(x, T::ZERO);
        let (read, stop) =
            block.panel.gather(&mut data, check, |_, sample, observed| partial(stats, sample, observed));
        let count = block.panel.count;
        if count > 0 {
            if count < N {
                block.panel.pad();
            }
            let taken = T::dispatch(Step { block: &mut block, means, reciprocals: &scales.reciprocals });
            if taken > 0 {
                block.sums.settle_parts(stats, taken);
            }
            let Block { panel, .. } = &mut block;
            if taken < count {
                let refused = check_range(&panel.rows[taken], panel.w[taken]);
                return refused.map_err(|error| error.at(panel.index_of(taken, first)));
            }
            panel.clear();
        }
        first += read;
        if let Some(stop) = stop {
            return stop.map_err(|error| error.at(first));
        }
    }
}

/// The memory of such a pass: less than that of a pass of EM, which may wait on the stack for the start to end.
struct Block<T: Real, const D: usize, const K: usize, C: Covariance> {
    sums: Sums<T, D, K, C>,
    panel: Panel<T, N, D, 1>,
}

/// The sums of one block, up to the first sample that is refused. The outcome is the number of samples.
struct Step<'a, T: Real, const D: usize, const K: usize, C: Covariance> {
    block: &'a mut Block<T, D, K, C>,
    means: &'a [[T; D]],
    reciprocals: &'a [T; D],
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Job for Step<'_, T, D, K, C> {
    type Outcome = usize;

    #[inline(always)]
    fn run<I: Isa, const W: usize>(self) -> usize {
        let Self { block: Block { sums, panel }, means, reciprocals } = self;
        let Panel { x, rows, w, peaks, norms, count, heaviest, .. } = panel;
        let mut count = *count;
        if !are_within_range::<I, T, N, W, D>(x, *heaviest) {
            let is_refused = |n: &usize| check_range(&rows[*n], w[*n]).is_err();
            count = (0..count).find(is_refused).unwrap_or(count);
        }
        if K > 1 {
            nearest::<T, N, D, true>(means, reciprocals, x, peaks, norms);
        }
        for n in 0..count {
            let k = if K > 1 { peaks[n].widen() as usize } else { 0 };
            if let Some(part) = sums.parts.get_mut(k) {
                part.add::<C::Shape>(&mut sums.second.as_mut()[C::slot(k)], w[n], &rows[n]);
            }
        }
        count
    }
}
