//! All fits, on all cores.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use gaussmix::Error;

use crate::fit::{Data, Fitted, Job, fit};
use crate::progress::{Finishing, Progress, Searching};

/// A job and what became of it.
pub(crate) type Row = (Job, Result<Fitted, Error>);

/// Of the fits of a sample of the rows, so many are finished on all rows.
const FINISHED: usize = 6;

/// The best of them goes on until it has converged, at most so many times.
const ROUNDS: usize = 20;

/// Fits every job. The results are in the order of the jobs and do not depend on the number of cores, since each job
/// has its own random numbers.
pub(crate) fn run(jobs: &[Job], data: &Data<'_>) -> Vec<Row> {
    let progress = Progress::new(jobs);
    // The largest first: no core is left with a long one while the others are idle.
    let mut queue: Vec<usize> = (0..jobs.len()).collect();
    queue.sort_by_key(|&at| std::cmp::Reverse(jobs[at].k));
    let results = on_all_cores(&queue, &progress, |at| {
        let watch = Searching::new(&progress, &jobs[at]);
        let result = fit(jobs[at], data, &watch);
        watch.done(result.as_ref().ok());
        result
    });
    let mut rows: Vec<Row> = jobs.iter().copied().zip(results).collect();
    if data.sample.is_some() {
        finish(&mut rows, data, &progress);
    }
    progress.clear();
    rows
}

/// Finishes the best fits on all rows, healthy ones first.
fn finish(rows: &mut [Row], data: &Data<'_>, progress: &Progress) {
    let mut fits: Vec<Mutex<&mut Fitted>> =
        rows.iter_mut().filter_map(|(_, result)| result.as_mut().ok()).map(Mutex::new).collect();
    fits.sort_by(|a, b| {
        let rank = |f: &Mutex<&mut Fitted>| rank(&f.lock().unwrap_or_else(PoisonError::into_inner));
        rank(a).total_cmp(&rank(b))
    });
    fits.truncate(FINISHED);
    progress.finish(fits.len(), data.all.len() / data.units.len());
    let each = |at: usize| {
        let mut fitted = fits[at].lock().unwrap_or_else(PoisonError::into_inner);
        let watch = Finishing::new(progress);
        // Where that fails, the fit of the sample stays, and stays marked as one.
        if let Ok(finished) = fitted.model.finish(fitted.job, data, &watch) {
            fitted.finish_as(finished);
        }
        watch.done(&fitted);
    };
    let queue: Vec<usize> = (0..fits.len()).collect();
    // With rayon, the passes of each fit are on all cores.
    match cfg!(feature = "rayon") {
        true => queue.into_iter().for_each(each),
        false => drop(on_all_cores(&queue, progress, each)),
    }
    for _ in 0..ROUNDS {
        let best = fits.iter_mut().map(|f| f.get_mut().unwrap_or_else(PoisonError::into_inner));
        let Some(best) = best.min_by(|a, b| rank(a).total_cmp(&rank(b))).filter(|best| !best.converged)
        else {
            return;
        };
        let watch = Finishing::new(progress);
        match best.model.finish(best.job, data, &watch) {
            Ok(finished) => best.finish_as(finished),
            Err(_) => return,
        }
        progress.show();
    }
}

/// By what fits are ranked: BIC, after all healthy ones if a fit is not.
fn rank(fitted: &Fitted) -> f64 {
    if fitted.is_healthy() { fitted.bic() } else { f64::INFINITY }
}

/// What `work` makes of each index of the queue, by index.
fn on_all_cores<R: Send>(queue: &[usize], progress: &Progress, work: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let (sender, results) = channel();
    let mut by_index: Vec<Option<R>> = queue.iter().map(|_| None).collect();
    let cores = thread::available_parallelism().map_or(1, |n| n.get().min(queue.len()));
    thread::scope(|scope| {
        for _ in 0..cores {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                while let Some(&at) = queue.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if sender.send((at, work(at))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        loop {
            progress.show();
            match results.recv_timeout(Duration::from_millis(100)) {
                Ok((at, result)) => by_index[at] = Some(result),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    });
    by_index.into_iter().flatten().collect()
}

/// The row that BIC chooses: the least among healthy fits, or, if there is none, among the others. Fits that were not
/// finished on all rows come last.
pub(crate) fn choose(rows: &[Row]) -> Option<&Fitted> {
    let rank = |f: &&Fitted| (f.is_estimate, !f.is_healthy(), f.bic());
    rows.iter()
        .filter_map(|(_, result)| result.as_ref().ok())
        .min_by(|a, b| rank(a).partial_cmp(&rank(b)).unwrap_or(std::cmp::Ordering::Equal))
}

/// The healthy row with the least BIC but for the chosen one, of those that were finished: an estimate may be off by more
/// than what they differ by.
pub(crate) fn runner_up<'a>(rows: &'a [Row], chosen: &Fitted) -> Option<&'a Fitted> {
    least(rows, |f| (f.is_healthy() && !std::ptr::eq(f, chosen)).then(|| f.bic())).map(|(_, fitted)| fitted)
}

/// A row that was excluded, and by how much its BIC is less than that of the chosen one, if by more than 10: the choice
/// is then in doubt (Kass & Raftery 1995).
pub(crate) fn rival<'a>(rows: &'a [Row], chosen: &Fitted) -> Option<(f64, &'a Fitted)> {
    let rival = least(rows, |f| (!f.is_healthy()).then(|| f.bic()));
    rival.map(|(bic, fitted)| (chosen.bic() - bic, fitted)).filter(|(lead, _)| *lead > 10.0)
}

/// The same of a row of which a restart with a spurious component was passed over.
pub(crate) fn passed_over<'a>(rows: &'a [Row], chosen: &Fitted) -> Option<(f64, &'a Fitted)> {
    let bic = |f: &Fitted| f.passed_over.map(|l| f.bic() + 2.0 * (f.criteria.log_likelihood - l));
    least(rows, bic).map(|(bic, fitted)| (chosen.bic() - bic, fitted)).filter(|(lead, _)| *lead > 10.0)
}

fn least(rows: &[Row], bic: impl Fn(&Fitted) -> Option<f64>) -> Option<(f64, &Fitted)> {
    let fits = rows.iter().filter_map(|(_, result)| result.as_ref().ok()).filter(|f| !f.is_estimate);
    fits.filter_map(|f| Some((bic(f)?, f))).min_by(|a, b| a.0.total_cmp(&b.0))
}
