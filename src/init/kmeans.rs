//! Lloyd's algorithm: the hard-assignment limit of a mixture with one shared, shrinking spherical covariance.

use super::scales::{Blank, Scales};
use crate::error::Error;
use crate::model::checked_gain;
use crate::moments::Moments;
use crate::observation::{Observation, check_finite, mask};
use crate::real::{Compensated, Real};
use crate::wide::each_nearest;

/// Lloyd's k-means (1982, doi:10.1109/TIT.1982.1056489), from given centres.
///
/// This is EM for equal weights and Σ_k = σ²I in the limit σ → 0, where responsibilities become 0 and 1.
///
/// ```
/// use gaussmix::init::KMeans;
///
/// let data = [[0.0], [1.0], [10.0], [12.0]];
/// let mut centres = [[0.0], [1.0]];
/// let fit = KMeans::default().fit(&mut centres, &data)?;
/// assert!(fit.converged);
/// assert_eq!(centres, [[0.5], [11.0]]);
/// assert_eq!(fit.inertia, 2.5);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[doc(alias("Lloyd"))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KMeans<T, const D: usize> {
    pub(super) max_iterations: u32,
    pub(super) scales: Scales<T, D>,
}

impl<T: Real, const D: usize> Default for KMeans<T, D> {
    /// At most 300 iterations, distances in the units of the data.
    fn default() -> Self {
        Self { max_iterations: 300, scales: Scales::ONE }
    }
}

/// The report of k-means.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct KMeansFit<T, const K: usize> {
    /// Σ w d², where d is the distance of a sample to the nearest of the final centres.
    pub inertia: T,
    /// The total weight of the samples nearest to each centre.
    pub masses: [T; K],
    /// How often the centres were moved.
    pub iterations: u32,
    /// Whether the last move no longer lowered the inertia beyond rounding.
    pub converged: bool,
}

impl<T: Real, const D: usize> KMeans<T, D> {
    /// Sets the largest number of iterations. With 0, the given centres are only measured.
    #[must_use]
    pub fn with_max_iterations(mut self, max_iterations: u32) -> Self {
        self.max_iterations = max_iterations;
        self
    }

    /// Sets the unit in which each feature is measured, usually its standard deviation.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if a scale is not above 0, or its reciprocal not finite.
    pub fn with_scales(mut self, scales: [T; D]) -> Result<Self, Error> {
        self.scales = Scales::new(scales)?;
        Ok(self)
    }

    /// The index of the centre nearest to a sample, the lowest of equals; 0 if the sample is not finite.
    #[must_use]
    pub fn nearest<const K: usize>(&self, centres: &[[T; D]; K], sample: impl Observation<T, D>) -> usize {
        match mask(&sample) {
            None => self.scales.nearest(sample.features(), centres.iter()).0,
            Some(observed) => self.scales.nearest_partial(sample.features(), &observed, centres).0,
        }
    }

    /// Moves every centre to the mean of the samples nearest to it, until that no longer lowers the inertia. A centre
    /// stays where it is if no sample is nearest to it. Missing features are those of the nearest centre (k-POD: Chi, Chi
    /// & Baraniuk 2016, doi:10.1080/00031305.2015.1086685), so distances are over the observed ones.
    ///
    /// # Errors
    /// [`Error::NonFiniteSample`], [`Error::InvalidSampleWeight`], [`Error::OutOfRange`], [`Error::EmptyData`];
    /// [`Error::NonFiniteMean`] for a centre that is not finite. The centres are then as before.
    pub fn fit<const K: usize, I>(&self, centres: &mut [[T; D]; K], data: I) -> Result<KMeansFit<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        const { assert!(D > 0 && K > 0, "k-means needs at least one feature and one centre") };
        if let Some(component) = centres.iter().position(|c| check_finite(c).is_err()) {
            return Err(Error::NonFiniteMean { component });
        }
        self.fit_first(K, centres, data)
    }

    /// [`fit`](Self::fit) for the first `live` of the centres.
    pub(super) fn fit_first<const K: usize, I>(
        &self,
        live: usize,
        centres: &mut [[T; D]; K],
        data: I,
    ) -> Result<KMeansFit<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        let mut moved = *centres;
        let mut last = None;
        let mut iterations = 0;
        loop {
            let (moments, inertia) = self.pass(live, &moved, data.clone())?;
            let slack = T::narrow(16.0) * T::EPSILON * inertia;
            let converged = last.is_some_and(|last: T| last - inertia <= slack);
            if converged || iterations == self.max_iterations {
                *centres = moved;
                let mut masses = [T::ZERO; K];
                for k in 0..K {
                    masses[k] = moments[k].mass();
                }
                return Ok(KMeansFit { inertia, masses, iterations, converged });
            }
            for k in 0..K {
                if moments[k].mass() > T::ZERO {
                    moved[k] = moments[k].mean;
                }
            }
            last = Some(inertia);
            iterations += 1;
        }
    }

    #[inline(never)] // its memory is free again afterwards
    fn pass<const K: usize, I>(
        &self,
        live: usize,
        centres: &[[T; D]; K],
        data: I,
    ) -> Result<([Moments<T, D>; K], T), Error>
    where
        I: IntoIterator<Item: Observation<T, D>>,
    {
        let mut moments = [Moments::ZERO; K];
        let mut inertia = Compensated::ZERO;
        let mut empty = true;
        let centres = centres.get(..live).unwrap_or(centres);
        each_nearest(data, centres, &self.scales, Blank::Nearest, true, |x, weight, (k, distance)| {
            inertia.add(checked_gain(weight, distance)?);
            if let Some(cluster) = moments.get_mut(k) {
                cluster.absorb(weight, x);
            }
            empty = false;
            Ok(())
        })?;
        if empty { Err(Error::EmptyData) } else { Ok((moments, inertia.high)) }
    }
}
