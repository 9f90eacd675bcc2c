//! Structures in which every component has its own matrix, but the matrices share a volume, a shape or an orientation.
//! Celeux & Govaert (1995, doi:10.1016/0031-3203(94)00125-6) write Σ_k = λ_k D_k A_k D_kᵀ with volume λ_k, orientation
//! D_k and shape A_k, and let components share some of the three.
//!
//! A structure defines three functions. [`Family::admit`] checks and prepares one component's own estimate.
//! [`Family::share`] makes the estimates share what the structure requires. [`Family::is_shared`] tests whether
//! covariances share it. The rest is the same for all structures: the M-step, the restoration of the structure after
//! one component was set, and the check of a model.

use super::eigen::eigen;
use super::{CovarianceUpdate, Factor, Floors, Full, Inner, Outcome, Shape};
use crate::real::Real;
use nalgebra::SMatrix;

/// One matrix of family `F`.
pub(super) type Matrix<T, const D: usize, F> = <<F as Family>::Shape as Shape>::Matrix<T, D>;

/// The result of [`Family::share`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Shared {
    /// Whether a floor raised the part that all components share.
    pub(super) floored: bool,
    /// Whether inner iterations, if there are any, converged before their cap.
    pub(super) settled: bool,
}

/// A structure whose components share a volume, a shape or an orientation.
pub(super) trait Family {
    type Shape: Shape;

    /// Whether each component has its own volume, so that it can be raised to its floor alone.
    const OWN_VOLUME: bool;

    /// Whether inner iterations turn an orientation that all components have in common.
    const TURNS: bool = false;

    /// Prepares one component's own estimate for [`share`](Self::share). Raises it to the floors if the structure
    /// applies floors per component, and returns whether it raised any variance. `None` if the estimate cannot be used.
    fn admit<T: Real, const D: usize>(
        estimate: &mut Matrix<T, D, Self>,
        floors: &Floors<T, D>,
    ) -> Option<bool>;

    /// Turns the estimates of all components into the factors of their maximum likelihood covariances in this
    /// structure. A component of mass 0 does not influence the shared part: it keeps its own part and takes the shared
    /// part from the others. Inner iterations begin from the covariances `before`, if given. `None` if the result
    /// leaves the range of `T`.
    fn share<T: Real, const D: usize, const K: usize>(
        matrices: &mut [Matrix<T, D, Self>; K],
        masses: &[T; K],
        before: Option<&[Factor<Matrix<T, D, Self>>; K]>,
        floors: &Floors<T, D>,
        inner: &Inner<T>,
    ) -> Option<Shared>;

    /// Whether the covariances of all components share what the structure requires, to `tolerance`.
    fn is_shared<T: Real, const D: usize, const K: usize>(
        factors: &[Factor<Matrix<T, D, Self>>; K],
        tolerance: T,
    ) -> bool;
}

/// [`Covariance::maximize`](super::Covariance::maximize): estimates each component's own matrix, makes the matrices
/// share what the structure requires, and then raises those still below a floor. One frozen covariance freezes all,
/// since it fixes what all share. A component that starves, or whose estimate cannot be used, follows the others. If it
/// has mass, that must not cost likelihood: its share in a common volume counts, and a common orientation stays.
pub(super) fn maximize<T: Real, const D: usize, const K: usize, F: Family>(
    update: &CovarianceUpdate<'_, T, D, K>,
    scatters: &[Matrix<T, D, F>; K],
    factors: &mut [Factor<Matrix<T, D, F>>; K],
    outcomes: &mut [Outcome; K],
) {
    if update.frozen.iter().any(|frozen| *frozen) {
        return;
    }
    let (mut matrices, mut masses, mut inner) = (*scatters, [T::ZERO; K], update.inner);
    for k in 0..K {
        if outcomes[k] != Outcome::Starved {
            let mass = update.moments[k].mass();
            F::Shape::add_outer(&mut matrices[k], mass, &update.deviation(k));
            F::Shape::normalise(&mut matrices[k], update.divisor(k), update.ridge);
            match F::admit(&mut matrices[k], update.floors) {
                None => outcomes[k] = Outcome::Kept,
                Some(floored) => {
                    masses[k] = mass;
                    outcomes[k] = if floored { Outcome::Floored } else { Outcome::Updated };
                    continue;
                }
            }
        }
        matrices[k] = F::Shape::covariance::<T, D>(&factors[k]);
        if outcomes[k] == Outcome::Kept && (F::TURNS || !F::OWN_VOLUME) {
            let volume = if F::OWN_VOLUME {
                T::ONE
            } else {
                volume_of_kept::<T, D, K, F>(update, scatters, factors, k)
            };
            if volume > T::ZERO && volume < T::INFINITY {
                F::Shape::scale(&mut matrices[k], volume);
                masses[k] = update.moments[k].mass();
            }
            if F::TURNS {
                inner.cap = 0;
            }
        }
    }
    let shared = settle::<T, D, K, F>(&mut matrices, &masses, Some(&*factors), update.floors, &inner);
    let raised = shared.and_then(|_| raise::<T, D, K, F>(&mut matrices, &masses, update.floors));
    let (Some(shared), Some(raised)) = (shared, raised) else {
        for outcome in outcomes.iter_mut().filter(|outcome| **outcome != Outcome::Starved) {
            *outcome = Outcome::Kept;
        }
        return;
    };
    for k in 0..K {
        factors[k] = Factor(matrices[k]);
        if masses[k] > T::ZERO && outcomes[k] != Outcome::Kept {
            if shared.floored || raised[k] {
                outcomes[k] = Outcome::Floored;
            } else if !shared.settled && outcomes[k] == Outcome::Updated {
                outcomes[k] = Outcome::Improved;
            }
        }
    }
}

