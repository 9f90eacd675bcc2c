//! One matrix shared by all components.

use super::{
    Covariance, CovarianceUpdate, Factor, MatrixOf, Outcome, Shape, is_definite, replace_if_definite,
};
use crate::real::Real;
use nalgebra::SMatrix;

/// All components share one covariance matrix of shape `S`. `Tied<Full>` is scikit-learn's `tied` and mclust's EEE
/// (linear boundaries between components). `Tied<Diagonal>` is mclust's EEI. `Tied<Spherical>` is EII, balls of one
/// size; k-means is the limit of this mixture for hard assignments.
#[doc(alias("EEE", "EEI", "EII"))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tied<S>(S);

impl<S: Shape> Covariance for Tied<S> {
    type Shape = S;
    type Conditional = Self;
    type Covariances<T: Real, const D: usize, const K: usize> = [S::Matrix<T, D>; 1];
    type Arrays<T: Real, const D: usize, const K: usize> = [S::Array<T, D>; 1];
    type Factors<T: Real, const D: usize, const K: usize> = [Factor<S::Matrix<T, D>>; 1];
    type Scatters<T: Real, const D: usize, const K: usize> = [S::Matrix<T, D>; 1];
    type Extra<T: Real, const D: usize, const K: usize> = ();

    const SHARED: bool = true;
    const CODE: u8 = <S as Shape>::CODE | 0x10;

    fn free_parameters(d: usize, _k: usize) -> usize {
        S::parameter_count(d)
    }

    fn from_matrices<T: Real, const D: usize, const K: usize>(
        weights: &[T; K],
        matrices: &[SMatrix<T, D, D>; K],
    ) -> Option<[S::Matrix<T, D>; 1]> {
        // Beside noise, weights sum to less than 1.
        let sum = weights.iter().fold(T::ZERO, |sum, weight| sum + *weight);
        let mut mean = SMatrix::zeros();
        for (weight, matrix) in weights.iter().zip(matrices) {
            mean += matrix * (*weight / sum);
        }
        let shared = S::from_matrix(&mean);
        is_definite::<T, D, S>(&shared).then_some([shared])
    }

    /// The pooled scatter divided by the total mass. One frozen component freezes the shared matrix.
    fn maximize<T: Real, const D: usize, const K: usize>(
        update: &CovarianceUpdate<'_, T, D, K>,
        [pooled]: &Self::Scatters<T, D, K>,
        [factor]: &mut Self::Factors<T, D, K>,
        outcomes: &mut [Outcome; K],
    ) {
        if update.frozen.iter().any(|f| *f) {
            return;
        }
        let mut matrix: MatrixOf<T, D, Self> = *pooled;
        let mut total = T::ZERO;
        for k in 0..K {
            let mass = update.moments[k].mass();
            if mass > T::ZERO {
                total += update.divisor(k);
                S::add_outer(&mut matrix, mass, &update.deviation(k));
            }
        }
        S::normalise(&mut matrix, total, update.ridge);
        let outcome = replace_if_definite::<T, D, S>(factor, &mut matrix, update.floors);
        for o in outcomes.iter_mut().filter(|o| **o != Outcome::Starved) {
            *o = outcome;
        }
    }
}
