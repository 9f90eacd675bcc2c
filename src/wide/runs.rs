//! Sums over runs of samples, in the order of the samples: vectors of features for one sample after the other.

use core::fmt::Debug;
use core::ops::Range;

use super::distances::Distances;
use super::in_order::N;
use super::lanes::Lane;
use crate::covariance::{Diagonal, Full, Shape, Spherical, Variance};
use crate::real::Real;
use crate::statistics::block::Part;
use nalgebra::{SMatrix, SVector};

/// Up to this many features, one vector holds a sample.
pub(super) const SMALL: usize = 4;

/// The samples of a block.
pub struct Samples<'a, T, const D: usize> {
    /// Feature by feature.
    pub(super) x: &'a [[T; N]; D],
    /// Sample by sample.
    pub(super) rows: &'a [[T; D]; N],
}

/// What can be reserved in a constant.
pub trait Memory: Clone + Debug + Send {
    /// All numbers 0.
    const ZERO: Self;
}

impl Memory for () {
    const ZERO: Self = ();
}

/// Deviations d of samples from anchors, and r d.
#[derive(Clone, Debug)]
pub struct Scratch<T, const D: usize> {
    d: [[T; D]; N],
    q: [[T; D]; N],
}

impl<T: Real, const D: usize> Memory for Scratch<T, D> {
    const ZERO: Self = Self { d: [[T::ZERO; D]; N], q: [[T::ZERO; D]; N] };
}

/// The sums of a covariance shape over runs of samples.
pub trait Runs: Distances {
    /// What [`add_run`](Self::add_run) needs of memory.
    type Scratch<T: Real, const D: usize>: Memory;

    /// Adds the samples of `run`, none of which is an anchor, with their shares in the components of `parts`: one
    /// component if `M` is 1, else at most as many. Where there are several, a sample's components come one after the
    /// other, since all add to the same scatter. `shares` of these samples are scratch afterwards.
    fn add_run<T: Real, const W: usize, const D: usize, const M: usize>(
        samples: &Samples<'_, T, D>,
        run: Range<usize>,
        shares: &mut [[T; N]],
        parts: &mut [Part<T, D>],
        second: &mut Self::Matrix<T, D>,
        scratch: &mut Self::Scratch<T, D>,
    ) where
        Self: Shape;
}

/// `W` features from `at` on, and 0 where there are none.
#[inline(always)]
fn load<T: Real, const W: usize, const D: usize>(row: &[T; D], at: usize) -> Lane<T, W> {
    let mut lane = Lane::ZERO;
    if W <= D {
        lane.0.copy_from_slice(&row[at..at + W]);
    } else {
        lane.0[..D].copy_from_slice(row);
    }
    lane
}

/// Stores what [`load`] loads, but not the first `known` features.
#[inline(always)]
fn store<T: Real, const W: usize, const D: usize>(
    lane: Lane<T, W>,
    row: &mut [T; D],
    at: usize,
    known: usize,
) {
    if W <= D && known == 0 {
        row[at..at + W].copy_from_slice(&lane.0);
    } else {
        store_some(&lane, row, at, known);
    }
}

/// Not inlined: if the compiler sees that lanes are not used, it cuts up the vectors of the loop before.
#[inline(never)]
fn store_some<T: Real, const W: usize, const D: usize>(
    lane: &Lane<T, W>,
    row: &mut [T; D],
    at: usize,
    known: usize,
) {
    for (v, place) in lane.0.iter().zip(row.iter_mut().skip(at)).skip(known) {
        *place = *v;
    }
}

/// Where vector `v` of a row begins, and how many of its features the vectors before it hold.
#[inline(always)]
fn place<const W: usize, const D: usize>(v: usize) -> (usize, usize) {
    let at = if W <= D && v * W > D - W { D - W } else { v * W };
    (at, v * W - at)
}

/// Runs the body for all vectors of a row, two at a time: `$v` is the first of them, and the constant `$n` how many.
macro_rules! for_strips {
    ($w:ident, $d:ident, |$v:ident, $n:ident| $body:expr) => {{
        let mut $v = 0;
        while ($v + 2) * $w <= $d {
            const $n: usize = 2;
            $body;
            $v += 2;
        }
        while $v * $w < $d {
            const $n: usize = 1;
            $body;
            $v += 1;
        }
    }};
}

