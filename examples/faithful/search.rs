//! All fits, on all cores.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use gaussmix::Error;

use crate::csv::Table;
use crate::fit::{Fitted, Job, fit};
use crate::progress::Progress;

/// A job and what became of it.
pub(crate) type Row = (Job, Result<Fitted, Error>);

/// Fits every job. The results are in the order of the jobs and do not depend on the number of cores, since each job
/// has its own random numbers.
pub(crate) fn run(jobs: &[Job], table: &Table) -> Vec<Row> {
    let progress = Progress::new(jobs);
    let next = AtomicUsize::new(0);
    let (sender, results) = channel();
    let mut rows: Vec<Option<Row>> = jobs.iter().map(|_| None).collect();
    // The largest first: no core is left with a long one while the others are idle.
    let mut queue: Vec<usize> = (0..jobs.len()).collect();
    queue.sort_by_key(|&at| std::cmp::Reverse(jobs[at].k));
    let cores = thread::available_parallelism().map_or(1, |n| n.get().min(jobs.len()));
    thread::scope(|scope| {
        for _ in 0..cores {
            let (sender, queue, next, progress) = (sender.clone(), &queue, &next, &progress);
            scope.spawn(move || {
                while let Some(&at) = queue.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = watched(jobs[at], table, progress);
                    if sender.send((at, result)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        loop {
            progress.show();
            match results.recv_timeout(Duration::from_millis(100)) {
                Ok((at, result)) => rows[at] = Some((jobs[at], result)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    });
    progress.clear();
    rows.into_iter().flatten().collect()
}

/// A fit that counts its restarts: each start but the first ends the one before.
fn watched(job: Job, table: &Table, progress: &Progress) -> Result<Fitted, Error> {
    let begun = AtomicUsize::new(0);
    let on_start = || {
        if begun.fetch_add(1, Ordering::Relaxed) > 0 {
            progress.restart_done(&job);
        }
    };
    let result = fit(job, table, &on_start);
    progress.restart_done(&job);
    if let Ok(fitted) = &result {
        progress.fit_done(fitted);
    }
    result
}

/// The row that BIC chooses: the least among healthy fits, or, if there is none, among the others.
pub(crate) fn choose(rows: &[Row]) -> Option<&Fitted> {
    let rank = |f: &&Fitted| (!f.is_healthy(), f.bic());
    rows.iter()
        .filter_map(|(_, result)| result.as_ref().ok())
        .min_by(|a, b| rank(a).partial_cmp(&rank(b)).unwrap_or(std::cmp::Ordering::Equal))
}

/// The healthy row with the least BIC but for the chosen one.
pub(crate) fn runner_up<'a>(rows: &'a [Row], chosen: &Fitted) -> Option<&'a Fitted> {
    least(rows, |f| f.is_healthy() && !std::ptr::eq(f, chosen))
}

/// A row that is not healthy, and whose BIC is less than that of the chosen one by more than 10: the choice is then in
/// doubt (Kass & Raftery 1995).
pub(crate) fn rival<'a>(rows: &'a [Row], chosen: &Fitted) -> Option<&'a Fitted> {
    least(rows, |f| !f.is_healthy() && f.bic() < chosen.bic() - 10.0)
}

fn least(rows: &[Row], which: impl Fn(&Fitted) -> bool) -> Option<&Fitted> {
    let fits = rows.iter().filter_map(|(_, result)| result.as_ref().ok());
    fits.filter(|f| which(f)).min_by(|a, b| a.bic().total_cmp(&b.bic()))
}
