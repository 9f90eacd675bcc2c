//! One fit: the sizes and the structure, known while the program runs, become types here and plain numbers again.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use gaussmix::fit::{Iteration, Outcome, Stop};
use gaussmix::init::{Rule, Start};
use gaussmix::{Covariance, Criteria, Diagonal, Em, Error, Full, Gmm, Spherical, Tied};
use rand_pcg::Pcg32;

use crate::args::MAX_K;
use crate::csv::Table;
use crate::structure::Structure;

/// A fit ends when an iteration raises the mean log-likelihood by less.
const TOLERANCE: f64 = 1e-9;
const MAX_ITERATIONS: u32 = 10_000;

/// The kinds of start, one of which is drawn for each restart.
pub(crate) const START_NAMES: [&str; 4] =
    ["k-means++", "random samples", "k-means, 10 iterations", "agglomeration"];

fn name_of(rule: Rule) -> usize {
    match rule {
        Rule::KMeansPlusPlus => 0,
        Rule::RandomSamples => 1,
        Rule::KMeans(_) => 2,
        _ => 3,
    }
}

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
    /// Which components a few close samples made.
    pub(crate) spurious: Vec<bool>,
    pub(crate) components: Vec<Component>,
    /// The kind of start of each restart, as in [`START_NAMES`].
    pub(crate) starts: Vec<usize>,
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

    /// As [`Fit::is_healthy`](gaussmix::fit::Fit::is_healthy).
    pub(crate) fn is_healthy(&self) -> bool {
        let starved = |o: &Outcome| matches!(o, Outcome::Starved | Outcome::Kept);
        !self.spurious.contains(&true) && !self.outcomes.iter().any(starved)
    }

    /// The same with the components in the order of their means, which comes first in a fit is chance, and without the
    /// slots that the job does not use.
    fn ordered(mut self) -> Self {
        let mut order: Vec<usize> = (0..self.job.k).collect();
        let mean = |k: &usize| &self.components[*k].mean;
        order.sort_by(|a, b| mean(a).partial_cmp(mean(b)).unwrap_or(Ordering::Equal));
        self.components = order.iter().map(|&k| self.components[k].clone()).collect();
        self.outcomes = order.iter().map(|&k| self.outcomes[k]).collect();
        self.spurious = order.iter().map(|&k| self.spurious[k]).collect();
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

/// Runs a job on a table. `on_start` is called at the start of every restart.
///
/// # Errors
/// Those of [`Em::fit_best_of`], and [`Error::InvalidParameter`] for sizes that there is no code for.
pub(crate) fn fit(job: Job, table: &Table, on_start: &dyn Fn()) -> Result<Fitted, Error> {
    match table.features() {
        1 => of_structure::<1>(job, table, on_start),
        2 => of_structure::<2>(job, table, on_start),
        3 => of_structure::<3>(job, table, on_start),
        4 => of_structure::<4>(job, table, on_start),
        5 => of_structure::<5>(job, table, on_start),
        6 => of_structure::<6>(job, table, on_start),
        7 => of_structure::<7>(job, table, on_start),
        8 => of_structure::<8>(job, table, on_start),
        _ => Err(Error::InvalidParameter { name: "features", expected: "1 to 8" }),
    }
}

fn of_structure<const D: usize>(job: Job, table: &Table, on_start: &dyn Fn()) -> Result<Fitted, Error> {
    match job.structure {
        Structure::Full => best_of::<D, Full>(job, table, on_start),
        Structure::TiedFull => best_of::<D, Tied<Full>>(job, table, on_start),
        Structure::Diagonal => best_of::<D, Diagonal>(job, table, on_start),
        Structure::TiedDiagonal => best_of::<D, Tied<Diagonal>>(job, table, on_start),
        Structure::Spherical => best_of::<D, Spherical>(job, table, on_start),
        Structure::TiedSpherical => best_of::<D, Tied<Spherical>>(job, table, on_start),
    }
}

/// EM from the job's number of mixed starts. One type has room for any number of components: slots beyond the job's are
/// dead.
fn best_of<const D: usize, C: Covariance>(
    job: Job,
    table: &Table,
    on_start: &dyn Fn(),
) -> Result<Fitted, Error> {
    let (data, _) = table.values.as_chunks::<D>();
    let mut gmm: Gmm<f64, D, MAX_K, C> = Gmm::unfitted();
    let mut rng = Pcg32::new(job.seed, (job.structure as u64) << 32 | job.k as u64);
    let mut starts = Vec::new();
    let start = |gmm: &mut Gmm<f64, D, MAX_K, C>, data, rng: &mut Pcg32| {
        on_start();
        let rule = Rule::Mixed.drawn(rng);
        starts.push(name_of(rule));
        Start::new(rule).with_components(job.k)?.apply(gmm, data, rng)
    };
    let mut traces = vec![Vec::new(); job.restarts as usize];
    let best = Em::default()
        .with_tolerance(TOLERANCE)?
        .with_max_iterations(MAX_ITERATIONS)
        .fitting()
        .with_resolution(std::array::from_fn(|j| table.unit(j)))?
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
        outcomes: best
            .fit
            .last_update
            .map_or(vec![Outcome::Updated; MAX_K], |update| update.outcomes.to_vec()),
        spurious: best.fit.spurious.to_vec(),
        components: components(gmm.weights(), gmm.means().as_flattened(), &covariances),
        starts,
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
        let table = crate::csv::parse("9.0\n9.5\n10.5\n1.0\n2.0\n1.5\n1.7\n").expect("a table");
        let job = Job { structure: Structure::Spherical, k: 2, restarts: 5, seed: 3 };
        let fitted = best_of::<1, Spherical>(job, &table, &|| {}).expect("a fit");
        assert!(fitted.is_healthy());
        assert!(fitted.components[0].mean < fitted.components[1].mean);
        assert!((fitted.components[0].weight - 4.0 / 7.0).abs() < 1e-6);
        let responsibilities = fitted.classifier.responsibilities(&[1.5]).expect("finite");
        assert!(responsibilities[0] > 0.999);
        assert!(fitted.traces.iter().all(|trace| trace.windows(2).all(|w| w[1] >= w[0] - 1e-9)));
    }
}
