//! A model for the same data in another scalar type or in other units.

use super::Gmm;
use crate::covariance::{Constant, Covariance, Extra, Shape};
use crate::error::{Error, require};
use crate::real::Real;

impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// The model in another scalar type: fit in `f64`, deploy in `f32`.
    ///
    /// ```
    /// use gaussmix::Gmm;
    /// let wide: Gmm<f64, 1, 1> = Gmm::new([1.0], [[0.1]], [[[2.0]].into()])?;
    /// let narrow: Gmm<f32, 1, 1> = wide.cast()?;
    /// assert_eq!(narrow.means(), &[[0.1_f32]]);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NonFiniteMean`] or [`Error::NotPositiveDefinite`] if a number overflows or a scale vanishes in `U`.
    /// [`Error::WeightsNotNormalized`] if a wider `U` requires more accuracy than the numbers in `T` have. Factors that
    /// share a volume or shape only to the accuracy of `T` are fitted to each other anew.
    pub fn cast<U: Real>(&self) -> Result<Gmm<U, D, K, C>, Error> {
        let mut factors: C::Factors<U, D, K> = Constant::ZERO;
        for (to, from) in factors.as_mut().iter_mut().zip(self.factors.as_ref()) {
            to.0 = C::Shape::cast::<T, U, D>(&from.0);
        }
        let mut gmm: Gmm<U, D, K, C> = Gmm::from_parts(
            self.weights.map(|w| U::narrow(w.widen())),
            [U::ZERO; K],
            self.means.map(|m| m.map(|v| U::narrow(v.widen()))),
            factors,
        );
        if let (Some(to), Some(from)) = (gmm.extra.noise_mut(), self.extra.noise()) {
            *to = from.cast();
        }
        if !C::is_member(&gmm.factors) {
            // What it refuses is for the validation to name.
            let weights = gmm.weights;
            C::restore(&weights, &mut gmm.factors);
        }
        gmm.refresh_offsets();
        gmm.validate().map(|()| gmm)
    }

    /// If `self` is the model of x, this is the model of `scale ∘ x + offset`. It folds a standardisation or a sensor's
    /// calibration into the parameters, so raw readings can be scored directly.
    ///
    /// If `model` was fitted to z = (x − mean) / deviation, `model.affine(&deviation, &mean)` is the model of x. Its
    /// log-density is lower by Σ_j ln |scale_j|, the volume element. Responsibilities are the same.
    ///
    /// ```
    /// use gaussmix::Gmm;
    /// let standardised: Gmm<f64, 1, 1> = Gmm::new([1.0], [[0.0]], [[[1.0]].into()])?;
    /// let celsius = standardised.affine(&[2.5], &[21.0])?;
    /// assert_eq!(celsius.means(), &[[21.0]]);
    /// assert_eq!(celsius.mahalanobis_squared(&[26.0])?, [4.0]);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if a number is not finite, a scale is 0, or the scales differ in size and the
    /// structure cannot represent that ([`Spherical`](crate::Spherical), and those with eigenvalues or eigenvectors in
    /// common).
    /// [`Error::NonFiniteMean`] or [`Error::NotPositiveDefinite`] if the result leaves the range of `T`.
    #[doc(alias("StandardScaler"))]
    pub fn affine(&self, scale: &[T; D], offset: &[T; D]) -> Result<Self, Error> {
        require(scale.iter().all(|s| s.is_finite() && *s != T::ZERO), "scale", "finite and not 0")?;
        require(offset.iter().all(|o| o.is_finite()), "offset", "finite")?;
        let mut gmm = self.clone();
        for mean in &mut gmm.means {
            for ((m, s), o) in mean.iter_mut().zip(scale).zip(offset) {
                *m = *m * *s + *o;
            }
        }
        if let Some(noise) = gmm.extra.noise_mut() {
            noise.stretch(scale);
        }
        require(C::rescale(&mut gmm.factors, scale), "scale", "of one size for all features")?;
        gmm.refresh_offsets();
        gmm.validate().map(|()| gmm)
    }
}
