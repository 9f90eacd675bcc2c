//! Information criteria, to choose a structure and the number of components.

use core::fmt;

use super::{Gmm, checked_gain};
use crate::covariance::Covariance;
use crate::error::Error;
use crate::observation::{Observation, checked_weight};
use crate::real::{Compensated, Real};

/// Which information criterion decides. All are *smaller is better*.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Criterion {
    /// [`Criteria::aic`]: for prediction. It tends to too many components.
    Aic,
    /// [`Criteria::bic`]: for the number of components as a density needs them.
    #[default]
    Bic,
    /// [`Criteria::icl`]: for the number of clusters that can be told apart.
    Icl,
}

impl fmt::Display for Criterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Aic => "AIC",
            Self::Bic => "BIC",
            Self::Icl => "ICL",
        })
    }
}

/// The quantities from which the information criteria of one model on one data set are computed.
///
/// All criteria are *smaller is better* (scikit-learn's sign; mclust reports the negative). They count a sample of weight
/// w as w samples. Weights that are shares of 1 make n = 1 and ln n = 0: multiply them by the number of samples.
///
/// ```
/// use gaussmix::{Diagonal, Gmm, Tied};
///
/// let data = [[-2.0, 0.1], [-2.5, -0.1], [2.0, 0.0], [2.2, 0.3]];
/// let gmm: Gmm<f64, 2, 2, Tied<Diagonal>> =
///     Gmm::new([0.5, 0.5], [[-2.2, 0.0], [2.1, 0.1]], [[0.1, 0.1].into()])?;
/// let criteria = gmm.criteria(&data)?;
/// assert_eq!(criteria.parameter_count, 1 + 4 + 2);
/// assert!(criteria.bic() <= criteria.icl());
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Criteria<T> {
    /// ℓ = Σ w ln p(x)
    pub log_likelihood: T,
    /// n = Σ w
    pub total_weight: T,
    /// p, the number of [free parameters](Gmm::free_parameters).
    pub parameter_count: usize,
    /// Σ w ln max_k r_k(x), noise included, at most 0. The nearer to 0, the more certain is the assignment of samples
    /// to components.
    pub log_certainty: T,
}

impl<T: Real> Criteria<T> {
    /// −2ℓ + 2p (Akaike 1974, doi:10.1109/TAC.1974.1100705).
    #[must_use]
    pub fn aic(&self) -> T {
        self.penalised(T::ONE + T::ONE)
    }

    /// −2ℓ + p ln n (Schwarz 1978, doi:10.1214/aos/1176344136).
    #[must_use]
    pub fn bic(&self) -> T {
        self.penalised(self.total_weight.natural_log())
    }

    /// BIC − 2 Σ w ln max_k r_k (Biernacki, Celeux & Govaert 2000, doi:10.1109/34.865189; mclust's, negated). Unlike
    /// BIC, it also penalises components that overlap.
    #[must_use]
    pub fn icl(&self) -> T {
        self.bic() - (self.log_certainty + self.log_certainty)
    }

    /// One of the criteria.
    #[must_use]
    pub fn value(&self, criterion: Criterion) -> T {
        match criterion {
            Criterion::Aic => self.aic(),
            Criterion::Bic => self.bic(),
            Criterion::Icl => self.icl(),
        }
    }

    fn penalised(&self, price: T) -> T {
        price * T::from_count(self.parameter_count as u64) - (self.log_likelihood + self.log_likelihood)
    }
}

/// `AIC 22.00  BIC 18.24  ICL 18.24  (7 parameters, log-likelihood -4.00, total weight 4)`: as many decimals as the
/// format's precision, 2 by default.
impl<T: Real> fmt::Display for Criteria<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2);
        for criterion in [Criterion::Aic, Criterion::Bic, Criterion::Icl] {
            write!(f, "{criterion} {:.digits$}  ", self.value(criterion))?;
        }
        let Self { log_likelihood, total_weight, parameter_count, .. } = self;
        write!(
            f,
            "({parameter_count} parameters, log-likelihood {log_likelihood:.digits$}, total weight {total_weight})"
        )
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// The number of free parameters if all components live: K − 1 weights, K·D means, and those of the covariances
    /// ([`Covariance::free_parameters`]). A matrix has D(D+1)/2 (full), D (diagonal) or 1 (spherical) parameters. There
    /// are K matrices, or one if tied. A structure that shares a volume or a shape has fewer. Noise adds its weight, and V
    /// (as mclust counts).
    #[must_use]
    pub fn parameter_count() -> usize {
        K - 1 + usize::from(C::NOISE) + K * D + C::free_parameters(D, K)
    }

    /// The number of free parameters of this model: as [`parameter_count`](Self::parameter_count), but of its live
    /// components. A dead slot has none, nor has noise of weight 0.
    #[doc(alias("nMclustParams", "_n_parameters"))]
    #[must_use]
    pub fn free_parameters(&self) -> usize {
        let live = self.live().count();
        // Numbers that `from_parts` took unchecked may have no live component.
        let parameters = live * (1 + D) + C::free_parameters(D, live);
        let is_noisy = self.noise_weight() > T::ZERO;
        // Those of the structure count V.
        (parameters + usize::from(is_noisy)).saturating_sub(1 + usize::from(C::NOISE && !is_noisy))
    }

    /// The information criteria of this model on `data`, in one pass. Dead slots are not charged.
    ///
    /// # Errors
    /// As [`mean_log_likelihood`](Self::mean_log_likelihood).
    #[doc(alias("bic", "aic", "icl"))]
    pub fn criteria<I>(&self, data: I) -> Result<Criteria<T>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        let mut log_likelihood = Compensated::ZERO;
        let mut total_weight = Compensated::ZERO;
        let mut log_certainty = Compensated::ZERO;
        for (index, sample) in data.into_iter().enumerate() {
            let at = |error: Error| error.at(index as u64);
            let w = checked_weight(&sample).map_err(at)?;
            let (log_density, log_r, noise) = self.log_responsibilities_of(&sample).map_err(at)?;
            if w > T::ZERO {
                let surest = log_r.iter().fold(noise, |a, b| b.larger(a));
                log_likelihood.add(checked_gain(w, log_density).map_err(at)?);
                log_certainty.add(w * surest);
                total_weight.add(checked_gain(w, T::ONE).map_err(at)?);
            }
        }
        if !(total_weight.high > T::ZERO) {
            return Err(Error::EmptyData);
        }
        Ok(Criteria {
            log_likelihood: log_likelihood.high,
            total_weight: total_weight.high,
            parameter_count: self.free_parameters(),
            log_certainty: log_certainty.high,
        })
    }
}
