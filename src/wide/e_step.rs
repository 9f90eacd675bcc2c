//! E-step and statistics of one panel.

use super::joint::{exponentials, exponentials_beside, few, joint};
use super::lanes::{Lane, fold, groups};
use super::limits::{Limits, Verdict, is_sound, sum_of_squares};
use super::live::Live;
use super::nearest::take_nearest;
use super::pass::centre;
use super::sums::Sums;
use super::tiles::Tiles;
use super::{Isa, Job, Panel};
use crate::covariance::{Constant, Covariance, ExtraMass, MatrixOf, Shape};
use crate::model::Gmm;
use crate::moments::Moments;
use crate::real::{Compensated, Real};
use crate::statistics::SufficientStats;

/// One panel's share of a pass. With `WHOLE` each sample goes whole to the component of the nearest mean.
pub(super) struct EStep<
    'a,
    T: Real,
    const N: usize,
    const D: usize,
    const K: usize,
    C: Covariance,
    const WHOLE: bool,
> {
    pub(super) panel: &'a mut Panel<T, N, D, K>,
    pub(super) totals: &'a mut SufficientStats<T, D, K, C>,
    pub(super) sums: &'a mut Sums<T, D, K, C>,
    pub(super) gmm: &'a Gmm<T, D, K, C>,
    pub(super) live: &'a Live<K>,
    pub(super) limits: Limits<T>,
    /// The reciprocal units of the features, where distances are those of means.
    pub(super) reciprocals: &'a [T; D],
}

impl<T: Real, const N: usize, const D: usize, const K: usize, C: Covariance, const WHOLE: bool> Job
    for EStep<'_, T, N, D, K, C, WHOLE>
{
    type Outcome = Verdict;

    #[inline(always)]
    fn is_wide() -> bool {
        !C::Shape::is_tiled(D)
    }

    #[inline(always)]
    fn run<I: Isa, const W: usize>(self) -> Verdict {
        let Self { panel, totals, sums, gmm, live, limits, reciprocals } = self;
        let root = C::Shape::is_tiled(D);
        let square = sum_of_squares::<I, T, N, W, D>(&panel.x);
        if WHOLE {
            if !(square * panel.heaviest < T::LARGEST_SQUARE * T::narrow(1.0 / 16.0)) {
                return Verdict::Declined;
            }
            take_nearest::<I, T, N, W, D, K, C>(gmm, panel, live, reciprocals, root);
        } else {
            joint::<I, T, N, W, D, K, C>(gmm, panel, live, root);
            if !limits.clear(square, panel.heaviest) && !is_sound(panel, live.count()) {
                return Verdict::Declined;
            }
            let noise = gmm.noise_offset();
            let (log_likelihood, own) = if root {
                normalise::<I, T, N, W, D, K, true>(panel, live.count(), noise)
            } else {
                normalise::<I, T, N, W, D, K, false>(panel, live.count(), noise)
            };
            sums.log_likelihood.add(log_likelihood);
            if let Some(mass) = sums.extra.get_mut() {
                mass.add(own);
            }
        }
        for (row, k) in live.iter().enumerate() {
            statistics::<I, T, N, W, D, K, C>(panel, totals, sums, &gmm.means[k], k, row);
        }
        sums.count += panel.count as u64;
        Verdict::Taken
    }
}

/// Σ a·b
#[inline(always)]
fn dot<I: Isa, T: Real, const N: usize, const W: usize>(a: &[T; N], b: &[T; N]) -> T {
    let mut sums = [[[Lane::<T, W>::ZERO]]; 4];
    for v in 0..groups::<N, W, 4>() {
        for u in 0..4 {
            let place = 4 * v + u;
            sums[u][0][0] = Lane::load(a, place).fma::<I>(Lane::load(b, place), sums[u][0][0]);
        }
    }
    fold(&sums)[0][0]
}

/// Turns the joint log-densities in the first `live` rows into responsibilities times weights; with `ROOT`, turns
/// halved log-densities into the roots of these. Returns the panel's share of the log-likelihood, and the mass of the
/// noise, if there is any: `noise` is its log-density.
#[inline(always)]
fn normalise<
    I: Isa,
    T: Real,
    const N: usize,
    const W: usize,
    const D: usize,
    const K: usize,
    const ROOT: bool,
>(
    panel: &mut Panel<T, N, D, K>,
    live: usize,
    noise: Option<T>,
) -> (T, T) {
    let Panel { r, w, peaks, norms, .. } = panel;
    let mut own = [T::ZERO; N];
    match noise {
        None => exponentials::<I, T, N, K, ROOT>(r, live, peaks, norms),
        Some(noise) => {
            let noise = if ROOT { noise * T::HALF } else { noise };
            exponentials_beside::<I, T, N, K, ROOT>(r, live, noise, peaks, norms, &mut own);
        }
    }
    let mut shares = [T::ZERO; N];
    let share = |n: usize| if ROOT { (w[n] / norms[n]).square_root() } else { w[n] / norms[n] };
    if K <= few::<I>() && live == K {
        for n in 0..N {
            shares[n] = share(n);
            for k in 0..K {
                r[k][n] *= shares[n];
            }
        }
    } else {
        for n in 0..N {
            shares[n] = share(n);
        }
        for row in r.iter_mut().take(live) {
            for n in 0..N {
                row[n] *= shares[n];
            }
        }
    }
    let mut mass = T::ZERO;
    if noise.is_some() {
        if ROOT {
            for n in 0..N {
                own[n] *= shares[n];
            }
            mass = dot::<I, T, N, W>(&own, &own);
        } else {
            mass = dot::<I, T, N, W>(&own, &shares);
        }
    }
    let unit = if ROOT { T::ONE + T::ONE } else { T::ONE };
    let peaks = dot::<I, T, N, W>(peaks, w) * unit;
    let weighted = panel.weighted || panel.count < N;
    (peaks + sum_of_logs::<I, T, N, W>(&mut panel.norms, &panel.w, weighted), mass)
}