/// Masses and first moments of the features of `V` vectors from `v` on. Calls `visit` with the index of each share, d
/// and r d.
#[inline(always)]
fn strip<T: Real, const W: usize, const D: usize, const M: usize, const V: usize>(
    rows: &[[T; D]; N],
    run: Range<usize>,
    shares: &[[T; N]],
    parts: &mut [Part<T, D>],
    v: usize,
    mut visit: impl FnMut(usize, [Lane<T, W>; V], [Lane<T, W>; V]),
) {
    let (at, known) = place::<W, D>(v);
    let count = if M == 1 { 1 } else { parts.len().min(M) };
    let (mut masses, mut firsts) = ([T::ZERO; M], [[Lane::<T, W>::ZERO; V]; M]);
    let mut points = [[Lane::<T, W>::ZERO; V]; M];
    for (m, part) in parts.iter().enumerate().take(count) {
        masses[m] = part.mass;
        for u in 0..V {
            (firsts[m][u], points[m][u]) = (load(&part.first, at + u * W), load(&part.anchor, at + u * W));
        }
    }
    let mut index = 0;
    for n in run {
        let mut x = [Lane::<T, W>::ZERO; V];
        for u in 0..V {
            x[u] = load(&rows[n], at + u * W);
        }
        for m in 0..count {
            let r = shares[m][n];
            masses[m] += r;
            let (r, mut d, mut q) = (Lane::splat(r), x, x);
            for u in 0..V {
                d[u] = x[u].sub(points[m][u]);
                q[u] = r.mul(d[u]);
                firsts[m][u] = firsts[m][u].add(q[u]);
            }
            visit(index, d, q);
            index += 1;
        }
    }
    for (m, part) in parts.iter_mut().enumerate().take(count) {
        if v == 0 {
            part.mass = masses[m];
        }
        for u in 0..V {
            store(firsts[m][u], &mut part.first, at + u * W, known);
        }
    }
}

impl Runs for Full {
    type Scratch<T: Real, const D: usize> = Scratch<T, D>;

    #[inline(always)]
    fn add_run<T: Real, const W: usize, const D: usize, const M: usize>(
        samples: &Samples<'_, T, D>,
        run: Range<usize>,
        shares: &mut [[T; N]],
        parts: &mut [Part<T, D>],
        second: &mut SMatrix<T, D, D>,
        scratch: &mut Scratch<T, D>,
    ) {
        let columns = &mut second.data.0;
        if D <= SMALL {
            let mut sums = [Lane::<T, SMALL>::ZERO; D];
            for j in 0..D {
                sums[j] = load(&columns[j], 0);
            }
            strip::<T, SMALL, D, M, 1>(samples.rows, run, shares, parts, 0, |_, [d], [q]| {
                for j in 0..D {
                    sums[j] = sums[j].add(Lane::splat(q.0[j]).mul(d));
                }
            });
            store_triangle(&sums, columns);
            return;
        }
        let Scratch { d: deviations, q: shared } = scratch;
        let (count, mut start) = (if M == 1 { 1 } else { parts.len() }, run.start);
        while start < run.end {
            let end = run.end.min(start + N / count);
            for_strips!(W, D, |v, V| {
                let (at, _) = place::<W, D>(v);
                strip::<T, W, D, M, V>(samples.rows, start..end, shares, parts, v, |index, d, q| {
                    for u in 0..V {
                        store(d[u], &mut deviations[index], at + u * W, 0);
                        store(q[u], &mut shared[index], at + u * W, 0);
                    }
                })
            });
            let entries = (end - start) * count;
            products::<T, W, D>(&deviations[..entries], &shared[..entries], columns);
            start = end;
        }
    }
}

/// Adds Σ (r d_j) d_i to the lower triangle, four columns at a time.
#[cfg_attr(feature = "std", inline(always))]
#[cfg_attr(not(feature = "std"), inline(never))]
fn products<T: Real, const W: usize, const D: usize>(d: &[[T; D]], q: &[[T; D]], columns: &mut [[T; D]; D]) {
    let mut j = 0;
    while j + 4 <= D {
        column_tiles::<T, W, D, 4>(d, q, columns, j);
        j += 4;
    }
    match D - j {
        3 => column_tiles::<T, W, D, 3>(d, q, columns, j),
        2 => column_tiles::<T, W, D, 2>(d, q, columns, j),
        1 => column_tiles::<T, W, D, 1>(d, q, columns, j),
        _ => {}
    }
    // Above the diagonal is nothing.
    for (j, column) in columns.iter_mut().enumerate() {
        for above in column.iter_mut().take(j) {
            *above = T::ZERO;
        }
    }
}

/// `C` columns from `j` on.
#[inline(always)]
fn column_tiles<T: Real, const W: usize, const D: usize, const C: usize>(
    d: &[[T; D]],
    q: &[[T; D]],
    columns: &mut [[T; D]; D],
    j: usize,
) {
    let mut v = j / W;
    while (v + 2) * W <= D {
        tile::<T, W, D, C, 2>(d, q, columns, j, v);
        v += 2;
    }
    while v * W < D {
        tile::<T, W, D, C, 1>(d, q, columns, j, v);
        v += 1;
    }
}

