//! Priors: what is known of the parameters before the data.

use crate::covariance::{Constant, Covariance, Floors, Full, Shape};
use crate::error::{Error, require};
use crate::fit::{Frozen, MStep, Update};
use crate::model::Gmm;
use crate::moments::Moments;
use crate::observation::{Observation, check_range};
use crate::real::{Compensated, Real};
use crate::statistics::SufficientStats;
use nalgebra::SMatrix;

/// A prior on the parameters of a mixture, for maximum a posteriori (MAP) estimates:
///
/// - means μ_k ~ N(m₀, Σ_k/κ₀)
/// - covariances Σ_k ~ inverse Wishart(ν₀, Ψ₀). In diagonal structures each variance has the inverse gamma(ν₀/2, Ψ₀ⱼ/2),
///   in spherical ones the only variance; a tied structure has it once. Coupled ones have that of their shape.
/// - weights π ~ Dirichlet(α)
///
/// Hand it to [`MStep::with_regularizer`], by reference if it lies in flash. An M-step then finds the joint mode (Gauvain
/// & Lee 1994, doi:10.1109/89.279278; Fraley & Raftery 2007, doi:10.1007/s00357-007-0004-5). With n_k = W_k, and for full
/// covariances,
///
/// π_k ∝ n_k + α_k − 1, μ_k = (κ₀ m₀ + n_k m_k)/(κ₀ + n_k),
/// Σ_k = (Ψ₀ + S_k + κ₀ n_k/(κ₀ + n_k) (m_k − m₀)(m_k − m₀)ᵀ)/(ν₀ + n_k + D + 2)
///
/// It makes the usual step on statistics to which the worth of the prior was added. So it goes with every structure,
/// with floors (relative to data and prior together), frozen parameters and other regularizers. ℓ + ln p(θ) does not
/// fall. A component without mass rests at the prior (with none for covariances, it starves). A dead slot stays dead.
///
/// Strengths count samples and do not fade: what a stream forgets, the prior replaces. The statistics of an
/// [`OnlineEm`](crate::OnlineEm) stand for its memory, 1/g samples for steps of size g. If it takes batches, a step is a
/// batch, and strengths count batches.
///
/// Where κ₀ = 0, means have no prior, and the denominator of Σ_k is one less. Where covariances have none, it is n_k: the
/// density of means then goes without its factor |Σ_k|^−½, which would make a spike of a component without samples.
///
/// Where α_k < 1, a component of mass 1 − α_k or less dies, and ln p(θ) jumps. If none were left, weights stay.
///
/// An M-step takes the memory of one more `SufficientStats` on the stack.
///
/// ```
/// use gaussmix::fit::Prior;
/// use gaussmix::{Em, Gmm, MStep, init};
///
/// // Two components for three samples: without a prior, one collapses on a single sample.
/// let data = [[-2.0], [2.1], [2.5]];
/// let prior: Prior<f64, 1, 2> = Prior::from_data(&data)?;
/// let mut gmm = Gmm::unfitted();
/// init::farthest_first(&mut gmm, &data)?;
/// let m_step = MStep::exact().with_regularizer(&prior);
/// Em::default().with_m_step(m_step).fit(&mut gmm, &data)?;
/// assert!(gmm.covariances().iter().all(|covariance| covariance[0] > 0.1));
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[doc(alias("MAP", "maximum a posteriori", "priorControl", "conjugate", "Dirichlet", "Wishart"))]
#[derive(Clone, Debug, PartialEq)]
pub struct Prior<T: Real, const D: usize, const K: usize, C: Covariance = Full> {
    pub(crate) means: [[T; D]; K],
    /// κ₀
    pub(crate) strength: T,
    pub(crate) scales: C::Scatters<T, D, K>,
    /// ν₀, if covariances have a prior.
    pub(crate) degrees: Option<T>,
    /// α, or the weights of a model.
    pub(crate) concentrations: [T; K],
    /// Whether it is a model, worth κ₀ samples for each component.
    pub(crate) is_model: bool,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Prior<T, D, K, C> {
    /// A prior from m₀ of each component and κ₀ = `strength`, from Ψ₀ and ν₀, and from α. κ₀ = 0 makes means flat, `None`
    /// covariances, and α = 1 weights. The prior's own mode has Σ = Ψ₀/(ν₀ + D + 2), variances of a diagonal Ψ₀ⱼ/(ν₀ + 3).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless κ₀ ≥ 0, ν₀ > D − 1 (full) or > 0 (others), and α > 0;
    /// [`Error::NotSymmetric`], [`Error::NotPositiveDefinite`]; [`Error::SumsOutOfRange`] for numbers too large for sums.
    pub fn new(
        means: [[T; D]; K],
        strength: T,
        covariances: Option<(C::Covariances<T, D, K>, T)>,
        concentrations: [T; K],
    ) -> Result<Self, Error> {
        let mut prior = Self::from_parts(means, strength, Constant::ZERO, None, concentrations);
        if let Some((scales, degrees)) = covariances {
            prior.degrees = Some(degrees);
            let slots = prior.scales.as_mut().iter_mut().zip(scales.as_ref());
            for (component, (slot, scale)) in slots.enumerate() {
                if !C::Shape::is_symmetric::<T, D>(scale) {
                    return Err(Error::NotSymmetric { component });
                }
                *slot = *scale;
                C::Shape::numbers_mut::<T, D>(slot).for_each(|_| {}); // clears what is not stored
            }
        }
        prior.validate()?;
        Ok(prior)
    }

    /// A prior from the numbers of [`new`](Self::new), unchecked, for a `static` in flash. Above the diagonal, a full Ψ₀
    /// is 0. Call [`validate`](Self::validate) once.
    #[must_use]
    pub const fn from_parts(
        means: [[T; D]; K],
        strength: T,
        scales: C::Scatters<T, D, K>,
        degrees: Option<T>,
        concentrations: [T; K],
    ) -> Self {
        Self { means, strength, scales, degrees, concentrations, is_model: false }
    }

    /// The trained model `gmm`, worth r = `relevance` samples for each component: relevance adaptation (Reynolds,
    /// Quatieri & Dunn 2000, doi:10.1006/dspr.1999.0361). With a_k = W_k/(W_k + r), means become a_k m_k + (1 − a_k) μ_k,
    /// second moments about them likewise, and weights a_k W_k/W + (1 − a_k) π_k over their sum. What shall not adapt is
    /// [`Frozen`]. [`adapt`] does it in one call.
    ///
    /// Means and covariances have the mode for κ₀ = r, Ψ₀ = r Σ_k and ν₀ = r − D − 2 (full), of which p(θ) lacks the
    /// normaliser. The rule for weights is no mode: only with frozen weights ℓ + ln p(θ) cannot fall.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    #[doc(alias("relevance factor", "UBM"))]
    pub fn from_model(gmm: &Gmm<T, D, K, C>, relevance: T) -> Result<Self, Error> {
        let mut prior = Self::from_parts(gmm.means, relevance, Constant::ZERO, None, gmm.weights);
        prior.is_model = true;
        for (scale, factor) in prior.scales.as_mut().iter_mut().zip(gmm.factors.as_ref()) {
            *scale = C::Shape::scatter(factor, relevance);
        }
        prior.validate()?;
        Ok(prior)
    }

    /// A weak prior that keeps components from collapsing (Fraley & Raftery 2007): m₀ is the mean of the data, κ₀ =
    /// 0.01, ν₀ = D + 2, Ψ₀ the covariance of the data over K^(2/D), K with the dead slots, and α = 1. For diagonal
    /// structures Ψ₀ has the variance of each column. (The paper has their mean: where units are unlike, components die
    /// of it.) If the covariance has no factor, Ψ₀ is its diagonal. From data with missing features it is made [from
    /// the statistics](Self::from_statistics) of a pass.
    ///
    /// # Errors
    /// As [`SufficientStats::assign`], with the sample's index; as [`from_statistics`](Self::from_statistics).
    pub fn from_data<I>(data: I) -> Result<Self, Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        let mut stats = SufficientStats::<T, D, 1, C::Shape>::new();
        for (index, sample) in data.into_iter().enumerate() {
            stats.assign(sample, &[T::ONE]).map_err(|error| error.at(index as u64))?;
        }
        Self::from_statistics(&stats)
    }

