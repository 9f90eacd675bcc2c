//! The likelihood of data, and the bound on it that EM climbs.

use super::Gmm;
use crate::covariance::Covariance;
use crate::error::Error;
use crate::observation::{Observation, checked_weight};
use crate::real::{Compensated, Real};

impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// Σ w ln p(x) / Σ w over the data: the score to compare models of the same data with.
    ///
    /// # Errors
    /// As [`log_density`](Self::log_density), with the sample's index; [`Error::InvalidSampleWeight`];
    /// [`Error::EmptyData`].
    #[doc(alias("score", "loglik"))]
    pub fn mean_log_likelihood<I>(&self, data: I) -> Result<T, Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        weighted_mean(data, |sample| self.log_density_of(sample))
    }

    /// The lower bound on the log-likelihood that EM climbs (Neal & Hinton 1998, doi:10.1007/978-94-011-5014-9_12), per
    /// sample. With r the responsibilities under `other`, it is
    ///
    /// Σ w Σ_k r_k [ln π_k N(x; μ_k, Σ_k) − ln r_k] / Σ w
    ///
    /// For any `other` it is at most [`mean_log_likelihood`](Self::mean_log_likelihood). The gap is the mean
    /// Kullback–Leibler divergence D(r ‖ q) between r and the responsibilities q under `self`. The gap is 0 if they
    /// agree, as for `other == self`. That is why EM works. The E-step makes the bound touch the likelihood at the
    /// present model. The M-step moves to the maximum of the bound. The likelihood is nowhere below the bound, so it
    /// cannot have fallen:
    ///
    /// ```
    /// use gaussmix::{Gmm, MStep, SufficientStats};
    ///
    /// let data = [[-2.1], [-1.9], [-0.3], [0.2], [1.7], [2.4]];
    /// let old: Gmm<f64, 1, 2> = Gmm::new([0.5, 0.5], [[-1.0], [1.0]], [[[2.0]].into(); 2])?;
    /// let (mut stats, mut new) = (SufficientStats::new(), old.clone());
    /// stats.observe_all(&old, &data)?;
    /// MStep::exact().maximize(&stats, &mut new)?;
    ///
    /// let before = old.mean_log_likelihood(&data)?;
    /// let touching = old.lower_bound(&data, &old)?;
    /// let raised = new.lower_bound(&data, &old)?;
    /// let after = new.mean_log_likelihood(&data)?;
    /// assert!((before - touching).abs() < 1e-12 && touching < raised && raised < after);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    /// The bound is −∞ if a component with positive responsibility under `other` is dead in `self`.
    ///
    /// # Errors
    /// As [`mean_log_likelihood`](Self::mean_log_likelihood).
    pub fn lower_bound<I>(&self, data: I, other: &Self) -> Result<T, Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        weighted_mean(data, |sample| {
            let (_, theirs, their_noise) = other.log_responsibilities_of(sample)?;
            let (log_density, ours, our_noise) = self.log_responsibilities_of(sample)?;
            let mut divergence = Compensated::ZERO;
            // The noise is one component more.
            let noise = C::NOISE.then_some((their_noise, our_noise));
            for (theirs, ours) in theirs.into_iter().zip(ours).chain(noise) {
                let r = theirs.exp_nonpositive();
                if r > T::ZERO {
                    if ours == T::NEG_INFINITY {
                        return Ok(T::NEG_INFINITY);
                    }
                    divergence.add(r * (theirs - ours));
                }
            }
            Ok(log_density - divergence.high)
        })
    }
}

/// `weight` · `value`, which a sample of this weight adds to a sum. Refuses a product that could make the sum overflow.
#[inline(always)]
pub(crate) fn checked_gain<T: Real>(weight: T, value: T) -> Result<T, Error> {
    let gained = weight * value;
    let fits = gained < T::LARGEST_SQUARE && -gained < T::LARGEST_SQUARE;
    if fits { Ok(gained) } else { Err(Error::OutOfRange { sample: 0 }) }
}

/// Σ w f(x) / Σ w.
pub(crate) fn weighted_mean<T: Real, const D: usize, I>(
    data: I,
    mut f: impl FnMut(&I::Item) -> Result<T, Error>,
) -> Result<T, Error>
where
    I: IntoIterator<Item: Observation<T, D>>,
{
    let (mut sum, mut total) = (Compensated::ZERO, Compensated::ZERO);
    let mut unbounded = false;
    for (index, sample) in data.into_iter().enumerate() {
        let value = checked_weight(&sample).and_then(|weight| f(&sample).map(|value| (weight, value)));
        let (weight, value) = value.map_err(|error| error.at(index as u64))?;
        if weight > T::ZERO {
            // After an infinite term, a compensated sum would be NaN from the next term on.
            if value == T::NEG_INFINITY {
                unbounded = true;
                continue;
            }
            let at = |error: Error| error.at(index as u64);
            sum.add(checked_gain(weight, value).map_err(at)?);
            total.add(checked_gain(weight, T::ONE).map_err(at)?);
        }
    }
    if unbounded {
        return Ok(T::NEG_INFINITY);
    }
    if !(total.high > T::ZERO) {
        return Err(Error::EmptyData);
    }
    Ok(sum.high / total.high)
}
