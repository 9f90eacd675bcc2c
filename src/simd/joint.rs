//! The log-densities of a panel's samples under every component.

use super::features::scaled_distances;
use super::lanes::Plain;
use super::tiles::{TILE, Tiles};
use super::{Isa, Panel};
use crate::covariance::Covariance;
use crate::model::{Gmm, Live};
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
    let Panel { x, e, r, .. } = panel;
    let shared = if K > 1 && C::SHARED && C::Shape::is_tiled(D) { whitened_means(gmm) } else { None };
    if let Some((point, _)) = &shared {
        C::Shape::whiten::<I, T, N, W, D>(&gmm.factors.as_ref()[0], point, x, e);
    }
    for (k, row) in live.iter().zip(r) {
        let affine = (gmm.offsets[k] * unit, unit * T::HALF);
        if let Some((_, means)) = &shared {
            scaled_distances::<I, T, N, W, D>(&[T::ONE; D], &means[k], e, affine, row);
        } else {
            let factor = &gmm.factors.as_ref()[C::slot(k)];
            C::Shape::distances::<I, T, N, W, D>(factor, &gmm.means[k], x, affine, row);
        }
    }
}

/// A point, and L⁻¹(μ_k − point) for every live component of a model whose components share L. `None` if some means are
/// so far apart (32 standard deviations) that differences of whitened samples and means would lose digits.
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
