//! The nearest of some points to each sample: what starts and k-means read their data for.
//!
//! A multiply-add is done in two roundings with the feature `simd` too, so that starts have the same bits everywhere.

use super::distances::TILE;
use super::lanes::{Lane, groups};
use super::limits::sum_of_squares;
use super::{Isa, Job, Panel, Panels, Plain, Scalar};
use crate::error::Error;
use crate::init::{Blank, Scales};
use crate::observation::{Observation, check_range};
use crate::real::Real;

/// Up to this many features, samples one by one are as fast as panels.
pub(super) const SMALL: usize = 4;

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
    if D <= SMALL {
        return scales.visit_each(data, points, blank, check, visit);
    }
    let mut panel = <T as Scalar>::Panel::<D, 1>::NEW;
    panel.each_nearest(data, Closest { points, scales, blank, check }, visit)
}

/// What is asked of each sample.
#[derive(Clone, Copy, Debug)]
pub struct Closest<'a, T, const D: usize> {
    points: &'a [[T; D]],
    scales: &'a Scales<T, D>,
    /// What stands for missing features.
    blank: Blank<'a, T, D>,
    /// Whether samples can be out of range. Where they cannot, nobody asks which point is the nearest.
    check: bool,
}

/// Writes the squared distances of a panel's samples to the nearest point into `norms`, and its index into `peaks`.
/// The outcome is whether all samples are certainly within range.
struct Step<'a, T: Real, const N: usize, const D: usize, const K: usize> {
    panel: &'a mut Panel<T, N, D, K>,
    closest: Closest<'a, T, D>,
}

impl<T: Real, const N: usize, const D: usize, const K: usize> Job for Step<'_, T, N, D, K> {
    type Outcome = bool;

    #[cfg(feature = "simd")]
    fn is_wide() -> bool {
        true
    }

    #[inline(always)]
    fn run<I: Isa, const W: usize>(self) -> bool {
        let Closest { points, scales: Scales { reciprocals }, check, .. } = self.closest;
        let Panel { x, peaks, norms, heaviest, .. } = self.panel;
        if check {
            nearest::<T, N, D, true>(points, reciprocals, x, peaks, norms);
        } else {
            nearest::<T, N, D, false>(points, reciprocals, x, peaks, norms);
        }
        !check || are_within_range::<I, T, N, W, D>(x, *heaviest)
    }
}

/// Whether all samples of a panel are certainly within range.
#[inline(always)]
pub(super) fn are_within_range<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
    x: &[[T; N]; D],
    heaviest: T,
) -> bool {
    let square = T::ONE + sum_of_squares::<I, T, N, W, D>(x);
    square * heaviest < T::LARGEST_SQUARE * T::narrow(1.0 / 16.0)
}

/// For every sample of a panel the squared distance to the nearest point, and with `INDEX` the index of that point, the
/// first of equals; ∞ and 0 if there is none.
#[cfg_attr(feature = "simd", inline(always))]
#[cfg_attr(not(feature = "simd"), inline(never))]
pub(super) fn nearest<T: Real, const N: usize, const D: usize, const INDEX: bool>(
    points: &[[T; D]],
    reciprocals: &[T; D],
    x: &[[T; N]; D],
    index: &mut [T; N],
    square: &mut [T; N],
) {
    /// Other widths are slower, also those of the machine: two, for which the compiler takes tiles apart to put them
    /// together otherwise, and more, which it cuts up where it selects.
    const W: usize = 4;
    (*index, *square) = ([T::ZERO; N], [T::INFINITY; N]);
    for (point, number) in points.iter().zip(0..) {
        let number = T::from_count(number);
        for tile in 0..groups::<N, W, TILE>() {
            let mut sums = [Lane::<T, W>::ZERO; TILE];
            for j in 0..D {
                let (p, s) = (Lane::splat(point[j]), Lane::splat(reciprocals[j]));
                for v in 0..TILE {
                    let d = Lane::load(&x[j], tile * TILE + v).sub(p).mul(s);
                    sums[v] = d.fma::<Plain>(d, sums[v]);
                }
            }
            for v in 0..TILE {
                let mut least = Lane::<T, W>::load(square, tile * TILE + v);
                let mut nearest = Lane::<T, W>::load(index, tile * TILE + v);
                for l in 0..W {
                    let (new, old, before) = (sums[v].0[l], least.0[l], nearest.0[l]);
                    nearest.0[l] = if INDEX && new < old { number } else { before };
                    least.0[l] = if new < old { new } else { old };
                }
                least.store(square, tile * TILE + v);
                if INDEX {
                    nearest.store(index, tile * TILE + v);
                }
            }
        }
    }
}

impl<T: Real, const N: usize, const D: usize, const K: usize> Panel<T, N, D, K> {
    /// The function of this name, in this panel.
    #[inline(always)]
    pub(super) fn visit_each<I>(
        &mut self,
        data: I,
        closest: Closest<'_, T, D>,
        mut visit: impl FnMut(&[T; D], T, (usize, T)) -> Result<(), Error>,
    ) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        let weightless = |x: &[T; D]| if closest.check { check_range(x, T::ZERO) } else { Ok(()) };
        let mut data = data.into_iter();
        let mut first = 0;
        self.clear();
        loop {
            let mut visited = 0;
            let (read, stop) = self.gather(&mut data, weightless, |panel, sample, observed| {
                // In the order of the data: first those that wait in the panel.
                let Closest { points, scales, blank, check } = closest;
                while visited < panel.count.min(N) {
                    let (x, weight) = (panel.row(visited), panel.w[visited]);
                    if check {
                        check_range(&x, weight)?;
                    }
                    visit(&x, weight, scales.nearest(&x, points.iter()))?;
                    visited += 1;
                }
                scales.visit_partial(sample, observed, points, blank, check, &mut visit)
            });
            if self.count > 0 {
                if self.count < N {
                    self.pad();
                }
                let is_clear = T::dispatch(Step { panel: self, closest });
                for n in visited..self.count.min(N) {
                    let (x, weight) = (self.row(n), self.w[n]);
                    let checked = if is_clear { Ok(()) } else { check_range(&x, weight) };
                    let nearest = (self.peaks[n].widen() as usize, self.norms[n]);
                    checked
                        .and_then(|()| visit(&x, weight, nearest))
                        .map_err(|error| error.at(self.index_of(n, first)))?;
                }
                self.clear();
            }
            first += read;
            if let Some(stop) = stop {
                return stop.map_err(|error| error.at(first));
            }
        }
    }
}
