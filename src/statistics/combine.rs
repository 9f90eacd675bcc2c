//! Statistics merged, and faded.

use super::SufficientStats;
use super::validate::sum_limit;
use crate::covariance::{Constant, Covariance, ExtraMass, MassOf, Shape};
use crate::error::{Error, require};
use crate::model::check_order;
use crate::moments::Moments;
use crate::real::{Compensated, Real};

impl<T: Real, const D: usize, const K: usize, C: Covariance> SufficientStats<T, D, K, C> {
    /// Adds the statistics of other data. Merging empty statistics changes nothing. The order of merges matters only to
    /// rounding.
    ///
    /// It never refuses, and never leaves the range of sums: where 2³⁰ of the largest samples come together, all
    /// samples so far count half, as after [`discount`](Self::discount)(½). Means, covariances and shares stay.
    ///
    /// Statistics of another shape do not compile:
    /// ```compile_fail
    /// use gaussmix::SufficientStats;
    /// let mut a: SufficientStats<f32, 2, 3> = SufficientStats::new();
    /// let b: SufficientStats<f32, 2, 4> = SufficientStats::new();
    /// a.merge(&b);
    /// ```
    #[doc(alias("federated", "reduce"))]
    pub fn merge(&mut self, other: &Self) {
        self.merge_block(other);
        self.stay_in_range();
    }

    /// [`merge`](Self::merge) of a block of a pass. As for single samples, the range is not checked: from statistics
    /// within it, it would take 2³⁰ more of the largest samples to leave it.
    pub(crate) fn merge_block(&mut self, block: &Self) {
        self.merge_parts(&block.moments, &block.scatters, &block.extra, &block.log_likelihood, block.count);
    }

    /// [`merge_block`](Self::merge_block), where the block lies in parts.
    pub(crate) fn merge_parts(
        &mut self,
        moments: &[Moments<T, D>; K],
        scatters: &C::Scatters<T, D, K>,
        extra: &MassOf<T, D, K, C>,
        log_likelihood: &Compensated<T>,
        count: u64,
    ) {
        for (slot, total) in self.scatters.as_mut().iter_mut().enumerate() {
            // What received nothing adds nothing: a dead slot, above all.
            if !C::SHARED && moments.get(slot).is_none_or(|part| part.mass() == T::ZERO) {
                continue;
            }
            // The gain is summed first, so that it is rounded into the total once. Late in a pass the part between the
            // means, a small share of the block's scatter, would be lost if it were added to the total alone.
            let mut gained = scatters.as_ref()[slot];
            let pairs = self.moments.iter_mut().zip(moments).enumerate();
            for (_, (own, part)) in pairs.filter(|(k, _)| C::slot(*k) == slot) {
                if let Some((mass, d)) = own.merge(part) {
                    C::Shape::add_outer(&mut gained, mass, &d);
                }
            }
            C::Shape::add(total, &gained);
        }
        if let (Some(total), Some(gained)) = (self.extra.get_mut(), extra.get()) {
            total.merge(gained);
        }
        if *log_likelihood != Compensated::ZERO {
            self.log_likelihood.merge(log_likelihood);
        }
        self.count_on(count);
    }

    /// Multiplies masses, scatters and log-likelihood by `factor`, as if the weight of every sample so far had been
    /// multiplied by it. Means and count do not change. A factor of 1 changes no bit. A factor of 0 resets everything
    /// but the count, means too.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless 0 ≤ `factor` ≤ 1.
    pub fn discount(&mut self, factor: T) -> Result<(), Error> {
        require(factor >= T::ZERO && factor <= T::ONE, "factor", "within [0, 1]")?;
        if factor == T::ZERO {
            let count = self.count;
            self.reset();
            self.count = count;
            return Ok(());
        }
        self.scale(factor);
        Ok(())
    }

    /// Multiplies all weights by `factor` > 0.
    pub(super) fn scale(&mut self, factor: T) {
        self.scale_masses(factor);
        self.log_likelihood.scale(factor);
    }

    /// Multiplies masses and scatters by `factor` > 0. What has no mass left has no mean and no scatter either.
    pub(crate) fn scale_masses(&mut self, factor: T) {
        for scatter in self.scatters.as_mut() {
            C::Shape::scale(scatter, factor);
        }
        let mut is_empty = true;
        for k in 0..K {
            self.moments[k].weight.scale(factor);
            if self.moments[k].mass() == T::ZERO {
                self.moments[k] = Moments::ZERO;
                if !C::SHARED {
                    self.scatters.as_mut()[C::slot(k)] = Constant::ZERO;
                }
            } else {
                is_empty = false;
            }
        }
        if C::SHARED && is_empty {
            self.scatters.as_mut()[C::slot(0)] = Constant::ZERO;
        }
        if let Some(mass) = self.extra.get_mut() {
            mass.scale(factor);
        }
    }

    /// Puts what component `order[k]` holds at place k, for all k, as [`Gmm::permute`](crate::Gmm::permute) does.
    ///
    /// ```
    /// use gaussmix::covariance::Variance;
    /// use gaussmix::stream::StepSize;
    /// use gaussmix::{Gmm, OnlineEm, Spherical};
    ///
    /// let means = [[5.0], [-5.0]];
    /// let gmm: Gmm<f64, 1, 2, Spherical> = Gmm::new([0.5; 2], means, [Variance(1.0); 2])?;
    /// let mut online = OnlineEm::new(gmm, StepSize::default())?;
    /// // A run keeps both in step.
    /// online.edit(|stats, gmm| {
    ///     let order = gmm.canonical_order();
    ///     stats.permute(&order)?;
    ///     gmm.permute(&order)
    /// })?;
    /// assert_eq!(online.model().means(), &[[-5.0], [5.0]]);
    /// assert_eq!(online.statistics().means(), [[-5.0], [5.0]]);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if `order` does not name every component once. The statistics are then as before.
    pub fn permute(&mut self, order: &[usize; K]) -> Result<(), Error> {
        check_order(order)?;
        let old = self.clone();
        for k in 0..K {
            let from = order[k];
            if let Some(moments) = old.moments.get(from) {
                self.moments[k] = *moments;
            }
            if let Some(scatter) = old.scatters.as_ref().get(C::slot(from)) {
                self.scatters.as_mut()[C::slot(k)] = *scatter;
            }
        }
        Ok(())
    }

    /// Resets to statistics of no data.
    pub fn reset(&mut self) {
        // Field by field: a constant of the whole size would be copied from flash or built on the stack.
        for moments in &mut self.moments {
            *moments = Moments::ZERO;
        }
        for scatter in self.scatters.as_mut() {
            *scatter = Constant::ZERO;
        }
        self.extra = Constant::ZERO;
        self.log_likelihood = Compensated::ZERO;
        self.count = 0;
    }

    /// Halves all weights until sums lie well within the range.
    fn stay_in_range(&mut self) {
        let limit = sum_limit::<T>() * T::HALF;
        // Of two sets of which each is within the range the sum is halved twice at most.
        for _ in 0..2 {
            let [squares, scatters] = self.extent(|_| true);
            if squares + scatters < limit && self.log_likelihood.high.abs() < limit {
                return;
            }
            self.scale(T::HALF);
        }
    }
}
