//! Starts for EM: where the components stand before the first iteration.
//!
//! Each start chooses means by its own rule, and then assigns every sample to the nearest of them: the clusters' means,
//! their shares and the covariance within them are the model. Distances are measured in units of each feature's
//! standard deviation, so that a start does not depend on units. A feature that does not vary has no part in them, and
//! is no error: an M-step with an absolute floor or a ridge accepts it, one with a relative floor alone refuses it.
//!
//! Starts have different strengths, and EM finds only the optimum nearest to its start. [`mixed`] draws one of them at
//! random, so that restarts differ in kind. [`Start`] sets fewer than K components.
//!
//! Every start validates the data, needs no memory that grows with the data, and leaves the model as it was if it
//! fails. It leaves a [noise slot](crate::WithNoise) its weight and volume; set them before. Its errors are
//! [`Error::EmptyData`], [`Error::TooFewDistinctSamples`], [`Error::NotPositiveDefinite`] if the data's covariance leaves
//! the range of `T`, [`Error::InvalidParameter`] if the noise has the whole weight, and the errors of a bad sample.
//! Samples of weight 0 are never chosen. A start that draws samples at random draws the others in proportion to their
//! weight.
//!
//! # Generators
//! Random numbers come from any generator of [`rand_core`] 0.10. Many crates for microcontrollers still have generators
//! of its 0.6 or 0.9. These lines make one of those out of the other:
//!
//! ```
//! # mod old_rand_core {
//! #     pub trait RngCore {
//! #         fn next_u32(&mut self) -> u32;
//! #         fn next_u64(&mut self) -> u64;
//! #         fn fill_bytes(&mut self, bytes: &mut [u8]);
//! #     }
//! # }
//! use core::convert::Infallible;
//! use gaussmix::{Diagonal, Gmm, init, rand_core::TryRng};
//! use old_rand_core::RngCore; // of rand_core 0.6 or 0.9
//!
//! struct Adapter<R>(R);
//!
//! #[rustfmt::skip]
//! impl<R: RngCore> TryRng for Adapter<R> {
//!     type Error = Infallible;
//!     fn try_next_u32(&mut self) -> Result<u32, Infallible> { Ok(self.0.next_u32()) }
//!     fn try_next_u64(&mut self) -> Result<u64, Infallible> { Ok(self.0.next_u64()) }
//!     fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
//!         Ok(self.0.fill_bytes(bytes))
//!     }
//! }
//! # struct Old(u64);
//! # impl RngCore for Old {
//! #     fn next_u32(&mut self) -> u32 { (self.next_u64() >> 32) as u32 }
//! #     fn next_u64(&mut self) -> u64 {
//! #         self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
//! #         self.0.rotate_left(17)
//! #     }
//! #     fn fill_bytes(&mut self, bytes: &mut [u8]) { bytes.fill(0); }
//! # }
//! # let hardware = Old(1);
//!
//! let data = [[1.0, 10.0], [1.2, 11.0], [5.0, 20.0], [5.1, 19.0]];
//! let mut gmm: Gmm<f32, 2, 2, Diagonal> = Gmm::unfitted();
//! init::k_means_plus_plus(&mut gmm, &data, &mut Adapter(hardware))?;
//! assert_eq!(gmm.weights(), &[0.5, 0.5]);
//! # Ok::<(), gaussmix::Error>(())
//! ```

mod agglomeration;
mod covering;
mod kmeans;
mod reservoir;
mod scales;
pub(crate) mod seeding;
mod start;

pub use agglomeration::Agglomeration;
pub use covering::Covering;
pub use kmeans::{KMeans, KMeansFit};
pub use reservoir::Reservoir;
pub use start::{Rule, Start};

use crate::covariance::{Covariance, Extra, FactorOf, Shape};
use crate::error::{Error, require};
use crate::fit::{Frozen, MStep, Outcome, Update};
use crate::model::Gmm;
use crate::observation::Observation;
use crate::real::Real;
use crate::statistics::SufficientStats;
use rand_core::Rng;
pub(crate) use scales::{Blank, Scales};
pub(crate) use seeding::Spread;
use seeding::{Preference, seed};
use start::{farthest, lloyd, settle};