/// Σ w ln `norms`. The norms lie between 1 and K. Without weights, ten of them are multiplied first, so that ten samples
/// need one logarithm.
#[inline(always)]
fn sum_of_logs<I: Isa, T: Real, const N: usize, const W: usize>(
    norms: &mut [T; N],
    w: &[T; N],
    weighted: bool,
) -> T {
    if weighted {
        for n in 0..N {
            norms[n] = norms[n].ln_lane::<I>();
        }
        return dot::<I, T, N, W>(norms, w);
    }
    const TEN: usize = 10;
    let tenth = N / TEN;
    for n in 0..tenth {
        let mut product = norms[n];
        for c in 1..TEN {
            product *= norms[n + c * tenth];
        }
        norms[n] = product;
    }
    for n in 0..tenth {
        norms[n] = norms[n].ln_lane::<I>();
    }
    let mut sums = [[[Lane::<T, W>::ZERO; 1]; 1]; 1];
    for v in 0..groups::<N, W, TEN>() {
        sums[0][0][0] = sums[0][0][0].add(Lane::load(norms, v));
    }
    fold(&sums)[0][0]
}

/// Adds the panel, with the responsibilities of row `row`, to the sums of component `k` about the model's mean. If the
/// samples that the component takes lie too far from this mean, adds them about their own mean instead, straight into
/// the totals.
#[inline(always)]
fn statistics<
    I: Isa,
    T: Real,
    const N: usize,
    const W: usize,
    const D: usize,
    const K: usize,
    C: Covariance,
>(
    panel: &mut Panel<T, N, D, K>,
    totals: &mut SufficientStats<T, D, K, C>,
    sums: &mut Sums<T, D, K, C>,
    mean: &[T; D],
    k: usize,
    row: usize,
) {
    let mut point = *mean;
    let mut second: MatrixOf<T, D, C> = Constant::ZERO;
    let (mut moved, mut last) = (false, T::INFINITY);
    loop {
        let (x, r, e) = (&panel.x, &panel.r[row], &mut panel.e);
        let (mass, first) = C::Shape::sums::<I, T, N, W, D>(x, r, &point, e, &mut second);
        if !(mass > T::ZERO) {
            return;
        }
        let far = C::Shape::is_far(mass, &first, &second);
        let shift = if far { first.iter().fold(T::ZERO, |sum, s| sum + s.abs() / mass) } else { T::ZERO };
        // A move leaves the rounding of its own length: from very far away, the second is the one that arrives.
        if moved && !(far && shift < T::HALF * last) {
            merge_component(totals, k, mass, &point, &first, &mut second);
            return;
        }
        if !moved
            && (!far || is_harmless(totals, &first, mass, C::slot(k), (sums.count + totals.count) / N as u64))
        {
            sums.masses[k].add(mass);
            for j in 0..D {
                sums.first[k][j] += first[j];
            }
            C::Shape::add(&mut sums.second.as_mut()[C::slot(k)], &second);
            return;
        }
        for j in 0..D {
            point[j] = own_mean(&panel.x[j], point[j] + first[j] / mass);
        }
        (moved, last) = (true, shift);
    }
}

/// `mean`; or, if all samples have the same value, this value. The scatter of a constant feature is then exactly 0, and
/// the M-step recognises it by that.
#[inline(always)]
fn own_mean<T: Real, const N: usize>(row: &[T; N], mean: T) -> T {
    let mut differs = false;
    for n in 0..N {
        differs |= row[n] != row[0];
    }
    if differs { mean } else { row[0] }
}

/// Whether sums about a far point lose nothing that counts: the part that cancels in them is no more than 16 times what
/// an average panel has added to the totals.
#[cold]
#[inline(never)]
fn is_harmless<T: Real, const D: usize, const K: usize, C: Covariance>(
    totals: &SufficientStats<T, D, K, C>,
    first: &[T; D],
    mass: T,
    slot: usize,
    panels: u64,
) -> bool {
    let scatter = &totals.scatters.as_ref()[slot];
    let scale = T::narrow(16.0) / T::from_count(panels + 1);
    (0..D).all(|j| first[j] / mass * first[j] <= scale * C::Shape::feature_scatter(scatter, j))
}

/// Merges one component's sums about `point` into the totals.
#[cold]
#[inline(never)]
fn merge_component<T: Real, const D: usize, const K: usize, C: Covariance>(
    totals: &mut SufficientStats<T, D, K, C>,
    k: usize,
    mass: T,
    point: &[T; D],
    first: &[T; D],
    second: &mut MatrixOf<T, D, C>,
) {
    let (mean, low) = centre::<T, D, C::Shape>(mass, point, first, second);
    let part = Moments { weight: Compensated { high: mass, low: T::ZERO }, mean, low };
    if let Some((weight, d)) = totals.moments[k].merge(&part) {
        C::Shape::add_outer(second, weight, &d);
    }
    // Added in one sum, so that no small part is lost against a large total.
    C::Shape::add(&mut totals.scatters.as_mut()[C::slot(k)], second);
}
