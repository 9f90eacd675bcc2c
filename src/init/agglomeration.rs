//! Hierarchical clustering of a fair sample.

use super::scales::Scales;
use super::seeding::{Preference, Spread, seed};
use super::start::settle;
use crate::covariance::{Covariance, Factor, Floors, Full, Shape};
use crate::error::{Error, require};
use crate::fit::Frozen;
use crate::model::Gmm;
use crate::observation::{Observation, checked_weight, filled, mask};
use crate::real::Real;
use crate::statistics::SufficientStats;
use crate::wide::assign_to_nearest;
use heapless::Vec;
use nalgebra::SMatrix;
use rand_core::Rng;

/// Agglomerates up to `M` samples, drawn at random in proportion to their weight: at first each is a cluster, then the
/// two whose union adds least to the squares within clusters become one, and so on (Ward 1963,
/// doi:10.1080/01621459.1963.10500845). Distances are Mahalanobis distances in the covariance of all data, so they do
/// not depend on the axes that the data were measured on.
///
/// [`init::agglomerate`](super::agglomerate) is this with 64 samples. It takes 2M (D + 1) numbers on the stack, besides
/// what other starts take, and M³ distances.
///
/// ```
/// use gaussmix::init::Agglomeration;
/// use gaussmix::{Diagonal, Gmm};
/// use rand_pcg::Pcg32;
///
/// let data = [[1.0, 10.0], [1.2, 11.0], [5.0, 20.0], [5.1, 19.0]];
/// let mut gmm: Gmm<f32, 2, 2, Diagonal> = Gmm::unfitted();
/// Agglomeration::<128>::start(&mut gmm, &data, &mut Pcg32::new(1, 1))?;
/// assert!((gmm.means()[0][0] - gmm.means()[1][0]).abs() > 3.9);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Agglomeration<const M: usize>;

impl<const M: usize> Agglomeration<M> {
    /// Sets the model.
    ///
    /// # Errors
    /// As [the module](super) says; [`Error::InvalidParameter`] if M is less than K.
    pub fn start<T: Real, const D: usize, const K: usize, C: Covariance, I, R>(
        gmm: &mut Gmm<T, D, K, C>,
        data: I,
        rng: &mut R,
    ) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
        R: Rng + ?Sized,
    {
        let spread = Spread::of(data.clone())?;
        let means = Self::means(data.clone(), K, &spread, rng)?;
        settle(gmm, &means, K, &Frozen::NONE, data, &spread)
    }

    /// A start from the clusters of the first M samples, whatever their weights.
    pub(crate) fn start_all<T: Real, const D: usize, const K: usize, C: Covariance, I>(
        gmm: &mut Gmm<T, D, K, C>,
        data: I,
        live: usize,
    ) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        let spread = Spread::of(data.clone())?;
        let mut clusters: Vec<Cluster<T, D>, M> = Vec::new();
        for sample in data.clone() {
            // Any beyond M are left out.
            let _ = clusters.push(Cluster { mass: T::ONE, mean: *sample.features() });
        }
        let means = Self::merged(&mut clusters, data.clone(), live, &spread)?;
        let means = means.ok_or(Error::TooFewDistinctSamples { found: distinct(&clusters) })?;
        settle(gmm, &means, live, &Frozen::NONE, data, &spread)
    }

    /// The means of the last `live` clusters of samples drawn at random.
    #[inline(never)] // its memory is not that of the passes after it
    pub(super) fn means<T: Real, const D: usize, const K: usize, I, R>(
        data: I,
        live: usize,
        spread: &Spread<T, D>,
        rng: &mut R,
    ) -> Result<[[T; D]; K], Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
        R: Rng + ?Sized,
    {
        require(live <= M, "M", "the number of components, or more")?;
        let mut clusters: Vec<Cluster<T, D>, M> = Vec::new();
        draw(&mut clusters, data.clone(), spread, rng)?;
        for cluster in &mut clusters {
            cluster.mass = T::ONE;
        }
        match Self::merged(&mut clusters, data.clone(), live, spread)? {
            Some(means) => Ok(means),
            // The data may have more distinct samples than these.
            None => seed(data, live, spread, Preference::Far, rng),
        }
    }

    /// Merges clusters until `live` are left, by distances in the covariance of all data. `None`, and nothing merged,
    /// if fewer of them are distinct.
    fn merged<T: Real, const D: usize, const K: usize, I>(
        clusters: &mut Vec<Cluster<T, D>, M>,
        data: I,
        live: usize,
        spread: &Spread<T, D>,
    ) -> Result<Option<[[T; D]; K]>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        let mut all = SufficientStats::<T, D, 1, Full>::new();
        assign_to_nearest(&mut all, data, &[spread.mean], &Scales::ONE, |all, sample, observed| {
            Scales::ONE.assign_partial(all, sample, observed, &[spread.mean])
        })?;
        let [centre] = all.means();
        let factor = whitener(&all)?;
        for cluster in &mut *clusters {
            for (v, m) in cluster.mean.iter_mut().zip(&centre) {
                *v -= *m;
            }
            cluster.mean = Full::whiten(&factor, cluster.mean);
        }
        if distinct(clusters) < live {
            return Ok(None);
        }
        while clusters.len() > live {
            let (Some((i, j)), Some(last)) = (closest(clusters), clusters.pop()) else { break };
            let gone = clusters.get_mut(j).map_or(last, |slot| core::mem::replace(slot, last));
            if let Some(cluster) = clusters.get_mut(i) {
                cluster.absorb(&gone);
            }
        }
        let mut means = [[T::ZERO; D]; K];
        for (mean, cluster) in means.iter_mut().zip(clusters.iter()) {
            *mean = Full::colour(&factor, &cluster.mean);
            for (v, m) in mean.iter_mut().zip(&centre) {
                *v += *m;
            }
        }
        Ok(Some(means))
    }
}

