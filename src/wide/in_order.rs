//! A pass in panels with the bits of a pass sample by sample: each panel is one block of `statistics::block`.
//!
//! Sums stay in the order of the samples. What is done side by side is samples where each is by itself (distances,
//! exponentials, responsibilities), and entries of the sums where samples meet.

use core::slice::from_mut;

use super::feed::{Feed, Singly};
use super::joint::{exponentials, exponentials_beside, joint};
use super::limits::{Limits, sum_of_squares};
use super::live::Live;
use super::runs::{Memory, Runs, SMALL, Samples};
use super::{Isa, Job, Panel};
use crate::columns::Columns;
use crate::covariance::{Covariance, ExtraMass, Shape};
use crate::error::Error;
use crate::model::{Gmm, refusal};
use crate::observation::{Observation, check_range};
use crate::real::Real;
use crate::statistics::SufficientStats;
use crate::statistics::block::{BLOCK, LANES, Part, Sums};

/// Samples in a panel: a block.
pub(super) const N: usize = BLOCK;

/// Fewer samples are added faster one by one than as a panel that is nearly empty.
const FEW: usize = 8;

/// The memory of a pass.
#[derive(Clone, Debug)]
pub(crate) struct Block<T: Real, const D: usize, const K: usize, C: Covariance> {
    sums: Sums<T, D, K, C>,
    panel: Panel<T, N, D, K>,
    scratch: ScratchOf<T, D, C>,
}

type ScratchOf<T, const D: usize, C> = <<C as Covariance>::Shape as Runs>::Scratch<T, D>;