/// k-means++ (Arthur & Vassilvitskii 2007): each next mean is a sample drawn with probability in proportion to its
/// squared distance to the nearest mean so far.
///
/// The start takes one pass for the data's deviations, one per component, and one for the clusters. Samples are drawn
/// as they go by, by a weighted reservoir with exponential jumps (Efraimidis & Spirakis 2006,
/// doi:10.1016/j.ipl.2005.11.003); distances are computed again in each pass, not stored.
///
/// ```
/// use gaussmix::{Diagonal, Gmm, init};
/// use rand_pcg::Pcg32;
///
/// let data = [[1.0, 10.0], [1.2, 11.0], [5.0, 20.0], [5.1, 19.0]];
/// let mut gmm: Gmm<f32, 2, 2, Diagonal> = Gmm::unfitted();
/// init::k_means_plus_plus(&mut gmm, &data, &mut Pcg32::new(1, 1))?;
/// assert_eq!(gmm.weights(), &[0.5, 0.5]);
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// # Errors
/// As [the module](self) says.
#[doc(alias("init_params", "kmeans++", "k-means++"))]
pub fn k_means_plus_plus<T: Real, const D: usize, const K: usize, C: Covariance, I, R>(
    gmm: &mut Gmm<T, D, K, C>,
    data: I,
    rng: &mut R,
) -> Result<(), Error>
where
    I: IntoIterator<Item: Observation<T, D>> + Clone,
    R: Rng + ?Sized,
{
    let spread = Spread::of(data.clone())?;
    let means = seed(data.clone(), K, &spread, Preference::Far, rng)?;
    settle(gmm, &means, K, &Frozen::NONE, data, &spread)
}

/// Distinct samples drawn at random, each with probability in proportion to its weight.
///
/// # Errors
/// As [the module](self) says.
#[doc(alias("init_params", "random_from_data"))]
pub fn random_samples<T: Real, const D: usize, const K: usize, C: Covariance, I, R>(
    gmm: &mut Gmm<T, D, K, C>,
    data: I,
    rng: &mut R,
) -> Result<(), Error>
where
    I: IntoIterator<Item: Observation<T, D>> + Clone,
    R: Rng + ?Sized,
{
    let spread = Spread::of(data.clone())?;
    let means = seed(data.clone(), K, &spread, Preference::Distinct, rng)?;
    settle(gmm, &means, K, &Frozen::NONE, data, &spread)
}

/// k-means++ followed by up to `iterations` iterations of Lloyd's algorithm.
///
/// As an argument of [`Em::fit_best_of`](crate::Em::fit_best_of), write `Start::new(Rule::KMeans(10)).rule()`.
///
/// # Errors
/// As [the module](self) says.
#[doc(alias("init_params", "kmeans"))]
pub fn k_means<T: Real, const D: usize, const K: usize, C: Covariance, I, R>(
    gmm: &mut Gmm<T, D, K, C>,
    data: I,
    rng: &mut R,
    iterations: u32,
) -> Result<(), Error>
where
    I: IntoIterator<Item: Observation<T, D>> + Clone,
    R: Rng + ?Sized,
{
    let spread = Spread::of(data.clone())?;
    let means = lloyd(data.clone(), K, iterations, &spread, rng)?;
    settle(gmm, &means, K, &Frozen::NONE, data, &spread)
}

/// The last K clusters of [up to 64 samples](Agglomeration), of which the two that lose least become one time and
/// again. Where components are many or unequal it finds what random starts miss.
///
/// # Errors
/// As [the module](self) says; [`Error::InvalidParameter`] for more than 64 components.
#[doc(alias("hc", "hclust", "Ward"))]
pub fn agglomerate<T: Real, const D: usize, const K: usize, C: Covariance, I, R>(
    gmm: &mut Gmm<T, D, K, C>,
    data: I,
    rng: &mut R,
) -> Result<(), Error>
where
    I: IntoIterator<Item: Observation<T, D>> + Clone,
    R: Rng + ?Sized,
{
    Agglomeration::<64>::start(gmm, data, rng)
}

