//! Scoring of slices, a panel at a time.

use super::joint::{exponentials, exponentials_beside, joint};
use super::limits::{Limits, Verdict, is_sound, sum_of_squares};
use super::live::Live;
use super::{Isa, Job, Panel, Panels, Scalar};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::model::{Gmm, Posterior, one_by_one};
use crate::real::Real;

/// From this many samples on, a panel is faster than samples one by one.
pub(crate) const WORTHWHILE: usize = 24;

/// Where the scores of one panel go.
pub enum Scores<'a, T, const K: usize> {
    /// ln p(x)
    LogDensities(&'a mut [T]),
    /// with responsibilities
    Posteriors(&'a mut [Posterior<T, K>]),
    /// the likeliest component
    Predictions(&'a mut [usize]),
}

/// [`Gmm::log_densities`]
pub(crate) fn log_densities<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &Gmm<T, D, K, C>,
    data: &[[T; D]],
    out: &mut [T],
) -> Result<(), Error> {
    score(gmm, data, out, |out| Scores::LogDensities(out), |x| gmm.log_density_at(x))
}

/// [`Gmm::posteriors`]
pub(crate) fn posteriors<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &Gmm<T, D, K, C>,
    data: &[[T; D]],
    out: &mut [Posterior<T, K>],
) -> Result<(), Error> {
    score(gmm, data, out, |out| Scores::Posteriors(out), |x| gmm.posterior_at(x))
}

/// [`Gmm::predictions`]
pub(crate) fn predictions<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &Gmm<T, D, K, C>,
    data: &[[T; D]],
    out: &mut [usize],
) -> Result<(), Error> {
    score(gmm, data, out, |out| Scores::Predictions(out), |x| gmm.predict_at(x))
}

/// Scores panel by panel, and one by one where a panel declines.
fn score<T: Real, const D: usize, const K: usize, C: Covariance, O>(
    gmm: &Gmm<T, D, K, C>,
    data: &[[T; D]],
    out: &mut [O],
    scores: impl for<'a> Fn(&'a mut [O]) -> Scores<'a, T, K>,
    single: impl Fn(&[T; D]) -> Result<O, Error>,
) -> Result<(), Error> {
    let mut panel = <T as Scalar>::Panel::<D, K>::NEW;
    let size = <T as Scalar>::Panel::<D, K>::SAMPLES;
    let (live, limits) = (Live::of(gmm), Limits::of(gmm));
    if data.len() < WORTHWHILE || live.count() == 0 {
        return one_by_one(data, out, single);
    }
    for (index, (data, out)) in data.chunks(size).zip(out.chunks_mut(size)).enumerate() {
        if panel.score(gmm, &live, &limits, data, scores(out)) == Verdict::Declined {
            one_by_one(data, out, &single).map_err(|error| error.offset_by((index * size) as u64))?;
        }
    }
    Ok(())
}

/// The scores of one panel.
pub(super) struct ScoreStep<'a, T: Real, const N: usize, const D: usize, const K: usize, C: Covariance> {
    pub(super) panel: &'a mut Panel<T, N, D, K>,
    pub(super) gmm: &'a Gmm<T, D, K, C>,
    pub(super) live: &'a Live<K>,
    pub(super) limits: &'a Limits<T>,
    pub(super) scores: Scores<'a, T, K>,
}

impl<T: Real, const N: usize, const D: usize, const K: usize, C: Covariance> Job
    for ScoreStep<'_, T, N, D, K, C>
{
    type Outcome = Verdict;

    #[cfg(feature = "simd")]
    #[inline(always)]
    fn is_wide() -> bool {
        !<C::Shape as super::Kernel>::is_tiled(D)
    }

    #[inline(always)]
    fn run<I: Isa, const W: usize>(self) -> Verdict {
        let Self { panel, gmm, live, limits, scores } = self;
        let square = sum_of_squares::<I, T, N, W, D>(&panel.x);
        joint::<I, T, N, W, D, K, C>(gmm, panel, live, false);
        if !limits.clear(square, T::ONE) && !is_sound(panel, live.count()) {
            return Verdict::Declined;
        }
        let Panel { r, peaks, norms, .. } = panel;
        let noise = gmm.noise_offset();
        if let Scores::Predictions(out) = scores {
            likeliest(live.iter().zip(&*r), peaks, out);
            if let Some(noise) = noise {
                for (place, peak) in out.iter_mut().zip(&*peaks) {
                    *place = if noise > *peak { K } else { *place };
                }
            }
            return Verdict::Taken;
        }
        match noise {
            None => exponentials::<I, T, N, K, false>(r, live.count(), peaks, norms),
            Some(noise) => {
                let own = &mut [T::ZERO; N];
                exponentials_beside::<I, T, N, K, false>(r, live.count(), noise, peaks, norms, own);
            }
        }
        match scores {
            Scores::LogDensities(out) => {
                log_densities_of::<I, T, N>(peaks, norms);
                out.copy_from_slice(&peaks[..out.len()]);
            }
            Scores::Posteriors(out) if live.count() == K => {
                for n in 0..N {
                    let reciprocal = T::ONE / norms[n];
                    for k in 0..K {
                        r[k][n] *= reciprocal;
                    }
                }
                log_densities_of::<I, T, N>(peaks, norms);
                for (n, posterior) in out.iter_mut().enumerate().take(N) {
                    posterior.log_density = peaks[n];
                    for k in 0..K {
                        posterior.responsibilities[k] = r[k][n];
                    }
                }
            }
            Scores::Posteriors(out) => {
                log_densities_of::<I, T, N>(peaks, norms);
                for (posterior, log_density) in out.iter_mut().zip(&*peaks) {
                    *posterior = Posterior { log_density: *log_density, responsibilities: [T::ZERO; K] };
                }
                for (k, row) in live.iter().zip(r) {
                    for ((posterior, term), norm) in out.iter_mut().zip(row).zip(&*norms) {
                        posterior.responsibilities[k] = *term * (T::ONE / *norm);
                    }
                }
            }
            Scores::Predictions(_) => {}
        }
        Verdict::Taken
    }
}

/// `peaks` += ln `norms`
#[inline(always)]
fn log_densities_of<I: Isa, T: Real, const N: usize>(peaks: &mut [T; N], norms: &[T; N]) {
    for n in 0..N {
        peaks[n] += ln::<I, T>(norms[n]);
    }
}

/// The component of the largest entry, the first of equals.
#[inline(always)]
fn likeliest<'a, T: Real, const N: usize>(
    mut rows: impl Iterator<Item = (usize, &'a [T; N])>,
    peaks: &mut [T; N],
    out: &mut [usize],
) {
    let Some((first, row)) = rows.next() else { return };
    *peaks = *row;
    out.fill(first);
    for (k, row) in rows {
        for ((peak, place), term) in peaks.iter_mut().zip(out.iter_mut()).zip(row) {
            let better = *term > *peak;
            let (value, index) = (if better { *term } else { *peak }, if better { k } else { *place });
            (*peak, *place) = (value, index);
        }
    }
}

/// ln `norm`
#[inline(always)]
fn ln<I: Isa, T: Real>(norm: T) -> T {
    #[cfg(feature = "simd")]
    return norm.ln_lane::<I>();
    #[cfg(not(feature = "simd"))]
    norm.log_lane()
}
