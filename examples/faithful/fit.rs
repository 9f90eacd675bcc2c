//! One fit: the sizes and the structure, known while the program runs, become types here and plain numbers again.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use gaussmix::fit::{Iteration, Outcome, Stop};
use gaussmix::{Covariance, Criteria, Diagonal, Em, Error, Full, Gmm, Spherical, Tied, init};
use rand_pcg::Pcg32;

use crate::structure::Structure;

/// A fit ends when an iteration raises the mean log-likelihood by less.
const TOLERANCE: f64 = 1e-9;
const MAX_ITERATIONS: u32 = 10_000;
const LLOYD_ITERATIONS: u32 = 10;

/// The kinds of start, which the restarts take in turn.
pub(crate) const START_NAMES: [&str; 3] = ["k-means++", "random samples", "k-means, 10 iterations"];

/// What to fit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job {
    pub(crate) structure: Structure,
    pub(crate) k: usize,
    pub(crate) restarts: u32,
    pub(crate) seed: u64,
}

/// The best of a job's restarts. Components are in the order of their means.
pub(crate) struct Fitted {
    pub(crate) job: Job,
    pub(crate) criteria: Criteria<f64>,
    pub(crate) iterations: u32,
    pub(crate) converged: bool,
    pub(crate) healthy_restarts: u32,
    pub(crate) failed_restarts: u32,
    pub(crate) best_restart: u32,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) components: Vec<Component>,
    /// ℓ after 0, 1, 2, … iterations, one trace per restart (empty where it failed).
    pub(crate) traces: Vec<Vec<f64>>,
    pub(crate) classifier: Box<dyn Classifier>,
}

/// Parameters of one component.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Component {
    pub(crate) weight: f64,
    pub(crate) mean: Vec<f64>,
    /// Row after row.
    pub(crate) covariance: Vec<f64>,
}

impl Component {
    pub(crate) fn covariance_of(&self, i: usize, j: usize) -> f64 {
        self.covariance[i * self.mean.len() + j]
    }
}

impl Fitted {
    pub(crate) fn bic(&self) -> f64 {
        self.criteria.bic()
    }

    pub(crate) fn is_healthy(&self) -> bool {
        self.outcomes.iter().all(|o| *o == Outcome::Updated)
    }

    /// The same with the components in the order of their means: which comes first in a fit is chance.
    fn ordered(mut self) -> Self {
        let mut order: Vec<usize> = (0..self.components.len()).collect();
        let mean = |k: &usize| &self.components[*k].mean;
        order.sort_by(|a, b| mean(a).partial_cmp(mean(b)).unwrap_or(Ordering::Equal));
        self.components = order.iter().map(|&k| self.components[k].clone()).collect();
        self.outcomes = order.iter().map(|&k| self.outcomes[k]).collect();
        self.classifier = Box::new(Ordered { model: self.classifier, order });
        self
    }
}

/// A model of any size and structure.
pub(crate) trait Classifier: Send + Sync {
    /// The components' responsibilities for a sample.
    fn responsibilities(&self, sample: &[f64]) -> Result<Vec<f64>, Error>;
}

impl<const D: usize, const K: usize, C: Covariance> Classifier for Gmm<f64, D, K, C> {
    fn responsibilities(&self, sample: &[f64]) -> Result<Vec<f64>, Error> {
        let mut x = [0.0; D];
        x.copy_from_slice(sample);
        Ok(self.posterior(x)?.responsibilities.to_vec())
    }
}

/// A model with its components in another order.
struct Ordered {
    model: Box<dyn Classifier>,
    order: Vec<usize>,
}

impl Classifier for Ordered {
    fn responsibilities(&self, sample: &[f64]) -> Result<Vec<f64>, Error> {
        let responsibilities = self.model.responsibilities(sample)?;
        Ok(self.order.iter().map(|&k| responsibilities[k]).collect())
    }
}

/// Runs a job on `values`, row after row of `features` each. `on_start` is called at the start of every restart.
///
/// # Errors
/// Those of [`Em::fit_best_of`], and [`Error::InvalidParameter`] for sizes that there is no code for.
pub(crate) fn fit(job: Job, features: usize, values: &[f64], on_start: &dyn Fn()) -> Result<Fitted, Error> {
    match features {
        1 => with_features::<1>(job, values, on_start),
        2 => with_features::<2>(job, values, on_start),
        3 => with_features::<3>(job, values, on_start),
        4 => with_features::<4>(job, values, on_start),
        5 => with_features::<5>(job, values, on_start),
        6 => with_features::<6>(job, values, on_start),
        7 => with_features::<7>(job, values, on_start),
        8 => with_features::<8>(job, values, on_start),
        _ => Err(Error::InvalidParameter { name: "features", expected: "1 to 8" }),
    }
}

fn with_features<const D: usize>(job: Job, values: &[f64], on_start: &dyn Fn()) -> Result<Fitted, Error> {
    let (data, _) = values.as_chunks::<D>();
    match job.k {
        1 => with_components::<D, 1>(job, data, on_start),
        2 => with_components::<D, 2>(job, data, on_start),
        3 => with_components::<D, 3>(job, data, on_start),
        4 => with_components::<D, 4>(job, data, on_start),
        5 => with_components::<D, 5>(job, data, on_start),
        6 => with_components::<D, 6>(job, data, on_start),
        _ => Err(Error::InvalidParameter { name: "components", expected: "1 to 6" }),
    }
}

