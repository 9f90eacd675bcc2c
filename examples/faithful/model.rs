//! A model of any size and structure: what it says of samples, and its file.

use std::cmp::Ordering;

use gaussmix::{Covariance, Error, Gmm};

use crate::args::MAX_K;
use crate::fit::{Component, Data, Fitted, Job, Watch, search};

/// What a model says of a sample.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Score {
    pub(crate) log_density: f64,
    /// Of each component.
    pub(crate) responsibilities: Vec<f64>,
}

impl Score {
    /// The most probable component, the first of equals.
    pub(crate) fn label(&self) -> usize {
        let mut label = 0;
        for (k, share) in self.responsibilities.iter().enumerate() {
            if *share > self.responsibilities[label] {
                label = k;
            }
        }
        label
    }
}

pub(crate) trait Model: Send + Sync {
    /// # Errors
    /// As [`Gmm::posterior`].
    fn score(&self, sample: &[f64]) -> Result<Score, Error>;

    /// Goes on from here with all rows.
    ///
    /// # Errors
    /// As [`search`].
    fn finish(&self, job: Job, data: &Data<'_>, watch: &dyn Watch) -> Result<Fitted, Error>;

    /// The model as JSON.
    #[cfg(feature = "serde")]
    fn json(&self) -> Result<String, String>;
}

/// A model and its components in the order of their means, since which comes first in a fit is chance.
pub(crate) struct Placed<const D: usize, C: Covariance> {
    gmm: Gmm<f64, D, MAX_K, C>,
    /// Of the slots that are used.
    pub(crate) order: Vec<usize>,
}

impl<const D: usize, C: Covariance> Placed<D, C> {
    /// Of a model whose first `k` slots are used.
    pub(crate) fn new(gmm: Gmm<f64, D, MAX_K, C>, k: usize) -> Self {
        let order = order_of(gmm.means().as_flattened(), D, k);
        Self { gmm, order }
    }

    pub(crate) fn components(&self) -> Vec<Component> {
        let mut covariances = Vec::new();
        for component in self.gmm.components() {
            covariances.extend_from_slice(component.covariance_matrix().as_slice());
        }
        components_of(&self.order, self.gmm.weights(), self.gmm.means().as_flattened(), &covariances)
    }
}

/// Components in an order, from the numbers of all slots.
fn components_of(order: &[usize], weights: &[f64], means: &[f64], covariances: &[f64]) -> Vec<Component> {
    let d = means.len() / weights.len();
    let component = |&k: &usize| Component {
        weight: weights[k],
        mean: means[k * d..(k + 1) * d].to_vec(),
        covariance: covariances[k * d * d..(k + 1) * d * d].to_vec(),
    };
    order.iter().map(component).collect()
}

/// The order of the first `k` means of `d` features. Not generic, so that sorting is compiled once.
fn order_of(means: &[f64], d: usize, k: usize) -> Vec<usize> {
    let means: Vec<&[f64]> = means.chunks_exact(d).collect();
    let mut order: Vec<usize> = (0..k).collect();
    order.sort_by(|&a, &b| means[a].partial_cmp(means[b]).unwrap_or(Ordering::Equal));
    order
}

impl<const D: usize, C: Covariance> Model for Placed<D, C> {
    fn score(&self, sample: &[f64]) -> Result<Score, Error> {
        let mut x = [0.0; D];
        x.copy_from_slice(sample);
        let posterior = self.gmm.posterior(x)?;
        let responsibilities = self.order.iter().map(|&k| posterior.responsibilities[k]).collect();
        Ok(Score { log_density: posterior.log_density, responsibilities })
    }

    fn finish(&self, job: Job, data: &Data<'_>, watch: &dyn Watch) -> Result<Fitted, Error> {
        let (once, all) = (Job { restarts: 1, ..job }, Data { sample: None, ..*data });
        search(once, &all, watch, Some(&self.gmm))
    }

    #[cfg(feature = "serde")]
    fn json(&self) -> Result<String, String> {
        crate::json::write(&self.gmm, &self.order)
    }
}