impl<T: Real, const D: usize, const K: usize, C: Covariance> Block<T, D, K, C> {
    pub(crate) const fn new() -> Self {
        Self { sums: Sums::ZERO, panel: Panel::EMPTY, scratch: Memory::ZERO }
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
    fn observe_feed(
        &mut self,
        totals: &mut SufficientStats<T, D, K, C>,
        gmm: &Gmm<T, D, K, C>,
        mut data: impl Feed<T, D>,
    ) -> Result<(), Error> {
        let model = Model { gmm, live: Live::of(gmm), limits: Limits::of(gmm) };
        let mut first = 0;
        self.panel.clear();
        loop {
            let mut checked = 0;
            let check = |x: &[T; D]| model.limits.check(gmm, x, T::ZERO);
            let (read, stop) = self.panel.fill(&mut data, check, |panel, sample, observed| {
                panel.check_from(&mut checked, &model.limits, gmm)?;
                totals.add_partial(gmm, sample, observed)
            });
            if self.panel.count > 0 {
                let outcome = self.add_to(totals, &model, first);
                self.panel.clear();
                outcome?;
            }
            first += read;
            if let Some(stop) = stop {
                return stop.map_err(|error| error.at(first));
            }
        }
    }

    /// Adds the panel to `totals`. `first` is the index of the first sample that was read for it.
    #[inline(never)]
    fn add_to(
        &mut self,
        totals: &mut SufficientStats<T, D, K, C>,
        model: &Model<'_, T, D, K, C>,
        first: u64,
    ) -> Result<(), Error> {
        let (count, live) = (self.panel.count, &model.live);
        let taken = if count < FEW {
            self.take_singly(model.gmm)
        } else {
            if count < N {
                self.panel.pad();
            }
            let taken = T::dispatch(Step { block: self, model });
            if taken > 0 && live.count() < K {
                self.sums.spread(live);
            }
            taken
        };
        if taken > 0 {
            self.sums.settle(totals, taken);
        }
        if taken < count {
            return Err(refusal(&self.panel.rows[taken]).at(self.panel.index_of(taken, first)));
        }
        Ok(())
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Block<T, D, K, C> {
    /// Adds the samples of a short block one by one, up to the first that is refused. Returns how many.
    #[inline(never)]
    fn take_singly(&mut self, gmm: &Gmm<T, D, K, C>) -> usize {
        let Self { sums, panel, .. } = self;
        let refused = |n: usize| sums.take(gmm, &(panel.rows[n], panel.w[n]), n).is_err();
        (0..panel.count).position(refused).unwrap_or(panel.count)
    }
}

/// A model, and what a pass asks of it once.
struct Model<'a, T: Real, const D: usize, const K: usize, C: Covariance> {
    gmm: &'a Gmm<T, D, K, C>,
    live: Live<K>,
    limits: Limits<T>,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Sums<T, D, K, C> {
    /// Adds a block's terms of ℓ: what each sample adds to a sum, and by what it multiplies a product.
    #[inline(always)]
    fn add_likelihoods(&mut self, peaks: &[T], factors: &[T]) {
        let mut begun = 0;
        for (peaks, factors) in peaks.chunks(Self::SPAN).zip(factors.chunks(Self::SPAN)) {
            self.end_products(begun);
            begun += peaks.len();
            let (blocks, rest) = peaks.as_chunks::<LANES>();
            let (factor_blocks, factor_rest) = factors.as_chunks::<LANES>();
            for (peaks, factors) in blocks.iter().zip(factor_blocks) {
                for l in 0..LANES {
                    self.peaks[l] += peaks[l];
                    self.products[l] *= factors[l];
                }
            }
            for (l, (peak, factor)) in rest.iter().zip(factor_rest).enumerate() {
                self.peaks[l] += *peak;
                self.products[l] *= *factor;
            }
        }
    }

    /// Moves the sums of the live components, which come first, to the places of these.
    #[cold]
    fn spread(&mut self, live: &Live<K>) {
        for row in (0..live.count()).rev() {
            let k = live.get(row);
            self.parts.swap(row, k);
            if !C::SHARED {
                self.second.as_mut().swap(row, k);
            }
        }
    }
}

/// The sums of one block, up to the first sample that is refused. Afterwards those of the live components come first, in
/// their order. The outcome is the number of samples.
struct Step<'a, T: Real, const D: usize, const K: usize, C: Covariance> {
    block: &'a mut Block<T, D, K, C>,
    model: &'a Model<'a, T, D, K, C>,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Job for Step<'_, T, D, K, C> {
    type Outcome = usize;

    #[inline(always)]
    fn run<I: Isa, const W: usize>(self) -> usize {
        let Model { gmm, live, limits } = self.model;
        let Block { sums, panel, scratch } = self.block;
        let (mut count, live_count) = (panel.count, live.count());
        let noise = gmm.noise_offset();
        if live_count == 0 && noise.is_none_or(|noise| noise == T::NEG_INFINITY) {
            return 0; // of unchecked parts: no sample has a density
        }
        let square = sum_of_squares::<I, T, N, W, D>(&panel.x);
        joint::<I, T, N, W, D, K, C>(gmm, panel, live, false);
        let is_clear = limits.clear(square, panel.heaviest);
        if !is_clear {
            count = panel.allowed(live_count);
        }
        let mut own = [T::ZERO; N];
        {
            let Panel { r, peaks, norms, .. } = panel;
            match noise {
                None => exponentials::<I, T, N, K, false>(r, live_count, peaks, norms),
                Some(noise) => {
                    exponentials_beside::<I, T, N, K, false>(r, live_count, noise, peaks, norms, &mut own);
                    for n in 0..N {
                        own[n] = panel.w[n] * (own[n] * (T::ONE / panel.norms[n]));
                    }
                }
            }
        }
        share(panel, live_count);
        if panel.weighted {
            // A weight of 1 leaves the logarithm to the products.
            for n in 0..N {
                let (w, norm) = (panel.w[n], panel.norms[n]);
                if w != T::ONE {
                    panel.peaks[n] = w * (panel.peaks[n] + norm.log_lane());
                    panel.norms[n] = T::ONE;
                }
            }
        }
        if !is_clear {
            let is_refused = |peak: &T| !(peak.abs() < T::LARGEST_SQUARE);
            count = panel.peaks[..count].iter().position(is_refused).unwrap_or(count);
        }
        if count == 0 {
            return 0;
        }
        sums.add_likelihoods(&panel.peaks[..count], &panel.norms[..count]);
        if let Some(mass) = sums.extra.get_mut() {
            own.iter().take(count).for_each(|own| mass.high += *own);
        }
        let Panel { x, rows, r, .. } = panel;
        let samples = Samples { x, rows };
        let (r, parts) = (&mut r[..live_count], &mut sums.parts[..live_count]);
        let seconds = sums.second.as_mut();
        if C::SHARED {
            add_all::<T, W, D, K, C::Shape>(&samples, count, r, parts, &mut seconds[0], scratch);
        } else {
            for ((r, part), second) in r.iter_mut().zip(parts).zip(seconds) {
                let (r, part) = (from_mut(r), from_mut(part));
                add_all::<T, W, D, 1, C::Shape>(&samples, count, r, part, second, scratch);
            }
        }
        count
    }
}

impl<T: Real, const D: usize, const K: usize> Panel<T, N, D, K> {
    /// How many samples come before the first whose distances or squares overflow.
    #[cold]
    #[inline(never)]
    fn allowed(&self, live: usize) -> usize {
        let is_allowed = |n: usize| {
            self.r.iter().take(live).all(|row| row[n] > T::NEG_INFINITY)
                && check_range(&self.rows[n], self.w[n]).is_ok()
        };
        (0..self.count).position(|n| !is_allowed(n)).unwrap_or(self.count)
    }
}

/// Turns exponentials into responsibilities times weights.
#[inline(always)]
fn share<T: Real, const D: usize, const K: usize>(panel: &mut Panel<T, N, D, K>, live: usize) {
    let Panel { r, w, norms, weighted, .. } = panel;
    let mut shares = [T::ZERO; N];
    for n in 0..N {
        shares[n] = T::ONE / norms[n];
    }
    for row in r.iter_mut().take(live) {
        for n in 0..N {
            row[n] *= shares[n];
        }
        if *weighted {
            for n in 0..N {
                row[n] = w[n] * row[n];
            }
        }
    }
}

/// The samples whose share becomes an anchor, as bits.
#[inline(always)]
fn anchors<T: Real>(shares: &[T; N]) -> u64 {
    const CHUNK: usize = 8;
    let (mut anchors, mut limit) = (0, T::ZERO);
    for (chunk, shares) in shares.as_chunks::<CHUNK>().0.iter().enumerate() {
        let mut any = false;
        for share in shares {
            any |= *share > limit;
        }
        if any {
            for (n, share) in shares.iter().enumerate() {
                if *share > limit {
                    anchors |= 1 << (chunk * CHUNK + n);
                    limit = T::narrow(Part::<T, 1>::OUTWEIGHS) * *share;
                }
            }
        }
    }
    anchors
}

/// A run of fewer samples is not worth its beginning.
const SHORT: usize = 4;

/// [`add_runs`], compiled for the baseline where a vector of that holds a sample: the compiler would put two of them
/// into a wider one.
#[inline(always)]
fn add_all<T: Real, const W: usize, const D: usize, const M: usize, S: Shape>(
    samples: &Samples<'_, T, D>,
    count: usize,
    shares: &mut [[T; N]],
    parts: &mut [Part<T, D>],
    second: &mut S::Matrix<T, D>,
    scratch: &mut S::Scratch<T, D>,
) {
    #[inline(never)]
    fn small<T: Real, const D: usize, const M: usize, S: Shape>(
        samples: &Samples<'_, T, D>,
        count: usize,
        shares: &mut [[T; N]],
        parts: &mut [Part<T, D>],
        second: &mut S::Matrix<T, D>,
        scratch: &mut S::Scratch<T, D>,
    ) {
        add_runs::<T, SMALL, D, M, S>(samples, count, shares, parts, second, scratch);
    }
    if D <= SMALL {
        small::<T, D, M, S>(samples, count, shares, parts, second, scratch);
    } else {
        add_runs::<T, W, D, M, S>(samples, count, shares, parts, second, scratch);
    }
}

/// Adds a block to the sums of the components of `parts`, which have one scatter: `M`, if that is 1, or at most that
/// many. Anchors enter one by one, and the runs of samples between them in vectors.
#[inline(always)]
fn add_runs<T: Real, const W: usize, const D: usize, const M: usize, S: Shape>(
    samples: &Samples<'_, T, D>,
    count: usize,
    shares: &mut [[T; N]],
    parts: &mut [Part<T, D>],
    second: &mut S::Matrix<T, D>,
    scratch: &mut S::Scratch<T, D>,
) {
    let mut points = 0;
    for row in &*shares {
        points |= anchors(row);
    }
    points &= u64::MAX >> (N - count);
    // Before the first anchor, no component has a share of a sample.
    let mut start = points.trailing_zeros() as usize;
    while start < count {
        let end = (points.trailing_zeros() as usize).min(count);
        // The scratch has no room for more components than samples.
        if end - start < SHORT || parts.len() > N {
            for n in start..end {
                add_one::<T, D, S>(samples.rows, n, shares, parts, second);
            }
        } else {
            S::add_run::<T, W, D, M>(samples, start..end, shares, parts, second, scratch);
        }
        if end < count {
            add_one::<T, D, S>(samples.rows, end, shares, parts, second);
            points &= points - 1;
        }
        start = end + 1;
    }
}

/// Adds sample `n` as a pass without panels does.
#[inline(never)]
fn add_one<T: Real, const D: usize, S: Shape>(
    rows: &[[T; D]; N],
    n: usize,
    shares: &[[T; N]],
    parts: &mut [Part<T, D>],
    second: &mut S::Matrix<T, D>,
) {
    for (part, shares) in parts.iter_mut().zip(shares) {
        if shares[n] > T::ZERO {
            part.add::<S>(second, shares[n], &rows[n]);
        }
    }
}
