//! The statistics of the data that the M-step needs, and nothing else.

use crate::columns::Columns;
use crate::covariance::{Constant, Covariance, ExtraMass, Full, MassOf, MatrixOf, Shape, rest_of};
use crate::error::{Error, require};
use crate::model::{Gmm, Posterior, checked_gain};
use crate::moments::Moments;
use crate::observation::{Observation, check_finite, check_range, checked_weight, complete, mask};
use crate::real::{Compensated, Real};
use crate::wide::Block;

/// Samples in a block of [`in_blocks`](SufficientStats::in_blocks).
const BLOCK: u64 = 64;

/// Upper bound on the count: more than can ever be counted, and far from overflow.
pub(crate) const COUNT_LIMIT: u64 = 1 << 63;

/// The sufficient statistics of a mixture: for every component the responsibility mass W_k, the weighted mean m_k and
/// the scatter S_k about that mean (one pooled scatter for a tied structure), with the log-likelihood of the observed
/// samples.
///
/// The statistics of parts of the data can be merged to those of the whole, so data may come in chunks, from several
/// cores or from several devices. [`discount`](Self::discount) lowers the weight of past samples. The statistics need
/// no other memory: `size_of` is K(2D + 2)·size(T) for masses and means, K or 1 matrices, two numbers for ℓ and a
/// 64-bit count.
///
/// Sources: West (1979, doi:10.1145/359146.359153) for one sample, Chan, Golub & LeVeque (1983,
/// doi:10.1080/00031305.1983.10483115) for merging.
///
/// # Precision
/// No result is a difference of raw moments, so an offset of the data costs no digits. Masses, means and ℓ are
/// compensated sums. In `f32`, compared with `f64` on the same samples, means and variances are accurate to 1e-4 over
/// 10⁷ samples in a pass in blocks ([`observe_all`](Self::observe_all)), and to 1e-3 over 10⁶ samples observed one by
/// one without discount. For more samples one by one, merge parts or use `f64`.
///
/// ```
/// use gaussmix::{Gmm, SufficientStats};
///
/// let gmm: Gmm<f32, 1, 2> = Gmm::new([0.5, 0.5], [[0.0], [10.0]], [[[1.0]].into(); 2])?;
/// let mut stats = SufficientStats::new();
/// for x in [[-1.0], [1.0], [10.0]] {
///     stats.observe(&gmm, x)?;
/// }
/// assert_eq!(stats.count(), 3);
/// assert!((stats.masses()[0] - 2.0).abs() < 1e-6);
/// assert!((stats.means()[1][0] - 10.0).abs() < 1e-6);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[doc(alias("suffstats"))]
#[derive(Clone, Debug, PartialEq)]
pub struct SufficientStats<T: Real, const D: usize, const K: usize, C: Covariance = Full> {
    pub(crate) moments: [Moments<T, D>; K],
    pub(crate) scatters: C::Scatters<T, D, K>,
    /// The mass of the noise of [`WithNoise`](crate::WithNoise); nothing otherwise.
    pub(crate) extra: MassOf<T, D, K, C>,
    pub(crate) log_likelihood: Compensated<T>,
    pub(crate) count: u64,
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> SufficientStats<T, D, K, C> {
    /// Statistics of no data.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(D > 0 && K > 0, "a mixture has at least one feature and one component") };
        Self {
            moments: [Moments::ZERO; K],
            scatters: Constant::ZERO,
            extra: Constant::ZERO,
            log_likelihood: Compensated::ZERO,
            count: 0,
        }
    }

    /// The statistics of `weight` samples that follow `gmm` exactly: a prior worth that many samples, or the state
    /// from which a stream continues. The count and the log-likelihood are 0.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if `weight` is negative, not finite, or too large for sums;
    /// [`Error::SumsOutOfRange`] if the square of a mean or a variance, times the mass, is.
    pub fn from_model(gmm: &Gmm<T, D, K, C>, weight: T) -> Result<Self, Error> {
        Self::from_model_above(gmm, weight, T::ZERO)
    }