/// The volume, as a share of what it has, at which the covariance of component `k` fits its scatter best about the mean
/// that it keeps: tr(B Σ⁻¹)/(D W).
fn volume_of_kept<T: Real, const D: usize, const K: usize, F: Family>(
    update: &CovarianceUpdate<'_, T, D, K>,
    scatters: &[Matrix<T, D, F>; K],
    factors: &[Factor<Matrix<T, D, F>>; K],
    k: usize,
) -> T {
    let (mut scatter, moments) = (scatters[k], &update.moments[k]);
    F::Shape::add_outer(&mut scatter, moments.mass(), &moments.mean_less(&update.means[k]));
    F::Shape::normalise(&mut scatter, update.divisor(k), update.ridge);
    F::Shape::mirror(&mut scatter);
    let mut trace = T::ZERO;
    for (j, column) in F::Shape::to_matrix::<T, D>(&scatter).data.0.iter().enumerate() {
        trace += F::Shape::solve::<T, D>(&factors[k], *column).get(j).copied().unwrap_or(T::ZERO);
    }
    trace / T::from_count(D as u64)
}

/// Turns covariance estimates into factors of the structure, in place. `None` if no component has mass or a result is
/// not positive definite.
fn settle<T: Real, const D: usize, const K: usize, F: Family>(
    matrices: &mut [Matrix<T, D, F>; K],
    masses: &[T; K],
    before: Option<&[Factor<Matrix<T, D, F>>; K]>,
    floors: &Floors<T, D>,
    inner: &Inner<T>,
) -> Option<Shared> {
    if !masses.iter().any(|mass| *mass > T::ZERO) {
        return None;
    }
    F::share(matrices, masses, before, floors, inner)
}

/// Replaces covariances by their factors. `None` if one is not positive definite. A variance below the normal range
/// counts as not positive definite: it has lost digits of what the components have in common.
pub(super) fn factorise_all<T: Real, const D: usize, const K: usize, S: Shape>(
    matrices: &mut [S::Matrix<T, D>; K],
) -> Option<()> {
    for matrix in matrices {
        S::factorise(matrix, &Floors::NONE)?;
    }
    Some(())
}

/// Raises the volumes of factors until all components with mass clear their floors. Returns which factors it raised, or
/// `None` if one left the range of `T`.
fn raise<T: Real, const D: usize, const K: usize, F: Family>(
    factors: &mut [Matrix<T, D, F>; K],
    masses: &[T; K],
    floors: &Floors<T, D>,
) -> Option<[bool; K]> {
    let mut lacks = [T::ZERO; K];
    let mut most = T::ZERO;
    for k in 0..K {
        if masses[k] > T::ZERO {
            lacks[k] = lack::<T, D, F>(&Factor(factors[k]), floors);
            most = lacks[k].larger(most);
        }
    }
    let mut raised = [false; K];
    for k in 0..K {
        let lack = if F::OWN_VOLUME { lacks[k] } else { most };
        if lack > T::ONE {
            let mut factor = Factor(factors[k]);
            F::Shape::stretch(&mut factor, &[lack.root(); D]);
            factors[k] = factor.0;
            raised[k] = true;
        }
        if !F::Shape::is_factor::<T, D>(&Factor(factors[k])) {
            return None;
        }
    }
    Some(raised)
}

/// By how much a volume must grow so that no eigenvalue lies below 1 in units of the floors' roots.
fn lack<T: Real, const D: usize, F: Family>(factor: &Factor<Matrix<T, D, F>>, floors: &Floors<T, D>) -> T {
    let least = F::Shape::shortfall(factor, floors);
    // The largest element of the diagonal of F^½ Σ⁻¹ F^½: its largest eigenvalue lies between that and D times that.
    if F::Shape::CODE != <Full as Shape>::CODE || T::from_count(D as u64) * least <= T::ONE {
        return least;
    }
    let mut inverse = [[T::ZERO; D]; D];
    for j in 0..D {
        let mut axis = [T::ZERO; D];
        axis[j] = floors.feature(j).root();
        inverse[j] = F::Shape::solve(factor, axis);
        for i in 0..D {
            inverse[j][i] *= floors.feature(i).root();
        }
    }
    eigen(&mut inverse).into_iter().fold(least, |most, value| value.larger(most))
}

