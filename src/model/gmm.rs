//! The model: parameters, density and posterior.

use crate::covariance::{Constant, Covariance, Full, MatrixOf, Shape, factorise_all};
use crate::error::Error;
use crate::observation::{Observation, check_finite, checked_weight};
use crate::real::{Compensated, Real};
use nalgebra::SMatrix;

/// A mixture of `K` Gaussians over `D` features of scalar `T`, with covariance structure `C`.
///
/// p(x) = Σ_k π_k N(x; μ_k, Σ_k)
///
/// Everything is held in place, on the stack, in a `static` or in flash: K weights, K offsets (the constants of the
/// log-densities), K means and the Cholesky factors of K covariances (or of one, if [tied](crate::Tied)).
///
/// The type cannot be inferred from the arguments alone, since a matrix may stand for more than one structure; write
/// it out:
/// ```compile_fail
/// let gmm = gaussmix::Gmm::new([1.0], [[0.0, 0.0]], [[[1.0, 0.2], [0.2, 1.0]].into()]);
/// ```
/// ```
/// use gaussmix::{Diagonal, Gmm};
///
/// let gmm: Gmm<f64, 2, 1> = Gmm::new([1.0], [[0.0, 0.0]], [[[1.0, 0.2], [0.2, 1.0]].into()])?;
/// let axes: Gmm<f32, 2, 1, Diagonal> = Gmm::new([1.0], [[0.0, 0.0]], [[4.0, 1.0].into()])?;
///
/// let posterior = gmm.posterior(&[0.5, 0.5])?;
/// assert_eq!(posterior.responsibilities, [1.0]);
/// assert_eq!(axes.mahalanobis_squared(&[2.0, 0.0])?, [1.0]);
/// # Ok::<(), gaussmix::Error>(())
/// ```
/// A mixture of no components, or over no features, does not compile:
/// ```compile_fail
/// let gmm: gaussmix::Gmm<f64, 2, 0> = gaussmix::Gmm::unfitted();
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Gmm<T: Real, const D: usize, const K: usize, C: Covariance = Full> {
    pub(crate) weights: [T; K],
    pub(crate) offsets: [T; K],
    pub(crate) means: [[T; D]; K],
    pub(crate) factors: C::Factors<T, D, K>,
}

/// What a model says of one sample.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Posterior<T, const K: usize> {
    /// ln p(x)
    pub log_density: T,
    /// r_k(x), the probability that component k produced the sample: they sum to 1.
    pub responsibilities: [T; K],
}