    /// [`from_model`](Self::from_model), no live component of less than the mass `least`.
    pub(crate) fn from_model_above(gmm: &Gmm<T, D, K, C>, weight: T, least: T) -> Result<Self, Error> {
        let is_weight = weight >= T::ZERO && weight < T::LARGEST_SQUARE;
        require(is_weight, "weight", "0 or more, and small enough for sums not to overflow")?;
        let mut stats = Self::new();
        let mut slot_weights = [T::ZERO; K];
        for k in 0..K {
            let share = gmm.weights()[k];
            let mass = (share * weight).larger(least);
            if share > T::ZERO && mass > T::ZERO {
                check_range(&gmm.means()[k], mass).map_err(|_| Error::SumsOutOfRange)?;
                stats.moments[k].absorb(mass, &gmm.means()[k]);
                slot_weights[C::slot(k)] += mass;
            }
        }
        let factors = gmm.factors.as_ref();
        for ((scatter, factor), mass) in stats.scatters.as_mut().iter_mut().zip(factors).zip(slot_weights) {
            *scatter = C::Shape::scatter(factor, mass);
            if !(0..D).all(|j| C::Shape::feature_scatter(scatter, j) < T::LARGEST_SQUARE) {
                return Err(Error::SumsOutOfRange);
            }
        }
        if let Some(mass) = stats.extra.get_mut()
            && gmm.noise_weight() > T::ZERO
        {
            mass.add((gmm.noise_weight() * weight).larger(least));
        }
        Ok(stats)
    }

    /// E-step of one sample: adds the sample to every component in proportion to the component's responsibility for it
    /// under `gmm`. Returns these responsibilities and the sample's log-density.
    ///
    /// # Errors
    /// [`Error::NonFiniteSample`], [`Error::InvalidSampleWeight`], or [`Error::OutOfRange`] if a squared distance
    /// overflows, or the sample's square or log-density times its weight is too large for a sum. The statistics are
    /// then as before.
    ///
    /// # Missing features
    /// The responsibilities are those that the observed features give. In place of the missing features, each component
    /// receives their conditional mean given the observed ones, and its scatter their conditional covariance too
    /// (Ghahramani & Jordan 1994): without the covariance, variances would come out too small.
    #[inline]
    pub fn observe(
        &mut self,
        gmm: &Gmm<T, D, K, C>,
        sample: impl Observation<T, D>,
    ) -> Result<Posterior<T, K>, Error> {
        let weight = checked_weight(&sample)?;
        let x = sample.features();
        if let Some(observed) = mask(&sample) {
            return self.observe_partial(gmm, x, &observed, weight);
        }
        let posterior = gmm.posterior_at(x)?;
        check_range(x, weight)?;
        let gained = checked_gain(weight, posterior.log_density)?;
        if weight > T::ZERO {
            self.log_likelihood.add(gained);
            self.absorb(x, (0..K).map(|k| (k, weight * posterior.responsibilities[k])));
            if let Some(mass) = self.extra.get_mut() {
                mass.add(weight * gmm.noise_share(posterior.log_density));
            }
        }
        Ok(posterior)
    }

    /// Adds one sample with responsibilities that the caller gives (from labels, another model or a start). They need
    /// not sum to 1; with a noise slot, the noise gets what they lack of it by more than rounding, K ε. The log-likelihood
    /// does not change.
    ///
    /// # Errors
    /// [`Error::NonFiniteSample`], [`Error::MissingFeature`], [`Error::InvalidSampleWeight`],
    /// [`Error::InvalidResponsibility`] or [`Error::OutOfRange`]; the statistics are then as before.
    pub fn assign(&mut self, sample: impl Observation<T, D>, responsibilities: &[T; K]) -> Result<(), Error> {
        let weight = checked_weight(&sample)?;
        let x = complete(&sample)?;
        x.map_or(Ok(()), check_finite)?;
        for (component, r) in responsibilities.iter().enumerate() {
            if !(*r >= T::ZERO && *r < T::INFINITY) {
                return Err(Error::InvalidResponsibility { sample: 0, component });
            }
            x.map_or(Ok(()), |x| check_range(x, weight * *r))?;
        }
        if let Some(x) = x
            && weight > T::ZERO
        {
            self.absorb(x, (0..K).map(|k| (k, weight * responsibilities[k])));
            if let Some(mass) = self.extra.get_mut() {
                mass.add(weight * rest_of(responsibilities));
            }
        }
        Ok(())
    }

