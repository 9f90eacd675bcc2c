//! The products of the kernel: squared distances and scatters of a panel, and those of a full matrix.

use super::Isa;
use super::distances::{Distances, TILE};
use super::lanes::{Lane, fold, groups};
use crate::covariance::{Factor, Full, Shape};
use crate::real::Real;
use nalgebra::SMatrix;

/// Up to this many features, all sums of a component stay in registers.
const SMALL: usize = 4;

/// The products over panels that a covariance shape needs, beside the arithmetic of one sample in [`Shape`].
pub trait Tiles: Distances {
    /// Whether the products of `d` features are made in tiles of rows. [`sums`](Tiles::sums) then takes √r instead of
    /// r: the scatter is Σ e eᵀ with e = √r (x − point), so that one set of rows is written and read instead of two.
    fn is_tiled(d: usize) -> bool;

    /// `y` = L⁻¹(x − point) for every sample of a panel: once for all components that share a factor.
    fn whiten<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
        factor: &Factor<Self::Matrix<T, D>>,
        point: &[T; D],
        x: &[[T; N]; D],
        y: &mut [[T; N]; D],
    ) where
        Self: Shape;

    /// Statistics of a panel about `point`, with the samples' responsibilities `r` (or their roots): mass, first and
    /// second moment. `e` is scratch.
    fn sums<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
        x: &[[T; N]; D],
        r: &[T; N],
        point: &[T; D],
        e: &mut [[T; N]; D],
        second: &mut Self::Matrix<T, D>,
    ) -> (T, [T; D])
    where
        Self: Shape;

    /// Whether samples of these statistics lie so far from the point that the scatter about their own mean has lost
    /// digits: by more than four standard deviations in some feature.
    #[inline(always)]
    fn is_far<T: Real, const D: usize>(mass: T, first: &[T; D], second: &Self::Matrix<T, D>) -> bool
    where
        Self: Shape,
    {
        let mut far = false;
        for j in 0..D {
            far |= exceeds(first[j] / mass * first[j], Self::feature_scatter(second, j));
        }
        far
    }
}

/// Whether s²/W > 16 (S − s²/W), a NaN included. `share` is s²/W, made by dividing first: s² and W·S overflow or vanish
/// where weights are large or small.
#[inline(always)]
pub(super) fn exceeds<T: Real>(share: T, scatter: T) -> bool {
    !(share * T::narrow(17.0 / 16.0) <= scatter)
}

impl Tiles for Full {
    #[inline(always)]
    fn is_tiled(d: usize) -> bool {
        d > SMALL
    }

    /// Row by row, each less what the rows above it account for.
    #[inline(always)]
    fn whiten<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
        Factor(factor): &Factor<SMatrix<T, D, D>>,
        point: &[T; D],
        x: &[[T; N]; D],
        y: &mut [[T; N]; D],
    ) {
        let columns = &factor.data.0;
        for tile in 0..groups::<N, W, TILE>() {
            for i in 0..D {
                let mut row = [Lane::<T, W>::ZERO; TILE];
                for v in 0..TILE {
                    row[v] = Lane::load(&x[i], tile * TILE + v).sub(Lane::splat(point[i]));
                }
                for j in 0..i {
                    let a = Lane::splat(columns[j][i]);
                    for v in 0..TILE {
                        row[v] = row[v].less::<I>(a, Lane::load(&y[j], tile * TILE + v));
                    }
                }
                for v in 0..TILE {
                    row[v].mul(Lane::splat(columns[i][i])).store(&mut y[i], tile * TILE + v);
                }
            }
        }
    }

    #[inline(always)]
    fn sums<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
        x: &[[T; N]; D],
        r: &[T; N],
        point: &[T; D],
        e: &mut [[T; N]; D],
        second: &mut SMatrix<T, D, D>,
    ) -> (T, [T; D]) {
        let columns = &mut second.data.0;
        if D <= SMALL {
            return small_sums::<I, T, N, W, D>(x, r, point, columns);
        }
        let (mass, first) = deviations::<I, T, N, W, D>(x, r, point, e);
        let mut i = 0;
        while i + 1 < D {
            let mut j = 0;
            while j + 4 < i + 3 {
                put(columns, i, j, tile::<I, T, N, W, D, 4, 2, 1>(e, i, j));
                j += 4;
            }
            if j < i + 2 {
                put(columns, i, j, tile::<I, T, N, W, D, 2, 2, 2>(e, i, j));
            }
            i += 2;
        }
        if i < D {
            let mut j = 0;
            while j + 4 < i + 2 {
                put(columns, i, j, tile::<I, T, N, W, D, 4, 1, 2>(e, i, j));
                j += 4;
            }
            while j + 2 < i + 2 {
                put(columns, i, j, tile::<I, T, N, W, D, 2, 1, 4>(e, i, j));
                j += 2;
            }
            if j < i + 1 {
                put(columns, i, j, tile::<I, T, N, W, D, 1, 1, 4>(e, i, j));
            }
        }
        (mass, first)
    }
}

