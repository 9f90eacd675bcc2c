//! One line on the terminal that says how far the fits are.

use std::io::{IsTerminal, Write as _, stderr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::fit::{Fitted, Job};

/// Shared between the fits, which count, and the one who watches.
pub(crate) struct Progress {
    count: Mutex<Count>,
    restarts: u64,
    /// Restarts weighted by their components, which is what they cost.
    work: u64,
    began: Instant,
    shown: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Count {
    restarts: u64,
    work: u64,
    best: Option<(f64, String)>,
}

impl Progress {
    pub(crate) fn new(jobs: &[Job]) -> Self {
        Self {
            count: Mutex::default(),
            restarts: jobs.iter().map(|job| u64::from(job.restarts)).sum(),
            work: jobs.iter().map(|job| u64::from(job.restarts) * job.k as u64).sum(),
            began: Instant::now(),
            shown: stderr().is_terminal(),
        }
    }

    pub(crate) fn restart_done(&self, job: &Job) {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        count.restarts += 1;
        count.work += job.k as u64;
    }

    /// Takes note of the best of a job's restarts, if it is healthy.
    pub(crate) fn fit_done(&self, fitted: &Fitted) {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        if fitted.is_healthy() && count.best.as_ref().is_none_or(|(bic, _)| fitted.bic() < *bic) {
            let name = format!("{}, K = {}", fitted.job.structure.name(), fitted.job.k);
            count.best = Some((fitted.bic(), name));
        }
    }

    /// Rewrites the line; nothing unless stderr is a terminal.
    pub(crate) fn show(&self) {
        if self.shown {
            let count = self.count.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let line = line(&count, self.restarts, self.work, self.began.elapsed());
            // A terminal that is gone is no reason to stop.
            let _ = write!(stderr(), "\r\x1b[K{line}");
        }
    }

    pub(crate) fn clear(&self) {
        if self.shown {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}

fn line(count: &Count, restarts: u64, work: u64, elapsed: Duration) -> String {
    let mut line = format!("restart {} of {restarts}", count.restarts);
    if let Some((bic, name)) = &count.best {
        line += &format!(" | best BIC {bic:.2} ({name})");
    }
    if count.work > 0 {
        let left = elapsed.as_secs_f64() * (work as f64 / count.work as f64 - 1.0);
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

    #[test]
    fn time_left_follows_the_work_done() {
        let count = Count { restarts: 10, work: 25, best: Some((2314.296, "tied full, K = 3".into())) };
        let line = line(&count, 40, 100, Duration::from_secs(5));
        assert_eq!(line, "restart 10 of 40 | best BIC 2314.30 (tied full, K = 3) | 15 s left");
    }

    #[test]
    fn nothing_is_promised_before_anything_is_known() {
        assert_eq!(line(&Count::default(), 40, 100, Duration::from_secs(1)), "restart 0 of 40");
    }

    #[test]
    fn long_times_are_told_in_large_units() {
        assert_eq!(duration(59.2), "1 min 0 s");
        assert_eq!(duration(7325.0), "2 h 2 min");
    }
}
