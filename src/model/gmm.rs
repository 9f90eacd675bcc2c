//! The model and its parameters.

use crate::covariance::{Constant, Covariance, Extra, Full, MatrixOf, Shape, factorise_all};
use crate::error::Error;
use crate::observation::check_finite;
use crate::real::{Compensated, Real};
use nalgebra::SMatrix;

/// A mixture of `K` Gaussians over `D` features of scalar `T`, with covariance structure `C`.
///
/// p(x) = Σ_k π_k N(x; μ_k, Σ_k)
///
/// The model owns no heap memory, so it can lie on the stack, in a `static` or in flash. It holds K weights, K offsets
/// (the constants of the log-densities), K means and the Cholesky factors of K covariances (or of one, if
/// [tied](crate::Tied)).
///
/// To fit one to data, make room with [`unfitted`](Self::unfitted) and hand it to
/// [`Em::fit_best_of`](crate::Em::fit_best_of) or [`Em::select`](crate::Em::select). To state one, call
/// [`new`](Self::new):
/// ```
/// use gaussmix::{Diagonal, Gmm};
///
/// let covariance = [[1.0, 0.2], [0.2, 1.0]].into();
/// let gmm: Gmm<f64, 2, 1> = Gmm::new([1.0], [[0.0, 0.0]], [covariance])?;
/// let axes: Gmm<f32, 2, 1, Diagonal> = Gmm::new([1.0], [[0.0, 0.0]], [[4.0, 1.0].into()])?;
///
/// let posterior = gmm.posterior(&[0.5, 0.5])?;
/// assert_eq!(posterior.responsibilities, [1.0]);
/// assert_eq!(axes.mahalanobis_squared(&[2.0, 0.0])?, [1.0]);
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// # The type must be written out
/// Several structures have the same matrix type, so it cannot be inferred from the arguments alone:
/// ```compile_fail
/// let gmm = gaussmix::Gmm::new([1.0], [[0.0, 0.0]], [[[1.0, 0.2], [0.2, 1.0]].into()]);
/// ```
/// A mixture of no components, or over no features, does not compile:
/// ```compile_fail
/// let gmm: gaussmix::Gmm<f64, 2, 0> = gaussmix::Gmm::unfitted();
/// ```
#[doc(alias(
    "GaussianMixture",
    "Mclust",
    "mixture model",
    "clustering",
    "unsupervised",
    "density estimation"
))]
#[derive(Debug, PartialEq)]
pub struct Gmm<T: Real, const D: usize, const K: usize, C: Covariance = Full> {
    pub(crate) weights: [T; K],
    pub(crate) offsets: [T; K],
    pub(crate) means: [[T; D]; K],
    pub(crate) factors: C::Factors<T, D, K>,
    /// The noise of [`WithNoise`](crate::WithNoise); nothing otherwise.
    pub(crate) extra: C::Extra<T, D, K>,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Clone for Gmm<T, D, K, C> {
    #[inline]
    fn clone(&self) -> Self {
        let Self { weights, offsets, means, factors, extra } = *self;
        Self { weights, offsets, means, factors, extra }
    }

    /// Copies `source` into this model, without a model on the stack: what one task learns, another can score by.
    #[inline]
    fn clone_from(&mut self, source: &Self) {
        self.weights = source.weights;
        self.offsets = source.offsets;
        self.means = source.means;
        self.factors = source.factors;
        self.extra = source.extra;
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// A model from mixing weights, means and covariances: `[matrix; K]`, or `[matrix; 1]` for a tied structure. A
    /// matrix is an `SMatrix<T, D, D>`, the `SVector<T, D>` of a diagonal, or a
    /// [`Variance<T>`](crate::covariance::Variance). [`from_arrays`](Self::from_arrays) takes nested arrays instead.
    ///
    /// A weight may be 0 (a dead component). If the sum of the weights differs from 1 by at most 1e-6 (`f64`) or 1e-4
    /// (`f32`), they are rescaled to sum to 1.
    ///
    /// # Errors
    /// [`Error::InvalidWeight`], [`Error::WeightsNotNormalized`], [`Error::NonFiniteMean`], [`Error::NotSymmetric`],
    /// [`Error::NotPositiveDefinite`], or [`Error::NotInStructure`] if the covariances do not share what the structure
    /// requires. [`Covariance::from_matrices`] makes covariances that do.
    #[doc(alias("weights_init", "precisions_init"))]
    pub fn new(
        weights: [T; K],
        means: [[T; D]; K],
        covariances: C::Covariances<T, D, K>,
    ) -> Result<Self, Error> {
        Self::beside(Constant::ZERO, weights, means, covariances)
    }

    /// [`new`](Self::new) beside this noise: together, the weights sum to 1.
    #[inline(always)]
    pub(crate) fn beside(
        extra: C::Extra<T, D, K>,
        weights: [T; K],
        means: [[T; D]; K],
        covariances: C::Covariances<T, D, K>,
    ) -> Result<Self, Error> {
        let mut gmm = Self::from_parts(weights, [T::ZERO; K], means, Constant::ZERO);
        gmm.extra = extra;
        let sum = gmm.checked_weight_sum()?;
        if sum != T::ONE {
            for w in &mut gmm.weights {
                *w /= sum;
            }
            gmm.set_noise_weight(gmm.noise_weight() / sum);
        }
        gmm.check_means()?;
        factorise_all::<T, D, C::Shape>(covariances.as_ref(), gmm.factors.as_mut())?;
        if C::COUPLED && gmm.check_structure().is_err() {
            gmm.restore_structure(&covariances)?;
        }
        gmm.refresh_offsets();
        Ok(gmm)
    }

    /// As [`new`](Self::new), with covariances as nested arrays: the rows of a full matrix, a diagonal, or one variance;
    /// `[..; K]` of them, or `[..; 1]` for a tied structure. A call of its own, since `new` with an argument of several
    /// types could not find out what `.into()` or a plain number in it stands for.
    ///
    /// ```
    /// use gaussmix::{Diagonal, Gmm, Spherical, Tied};
    ///
    /// let means = [[0.0, 0.0], [5.0, 1.0]];
    /// let half = [0.5, 0.5];
    /// let full: Gmm<f64, 2, 2> =
    ///     Gmm::from_arrays(half, means, [[[1.0, 0.2], [0.2, 1.0]], [[2.0, 0.0], [0.0, 3.0]]])?;
    /// let axes: Gmm<f64, 2, 2, Diagonal> =
    ///     Gmm::from_arrays(half, means, [[1.0, 1.0], [2.0, 3.0]])?;
    /// let balls: Gmm<f64, 2, 2, Spherical> = Gmm::from_arrays(half, means, [1.0, 2.5])?;
    /// let tied: Gmm<f64, 2, 2, Tied<Spherical>> = Gmm::from_arrays(half, means, [1.0])?;
    /// assert_eq!(full, Gmm::new(
    ///     half,
    ///     means,
    ///     [[[1.0, 0.2], [0.2, 1.0]].into(), [[2.0, 0.0], [0.0, 3.0]].into()],
    /// )?);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Self::new).
    #[doc(alias("weights_init", "precisions_init"))]
    pub fn from_arrays(
        weights: [T; K],
        means: [[T; D]; K],
        covariances: C::Arrays<T, D, K>,
    ) -> Result<Self, Error> {
        let mut matrices: C::Covariances<T, D, K> = Constant::ZERO;
        for (matrix, array) in matrices.as_mut().iter_mut().zip(covariances.as_ref()) {
            *matrix = C::Shape::from_array::<T, D>(array);
        }
        Self::new(weights, means, matrices)
    }

    /// Brings factors into the structure, if that changes no covariance by more than its tolerance, or than the rounding
    /// of its numbers changes its determinant: of one that is nearly singular, by much.
    fn restore_structure(&mut self, covariances: &C::Covariances<T, D, K>) -> Result<(), Error> {
        if !C::restore(&self.weights, &mut self.factors) {
            return Err(Error::NotInStructure);
        }
        for (factor, due) in self.factors.as_ref().iter().zip(covariances.as_ref()) {
            let due = C::Shape::to_matrix::<T, D>(due).data.0;
            let mut tolerance = T::WEIGHT_TOLERANCE;
            for j in 0..D {
                let mut axis = [T::ZERO; D];
                axis[j] = T::ONE;
                let precision = C::Shape::squared_distance::<T, D>(factor, axis);
                tolerance = (T::narrow(16.0) * T::EPSILON * due[j][j] * precision).larger(tolerance);
            }
            let found = C::Shape::to_matrix::<T, D>(&C::Shape::covariance::<T, D>(factor)).data.0;
            for i in 0..D {
                for j in 0..D {
                    let scale = due[i][i].root() * due[j][j].root();
                    if !((found[i][j] - due[i][j]).abs() <= tolerance * scale) {
                        return Err(Error::NotInStructure);
                    }
                }
            }
        }
        self.check_structure()
    }

    /// A placeholder: one live component N(0, I/2π), the others dead. It reserves memory, for example in a `static`,
    /// that a start then fills in place. A fit refuses to begin from it ([`Error::Unfitted`]).
    #[doc(alias("n_components"))]
    #[must_use]
    pub const fn unfitted() -> Self {
        let mut weights = [T::ZERO; K];
        weights[0] = T::ONE;
        let mut offsets = [T::NEG_INFINITY; K];
        offsets[0] = T::ZERO;
        Self::from_parts(weights, offsets, [[T::ZERO; D]; K], Constant::UNIT)
    }

    /// A model from its stored numbers, unchecked: for a `static` in flash, generated by the program that fitted it.
    ///
    /// `offsets` are ln π_k − ½ ln |Σ_k| − (D/2) ln 2π. Each [`Factor`](crate::covariance::Factor) holds L (lower
    /// triangle, reciprocal diagonal), or 1/σ. Wrong numbers give wrong densities but nothing worse. Call
    /// [`validate`](Self::validate) once.
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
        const { assert!(C::NOISE || size_of::<C::Extra<T, D, K>>() == 0, "what is not used costs nothing") };
        Self { weights, offsets, means, factors, extra: Constant::ZERO }
    }

    /// Whether this is the placeholder that [`unfitted`](Self::unfitted) makes. A model that was fitted has
    /// no component of all the weight whose mean and offset are exactly 0, but by a rare chance.
    pub(crate) fn is_unfitted(&self) -> bool {
        if C::NOISE {
            // The noise has a share of the weight, and so a part in the offset.
            let is_unit = self.factors.as_ref().first() == Some(&Constant::UNIT);
            let others = self.weights.iter().skip(1);
            return is_unit && self.means[0] == [T::ZERO; D] && { others }.all(|w| *w == T::ZERO);
        }
        self.weights[0] == T::ONE && self.offsets[0] == T::ZERO && self.means[0] == [T::ZERO; D]
    }

    /// Memory to copy a model into, all 0: cheaper to set than [`unfitted`](Self::unfitted), but not a valid model.
    pub(crate) const BLANK: Self =
        Self::from_parts([T::ZERO; K], [T::ZERO; K], [[T::ZERO; D]; K], Constant::ZERO);

    /// Checks the numbers that [`from_parts`](Self::from_parts) took unchecked.
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
            // The offset of a dead component is −∞ and must match exactly.
            let slack = T::WEIGHT_TOLERANCE * (T::ONE + due.abs());
            if !(stored == due || ((stored - due).abs() <= slack && due.is_finite())) {
                return Err(Error::InconsistentOffset { component });
            }
        }
        self.extra.noise().map_or(Ok(()), |noise| noise.validate(K))
    }

    fn checked_weight_sum(&self) -> Result<T, Error> {
        let mut sum = Compensated::ZERO;
        for (component, w) in self.weights.iter().enumerate() {
            if !(*w >= T::ZERO && *w < T::INFINITY) {
                return Err(Error::InvalidWeight { component });
            }
            sum.add(*w);
        }
        if C::NOISE {
            sum.add(self.noise_weight());
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

    /// Recomputes the offset of component `k` from its weight and factor.
    #[inline(always)]
    pub(crate) fn refresh_offset(&mut self, k: usize) {
        self.offsets[k] = self.offset(k);
    }

    /// Recomputes the offsets from the weights and factors.
    pub(crate) fn refresh_offsets(&mut self) {
        for k in 0..K {
            self.refresh_offset(k);
        }
        if let Some(noise) = self.extra.noise_mut() {
            noise.refresh();
        }
    }

    /// π_k, the share of the samples that each component produces. They sum to 1, with a [noise
    /// slot](crate::WithNoise) together with its weight.
    #[doc(alias("weights_", "pro"))]
    #[must_use]
    pub fn weights(&self) -> &[T; K] {
        &self.weights
    }

    /// μ_k
    #[doc(alias("means_"))]
    #[must_use]
    pub fn means(&self) -> &[[T; D]; K] {
        &self.means
    }

    /// Σ_k (one matrix if tied), computed from the factors.
    #[doc(alias("covariances_", "sigma"))]
    #[must_use]
    pub fn covariances(&self) -> C::Covariances<T, D, K> {
        let mut covariances: C::Covariances<T, D, K> = Constant::ZERO;
        for (covariance, factor) in covariances.as_mut().iter_mut().zip(self.factors.as_ref()) {
            *covariance = C::Shape::covariance::<T, D>(factor);
        }
        covariances
    }

    /// The factors, in the form that [`from_parts`](Self::from_parts) takes.
    #[doc(alias("precisions_cholesky_", "cholsigma"))]
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
            // By `get`, since the compiler does not see everywhere that there is one.
            let covariance = factors.get(C::slot(k)).map_or(Constant::ZERO, C::Shape::covariance::<T, D>);
            Component { weight: *weight, mean, covariance }
        })
    }

    /// The indices of the live components (of positive weight). A dead one is a free slot, and scoring skips it.
    pub fn live(&self) -> impl Iterator<Item = usize> + '_ {
        self.weights.iter().enumerate().filter(|(_, w)| **w > T::ZERO).map(|(k, _)| k)
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
    #[doc(alias("precisions_"))]
    #[must_use]
    pub fn covariance_matrix(&self) -> SMatrix<T, D, D> {
        C::Shape::to_matrix(&self.covariance)
    }
}
