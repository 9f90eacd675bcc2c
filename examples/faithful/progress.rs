//! One line on the terminal that says how far the fits are.

use std::io::{IsTerminal, Write as _, stderr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::fit::{Fitted, Job, Watch};

/// Shared between the fits, which count, and the one who watches.
pub(crate) struct Progress {
    count: Mutex<Count>,
    shown: bool,
}

/// How far the present stage is: the search, or finishing on all rows.
#[derive(Clone, Debug)]
struct Count {
    began: Instant,
    done: u64,
    of: u64,
    iterations: u64,
    /// Restarts weighted by their components, which is what they cost; or shares of fits to be finished.
    work: f64,
    all_work: f64,
    /// The rows of the table, once fits are finished on all.
    rows: Option<usize>,
    best: Option<(f64, String)>,
}

impl Progress {
    pub(crate) fn new(jobs: &[Job]) -> Self {
        let count = Count {
            began: Instant::now(),
            done: 0,
            of: jobs.iter().map(|job| u64::from(job.restarts)).sum(),
            iterations: 0,
            work: 0.0,
            all_work: jobs.iter().map(|job| f64::from(job.restarts) * job.k as f64).sum(),
            rows: None,
            best: None,
        };
        Self { count: Mutex::new(count), shown: stderr().is_terminal() }
    }

    /// The search is over; so many fits are finished on so many rows.
    pub(crate) fn finish(&self, fits: usize, rows: usize) {
        let mut count = self.lock();
        (count.began, count.done, count.of, count.iterations) = (Instant::now(), 0, fits as u64, 0);
        (count.work, count.all_work, count.rows, count.best) = (0.0, fits as f64, Some(rows), None);
    }

    fn lock(&self) -> MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Rewrites the line; nothing unless stderr is a terminal.
    pub(crate) fn show(&self) {
        if self.shown {
            let count = self.lock().clone();
            // A terminal that is gone is no reason to stop.
            let _ = write!(stderr(), "\r\x1b[K{}", line(&count, count.began.elapsed()));
        }
    }

    pub(crate) fn clear(&self) {
        if self.shown {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}

impl Count {
    fn took(&mut self, work: f64) {
        self.done += 1;
        self.work += work;
    }

    /// Takes note of a fit if it is healthy.
    fn see(&mut self, fitted: &Fitted) {
        if fitted.is_healthy() && self.best.as_ref().is_none_or(|(bic, _)| fitted.bic() < *bic) {
            self.best = Some((fitted.bic(), fitted.name()));
        }
    }
}

/// One job of the search: each start but the first ends the restart before.
pub(crate) struct Searching<'a> {
    progress: &'a Progress,
    components: f64,
    begun: Mutex<bool>,
}

impl<'a> Searching<'a> {
    pub(crate) fn new(progress: &'a Progress, job: &Job) -> Self {
        Self { progress, components: job.k as f64, begun: Mutex::new(false) }
    }

    pub(crate) fn done(&self, fitted: Option<&Fitted>) {
        let mut count = self.progress.lock();
        count.took(self.components);
        if let Some(fitted) = fitted {
            count.see(fitted);
        }
    }
}

impl Watch for Searching<'_> {
    fn started(&self) {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *begun, true) {
            self.progress.lock().took(self.components);
        }
    }

    fn iterated(&self, _gain: Option<f64>) {
        self.progress.lock().iterations += 1;
    }
}

/// One fit that is finished. Its gains shrink at a steady rate, so their logarithm says how far it is.
pub(crate) struct Finishing<'a> {
    progress: &'a Progress,
    /// The first gain, and the share that is done.
    state: Mutex<(Option<f64>, f64)>,
}

/// A gain of the mean log-likelihood after which little is left to do.
const SMALL_GAIN: f64 = 1e-7;

impl<'a> Finishing<'a> {
    pub(crate) fn new(progress: &'a Progress) -> Self {
        Self { progress, state: Mutex::new((None, 0.0)) }
    }

    pub(crate) fn done(&self, fitted: &Fitted) {
        let (_, share) = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut count = self.progress.lock();
        count.took(1.0 - share);
        count.see(fitted);
    }
}

impl Watch for Finishing<'_> {
    fn iterated(&self, gain: Option<f64>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (first, share) = &mut *state;
        let before = *share;
        if let Some(gain) = gain.filter(|gain| *gain > 0.0) {
            let first = *first.get_or_insert(gain);
            let reached = (first / gain).ln() / (first / SMALL_GAIN).ln();
            *share = share.max(if reached.is_finite() { reached.clamp(0.0, 0.95) } else { 0.0 });
        }
        let mut count = self.progress.lock();
        count.iterations += 1;
        count.work += *share - before;
        drop(count);
        // With passes on all cores nobody else watches.
        if cfg!(feature = "rayon") {
            self.progress.show();
        }
    }
}

fn line(count: &Count, elapsed: Duration) -> String {
    let mut line = match count.rows {
        None => format!("restart {} of {}, {} iterations", count.done, count.of, count.iterations),
        Some(rows) => format!(
            "{rows} rows: {} of {} fits finished, {} iterations",
            count.done, count.of, count.iterations
        ),
    };
    if let Some((bic, name)) = &count.best {
        line += &format!(" | best BIC {bic:.2} ({name})");
    }
    if count.work > 0.0 {
        let left = elapsed.as_secs_f64() * (count.all_work / count.work - 1.0);
        line += &format!(" | {} left", duration(left));
    }
    line
}

fn duration(seconds: f64) -> String {
    let seconds = seconds.ceil() as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count() -> Count {
        let (began, best) = (Instant::now(), Some((2314.296, "tied full, K = 3".into())));
        Count { began, done: 10, of: 40, iterations: 512, work: 25.0, all_work: 100.0, rows: None, best }
    }

    #[test]
    fn time_left_follows_the_work_done() {
        let elapsed = Duration::from_secs(5);
        assert_eq!(
            line(&count(), elapsed),
            "restart 10 of 40, 512 iterations | best BIC 2314.30 (tied full, K = 3) | 15 s left"
        );
        let finishing = Count { rows: Some(1_000_000), best: None, ..count() };
        assert_eq!(
            line(&finishing, elapsed),
            "1000000 rows: 10 of 40 fits finished, 512 iterations | 15 s left"
        );
    }

    #[test]
    fn nothing_is_promised_before_anything_is_known() {
        let nothing = Count { done: 0, iterations: 0, work: 0.0, best: None, ..count() };
        assert_eq!(line(&nothing, Duration::from_secs(1)), "restart 0 of 40, 0 iterations");
    }

    #[test]
    fn long_times_are_told_in_large_units() {
        assert_eq!(duration(59.2), "1 min 0 s");
        assert_eq!(duration(7325.0), "2 h 2 min");
    }
}
