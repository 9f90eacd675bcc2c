//! What some features of a Gaussian say of the others.
//!
//! Let the features come in an order whose first are given (o), and let the others follow (m). The factor of the
//! covariance in that order has the blocks L_oo, L_mo and L_mm. With z = L_oo⁻¹ d_o, the given features are at the
//! squared distance |z|² from their mean, the others have the conditional mean μ_m + L_mo z and the conditional
//! covariance L_mm L_mmᵀ. So nothing is inverted, and no covariance is a difference.

use super::{Factor, Shape};
use crate::real::Real;

/// An order of the features, the given ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Order<const D: usize> {
    /// Which feature comes at each place: each of them once.
    pub(crate) features: [usize; D],
    /// How many are given.
    pub(crate) given: usize,
}

impl<const D: usize> Order<D> {
    /// The observed features first, and both parts in their own order.
    pub(crate) fn of(observed: &[bool; D]) -> Self {
        let (mut features, mut given) = ([0; D], 0);
        for part in [true, false] {
            for (j, _) in observed.iter().enumerate().filter(|(_, seen)| **seen == part) {
                if let Some(place) = features.get_mut(given) {
                    *place = j;
                    given += 1;
                }
            }
        }
        Self { features, given: observed.iter().filter(|seen| **seen).count() }
    }

    /// The number of features that are not given.
    pub(crate) fn missing(&self) -> u64 {
        D.saturating_sub(self.given) as u64
    }

    /// z = L_oo⁻¹ d_o, and 0 for the other features, from the factor in this order. Of `d`, whose features are in their
    /// own order, only the given ones are read.
    #[inline(always)]
    pub(crate) fn whiten<T: Real, S: Shape>(&self, arranged: &Factor<S::Matrix<T, D>>, d: &[T; D]) -> [T; D] {
        let mut z = [T::ZERO; D];
        for (z, j) in z.iter_mut().zip(&self.features).take(self.given) {
            *z = d.get(*j).copied().unwrap_or(T::ZERO);
        }
        z = <S as Shape>::whiten(arranged, z);
        for v in z.iter_mut().skip(self.given) {
            *v = T::ZERO;
        }
        z
    }

    /// L z with the features in their own order. If the part of `z` for features that are not given is 0, it is their
    /// conditional mean less μ; if it is a standard normal draw, so is the result a draw of them.
    pub(crate) fn colour<T: Real, S: Shape>(&self, arranged: &Factor<S::Matrix<T, D>>, z: &[T; D]) -> [T; D] {
        self.restore(&S::colour(arranged, z))
    }

    /// ½ ln |L_mm L_mmᵀ|
    pub(crate) fn half_log_determinant<T: Real, S: Shape>(&self, arranged: &Factor<S::Matrix<T, D>>) -> T {
        let mut sum = T::ZERO;
        for j in self.given..D {
            sum += S::column(arranged, j).get(j).map_or(T::ZERO, |pivot| pivot.natural_log());
        }
        sum
    }

    /// The columns of L_mm, with the features in their own order: the sum of their squares is the conditional
    /// covariance.
    pub(crate) fn columns<T: Real, S: Shape>(
        &self,
        arranged: &Factor<S::Matrix<T, D>>,
    ) -> impl Iterator<Item = [T; D]> {
        (self.given..D).map(|j| self.restore(&S::column(arranged, j)))
    }

    /// The features in their own order.
    fn restore<T: Real>(&self, arranged: &[T; D]) -> [T; D] {
        let mut features = [T::ZERO; D];
        for (v, j) in arranged.iter().zip(&self.features) {
            if let Some(feature) = features.get_mut(*j) {
                *feature = *v;
            }
        }
        features
    }
}

/// The lower factor of a full covariance with the features in another order: the rows of L in that order, turned into a
/// triangle again by rotations of its columns (Givens 1958, doi:10.1137/0106004). Neither a product nor a difference of
/// covariances is formed, so the factor is as good as that of the model, and there always is one.
#[inline(never)]
pub(super) fn arrange<T: Real, const D: usize>(factor: &[[T; D]; D], features: &[usize; D]) -> [[T; D]; D] {
    // The rows before stay as they are.
    let moved = features.iter().enumerate().position(|(i, j)| i != *j).unwrap_or(D);
    let mut columns = [[T::ZERO; D]; D];
    for c in 0..D {
        let mut old = factor[c];
        if c >= moved {
            old[c] = T::ONE / old[c];
        }
        for i in 0..D {
            columns[c][i] = old.get(features[i]).copied().unwrap_or(T::ZERO);
        }
    }
    let least = T::SMALLEST_NORMAL.root();
    for i in moved..D {
        let mut pivot = columns[i];
        for c in i + 1..D {
            let (a, b) = (pivot[i], columns[c][i]);
            if b != T::ZERO {
                let length = (a * a + b * b).root().larger(least);
                let (cosine, sine) = (a / length, b / length);
                // Above row i there are zeros only.
                for j in 0..D {
                    let (u, v) = (pivot[j], columns[c][j]);
                    pivot[j] = cosine * u + sine * v;
                    columns[c][j] = cosine * v - sine * u;
                }
                (pivot[i], columns[c][i]) = (length, T::ZERO);
            }
        }
        if pivot[i] < T::ZERO {
            pivot = pivot.map(|v| -v);
        }
        pivot[i] = T::ONE / pivot[i].larger(least);
        columns[i] = pivot;
    }
    columns
}
