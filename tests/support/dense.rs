//! What generic laws need of a covariance structure: matrices in and out, as plain `f64` arrays.
//!
//! Closures inherit the type parameters of the function around them: what is written as a loop here, or stands in a
//! function with fewer parameters, is compiled once and not for every structure.
#![allow(dead_code)] // no room uses all of it

use gaussmix::{Covariance, Diagonal, Full, Gmm, Real, Shape, Spherical, SufficientStats, Variance};

/// A symmetric matrix, spelled out.
pub(crate) type Dense<const D: usize> = [[f64; D]; D];

/// One matrix of a shape, from and to [`Dense`].
pub(crate) trait Look: Shape {
    fn dense<T: Real, const D: usize>(matrix: &Self::Matrix<T, D>) -> Dense<D>;
    /// The nearest matrix of this shape.
    fn of<T: Real, const D: usize>(dense: &Dense<D>) -> Self::Matrix<T, D>;
    /// The nearest matrix of this shape, spelled out: what the maximum likelihood estimate does to a covariance.
    fn restrict<const D: usize>(dense: &Dense<D>) -> Dense<D> {
        Self::dense::<f64, D>(&Self::of::<f64, D>(dense))
    }
}

impl Look for Full {
    fn dense<T: Real, const D: usize>(matrix: &Self::Matrix<T, D>) -> Dense<D> {
        let mut dense = [[0.0; D]; D];
        for i in 0..D {
            for j in 0..D {
                dense[i][j] = matrix[(i, j)].widen();
            }
        }
        dense
    }
    fn of<T: Real, const D: usize>(dense: &Dense<D>) -> Self::Matrix<T, D> {
        gaussmix::nalgebra::SMatrix::from_fn(|i, j| T::narrow(dense[i][j]))
    }
}

impl Look for Diagonal {
    fn dense<T: Real, const D: usize>(matrix: &Self::Matrix<T, D>) -> Dense<D> {
        let mut dense = [[0.0; D]; D];
        for i in 0..D {
            dense[i][i] = matrix[i].widen();
        }
        dense
    }
    fn of<T: Real, const D: usize>(dense: &Dense<D>) -> Self::Matrix<T, D> {
        gaussmix::nalgebra::SVector::from_fn(|i, _| T::narrow(dense[i][i]))
    }
}

impl Look for Spherical {
    fn dense<T: Real, const D: usize>(matrix: &Self::Matrix<T, D>) -> Dense<D> {
        let mut dense = [[0.0; D]; D];
        for i in 0..D {
            dense[i][i] = matrix.0.widen();
        }
        dense
    }
    fn of<T: Real, const D: usize>(dense: &Dense<D>) -> Self::Matrix<T, D> {
        let trace: f64 = (0..D).map(|j| dense[j][j]).sum();
        Variance(T::narrow(trace / D as f64))
    }
}

/// A covariance structure under test.
pub(crate) trait Structure: Covariance<Shape: Look> {
    /// Two components share one number.
    const TIED: bool = size_of::<Self::Factors<f64, 1, 2>>() == size_of::<f64>();
    /// A matrix is as large as its number.
    const SPHERICAL: bool = size_of::<<Self::Shape as Shape>::Matrix<f64, 2>>() == size_of::<f64>();

    fn restrict<const D: usize>(dense: &Dense<D>) -> Dense<D> {
        <Self::Shape as Look>::restrict(dense)
    }

    /// All numbers of factors or covariances in the order of the reference files: of each matrix its rows, its
    /// diagonal, or its one number.
    fn numbers<T: Real, const D: usize, const K: usize>(matrices: &Self::Factors<T, D, K>) -> Vec<f64> {
        numbers::<T, D, Self::Shape>(matrices.as_ref())
    }
}

impl<C: Covariance<Shape: Look>> Structure for C {}

fn numbers<T: Real, const D: usize, S: Look>(matrices: &[S::Matrix<T, D>]) -> Vec<f64> {
    let mut numbers = Vec::new();
    for matrix in matrices {
        let dense = S::dense(matrix);
        match size_of::<S::Matrix<f64, 2>>() / size_of::<f64>() {
            4 => numbers.extend_from_slice(dense.as_flattened()),
            2 => numbers.extend((0..D).map(|j| dense[j][j])),
            _ => numbers.push(dense[0][0]),
        }
    }
    numbers
}

/// A model of the structure nearest to the numbers given; a tied one takes the first covariance.
pub(crate) fn model<T: Real, const D: usize, const K: usize, C: Structure>(
    weights: [f64; K],
    means: [[f64; D]; K],
    covariances: [Dense<D>; K],
) -> Gmm<T, D, K, C> {
    let mut matrices = Gmm::<T, D, K, C>::unfitted().covariances();
    for (to, from) in matrices.as_mut().iter_mut().zip(&covariances) {
        *to = <C::Shape as Look>::of(from);
    }
    Gmm::new(weights.map(T::narrow), narrow_rows(means), matrices).unwrap()
}

/// In another scalar type.
pub(crate) fn narrow_rows<T: Real, const D: usize, const K: usize>(rows: [[f64; D]; K]) -> [[T; D]; K] {
    rows.map(|row| row.map(T::narrow))
}

/// Σ_k of every component, spelled out.
pub(crate) fn covariances<T: Real, const D: usize, const K: usize, C: Structure>(
    gmm: &Gmm<T, D, K, C>,
) -> [Dense<D>; K] {
    spelled_out::<T, D, K, C::Shape>(gmm.covariances().as_ref())
}

/// The factors of every component, spelled out as they are stored.
pub(crate) fn factors<T: Real, const D: usize, const K: usize, C: Structure>(
    gmm: &Gmm<T, D, K, C>,
) -> [Dense<D>; K] {
    spelled_out::<T, D, K, C::Shape>(gmm.factors().as_ref())
}

fn spelled_out<T: Real, const D: usize, const K: usize, S: Look>(
    matrices: &[S::Matrix<T, D>],
) -> [Dense<D>; K] {
    let mut each = [[[0.0; D]; D]; K];
    for k in 0..K {
        each[k] = S::dense(&matrices[k % matrices.len()]);
    }
    each
}

/// S_k/W_k (S/W if tied), spelled out; zeros where there is no mass.
pub(crate) fn spread<T: Real, const D: usize, const K: usize, C: Structure>(
    stats: &SufficientStats<T, D, K, C>,
    k: usize,
) -> Dense<D> {
    stats.covariance(k).map_or([[0.0; D]; D], |m| <C::Shape as Look>::dense(&m))
}