    /// [`assign`](Self::assign) of a whole sample to component `k`.
    pub(crate) fn assign_to(&mut self, k: usize, x: &[T; D], weight: T) -> Result<(), Error> {
        check_range(x, weight)?;
        if weight > T::ZERO
            && let Some(moments) = self.moments.get_mut(k)
        {
            let (mass, d) = moments.absorb(weight, x);
            C::Shape::add_outer(&mut self.scatters.as_mut()[C::slot(k)], mass, &d);
            self.count_on(1);
        }
        Ok(())
    }

    /// Adds a sample to components, each with its share.
    #[inline(always)]
    fn absorb(&mut self, x: &[T; D], shares: impl Iterator<Item = (usize, T)>) {
        self.count_on(1);
        for (k, r) in shares {
            if r == T::ZERO {
                continue;
            }
            let (mass, d) = self.moments[k].absorb(r, x);
            C::Shape::add_outer(&mut self.scatters.as_mut()[C::slot(k)], mass, &d);
        }
    }

    /// Counts so many samples more, up to the limit.
    #[inline(always)]
    pub(crate) fn count_on(&mut self, samples: u64) {
        self.count = self.count.saturating_add(samples).min(COUNT_LIMIT);
    }

    /// E-step of a whole pass: to rounding, [`observe`](Self::observe) for every sample. On a device it needs the memory
    /// of one more `SufficientStats` on the stack, and K + 8 numbers; under an operating system panels too, at most
    /// 64 (8D + 2K + 40) numbers.
    ///
    /// The samples form blocks of 64, and what a block adds depends on its samples and `gmm` alone: statistics of
    /// single blocks, made anywhere and merged in order, have the bits of one pass. Samples of weight 0 belong to no
    /// block, so they do not change the result, not even its rounding. Samples with missing features belong to none
    /// either: [`observe`](Self::observe) adds each when it comes.
    ///
    /// # Errors
    /// As [`observe`](Self::observe), with the sample's index. The samples before the bad one count. How many samples
    /// after it were taken from `data` is not specified.
    pub fn observe_all<I>(&mut self, gmm: &Gmm<T, D, K, C>, data: I) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        self.observe_blocks(&mut Block::new(), gmm, data)
    }

    /// [`observe_all`](Self::observe_all) of samples that are held feature by feature, with the same bits. Panels read
    /// the slices as they are: with the feature `simd` a pass need not turn rows into columns.
    ///
    /// ```
    /// use gaussmix::{Columns, Gmm, SufficientStats};
    ///
    /// let gmm: Gmm<f64, 2, 2> =
    ///     Gmm::new([0.5, 0.5], [[0.0, 0.0], [9.0, 9.0]], [[[1.0, 0.0], [0.0, 1.0]].into(); 2])?;
    /// let (mut by_column, mut by_row) = (SufficientStats::new(), SufficientStats::new());
    /// by_column.observe_columns(&gmm, Columns::new([&[0.5, 9.5, 8.5], &[-0.5, 8.0, 9.0]])?)?;
    /// by_row.observe_all(&gmm, [[0.5, -0.5], [9.5, 8.0], [8.5, 9.0]])?;
    /// assert_eq!(by_column, by_row);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`observe_all`](Self::observe_all).
    #[inline(never)] // one copy of a pass
    pub fn observe_columns(
        &mut self,
        gmm: &Gmm<T, D, K, C>,
        columns: Columns<'_, T, D>,
    ) -> Result<(), Error> {
        Block::new().observe_columns(self, gmm, columns)
    }

    /// [`observe_all`](Self::observe_all) with block memory that the caller gives.
    #[inline(never)]
    pub(crate) fn observe_blocks<I>(
        &mut self,
        block: &mut Block<T, D, K, C>,
        gmm: &Gmm<T, D, K, C>,
        data: I,
    ) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        block.observe(self, gmm, data)
    }

    /// Adds each sample to a block with `take`, and merges each full block.
    #[inline(always)]
    pub(crate) fn in_blocks<I: IntoIterator>(
        &mut self,
        block: &mut Self,
        data: I,
        mut take: impl FnMut(&mut Self, I::Item) -> Result<(), Error>,
    ) -> Result<(), Error> {
        block.reset();
        let mut outcome = Ok(());
        for (index, sample) in data.into_iter().enumerate() {
            if let Err(error) = take(block, sample) {
                outcome = Err(error.at(index as u64));
                break;
            }
            if block.count == BLOCK {
                self.merge_block(block);
                block.reset();
            }
        }
        self.merge_block(block);
        outcome
    }

    /// The number of samples of positive weight that were observed or assigned, including those of merged statistics;
    /// 2⁶³ at most.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Σw, the total mass of all components, noise included: the sum of all discounted sample weights, if
    /// responsibilities sum to 1.
    #[must_use]
    pub fn total_weight(&self) -> T {
        let mut total = self.gaussian_mass();
        if let Some(mass) = self.extra.get() {
            total.merge(mass);
        }
        total.high
    }

    /// Σ W_k, without noise.
    #[inline(always)]
    pub(crate) fn gaussian_mass(&self) -> Compensated<T> {
        let mut total = Compensated::ZERO;
        for moments in &self.moments {
            total.merge(&moments.weight);
        }
        total
    }

    /// W_0, the mass of the noise; 0 without a noise slot.
    #[must_use]
    pub fn noise_mass(&self) -> T {
        self.extra.get().map_or(T::ZERO, |mass| mass.high)
    }

    /// W_k, the responsibility mass of each component. (A model's [`weights`](Gmm::weights) are π_k = W_k/Σw.)
    #[must_use]
    pub fn masses(&self) -> [T; K] {
        self.moments.map(|m| m.mass())
    }

    /// m_k, the weighted mean of each component (0 for a component without mass).
    #[must_use]
    pub fn means(&self) -> [[T; D]; K] {
        self.moments.map(|m| m.mean)
    }

    /// S_k / W_k, the weighted covariance of component `k`. For a tied structure it is the pooled scatter divided by
    /// the total mass. `None` if there is no mass or no component `k`.
    #[must_use]
    pub fn covariance(&self, k: usize) -> Option<MatrixOf<T, D, C>> {
        let matrix = self.scatters.as_ref().get(C::slot(k))?;
        let mut mass = Compensated::ZERO;
        for (i, moments) in self.moments.iter().enumerate() {
            if C::slot(i) == C::slot(k) {
                mass.merge(&moments.weight);
            }
        }
        (k < K && mass.high > T::ZERO).then(|| {
            let mut covariance = *matrix;
            C::Shape::normalise(&mut covariance, mass.high, T::ZERO);
            C::Shape::mirror(&mut covariance);
            covariance
        })
    }

    /// ℓ = Σ w ln p(x) over the observed samples, each under the model it was observed with.
    #[must_use]
    pub fn log_likelihood(&self) -> T {
        self.log_likelihood.high
    }

    /// s_j², the variance of each feature over all components but the noise: within them and between their means. A
    /// spherical structure keeps only the mean over features of the variance within components, which is used for every
    /// feature.
    pub(crate) fn feature_variances(&self) -> [T; D] {
        let mut variances = [T::ZERO; D];
        let alive = || self.moments.iter().filter(|m| m.mass() > T::ZERO);
        let Some(reference) = alive().next() else {
            return variances;
        };
        // Relative to one of the means, so that equal means differ by exactly 0.
        let total = self.gaussian_mass().high;
        let mut centre = [T::ZERO; D];
        for moments in alive() {
            let d = moments.mean_less(&reference.mean);
            for j in 0..D {
                centre[j] += moments.mass() / total * d[j];
            }
        }
        for moments in alive() {
            let d = moments.mean_less(&reference.mean);
            for j in 0..D {
                variances[j] += moments.mass() / total * (d[j] - centre[j]) * (d[j] - centre[j]);
            }
        }
        for scatter in self.scatters.as_ref() {
            for j in 0..D {
                variances[j] += C::Shape::feature_scatter(scatter, j) / total;
            }
        }
        variances
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Default for SufficientStats<T, D, K, C> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;
    use crate::covariance::{Factor, Spherical, Variance};

    #[test]
    fn an_infinite_gain_is_refused_and_leaves_no_trace() {
        let gmm: Gmm<f32, 1, 1, Spherical> =
            Gmm::from_parts([1.0], [f32::INFINITY], [[0.0]], [Factor(Variance(1.0))]);
        let mut stats = SufficientStats::new();
        assert_eq!(stats.observe(&gmm, [0.5]), Err(Error::OutOfRange { sample: 0 }));
        assert_eq!(stats, SufficientStats::new());
    }
}
