//! Where the panels of a pass get their samples.

use super::Panel;
use super::panel::Stop;
use crate::columns::{Columns, Rows};
use crate::error::Error;
use crate::observation::Observation;
use crate::real::Real;

/// Samples for panels. They may come feature by feature, as a panel holds them.
#[allow(unreachable_pub)] // a trait of the panels names it
pub trait Feed<T: Real, const D: usize>: Iterator<Item: Observation<T, D>> {
    /// Takes the next samples as columns, `most` at most, if they can be had so, and all are complete and of positive
    /// weight.
    fn take_whole(&mut self, most: usize) -> Option<Columns<'_, T, D>>;
}

impl<T: Real, const D: usize> Feed<T, D> for Rows<'_, T, D> {
    #[inline(always)]
    fn take_whole(&mut self, most: usize) -> Option<Columns<'_, T, D>> {
        Rows::take_whole(self, most)
    }
}

/// Samples that come one by one.
pub(super) struct Singly<I>(pub(super) I);

impl<I: Iterator> Iterator for Singly<I> {
    type Item = I::Item;

    #[inline(always)]
    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }
}

impl<T: Real, const D: usize, I: Iterator<Item: Observation<T, D>>> Feed<T, D> for Singly<I> {
    #[inline(always)]
    fn take_whole(&mut self, _most: usize) -> Option<Columns<'_, T, D>> {
        None
    }
}

impl<T: Real, const N: usize, const D: usize, const K: usize> Panel<T, N, D, K> {
    /// [`gather`](Self::gather), without a transposition where the samples come as columns.
    #[inline(always)]
    pub(super) fn fill<F: Feed<T, D>>(
        &mut self,
        data: &mut F,
        check: impl Fn(&[T; D]) -> Result<(), Error>,
        partial: impl FnMut(&mut Self, &F::Item, &[bool; D]) -> Result<(), Error>,
    ) -> (u64, Stop) {
        let Some(columns) = data.take_whole(N) else {
            return self.gather(data, check, partial);
        };
        self.count = columns.len();
        for (row, column) in self.x.iter_mut().zip(columns.features) {
            row[..column.len()].copy_from_slice(column);
        }
        #[cfg(not(feature = "simd"))]
        for (n, row) in self.rows[..self.count].iter_mut().enumerate() {
            *row = columns.features.map(|column| column[n]);
        }
        if let Some(weights) = columns.weights {
            self.weighted = true;
            self.w[..weights.len()].copy_from_slice(weights);
            self.heaviest = weights.iter().fold(self.heaviest, |most, w| most.larger(*w));
        }
        (self.count as u64, (self.count < N).then_some(Ok(())))
    }
}
