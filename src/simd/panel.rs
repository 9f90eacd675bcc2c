//! Panels of samples: how data gets in, and what happens to a panel as a whole.

use super::e_step::{EStep, Limits, Verdict};
use super::nearest::{Nearest, NearestStep};
use super::score::{ScoreStep, Scores};
use super::sums::Sums;
use crate::covariance::{Covariance, Shape};
use crate::error::Error;
use crate::init::Scales;
use crate::model::{Gmm, Live};
use crate::observation::{Observation, check_range, checked_weight};
use crate::real::{Real, carry};
use crate::statistics::SufficientStats;

/// How many panels are summed before they are merged into the totals.
const PANELS: u64 = 16;

/// `N` samples held feature by feature, and the rows that the work on them needs.
#[repr(C, align(64))]
#[derive(Clone, Debug)]
pub struct Panel<T, const N: usize, const D: usize, const K: usize> {
    /// The samples. The last one is repeated to fill the panel, with weight 0.
    pub(super) x: [[T; N]; D],
    /// The samples as they came, row by row; then the scaled deviations from one component's point.
    pub(super) e: [[T; N]; D],
    /// Joint log-densities, then responsibilities (or their roots) times weights: a row for each live component, in
    /// their order. The rows after these are not used.
    pub(super) r: [[T; N]; K],
    /// Sample weights: all 1 between panels.
    pub(super) w: [T; N],
    pub(super) peaks: [T; N],
    pub(super) norms: [T; N],
    /// How many samples of weight 0 came right before each one: all 0 between panels.
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
    const EMPTY: Self;
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

    /// E-step and statistics of a whole pass. With `WHOLE`, each sample goes whole to the live component of the nearest
    /// mean; `reciprocals` holds 1 divided by the unit of each feature.
    ///
    /// # Errors
    /// As [`SufficientStats::observe_all`], or [`SufficientStats::assign`].
    fn observe<C: Covariance, I, const WHOLE: bool>(
        &mut self,
        totals: &mut SufficientStats<T, D, K, C>,
        sums: &mut Sums<T, D, K, C>,
        gmm: &Gmm<T, D, K, C>,
        reciprocals: &[T; D],
        data: I,
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
    /// Takes samples until the panel is full; `check` looks at samples of weight 0. Returns how many were read, and why
    /// it stopped early, if it did.
    #[inline(always)]
    pub(super) fn gather<O: Observation<T, D>>(
        &mut self,
        data: &mut impl Iterator<Item = O>,
        check: impl Fn(&[T; D]) -> Result<(), Error>,
    ) -> (u64, Stop) {
        let mut rows = [[T::ZERO; D]; STAGED];
        let mut skipped = 0;
        for block in 0..N / STAGED {
            for staged in 0..STAGED {
                let slot = block * STAGED + staged;
                match self.take(data, slot, &mut skipped, &check) {
                    Ok(x) => rows[staged] = x,
                    Err(stop) => {
                        if staged > 0 {
                            transpose(&rows, &mut self.x, block);
                        }
                        self.count = slot;
                        return (skipped + slot as u64, Some(stop));
                    }
                }
            }
            transpose(&rows, &mut self.x, block);
        }
        self.count = N;
        (skipped + N as u64, None)
    }

    /// The next sample of positive weight, whose weight is noted for `slot`; or the reason why there is none.
    #[inline(always)]
    fn take<O: Observation<T, D>>(
        &mut self,
        data: &mut impl Iterator<Item = O>,
        slot: usize,
        skipped: &mut u64,
        check: impl Fn(&[T; D]) -> Result<(), Error>,
    ) -> Result<[T; D], Result<(), Error>> {
        loop {
            let sample = data.next().ok_or(Ok(()))?;
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

    /// Makes the panel ready for the next samples.
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
        let mut index = first;
        for slot in 0..self.count {
            index += self.gaps[slot];
            let mut x = [T::ZERO; D];
            for j in 0..D {
                x[j] = self.x[j][slot];
            }
            let sample = (x, self.w[slot]);
            let taken = if WHOLE {
                let means = live.iter().map(|k| &gmm.means[k]);
                let (nearest, _) = Scales { reciprocals: *reciprocals }.nearest(&x, means);
                totals.assign_to(live.iter().nth(nearest).unwrap_or(0), sample)
            } else {
                totals.observe(gmm, sample).map(|_| ())
            };
            taken.map_err(|error| error.at(index))?;
            index += 1;
        }
        Ok(())
    }
}

/// Refuses a sample of weight 0 for the same reasons as any other sample.
fn check_weightless<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &Gmm<T, D, K, C>,
    x: &[T; D],
    limits: &Limits<T>,
) -> Result<(), Error> {
    let mut square = T::ZERO;
    for v in x {
        square += *v * *v;
    }
    if limits.clear(square, T::ONE) {
        return Ok(());
    }
    gmm.posterior_at(x)?;
    check_range(x, T::ZERO)
}

impl<T: Real, const N: usize, const D: usize, const K: usize> Panels<T, D, K> for Panel<T, N, D, K> {
    const EMPTY: Self = Self {
        x: [[T::ZERO; N]; D],
        e: [[T::ZERO; N]; D],
        r: [[T::ZERO; N]; K],
        w: [T::ONE; N],
        peaks: [T::ZERO; N],
        norms: [T::ZERO; N],
        gaps: [0; N],
        count: 0,
        heaviest: T::ONE,
        weighted: false,
        skipped: false,
    };
    const SAMPLES: usize = N;

    fn score<C: Covariance>(
        &mut self,
        gmm: &Gmm<T, D, K, C>,
        live: &Live<K>,
        limits: &Limits<T>,
        data: &[[T; D]],
        scores: Scores<'_, T, K>,
    ) -> Verdict {
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
        T::dispatch(ScoreStep { panel: self, gmm, live, limits, scores })
    }

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
        loop {
            let (_, stop) = self.gather(&mut data, |_| Ok(()));
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

    fn observe<C: Covariance, I, const WHOLE: bool>(
        &mut self,
        totals: &mut SufficientStats<T, D, K, C>,
        sums: &mut Sums<T, D, K, C>,
        gmm: &Gmm<T, D, K, C>,
        reciprocals: &[T; D],
        data: I,
    ) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        let (live, limits) = (Live::of(gmm), Limits::of(gmm));
        let mut data = data.into_iter();
        let mut first = 0;
        sums.reset();
        loop {
            let (read, stop) = self.gather(&mut data, |x| check_weightless(gmm, x, &limits));
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
