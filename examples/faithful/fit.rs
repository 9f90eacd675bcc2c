//! One fit: types of that size and structure do the work, plain numbers come out.

use std::ops::ControlFlow;
use std::sync::Arc;

use gaussmix::fit::{Fit, Iteration, Outcome, Stop};
use gaussmix::init::{Rule, Start};
use gaussmix::{Covariance, Criteria, Em, Error, Gmm};
use rand_pcg::Pcg32;

use crate::args::MAX_K;
use crate::model::{Model, Placed};
use crate::sizes::{self, Work};
use crate::structure::Structure;

/// A fit ends when an iteration raises the mean log-likelihood by less; the second where there are many rows, and where
/// a sample of them is searched.
const TOLERANCE: f64 = 1e-9;
const TOLERANCE_OF_MANY: f64 = 1e-6;
const MANY: usize = 100_000;
const MAX_ITERATIONS: u32 = 10_000;
/// After so many passes over all rows a fit that is finished pauses, since most are not worth more.
const PASSES: u32 = 20;

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

/// What to fit it to, row after row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Data<'a> {
    pub(crate) all: &'a [f64],
    /// Some of the rows, if the search looks at these alone.
    pub(crate) sample: Option<&'a [f64]>,
    /// The unit in which each feature is written.
    pub(crate) units: &'a [f64],
}

impl<'a> Data<'a> {
    fn features(&self) -> usize {
        self.units.len()
    }

    fn searched(&self) -> &'a [f64] {
        self.sample.unwrap_or(self.all)
    }
}

/// Who watches a fit: called at the start of every restart, and with every iteration.
pub(crate) trait Watch: Sync {
    fn started(&self) {}

    fn iterated(&self, _gain: Option<f64>) {}
}

/// The best of a job's restarts. Components are in the order of their means.
pub(crate) struct Fitted {
    pub(crate) job: Job,
    /// Of all rows.
    pub(crate) criteria: Criteria<f64>,
    /// Whether the search looked at a sample of the rows and the fit was not finished on all. The likelihood is then
    /// what it is expected to be.
    pub(crate) is_estimate: bool,
    pub(crate) iterations: u32,
    pub(crate) converged: bool,
    pub(crate) healthy_restarts: u32,
    pub(crate) failed_restarts: u32,
    pub(crate) best_restart: u32,
    /// The likelihood of a better restart that has a spurious component.
    pub(crate) passed_over: Option<f64>,
    pub(crate) outcomes: Vec<Outcome>,
    /// Which components a few close samples made.
    pub(crate) spurious: Vec<bool>,
    pub(crate) components: Vec<Component>,
    /// The kind of start of each restart, as in [`START_NAMES`].
    pub(crate) starts: Vec<usize>,
    /// ℓ of the searched rows after 0, 1, 2, … iterations, one trace per restart (empty where it failed).
    pub(crate) traces: Vec<Vec<f64>>,
    pub(crate) model: Arc<dyn Model>,
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

    /// As [`Fit::is_healthy`].
    pub(crate) fn is_healthy(&self) -> bool {
        let starved = |o: &Outcome| matches!(o, Outcome::Starved | Outcome::Kept);
        !self.spurious.contains(&true) && !self.outcomes.iter().any(starved)
    }

    pub(crate) fn name(&self) -> String {
        format!("{}, K = {}", self.job.structure.name(), self.job.k)
    }
}

impl Fitted {
    /// This fit of a sample, as it was finished on all rows.
    pub(crate) fn finish_as(&mut self, finished: Self) {
        let Self { job, healthy_restarts, failed_restarts, best_restart, .. } = *self;
        let (starts, traces) = (std::mem::take(&mut self.starts), std::mem::take(&mut self.traces));
        let iterations = self.iterations + finished.iterations;
        *self = Self {
            job,
            iterations,
            healthy_restarts,
            failed_restarts,
            best_restart,
            passed_over: None,
            starts,
            traces,
            ..finished
        };
    }
}

