//! Fits that share queries: each between two passes, and the loop over all of them.

use std::future::Future;
use std::ops::ControlFlow;
use std::time::Duration;

use gaussmix::fit::{Acceleration, Climb, Method, NoHook};
use gaussmix::{Covariance, Em, Gmm, SufficientStats};

use crate::driver::{Options, Progress, Report};
use crate::failure::Failure;
use crate::journal::{Journal, Pass};
use crate::models::{Content, Kind, Visitor, decode, encode, visit};

/// One of the fits that share queries.
pub(crate) struct Job {
    pub(crate) climb: Box<dyn Climbing>,
    pub(crate) state: State,
    /// How many rows of positive weight the table has, if that is known.
    rows: Option<u64>,
    /// What the first pass said of the rows.
    first: Option<Sums>,
}

/// What became of a job.
pub(crate) enum State {
    Going,
    Ended(Report),
    Failed(Failure),
}

impl Job {
    pub(crate) fn new(
        start: &[u8],
        options: &Options,
        features: usize,
        rows: Option<u64>,
    ) -> Result<Self, Failure> {
        let kind = Kind::of(start, Content::Model)?;
        if kind.features != features {
            let reason = format!("the start has {kind}, but {features} columns are named as features");
            return Err(Failure::Input(reason));
        }
        let climb = visit(kind, Begin { start, em: &options.em, is_accelerated: options.is_accelerated })??;
        Ok(Self { climb, state: State::Going, rows, first: None })
    }

    /// Refuses statistics of other rows than those of the table, or of the first pass. `what` says
    /// what may have happened to the table.
    fn check(&mut self, record: &[u8], what: &str) -> Result<(), Failure> {
        let found = self.climb.sums(record)?;
        if let Some(rows) = self.rows.filter(|rows| *rows != found.rows) {
            return Err(Failure::Input(format!(
                "{what}: it has {rows} rows of positive weight, and a pass found {}",
                found.rows
            )));
        }
        let first = *self.first.get_or_insert(found);
        if found.rows == first.rows && is_near(found.total_weight, first.total_weight) {
            return Ok(());
        }
        Err(Failure::Input(format!(
            "the table changed between two passes: it had {} rows of total weight {}, and has {} of {}",
            first.rows, first.total_weight, found.rows, found.total_weight
        )))
    }
}

/// What a pass says of the rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sums {
    rows: u64,
    total_weight: f64,
    log_likelihood: f64,
}

/// Whether two sums over the same rows may differ so, merged in another order.
fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + b.abs())
}

/// Whether all jobs see the same rows, or each its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    Shared,
    Apart,
}

/// Alternates passes and M-steps until no job goes on. `pass` has a number and a model of each job that does, and says
/// how long it took.
pub(crate) async fn drive<F>(
    jobs: &mut [Job],
    mut journal: Option<Journal>,
    rows: Rows,
    mut pass: impl FnMut(Pass) -> F,
    progress: &mut (dyn FnMut(&Progress) + Send),
) -> Result<(), Failure>
where
    F: Future<Output = Result<(Pass, Duration), Failure>>,
{
    // The last pass from the checkpoint, until it is made once more.
    let mut repeated: Option<(Pass, Pass)> = None;
    for number in 0.. {
        let going = jobs.iter().enumerate().filter(|(_, job)| matches!(job.state, State::Going));
        let models: Pass = going.map(|(i, job)| (i, job.climb.model())).collect();
        let kept = journal.as_mut().and_then(Journal::next);
        if let (None, Some((models, found))) = (&kept, repeated.take()) {
            check_repeated(jobs, &found, &pass(models).await?.0)?;
        }
        if models.is_empty() {
            break;
        }
        let (found, took) = match kept {
            Some(found) => {
                repeated = Some((models.clone(), found.clone()));
                (found, None)
            }
            None => {
                let (found, took) = pass(models.clone()).await?;
                (found, Some(took))
            }
        };
        let what = match took {
            Some(_) => "the table changed, or a part of it was lost",
            None => "the table changed since the checkpoint was written",
        };
        for (i, record) in &found {
            let job = jobs.get_mut(*i).filter(|job| matches!(job.state, State::Going));
            job.ok_or_else(|| {
                Failure::Input("a pass has statistics of a fit that does not go on".to_owned())
            })?
            .check(record, what)?;
        }
        // Only what belongs to this table is kept.
        if let (Some(journal), Some(_)) = (&mut journal, took) {
            journal.keep(&found)?;
        }
        let (active, mut largest, mut seen) = (models.len(), f64::NEG_INFINITY, 0);
        for (i, record) in &found {
            let Some(job) = jobs.get_mut(*i) else { continue };
            let Sums { rows: own, total_weight, log_likelihood } = job.climb.sums(record)?;
            largest = largest.max(log_likelihood / total_weight);
            seen = if rows == Rows::Shared { own } else { seen + own };
            match job.climb.step(record)? {
                None => {}
                Some(Ok(report)) => job.state = State::Ended(report),
                Some(Err(error)) => job.state = State::Failed(Failure::Mixture(error)),
            }
        }
        for (i, _) in models {
            let is_there = found.binary_search_by_key(&i, |(found, _)| *found).is_ok();
            if let Some(job) = jobs.get_mut(i).filter(|_| !is_there) {
                job.state = State::Failed(Failure::Input("a pass found no rows".to_owned()));
            }
        }
        progress(&Progress {
            pass: number,
            active,
            mean_log_likelihood: largest,
            rows: seen,
            took,
            failures: Vec::new(),
        });
    }
    Ok(())
}