/// Mass, first and second moments of few features in one go. There are at most 4D of them, all in registers.
#[inline(always)]
fn small_sums<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
    x: &[[T; N]; D],
    r: &[T; N],
    point: &[T; D],
    columns: &mut [[T; D]; D],
) -> (T, [T; D]) {
    // Two sets where one is too few to hide the latency of an addition.
    let mut sums = [[[Lane::<T, W>::ZERO; 4]; D]; 2];
    let sets = if D < 3 { 2 } else { 1 };
    for v in 0..groups::<N, W, 2>() * (2 / sets) {
        for u in 0..sets {
            let place = sets * v + u;
            let r = Lane::load(r, place);
            let mut d = [Lane::<T, W>::ZERO; D];
            for j in 0..D {
                d[j] = Lane::load(&x[j], place).sub(Lane::splat(point[j]));
            }
            sums[u][0][0] = sums[u][0][0].add(r);
            let mut slot = 1;
            for j in 0..D {
                let p = r.mul(d[j]);
                sums[u][slot / 4][slot % 4] = sums[u][slot / 4][slot % 4].add(p);
                slot += 1;
                for i in j..D {
                    sums[u][slot / 4][slot % 4] = p.fma::<I>(d[i], sums[u][slot / 4][slot % 4]);
                    slot += 1;
                }
            }
        }
    }
    let sums = fold(&sums);
    let (mut first, mut slot) = ([T::ZERO; D], 1);
    for j in 0..D {
        first[j] = sums[slot / 4][slot % 4];
        slot += 1;
        for i in j..D {
            columns[j][i] = sums[slot / 4][slot % 4];
            slot += 1;
        }
    }
    (sums[0][0], first)
}

/// `e` = √r (x − point); Σ r and Σ r (x − point).
#[inline(always)]
fn deviations<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
    x: &[[T; N]; D],
    r: &[T; N],
    point: &[T; D],
    e: &mut [[T; N]; D],
) -> (T, [T; D]) {
    let mut first = [T::ZERO; D];
    let mut mass = [[[Lane::<T, W>::ZERO]]; 2];
    for v in 0..groups::<N, W, 2>() {
        for u in 0..2 {
            let r = Lane::load(r, 2 * v + u);
            mass[u][0][0] = r.fma::<I>(r, mass[u][0][0]);
        }
    }
    let mut i = 0;
    while i + 1 < D {
        let mut sums = [[[Lane::<T, W>::ZERO; 2]]; 2];
        let (a, b) = (Lane::splat(point[i]), Lane::splat(point[i + 1]));
        for v in 0..groups::<N, W, 2>() {
            for u in 0..2 {
                let r = Lane::load(r, 2 * v + u);
                let upper = Lane::load(&x[i], 2 * v + u).sub(a).mul(r);
                let lower = Lane::load(&x[i + 1], 2 * v + u).sub(b).mul(r);
                upper.store(&mut e[i], 2 * v + u);
                lower.store(&mut e[i + 1], 2 * v + u);
                sums[u][0][0] = r.fma::<I>(upper, sums[u][0][0]);
                sums[u][0][1] = r.fma::<I>(lower, sums[u][0][1]);
            }
        }
        let [pair] = fold(&sums);
        (first[i], first[i + 1]) = (pair[0], pair[1]);
        i += 2;
    }
    if i < D {
        let mut sums = [[[Lane::<T, W>::ZERO]]; 2];
        let a = Lane::splat(point[i]);
        for v in 0..groups::<N, W, 2>() {
            for u in 0..2 {
                let r = Lane::load(r, 2 * v + u);
                let last = Lane::load(&x[i], 2 * v + u).sub(a).mul(r);
                last.store(&mut e[i], 2 * v + u);
                sums[u][0][0] = r.fma::<I>(last, sums[u][0][0]);
            }
        }
        first[i] = fold(&sums)[0][0];
    }
    (fold(&mass)[0][0], first)
}

/// Σ e_{i+r} e_{j+c} for `R` rows and `C` columns, in `U` interleaved sums.
#[inline(always)]
fn tile<
    I: Isa,
    T: Real,
    const N: usize,
    const W: usize,
    const D: usize,
    const C: usize,
    const R: usize,
    const U: usize,
>(
    e: &[[T; N]; D],
    i: usize,
    j: usize,
) -> [[T; C]; R] {
    let mut sums = [[[Lane::<T, W>::ZERO; C]; R]; U];
    for v in 0..groups::<N, W, U>() {
        for u in 0..U {
            let mut columns = [Lane::<T, W>::ZERO; C];
            for c in 0..C {
                columns[c] = Lane::load(&e[j + c], v * U + u);
            }
            for r in 0..R {
                let row = Lane::load(&e[i + r], v * U + u);
                for c in 0..C {
                    sums[u][r][c] = row.fma::<I>(columns[c], sums[u][r][c]);
                }
            }
        }
    }
    fold(&sums)
}

/// Stores a tile, as far as it lies in the lower triangle.
#[inline(always)]
fn put<T: Real, const D: usize, const C: usize, const R: usize>(
    columns: &mut [[T; D]; D],
    i: usize,
    j: usize,
    tile: [[T; C]; R],
) {
    for r in 0..R {
        for c in 0..C {
            if j + c < i + r + 1 {
                columns[j + c][i + r] = tile[r][c];
            }
        }
    }
}
