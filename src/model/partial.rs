//! What a model says of a sample with missing features.

use super::Gmm;
use super::posterior::{Posterior, likeliest, log_responsibilities_of, posterior_of, refusal, score_of};
use super::sample::normals;
use crate::covariance::{Constant, Covariance, Factor, Full, MatrixOf, Order, Shape};
use crate::error::Error;
use crate::observation::{Observation, check_range, checked_weight, filled, mask};
use crate::real::Real;
use nalgebra::SMatrix;
use rand_core::Rng;

/// A sample that lacks features, and a model whose factors have the observed features first.
#[derive(Debug)]
pub(crate) struct Partial<'a, T: Real, const D: usize, const K: usize, C: Covariance> {
    gmm: &'a Gmm<T, D, K, C>,
    observed: [bool; D],
    order: Order<D>,
    /// The observed features, 0 where they are missing.
    pub(crate) known: [T; D],
    /// Those of live components.
    factors: C::Factors<T, D, K>,
}

impl<'a, T: Real, const D: usize, const K: usize, C: Covariance> Partial<'a, T, D, K, C> {
    #[inline(never)]
    pub(crate) fn new(gmm: &'a Gmm<T, D, K, C>, x: &[T; D], observed: &[bool; D]) -> Self {
        let order = Order::of(observed);
        let mut factors: C::Factors<T, D, K> = Constant::ZERO;
        for (slot, (arranged, factor)) in factors.as_mut().iter_mut().zip(gmm.factors.as_ref()).enumerate() {
            if C::SHARED || gmm.offsets.get(slot).is_some_and(|offset| *offset > T::NEG_INFINITY) {
                *arranged = C::Shape::arrange(factor, &order.features);
            }
        }
        Self { gmm, observed: *observed, order, known: filled(x, observed, &[T::ZERO; D]), factors }
    }

    #[inline(always)]
    fn factor(&self, k: usize) -> &Factor<MatrixOf<T, D, C>> {
        &self.factors.as_ref()[C::slot(k)]
    }

    /// L_oo⁻¹ (x_o − μ_o), and 0 for the missing features.
    #[inline(always)]
    fn whitened(&self, k: usize) -> [T; D] {
        whitened::<T, D, C>(&self.order, self.factor(k), &self.known, &self.gmm.means[k])
    }

    /// ln π_k N(x_o; μ_ko, Σ_koo) for every component, −∞ for dead ones. Lowers `nearest` to the squared distance to the
    /// nearest live component.
    #[inline(never)]
    pub(crate) fn joint(&self, nearest: &mut T) -> Result<[T; K], Error> {
        let mut joint = [T::NEG_INFINITY; K];
        let constant = T::from_count(self.order.missing()) * T::HALF_LN_2PI;
        let mut volume = None;
        for k in 0..K {
            let offset = self.gmm.offsets[k];
            if offset > T::NEG_INFINITY {
                let distance = square_norm(&self.whitened(k));
                if !(distance < T::INFINITY) {
                    return Err(refusal(&self.known));
                }
                *nearest = distance.smaller(*nearest);
                // ½ ln |Σ_oo| = ½ ln |Σ| − ½ ln |Σ_mm given o|
                let own = || self.order.half_log_determinant::<T, C::Shape>(self.factor(k));
                let missing = volume.filter(|_| C::SHARED).unwrap_or_else(own);
                volume = Some(missing);
                joint[k] = (offset + (missing + constant)) - T::HALF * distance;
            }
        }
        Ok(joint)
    }

    /// The sample with the conditional means of component `k` in place of the missing features.
    #[inline(always)]
    pub(crate) fn expected(&self, k: usize) -> [T; D] {
        self.complete(k, &self.whitened(k))
    }

    /// The sample completed by component `k`, from L⁻¹ (x − μ).
    #[inline(always)]
    fn complete(&self, k: usize, z: &[T; D]) -> [T; D] {
        let mut others = self.order.colour::<T, C::Shape>(self.factor(k), z);
        for (v, m) in others.iter_mut().zip(&self.gmm.means[k]) {
            *v += *m;
        }
        filled(&self.known, &self.observed, &others)
    }