/// One of four starts: [`random_samples`] in half of all draws, [`k_means_plus_plus`] in a quarter, [`k_means`] with
/// ten iterations and [`agglomerate`] in an eighth each. No rule is best on all data, so restarts should differ in kind
/// as well as in place. Where components overlap, random samples find the best of many optima most often.
///
/// ```
/// use gaussmix::{Em, Gmm, init};
/// use rand_pcg::Pcg32;
///
/// let data = [[-2.1], [-1.9], [-2.0], [2.2], [1.7], [2.4]];
/// let mut gmm: Gmm<f64, 1, 2> = Gmm::unfitted();
/// let mut rng = Pcg32::new(1, 1);
/// let best = Em::default().fit_best_of(&mut gmm, 20, init::mixed, &data, &mut rng)?;
/// assert!(best.fit.is_healthy());
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// # Errors
/// As [the module](self) says.
pub fn mixed<T: Real, const D: usize, const K: usize, C: Covariance, I, R>(
    gmm: &mut Gmm<T, D, K, C>,
    data: I,
    rng: &mut R,
) -> Result<(), Error>
where
    I: IntoIterator<Item: Observation<T, D>> + Clone,
    R: Rng + ?Sized,
{
    Start::new(Rule::Mixed).apply(gmm, data, rng)
}

/// Farthest-first (Gonzalez 1985, doi:10.1016/0304-3975(85)90224-5). The first mean is the sample farthest from the
/// data's mean; each next mean is the sample farthest from all chosen before, the first of equals. It needs no random
/// numbers, but outliers attract it.
///
/// ```
/// use gaussmix::{Gmm, init};
///
/// let data = [[1.0], [1.5], [9.0], [5.0]];
/// let mut gmm: Gmm<f32, 1, 3> = Gmm::unfitted();
/// init::farthest_first(&mut gmm, &data)?;
/// assert_eq!(gmm.means(), &[[9.0], [1.25], [5.0]]);
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// # Errors
/// As [the module](self) says.
pub fn farthest_first<T: Real, const D: usize, const K: usize, C: Covariance, I>(
    gmm: &mut Gmm<T, D, K, C>,
    data: I,
) -> Result<(), Error>
where
    I: IntoIterator<Item: Observation<T, D>> + Clone,
{
    start_farthest(gmm, data, K)
}

/// [`farthest_first`] for the first `live` components.
pub(crate) fn start_farthest<T: Real, const D: usize, const K: usize, C: Covariance, I>(
    gmm: &mut Gmm<T, D, K, C>,
    data: I,
    live: usize,
) -> Result<(), Error>
where
    I: IntoIterator<Item: Observation<T, D>> + Clone,
{
    let spread = Spread::of(data.clone())?;
    let means = farthest(data.clone(), live, &spread)?;
    settle(gmm, &means, live, &Frozen::NONE, data, &spread)
}

/// Starts from given means, and takes everything else from the data: the weights are the shares of the samples nearest
/// to each mean (of half a sample at least), the covariance is that about the nearest means.
///
/// # Errors
/// As [the module](self) says; [`Error::NonFiniteMean`].
#[doc(alias("means_init"))]
pub fn from_means<T: Real, const D: usize, const K: usize, C: Covariance, I>(
    gmm: &mut Gmm<T, D, K, C>,
    means: &[[T; D]; K],
    data: I,
) -> Result<(), Error>
where
    I: IntoIterator<Item: Observation<T, D>> + Clone,
{
    if let Some(component) = means.iter().position(|m| m.iter().any(|v| !v.is_finite())) {
        return Err(Error::NonFiniteMean { component });
    }
    let spread = Spread::of(data.clone())?;
    settle(gmm, means, K, &Frozen::NONE.with_means([true; K]), data, &spread)
}