/// [`Covariance::restore`](super::Covariance::restore): the M-step for the covariances of the factors.
pub(super) fn restore<T: Real, const D: usize, const K: usize, F: Family>(
    weights: &[T; K],
    factors: &mut [Factor<Matrix<T, D, F>>; K],
) -> bool {
    let mut matrices = factors.map(|factor| F::Shape::covariance::<T, D>(&factor));
    for k in 0..K {
        if weights[k] > T::ZERO && F::admit(&mut matrices[k], &Floors::NONE).is_none() {
            return false;
        }
    }
    let shared = settle::<T, D, K, F>(&mut matrices, weights, None, &Floors::NONE, &Inner::TIGHT);
    let restored = shared.is_some() && matrices.iter().all(|m| F::Shape::is_factor::<T, D>(&Factor(*m)));
    if restored {
        *factors = matrices.map(Factor);
    }
    restored
}

/// [`Covariance::from_matrices`](super::Covariance::from_matrices)
pub(super) fn from_matrices<T: Real, const D: usize, const K: usize, F: Family>(
    weights: &[T; K],
    matrices: &[SMatrix<T, D, D>; K],
) -> Option<[Matrix<T, D, F>; K]> {
    let mut factors = [Factor(F::Shape::from_matrix(&matrices[0])); K];
    for (factor, matrix) in factors.iter_mut().zip(matrices) {
        factor.0 = F::Shape::from_matrix(matrix);
        F::Shape::factorise(&mut factor.0, &Floors::NONE)?;
    }
    let restored = restore::<T, D, K, F>(weights, &mut factors);
    restored.then(|| factors.map(|factor| F::Shape::covariance::<T, D>(&factor)))
}

/// [`Covariance::rescale`](super::Covariance::rescale) where eigenvalues mix features: all features must change alike.
pub(super) fn rescale_in_like_units<T: Real, const D: usize, const K: usize>(
    factors: &mut [Factor<SMatrix<T, D, D>>; K],
    scale: &[T; D],
) -> bool {
    let uniform = scale.iter().all(|s| s.abs() == scale[0].abs());
    uniform && factors.iter_mut().all(|factor| Full::stretch(factor, scale))
}

/// Whether the first matrix agrees with every other one.
pub(super) fn all_agree<M, const K: usize>(factors: &[M; K], agree: impl Fn(&M, &M) -> bool) -> bool {
    (1..K).all(|k| agree(&factors[0], &factors[k]))
}

/// Implements [`Covariance`](super::Covariance) for a [`Family`] with the functions of this file. The caller gives the
/// stored code, the count of free parameters and, if needed, one more function.
macro_rules! covariance {
    ($structure:ident, $shape:ident, $code:expr, $free_parameters:expr $(, $more:item)?) => {
        impl Covariance for $structure {
            type Shape = $shape;
            type Conditional = $shape;
            type Covariances<T: Real, const D: usize, const K: usize> = [<$shape as Shape>::Matrix<T, D>; K];
            type Arrays<T: Real, const D: usize, const K: usize> = [<$shape as Shape>::Array<T, D>; K];
            type Factors<T: Real, const D: usize, const K: usize> = [Factor<<$shape as Shape>::Matrix<T, D>>; K];
            type Scatters<T: Real, const D: usize, const K: usize> = [<$shape as Shape>::Matrix<T, D>; K];
            type Extra<T: Real, const D: usize, const K: usize> = ();

            const COUPLED: bool = true;
            const CODE: u8 = <$shape as Shape>::CODE | $code;

            fn free_parameters(d: usize, k: usize) -> usize {
                $free_parameters(d, k)
            }

            fn from_matrices<T: Real, const D: usize, const K: usize>(
                weights: &[T; K],
                matrices: &[SMatrix<T, D, D>; K],
            ) -> Option<Self::Covariances<T, D, K>> {
                coupled::from_matrices::<T, D, K, Self>(weights, matrices)
            }

            fn maximize<T: Real, const D: usize, const K: usize>(
                update: &CovarianceUpdate<'_, T, D, K>,
                scatters: &Self::Scatters<T, D, K>,
                factors: &mut Self::Factors<T, D, K>,
                outcomes: &mut [Outcome; K],
            ) {
                coupled::maximize::<T, D, K, Self>(update, scatters, factors, outcomes);
            }

            fn restore<T: Real, const D: usize, const K: usize>(
                weights: &[T; K],
                factors: &mut Self::Factors<T, D, K>,
            ) -> bool {
                coupled::restore::<T, D, K, Self>(weights, factors)
            }

            fn is_member<T: Real, const D: usize, const K: usize>(
                factors: &Self::Factors<T, D, K>,
            ) -> bool {
                Self::is_shared(factors, T::WEIGHT_TOLERANCE)
            }

            $($more)?
        }
    };
}
pub(super) use covariance;