    /// Vectors whose squares add up to the conditional covariance of the missing features under component `k`.
    #[inline(always)]
    pub(crate) fn columns(&self, k: usize) -> impl Iterator<Item = [T; D]> {
        self.order.columns::<T, C::Shape>(self.factor(k))
    }

    /// Refuses what component `k` adds to sums for this sample, if that may overflow them.
    pub(crate) fn check(&self, k: usize, expected: &[T; D], weight: T) -> Result<(), Error> {
        check_range(expected, weight)?;
        // By `get`, since the compiler does not see everywhere that there is one.
        let Some(factor) = self.factors.as_ref().get(C::slot(k)) else { return Ok(()) };
        self.order.columns::<T, C::Shape>(factor).try_for_each(|column| check_range(&column, weight))
    }
}

/// The missing features of a sample: their distribution given those that were observed.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Imputation<T, const D: usize> {
    /// The sample, with the conditional means in place of the missing features.
    pub mean: [T; D],
    /// The conditional covariance of the missing features; 0 in rows and columns of observed ones.
    pub covariance: SMatrix<T, D, D>,
}

/// [`Order::whiten`] of x − μ.
#[inline(always)]
fn whitened<T: Real, const D: usize, C: Covariance>(
    order: &Order<D>,
    factor: &Factor<MatrixOf<T, D, C>>,
    x: &[T; D],
    mean: &[T; D],
) -> [T; D] {
    let mut d = *x;
    for (d, m) in d.iter_mut().zip(mean) {
        *d -= *m;
    }
    order.whiten::<T, C::Shape>(factor, &d)
}

#[inline(always)]
fn square_norm<T: Real, const D: usize>(z: &[T; D]) -> T {
    let mut sum = T::ZERO;
    for v in z {
        sum += *v * *v;
    }
    sum
}

