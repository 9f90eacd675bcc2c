//! The passes of a start: moments of the data, and how far each sample lies from the means so far.

use super::distances::{TILE, scaled_distances};
use super::feed::Singly;
use super::lanes::{Lane, fold, groups};
use super::live::Live;
use super::pass::Passes;
use super::sums::Sums;
use super::{Isa, Job, Panel, Panels, Scalar};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::init::seeding::{Draw, Preference, Spread};
use crate::init::{Blank, Scales};
use crate::model::Gmm;
use crate::observation::Observation;
use crate::real::Real;
use crate::statistics::SufficientStats;
use rand_core::Rng;

/// Adds each sample of the data whole to the component of the nearest of `means`, except samples with missing features:
/// `partial` gets each of them.
#[inline(never)] // its memory is free again afterwards
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
    // Sums are about the means of a model.
    let mut points: Gmm<T, D, K, C> = Gmm::unfitted();
    for ((weight, point), mean) in points.weights.iter_mut().zip(&mut points.means).zip(means) {
        (*weight, *point) = (T::ONE, *mean);
    }
    let mut panel = <T as Scalar>::Panel::<D, K>::NEW;
    panel.observe::<C, _, true>(
        stats,
        &mut Sums::new(),
        &points,
        &scales.reciprocals,
        Singly(data.into_iter()),
        partial,
    )
}

/// Writes each sample's weight (with `root` its root) into the row of the nearest live mean, the first of equals, and 0
/// into the others.
#[inline(always)]
pub(super) fn take_nearest<
    I: Isa,
    T: Real,
    const N: usize,
    const W: usize,
    const D: usize,
    const K: usize,
    C: Covariance,
>(
    gmm: &Gmm<T, D, K, C>,
    panel: &mut Panel<T, N, D, K>,
    live: &Live<K>,
    reciprocals: &[T; D],
    root: bool,
) {
    let Panel { x, r, w, peaks, norms: nearest, .. } = panel;
    if K > 1 {
        for ((row, k), index) in r.iter_mut().zip(live.iter()).zip(0..) {
            scaled_distances::<I, T, N, W, D>(reciprocals, &gmm.means[k], x, (T::ZERO, T::ONE), row);
            let number = T::from_count(index);
            for n in 0..N {
                let nearer = index == 0 || row[n] > peaks[n];
                peaks[n] = if nearer { row[n] } else { peaks[n] };
                nearest[n] = if nearer { number } else { nearest[n] };
            }
        }
    }
    for n in 0..N {
        peaks[n] = if root { w[n].square_root() } else { w[n] };
    }
    for (row, index) in r.iter_mut().zip(0..live.count()) {
        let number = T::from_count(index as u64);
        for n in 0..N {
            row[n] = if K == 1 || nearest[n] == number { peaks[n] } else { T::ZERO };
        }
    }
}

/// How a draw gives masses to samples.
#[derive(Clone, Copy, Debug)]
pub struct Nearest<'a, T, const D: usize> {
    spread: &'a Spread<T, D>,
    means: &'a [[T; D]],
    preference: Preference,
}

impl<T: Real, const D: usize> Nearest<'_, T, D> {
    /// Offers a sample with missing features, filled with the data's mean.
    pub(super) fn visit_partial(
        &self,
        sample: &impl Observation<T, D>,
        observed: &[bool; D],
        mut offer: impl FnMut(&[T; D], T),
    ) -> Result<(), Error> {
        let Self { spread, means, preference } = self;
        let blank = Blank::Filled(&spread.mean);
        spread.scales.visit_partial(sample, observed, means, blank, false, |x, weight, (_, distance)| {
            offer(x, weight * if means.is_empty() { T::ONE } else { preference.of(distance) });
            Ok(())
        })
    }
}

/// Offers all samples to `draw`, in proportion to `preference` and weight.
pub(crate) fn offer<T: Real, const D: usize, I, R: Rng + ?Sized>(
    draw: &mut Draw<'_, T, D, R>,
    data: I,
    spread: &Spread<T, D>,
    means: &[[T; D]],
    preference: Preference,
) -> Result<(), Error>
where
    I: IntoIterator<Item: Observation<T, D>>,
{
    let mut panel = <T as Scalar>::Panel::<D, 1>::NEW;
    panel.offer(data, Nearest { spread, means, preference }, |sum, count, sample| {
        draw.offer_panel(sum, count, sample);
    })
}

/// Writes the masses of one panel's samples into `norms`. Returns their sum.
pub(super) struct NearestStep<'a, T: Real, const N: usize, const D: usize, const K: usize> {
    pub(super) panel: &'a mut Panel<T, N, D, K>,
    pub(super) nearest: Nearest<'a, T, D>,
}

impl<T: Real, const N: usize, const D: usize, const K: usize> Job for NearestStep<'_, T, N, D, K> {
    type Outcome = T;

    fn is_wide() -> bool {
        true
    }

    #[inline(always)]
    fn run<I: Isa, const W: usize>(self) -> T {
        let Panel { x, e, w, norms, .. } = self.panel;
        let Nearest { spread, means, preference } = self.nearest;
        if means.is_empty() {
            *norms = *w;
        } else {
            // Samples and means are both scaled to standard deviations about the mean, so that equal ones stay equal.
            for j in 0..D {
                let (centre, reciprocal) = (spread.mean[j], spread.scales.reciprocals[j]);
                for n in 0..N {
                    e[j][n] = (x[j][n] - centre) * reciprocal;
                }
            }
            *norms = [T::INFINITY; N];
            for mean in means {
                let mut scaled = [T::ZERO; D];
                for j in 0..D {
                    scaled[j] = (mean[j] - spread.mean[j]) * spread.scales.reciprocals[j];
                }
                lower::<I, T, N, W, D>(e, &scaled, norms);
            }
            let even = matches!(preference, Preference::Distinct);
            for n in 0..N {
                let far = if norms[n] > T::ZERO { T::ONE } else { T::ZERO };
                norms[n] = w[n] * if even { far } else { norms[n] };
            }
        }
        let mut sums = [[[Lane::<T, W>::ZERO]]; TILE];
        for v in 0..groups::<N, W, TILE>() {
            for u in 0..TILE {
                sums[u][0][0] = sums[u][0][0].add(Lane::load(norms, v * TILE + u));
            }
        }
        fold(&sums)[0][0]
    }
}

/// `least` = min(`least`, |z − mean|²)
#[inline(always)]
fn lower<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
    z: &[[T; N]; D],
    mean: &[T; D],
    least: &mut [T; N],
) {
    for tile in 0..groups::<N, W, TILE>() {
        let mut sums = [Lane::<T, W>::ZERO; TILE];
        for j in 0..D {
            let m = Lane::splat(mean[j]);
            for v in 0..TILE {
                let d = Lane::load(&z[j], tile * TILE + v).sub(m);
                sums[v] = d.fma::<I>(d, sums[v]);
            }
        }
        for v in 0..TILE {
            let mut nearer = Lane::<T, W>::load(least, tile * TILE + v);
            for l in 0..W {
                nearer.0[l] = if sums[v].0[l] < nearer.0[l] { sums[v].0[l] } else { nearer.0[l] };
            }
            nearer.store(least, tile * TILE + v);
        }
    }
}
