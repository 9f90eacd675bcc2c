//! Starts for any number of components, and what all starts end with.

use core::num::NonZeroUsize;
use core::slice::from_ref;

use super::kmeans::KMeans;
use super::scales::{Blank, Scales};
use super::seeding::{Preference, Spread, seed};
use super::{Agglomeration, check_room, set_factors};
use crate::covariance::{Covariance, Extra, Factor, Floors, Shape, Tied};
use crate::error::{Error, require};
use crate::fit::Frozen;
use crate::model::Gmm;
use crate::observation::Observation;
use crate::real::Real;
use crate::statistics::SufficientStats;
use crate::wide::{assign_to_nearest, each_nearest};
use rand_core::Rng;

/// How a start chooses its means.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rule {
    /// [`k_means_plus_plus`](super::k_means_plus_plus)
    KMeansPlusPlus,
    /// [`random_samples`](super::random_samples)
    RandomSamples,
    /// [`k_means`](super::k_means), with up to so many iterations.
    KMeans(u32),
    /// [`farthest_first`](super::farthest_first), which takes no random numbers.
    FarthestFirst,
    /// [`agglomerate`](super::agglomerate)
    Agglomerate,
    /// [`mixed`](super::mixed): one of the others, drawn at random.
    #[default]
    Mixed,
}

/// A start by a [rule](Rule), for K components or fewer. Slots beyond them are dead: a fit leaves them alone, and
/// criteria do not charge them. So one type of model serves any number of components up to K.
///
/// ```
/// use gaussmix::init::{Rule, Start};
/// use gaussmix::{Em, Gmm};
/// use rand_pcg::Pcg32;
///
/// let data = [[-2.1], [-1.9], [-2.0], [2.2], [1.7], [2.4]];
/// let mut gmm: Gmm<f64, 1, 8> = Gmm::unfitted();
/// let two = Start::new(Rule::Mixed).with_components(2)?;
/// let mut rng = Pcg32::new(1, 1);
/// let best = Em::default().fit_best_of(&mut gmm, 5, two.rule(), &data, &mut rng)?;
/// assert!(best.fit.is_healthy());
/// assert_eq!(gmm.live().count(), 2);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Start {
    rule: Rule,
    components: Option<NonZeroUsize>,
}

impl Start {
    /// A start for all K components.
    #[must_use]
    pub const fn new(rule: Rule) -> Self {
        Self { rule, components: None }
    }

    /// Sets the number of components. A model with fewer slots refuses the start.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for 0.
    pub fn with_components(mut self, components: usize) -> Result<Self, Error> {
        self.components = NonZeroUsize::new(components);
        require(self.components.is_some(), "components", "1 or more")?;
        Ok(self)
    }

    /// This start as a function, for [`Em::fit_best_of`](crate::Em::fit_best_of).
    pub fn rule<T: Real, const D: usize, const K: usize, C: Covariance, I, R>(
        self,
    ) -> impl Fn(&mut Gmm<T, D, K, C>, I, &mut R) -> Result<(), Error> + Sync
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
        R: Rng + ?Sized,
    {
        move |gmm, data, rng| self.apply(gmm, data, rng)
    }

    /// Sets the model.
    ///
    /// # Errors
    /// As [the module](super) says; [`Error::InvalidParameter`] if the model has fewer slots than components.
    pub fn apply<T: Real, const D: usize, const K: usize, C: Covariance, I, R>(
        &self,
        gmm: &mut Gmm<T, D, K, C>,
        data: I,
        rng: &mut R,
    ) -> Result<(), Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
        R: Rng + ?Sized,
    {
        let spread = Spread::of(data.clone())?;
        let (live, means) = self.choose(data.clone(), &spread, rng)?;
        settle(gmm, &means, live, &Frozen::NONE, data, &spread)
    }