/// Runs a job: the best of its restarts.
///
/// # Errors
/// Those of [`Em::fit_best_of`], and [`Error::InvalidParameter`] for sizes that there is no code for.
pub(crate) fn fit(job: Job, data: &Data<'_>, watch: &dyn Watch) -> Result<Fitted, Error> {
    sizes::run(data.features(), job.structure, Search { job, data, watch })
}

struct Search<'a> {
    job: Job,
    data: &'a Data<'a>,
    watch: &'a dyn Watch,
}

impl Work for Search<'_> {
    type Output = Fitted;

    fn run<const D: usize, C: Covariance>(self) -> Result<Fitted, Error> {
        search::<D, C>(self.job, self.data, self.watch, None)
    }
}

/// EM from the job's number of mixed starts, or from a model. One type has room for any number of components: slots
/// beyond the job's are dead.
///
/// # Errors
/// As [`fit`].
pub(crate) fn search<const D: usize, C: Covariance>(
    job: Job,
    data: &Data<'_>,
    watch: &dyn Watch,
    from: Option<&Gmm<f64, D, MAX_K, C>>,
) -> Result<Fitted, Error> {
    let mut gmm = from.map_or(Gmm::unfitted(), Clone::clone);
    let (rows, _) = data.searched().as_chunks::<D>();
    let mut rng = Pcg32::new(job.seed, (job.structure as u64) << 32 | job.k as u64);
    let mut starts = Vec::new();
    let start = |gmm: &mut Gmm<f64, D, MAX_K, C>, rows, rng: &mut Pcg32| {
        watch.started();
        if from.is_some() {
            return Ok(());
        }
        let rule = Rule::Mixed.drawn(rng);
        starts.push(name_of(rule));
        Start::new(rule).with_components(job.k)?.apply(gmm, rows, rng)
    };
    let is_rough = data.sample.is_some() || rows.len() > MANY;
    let tolerance = if is_rough { TOLERANCE_OF_MANY } else { TOLERANCE };
    let mut traces = vec![Vec::new(); job.restarts as usize];
    let fitting = Em::default()
        .with_tolerance(tolerance)?
        .with_max_iterations(if from.is_some() { PASSES } else { MAX_ITERATIONS })
        .fitting()
        .with_resolution(std::array::from_fn(|j| data.units[j]))?
        .with_hook(recorder(&mut traces, rows.len(), watch));
    #[cfg(not(feature = "rayon"))]
    let best = fitting.fit_best_of(&mut gmm, job.restarts, start, rows, &mut rng)?;
    #[cfg(feature = "rayon")]
    let best = match from {
        // The passes of one fit on all cores.
        Some(_) => Best::from(fitting.par_fit(&mut gmm, rows, gaussmix::CHUNK)?),
        None => Best::from(fitting.fit_best_of(&mut gmm, job.restarts, start, rows, &mut rng)?),
    };
    let (all, _) = data.all.as_chunks::<D>();
    let mut criteria = gmm.criteria(all)?;
    if data.sample.is_some() {
        criteria.log_likelihood += yet_to_gain(&criteria, data);
    }
    let placed = Placed::new(gmm, job.k);
    Ok(Fitted {
        job,
        criteria,
        is_estimate: data.sample.is_some(),
        iterations: best.fit.iterations,
        converged: best.fit.converged,
        healthy_restarts: best.healthy,
        failed_restarts: best.failed,
        best_restart: best.restart,
        passed_over: best.passed_over.filter(|_| data.sample.is_none()),
        outcomes: outcomes(&best.fit, &placed.order),
        spurious: placed.order.iter().map(|&k| best.fit.spurious[k]).collect(),
        components: placed.components(),
        starts,
        traces,
        model: Arc::new(placed),
    })
}

/// The report of several fits, or of one.
#[cfg(feature = "rayon")]
struct Best {
    fit: Fit<f64, MAX_K>,
    restart: u32,
    healthy: u32,
    failed: u32,
    passed_over: Option<f64>,
}

#[cfg(feature = "rayon")]
impl From<Fit<f64, MAX_K>> for Best {
    fn from(fit: Fit<f64, MAX_K>) -> Self {
        Self { healthy: u32::from(fit.is_healthy()), fit, restart: 0, failed: 0, passed_over: None }
    }
}