/// Starts from given responsibilities (labels as 0 and 1, or another method's soft assignment), one row per sample in
/// order. The start is the M-step from them, with the default floor. The report says which components had no mass. What
/// rows lack of 1 is [noise](crate::WithNoise); if none lacks anything, the noise of the model stays as it is.
///
/// ```
/// use gaussmix::{Gmm, init};
///
/// let data = [[1.0], [1.5], [9.0], [8.0]];
/// let labels = [0, 0, 1, 1];
/// let rows = labels.map(|l| if l == 0 { [1.0, 0.0] } else { [0.0, 1.0] });
/// let mut gmm: Gmm<f64, 1, 2> = Gmm::unfitted();
/// assert!(init::from_responsibilities(&mut gmm, &data, rows)?.is_healthy());
/// assert_eq!(gmm.means(), &[[1.25], [8.5]]);
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// # Errors
/// The errors of [`SufficientStats::assign`] and [`MStep::maximize`]; [`Error::InvalidParameter`] if there are not as
/// many rows as samples.
#[doc(alias("initialization", "resp", "unmap"))]
pub fn from_responsibilities<T: Real, const D: usize, const K: usize, C: Covariance, I>(
    gmm: &mut Gmm<T, D, K, C>,
    data: I,
    rows: impl IntoIterator<Item = [T; K]>,
) -> Result<Update<K>, Error>
where
    I: IntoIterator<Item: Observation<T, D>>,
{
    let unequal = Error::InvalidParameter { name: "rows", expected: "one for each sample" };
    let mut rows = rows.into_iter();
    let mut stats = SufficientStats::new();
    stats.in_blocks(&mut SufficientStats::new(), data, |block, sample| {
        block.assign(sample, &rows.next().ok_or(unequal)?)
    })?;
    if rows.next().is_some() {
        return Err(unequal);
    }
    let extra = gmm.extra;
    let keeps_noise = C::NOISE && stats.noise_mass() == T::ZERO;
    if keeps_noise {
        check_room(gmm)?;
    }
    let update = MStep::default().maximize(&stats, gmm)?;
    if keeps_noise {
        gmm.take_share(extra);
    }
    Ok(update)
}

/// Refuses a model whose covariance the M-step kept: it was [unfitted](Gmm::unfitted) before, and its covariance is not
/// that of the data.
pub(super) fn check_estimated<const K: usize>(update: &Update<K>) -> Result<(), Error> {
    let kept = update.outcomes.contains(&Outcome::Kept);
    if kept { Err(Error::NotPositiveDefinite { component: 0 }) } else { Ok(()) }
}

/// Refuses a model whose noise has taken all, which would leave the components of a start without weight.
pub(super) fn check_room<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &Gmm<T, D, K, C>,
) -> Result<(), Error> {
    require(gmm.noise_weight() < T::ONE, "noise", "of a weight below 1")
}

/// Gives every component the same factor, and all the weight that noise leaves.
///
/// One outlier makes the covariance within clusters so large that noise would take all samples. So no deviation is more
/// than that of a uniform distribution over the box of the noise, or the least whose square is a variance above floors.
pub(super) fn set_factors<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &mut Gmm<T, D, K, C>,
    mut factor: FactorOf<T, D, C>,
) {
    if let Some(noise) = gmm.extra.noise().filter(|noise| noise.weight() > T::ZERO) {
        let covariance = C::Shape::covariance::<T, D>(&factor);
        let lowest = ((T::ONE + T::ONE) * T::SMALLEST_NORMAL / T::RELATIVE_FLOOR).root();
        let widest = noise.ranges().map(|range| (range / T::narrow(12.0).root()).larger(lowest));
        let (mut scale, mut least) = (widest, T::ONE);
        for (j, scale) in scale.iter_mut().enumerate() {
            *scale = (*scale / C::Shape::variance::<T, D>(&covariance, j).root()).smaller(T::ONE);
            least = scale.smaller(least);
        }
        if !C::Shape::stretch(&mut factor, &scale) {
            C::Shape::stretch(&mut factor, &[least; D]);
        }
    }
    for f in gmm.factors.as_mut() {
        *f = factor;
    }
    if C::NOISE {
        gmm.weights = gmm.weights.map(|weight| weight * (T::ONE - gmm.noise_weight()));
    }
    gmm.refresh_offsets();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Always the same bits: every draw is the same.
    struct Constant(u64);

    impl rand_core::TryRng for Constant {
        type Error = core::convert::Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            Ok(self.0 as u32)
        }
        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            Ok(self.0)
        }
        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
            bytes.fill(0);
            Ok(())
        }
    }

    #[test]
    fn a_cluster_of_next_to_no_weight_keeps_its_centre() {
        // The far sample's share is below the machine epsilon, but its pull on k-means++ is not.
        let data = [([5.0f32], 1.0f32), ([6.0], 1.0), ([1e7], 1e-8)];
        let mut gmm: Gmm<f32, 1, 2> = Gmm::unfitted();
        assert_eq!(k_means(&mut gmm, data, &mut Constant(u64::MAX), 10), Ok(()));
        assert!(gmm.means().contains(&[1e7]), "{:?}", gmm.means());
    }
}
