//! Squared distances of a panel's samples, and how large they can be.

use super::Isa;
use super::lanes::{Lane, groups};
use crate::covariance::{Diagonal, Factor, Full, Shape, Spherical, Variance};
use crate::real::Real;
use nalgebra::{SMatrix, SVector};

/// Vectors in a tile. With two rows they make eight independent chains of multiply-adds, which hide the latency.
pub(super) const TILE: usize = 4;

/// Up to this many features, a sample's rows of the substitution stay in registers.
const SMALL: usize = 4;

/// The squared distances that a covariance shape gives the samples of a panel, beside those of one sample in [`Shape`].
///
/// Without `std`, whose instructions are enabled function by function, all structures of a shape call one copy.
pub trait Distances: Sized {
    /// `out` = a − b·|L⁻¹(x − mean)|² for every sample of a panel, where `affine` is (a, b).
    fn distances<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
        factor: &Factor<Self::Matrix<T, D>>,
        mean: &[T; D],
        x: &[[T; N]; D],
        affine: (T, T),
        out: &mut [T; N],
    ) where
        Self: Shape;

    /// A number b with |L⁻¹ d|² ≤ b·max d_j², rounding and every intermediate result included.
    fn reach<T: Real, const D: usize>(factor: &Factor<Self::Matrix<T, D>>) -> T
    where
        Self: Shape;
}

impl Distances for Full {
    /// Forward substitution, two rows at a time. A finished pair of rows enters all later ones, read from memory; only
    /// the corner between the two rows of a pair waits for a result.
    #[cfg_attr(feature = "std", inline(always))]
    #[cfg_attr(not(feature = "std"), inline(never))]
    fn distances<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
        Factor(factor): &Factor<SMatrix<T, D, D>>,
        mean: &[T; D],
        x: &[[T; N]; D],
        (constant, scale): (T, T),
        out: &mut [T; N],
    ) {
        let columns = &factor.data.0;
        if D <= SMALL || !I::FUSED && W > 4 && D <= 8 {
            return small_distances::<I, T, N, D>(columns, mean, x, (constant, scale), out);
        }
        let mut y = [[Lane::<T, W>::ZERO; TILE]; D];
        for tile in 0..groups::<N, W, TILE>() {
            let mut sums = [Lane::<T, W>::ZERO; TILE];
            let mut i = 0;
            while i + 1 < D {
                let mut upper = [Lane::<T, W>::ZERO; TILE];
                let mut lower = [Lane::<T, W>::ZERO; TILE];
                for v in 0..TILE {
                    upper[v] = Lane::load(&x[i], tile * TILE + v).sub(Lane::splat(mean[i]));
                    lower[v] = Lane::load(&x[i + 1], tile * TILE + v).sub(Lane::splat(mean[i + 1]));
                }
                for j in 0..i {
                    let (a, b) = (Lane::splat(columns[j][i]), Lane::splat(columns[j][i + 1]));
                    for v in 0..TILE {
                        upper[v] = upper[v].less::<I>(a, y[j][v]);
                        lower[v] = lower[v].less::<I>(b, y[j][v]);
                    }
                }
                let (a, b) = (Lane::splat(columns[i][i]), Lane::splat(columns[i + 1][i + 1]));
                let corner = Lane::splat(columns[i][i + 1]);
                for v in 0..TILE {
                    y[i][v] = upper[v].mul(a);
                    y[i + 1][v] = lower[v].less::<I>(corner, y[i][v]).mul(b);
                    if I::FUSED {
                        sums[v] = y[i][v].fma::<I>(y[i][v], sums[v]);
                        sums[v] = y[i + 1][v].fma::<I>(y[i + 1][v], sums[v]);
                    }
                }
                i += 2;
            }
            if i < D {
                let a = Lane::splat(columns[i][i]);
                for v in 0..TILE {
                    let mut last = Lane::load(&x[i], tile * TILE + v).sub(Lane::splat(mean[i]));
                    for j in 0..i {
                        last = last.less::<I>(Lane::splat(columns[j][i]), y[j][v]);
                    }
                    y[i][v] = last.mul(a);
                }
            }
            // Where products and sums are apart, the compiler would cut up a tile that does both at once.
            for y in y.iter().skip(if I::FUSED { D - D % 2 } else { 0 }) {
                for v in 0..TILE {
                    sums[v] = y[v].fma::<I>(y[v], sums[v]);
                }
            }
            for v in 0..TILE {
                let l = Lane::splat(constant).less::<I>(Lane::splat(scale), sums[v]);
                l.store(out, tile * TILE + v);
            }
        }
    }

    fn reach<T: Real, const D: usize>(Factor(factor): &Factor<SMatrix<T, D, D>>) -> T {
        let columns = &factor.data.0;
        let (mut bounds, mut sum) = ([T::ONE; D], T::ZERO);
        for j in 0..D {
            bounds[j] *= columns[j][j];
            sum += bounds[j] * bounds[j];
            for i in j + 1..D {
                bounds[i] += columns[j][i].abs() * bounds[j];
            }
        }
        sum
    }
}

