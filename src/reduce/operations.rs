//! The steps that mergers, splits, births and removals share: each changes one component of statistics or model.

use crate::covariance::{Constant, Covariance, Factor, FactorOf, Floors, MatrixOf, Shape};
use crate::error::{Error, require};
use crate::model::Gmm;
use crate::moments::Moments;
use crate::real::Real;
use crate::statistics::{SufficientStats, sum_limit};

/// Refuses an index that is not below K.
#[inline(always)] // so that the compiler sees it below K afterwards
pub(crate) fn check_component<const K: usize>(component: usize, name: &'static str) -> Result<(), Error> {
    require(component < K, name, "a component, less than K")
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> SufficientStats<T, D, K, C> {
    /// The mass of all components but `k`, noise included. This is a sum: a difference could be negative.
    pub(crate) fn mass_beside(&self, k: usize) -> T {
        let mut rest = T::ZERO;
        for (i, moments) in self.moments.iter().enumerate() {
            if i != k {
                rest += moments.mass();
            }
        }
        if C::NOISE { rest + self.noise_mass() } else { rest }
    }

    /// Refuses to remove the components for which `leaves` holds, so that the others grow to the mass `due`: where
    /// these have none, or next to none, or where what they would hold leaves the range of sums. Returns the
    /// [extent](Self::extent) that they would have.
    pub(crate) fn check_growth(&self, leaves: impl Fn(usize) -> bool, due: T) -> Result<T, Error> {
        let (mut rest, mut own) = (T::ZERO, T::ZERO);
        for (k, moments) in self.moments.iter().enumerate() {
            *if leaves(k) { &mut own } else { &mut rest } += moments.mass();
        }
        // Of the Gaussians, whose share a pooled scatter is.
        let kept = if C::SHARED && C::NOISE && rest > T::ZERO { rest / (rest + own) } else { T::ONE };
        if C::NOISE {
            rest += self.noise_mass();
        }
        let [squares, scatters] = self.extent(|k| !leaves(k));
        if own == T::ZERO && !(due > rest) {
            return Ok(squares + scatters);
        }
        let growth = due / rest;
        // A pooled scatter loses the share of what leaves first.
        let pooled = if C::NOISE { kept * growth } else { due / (rest + own) };
        let extent = squares * growth + scatters * if C::SHARED { pooled } else { growth };
        if !(growth < T::LARGEST_SQUARE) {
            return Err(Error::EmptyData);
        }
        if has_room(extent) { Ok(extent) } else { Err(Error::SumsOutOfRange) }
    }

    /// Removes the mass of component `k`, and its expected share of a pooled scatter. The other components, if they
    /// have any mass, are scaled to the total mass `due`.
    pub(crate) fn clear_component(&mut self, k: usize, due: T) {
        if k >= K {
            return; // no caller does; where it is not inlined, the compiler would not know
        }
        let (own, rest) = (self.moments[k].mass(), self.mass_beside(k));
        self.moments[k] = Moments::ZERO;
        let gaussians = if C::NOISE { self.gaussian_mass().high } else { rest };
        let scatter = &mut self.scatters.as_mut()[C::slot(k)];
        if C::SHARED && gaussians > T::ZERO {
            C::Shape::scale(scatter, gaussians / (gaussians + own));
        } else {
            *scatter = Constant::ZERO;
        }
        if rest > T::ZERO && rest != due {
            self.scale_masses(due / rest);
        }
    }

    /// Moves everything that component `from` holds to component `into`. Does nothing if both are the same or one is
    /// not below K.
    pub(crate) fn merge_component(&mut self, into: usize, from: usize) {
        if into == from || into >= K || from >= K {
            return;
        }
        let absorbed = self.moments[from];
        self.moments[from] = Moments::ZERO;
        let gained = self.moments[into].merge(&absorbed);
        if !C::SHARED {
            let scatter = self.scatters.as_ref()[C::slot(from)];
            C::Shape::add(&mut self.scatters.as_mut()[C::slot(into)], &scatter);
            self.scatters.as_mut()[C::slot(from)] = Constant::ZERO;
        }
        if let Some((mass, d)) = gained {
            C::Shape::add_outer(&mut self.scatters.as_mut()[C::slot(into)], mass, &d);
        }
    }

    /// Adds to the empty slot `k` the statistics of `mass` samples of N(`mean`, the covariance of `factor`).
    pub(crate) fn place_component(&mut self, k: usize, mass: T, mean: &[T; D], factor: &FactorOf<T, D, C>) {
        if k >= K {
            return;
        }
        self.moments[k].absorb(mass, mean);
        C::Shape::add(&mut self.scatters.as_mut()[C::slot(k)], &C::Shape::scatter(factor, mass));
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// Gives component `k` the weight `weight`. The other components share the rest in proportion to their weights.
    pub(crate) fn reweigh(&mut self, k: usize, weight: T) {
        let (weights, noise) = self.reweighed(k, weight);
        self.weights = weights;
        self.set_noise_weight(noise);
        self.refresh_offsets();
    }

    /// Gives `factor` to the components with these indices; `weights` are the mixing weights that the model will have.
    /// If the structure couples the components, all factors are adapted. Returns false, and changes nothing, if that
    /// leaves the range of `T`.
    pub(crate) fn set_factors<const N: usize>(
        &mut self,
        components: [usize; N],
        weights: &[T; K],
        factor: &FactorOf<T, D, C>,
    ) -> bool {
        if C::COUPLED {
            let mut factors = self.factors;
            put::<T, D, K, C>(&mut factors, &components, factor);
            if !C::restore(weights, &mut factors) {
                return false;
            }
            self.factors = factors;
        } else {
            put::<T, D, K, C>(&mut self.factors, &components, factor);
        }
        true
    }

    /// The mixing weights, and that of the noise, after component `k` gets the weight `weight` and the others share the
    /// rest in proportion to their weights. Noise is one of the others.
    pub(crate) fn reweighed(&self, k: usize, weight: T) -> ([T; K], T) {
        let mut others = self.noise_weight();
        for (i, w) in self.weights.iter().enumerate() {
            if i != k {
                others += *w;
            }
        }
        let growth = if others > T::ZERO { (T::ONE - weight) / others } else { T::ZERO };
        let mut weights = self.weights;
        // Next to nothing grows without bound, but never beyond the whole.
        let grown = |w: T| if growth < T::INFINITY { w * growth } else { w / others * (T::ONE - weight) };
        for w in &mut weights {
            *w = grown(*w);
        }
        if let Some(w) = weights.get_mut(k) {
            *w = weight;
        }
        (weights, if C::NOISE { grown(self.noise_weight()) } else { T::ZERO })
    }

    /// The factor of the pooled covariance within components, Σ π_k Σ_k / Σ π_k; the factor of the common covariance if
    /// tied.
    pub(crate) fn pooled_factor(&self) -> Option<FactorOf<T, D, C>> {
        let factors = self.factors.as_ref();
        if C::SHARED {
            return Some(factors[0]);
        }
        let (mut pooled, share) = (Constant::ZERO, self.gaussian_share());
        for (weight, factor) in self.weights.iter().zip(factors) {
            if *weight > T::ZERO {
                C::Shape::add(&mut pooled, &C::Shape::scatter(factor, *weight / share));
            }
        }
        factor_of::<T, D, C>(pooled)
    }

    /// (1 − `share`) Σ_i + `share` Σ_j + `between` d dᵀ as a scatter of mass 1, for components i and j.
    #[inline(always)] // so that the compiler sees that i, j < K
    pub(crate) fn blend(&self, i: usize, j: usize, share: T, between: T, d: &[T; D]) -> MatrixOf<T, D, C> {
        let factors = self.factors.as_ref();
        let mut scatter = C::Shape::scatter(&factors[C::slot(i)], T::ONE - share);
        C::Shape::add(&mut scatter, &C::Shape::scatter(&factors[C::slot(j)], share));
        C::Shape::add_outer(&mut scatter, between, d);
        scatter
    }
}

/// Whether sums of this extent can be merged, and have room for samples.
pub(crate) fn has_room<T: Real>(extent: T) -> bool {
    extent < sum_limit::<T>() * T::HALF
}

/// What the scatter of `mass` samples of a component of that factor adds to the extent of sums.
pub(crate) fn scatter_extent<T: Real, const D: usize, C: Covariance>(
    factor: &FactorOf<T, D, C>,
    mass: T,
) -> T {
    let scatter = C::Shape::scatter(factor, mass);
    let mut extent = T::ZERO;
    for j in 0..D {
        extent += C::Shape::feature_scatter(&scatter, j);
    }
    extent
}

/// Puts one factor in the places of several components. It uses `get_mut`, since the compiler does not see everywhere
/// that the indices are below K.
pub(super) fn put<T: Real, const D: usize, const K: usize, C: Covariance>(
    factors: &mut C::Factors<T, D, K>,
    components: &[usize],
    factor: &FactorOf<T, D, C>,
) {
    for k in components {
        if let Some(place) = factors.as_mut().get_mut(C::slot(*k)) {
            *place = *factor;
        }
    }
}

/// The factor of a scatter of mass 1, if it is positive definite.
pub(crate) fn factor_of<T: Real, const D: usize, C: Covariance>(
    mut scatter: MatrixOf<T, D, C>,
) -> Option<FactorOf<T, D, C>> {
    C::Shape::normalise(&mut scatter, T::ONE, T::ZERO);
    C::Shape::factorise(&mut scatter, &Floors::NONE).map(|_| Factor(scatter))
}
