//! One shape for all components and axes along the features; each component has its own volume.

use super::coupled::{self, Family, Shared, covariance};
use super::evi::raise_variances;
use super::{Covariance, CovarianceUpdate, Diagonal, Factor, Floors, Inner, Outcome, Shape};
use crate::real::Real;
use nalgebra::{SMatrix, SVector};

/// Ellipsoids along the axes, all of one shape, each with its own volume (mclust's VEI): Σ_k = λ_k A with A diagonal.
/// K + D − 1 parameters. It takes the memory of [`Diagonal`]; the advantage is fewer parameters to estimate.
///
/// Let B_k be the diagonal of component k's scatter. Inner iterations compute λ_k = tr(B_k A⁻¹)/(D W_k) and
/// A ∝ Σ_k B_k/λ_k in turn (Celeux & Govaert 1995, doi:10.1016/0031-3203(94)00125-6), from the shape that the model
/// had. No step lowers the likelihood, so the iterations may end at the cap of
/// [`MStep::with_inner_iterations`](crate::MStep::with_inner_iterations);
/// [`Outcome::Improved`](crate::fit::Outcome::Improved) reports that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vei;

covariance!(Vei, Diagonal, 0x30, |d, k| k + d - 1);

impl Family for Vei {
    type Shape = Diagonal;
    const OWN_VOLUME: bool = true;

    fn admit<T: Real, const D: usize>(estimate: &mut SVector<T, D>, floors: &Floors<T, D>) -> Option<bool> {
        raise_variances(estimate, floors).filter(|_| estimate.iter().any(|v| *v > T::ZERO))
    }

    fn share<T: Real, const D: usize, const K: usize>(
        matrices: &mut [SVector<T, D>; K],
        masses: &[T; K],
        before: Option<&[Factor<SVector<T, D>>; K]>,
        _floors: &Floors<T, D>,
        inner: &Inner<T>,
    ) -> Option<Shared> {
        let before = before.map(|factors| Diagonal::covariance::<T, D>(&factors[0]));
        let settled = one_shape(matrices, masses, before, inner)?;
        coupled::factorise_all::<T, D, K, Diagonal>(matrices)?;
        Some(Shared { floored: false, settled })
    }

    fn is_shared<T: Real, const D: usize, const K: usize>(
        factors: &[Factor<SVector<T, D>>; K],
        tolerance: T,
    ) -> bool {
        coupled::all_agree(factors, |a, b| {
            let ratio = a.0[0] / b.0[0];
            (1..D).all(|j| (a.0[j] / b.0[j] - ratio).abs() <= tolerance * ratio)
        })
    }
}

/// Replaces variances by those of one shape that fit them best, each component with its own volume. Iterations begin
/// from the shape of the variances `before`, if given; the result is whether they converged before their cap. `None` if
/// a shape leaves the range of `T`.
pub(super) fn one_shape<T: Real, const D: usize, const K: usize>(
    variances: &mut [SVector<T, D>; K],
    masses: &[T; K],
    before: Option<SVector<T, D>>,
    inner: &Inner<T>,
) -> Option<bool> {
    let mut shape = before.unwrap_or_else(|| {
        let live = variances.iter().zip(masses).filter(|(_, mass)| **mass > T::ZERO);
        live.fold(SVector::zeros(), |sum, (own, mass)| sum + own.map(|v| v * *mass))
    });
    normalise(&mut shape)?;
    let mut settled = false;
    let tolerance = inner.tolerance.larger(T::narrow(16.0) * T::EPSILON);
    for _ in 0..inner.cap {
        let mut next = SVector::<T, D>::zeros();
        for (own, mass) in variances.iter().zip(masses).filter(|(_, mass)| **mass > T::ZERO) {
            let share = *mass / volume(own, &shape);
            for (sum, v) in next.iter_mut().zip(own.iter()) {
                *sum += share * *v;
            }
        }
        normalise(&mut next)?;
        settled = next.iter().zip(shape.iter()).all(|(a, b)| (*a - *b).abs() <= tolerance * *a);
        shape = next;
        if settled {
            break;
        }
    }
    for (own, mass) in variances.iter_mut().zip(masses) {
        let volume = if *mass > T::ZERO { volume(own, &shape) } else { geometric_volume(own, &shape) };
        *own = shape.map(|a| a * volume);
    }
    Some(settled)
}

/// The volume λ of these variances for a given shape: the mean over features of variance / shape.
fn volume<T: Real, const D: usize>(variances: &SVector<T, D>, shape: &SVector<T, D>) -> T {
    let mut sum = T::ZERO;
    for (v, a) in variances.iter().zip(shape.iter()) {
        sum += *v / *a;
    }
    sum / T::from_count(D as u64)
}

/// The volume λ for which λ times the shape has the determinant of these variances. A component without mass keeps its
/// determinant in this way.
fn geometric_volume<T: Real, const D: usize>(variances: &SVector<T, D>, shape: &SVector<T, D>) -> T {
    let mut sum = T::ZERO;
    for (v, a) in variances.iter().zip(shape.iter()) {
        sum += (*v / *a).natural_log();
    }
    (sum / T::from_count(D as u64)).exponential()
}

/// Scales a shape to a mean of 1, since only its proportions count. `None` if a number is not above 0 or not finite.
fn normalise<T: Real, const D: usize>(shape: &mut SVector<T, D>) -> Option<()> {
    let mut sum = T::ZERO;
    for v in shape.iter() {
        sum += *v;
    }
    let scale = T::from_count(D as u64) / sum;
    for v in shape.iter_mut() {
        *v *= scale;
    }
    shape.iter().all(|v| *v > T::ZERO && *v < T::INFINITY).then_some(())
}
