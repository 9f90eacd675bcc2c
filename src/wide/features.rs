//! Diagonal and spherical shapes: no products between features.

use super::Isa;
use super::lanes::{Lane, fold, groups};
use super::tiles::{Tiles, exceeds};
use crate::covariance::{Diagonal, Factor, Spherical, Variance};
use crate::real::Real;
use nalgebra::SVector;

/// Up to this many features, all their sums stay in registers.
const SMALL: usize = 6;

/// Mass, first and second moments of few features in one go.
#[inline(always)]
fn small_sums<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
    x: &[[T; N]; D],
    r: &[T; N],
    point: &[T; D],
    second: &mut [T; D],
) -> (T, [T; D]) {
    // Two sets of sums if one is too few to hide the latency of an addition. The first feature's row holds the mass.
    let mut sums = [[[Lane::<T, W>::ZERO; 3]; D]; 2];
    let sets = if D < 3 { 2 } else { 1 };
    for v in 0..groups::<N, W, 2>() * (2 / sets) {
        for u in 0..sets {
            let r = Lane::load(r, sets * v + u);
            sums[u][0][2] = sums[u][0][2].add(r);
            for j in 0..D {
                let d = Lane::load(&x[j], sets * v + u).sub(Lane::splat(point[j]));
                let p = r.mul(d);
                sums[u][j][0] = sums[u][j][0].add(p);
                sums[u][j][1] = p.fma::<I>(d, sums[u][j][1]);
            }
        }
    }
    let sums = fold(&sums);
    let mut first = [T::ZERO; D];
    for j in 0..D {
        [first[j], second[j], _] = sums[j];
    }
    (sums[0][2], first)
}

/// Mass, first and second moment of every feature by itself, two features at a time. With more at a time, the compiler
/// would make vectors of features instead of samples for `f64`.
#[inline(always)]
fn feature_sums<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
    x: &[[T; N]; D],
    r: &[T; N],
    point: &[T; D],
    second: &mut [T; D],
) -> (T, [T; D]) {
    if D <= SMALL {
        return small_sums::<I, T, N, W, D>(x, r, point, second);
    }
    let mut first = [T::ZERO; D];
    let mut mass = [[[Lane::<T, W>::ZERO]]; 2];
    for v in 0..groups::<N, W, 2>() {
        for u in 0..2 {
            mass[u][0][0] = mass[u][0][0].add(Lane::load(r, 2 * v + u));
        }
    }
    let mut i = 0;
    while i < D {
        // If the number of features is odd, the last one is its own partner.
        let next = if i + 1 < D { i + 1 } else { i };
        let mut sums = [[[Lane::<T, W>::ZERO; 2]; 2]; 2];
        let (a, b) = (Lane::splat(point[i]), Lane::splat(point[next]));
        for v in 0..groups::<N, W, 2>() {
            for u in 0..2 {
                let r = Lane::load(r, 2 * v + u);
                let upper = Lane::load(&x[i], 2 * v + u).sub(a);
                let lower = Lane::load(&x[next], 2 * v + u).sub(b);
                let (mine, other) = (upper.mul(r), lower.mul(r));
                sums[u][0][0] = sums[u][0][0].add(mine);
                sums[u][0][1] = sums[u][0][1].add(other);
                sums[u][1][0] = mine.fma::<I>(upper, sums[u][1][0]);
                sums[u][1][1] = other.fma::<I>(lower, sums[u][1][1]);
            }
        }
        let sums = fold(&sums);
        (first[i], second[i]) = (sums[0][0], sums[1][0]);
        (first[next], second[next]) = (sums[0][1], sums[1][1]);
        i += 2;
    }
    (fold(&mass)[0][0], first)
}

impl Tiles for Diagonal {
    #[inline(always)]
    fn is_tiled(_d: usize) -> bool {
        false
    }

    #[inline(always)]
    fn whiten<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
        Factor(factor): &Factor<SVector<T, D>>,
        point: &[T; D],
        x: &[[T; N]; D],
        y: &mut [[T; N]; D],
    ) {
        for j in 0..D {
            for n in 0..N {
                y[j][n] = (x[j][n] - point[j]) * factor.data.0[0][j];
            }
        }
    }

    #[inline(always)]
    fn sums<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
        x: &[[T; N]; D],
        r: &[T; N],
        point: &[T; D],
        _e: &mut [[T; N]; D],
        second: &mut SVector<T, D>,
    ) -> (T, [T; D]) {
        let [second] = &mut second.data.0;
        feature_sums::<I, T, N, W, D>(x, r, point, second)
    }
}

impl Tiles for Spherical {
    #[inline(always)]
    fn is_tiled(_d: usize) -> bool {
        false
    }

    #[inline(always)]
    fn whiten<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
        Factor(factor): &Factor<Variance<T>>,
        point: &[T; D],
        x: &[[T; N]; D],
        y: &mut [[T; N]; D],
    ) {
        for j in 0..D {
            for n in 0..N {
                y[j][n] = (x[j][n] - point[j]) * factor.0;
            }
        }
    }

    #[inline(always)]
    fn sums<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
        x: &[[T; N]; D],
        r: &[T; N],
        point: &[T; D],
        _e: &mut [[T; N]; D],
        second: &mut Variance<T>,
    ) -> (T, [T; D]) {
        let mut scatters = [T::ZERO; D];
        let (mass, first) = feature_sums::<I, T, N, W, D>(x, r, point, &mut scatters);
        second.0 = scatters.into_iter().fold(T::ZERO, |sum, s| sum + s);
        (mass, first)
    }

    /// For all features together, since only the sum of their scatters is kept.
    #[inline(always)]
    fn is_far<T: Real, const D: usize>(mass: T, first: &[T; D], second: &Variance<T>) -> bool {
        let share = first.iter().fold(T::ZERO, |sum, s| sum + *s / mass * *s);
        exceeds(share, second.0)
    }
}