/// The calls of [`Gmm`] for any sample.
impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// ln π_k N(x_o; μ_ko, Σ_koo), as [`Partial::joint`].
    #[inline(always)]
    fn joint_partial(&self, x: &[T; D], observed: &[bool; D], nearest: &mut T) -> Result<[T; K], Error> {
        Partial::new(self, x, observed).joint(nearest)
    }

    #[inline(always)]
    pub(crate) fn log_density_of(&self, sample: &impl Observation<T, D>) -> Result<T, Error> {
        match mask(sample) {
            None => self.log_density_at(sample.features()),
            Some(observed) => {
                let joint = self.joint_partial(sample.features(), &observed, &mut { T::INFINITY })?;
                Ok(score_of(joint, self.noise_offset_of(&observed)))
            }
        }
    }

    /// Lowers `nearest` to the squared distance to the nearest live component.
    #[inline(always)]
    pub(crate) fn posterior_of(
        &self,
        sample: &impl Observation<T, D>,
        nearest: &mut T,
    ) -> Result<Posterior<T, K>, Error> {
        match mask(sample) {
            None => self.posterior_and_nearest(sample.features(), nearest),
            Some(observed) => {
                let joint = self.joint_partial(sample.features(), &observed, nearest)?;
                Ok(posterior_of(joint, self.noise_offset_of(&observed)))
            }
        }
    }

    #[inline(always)]
    pub(crate) fn log_responsibilities_of(
        &self,
        sample: &impl Observation<T, D>,
    ) -> Result<(T, [T; K], T), Error> {
        match mask(sample) {
            None => self.log_responsibilities(sample.features()),
            Some(observed) => {
                let joint = self.joint_partial(sample.features(), &observed, &mut { T::INFINITY })?;
                Ok(log_responsibilities_of(joint, self.noise_offset_of(&observed)))
            }
        }
    }

    pub(crate) fn predict_partial(&self, x: &[T; D], observed: &[bool; D]) -> Result<usize, Error> {
        let joint = self.joint_partial(x, observed, &mut { T::INFINITY })?;
        Ok(likeliest(&joint, self.noise_offset_of(observed)))
    }

    /// The conditional mean and covariance of the missing features, given the observed ones. They are those of the
    /// whole mixture: Σ_k r_k (C_k + (x̂_k − x̂)(x̂_k − x̂)ᵀ) with the conditional mean x̂_k and covariance C_k of each
    /// component. Noise, which is everywhere, says nothing of them: r_k are those of a sample that is none.
    ///
    /// ```
    /// use gaussmix::{Gmm, Masked};
    ///
    /// let covariance = [[1.0, 0.8], [0.8, 1.0]].into();
    /// let gmm: Gmm<f64, 2, 1> = Gmm::new([1.0], [[0.0, 10.0]], [covariance])?;
    /// let x = Masked { features: [2.0, f64::NAN], observed: [true, false] };
    /// let imputed = gmm.impute(x)?;
    /// assert!((imputed.mean[1] - 11.6).abs() < 1e-14);
    /// assert!((imputed.covariance[(1, 1)] - 0.36).abs() < 1e-14);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`log_density`](Self::log_density). [`Error::InvalidParameter`] for a model that is nothing but noise.
    #[doc(alias("imputation", "missing", "regression"))]
    pub fn impute(&self, sample: impl Observation<T, D>) -> Result<Imputation<T, D>, Error> {
        checked_weight(&sample)?;
        self.require_gaussians()?;
        let partial = Partial::new(self, sample.features(), &sample.observed().unwrap_or([true; D]));
        let Posterior { responsibilities, .. } = posterior_of(partial.joint(&mut { T::INFINITY })?, None);
        // About the conditional mean of the likeliest component, so that an offset of the data costs no digits.
        let mut mean = partial.expected(likeliest(&responsibilities, None).min(K - 1));
        let (about, mut deviations) = (mean, [[T::ZERO; D]; K]);
        for ((k, d), r) in deviations.iter_mut().enumerate().zip(&responsibilities) {
            if *r > T::ZERO {
                *d = partial.expected(k);
                for j in 0..D {
                    d[j] -= about[j];
                    mean[j] += *r * d[j];
                }
            }
        }
        let mut covariance = Constant::ZERO;
        for ((k, d), r) in deviations.iter_mut().enumerate().zip(&responsibilities) {
            if *r > T::ZERO {
                for j in 0..D {
                    d[j] -= mean[j] - about[j];
                }
                for column in partial.columns(k).chain(Some(*d)) {
                    Full::add_outer(&mut covariance, *r, &column);
                }
            }
        }
        Full::mirror(&mut covariance);
        Ok(Imputation { mean, covariance })
    }

    /// Draws the missing features of a sample, given the observed ones and that it is no noise. It takes as many numbers of
    /// the generator as [`sample`](Self::sample).
    ///
    /// # Errors
    /// As [`impute`](Self::impute).
    pub fn sample_missing<R: Rng + ?Sized>(
        &self,
        sample: impl Observation<T, D>,
        rng: &mut R,
    ) -> Result<[T; D], Error> {
        checked_weight(&sample)?;
        self.require_gaussians()?;
        let partial = Partial::new(self, sample.features(), &sample.observed().unwrap_or([true; D]));
        let Posterior { responsibilities, .. } = posterior_of(partial.joint(&mut { T::INFINITY })?, None);
        let u = T::from_random_bits(rng.next_u64());
        let (mut component, mut cumulated) = (0, T::ZERO);
        for k in 0..K {
            if responsibilities[k] > T::ZERO && cumulated < u {
                component = k;
                cumulated += responsibilities[k];
            }
        }
        // The compiler does not see everywhere that it is below K.
        let (component, normals) = (component.min(K - 1), normals::<T, D, R>(rng));
        let mut z = partial.whitened(component);
        for (z, normal) in z.iter_mut().zip(&normals).skip(partial.order.given) {
            *z = *normal;
        }
        Ok(partial.complete(component, &z))
    }

    /// Squared distances over the observed features to all components, also dead ones.
    pub(crate) fn distances_partial(&self, x: &[T; D], observed: &[bool; D]) -> Result<[T; K], Error> {
        let known = filled(x, observed, &[T::ZERO; D]);
        let order = Order::of(observed);
        let mut distances = [T::ZERO; K];
        for k in 0..K {
            let factor = C::Shape::arrange(&self.factors.as_ref()[C::slot(k)], &order.features);
            distances[k] = square_norm(&whitened::<T, D, C>(&order, &factor, &known, &self.means[k]));
            if !(distances[k] < T::INFINITY) {
                return Err(refusal(&known));
            }
        }
        Ok(distances)
    }
}