#[cfg(feature = "rayon")]
impl From<gaussmix::fit::BestOf<f64, MAX_K>> for Best {
    fn from(best: gaussmix::fit::BestOf<f64, MAX_K>) -> Self {
        let gaussmix::fit::BestOf { fit, restart, healthy, failed, passed_over, .. } = best;
        Self { fit, restart, healthy, failed, passed_over }
    }
}

/// By how much the log-likelihood of all N rows grows, in the mean, if a fit with p parameters of n of them is finished
/// on all: p/2 · (N/n − 1), as Wilks (1938) has it for each of the two.
fn yet_to_gain(criteria: &Criteria<f64>, data: &Data<'_>) -> f64 {
    let share = data.all.len() as f64 / data.searched().len() as f64;
    criteria.parameter_count as f64 / 2.0 * (share - 1.0)
}

/// Writes ℓ after every iteration of every restart.
fn recorder<'a>(
    traces: &'a mut [Vec<f64>],
    samples: usize,
    watch: &'a dyn Watch,
) -> impl FnMut(&Iteration<f64>) -> ControlFlow<Stop> + 'a {
    move |i| {
        watch.iterated(i.gain);
        traces[i.restart as usize].push(i.mean_log_likelihood * samples as f64);
        ControlFlow::Continue(())
    }
}

fn outcomes(fit: &Fit<f64, MAX_K>, order: &[usize]) -> Vec<Outcome> {
    let outcome = |k: &usize| fit.last_update.map_or(Outcome::Updated, |update| update.outcomes[*k]);
    order.iter().map(outcome).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nobody;

    impl Watch for Nobody {}

    #[test]
    fn order_follows_the_means_and_takes_everything_along() {
        let values = [9.0, 9.5, 10.5, 1.0, 2.0, 1.5, 1.7];
        let data = Data { all: &values, sample: None, units: &[0.1] };
        let job = Job { structure: Structure::Full, k: 2, restarts: 5, seed: 3 };
        let fitted = fit(job, &data, &Nobody).expect("a fit");
        assert!(fitted.is_healthy() && fitted.components.len() == 2);
        assert!(fitted.components[0].mean < fitted.components[1].mean);
        assert!((fitted.components[0].weight - 4.0 / 7.0).abs() < 1e-6);
        let score = fitted.model.score(&[1.5]).expect("finite");
        assert!(score.responsibilities[0] > 0.999);
        assert!(fitted.traces.iter().all(|trace| trace.windows(2).all(|w| w[1] >= w[0] - 1e-9)));
    }

    /// What a fit of every fifth row is expected to gain is near what it gains.
    #[test]
    fn a_fit_of_a_sample_is_finished_on_all_rows() {
        let noise =
            |i: usize| (0..12).map(|j| ((i * 12 + j) * 7919 % 10_007) as f64 / 10_007.0 - 0.5).sum::<f64>();
        let all: Vec<f64> = (0..5000).map(|i| noise(i) + if i % 3 == 0 { 9.0 } else { 0.0 }).collect();
        let sample: Vec<f64> = all.iter().copied().step_by(5).collect();
        let data = Data { all: &all, sample: Some(&sample), units: &[0.0] };
        let job = Job { structure: Structure::Full, k: 2, restarts: 3, seed: 1 };
        let mut fitted = fit(job, &data, &Nobody).expect("a fit");
        let expected = fitted.criteria.log_likelihood;
        assert!(fitted.is_estimate);
        fitted.finish_as(fitted.model.finish(job, &data, &Nobody).expect("finished"));
        assert!(!fitted.is_estimate && fitted.converged);
        assert!((fitted.criteria.log_likelihood - expected).abs() < 20.0, "{expected} {:?}", fitted.criteria);
        let whole = fit(job, &Data { sample: None, ..data }, &Nobody).expect("a fit");
        assert!((whole.bic() - fitted.bic()).abs() < 1e-3, "{} {}", whole.bic(), fitted.bic());
    }
}