/// The same for few features, sample by sample: with all rows in registers, the plain loop makes the better vectors.
#[inline(always)]
fn small_distances<I: Isa, T: Real, const N: usize, const D: usize>(
    columns: &[[T; D]; D],
    mean: &[T; D],
    x: &[[T; N]; D],
    (constant, scale): (T, T),
    out: &mut [T; N],
) {
    for n in 0..N {
        let mut d = [T::ZERO; D];
        for j in 0..D {
            d[j] = x[j][n] - mean[j];
        }
        let mut sum = T::ZERO;
        for j in 0..D {
            let y = d[j] * columns[j][j];
            sum = I::fma(y, y, sum);
            for i in j + 1..D {
                d[i] = I::fma(-columns[j][i], y, d[i]);
            }
        }
        out[n] = I::fma(-scale, sum, constant);
    }
}

/// Squared distances as for a full matrix, without products between features.
#[inline(always)]
pub(super) fn scaled_distances<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
    reciprocals: &[T; D],
    mean: &[T; D],
    x: &[[T; N]; D],
    (constant, scale): (T, T),
    out: &mut [T; N],
) {
    for tile in 0..groups::<N, W, TILE>() {
        let mut sums = [Lane::<T, W>::ZERO; TILE];
        for j in 0..D {
            let (m, s) = (Lane::splat(mean[j]), Lane::splat(reciprocals[j]));
            for v in 0..TILE {
                let y = Lane::load(&x[j], tile * TILE + v).sub(m).mul(s);
                sums[v] = y.fma::<I>(y, sums[v]);
            }
        }
        for v in 0..TILE {
            let l = Lane::splat(constant).less::<I>(Lane::splat(scale), sums[v]);
            l.store(out, tile * TILE + v);
        }
    }
}

impl Distances for Diagonal {
    #[cfg_attr(feature = "std", inline(always))]
    #[cfg_attr(not(feature = "std"), inline(never))]
    fn distances<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
        Factor(factor): &Factor<SVector<T, D>>,
        mean: &[T; D],
        x: &[[T; N]; D],
        affine: (T, T),
        out: &mut [T; N],
    ) {
        let [reciprocals] = &factor.data.0;
        scaled_distances::<I, T, N, W, D>(reciprocals, mean, x, affine, out);
    }

    fn reach<T: Real, const D: usize>(Factor(factor): &Factor<SVector<T, D>>) -> T {
        factor.iter().fold(T::ZERO, |sum, v| sum + *v * *v)
    }
}

impl Distances for Spherical {
    #[cfg_attr(feature = "std", inline(always))]
    #[cfg_attr(not(feature = "std"), inline(never))]
    fn distances<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
        Factor(factor): &Factor<Variance<T>>,
        mean: &[T; D],
        x: &[[T; N]; D],
        affine: (T, T),
        out: &mut [T; N],
    ) {
        scaled_distances::<I, T, N, W, D>(&[factor.0; D], mean, x, affine, out);
    }

    fn reach<T: Real, const D: usize>(Factor(factor): &Factor<Variance<T>>) -> T {
        T::from_count(D as u64) * factor.0 * factor.0
    }
}
