//! Fits: queries and M-steps in turn.

use std::fmt;
use std::mem::take;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use gaussmix::fit::Fit;
use gaussmix::{Covariance, Em, Gmm, init};
use rand_pcg::Pcg64;

use crate::failure::Failure;
use crate::jobs::{Job, Rows, State, drive};
use crate::journal::{Journal, Pass};
use crate::models::{Kind, Structure, Visitor, encode, visit};
pub use crate::retries::Retries;
use crate::table::Table;

/// How a fit begins.
#[derive(Clone, Debug)]
pub enum Start {
    /// From a model, as a record.
    Model(Vec<u8>),
    /// From a random sample of the table, by the starts of [`init::mixed`], the best of so many.
    Sampled {
        /// D is the table's; K and the form of covariances are these.
        components: usize,
        /// The form of covariances.
        structure: Structure,
        /// How many fits; all of them climb in the same queries.
        restarts: u32,
        /// Rows of the sample.
        rows: usize,
        /// What sample and starts are drawn from.
        seed: u64,
    },
}

/// What a fit is to be.
#[derive(Clone, Debug)]
pub struct Options {
    /// How it begins.
    pub start: Start,
    /// Convergence, the cap on iterations, and the M-step.
    pub em: Em<f64>,
    /// Whether extrapolations save passes where EM is slow ([`Acceleration`]).
    pub is_accelerated: bool,
    /// Where it keeps what it has found. A fit that finds its own checkpoint goes on from there.
    pub checkpoint: Option<PathBuf>,
    /// What happens when a query fails.
    pub retries: Retries,
}

impl Start {
    /// How many fits begin.
    fn attempts(&self) -> usize {
        match self {
            Self::Model(_) => 1,
            Self::Sampled { restarts, .. } => *restarts as usize,
        }
    }
}

impl Options {
    /// A fit by default: from ten starts on a sample of 5,000 rows.
    #[must_use]
    pub fn new(components: usize, structure: Structure) -> Self {
        let start = Start::Sampled { components, structure, restarts: 10, rows: 5000, seed: 1 };
        Self { start, em: Em::default(), is_accelerated: false, checkpoint: None, retries: Retries::NONE }
    }
}

/// What a pass found.
#[derive(Clone, Debug)]
pub struct Progress {
    /// The number of the pass, from 0.
    pub pass: u32,
    /// How many fits had this pass.
    pub active: usize,
    /// The largest ℓ/n of these.
    pub mean_log_likelihood: f64,
    /// Rows of positive weight, each once.
    pub rows: u64,
    /// How long the query took. `None` if the pass came from the checkpoint.
    pub took: Option<Duration>,
    /// Why queries failed before it, and were made again.
    pub failures: Vec<String>,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pass {:3}  fits {:3}  ℓ/n {:.9}", self.pass, self.active, self.mean_log_likelihood)?;
        match self.took.map(|took| took.as_secs_f64()) {
            Some(seconds) => write!(f, "  {seconds:.3} s  {:.2e} rows/s", self.rows as f64 / seconds),
            None => write!(f, "  from the checkpoint"),
        }?;
        for reason in &self.failures {
            write!(f, "\n  after a query that failed: {reason}")?;
        }
        Ok(())
    }
}

/// How a fit ended: [`gaussmix::fit::Fit`], whatever the number of components.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// ℓ of the model.
    pub log_likelihood: f64,
    /// Σ w
    pub total_weight: f64,
    /// Rows of positive weight.
    pub rows: u64,
    /// M-steps.
    pub iterations: u32,
    /// Whether it arrived.
    pub converged: bool,
    /// What is believed to be left of ℓ/n.
    pub remaining: Option<f64>,
    /// Whether no component is spurious, starved or kept.
    pub is_healthy: bool,
    /// Whether it ranks behind others whatever its likelihood.
    is_doubtful: bool,
}

impl Report {
    /// The rule of [`Em::fit_best_of`]: without spurious components before with them, then the likelier.
    fn ranks_above(&self, other: &Self) -> bool {
        match self.is_doubtful == other.is_doubtful {
            true => self.log_likelihood > other.log_likelihood,
            false => other.is_doubtful,
        }
    }
}

impl<const K: usize> From<Fit<f64, K>> for Report {
    fn from(fit: Fit<f64, K>) -> Self {
        Self {
            log_likelihood: fit.log_likelihood,
            total_weight: fit.total_weight,
            rows: fit.count,
            iterations: fit.iterations,
            converged: fit.converged,
            remaining: fit.remaining,
            is_healthy: fit.is_healthy(),
            is_doubtful: fit.is_spurious() || fit.last_update.is_none(),
        }
    }
}

/// The best of the fits.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The record of the model.
    pub model: Vec<u8>,
    /// How its fit ended.
    pub report: Report,
    /// The number of its start, from 0.
    pub restart: usize,
    /// How many fits were begun.
    pub attempted: usize,
    /// How many of these ended in an error.
    pub failed: usize,
}

