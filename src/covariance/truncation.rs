//! Covariances whose eigenvalues lie within a ratio of each other.
//!
//! Among all covariances with max λ ≤ c min λ, over all components, the likelihood is largest for these: the unconstrained
//! estimates, each eigenvalue truncated to an interval [m, c m] (Fritz, García-Escudero & Mayo-Iscar 2013,
//! doi:10.1016/j.csda.2012.11.018). Each eigenvalue λ of mass n costs n (ln λ' + λ/λ') at its truncated value λ', so in m
//! the derivative of all costs, times m², is
//!
//! h(m) = Σ n [(m − λ) where λ < m, plus (m − λ/c) where λ/c > m],
//!
//! which never falls, and is a line between neighbours among all λ and λ/c. The best m is its root.

use super::shape::is_variance;
use super::{Covariance, Factor, FactorOf, Floors, MatrixOf, Shape, Tied, WithNoise};
use crate::error::Error;
use crate::real::Real;

/// Structures whose eigenvalues may be changed one by one: [`Full`](crate::Full), [`Diagonal`](crate::Diagonal),
/// [`Spherical`](crate::Spherical), and each of them [`Tied`] or [`WithNoise`]. Components that share a volume, a shape
/// or an orientation in part would lose it. Sealed, as [`Covariance`] is.
pub trait Uncoupled: Covariance {}

impl<S: Shape> Uncoupled for S {}
impl<S: Shape> Uncoupled for Tied<S> {}
impl<C: Uncoupled> Uncoupled for WithNoise<C> {}

/// What each matrix is truncated with: its mass, 0 if it takes no part, and where its estimate comes from.
pub(crate) struct Truncation<T, const K: usize> {
    /// c
    pub(crate) ratio: T,
    /// The least eigenvalue.
    pub(crate) least: T,
    /// The masses of the matrices; 0 for one that takes no part.
    pub(crate) masses: [T; K],
}

impl<T: Real, const K: usize> Truncation<T, K> {
    /// Sets the factors to those of the truncated estimates; `raised` is called with each matrix that has an eigenvalue
    /// raised.
    ///
    /// # Errors
    /// [`Error::NotPositiveDefinite`] if all eigenvalues are 0, or one leaves the range. No factor is set then.
    pub(crate) fn apply<const D: usize, C: Covariance>(
        &self,
        factors: &mut C::Factors<T, D, K>,
        estimate: impl Fn(usize, T, &FactorOf<T, D, C>) -> MatrixOf<T, D, C>,
        mut raised: impl FnMut(usize),
    ) -> Result<(), Error> {
        let mut values = [[T::ZERO; D]; K];
        let slots = factors.as_ref().iter().zip(&self.masses).zip(&mut values).enumerate();
        for (slot, ((factor, mass), values)) in slots.filter(|(_, ((_, mass), _))| **mass > T::ZERO) {
            *values = C::Shape::eigen(&mut estimate(slot, *mass, factor)).map(|value| value.larger(T::ZERO));
        }
        let level = self.level(&values);
        let truncate = |value: T| value.smaller(self.ratio * level).larger(level);
        for (component, (mass, values)) in self.masses.iter().zip(&values).enumerate() {
            if *mass > T::ZERO && !values.iter().all(|value| is_variance(truncate(*value))) {
                return Err(Error::NotPositiveDefinite { component });
            }
        }
        let slots = factors.as_mut().iter_mut().zip(&self.masses).zip(&values).enumerate();
        for (slot, ((factor, mass), values)) in slots.filter(|(_, ((_, mass), _))| **mass > T::ZERO) {
            let mut matrix = estimate(slot, *mass, factor);
            let is_within = values.iter().all(|value| truncate(*value) == *value);
            // Where nothing is truncated, the bits are those of the estimate.
            if is_within && C::Shape::factorise(&mut matrix, &Floors::NONE).is_some() {
                *factor = Factor(matrix);
                continue;
            }
            let mut axes = estimate(slot, *mass, factor);
            let own = C::Shape::eigen(&mut axes).map(truncate);
            *factor = C::Shape::from_eigen(&axes, &own, level);
            if values.iter().any(|value| *value < level) {
                raised(slot);
            }
        }
        Ok(())
    }

    /// m, or the least eigenvalue where that is larger.
    fn level<const D: usize>(&self, values: &[[T; D]; K]) -> T {
        let used = || {
            let masses = self.masses.iter().zip(values).filter(|(mass, _)| **mass > T::ZERO);
            masses.flat_map(|(mass, values)| values.iter().map(|value| (*mass, *value)))
        };
        let (mut total, mut low, mut high) = (T::ZERO, T::INFINITY, T::ZERO);
        for (mass, value) in used() {
            (total, low, high) = (total + mass, low.smaller(value), high.larger(value));
        }
        // A smaller one would be no variance.
        let least = T::SMALLEST_NORMAL.smaller(high).larger(self.least);
        if high / self.ratio <= low {
            return low.larger(least);
        }
        // h, by shares of the mass, which cannot overflow.
        let h = |m: T| {
            used().fold(T::ZERO, |sum, (mass, value)| {
                let capped = value / self.ratio;
                let off = (m - value).larger(T::ZERO) + (m - capped).smaller(T::ZERO);
                sum + mass / total * off
            })
        };
        let (mut from, mut to) = (T::ZERO, high);
        for (_, value) in used() {
            for place in [value, value / self.ratio] {
                if from < place && place < to {
                    *(if h(place) < T::ZERO { &mut from } else { &mut to }) = place;
                }
            }
        }
        // Between them h is a line.
        let (mut slope, mut sum) = (T::ZERO, T::ZERO);
        for (mass, value) in used() {
            let capped = value / self.ratio;
            for (place, is_off) in [(value, value <= from), (capped, capped >= to)] {
                if is_off {
                    slope += mass / total;
                    sum += mass / total * place;
                }
            }
        }
        (sum / slope).larger(from).smaller(to).larger(least)
    }
}
