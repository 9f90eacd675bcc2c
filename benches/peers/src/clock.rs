//! CPU time, and how often a measurement is repeated.

use cpu_time::ProcessTime;

/// An iteration and scoring are timed at least this often, for a median; a whole fit of seconds need not be.
pub const LEAST: usize = 3;
/// Nothing is timed more often.
const MOST: usize = 15;

/// Seconds of CPU time that `work` takes in this process.
pub fn seconds<R>(work: impl FnOnce() -> R) -> (f64, R) {
    let start = ProcessTime::now();
    let result = work();
    (start.elapsed().as_secs_f64(), result)
}

/// What `measure` returns, at least so often and until the budget, in seconds, is spent. A budget of 0 measures once.
///
/// # Errors
/// The first that `measure` returns.
pub fn repeat<E>(
    budget: f64,
    least: usize,
    mut measure: impl FnMut() -> Result<f64, E>,
) -> Result<Vec<f64>, E> {
    let start = ProcessTime::now();
    let mut values = vec![measure()?];
    let (least, most) = if budget > 0.0 { (least, MOST) } else { (1, 1) };
    while values.len() < least || (values.len() < most && start.elapsed().as_secs_f64() < budget) {
        values.push(measure()?);
    }
    Ok(values)
}
