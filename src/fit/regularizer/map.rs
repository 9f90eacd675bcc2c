//! The M-step under a prior: the usual one, on statistics to which the worth of the prior was added.

use super::prior::parts;
use super::{Prior, Regularizer, Terms, Units};
use crate::covariance::{Covariance, ExtraMass, Factor, Floors, Shape, rest_of};
use crate::error::Error;
use crate::fit::m_step::maximize_weights;
use crate::fit::{Frozen, Update, is_dead};
use crate::model::Gmm;
use crate::real::{Compensated, Real};
use crate::statistics::{SufficientStats, trace};

impl<T: Real, const D: usize, const K: usize, C: Covariance> Regularizer<T, D, K, C> for Prior<T, D, K, C> {
    const HAS_PRIOR: bool = true;
    const UNITS: Units = Units::Own;

    fn props_variances(&self) -> bool {
        if self.is_model { self.strength > T::ZERO } else { self.degrees.is_some() }
    }

    /// ln p(θ), with the normalisers of what is proper.
    fn ln_prior(&self, gmm: &Gmm<T, D, K, C>) -> (T, T) {
        let (of_component, of_matrix) = self.masses();
        let (mut sum, mut size, mut alpha, mut is_first) = (Compensated::ZERO, T::ZERO, T::ZERO, true);
        // A plain loop: with a filter the compiler does not see everywhere that k < K.
        for k in 0..K {
            if !(gmm.weights[k] > T::ZERO) {
                continue;
            }
            let factor = &gmm.factors.as_ref()[C::slot(k)];
            let scale = &self.scales.as_ref()[C::slot(k)];
            let half_log = C::Shape::half_log_determinant::<T, D>(factor);
            let mut d = gmm.means[k];
            for j in 0..D {
                d[j] -= self.means[k][j];
            }
            let distance = C::Shape::squared_distance(factor, d);
            let mut terms = [-of_component * half_log, -T::HALF * self.strength * distance, T::ZERO, T::ZERO];
            if of_component > T::ZERO && !self.is_model {
                let of_feature = T::HALF * self.strength.natural_log() - T::HALF_LN_2PI;
                sum.add(T::from_count(D as u64) * of_feature);
            }
            if self.brings_scale(is_first) {
                terms[0] -= of_matrix * half_log;
                terms[2] = -T::HALF * trace::<T, D, C>(factor, scale);
                sum.add(self.degrees.map_or(T::ZERO, |degrees| normaliser::<T, D, C::Shape>(degrees, scale)));
            }
            if !self.is_model {
                let concentration = self.concentrations[k];
                terms[3] = (concentration - T::ONE) * gmm.weights[k].natural_log();
                sum.add(-concentration.log_gamma());
                alpha += concentration;
            }
            for term in terms {
                sum.add(term);
                size += term.abs();
            }
            is_first = false;
        }
        if alpha > T::ZERO {
            // The weight of the noise has an α of 1, where it is 0 too: ln p(θ) must not jump when it fades.
            let of_noise = if C::NOISE { T::ONE } else { T::ZERO };
            sum.add((alpha + of_noise).log_gamma());
        }
        (sum.high, size)
    }