/// `V` vectors of rows from vector `v` on, in `C` columns from `j` on.
#[inline(always)]
fn tile<T: Real, const W: usize, const D: usize, const C: usize, const V: usize>(
    d: &[[T; D]],
    q: &[[T; D]],
    columns: &mut [[T; D]; D],
    j: usize,
    v: usize,
) {
    let (at, known) = place::<W, D>(v);
    let mut sums = [[Lane::<T, W>::ZERO; V]; C];
    for c in 0..C {
        for u in 0..V {
            sums[c][u] = load(&columns[j + c], at + u * W);
        }
    }
    for (d, q) in d.iter().zip(q) {
        let mut rows = [Lane::<T, W>::ZERO; V];
        for u in 0..V {
            rows[u] = load(d, at + u * W);
        }
        for c in 0..C {
            let q = Lane::splat(q[j + c]);
            for u in 0..V {
                sums[c][u] = sums[c][u].add(q.mul(rows[u]));
            }
        }
    }
    for c in 0..C {
        for u in 0..V {
            store(sums[c][u], &mut columns[j + c], at + u * W, known);
        }
    }
}

/// Stores the columns of a lower triangle. Not inlined, as [`store_some`].
#[inline(never)]
fn store_triangle<T: Real, const D: usize>(sums: &[Lane<T, SMALL>; D], columns: &mut [[T; D]; D]) {
    for j in 0..D {
        for i in j..D {
            columns[j][i] = sums[j].0[i];
        }
    }
}

impl Runs for Diagonal {
    type Scratch<T: Real, const D: usize> = ();

    #[inline(always)]
    fn add_run<T: Real, const W: usize, const D: usize, const M: usize>(
        samples: &Samples<'_, T, D>,
        run: Range<usize>,
        shares: &mut [[T; N]],
        parts: &mut [Part<T, D>],
        second: &mut SVector<T, D>,
        _scratch: &mut (),
    ) {
        let [second] = &mut second.data.0;
        if D <= SMALL {
            diagonal_strip::<T, SMALL, D, M, 1>(samples, run, shares, parts, second, 0);
            return;
        }
        for_strips!(W, D, |v, V| {
            diagonal_strip::<T, W, D, M, V>(samples, run.clone(), shares, parts, second, v);
        });
    }
}

/// All sums of the features of `V` vectors from `v` on.
#[inline(always)]
fn diagonal_strip<T: Real, const W: usize, const D: usize, const M: usize, const V: usize>(
    samples: &Samples<'_, T, D>,
    run: Range<usize>,
    shares: &[[T; N]],
    parts: &mut [Part<T, D>],
    second: &mut [T; D],
    v: usize,
) {
    let (at, known) = place::<W, D>(v);
    let mut sums = [Lane::<T, W>::ZERO; V];
    for u in 0..V {
        sums[u] = load(second, at + u * W);
    }
    strip::<T, W, D, M, V>(samples.rows, run, shares, parts, v, |_, d, q| {
        for u in 0..V {
            sums[u] = sums[u].add(q[u].mul(d[u]));
        }
    });
    for u in 0..V {
        store(sums[u], second, at + u * W, known);
    }
}

impl Runs for Spherical {
    type Scratch<T: Real, const D: usize> = ();

    #[inline(always)]
    fn add_run<T: Real, const W: usize, const D: usize, const M: usize>(
        samples: &Samples<'_, T, D>,
        run: Range<usize>,
        shares: &mut [[T; N]],
        parts: &mut [Part<T, D>],
        second: &mut Variance<T>,
        _scratch: &mut (),
    ) {
        if D <= SMALL {
            strip::<T, SMALL, D, M, 1>(samples.rows, run.clone(), shares, parts, 0, |_, _, _| {});
        } else {
            for_strips!(W, D, |v, V| {
                strip::<T, W, D, M, V>(samples.rows, run.clone(), shares, parts, v, |_, _, _| {});
            });
        }
        // Shares become r |d|², which are added in their order.
        for (part, shares) in parts.iter().zip(&mut *shares) {
            let mut squares = [T::ZERO; N];
            for j in 0..D {
                for n in 0..N {
                    let d = samples.x[j][n] - part.anchor[j];
                    squares[n] += d * d;
                }
            }
            for n in run.clone() {
                shares[n] *= squares[n];
            }
        }
        for n in run {
            for shares in shares.iter().take(if M == 1 { 1 } else { M }) {
                second.0 += shares[n];
            }
        }
    }
}
