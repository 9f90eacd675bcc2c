//! Fits to convergence.

use crate::results::{GROUPS, OURS, Results, heading, row};

/// Seconds, the multiple of ours, M-steps, and where each fit ended.
pub(crate) fn print(results: &Results) {
    for (structure, scalar) in GROUPS {
        println!(
            "\n**Whole fits: {structure}, {scalar}** \
             (seconds; multiple of `{OURS}`; iterations; final mean log-likelihood)\n"
        );
        heading(&results.sizes);
        for peer in results.peers("whole", structure, scalar) {
            row(peer, &results.sizes, |size| {
                let line = results.line("whole", peer, structure, scalar, size)?;
                let ours = results.median("whole", OURS, structure, scalar, size)?;
                let iterations = line.iterations.map_or("?".into(), |i| i.to_string());
                Some(format!(
                    "{:.4} s ({:.1}), {iterations}, {:.5}",
                    line.median(),
                    line.median() / ours,
                    line.mean_log_likelihood?
                ))
            });
        }
    }
}