/// Refuses a checkpoint of another table: its last pass, made once more, finds something else.
fn check_repeated(jobs: &mut [Job], kept: &Pass, found: &Pass) -> Result<(), Failure> {
    let mut all = kept.len() == found.len();
    for ((i, kept), (j, found)) in kept.iter().zip(found) {
        let Some(job) = jobs.get(*i) else { continue };
        let (kept, found) = (job.climb.sums(kept)?, job.climb.sums(found)?);
        all &= i == j
            && kept.rows == found.rows
            && is_near(found.total_weight, kept.total_weight)
            && is_near(found.log_likelihood, kept.log_likelihood);
    }
    let reason = "the table changed since the checkpoint was written: its last pass finds something else now";
    if all { Ok(()) } else { Err(Failure::Input(reason.to_owned())) }
}

/// A fit between passes, of a type that is found out while the program runs.
pub(crate) trait Climbing: Send {
    /// The record of the model.
    fn model(&self) -> Vec<u8>;
    /// Takes the statistics of a pass under it. Returns how the fit ended, if it did.
    fn step(&mut self, record: &[u8]) -> Result<Option<Result<Report, gaussmix::Error>>, Failure>;
    /// What statistics say of the rows.
    fn sums(&self, record: &[u8]) -> Result<Sums, Failure>;
}

struct Typed<const D: usize, const K: usize, C: Covariance + 'static, M: Method<f64, D, K, C>> {
    climb: Climb<'static, f64, D, K, C, NoHook<f64>, M>,
    gmm: Gmm<f64, D, K, C>,
}

impl<const D: usize, const K: usize, C: Covariance + 'static, M> Climbing for Typed<D, K, C, M>
where
    M: Method<f64, D, K, C> + Send,
    M::Course: Send,
{
    fn model(&self) -> Vec<u8> {
        encode(&self.gmm)
    }

    fn step(&mut self, record: &[u8]) -> Result<Option<Result<Report, gaussmix::Error>>, Failure> {
        let stats: SufficientStats<f64, D, K, C> = decode(record, "statistics")?;
        Ok(match self.climb.step(&stats, &mut self.gmm) {
            Ok(ControlFlow::Continue(())) => None,
            Ok(ControlFlow::Break(fit)) => Some(Ok(fit.into())),
            Err(error) => Some(Err(error)),
        })
    }

    fn sums(&self, record: &[u8]) -> Result<Sums, Failure> {
        let stats: SufficientStats<f64, D, K, C> = decode(record, "statistics")?;
        let (rows, log_likelihood) = (stats.count(), stats.log_likelihood());
        Ok(Sums { rows, total_weight: stats.total_weight(), log_likelihood })
    }
}

struct Begin<'a> {
    start: &'a [u8],
    em: &'a Em<f64>,
    is_accelerated: bool,
}

impl Visitor for Begin<'_> {
    type Output = Result<Box<dyn Climbing>, Failure>;

    fn visit<const D: usize, const K: usize, C: Covariance + 'static>(self) -> Self::Output {
        let gmm: Gmm<f64, D, K, C> = decode(self.start, "model")?;
        if self.is_accelerated {
            let climb = self.em.fitting().with_acceleration(Acceleration::new()).begin(&gmm)?;
            return Ok(Box::new(Typed { climb, gmm }));
        }
        let climb = self.em.fitting().begin(&gmm)?;
        Ok(Box::new(Typed { climb, gmm }))
    }
}
