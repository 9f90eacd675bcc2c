//! How matrices lie in memory: one per component, or one for all.

use core::fmt::Debug;

use super::Factor;
use crate::real::Real;
use nalgebra::{ArrayStorage, SMatrix};

/// Constant values that memory can be reserved with.
#[doc(hidden)]
pub trait Constant: Copy + Debug + PartialEq + Send + Sync {
    /// All numbers 0.
    const ZERO: Self;
    /// The factor of I/2π, whose density has the constant 1.
    const UNIT: Self;
}

impl<T: Real, const R: usize, const C: usize> Constant for SMatrix<T, R, C> {
    const ZERO: Self = SMatrix::from_array_storage(ArrayStorage([[T::ZERO; R]; C]));
    const UNIT: Self = {
        // A vector holds a diagonal. A square matrix of one column is the same either way.
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
