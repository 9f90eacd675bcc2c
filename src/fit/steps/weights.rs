//! Mixing weights within bounds.

use crate::covariance::Covariance;
use crate::error::{Error, require};
use crate::fit::{Update, Usual};
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;

/// Mixing weights that are not below one bound and not above another: so that no component dies, or none takes all.
/// Noise has no bounds.
///
/// After the usual M-step, the weights become those that maximise [Q](SufficientStats::expected_log_likelihood) within
/// the bounds: π_k = W_k/λ, clamped to the bounds, with the λ for which they sum to 1 (water filling). The first M-step
/// may lower the likelihood, if the start has other weights; later ones do not.
///
/// ```
/// use gaussmix::fit::BoundedWeights;
/// use gaussmix::{Em, Gmm, init};
///
/// let data = [[-2.1], [2.2], [1.7], [2.4], [2.0], [1.9], [2.6], [2.1]];
/// let mut gmm: Gmm<f64, 1, 2> = Gmm::unfitted();
/// init::farthest_first(&mut gmm, &data)?;
/// let step = BoundedWeights::new(0.25, 1.0)?.step();
/// Em::default().fitting().with_m_step(step).fit(&mut gmm, &data)?;
/// let lightest = gmm.weights()[0].min(gmm.weights()[1]);
/// assert!(lightest >= 0.25, "one sample in eight would be 0.125");
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// It is an argument about the likelihood alone, as [`EqualAlong`](super::EqualAlong), [`Damped`](super::Damped) and
/// [`Watch`](super::Watch) are. With a prior they do not compile:
/// ```compile_fail,E0277
/// # use gaussmix::{Em, Gmm, MStep, fit::BoundedWeights, fit::Prior};
/// let data = [[1.0], [2.0]];
/// let prior: Prior<f64, 1, 1> = Prior::from_data(&data)?;
/// let em = Em::default().with_m_step(MStep::exact().with_regularizer(&prior));
/// let step = BoundedWeights::new(0.25, 1.0)?.step();
/// em.fitting().with_m_step(step).fit(&mut Gmm::unfitted(), &data)?;
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoundedWeights<T> {
    least: T,
    most: T,
}

impl<T: Real> BoundedWeights<T> {
    /// Weights from `least` to `most`, both included.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless 0 ≤ `least` ≤ `most` ≤ 1 and `most` is above 0.
    pub fn new(least: T, most: T) -> Result<Self, Error> {
        require(least >= T::ZERO && least <= most, "least", "0 or more, and `most` or less")?;
        require(most > T::ZERO && most <= T::ONE, "most", "within (0, 1]")?;
        Ok(Self { least, most })
    }

    /// The step, for [`Fitting::with_m_step`](crate::fit::Fitting::with_m_step). Weights that are frozen stay, and the
    /// others have what they leave. Besides the errors of the usual M-step, it fails as [`apply`](Self::apply).
    #[allow(clippy::type_complexity)] // a closure as `with_m_step` takes it
    pub fn step<const D: usize, const K: usize, C: Covariance>(
        self,
    ) -> impl Fn(
        &Usual<'_, T, D, K>,
        &SufficientStats<T, D, K, C>,
        &mut Gmm<T, D, K, C>,
    ) -> Result<Update<K>, Error>
    + Copy {
        move |usual, stats, gmm| {
            let frozen = &usual.frozen().weights;
            let weights = self.best(frozen, stats, gmm)?;
            let update = usual.maximize(stats, gmm)?;
            set(gmm, weights);
            Ok(update)
        }
    }