/// Fits a mixture to a table. `progress` hears of each pass.
///
/// The future may be dropped at any point: a checkpoint then has all passes that ended.
///
/// # Errors
/// [`Failure`], which names the column or the reason. If all fits fail, the failure of the last.
pub async fn fit(
    table: &Table,
    options: &Options,
    mut progress: impl FnMut(&Progress) + Send,
) -> Result<Outcome, Failure> {
    let described = format!(
        "{}; {:?}; {:?}; accelerated {}",
        table.describe(),
        options.start,
        options.em,
        options.is_accelerated
    );
    let mut journal = match &options.checkpoint {
        Some(path) => Some(Journal::open(path, &described)?),
        None => None,
    };
    let (retries, lost) = (options.retries, Mutex::default());
    retries.repeat(&lost, || table.check_gaps()).await?;
    let (rows, _) = retries.repeat(&lost, || table.count()).await?;
    let (starts, mut failures) = match journal.as_mut().and_then(|journal| journal.starts.take()) {
        Some(kept) => (kept, Vec::new()),
        None => {
            let (starts, failures) = starts(table, options, &lost).await?;
            if let Some(journal) = &mut journal {
                journal.keep_starts(&starts)?;
            }
            (starts, failures)
        }
    };
    let mut jobs = Vec::new();
    for (_, start) in &starts {
        jobs.push(Job::new(start, options, table.features.len(), Some(rows))?);
    }
    let seen = &lost;
    let pass = |models: Pass| async move {
        let (numbers, models): (Vec<_>, Vec<_>) = models.into_iter().unzip();
        let (records, took) = retries.repeat(seen, || table.pass(&models)).await?;
        Ok((numbers.into_iter().zip(records).collect(), took))
    };
    let mut progress = |found: &Progress| {
        let failures = take(&mut *lost.lock().unwrap_or_else(PoisonError::into_inner));
        progress(&Progress { failures, ..found.clone() });
    };
    drive(&mut jobs, journal, Rows::Shared, pass, &mut progress).await?;
    let attempted = options.start.attempts();
    let (mut best, mut ended): (Option<Outcome>, usize) = (None, 0);
    for ((restart, _), job) in starts.iter().zip(jobs) {
        match job.state {
            State::Ended(report) => {
                ended += 1;
                let outcome =
                    Outcome { model: job.climb.model(), report, restart: *restart, attempted, failed: 0 };
                if best.as_ref().is_none_or(|best| outcome.report.ranks_above(&best.report)) {
                    best = Some(outcome);
                }
            }
            State::Failed(failure) => failures.push(failure),
            State::Going => {}
        }
    }
    let failed = attempted - ended;
    match (best, failures.pop()) {
        (Some(best), _) => Ok(Outcome { failed, ..best }),
        (None, Some(failure)) => Err(failure),
        (None, None) => Err(Failure::Input("a fit needs at least one start".to_owned())),
    }
}

/// The records of the models that a fit begins from, with their numbers, and why others are not there.
async fn starts(
    table: &Table,
    options: &Options,
    lost: &Mutex<Vec<String>>,
) -> Result<(Pass, Vec<Failure>), Failure> {
    let (components, structure, restarts, rows, seed) = match &options.start {
        Start::Model(record) => return Ok((vec![(0, record.clone())], Vec::new())),
        Start::Sampled { components, structure, restarts, rows, seed } => {
            (components, structure, restarts, rows, seed)
        }
    };
    let kind = Kind { features: table.features.len(), components: *components, structure: *structure };
    let (sample, _) = options.retries.repeat(lost, || table.sample(*rows, *seed)).await?;
    let (mut starts, mut failures) = (Pass::new(), Vec::new());
    for restart in 0..*restarts {
        match visit(kind, Drawn { sample: &sample, seed: *seed, restart })? {
            Ok(start) => starts.push((restart as usize, start)),
            Err(error) => failures.push(Failure::Mixture(error)),
        }
    }
    Ok((starts, failures))
}

/// A start on a sample.
struct Drawn<'a> {
    sample: &'a [Vec<f64>],
    seed: u64,
    restart: u32,
}

impl Visitor for Drawn<'_> {
    type Output = Result<Vec<u8>, gaussmix::Error>;

    fn visit<const D: usize, const K: usize, C: Covariance + 'static>(self) -> Self::Output {
        let rows: Vec<[f64; D]> =
            self.sample.iter().filter_map(|row| row.as_slice().try_into().ok()).collect();
        let mut gmm: Gmm<f64, D, K, C> = Gmm::unfitted();
        let mut rng = Pcg64::new(self.seed.into(), self.restart.into());
        init::mixed(&mut gmm, &rows, &mut rng)?;
        Ok(encode(&gmm))
    }
}