    /// [`from_data`](Self::from_data) from statistics of the data, of any size and any structure of this shape.
    ///
    /// # Errors
    /// [`Error::EmptyData`] for less than two samples, [`Error::ConstantFeature`].
    pub fn from_statistics<const N: usize, S>(stats: &SufficientStats<T, D, N, S>) -> Result<Self, Error>
    where
        S: Covariance<Shape = C::Shape>,
    {
        let (mut all, mut scale) = (Moments::ZERO, Constant::ZERO);
        for scatter in stats.scatters.as_ref() {
            C::Shape::add(&mut scale, scatter);
        }
        for moments in &stats.moments {
            if let Some((mass, d)) = all.merge(moments) {
                C::Shape::add_outer(&mut scale, mass, &d);
            }
        }
        if stats.count() < 2 || !(all.mass() > T::ZERO) {
            return Err(Error::EmptyData);
        }
        // The unbiased estimate, and the K-th part of the volume.
        let unbiased = T::from_count(stats.count() - 1) / T::from_count(stats.count());
        let root = T::from_count(K as u64).natural_log() / T::from_count(D as u64);
        C::Shape::normalise(&mut scale, all.mass() * unbiased * (root + root).exponential(), T::ZERO);
        if let Some(feature) = (0..D).find(|j| !(C::Shape::variance(&scale, *j) > T::ZERO)) {
            return Err(Error::ConstantFeature { feature });
        }
        if C::Shape::factorise(&mut { scale }, &Floors::NONE).is_none() {
            let variances = core::array::from_fn(|j| C::Shape::variance(&scale, j));
            scale = C::Shape::from_matrix(&SMatrix::from_diagonal(&variances.into()));
        }
        let mut scales: C::Scatters<T, D, K> = Constant::ZERO;
        for slot in scales.as_mut() {
            *slot = scale;
        }
        let degrees = Some(T::from_count(D as u64 + 2));
        let prior = Self::from_parts([all.mean; K], T::narrow(0.01), scales, degrees, [T::ONE; K]);
        prior.validate()?;
        Ok(prior)
    }

