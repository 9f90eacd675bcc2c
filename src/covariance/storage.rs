//! How matrices are stored: one per component, or one for all.

use core::fmt::Debug;

use super::Factor;
use crate::real::Real;
use nalgebra::{ArrayStorage, SMatrix};

/// Constant values to reserve memory with.
#[doc(hidden)]
pub trait Constant: Copy + Debug + PartialEq + Send + Sync {
    /// All numbers 0.
    const ZERO: Self;
    /// The factor of I/2π. A Gaussian with this covariance has density 1 at its mean.
    const UNIT: Self;
}

impl<T: Real, const R: usize, const C: usize> Constant for SMatrix<T, R, C> {
    const ZERO: Self = SMatrix::from_array_storage(ArrayStorage([[T::ZERO; R]; C]));
    const UNIT: Self = {
        // A vector (one column) holds a diagonal. For a 1×1 matrix both cases are the same.
        let mut columns = [[if C == 1 { T::SQRT_2PI } else { T::ZERO }; R]; C];
        let mut i = 0;
        while i < R && i < C {
            columns[i][i] = T::SQRT_2PI;
            i += 1;
        }
        SMatrix::from_array_storage(ArrayStorage(columns))
    };
}

impl<M: Constant, const N: usize> Constant for [M; N] {
    const ZERO: Self = [M::ZERO; N];
    const UNIT: Self = [M::UNIT; N];
}

/// The matrices of a model or of its statistics: one per component, or one for all.
#[doc(hidden)]
pub trait Storage<M>: Constant + AsRef<[M]> + AsMut<[M]> {}
impl<M: Constant, const N: usize> Storage<M> for [M; N] {}

impl<M: Constant> Constant for Factor<M> {
    const ZERO: Self = Self(M::ZERO);
    const UNIT: Self = Self(M::UNIT);
}