impl<T: Real, const K: usize> Default for Posterior<T, K> {
    /// All 0: a place for [`Gmm::posteriors`] to write to.
    fn default() -> Self {
        Self { log_density: T::ZERO, responsibilities: [T::ZERO; K] }
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// A model from mixing weights, means and covariances: `[matrix; K]`, or `[matrix; 1]` for a tied structure. A
    /// matrix is an `SMatrix<T, D, D>`, the `SVector<T, D>` of a diagonal, or a [`Variance<T>`](crate::covariance::Variance).
    ///
    /// A weight may be 0 (a dead component). Weights whose sum is off 1 by at most 1e-6 (`f64`) or 1e-4 (`f32`) are
    /// rescaled to sum to 1.
    ///
    /// # Errors
    /// [`Error::InvalidWeight`], [`Error::WeightsNotNormalized`], [`Error::NonFiniteMean`], [`Error::NotSymmetric`],
    /// [`Error::NotPositiveDefinite`], or [`Error::NotInStructure`] where covariances do not have in common what the
    /// structure says; [`Covariance::from_matrices`] makes some that have.
    pub fn new(
        weights: [T; K],
        means: [[T; D]; K],
        covariances: C::Covariances<T, D, K>,
    ) -> Result<Self, Error> {
        let mut gmm = Self::from_parts(weights, [T::ZERO; K], means, Constant::ZERO);
        let sum = gmm.checked_weight_sum()?;
        if sum != T::ONE {
            for w in &mut gmm.weights {
                *w /= sum;
            }
        }
        gmm.check_means()?;
        factorise_all::<T, D, C::Shape>(covariances.as_ref(), gmm.factors.as_mut())?;
        gmm.check_structure()?;
        gmm.refresh_offsets();
        Ok(gmm)
    }

    /// A model from its stored numbers, unchecked: for a `static` in flash, written by a program that fitted it.
    ///
    /// `offsets` are ln π_k − ½ ln |Σ_k| − (D/2) ln 2π; each [`Factor`](crate::covariance::Factor)
    /// holds L (lower triangle, reciprocal diagonal), or 1/σ. Wrong numbers give wrong densities but nothing worse; call [`validate`](Self::validate) once.
    ///
    /// ```
    /// use gaussmix::covariance::{Factor, Variance};
    /// use gaussmix::{Gmm, Spherical};
    ///
    /// static MODEL: Gmm<f32, 2, 1, Spherical> =
    ///     Gmm::from_parts([1.0], [-1.837_877_1], [[0.0, 0.0]], [Factor(Variance(1.0))]);
    /// assert!(MODEL.validate().is_ok());
    /// ```
    #[must_use]
    pub const fn from_parts(
        weights: [T; K],
        offsets: [T; K],
        means: [[T; D]; K],
        factors: C::Factors<T, D, K>,
    ) -> Self {
        const { assert!(D > 0 && K > 0, "a mixture has at least one feature and one component") };
        Self { weights, offsets, means, factors }
    }

    /// A placeholder: one live component N(0, I/2π), the others dead. It reserves the memory (in a `static`, say) that a
    /// start then fills in place. A fit does not begin from it ([`Error::Unfitted`]).
    #[must_use]
    pub const fn unfitted() -> Self {
        let mut weights = [T::ZERO; K];
        weights[0] = T::ONE;
        let mut offsets = [T::NEG_INFINITY; K];
        offsets[0] = T::ZERO;
        Self::from_parts(weights, offsets, [[T::ZERO; D]; K], Constant::UNIT)
    }

    /// Whether it says nothing yet.
    pub(crate) fn is_unfitted(&self) -> bool {
        let first = (self.weights[0], self.offsets[0], &self.means[0]);
        first == (T::ONE, T::ZERO, &[T::ZERO; D]) && self.factors.as_ref()[0] == Constant::UNIT
    }

    /// Memory to copy a model into, all 0, which is cheaper to set than [`unfitted`](Self::unfitted); not a model.
    pub(crate) const BLANK: Self =
        Self::from_parts([T::ZERO; K], [T::ZERO; K], [[T::ZERO; D]; K], Constant::ZERO);

    /// Checks what [`from_parts`](Self::from_parts) took on trust.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`Error::InconsistentOffset`].
    pub fn validate(&self) -> Result<(), Error> {
        self.checked_weight_sum()?;
        self.check_means()?;
        for (component, factor) in self.factors.as_ref().iter().enumerate() {
            if !C::Shape::is_factor::<T, D>(factor) {
                return Err(Error::NotPositiveDefinite { component });
            }
        }
        self.check_structure()?;
        for component in 0..K {
            let (stored, due) = (self.offsets[component], self.offset(component));
            // An infinite one, of a dead component, allows no slack.
            let slack = T::WEIGHT_TOLERANCE * (T::ONE + due.abs());
            if !(stored == due || ((stored - due).abs() <= slack && due.is_finite())) {
                return Err(Error::InconsistentOffset { component });
            }
        }
        Ok(())
    }

    fn checked_weight_sum(&self) -> Result<T, Error> {
        let mut sum = Compensated::ZERO;
        for (component, w) in self.weights.iter().enumerate() {
            if !(*w >= T::ZERO && *w < T::INFINITY) {
                return Err(Error::InvalidWeight { component });
            }
            sum.add(*w);
        }
        if !((sum.high - T::ONE).abs() <= T::WEIGHT_TOLERANCE) {
            return Err(Error::WeightsNotNormalized);
        }
        Ok(sum.high)
    }

    fn check_structure(&self) -> Result<(), Error> {
        if C::is_member::<T, D, K>(&self.factors) { Ok(()) } else { Err(Error::NotInStructure) }
    }

    fn check_means(&self) -> Result<(), Error> {
        match self.means.iter().position(|m| check_finite(m).is_err()) {
            Some(component) => Err(Error::NonFiniteMean { component }),
            None => Ok(()),
        }
    }

    #[inline(always)] // so that a compiler at opt-level s sees that k < K
    fn offset(&self, k: usize) -> T {
        let factor = &self.factors.as_ref()[C::slot(k)];
        self.weights[k].natural_log()
            - C::Shape::half_log_determinant::<T, D>(factor)
            - T::from_count(D as u64) * T::HALF_LN_2PI
    }

    /// `clone_from` without a copy on the stack.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.weights = other.weights;
        self.offsets = other.offsets;
        self.means = other.means;
        self.factors = other.factors;
    }

    /// Makes the offsets those of the weights and factors.
    pub(crate) fn refresh_offsets(&mut self) {
        for k in 0..K {
            self.offsets[k] = self.offset(k);
        }
    }

    /// π_k: what share of the samples each component produces. They sum to 1.
    #[must_use]
    pub fn weights(&self) -> &[T; K] {
        &self.weights
    }

    /// μ_k
    #[must_use]
    pub fn means(&self) -> &[[T; D]; K] {
        &self.means
    }