    /// Checks the numbers that [`from_parts`](Self::from_parts) took unchecked.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn validate(&self) -> Result<(), Error> {
        let is_size = |v: T| v >= T::ZERO && v < T::LARGEST_SQUARE;
        require(is_size(self.strength), "strength", "0 or more, and small enough for sums")?;
        for mean in &self.means {
            check_range(mean, self.strength.larger(T::ONE)).map_err(|_| Error::SumsOutOfRange)?;
        }
        let is_alpha = |v: &T| is_size(*v) && (self.is_model || *v > T::ZERO);
        require(self.concentrations.iter().all(is_alpha), "concentrations", "above 0")?;
        let mut sum = Compensated::ZERO;
        self.concentrations.iter().for_each(|share| sum.add(*share));
        let rest = T::ONE - sum.high;
        let are_weights = rest.abs() <= T::WEIGHT_TOLERANCE || C::NOISE && rest > T::ZERO;
        require(!self.is_model || are_weights, "concentrations", "the weights of a model")?;
        let is_flat = if self.is_model { self.strength == T::ZERO } else { self.degrees.is_none() };
        for (component, scale) in self.scales.as_ref().iter().enumerate() {
            if !C::Shape::numbers(scale).all(|v| v.abs() < T::LARGEST_SQUARE) {
                return Err(Error::SumsOutOfRange);
            }
            let mut stored = *scale;
            C::Shape::numbers_mut::<T, D>(&mut stored).for_each(|_| {});
            let is_stored = stored == if is_flat { Constant::ZERO } else { *scale };
            require(is_stored, "scales", "0 above the diagonal, and where covariances have no prior")?;
            if !is_flat && C::Shape::factorise(&mut stored, &Floors::NONE).is_none() {
                return Err(Error::NotPositiveDefinite { component });
            }
        }
        let least = T::from_count(parts::<C::Shape>(D).1 as u64 - 1);
        let is_proper = |degrees: T| is_size(degrees) && degrees > least && !self.is_model;
        require(self.degrees.is_none_or(is_proper), "degrees", "above D − 1 (full) or 0 (others)")
    }
}

/// How many covariance matrices without structure one of `d` features is made of, and their size.
pub(super) fn parts<S: Shape>(d: usize) -> (usize, usize) {
    match S::parameter_count(d) {
        1 => (1, 1),
        count if count == d => (d, 1),
        _ => (1, d),
    }
}

/// Adapts the trained model `gmm` to the little data behind `stats`, in place: one M-step with a prior
/// [of the model](Prior::from_model), worth `relevance` samples for each component; 16 is usual. What shall not adapt is
/// `frozen`. With a relevance of 0 it is the default M-step, whose floors it has; the larger it is, the less changes.
///
/// For more iterations keep the trained model, and fit with [`Prior::from_model`].
///
/// ```
/// use gaussmix::fit::{Frozen, adapt};
/// use gaussmix::{Gmm, SufficientStats};
///
/// let mut gmm: Gmm<f32, 1, 2> = Gmm::new([0.5, 0.5], [[0.0], [10.0]], [[[1.0]].into(); 2])?;
/// let mut stats = SufficientStats::new();
/// // This machine reads one more, and was seen in its first state only.
/// stats.observe_all(&gmm, [[0.8], [1.2], [0.9], [1.1], [1.0], [1.3], [0.7], [1.0]])?;
/// let only_means = Frozen::NONE.with_weights([true; 2]).with_covariances([true; 2]);
/// adapt(&mut gmm, &stats, 16.0, &only_means)?;
/// assert!((gmm.means()[0][0] - 1.0 / 3.0).abs() < 1e-6); // 8 samples against 16
/// assert_eq!(gmm.means()[1], [10.0]);
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// # Errors
/// As [`Prior::from_model`] and [`MStep::maximize`]. The model is then as before.
pub fn adapt<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &mut Gmm<T, D, K, C>,
    stats: &SufficientStats<T, D, K, C>,
    relevance: T,
    frozen: &Frozen<K>,
) -> Result<Update<K>, Error> {
    let prior = Prior::from_model(gmm, relevance)?;
    MStep::default().with_regularizer(&prior).maximize_with(frozen, stats, gmm)
}
