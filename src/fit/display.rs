//! Reports of fits as text.

use core::fmt;

use super::{BestOf, Fit, Outcome};
use crate::real::Real;

/// `converged after 12 iterations: log-likelihood -1130.2640 of 272 samples, 4.2e-11 a sample below its limit; healthy`.
/// What is not sound is named, component by component: `component 2 spurious`. The log-likelihood has as many decimals
/// as the format's precision, 4 by default.
///
/// ```
/// use gaussmix::{Em, Gmm};
///
/// let mut gmm: Gmm<f64, 1, 2> =
///     Gmm::from_arrays([0.5, 0.5], [[-1.0], [1.0]], [[[1.0]]; 2])?;
/// let data = [[-3.0], [-2.5], [-2.0], [2.0], [2.2], [3.0], [2.6]];
/// let fit = Em::default().fit(&mut gmm, &data)?;
/// let text = format!("{fit:.1}");
/// assert!(text.starts_with("converged after "), "{text}");
/// assert!(text.ends_with("healthy"), "{text}");
/// # Ok::<(), gaussmix::Error>(())
/// ```
impl<T: Real, const K: usize> fmt::Display for Fit<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(4);
        let end = match (self.converged, self.stopped) {
            (true, _) => "converged",
            (false, true) => "stopped by a hook",
            (false, false) => "not converged",
        };
        write!(f, "{end} after {}: ", Count(self.iterations.into(), "iteration"))?;
        write!(f, "log-likelihood {:.digits$} of {}", self.log_likelihood, Count(self.count, "sample"))?;
        if let Some(remaining) = self.remaining {
            write!(f, ", {:.1e} a sample below its limit", remaining.widen())?;
        }
        if self.is_healthy() {
            return f.write_str("; healthy");
        }
        let Some(update) = self.last_update else { return f.write_str("; the start, without an M-step") };
        let mut separator = ';';
        for (k, (outcome, is_spurious)) in update.outcomes.iter().zip(&self.spurious).enumerate() {
            let what = match outcome {
                _ if *is_spurious => "spurious",
                Outcome::Starved => "starved",
                Outcome::Kept => "kept as it was",
                _ => continue,
            };
            write!(f, "{separator} component {k} {what}")?;
            separator = ',';
        }
        Ok(())
    }
}

/// `restart 3 of 20 (18 healthy, 1 failed): ` and then the best fit, as [`Fit`] is written.
impl<T: Real, const K: usize> fmt::Display for BestOf<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "restart {} of {} ({} healthy", self.restart, self.attempted, self.healthy)?;
        if self.failed > 0 {
            write!(f, ", {} failed", self.failed)?;
        }
        f.write_str(if self.stopped { ", stopped by a hook): " } else { "): " })?;
        self.fit.fmt(f)?;
        if let Some(passed_over) = self.passed_over {
            let digits = f.precision().unwrap_or(4);
            write!(f, "; passed over a spurious {passed_over:.digits$}")?;
        }
        Ok(())
    }
}

/// A number and what it counts.
struct Count(u64, &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.0, self.1, if self.0 == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::Update;
    use std::format;

    const FIT: Fit<f64, 3> = Fit {
        log_likelihood: -12.345_678,
        total_weight: 9.0,
        count: 9,
        iterations: 1,
        converged: true,
        remaining: Some(4.2e-11),
        stopped: false,
        last_update: Some(Update { outcomes: [Outcome::Updated, Outcome::Floored, Outcome::Dead] }),
        spurious: [false; 3],
    };

    #[test]
    fn a_sound_fit_is_one_line() {
        let due = "converged after 1 iteration: log-likelihood -12.3457 of 9 samples, 4.2e-11 a sample below its limit; healthy";
        assert_eq!(format!("{FIT}"), due);
    }

    #[test]
    fn what_is_not_sound_is_named() {
        let update = Update { outcomes: [Outcome::Kept, Outcome::Updated, Outcome::Starved] };
        let unsound = Fit { last_update: Some(update), spurious: [false, true, false], ..FIT };
        let fit = Fit { converged: false, remaining: None, iterations: 20, ..unsound };
        let due = "not converged after 20 iterations: log-likelihood -12.3 of 9 samples; component 0 kept as it was, \
                   component 1 spurious, component 2 starved";
        assert_eq!(format!("{fit:.1}"), due);
        let none = Fit { last_update: None, iterations: 0, stopped: true, ..fit };
        let due = "stopped by a hook after 0 iterations: log-likelihood -12.3 of 9 samples; the start, without an M-step";
        assert_eq!(format!("{none:.1}"), due);
    }

    #[test]
    fn the_best_of_several_says_which_and_of_how_many() {
        let best = BestOf {
            fit: FIT,
            restart: 3,
            attempted: 20,
            failed: 0,
            healthy: 18,
            stopped: false,
            passed_over: None,
        };
        assert_eq!(format!("{best}"), format!("restart 3 of 20 (18 healthy): {FIT}"));
        let other = BestOf { failed: 1, stopped: true, passed_over: Some(-3.5), ..best };
        let due = format!(
            "restart 3 of 20 (18 healthy, 1 failed, stopped by a hook): {FIT:.1}; passed over a spurious -3.5"
        );
        assert_eq!(format!("{other:.1}"), due);
    }
}
