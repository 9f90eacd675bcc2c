//! A model in print.

use std::fmt::Write as _;

use gaussmix_datafusion::driver::{Outcome, Progress};
use gaussmix_datafusion::models::Parameters;

/// Whether people want to see this pass: the first ten, then each twenty-fifth.
#[must_use]
pub fn is_shown(progress: &Progress) -> bool {
    progress.pass < 10 || progress.pass.is_multiple_of(25)
}

/// The model and how its fit ended, for people.
///
/// # Errors
/// A record that holds no model.
pub fn text(outcome: &Outcome, names: &[String]) -> datafusion::error::Result<String> {
    let Parameters { kind, weights, means, covariances } = Parameters::of(&outcome.model)?;
    let report = &outcome.report;
    let end = if report.converged { "converged" } else { "did not converge" };
    let mut text = format!(
        "\n{kind}\n{} rows; {end} after {} iterations; ℓ/n = {:.9}\n",
        report.rows,
        report.iterations,
        report.log_likelihood / report.total_weight
    );
    let Outcome { restart, attempted, failed, .. } = outcome;
    let _ = writeln!(text, "the best of {attempted} fits, that of start {restart}; {failed} failed\n");
    let _ = writeln!(text, "  k  weight  mean ({}) and standard deviations", names.join(", "));
    for (k, ((weight, mean), covariance)) in weights.iter().zip(&means).zip(&covariances).enumerate() {
        let variances = covariance.iter().enumerate().filter_map(|(j, row)| row.get(j));
        let pairs: Vec<_> =
            mean.iter().zip(variances).map(|(m, v)| format!("{m:8.3} ± {:<6.3}", v.sqrt())).collect();
        let _ = writeln!(text, "{k:3}  {weight:.4}  {}", pairs.join("  "));
    }
    Ok(text)
}
