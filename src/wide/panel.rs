//! Panels of samples: how data gets in, and what happens to a panel as a whole.

use super::closest::Closest;
use super::limits::{Limits, Verdict};
use super::live::Live;
use super::score::{ScoreStep, Scores};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::model::Gmm;
use crate::observation::{Observation, checked_weight, mask};
use crate::real::Real;

/// `N` samples held feature by feature, and the rows that the work on them needs.
#[repr(C, align(64))]
#[derive(Clone, Debug)]
pub struct Panel<T, const N: usize, const D: usize, const K: usize> {
    /// The samples. The last one is repeated to fill the panel, with weight 0.
    pub(super) x: [[T; N]; D],
    /// Scaled samples, or scaled deviations from one component's point.
    #[cfg(feature = "simd")]
    pub(super) e: [[T; N]; D],
    /// The samples as they came.
    #[cfg(not(feature = "simd"))]
    pub(super) rows: [[T; D]; N],
    /// Joint log-densities, then responsibilities (or their roots) times weights: a row for each live component, in
    /// their order. The rows after these are not used.
    pub(super) r: [[T; N]; K],
    /// Sample weights: all 1 when a panel of a pass begins.
    pub(super) w: [T; N],
    pub(super) peaks: [T; N],
    pub(super) norms: [T; N],
    /// How many samples came right before each one that do not enter the panel: all 0 between panels.
    gaps: [u64; N],
    /// How many samples there are.
    pub(super) count: usize,
    /// The largest weight, at least 1.
    pub(super) heaviest: T,
    /// Whether a sample came with a weight.
    pub(super) weighted: bool,
    skipped: bool,
}

/// What the rest of the crate asks of a panel, whatever its number of samples.
pub trait Panels<T, const D: usize, const K: usize>: Clone + core::fmt::Debug + Send {
    /// A panel without samples.
    const NEW: Self;
    /// N
    const SAMPLES: usize;

    /// Scores at most N samples into as many places.
    fn score<C: Covariance>(
        &mut self,
        gmm: &Gmm<T, D, K, C>,
        live: &Live<K>,
        limits: &Limits<T>,
        data: &[[T; D]],
        scores: Scores<'_, T, K>,
    ) -> Verdict
    where
        T: Real;

    /// [`each_nearest`](super::each_nearest)
    ///
    /// # Errors
    /// As that.
    fn each_nearest<I>(
        &mut self,
        data: I,
        closest: Closest<'_, T, D>,
        visit: impl FnMut(&[T; D], T, (usize, T)) -> Result<(), Error>,
    ) -> Result<(), Error>
    where
        T: Real,
        I: IntoIterator<Item: Observation<T, D>>;
}

/// How many samples are transposed together: in `f32`, one cache line for each feature.
const STAGED: usize = 16;

/// Transposes sixteen samples, one sample a row, into block `block` of the panel's rows, one feature a row. Not
/// inlined: the wide vector extensions would make scatters of it.
#[inline(never)]
fn transpose<T: Real, const N: usize, const D: usize>(
    rows: &[[T; D]; STAGED],
    x: &mut [[T; N]; D],
    block: usize,
) {
    if D <= 4 {
        // The compiler takes neighbouring samples apart as it loads them.
        let mut columns = [[T::ZERO; STAGED]; D];
        for n in 0..STAGED {
            for j in 0..D {
                columns[j][n] = rows[n][j];
            }
        }
        for j in 0..D {
            x[j].as_chunks_mut::<STAGED>().0[block] = columns[j];
        }
        return;
    }
    for (n, [a, b, c, d]) in rows.as_chunks::<4>().0.iter().enumerate() {
        for j in 0..D {
            let place = &mut x[j].as_chunks_mut::<STAGED>().0[block];
            place.as_chunks_mut::<4>().0[n] = [a[j], b[j], c[j], d[j]];
        }
    }
}

/// Why gathering stopped before the panel was full.
pub(super) type Stop = Option<Result<(), Error>>;

impl<T: Real, const N: usize, const D: usize, const K: usize> Panel<T, N, D, K> {
    /// A panel to [`clear`](Self::clear). All numbers are 0, so that no copy of it lies in the program.
    pub(super) const EMPTY: Self = Self {
        x: [[T::ZERO; N]; D],
        #[cfg(feature = "simd")]
        e: [[T::ZERO; N]; D],
        #[cfg(not(feature = "simd"))]
        rows: [[T::ZERO; D]; N],
        r: [[T::ZERO; N]; K],
        w: [T::ZERO; N],
        peaks: [T::ZERO; N],
        norms: [T::ZERO; N],
        gaps: [0; N],
        count: 0,
        heaviest: T::ZERO,
        weighted: true,
        skipped: false,
    };

    /// Takes at most N samples.
    pub(super) fn load(&mut self, data: &[[T; D]]) {
        self.count = data.len();
        let (blocks, rest) = data.as_chunks::<STAGED>();
        for (n, rows) in blocks.iter().enumerate() {
            transpose(rows, &mut self.x, n);
        }
        if self.count < N {
            let mut rows = [[T::ZERO; D]; STAGED];
            rows[..rest.len()].copy_from_slice(rest);
            transpose(&rows, &mut self.x, blocks.len());
            self.pad();
        }
    }