/// A cluster of samples.
#[derive(Clone, Copy, Debug)]
struct Cluster<T, const D: usize> {
    /// The number of samples; while they are drawn, the key of one.
    mass: T,
    mean: [T; D],
}

impl<T: Real, const D: usize> Cluster<T, D> {
    fn absorb(&mut self, other: &Self) {
        self.mass += other.mass;
        let gain = other.mass / self.mass;
        for (v, o) in self.mean.iter_mut().zip(&other.mean) {
            *v += gain * (*o - *v);
        }
    }

    /// What the union adds to the squares within clusters.
    #[inline(always)]
    fn loss(&self, other: &Self) -> T {
        let mut square = T::ZERO;
        for (v, o) in self.mean.iter().zip(&other.mean) {
            square += (*v - *o) * (*v - *o);
        }
        square * (self.mass * other.mass / (self.mass + other.mass))
    }
}

/// How many samples differ from all before them.
fn distinct<T: Real, const D: usize>(clusters: &[Cluster<T, D>]) -> usize {
    let is_new = |(i, cluster): &(usize, &Cluster<T, D>)| {
        clusters.iter().take(*i).all(|before| before.mean != cluster.mean)
    };
    clusters.iter().enumerate().filter(is_new).count()
}

/// The two clusters whose union loses least, the first of equals.
fn closest<T: Real, const D: usize>(clusters: &[Cluster<T, D>]) -> Option<(usize, usize)> {
    let (mut pair, mut least) = (None, T::INFINITY);
    for (j, second) in clusters.iter().enumerate() {
        for (i, first) in clusters.iter().take(j).enumerate() {
            let loss = first.loss(second);
            if loss < least {
                (pair, least) = (Some((i, j)), loss);
            }
        }
    }
    pair
}

/// The factor of the covariance of all data, with the default floor; features that do not vary are left as they are.
fn whitener<T: Real, const D: usize>(
    all: &SufficientStats<T, D, 1, Full>,
) -> Result<Factor<SMatrix<T, D, D>>, Error> {
    let relative = all.feature_variances().map(|v| if v > T::ZERO { T::RELATIVE_FLOOR * v } else { T::ONE });
    let mut covariance = all.covariance(0).ok_or(Error::EmptyData)?;
    let factor = Full::factorise(&mut covariance, &Floors { relative, absolute: T::ZERO });
    factor.map(|_| Factor(covariance)).ok_or(Error::NotPositiveDefinite { component: 0 })
}

/// Fills `drawn` with samples, each drawn in proportion to its weight and without replacement: those of the largest
/// u^(1/w), where u is uniform (Efraimidis & Spirakis 2006, doi:10.1016/j.ipl.2005.11.003).
fn draw<T: Real, const D: usize, const M: usize, I, R>(
    drawn: &mut Vec<Cluster<T, D>, M>,
    data: I,
    spread: &Spread<T, D>,
    rng: &mut R,
) -> Result<(), Error>
where
    I: IntoIterator<Item: Observation<T, D>>,
    R: Rng + ?Sized,
{
    let mut last = 0;
    for sample in data {
        let weight = checked_weight(&sample)?;
        if weight == T::ZERO {
            continue;
        }
        // Smaller is better: −ln u / w.
        let mass = -T::from_random_bits(rng.next_u64()).natural_log() / weight;
        let mean = match mask(&sample) {
            None => *sample.features(),
            Some(observed) => filled(sample.features(), &observed, &spread.mean),
        };
        let cluster = Cluster { mass, mean };
        if drawn.push(cluster).is_err() {
            match drawn.get_mut(last) {
                Some(worst) if mass < worst.mass => *worst = cluster,
                _ => continue,
            }
        }
        if drawn.is_full() {
            last = 0;
            for (index, cluster) in drawn.iter().enumerate() {
                if drawn.get(last).is_some_and(|worst| cluster.mass > worst.mass) {
                    last = index;
                }
            }
        }
    }
    Ok(())
}