    /// Sets the weights of `gmm` to the best within the bounds, after any M-step. Dead slots stay dead.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if so many weights cannot sum to 1 within the bounds, [`Error::EmptyData`] if the
    /// statistics have no mass. The model is then as before.
    pub fn apply<const D: usize, const K: usize, C: Covariance>(
        &self,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Result<(), Error> {
        set(gmm, self.best(&[false; K], stats, gmm)?);
        Ok(())
    }

    /// The weights, and that of the noise.
    fn best<const D: usize, const K: usize, C: Covariance>(
        &self,
        frozen: &[bool; K],
        stats: &SufficientStats<T, D, K, C>,
        gmm: &Gmm<T, D, K, C>,
    ) -> Result<([T; K], T), Error> {
        let (masses, noise, mut weights) = (stats.masses(), stats.noise_mass(), gmm.weights);
        let (mut share, mut free, mut mass) = (T::ONE, [false; K], T::ZERO);
        let mut count = T::ZERO;
        for k in 0..K {
            if frozen[k] {
                share -= weights[k];
            } else if weights[k] > T::ZERO || masses[k] > T::ZERO {
                free[k] = true;
                mass += masses[k];
                count += T::ONE;
            }
        }
        if count == T::ZERO {
            return Ok((weights, gmm.noise_weight()));
        }
        if !(mass + noise > T::ZERO) {
            return Err(Error::EmptyData);
        }
        let slack = T::WEIGHT_TOLERANCE;
        let fills = count * self.most >= share - slack || noise > T::ZERO;
        let fits = count * self.least <= share + slack && fills;
        require(fits, "bounds", "such that the weights can sum to 1")?;
        let level = self.level(&masses, &free, noise, share);
        let (mut missing, mut idle) = (share, T::ZERO);
        for k in 0..K {
            if free[k] {
                weights[k] = self.clamp(masses[k], level);
                missing -= weights[k];
                if masses[k] == T::ZERO {
                    idle += T::ONE;
                }
            }
        }
        // All that have mass are at their upper bound: what is left goes to those without, which Q does not tell apart.
        if level == T::ZERO && idle > T::ZERO {
            for k in 0..K {
                if free[k] && masses[k] == T::ZERO {
                    weights[k] = (weights[k] + missing / idle).smaller(self.most);
                }
            }
        }
        Ok((weights, if noise > T::ZERO { missing.larger(T::ZERO) } else { T::ZERO }))
    }

    /// W/λ within the bounds.
    fn clamp(&self, mass: T, level: T) -> T {
        (mass / level).smaller(self.most).larger(self.least)
    }

    /// λ, or 0 if it takes weights without mass to reach the share. The sum of the weights falls with it, and between
    /// two places where a weight meets a bound it is a line in 1/λ. So the largest such place where the sum is not
    /// below the share says which weights are at a bound.
    fn level<const K: usize>(&self, masses: &[T; K], free: &[bool; K], noise: T, share: T) -> T {
        let live = || masses.iter().zip(free).filter(|(_, free)| **free).map(|(mass, _)| *mass);
        let own = |level| if noise > T::ZERO { noise / level } else { T::ZERO };
        let sum_at = |level| live().fold(own(level), |sum, mass| sum + self.clamp(mass, level));
        let mut below = T::ZERO;
        for mass in live() {
            for bound in [self.most, self.least] {
                let place = mass / bound;
                if place > below && place < T::INFINITY && sum_at(place) >= share {
                    below = place;
                }
            }
        }
        if below == T::ZERO && noise == T::ZERO {
            return below;
        }
        // Beyond it. Quotients as above, so that the weight whose place it is counts as past it.
        let (mut rest, mut mass) = (share, noise);
        for own in live() {
            if own / self.most > below {
                rest -= self.most;
            } else if own / self.least <= below {
                rest -= self.least;
            } else {
                mass += own;
            }
        }
        if mass > T::ZERO && rest > T::ZERO { mass / rest } else { below }
    }
}

/// Sets the weights, and that of the noise.
fn set<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &mut Gmm<T, D, K, C>,
    (weights, own): ([T; K], T),
) {
    gmm.weights = weights;
    gmm.set_noise_weight(own);
    gmm.refresh_offsets();
}
