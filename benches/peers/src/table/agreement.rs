//! Whether all did the same work: the mean log-likelihood after the same number of iterations.

use crate::results::{GROUPS, OURS, Results, heading, row};

/// Relative to max(1, |ℓ/n|), of fits in `f64`. They differ by how a regulariser or floor of 1e-6 enters: added to
/// every variance (of about 1) by linfa, not needed by the others. Measured: 2.0e-8.
const AGREE_F64: f64 = 1e-7;
/// Of fits in `f32`, whose sums over 1e5 samples lose digits each in its own way, and 22 iterations on the way to a
/// maximum amplify that. Measured: 5.3e-6 (Armadillo, scikit-learn), 9e-9 (gaussmix).
const AGREE_F32: f64 = 1e-5;
/// By how much a whole fit may end above ours. Others end where an iteration gains less than 1e-4, which may be far below
/// the maximum; ours where less than that is left.
const AGREE_WHOLE: f64 = 2e-4;

/// Prints every peer's log-likelihood and says whether all are as near ours, in `f64`, as they should be.
pub(crate) fn print(results: &Results) -> bool {
    let mut agree = true;
    for (structure, scalar) in GROUPS {
        println!(
            "\n**Mean log-likelihood after the fixed iterations: {structure}, {scalar}** \
             (difference from `{OURS}` in f64)\n"
        );
        heading(&results.sizes);
        for peer in results.peers("fit", structure, scalar) {
            row(peer, &results.sizes, |size| {
                let line = results.line("fit", peer, structure, scalar, size)?;
                let found = line.mean_log_likelihood?;
                let ours = results.line("fit", OURS, structure, "f64", size)?.mean_log_likelihood?;
                let difference = found - line.reference.unwrap_or(ours);
                Some(format!("{found:.6} ({difference:+.0e})"))
            });
        }
    }
    for line in results.lines.iter().filter(|l| l.task != "score") {
        let size = (line.d, line.k);
        let ours = results.line(&line.task, OURS, &line.structure, "f64", size);
        let expected = line.reference.or(ours.and_then(|l| l.mean_log_likelihood));
        let (Some(found), Some(expected)) = (line.mean_log_likelihood, expected) else {
            agree = false;
            eprintln!("nothing to compare: {line:?}");
            continue;
        };
        let allowed = match (line.task.as_str(), line.scalar.as_str()) {
            ("whole", _) => AGREE_WHOLE,
            (_, "f32") => AGREE_F32 * expected.abs().max(1.0),
            _ => AGREE_F64 * expected.abs().max(1.0),
        };
        // As others do; and in `f32`, gains on a plateau are lost in rounding.
        let may_stop_early = !line.peer.starts_with("gaussmix") || line.scalar == "f32";
        let stopped_early = line.task == "whole" && may_stop_early && found < expected;
        // A NaN is not near either.
        if !((found - expected).abs() <= allowed || stopped_early) {
            agree = false;
            eprintln!("disagrees with {expected}: {line:?}");
        }
    }
    agree
}