    fn maximize(
        &self,
        terms: &Terms<'_, T, D, K>,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
        next: impl FnOnce(
            &Terms<'_, T, D, K>,
            &SufficientStats<T, D, K, C>,
            &mut Gmm<T, D, K, C>,
        ) -> Result<Update<K>, Error>,
    ) -> Result<Update<K>, Error> {
        let total = stats.total_weight();
        if !(total > T::ZERO) {
            return Err(Error::EmptyData);
        }
        let mut joined = stats.clone();
        self.join(terms, &mut joined, gmm);
        // Weights rest on other masses than covariances.
        let frozen = Frozen { weights: [true; K], ..*terms.frozen };
        let update = next(&Terms { frozen: &frozen, ..*terms }, &joined, gmm)?;
        let (mut is_taken, mut is_left) = (false, false);
        for k in 0..K {
            let is_dead = is_dead(stats, gmm, k);
            let share = if is_dead { T::ZERO } else { self.share(terms.unit, stats, total, k) };
            joined.moments[k].weight = Compensated { high: share, low: T::ZERO };
            if !is_dead && !terms.frozen.weights[k] {
                is_taken |= !self.is_model && self.concentrations[k] < T::ONE;
                is_left |= share > T::ZERO;
            }
        }
        if C::NOISE && is_taken && !is_left {
            return Ok(update); // the noise would be alone
        }
        if let Some(mass) = joined.extra.get_mut()
            && self.is_model
        {
            // In shares, as those of the components.
            let is_dead = mass.high == T::ZERO && gmm.noise_weight() == T::ZERO;
            let known = if is_dead { T::ZERO } else { rest_of(&self.concentrations) };
            *mass = Compensated { high: self.pull(terms.unit, mass.high, total, known), low: T::ZERO };
        }
        maximize_weights(&terms.frozen.weights, &joined, gmm);
        gmm.refresh_offsets();
        Ok(update)
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Prior<T, D, K, C> {
    /// The masses that it adds to each live component, and to each matrix. |Σ| has minus half of them as an exponent.
    fn masses(&self) -> (T, T) {
        if self.is_model {
            return (self.strength, T::ZERO);
        }
        // Without a scatter it would make a spike of a component that loses its own.
        let of_mean = if self.strength > T::ZERO && self.degrees.is_some() { T::ONE } else { T::ZERO };
        let (parts, size) = parts::<C::Shape>(D);
        let share = T::from_count((parts * size) as u64) / T::from_count(D as u64);
        let of_matrix = |degrees: T| (degrees + T::from_count(size as u64 + 1)) * share;
        (of_mean, self.degrees.map_or(T::ZERO, of_matrix))
    }

    /// Whether a live component brings Ψ₀ along. Of those that share a matrix the first does, unless Ψ₀ is that of each.
    fn brings_scale(&self, is_first: bool) -> bool {
        is_first || !C::SHARED || self.is_model
    }

    /// Adds the prior to statistics. Those of a mean that cannot move are taken about it.
    #[inline(never)]
    fn join(
        &self,
        terms: &Terms<'_, T, D, K>,
        joined: &mut SufficientStats<T, D, K, C>,
        gmm: &Gmm<T, D, K, C>,
    ) {
        let (of_component, of_matrix) = self.masses();
        let (unit, strength, mut is_first) = (terms.unit, self.strength * terms.unit, true);
        let live = (0..K).fold(T::ZERO, |n, k| if is_dead(joined, gmm, k) { n } else { n + T::ONE });
        // Of a shared matrix each has a part. If one had all, the others would seem to starve beside it.
        let of_matrix = if C::SHARED { of_matrix / live } else { of_matrix };
        for k in 0..K {
            if is_dead(joined, gmm, k) {
                continue;
            }
            let (moments, scatter) = (&mut joined.moments[k], &mut joined.scatters.as_mut()[C::slot(k)]);
            let mass = moments.mass();
            let total = mass + strength;
            if total > T::ZERO && !terms.frozen.means[k] {
                let (gain, d) = (strength / total, moments.deviation(&self.means[k]));
                C::Shape::add_outer(scatter, mass * gain, &d);
                moments.shift(gain, &d);
            } else {
                C::Shape::add_outer(scatter, mass, &moments.deviation(&gmm.means[k]));
                (moments.mean, moments.low) = (gmm.means[k], [T::ZERO; D]);
                C::Shape::add_outer(scatter, strength, &moments.deviation(&self.means[k]));
            }
            moments.weight.add(of_component * unit);
            if self.brings_scale(is_first) {
                let mut scale = self.scales.as_ref()[C::slot(k)];
                C::Shape::scale(&mut scale, unit);
                C::Shape::add(scatter, &scale);
            }
            moments.weight.add(of_matrix * unit);
            is_first = false;
        }
    }

    /// What the weight of component `k` is proportional to.
    #[inline(always)] // so that the compiler sees that k < K
    fn share(&self, unit: T, stats: &SufficientStats<T, D, K, C>, total: T, k: usize) -> T {
        let mass = stats.moments[k].mass();
        if !self.is_model {
            return (mass + (self.concentrations[k] - T::ONE) * unit).larger(T::ZERO);
        }
        self.pull(unit, mass, total, self.concentrations[k])
    }

    /// A share of the mass, pulled towards the one that the prior knows.
    fn pull(&self, unit: T, mass: T, total: T, known: T) -> T {
        let joined = mass + self.strength * unit;
        if joined > T::ZERO {
            mass / joined * (mass / total) + self.strength * unit / joined * known
        } else {
            T::ZERO
        }
    }
}

/// The logarithm of the constant of an inverse Wishart density, or of all that a matrix is made of.
fn normaliser<T: Real, const D: usize, S: Shape>(degrees: T, scale: &S::Matrix<T, D>) -> T {
    let (parts, size) = parts::<S>(D);
    let mut factor = Factor(*scale);
    if S::factorise(&mut factor.0, &Floors::NONE).is_none() {
        return T::ZERO;
    }
    let share = T::from_count((parts * size) as u64) / T::from_count(D as u64);
    let [ln_2, ln_pi] = [core::f64::consts::LN_2, 1.144_729_885_849_400_2].map(T::narrow);
    let mut of_one = T::from_count(size as u64) * T::HALF * degrees * ln_2;
    of_one += T::from_count((size * (size - 1)) as u64) * T::HALF * T::HALF * ln_pi;
    for i in 0..size {
        of_one += (T::HALF * (degrees - T::from_count(i as u64))).log_gamma();
    }
    degrees * share * S::half_log_determinant(&factor) - T::from_count(parts as u64) * of_one
}