    /// The means as the rule chooses them, before the clusters about them are formed: samples, or centres of k-means.
    /// Those of dead slots are 0.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn means<T: Real, const D: usize, const K: usize, I, R>(
        &self,
        data: I,
        rng: &mut R,
    ) -> Result<[[T; D]; K], Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
        R: Rng + ?Sized,
    {
        let spread = Spread::of(data.clone())?;
        self.choose(data, &spread, rng).map(|(_, means)| means)
    }

    /// The number of live components, and their means.
    fn choose<T: Real, const D: usize, const K: usize, I, R>(
        &self,
        data: I,
        spread: &Spread<T, D>,
        rng: &mut R,
    ) -> Result<(usize, [[T; D]; K]), Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
        R: Rng + ?Sized,
    {
        let live = self.components.map_or(K, NonZeroUsize::get);
        require(live <= K, "components", "K at most")?;
        let means = match self.rule.drawn(rng) {
            // More components than the samples that it would draw.
            Rule::Agglomerate if live > 64 && self.rule == Rule::Mixed => {
                seed(data, live, spread, Preference::Far, rng)
            }
            Rule::RandomSamples => seed(data, live, spread, Preference::Distinct, rng),
            Rule::KMeans(iterations) => lloyd(data, live, iterations, spread, rng),
            Rule::FarthestFirst => farthest(data, live, spread),
            Rule::Agglomerate => Agglomeration::<64>::means(data, live, spread, rng),
            Rule::KMeansPlusPlus | Rule::Mixed => seed(data, live, spread, Preference::Far, rng),
        };
        Ok((live, means?))
    }
}

impl Rule {
    /// The rule itself, or for [`Mixed`](Self::Mixed) one of its four, drawn as [`mixed`](super::mixed) draws it.
    pub fn drawn<R: Rng + ?Sized>(self, rng: &mut R) -> Self {
        if self != Self::Mixed {
            return self;
        }
        match rng.next_u32() >> 29 {
            0..4 => Self::RandomSamples,
            4 | 5 => Self::KMeansPlusPlus,
            6 => Self::KMeans(10),
            _ => Self::Agglomerate,
        }
    }
}

/// The samples that [`farthest_first`](super::farthest_first) chooses.
#[inline(never)] // its memory is free again afterwards
pub(super) fn farthest<T: Real, const D: usize, const K: usize, I>(
    data: I,
    live: usize,
    spread: &Spread<T, D>,
) -> Result<[[T; D]; K], Error>
where
    I: IntoIterator<Item: Observation<T, D>> + Clone,
{
    let mut means = [[T::ZERO; D]; K];
    for k in 0..K.min(live) {
        let mut chosen = None;
        // The first may be where all are.
        let mut farthest = if k == 0 { -T::ONE } else { T::ZERO };
        let before = if k == 0 { from_ref(&spread.mean) } else { means.get(..k).unwrap_or_default() };
        let blank = Blank::Filled(&spread.mean);
        each_nearest(data.clone(), before, &spread.scales, blank, false, |x, _, (_, distance)| {
            if distance > farthest {
                (farthest, chosen) = (distance, Some(*x));
            }
            Ok(())
        })?;
        means[k] = chosen.ok_or(Error::TooFewDistinctSamples { found: k })?;
    }
    Ok(means)
}

/// The centres of [`k_means`](super::k_means).
pub(super) fn lloyd<T: Real, const D: usize, const K: usize, I, R>(
    data: I,
    live: usize,
    iterations: u32,
    spread: &Spread<T, D>,
    rng: &mut R,
) -> Result<[[T; D]; K], Error>
where
    I: IntoIterator<Item: Observation<T, D>> + Clone,
    R: Rng + ?Sized,
{
    let mut centres = seed(data.clone(), live, spread, Preference::Far, rng)?;
    let k_means = KMeans { max_iterations: iterations, scales: spread.scales };
    k_means.fit_first(live, &mut centres, data)?;
    Ok(centres)
}

