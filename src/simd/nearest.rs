//! The passes of a start: moments of the data, and how far each sample lies from the means so far.

use super::lanes::{Lane, fold};
use super::sums::Sums;
use super::tiles::TILE;
use super::{Isa, Job, Panel, Panels, Scalar};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::init::seeding::{Draw, Preference, Spread};
use crate::model::Gmm;
use crate::observation::Observation;
use crate::real::Real;
use crate::statistics::SufficientStats;
use rand_core::Rng;

/// Adds the data to the one component of `stats`, each sample with its weight.
pub(crate) fn assign<T: Real, const D: usize, C: Covariance, I>(
    stats: &mut SufficientStats<T, D, 1, C>,
    data: I,
) -> Result<(), Error>
where
    I: IntoIterator<Item: Observation<T, D>>,
{
    let mut data = data.into_iter().peekable();
    let mut point: Gmm<T, D, 1, C> = Gmm::unfitted();
    if let Some(first) = data.peek() {
        let x = first.features();
        // A sample that is not finite is refused in its turn.
        point.means[0] = if x.iter().all(|v| v.is_finite()) { *x } else { [T::ZERO; D] };
    }
    let mut panel = <T as Scalar>::Panel::<D, 1>::EMPTY;
    panel.observe::<C, _, true>(stats, &mut Sums::new(), &point, data)
}

/// How a draw gives masses to samples.
#[derive(Clone, Copy, Debug)]
pub struct Nearest<'a, T, const D: usize> {
    spread: &'a Spread<T, D>,
    means: &'a [[T; D]],
    preference: Preference,
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
    let mut panel = <T as Scalar>::Panel::<D, 1>::EMPTY;
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
        for v in 0..N / (W * TILE) {
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
    for tile in 0..N / (W * TILE) {
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