    /// Takes samples until the panel is full; `check` looks at samples of weight 0. Samples with missing features do not
    /// enter the panel: `partial` gets each of them with the panel as it is when they come. Returns how many were read,
    /// and why it stopped early, if it did.
    #[inline(always)]
    pub(super) fn gather<O: Observation<T, D>>(
        &mut self,
        data: &mut impl Iterator<Item = O>,
        check: impl Fn(&[T; D]) -> Result<(), Error>,
        mut partial: impl FnMut(&mut Self, &O, &[bool; D]) -> Result<(), Error>,
    ) -> (u64, Stop) {
        #[cfg(feature = "simd")]
        let mut rows = [[T::ZERO; D]; STAGED];
        let mut skipped = 0;
        for block in 0..N / STAGED {
            for staged in 0..STAGED {
                let slot = block * STAGED + staged;
                let partial = |panel: &mut Self, sample: &O, observed: &[bool; D]| {
                    #[cfg(feature = "simd")]
                    transpose(&rows, &mut panel.x, block);
                    panel.count = slot;
                    partial(panel, sample, observed)
                };
                match self.take(data, slot, &mut skipped, &check, partial) {
                    #[cfg(feature = "simd")]
                    Ok(x) => rows[staged] = x,
                    #[cfg(not(feature = "simd"))]
                    Ok(x) => self.rows[slot] = x,
                    Err(stop) => {
                        if staged > 0 {
                            #[cfg(feature = "simd")]
                            transpose(&rows, &mut self.x, block);
                            #[cfg(not(feature = "simd"))]
                            transpose(&self.rows.as_chunks().0[block], &mut self.x, block);
                        }
                        self.count = slot;
                        return (skipped + slot as u64, Some(stop));
                    }
                }
            }
            #[cfg(feature = "simd")]
            transpose(&rows, &mut self.x, block);
            #[cfg(not(feature = "simd"))]
            transpose(&self.rows.as_chunks().0[block], &mut self.x, block);
        }
        self.count = N;
        (skipped + N as u64, None)
    }

    /// The next complete sample of positive weight, whose weight is noted for `slot`; or the reason why there is none.
    /// `partial` gets the samples before it that lack features.
    #[inline(always)]
    fn take<O: Observation<T, D>>(
        &mut self,
        data: &mut impl Iterator<Item = O>,
        slot: usize,
        skipped: &mut u64,
        check: impl Fn(&[T; D]) -> Result<(), Error>,
        mut partial: impl FnMut(&mut Self, &O, &[bool; D]) -> Result<(), Error>,
    ) -> Result<[T; D], Result<(), Error>> {
        loop {
            let sample = data.next().ok_or(Ok(()))?;
            if let Some(observed) = mask(&sample) {
                partial(self, &sample, &observed).map_err(Err)?;
            } else {
                let x = *sample.features();
                if sample.weight().is_none() {
                    return Ok(x);
                }
                let weight = checked_weight(&sample).map_err(Err)?;
                self.weighted = true;
                if weight > T::ZERO {
                    if weight > self.heaviest {
                        self.heaviest = weight;
                    }
                    self.w[slot] = weight;
                    return Ok(x);
                }
                check(&x).map_err(Err)?;
            }
            self.skipped = true;
            self.gaps[slot] += 1;
            *skipped += 1;
        }
    }

    /// Fills the rest of the panel with copies of the last sample, of weight 0.
    pub(super) fn pad(&mut self) {
        for row in &mut self.x {
            let last = row[self.count - 1];
            row[self.count..].fill(last);
        }
        self.w[self.count..].fill(T::ZERO);
    }

    /// Makes the panel ready for samples.
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        if self.weighted || self.count < N {
            self.w = [T::ONE; N];
            self.weighted = false;
            self.heaviest = T::ONE;
        }
        if self.skipped {
            self.gaps = [0; N];
            self.skipped = false;
        }
    }

    /// Sample `n`.
    #[inline(always)]
    pub(super) fn row(&self, n: usize) -> [T; D] {
        #[cfg(feature = "simd")]
        return self.x.each_ref().map(|row| row[n]);
        #[cfg(not(feature = "simd"))]
        self.rows[n]
    }

    /// The index in the data of the sample in `slot`, where `first` is that of the first sample which was read for this
    /// panel.
    #[cold]
    pub(super) fn index_of(&self, slot: usize, first: u64) -> u64 {
        self.gaps[..=slot].iter().fold(first + slot as u64, |index, gap| index + gap)
    }
}

impl<T: Real, const N: usize, const D: usize, const K: usize> Panels<T, D, K> for Panel<T, N, D, K> {
    const NEW: Self = Self::EMPTY;
    const SAMPLES: usize = N;

    fn score<C: Covariance>(
        &mut self,
        gmm: &Gmm<T, D, K, C>,
        live: &Live<K>,
        limits: &Limits<T>,
        data: &[[T; D]],
        scores: Scores<'_, T, K>,
    ) -> Verdict {
        self.load(data);
        T::dispatch(ScoreStep { panel: self, gmm, live, limits, scores })
    }

    #[inline(always)]
    fn each_nearest<I>(
        &mut self,
        data: I,
        closest: Closest<'_, T, D>,
        visit: impl FnMut(&[T; D], T, (usize, T)) -> Result<(), Error>,
    ) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        self.visit_each(data, closest, visit)
    }
}