/// Ends a start: every sample goes to the nearest of the first `live` of `means`, unless it is farther than the noise is
/// wide. The clusters' shares become the
/// weights, their means the means unless frozen, and the covariance within them becomes that of every component.
///
/// Components that all have the covariance of the data are nearly alike. EM would then begin next to a saddle of the
/// likelihood, where gains are as small as at an optimum.
#[inline(never)] // its memory is not that of the passes before it
pub(super) fn settle<T: Real, const D: usize, const K: usize, C: Covariance, I>(
    gmm: &mut Gmm<T, D, K, C>,
    means: &[[T; D]; K],
    live: usize,
    frozen: &Frozen<K>,
    data: I,
    spread: &Spread<T, D>,
) -> Result<(), Error>
where
    I: IntoIterator<Item: Observation<T, D>>,
{
    check_room(gmm)?;
    let mut within = SufficientStats::<T, D, K, Tied<C::Shape>>::new();
    let chosen = means.get(..live).unwrap_or(means);
    let scales = &spread.scales;
    match gmm.extra.noise().filter(|noise| noise.weight() > T::ZERO) {
        None => assign_to_nearest(&mut within, data, chosen, scales, |within, sample, observed| {
            scales.assign_partial(within, sample, observed, chosen)
        })?,
        Some(noise) => {
            let ranges = noise.ranges();
            let near = data.into_iter().map(|sample| Near::new(sample, chosen, scales, &ranges));
            assign_to_nearest(&mut within, near, chosen, scales, |within, sample, observed| {
                scales.assign_partial(within, sample, observed, chosen)
            })?;
        }
    }
    let mut factor = within.scatters[0];
    let moments = &within.moments;
    for k in 0..K {
        if frozen.means[k] && moments[k].mass() > T::ZERO {
            C::Shape::add_outer(&mut factor, moments[k].mass(), &moments[k].mean_less(&means[k]));
        }
    }
    C::Shape::normalise(&mut factor, within.total_weight(), T::ZERO);
    let floors = Floors { relative: floors(&within), absolute: T::ZERO };
    C::Shape::factorise(&mut factor, &floors).ok_or(Error::NotPositiveDefinite { component: 0 })?;

    // A mean to which no sample is nearest still begins with half a sample.
    let half = within.total_weight() / T::from_count(within.count() + within.count());
    let mut weights = [T::ZERO; K];
    let mut sum = T::ZERO;
    for k in 0..K.min(live) {
        let mass = moments[k].mass();
        weights[k] = if mass > T::ZERO { mass } else { half };
        sum += weights[k];
    }
    for k in 0..K {
        gmm.weights[k] = weights[k] / sum;
        let moves = moments[k].mass() > T::ZERO && !frozen.means[k];
        gmm.means[k] = if moves { moments[k].mean } else { means[k] };
    }
    set_factors(gmm, Factor(factor));
    Ok(())
}

/// A sample of a start with noise. One that is far from all means counts as absent.
struct Near<O> {
    sample: O,
    is_far: bool,
}

impl<O> Near<O> {
    fn new<T: Real, const D: usize>(
        sample: O,
        means: &[[T; D]],
        scales: &Scales<T, D>,
        ranges: &[T; D],
    ) -> Self
    where
        O: Observation<T, D>,
    {
        let (x, observed) = (sample.features(), sample.observed().unwrap_or([true; D]));
        let (nearest, _) = scales.nearest_partial(x, &observed, means);
        let mut is_far = false;
        let mean = means.get(nearest).unwrap_or(x);
        for j in 0..D {
            is_far |= observed[j] && (x[j] - mean[j]).abs() > ranges[j];
        }
        Self { sample, is_far }
    }
}

impl<T: Real, const D: usize, O: Observation<T, D>> Observation<T, D> for Near<O> {
    fn features(&self) -> &[T; D] {
        self.sample.features()
    }

    fn weight(&self) -> Option<T> {
        if self.is_far { Some(T::ZERO) } else { self.sample.weight() }
    }

    fn observed(&self) -> Option<[bool; D]> {
        self.sample.observed()
    }
}

/// The default floors on the variances of clusters. A feature that does not vary is no error: if the M-steps of the fit
/// allow it, the start should. Its variance is then a small share of its squared value.
pub(super) fn floors<T: Real, const D: usize, const K: usize, C: Covariance>(
    clusters: &SufficientStats<T, D, K, C>,
) -> [T; D] {
    let mut floors = clusters.feature_variances();
    if let Some(moments) = clusters.moments.iter().find(|moments| moments.mass() > T::ZERO) {
        for (floor, mean) in floors.iter_mut().zip(&moments.mean) {
            if *floor == T::ZERO {
                let square = *mean * *mean;
                let is_large = square * T::RELATIVE_FLOOR > T::SMALLEST_NORMAL;
                *floor = if is_large { square } else { T::ONE };
            }
            *floor *= T::RELATIVE_FLOOR;
        }
    }
    floors
}
