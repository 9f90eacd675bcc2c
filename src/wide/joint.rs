//! The log-densities of a panel's samples under every component.

use super::distances::Distances;
#[cfg(feature = "simd")]
use super::distances::{TILE, scaled_distances};
#[cfg(feature = "simd")]
use super::lanes::Plain;
use super::live::Live;
#[cfg(feature = "simd")]
use super::tiles::Tiles;
use super::{Isa, Panel};
use crate::covariance::Covariance;
use crate::model::Gmm;
use crate::real::Real;

/// Writes ln π_k N(x; μ_k, Σ_k) of every sample, with `root` half of it, into the first rows of `r`: one row for each
/// live component, in their order.
#[inline(always)]
pub(super) fn joint<
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
    root: bool,
) {
    let unit = if root { T::HALF } else { T::ONE };
    #[cfg(feature = "simd")]
    if K > 1
        && C::SHARED
        && C::Shape::is_tiled(D)
        && let Some((point, means)) = whitened_means(gmm)
    {
        let Panel { x, e, r, .. } = panel;
        C::Shape::whiten::<I, T, N, W, D>(&gmm.factors.as_ref()[0], &point, x, e);
        for (k, row) in live.iter().zip(r) {
            let affine = (gmm.offsets[k] * unit, unit * T::HALF);
            scaled_distances::<I, T, N, W, D>(&[T::ONE; D], &means[k], e, affine, row);
        }
        return;
    }
    for (k, row) in live.iter().zip(&mut panel.r) {
        let affine = (gmm.offsets[k] * unit, unit * T::HALF);
        let factor = &gmm.factors.as_ref()[C::slot(k)];
        C::Shape::distances::<I, T, N, W, D>(factor, &gmm.means[k], &panel.x, affine, row);
    }
}

/// A point, and L⁻¹(μ_k − point) for every live component of a model whose components share L. `None` if some means are
/// so far apart (32 standard deviations) that differences of whitened samples and means would lose digits.
#[cfg(feature = "simd")]
#[inline(never)]
fn whitened_means<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &Gmm<T, D, K, C>,
) -> Option<([T; D], [[T; D]; K])> {
    let live = gmm.weights.iter().position(|w| *w > T::ZERO)?;
    let point = gmm.means[live];
    let mut means = [[T::ZERO; D]; K];
    for k in 0..K {
        if gmm.weights[k] > T::ZERO {
            // A panel that holds the same sample four times.
            let (mean, mut column) = (gmm.means[k].map(|m| [m; TILE]), [[T::ZERO; TILE]; D]);
            C::Shape::whiten::<Plain, T, TILE, 1, D>(&gmm.factors.as_ref()[0], &point, &mean, &mut column);
            means[k] = column.map(|row| row[0]);
            let square = means[k].iter().fold(T::ZERO, |sum, v| sum + *v * *v);
            if !(square < T::narrow(1024.0)) {
                return None;
            }
        }
    }
    Some((point, means))
}

/// Above this many components, or if some are dead, the loop over components is no longer unrolled inside the loop over
/// samples: it becomes the outer loop. More of them need more registers than there are, unless products are fused.
pub(super) const fn few<I: Isa>() -> usize {
    if I::FUSED { 8 } else { 4 }
}

/// Replaces the first `live` rows of `r` by e^(l − max), and gives the maximum over them and Σ r (with `ROOT`, Σ of the
/// squares).
#[cfg_attr(feature = "std", inline(always))]
#[cfg_attr(not(feature = "std"), inline(never))]
pub(super) fn exponentials<I: Isa, T: Real, const N: usize, const K: usize, const ROOT: bool>(
    r: &mut [[T; N]; K],
    live: usize,
    peaks: &mut [T; N],
    norms: &mut [T; N],
) {
    let cutoff = if ROOT { T::EXP_CUTOFF * T::HALF } else { T::EXP_CUTOFF };
    if K <= few::<I>() && live == K {
        for n in 0..N {
            let mut peak = r[0][n];
            for k in 1..K {
                peak = if r[k][n] > peak { r[k][n] } else { peak };
            }
            let mut norm = T::ZERO;
            for k in 0..K {
                let p = (r[k][n] - peak).exp_lane::<I>(cutoff);
                r[k][n] = p;
                norm = if ROOT { I::fma(p, p, norm) } else { norm + p };
            }
            peaks[n] = peak;
            norms[n] = norm;
        }
        return;
    }
    // Two rows at a time, so that what both add to is loaded and stored once; for the first ones it is not loaded.
    let (pairs, last) = r.get_mut(..live).unwrap_or_default().as_chunks_mut::<2>();
    for (i, [a, b]) in pairs.iter().enumerate() {
        for n in 0..N {
            let peak = if i == 0 || a[n] > peaks[n] { a[n] } else { peaks[n] };
            peaks[n] = if b[n] > peak { b[n] } else { peak };
        }
    }
    for row in &*last {
        for n in 0..N {
            let peak = if live == 1 || row[n] > peaks[n] { row[n] } else { peaks[n] };
            peaks[n] = peak;
        }
    }
    for (i, [a, b]) in pairs.iter_mut().enumerate() {
        for n in 0..N {
            let (p, q) = ((a[n] - peaks[n]).exp_lane::<I>(cutoff), (b[n] - peaks[n]).exp_lane::<I>(cutoff));
            (a[n], b[n]) = (p, q);
            let before = if i == 0 { T::ZERO } else { norms[n] };
            norms[n] = if ROOT { I::fma(q, q, I::fma(p, p, before)) } else { before + p + q };
        }
    }
    for row in last {
        for n in 0..N {
            let p = (row[n] - peaks[n]).exp_lane::<I>(cutoff);
            row[n] = p;
            let before = if live == 1 { T::ZERO } else { norms[n] };
            norms[n] = if ROOT { I::fma(p, p, before) } else { before + p };
        }
    }
}

/// [`exponentials`] with one term more, that of the noise: `noise` for every sample. Its e^(l − max) go into `own`.
#[inline(always)]
pub(super) fn exponentials_beside<I: Isa, T: Real, const N: usize, const K: usize, const ROOT: bool>(
    r: &mut [[T; N]; K],
    live: usize,
    noise: T,
    peaks: &mut [T; N],
    norms: &mut [T; N],
    own: &mut [T; N],
) {
    let cutoff = if ROOT { T::EXP_CUTOFF * T::HALF } else { T::EXP_CUTOFF };
    *peaks = [noise; N];
    for row in r.iter().take(live) {
        for n in 0..N {
            peaks[n] = if row[n] > peaks[n] { row[n] } else { peaks[n] };
        }
    }
    for n in 0..N {
        own[n] = (noise - peaks[n]).exp_lane::<I>(cutoff);
        norms[n] = if ROOT { own[n] * own[n] } else { own[n] };
    }
    for row in r.iter_mut().take(live) {
        for n in 0..N {
            let p = (row[n] - peaks[n]).exp_lane::<I>(cutoff);
            row[n] = p;
            norms[n] = if ROOT { I::fma(p, p, norms[n]) } else { norms[n] + p };
        }
    }
}