fn with_components<const D: usize, const K: usize>(
    job: Job,
    data: &[[f64; D]],
    on_start: &dyn Fn(),
) -> Result<Fitted, Error> {
    match job.structure {
        Structure::Full => best_of::<D, K, Full>(job, data, on_start),
        Structure::TiedFull => best_of::<D, K, Tied<Full>>(job, data, on_start),
        Structure::Diagonal => best_of::<D, K, Diagonal>(job, data, on_start),
        Structure::TiedDiagonal => best_of::<D, K, Tied<Diagonal>>(job, data, on_start),
        Structure::Spherical => best_of::<D, K, Spherical>(job, data, on_start),
        Structure::TiedSpherical => best_of::<D, K, Tied<Spherical>>(job, data, on_start),
    }
}

/// EM from the job's number of starts: k-means++, random samples and ten of Lloyd's iterations in turn.
///
/// This is compiled for each of 8 · 6 · 6 types: all that does not depend on them is elsewhere.
fn best_of<const D: usize, const K: usize, C>(
    job: Job,
    data: &[[f64; D]],
    on_start: &dyn Fn(),
) -> Result<Fitted, Error>
where
    C: Covariance,
{
    let mut gmm: Gmm<f64, D, K, C> = Gmm::unfitted();
    let mut rng = Pcg32::new(job.seed, (job.structure as u64) << 32 | K as u64);
    let mut turn = 0;
    let start = |gmm: &mut Gmm<f64, D, K, C>, data, rng: &mut Pcg32| {
        on_start();
        turn += 1;
        match turn % 3 {
            1 => init::k_means_plus_plus(gmm, data, rng),
            2 => init::random_samples(gmm, data, rng),
            _ => init::k_means(gmm, data, rng, LLOYD_ITERATIONS),
        }
    };
    let mut traces = vec![Vec::new(); job.restarts as usize];
    let best = Em::default()
        .with_tolerance(TOLERANCE)?
        .with_max_iterations(MAX_ITERATIONS)
        .fitting()
        .with_hook(recorder(&mut traces, data.len()))
        .fit_best_of(&mut gmm, job.restarts, start, data, &mut rng)?;
    let mut covariances = Vec::new();
    for component in gmm.components() {
        covariances.extend_from_slice(component.covariance_matrix().as_slice());
    }
    let fitted = Fitted {
        job,
        criteria: gmm.criteria(data)?,
        iterations: best.fit.iterations,
        converged: best.fit.converged,
        healthy_restarts: best.healthy,
        failed_restarts: best.failed,
        best_restart: best.restart,
        outcomes: best.fit.last_update.map_or(vec![], |update| update.outcomes.to_vec()),
        components: components(gmm.weights(), gmm.means().as_flattened(), &covariances),
        traces,
        classifier: Box::new(gmm),
    };
    Ok(fitted.ordered())
}

/// Row-after-row numbers, cut into components.
fn components(weights: &[f64], means: &[f64], covariances: &[f64]) -> Vec<Component> {
    let d = means.len() / weights.len();
    let parts = weights.iter().zip(means.chunks(d)).zip(covariances.chunks(d * d));
    parts
        .map(|((weight, mean), covariance)| Component {
            weight: *weight,
            mean: mean.to_vec(),
            covariance: covariance.to_vec(),
        })
        .collect()
}

/// Writes ℓ after every iteration of every restart.
fn recorder(traces: &mut [Vec<f64>], samples: usize) -> impl FnMut(&Iteration<f64>) -> ControlFlow<Stop> {
    move |i| {
        traces[i.restart as usize].push(i.mean_log_likelihood * samples as f64);
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_cut_from_rows() {
        let cut = components(&[0.25, 0.75], &[1.0, 2.0, 3.0, 4.0], &[1.0, 0.0, 0.0, 2.0, 3.0, 0.5, 0.5, 4.0]);
        assert_eq!(cut[1].mean, [3.0, 4.0]);
        assert_eq!(cut[1].covariance_of(1, 0), 0.5);
        assert_eq!(cut[0].covariance_of(1, 1), 2.0);
    }

    #[test]
    fn order_follows_the_means_and_takes_everything_along() {
        let data: Vec<[f64; 1]> = [9.0, 9.5, 10.5, 1.0, 2.0, 1.5, 1.7].map(|v| [v]).into();
        let job = Job { structure: Structure::Spherical, k: 2, restarts: 5, seed: 3 };
        let fitted = best_of::<1, 2, Spherical>(job, &data, &|| {}).expect("a fit");
        assert!(fitted.is_healthy());
        assert!(fitted.components[0].mean < fitted.components[1].mean);
        assert!((fitted.components[0].weight - 4.0 / 7.0).abs() < 1e-6);
        let responsibilities = fitted.classifier.responsibilities(&[1.5]).expect("finite");
        assert!(responsibilities[0] > 0.999);
        assert!(fitted.traces.iter().all(|trace| trace.windows(2).all(|w| w[1] >= w[0] - 1e-9)));
    }
}