    /// Σ_k (one matrix if tied), multiplied out from the factors.
    #[must_use]
    pub fn covariances(&self) -> C::Covariances<T, D, K> {
        let mut covariances: C::Covariances<T, D, K> = Constant::ZERO;
        for (covariance, factor) in covariances.as_mut().iter_mut().zip(self.factors.as_ref()) {
            *covariance = C::Shape::covariance::<T, D>(factor);
        }
        covariances
    }

    /// The factors as [`from_parts`](Self::from_parts) takes them.
    #[must_use]
    pub fn factors(&self) -> &C::Factors<T, D, K> {
        &self.factors
    }

    /// ln π_k − ½ ln |Σ_k| − (D/2) ln 2π, −∞ for a dead component.
    #[must_use]
    pub fn offsets(&self) -> &[T; K] {
        &self.offsets
    }

    /// The components one by one.
    pub fn components(&self) -> impl ExactSizeIterator<Item = Component<'_, T, D, C>> {
        let factors = self.factors.as_ref();
        self.weights.iter().zip(&self.means).enumerate().map(move |(k, (weight, mean))| {
            let covariance = C::Shape::covariance::<T, D>(&factors[C::slot(k)]);
            Component { weight: *weight, mean, covariance }
        })
    }

    /// The indices of the live components, those of positive weight. A dead one is a free slot: scoring skips it.
    pub fn live(&self) -> impl Iterator<Item = usize> + '_ {
        self.weights.iter().enumerate().filter(|(_, w)| **w > T::ZERO).map(|(k, _)| k)
    }

    /// ln π_k N(x; μ_k, Σ_k) for every component, −∞ for dead ones.
    #[inline(always)]
    fn joint_log_densities(&self, x: &[T; D]) -> Result<[T; K], Error> {
        self.joint_and_nearest(x, &mut { T::INFINITY })
    }

    /// The same; lowers `nearest` to the squared distance to the nearest live component.
    #[inline(always)]
    fn joint_and_nearest(&self, x: &[T; D], nearest: &mut T) -> Result<[T; K], Error> {
        let mut joint = [T::NEG_INFINITY; K];
        let mut total = T::ZERO;
        for k in 0..K {
            let offset = self.offsets[k];
            if offset > T::NEG_INFINITY {
                let distance = self.squared_distance(x, k);
                total += distance;
                *nearest = distance.smaller(*nearest);
                joint[k] = offset - T::HALF * distance;
            }
        }
        // One test for all components; which one it was, and whether it was only the sum, matters on failure alone.
        if !(total < T::INFINITY) {
            self.check_distances(x, &joint)?;
        }
        Ok(joint)
    }

    /// Refuses a sample whose squared distance to a live component is not finite.
    #[cold]
    fn check_distances(&self, x: &[T; D], joint: &[T; K]) -> Result<(), Error> {
        let mut live = self.offsets.iter().zip(joint).filter(|(offset, _)| **offset > T::NEG_INFINITY);
        if live.all(|(_, joint)| *joint > T::NEG_INFINITY) { Ok(()) } else { Err(refusal(x)) }
    }

    #[inline(always)]
    fn squared_distance(&self, x: &[T; D], k: usize) -> T {
        let mut d = *x;
        for (d, m) in d.iter_mut().zip(&self.means[k]) {
            *d -= *m;
        }
        C::Shape::squared_distance(&self.factors.as_ref()[C::slot(k)], d)
    }

    /// ln p(x). The same bits as in [`posterior`](Self::posterior), for less.
    ///
    /// # Errors
    /// [`Error::NonFiniteSample`], [`Error::InvalidSampleWeight`], or [`Error::OutOfRange`] where the squared distance to a
    /// live component overflows.
    #[inline(always)]
    pub fn log_density(&self, sample: impl Observation<T, D>) -> Result<T, Error> {
        checked_weight(&sample)?;
        self.log_density_at(sample.features())
    }

    /// [`log_density`](Self::log_density), of whatever kind the sample is.
    #[inline]
    pub(crate) fn log_density_at(&self, x: &[T; D]) -> Result<T, Error> {
        let (log_density, _) = log_sum_exp(&mut self.joint_log_densities(x)?);
        Ok(log_density)
    }

    /// ln p(x) and the responsibilities r_k(x) = π_k N(x; μ_k, Σ_k) / p(x): the E-step of one sample. At any distance
    /// at which it does not overflow, the log-density is finite and the responsibilities sum to 1.
    ///
    /// # Errors
    /// As [`log_density`](Self::log_density).
    #[inline(always)]
    pub fn posterior(&self, sample: impl Observation<T, D>) -> Result<Posterior<T, K>, Error> {
        checked_weight(&sample)?;
        self.posterior_at(sample.features())
    }

    /// [`posterior`](Self::posterior), of whatever kind the sample is.
    #[inline]
    pub(crate) fn posterior_at(&self, x: &[T; D]) -> Result<Posterior<T, K>, Error> {
        self.posterior_and_nearest(x, &mut { T::INFINITY })
    }

    /// The same; lowers `nearest` to the squared distance to the nearest live component.
    #[inline(always)]
    pub(crate) fn posterior_and_nearest(
        &self,
        x: &[T; D],
        nearest: &mut T,
    ) -> Result<Posterior<T, K>, Error> {
        let mut responsibilities = self.joint_and_nearest(x, nearest)?;
        let (log_density, sum) = log_sum_exp(&mut responsibilities);
        let reciprocal = T::ONE / sum;
        for r in &mut responsibilities {
            *r *= reciprocal;
        }
        Ok(Posterior { log_density, responsibilities })
    }

    /// ln p(x) and ln r_k(x), at most 0.
    pub(crate) fn log_responsibilities(&self, x: &[T; D]) -> Result<(T, [T; K]), Error> {
        let joint = self.joint_log_densities(x)?;
        let (log_density, _) = log_sum_exp(&mut { joint });
        Ok((log_density, joint.map(|j| if j < log_density { j - log_density } else { T::ZERO })))
    }

    /// The component of the largest responsibility, the lowest of equals.
    ///
    /// # Errors
    /// As [`log_density`](Self::log_density).
    #[inline(always)]
    pub fn predict(&self, sample: impl Observation<T, D>) -> Result<usize, Error> {
        checked_weight(&sample)?;
        self.predict_at(sample.features())
    }

    /// [`predict`](Self::predict), of whatever kind the sample is.
    pub(crate) fn predict_at(&self, x: &[T; D]) -> Result<usize, Error> {
        let joint = self.joint_log_densities(x)?;
        let mut best = 0;
        for k in 1..K {
            if joint[k] > joint[best] {
                best = k;
            }
        }
        Ok(best)
    }

    /// (x − μ_k)ᵀ Σ_k⁻¹ (x − μ_k) for every component, dead ones too; χ² with D degrees of freedom for samples of the
    /// component.
    ///
    /// # Errors
    /// [`Error::NonFiniteSample`], [`Error::InvalidSampleWeight`], or [`Error::OutOfRange`] where one overflows.
    #[inline(always)]
    pub fn mahalanobis_squared(&self, sample: impl Observation<T, D>) -> Result<[T; K], Error> {
        checked_weight(&sample)?;
        self.distances_to(sample.features())
    }

    /// The squared distances of `x` to all components.
    fn distances_to(&self, x: &[T; D]) -> Result<[T; K], Error> {
        let mut distances = [T::ZERO; K];
        for k in 0..K {
            distances[k] = self.distance_to(x, k)?;
        }
        Ok(distances)
    }

    /// (x − μ_k)ᵀ Σ_k⁻¹ (x − μ_k) for one k < K.
    #[inline(always)]
    pub(crate) fn distance_to(&self, x: &[T; D], k: usize) -> Result<T, Error> {
        let distance = self.squared_distance(x, k);
        if distance < T::INFINITY { Ok(distance) } else { Err(refusal(x)) }
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Default for Gmm<T, D, K, C> {
    /// [`Gmm::unfitted`]
    fn default() -> Self {
        Self::unfitted()
    }
}

/// One component of a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Component<'a, T: Real, const D: usize, C: Covariance> {
    /// π_k
    pub weight: T,
    /// μ_k
    pub mean: &'a [T; D],
    /// Σ_k
    pub covariance: MatrixOf<T, D, C>,
}

impl<T: Real, const D: usize, C: Covariance> Component<'_, T, D, C> {
    /// Σ_k as a dense matrix, whatever the structure.
    #[must_use]
    pub fn covariance_matrix(&self) -> SMatrix<T, D, D> {
        C::Shape::to_matrix(&self.covariance)
    }
}

/// Why a squared distance to `x` is not finite.
#[cold]
fn refusal<T: Real, const D: usize>(x: &[T; D]) -> Error {
    check_finite(x).err().unwrap_or(Error::OutOfRange { sample: 0 })
}

/// ln Σ exp `terms`, without overflow or underflow, and the sum in units of its largest term; what the terms become
/// are the terms in that unit. At least one must be above −∞.
#[inline(always)]
fn log_sum_exp<T: Real, const K: usize>(terms: &mut [T; K]) -> (T, T) {
    let mut largest = terms[0];
    for t in terms.iter().skip(1) {
        if *t > largest {
            largest = *t;
        }
    }
    let mut sum = T::ZERO;
    for t in terms.iter_mut() {
        *t = if *t == largest { T::ONE } else { (*t - largest).exp_nonpositive() };
        sum += *t;
    }
    (largest + sum.natural_log(), sum)
}
