//! One vector of a panel row, and the multiply-add that it is worked with.

use super::Scalar;
use crate::real::Real;

/// How a multiply-add is done. The function that enters the kernel chooses it, since generic code cannot ask the
/// compiler what a target feature makes cheap.
pub trait Isa: Copy {
    /// Whether it is one instruction, which rounds once.
    const FUSED: bool;

    /// a·b + c
    fn fma<T: Scalar>(a: T, b: T, c: T) -> T;
}

/// Two roundings: right everywhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain;

/// One rounding. Outside a function that enables the instruction this is a call of a software routine, so nothing but
/// [`dispatch`](super::dispatch) names it.
#[cfg(feature = "simd")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fused;

impl Isa for Plain {
    const FUSED: bool = false;

    #[inline(always)]
    fn fma<T: Scalar>(a: T, b: T, c: T) -> T {
        a * b + c
    }
}

#[cfg(feature = "simd")]
impl Isa for Fused {
    const FUSED: bool = true;

    #[inline(always)]
    fn fma<T: Scalar>(a: T, b: T, c: T) -> T {
        a.fused(b, c)
    }
}

/// `W` neighbours of a row: one register.
#[derive(Clone, Copy)]
pub(super) struct Lane<T, const W: usize>(pub(super) [T; W]);

impl<T: Real, const W: usize> Lane<T, W> {
    pub(super) const ZERO: Self = Self([T::ZERO; W]);

    #[inline(always)]
    pub(super) fn splat(v: T) -> Self {
        Self([v; W])
    }

    /// Vector `v` of a row.
    #[inline(always)]
    pub(super) fn load<const N: usize>(row: &[T; N], v: usize) -> Self {
        Self(row.as_chunks::<W>().0[v])
    }

    #[inline(always)]
    pub(super) fn store<const N: usize>(self, row: &mut [T; N], v: usize) {
        row.as_chunks_mut::<W>().0[v] = self.0;
    }

    #[inline(always)]
    pub(super) fn sub(mut self, other: Self) -> Self {
        for l in 0..W {
            self.0[l] -= other.0[l];
        }
        self
    }

    #[inline(always)]
    pub(super) fn add(mut self, other: Self) -> Self {
        for l in 0..W {
            self.0[l] += other.0[l];
        }
        self
    }

    #[inline(always)]
    pub(super) fn mul(mut self, other: Self) -> Self {
        for l in 0..W {
            self.0[l] *= other.0[l];
        }
        self
    }

    /// `self`·`factor` + `term`
    #[inline(always)]
    pub(super) fn fma<I: Isa>(mut self, factor: Self, term: Self) -> Self {
        for l in 0..W {
            self.0[l] = I::fma(self.0[l], factor.0[l], term.0[l]);
        }
        self
    }

    /// `self` − `factor`·`other`
    #[inline(always)]
    pub(super) fn less<I: Isa>(mut self, factor: Self, other: Self) -> Self {
        for l in 0..W {
            self.0[l] = I::fma(-factor.0[l], other.0[l], self.0[l]);
        }
        self
    }
}

/// How many groups of `U` vectors a row of `N` samples is. Where it is no whole number, this does not compile: a loop
/// over groups would leave samples out.
#[inline(always)]
pub(super) fn groups<const N: usize, const W: usize, const U: usize>() -> usize {
    const { assert!(N.is_multiple_of(W * U), "a row is whole groups of vectors") };
    N / (W * U)
}

/// Adds up the lanes, and the `U` independent accumulators, of a tile's sums.
///
/// They are copied first: accumulators whose address goes into a call would be stored in every round of the loop
/// before it.
#[inline(always)]
pub(super) fn fold<T: Real, const W: usize, const C: usize, const R: usize, const U: usize>(
    sums: &[[[Lane<T, W>; C]; R]; U],
) -> [[T; C]; R] {
    let mut copy = [[Lane::ZERO; C]; R];
    for r in 0..R {
        for c in 0..C {
            let mut sum = sums[0][r][c];
            for u in 1..U {
                sum = sum.add(sums[u][r][c]);
            }
            copy[r][c] = sum;
        }
    }
    fold_lanes(&copy)
}

/// Not inlined, and so compiled for the baseline: inlined, its last step, which works on two lanes, makes LLVM cut the
/// whole tile into pairs of lanes.
#[inline(never)]
fn fold_lanes<T: Real, const W: usize, const C: usize, const R: usize>(
    sums: &[[Lane<T, W>; C]; R],
) -> [[T; C]; R] {
    let mut totals = [[T::ZERO; C]; R];
    for r in 0..R {
        for c in 0..C {
            let mut lanes = sums[r][c].0;
            let mut width = W / 2;
            while width > 0 {
                for l in 0..width {
                    lanes[l] += lanes[l + width];
                }
                width /= 2;
            }
            totals[r][c] = lanes[0];
        }
    }
    totals
}
