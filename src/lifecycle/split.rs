//! Split: one component becomes two.

use super::{heaviest, vacant};
use crate::covariance::{Covariance, Shape};
use crate::error::{Error, require};
use crate::model::Gmm;
use crate::real::Real;
use crate::reduce::{check_component, factor_of, has_room, scatter_extent};
use crate::statistics::{SufficientStats, is_mean, square_of};

/// Splits component `k` along its principal axis into two components of half its weight each. One of them takes the
/// slot `into`; the weight and mass that this slot held before go to all others in proportion.
///
/// The means move apart, to μ_k ± d, and the covariance of both becomes Σ_k − d dᵀ, so that mean and covariance of the
/// pair are those of the parent. Along the axis, the share `separation` of the variance then lies between the two
/// components, the rest within each. The principal axis is found in units of the features' overall deviations, so that
/// it does not depend on the data's units. For a diagonal structure it is the axis of a feature. A spherical structure
/// has no direction of its own, so the axis is that of the feature which varies most.
///
/// A diagonal structure keeps only the diagonal of the pair's covariance, a spherical structure only the mean of the
/// diagonal. A tied structure takes the variance between the two from the common matrix, so that the covariance of the
/// whole mixture stays the same.
///
/// The statistics of the pair are those that W_k samples of the new components would leave (for a tied structure, W
/// samples).
///
/// ```
/// use gaussmix::{Gmm, SufficientStats, lifecycle};
///
/// let mut gmm: Gmm<f64, 1, 2> = Gmm::new([1.0, 0.0], [[0.0], [0.0]], [[[4.0]].into(); 2])?;
/// let mut stats = SufficientStats::from_model(&gmm, 100.0)?;
/// lifecycle::split(&mut stats, &mut gmm, 0, 1, 0.25)?;
/// assert_eq!(gmm.means(), &[[-1.0], [1.0]]); // 1 of the variance of 4 lies between them
/// assert!((gmm.covariances()[0][0] - 3.0).abs() < 1e-14);
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidParameter`] if `k` or `into` is not a component, `k` is dead, both are the same, or `separation` is
/// not within (0, 1); [`Error::EmptyData`] if the others have no mass, or too little to take over what `into` held;
/// [`Error::NonFiniteMean`] or [`Error::NotPositiveDefinite`] if a mean or covariance leaves the range of `T`. Model
/// and statistics are then as before.
pub fn split<T: Real, const D: usize, const K: usize, C: Covariance>(
    stats: &mut SufficientStats<T, D, K, C>,
    gmm: &mut Gmm<T, D, K, C>,
    k: usize,
    into: usize,
    separation: T,
) -> Result<(), Error> {
    check_component::<K>(k, "k")?;
    check_component::<K>(into, "into")?;
    require(gmm.weights[k] > T::ZERO, "k", "a live component")?;
    require(k != into, "into", "another component than `k`")?;
    require(separation > T::ZERO && separation < T::ONE, "separation", "within (0, 1)")?;
    let total = stats.total_weight();
    let mut extent = stats.check_growth(|i| i == into, total)?;
    let (mut weights, noise) = gmm.reweighed(into, T::ZERO);
    // The weight of the parent once the slot `into` is empty.
    let weight = weights[k];
    let mut d = half_distance(stats, gmm, k, separation);
    let (mut lower, mut upper) = (gmm.means[k], gmm.means[k]);
    for j in 0..D {
        lower[j] -= d[j];
        upper[j] += d[j];
        // Means far from 0 are rounded. The covariance loses what the rounded means are apart.
        d[j] = (upper[j] - lower[j]) * T::HALF;
    }
    // The masses of the two are no more than their parent's and the slot's.
    let mut pair = [stats.moments[k]; 2];
    for (half, sign) in pair.iter_mut().zip([-T::ONE, T::ONE]) {
        half.weight.merge(&stats.moments[into].weight);
        half.shift(sign, &d);
    }
    if !(lower.iter().chain(&upper).all(|v| v.is_finite()) && pair.iter().all(is_mean)) {
        return Err(Error::NonFiniteMean { component: k });
    }
    // Of the matrix that the Gaussians have in common.
    let taken = match (C::SHARED, C::NOISE) {
        (false, _) => T::ONE,
        (true, false) => weight,
        (true, true) => weight / weights.iter().fold(T::ZERO, |sum, weight| sum + *weight),
    };
    let factor = factor_of::<T, D, C>(gmm.blend(k, k, T::ZERO, -taken, &d))
        .ok_or(Error::NotPositiveDefinite { component: k })?;

    weights[k] *= T::HALF;
    weights[into] = weights[k];
    let mass = if C::SHARED { total } else { pair[0].mass() };
    extent += scatter_extent::<T, D, C>(&factor, mass);
    for half in &pair {
        extent += square_of(half) * half.mass() * T::HALF;
    }
    if !has_room(extent) {
        return Err(Error::SumsOutOfRange);
    }
    if !gmm.set_factors([k, into], &weights, &factor) {
        return Err(Error::NotPositiveDefinite { component: k });
    }
    gmm.weights = weights;
    gmm.set_noise_weight(noise);
    (gmm.means[k], gmm.means[into]) = (lower, upper);
    gmm.refresh_offsets();

    stats.clear_component(into, total);
    let moments = &mut stats.moments;
    moments[k].weight.scale(T::HALF);
    moments[into] = moments[k];
    moments[k].shift(-T::ONE, &d);
    moments[into].shift(T::ONE, &d);
    let mass = if C::SHARED { total } else { moments[k].mass() };
    let mass = if C::SHARED && C::NOISE { stats.gaussian_mass().high } else { mass };
    let scatter = C::Shape::scatter(&factor, mass);
    stats.scatters.as_mut()[C::slot(k)] = scatter;
    stats.scatters.as_mut()[C::slot(into)] = scatter;
    Ok(())
}

/// The vector d along the axis v with dᵀ Σ⁻¹ d = `separation`. Σ − d dᵀ is then positive definite for any v (its
/// determinant is |Σ| (1 − `separation`)). If v is an eigenvector, d dᵀ is this share of the variance along it.
fn half_distance<T: Real, const D: usize, const K: usize, C: Covariance>(
    stats: &SufficientStats<T, D, K, C>,
    gmm: &Gmm<T, D, K, C>,
    k: usize,
    separation: T,
) -> [T; D] {
    let factor = &gmm.factors.as_ref()[C::slot(k)];
    let mut variances = stats.feature_variances();
    for v in &mut variances {
        if !(*v > T::ZERO && *v < T::INFINITY) {
            *v = T::ONE;
        }
    }
    let mut d = C::Shape::principal_axis(&C::Shape::covariance::<T, D>(factor), &variances);
    // Scaled twice: if the axis has very large or small numbers, its first length has only the right order of
    // magnitude.
    for square in [T::ONE, separation] {
        let scale = (square / C::Shape::squared_distance(factor, d)).root();
        for d in &mut d {
            *d *= scale;
        }
    }
    d
}

/// The policy of splits: as long as a slot is dead or starved, half of the heaviest component re-seeds it, provided
/// that this component has the weight for two.
///
/// By default a component splits if its weight is above ½, half of its variance along the axis then lies between the
/// two, and slots with at most a 10,000th of the mass count as starved. The data decide whether the two move apart;
/// [`Merging`](super::Merging) can join two components that belong together.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Splitting<T> {
    pub(crate) above: T,
    pub(crate) separation: T,
    pub(crate) starved: T,
}

impl<T: Real> Default for Splitting<T> {
    /// [`Splitting::DEFAULT`]
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<T: Real> Splitting<T> {
    /// A weight above ½, half of the variance, and a 10,000th of the mass.
    pub const DEFAULT: Self = Self { above: T::HALF, separation: T::HALF, starved: T::TEN_THOUSANDTH };

    /// Sets the weight above which a component splits.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if `above` is negative or NaN.
    pub fn with_above(mut self, above: T) -> Result<Self, Error> {
        require(above >= T::ZERO, "above", "0 or more")?;
        self.above = above;
        Ok(self)
    }

    /// Sets the share of the variance along the axis that comes to lie between the two, within (0, 1).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless 0 < `separation` < 1.
    pub fn with_separation(mut self, separation: T) -> Result<Self, Error> {
        require(separation > T::ZERO && separation < T::ONE, "separation", "within (0, 1)")?;
        self.separation = separation;
        Ok(self)
    }

    /// Sets the share of the mass up to which a slot counts as starved.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless 0 ≤ `starved` ≤ 1.
    pub fn with_starved(mut self, starved: T) -> Result<Self, Error> {
        require(starved >= T::ZERO && starved <= T::ONE, "starved", "within [0, 1]")?;
        self.starved = starved;
        Ok(self)
    }

    /// Splits the heaviest component, if it is heavy enough and a slot is dead or starved. Returns both slots.
    ///
    /// # Errors
    /// As [`split`].
    pub fn apply<const D: usize, const K: usize, C: Covariance>(
        &self,
        stats: &mut SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Result<Option<[usize; 2]>, Error> {
        let k = heaviest(gmm);
        match vacant(stats, gmm, self.starved) {
            Some(into) if into != k && gmm.weights[k] > self.above => {
                split(stats, gmm, k, into, self.separation).map(|()| Some([k, into]))
            }
            _ => Ok(None),
        }
    }
}
