//! Whether the samples of a panel are all far from every limit.

use super::distances::Distances;
use super::lanes::{Lane, fold, groups};
use super::{Isa, Panel};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::model::{Gmm, checked_gain};
use crate::observation::check_range;
use crate::real::Real;

/// Bounds on the squared distances of a panel's samples, so that one comparison per panel replaces three per sample.
#[derive(Clone, Copy, Debug)]
pub struct Limits<T> {
    /// For every component, a squared distance is at most this times the square of the largest deviation.
    reach: T,
    /// The largest square of a component's mean.
    centre: T,
    /// The largest constant of a live component or the noise.
    constant: T,
}

impl<T: Real> Limits<T> {
    pub(super) fn of<const D: usize, const K: usize, C: Covariance>(gmm: &Gmm<T, D, K, C>) -> Self {
        let mut limits = Self { reach: T::ONE, centre: T::ZERO, constant: T::ONE };
        for k in 0..K {
            if gmm.weights[k] == T::ZERO {
                continue;
            }
            let reach = C::Shape::reach(&gmm.factors.as_ref()[C::slot(k)]);
            let square = gmm.means[k].iter().fold(T::ZERO, |sum, m| sum + *m * *m);
            raise(&mut limits.reach, reach);
            raise(&mut limits.centre, square);
            raise(&mut limits.constant, gmm.offsets[k].abs());
        }
        if let Some(noise) = gmm.noise_offset().filter(|noise| *noise != T::NEG_INFINITY) {
            raise(&mut limits.constant, noise.abs());
        }
        limits
    }

    /// Whether samples with this sum of squares and at most this weight are certain not to overflow anything.
    #[inline(always)]
    pub(super) fn clear(&self, square: T, heaviest: T) -> bool {
        let sum = self.constant + (square + self.centre) * self.reach;
        sum * heaviest < T::LARGEST_SQUARE * T::narrow(1.0 / 16.0)
    }

    /// Refuses a sample for the same reasons as a pass does.
    pub(super) fn check<const D: usize, const K: usize, C: Covariance>(
        &self,
        gmm: &Gmm<T, D, K, C>,
        x: &[T; D],
        weight: T,
    ) -> Result<(), Error> {
        let mut square = T::ZERO;
        for v in x {
            square += *v * *v;
        }
        if self.clear(square, weight.larger(T::ONE)) {
            return Ok(());
        }
        check_singly(gmm, x, weight)
    }
}

#[cold]
#[inline(never)]
fn check_singly<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &Gmm<T, D, K, C>,
    x: &[T; D],
    weight: T,
) -> Result<(), Error> {
    checked_gain(weight, gmm.posterior_at(x)?.log_density)?;
    check_range(x, weight)
}

/// Raises `to` to `by` if that is larger or NaN.
fn raise<T: Real>(to: &mut T, by: T) {
    if !(by <= *to) {
        *to = by;
    }
}

impl<T: Real, const N: usize, const D: usize, const K: usize> Panel<T, N, D, K> {
    /// Refuses the panel if one of its samples from `checked` on is refused. A sample that enters the totals at once may
    /// not come after one.
    pub(super) fn check_from<const M: usize, C: Covariance>(
        &self,
        checked: &mut usize,
        limits: &Limits<T>,
        gmm: &Gmm<T, D, M, C>,
    ) -> Result<(), Error> {
        for n in *checked..self.count.min(N) {
            limits.check(gmm, &self.row(n), self.w[n])?;
        }
        *checked = self.count;
        Ok(())
    }
}

/// Whether a panel was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The panel was taken in.
    Taken,
    /// Some sample is bad or nearly so, and nothing was changed.
    Declined,
}

/// Σ x² of everything in the panel: not finite if anything is not.
#[inline(always)]
pub(super) fn sum_of_squares<I: Isa, T: Real, const N: usize, const W: usize, const D: usize>(
    x: &[[T; N]; D],
) -> T {
    let mut sums = [[[Lane::<T, W>::ZERO]]; 4];
    for row in x {
        for v in 0..groups::<N, W, 4>() {
            for u in 0..4 {
                let part = Lane::load(row, 4 * v + u);
                sums[u][0][0] = part.fma::<I>(part, sums[u][0][0]);
            }
        }
    }
    fold(&sums)[0][0]
}

/// Whether each sample by itself is far from every limit. Asked where [`Limits`] could not exclude an overflow.
#[cold]
#[inline(never)]
pub(super) fn is_sound<T: Real, const N: usize, const D: usize, const K: usize>(
    panel: &Panel<T, N, D, K>,
    live: usize,
) -> bool {
    let limit = T::LARGEST_SQUARE * T::narrow(1.0 / 16.0);
    (0..panel.count).all(|n| {
        let square = panel.x.iter().fold(T::ONE, |sum, row| sum + row[n] * row[n]);
        let weight = if panel.w[n] > T::ONE { panel.w[n] } else { T::ONE };
        square * weight < limit && panel.r.iter().take(live).all(|row| row[n].abs() * weight < limit)
    })
}
